"""`matterhouse serve` as an operator meets it: what it tells, its pages, and the commands of docs/operating.md."""

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest

from tests.flows.patience import PATIENCE, wait_until
from tests.flows.servers import ROOT, Prefect, free_port
from tests.warehouses import rows

pytestmark = [pytest.mark.slow, pytest.mark.server]

TRIGGERS = re.findall(r"^\$ (prefect deployment run .*)$", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    """A server of its own, on a port that is not Prefect's, with a configuration of one source."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "content" / "_news").mkdir(parents=True)
    (folder / "content" / "_news" / "one.md").write_text("---\ntitle: One\n---\nText.\n")
    (folder / "matterhouse.yml").write_text(f"sources: {{news: {{uri: 'folder:{folder}/content'}}}}\n")
    prefect = Prefect(folder, free_port())
    command = ("matterhouse.cli", "serve", "--config", str(folder / "matterhouse.yml"), "--port", str(prefect.port))
    prefect.start("serve", *command, PREFECT_API_URL=None, PREFECT_LOGGING_SERVER_LEVEL=None)
    try:
        wait_until(lambda: "started!" in prefect.log("serve"), "started")
        yield prefect
    finally:
        prefect.stop_all()


def test_it_tells_what_it_waits_for(served: Prefect):
    lines = served.log("serve").splitlines()
    log = served.folder / "home" / "server.log"
    address = f"http://127.0.0.1:{served.port}"
    assert lines[0] == f"starting a Prefect server at {address}, which takes half a minute; its log is {log}"
    assert f"Prefect is at {address}; stop with Ctrl-C or SIGTERM" in lines and log.exists()


def test_its_pages_ask_the_api_where_it_is(served: Prefect):
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/ui-settings", timeout=30) as answer:
        assert json.load(answer)["api_url"] == served.url


@pytest.mark.parametrize("command", TRIGGERS)
def test_the_documented_commands_trigger_runs_with_the_configuration(served: Prefect, command: str):
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command), "--watch"],
        env=served.environment, capture_output=True, text=True, timeout=PATIENCE, cwd=served.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [[newest]] = rows(served.folder / "warehouse", "SELECT count(*) FROM records")
    assert newest == 1


def test_its_log_has_a_line_per_run_also_of_one_that_fails(served: Prefect):
    before = len(served.log("serve").splitlines())
    for _ in range(2):
        assert served.end(served.trigger("refresh/refresh"))["type"] == "COMPLETED"
    (served.folder / "content").rename(served.folder / "elsewhere")
    assert served.end(served.trigger("refresh/refresh"))["type"] == "FAILED"
    lines = wait_until(
        lambda: (found := served.log("serve").splitlines()[before:]) and "Failed" in found[-1] and found, "told"
    )
    assert [re.sub(".*(Completed, unchanged|Failed, source news).*", r"\1", line) for line in lines if "warehouse: " in line] == [
        "Completed, unchanged", "Completed, unchanged", "Failed, source news"
    ]  # fmt: skip
    assert len(lines) <= 6 and not any("Traceback" in line for line in lines), lines


def test_the_documented_commands_are_found():
    assert len(TRIGGERS) >= 3 and any('"reason"' in command for command in TRIGGERS)
