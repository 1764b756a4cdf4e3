"""The description of the Automation door, and a dataset that has one of everything in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.dialects.automation.support import call
from tests.support.house import House

from colonnade.core.datasets import service as datasets
from colonnade.core.feedback import service as feedback
from colonnade.core.work import Portal
from colonnade.dialects.automation import app

DOCUMENT: Mapping[str, Any] = app.build(cast(Portal, None)).openapi()
"""As the door serves it: no part of it depends on the portal."""

SCHEMA = schemathesis.openapi.from_dict(dict(DOCUMENT))

OPERATIONS: Mapping[str, tuple[str, str]] = {
    operation["operationId"]: (method.upper(), path)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
"""Method and path, by operationId."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

ROWS = "name,size\nash,1\noak,2\n"
RENAME = {"type": "rename", "from_name": "size", "to_name": "amount", "field_label": "Amount"}
REPLACE = {"type": "string_replace", "field": "name", "old": "ash", "new": "beech"}
TEMPLATE = {"title": {"value": "Other"}, "description": {"value": "Trees of the town"}}
DATASET: dict[str, Any] = {"metadata": {"default": TEMPLATE}}
SOURCE = {"type": "uploaded_file", "file": {"uid": "data.csv"}}
RESOURCE = {"type": "csvfile", "title": "Rows", "params": {}, "datasource": SOURCE}
EXPORT = {"title": "By hand", "type": "uploaded_file"}
FILE = {"file": ("notes.txt", b"about it")}

BODIES: Mapping[str, Mapping[str, Any]] = {
    "create-dataset": {"json": DATASET},
    "update-dataset": {"json": DATASET},
    "update-all-dataset-metadata": {"json": DATASET["metadata"]},
    "update-template-dataset-metadata": {"json": TEMPLATE},
    "update-template-field-dataset-metadata": {"json": TEMPLATE["description"]},
    "create-dataset-field-configurations": {"json": RENAME},
    "update-dataset-field": {"json": RENAME},
    "create-dataset-processor": {"json": REPLACE},
    "update-dataset-processor": {"json": REPLACE},
    "create-dataset-attachment": {"files": FILE},
    "create-dataset-alternative-export": {"files": FILE, "data": EXPORT},
    "update-dataset-alternative-export": {"json": EXPORT},
    "upload-resource-file": {"files": FILE},
    "create-dataset-resource": {"json": RESOURCE},
    "update-dataset-resource": {"json": RESOURCE},
    "guess-unsaved-resource-extractors": {"json": RESOURCE},
    "guess-unsaved-resource-extractor-params": {"json": RESOURCE},
    "resource-unsaved-preview": {"json": RESOURCE},
}
"""What each operation with a body takes."""


@dataclass(frozen=True)
class Furnished:
    """A published dataset; `names` are the parts of paths that lead to what it has."""

    names: Mapping[str, str]

    def path(self, operation_id: str) -> str:
        return OPERATIONS[operation_id][1].format_map(dict(self.names))


def furnished(house: House) -> Furnished:
    """A published dataset that has one of everything."""
    made = house.create(**DATASET)
    uid = made["uid"]
    names = {
        "dataset_uid": uid,
        "file_uid": "data.csv",
        "template_name": "default",
        "template_field_name": "description",
        "resource_uid": house.add_csv(uid, ROWS),
    }
    for name, operation_id in {
        "field_uid": "create-dataset-field-configurations",
        "processor_uid": "create-dataset-processor",
        "attachment_uid": "create-dataset-attachment",
        "export_uid": "create-dataset-alternative-export",
    }.items():
        path = OPERATIONS[operation_id][1].format(dataset_uid=uid)
        answer = call(house, "POST", path, **BODIES[operation_id])
        assert answer.status_code == 201, answer.text
        names[name] = answer.json()["uid"]
    status = house.publish(uid)
    assert status["status"] == "idle", status
    return Furnished({**names, "feedback_uid": _feedback(house, made["dataset_id"])})


def _feedback(house: House, dataset_id: str) -> str:
    (record,) = house.records(dataset_id, limit=1, include_app_metas=True).json()["results"]
    with house.running.portal.writing(house.actor(house.admin)) as work:
        readable = datasets.readable(work, dataset_id)
        draft = feedback.checked(work, readable, record["_id"], "It has grown.")
        return feedback.submit(work, readable, draft).uid
