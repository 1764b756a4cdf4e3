"""A dataset as pages tell of it. Metadata is whatever publishers wrote: what has no fitting form is left out."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.service import About
from colonnade.core.work import Work
from colonnade.query.schema import Field
from colonnade.web import links, printing

SUMMARY = 220
"""Characters of a short description."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Piece:
    """A text; `href`: where it leads."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Described:
    """`written`: the description as its publisher wrote it, which `description` makes safe; `summary`: the beginning
    of its words. `language`: of these texts and of the records. `records`: None where the number is not told;
    `fields`: those that the caller may see."""

    slug: str
    uid: str
    title: str
    written: str
    summary: str
    language: str
    publisher: str | None
    licence: Piece | None
    themes: tuple[str, ...]
    keywords: tuple[str, ...]
    modified: dt.datetime | None
    timezone: str | None
    references: tuple[Piece, ...]
    attributions: tuple[Piece, ...]
    territory: tuple[str, ...]
    is_restricted: bool
    is_visible: bool
    has_records: bool
    records: int | None
    fields: tuple[Field, ...]

    @cached_property
    def description(self) -> Markup:
        return printing.cleaned(self.written)

    @property
    def path(self) -> str:
        return links.dataset(self.slug)


def described(work: Work, readables: Sequence[ReadableDataset]) -> list[Described]:
    abouts = records.about(work, readables)
    language = work.settings.default_language
    return [_described(one, about, language) for one, about in zip(readables, abouts, strict=True)]


def _described(readable: ReadableDataset, about: About, language: str) -> Described:
    dataset = readable.dataset
    values = meta.public(dataset.metadata_published or {}).get(meta.DEFAULT, {})
    text = _text(values, "description") or ""
    slug = dataset.slug or dataset.uid
    return Described(
        slug=slug,
        uid=dataset.uid,
        title=_text(values, "title") or slug,
        written=text,
        summary=printing.summary(text, SUMMARY),
        language=_language(values) or language,
        publisher=_text(values, "publisher"),
        licence=_licence(values),
        themes=_texts(values, "theme"),
        keywords=_texts(values, "keyword"),
        modified=printing.moment(values.get("modified")),
        timezone=_text(values, "timezone"),
        references=tuple(_piece(one) for text in _texts(values, "references") for one in _split(text)),
        attributions=tuple(map(_piece, _texts(values, "attributions"))),
        territory=_texts(values, "territory"),
        is_restricted=dataset.is_restricted,
        is_visible=readable.access.data_visible,
        has_records=about.has_records,
        records=about.count,
        fields=about.schema.fields,
    )


def _licence(values: Mapping[str, Any]) -> Piece | None:
    name, address = _text(values, "license"), _text(values, "license_url")
    shown = name or address
    if shown is None:
        return None
    return Piece(shown, address) if address and links.is_web(address) else _piece(shown)


def _language(values: Mapping[str, Any]) -> str | None:
    found = _text(values, "language")
    return found if found and _LANGUAGE.fullmatch(found) else None


def _split(text: str) -> list[str]:
    """The addresses of a text that holds several; any other text whole."""
    parts = [one for one in re.split(r"[\s,;]+", text) if one]
    return parts if parts and all(map(links.is_web, parts)) else [text]


def _piece(text: str) -> Piece:
    return Piece(text, text if links.is_web(text) else None)


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    return str(value).strip() or None if isinstance(value, str | int | float) else None


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Publishers write lists, and now and then a single text."""
    value = values.get(name)
    some = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(str(one).strip() for one in some if _is_text(one)))


def _is_text(value: object) -> bool:
    return isinstance(value, str | int | float) and bool(str(value).strip())
