"""What clients send of a node, as what the core is to change (section 8 of the reference)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson

from colonnade.core.datasets import metadata as meta
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import tags
from colonnade.core.nodes.model import Changes, EditableNode, Kind, Tag, Tags
from colonnade.core.work import Work
from colonnade.dialects.dkan import mapping_items, mapping_metadata
from colonnade.dialects.dkan.mapping_fields import DEFAULTS, FIELDS, LONG, Field, Shape
from colonnade.dialects.dkan.mapping_items import Kept, wrong
from colonnade.dialects.dkan.mapping_printing import kept_of, said_by
from colonnade.dialects.dkan.mapping_printing import listed as listed
from colonnade.dialects.dkan.mapping_printing import rendered as rendered
from colonnade.dialects.dkan.shapes import Item, items_of, number_of, numbers_of, split, texts_of
from colonnade.errors import Invalid

Body = Mapping[str, Any]
MAX_TERM = 255
"""Characters."""
NAMELESS = frozenset({Kind.DATASET, Kind.RESOURCE})
"""Types of which a title is not required."""
FORM = "node.form"
"""The code of an error that is told by field."""
_WORDS = {"field_tags": "keyword", "field_topic": "theme"}
_REFERENCES = {"field_resources": "resources", "field_dataset_ref": "datasets", "og_group_ref": "groups"}
_NUMBERED = frozenset({Shape.TARGET, Shape.TERM, Shape.FILE})
_EXTRAS = (
    "alt",
    "title",
    "delimiter",
    "embed",
    "graph",
    "grid",
    "map",
    "service_id",
    "description",
    "display",
)
_REMOTE = ("filefield_dkan_remotefile", "filefield_remotefile", "filefield_remote_file")
"""Under which forms of DKAN send the address of a file."""


def kind_of(body: Body) -> Kind:
    """Raises `Invalid` in Drupal's words."""
    said = body.get("type")
    if said in (None, ""):
        raise Invalid("Node type is required", code="node.type_required")
    try:
        return Kind(said)
    except ValueError:
        raise Invalid(f"Node type {said} does not exist.", code="node.type_unknown") from None


def parsed(work: Work, kind: Kind, body: Body, before: EditableNode | None) -> Changes:
    """What a body says of a node. `before`: the node that is changed, None for a new one; what is sent as it was shown
    changes nothing. Files on other servers that are named are written down. Raises `Invalid` in Drupal's words."""
    _check_texts(body)
    sent = {field: body[field.name] for field in FIELDS[kind] if field.name in body and not field.is_computed}
    changes = _base(kind, body, before)
    if nodes.administers(work.actor):
        changes = _with_author(changes, body, before)
    shown = {} if before is None else said_by(work, before)
    kept: dict[str, list[Kept]] = {}
    unsaid: set[str] = set()
    metadata: dict[str, dict[str, Any]] = {}
    for field, value in sent.items():
        if field.name in _REFERENCES:
            told: dict[str, Any] = {_REFERENCES[field.name]: _numbers(field, value)}
            changes = replace(changes, **told)
        elif kind is Kind.DATASET and field.name in _WORDS:
            words = _names(work, field, value, before)
            metadata.setdefault(meta.DEFAULT, {})[_WORDS[field.name]] = words or None
        else:
            now = None if before is None or field.shape in _NUMBERED else kept_of(before, field, shown)
            kept[field.name] = _kept(work, field, value, before, now)
            if now is not None and mapping_items.says_same(kept[field.name], now):
                unsaid.add(field.name)
    if before is None:
        for name, value in DEFAULTS.get(kind, {}).items():
            kept.setdefault(name, [{"value": value}])
    told_of = {name: items for name, items in kept.items() if name not in unsaid}
    return replace(changes, items=kept, metadata=_metadata(kind, told_of, metadata, is_new=before is None))


def _check_texts(body: Body) -> None:
    """Refuse what cannot be written: halves of characters, which some forms of a body can carry."""
    try:
        orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError as error:
        raise Invalid(f"Field validation errors: {error}", code="field.invalid") from None


def _metadata(
    kind: Kind, kept: Mapping[str, Sequence[Kept]], found: dict[str, dict[str, Any]], *, is_new: bool
) -> dict[str, dict[str, Any]]:
    if kind not in (Kind.DATASET, Kind.GROUP):
        return {}
    for template, fields in mapping_metadata.metadata(kept).items():
        found.setdefault(template, {}).update(fields)
    default = found.setdefault(meta.DEFAULT, {})
    if default.get("modified") is None:
        default.pop("modified", None)
        if is_new:
            default |= {"modified_updates_on_metadata_change": True, "modified_updates_on_data_change": True}
    if is_new:
        return {name: {k: v for k, v in fields.items() if v is not None} for name, fields in found.items()}
    return found


def _kept(
    work: Work, field: Field, value: object, before: EditableNode | None, now: list[Kept] | None
) -> list[Kept]:
    """The items of a field. `now`: as they are shown; None: there are none yet, or they are numbers."""
    if field.shape is Shape.TARGET:
        return [{"target_id": nid} for nid in _numbers(field, value)]
    if field.shape is Shape.TERM:
        return [{"tid": tid} for tid in _tids(work, field, value, before)]
    if field.shape is Shape.FILE:
        return _files(work, field, value)
    if now is not None:
        try:
            same = mapping_items.kept(replace(field, longest=LONG, choices=frozenset()), value)
        except Invalid:
            same = []
        if same and mapping_items.says_same(same, now):
            return same
    return mapping_items.kept(field, value)


def _numbers(field: Field, value: object) -> list[int]:
    found = numbers_of(value, "target_id")
    if None in found:
        raise wrong(field, "a reference is the number of a node")
    numbers = [one for one in found if one is not None]
    if len(numbers) > 1 and not field.is_multi:
        raise wrong(field, "it takes one value")
    return numbers


def _terms(work: Work, field: Field, value: object, before: EditableNode | None) -> list[int | str]:
    """Numbers of terms, and names that have none yet, in order. A bare text may say several, with commas between; a name
    that is called one is one. Raises `Invalid` for the number of no term."""
    assert field.vocabulary is not None
    found: list[int | str] = []
    for item in items_of(value):
        if isinstance(item, Mapping):
            found.append(_term(field, item, "name" if number_of(item, "tid") is None else "tid"))
        else:
            found += [_term(field, one, "name") for one in split(item, "name")]
    numbers = {one for one in found if isinstance(one, int)}
    known = tags.by_ids(work, numbers)
    for one in numbers:
        tag = known.get(one)
        if tag is None or tag.vocabulary != field.vocabulary or not _may_name(work, field, tag, before):
            raise mapping_items.no_option(field, one)
    if len(found) > 1 and not field.is_multi:
        raise wrong(field, "it takes one value")
    return found


def _may_name(work: Work, field: Field, tag: Tag, before: EditableNode | None) -> bool:
    """A number that stood there before may stand there again, whoever may know the word."""
    if tags.may_use(work, tag):
        return True
    if before is None:
        return False
    words = said_by(work, before).get(meta.DEFAULT, {}).get(_WORDS.get(field.name, ""), ())
    return tag.name in (words or ()) or {"tid": tag.id} in before.node.items.get(field.name, [])


def _term(field: Field, item: Item, key: str) -> int | str:
    number = number_of(item, key) if key == "tid" or not isinstance(item, Mapping) else None
    if number is not None:
        return number
    name = texts_of(item, key)
    if name is None or not name.strip() or len(name) > MAX_TERM:
        raise mapping_items.no_option(field, item if name is None else name)
    return name.strip()


def _tids(work: Work, field: Field, value: object, before: EditableNode | None) -> list[int]:
    found = _terms(work, field, value, before)
    vocabulary = field.vocabulary or Tags.TAGS
    numbers = tags.tids(work, vocabulary, [one for one in found if isinstance(one, str)])
    return list(dict.fromkeys(one if isinstance(one, int) else numbers[one] for one in found))


def _names(work: Work, field: Field, value: object, before: EditableNode | None) -> list[str]:
    found = _terms(work, field, value, before)
    known = tags.by_ids(work, [one for one in found if isinstance(one, int)])
    return list(dict.fromkeys(one if isinstance(one, str) else known[one].name for one in found))


def _files(work: Work, field: Field, value: object) -> list[Kept]:
    found = []
    for item in items_of(value):
        address = _address(item)
        number = None if address is not None and "fid" not in item else number_of(item, "fid")
        if address is not None and number is None:
            number = managedfiles.remote(work, address).id
        if number == 0 or number is None:
            if not isinstance(item, Mapping) or not _says_no_file(item, number):
                raise wrong(field, "a file is named by its fid")
            continue
        extras = {name: _extra(item[name]) for name in _EXTRAS if isinstance(item, Mapping) and name in item}
        found.append({"fid": number, **extras})
    if len(found) > 1 and not field.is_multi:
        raise wrong(field, "it takes one value")
    return found


def _says_no_file(item: Mapping[str, Any], number: int | None) -> bool:
    """As forms do without one: what names a file is there, and empty."""
    return number == 0 or not (item.keys().isdisjoint(("fid", "url", "uri", *_REMOTE)) or item.get("fid"))


def _extra(value: object) -> str | None:
    """What an item says of its file beside the number."""
    return value[:MAX_TERM] if isinstance(value, str) else texts_of(value)


def _address(item: Item) -> str | None:
    """Of a file on another server."""
    if not isinstance(item, Mapping):
        return item if isinstance(item, str) and "://" in item else None
    nested = next((item[name] for name in _REMOTE if isinstance(item.get(name), Mapping)), item)
    found = texts_of(nested, "url") or texts_of(nested, "uri")
    return found if found is not None and not found.startswith("public://") else None


def _base(kind: Kind, body: Body, before: EditableNode | None) -> Changes:
    node = None if before is None else before.node
    title = None if "title" not in body else _title(body["title"])
    if kind not in NAMELESS and not title and (before is None or title is not None):
        problem = {"title": ["Title field is required."]}
        raise Invalid("Title field is required.", code=FORM, fields=problem)
    return Changes(
        title=None if node is not None and title == node.title else title,
        is_published=_flag(body, "status"),
        promote=_flag(body, "promote"),
        sticky=_flag(body, "sticky"),
        language=_line(body, "language"),
        log=texts_of(body.get("log")) if isinstance(body.get("log"), str) else None,
        uuid=_line(body, "uuid"),
    )


def _with_author(changes: Changes, body: Body, before: EditableNode | None) -> Changes:
    """With whose a node is, and since when, as who may say so says it: nothing for what it is anyway, nor for the author 0,
    who is nobody. Raises `Invalid`."""
    node = None if before is None else before.node
    author, created = _number(body, "uid", "the number of a user"), _moment(body, "created")
    return replace(
        changes,
        author_id=None if node is not None and author == node.author_id else author or None,
        created=None if node is not None and created == node.created else created,
    )


def _title(value: object) -> str:
    found = items_of(value)
    return (texts_of(found[0]) or "").strip() if found else ""


def _flag(body: Body, name: str) -> bool | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    number = number_of(value, name)
    if isinstance(value, bool) or number in (0, 1):
        return bool(value) if isinstance(value, bool) else bool(number)
    raise Invalid(f"Field validation errors: {name}: 0 or 1", code="field.invalid")


def _line(body: Body, name: str) -> str | None:
    value = body.get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or len(value) > MAX_TERM:
        raise Invalid(f"Field validation errors: {name}: a short text", code="field.invalid")
    return value


def _number(body: Body, name: str, what: str) -> int | None:
    """`what`: it is, for who sends something else."""
    value = body.get(name)
    if value in (None, ""):
        return None
    number = None if isinstance(value, Mapping) else number_of(value, name)
    if number is None:
        raise Invalid(f"Field validation errors: {name}: {what}", code="field.invalid")
    return number


def _moment(body: Body, name: str) -> int | None:
    """In seconds; of a date without a zone in UTC."""
    value = body.get(name)
    if isinstance(value, str) and number_of(value, name) is None:
        with suppress(ValueError):
            moment = dt.datetime.fromisoformat(value.strip())
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
            return int(aware.timestamp())
    return _number(body, name, "seconds since 1970, or a date such as 2016-01-01")
