"""Who may read the dashboard: everybody on this machine, people with a password, or those that a proxy lets through."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

import anyio
import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1", "[::1]")
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1  # 16 MiB and about 50 ms
_MOST_MEMORY = 64 * 2**20
_MOST_REMEMBERED = 1_000
_FORM = "USER:scrypt:N:R:P:SALT:HASH, as `matterhouse dashboard --new-user USER` prints it"


class WrongUser(ValueError):
    """A user with a hash is not written as expected; the message says how it is to be."""


@dataclass(frozen=True)
class User:
    """A name and the scrypt hash (RFC 7914) of a password, with the parameters that made it."""

    name: str
    n: int
    r: int
    p: int
    salt: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    @classmethod
    def of(cls, written: str) -> "User":
        """Read ``USER:scrypt:N:R:P:SALT:HASH``. Raises ``WrongUser``."""
        parts = written.split(":")
        try:
            name, kind, *costs, salt, known = parts
            n, r, p = map(int, costs)
            user = cls(name, n, r, p, base64.b64decode(salt, validate=True), base64.b64decode(known, validate=True))
        except (ValueError, binascii.Error):
            raise WrongUser(f"expected {_FORM}") from None
        is_short = len(user.hash) < 16 or len(user.salt) < 8
        if not name or kind != "scrypt" or is_short or not 0 < 128 * n * r <= _MOST_MEMORY / 2:
            raise WrongUser(f"expected {_FORM}")
        try:
            user.has("")
        except ValueError:
            raise WrongUser(f"N, R and P are not of scrypt; expected {_FORM}") from None
        return user

    @classmethod
    def new(cls, name: str, password: str) -> "User":
        """A user with this password. Raises ``WrongUser`` for a name that cannot be written."""
        if not name or ":" in name or not name.isprintable():
            raise WrongUser("a user's name is a text without colon")
        salt = secrets.token_bytes(16)
        return cls(name, _COST, _BLOCK, _PARALLEL, salt, _scrypt(password, salt, _COST, _BLOCK, _PARALLEL, 32))

    def has(self, password: str) -> bool:
        """Whether this is the password."""
        made = _scrypt(password, self.salt, self.n, self.r, self.p, len(self.hash))
        return hmac.compare_digest(made, self.hash)

    def __str__(self) -> str:
        salt, known = (base64.b64encode(each).decode() for each in (self.salt, self.hash))
        return f"{self.name}:scrypt:{self.n}:{self.r}:{self.p}:{salt}:{known}"


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=length)


@dataclass(frozen=True)
class Access:
    """Who may read. Without users and header: who reaches the address, by a name of this machine's own.

    ``header`` is set by a proxy for those whom it knows; it counts only from the addresses ``proxies``.
    """

    users: tuple[User, ...] = ()
    header: str | None = None
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")

    @property
    def is_open(self) -> bool:
        return not self.users and self.header is None


class Guard:
    """Lets those through whom ``Access`` names; others get 401, or 403 where only a proxy may ask."""

    def __init__(self, app: ASGIApp, access: Access):
        self._app, self._access = app, access
        self._by_name = {user.name: user for user in access.users}
        self._nobody = User.new("nobody", secrets.token_hex())
        self._key = secrets.token_bytes(32)
        self._known: set[bytes] = set()
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or await self._may(scope):
            await self._app(scope, receive, send)
        elif self._by_name:
            answer = PlainTextResponse(
                "This dashboard is for people with a password.\n",
                401,
                {"WWW-Authenticate": 'Basic realm="Matterhouse", charset="UTF-8"'},
            )
            await answer(scope, receive, send)
        else:
            await PlainTextResponse("This dashboard is read by way of its proxy.\n", 403)(scope, receive, send)

    async def _may(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if self._access.is_open or self._comes_from_proxy(scope, headers):
            return True
        if not self._by_name:
            return False
        authorization = headers.get("authorization", "")
        if self._mark(authorization) in self._known:
            return True
        # On a thread of its own: whoever guesses passwords does not hold up those who read.
        return await anyio.to_thread.run_sync(self._has_password, authorization, limiter=self._one_at_a_time)

    def _comes_from_proxy(self, scope: Scope, headers: Headers) -> bool:
        if self._access.header is None or not headers.get(self._access.header, "").strip():
            return False
        client = scope.get("client")
        return client is not None and client[0] in self._access.proxies

    def _has_password(self, authorization: str) -> bool:
        """Whether it is of a user, which is remembered."""
        kind, _, given = authorization.partition(" ")
        try:
            name, colon, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (ValueError, binascii.Error):
            return False
        if kind.lower() != "basic" or not colon:
            return False
        user = self._by_name.get(name)
        is_right = (user or self._nobody).has(password) and user is not None
        if is_right and len(self._known) < _MOST_REMEMBERED:
            self._known.add(self._mark(authorization))
        return is_right

    def _mark(self, authorization: str) -> bytes:
        """What is remembered in place of a password."""
        return hmac.digest(self._key, authorization.encode(), "sha256")


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def users(written: Iterable[str]) -> tuple[User, ...]:
    """The users of ``--auth``. Raises ``WrongUser``."""
    return tuple(User.of(each) for each in written)
