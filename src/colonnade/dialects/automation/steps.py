"""What a dataset's processors and its field configurations have in common (sections 2.3, 2.4 and 3.3 of the reference):
they are steps, whose parameters stand beside `uid`, `type` and `label`."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from colonnade.builder.steps.catalogue import Kind
from colonnade.core.datasets import service as datasets
from colonnade.core.steps import service as steps
from colonnade.core.steps.model import DatasetStep
from colonnade.dialects.automation import rendering
from colonnade.dialects.automation.stepschemas import StepBody
from colonnade.http.answers import empty, json
from colonnade.http.edge import reading, writing

ORDER, OTHER_NAME = "order", "args"
"""The fields of the step `order` stand under the one in the vendor's SDK and under the other in its text."""


def listed(request: Request, dataset_uid: str, kind: Kind, limit: int, offset: int) -> Response:
    with reading(request) as work:
        found = steps.steps(work, datasets.viewable(work, dataset_uid), kind)
        page = found[offset : offset + limit]
        return rendering.page(request, page, len(found), limit, offset, rendered)


def added(request: Request, dataset_uid: str, kind: Kind, body: StepBody) -> Response:
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        made = steps.add(work, editable, kind, body.type, body.params, body.label)
        return json(rendered(made), 201)


def retrieved(request: Request, dataset_uid: str, kind: Kind, uid: str) -> Response:
    with reading(request) as work:
        return json(rendered(steps.step(work, datasets.viewable(work, dataset_uid), kind, uid)))


def replaced(request: Request, dataset_uid: str, kind: Kind, uid: str, body: StepBody) -> Response:
    with writing(request) as work:
        editable = datasets.editable(work, dataset_uid)
        return json(rendered(steps.replace(work, editable, kind, uid, body.type, body.params, body.label)))


def removed(request: Request, dataset_uid: str, kind: Kind, uid: str) -> Response:
    with writing(request) as work:
        steps.remove(work, datasets.editable(work, dataset_uid), kind, uid)
    return empty()


def rendered(one: DatasetStep) -> dict[str, Any]:
    shown = {"uid": one.uid, "type": one.type, "label": one.label, **one.params}
    if one.type == ORDER:
        shown[OTHER_NAME] = shown[ORDER]
    return shown
