"""A headless Chromium for tests, which keeps what a page complains of and whom it asks."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.commands import command

CHROMIUM = os.environ.get("MATTERHOUSE_CHROMIUM") or shutil.which("chromium") or ""
# As root and without a network: no sandbox, and nothing asked of Google.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
SCREENSHOTS = Path(os.environ.get("MATTERHOUSE_SCREENSHOTS") or Path(__file__).parents[2] / "screenshots")


class Browser:
    """Opens pages of one site; ``complaints`` are errors, warnings and dialogs, ``foreign`` requests to other hosts."""

    def __init__(self, browser, address: str):
        self._browser, self.address = browser, address
        self.complaints: list[str] = []
        self.foreign: list[str] = []

    @contextmanager
    def open(self, path: str, **options) -> Iterator:
        """A page, fully loaded, in a context of its own."""
        context = self._browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | options)
        page = context.new_page()
        page.on("console", lambda message: self._note(path, message.text, message.type in ("error", "warning")))
        page.on("pageerror", lambda error: self._note(path, str(error), True))
        page.on("dialog", lambda dialog: (self._note(path, dialog.message, True), dialog.dismiss()))
        page.on("request", self._look)
        page.goto(self.address + path, wait_until="load")
        yield page
        context.close()

    def _note(self, path: str, words: str, is_bad: bool) -> None:
        self.complaints += [f"{path}: {words}"] if is_bad else []

    def _look(self, request) -> None:
        ours, theirs = urlsplit(self.address), urlsplit(request.url)
        if theirs.scheme not in ("blob", "data") and (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            self.foreign.append(request.url)


@contextmanager
def chromium() -> Iterator:
    """The browser; a test that asks for it is skipped where there is none."""
    if not CHROMIUM:
        pytest.skip("Chromium is not there: apt-get install chromium, or MATTERHOUSE_CHROMIUM names it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(warehouse: Path) -> Iterator[str]:
    """The address of a dashboard in a process of its own."""
    arguments = command("dashboard", "--port", 0, "--warehouse", warehouse)
    process = subprocess.Popen(arguments, cwd=warehouse, stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield found[0]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def screenshot(page, name: str) -> None:
    """A picture of the whole page, for a person to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    (SCREENSHOTS / f"{name}.png").write_bytes(page.screenshot(full_page=True))
