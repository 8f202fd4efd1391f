"""deflask from Python."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import deflask
from tests.command import APP, BROKEN, FIXED, tree


def test_check_source() -> None:
    findings = deflask.check_source(APP, "app.py")
    assert [(finding.rule, finding.path, finding.span.line) for finding in findings] == [("DF101", "app.py", 5)]
    with pytest.raises(deflask.SourceError, match="broken syntax"):
        deflask.check_source(BROKEN, "app.py")


def test_fix_source_is_pure(tmp_path: Path) -> None:
    """Bytes in, a result out, and no file of that name is asked for."""
    result = deflask.fix_source(APP, str(tmp_path / "none.py"))
    assert (result.output, result.status.value) == (FIXED, "would-fix")
    assert list(tmp_path.iterdir()) == []
    assert deflask.fix_source(BROKEN, "app.py").status.value == "error"
    settings = deflask.Settings(env_var="APP_DEBUG", no_guard=True)
    output = deflask.fix_source(APP, "app.py", settings=settings).output
    assert output is not None
    assert output.endswith(b'app.run(debug=os.environ.get("APP_DEBUG") == "1")\n')


def test_paths(tmp_path: Path) -> None:
    tree(tmp_path, {"a.py": APP, "b.py": BROKEN, "c.py": b"x = 1\n", "venv/d.py": APP})
    statuses = [result.status.value for result in deflask.check_paths([str(tmp_path), "none"])]
    assert statuses == ["would-fix", "error", "clean", "error"]
    fixed = list(deflask.fix_paths([str(tmp_path)]))
    assert [result.status.value for result in fixed] == ["fixed", "error", "clean"]
    assert (tmp_path / "a.py").read_bytes() == FIXED
    assert all(finding.fixed for finding in fixed[0].findings)


def test_results_can_go_to_other_processes() -> None:
    result = deflask.fix_source(APP, "app.py")
    assert pickle.loads(pickle.dumps(result)) == result


def test_names() -> None:
    """Everything that is announced is there, and nothing else."""
    assert all(getattr(deflask, name) for name in deflask.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = deflask.nothing
