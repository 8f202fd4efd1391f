"""What must hold of every fix, and the command that shows it of many: `python -m tests.trust.properties`."""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, assume, given, settings
from hypothesis import strategies as st

from deflask.engine import fix_source
from deflask.model import Edit, FileResult, Settings, Status
from tests.command import deflask, git
from tests.trust.gate import hidden
from tests.trust.judge import faults
from tests.trust.modules import Form, forms, programs
from tests.trust.sites import SITES, Site
from tests.trust.splicing import Place, compiles, parses, places, splice

OPTIONS = (
    Settings(),
    Settings(unsafe_fixes=True),
    Settings(select=("ALL",), unsafe_fixes=True, quote_style="single"),
    Settings(no_guard=True, quote_style="preserve", env_var="SITE_DEBUG"),
)
_SHOWN_BY_LATER_FIXES = "comes to life"


@dataclass
class Count:
    """How many programs were looked at, and what became of them."""

    by_kind: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(self.by_kind.items()))
        rules = ", ".join(f"{rule} {number}" for rule, number in sorted(self.by_rule.items()))
        return f"{kinds}\nfixed: {rules}"


def edits_of(result: FileResult) -> tuple[Edit, ...]:
    """The edits that a result says were made."""
    return tuple(dict.fromkeys(edit for finding in result.findings if finding.fixable for edit in finding.edits))


def holds(data: bytes, options: Settings, count: Count, folder: Path | None = None) -> None:
    """Fix a program that parses, and assert all that is promised of the result; with a folder also through git."""
    count.by_kind["programs"] += 1
    assert hidden(data, "m.py", options) == [], "the gate hides"
    result = fix_source(data, "m.py", settings=options)
    assert result.status is not Status.ERROR, result.error
    if result.output is None:
        count.by_kind["left alone"] += 1
    else:
        count.by_kind["fixed"] += 1
        count.by_rule.update(finding.rule for finding in result.findings if finding.fixable)
        assert compiles(result.output) or not compiles(data), "does not compile any more"
        wrong = faults(data, result.output, edits_of(result), options)
        assert not wrong, "\n".join(wrong)
        again = fix_source(result.output, "m.py", settings=options)
        later = any(_SHOWN_BY_LATER_FIXES in (finding.reason or "") for finding in result.findings)
        assert again.output is None or later, "a second fix changes it again"
    if folder is not None:
        _through_git(data, options, result, folder)
        count.by_kind["through git"] += 1


def _through_git(data: bytes, options: Settings, result: FileResult, folder: Path) -> None:
    """`deflask diff` and `git apply` come to the bytes of `deflask fix`."""
    file = folder / "m.py"
    file.write_bytes(data)
    arguments = _arguments(options)
    diff = deflask(folder, "diff", "m.py", *arguments)
    assert file.read_bytes() == data, "diff has changed the file"
    if diff.out:
        git(folder, "apply", "-", stdin=diff.out)
    applied = file.read_bytes()
    file.write_bytes(data)
    deflask(folder, "fix", "m.py", *arguments)
    assert file.read_bytes() == applied, "git makes something else of the diff than fix does"
    assert applied == (result.output or data), "the command fixes otherwise than the library"


def _arguments(options: Settings) -> list[str]:
    arguments = ["--quote-style", options.quote_style, "--env-var", options.env_var]
    arguments += ["--unsafe-fixes"] if options.unsafe_fixes else []
    arguments += ["--no-guard"] if options.no_guard else []
    return [*arguments, *(["--select", "ALL"] if options.select else [])]


@st.composite
def spliced(draw: st.DrawFn) -> tuple[bytes, Site, Place]:
    """A program in some form, with a site somewhere in it."""
    text, form, site = draw(programs()), draw(forms()), draw(st.sampled_from(SITES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assume(parses(text))
        place = draw(st.sampled_from(places(text)))
        with_site = splice(text, site, place, "\n", "    ")
        assume(with_site is not None)
        data = form.write(with_site or "")
        assume(_same_as_text(data, form))
    return data, site, place


def _same_as_text(data: bytes, form: Form) -> bool:
    # What an encoding or a line end does to the program can make another one of it, or none.
    return parses(data) and (form.encoding == "utf-8" or b"\0" not in data)


def run(examples: int, seed: int | None, count: Count, through_git: bool = True) -> None:
    """So many spliced programs, and a quarter as many without a site.

    Raises AssertionError with the smallest that fails.
    """
    profile = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=seed is None,
        print_blob=True,
        verbosity=Verbosity.normal,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        @profile
        @given(spliced(), st.sampled_from(OPTIONS))
        def with_site(made: tuple[bytes, Site, Place], options: Settings) -> None:
            count.by_kind[f"spliced: {made[2].how}"] += 1
            _quietly(made[0], options, count, folder if through_git else None)

        @settings(profile, max_examples=max(examples // 4, 1))
        @given(programs(), forms(), st.sampled_from(OPTIONS))
        def without(text: str, form: Form, options: Settings) -> None:
            data = form.write(text)
            assume(_same_as_text(data, form))
            count.by_kind["without a site"] += 1
            _quietly(data, options, count, None)

        for test in (with_site, without):
            if seed is not None:
                from hypothesis import seed as seeded

                test = seeded(seed)(test)
            test()


def _quietly(data: bytes, options: Settings, count: Count, folder: Path | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        holds(data, options, count, folder)


def main() -> None:
    """Run as many examples as asked for and print the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.properties", description=__doc__)
    parser.add_argument("--examples", type=int, default=2000, help="programs with a site (default: 2000)")
    parser.add_argument(
        "--seed", type=int, default=None, help="of the random numbers (default: the same as in the tests)"
    )
    arguments = parser.parse_args()
    count, started = Count(), time.monotonic()
    run(arguments.examples, arguments.seed, count)
    print(f"{count}\n{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
