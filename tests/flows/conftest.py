"""What tests of the flows share: a small content repository, its configuration, and one Prefect server for all of them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A temporary Prefect server, and flow runs without the thread that sends heartbeats."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120), temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    """A folder with 20 stories and a broken file, all of them years old: files of this second are read again to be sure."""
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
