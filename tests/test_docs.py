"""Documentation that can go stale: what it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("matterhouse", "dashboards", "flows", "sql", "transforms", "tests", "docs", "data", "benchmarks")
# Rooms that the documentation plans.
PLANNED = {"sql/marts/"}
PATH = re.compile(rf"`((?:{'|'.join(ROOMS)})/[\w./-]*)`")
SHORT = re.compile(r"`((?:engine|executors|warehouse|reading|sources)/[\w/]+\.py)`")


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md", "README.md"])
def test_the_files_that_are_named_are_there(name: str):
    text = (ROOT / name).read_text("utf-8")
    named = {ROOT / path for path in PATH.findall(text) if path not in PLANNED}
    named |= {ROOT / "matterhouse" / path for path in SHORT.findall(text)}
    assert sorted(path.relative_to(ROOT).as_posix() for path in named if not path.exists()) == []


def test_the_modules_that_are_run_are_there():
    texts = [path.read_text("utf-8") for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]]
    modules = {module for text in texts for module in re.findall(r"python -m (matterhouse(?:\.\w+)+)", text)}
    paths = [ROOT / module.replace(".", "/") for module in sorted(modules)]
    assert [path for path in paths if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists())] == []


def test_the_modules_of_tests_that_are_run_are_there():
    """A test that starts a module of another test as a process names it as text, which no import checks."""
    texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")]
    modules = {module for text in texts for module in re.findall(r"\"-m\", \"(tests(?:\.\w+)+)\"", text)}
    assert modules
    assert [module for module in sorted(modules) if not (ROOT / f"{module.replace('.', '/')}.py").exists()] == []
