"""What a build writes: rows, index, identity, manifest; which ids rows get; how files and rows become one table."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable

import duckdb
import pyarrow.parquet as pq
import pytest
from tests.builder.support import Bench

from colonnade.builder.job import FileInput, Limits, Manifest
from colonnade.errors import Invalid, LimitReached
from colonnade.generation import LIVE_IDS_FROM, Mark
from colonnade.query.schema import Field, FieldType, Schema

CsvFile = Callable[..., FileInput]
LIVE = LIVE_IDS_FROM + 7


def _schema(**types: FieldType) -> Schema:
    return Schema(tuple(Field(name, name.title(), type_) for name, type_ in types.items()))


def test_a_file_becomes_a_generation(bench: Bench, csv_file: CsvFile) -> None:
    built = bench.built(csv_file("Id,Full name,Since\n1,Ann,2020-01-02\n2,,\n"), counter=5)
    assert built.types() == {"id": "int", "full_name": "text", "since": "date"}
    assert [field.label for field in built.manifest.schema.fields] == ["Id", "Full name", "Since"]
    assert built.rows("_id, _key, _source, _seq, id, full_name, since") == [
        (1, None, "re_data", 1, 1, "Ann", dt.date(2020, 1, 2)),
        (2, None, "re_data", 2, 2, None, None),
    ]
    assert built.meta() == (5, 2, LIVE_IDS_FROM)
    assert built.manifest.mark == Mark(5, 2)
    assert (built.manifest.rows, built.manifest.sources) == (2, {"re_data": 2})
    assert built.report("since").nulls == 1


def test_the_manifest_on_disk_is_what_was_returned(bench: Bench, csv_file: CsvFile) -> None:
    built = bench.built(csv_file("a\n1\n"))
    stored = json.loads((built.job.out / "manifest.json").read_text())
    assert Manifest.from_json(stored) == built.manifest
    digest = hashlib.sha256(built.identity.read_bytes()).hexdigest()
    assert built.manifest.checksums == {"identity.parquet": digest}
    assert set(built.manifest.seconds) == {"read", "process", "type", "identify", "write"}


def test_ids_are_unique_in_the_rows_file(bench: Bench, csv_file: CsvFile) -> None:
    built = bench.built(csv_file("a\n1\n"))
    with (
        duckdb.connect(str(built.job.out / "rows.duckdb")) as connection,
        pytest.raises(duckdb.ConstraintException),
    ):
        connection.execute("INSERT INTO rows (_id, _source, _seq, _modified) VALUES (1, 's', 9, now())")


def test_many_rows_stand_in_their_order(bench: Bench, csv_file: CsvFile) -> None:
    lines = "\n".join(f"{number},{number % 7}" for number in range(250_000))
    built = bench.built(csv_file(f"n,m\n{lines}\n"))
    assert built.rows("bool_and(_seq = n + 1 AND _id = n + 1 AND rowid = n) AND count(*) = 250000") == [
        (True,)
    ]


def test_no_input_makes_an_empty_generation(bench: Bench) -> None:
    built = bench.built()
    assert (built.manifest.rows, built.rows(), built.types()) == (0, [], {})


def test_files_are_united_by_name(bench: Bench, csv_file: CsvFile) -> None:
    first = csv_file("a,b\n1,x\n", name="one.csv")
    second = csv_file("b,c,a\ny,true,2.5\n", name="two.csv")
    built = bench.built(first, second)
    assert built.types() == {"a": "double", "b": "text", "c": "boolean"}
    assert built.rows("_source, a, b, c") == [("re_one", 1.0, "x", None), ("re_two", 2.5, "y", True)]
    assert built.report("a").misfits == ({"file": "two.csv", "row": 1, "cell": "2.5", "type": "int"},)


def test_files_with_too_many_columns_together_are_a_limit(bench: Bench, csv_file: CsvFile) -> None:
    files = [csv_file(f"{letter}1,{letter}2\n", name=f"{letter}.csv") for letter in "ab"]
    with pytest.raises(LimitReached) as caught:
        bench.built(*files, limits=Limits(fields=3))
    assert caught.value.facts["limit_type"] == "fields"


def test_too_many_rows_are_a_limit(bench: Bench, csv_file: CsvFile) -> None:
    with pytest.raises(LimitReached) as caught:
        bench.built(csv_file("a\n1\n2\n3\n"), limits=Limits(rows=2))
    assert caught.value.facts == {"limit_type": "rows", "limit": 2, "value": 3}


def test_what_was_sent_is_kept_beside_what_was_typed(bench: Bench, csv_file: CsvFile) -> None:
    content = "price,day,name\n12.50,2020-01-01T10:00Z,x\n3,2020-01-01 10:00:00,y\n"
    built = bench.built(csv_file(content, owned=True))
    assert [field.keeps_raw for field in built.manifest.schema.fields] == [True, True, False]
    assert built.rows('price, "price$raw", "day$raw"') == [
        (12.5, "12.50", "2020-01-01T10:00Z"),
        (3.0, None, None),
    ]
    assert not any(field.keeps_raw for field in bench.built(csv_file(content)).manifest.schema.fields)


class TestIds:
    def test_a_row_keeps_its_id_when_others_come_and_go(self, bench: Bench, csv_file: CsvFile) -> None:
        first = bench.built(csv_file("a,b\nx,1\ny,2\nz,3\n"))
        second = bench.built(csv_file("a,b\nnew,9\nz,3\nx,1\n"), after=first)
        assert second.rows("_id, _seq, a") == [(4, 1, "new"), (3, 2, "z"), (1, 3, "x")]
        third = bench.built(csv_file("a,b\ny,2\nz,3\n"), after=second)
        assert third.rows("_id, a") == [(5, "y"), (3, "z")], "an id that went is never given again"

    def test_the_order_of_columns_does_not_matter(self, bench: Bench, csv_file: CsvFile) -> None:
        first = bench.built(csv_file("a,b\nx,1\ny,2\n"))
        second = bench.built(csv_file("b,a\n2,y\n1,x\n"), after=first)
        assert second.rows("_id, a") == [(2, "y"), (1, "x")]

    def test_identical_rows_are_all_kept_and_told_apart_by_number(
        self, bench: Bench, csv_file: CsvFile
    ) -> None:
        first = bench.built(csv_file("a\nx\nx\ny\nx\n"))
        assert first.rows("_id, a") == [(1, "x"), (2, "x"), (3, "y"), (4, "x")]
        second = bench.built(csv_file("a\ny\nx\nx\nx\nx\n"), after=first)
        assert second.rows("_id, a") == [(3, "y"), (1, "x"), (2, "x"), (4, "x"), (5, "x")]

    def test_the_last_row_of_a_key_stays_and_keeps_the_keys_id(self, bench: Bench, csv_file: CsvFile) -> None:
        first = bench.built(csv_file("k,v\na,1\nb,2\na,3\n"), key_fields=("k",))
        assert first.rows("_id, _key, _seq, v") == [(1, "b", 1, 2), (2, "a", 2, 3)]
        second = bench.built(csv_file("k,v\na,4\nb,5\nc,6\n"), key_fields=("k",), after=first)
        assert second.rows("_id, _key, v") == [(2, "a", 4), (1, "b", 5), (3, "c", 6)]

    def test_rows_without_a_key_are_all_kept(self, bench: Bench, csv_file: CsvFile) -> None:
        built = bench.built(csv_file("k,v\n,1\n,1\na,2\na,3\n"), key_fields=("k",))
        assert built.rows("_key, v") == [(None, 1), (None, 1), ("a", 3)]

    def test_a_key_of_several_fields_cannot_be_mistaken(self, bench: Bench, csv_file: CsvFile) -> None:
        content = 'a,b\n"x"",""y",z\nx,"y"",""z"\nx,\n'
        keys = bench.built(csv_file(content), key_fields=("a", "b")).rows("_key")
        assert [json.loads(key) for (key,) in keys] == [['x","y', "z"], ["x", 'y","z'], ["x", None]]

    def test_content_gives_the_id_where_the_key_is_new(self, bench: Bench, csv_file: CsvFile) -> None:
        first = bench.built(csv_file("k,v\na,1\nb,2\n"))
        second = bench.built(csv_file("k,v\nb,2\nc,3\na,1\n"), key_fields=("k",), after=first)
        assert second.rows("_id, _key") == [(2, "b"), (3, "c"), (1, "a")]

    def test_a_key_field_that_is_not_there_is_refused(self, bench: Bench, csv_file: CsvFile) -> None:
        with pytest.raises(Invalid, match="nope"):
            bench.built(csv_file("a\n1\n"), key_fields=("nope",))

    def test_the_identity_file_tells_rows_of_files_alone(self, bench: Bench, csv_file: CsvFile) -> None:
        rows = bench.rows_input(_schema(a=FieldType.TEXT), [{"_id": LIVE, "a": "x"}])
        identity = pq.read_table(bench.built(csv_file("a\nx\nx\n"), rows).identity)
        assert identity.column_names == ["_id", "content", "occurrence", "_key", "_key_fields"]
        assert identity.column("_id").to_pylist() == [1, 2]
        assert identity.column("occurrence").to_pylist() == [1, 2]


class TestRows:
    def test_rows_keep_their_system_columns_and_stand_last(self, bench: Bench, csv_file: CsvFile) -> None:
        rows = bench.rows_input(
            _schema(a=FieldType.TEXT, n=FieldType.INT),
            [
                {"_id": LIVE, "_key": "k", "_seq": 40, "a": "y", "n": 2},
                {"_id": 3, "_seq": 41, "a": "z", "n": None},
            ],
        )
        built = bench.built(rows, csv_file("a,n\nx,1\n"), last_built_id=3, last_live_id=LIVE)
        assert built.rows("_id, _key, _source, _seq, _modified = '2020-01-01', a, n") == [
            (4, None, "re_data", 1, False, "x", 1),
            (LIVE, "k", "re_owned", 2, True, "y", 2),
            (3, None, "re_owned", 3, True, "z", None),
        ]
        assert built.meta() == (0, 3, LIVE)
        assert built.manifest.last_built_id == 4
        assert built.manifest.sources == {"re_data": 1, "re_owned": 2}

    def test_a_row_wins_over_a_files_row_of_its_key(self, bench: Bench, csv_file: CsvFile) -> None:
        file = csv_file("k,v\na,1\nb,2\n")
        first = bench.built(file, key_fields=("k",))
        rows = bench.rows_input(
            _schema(k=FieldType.TEXT, v=FieldType.INT), [{"_id": 1, "_key": "a", "k": "a", "v": 9}]
        )
        second = bench.built(file, rows, key_fields=("k",), after=first)
        assert second.rows("_id, _key, v") == [(2, "b", 2), (1, "a", 9)]

    def test_a_file_never_gets_an_id_that_a_row_has(self, bench: Bench, csv_file: CsvFile) -> None:
        file = csv_file("v\nx\ny\n")
        first = bench.built(file)
        rows = bench.rows_input(_schema(v=FieldType.TEXT), [{"_id": 1, "v": "X"}])
        assert bench.built(file, rows, after=first).rows("_id, v") == [(3, "x"), (2, "y"), (1, "X")]

    def test_rows_of_another_table_get_new_ids(self, bench: Bench) -> None:
        schema = _schema(v=FieldType.TEXT)
        same = [{"_id": 1, "_key": "k", "v": "x"}, {"_id": 2, "v": "y"}]
        first = bench.rows_input(schema, same, fresh_ids=True, name="one")
        second = bench.rows_input(schema, same, fresh_ids=True, name="two")
        built = bench.built(first, second, last_built_id=10)
        assert built.rows("_id, v") == [(11, "x"), (12, "y"), (13, "x"), (14, "y")]
        assert built.manifest.last_built_id == 14

    def test_of_rows_with_one_id_or_key_the_later_is_the_truth(self, bench: Bench) -> None:
        schema = _schema(v=FieldType.TEXT)
        old = [
            {"_id": 1, "v": "a"},
            {"_id": 2, "_key": "k", "v": "b"},
            {"_id": 3, "v": "c"},
        ]
        new = [{"_id": 1, "v": "A"}, {"_id": 9, "_key": "k", "v": "B"}]
        inputs = bench.rows_input(schema, old, name="old"), bench.rows_input(schema, new, name="new")
        assert bench.built(*inputs).rows("_id, v") == [(3, "c"), (1, "A"), (9, "B")]

    @pytest.mark.parametrize(
        ("cell", "type_", "value", "expected", "texts"),
        [
            ("2.5", FieldType.INT, 3, "double", [2.5, 3.0]),
            ("7", FieldType.DOUBLE, 3.5, "double", [7.0, 3.5]),
            ("x", FieldType.INT, 3, "text", ["x", "3"]),
            ("x", FieldType.DOUBLE, 3.0, "text", ["x", "3"]),
            ("x", FieldType.DATE, dt.date(2020, 1, 2), "text", ["x", "2020-01-02"]),
            ("true", FieldType.BOOLEAN, False, "boolean", [True, False]),
            ("1", FieldType.TEXT, "y", "text", ["1", "y"]),
            ("0.5", FieldType.INT, 2**53 + 1, "text", ["0.5", "9007199254740993"]),
            ("", FieldType.DATE, dt.date(2020, 1, 2), "date", [None, dt.date(2020, 1, 2)]),
            ("x", FieldType.TIME, dt.time(10), "text", ["x", "10:00:00"]),
            ("", FieldType.TIME, dt.time(10), "time", [None, dt.time(10)]),
        ],
    )
    def test_a_column_has_the_narrowest_type_that_all_fit(
        self,
        bench: Bench,
        csv_file: CsvFile,
        cell: str,
        type_: FieldType,
        value: object,
        expected: str,
        texts: object,
    ) -> None:
        rows = bench.rows_input(_schema(a=type_), [{"_id": LIVE, "a": value}])
        built = bench.built(csv_file(f"a,b\n{cell},1\n"), rows)
        assert built.types()["a"] == expected
        assert [one for (one,) in built.rows("a")] == texts

    def test_fields_of_rows_stay_even_when_they_are_empty(self, bench: Bench, csv_file: CsvFile) -> None:
        schema = Schema(
            (
                Field("a", "A", FieldType.DATE, keeps_raw=True),
                Field("tags", "", FieldType.TEXT, multivalued=True),
            )
        )
        built = bench.built(csv_file("b\n1\n"), bench.rows_input(schema, []))
        assert built.types() == {"b": "int", "a": "date", "tags": "text"}
        assert built.rows('a, "a$raw", tags, b') == [(None, None, None, 1)]

    def test_lists_pass_through(self, bench: Bench) -> None:
        schema = Schema((Field("tags", "Tags", FieldType.TEXT, multivalued=True),))
        assert bench.built(bench.rows_input(schema, [{"_id": LIVE, "tags": ["a", "b"]}])).rows("tags") == [
            (["a", "b"],)
        ]

    def test_what_was_sent_is_carried_over(self, bench: Bench, csv_file: CsvFile) -> None:
        schema = Schema((Field("p", "P", FieldType.DOUBLE, keeps_raw=True),))
        sent: list[dict[str, object]] = [
            {"_id": LIVE, "p": 12.5, "p$raw": "12.50"},
            {"_id": LIVE + 1, "p": 3.0, "p$raw": None},
        ]
        rows = bench.rows_input(schema, sent)
        assert bench.built(rows).rows('p, "p$raw"') == [(12.5, "12.50"), (3.0, None)]
        assert [p for (p,) in bench.built(csv_file("p\nx\n"), rows).rows("p")] == ["x", "12.50", "3"]

    def test_a_lenient_field_keeps_its_type_and_what_does_not_fit(
        self, bench: Bench, csv_file: CsvFile
    ) -> None:
        schema = Schema((Field("p", "P", FieldType.DOUBLE, keeps_raw=True, lenient=True),))
        rows = bench.rows_input(schema, [{"_id": LIVE, "p": None, "p$raw": "$18.50"}])
        built = bench.built(csv_file("p\n1.5\nn/a\n2.0\n"), rows)
        assert built.rows('p, "p$raw"') == [(1.5, None), (None, "n/a"), (2.0, "2.0"), (None, "$18.50")]
