"""Rows that are the truth follow the configuration of fields: over publications, restores and writes in between, with one
name for each field."""

from collections.abc import Sequence
from typing import Any

from tests.core.support import (
    ADMIN,
    dataset,
    live,
    publication,
    put,
    restoration,
    rows,
    source,
)

from colonnade.builder.steps.catalogue import Kind
from colonnade.core.datasets import service as datasets
from colonnade.core.steps import service as steps
from colonnade.core.tables import service as tables
from colonnade.core.work import Portal

CSV = "town,size\nParis,1\n"


def _mixed(portal: Portal) -> tuple[str, str]:
    """A published dataset with a row from a file and one that was written live; returns its uid and what owns the latter."""
    uid = dataset(portal)
    source(portal, uid, CSV)
    _published(portal, uid)
    owner = source(portal, uid)
    put(portal, uid, owner, {"key": "l", "town": "Lyon", "size": 2})
    return uid, owner


def _published(portal: Portal, uid: str) -> None:
    job = publication(portal, uid)
    assert job.run() == "done", job.message


def _restored(portal: Portal, uid: str, number: int) -> None:
    job = restoration(portal, uid, number)
    assert job.run() == "done", job.message


def _add(portal: Portal, uid: str, type_: str, **params: Any) -> str:
    with portal.writing(ADMIN) as work:
        return steps.add(work, datasets.editable(work, uid), Kind.FIELD, type_, params, None).uid


def _rename(portal: Portal, uid: str, before: str, after: str) -> str:
    return _add(portal, uid, "rename", from_name=before, to_name=after, field_label=after.title())


def _remove(portal: Portal, uid: str, step: str) -> None:
    with portal.writing(ADMIN) as work:
        steps.remove(work, datasets.editable(work, uid), Kind.FIELD, step)


def _forget_origins(portal: Portal, uid: str) -> None:
    """As if its generations had been made before origins were told."""
    with portal.writing(ADMIN) as work:
        dataset_id = datasets.editable(work, uid).dataset.id
        for table in tables.tables_of(work, dataset_id):
            for one in tables.generations(work, table):
                one.fields = [
                    {name: value for name, value in field.items() if name != "origin"} for field in one.fields
                ]


def _labels(portal: Portal, uid: str) -> Sequence[str]:
    with portal.reading(ADMIN) as work:
        table = tables.main_table(work, datasets.editable(work, uid).dataset.id)
        assert table is not None
        current = tables.current(work, table)
        assert current is not None
        return [one.label for one in current.schema.fields]


def _both(**names: str) -> list[dict[str, Any]]:
    """The two rows, with other names for `town` and `size`."""
    town, size = names.get("town", "town"), names.get("size", "size")
    return [{town: "Paris", size: 1}, {town: "Lyon", size: 2}]


def test_a_step_that_is_taken_back_gives_all_rows_their_first_name_and_label(portal: Portal) -> None:
    uid, owner = _mixed(portal)
    step = _rename(portal, uid, "town", "city")
    for _ in range(2):
        _published(portal, uid)
        assert rows(portal, uid) == _both(town="city")
    put(portal, uid, owner, {"key": "n", "city": "Nice", "size": 3})
    _remove(portal, uid, step)
    _published(portal, uid)
    assert rows(portal, uid) == [*_both(), {"town": "Nice", "size": 3}]
    assert _labels(portal, uid) == ["town", "size"]


def test_a_step_that_says_another_name_renames_all_rows(portal: Portal) -> None:
    uid, _ = _mixed(portal)
    step = _rename(portal, uid, "town", "city")
    _published(portal, uid)
    _remove(portal, uid, step)
    _rename(portal, uid, "town", "place")
    _published(portal, uid)
    assert rows(portal, uid) == _both(town="place")


def test_names_that_change_places_do_so_once_whenever_that_is_said(portal: Portal) -> None:
    uid, _ = _mixed(portal)
    _published(portal, uid)
    for before, after in (("town", "x"), ("size", "town"), ("x", "size")):
        _rename(portal, uid, before, after)
    for _ in range(2):
        _published(portal, uid)
        assert rows(portal, uid) == _both(town="size", size="town")


def test_rows_that_were_written_before_anything_was_built_change_places_too(portal: Portal) -> None:
    uid, _ = live(portal, [{"key": "l", "name": "Lyon", "size": 2}])
    for before, after in (("name", "x"), ("size", "name"), ("x", "size")):
        _rename(portal, uid, before, after)
    for _ in range(2):
        _published(portal, uid)
        assert rows(portal, uid) == [{"size": "Lyon", "name": 2}]


def test_a_restore_from_before_a_renaming_has_the_names_of_its_time(portal: Portal) -> None:
    uid, owner = _mixed(portal)
    _published(portal, uid)
    _rename(portal, uid, "town", "city")
    _published(portal, uid)
    _restored(portal, uid, 1)
    assert rows(portal, uid) == _both()
    put(portal, uid, owner, {"key": "n", "town": "Nice", "size": 3})
    _published(portal, uid)
    assert rows(portal, uid) == [*_both(town="city"), {"city": "Nice", "size": 3}]


def test_a_restore_from_after_a_renaming_that_was_taken_back(portal: Portal) -> None:
    uid, _ = _mixed(portal)
    step = _rename(portal, uid, "town", "city")
    _published(portal, uid)
    _remove(portal, uid, step)
    _published(portal, uid)
    _restored(portal, uid, 2)
    assert rows(portal, uid) == _both(town="city")
    _published(portal, uid)
    assert rows(portal, uid) == _both()


def test_a_restore_has_several_values_where_it_had_them(portal: Portal) -> None:
    uid, owner = _mixed(portal)
    step = _add(portal, uid, "annotate", field="town", annotation="multivalued", args=["|"])
    put(portal, uid, owner, {"key": "n", "town": "Nice|Nizza", "size": 3})
    for _ in range(2):
        _published(portal, uid)
        assert [one["town"] for one in rows(portal, uid)] == [["Paris"], ["Lyon"], ["Nice", "Nizza"]]
    _restored(portal, uid, 1)
    assert [one["town"] for one in rows(portal, uid)] == ["Paris", "Lyon", "Nice|Nizza"]
    _remove(portal, uid, step)
    _published(portal, uid)
    _restored(portal, uid, 3)
    assert [one["town"] for one in rows(portal, uid)] == [["Paris"], ["Lyon"], ["Nice", "Nizza"]]


def test_a_deleted_field_is_gone_from_all_rows_and_may_lend_its_name(portal: Portal) -> None:
    uid, _ = _mixed(portal)
    _add(portal, uid, "delete", field="size")
    _published(portal, uid)
    _rename(portal, uid, "town", "size")
    _published(portal, uid)
    assert rows(portal, uid) == [{"size": "Paris"}, {"size": "Lyon"}]
    _restored(portal, uid, 1)
    assert rows(portal, uid) == [{"town": "Paris", "size": 1}, {"town": "Lyon", "size": None}]
    _published(portal, uid)
    assert rows(portal, uid) == [{"size": "Paris"}, {"size": "Lyon"}]


def test_generations_that_do_not_tell_their_first_names_are_carried_over_and_restored(portal: Portal) -> None:
    uid, _ = _mixed(portal)
    _published(portal, uid)
    _rename(portal, uid, "town", "city")
    _published(portal, uid)
    _forget_origins(portal, uid)
    _published(portal, uid)
    assert rows(portal, uid) == _both(town="city")
    _forget_origins(portal, uid)
    _restored(portal, uid, 2)
    assert rows(portal, uid) == _both()


def test_what_is_written_while_a_step_is_taken_follows_it(portal: Portal) -> None:
    uid, owner = _mixed(portal)
    _rename(portal, uid, "town", "city")
    _add(portal, uid, "annotate", field="city", annotation="multivalued", args=["|"])
    late = {"key": "n", "town": "Nice| Nizza|", "size": 3}
    job = publication(portal, uid)
    assert job.run(before={"swap": lambda: put(portal, uid, owner, late)}) == "done", job.message
    assert [(one["city"], one["size"]) for one in rows(portal, uid)] == [
        (["Paris"], 1),
        (["Lyon"], 2),
        (["Nice", "Nizza"], 3),
    ]
    assert [one["size"] for one in rows(portal, uid, where="'nizza'")] == [3]
