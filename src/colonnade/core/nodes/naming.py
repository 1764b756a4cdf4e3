"""What nodes are called in addresses, and checks of what is said of them."""

import datetime as dt
import uuid as uuids
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from colonnade.core.datasets import slugs
from colonnade.core.nodes import store
from colonnade.core.nodes.model import Node
from colonnade.core.uids import free_name
from colonnade.core.uids import slug as slug_of
from colonnade.core.work import Work
from colonnade.errors import Invalid

LONGEST = 90
"""Characters of a name, so that an address of a dataset has no more than 100."""
MAX_ITEMS = 1_000_000
"""Bytes of the fields of a node, as JSON."""
EARLIEST, LATEST = 0, 253_402_300_799
_SMALL = frozenset(
    [
        "a",
        "an",
        "as",
        "at",
        "before",
        "but",
        "by",
        "for",
        "from",
        "is",
        "in",
        "into",
        "like",
        "of",
        "off",
        "on",
        "onto",
        "per",
        "since",
        "than",
        "the",
        "this",
        "that",
        "to",
        "up",
        "via",
        "with",
    ]
)
"""Words that no address needs, as Drupal leaves them out."""


def slug(work: Work, title: str, wanted: str | None = None) -> str:
    """A free name for a dataset: the one that is wanted, or else one made of its title: small words are left out, and
    repeated ones are numbered from 0 (dkan 8.6)."""
    if wanted is not None and slugs.is_one(wanted) and not slugs.is_taken(work, wanted):
        return wanted
    return free_name(_plain(title), lambda one: _is_taken(work, one), first=0)


def alias(work: Work, node: Node, slug: str | None) -> str | None:
    """The same for a dataset whose title changed; None: as its `slug` says."""
    own = {slug, node.alias}
    made = free_name(_plain(node.title), lambda one: one not in own and _is_taken(work, one), first=0)
    return None if made == slug else made


def _plain(title: str) -> str:
    words = [word for word in slug_of(title).split("-") if word not in _SMALL]
    return _cut("-".join(words)) or _cut(slug_of(title)) or "dataset"


def _is_taken(work: Work, name: str) -> bool:
    return slugs.is_taken(work, name) or store.by_alias(work.db, name) is not None


def checked_uuid(text: str) -> str:
    """In small letters. Raises `Invalid`."""
    try:
        known = str(uuids.UUID(text)) == text.lower()
    except ValueError:
        known = False
    if not known:
        message = f"{text[:60]} is no uuid, such as 960687d8-5a5e-4ae3-9b4b-7d0b1ab2a3b5."
        raise Invalid(message, fields={"uuid": [message]})
    return text.lower()


def check_items(items: Mapping[str, Sequence[Any]]) -> None:
    """Raises `Invalid`."""
    if items and len(orjson.dumps(items)) > MAX_ITEMS:
        message = f"The fields of a node have at most {MAX_ITEMS:,} bytes as JSON."
        raise Invalid(message, fields={"items": [message]})


def check_moment(name: str, seconds: int) -> None:
    """Raises `Invalid`."""
    if not EARLIEST <= seconds <= LATEST:
        message = f"{name} must be a time in seconds since 1970."
        raise Invalid(message, fields={name: [message]})


def moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _cut(name: str) -> str:
    """At a separator, where there is one."""
    if len(name) <= LONGEST:
        return name
    cut = name[: LONGEST + 1].rpartition("-")[0]
    return cut or name[:LONGEST]
