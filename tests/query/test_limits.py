"""The rules of limit and offset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.errors import Invalid
from colonnade.query.limits import Caps, Page, export_page, page

LIMIT = "Invalid value for limit API parameter: {} was found but {} is expected."


def _message(
    limit: str | int | None,
    offset: str | int | None = None,
    *,
    grouped: bool = False,
    caps: Caps | None = None,
) -> str:
    with pytest.raises(Invalid) as caught:
        page(limit, offset, grouped=grouped, caps=caps or Caps())
    assert caught.value.code == "parameter.invalid"
    return caught.value.message


def test_nothing_asked_is_the_first_ten() -> None:
    assert page(None, None) == Page(10, 0)
    assert page(None, None, grouped=True) == Page(10, 0)


def test_minus_one_is_the_largest_page() -> None:
    assert page("-1", None) == Page(100, 0)
    assert page(-1, 50, grouped=True) == Page(19_950, 50)
    assert page(-1, 9_950) == Page(50, 9_950)


def test_zero_is_a_count() -> None:
    assert page("0", "5") == Page(0, 5)


def test_the_sum_is_bounded_inclusively() -> None:
    assert page(100, 9_900) == Page(100, 9_900)
    assert _message(100, 9_901) == (
        "Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected."
    )
    assert page(20_000, 0, grouped=True) == Page(20_000, 0)
    assert "20001 was found but <= 20000" in _message(20_000, 1, grouped=True)
    assert "10001 was found" in _message(-1, 10_001)


def test_the_limit_is_bounded() -> None:
    assert _message(1473) == LIMIT.format(1473, "-1 <= limit <= 100")
    assert _message(-2) == LIMIT.format(-2, "-1 <= limit <= 100")
    assert _message(20_001, grouped=True) == LIMIT.format(20001, "-1 <= limit <= 20000")


@pytest.mark.parametrize("text", ["abc", "1.5", "", "1_0", "\uff11", "9" * 5_000])
def test_what_is_no_number_is_told(text: str) -> None:
    assert _message(text) == LIMIT.format(text, "-1 <= limit <= 100")
    assert "Invalid value for offset API parameter" in _message(1, text)


def test_an_offset_is_not_negative() -> None:
    assert _message(1, -1) == (
        "Invalid value for offset API parameter: -1 was found but 0 <= offset is expected."
    )


def test_caps_are_values() -> None:
    assert page(None, None, caps=Caps(default=3, rows=30_000)) == Page(3, 0)
    assert "-1 <= limit <= 5 is expected" in _message(6, caps=Caps(rows=5))


def test_an_export_is_everything_unless_told() -> None:
    assert export_page(None, None) == Page(None, 0)
    assert export_page("-1", "3") == Page(None, 3)
    assert export_page(1_000_000, None) == Page(1_000_000, 0)
    with pytest.raises(Invalid, match="-1 <= limit is expected"):
        export_page(-2, None)


@given(st.integers(-5, 21_000), st.integers(-5, 21_000), st.booleans())
def test_a_page_never_reaches_beyond_the_caps(limit: int, offset: int, grouped: bool) -> None:
    largest, reach = (20_000, 20_000) if grouped else (100, 10_000)
    is_legal = -1 <= limit <= largest and offset >= 0 and offset + max(limit, 0) <= reach
    if not is_legal:
        assert _message(limit, offset, grouped=grouped)
        return
    found = page(limit, offset, grouped=grouped)
    assert found.limit is not None
    assert found.offset == offset
    assert found.limit <= largest
    assert found.offset + found.limit <= reach
