"""Files that cannot be published: the status says why, and what was published before stays."""

import pytest
from tests.support.house import House

pytestmark = pytest.mark.builds_apart


@pytest.fixture(scope="module")
def published(house: House) -> tuple[str, str]:
    """A published dataset: its uid and its identifier."""
    made = house.published("a,b\n1,2\n")
    return made["uid"], made["dataset_id"]


def _republish(
    house: House, published: tuple[str, str], content: bytes, **params: object
) -> dict[str, object]:
    """Publish with another file besides, and take that out again."""
    uid, dataset_id = published
    resource = house.add_csv(uid, content, name="bad.csv", **params)
    status = house.publish(uid)
    path = f"/api/automation/v1.0/datasets/{uid}/resources/{resource}/"
    assert house.client.delete(path, headers=house.admin.headers).status_code == 204
    assert status["is_published"] is True
    assert house.records(dataset_id).json() == {"total_count": 1, "results": [{"a": 1, "b": 2}]}
    return status


@pytest.mark.parametrize(
    ("content", "params", "reason"),
    [
        (
            b"a,b\n1,2\n1,2,3\n",
            {},
            "row 2 (line 3 of the file) is wrong, it has 3 cells where 2 are expected",
        ),
        (b'a,b\n1,2\n1,"2\n', {}, "row 2 (line 3 of the file) is wrong, a quoted cell is never closed"),
        (
            b"a,b\n1,2\n1," + b"x" * 2000,
            {},
            "row 2 (line 3 of the file) is wrong, it is larger than 1,000 bytes",
        ),
        (b"a,b\n1,\x00\n", {}, "line 2 holds a NUL character"),
        (b"a,b\n1,2\n", {"encoding": "utf-99"}, "utf-99"),
        (b"a,b\n\xff\xfe,2\n", {"encoding": "utf-8"}, "cannot be read"),
        (b"PK\x03\x04" + bytes(range(256)) * 8, {}, "bad.csv"),
        (b"", {}, "is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    house: House, published: tuple[str, str], content: bytes, params: dict[str, str], reason: str
) -> None:
    status = _republish(house, published, content, **params)
    assert status["status"] == "error", status
    assert "bad.csv" in str(status["message"])
    assert reason in str(status["message"])
    assert status["params"] == {}


def test_too_many_fields_are_a_limit(house: House, published: tuple[str, str]) -> None:
    status = _republish(house, published, b",".join(b"f%d" % number for number in range(30)) + b"\n")
    assert status["status"] == "limit_reached"
    assert status["params"] == {"error": {"limit_type": "fields", "limit": 20, "value": 30}}


def test_a_first_publication_that_fails_publishes_nothing(house: House) -> None:
    made = house.create()
    house.add_csv(made["uid"], "a,b\n1,2,3\n")
    status = house.publish(made["uid"])
    assert (status["status"], status["is_published"]) == ("error", False)
    assert house.records(made["dataset_id"]).status_code == 404
