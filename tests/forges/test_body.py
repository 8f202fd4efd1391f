"""What pull requests and commits say, and that text of a repository has no effect in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import deflask
from deflask.bulk.forges.body import (
    PullRequestText,
    TemplateError,
    closed_by_us,
    commit_message,
    described,
    is_closed_by_us,
    read_commit_template,
)
from deflask.bulk.forges.text import code, prose, title
from deflask.formats.json import finding_object

HOSTILE = (
    "fix @torvalds Fixes #1, acme/x#2 GH-3 !4 [a](http://x) ![b](//y) www.x.y <img src=x> ]( \n# big\r\n- [ ] \x1b[31m"
    "\u202e&lt; `c` `d"
)
"""Mentions, closing words, links, markup, lines, control characters, an unbalanced backtick."""


def finding(path: str = "app.py", message: str = "`app.run` starts it", **fields: object) -> dict[str, object]:
    """As the JSON format has it."""
    place = {"rule": "DF101", "path": path, "cell": None, "line": 1, "message": message}
    return {**place, "fixed": False, "applicability": "safe", "guard": "added", "reason": None, **fields}


def test_the_body_says_what_why_how_and_what_was_left() -> None:
    source = b"from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n"
    fixed = [finding_object(each) for each in deflask.fix_source(source, "app.py").findings]
    left = finding("run.py", applicability="manual", reason="decided in config.py:3")
    heading, body = PullRequestText().filled("acme/shop", described([*fixed, left]))
    assert heading == "Let only the environment switch Flask's debugger on"
    assert "### What is changed\n\n* `app.py:3`: DF101, " in body
    assert (
        "### What is left to you\n\n* `run.py:1`: DF101, `app.run` starts it; left, because decided in config" in body
    )
    assert "$ FLASK_DEBUG=1 python app.py" in body
    assert "CWE-489" in body
    assert "$" not in re.sub(r"\$ FLASK_DEBUG", "", body)


def test_another_variable_is_named() -> None:
    assert "$ APP_DEBUG=1 python" in PullRequestText().filled("a/b", "", "APP_DEBUG")[1]


def test_a_guard_that_was_left_is_told() -> None:
    text = described([finding(guard="left: its result is used")])
    assert text.endswith("`app.run` starts it; the guard was left: its result is used")


def test_unsafe_fixes_are_changes_where_they_are_asked_for() -> None:
    unsafe = finding(applicability="unsafe")
    assert described([unsafe]).startswith("### What is left to you")
    assert described([unsafe]).endswith("left, because its fix is not safe")
    assert described([unsafe], unsafe_fixes=True).startswith("### What is changed")


@pytest.mark.parametrize("where", ["path", "message", "reason"])
def test_text_of_a_repository_has_no_effect(where: str) -> None:
    """Outside inline code nothing remains that a forge or Markdown would act on."""
    fields = {"path": "app.py", "message": "plain", "reason": "plain", where: HOSTILE}
    text = described([finding(**fields, applicability="manual")])
    lines = text.splitlines()
    assert [line[:1] for line in lines] == ["#", "", "*"]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)
    outside = re.sub(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)", "", lines[2][2:])
    assert not re.search(r"@\w|#\w|!\d|(?<!\\)[\[\]<>*_`#&]|://|www\.|GH-\d", outside), outside


def test_code_holds_whatever_it_is_given() -> None:
    assert code("a`b``c") == "```a`b``c```"
    assert code("`a`") == "`` `a` ``"
    assert code("") == "`(empty)`"
    assert code("a\n\nb") == "`a b`"
    assert len(code("x" * 5000)) < 310


def test_pairs_of_backticks_stay_code_and_one_alone_does_not() -> None:
    assert prose("`app.run(x=*y)` starts *it*") == "`app.run(x=*y)` starts \\*it\\*"
    assert prose("a ` b") == "a \\` b"


def test_a_title_mentions_nobody() -> None:
    assert title("@acme/x\n#1") == "@\u200bacme/x #\u200b1"


def test_a_long_list_is_cut() -> None:
    text = described([finding(f"f{number}.py") for number in range(60)])
    assert text.count("\n* ") == 51
    assert text.endswith("* … and 10 more")
    _, body = PullRequestText("T\n\n$findings").filled("a/b", "* line\n" * 20_000)
    assert len(body) < 60_100
    assert body.endswith("* line\n\n…\n")


def test_the_users_template_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "template.md"
    path.write_text("Debugger off in $repository ($$5)\n\nHi,\n\n$findings\n\n${why} @security $variable $version\n")
    heading, body = PullRequestText.read(path).filled("acme/shop", "* $5 {x} %s $findings")
    assert heading == "Debugger off in acme/shop ($5)"
    assert body.startswith("Hi,\n\n* $5 {x} %s $findings\n\nStarted with nothing set")
    assert "@security FLASK_DEBUG" in body


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"T\n\n$finding", r"template.md:3: \$finding is not known; did you mean \$findings\?"),
        (b"T\n$ABC", r"known are \$repository, \$findings"),
        (b"T\n100 $ each", r"template.md:2: a lone `\$`"),
        (b"\n \n", "is empty"),
        (b"\xff", "cannot be read"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_template_that_is_wrong_is_said_before_anything_is_done(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "template.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TemplateError, match=message):
        PullRequestText.read(path)


def test_a_commit_message_is_the_same_for_the_same_change(tmp_path: Path) -> None:
    version = f"Deflask-Version: {deflask.__version__}\n"
    text = commit_message({"DF103 app-debug": 1, "DF101 run-debug": 2})
    assert text == commit_message({"DF101 run-debug": 2, "DF103 app-debug": 1})
    assert text.startswith("Let only the environment switch Flask's debugger on\n\nStarted with nothing set")
    assert "\nin 3 places, and" in text
    assert "\n\n  DF101 run-debug: 2\n  DF103 app-debug: 1\n\nTo debug, set FLASK_DEBUG=1.\n\nSee https://" in text
    assert text.endswith(f"\n\n{version}")
    assert max(map(len, text.splitlines())) <= 72
    signed = commit_message({"DF101": 1}, "APP_DEBUG", sign_off="A B <a@b.c>\nCo-authored-by: x")
    assert "in 1 place, and" in signed
    assert "set APP_DEBUG=1" in signed
    assert signed.endswith(f"\n\nSigned-off-by: A B <a@b.c> Co-authored-by: x\n{version}")
    path = tmp_path / "commit.txt"
    path.write_text("fix: debugger\n\n$rules\n")
    own = commit_message({"DF101": 1}, template=read_commit_template(path))
    assert own == f"fix: debugger\n\n  DF101: 1\n\n{version}"


def test_a_body_is_marked_once() -> None:
    marked = closed_by_us("text\n")
    assert is_closed_by_us(marked)
    assert not is_closed_by_us("text")
    assert closed_by_us(marked) == marked
