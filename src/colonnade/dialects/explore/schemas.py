"""Answers as Explore's clients read them (sections 4, 5 and 7 of the reference). For the description of this door alone:
what is sent is made by `rendering` and its like, and tests hold the two together."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from colonnade.dialects.explore.rendering import TYPES
from colonnade.query.schema import FieldType

Count = Annotated[int, Field(ge=0)]
TYPE_NAMES = tuple(sorted({TYPES.get(one, one.value) for one in FieldType}))


class Answer(BaseModel):
    """Keys that are not listed here may come later: clients ignore what they do not know."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)


class Error(Answer):
    error_code: str
    message: str
    trace_id: str = Field("", description="Of a fault of the portal: what its log has it under.")


class QueryError(Answer):
    error_code: Literal[
        "ODSQLSyntaxError",
        "ODSQLError",
        "IncompatibleTypesInComparisonFilter",
        "InvalidRESTParameterError",
        "BadRequest",
    ]
    message: str = Field(description="What is wrong, in which clause, and where in it.")


class TooManyCalls(Answer):
    errorcode: Literal[10002, 10005] = Field(description="10005: of callers without a key.")
    reset_time: str = Field(
        description="When the next calls are allowed.", json_schema_extra={"format": "date-time"}
    )
    limit_time_unit: Literal["second", "minute", "hour", "day", "month"]
    call_limit: Count
    error: str
    error_code: Literal["TooManyRequests"]
    message: str


class Link(Answer):
    href: str
    rel: str


class CheckedLink(Answer):
    href: str
    rel: Literal["self", "first", "last", "next", "dataset", "catalog"]


class LinkList(Answer):
    links: list[Link]
    checked: list[CheckedLink] = Field(
        alias="_links", description="Those of them whose relation is standard."
    )


class DatasetField(Answer):
    name: str
    label: str | None
    type: str = Field(json_schema_extra={"enum": list(TYPE_NAMES)})
    description: str | None
    annotations: dict[str, list[Any]]


class AttachedFile(Answer):
    mimetype: str | None
    url: str
    id: str
    title: str | None


class AlternativeExport(AttachedFile):
    description: str | None


class Dataset(Answer):
    links: list[CheckedLink] = Field([], alias="_links", description="With `include_links`.")
    dataset_id: str
    dataset_uid: str
    has_records: bool
    data_visible: bool
    visibility: Literal["domain", "restricted"]
    features: list[str]
    metas: dict[str, dict[str, Any]] = Field(
        description="By template: `default`, `dcat`, `custom` and others."
    )
    fields: list[DatasetField]
    attachments: list[AttachedFile]
    alternative_exports: list[AlternativeExport]


Selected = dict[str, Any]
"""What `select` or `group_by` ask for, by name."""


class DatasetPage(Answer):
    links: list[CheckedLink] = Field([], alias="_links", description="With `include_links`.")
    total_count: Count
    results: list[Dataset | Selected] = Field(
        description="Whole datasets; with `select` or `group_by` what they name."
    )


class RecordPage(Answer):
    links: list[CheckedLink] = Field([], alias="_links", description="With `include_links`.")
    total_count: Count = Field(description="Of records, or of groups.")
    results: list[Selected] = Field(description="Field to value.")


class FacetValue(Answer):
    name: str = Field(description="What it is called: the last step of a path.")
    value: str = Field(description="The whole path, as `refine` takes it.")
    state: Literal["displayed", "refined", "excluded"]
    count: Count = Field(0, description="Left out where it is excluded.")
    facets: list["FacetValue"] = Field([], description="The next level of a path.")


class Facet(Answer):
    name: str
    facets: list[FacetValue]


class Facets(Answer):
    links: list[CheckedLink] = Field(alias="_links")
    facets: list[Facet]


class AttachmentMetas(Answer):
    mime_type: str | None = Field(alias="mime-type")
    url: str
    id: str
    title: str | None


class Attachment(Answer):
    href: str
    metas: AttachmentMetas


class Attachments(Answer):
    links: list[CheckedLink] = Field(alias="_links")
    attachments: list[Attachment]
