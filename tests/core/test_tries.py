"""Counting what was tried, and what waits to be written down."""

from colonnade.core.pending import Pending
from colonnade.core.tries import SECONDS, Tries


def test_a_name_is_full_until_its_period_ends() -> None:
    at = [1_000_000_000.0]
    tries = Tries(clock=lambda: at[0])
    assert [tries.full({"a": 0, "b": 9}), tries.full({"a": 1})] == ["a", None], "asked, not counted"
    assert [tries.begin({"a": 2, "b": 9}) for _ in "123"] == [None, None, "a"]
    assert tries.full({"b": 2, "a": 3}) == "b"
    assert tries.begin({"b": 3}) is None, "what was refused counts for nobody"
    assert tries.begin({"b": 3}) == "b"
    assert at[0] < tries.ends_at().timestamp() <= at[0] + SECONDS
    at[0] = tries.ends_at().timestamp()
    assert tries.begin({"a": 2, "b": 3}) is None


def test_what_was_right_does_not_count() -> None:
    tries = Tries()
    for _ in range(5):
        assert tries.begin({"a": 1}) is None
        tries.forgive(["a"])
    assert tries.begin({"a": 2}) is None
    assert tries.begin({"a": 2}) is None
    tries.forgive(["a", "never"])
    assert tries.begin({"a": 2}) is None
    assert tries.begin({"a": 2}) == "a"


def test_what_waits_is_bounded_and_comes_in_order() -> None:
    pending: Pending[int] = Pending(most=3)
    for number in range(5):
        pending.put(number)
    taken = pending.take()
    assert (taken, pending.take()) == ([2, 3, 4], [])
    pending.put(5)
    pending.put_back(taken)
    assert pending.take() == [3, 4, 5]
