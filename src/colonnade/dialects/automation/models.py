"""Bodies as Automation's clients send them. Unknown and read-only keys are ignored."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
Limit = Annotated[int, Query(ge=0, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1 << 53)]


class Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Quota(Body):
    unit: Literal["second", "minute", "hour", "day", "month"]
    limit: Annotated[int, Query(ge=0)]


class DatasetSecurity(Body):
    is_data_visible: bool = True
    visible_fields: list[Text] | None = None
    filter_query: str = ""
    api_calls_quota: Quota | None = None


class DatasetBody(Body):
    dataset_id: Text | None = None
    is_restricted: bool | None = None
    metadata: dict[str, Any]
    default_security: DatasetSecurity | None = None


class ResourceBody(Body):
    """The datasource is read by `datasource.parsed`: what it is made of depends on its type."""

    type: Text
    title: Text | None = None
    params: dict[str, Any] | None = None
    datasource: dict[str, Any]


class DatasourceBody(Body):
    datasource: dict[str, Any]


class SuggestionBody(DatasourceBody):
    type: Text


class PreviewBody(SuggestionBody):
    params: dict[str, Any] | None = None
