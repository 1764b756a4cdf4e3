"""A described dataset in the fifteen elements of Dublin Core."""

from colonnade.core.feeds.model import Described, Moment
from colonnade.core.feeds.rdf import Link, Text, Thing


def dataset(one: Described) -> Thing:
    found = Thing(("rdf:Description",), one.page)
    found.say("dc:identifier", Text(one.identifier), Text(one.page))
    found.say("dc:title", Text(one.title, one.language))
    found.say("dc:description", Text(one.description, one.language))
    found.say("dc:type", Link("http://purl.org/dc/dcmitype/Dataset"))
    for name, agent in (
        ("publisher", one.publisher),
        ("creator", one.creator),
        ("contributor", one.contributor),
    ):
        found.say(f"dc:{name}", Text(agent.name) if agent else None)
    words = dict.fromkeys((*(theme.name for theme in one.themes), *one.keywords))
    found.say("dc:subject", *(Text(word, one.language) for word in words))
    found.say("dc:date", _moment(one.modified or one.changed))
    found.say("dc:language", Text(one.language))
    if one.licence is not None:
        found.say("dc:rights", Text(one.licence.name) if one.licence.name else None)
        found.say("dc:rights", Link(one.licence.address) if one.licence.address else None)
    found.say("dc:coverage", *(Text(where) for place in one.places if (where := place.name or place.address)))
    found.say("dc:coverage", Text(one.period.text) if one.period else None)
    found.say("dc:source", *map(Link, one.references))
    found.say("dc:relation", *map(Link, one.relations))
    media_types = dict.fromkeys(file.media_type for file in one.distributions if file.media_type)
    found.say("dc:format", *map(Text, media_types))
    return found


def _moment(value: Moment) -> Text:
    return Text(value.isoformat())
