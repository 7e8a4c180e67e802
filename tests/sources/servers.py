"""Servers on this machine for tests: of git repositories, which can be made to wait, and of files by https."""

import os
import socketserver
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.serving import serving


@contextmanager
def git_server(folder: Path, before: Callable[[], object] = lambda: None) -> Iterator[str]:
    """Serves the repositories below ``folder``; gives the beginning of their URLs.

    ``before`` is called for every connection, in a thread of its own, before git answers.
    """

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            before()
            daemon = ["git", "daemon", "--inetd", "--export-all", f"--base-path={folder}"]
            safe = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
            number = self.request.fileno()
            subprocess.run(daemon, stdin=number, stdout=number, env=os.environ | safe, check=False)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection)
    server.daemon_threads = True
    with serving(server) as address:
        yield f"git://{address}"


def _file_handler(folder: Path, requests: list[str]) -> type[BaseHTTPRequestHandler]:
    class Connection(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].strip("/")
            if name.startswith("to/"):
                return self._answer(302, {"Location": name.removeprefix("to/").replace("//", "/").replace(":/", "://")})
            try:
                content = (folder / name).read_bytes()
            except OSError:
                return self._answer(404)
            tag = f'"{sha256(content).hexdigest()}"'
            if self.headers.get("If-None-Match") == tag:
                return self._answer(304)
            return self._answer(200, {"ETag": tag}, content)

        def _answer(self, status: int, headers: Mapping[str, str] = {}, content: bytes = b"") -> None:
            requests.append(f"{status} {self.path} {self.headers.get('Authorization', '')}".strip())
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Connection


@contextmanager
def https_server(folder: Path, requests: list[str]) -> Iterator[str]:
    """Serves the files of ``folder`` by https, with ETags, and leads from ``/to/URL`` to that URL; gives the beginning
    of its URLs. ``requests`` gets a line for each one asked for. As long as it runs, httpx trusts its certificate.
    """
    with TemporaryDirectory() as own, pytest.MonkeyPatch.context() as patch:
        certificate, key = f"{own}/certificate.pem", f"{own}/key.pem"
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-days", "2"]
        subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _file_handler(folder, requests))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        patch.setenv("SSL_CERT_FILE", certificate)
        with serving(server) as address:
            yield f"https://{address}"
