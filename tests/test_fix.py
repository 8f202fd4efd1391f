"""`deflask fix`: what it writes, what it says, and how it exits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import APP, BROKEN, CLEAN, FIXED, UNSAFE, deflask, process, tree

QUOTED = APP.replace(b"True", b"'a' == 'a'")


def test_fixed(tmp_path: Path) -> None:
    """The file is rewritten, and the whole default output says so."""
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, "fix", "app.py")
    assert (tmp_path / "app.py").read_bytes() == FIXED
    assert (done.code, done.err) == (0, "")
    assert done.text == (
        "app.py:5:1: DF101 [fixed] `app.run` starts Flask's debugger with nothing set\n"
        "    app.run(debug=True)\n"
        "    ^^^^^^^^^^^^^^^^^^^\n"
        "note: only FLASK_DEBUG=1 switches debug on now: FLASK_DEBUG=true no longer does, "
        "and .flaskenv is read too late for it\n"
        "Fixed 1 finding.\n"
    )


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    """Not even the file's time of change."""
    tree(tmp_path, {"app.py": APP, "shop.py": UNSAFE})
    assert process(tmp_path, "fix", "--unsafe-fixes").code == 0
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    done = process(tmp_path, "fix", "--unsafe-fixes")
    assert (done.code, done.text) == (0, "Nothing switches the debugger on in 2 files.\n")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        ({"app.py": CLEAN}, ("--exit-non-zero-on-fix",), 0),
        ({"app.py": APP}, (), 0),
        ({"app.py": APP}, ("--exit-non-zero-on-fix",), 1),
        ({"app.py": APP}, ("--exit-non-zero-on-fix", "--exit-zero"), 1),
        ({"app.py": UNSAFE}, (), 1),
        ({"app.py": UNSAFE}, ("--exit-zero",), 0),
        ({"app.py": UNSAFE}, ("--unsafe-fixes",), 0),
        ({"app.py": APP, "broken.py": BROKEN}, (), 2),
        ({"app.py": APP, "broken.py": BROKEN}, ("--exit-zero",), 2),
    ],
)
def test_exit_code(tmp_path: Path, files: dict[str, bytes], options: tuple[str, ...], code: int) -> None:
    """0 where nothing remains, 1 where a finding does, 2 where something failed."""
    tree(tmp_path, files)
    assert deflask(tmp_path, "fix", *options).code == code


def test_what_remains(tmp_path: Path) -> None:
    """What only a person or --unsafe-fixes can fix stays as it is, with the reason."""
    tree(tmp_path, {"app.py": APP, "shop.py": UNSAFE})
    done = deflask(tmp_path, "fix")
    assert (tmp_path / "shop.py").read_bytes() == UNSAFE
    assert "app.py:5:1: DF101 [fixed]" in done.text
    assert "shop.py:4:5: DF101 [unsafe]" in done.text
    assert done.text.endswith("Fixed 1 finding, 1 left. 1 more with --unsafe-fixes.\n")


def test_broken_file_stops_nobody(tmp_path: Path) -> None:
    """The files before and after it are fixed and reported."""
    tree(tmp_path, {"a.py": APP, "b.py": BROKEN, "c.py": APP})
    done = deflask(tmp_path, "fix")
    assert done.errors == ["error: b.py: broken syntax: line 3: '(' was never closed"]
    assert done.text.endswith("Fixed 2 findings. 1 error.\n")
    assert [(tmp_path / name).read_bytes() for name in ("a.py", "b.py", "c.py")] == [FIXED, BROKEN, FIXED]


def test_env_var(tmp_path: Path) -> None:
    """The variable is the one that was asked for, in the source and in what is said of it."""
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, "fix", "--env-var", "SHOP_DEBUG")
    assert (tmp_path / "app.py").read_bytes() == FIXED.replace(b"FLASK_DEBUG", b"SHOP_DEBUG")
    assert "note: only SHOP_DEBUG=1 switches debug on now" in done.text


@pytest.mark.parametrize(
    ("style", "source", "quote"),
    [
        ("double", QUOTED, '"'),
        ("single", APP, "'"),
        ("preserve", QUOTED, "'"),
        ("preserve", APP + b'print("shop")\n', '"'),
        ("preserve", APP, '"'),
    ],
)
def test_quote_style(tmp_path: Path, style: str, source: bytes, quote: str) -> None:
    """All new code has the quotes that were asked for, the guard's too."""
    tree(tmp_path, {"app.py": source})
    assert deflask(tmp_path, "fix", "--quote-style", style).code == 0
    text = (tmp_path / "app.py").read_text(encoding="utf-8")
    assert f"if __name__ == {quote}__main__{quote}:" in text
    assert f"debug=os.environ.get({quote}FLASK_DEBUG{quote}) == {quote}1{quote})" in text


def test_no_guard(tmp_path: Path) -> None:
    """Only the value changes; that no guard was put is said, and the finding counts as fixed."""
    tree(tmp_path, {"app.py": APP})
    done = deflask(tmp_path, "fix", "--no-guard")
    assert done.code == 0
    text = (tmp_path / "app.py").read_text(encoding="utf-8")
    assert text.endswith('\napp.run(debug=os.environ.get("FLASK_DEBUG") == "1")\n')
    assert "__main__" not in text
    assert "    guard left: --no-guard\n" in done.text


def test_suppressed_is_not_edited(tmp_path: Path) -> None:
    source = APP.replace(b"True)", b"True)  # deflask: ignore[DF101]")
    tree(tmp_path, {"app.py": source})
    assert deflask(tmp_path, "fix").text.endswith(" 1 suppressed.\n")
    assert (tmp_path / "app.py").read_bytes() == source
    assert deflask(tmp_path, "fix", "--ignore-suppressions").code == 0
    assert (tmp_path / "app.py").read_bytes() != source
