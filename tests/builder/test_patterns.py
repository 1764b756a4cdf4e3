"""Regular expressions in Python's syntax, on the engine: what is translated means the same, what cannot be is refused."""

import re

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from colonnade.builder.steps.patterns import pattern, replacement

_CELLS = st.text(st.sampled_from("ab1_ é٣-\n\t.[]{}x\\µß"), max_size=12)
_ATOMS = st.sampled_from(
    [
        *(
            "a",
            "b",
            "é",
            "1",
            ".",
            r"\d",
            r"\D",
            r"\w",
            r"\W",
            r"\s",
            r"\S",
            r"\.",
            r"\[",
            r"\x61",
            r"\u00e9",
        ),
        *(
            "[ab]",
            "[^ab]",
            r"[\w-]",
            r"[^\W\d_]",
            r"[\W_]",
            r"[\S]",
            r"[^\S\n]",
            r"[^\s1]",
            r"[]a]",
            r"[^]a]",
        ),
        *("[[.]", "[a-é]", "{", "}", "]", "x{,2}", "{a}", "(?i:A)", "(?:ab|b)"),
    ]
)
_REPEATS = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,}", "{,3}", "{1,2}?", "*?", "+?", "??"])
_GROUPED = st.sampled_from(["%s", "%s", "(%s)", "(?P<name>%s)", "(?:%s)"])


@st.composite
def _expressions(draw: st.DrawFn) -> str:
    parts = [
        draw(_GROUPED).replace("?P<name>", f"?P<n{number}>") % draw(_ATOMS) + draw(_REPEATS)
        for number in range(draw(st.integers(1, 4)))
    ]
    text = "".join(parts)
    return draw(st.sampled_from(["%s", "%s", "^%s", "%s$", r"\A%s", r"%s\Z", "%s|b"])) % text


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def _replaced(engine: duckdb.DuckDBPyConnection, expression: str, new: str, cell: str, **flags: bool) -> str:
    found = pattern(expression, **flags)
    by = replacement(found, new)
    row = engine.execute(
        "SELECT regexp_replace($cell, $re2, $by, 'g')", {"cell": cell, "re2": found.re2, "by": by.rewrite}
    ).fetchone()
    assert row is not None
    return str(row[0])


@settings(max_examples=300)
@given(
    expression=_expressions(),
    cell=_CELLS,
    case_insensitive=st.booleans(),
    multiline=st.booleans(),
    dotall=st.booleans(),
)
def test_a_replacement_is_pythons(
    engine: duckdb.DuckDBPyConnection,
    expression: str,
    cell: str,
    case_insensitive: bool,
    multiline: bool,
    dotall: bool,
) -> None:
    """But for empty matches right after another one, and for a `$` before the last line's end."""
    flags = {"case_insensitive": case_insensitive, "multiline": multiline, "dotall": dotall}
    try:
        compiled = pattern(expression, **flags).compiled
    except ValueError:
        assume(False)
    assume(multiline or not cell.endswith("\n"))
    assume(all(found[0] for found in compiled.finditer(cell)))
    assert _replaced(engine, expression, r"<\g<0>>", cell, **flags) == compiled.sub(r"<\g<0>>", cell)


@pytest.mark.parametrize(
    ("expression", "new", "cell", "expected"),
    [
        ("[0-9]{3}$", "", "44100", "44"),
        (r"(\d+) (?P<street>\w+)", r"\g<street> \1", "12 Église", "Église 12"),
        (r"\bno\b", "yes", "no, not no", "yes, not yes"),
        (r"[^\W_]+", "x", "été_2", "x_x"),
        (r"\N{BULLET}\ ?", "", "• a •b", "a b"),
        (r"\0|\012|\x41", "-", "A\nb", "--b"),
        (r"a(?#nothing)b", r"\\ \. \t|", "ab", "\\ \\. \t|"),
        ("(?i)É", "e", "é", "e"),
        (r"(a)?b", r"[\1]", "b", "[]"),
        ("[]-]", "", "a]-b", "ab"),
        (r"[\b]", "", "a\bb", "ab"),
        (r"x{,2}y", "z", "xxxy", "xz"),
        ("a{,}b", "z", "aaab", "z"),
        (r"[^\d\D]", "z", "ab", "ab"),
    ],
)
def test_what_python_writes_is_understood(
    engine: duckdb.DuckDBPyConnection, expression: str, new: str, cell: str, expected: str
) -> None:
    assert re.sub(expression, new, cell) == expected
    assert _replaced(engine, expression, new, cell) == expected


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("(", "no regular expression"),
        ("a(?=b)", "Looking ahead"),
        ("(?!b)a", "Looking ahead"),
        ("(?<=b)a", "Looking behind"),
        ("(?<!b)a", "Looking behind"),
        (r"(a)\1", "References back"),
        ("(?P<x>a)(?P=x)", "References back"),
        ("(a)?(?(1)b|c)", "Conditions"),
        ("(?>a)", "Atomic"),
        ("a++", "Possessive"),
        ("(?x)a b", "flag x"),
        ("(?a:a)", "flag a"),
        ("a{2000}", "more than the engine takes"),
        ("((a{100}){100}){100}", "more than the engine takes"),
        ("(" * 1_000 + ")" * 1_000, "no regular expression"),
        ("a" * 2_001, "at most 2,000 characters"),
    ],
)
def test_what_the_engine_cannot_do_is_refused_with_a_reason(expression: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        pattern(expression)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (r"\2", "no group 2"),
        (r"\g<2>", "no group 2"),
        (r"\g<nope>", "no group nope"),
        (r"\g<nope", "says nothing"),
        (r"\q", "says nothing"),
        ("a\\", "says nothing"),
        (r"\0", "in no text"),
    ],
)
def test_a_replacement_that_is_none_is_refused(new: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        replacement(pattern("(a)"), new)


def test_only_nine_groups_can_be_repeated() -> None:
    many = pattern("(a)" * 10)
    assert replacement(many, r"\9").references == 1
    with pytest.raises(ValueError, match="first 9 groups"):
        replacement(many, r"\10")


def test_an_expression_is_checked_without_being_tried() -> None:
    hard = pattern("(?:a*b*)*" * 200)
    assert replacement(hard, "x").rewrite == "x"


def test_an_expression_that_explodes_elsewhere_takes_no_time(engine: duckdb.DuckDBPyConnection) -> None:
    assert _replaced(engine, "(a+)+$", "x", "a" * 50_000 + "b") == "a" * 50_000 + "b"
