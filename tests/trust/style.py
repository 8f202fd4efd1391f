"""Programs of which black, Ruff and isort say nothing, and what they say after a fix: `python -m tests.trust.style`."""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import black
import isort
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deflask.engine import fix_source
from deflask.model import Settings
from tests.cases import cases
from tests.trust.modules import programs
from tests.trust.sites import SITES
from tests.trust.splicing import parses, places, splice

_RULES = "E,F,W,I,B,UP,SIM"
_LINE = 88
_ENDLESS = 10_000
_SORTED = {"isort": isort.Config(), "isort, black's profile": isort.Config(profile="black")}
Opinions = set[str]
_KNOWN = {
    # The default of a parameter becomes a call: what decides stays where it was.
    "ruff B008",
    # The guard goes into a block whose own condition has to be asked by those who import the module, too.
    "ruff SIM102",
}
"""What a fix may leave to be said, each with a reason."""
# Where a statement that forces the environment goes, an import of a block that only it used stays (Ruff's F401).
_TIDY = [site for site in SITES if site.rule != "DF109"]


def opinions(sources: Mapping[str, str]) -> dict[str, Opinions]:
    """For each program the tools, and the rules of Ruff, that have something against it."""
    found: dict[str, Opinions] = {name: _formatters(source) for name, source in sources.items()}
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(sources.values()):
            Path(folder, f"m{number}.py").write_text(source, encoding="utf-8", newline="")
        options = ("--isolated", "--no-cache", "--select", _RULES, "--ignore", "E501", "--output-format", "json")
        command = [sys.executable, "-m", "ruff", "check", *options, "--target-version", "py310", folder]
        done = subprocess.run(command, capture_output=True, check=False, timeout=600)
        assert done.returncode in (0, 1), done.stderr.decode()
        names = list(sources)
        for message in json.loads(done.stdout):
            number = int(Path(message["filename"]).stem[1:])
            found[names[number]].add(f"ruff {message['code']}")
    return found


def _formatters(source: str) -> Opinions:
    found = {tool for tool, config in _SORTED.items() if isort.code(source, config=config) != source}
    for length in (_LINE, _ENDLESS):
        if not _is_black(source, length):
            found.add(f"black, lines of {length}")
    return found


def _is_black(source: str, length: int) -> bool:
    try:
        return black.format_str(source, mode=black.Mode(line_length=length)) == source
    except (ValueError, SyntaxError):
        return False


def spoilt(pairs: Mapping[str, tuple[str, str]]) -> dict[str, Opinions]:
    """The programs, before and after a fix, of which a tool says something that said nothing before."""
    before = opinions({name: pair[0] for name, pair in pairs.items()})
    after = opinions({name: pair[1] for name, pair in pairs.items()})
    new = {name: after[name] - before[name] - _KNOWN for name in pairs}
    for name, said in new.items():
        # How lines are broken that are or become too long is the user's business: of them black is not asked.
        if _too_long(pairs[name][1]) or f"black, lines of {_ENDLESS}" in before[name]:
            said.discard(f"black, lines of {_LINE}")
    return {name: said for name, said in new.items() if said}


def _too_long(source: str) -> bool:
    return max(map(len, source.split("\n"))) > _LINE


def fixtures() -> dict[str, tuple[str, str]]:
    """The rules' pairs that are programs in UTF-8 with line feeds, and do not ask for other quotes than black's."""
    pairs = {}
    for case in cases():
        if (
            case.settings.quote_style == "double"
            and case.path.suffix == ".py"
            and case.before != case.after
            and b"\r" not in case.before + case.after
        ):
            try:
                pairs[case.name] = (case.before.decode(), case.after.decode())
            except UnicodeDecodeError:
                continue
    return pairs


def tidied(text: str) -> str | None:
    """A program as isort and black like it, None where they make none of it."""
    try:
        # Black keeps form feeds, and isort takes their lines for code.
        source = black.format_str(
            isort.code(text.replace("\f", ""), config=_SORTED["isort, black's profile"]), mode=black.Mode()
        )
    except (ValueError, SyntaxError):
        return None
    return source if parses(source) else None


def spliced(examples: int, seed: int) -> dict[str, tuple[str, str]]:
    """Programs with a site that isort and black have been over, with what a fix makes of them."""
    pairs: dict[str, tuple[str, str]] = {}
    chance = random.Random(seed)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(programs(), st.randoms(use_true_random=False))
    def made(text: str, _: random.Random) -> None:
        if not parses(text):
            return
        site, place = chance.choice(_TIDY), chance.choice(places(text))
        with_site = splice(text, site, place, "\n", "    ")
        source = tidied(with_site) if with_site is not None else None
        if source is None:
            return
        result = fix_source(source.encode(), "m.py", settings=Settings(unsafe_fixes=True))
        if result.output is not None:
            pairs[f"{len(pairs)}: {site.name}, {place.how}"] = (source, result.output.decode())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made()
    return pairs


def told(pairs: Mapping[str, tuple[str, str]]) -> str:
    """What is spoilt, to be read."""
    return "\n".join(
        f"{name}: {', '.join(sorted(said))}\n{pairs[name][0]}\n-->\n{pairs[name][1]}"
        for name, said in spoilt(pairs).items()
    )


def count(pairs: Mapping[str, tuple[str, str]]) -> str:
    """How many programs there are, and of how many each tool said nothing before."""
    before = opinions({name: pair[0] for name, pair in pairs.items()})
    against = Counter(re.sub(r" [A-Z]+\d+$", "", said) for name in before for said in _tools(before[name]))
    tools = (*_SORTED, f"black, lines of {_LINE}", "ruff")
    clean = ", ".join(f"{tool} {len(pairs) - against[tool]}" for tool in tools)
    return f"{len(pairs)} programs, clean before: {clean}, all {sum(not said for said in before.values())}"


def _tools(said: Opinions) -> set[str]:
    return {re.sub(r" [A-Z]+\d+$", "", each) for each in said}


def main() -> None:
    """Compare opinions of the fixtures and of as many spliced programs as asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.style", description=__doc__)
    parser.add_argument("--examples", type=int, default=1000, help="spliced programs (default: 1000)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.monotonic()
    for title, pairs in (("fixtures", fixtures()), ("spliced", spliced(arguments.examples, arguments.seed))):
        wrong = told(pairs)
        print(f"{title}: {count(pairs)}\n{wrong}", end="")
        if wrong:
            sys.exit(1)
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
