"""Every setting of a portal: read once from the environment, checked, and never read again.

`Settings` is the table of facts: each line gives a field, the variable that sets it, how its text is read, its default
(as text, as one would write it) and one sentence for people. Parsing, error messages and `docs/settings.md` follow it.
"""

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colonnade.errors import Invalid
from colonnade.setting_values import (
    MailServer,
    Network,
    folder,
    integer,
    mail_address,
    mail_server,
    networks,
    pattern,
    seconds,
    site,
    size,
    switch,
    threads,
)

PREFIX = "COLONNADE_"


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


@dataclass(frozen=True)
class Settings:
    """The settings of one portal. `read_settings` makes it; sizes are bytes, times are seconds."""

    data: Path = _fact(  # noqa: RUF009 - it makes a dataclass field
        "DATA", folder, "./colonnade-data", "The folder that holds everything the portal keeps."
    )
    admin_username: str = _fact(
        "ADMIN_USERNAME",
        pattern(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,149}", "a name of 1 to 150 letters, digits and _.@+-"),
        "admin",
        "User name of the first administrator, made at the first start.",
    )
    admin_email: str = _fact(
        "ADMIN_EMAIL", mail_address, "admin@localhost", "Mail address of the first administrator."
    )
    admin_password: str | None = _fact(
        "ADMIN_PASSWORD",
        pattern(r"(?s).{1,1000}", "a password of 1 to 1000 characters"),
        None,
        "Password of the first administrator; generated and printed once if not set.",
        secret=True,
    )
    admin_api_key: str | None = _fact(
        "ADMIN_API_KEY",
        pattern(r"[0-9a-fA-F]{40,80}", "40 to 80 hexadecimal characters"),
        None,
        "API key of the first administrator, 40 to 80 hexadecimal characters; generated and printed once if not set.",
        secret=True,
    )
    public_url: str | None = _fact(
        "PUBLIC_URL",
        site,
        None,
        "The address by which people reach the portal, for absolute links and secure cookies; without it pages use the "
        "address of each request, and letters the one that the server listens on.",
    )
    title: str = _fact(
        "TITLE",
        pattern(r"[^\r\n]{1,100}", "one line of 1 to 100 characters"),
        "Colonnade",
        "What the portal is called on its pages.",
    )
    description: str = _fact(
        "DESCRIPTION",
        pattern(r"[^\r\n]{1,500}", "one line of 1 to 500 characters"),
        "Open data to search, to read and to build upon.",
        "What the portal is, in a sentence or two, for its front page and for search engines.",
    )
    contact_mail: str | None = _fact(
        "CONTACT_MAIL",
        mail_address,
        None,
        "Whom readers may write to about datasets that name nobody; shown to all.",
    )
    mail_url: MailServer | None = _fact(  # noqa: RUF009
        "MAIL_URL",
        mail_server,
        None,
        "The server that sends mail: `smtp://host` (with STARTTLS where the server can do it; with a user it must) or "
        "`smtps://user:password@host`. Without it mail is written to files in the data folder's `outbox`.",
        secret=True,
    )
    mail_from: str | None = _fact(
        "MAIL_FROM",
        mail_address,
        None,
        "Whom mail of the portal comes from; without it `COLONNADE_CONTACT_MAIL`, or else `colonnade` at the host of "
        "`COLONNADE_PUBLIC_URL`.",
    )
    trusted_proxies: tuple[Network, ...] = _fact(
        "TRUSTED_PROXIES",
        networks,
        "",
        "Addresses or networks of the proxies whose `X-Forwarded-*` headers are believed, with commas between.",
    )
    user_calls_per_day: int = _fact(
        "USER_CALLS_PER_DAY",
        integer(1),
        "10000000",
        "How many calls of the reading APIs each user has from midnight to midnight UTC, with all keys together.",
    )
    anonymous_calls_per_day: int = _fact(
        "ANONYMOUS_CALLS_PER_DAY",
        integer(1),
        "10000000",
        "The same for callers without a key, by network address (of IPv6 by the /64 network).",
    )
    max_upload_bytes: int = _fact("MAX_UPLOAD_BYTES", size, "2 GiB", "The largest file that can be uploaded.")
    allow_private_fetch: bool = _fact(
        "ALLOW_PRIVATE_FETCH",
        switch,
        "0",
        "1 lets the portal fetch from loopback and private addresses (tests, intranets).",
    )
    keep_generations: int = _fact(
        "KEEP_GENERATIONS",
        integer(1),
        "3",
        "How many generations of a table stay on disk, the current one included.",
    )
    open_tables: int = _fact(
        "OPEN_TABLES",
        integer(1),
        "200",
        "How many tables and text indexes are held open at once; an index costs a thread and eight memory maps.",
    )
    query_seconds: float = _fact("QUERY_SECONDS", seconds, "30", "After how many seconds a query is stopped.")
    heavy_queries: int = _fact(
        "HEAVY_QUERIES",
        integer(1),
        "1",
        "How many heavy queries (those that take more than a second) run at once, and how many batches of exports.",
    )
    heavy_wait_seconds: float = _fact(
        "HEAVY_WAIT_SECONDS",
        seconds,
        "10",
        "How long a heavy query waits for its turn before it is refused with 503.",
    )
    max_page_rows: int = _fact(
        "MAX_PAGE_ROWS",
        integer(1),
        "100",
        "How many records or datasets one page of the Explore API may have.",
    )
    max_page_reach: int = _fact(
        "MAX_PAGE_REACH", integer(1), "10000", "How far its pages reach: the largest `offset + limit`."
    )
    max_page_groups: int = _fact(
        "MAX_PAGE_GROUPS",
        integer(1),
        "20000",
        "The same for groups: how many, and how far their pages reach.",
    )
    query_memory_bytes: int = _fact(
        "QUERY_MEMORY_BYTES", size, "1 GiB", "Memory that all queries running at once may use together."
    )
    threads: int = _fact(
        "THREADS", threads, "all", "Threads that the query engine uses; `all` is one for each processor."
    )
    attach_answers_list: bool = _fact(
        "ATTACH_ANSWERS_LIST",
        switch,
        "0",
        "1 answers a file that a resource is given by the DKAN API with a list, as DKAN's code did; 0 with an object, as "
        "its documents say. Several files are a list either way.",
    )
    ckan_result_shapes: bool = _fact(
        "CKAN_RESULT_SHAPES",
        switch,
        "0",
        "1 answers `/api/3/action` with results as CKAN has them: `package_show` an object, lists of packages and of names "
        "of groups flat; 0 as DKAN did, each within one more list.",
    )
    datastore_imports_at_once: bool = _fact(
        "DATASTORE_IMPORTS_AT_ONCE",
        switch,
        "0",
        "1 imports the rows of a file that a resource is given by the DKAN API without being asked for.",
    )
    datastore_wait_seconds: float = _fact(
        "DATASTORE_WAIT_SECONDS",
        seconds,
        "30",
        "How long an import that is asked for by the DKAN API is waited for; a longer one goes on in the background.",
    )
    builds: int = _fact("BUILDS", integer(1), "1", "How many generations are built at once.")
    builder_memory_bytes: int = _fact(
        "BUILDER_MEMORY_BYTES",
        size,
        "512 MiB",
        "Memory that the query engine of one build may use; the text index takes 128 to 512 MiB more, as large as the files.",
    )
    builder_seconds: int = _fact(
        "BUILDER_SECONDS", integer(1), "14400", "After how many seconds a build is stopped."
    )
    max_fields: int = _fact("MAX_FIELDS", integer(1), "2000", "How many fields a table may have.")
    max_cell_bytes: int = _fact("MAX_CELL_BYTES", size, "16 MiB", "The largest value that one cell may hold.")
    max_generation_bytes: int = _fact(
        "MAX_GENERATION_BYTES",
        size,
        "64 GiB",
        "What one build may have on disk at once, scratch space included.",
    )
    max_export_bytes: int = _fact(
        "MAX_EXPORT_BYTES", size, "16 GiB", "What one export may have on disk while it is made."
    )
    default_language: str = _fact(
        "DEFAULT_LANGUAGE",
        pattern(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", "a language code such as en or pt-br"),
        "en",
        "Language of metadata and pages where nothing else is said.",
    )
    restricted_by_default: bool = _fact(
        "RESTRICTED_BY_DEFAULT",
        switch,
        "0",
        "1 makes new datasets visible only to those who were given access.",
    )
    address: str | None = None
    """Where the server of the folder listens, without a final slash; None where nobody knows. `serve` says it."""
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
    def overview_folder(self) -> Path:
        """An index over many small tables; it is made anew when it is not there."""
        return self.data / "overview"

    @property
    def outbox_folder(self) -> Path:
        return self.data / "outbox"

    @property
    def secret_file(self) -> Path:
        """The key that stored passwords of other systems are sealed with."""
        return self.data / "secret.key"

    @property
    def lock_file(self) -> Path:
        """Held by the one server of a data folder; its lines are the process and its address."""
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
