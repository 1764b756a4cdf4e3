"""Connections and sources as people send them: checked, every problem with its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import unquote

import orjson

from colonnade.errors import Invalid
from colonnade.net import headers as header_rules
from colonnade.net.guard import checked_url

HTTP = "http"
BASIC = "basic_auth"
REQUIRED = "This field is required"
ELSEWHERE = ("ftp", "sharepoint", "google_drive", "amazon_s3", "azure_blob_storage", "snowflake_odbc")
"""Types that Automation knows and this portal does not fetch from yet."""
OTHER_AUTH = ("oauth2", "oidc", "aws_signature_v4", "iam_role", "shared_key")

_UP = re.compile(r"(^|[/\\])\.{1,2}([/\\]|$)")


@dataclass(frozen=True)
class Secret:
    """What is sealed of a connection or a source: the values of the headers, in the order of their names, and the
    password."""

    values: tuple[str, ...] = ()
    password: str | None = None

    def to_text(self) -> str:
        return orjson.dumps({"values": self.values, "password": self.password}).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        value = orjson.loads(text)
        return cls(tuple(value["values"]), value["password"])


@dataclass(frozen=True)
class GivenConnection:
    """A value of a header, and the password, is None where the stored one is to stay."""

    url: str
    headers: tuple[tuple[str, str | None], ...] = field(default=(), repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    is_reusable: bool = False
    place: str = ""

    @property
    def header_names(self) -> list[str]:
        return [name for name, _ in self.headers]


@dataclass(frozen=True)
class GivenSource:
    """`connection`: the uid of one that exists. `inline`: a connection that is given in full; both when a known one is
    given with what it is to become."""

    connection: str | None
    inline: GivenConnection | None
    relative_url: str = ""
    headers: tuple[tuple[str, str | None], ...] = field(default=(), repr=False)

    @property
    def header_names(self) -> list[str]:
        return [name for name, _ in self.headers]


def connection(given: object, *, place: str = "") -> GivenConnection:
    """`place`: the dotted name of the object that holds it. Raises `Invalid` with all that is wrong."""
    if not isinstance(given, Mapping):
        raise Invalid(
            "A connection is an object.", fields={place or "connection": ["This must be an object."]}
        )
    found = _Checked(given, place)
    found.kind()
    made = GivenConnection(
        url=found.url(),
        headers=found.headers(),
        is_reusable=bool(given.get("is_reusable") or False),
        place=place,
    )
    username, password = found.auth()
    found.finish()
    return replace(made, username=username, password=password)


def source(given: object, *, place: str = "datasource") -> GivenSource:
    """The datasource of a resource: `connection`, `relative_url`, `headers`."""
    if not isinstance(given, Mapping):
        raise Invalid("A datasource is an object.", fields={place: ["This must be an object."]})
    where = f"{place}.connection"
    wanted = given.get("connection")
    uid = wanted.get("uid") if isinstance(wanted, Mapping) else None
    is_whole = not isinstance(uid, str) or "url" in (wanted or {})
    if wanted is None:
        raise Invalid(REQUIRED, fields={where: [REQUIRED]})
    inline = connection(wanted, place=where) if is_whole else None
    found = _Checked(given, place)
    made = GivenSource(
        connection=uid if isinstance(uid, str) else None,
        inline=inline,
        relative_url=found.relative_url(),
        headers=found.headers(),
    )
    found.finish()
    return made


def joined(base: str, relative: str) -> str:
    """The address of a source: the connection's with the relative part behind it, one slash between them.

    The relative part stays below the connection's path: it names no host and does not climb. Both may have a query.
    """
    if not relative:
        return base
    address, _, base_query = base.partition("#")[0].partition("?")
    path, _, query = relative.partition("#")[0].partition("?")
    whole = f"{address.rstrip('/')}/{path.lstrip('/')}" if path else address
    queries = "&".join(one for one in (base_query, query) if one)
    return f"{whole}?{queries}" if queries else whole


def is_same_origin(one: str, other: str) -> bool:
    """Whether a secret that was given for one address may go to the other."""
    first, second = checked_url(one), checked_url(other)
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


class _Checked:
    """Reads the parts of one object and gathers what is wrong with them."""

    def __init__(self, given: Mapping[Any, Any], place: str) -> None:
        self._given = given
        self._place = f"{place}." if place else ""
        self._problems: dict[str, list[str]] = {}

    def kind(self) -> None:
        kind = self._given.get("type")
        if kind in ELSEWHERE:
            self._wrong("type", f"Connections of type {kind} are not supported by this portal yet.")
        elif kind != HTTP:
            self._wrong("type", REQUIRED if not kind else "There is no connection of this type.")

    def url(self) -> str:
        url = self._given.get("url")
        if not isinstance(url, str) or not url:
            self._wrong("url", REQUIRED if url is None or url == "" else "This must be a text.")
            return ""
        try:
            checked_url(url)
        except Invalid as error:
            self._wrong("url", error.message)
        return url

    def relative_url(self) -> str:
        relative = self._given.get("relative_url")
        if relative is None:
            return ""
        if not isinstance(relative, str):
            self._wrong("relative_url", "This must be a text.")
            return ""
        path = relative.partition("#")[0].partition("?")[0]
        if path.startswith("//") or "\\" in relative or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path):
            self._wrong("relative_url", "This must be a path below the connection's address, without a host.")
        elif _UP.search(unquote(path)):
            self._wrong("relative_url", "This must stay below the connection's address.")
        return relative

    def headers(self) -> tuple[tuple[str, str | None], ...]:
        given = self._given.get("headers")
        if given is None:
            return ()
        if not isinstance(given, list) or len(given) > header_rules.MAX_HEADERS:
            self._wrong("headers", f"This must be a list of at most {header_rules.MAX_HEADERS} headers.")
            return ()
        return tuple(pair for one in given if (pair := self._header(one)) is not None)

    def auth(self) -> tuple[str | None, str | None]:
        """User name and password; the name is None without authentication."""
        auth = self._given.get("auth")
        if auth is None:
            return None, None
        if not isinstance(auth, Mapping):
            self._wrong("auth", "This must be an object.")
            return None, None
        kind, username, password = auth.get("type"), auth.get("username"), auth.get("password")
        if kind in OTHER_AUTH:
            self._wrong("auth.type", f"Authentication by {kind} is not supported by this portal yet.")
            return None, None
        if kind != BASIC:
            self._wrong("auth.type", REQUIRED if not kind else "There is no authentication of this type.")
            return None, None
        if not isinstance(username, str) or not username:
            self._wrong("auth.username", REQUIRED)
        elif ":" in username:
            self._wrong("auth.username", "A user name has no colon.")
        if password is not None and not isinstance(password, str):
            self._wrong("auth.password", "This must be a text.")
        return str(username), password if isinstance(password, str) else None

    def finish(self) -> None:
        if self._problems:
            first = next(iter(self._problems.values()))[0]
            raise Invalid(first, fields=self._problems)

    def _header(self, one: object) -> tuple[str, str | None] | None:
        name = one.get("name") if isinstance(one, Mapping) else None
        value = one.get("value") if isinstance(one, Mapping) else None
        if not isinstance(name, str) or not isinstance(value, str | None):
            self._wrong("headers", "Each header is an object with a name and a value.")
            return None
        problem = header_rules.problem(name, value or "")
        if problem is not None:
            self._wrong("headers", problem)
        return name, value

    def _wrong(self, name: str, message: str) -> None:
        self._problems.setdefault(f"{self._place}{name}", []).append(message)
