"""Themes and licences in a dataset's metadata: the ids of `internal`, their copies in `default`, and the names beside
them say the same, whichever of them a client writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.templates import DEFAULT, INTERNAL
from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Term, Vocabulary
from colonnade.core.work import Work
from colonnade.errors import Invalid

Place = tuple[str, str]
"""A template and a field of it."""


@dataclass(frozen=True)
class _Kept:
    """Where a vocabulary is kept. `ids` come first: where several places changed, the first one counts."""

    vocabulary: Vocabulary
    ids: Place
    copied_ids: Place
    names: Place
    is_list: bool

    @property
    def places(self) -> tuple[Place, Place, Place]:
        return self.ids, self.copied_ids, self.names


_ALL = (
    _Kept(Vocabulary.THEME, (INTERNAL, "theme_id"), (DEFAULT, "theme_id"), (DEFAULT, "theme"), is_list=True),
    _Kept(
        Vocabulary.LICENCE,
        (INTERNAL, "license_id"),
        (DEFAULT, "license_id"),
        (DEFAULT, "license"),
        is_list=False,
    ),
)
_LICENCE_ID = (INTERNAL, "license_id")


def mirrored(
    work: Work,
    metadata: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    *,
    gone: Collection[Place] = (),
    at: str = "metadata",
) -> dict[str, Any]:
    """Checked metadata with the names of their terms, and the ids of their names. A name that no term has is free text,
    and has no id.

    What was changed since `before` counts; else the ids do. `gone`: places that were taken away, and not only left out
    of the part that was written. `at`: where the metadata stand in the body. Raises `Invalid` for an id that no term
    has.
    """
    found, stored = dict(metadata), before or {}
    for kept in _ALL:
        if any(_get(some, place) is not None for some in (found, stored) for place in kept.places):
            found = _in_step(work, found, stored, kept, gone, at)
    return found


def fields_of(place: Place) -> tuple[Place, ...]:
    """All places that say the same as this one; itself alone for what is no theme or licence."""
    return next((kept.places for kept in _ALL if place in kept.places), (place,))


def with_addresses(work: Work, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as they are published: with the address of the licence's text, if it is known."""
    uid = _get(metadata, _LICENCE_ID)
    known = terms.terms(work, Vocabulary.LICENCE) if uid is not None else ()
    url = next((one.url for one in known if one.uid == uid), None)
    if url is None:
        return dict(metadata)
    return {**metadata, DEFAULT: {**metadata[DEFAULT], meta.LICENCE_URL: meta.triple(url)}}


def _in_step(
    work: Work,
    metadata: dict[str, Any],
    before: Mapping[str, Any],
    kept: _Kept,
    gone: Collection[Place],
    at: str,
) -> dict[str, Any]:
    source = _source(metadata, before, kept, gone)
    if source is None:
        return _written(metadata, before, dict.fromkeys(kept.places))
    said, known = _listed(metadata, source), terms.terms(work, kept.vocabulary)
    if source == kept.names:
        ids = _ids_of(said, known)
        names = said if ids is None else _names_of(work, ids, known, {})
    else:
        ids = said
        stored = dict(zip(_listed(before, kept.ids), _listed(before, kept.names), strict=False))
        _refuse_new({*ids} - {one.uid for one in known} - {*stored}, kept, source, at)
        names = _names_of(work, ids, known, stored)
    as_sent = list if kept.is_list else "".join
    shown = None if ids is None else as_sent(ids)
    values = {kept.ids: shown, kept.copied_ids: shown, kept.names: as_sent(names)}
    return _written(metadata, before, values)


def _source(
    metadata: Mapping[str, Any], before: Mapping[str, Any], kept: _Kept, gone: Collection[Place]
) -> Place | None:
    """The place whose value counts; None: nothing is said of the vocabulary any more."""
    changed = [
        place
        for place in kept.places
        if (place in gone or _has(metadata, place)) and _listed(metadata, place) != _listed(before, place)
    ]
    return next((place for place in changed or kept.places if _listed(metadata, place)), None)


def _refuse_new(unknown: Collection[str], kept: _Kept, source: Place, at: str) -> None:
    """`unknown`: ids of no term. One that was taken out of the portal's list meanwhile is not among them where the dataset
    had it before."""
    if unknown:
        path = ".".join(one for one in (at, *source) if one)
        message = f"The portal has no {kept.vocabulary} with this id."
        raise Invalid(message, fields={path: [message]})


def _ids_of(names: Sequence[str], known: Sequence[Term]) -> list[str] | None:
    """The ids of these names; None as soon as one of them is of no term: half of them would lose the other half."""
    found = [next((one.uid for one in known if one.is_called(name)), None) for name in names]
    return None if None in found else [uid for uid in found if uid is not None]


def _names_of(work: Work, ids: Sequence[str], known: Sequence[Term], stored: Mapping[str, str]) -> list[str]:
    """`stored`: names that the dataset has already, by id."""
    names = {**stored, **{one.uid: one.name(work.settings.default_language) for one in known}}
    return [names[uid] for uid in ids]


def _written(
    metadata: Mapping[str, Any], before: Mapping[str, Any], values: Mapping[Place, Any]
) -> dict[str, Any]:
    """The metadata with these values; None: without them."""
    found = {template: dict(fields) for template, fields in metadata.items()}
    for (template, name), value in values.items():
        fields = found.setdefault(template, {})
        stored = fields.pop(name, None) or before.get(template, {}).get(name, {})
        if value is not None:
            fields[name] = meta.triple(value) if not stored else _local(value, stored)
        elif stored and (left := meta.remote_alone(stored)) is not None:
            fields[name] = left
    return {template: fields for template, fields in found.items() if fields or template == DEFAULT}


def _local(value: Any, stored: Mapping[str, Any]) -> dict[str, Any]:
    return dict(stored) if meta.in_force(stored) == value else meta.local(value, stored)


def _has(metadata: Mapping[str, Any], place: Place) -> bool:
    template, name = place
    return name in metadata.get(template, {})


def _get(metadata: Mapping[str, Any], place: Place) -> Any:
    template, name = place
    found = metadata.get(template, {}).get(name)
    return None if found is None else meta.in_force(found)


def _listed(metadata: Mapping[str, Any], place: Place) -> list[str]:
    """What a place says, as a list; a blank text says nothing."""
    value = _get(metadata, place)
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        return [str(one) for one in value]
    return [] if value is None else [str(value)]  # written before metadata were checked
