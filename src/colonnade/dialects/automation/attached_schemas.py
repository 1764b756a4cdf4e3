"""Answers about what hangs on a dataset beside its rows (sections 3.1 and 3.4 of the reference): attachments, alternative
exports, feedback. For the description of this door, as `schemas`."""

import datetime as dt
from typing import Any, Literal

from pydantic import Field, RootModel

from colonnade.dialects.automation.schemas import Answer, RelatedUser


class DatasetAttachment(Answer):
    uid: str = Field(pattern="^at_[a-z0-9]{6}$")
    filename: str
    mimetype: str | None
    created_at: dt.datetime


class UploadedFileDatasetAlternativeExport(Answer):
    uid: str = Field(pattern="^ae_[a-z0-9]{6}$")
    type: Literal["uploaded_file"]
    title: str = Field(min_length=1)
    description: str
    mimetype: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    filename: str


class URLDatasetAlternativeExport(Answer):
    uid: str = Field(pattern="^ae_[a-z0-9]{6}$")
    type: Literal["url"]
    title: str = Field(min_length=1)
    description: str
    mimetype: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    url: str


class DatasetAlternativeExport(RootModel[UploadedFileDatasetAlternativeExport | URLDatasetAlternativeExport]):
    """By its `type`."""


class FeedbackValue(Answer):
    value: Any
    type: Literal["text", "int", "double", "geo_point_2d", "geo_shape", "date", "datetime", "file"]


class DatasetFeedback(Answer):
    uid: str = Field(pattern="^df_[a-z0-9]{6}$")
    record_id: str
    user: RelatedUser
    comment: str
    values: dict[str, FeedbackValue] = Field(description="Field to what the reader thinks it should hold.")
    is_archived: bool
    created_at: dt.datetime
