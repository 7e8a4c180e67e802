"""The dashboard's own web server."""

import socket
from pathlib import Path

import uvicorn

from matterhouse.dashboards.access import Access
from matterhouse.dashboards.app import application

_SECONDS_TO_FINISH = 5


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any that is free. Raises ``OSError`` where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=256)


def address(listener: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(warehouse: Path, listener: socket.socket, access: Access) -> None:
    """Answer requests until SIGINT or SIGTERM come; requests that are being answered are finished."""
    config = uvicorn.Config(
        application(warehouse, access),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom a proxy lets through is told by a header that `Guard` looks at
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    uvicorn.Server(config).run(sockets=[listener])
