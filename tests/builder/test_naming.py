"""Technical names for whatever stands in a header."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.builder.naming import field_names


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("First Name", "first_name"),
        ("Prénom (élève)", "prenom_eleve"),
        ("Straße", "strasse"),
        ("Łódź/Ørsted", "lodz_orsted"),
        ("_id", "id"),
        ("2020", "column_2020"),
        ("", "column_1"),
        ("名前", "column_1"),
        ("  a--b  ", "a_b"),
        ("price$raw", "price_raw"),
    ],
)
def test_a_label_becomes_a_slug(label: str, name: str) -> None:
    assert field_names([label]) == (name,)


def test_the_same_label_again_gets_a_number() -> None:
    assert field_names(["a", "A", "a 2", "a"]) == ("a", "a_2", "a_2_2", "a_3")
    assert field_names(["", "column 1", ""]) == ("column_1", "column_1_2", "column_3")


@given(st.lists(st.text(max_size=20), max_size=20))
def test_names_are_different_and_never_a_system_column(labels: list[str]) -> None:
    names = field_names(labels)
    assert len(set(names)) == len(labels)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in names)
