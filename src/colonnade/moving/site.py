"""A DKAN 7 site as it answers: its index, its nodes, its public catalogue, its files."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import quote, unquote

from colonnade.errors import Invalid
from colonnade.moving.wire import WAITS, Absent, NotJson, Wire, wired

Record = Mapping[str, Any]
"""What the site says of one thing: JSON with the names of its own world."""

API = "/api/dataset"
PAGE = 100
"""Asked for on each page of the index; a site gives 20 at most to all but its administrators."""

MARKS = ("delimiter", "quote", "escape")
HIDDEN = frozenset({"entry_id", "timestamp", "feeds_entity_id", "feeds_flatstore_entry_id"})
"""Columns of the site's own making, or that some sites keep to themselves."""

_FOLDERS = {"public": "/sites/default/files/", "private": "/system/files/"}
"""Where files are had whose name in the site is `public://...` or `private://...`."""


@dataclass(frozen=True)
class Rows:
    """What a site shows of rows. `columns`: how many, but for `HIDDEN`. `total`: of rows, None: not told."""

    columns: int
    total: int | None


@dataclass
class Site:
    """An open site. One instance may serve several threads. `has_nodes`: it shows its node API; else it is read by its
    data.json alone. `names_terms`: whether it may have a listing of terms; False once it said no. `is_ordered`: whether
    its index takes an order."""

    wire: Wire = field(repr=False)
    has_nodes: bool = True
    names_terms: bool = True
    is_ordered: bool = True

    @property
    def base(self) -> str:
        return self.wire.base

    @property
    def host(self) -> str:
        return self.base.split("/")[2]

    def index(self, page: int) -> Sequence[Record]:
        """One page of all nodes that the site shows, from 0; empty past the end."""
        asked = {"page": page, "pagesize": PAGE}
        if self.is_ordered:
            try:
                return _records(self.wire.json(f"{API}/node.json", {**asked, "options[orderby][nid]": "asc"}))
            except Absent as refused:
                if refused.status != 406 or page:
                    raise
                self.is_ordered = False
        return _records(self.wire.json(f"{API}/node.json", asked))

    def pages(self, first: int) -> Iterator[tuple[int, Sequence[Record]]]:
        """The pages of the index from this one on, with their numbers, until one is empty."""
        number = first
        while found := self.index(number):
            yield number, found
            number += 1

    def node(self, number: int) -> Record:
        """A node with its fields. Raises `Absent` when it is hidden or gone."""
        found = self.wire.json(f"{API}/node/{number}.json")
        if not isinstance(found, dict):
            raise Invalid("The site answered with something else than an object.", code="moving.answer")
        return found

    def term(self, number: int) -> str | None:
        """The name of a term, where the site has the listing: on most it is off, and a first refusal is believed."""
        if not self.names_terms:
            return None
        found = self.wire.optional(f"{API}/taxonomy_term/{number}.json")
        self.names_terms = isinstance(found, dict)
        name = found.get("name") if isinstance(found, dict) else None
        return name.strip() or None if isinstance(name, str) else None

    def package(self, name: str) -> Record | None:
        """A dataset in CKAN's words, by uuid."""
        return _first(self.wire.optional("/api/3/action/package_show", {"id": name, "page": 0}), "result")

    def described(self, identifier: str) -> Record | None:
        """A dataset in the words of data.json, by uuid."""
        asked = {"identifier": identifier, "page": 0}
        found = _first(self.wire.optional("/data.json", asked), "dataset")
        return found if found is not None and found.get("identifier") == identifier else None

    def catalogue(self, open_file: Callable[[], IO[bytes]]) -> Iterator[IO[bytes]]:
        """The whole data.json in files, which are open: one, but for sites that divide it into pages. Such sites go to the
        last page when asked for a later one, and others pay no heed."""
        known: set[str] = set()
        for page in itertools.count():
            file = open_file()
            fetched = self.wire.file(f"{self.base}/data.json?page={page}", file)
            if fetched.digest in known:
                file.close()
                return
            known.add(fetched.digest)
            yield file

    def rows(self, uuid: str, *, is_patient: bool = True) -> Rows | None:
        """What stands of a resource in the site's datastore. `is_patient`: what fails is asked for again."""
        asked = {"resource_id": uuid, "limit": 1}
        found = self.wire.optional("/api/action/datastore/search.json", asked, is_patient=is_patient)
        result = found.get("result") if isinstance(found, dict) and found.get("success") is True else None
        return None if not isinstance(result, dict) else _rows(result)

    def reading(self, number: int) -> Mapping[str, str]:
        """How the file of a resource is read there: what is told of its delimiter, quote and escape to who may change it."""
        if self.wire.cookie is None:
            return {}
        found = self.wire.optional(f"{API}/datastore/{number}.json")
        told = found.get("configurable_properties") if isinstance(found, dict) else None
        known = told if isinstance(told, dict) else {}
        return {name: text for name in MARKS if isinstance(text := known.get(name), str) and len(text) == 1}

    def file(self, url: str, out: IO[bytes]) -> None:
        self.wire.file(url, out)

    def address(self, uri: str) -> str | None:
        """Where a file is had by its name in the site; None for places that are no addresses."""
        scheme, _, rest = uri.partition("://")
        if scheme in {"http", "https"}:
            return uri
        folder = _FOLDERS.get(scheme)
        return None if folder is None or not rest else f"{self.base}{folder}{quote(rest)}"

    def own_name(self, address: str) -> str | None:
        """The name in the site of a file that it serves itself: `public://...`; None for others' files."""
        found = re.fullmatch(r"https?://([^/?#]+)/+sites/[^/]+/+files/+([^?#]+)", address)
        is_own = found is not None and found[1] == self.host
        return f"public://{unquote(found[2])}" if found is not None and is_own else None


def opened(
    address: str,
    *,
    allow_private: bool,
    max_file_bytes: int,
    sign_in: tuple[str, str] | None = None,
    waits: Sequence[float] = WAITS,
) -> Site:
    """Find out where a site is and how it is read. Raises `Invalid` where a name or password is wrong, and what
    `Client.fetch` does for a site that does not answer."""
    wire = wired(address_of(address), allow_private=allow_private, max_file_bytes=max_file_bytes, waits=waits)
    wire.base = _landed(wire)
    if sign_in is not None:
        wire.cookie = _signed_in(wire, *sign_in)
    site = Site(wire)
    try:
        site.index(0)
    except (Absent, NotJson):
        site.has_nodes = False
    return site


def address_of(text: str) -> str:
    """The address of a site as people write it: with its API behind it, or with slashes."""
    plain = text.strip().rstrip("/")
    if not plain.startswith(("http://", "https://")):
        raise Invalid(f"Write the address with https:// or http:// in front: {text}", code="moving.site")
    for end in (f"{API}/node.json", f"{API}/node", API, "/data.json"):
        plain = plain.removesuffix(end)
    return plain


def _landed(wire: Wire) -> str:
    """The address where a site really is: many redirect from http to https, or to www."""
    for path in (f"{API}/node.json", "/"):
        found = (wire.landing(path) or "").partition("?")[0]
        if found.endswith(path):
            return found.removesuffix(path)
    return wire.base


def _signed_in(wire: Wire, username: str, password: str) -> str:
    """The cookie of a new session."""
    try:
        found = wire.posted(f"{API}/user/login", {"username": username, "password": password})
    except Absent as refused:
        raise Invalid(f"{wire.base} does not let {username} in.", code="moving.login") from refused
    try:
        return f"{found['session_name']}={found['sessid']}"
    except (KeyError, TypeError) as error:
        raise Invalid(f"{wire.base} answered the sign-in in no known way.", code="moving.login") from error


def _records(found: object) -> Sequence[Record]:
    """A list of objects, as a list or as an object whose values they are."""
    values = list(found.values()) if isinstance(found, dict) else found
    if not isinstance(values, list):
        raise Invalid("The index of the site is no list.", code="moving.answer")
    return [one for one in values if isinstance(one, dict)]


def _rows(result: Record) -> Rows | None:
    """None where no column is told."""
    fields, records = result.get("fields"), result.get("records")
    names = {one.get("id") for one in fields if isinstance(one, dict)} if isinstance(fields, list) else set()
    if not names and isinstance(records, list) and records and isinstance(records[0], dict):
        names = {*records[0]}
    total = str(result.get("total", ""))
    columns = len(names - HIDDEN)
    return Rows(columns, int(total) if total.isascii() and total.isdecimal() else None) if columns else None


def _first(found: object, key: str) -> Record | None:
    """The first object in what may be an object, a list, or a list of lists, behind a key."""
    value: object = found.get(key) if isinstance(found, dict) else None
    while isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, dict) else None
