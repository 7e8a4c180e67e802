"""What every test runs under: a Prefect home and a git identity of its own, nothing of the person's."""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.shared import corpus

ROOT = Path(__file__).resolve().parents[1]

_OF_GIT, _OF_PREFECT = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"), ("PREFECT_API_URL", "PREFECT_PROFILE")
for _inherited in (*_OF_GIT, *_OF_PREFECT, "MAKEFLAGS", "MAKELEVEL"):
    os.environ.pop(_inherited, None)
os.environ.update(
    GIT_CONFIG_GLOBAL=os.devnull,
    GIT_CONFIG_NOSYSTEM="1",
    GIT_AUTHOR_NAME="Test",
    GIT_AUTHOR_EMAIL="test@example.org",
    GIT_COMMITTER_NAME="Test",
    GIT_COMMITTER_EMAIL="test@example.org",
    XDG_CACHE_HOME=tempfile.mkdtemp(prefix="matterhouse-cache-"),
    PREFECT_HOME=tempfile.mkdtemp(prefix="matterhouse-prefect-"),
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
)
for _folder in ("PREFECT_HOME", "XDG_CACHE_HOME"):
    atexit.register(shutil.rmtree, os.environ[_folder], ignore_errors=True)

# A shell lets what it starts in the background ignore Ctrl-C, and so would everything that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The same examples in every run, so that a test fails for what was changed; and no limits of time, which a busy machine
# breaks. To look for new examples: make test ARGS="--hypothesis-profile=search"; what is found becomes an @example.
_patient = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("suite", _patient, derandomize=True, database=None)
hypothesis.settings.register_profile("search", _patient, print_blob=True)
hypothesis.settings.load_profile("suite")

# Prefect keeps them for the life of a process; they wait until somebody gives them work.
WAITING_FOR_WORK = ("GlobalEventLoopThread", "RunSyncEventLoopThread", "AnyIO worker thread")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where the tests of a file stay in one process, those of the flows do, too: they share a Prefect server."""
    from xdist.scheduler import LoadFileScheduling

    class OneServer(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "tests/flows" if nodeid.startswith("tests/flows/") else super()._split_scope(nodeid)

    # By default the files with the fewest tests come last, which are those that take longest.
    config.option.loadscopereorder = False
    return OneServer(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(autouse=True)
def no_thread_outlives_its_test() -> Iterator[None]:
    """A thread that goes on would change the process under later tests: its `random` state, its memory, its files."""
    before = set(threading.enumerate())
    yield
    left = [each for each in threading.enumerate() if each not in before and each.name not in WAITING_FOR_WORK]
    for thread in left:
        thread.join(10)
    assert not [thread for thread in left if thread.is_alive()]


@pytest.fixture(scope="session")
def real_repository(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """``real_repository("power-apps")`` is a fresh clone of that repository's bundle; skips where it is absent."""
    clones: dict[str, Path] = {}

    def clone(name: str) -> Path:
        bundle = corpus(f"{name}.bundle")
        if name not in clones:
            clones[name] = tmp_path_factory.mktemp("corpora") / name
            subprocess.run(["git", "clone", "--quiet", bundle, clones[name]], check=True)
        return clones[name]

    return clone
