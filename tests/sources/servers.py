"""Git servers on this machine for tests: they speak git's own protocol, and can be made to wait."""

import os
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


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

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"git://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
