"""Style in, style out; `python -m tests.trust.style` asks of more programs."""

from __future__ import annotations

import pytest

from tests.trust.style import fixtures, opinions, spliced, told


@pytest.mark.filterwarnings("ignore")
def test_fixtures() -> None:
    """What a tool says nothing of before a fix, it says nothing of afterwards."""
    pairs = fixtures()
    assert len(pairs) > 500
    assert told(pairs) == ""


@pytest.mark.filterwarnings("ignore")
def test_spliced_programs() -> None:
    """The same of made-up programs that isort and black have been over."""
    pairs = spliced(50, 0)
    assert len(pairs) > 15
    assert told(pairs) == ""


def test_tools_have_opinions() -> None:
    """Each tool is asked: a program that none of them likes gets a word from all."""
    said = opinions({"ugly": "import sys\nimport os\nif  True :\n  x=os.environ\n"})["ugly"]
    assert {each.partition(" ")[0].rstrip(",") for each in said} == {"black", "isort", "ruff"}
    assert opinions({"tidy": 'print("tidy")\n'}) == {"tidy": set()}
