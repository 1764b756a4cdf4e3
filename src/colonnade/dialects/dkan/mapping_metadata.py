"""Which field of a dataset is which value of its metadata.

The metadata are the truth, since every door writes them. They cannot hold all that an item says (a format, a title, a time
of day): so the item is kept beside, and shown as long as the metadata still say what it made.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.core.datasets import markup
from colonnade.core.datasets.templates import CUSTOM, DEFAULT, LANGUAGES, Custom
from colonnade.core.feeds import texts, vocabularies
from colonnade.dialects.dkan import mapping_spatial
from colonnade.dialects.dkan.mapping_items import PLAIN, Kept, date_of, paragraphs
from colonnade.dialects.dkan.shapes import texts_of

DCAT, INSPIRE = "dcat", "inspire"
Values = Mapping[str, Mapping[str, Any]]
"""Template -> field -> value in force."""
MIDNIGHT = " 00:00:00"

LICENCE_NAMES: Mapping[str, str] = {
    "cc-by": "CC BY 4.0",
    "cc-by-sa": "CC BY-SA 4.0",
    "cc-zero": "CC0 1.0",
    "cc-nc": "CC BY-NC 2.5",
    "cc-by-nc-nd": "CC BY-NC-ND 4.0",
    "gfdl": "GNU Free Documentation License",
    "odc-by": "Open Data Commons Attribution License (ODC-By)",
    "odc-odbl": "Open Database License (ODbL)",
    "odc-pddl": "Public Domain Dedication and License (PDDL)",
    "other-at": "Other (Attribution)",
    "other-nc": "Other (Non-Commercial)",
    "other-closed": "Other (Not Open)",
    "other-open": "Other (Open)",
    "other-pd": "Other (Public Domain)",
    "uk-ogl": "Open Government Licence v3.0",
}
"""The portal's names of licences, of which it knows the addresses; `notspecified` is none."""
UNSPECIFIED = "notspecified"
_LICENCE_KEYS = {name.casefold(): key for key, name in LICENCE_NAMES.items()}
_LEVELS = {"restricted": "RESTRICTED", "private": "NON_PUBLIC"}
"""What is public is not said: nobody else keeps it back, or it is not."""
_LEVELS_OF = {"PUBLIC": "public", **{code: level for level, code in _LEVELS.items()}}
_LANGUAGES = {"eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it"}


@dataclass(frozen=True)
class Place:
    """`said`: the value that items make, None for nothing; `items`: those that a value makes, for which nothing fitting
    is kept. A place of several `names` has a value that is a tuple: one of each."""

    template: str
    name: str | tuple[str, ...]
    said: Callable[[Sequence[Kept]], Any]
    items: Callable[[Any], list[Kept]]

    def told(self, items: Sequence[Kept]) -> dict[str, Any]:
        """The fields of the template, empty ones too."""
        value = self.said(items)
        if isinstance(self.name, str):
            return {self.name: value}
        return dict(zip(self.name, value or (None,) * len(self.name), strict=True))

    def value(self, said: Mapping[str, Any]) -> Any:
        """What the fields of the template say; None for nothing."""
        if isinstance(self.name, str):
            found = said.get(self.name)
            return None if found in ("", [], {}) else found
        values = tuple(said.get(one) for one in self.name)
        return None if None in values else values


def metadata(kept: Mapping[str, Sequence[Kept]]) -> dict[str, dict[str, Any]]:
    """What these items say as metadata: of the fields that are among them, empty ones too."""
    found: dict[str, dict[str, Any]] = {}
    for name, items in kept.items():
        place = PLACES.get(name)
        if place is not None:
            found.setdefault(place.template, {}).update(place.told(items))
    return found


def items(name: str, kept: Sequence[Kept], said: Values) -> list[Kept]:
    """The items of a field: the kept ones, unless the metadata say something else by now."""
    place = PLACES.get(name)
    if place is None:
        return list(kept)
    value = place.value(said.get(place.template, {}))
    made = place.said(kept)
    if made == value or (place.name == "description" and made and markup.cleaned(made) == value):
        return list(kept)
    return [] if value is None else place.items(value)


def is_said(name: str, said: Values) -> bool:
    """Whether the metadata say anything in the place of a field."""
    place = PLACES.get(name)
    return place is not None and place.value(said.get(place.template, {})) is not None


def licence_key(name: str) -> str:
    """The word for a licence of the portal; other names stay as they are."""
    return _LICENCE_KEYS.get(name.casefold(), name)


def _text(items: Sequence[Kept]) -> str | None:
    return items[0]["value"] if items else None


def _valued(value: Any) -> list[Kept]:
    text = texts_of(value)
    return [] if text is None else [{"value": text}]


def _html(items: Sequence[Kept]) -> str | None:
    if not items or not items[0]["value"]:
        return None
    text: str = items[0]["value"]
    return paragraphs(html.escape(text) if items[0]["format"] == PLAIN else text)


def _body(value: Any) -> list[Kept]:
    return [{"value": str(value), "summary": "", "format": "html"}]


def _licence(items: Sequence[Kept]) -> str | None:
    key = _text(items)
    return None if key in (None, UNSPECIFIED) else LICENCE_NAMES.get(str(key), str(key))


def _licence_item(value: Any) -> list[Kept]:
    return [{"value": licence_key(str(value))}]


def _language(items: Sequence[Kept]) -> str | None:
    """The first one that metadata have a word for."""
    plain = (str(one["value"]).lower() for one in items)
    known = (_LANGUAGES.get(one, one.partition("-")[0]) for one in plain)
    return next((one for one in known if one in LANGUAGES), None)


def _links(items: Sequence[Kept]) -> list[str] | None:
    return [one["url"] for one in items] or None


def _linked(value: Any) -> list[Kept]:
    urls = [value] if isinstance(value, str) else value
    return [{"url": str(one), "title": None} for one in urls if one]


def _issued(items: Sequence[Kept]) -> str | None:
    return _text(items)[:10] if items else None  # type: ignore[index]


def _dated(value: Any) -> list[Kept]:
    found = date_of(str(value))
    return [] if found is None else [{"value": found}]


def _modified(items: Sequence[Kept]) -> str | None:
    """A moment in UTC, as metadata keep it; None where the text is none."""
    found = date_of(_text(items) or "")
    return None if found is None else f"{found.replace(' ', 'T')}Z"


def _unsaid(_value: Any) -> list[Kept]:
    """What every dataset has, and only some of those that came from elsewhere say here."""
    return []


def _period(items: Sequence[Kept]) -> str | None:
    if not items:
        return None
    ends = (_plain_moment(items[0]["value"]), _plain_moment(items[0]["value2"]))
    return "/".join(ends)


def _plain_moment(text: str) -> str:
    return text.removesuffix(MIDNIGHT) if text.endswith(MIDNIGHT) else text.replace(" ", "T")


def _period_item(value: Any) -> list[Kept]:
    start, _, end = str(value).partition("/")
    first, last = date_of(start), date_of(end or start)
    return [] if first is None or last is None else [{"value": first, "value2": last}]


def _link(items: Sequence[Kept]) -> str | None:
    return items[0]["url"] if items else None


def _link_item(value: Any) -> list[Kept]:
    return [{"url": one["value"], "title": None} for one in _valued(value)]


def _several(items: Sequence[Kept]) -> list[str] | None:
    return [one["value"] for one in items] or None


def _several_items(value: Any) -> list[Kept]:
    return [item for one in (value if isinstance(value, list) else [value]) for item in _valued(one)]


def _level(items: Sequence[Kept]) -> str | None:
    return _LEVELS.get(_text(items) or "")


def _level_item(value: Any) -> list[Kept]:
    code = vocabularies.access_right(texts.text(value))
    return [] if code is None else [{"value": _LEVELS_OF[code]}]


def _flag(items: Sequence[Kept]) -> bool | str | None:
    text = _text(items)
    return {"1": True, "true": True, "0": False, "false": False}.get((text or "").lower(), text)


def _pairs(items: Sequence[Kept]) -> dict[str, str | list[str]] | None:
    """What is said several times has a list."""
    found: dict[str, list[str]] = {}
    for one in items:
        found.setdefault(one["first"], []).append(one["second"])
    return {name: some[0] if len(some) == 1 else some for name, some in found.items()} or None


def _pair_items(value: Any) -> list[Kept]:
    if not isinstance(value, Mapping):
        return []
    return [
        {"first": str(name), "second": text}
        for name, some in value.items()
        for one in (some if isinstance(some, list) else [some])
        if (text := "" if one == "" else texts_of(one)) is not None and (name or text)
    ]


def _custom(name: Custom) -> Place:
    return Place(CUSTOM, name.value, _text, _valued)


PLACES: Mapping[str, Place] = {
    "body": Place(DEFAULT, "description", _html, _body),
    "field_license": Place(DEFAULT, "license", _licence, _licence_item),
    "field_language": Place(DEFAULT, "language", _language, _valued),
    "field_harvest_source_modified": Place(DEFAULT, "modified", _modified, _unsaid),
    "field_harvest_source_issued": Place(DCAT, "issued", _issued, _dated),
    "field_author": Place(DCAT, "creator", _text, _valued),
    "field_conforms_to": Place(DCAT, "conforms_to", _link, _link_item),
    "field_contact_name": Place(DCAT, "contact_name", _text, _valued),
    "field_contact_email": Place(DCAT, "contact_email", _text, _valued),
    "field_frequency": Place(DCAT, "accrualperiodicity", _text, _valued),
    "field_granularity": Place(DCAT, "granularity", _text, _valued),
    "field_public_access_level": Place(DCAT, "accessRights", _level, _level_item),
    "field_spatial_geographical_cover": Place(DCAT, "spatial", _text, _valued),
    "field_temporal_coverage": Place(DCAT, "temporal", _period, _period_item),
    "field_related_content": Place(DCAT, "relation", _links, _linked),
    "field_spatial": Place(INSPIRE, mapping_spatial.SIDES, mapping_spatial.around, mapping_spatial.items),
    "field_additional_info": Place(CUSTOM, Custom.MORE.value, _pairs, _pair_items),
    "field_data_dictionary": _custom(Custom.DICTIONARY),
    "field_data_dictionary_type": _custom(Custom.DICTIONARY_TYPE),
    "field_is_part_of": _custom(Custom.PART_OF),
    "field_landing_page": Place(CUSTOM, Custom.LANDING_PAGE.value, _link, _link_item),
    "field_pod_theme": Place(CUSTOM, Custom.THEMES.value, _several, _several_items),
    "field_rights": _custom(Custom.RIGHTS),
    "field_odfe_bureau_code": Place(CUSTOM, Custom.BUREAUS.value, _several, _several_items),
    "field_odfe_data_quality": Place(CUSTOM, Custom.QUALITY.value, _flag, _valued),
    "field_odfe_investment_uii": _custom(Custom.INVESTMENT),
    "field_odfe_program_code": Place(CUSTOM, Custom.PROGRAMS.value, _several, _several_items),
    "field_odfe_system_of_records": _custom(Custom.RECORDS),
}
"""Keywords and themes are not among them: they are told as numbers of terms. What `custom` holds has no field in any
template of its own."""
