"""RDF as JSON-LD: each thing inside the statement that names it, so that a document can be written as it grows."""

from collections.abc import Generator, Iterable, Sequence
from typing import Any

import orjson

from colonnade.core.feeds import profiles
from colonnade.core.feeds.model import Described, Site
from colonnade.core.feeds.profiles import Profile
from colonnade.core.feeds.rdf import PREFIXES, Link, Text, Thing, Value

MEDIA_TYPE = "application/json; charset=utf-8"
"""As clients ask for it that know no JSON-LD."""


def document(site: Site, batches: Iterable[Sequence[Described]], profile: Profile) -> Generator[bytes]:
    """The catalogue, and in it its datasets."""
    catalogue = {"@context": dict(PREFIXES), **node(profiles.catalogue(profile, site))}
    yield orjson.dumps(catalogue)[:-1] + b',"dcat:dataset":['
    separator = b""
    for batch in batches:
        if batch:
            things = (node(profiles.dataset(profile, one)) for one in batch)
            yield separator + b",\n".join(map(orjson.dumps, things))
            separator = b",\n"
    yield b"]}"


def node(thing: Thing) -> dict[str, Any]:
    """A thing and all that is said of it. What is said several times is a list."""
    found: dict[str, Any] = {} if thing.iri is None else {"@id": thing.iri}
    found["@type"] = thing.types[0] if len(thing.types) == 1 else list(thing.types)
    for name, value in thing.said:
        told = _value(value)
        if name not in found:
            found[name] = told
        elif isinstance(found[name], list):
            found[name].append(told)
        else:
            found[name] = [found[name], told]
    return found


def _value(value: Value) -> object:
    if isinstance(value, Link):
        return {"@id": value.iri}
    if isinstance(value, Thing):
        return node(value)
    if value.language is not None:
        return {"@value": value.value, "@language": value.language}
    return _typed(value)


def _typed(text: Text) -> object:
    return text.value if text.type_ is None else {"@value": text.value, "@type": text.type_}
