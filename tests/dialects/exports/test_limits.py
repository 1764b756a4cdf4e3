"""Who sees what in files, and what happens to those that cannot be finished."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
import python_calamine
from tests.dialects.exports.support import Guarded, asked, refused
from tests.support.house import House

from colonnade.core.records.exports import ExportFormat

HIDDEN = ("SUM(", "three", "bell", "note")
"""Of the other records, and of the hidden field."""


def content(house: House, format_: str, guarded: Guarded, **params: Any) -> str:
    """All texts of a file."""
    answer = asked(house, format_, guarded.reader, dataset=guarded.slug, **params)
    assert answer.status_code == 200, answer.text
    if format_ == "xlsx":
        return str(
            python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
            .get_sheet_by_index(0)
            .to_python()
        )
    if format_ == "shp":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return "".join(archive.read(one).decode(errors="replace") for one in archive.namelist())
    return answer.content.decode("latin-1") + answer.content.decode(errors="replace")


@pytest.mark.parametrize("format_", list(ExportFormat))
def test_a_file_holds_what_its_reader_may_see(house: House, secret: Guarded, format_: str) -> None:
    seen = content(house, format_, secret)
    assert "phant" in seen
    assert not [one for one in HIDDEN if one in seen]
    assert refused(asked(house, format_, secret.blind, dataset=secret.slug))[:2] == (403, "ForbiddenAccess")
    assert refused(asked(house, format_, secret.stranger, dataset=secret.slug))[:2] == (
        404,
        "NotFoundResource",
    )
    assert refused(asked(house, format_, dataset=secret.slug))[:2] == (404, "NotFoundResource")
    for clause in (
        {"select": "note"},
        {"where": "note is not null"},
        {"order_by": "note"},
        {"group_by": "note"},
    ):
        found = refused(asked(house, format_, secret.reader, dataset=secret.slug, **clause))
        assert found[:2] == (400, "ODSQLError")


@pytest.mark.parametrize("name", ["name_field", "description_field_list"])
def test_an_option_does_not_reach_a_hidden_field(house: House, secret: Guarded, name: str) -> None:
    status, _, message = refused(asked(house, "gpx", secret.reader, dataset=secret.slug, **{name: "note"}))
    assert status == 400
    assert message.endswith("note was found but the name of a selected field is expected.")


def test_nothing_stays_on_the_disk(house: House) -> None:
    scratch = house.running.portal.settings.scratch_folder
    for format_ in ("xlsx", "parquet", "shp", "gpx"):
        assert asked(house, format_).status_code == 200
        asked(house, format_, epsg="99999")
    assert not [one for one in scratch.iterdir() if one.name.startswith("export-")]


@pytest.mark.parametrize("format_", ["xlsx", "parquet", "shp"])
def test_a_file_that_takes_too_much_of_the_disk_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    portal = house.running.portal
    monkeypatch.setattr(portal, "settings", replace(portal.settings, max_export_bytes=1_000))
    status, code, message = refused(asked(house, format_))
    assert (status, code) == (413, "LimitReached")
    assert "bytes of the disk" in message
    assert asked(house, "csv").status_code == 200
