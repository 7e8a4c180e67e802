"""Object stores on this machine for tests: real servers that speak S3, each a process of its own."""

import atexit
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import obstore
import pytest

from matterhouse.sources.stores import open_store
from matterhouse.warehouse import manifest, snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.snapshots import Snapshot

_KEY, _SECRET, _REGION = "tester", "secret-of-tester", "us-east-1"
_SIGNED = {
    "Authorization": f"AWS4-HMAC-SHA256 Credential={_KEY}/20260101/{_REGION}/s3/aws4_request, SignedHeaders=host, Signature=0"
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen) -> None:
    """Return when something listens at a port; fails where the process that should has ended."""
    while True:
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


@cache
def moto() -> str:
    """The address of a moto server, which is started once and ends with this process."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(process.kill)
    wait_for(port, process)
    return f"http://127.0.0.1:{port}"


def environment(endpoint: str) -> dict[str, str]:
    """The variables by which programs find a store at ``endpoint`` and may use it."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": _KEY,
        "AWS_SECRET_ACCESS_KEY": _SECRET,
        "AWS_REGION": _REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }


@contextmanager
def bucket(endpoint: str | None = None) -> Iterator[str]:
    """The ``s3://`` URL of a new bucket, by default of moto; the environment leads to it."""
    endpoint, name = endpoint or moto(), f"test-{uuid4().hex[:12]}"
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(variable)
        for variable, value in environment(endpoint).items():
            patch.setenv(variable, value)
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{name}", method="PUT", headers=_SIGNED)).close()
        yield f"s3://{name}"


def current_of(url: str) -> str | None:
    """The id of the snapshot that readers of a store have, after all of its files proved to be as they were published.

    None where nothing was published. Looks at the store as any program would, and fails for a mixed or broken set.
    """
    store = open_store(url)
    try:
        pointer = json.loads(bytes(obstore.get(store, "current.json").bytes()))
    except FileNotFoundError:
        return None
    top = pointer["path"]
    content = bytes(obstore.get(store, f"{top}/manifest.json").bytes())
    assert sha256(content).hexdigest() == pointer["manifest_sha256"]
    for file in manifest.files(manifest.parse(content)):
        there = bytes(obstore.get(store, f"{top}/{file['path']}").bytes())
        assert sha256(there).hexdigest() == file["sha256"], file["path"]
    return pointer["snapshot"]


def make_snapshot(warehouse: Path, tables: Mapping[str, bytes]) -> Snapshot:
    """A snapshot of these tables, each a file of these bytes, published in the folder of a warehouse."""
    layout = Layout(warehouse)
    path = snapshots.begin(layout)
    (path / "warehouse.duckdb").write_bytes(b"database of " + path.name.encode())
    (path / "report.md").write_text("What the run did.\n")
    for name, content in tables.items():
        (path / "parquet" / name).mkdir(parents=True)
        (path / "parquet" / name / f"{name}.parquet").write_bytes(content)
    facts = {"id": snapshots.final_name(path), "run": {}, "runs": [], "sources": {}, "code": ""}
    manifest.write(path, facts, {name: {"rows": 1} for name in tables}, {})
    return snapshots.publish(layout, path)
