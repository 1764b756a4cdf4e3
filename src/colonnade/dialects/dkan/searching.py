"""Rows of datastores by question: `/api/action/datastore/search` (section 11 of the reference)."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from colonnade.core.datastore import search
from colonnade.core.datastore.question import Question
from colonnade.core.work import Work
from colonnade.dialects.dkan import questions
from colonnade.dialects.dkan.endpoints import Asked, route
from colonnade.errors import Denied, Invalid, NotFound

PATH = "/api/action/datastore/search.json"
HELP = "Search a datastore table. :param resource_id: id or alias of the data that is going to be selected."
MOST_QUERIES = 50


def get_search(asked: Asked) -> object:
    with asked.reading() as work:
        return _answer(work, asked.query, work.countdown())


def post_search(asked: Asked) -> object:
    """Several questions by name; or one, with the names that it has in GET."""
    with asked.reading() as work:
        left = work.countdown()
        if not asked.body or "resource_id" in asked.body:
            return _answer(work, {**asked.query, **asked.body}, left)
        if len(asked.body) > MOST_QUERIES:
            return _failed(f"There are {MOST_QUERIES} queries at most.")
        return {name: _answer(work, args, left) for name, args in asked.body.items()}


def get_redirect(request: Request) -> Response:
    """CKAN's address of the same. Its `q` is `query` here. Who sends a body sends it again."""
    text = request.scope["query_string"].decode("latin-1")
    pairs = [f"query{one[1:]}" if one == "q" or one.startswith("q=") else one for one in text.split("&")]
    target = f"{PATH}?{'&'.join(pairs)}" if text else PATH
    return RedirectResponse(target, 307 if request.method == "POST" else 302)


SEARCH = [route("/search", wrappers=(), GET=get_search, POST=post_search)]
ROOT = [Route("/api/3/action/datastore_search", get_redirect, methods=["GET", "POST"])]


def _answer(work: Work, args: Any, left: Callable[[], float]) -> dict[str, Any]:
    """Whatever is wrong with a question is said with status 200, where clients look for it."""
    try:
        if not isinstance(args, Mapping):
            return _failed('A query is an object: {"resource_id": ...}.')
        question = questions.question(args)
        found = search.ask(work, question, left)
    except (Invalid, NotFound, Denied) as error:
        return _failed(str(error.facts.get("detail", error.message)))
    return {
        "help": HELP,
        "success": bool(found.rows),
        "result": {
            "fields": [{"id": name, "type": type_} for name, type_ in found.fields],
            "resource_id": _echo(question),
            "limit": question.limit,
            "total": found.total,
            "records": found.rows,
        },
    }


def _echo(question: Question) -> Any:
    if question.resources[0][0] is None:
        return [uuid for _, uuid in question.resources]
    return dict(question.resources)


def _failed(message: str) -> dict[str, Any]:
    return {"error": {"message": message}}
