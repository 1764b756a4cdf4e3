"""Lists: how long a page is, what stands before and after it (section 1.3 of the reference)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.errors import parameter

DEFAULT, CEILING = 20, 1000
FURTHEST = 1 << 53
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for. `length` None: all of it."""

    limit: int
    offset: int
    is_counted: bool = False
    """Nothing but the number is asked for."""

    @property
    def length(self) -> int | None:
        return None if self.limit == 0 and not self.is_counted else self.limit


def page_of(request: Request) -> Page:
    """Of a list that stands in the catalogue: with a limit of 0 it is given whole. Raises `Invalid`."""
    sent = request.query_params
    limit = _limit(sent["limit"]) if "limit" in sent else DEFAULT
    return Page(limit, _offset(sent["offset"]) if "offset" in sent else 0)


def found_page_of(request: Request, default: int, *, limit: str = "limit", offset: str = "offset") -> Page:
    """Of what a search finds: with a limit of 0 it is only counted; an empty parameter is none. Raises `Invalid`."""
    sent = request.query_params
    length = _limit(sent[limit]) if sent.get(limit) else default
    return Page(length, _offset(sent[offset]) if sent.get(offset) else 0, is_counted=True)


def meta(request: Request, page: Page, total: int) -> dict[str, Any]:
    """What a list says of itself; its neighbours are this request with another offset."""
    path: str = request.scope["path"]
    return meta_of(path, request.query_params.multi_items(), page, total)


def meta_of(path: str, sent: Sequence[tuple[str, str]], page: Page, total: int) -> dict[str, Any]:
    shown: dict[str, Any] = {"limit": page.limit, "offset": page.offset, "total_count": total}
    if page.limit == 0:
        return shown
    following, before = page.offset + page.limit, page.offset - page.limit

    def link(offset: int) -> str:
        others = [(name, value) for name, value in sent if name not in {"limit", "offset"}]
        query = urlencode([*others, ("limit", page.limit), ("offset", offset)])
        return f"{quote(path)}?{query}"

    shown["next"] = link(following) if following < total else None
    shown["previous"] = link(before) if before >= 0 else None
    return shown


def answer(request: Request, page: Page, total: int, objects: Sequence[Any]) -> Response:
    return json(request, {"meta": meta(request, page, total), "objects": objects})


def _limit(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise parameter("Invalid limit '%s' provided. Please provide a positive integer.")
    if int(text) < 0:
        raise parameter("Invalid limit '%s' provided. Please provide an integer >= 0.")
    return min(int(text), CEILING)


def _offset(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise parameter("Invalid offset '%s' provided. Please provide an integer.")
    if int(text) < 0:
        raise parameter("Invalid offset '%s' provided. Please provide an integer >= 0.")
    return min(int(text), FURTHEST)
