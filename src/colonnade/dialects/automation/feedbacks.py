"""What readers wrote about a dataset's records (section 2.2 of the reference). It is submitted elsewhere."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.feedback import service as feedback
from colonnade.core.feedback.model import Feedback
from colonnade.dialects.automation import rendering, schemas
from colonnade.dialects.automation.attached_schemas import DatasetFeedback
from colonnade.dialects.automation.describing import answers
from colonnade.dialects.automation.looks import SHOWN_AS_TEXT
from colonnade.dialects.automation.models import Limit, Offset
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.http.answers import json
from colonnade.http.edge import reading, writing

router = APIRouter(
    prefix="/datasets/{dataset_uid}/feedbacks", tags=["Dataset feedbacks"], route_class=KeyedRoute
)
NEWEST_FIRST: Final = "-created_at"


@router.get("/", operation_id="list-dataset-feedbacks", **answers(schemas.Page[DatasetFeedback]))
def get_list(
    request: Request,
    dataset_uid: str,
    limit: Limit = 20,
    offset: Offset = 0,
    record_id: str | None = None,
    is_archived: Annotated[bool, Query(description="Only the archived; else only the others.")] = False,
    sort: Literal["created_at", "-created_at"] = NEWEST_FIRST,
) -> Response:
    with reading(request) as work:
        found, total = feedback.page(
            work,
            datasets.editable(work, dataset_uid),
            record_id=record_id or None,
            is_archived=is_archived,
            newest_first=sort == NEWEST_FIRST,
            limit=limit,
            offset=offset,
        )
        return rendering.page(request, found, total, limit, offset, _rendered)


@router.get("/{feedback_uid}/", operation_id="retrieve-dataset-feedback", **answers(DatasetFeedback))
def get_one(request: Request, dataset_uid: str, feedback_uid: str) -> Response:
    with reading(request) as work:
        return json(_rendered(feedback.one(work, datasets.editable(work, dataset_uid), feedback_uid)))


@router.post("/{feedback_uid}/archive/", operation_id="archive-dataset-feedback", **answers(DatasetFeedback))
def post_archive(request: Request, dataset_uid: str, feedback_uid: str) -> Response:
    with writing(request) as work:
        return json(_rendered(feedback.archive(work, datasets.editable(work, dataset_uid), feedback_uid)))


def _rendered(one: Feedback) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "record_id": one.record_id,
        "user": {"username": one.username},
        "comment": one.comment,
        "values": {name: _value(suggested) for name, suggested in one.values.items()},
        "is_archived": one.is_archived,
        "created_at": rendering.moment(one.created_at),
    }


def _value(suggested: dict[str, Any]) -> dict[str, Any]:
    """A type that Automation does not have is shown as in a preview."""
    shown = "text" if suggested["type"] in SHOWN_AS_TEXT else suggested["type"]
    return {"value": suggested["value"], "type": shown}
