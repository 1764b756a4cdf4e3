"""Every setting of a portal: read once from the environment, checked, and never read again.

`Settings` is the table of facts: each line gives a field, the variable that sets it, how its text is read, its default
(as text, as one would write it) and one sentence for people. Parsing, error messages and `docs/settings.md` follow it.
"""

import dataclasses
import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from colonnade.errors import Invalid

PREFIX = "COLONNADE_"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Setting:
    """What there is to know of one variable. `parse` turns text into the field's value, or raises ValueError whose message
    says what was expected. `default` is text for `parse`; None: the field is None unless it is set. `secret`: the value is
    never shown."""

    variable: str
    parse: Callable[[str], object]
    default: str | None
    doc: str
    secret: bool = False

    def default_value(self) -> object:
        return None if self.default is None else self.parse(self.default)


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A variable whose part is not built yet. Starting with it set would quietly do something else, so it is refused.
    `instead` says what this version does."""

    variable: str
    instead: str


def _fact(
    variable: str, parse: Callable[[str], object], default: str | None, doc: str, *, secret: bool = False
) -> Any:
    """A dataclass field that carries its setting."""
    setting = Setting(PREFIX + variable, parse, default, doc, secret)
    return dataclasses.field(
        default_factory=setting.default_value, repr=not secret, metadata={"setting": setting}
    )


def _folder(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # `~name` of a user who has no home
        raise ValueError("a folder") from error


def _integer(minimum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,18}", text) is None or int(text) < minimum:
            raise ValueError(f"a whole number of at least {minimum}")
        return int(text)

    return parse


_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def _size(text: str) -> int:
    """Bytes: `1048576`, `1024K`, `1 MiB`. Units are powers of 1024."""
    match = re.fullmatch(r"([0-9]{1,18}) ?(?:([KMGT])(?:iB)?)?", text)
    size = int(match[1]) << _UNITS[match[2] or ""] if match else 0
    if size < 1:
        raise ValueError("a number of bytes, such as 1048576, 512M or 2 GiB")
    return size


def _seconds(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text) is None or float(text) <= 0:
        raise ValueError("a number of seconds above 0, such as 30 or 0.5")
    return float(text)


def _threads(text: str) -> int:
    if text == "all":
        return os.cpu_count() or 1
    try:
        return _integer(1)(text)
    except ValueError:
        raise ValueError("a whole number of at least 1, or all") from None


def _switch(text: str) -> bool:
    value = {"1": True, "true": True, "yes": True, "on": True}.get(text.lower())
    if value is None and text.lower() not in {"0", "false", "no", "off"}:
        raise ValueError("1 or 0")
    return bool(value)


def _pattern(pattern: str, expected: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(expected)
        return text

    return parse


_mail = _pattern(r"[^\s@]{1,64}@[^\s@]{1,185}", "a mail address")


def _site(text: str) -> str:
    """An origin without its final slash. No path: the doors' paths start at the root of a site."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or f"{parts.scheme}://{parts.netloc}" != text.rstrip("/") or "@" in parts.netloc:
        raise ValueError("an address without a path, such as https://data.example.org")
    if parts.scheme not in {"http", "https"}:
        raise ValueError("an address that starts with http:// or https://")
    return text.rstrip("/")


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError:
        raise ValueError("addresses or networks with commas between, such as 127.0.0.1,10.0.0.0/8") from None


@dataclass(frozen=True)
class Settings:
    """The settings of one portal. `read_settings` makes it; sizes are bytes, times are seconds."""

    data: Path = _fact(  # noqa: RUF009 - it makes a dataclass field
        "DATA", _folder, "./colonnade-data", "The folder that holds everything the portal keeps."
    )
    admin_username: str = _fact(
        "ADMIN_USERNAME",
        _pattern(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,149}", "a name of 1 to 150 letters, digits and _.@+-"),
        "admin",
        "User name of the first administrator, made at the first start.",
    )
    admin_email: str = _fact(
        "ADMIN_EMAIL", _mail, "admin@localhost", "Mail address of the first administrator."
    )
    admin_password: str | None = _fact(
        "ADMIN_PASSWORD",
        _pattern(r"(?s).{1,1000}", "a password of 1 to 1000 characters"),
        None,
        "Password of the first administrator; generated and printed once if not set.",
        secret=True,
    )
    admin_api_key: str | None = _fact(
        "ADMIN_API_KEY",
        _pattern(r"[0-9a-fA-F]{40,80}", "40 to 80 hexadecimal characters"),
        None,
        "API key of the first administrator, 40 to 80 hexadecimal characters; generated and printed once if not set.",
        secret=True,
    )
    public_url: str | None = _fact(
        "PUBLIC_URL",
        _site,
        None,
        "The address by which people reach the portal, for absolute links and secure cookies; without it the "
        "address of each request is used.",
    )
    title: str = _fact(
        "TITLE",
        _pattern(r"[^\r\n]{1,100}", "one line of 1 to 100 characters"),
        "Colonnade",
        "What the portal is called on its pages.",
    )
    description: str = _fact(
        "DESCRIPTION",
        _pattern(r"[^\r\n]{1,500}", "one line of 1 to 500 characters"),
        "Open data to search, to read and to build upon.",
        "What the portal is, in a sentence or two, for its front page and for search engines.",
    )
    contact_mail: str | None = _fact(
        "CONTACT_MAIL",
        _mail,
        None,
        "Whom readers may write to about datasets that name nobody; shown to all.",
    )
    trusted_proxies: tuple[Network, ...] = _fact(
        "TRUSTED_PROXIES",
        _networks,
        "",
        "Addresses or networks of the proxies whose `X-Forwarded-*` headers are believed, with commas between.",
    )
    user_calls_per_day: int = _fact(
        "USER_CALLS_PER_DAY",
        _integer(1),
        "10000000",
        "How many calls of the reading APIs each user has from midnight to midnight UTC, with all keys together.",
    )
    anonymous_calls_per_day: int = _fact(
        "ANONYMOUS_CALLS_PER_DAY",
        _integer(1),
        "10000000",
        "The same for callers without a key, by network address (of IPv6 by the /64 network).",
    )
    max_upload_bytes: int = _fact(
        "MAX_UPLOAD_BYTES", _size, "2 GiB", "The largest file that can be uploaded."
    )
    allow_private_fetch: bool = _fact(
        "ALLOW_PRIVATE_FETCH",
        _switch,
        "0",
        "1 lets the portal fetch from loopback and private addresses (tests, intranets).",
    )
    keep_generations: int = _fact(
        "KEEP_GENERATIONS",
        _integer(1),
        "3",
        "How many generations of a table stay on disk, the current one included.",
    )
    open_tables: int = _fact(
        "OPEN_TABLES",
        _integer(1),
        "200",
        "How many tables and text indexes are held open at once; an index costs a thread and eight memory maps.",
    )
    query_seconds: float = _fact(
        "QUERY_SECONDS", _seconds, "30", "After how many seconds a query is stopped."
    )
    heavy_queries: int = _fact(
        "HEAVY_QUERIES",
        _integer(1),
        "1",
        "How many heavy queries (those that take more than a second) run at once, and how many batches of exports.",
    )
    heavy_wait_seconds: float = _fact(
        "HEAVY_WAIT_SECONDS",
        _seconds,
        "10",
        "How long a heavy query waits for its turn before it is refused with 503.",
    )
    max_page_rows: int = _fact(
        "MAX_PAGE_ROWS",
        _integer(1),
        "100",
        "How many records or datasets one page of the Explore API may have.",
    )
    max_page_reach: int = _fact(
        "MAX_PAGE_REACH", _integer(1), "10000", "How far its pages reach: the largest `offset + limit`."
    )
    max_page_groups: int = _fact(
        "MAX_PAGE_GROUPS",
        _integer(1),
        "20000",
        "The same for groups: how many, and how far their pages reach.",
    )
    query_memory_bytes: int = _fact(
        "QUERY_MEMORY_BYTES", _size, "1 GiB", "Memory that all queries running at once may use together."
    )
    threads: int = _fact(
        "THREADS", _threads, "all", "Threads that the query engine uses; `all` is one for each processor."
    )
    builds: int = _fact("BUILDS", _integer(1), "1", "How many generations are built at once.")
    builder_memory_bytes: int = _fact(
        "BUILDER_MEMORY_BYTES",
        _size,
        "512 MiB",
        "Memory that the query engine of one build may use; the text index takes 128 to 512 MiB more, as large as the files.",
    )
    builder_seconds: int = _fact(
        "BUILDER_SECONDS", _integer(1), "14400", "After how many seconds a build is stopped."
    )
    max_fields: int = _fact("MAX_FIELDS", _integer(1), "2000", "How many fields a table may have.")
    max_cell_bytes: int = _fact(
        "MAX_CELL_BYTES", _size, "16 MiB", "The largest value that one cell may hold."
    )
    max_generation_bytes: int = _fact(
        "MAX_GENERATION_BYTES",
        _size,
        "64 GiB",
        "What one build may have on disk at once, scratch space included.",
    )
    max_export_bytes: int = _fact(
        "MAX_EXPORT_BYTES", _size, "16 GiB", "What one export may have on disk while it is made."
    )
    default_language: str = _fact(
        "DEFAULT_LANGUAGE",
        _pattern(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", "a language code such as en or pt-br"),
        "en",
        "Language of metadata and pages where nothing else is said.",
    )
    restricted_by_default: bool = _fact(
        "RESTRICTED_BY_DEFAULT",
        _switch,
        "0",
        "1 makes new datasets visible only to those who were given access.",
    )
    warnings: tuple[str, ...] = ()
    """What is odd about the environment but stops nothing, in sentences to be logged at start."""

    @property
    def catalogue_file(self) -> Path:
        return self.data / "catalogue.sqlite"

    @property
    def jobs_file(self) -> Path:
        return self.data / "jobs.sqlite"

    @property
    def generations_folder(self) -> Path:
        return self.data / "generations"

    @property
    def blobs_folder(self) -> Path:
        return self.data / "blobs"

    @property
    def scratch_folder(self) -> Path:
        """For what may be lost at a restart; on the disk of the data, so that a rename is enough to keep a file."""
        return self.data / "scratch"

    @property
    def outbox_folder(self) -> Path:
        return self.data / "outbox"

    @property
    def secret_file(self) -> Path:
        """The key that stored passwords of other systems are sealed with."""
        return self.data / "secret.key"

    @property
    def lock_file(self) -> Path:
        """Held by the one server of a data folder."""
        return self.data / "lock"


SETTINGS: Mapping[str, Setting] = {
    field.name: field.metadata["setting"]
    for field in dataclasses.fields(Settings)
    if "setting" in field.metadata
}
"""Every setting, by field name."""

UNSUPPORTED = (
    Unsupported(PREFIX + "DATABASE_URL", "the catalogue and the jobs are SQLite files in the data folder"),
    Unsupported(PREFIX + "LAKE_URL", "rows are DuckDB files in the data folder"),
    Unsupported(PREFIX + "STORAGE_URL", "uploaded files are kept in the data folder"),
    Unsupported(PREFIX + "MAIL_URL", "no mail is sent"),
)


def read_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """The settings in `environ`; an empty variable counts as not set. `overrides` are fields by name, from a command line or
    a test: text is read as a variable's would be, None is ignored, anything else is taken as it is. Raises Invalid with
    code `setting.invalid`, one line a variable in its message, and `fields` by variable name."""
    problems = {
        one.variable: f"not supported by this version, where {one.instead}; unset it"
        for one in UNSUPPORTED
        if environ.get(one.variable)
    }
    values: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        given = overrides.pop(name, None)
        text = environ.get(setting.variable) or None if given is None else given
        if text is None:
            continue
        try:
            values[name] = setting.parse(text) if isinstance(text, str) else text
        except ValueError as error:
            found = "" if setting.secret else f", found {text!r}"
            problems[setting.variable] = f"expected {error}{found}"
    if overrides:
        raise TypeError(f"no such setting: {', '.join(sorted(overrides))}")
    if problems:
        lines = [f"{variable}: {problem}" for variable, problem in problems.items()]
        fields = {variable: [problem] for variable, problem in problems.items()}
        raise Invalid("\n".join(lines), code="setting.invalid", fields=fields)
    return Settings(**values, warnings=tuple(_strangers(environ)))


def _strangers(environ: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that looks like a setting and is none."""
    known = [one.variable for one in SETTINGS.values()] + [one.variable for one in UNSUPPORTED]
    found = []
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in known:
            nearest = difflib.get_close_matches(variable, known, n=1, cutoff=0.0)[0]
            found.append(f"{variable} is not a setting and was ignored; did you mean {nearest}?")
    return found
