"""What the configuration of fields makes of them: names, types, keys, annotations, descriptions, order."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from tests.builder.support import Bench, Built, field_step, processor

from colonnade.builder.job import FileInput, Manifest, RowError, Step
from colonnade.errors import Invalid
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.schema import Field, FieldType, Schema

CsvFile = Callable[..., FileInput]
LIVE = LIVE_IDS_FROM + 1
SWAPPED = [("a", "x"), ("b", "a"), ("x", "b")]


def _rename(before: str, after: str, label: str = "L", uid: str = "pr_1") -> Step:
    return field_step("rename", uid=uid, from_name=before, to_name=after, field_label=label)


def _field(built: Built, name: str) -> Field:
    found = built.manifest.schema.get(name)
    assert found is not None
    return found


class TestNames:
    def test_a_field_gets_another_name_and_label(self, bench: Bench, csv_file: CsvFile) -> None:
        built = bench.built(csv_file("a,b\nx,1\n"), field_steps=(_rename("a", "name", "The name"),))
        assert built.rows("name, b") == [("x", 1)]
        assert _field(built, "name").label == "The name"
        assert [one.name for one in built.manifest.columns] == ["name", "b"]

    def test_the_same_name_again_changes_the_label_alone(self, bench: Bench, csv_file: CsvFile) -> None:
        built = bench.built(csv_file("a\nx\n"), field_steps=(_rename("a", "a", "Ä"),))
        assert (_field(built, "a").label, built.rows("a")) == ("Ä", [("x",)])

    def test_later_steps_know_the_new_name(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (
            _rename("a", "b"),
            _rename("b", "c"),
            field_step("description", field="c", description="D"),
            field_step("description", uid="pr_9", field="a", description="E"),
        )
        built = bench.built(csv_file("a\nx\n"), field_steps=steps)
        assert _field(built, "c").description == "D"
        assert built.manifest.row_errors == (
            RowError("There is no field a, so that the step was left out.", "pr_9", "a"),
        )

    def test_two_fields_may_change_places(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = _rename("a", "x"), _rename("b", "a"), _rename("x", "b")
        built = bench.built(csv_file("a,b\n1,2\n"), field_steps=steps)
        assert built.rows("a, b") == [(2, 1)]

    def test_the_name_of_another_field_is_refused(self, bench: Bench, csv_file: CsvFile) -> None:
        with pytest.raises(Invalid, match="The field a cannot be called b") as caught:
            bench.built(csv_file("a,b\n1,2\n"), field_steps=(_rename("a", "b"),))
        assert caught.value.code == "build.rename"

    def test_the_name_of_a_deleted_field_is_free(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = field_step("delete", field="b"), _rename("a", "b")
        assert bench.built(csv_file("a,b\n1,2\n"), field_steps=steps).rows("b") == [(1,)]

    def test_rows_keep_their_ids(self, bench: Bench, csv_file: CsvFile) -> None:
        first = bench.built(csv_file("a,b\nx,1\ny,2\n"))
        steps = _rename("a", "name"), field_step("delete", field="b")
        second = bench.built(csv_file("a,b\ny,2\nx,1\n"), field_steps=steps, after=first)
        assert second.rows("_id, name") == [(2, "y"), (1, "x")]

    def test_fields_are_ordered_as_told_and_then_as_they_come(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (
            field_step("order", uid="pr_o", order=["c", "nope", "b"]),
            field_step("order", order=["b"]),
        )
        built = bench.built(csv_file("a,b,c\n1,2,3\n"), field_steps=steps)
        assert built.manifest.schema.names == ("b", "c", "a")
        assert [(one.processor, one.field) for one in built.manifest.row_errors] == [("pr_o", "nope")]

    def test_a_field_that_is_not_there_need_not_be_deleted(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = field_step("delete", field="a"), field_step("delete", field="nope")
        built = bench.built(csv_file("a,b\n1,2\n"), field_steps=steps)
        assert (built.manifest.schema.names, built.manifest.row_errors) == (("b",), ())


@pytest.mark.parametrize(
    ("type_", "cells", "values", "failed"),
    [
        ("text", ["1", "02"], ["1", "02"], []),
        ("int", ["12", "12.0", "+3", "007", "1.5", "x", ""], [12, 12, 3, 7, None, None, None], [5, 6]),
        ("int", ["99999999999999999999", " 4 "], [None, 4], [1]),
        (
            "double",
            ["1", ".5", "1e3", "-2.50", "nan", "1_0", "1,5"],
            [1.0, 0.5, 1e3, -2.5, None, None, None],
            [5, 6, 7],
        ),
        (
            "date",
            ["2022", "2022-03", "2022-03-04", "2022-03-04T23:00:00-05:00", "0000", "2022-13", "4/3/2022"],
            [
                dt.date(2022, 1, 1),
                dt.date(2022, 3, 1),
                dt.date(2022, 3, 4),
                dt.date(2022, 3, 4),
                None,
                None,
                None,
            ],
            [5, 6, 7],
        ),
        (
            "datetime",
            ["2022", "2022-03-04", "2022-03-04 05:06", "2022-03-04T05:06:07.5+02:00", "noon"],
            [
                dt.datetime(2022, 1, 1),
                dt.datetime(2022, 3, 4),
                dt.datetime(2022, 3, 4, 5, 6),
                dt.datetime(2022, 3, 4, 3, 6, 7, 500_000),
                None,
            ],
            [5],
        ),
        (
            "geo_point_2d",
            [
                "48.85,2.35",
                "48.85 , -2",
                "[1, 2]",
                '{"lat": 1, "lon": "2"}',
                '{"coordinates": [2, 1]}',
                "91,0",
                "{",
                "1",
            ],
            [
                {"lon": 2.35, "lat": 48.85},
                {"lon": -2.0, "lat": 48.85},
                {"lon": 2.0, "lat": 1.0},
                {"lon": 2.0, "lat": 1.0},
                {"lon": 2.0, "lat": 1.0},
                None,
                None,
                None,
            ],
            [6, 7, 8],
        ),
        (
            "geo_shape",
            [
                '{"type":"Point","coordinates":[1,2]}',
                '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}',
                '{"type":"Circle"}',
                "POINT (1 2)",
                '{"type":"Point","coordinates":[NaN,2]}',
                '{"type":"Point","coordinates":["1",2]}',
                '{"type":"Point","coordinates":[1,2],}',
                '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1e999,2]}]}',
            ],
            [
                '{"type":"Point","coordinates":[1,2]}',
                '{"type":"Point","coordinates":[1,2]}',
                *[None] * 4,
                '{"type":"Point","coordinates":[1,2]}',
                None,
            ],
            [3, 4, 5, 6, 8],
        ),
    ],
)
def test_a_type_takes_what_it_can_and_tells_the_rest(
    bench: Bench,
    csv_file: CsvFile,
    type_: str,
    cells: Sequence[str],
    values: Sequence[object],
    failed: Sequence[int],
) -> None:
    lines = "".join('"' + cell.replace('"', '""') + f'",{number}\n' for number, cell in enumerate(cells))
    step = field_step("type", uid="pr_t", field="a", type_param=type_)
    built = bench.built(csv_file(f"a,n\n{lines}"), field_steps=(step,))
    assert built.types()["a"] == type_
    assert [value for (value,) in built.rows("a")] == list(values)
    assert [one.id for one in built.manifest.row_errors] == list(failed)
    for one in built.manifest.row_errors:
        assert (one.processor, one.field) == ("pr_t", "a")
        assert one.id is not None
        assert one.message == f"“{cells[one.id - 1]}” is no value of the type {type_}."


class TestTypes:
    def test_what_has_the_type_anyway_is_not_cast(self, bench: Bench, csv_file: CsvFile) -> None:
        step = field_step("type", field="a", type_param="double")
        built = bench.built(csv_file("a\n1.50\n2.25\n"), field_steps=(step,))
        assert (built.rows("a"), built.manifest.row_errors) == ([(1.5,), (2.25,)], ())

    def test_values_that_a_file_itself_types_are_cast_too(self, bench: Bench, csv_file: CsvFile) -> None:
        path = bench.folder / "data.json"
        path.write_text('[{"n": 1, "s": "x", "t": ["a", "b"]}, {"n": 2.5, "s": "7", "t": ["c"]}]')
        file = FileInput(path, "data.json", "re_1", "jsonfile")
        steps = (
            field_step("type", field="n", type_param="int"),
            field_step("type", field="s", type_param="int"),
            field_step("type", field="t", type_param="text"),
        )
        built = bench.built(file, field_steps=steps)
        assert built.rows("n, s, t") == [(1, None, "a;b"), (None, 7, "c")]
        assert built.manifest.row_error_count == 2

    def test_the_last_word_counts(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (
            field_step("type", field="a", type_param="date"),
            field_step("type", uid="pr_2", field="a", type_param="int"),
        )
        built = bench.built(csv_file("a\n1\nx\n"), field_steps=steps)
        assert [one.processor for one in built.manifest.row_errors] == ["pr_2"]

    def test_what_comes_out_of_processors_is_cast(self, bench: Bench, csv_file: CsvFile) -> None:
        built = bench.built(
            csv_file("a\n€ 5\n€ x\n"),
            processors=(processor("string_replace", field="a", old="€ "),),
            field_steps=(field_step("type", field="a", type_param="int"),),
        )
        assert built.rows("a") == [(5,), (None,)]

    def test_owned_rows_keep_what_was_sent(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (field_step("type", field="a", type_param="int"),)
        first = bench.built(csv_file("a\n1\nx\n", owned=True), field_steps=steps)
        assert first.rows('a, "a$raw"') == [(1, None), (None, "x")]
        rows = bench.rows_input(
            first.manifest.schema, [{"_id": LIVE, "a": 1}, {"_id": LIVE + 1, "a": None, "a$raw": "x"}]
        )
        second = bench.built(rows, field_steps=steps)
        assert second.rows('a, "a$raw"') == [(1, None), (None, "x")]
        assert second.manifest.row_errors == ()
        third = bench.built(rows, field_steps=(field_step("type", field="a", type_param="text"),))
        assert third.rows("a") == [("1",), ("x",)]

    def test_rows_that_had_another_type_lose_nothing(self, bench: Bench) -> None:
        schema = Schema((Field("a", "A", FieldType.TEXT),))
        rows = bench.rows_input(schema, [{"_id": LIVE, "a": "5"}, {"_id": LIVE + 1, "a": "x"}])
        built = bench.built(rows, field_steps=(field_step("type", uid="pr_t", field="a", type_param="int"),))
        assert built.rows('a, "a$raw"') == [(5, None), (None, "x")]
        assert built.manifest.row_errors == (
            RowError("“x” is no value of the type int.", "pr_t", "a", LIVE + 1),
        )


class TestAnnotations:
    def test_the_last_row_of_a_key_stays(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = _rename("k", "key"), field_step("annotate", field="key", annotation="id")
        first = bench.built(csv_file("k,v\na,1\nb,2\na,3\n"), field_steps=steps)
        assert first.rows("_id, _key, key, v") == [(1, "b", "b", 2), (2, "a", "a", 3)]
        assert _field(first, "key").annotations == {"id": []} or _field(first, "key").annotations == {
            "id": ()
        }
        second = bench.built(csv_file("k,v\na,9\nb,8\n"), field_steps=steps, after=first)
        assert second.rows("_id, key, v") == [(2, "a", 9), (1, "b", 8)]

    def test_two_fields_make_one_key(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = [field_step("annotate", field=name, annotation="id") for name in ("a", "b")]
        built = bench.built(csv_file("a,b\nx,1\nx,2\nx,1\n"), field_steps=tuple(steps))
        assert built.rows("_key") == [('["x","2"]',), ('["x","1"]',)]

    def test_a_field_of_several_values_is_a_list(self, bench: Bench, csv_file: CsvFile) -> None:
        step = field_step("annotate", field="a", annotation="multivalued", args=["|"])
        built = bench.built(csv_file("a,n\nx| y ||z,1\n1,2\n|,3\n,4\n"), field_steps=(step,))
        assert built.rows("a") == [(["x", "y", "z"],), (["1"],), (None,), (None,)]
        assert _field(built, "a").multivalued
        assert list(_field(built, "a").annotations["multivalued"]) == ["|"]

    def test_rows_become_lists_and_texts_again(self, bench: Bench) -> None:
        step = field_step("annotate", field="a", annotation="multivalued", args=["|"])
        schema = Schema((Field("a", "A", FieldType.TEXT),))
        texts = bench.rows_input(schema, [{"_id": LIVE, "a": "x|y"}])
        built = bench.built(texts, field_steps=(step,))
        assert built.rows("a") == [(["x", "y"],)]
        lists = bench.rows_input(built.manifest.schema, [{"_id": LIVE, "a": ["x", "y"]}], name="lists")
        assert bench.built(lists, field_steps=(step,)).rows("a") == [(["x", "y"],)]
        text = field_step("type", field="a", type_param="text")
        assert bench.built(lists, field_steps=(text,)).rows("a") == [("x|y",)]

    def test_the_others_are_kept_with_the_field(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (
            field_step("annotate", field="a", annotation="facet"),
            field_step("annotate", field="a", annotation="facetsort", args=["-count"]),
            field_step("annotate", field="a", annotation="decimals", args=[2]),
            field_step("annotate", field="a", annotation="decimals", args=[3]),
        )
        built = bench.built(csv_file("a\n1.5\n"), field_steps=steps)
        assert {name: list(args) for name, args in _field(built, "a").annotations.items()} == {
            "facet": [],
            "facetsort": ["-count"],
            "decimals": [3],
        }


class TestRows:
    def test_rows_that_were_renamed_before_meet_the_files_field(
        self, bench: Bench, csv_file: CsvFile
    ) -> None:
        steps = (_rename("a", "b"),)
        renamed = bench.rows_input(Schema((Field("b", "L", FieldType.TEXT),)), [{"_id": LIVE, "b": "y"}])
        assert bench.built(csv_file("a\nx\n"), renamed, field_steps=steps).rows("b") == [("x",), ("y",)]
        assert bench.built(renamed, field_steps=steps).rows("b") == [("y",)]

    def test_rows_that_were_not_yet_are_renamed(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (_rename("a", "b"),)
        plain = bench.rows_input(Schema((Field("a", "A", FieldType.TEXT),)), [{"_id": LIVE, "a": "y"}])
        assert bench.built(csv_file("a\nx\n"), plain, field_steps=steps).rows("b") == [("x",), ("y",)]
        built = bench.built(plain, field_steps=steps)
        assert (built.rows("b"), _field(built, "b").label) == ([("y",)], "L")

    def test_names_that_changed_places_do_so_once(self, bench: Bench) -> None:
        steps = _rename("a", "x"), _rename("b", "a"), _rename("x", "b")
        schema = Schema((Field("a", "A", FieldType.TEXT), Field("b", "B", FieldType.INT)))
        rows = bench.rows_input(schema, [{"_id": LIVE, "a": "y", "b": 1}])
        built = bench.built(rows, field_steps=steps)
        assert built.rows("a, b") == [("y", 1)]

    @pytest.mark.parametrize(
        ("fields", "steps", "csv", "names"),
        [
            pytest.param([("b", "a")], [], "", ["a"], id="renamed-no-more"),
            pytest.param([("b", "a")], [("a", "c")], "", ["c"], id="renamed-otherwise"),
            pytest.param([("b", "a")], [("a", "c")], "a\nx\n", ["c"], id="renamed-otherwise-beside-a-file"),
            pytest.param([("b", "a")], [("a", "b")], "b\nx\n", ["b"], id="the-file-has-the-new-name"),
            pytest.param([("b", "a"), ("a", "b")], [], "", ["a", "b"], id="changed-places-no-more"),
            pytest.param([("a", "a"), ("b", "b")], SWAPPED, "", ["b", "a"], id="change-places-now"),
            pytest.param([("b", "a"), ("a", "b")], SWAPPED, "", ["b", "a"], id="changed-places-before"),
            pytest.param([("b", "a"), ("a", None)], [], "", ["b", "a"], id="one-is-told-and-one-is-not"),
        ],
    )
    def test_rows_tell_what_their_fields_were_called_first(
        self,
        bench: Bench,
        csv_file: CsvFile,
        fields: list[tuple[str, str | None]],
        steps: list[tuple[str, str]],
        csv: str,
        names: list[str],
    ) -> None:
        """`names`: of the fields at the end, in the order of those of the rows."""
        schema = Schema(tuple(Field(name, name, FieldType.TEXT, origin=first) for name, first in fields))
        rows = bench.rows_input(schema, [{"_id": LIVE, **{name: f"was {name}" for name, _ in fields}}])
        inputs = (csv_file(csv), rows) if csv else (rows,)
        built = bench.built(*inputs, field_steps=tuple(_rename(*step) for step in steps))
        assert built.rows(", ".join(names))[-1] == tuple(f"was {name}" for name, _ in fields)
        assert sorted(built.manifest.schema.names) == sorted(names)

    def test_declared_fields_keep_their_names_and_go_on_to_tell_the_first_ones(self, bench: Bench) -> None:
        rows = bench.rows_input(
            Schema((Field("b", "B", FieldType.TEXT, origin="a"), Field("c", "C", FieldType.INT, origin="d"))),
            [{"_id": LIVE, "b": "x", "c": 1}],
        )
        declared = Field("b", "B", FieldType.TEXT, lenient=True, keeps_raw=True)
        built = bench.built(rows, fields=(declared,))
        assert built.rows("b, c") == [("x", 1)]
        assert [(one.name, one.origin) for one in built.manifest.schema.fields] == [("b", "a"), ("c", "d")]

    def test_restored_rows_keep_their_names_and_todays_follow(self, bench: Bench) -> None:
        lists = Field("b", "Old", FieldType.TEXT, multivalued=True, annotations={"multivalued": ("|",)})
        old = Schema((replace(lists, origin="a"), Field("n", "N", FieldType.INT, origin="n")))
        today = Schema(
            (Field("c", "New", FieldType.TEXT, origin="a"), Field("b", "B", FieldType.TEXT, origin="z"))
        )
        built = bench.built(
            bench.rows_input(old, [{"_id": 1, "b": ["x", "y"], "n": 1}], name="old"),
            bench.rows_input(today, [{"_id": LIVE, "c": "u|v", "b": "w"}], name="today"),
            restores=True,
            field_steps=(_rename("n", "m"),),
        )
        assert built.rows("b, n, b_2") == [(["x", "y"], 1, None), (["u", "v"], None, "w")]
        assert [(one.label, one.origin) for one in built.manifest.schema.fields] == [
            ("Old", "a"),
            ("N", "n"),
            ("B", "z"),
        ]

    def test_what_a_step_says_wins_over_what_rows_say(self, bench: Bench) -> None:
        schema = Schema((Field("a", "Old", FieldType.TEXT, description="old", annotations={"sortable": ()}),))
        rows = bench.rows_input(schema, [{"_id": LIVE, "a": "y"}])
        steps = _rename("a", "a", "New"), field_step("description", field="a", description="new")
        field = _field(bench.built(rows, field_steps=steps), "a")
        assert (field.label, field.description, list(field.annotations)) == ("New", "new", ["sortable"])


def test_a_manifest_without_errors_of_rows_is_read(bench: Bench, csv_file: CsvFile) -> None:
    built = bench.built(csv_file("a\n1\n"))
    old = json.loads(json.dumps(built.manifest.to_json()))
    del old["row_errors"], old["row_error_count"]
    assert Manifest.from_json(old) == built.manifest
