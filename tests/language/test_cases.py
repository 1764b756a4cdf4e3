"""Every case of the language: what is asked, and what comes back."""

from collections import Counter

import pytest
from tests.language.support import Answer, Case, Portal, all_cases, query_of, read_json

from colonnade.errors import Invalid

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_query_has_its_answer(portal: Portal, case: Case) -> None:
    if "error" in case.expected:
        _is_refused(portal, case)
        return
    answer = portal.ask(query_of(case.asked))
    expected = _expected_rows(case)
    assert answer.rows == expected
    assert answer.total == int(case.expected.get("total", [str(len(expected))])[0])
    _holds_what_its_names_say(answer)


def _is_refused(portal: Portal, case: Case) -> None:
    code, _, words = case.expected["error"][0].partition(" ")
    with pytest.raises(Invalid) as caught:
        portal.ask(query_of(case.asked))
    assert caught.value.code == code
    assert words in caught.value.message


def _expected_rows(case: Case) -> list[list[object]]:
    if "ids" in case.expected:
        return [[int(one)] for one in case.expected["ids"][0].split()]
    return [read_json(one) for one in case.expected.get("row", ())]


def _holds_what_its_names_say(answer: Answer) -> None:
    assert len(set(answer.names)) == len(answer.names)
    assert all(len(row) == len(answer.names) for row in answer.rows)


def test_names_of_cases_are_told_apart() -> None:
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
    assert len(CASES) > 700


def test_every_case_expects_something() -> None:
    assert [case.name for case in CASES if not case.expected] == []
