"""`[tool.deflask]`: the nearest file counts, the command line wins, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import APP, deflask, tree

SORTED = "from calendar import month\nfrom pathlib import Path\n\nfrom flask import Flask\n\n"


def test_nearest_file_counts(tmp_path: Path) -> None:
    """A file without a table of ours is passed over; two tables do not add up."""
    tree(
        tmp_path,
        {
            "pyproject.toml": '[tool.deflask]\nenv-var = "OUTER"\nquote-style = "single"\n',
            "a/pyproject.toml": "[project]\nname = 'deflask-user'\n",
            "a/app.py": APP,
            "b/pyproject.toml": '[tool.deflask]\nenv-var = "INNER"\n',
            "b/app.py": APP,
        },
    )
    assert deflask(tmp_path, "fix").code == 0
    assert b"environ.get('OUTER') == '1'" in (tmp_path / "a/app.py").read_bytes()
    assert b'environ.get("INNER") == "1"' in (tmp_path / "b/app.py").read_bytes()


@pytest.mark.parametrize(
    ("options", "variable"),
    [
        (("--env-var", "SHELL_DEBUG"), b"SHELL_DEBUG"),
        (("--isolated",), b"FLASK_DEBUG"),
        (("--config", "other.toml"), b"OTHER"),
    ],
)
def test_command_line_wins(tmp_path: Path, options: tuple[str, ...], variable: bytes) -> None:
    tree(
        tmp_path,
        {
            "pyproject.toml": '[tool.deflask]\nenv-var = "PROJECT"\n',
            "other.toml": '[tool.deflask]\nenv-var = "OTHER"\n',
            "app.py": APP,
        },
    )
    assert variable in deflask(tmp_path, "diff", *options).out


def test_every_key(tmp_path: Path) -> None:
    """The keys are the names of the options."""
    table = """\
[tool.deflask]
select = ["DF101", "import-time-run"]
extend-select = ["DF112"]
ignore = ["DF111"]
exclude = ["old"]
extend-exclude = ["/generated"]
unsafe-fixes = false
no-guard = true
ignore-suppressions = true
no-respect-gitignore = true
env-var = "APP_DEBUG"
quote-style = "preserve"

[tool.deflask.per-file-ignores]
"legacy/*" = ["DF101"]
"admin.py" = ["DF1"]
"""
    ignored = b"# noqa\n" + APP.replace(b"True)", b"True)  # noqa")
    tree(tmp_path, {"pyproject.toml": table, ".gitignore": "hidden/\n", "hidden/app.py": ignored})
    tree(tmp_path, dict.fromkeys(["old/x.py", "generated/x.py", "legacy/x.py", "admin.py", "sub/generated/x.py"], APP))
    done = deflask(tmp_path, "diff")
    assert sorted(line[6:] for line in done.text.splitlines() if line.startswith("+++ ")) == [
        "hidden/app.py",
        "sub/generated/x.py",
    ]
    assert 'environ.get("APP_DEBUG")' in done.text
    assert "__main__" not in done.text


def test_force_sort_within_sections(tmp_path: Path) -> None:
    """How the project sorts its imports decides where `import os` goes."""
    expected = {False: "import os\nfrom calendar", True: "month\nimport os\nfrom pathlib"}
    configurations = {
        "ruff.toml": "[lint.isort]\nforce-sort-within-sections = true\n",
        "pyproject.toml": "[tool.isort]\nforce_sort_within_sections = true\n",
        ".isort.cfg": "[settings]\nforce_sort_within_sections = True\n",
        "setup.cfg": "[isort]\nforce_sort_within_sections = 1\n",
        "tox.ini": "[tox]\n[isort]\nforce_sort_within_sections = off\n",
        "none.txt": "",
    }
    for number, (name, text) in enumerate(configurations.items()):
        folder = tmp_path / str(number)
        tree(folder, {name: text, "app/app.py": SORTED + "Flask(__name__).run(debug=True)\n"})
        deflask(folder, "fix")
        assert expected[number < 4] in (folder / "app/app.py").read_text(), name


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            "[tool.deflask]\nunsafe_fixes = true\n",
            "unknown key 'unsafe_fixes' in [tool.deflask], did you mean 'unsafe-fixes'?",
        ),
        ("[tool.deflask]\nzzz = true\n", "unknown key 'zzz' in [tool.deflask]; known are"),
        ("[tool.deflask]\nunsafe-fixes = 1\n", "unsafe-fixes: not true or false"),
        ("[tool.deflask]\nselect = 'DF101'\n", "select: not a list of strings"),
        ("[tool.deflask]\nselect = ['DF999']\n", "select: 'DF999' is no rule; known are DF101"),
        ("[tool.deflask]\nexclude = [1]\n", "exclude: not a list of strings"),
        ("[tool.deflask]\nexclude = ['!']\n", "exclude: '!' "),
        ("[tool.deflask]\nselect = [1]\n", "select: not a list of strings"),
        ("[tool.deflask]\nextend-select = true\n", "extend-select: not a list of strings"),
        ("[tool.deflask]\nignore = {}\n", "ignore: not a list of strings"),
        ("[tool.deflask]\nextend-exclude = 'a'\n", "extend-exclude: not a list of strings"),
        ("[tool.deflask]\nno-guard = 'yes'\n", "no-guard: not true or false"),
        ("[tool.deflask]\nignore-suppressions = 0\n", "ignore-suppressions: not true or false"),
        ("[tool.deflask]\nno-respect-gitignore = []\n", "no-respect-gitignore: not true or false"),
        ("[tool.deflask]\nquote-style = 1\n", "quote-style: 1 is not one of"),
        ("[tool.deflask]\nper-file-ignores = { 'a.py' = 'DF101' }\n", "per-file-ignores: not a list of strings"),
        ("[tool.deflask]\nper-file-ignores = { 'a.py' = ['X'] }\n", "per-file-ignores: 'X' is no rule"),
        ("[tool.deflask]\nenv-var = 'A B'\n", "env-var: 'A B' is not the name of an environment variable"),
        ("[tool.deflask]\nenv-var = 1\n", "env-var: 1 is not the name"),
        ("[tool.deflask]\nquote-style = 'triple'\n", "quote-style: 'triple' is not one of double, single, preserve"),
        ("[tool.deflask]\nper-file-ignores = []\n", "per-file-ignores: not a table of patterns and rules"),
        ("[tool]\ndeflask = 1\n", "[tool.deflask] is not a table"),
        ("tool = 'deflask'\n", "[tool] is not a table"),
        ("[tool.deflask\n", "not valid TOML: "),
        (b"# \xff deflask\n", "not valid TOML: "),
    ],
)
def test_what_is_wrong_is_named_in_one_line(tmp_path: Path, text: str | bytes, cause: str) -> None:
    tree(tmp_path, {"pyproject.toml": text, "app.py": APP})
    done = deflask(tmp_path, "fix")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("error: ")
    assert "pyproject.toml: " + cause in done.err
    assert (tmp_path / "app.py").read_bytes() == APP


@pytest.mark.parametrize(("name", "cause"), [("none.toml", "cannot be read"), ("empty.toml", "no [tool.deflask]")])
def test_config_file_that_does_not_help(tmp_path: Path, name: str, cause: str) -> None:
    tree(tmp_path, {"empty.toml": "", "app.py": APP})
    done = deflask(tmp_path, "check", "--config", name)
    assert (done.code, done.errors) == (2, [done.err.strip()])
    assert f"{name}: {cause}" in done.err
