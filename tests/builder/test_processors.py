"""What each processor makes of rows, and what it does where it cannot."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.builder.support import SMALL, Bench, field_step, processor

from colonnade.builder.job import FileInput, RowError, Step
from colonnade.errors import Invalid
from colonnade.query.schema import Field, FieldType, Schema

CsvFile = Callable[..., FileInput]


@pytest.mark.parametrize(
    ("row", "step", "expected"),
    [
        ({"a": "a-b"}, processor("string_replace", field="a", old="-", new="/"), {"a": "a/b"}),
        ({"a": "a-b-"}, processor("string_replace", field="a", old="-"), {"a": "ab"}),
        ({"a": "-"}, processor("string_replace", field="a", old="-"), {"a": None}),
        ({"a": "44100"}, processor("regexp_replace", field="a", regexp="[0-9]{3}$"), {"a": "44"}),
        (
            {"a": "Doe John"},
            processor("regexp_replace", field="a", regexp=r"(\w+) (?P<x>\w+)", new=r"\g<x> \1"),
            {"a": "John Doe"},
        ),
        (
            {"a": "x", "b": "y"},
            processor("concat", separator="-", left_value="a", right_value="b", output_field="c"),
            {"a": "x", "b": "y", "c": "x-y"},
        ),
        (
            {"a": "x", "b": None},
            processor("concat", separator="-", left_value="a", right_value="b", output_field="a"),
            {"a": "x", "b": None},
        ),
        (
            {"a": "a;b;c"},
            processor("split", field="a", separator=";", index=2, output_field="b"),
            {"a": "a;b;c", "b": "b"},
        ),
        (
            {"a": "a;b;c"},
            processor("split", field="a", separator=";", index=4, output_field="a"),
            {"a": None},
        ),
        (
            {"a": "09/10/2017"},
            processor("date_normalizer", field="a", date_format="%d/%m/%Y"),
            {"a": "2017-10-09"},
        ),
        (
            {"a": "Mon 9 october 17, 1:05:07 pm"},
            processor("date_normalizer", field="a", date_format="%a %d %B %y, %I:%M:%S %p"),
            {"a": "2017-10-09T13:05:07"},
        ),
        (
            {"a": "2017 282"},
            processor("date_normalizer", field="a", date_format="%Y %j"),
            {"a": "2017-10-09"},
        ),
        (
            {"a": "2016-12-08T08:51:53"},
            processor("set_timezone", field="a", timezone="Europe/Paris"),
            {"a": "2016-12-08T08:51:53+01:00"},
        ),
        (
            {"a": "2016-07-08 08:51Z"},
            processor("set_timezone", field="a", timezone="America/St_Johns"),
            {"a": "2016-07-08T08:51:00-02:30"},
        ),
        (
            {"a": "2016-07-08"},
            processor("set_timezone", field="a", timezone="UTC"),
            {"a": "2016-07-08T00:00:00+00:00"},
        ),
        (
            {"a": "1850-01-01T00:00:00"},
            processor("set_timezone", field="a", timezone="Europe/Paris"),
            {"a": "1849-12-31T23:50:39.000000Z"},
        ),
        (
            {"a": "48.85", "b": "2,35"},
            processor("create_geopoint", latitude="a", longitude="b", output_field="c"),
            {"a": "48.85", "b": "2,35", "c": "48.85, 2.35"},
        ),
        (
            {"a": "48.85", "b": None},
            processor("create_geopoint", latitude="a", longitude="b", output_field="c"),
            {"a": "48.85", "b": None, "c": None},
        ),
    ],
)
def test_the_examples_of_the_catalogue(
    bench: Bench, row: dict[str, str | None], step: Step, expected: dict[str, str | None]
) -> None:
    assert bench.processed([row, {**row, "a": None}], step)[0] == expected


class TestErrors:
    def test_a_cell_that_a_step_cannot_take_becomes_empty_and_is_told(
        self, bench: Bench, csv_file: CsvFile
    ) -> None:
        file = csv_file(
            "day,at,lat,lon\n31/12/2020,2020-01-01T10:00Z,1,2\n12/31/2020,noon,91,2\n1/2/17,,x,2\n"
        )
        built = bench.built(
            file,
            processors=(
                processor("date_normalizer", uid="pr_d", field="day", date_format="%d/%m/%Y"),
                processor("set_timezone", uid="pr_t", field="at", timezone="Asia/Tokyo"),
                processor(
                    "create_geopoint", uid="pr_g", latitude="lat", longitude="lon", output_field="at_sea"
                ),
            ),
        )
        assert built.types() == {
            "day": "date",
            "at": "datetime",
            "lat": "text",
            "lon": "int",
            "at_sea": "geo_point_2d",
        }
        assert built.rows('day, "at", at_sea') == [
            (dt.date(2020, 12, 31), dt.datetime(2020, 1, 1, 1), {"lon": 2.0, "lat": 1.0}),
            (None, None, None),
            (None, None, None),
        ]
        assert built.manifest.row_errors == (
            RowError("“12/31/2020” is no date of the form %d/%m/%Y.", "pr_d", "day", 2),
            RowError("“1/2/17” is no date of the form %d/%m/%Y.", "pr_d", "day", 3),
            RowError("“noon” is no ISO date and time.", "pr_t", "at", 2),
            RowError("“91, 2” is no place in the coordinates EPSG 4326.", "pr_g", "at_sea", 2),
            RowError("“x, 2” is no place in the coordinates EPSG 4326.", "pr_g", "at_sea", 3),
        )
        assert built.manifest.row_error_count == 5

    def test_errors_name_the_rows_as_they_are_published(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (
            processor("skip_record", field="k", value="gone"),
            processor("date_normalizer", uid="pr_d", field="d", date_format="%Y"),
        )
        first = bench.built(csv_file("k,d\na,x\nb,2020\nc,y\n"), processors=steps, key_fields=("k",))
        second = bench.built(
            csv_file("k,d\ngone,z\nnew,w\nc,old\nc,y\na,2021\n"),
            processors=steps,
            key_fields=("k",),
            after=first,
        )
        assert second.rows("_id, k") == [(4, "new"), (3, "c"), (1, "a")]
        assert [(one.id, one.message[:3]) for one in second.manifest.row_errors] == [(4, "“w”"), (3, "“y”")]
        assert second.manifest.row_error_count == 2

    def test_a_hundred_are_listed_and_all_are_counted(self, bench: Bench, csv_file: CsvFile) -> None:
        cells = "\n".join(f"x{number}" for number in range(250))
        step = processor("date_normalizer", field="a", date_format="%Y")
        built = bench.built(csv_file(f"a\n{cells}\n"), processors=(step,))
        assert [one.id for one in built.manifest.row_errors] == list(range(1, 101))
        assert built.manifest.row_error_count == 250

    def test_a_field_that_no_file_has_leaves_the_step_out(self, bench: Bench, csv_file: CsvFile) -> None:
        built = bench.built(
            csv_file("a\nx\n"),
            processors=(
                processor("concat", uid="pr_1", left_value="a", right_value="nope", output_field="b"),
                processor("split", uid="pr_2", field="b", separator="x", index=1, output_field="c"),
                processor("string_replace", uid="pr_3", field="a", old="x", new="y"),
            ),
        )
        assert built.rows("a") == [("y",)]
        assert [(one.processor, one.field, one.id) for one in built.manifest.row_errors] == [
            ("pr_1", "nope", None),
            ("pr_2", "b", None),
        ]

    def test_errors_name_the_field_as_it_is_published(self, bench: Bench, csv_file: CsvFile) -> None:
        built = bench.built(
            csv_file("d\nx\n2020\n"),
            processors=(processor("date_normalizer", field="d", date_format="%Y"),),
            field_steps=(field_step("rename", from_name="d", to_name="day", field_label="Day"),),
        )
        assert [one.field for one in built.manifest.row_errors] == ["day"]

    def test_what_the_engine_does_not_know_stops_the_build_with_a_reason(
        self, bench: Bench, csv_file: CsvFile
    ) -> None:
        step = Step("pr_1", "set_timezone", {"field": "a", "timezone": "Mars/Olympus"})
        with pytest.raises(Invalid, match="Unknown TimeZone 'Mars/Olympus'") as caught:
            bench.built(csv_file("a\n2020-01-01T10:00:00\n"), processors=(step,))
        assert caught.value.code == "build.processors"

    def test_no_cell_grows_beyond_the_bound(self, bench: Bench, csv_file: CsvFile) -> None:
        limits = replace(SMALL, cell_bytes=1_000)
        grow = processor("string_replace", field="a", old="x", new="xx")
        double = processor("concat", left_value="b", right_value="b", output_field="b")
        expand = processor("regexp_replace", field="c", regexp="(.)", new=r"\1\1")
        file = csv_file("a,b,c\nx,x,x\ny,y,\n")
        built = bench.built(file, processors=(grow, double, expand) * 20, limits=limits)
        assert built.rows("length(a), length(b), length(c)") == [(512, None, 256), (1, None, None)]
        assert {(one.field, one.id) for one in built.manifest.row_errors} == {
            ("a", 1),
            ("b", 1),
            ("b", 2),
            ("c", 1),
        }
        assert "longer than this portal takes" in built.manifest.row_errors[0].message


class TestFiles:
    def test_files_of_other_columns_go_through_the_same_steps(self, bench: Bench, csv_file: CsvFile) -> None:
        steps = (
            processor("split", field="a", separator="-", index=1, output_field="c"),
            processor("concat", separator="+", left_value="b", right_value="c", output_field="d"),
        )
        files = csv_file("a\nx-y\n", name="one.csv"), csv_file("b,c\nz,old\n", name="two.csv")
        built = bench.built(*files, processors=steps)
        assert built.rows("a, b, c, d") == [("x-y", None, "x", "x"), (None, "z", None, "z")]
        assert built.manifest.row_errors == ()

    def test_what_comes_out_is_typed_by_all_rows(self, bench: Bench, csv_file: CsvFile) -> None:
        file = csv_file("price\n1.5 EUR\n2 EUR\n")
        built = bench.built(file, processors=(processor("string_replace", field="price", old=" EUR"),))
        assert (built.types(), built.rows("price")) == ({"price": "double"}, [(1.5,), (2.0,)])

    def test_all_fields_are_those_of_texts(self, bench: Bench, tmp_path: Path) -> None:
        path = tmp_path / "data.json"
        path.write_text('[{"a": "1-x", "n": -1, "tags": ["p-q", "r"], "b": "-"}]')
        file = FileInput(path, "data.json", "re_1", "jsonfile")
        step = processor("string_replace", all_fields=True, old="-", new="+")
        built = bench.built(file, processors=(step,))
        assert built.rows("a, n, tags, b") == [("1+x", -1, ["p+q", "r"], "+")]

    def test_a_date_that_the_file_says_is_one_stays(self, bench: Bench, tmp_path: Path) -> None:
        path = tmp_path / "data.parquet"
        pq.write_table(pa.table({"d": pa.array([dt.date(2020, 1, 2)])}), path)
        file = FileInput(path, "data.parquet", "re_1", "parquet")
        step = processor("date_normalizer", field="d", date_format="%d/%m/%Y")
        assert bench.built(file, processors=(step,)).rows("d") == [(dt.date(2020, 1, 2),)]

    def test_rows_that_were_rows_before_are_left_alone(self, bench: Bench, csv_file: CsvFile) -> None:
        schema = Schema((Field("a", "A", FieldType.TEXT),))
        rows = bench.rows_input(schema, [{"_id": 7, "a": "x"}])
        steps = (
            processor("string_replace", field="a", old="x", new="y"),
            processor("skip_record", field="a", value="z"),
        )
        built = bench.built(csv_file("a\nz\nx\n"), rows, processors=steps)
        assert built.rows("_id, a") == [(8, "y"), (7, "x")]
        assert bench.built(rows, processors=steps).rows("a") == [("x",)]

    def test_all_rows_may_be_skipped(self, bench: Bench, csv_file: CsvFile) -> None:
        step = processor("skip_record", field="a", value="")
        built = bench.built(csv_file("a,b\n,1\n,2\n"), processors=(step,))
        assert (built.manifest.rows, built.rows(), built.types()) == (0, [], {"a": "text", "b": "text"})

    def test_reports_name_the_rows_of_the_file(self, bench: Bench, csv_file: CsvFile) -> None:
        step = processor("skip_record", field="a", value="1")
        built = bench.built(csv_file("a\n1\n1\n2\n3\nx\n"), processors=(step,))
        assert built.report("a").misfits[0]["row"] == 5


class TestOrder:
    def test_the_order_of_steps_matters(self, bench: Bench) -> None:
        first = processor("string_replace", field="a", old="x", new="y")
        second = processor("string_replace", field="a", old="y", new="z")
        assert bench.processed([{"a": "xy", "b": "1"}], first, second)[0]["a"] == "zz"
        assert bench.processed([{"a": "xy", "b": "1"}], second, first)[0]["a"] == "yz"

    def test_a_step_reads_what_those_before_it_left(self, bench: Bench) -> None:
        steps = (
            processor("concat", separator="|", left_value="a", right_value="b", output_field="c"),
            processor("string_replace", field="a", old="x", new="q"),
            processor("split", field="c", separator="|", index=2, output_field="a"),
            processor("concat", left_value="a", right_value="c", output_field="a"),
        )
        assert bench.processed([{"a": "x", "b": "y"}], *steps) == [{"a": "yx|y", "b": "y", "c": "x|y"}]

    def test_two_hundred_steps_are_fine(self, bench: Bench) -> None:
        steps = [
            processor("concat", left_value="a", right_value="b", output_field="a"),
            processor("regexp_replace", field="a", regexp="^..(.*)", new=r"\1x", case_insensitive=True),
        ] * 100
        assert bench.processed([{"a": "12", "b": "3"}], *steps)[0]["a"] == _stepped("12", 100)

    def test_rows_keep_their_order_and_ids(self, bench: Bench, csv_file: CsvFile) -> None:
        lines = "\n".join(f"{number},{number % 3}" for number in range(60_000))
        file = csv_file(f"n,m\n{lines}\n")
        steps = (
            processor("skip_record", field="m", value="1"),
            processor("concat", left_value="n", right_value="m", output_field="k"),
        )
        first = bench.built(file, processors=steps)
        assert (
            first.rows("bool_and(_id = _seq AND k = n || m AND rowid + 1 = _seq), count(*)")[0][1] == 40_000
        )
        second = bench.built(file, processors=steps, after=first)
        assert second.rows("_id, n") == first.rows("_id, n")

    def test_a_row_is_the_same_one_whatever_is_made_of_it(self, bench: Bench, csv_file: CsvFile) -> None:
        file = csv_file("a\nx\ny\nz\n")
        first = bench.built(file)
        steps = (
            processor("skip_record", field="a", value="x"),
            processor("string_replace", field="a", old="z", new="Z"),
        )
        assert bench.built(file, processors=steps, after=first).rows("_id, a") == [(2, "y"), (3, "Z")]


def _stepped(text: str, times: int) -> str:
    for _ in range(times):
        text += "3"
        text = text[2:] + "x"
    return text


class TestPlaces:
    def test_coordinates_of_another_system_become_degrees(self, bench: Bench, csv_file: CsvFile) -> None:
        file = csv_file("x,y\n652469,6862035\n,1\n1e30,1\n843000,6519000\n")
        step = processor(
            "create_geopoint", uid="pr_g", latitude="y", longitude="x", epsg=2154, output_field="place"
        )
        again = processor("create_geopoint", latitude="y", longitude="x", epsg=2154, output_field="twice")
        built = bench.built(file, processors=(step, again))
        rounded = "round(place.lat, 4), round(place.lon, 4)"
        assert built.rows(rounded) == [(48.8566, 2.3522), (None, None), (None, None), (45.7556, 4.8397)]
        assert built.rows("place = twice OR place IS NULL") == [(True,)] * 4
        assert built.manifest.row_errors[0] == RowError(
            "“1, 1e30” is no place in the coordinates EPSG 2154.", "pr_g", "place", 3
        )

    def test_a_point_is_a_point_in_every_file(self, bench: Bench, csv_file: CsvFile) -> None:
        step = processor("create_geopoint", latitude="a", longitude="b", output_field="a")
        files = csv_file("a,b\n1,2\n", name="one.csv"), csv_file("c\nx\n", name="two.csv")
        built = bench.built(*files, processors=(step,))
        assert built.rows("a") == [({"lon": 2.0, "lat": 1.0},), (None,)]
