"""Answers in the form of PANDA's clients: JSON with sorted keys, JSONP, texts, nothing (section 1.2 of the reference)."""

import datetime as dt
import json as plain
import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from colonnade.errors import Invalid
from colonnade.http.answers import JSON
from colonnade.http.answers import empty as empty
from colonnade.http.pagination import site_of

SCRIPT = "text/javascript; charset=utf-8"
HTML = "text/html; charset=utf-8"
FORMATS = frozenset({"json", "jsonp", "xml", "yaml", "html", "plist"})
"""What can be named; all but `jsonp` are answered as JSON."""
HARMLESS: Mapping[str, str] = {
    # A text may repeat what was sent, and is called HTML because it always was.
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]{0,99}(?:\.[A-Za-z_$][\w$]{0,99}){0,9}", re.ASCII)


def json_bytes(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a cell that is a whole number of more than 64 bits
        return plain.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def json(
    request: Request, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON, or a script that calls a function with it if that is asked for. Raises `Invalid`."""
    content = json_bytes(value)
    if not _is_padded(request):
        return Response(content, status, headers, media_type=JSON)
    name = request.query_params.get("callback") or "callback"
    if not _CALLBACK.fullmatch(name):
        raise Invalid("JSONP callback name is invalid.", code="parameter.invalid")
    script = name.encode() + b"(" + content + b")"
    return Response(script, status, {**(headers or {}), **HARMLESS}, media_type=SCRIPT)


def text(message: str, status: int) -> Response:
    return Response(message, status, HARMLESS, media_type="text/html")


def error_message(message: str, status: int) -> Response:
    return Response(json_bytes({"error_message": message}), status, media_type=JSON)


def refused() -> Response:
    """401: nobody, or without the right to."""
    return Response(status_code=401, media_type="text/html")


def location(request: Request, uri: str) -> dict[str, str]:
    """Where something that was made now is."""
    return {"Location": f"{site_of(request)}{uri}"}


def moment(value: dt.datetime | None, *, is_exact: bool = False) -> str | None:
    """A moment in UTC, to the second, or to the microsecond; naive ones are meant as UTC."""
    if value is None:
        return None
    known = value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
    return known.isoformat(timespec="microseconds" if is_exact else "seconds")


def _is_padded(request: Request) -> bool:
    format_ = request.query_params.get("format")
    if format_ in FORMATS:
        return format_ == "jsonp"
    return "callback" in request.query_params
