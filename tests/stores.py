"""Object stores on this machine for tests: real servers that speak S3, each a process of its own."""

import atexit
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import obstore
import pytest

from matterhouse.sources.stores import open_store
from matterhouse.warehouse import manifest, snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.snapshots import Snapshot
from tests.serving import serving

_KEY, _SECRET, _REGION = "tester", "secret-of-tester", "us-east-1"


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


@cache
def seaweed() -> str:
    """The address of a SeaweedFS server, which is started once, in a few seconds, and ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix="matterhouse-seaweed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    login = {"name": "tester", "credentials": [{"accessKey": _KEY, "secretKey": _SECRET}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [login, {"name": "anonymous", "actions": ["Admin"]}]}))
    ports = dict(zip(("master", "volume", "filer", "s3"), (free_port() for _ in range(4))))
    options = [f"-{name}.port={port}" for name, port in ports.items()]
    options += [f"-{name}.port.grpc={free_port()}" for name in ports]
    options += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=32"]
    options += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", f"-s3.config={folder}/s3.json", "-s3"]
    command = [_weed(), "server", *options, "-volume.max=30"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(process.kill)
    wait_for(ports["s3"], process)
    return f"http://127.0.0.1:{ports['s3']}"


def _weed() -> str:
    """The program of SeaweedFS, which is beside this Python; it may be missing only where it is not made for a system."""
    found = shutil.which("weed", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if found is None and sys.platform != "linux":
        pytest.skip("SeaweedFS is not made for this system")
    assert found is not None, "there is no weed: install requirements.lock"
    return found


class _Unreliable(BaseHTTPRequestHandler):
    host: str
    chance: random.Random
    share: float

    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.chance.choice(("error", "busy", "lost", "closed")) if self.chance.random() < self.share else None
        if fault == "closed":
            self.close_connection = True
        elif fault in ("error", "busy"):
            self._answer(500 if fault == "error" else 503, [("Content-Length", "0")], b"")
        else:
            self._hand_on(body, is_answered=fault is None)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

    def _hand_on(self, body: bytes, is_answered: bool) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if is_answered:
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() != "transfer-encoding"]
            if not any(name.lower() == "content-length" for name, _ in headers):
                headers.append(("Content-Length", str(len(content))))
            self._answer(answer.status, headers, content)
        else:
            self.close_connection = True

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def failing(endpoint: str, chance: random.Random, share: float) -> Iterator[str]:
    """The address of a server that hands requests on to ``endpoint``, and fails at a share of them: it answers with an
    error, or ends the connection, before or after the request was carried out.
    """
    facts = {"host": endpoint.removeprefix("http://"), "chance": chance, "share": share}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Connection", (_Unreliable,), facts))
    server.daemon_threads = True
    with serving(server) as address:
        yield f"http://{address}"


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


def _make(address: str) -> None:
    """Make a bucket, as soon as the server is ready to."""
    for left in reversed(range(300)):
        try:
            urllib.request.urlopen(urllib.request.Request(address, method="PUT")).close()
            return
        except OSError:
            if not left:
                raise
            time.sleep(0.1)


@contextmanager
def bucket(endpoint: str | None = None) -> Iterator[str]:
    """The ``s3://`` URL of a new bucket, by default of moto; the environment leads to it."""
    endpoint, name = endpoint or moto(), f"test-{uuid4().hex[:12]}"
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(variable)
        for variable, value in environment(endpoint).items():
            patch.setenv(variable, value)
        _make(f"{endpoint}/{name}")
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
