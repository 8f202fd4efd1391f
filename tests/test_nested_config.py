"""Configuration where several have a say: the command line above the file, and a project inside of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import APP, FIXED, deflask, tree

IMPORTS = b"from abc import ABC\nfrom re import compile\n\n"


def places(folder: Path, *options: str) -> list[str]:
    """Where something is found, with the rule."""
    done = deflask(folder, "check", "--output-format", "concise", *options)
    return [f"{line.split(':')[0]} {line.split()[1]}" for line in done.text.splitlines()]


def test_extending_options_add_to_the_file(tmp_path: Path) -> None:
    """`--extend-…` is "too": what the project extends by itself stays."""
    config = '[tool.deflask]\nextend-exclude = ["generated.py"]\nextend-select = ["DF111"]\n'
    tree(tmp_path, {"pyproject.toml": config, "app.py": APP, "generated.py": APP, "old.py": APP})
    assert places(tmp_path, "--extend-exclude", "old.py") == ["app.py DF101", "app.py DF111"]
    assert places(tmp_path, "--extend-select", "DF112", "app.py") == ["app.py DF101", "app.py DF111"]


def test_other_options_replace_those_of_the_file(tmp_path: Path) -> None:
    tree(tmp_path, {"pyproject.toml": '[tool.deflask]\nexclude = ["a.py"]\nselect = ["DF111"]\n', "a.py": APP})
    tree(tmp_path, {"b.py": APP})
    assert places(tmp_path, "--exclude", "b.py", "--select", "DF101") == ["a.py DF101"]


@pytest.mark.parametrize("arguments", [(".",), ("bad", "good"), ("good", "bad/app.py", "bad")])
def test_broken_file_of_one_project_stops_no_other(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What is below it is left alone and said to be; the rest is fixed, and reported as such."""
    config = "[tool.deflask]\nunsafe_fixes = true\n"
    tree(tmp_path, {"a.py": b"", "bad/pyproject.toml": config, "bad/app.py": APP, "good/app.py": APP, "z.py": b""})
    done = deflask(tmp_path, "fix", *arguments)
    assert done.code == 2
    assert all("pyproject.toml: unknown key 'unsafe_fixes'" in line for line in done.errors)
    assert done.errors
    assert (tmp_path / "bad/app.py").read_bytes() == APP
    assert (tmp_path / "good/app.py").read_bytes() == FIXED
    assert "good/app.py:5:1: DF101 [fixed]" in done.text


@pytest.mark.parametrize(
    ("name", "text", "sorted_in"),
    [
        ("ruff.toml", "[lint.isort]\nforce-sort-within-sections = true  # as we like it\n", True),
        ("ruff.toml", "[lint]\nisort.force-sort-within-sections = true\n", True),
        ("ruff.toml", "[lint]\nisort = { force-sort-within-sections = true }\n", True),
        ("pyproject.toml", "[tool.ruff]\nlint.isort = {force-sort-within-sections = true}\n", True),
        ("pyproject.toml", "[tool]\nisort = { profile = 'black', force_sort_within_sections = true }\n", True),
        ("pyproject.toml", "[tool.ruff.lint.isort]\nforce-sort-within-sections = false\n", False),
        ("pyproject.toml", "[tool.other]\nforce-sort-within-sections = true\n# isort\n", False),
        ("pyproject.toml", "[tool.isort\n", False),
        (".isort.cfg", "[settings\nforce_sort_within_sections = true\n", False),
        (".isort.cfg", "[settings]\nforce_sort_within_sections = perhaps\n", False),
    ],
)
def test_sorting_in_every_spelling(tmp_path: Path, name: str, text: str, sorted_in: bool) -> None:
    """TOML has several ways to write one table; a broken file says nothing."""
    tree(tmp_path, {name: text, "app.py": IMPORTS + APP})
    deflask(tmp_path, "fix", "--no-guard")
    lines = (tmp_path / "app.py").read_text(encoding="utf-8").splitlines()
    assert lines.index("import os") == int(sorted_in)


def test_isolated_knows_no_sorting_either(tmp_path: Path) -> None:
    tree(tmp_path, {"ruff.toml": "[lint.isort]\nforce-sort-within-sections = true\n", "app.py": IMPORTS + APP})
    deflask(tmp_path, "fix", "--isolated")
    assert (tmp_path / "app.py").read_bytes().startswith(b"import os\nfrom abc")


@pytest.mark.parametrize(
    ("pattern", "path", "silent"),
    [
        ("tests/*", "tests/deep/app.py", True),
        ("app.py", "sub/app.py", True),
        ("sub/app.py", "sub/app.py", True),
        ("app.py", "sub/other.py", False),
        ("tests/*", "sub/tests/app.py", False),
    ],
)
@pytest.mark.parametrize("start", [".", "..", "sub"])
def test_per_file_ignores(tmp_path: Path, pattern: str, path: str, silent: bool, start: str) -> None:
    """Patterns are relative to the file that they stand in, from wherever the run starts."""
    config = f'[tool.deflask.per-file-ignores]\n"{pattern}" = ["DF101"]\n'
    tree(tmp_path, {"project/pyproject.toml": config, f"project/{path}": APP})
    (tmp_path / "project/sub").mkdir(exist_ok=True)
    done = deflask(tmp_path / "project" / start, "check", tmp_path / "project")
    assert done.code == int(not silent)
