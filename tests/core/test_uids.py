"""Names that are free, found with few looks."""

from hypothesis import given
from hypothesis import strategies as st

from colonnade.core.uids import free_name


def _looks(taken: set[str]) -> tuple[str, int]:
    asked: list[str] = []

    def is_taken(name: str) -> bool:
        asked.append(name)
        return name in taken

    return free_name("name", is_taken), len(asked)


def test_the_first_number_that_is_not_taken_is_given() -> None:
    taken: set[str] = set()
    for expected in ("name", *(f"name-{number}" for number in range(2, 40))):
        found, _ = _looks(taken)
        assert found == expected
        taken.add(found)


def test_a_hundred_thousand_of_a_name_cost_a_few_looks() -> None:
    taken = {"name", *(f"name-{number}" for number in range(2, 100_001))}
    found, looks = _looks(taken)
    assert found == "name-100001"
    assert looks < 40


@given(st.sets(st.integers(1, 60)))
def test_what_is_given_is_free_whatever_was_given_up(numbers: set[int]) -> None:
    taken = {"name" if number == 1 else f"name-{number}" for number in numbers}
    found, _ = _looks(taken)
    assert found not in taken
