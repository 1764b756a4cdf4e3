"""Addresses of resources: how they are written, and what clients name by them (section 1.2 of the reference)."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from colonnade.dialects.panda.errors import parameter
from colonnade.errors import Invalid

PREFIX = "/api/1.0"
_NUMBER = re.compile(r"[0-9]{1,15}")
_PLAIN = re.compile(r"[A-Za-z0-9_-]*")
"""Keys that stand in an address as they are, as nearly all do."""


def uri(resource: str, name: object) -> str:
    """The path of one thing, without the host."""
    return f"{PREFIX}/{resource}/{quote(str(name), safe='')}/"


def list_uri(resource: str) -> str:
    return f"{PREFIX}/{resource}/"


def row_uri(slug: str | None, key: str) -> str:
    name = key if _PLAIN.fullmatch(key) else quote(key, safe="")
    return f"{dataset_uri(slug)}data/{name}/"


@lru_cache(maxsize=1024)
def dataset_uri(slug: str | None) -> str:
    """The same for all rows of a batch."""
    return uri("dataset", slug)


def number(name: str) -> int:
    """An id as addresses have it; 0, which nothing has, for what is none."""
    return int(name) if _NUMBER.fullmatch(name) else 0


def named(resource: str, sent: Any) -> str:
    """The name in what was sent for a related thing: its address, whole or as a path, or the thing itself with its
    `resource_uri` or `id`. Raises `Invalid`."""
    if isinstance(sent, dict):
        address = sent.get("resource_uri")
        if address is None and isinstance(sent.get("id"), str | int):
            return str(sent["id"])
    else:
        address = sent
    if not isinstance(address, str):
        raise parameter(f"A {resource} is named by its resource URI.")
    found = re.fullmatch(rf"{PREFIX}/{resource}/([^/]+)/?", _path(address))
    if found is None:
        raise unknown(address)
    return found[1]


def unknown(address: object) -> Invalid:
    return parameter(f"Could not find the provided object via resource URI '{address}'.")


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
