"""What tests of the flows share: a small content repository, its configuration, and one Prefect server for all."""

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.serving import serving


@pytest.fixture(scope="session")
def shared_prefect_server() -> Iterator[None]:
    """A temporary Prefect server, and flow runs without the thread that sends heartbeats."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with (
        prefect_test_harness(server_startup_timeout=300),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


@pytest.fixture
def prefect_server(shared_prefect_server: None) -> Iterator[None]:
    """The server, to which nothing is connected any more when the test is over.

    Prefect sends events and logs from threads of this process. The connection for events draws a number from `random`
    every 20 seconds to see whether the server is there, which changes what other tests draw.
    """
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    yield
    APILogWorker.drain_all(at_exit=False)
    EventsWorker.drain_all(at_exit=False)


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    """A folder with 20 stories and a broken file, all years old: files of this second are read again to be sure."""
    folder = tmp_path / "content" / "_news"
    folder.mkdir(parents=True)
    for number in range(20):
        (folder / f"2026-01-{number + 1:02}-story.md").write_text(f"---\ntitle: Story {number}\n---\nText.\n")
    (folder / "broken.md").write_text("---\ntitle: [\n---\n")
    for path in folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder.parent


@pytest.fixture
def config(stories: Path, tmp_path: Path) -> Path:
    """A configuration that loads the stories into ``tmp_path / "warehouse"``."""
    file = tmp_path / "matterhouse.yml"
    file.write_text(f"sources:\n  news:\n    uri: folder:{stories}\n")
    return file


@pytest.fixture
def webhook(monkeypatch) -> Iterator[list[dict]]:
    """The notices and pings that arrive at http://127.0.0.1:$HOOK_PORT."""
    arrived = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def do_GET(self):
            arrived.append({"kind": "ping", "path": self.path})
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        monkeypatch.setenv("HOOK_PORT", address.partition(":")[2])
        yield arrived
