"""Bodies of requests, by what they say that they are (section 3 of the reference)."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from colonnade.dialects.dkan import brackets, yamltext
from colonnade.dialects.dkan.errors import said
from colonnade.dialects.dkan.negotiation import best
from colonnade.errors import Invalid
from colonnade.http.bodies import DEEPEST, is_deeper
from colonnade.http.forms import MOST, MULTIPART, URLENCODED

Body = dict[str, Any]
LONGEST_XML = 2 << 20
"""Bytes: as a tree they are many times as large."""
_SPACE = b" \t\r\n"


def kind_of(content_type: str | None) -> str:
    """The parser for a header `Content-Type`. Raises `Invalid` (406)."""
    named = (content_type or URLENCODED).partition(";")[0].strip()
    kind = best(KINDS, named.lower())
    if kind is None:
        raise said(406, f"Unsupported request content type {named}")
    return kind


def parsed(kind: str, content: bytes) -> Body:
    """The names and values of a body that is no multipart form. Raises `Invalid`."""
    value = _PARSERS[kind](content)
    if is_deeper(value, DEEPEST):
        raise Invalid(f"A body is nested at most {DEEPEST} levels deep.", code="body.deep")
    if isinstance(value, dict):
        return {str(key): one for key, one in value.items()}
    return {str(key): one for key, one in enumerate(value)} if isinstance(value, list) else {}


def unwrapped(body: Body, names: tuple[str, ...]) -> Body:
    """What old clients put under the name of the thing that they send."""
    if len(body) == 1:
        ((name, value),) = body.items()
        if name in names and isinstance(value, dict):
            return value
    return body


def query(text: bytes) -> Body:
    """The parameters of an address. Raises `Invalid`."""
    return brackets.nested(_pairs(text))


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST)
    except ValueError:
        raise Invalid(f"There are at most {MOST:,} parameters.", code="form.long") from None


def _form(content: bytes) -> Body:
    """Some examples send JSON under this name, so that is read, too."""
    if content.strip(_SPACE)[:1] == b"{":
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError:
            pass
        else:
            return found if isinstance(found, dict) else {}
    return brackets.nested(_pairs(content))


def _json(content: bytes) -> Any:
    if not content:
        return {}
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        found = None
    if found is None:
        raise said(400, "Invalid JSON.")
    return found


def _yaml(content: bytes) -> Any:
    try:
        # By way of JSON: YAML knows texts, numbers and keys that JSON does not.
        return orjson.loads(orjson.dumps(yamltext.loaded(content), option=orjson.OPT_NON_STR_KEYS))
    except (ValueError, TypeError) as error:  # of which orjson's errors are kinds
        raise said(400, f"Invalid YAML: {error}") from None


def _xml(content: bytes) -> Any:
    if not content.strip(_SPACE):
        return {}
    if len(content) > LONGEST_XML:
        raise Invalid(f"XML has at most {LONGEST_XML:,} bytes.", code="body.large")
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise said(406, "XML that declares a document type is not read.") from None
    except (ET.ParseError, ValueError, LookupError) as error:
        raise said(406, f"Invalid XML: {error}") from None
    return _children(root, DEEPEST)


def _children(parent: ET.Element, levels: int) -> Body:
    return {child.tag.rpartition("}")[2]: _value(child, levels) for child in parent}


def _value(element: ET.Element, levels: int) -> Any:
    if not levels:
        raise Invalid(f"A body is nested at most {DEEPEST} levels deep.", code="body.deep")
    if element.get("is_array"):
        return [_value(one, levels - 1) for one in element]
    return _children(element, levels - 1) if len(element) else element.text or ""


_PARSERS: Mapping[str, Callable[[bytes], Any]] = {
    URLENCODED: _form,
    "application/json": _json,
    "application/xml": _xml,
    "text/xml": _xml,
    "application/x-yaml": _yaml,
}
KINDS = (*_PARSERS, MULTIPART)
