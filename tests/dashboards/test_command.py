"""``matterhouse dashboard`` as a process: it serves, refuses, makes users, exports and ends."""

import re
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from matterhouse.dashboards.access import User
from tests.commands import command, matterhouse


def test_it_serves_until_it_is_told_to_end(blog):
    process = subprocess.Popen(
        command("dashboard", "--port", 0, "--warehouse", blog),
        cwd=blog,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())[0]
        with urllib.request.urlopen(address, timeout=180) as answer:
            assert (blog / "current").resolve().name in answer.read().decode()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=180)
    finally:
        process.kill()
    assert (process.returncode, errors) == (143, "")


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (("--host", "0.0.0.0"), 1, "add --auth USER:HASH, or --auth-header"),
        (("--host", "192.0.2.1", "--auth", str(User.new("a", "b"))), 1, "name another address"),
        (("--auth", "ada:secret"), 2, "expected USER:scrypt"),
        (("--new-user", "a:b"), 2, "without colon"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path, arguments, code, words):
    told = matterhouse("dashboard", *arguments, cwd=tmp_path, input="secret\n")
    assert (told.returncode, told.stdout) == (code, ""), told.stderr
    assert words in " ".join(told.stderr.split())


def test_a_new_user_is_printed_for_auth(tmp_path: Path):
    told = matterhouse("dashboard", "--new-user", "ada", cwd=tmp_path, input="open sesame\n")
    assert (told.returncode, told.stderr) == (0, "")
    user = User.of(told.stdout.strip())
    assert user.name == "ada" and user.has("open sesame") and "sesame" not in told.stdout


@pytest.mark.slow
def test_it_exports_and_says_where(blog, tmp_path: Path):
    told = matterhouse("dashboard", "--export", tmp_path / "site", "--warehouse", blog, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"{tmp_path / 'site'} leads to them" in " ".join(told.stdout.split())
    assert (tmp_path / "site" / "index.html").is_file()
    refused = matterhouse("dashboard", "--export", tmp_path, "--warehouse", blog, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "") and "name another folder" in refused.stderr
    missing = matterhouse("dashboard", "--export", tmp_path / "x", "--warehouse", tmp_path / "none", cwd=tmp_path)
    assert missing.returncode == 1 and "has no snapshot yet" in missing.stderr
