"""What a fetched file is called."""

import mimetypes
import re
import unicodedata
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import PurePosixPath
from urllib.parse import unquote

import httpx2

MAX_NAME = 200


def filename(disposition: str | None, url: httpx2.URL, mimetype: str | None) -> str:
    """From the `Content-Disposition` header, else from the last part of the address; with a suffix by its type if it
    has none. Nothing in it that a file system or a header could misread."""
    name = _clean(_disposed(disposition) or "") or _clean(unquote(url.path)) or "file"
    if not PurePosixPath(name).suffix and mimetype not in {None, "application/octet-stream"}:
        name += mimetypes.guess_extension(mimetype or "") or ""
    return name


def mimetype(content_type: str | None) -> str | None:
    """The type and subtype of a `Content-Type` header, in small letters."""
    found = re.match(r"\s*([\w.+-]{1,100}/[\w.+-]{1,100})\s*(;|$)", content_type or "", re.ASCII)
    return None if found is None else found[1].lower()


def _disposed(disposition: str | None) -> str | None:
    if not disposition:
        return None
    message = Message()
    message["Content-Disposition"] = disposition
    params = message.get_params([], header="Content-Disposition")
    found = [value for name, value in params if name.lower() == "filename"]
    # `filename*` comes as a tuple with its charset, and is to be preferred.
    found.sort(key=lambda value: isinstance(value, str))
    return collapse_rfc2231_value(found[0]) if found else None


def _clean(name: str) -> str:
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(char for char in last if char.isprintable() and char not in '"<>|:*?').strip(" .")
    if len(shown) > MAX_NAME:
        path = PurePosixPath(shown)
        suffix = path.suffix[:20]
        shown = path.stem[: MAX_NAME - len(suffix)] + suffix
    return shown
