"""Records as events of a calendar."""

import datetime as dt
from dataclasses import dataclass, replace

from colonnade.core.records.export_formats import Options, wrong
from colonnade.core.records.layouts.naming import first_text, label, place_of, words
from colonnade.engine.port import Cell, Folded, LineText, Way
from colonnade.query.schema import FieldType, Schema
from colonnade.query.tree import BoundQuery

_MOMENTS = frozenset({FieldType.DATE, FieldType.DATETIME})
_STARTS = frozenset(
    {"start", "starts", "begin", "begins", "from", "debut", "beginn", "von", "inicio", "inizio"}
)
_ENDS = frozenset({"end", "ends", "until", "to", "fin", "ende", "bis", "fine"})
_TITLES = ("title", "titre", "titel", "titulo", "titolo", "summary", "name", "nom", "subject")
_LOCATIONS = frozenset({"location", "place", "venue", "address", "lieu", "adresse", "ort", "lugar", "luogo"})

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Colonnade//Records//EN\r\n"
FOOT = "END:VCALENDAR\r\n"


@dataclass(frozen=True)
class Event:
    """Which outputs are what of an event, by their places."""

    start: int
    end: int | None
    title: int | None
    location: int | None


def event_of(query: BoundQuery, options: Options) -> Event:
    """`start_field`, or the first date or datetime whose name says that something begins, or else the first of all;
    `end_field`, or another of the same type whose name says that something ends; `name_field`, or the first text whose
    name says that it is a title, or else the first of all. Raises `Invalid`."""
    moments = [at for at, one in enumerate(query.outputs) if one.type in _MOMENTS]
    if not moments:
        told = ", ".join(one.name for one in query.outputs) or "nothing"
        raise wrong("select", told, "a date or a datetime among others, for the format ical,")
    start = _moment(query, options.start_field, "start_field")
    if start is None:
        start = next((at for at in moments if words(query.outputs[at].name) & _STARTS), moments[0])
    end = _moment(query, options.end_field, "end_field")
    if end is None:
        end = next((at for at in moments if at != start and _ends(query, at, start)), None)
    elif query.outputs[end].type is not query.outputs[start].type:
        raise wrong("end_field", str(options.end_field), f"a field of the type {query.outputs[start].type}")
    title = first_text(query, _TITLES)
    if options.name_field is not None:
        title = place_of(query, options.name_field, "name_field")
    return Event(start, end, title, _location(query))


def has_events(schema: Schema) -> bool:
    """Whether the name of a date or a datetime says that something begins then."""
    return any(one.type in _MOMENTS and words(one.name) & _STARTS for one in schema.fields)


def events(query: BoundQuery, options: Options) -> LineText:
    """A record without a beginning is no event. What is no part of it stands in its description."""
    if query.group_by:
        raise wrong("group_by", "a group", "no group, for the format ical,")
    ids = len(query.outputs) - 1
    one = event_of(replace(query, outputs=query.outputs[:ids]), options)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    is_day = query.outputs[one.start].type is FieldType.DATE
    kind = ";VALUE=DATE:" if is_day else ":"
    parts: list[str | Cell | Folded] = [
        "BEGIN:VEVENT\r\n",
        Cell(ids, Way.PLAIN, "UID:", f"\r\nDTSTAMP:{stamp}\r\n"),
        Cell(one.start, Way.MOMENT, f"DTSTART{kind}", "\r\n"),
    ]
    if one.end is not None:
        # Of days the last one counts, so that an event may end on the day on which it begins.
        later = None if is_day else one.start
        parts.append(Cell(one.end, Way.MOMENT_AFTER, f"DTEND{kind}", "\r\n", later_than=later))
    if one.title is not None:
        parts.append(Folded((Cell(one.title, Way.ICAL, "SUMMARY:"),)))
    if one.location is not None:
        parts.append(Folded((Cell(one.location, Way.ICAL, "LOCATION:"),)))
    known = {one.start, one.end, one.title, one.location, ids}
    others = (
        Cell(at, Way.ICAL, f"{_escaped(label(query, output))}: ", "\\n")
        for at, output in enumerate(query.outputs)
        if at not in known
    )
    parts += [Folded(("DESCRIPTION:", *others)), "END:VEVENT\r\n"]
    return LineText(tuple(parts), zone=options.zone, files=f"{options.dataset_url}/files/", needs=one.start)


def _moment(query: BoundQuery, name: str | None, parameter: str) -> int | None:
    if name is None:
        return None
    at = place_of(query, name, parameter)
    if query.outputs[at].type not in _MOMENTS:
        raise wrong(parameter, name, "a date or a datetime")
    return at


def _ends(query: BoundQuery, at: int, start: int) -> bool:
    one = query.outputs[at]
    return one.type is query.outputs[start].type and bool(words(one.name) & _ENDS)


def _location(query: BoundQuery) -> int | None:
    found = (
        at
        for at, one in enumerate(query.outputs)
        if one.type is FieldType.TEXT and not one.multivalued and words(one.name) & _LOCATIONS
    )
    return next(found, None)


def _escaped(text: str) -> str:
    for one, other in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(one, other)
    return "".join(one if one.isprintable() else "\ufffd" for one in text)
