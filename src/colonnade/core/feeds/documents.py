"""The documents that can be made of a catalogue, by name."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from colonnade.core.feeds import data_json, linked, news, rdfxml, turtle
from colonnade.core.feeds.model import Described, Site
from colonnade.core.feeds.profiles import DCAT_AP, PROFILES

Writer = Callable[[Site, Iterable[Sequence[Described]]], Generator[bytes]]


@dataclass(frozen=True)
class Document:
    """`write` makes its bytes bit by bit: of the portal and batches of described datasets."""

    media_type: str
    extension: str
    write: Writer


def _of_profile(name: str) -> Document:
    return Document(rdfxml.MEDIA_TYPE, "rdf", partial(linked.dcat_xml, profile=PROFILES[name]))


DOCUMENTS: Mapping[str, Document] = {
    "rss": Document(news.RSS, "rss", news.rss),
    "data.json": Document(data_json.MEDIA_TYPE, "json", data_json.document),
    "rdf": Document(rdfxml.MEDIA_TYPE, "rdf", partial(linked.dcat_xml, profile=DCAT_AP)),
    "ttl": Document(turtle.MEDIA_TYPE, "ttl", partial(linked.dcat_turtle, profile=DCAT_AP)),
    "dublin_core": Document(rdfxml.MEDIA_TYPE, "rdf", linked.dublin_core_xml),
    "dcat": Document(rdfxml.MEDIA_TYPE, "rdf", partial(linked.dcat_xml, profile=DCAT_AP)),
    **{f"dcat_ap_{name}": _of_profile(name) for name in PROFILES},
}
