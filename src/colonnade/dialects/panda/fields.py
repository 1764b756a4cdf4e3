"""What each resource consists of: for its description (section 3.13 of the reference), and for what may be filtered by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NOTHING = "No default provided."
TEXT = 'Unicode string data. Ex: "Hello World"'
NUMBER = "Integer data. Ex: 2673"
TRUTH = "Boolean data. Ex: True"
MOMENT = 'A date & time as a string. Ex: "2010-11-10T03:07:43"'
JSON = "A JSON value."
ONE = "A single related resource. Can be either a URI or set of nested resource data."
MANY = "Many related resources. Can be either a list of URIs or list of individually nested resource data."

HELP: Mapping[str, str] = {
    "string": TEXT,
    "integer": NUMBER,
    "boolean": TRUTH,
    "datetime": MOMENT,
    "json": JSON,
}


@dataclass(frozen=True)
class Fact:
    """One field. `flags`: letters of what holds for it: blank, nullable, readonly, unique. `related`: it leads to others,
    `to_one` or `to_many`."""

    type: str = "string"
    flags: str = ""
    default: Any = NOTHING
    related: str | None = None

    def shown(self) -> dict[str, Any]:
        help_text = HELP.get(self.type, MANY if self.related == "to_many" else ONE)
        shown = {
            "blank": "b" in self.flags,
            "default": self.default,
            "help_text": help_text,
            "nullable": "n" in self.flags,
            "readonly": "r" in self.flags,
            "type": self.type,
            "unique": "u" in self.flags,
        }
        return shown if self.related is None else {**shown, "related_type": self.related}


@dataclass(frozen=True)
class Kind:
    """A resource. `methods`: those of the resource, lists and single ones alike; `filters`: field -> lookups."""

    name: str
    methods: str
    facts: Mapping[str, Fact]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def shown(self) -> dict[str, Any]:
        methods = self.methods.lower().split(",")
        shown: dict[str, Any] = {
            "allowed_detail_http_methods": methods,
            "allowed_list_http_methods": methods,
            "default_format": "application/json",
            "default_limit": 20,
            "fields": {name: one.shown() for name, one in self.facts.items()},
        }
        return {**shown, "filtering": dict(self.filters)} if self.filters else shown


def _one(flags: str = "") -> Fact:
    return Fact("related", flags, related="to_one")


def _many(flags: str = "n") -> Fact:
    return Fact("related", flags, related="to_many")


_READ, _MAYBE = Fact(flags="r"), Fact(flags="n")
_URI = {"id": Fact(flags="bu", default=""), "resource_uri": _READ}
_AT, _AT_MAYBE = Fact("datetime"), Fact("datetime", "n")
_STORED: Mapping[str, Fact] = {
    **_URI,
    "creation_date": Fact("datetime", "r"),
    "creator": _one("r"),
    "dataset": _one("nr"),
    "filename": _READ,
    "original_filename": _READ,
    "size": Fact("integer", "r"),
    "title": Fact(),
}
_STORED_METHODS = "GET,PUT,DELETE"

KINDS: Mapping[str, Kind] = {
    one.name: one
    for one in (
        Kind("activity_log", "GET,POST", {**_URI, "creator": _one("r"), "when": Fact("date", "r")}),
        Kind("category", "GET", {**_URI, "name": Fact(), "slug": Fact(flags="u")}),
        Kind(
            "data_upload",
            _STORED_METHODS,
            {
                **_STORED,
                "columns": Fact("json", "nr"),
                "data_type": Fact(flags="nr"),
                "deletable": Fact("boolean", "r", default=True),
                "dialect": Fact("json", "nr"),
                "encoding": Fact(flags="r", default="utf-8"),
                "guessed_types": Fact("json", "nr"),
                "imported": Fact("boolean", "r", default=False),
                "sample_data": Fact("json", "nr"),
            },
        ),
        Kind(
            "dataset",
            "GET,POST,PUT,DELETE",
            {
                **_URI,
                "categories": _many(),
                "column_schema": Fact("json", "nr"),
                "creation_date": Fact("datetime", "r"),
                "creator": _one("r"),
                "current_task": _one("nr"),
                "data_uploads": _many(),
                "description": Fact(flags="b", default=""),
                "initial_upload": _one("nr"),
                "last_modification": Fact(flags="nr"),
                "last_modified": Fact("datetime", "nr"),
                "last_modified_by": _one("nr"),
                "locked": Fact("boolean", "r", default=False),
                "locked_at": Fact("datetime", "nr"),
                "name": Fact(),
                "related_links": Fact("json", "n"),
                "related_uploads": _many(),
                "row_count": Fact("integer", "nr"),
                "sample_data": Fact("json", "nr"),
                "slug": Fact(flags="bu"),
            },
        ),
        Kind("export", "GET", _STORED),
        Kind(
            "notification",
            "GET,POST,PUT,DELETE,PATCH",
            {
                **_URI,
                "message": Fact(),
                "read_at": _AT_MAYBE,
                "sent_at": _AT,
                "type": Fact(default="Info"),
                "url": _MAYBE,
            },
            {"read_at": ("isnull",)},
        ),
        Kind("related_upload", _STORED_METHODS, _STORED),
        Kind(
            "search_subscription",
            "GET,POST,DELETE",
            {
                **_URI,
                "category": _one("n"),
                "dataset": _one("n"),
                "last_run": Fact("datetime", "r"),
                "query": Fact(),
                "query_human": Fact(flags="b", default=""),
                "query_url": Fact(flags="b", default=""),
            },
        ),
        Kind(
            "task",
            "GET",
            {
                **_URI,
                "creator": _one("n"),
                "end": _AT_MAYBE,
                "message": Fact(flags="b", default=""),
                "start": _AT_MAYBE,
                "status": Fact(default="PENDING"),
                "task_description": Fact(flags="b", default=""),
                "task_name": Fact(),
                "traceback": _MAYBE,
            },
            {"status": ("exact", "in"), "end": ("year", "month", "day")},
        ),
        Kind(
            "user",
            "GET,POST,PUT,DELETE",
            {
                **_URI,
                "date_joined": Fact("datetime", "r"),
                "email": Fact(flags="u"),
                "first_name": Fact(flags="b", default=""),
                "is_active": Fact("boolean", "b", default=True),
                "last_login": Fact("datetime", "nr"),
                "last_name": Fact(flags="b", default=""),
            },
        ),
    )
}
