"""Every fixture program that can be started has its debugger on before the fix, off after it, and on for who asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

import deflask
from deflask.model import FileResult, Finding
from deflask.rules import load

from .programs import Program, Start, Worker, kept, programs, requests, worker
from .stacks import FLASKS

VERSIONS = [pytest.param(stack, marks=pytest.mark.live) for stack in FLASKS]


@pytest.fixture(scope="session", params=[None, *VERSIONS], ids=lambda stack: stack.name if stack else "here")
def starter(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Worker]:
    """One process that starts all programs, with the Flask of the tests or an older one."""
    with worker(tmp_path_factory.mktemp("worker"), request.param) as process:
        yield process


@pytest.mark.parametrize("program", programs(), ids=lambda program: program.name)
def test_program(program: Program, starter: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The debugger is on with nothing set before, off after, and on again where its variable is set."""
    monkeypatch.chdir(tmp_path)
    program.write(tmp_path)
    before = {script: starter.start(tmp_path, script) for script in program.starts}
    running = {script: start for script, start in before.items() if start.gets_there}
    if not running:
        pytest.skip(_why_not(list(before.values())))
    if any(PurePath(name).parts[-2:] == ("flask", "__init__.py") for name in program.files):
        pytest.skip("brings a flask of its own")
    findings = _fix(program)
    on_by_default = {code for code, rule in load().items() if rule.default}
    was_on = any(start.on for start in running.values())
    if not was_on and all(finding.rule == "DF109" for finding in findings) and _reads_otherwise(starter, program):
        pytest.skip("sets what the Flask that is installed does not read, or has read by then")
    if any(finding.rule in on_by_default for finding in findings):
        assert was_on, "it is not on before, so the fixture proves nothing"
    alone = len(program.starts) == 1
    for script, old in running.items():
        new = starter.start(tmp_path, script)
        assert (new.on, new.raised) == (False, old.raised), script
        # A file that starts another one by importing it need not do so any longer.
        assert new.runs == old.runs or not alone, script
        asking = [starter.start(tmp_path, script, **variables) for variables in requests(findings, program)]
        if asking and (alone or (old.on and new.runs)):
            assert any(start.on for start in asking), script
            assert any(start.raised == old.raised for start in asking), script


@pytest.mark.parametrize("program", kept(), ids=lambda program: program.name)
def test_kept_program(program: Program, starter: Worker, tmp_path: Path) -> None:
    """What is left alone has its debugger off with nothing set, as far as it gets."""
    program.write(tmp_path)
    assert not any(starter.start(tmp_path, script).on for script in program.starts)


def _reads_otherwise(starter: Worker, program: Program) -> bool:
    """Flask 0.12 reads FLASK_DEBUG when it is imported, 1.0 to 2.2 read FLASK_ENV, none sees `putenv`."""
    source = b"".join(program.files.values())
    early = starter.stack is not None and starter.stack.name == "flask-0.12"
    return early or bool(re.search(rb"FLASK_ENV|putenv", source))


def _why_not(starts: list[Start]) -> str:
    """The rule by which a program is left out that never gets to a server."""
    missing = [start.missing for start in starts if start.missing]
    raised = [start.raised for start in starts if start.raised]
    if missing or not raised:
        return f"imports {missing[0]}" if missing else "never gets to a run"
    return f"ends with {raised[0]} before any run"


def _fix(program: Program) -> list[Finding]:
    """The findings, all of them fixed."""
    settings = replace(program.settings, unsafe_fixes=True)
    results: list[FileResult] = list(deflask.fix_paths(["."], settings))
    assert not [result.error for result in results if result.error]
    if any(result.suppressed for result in results):
        pytest.skip("holds what is suppressed")
    findings = [finding for result in results for finding in result.findings]
    if not all(finding.fixed for finding in findings):
        pytest.skip("holds what a person has to fix")
    if findings and all("no run of the app is in view" in (finding.reason or "") for finding in findings):
        pytest.skip("runs another app, if any")
    return findings
