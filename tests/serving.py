"""Servers of this process that answer while a test goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import TCPServer
from threading import Thread


@contextmanager
def serving(server: TCPServer) -> Iterator[str]:
    """Let a server answer in a thread of its own, and close it in the end; gives its host and port."""
    with server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
