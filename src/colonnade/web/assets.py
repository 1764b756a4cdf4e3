"""The files that pages need. Their address holds a digest of all of them, so that a browser may keep them for ever."""

import hashlib
from collections.abc import Mapping
from importlib import resources

from fastapi import APIRouter
from starlette.responses import Response

from colonnade.errors import NotFound
from colonnade.web.headers import SECURITY

router = APIRouter(include_in_schema=False)

MEDIA_TYPES: Mapping[str, str] = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
ICON = "favicon.svg"


def _files() -> Mapping[str, bytes]:
    folder = resources.files(__package__) / "static"
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir(), key=lambda one: one.name)}


FILES = _files()
DIGEST = hashlib.sha256(b"".join(FILES.values())).hexdigest()[:16]


def asset_path(name: str) -> str:
    """The address of a file, below the root of the site."""
    assert name in FILES, name
    return f"/static/{DIGEST}/{name}"


@router.get("/static/{digest}/{name}")
def get_file(digest: str, name: str) -> Response:
    if digest != DIGEST or name not in FILES:
        raise NotFound("There is no such file.", code="file.unknown")
    return _file(name, FOR_EVER)


@router.get("/favicon.svg")
def get_icon() -> Response:
    return _file(ICON, A_DAY)


def _file(name: str, caching: str) -> Response:
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(FILES[name], headers={**SECURITY, "Cache-Control": caching}, media_type=media_type)
