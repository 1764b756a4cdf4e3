"""Tasks: what was or is done to datasets (section 3.2 of the reference)."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.jobs import telling
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.publishing import tasks
from colonnade.core.work import Work
from colonnade.dialects.panda import listing
from colonnade.dialects.panda.answers import json, moment
from colonnade.dialects.panda.endpoints import Asked, route
from colonnade.dialects.panda.filters import filters_of
from colonnade.dialects.panda.filters import number as number_in
from colonnade.dialects.panda.people import user_uri
from colonnade.dialects.panda.sets import set_of
from colonnade.dialects.panda.uris import number, uri
from colonnade.http.edge import reading

STATES: Mapping[State, str] = {
    State.QUEUED: "PENDING",
    State.PROCESSING: "STARTED",
    State.ABORTING: "ABORT REQUESTED",
    State.DELETING: "STARTED",
    State.ABORTED: "ABORTED",
    State.DONE: "SUCCESS",
    State.FAILED: "FAILURE",
    State.LIMIT_REACHED: "FAILURE",
}
FAILURES = frozenset({State.FAILED, State.LIMIT_REACHED})
ENDINGS: Mapping[State, str] = {State.DONE: "complete", **dict.fromkeys(FAILURES, "failed")}
NOUNS: Mapping[Kind, str] = {Kind.IMPORT: "Import", Kind.REINDEX: "Reindex", Kind.EXTRACT: "Export"}

LATE_ENCODING = (
    "This CSV file contains characters that are not {} encoded in or after row {}. You need to re-upload this file and "
    "input the correct encoding in order to import data from this file."
)


def get_list(asked: Asked) -> Response:
    filters = filters_of(asked.request, "task")
    page = listing.page_of(asked.request)
    with reading(asked.request) as work:
        found, total = tasks.page(
            work, states=_states(filters), ended=_ended(filters), limit=page.length, offset=page.offset
        )
        return listing.answer(asked.request, page, total, [task(one) for one in found])


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        return json(asked.request, task(tasks.one(work, number(asked.name))))


def shown(work: Work, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    return {one.number: task(one) for one in tasks.some(work, numbers)}


def task(one: Job) -> dict[str, Any]:
    return {
        "creator": None if one.created_by_id is None else user_uri(one.created_by_id),
        "end": moment(one.ended_at),
        "id": str(one.number),
        "message": _message(one),
        "resource_uri": uri("task", one.number),
        "start": moment(one.started_at),
        "status": STATES[State(one.state)],
        "task_description": _description(one),
        "task_name": _name(one),
        "traceback": _traceback(one),
    }


def _message(one: Job) -> str:
    """How far it is, or how it ended."""
    ending = ENDINGS.get(State(one.state))
    if ending is not None and one.kind in NOUNS:
        return f"{NOUNS[Kind(one.kind)]} {ending}"
    return one.message or ""


def _traceback(one: Job) -> str | None:
    """Why it failed, and where."""
    if State(one.state) not in FAILURES:
        return None
    return "\n\n".join(text for text in (_why(one), one.trace) if text)


def _why(one: Job) -> str | None:
    """Scripts know what is said of a byte that is no letter: it names a row, which begins below the header."""
    failure = telling.facts(one)
    line = failure.get("facts", {}).get("line")
    if failure.get("code") != "file.encoding" or not isinstance(line, int):
        return one.message
    return LATE_ENCODING.format(one.params.get("encoding") or "utf-8", line - 1)


def _name(one: Job) -> str:
    if one.kind == Kind.IMPORT:
        return f"panda.tasks.import.{one.params.get('type') or 'csv'}"
    if one.kind == Kind.EXTRACT:
        return f"panda.tasks.export.{'search' if one.params.get('dataset') is None else 'csv'}"
    return f"panda.tasks.{one.kind}"


def _description(one: Job) -> str:
    params = one.params
    slug, query = params.get("dataset"), params.get("query")
    if one.kind == Kind.IMPORT:
        return f"Import data from {params.get('file')} into {slug}."
    if one.kind == Kind.REINDEX:
        return f"Reindex {slug} with {params.get('filters', 0)} column filters."
    if one.kind == Kind.EXTRACT:
        if not query and slug is not None:
            return f"Exporting data in {slug}."
        if slug is not None:
            return f'Export search results for "{query}" in {slug}.'
        return f'Export search results for "({query or ""})".'
    return f"{one.kind.capitalize()} {slug}." if slug else f"{one.kind.capitalize()}."


def _states(filters: Mapping[str, str]) -> list[State] | None:
    """None: all. A word that no state has is a state in which nothing is."""
    wanted = None
    if "status__exact" in filters:
        wanted = {filters["status__exact"]}
    if "status__in" in filters:
        listed = set(filters["status__in"].split(","))
        wanted = listed if wanted is None else wanted & listed
    return None if wanted is None else [one for one, name in STATES.items() if name in wanted]


def _ended(filters: Mapping[str, str]) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of the end."""
    bounds = {"year": (1, 9999), "month": (1, 12), "day": (1, 31)}
    year, month, day = (
        number_in(filters[f"end__{name}"], *bound) if f"end__{name}" in filters else None
        for name, bound in bounds.items()
    )
    return year, month, day


ROUTES: list[Route] = [
    route("/task/", "GET", GET=get_list),
    route("/task/set/{ids}/", "GET", GET=set_of(shown)),
    route("/task/{id}/", "GET", GET=get_one),
]
