"""Answers as Automation's clients read them (section 3 of the reference). For the description of this door alone: what
is sent is made by `rendering` and its like, and tests hold the two together."""

import datetime as dt
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from colonnade.dialects.automation.models import DatasetSecurity

T = TypeVar("T")
Count = Annotated[int, Field(ge=0)]


class Answer(BaseModel):
    """Keys that are not listed here may come later: clients ignore what they do not know."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)


class Error(Answer):
    error_code: str
    message: str
    trace_id: str | None = Field(
        None, description="Of an `internal_error`: what the portal's log has it under."
    )


class ValidationError(Answer):
    error_code: Literal["validation_error"]
    message: Literal["Invalid input"]
    detail: dict[str, Any] = Field(
        description="Field to list of messages, nested as the body is; `non_field_errors`: of the whole."
    )


class BadRequest(Answer):
    error_code: Literal["bad_request"]
    message: str


class InvalidDatasetStatus(Answer):
    error_code: Literal["invalid_dataset_status"]
    message: str


class NotFound(Answer):
    error_code: Literal["not_found"]
    message: Literal["Not found."]


class Done(Answer):
    detail: Literal["ok"]


class Page(Answer, Generic[T]):
    total_count: Count = Field(description="Matches on all pages.")
    next: str | None = Field(description="The address of the next page.")
    previous: str | None = Field(description="The address of the page before.")
    results: list[T]


class RelatedUser(Answer):
    username: str | None


class MetadataValue(Answer):
    value: Any
    remote_value: Any
    override_remote_value: bool


class Dataset(Answer):
    uid: str = Field(pattern="^da_[a-z0-9]{6}$")
    dataset_id: str = Field(min_length=1)
    asset_type: Literal["dataset"]
    created_at: dt.datetime
    updated_at: dt.datetime
    is_published: bool
    is_restricted: bool
    metadata: dict[str, dict[str, MetadataValue]] = Field(description="Template to field to value.")
    default_security: DatasetSecurity
    created_by: RelatedUser
    updated_by: RelatedUser


Status = Literal[
    "idle",
    "error",
    "limit_reached",
    "queued",
    "aborting_processing",
    "processing",
    "deleting",
    "saving_version",
]


class RecordsError(Answer):
    record_id: str | None = None
    field_uid: str | None = None
    processor_uid: str | None = None
    message: str


class DatasetProcessingStatus(Answer):
    status: Status
    previous: Status | None
    next: Status | None
    since: dt.datetime
    is_published: bool
    message: str | None
    records_errors: list[RecordsError]
    params: dict[str, Any]


class DatasetFile(Answer):
    uid: str = Field(min_length=1)
    filename: str = Field(min_length=1)
    mimetype: str | None
    created_at: dt.datetime


class Labelled(Answer):
    label: str
    type: str


class Resource(Answer):
    uid: str = Field(pattern="^re_[a-z0-9]{6}$")
    type: str = Field(min_length=1)
    title: str
    display_name: str
    extraction_infos: Labelled | None
    origin: Labelled
    updated_at: dt.datetime
    params: dict[str, Any]
    datasource: dict[str, Any] | None = Field(None, description="Absent where rows only come live.")


class ExtractorParameter(Answer):
    type: str
    is_mandatory: bool
    name: str
    label: str
    description: str
    hidden: bool
    can_create_field: bool
    impacts_guessed_parameters: bool
    default: str | None = None
    choices: list[str] | None = None


class Extractor(Answer):
    type: str
    label: str
    parameters: list[ExtractorParameter]


class ExtractorParams(Answer):
    extractor: str
    params: dict[str, Any]


class PreviewAnnotation(Answer):
    name: str
    args: list[str]


class PreviewField(Answer):
    name: str
    label: str
    type: str
    description: str
    original_name: str
    annotations: list[PreviewAnnotation]


class ResourcePreview(Answer):
    fields: list[PreviewField]
    records: list[dict[str, Any]]
