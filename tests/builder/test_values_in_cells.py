"""Processors and cells that hold several values by themselves, and ids when the fields that identify records change."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.builder.support import Bench, field_step, processor

from colonnade.builder.job import FileInput, Step

CsvFile = Callable[..., FileInput]


@pytest.fixture
def tagged(tmp_path: Path) -> FileInput:
    path = tmp_path / "tags.json"
    path.write_text('[{"t": "x", "tags": ["a  1", "b", "c"]}, {"t": "y", "tags": null}]')
    return FileInput(path, path.name, "re_1", "jsonfile")


@pytest.mark.parametrize(
    ("step", "values"),
    [
        (processor("regexp_replace", all_fields=True, regexp=r"\s+", new=" "), ["a 1", "b", "c"]),
        (processor("string_replace", field="tags", old="b", new=""), ["a  1", "c"]),
        (processor("string_replace", field="tags", old="b", new="bb;b"), ["a  1", "bb;b", "c"]),
    ],
)
def test_each_value_is_replaced_for_itself(
    bench: Bench, tagged: FileInput, step: Step, values: list[str]
) -> None:
    assert bench.built(tagged, processors=(step,)).rows("tags") == [(values,), (None,)]


def test_elsewhere_the_values_are_one_text(bench: Bench, tagged: FileInput) -> None:
    steps = (
        processor("concat", separator="-", left_value="tags", right_value="t", output_field="pair"),
        processor("split", field="tags", separator=";", index=2, output_field="second"),
        processor("skip_record", field="t", value="y", exact_match=True, keep=False),
        processor("skip_record", field="tags", value="a  1;b;c", exact_match=True, keep=True),
    )
    assert bench.built(tagged, processors=steps).rows("pair, second") == [("a  1;b;c-x", "b")]


def test_keys_of_other_fields_than_before_give_no_record_another_one_s_id(
    bench: Bench, csv_file: CsvFile
) -> None:
    file = csv_file("code,number,v\n1,2,first\n2,1,second\n")

    def keyed(name: str) -> tuple[Step, ...]:
        return (field_step("annotate", field=name, annotation="id", args=[]),)

    before = bench.built(file, field_steps=keyed("code"))
    after = bench.built(file, after=before, field_steps=keyed("number"))
    assert before.rows("_id, v") == after.rows("_id, v") == [(1, "first"), (2, "second")]
    changed = csv_file("code,number,v\n1,2,changed\n2,1,second\n", name="changed.csv")
    assert bench.built(changed, after=after, field_steps=keyed("number")).rows("_id, v") == [
        (1, "changed"),
        (2, "second"),
    ]
