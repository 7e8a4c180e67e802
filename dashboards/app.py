"""The dashboard as a web application: addresses, statuses and headers."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import anyio
import anyio.to_thread
import duckdb
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from matterhouse.dashboards import csvfiles, render
from matterhouse.dashboards.access import LOOPBACK_NAMES, Access, Guard
from matterhouse.dashboards.filters import BadRequest
from matterhouse.dashboards.headers import HEADERS, SecureHeaders
from matterhouse.dashboards.links import ServerLinks
from matterhouse.dashboards.looking import Look, NotFound
from matterhouse.dashboards.opened import Snapshots, View
from matterhouse.dashboards.site import PAGES
from matterhouse.warehouse.manifest import Damaged
from matterhouse.warehouse.snapshots import NoSnapshot

_STATIC = Path(__file__).parent / "static"
# Pages made at a time: more would only wait for each other, each with memory of its own. Files, which may take long,
# are made one at a time beside them.
_PAGES_AT_ONCE, _FILES_AT_ONCE = 2, 1
_BLOCK = 1 << 16
_MEND = (
    "The next run that publishes mends it: `matterhouse run`. `matterhouse rollback` shows an older snapshot at once."
)
log = logging.getLogger("matterhouse.dashboard")


class Dashboard:
    """Answers requests from the snapshots of one warehouse."""

    def __init__(self, warehouse: Path):
        self.snapshots = Snapshots(warehouse)
        self._files = anyio.CapacityLimiter(_FILES_AT_ONCE)

    def warm_up(self) -> None:
        """Do once what the first reader would wait for; what is wrong with the snapshot, requests tell."""
        render.compile_templates()
        with suppress(Damaged, NoSnapshot, duckdb.Error), self.snapshots.current() as view:
            view.ask("choices")

    def page(self, name: str) -> Callable[[Request], Response]:
        """What answers requests for a page."""

        def answer(request: Request) -> Response:
            def made(view: View) -> str:
                look = Look(view, request.query_params, _links(request))
                return render.page(look, name, PAGES[name](look))

            return HTMLResponse(self.snapshots.read(made), headers={"Cache-Control": "no-cache"})

        return answer

    async def csv(self, request: Request) -> Response:
        """See ``made_csv``."""
        return await anyio.to_thread.run_sync(self.made_csv, request, limiter=self._files)

    def made_csv(self, request: Request) -> Response:
        """All rows of a statement or a table as CSV: written to disk first, so that a mistake has its status."""
        name = request.path_params["name"]
        file = TemporaryFile()  # noqa: SIM115 – closed when it is sent

        def write(view: View) -> None:
            file.seek(0)
            file.truncate()
            csvfiles.write(Look(view, request.query_params, _links(request)), name, file)

        try:
            self.snapshots.read(write)
        except BaseException:
            file.close()
            raise
        headers = {
            "Content-Disposition": f'attachment; filename="{csvfiles.file_name(name, request.query_params)}"',
            "Content-Length": str(file.tell()),
            "Cache-Control": "no-cache",
        }
        file.seek(0)
        return StreamingResponse(_blocks(file), media_type="text/csv; charset=utf-8", headers=headers)


def application(warehouse: Path, access: Access = Access()) -> Starlette:
    """The dashboard of a warehouse. Without users or a proxy's header it answers to names of this machine only."""
    dashboard = Dashboard(warehouse)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _PAGES_AT_ONCE
        await run_in_threadpool(dashboard.warm_up)
        yield
        dashboard.snapshots.close()

    hosts = list(LOOPBACK_NAMES) if access.is_open else ["*"]
    return Starlette(
        routes=[
            *(Route(f"/{name}", dashboard.page(name)) for name in PAGES),
            Route("/csv/{name}.csv", dashboard.csv),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[
            Middleware(SecureHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(Guard, access=access),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
        ],
        exception_handlers={
            BadRequest: _bad_request,
            NotFound: _not_found,
            NoSnapshot: _no_snapshot,
            Damaged: _damaged,
            duckdb.OutOfMemoryException: _too_much,
            duckdb.BinderException: _of_another_version,
            duckdb.CatalogException: _of_another_version,
            duckdb.ParserException: _mistake,
            duckdb.Error: _damaged,
            HTTPException: _http,
            Exception: _mistake,
        },
        lifespan=lifespan,
    )


def _links(request: Request) -> ServerLinks:
    return ServerLinks(request.url.path.count("/") - 1)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK):
            yield block


def _error(request: Request, status: int, title: str, message: str, advice: str = "") -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "60"} if status == 503 else {})
    return HTMLResponse(render.error(_links(request), status, title, message, advice), status, headers)


def _bad_request(request: Request, error: Exception) -> Response:
    return _error(request, 400, "That cannot be shown", f"The address does not make sense: {error}.")


def _not_found(request: Request, error: Exception) -> Response:
    return _error(request, 404, "Not found", str(error), "It may have been in an older snapshot.")


def _no_snapshot(request: Request, error: Exception) -> Response:
    log.warning("%s", error)
    advice = "`matterhouse run` makes the first snapshot; then load this page again."
    return _error(request, 503, "Nothing is published yet", "The warehouse has no snapshot to show.", advice)


def _damaged(request: Request, error: Exception) -> Response:
    log.error("the snapshot cannot be read: %s", error)
    message = "The current snapshot is damaged: its files are not as they were published."
    return _error(request, 503, "The snapshot cannot be read", message, _MEND)


def _of_another_version(request: Request, error: Exception) -> Response:
    log.error("%s", error)
    message = "The current snapshot lacks tables or columns of this page: another version of Matterhouse made it."
    return _error(
        request, 503, "The snapshot is of another version", message, "`matterhouse run` makes all tables anew."
    )


def _too_much(request: Request, error: Exception) -> Response:
    log.error("%s", error)
    advice = "Narrow it down with filters, or ask `matterhouse query`, which may take more memory."
    return _error(request, 503, "That is too much at once", "The answer does not fit the dashboard's memory.", advice)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    titles = {404: "Not found", 405: "Only reading is possible"}
    title = titles.get(error.status_code, error.detail)
    message = "There is no such page." if error.status_code == 404 else f"{error.detail}."
    return _error(request, error.status_code, title, message)


def _mistake(request: Request, error: Exception) -> Response:
    message = "This should not have happened; its log has the details."
    answer = _error(request, 500, "A mistake in the dashboard", message)
    answer.headers.update(HEADERS)  # it is made outside of SecureHeaders
    return answer
