"""What metadata say of a dataset, in neutral terms. Metadata are whatever publishers wrote: what has no fitting form is
left out."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from colonnade.core.attachments.model import AlternativeExport, Attachment
from colonnade.core.catalogue.published import Published
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import Dataset, ReadableDataset
from colonnade.core.datasets.templates import CUSTOM
from colonnade.core.feeds import coverage, formats, project, texts, vocabularies
from colonnade.core.feeds.model import (
    Addresses,
    Agent,
    Contact,
    Described,
    Distribution,
    Kind,
    Licence,
    Moment,
    Openness,
    Theme,
)
from colonnade.core.records.export_formats import ExportFormat, offered

Values = Mapping[str, Any]

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


@dataclass(frozen=True)
class Wanted:
    """How datasets are to be described. `exports`: the formats that are told of, None for all there are; `use_labels`:
    columns of tables are to be named by labels; `zone`: of datetimes."""

    exports: frozenset[ExportFormat] | None = None
    use_labels: bool = True
    zone: dt.tzinfo = dt.UTC


def described(
    one: Published,
    attached: Sequence[Attachment],
    made: Sequence[AlternativeExport],
    addresses: Addresses,
    wanted: Wanted,
    language: str,
) -> Described:
    """`attached` and `made`: those that its reader may have; `language`: of metadata that do not say theirs."""
    dataset, default = one.readable.dataset, one.metas[meta.DEFAULT]
    # Both templates have the same fields: portals fill in one of them.
    dcat = {**_said(one.metas.get("dcat_ap", {})), **_said(one.metas.get("dcat", {}))}
    slug = dataset.slug or dataset.uid
    written = texts.text(default.get("description")) or ""
    title = texts.text(default.get("title")) or slug
    when = partial(_moment, zone=wanted.zone)
    return Described(
        uid=dataset.uid,
        slug=slug,
        identifier=f"{slug}@{addresses.site.partition('://')[2].partition(':')[0]}",
        address=addresses.dataset(slug),
        page=addresses.page(slug),
        title=title,
        written=written,
        summary=texts.words(written) or title,
        language=texts.language(texts.text(default.get("language"))) or language,
        openness=project.openness(_openness(one.readable), dcat.get("accessRights")),
        changed=changed(dataset),
        modified=when(default.get("modified")),
        created=when(dcat.get("created")),
        issued=when(dcat.get("issued")),
        publisher=_agent(addresses, "publisher", default.get("publisher"), dcat.get("publisher_type")),
        creator=_agent(addresses, "dcat.creator", dcat.get("creator")),
        contributor=_agent(addresses, "dcat.contributor", dcat.get("contributor")),
        contact=_contact(dcat),
        licence=_licence(default),
        themes=tuple(_theme(addresses, name) for name in texts.texts(default.get("theme"))),
        keywords=texts.texts(default.get("keyword")),
        places=coverage.places(default, dcat, one.metas.get("inspire", {})),
        period=coverage.period(_coverage(dcat)),
        frequency=texts.text(dcat.get("accrualperiodicity")),
        references=_links(default.get("references")),
        relations=_links(dcat.get("relation")),
        attributions=texts.texts(default.get("attributions")),
        standards=_links(dcat.get("conforms_to")),
        distributions=_distributions(slug, one, attached, made, addresses, wanted),
        fields=tuple(texts.text(field.label) or field.name for field in one.about.schema.fields),
        pod=project.said(one.metas.get(CUSTOM, {})),
        profiles={name: values for name, values in one.metas.items() if name.startswith("dcat_ap_")},
    )


def changed(dataset: Dataset) -> dt.datetime:
    """When readers could last notice a change: no later than it was published, whatever its metadata say."""
    default = meta.public(dataset.metadata_published or {}).get(meta.DEFAULT, {})
    known = [_datetime(one) for one in (coverage.moment(default.get("modified")), dataset.created_at) if one]
    return min(max(known), _datetime(dataset.metadata_processed_at or dataset.updated_at))


def _datetime(value: Moment) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    return value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)


def _moment(written: object, zone: dt.tzinfo) -> Moment | None:
    """Clocks of long ago were some minutes and seconds off, for which XML has no words: those are told in UTC."""
    value = coverage.moment(written)
    if not isinstance(value, dt.datetime):
        return value
    try:
        found = value.astimezone(zone)
        offset = found.utcoffset()
        return found if offset is not None and not offset.seconds % 60 else value.astimezone(dt.UTC)
    except OverflowError:  # beyond the years that there are
        return value.replace(tzinfo=dt.UTC)


def _links(value: object) -> tuple[str, ...]:
    return tuple(link for text in texts.texts(value) for link in texts.addresses(text))


def _coverage(dcat: Values) -> str | None:
    """The period as a text, or its two ends."""
    ends = (texts.text(dcat.get(f"temporal_coverage_{end}")) for end in ("start", "end"))
    start, end = ((one or "").removesuffix("T00:00:00Z") for one in ends)
    return texts.text(dcat.get("temporal")) or (f"{start}/{end}" if start and end else None)


def _openness(readable: ReadableDataset) -> Openness:
    if readable.dataset.is_restricted:
        return Openness.NON_PUBLIC
    return Openness.PUBLIC if readable.access.data_visible else Openness.RESTRICTED


def _said(values: Values) -> Values:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _agent(addresses: Addresses, field: str, value: object, type_: object = None) -> Agent | None:
    name = texts.text(value)
    if name is None:
        return None
    return Agent(name, addresses.having(field, name), vocabularies.publisher_type(texts.text(type_)))


def _contact(dcat: Values) -> Contact | None:
    name, mail = texts.text(dcat.get("contact_name")), texts.mail(texts.text(dcat.get("contact_email")))
    return None if name is None and mail is None else Contact(name, mail)


def _licence(default: Values) -> Licence | None:
    name, url = texts.text(default.get("license")), texts.text(default.get(meta.LICENCE_URL))
    address = texts.address(url) or texts.address(name)
    return None if name is None and address is None else Licence(name, address)


def _theme(addresses: Addresses, name: str) -> Theme:
    return Theme(name, addresses.having("theme", name), vocabularies.themes(name))


def _distributions(
    slug: str,
    one: Published,
    attached: Sequence[Attachment],
    made: Sequence[AlternativeExport],
    addresses: Addresses,
    wanted: Wanted,
) -> tuple[Distribution, ...]:
    """The portal's own files first, then those that were made elsewhere, then what explains them."""
    found: list[Distribution] = []
    if one.about.has_records and one.about.schema.fields and one.readable.access.data_visible:
        found += [
            _export(slug, format_, addresses, use_labels=wanted.use_labels)
            for format_ in offered(one.about.schema)
            if wanted.exports is None or format_ in wanted.exports
        ]
    found += [file for export in made if (file := _made(slug, export, addresses)) is not None]
    found += [_attached(slug, file, addresses) for file in attached]
    return tuple(found)


def _export(slug: str, format_: ExportFormat, addresses: Addresses, *, use_labels: bool) -> Distribution:
    name = str(format_)
    return Distribution(
        key=name,
        kind=Kind.EXPORT,
        title=name,
        address=addresses.export(slug, name, use_labels=use_labels and format_ in formats.LABELLED),
        media_type=formats.media_type(format_),
        file_type=formats.file_type(format_),
    )


def _made(slug: str, one: AlternativeExport, addresses: Addresses) -> Distribution | None:
    address = addresses.alternative_export(slug, one.uid) if one.url is None else texts.address(one.url)
    if address is None:
        return None
    media_type = _media_type(one.mimetype)
    return Distribution(
        key=one.uid,
        kind=Kind.ALTERNATIVE,
        title=texts.text(one.title) or one.uid,
        address=address,
        media_type=media_type,
        file_type=formats.file_type_of(media_type),
        description=texts.text(one.description),
        size=one.size,
    )


def _attached(slug: str, one: Attachment, addresses: Addresses) -> Distribution:
    media_type = _media_type(one.mimetype)
    return Distribution(
        key=one.uid,
        kind=Kind.ATTACHMENT,
        title=texts.text(one.filename) or one.uid,
        address=addresses.attachment(slug, one.uid),
        media_type=media_type,
        file_type=formats.file_type_of(media_type),
        size=one.size,
    )


def _media_type(value: str | None) -> str | None:
    plain = (value or "").partition(";")[0].strip().lower()
    return plain if _MEDIA_TYPE.fullmatch(plain) else None
