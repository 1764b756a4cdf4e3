"""Datasources and connections as Automation has them (section 3.4 of the reference)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.core.connections import service as connections
from colonnade.core.connections.model import SeenConnection
from colonnade.core.connections.sources import Described
from colonnade.core.datasets.model import ViewableDataset
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Resource
from colonnade.core.work import Work
from colonnade.dialects.automation.rendering import moment
from colonnade.errors import Invalid, NotFound

UPLOADED, HTTP = "uploaded_file", "http"
KNOWN = (HTTP, UPLOADED)
EXPANDABLE = ("datasource.connection", "datasource.dataset")
REQUIRED = "This field is required"


@dataclass(frozen=True)
class Parsed:
    """One of the two is set. `http`: as the core's `connections.sources` reads it."""

    file_uid: str | None = None
    http: Mapping[str, Any] | None = None


def parsed(given: Mapping[str, Any]) -> Parsed:
    """Raises `Invalid`. Without a type it is told by what it holds, as old clients send it."""
    kind = given.get("type", HTTP if "connection" in given else UPLOADED)
    if kind == HTTP:
        return Parsed(http=given)
    if kind != UPLOADED:
        raise _wrong("type", f"There is no datasource {kind}. Known: {', '.join(KNOWN)}.")
    file = given.get("file")
    if not isinstance(file, Mapping):
        raise _wrong("file", REQUIRED if file is None else "This must be an object.")
    uid = file.get("uid")
    if not isinstance(uid, str) or not uid:
        raise _wrong("file.uid", "This must be a text." if uid else REQUIRED)
    return Parsed(file_uid=uid)


def check_expand(expand: str | None) -> None:
    if expand and expand not in EXPANDABLE:
        message = f"One of {', '.join(EXPANDABLE)}."
        raise Invalid(message, fields={"expand": [message]})


def rendered(
    work: Work, viewable: ViewableDataset, resource: Resource, expand: str | None
) -> dict[str, Any] | None:
    """None: the rows of the resource only come live."""
    source = resources.fetched_from(work, viewable, resource)
    if source is not None:
        return _http(work, source, is_expanded=expand == EXPANDABLE[0])
    if resource.file_id is None:
        return None
    return {"type": UPLOADED, "file": {"uid": resources.file_by_id(work, resource.file_id).uid}}


def _http(work: Work, source: Described, *, is_expanded: bool) -> dict[str, Any]:
    return {
        "type": HTTP,
        "connection": _connection(work, source.connection) if is_expanded else {"uid": source.connection},
        "relative_url": source.relative_url,
        "headers": [{"name": name, "value": value} for name, value in source.headers],
    }


def _connection(work: Work, uid: str) -> dict[str, Any]:
    """Only its uid for who may neither use nor manage it."""
    try:
        return connection(work, connections.seen(work, uid))
    except NotFound:
        return {"uid": uid}


def connection(work: Work, seen: SeenConnection) -> dict[str, Any]:
    """An HTTPConnection, without what is secret."""
    one = seen.connection
    counts = connections.counts(work, [seen])[one.uid]
    auth = None
    if one.auth_username is not None:
        auth = {"type": "basic_auth", "username": one.auth_username, "password": None}
    return {
        "uid": one.uid,
        "type": one.type,
        "url": one.url,
        "headers": [{"name": name, "value": value or ""} for name, value in connections.headers(work, seen)],
        "auth": auth,
        "is_reusable": one.is_reusable,
        "can_reuse": seen.can_reuse,
        "can_manage": seen.can_manage,
        "dataset_count": counts.datasets,
        "user_count": counts.people,
        "group_count": counts.groups,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={f"datasource.{field}": [message]})
