"""``matterhouse dashboard``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matterhouse.cli.failures import INTERRUPTED, Failure
from matterhouse.cli.options import Config, Warehouse, layout_of
from matterhouse.cli.terminal import complain, counted, say

if TYPE_CHECKING:
    from matterhouse.dashboards.access import Access

Port = Annotated[
    int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="Where to listen; 0: any port that is free.")
]
Host = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on; by default this machine's own.")
]
Auth = Annotated[
    list[str] | None,
    typer.Option(
        "--auth",
        metavar="USER:HASH",
        envvar="MATTERHOUSE_DASHBOARD_AUTH",
        show_envvar=False,
        show_default=False,
        help="Let in this user with a password, as --new-user prints it; repeatable, or blank-separated in"
        " MATTERHOUSE_DASHBOARD_AUTH.",
    ),
]
AuthHeader = Annotated[
    str | None,
    typer.Option(
        "--auth-header", metavar="NAME", help="Let in requests in which a proxy names the user, as X-Remote-User."
    ),
]
Proxy = Annotated[
    list[str] | None,
    typer.Option(
        "--proxy", metavar="ADDRESS", help="Where that proxy is; repeatable.", show_default="127.0.0.1 and ::1"
    ),
]
NewUser = Annotated[
    str | None, typer.Option("--new-user", metavar="USER", help="Ask for a password, print USER:HASH, and end.")
]
Export = Annotated[
    Path | None,
    typer.Option("--export", metavar="DIR", help="Write the pages as files for any web server to DIR, and end."),
]


def dashboard(
    config: Config = None,
    warehouse: Warehouse = None,
    port: Port = 8321,
    host: Host = "127.0.0.1",
    auth: Auth = None,
    auth_header: AuthHeader = None,
    proxy: Proxy = None,
    new_user: NewUser = None,
    export: Export = None,
) -> None:
    """Show the current snapshot to people with a browser.

    Pages on stories and topics, content and its quality, and every table, made from the snapshot that is current
    when they are asked for. On another address than this machine's own, --auth or --auth-header is needed.
    """
    if new_user is not None:
        _print_user(new_user)
        return
    folder = layout_of(config, warehouse).root
    if export is not None:
        _export(folder, export)
        return
    access = _access(auth or [], auth_header, proxy)
    _serve(folder, host, port, access)


def _print_user(name: str) -> None:
    from matterhouse.dashboards.access import User, WrongUser

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().removesuffix("\n")
    if not password:
        raise Failure("a password has at least one sign")
    try:
        say(str(User.new(name, password)))
    except WrongUser as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--new-user") from None


def _access(auth: list[str], header: str | None, proxies: list[str] | None) -> "Access":
    from matterhouse.dashboards.access import Access, WrongUser, users

    try:
        known = users(auth)
    except WrongUser as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--auth") from None
    if proxies and header is None:
        raise typer.BadParameter("only with --auth-header", param_hint="--proxy")
    return Access(known, header, tuple(proxies)) if proxies else Access(known, header)


def _serve(folder: Path, host: str, port: int, access: "Access") -> None:
    from matterhouse.dashboards.access import is_loopback
    from matterhouse.dashboards.server import address, listening, serve

    if access.is_open and not is_loopback(host):
        raise Failure(f"{host} is reached from other machines: add --auth USER:HASH, or --auth-header behind a proxy")
    try:
        listener = listening(host, port)
    except OSError as error:
        raise Failure(f"{host}:{port}: {error.strerror or error}; --host and --port name another address") from None
    if not is_loopback(host) and access.users:
        complain("passwords travel in the clear here: put a proxy with TLS in front of this address")
    say(f"The dashboard of {folder} is at {address(listener)} (Ctrl-C ends it).")
    sys.stdout.flush()
    try:
        serve(folder, listener, access)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def _export(folder: Path, target: Path) -> None:
    from matterhouse.dashboards.export import ExportRefused
    from matterhouse.dashboards.export import export as write

    try:
        done = write(folder, target)
    except ExportRefused as refused:
        raise Failure(str(refused)) from None
    say(f"{counted(done.files, 'file')} of snapshot {done.snapshot} written; {target} leads to them.")
