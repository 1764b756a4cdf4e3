"""What `colonnade doctor` says of a portal that was damaged, and what it mends. No server runs here."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.house import opened
from tests.upkeep.support import Furnished, command


def doctor(mine: Furnished, *arguments: object) -> Result:
    return command("doctor", "--data", mine.data, *arguments)


def lines(result: Result) -> list[str]:
    """What was found, without the last line, which sums up."""
    return result.stdout.splitlines()[:-1]


def flip(path: Path, at: int) -> None:
    """Change eight bytes in the middle of a file."""
    content = bytearray(path.read_bytes())
    for place in range(at, at + 8):
        content[place] ^= 0xFF
    path.write_bytes(content)


def catalogue(mine: Furnished, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(mine.data / "catalogue.sqlite")) as connection, connection:
        connection.execute(statement, values)


def test_a_sound_portal_is_well(mine: Furnished) -> None:
    result = doctor(mine)
    assert result.exit_code == 0, result.output
    assert result.stdout == "All is well: 3 generations and 2 files were checked.\n"


def test_letters_that_wait_for_long_or_were_given_up_are_told(mine: Furnished) -> None:
    outbox = mine.data / "outbox"
    names = ("waiting/1-a.2.eml", "waiting/1-b.4.eml", "waiting/1-c.3.eml", "unsent/0-d.eml")
    for name in names:
        (outbox / name).parent.mkdir(parents=True, exist_ok=True)
        (outbox / name).write_text("Subject: x\n\n")
    result = doctor(mine, "--repair")
    assert result.exit_code == 1
    assert lines(result) == [
        "Mail: Letters that could not be sent: 1. They are in outbox/unsent; send them by hand or remove them.",
        "Mail: Letters that wait for the mail server: 2, tried 4 times. The log says why.",
    ]
    assert sum(one.is_file() for one in outbox.rglob("*.eml")) == len(names)


def test_the_check_stands_in_the_list_of_jobs(mine: Furnished) -> None:
    doctor(mine)
    listed = command("jobs", "list", "--data", mine.data, "--kind", "check")
    assert "\tcheck\t-\tdone\t" in listed.stdout


def truncated_rows(mine: Furnished) -> str:
    path = mine.generation(mine.derived, 2) / "rows.duckdb"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return "derived, generation 2: The file of the rows cannot be read"


def flipped_rows(mine: Furnished) -> str:
    path = mine.generation(mine.live, 1) / "rows.duckdb"
    flip(path, path.stat().st_size // 2)
    return "live, generation 1: The file of the rows cannot be read"


def missing_rows(mine: Furnished) -> str:
    (mine.generation(mine.live, 1) / "rows.duckdb").unlink()
    return "live, generation 1: The file of the rows, or what it should hold, is missing."


def missing_generation(mine: Furnished) -> str:
    shutil.rmtree(mine.generation(mine.derived, 2))
    return "derived, generation 2: Its folder is missing."


def damaged_file(mine: Furnished) -> str:
    flip(mine.blob(), 100)
    return f"derived, file data.csv: Blob {mine.digest}: its content has the SHA-256"


def missing_file(mine: Furnished) -> str:
    mine.blob().unlink()
    return f"derived, file data.csv: Blob {mine.digest}: missing."


def damaged_identity(mine: Furnished) -> str:
    flip(mine.generation(mine.derived, 2) / "identity.parquet", 10)
    return "derived, generation 2: Its identity.parquet is not what was built."


def wrong_pointer(mine: Furnished) -> str:
    catalogue(mine, "UPDATE data_table SET current = 9 WHERE uid = ?", mine.derived)
    return "derived: Generation 9 should count, but there is none of that number."


Damage = Callable[[Furnished], str]


@pytest.mark.parametrize(
    "damage",
    [
        truncated_rows,
        flipped_rows,
        missing_rows,
        missing_generation,
        damaged_file,
        missing_file,
        damaged_identity,
        wrong_pointer,
    ],
)
def test_what_cannot_be_mended_is_told_and_left_alone(mine: Furnished, damage: Damage) -> None:
    expected = damage(mine)
    for arguments in ((), ("--repair",)):
        result = doctor(mine, *arguments)
        assert result.exit_code == 1, result.output
        assert [line.startswith(expected) for line in lines(result)] == [True], result.stdout


def deleted_segment(mine: Furnished) -> str:
    next((mine.generation(mine.derived, 2) / "index").glob("*.term")).unlink()
    return "derived, generation 2: The text index cannot be read"


def damaged_segment(mine: Furnished) -> str:
    path = next((mine.generation(mine.derived, 2) / "index").glob("*.fieldnorm"))
    flip(path, 0)
    return f"derived, generation 2: The file {path.name} of the text index is damaged."


def deleted_index(mine: Furnished) -> str:
    shutil.rmtree(mine.generation(mine.live, 1) / "index")
    return "live, generation 1: The text index cannot be read"


def missing_manifest(mine: Furnished) -> str:
    (mine.generation(mine.derived, 2) / "manifest.json").unlink()
    return "derived, generation 2: Its manifest.json is missing."


def cut_manifest(mine: Furnished) -> str:
    path = mine.generation(mine.derived, 2) / "manifest.json"
    path.write_bytes(path.read_bytes()[:100])
    return "derived, generation 2: Its manifest.json cannot be read"


def other_manifest(mine: Furnished) -> str:
    path = mine.generation(mine.derived, 2) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "rows": 7}))
    return "derived, generation 2: Its manifest.json says something else than the catalogue."


def broken_kept_generation(mine: Furnished) -> str:
    (mine.generation(mine.derived, 1) / "rows.duckdb").write_bytes(b"not rows" * 1000)
    return "derived, generation 1: The file of the rows cannot be read"


def stray_generation(mine: Furnished) -> str:
    shutil.copytree(mine.generation(mine.derived, 2), mine.generation(mine.derived, 7))
    return f"generations/{mine.derived}/7: The catalogue knows nothing of it."


def stray_table(mine: Furnished) -> str:
    mine.generation("tb_nobody", 1).mkdir(parents=True)
    return "generations/tb_nobody: The catalogue knows nothing of it."


def unused_file(mine: Furnished) -> str:
    (mine.data / "blobs" / "ff").mkdir(exist_ok=True)
    shutil.copy(mine.blob(), mine.data / "blobs" / "ff" / ("f" * 64))
    return f"blob {'f' * 64}: No dataset has this file."


def unfinished_generation(mine: Furnished) -> str:
    catalogue(
        mine,
        "INSERT INTO generation (table_uid, number, is_ready, is_live, fields, report, created_at) "
        "VALUES (?, 8, 0, 0, '[]', '{}', '2024-01-01 00:00:00')",
        mine.derived,
    )
    return "derived, generation 8: It was begun, and nobody builds it any more."


@pytest.mark.parametrize(
    "damage",
    [
        deleted_segment,
        damaged_segment,
        deleted_index,
        missing_manifest,
        cut_manifest,
        other_manifest,
        broken_kept_generation,
        stray_generation,
        stray_table,
        unused_file,
        unfinished_generation,
    ],
)
def test_what_can_be_mended_is_told_and_mended_when_asked(mine: Furnished, damage: Damage) -> None:
    expected = damage(mine)
    found = doctor(mine)
    assert found.exit_code == 1, found.output
    assert [line.startswith(expected) for line in lines(found)] == [True], found.stdout
    assert "mends 1 of them" in found.stdout
    mended = doctor(mine, "--repair")
    assert mended.exit_code == 0, mended.output
    assert f"Tried to mend: {expected}" in mended.stdout
    assert "\nAll is well" in mended.stdout


def test_everything_wrong_at_once_is_told_in_lines_of_its_own(mine: Furnished) -> None:
    damages = (deleted_index, missing_manifest, damaged_file, stray_table, broken_kept_generation)
    expected = [damage(mine) for damage in damages]
    found = lines(doctor(mine))
    assert len(found) == len(expected)
    assert all(any(line.startswith(one) for line in found) for one in expected)


def test_broken_rows_are_offered_an_older_generation_and_it_is_taken_only_when_asked(mine: Furnished) -> None:
    truncated_rows(mine)
    told = doctor(mine, "--repair").stdout
    assert "`colonnade doctor --fall-back derived` lets generation 1 count in its place" in told
    given_up = doctor(mine, "--fall-back", "derived")
    assert "derived: generation 1 counts now, in the place of 2." in given_up.stdout
    assert doctor(mine, "--repair").exit_code == 0
    with opened(mine.data) as house:
        assert house.records("derived").json()["total_count"] == 300


def test_broken_rows_without_an_older_generation_can_be_published_again(mine: Furnished) -> None:
    truncated_rows(mine)
    broken_kept_generation(mine)
    assert "leaves the dataset without rows" in doctor(mine).stdout
    given_up = doctor(mine, "--fall-back", "derived", "--repair")
    assert "derived: it has no rows now, in the place of 2." in given_up.stdout
    assert given_up.exit_code == 0, given_up.output
    with opened(mine.data) as house:
        assert house.records("derived").json()["total_count"] == 0
        assert house.publish("derived")["status"] == "idle"
        assert house.records("derived").json()["total_count"] == 350


def test_sound_rows_are_not_given_up(mine: Furnished) -> None:
    result = doctor(mine, "--fall-back", "derived")
    assert result.exit_code == 2
    assert "has no broken rows to fall back from" in result.stderr


def test_a_dataset_that_does_not_exist_cannot_fall_back(mine: Furnished) -> None:
    result = doctor(mine, "--fall-back", "nothing")
    assert result.exit_code == 2
    assert "no dataset nothing" in result.stderr


def test_a_damaged_catalogue_is_told_in_a_line(mine: Furnished) -> None:
    path = mine.data / "catalogue.sqlite"
    content = bytearray(path.read_bytes())
    content[2000:40000] = b"x" * 38000
    path.write_bytes(content)
    result = doctor(mine)
    assert result.exit_code == 2, result.output
    assert "Restore a backup." in result.stderr


def test_a_folder_without_a_portal_is_told_in_a_line(tmp_path: Path) -> None:
    result = command("doctor", "--data", tmp_path)
    assert result.exit_code == 2
    assert "There is no portal" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_nodes_that_do_not_agree_with_what_they_stand_for_are_told_and_mended(mine: Furnished) -> None:
    assert doctor(mine).exit_code == 0
    for statement in (
        "INSERT INTO node_reference VALUES (900, 700, 701, 0, 0, NULL, NULL, 1)",
        "UPDATE node SET dataset_id = 900 WHERE id = (SELECT min(id) FROM node WHERE dataset_id IS NOT NULL)",
        "UPDATE node SET resource_id = 900 WHERE id = (SELECT min(id) FROM node WHERE resource_id IS NOT NULL)",
    ):
        catalogue(mine, statement)
    told = [
        "Nodes: Published datasets without a number: 1.",
        "Nodes: Nodes of what is gone: 2.",
        "Nodes: References of nodes that are gone: 1.",
    ]
    assert lines(doctor(mine)) == told
    assert doctor(mine, "--repair").exit_code == 0
    assert doctor(mine).exit_code == 0
