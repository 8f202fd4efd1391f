"""What the README says can be copied and pasted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.command import ROOT


def test_the_demo(tmp_path: Path) -> None:
    """Its script runs, and `status` says what the README shows."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Many repositories")[2]
    [script] = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    shown = re.findall(r"```text\n(.*?)```", section, re.DOTALL)[0]
    command = tmp_path / "bin" / "deflask"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m deflask "$@"\n')
    command.chmod(0o755)
    env = {**os.environ, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
    assert "13 repositories with the same change" in done.stdout
    assert 'debug=os.environ.get("FLASK_DEBUG") == "1"' in done.stdout.partition("Deflask-Version")[2]
