"""What a node of a DKAN 7 says of itself. Pure."""

import datetime as dt
import hashlib
import json
import re
import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from colonnade.moving.site import Record

Items = Sequence[Mapping[str, Any]]

TERMS = ("field_tags", "field_topic", "field_format")
"""Fields whose items are numbers of terms."""
REFERENCES = (
    "field_resources",
    "field_dataset_ref",
    "og_group_ref",
    "og_group_request",
    "field_harvest_source_ref",
)
"""Fields whose items are numbers of nodes there."""
FILES = ("field_upload", "field_link_remote_file", "field_image")
OF_THE_SITE = frozenset(
    {"vid", "vuuid", "nid", "tnid", "path", "name", "picture", "data", "uid", "revision_uid", "uri", "type"}
    | {"revision_timestamp", "rdf_mapping", "translate", "workbench_moderation", "_drafty_revision_requested"}
    | {"uuid", "log", "created", "changed", "comment", "cid", "last_comment_uid", "last_comment_timestamp"}
    | {"last_comment_name", "comment_count", "print_html_display", "print_pdf_display"}
)
"""Keys that are about the site's own keeping of a node, or are taken care of apart."""

_ODD_DATES = ("%a, %m/%d/%Y - %H:%M", "%m/%d/%Y - %H:%M", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class FileSaid:
    """A file as a node names it. `extras`: what else is said of it."""

    uri: str
    filename: str
    extras: Mapping[str, Any]


def items(record: Record, field: str) -> Items:
    """The items of a field, whatever its language: a list, or an object with numbers as keys."""
    value = record.get(field)
    if isinstance(value, dict):
        language = record.get("language")
        found = value.get("und", value.get(language) if isinstance(language, str) else None)
        value = found if found is not None else next(iter(value.values()), None)
    if isinstance(value, dict):
        value = list(value.values())
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def numbers(record: Record, field: str, key: str) -> list[int]:
    """What the items of a field point to: numbers of nodes (`target_id`) or of terms (`tid`)."""
    found = (number(one.get(key)) for one in items(record, field))
    return [one for one in dict.fromkeys(found) if one is not None]


def number(value: object) -> int | None:
    """A number that may come as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def text(record: Record, key: str) -> str:
    value = record.get(key)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def uuid(record: Record) -> str | None:
    """None where it has none, or a text that is none."""
    try:
        return str(uuids.UUID(text(record, "uuid")))
    except ValueError:
        return None


def name(record: Record) -> str | None:
    """What the address of a dataset ends with. None: it has a number alone."""
    path = urlsplit(text(record, "path")).path
    found = re.search(r"(?:^|/)dataset/([^/]+)/?$", path)
    return None if found is None or text(record, "type") != "dataset" else unquote(found[1])


def file(record: Record, field: str) -> FileSaid | None:
    """The first file of a field."""
    for item in items(record, field):
        uri = text(item, "uri")
        if uri:
            own = {
                "fid",
                "uri",
                "filename",
                "filesize",
                "filemime",
                "status",
                "timestamp",
                "uid",
                "uuid",
                "type",
            }
            extras = {key: value for key, value in item.items() if key not in own}
            return FileSaid(uri, text(item, "filename") or uri.rsplit("/", 1)[-1], extras)
    return None


def plain(record: Record) -> dict[str, Any]:
    """What of a node is the same wherever it stands: without numbers of other things there."""
    apart = {*TERMS, *REFERENCES, *FILES}
    return {key: value for key, value in record.items() if key not in OF_THE_SITE and key not in apart}


def moment(value: object) -> int | None:
    """Seconds since 1970 of a date as sites write it: a number, ISO 8601, or words for people. None: no date."""
    seconds = number(value)
    if seconds is not None:
        return seconds or None
    if not isinstance(value, str):
        return None
    written = value.removeprefix("Date changed").strip()
    for read in (dt.datetime.fromisoformat, *(_reader(form) for form in _ODD_DATES)):
        try:
            found = read(written)
        except ValueError:
            continue
        aware = found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
        return int(aware.timestamp())
    return None


def digest(*values: object) -> str:
    """Of JSON values: the same for the same content."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _reader(form: str) -> Any:
    return lambda text: dt.datetime.strptime(text, form)  # noqa: DTZ007 - the caller makes it aware
