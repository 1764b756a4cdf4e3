"""Words and their numbers, for scripts that name terms by them: as the resources of Services that DKAN leaves off
(section 1.1 of the reference)."""

from collections.abc import Mapping
from typing import Any

from colonnade.core.catalogue import service as catalogue
from colonnade.core.catalogue.model import PUBLIC
from colonnade.core.datasets.security import SEE_ALL
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import tags
from colonnade.core.nodes.model import Tag, Tags
from colonnade.core.records.facets import Filter, Wanted, facets
from colonnade.core.work import Work
from colonnade.dialects.dkan import listing
from colonnade.dialects.dkan.endpoints import Asked, number, route
from colonnade.dialects.dkan.errors import said

NAMES = {Tags.TAGS: "Tags", Tags.TOPICS: "Topics", Tags.FORMATS: "Format"}
VIDS = {vocabulary: str(place) for place, vocabulary in enumerate(Tags, 1)}
_FIELDS: Mapping[Tags, str] = {Tags.TAGS: "keyword", Tags.TOPICS: "theme"}
"""Where the words of a vocabulary stand in the catalogue."""
MOST = 1_000_000
"""Words of the catalogue."""
FILTERS = ("tid", "vid", "name", "vocabulary_machine_name")


def get_vocabularies(asked: Asked) -> list[dict[str, str]]:
    return [_vocabulary(asked, one) for one in Tags]


def get_terms(asked: Asked) -> list[dict[str, Any]]:
    """All of them, or those whose columns have the values that are asked for; a page at a time where one is named."""
    wanted = listing.equal(asked.query, FILTERS)
    with asked.reading() as work:
        found = [_term(asked, one) for one in _seen(work)]
    chosen = [one for one in found if all(one[name] in values for name, values in wanted.items())]
    return chosen[listing.part(asked.query, len(chosen))]


def get_term(asked: Asked) -> dict[str, Any]:
    tid = number(asked.part("tid"))
    with asked.reading() as work:
        found = next((one for one in _seen(work) if one.id == tid), None)
    if found is None:
        raise said(404, f"Term {asked.part('tid')} could not be found")
    return _term(asked, found)


def _seen(work: Work) -> list[Tag]:
    """The words that the actor may know: those of datasets that this actor sees, and those of formats, which tell
    nothing. Who administers sees all."""
    every = tags.all_(work)
    if nodes.administers(work.actor) and work.actor.may(SEE_ALL):
        return list(every)
    wanted = [Wanted(field, limit=MOST, levels="") for field in _FIELDS.values()]
    found = facets(PUBLIC, wanted, Filter(), catalogue.answerer(work))
    said_ = {one.name: {node.path for node in one.nodes} for one in found}
    return [
        one
        for one in every
        if one.vocabulary == Tags.FORMATS or one.name in said_[_FIELDS[Tags(one.vocabulary)]]
    ]


def _term(asked: Asked, one: Tag) -> dict[str, Any]:
    vocabulary = Tags(one.vocabulary)
    return {
        "tid": str(one.id),
        "vid": VIDS[vocabulary],
        "name": one.name,
        "description": "",
        "format": None,
        "weight": "0",
        "vocabulary_machine_name": vocabulary.value,
        "parent": "0",
        "uri": asked.uri("taxonomy_term", one.id),
    }


def _vocabulary(asked: Asked, one: Tags) -> dict[str, str]:
    return {
        "vid": VIDS[one],
        "name": NAMES[one],
        "machine_name": one.value,
        "description": "",
        "uri": asked.uri("taxonomy_vocabulary", VIDS[one]),
    }


ROUTES = [
    route("/taxonomy_vocabulary", GET=get_vocabularies),
    route("/taxonomy_term", GET=get_terms),
    route("/taxonomy_term/{tid}", GET=get_term),
]
