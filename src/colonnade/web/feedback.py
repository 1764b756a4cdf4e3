"""Where readers send feedback on a record: JSON in, JSON out, from a page's script or any other program."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.feedback import service as feedback
from colonnade.core.feedback.model import Feedback
from colonnade.core.feedback.service import Suggestion
from colonnade.errors import Invalid, PortalError, Unauthenticated
from colonnade.http.answers import json
from colonnade.http.bodies import JsonRoute
from colonnade.http.edge import reading, require_key, status_of, writing


class FeedbackRoute(JsonRoute):
    """Asks for the key before it reads the body, and answers its own errors: the pages around it do so in HTML."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                await run_in_threadpool(require_key, request)
                _check_json(request)
                return await handle(request)
            except PortalError as error:
                fields = error.fields if isinstance(error, Invalid) else {}
                headers = {"WWW-Authenticate": "Apikey"} if isinstance(error, Unauthenticated) else {}
                return _problem(status_of(error), error.message, fields, headers)
            except RequestValidationError as error:
                return _unreadable(error)
            except HTTPException as error:
                return _problem(error.status_code, str(error.detail), {}, {})

        return answered


router = APIRouter(tags=["Feedback"], route_class=FeedbackRoute, include_in_schema=False)


class SuggestionBody(BaseModel):
    value: Any
    type: str | None = None


class FeedbackBody(BaseModel):
    record_id: str
    comment: str
    values: dict[str, SuggestionBody] | None = None


@router.post("/explore/dataset/{dataset_id}/feedback")
def post_feedback(request: Request, dataset_id: str, body: FeedbackBody) -> Response:
    values = {name: Suggestion(one.value, one.type) for name, one in (body.values or {}).items()}
    with reading(request) as work:
        readable = datasets.readable(work, dataset_id)
        draft = feedback.checked(work, readable, body.record_id, body.comment, values)
    with writing(request) as work:
        return json(_rendered(feedback.submit(work, datasets.readable(work, dataset_id), draft)), 201)


def _check_json(request: Request) -> None:
    """A page of another site can send a form in its reader's name, but no JSON without asking this portal first."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Feedback is sent as application/json.")


def _rendered(one: Feedback) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "record_id": one.record_id,
        "user": {"username": one.username},
        "comment": one.comment,
        "values": one.values,
        "is_archived": one.is_archived,
        "created_at": one.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _unreadable(error: RequestValidationError) -> Response:
    fields: dict[str, list[str]] = {}
    for one in error.errors():
        if one["type"] == "json_invalid":
            return _problem(400, "This is no JSON.", {}, {})
        place = ".".join(str(part) for part in one["loc"][1:]) or "body"
        message = "This field is required" if one["type"] == "missing" else str(one["msg"])
        fields.setdefault(place, []).append(message)
    return _problem(400, next(iter(fields.values()))[0], fields, {})


def _problem(status: int, message: str, fields: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return json({"error": message, **({"fields": fields} if fields else {})}, status, headers)
