"""ODSQL's texts and their trees."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.query.support import Case, cases, shown, written

from colonnade.errors import Invalid
from colonnade.query.odsql import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.odsql.functions import FUNCTIONS
from colonnade.query.tree import (
    And,
    Arithmetic,
    ArithmeticOp,
    Between,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    In,
    IsNull,
    Like,
    Literal,
    MatchMode,
    Not,
    Or,
    StartsWith,
    TextMatch,
)
from colonnade.query.walk import MAX_DEPTH, depth

PARSERS = {
    "where": parse_where,
    "select": parse_select,
    "group_by": parse_group_by,
    "order_by": parse_order_by,
}


def _check(clause: str, text: str, expected: str) -> None:
    if expected.startswith("!"):
        with pytest.raises(Invalid) as caught:
            PARSERS[clause](text)
        assert expected[1:].strip() in caught.value.message
        assert caught.value.facts["clause"] == clause
    else:
        assert shown(PARSERS[clause](text)) == expected


@pytest.mark.parametrize("case", cases("where.txt"), ids=lambda case: case.text)
def test_a_condition_means_its_tree(case: Case) -> None:
    _check("where", case.text, case.expected)


@pytest.mark.parametrize("case", cases("clauses.txt"), ids=lambda case: case.text)
def test_a_clause_means_its_items(case: Case) -> None:
    clause, _, text = case.text.partition(": ")
    _check(clause, text, case.expected)


def test_a_syntax_error_carries_its_place() -> None:
    with pytest.raises(Invalid) as caught:
        parse_where("garbage==")
    assert caught.value.code == "odsql.syntax"
    assert caught.value.facts == {"clause": "where", "position": 8, "token": "="}


def test_an_error_at_the_end_carries_the_length_as_its_place() -> None:
    with pytest.raises(Invalid) as caught:
        parse_where("a = ")
    assert caught.value.facts == {"clause": "where", "position": 4, "token": "end of line"}


def test_white_space_is_free_between_tokens() -> None:
    assert parse_where("a\n=\t1\r\n  and b=2") == parse_where("a = 1 and b = 2")


def test_an_offset_is_not_part_of_a_tree() -> None:
    assert parse_where("  a = 1") == parse_where("a = 1")


def test_nodes_know_their_offset() -> None:
    expr = parse_where("a = 1 and  not b")
    assert isinstance(expr, And)
    assert [one.at for one in expr.terms] == [0, 11]


@pytest.mark.parametrize("text", ["(" * 9_000 + "a" + ")" * 9_000, " or ".join(["a = 1"] * 5_000)])
def test_long_texts_that_are_not_deep_are_fine(text: str) -> None:
    assert depth(parse_where(text)) <= 3


@pytest.mark.parametrize("text", ["not " * 19_000 + "a", "not (a or " * 3_500 + "b" + ")" * 3_500])
def test_deep_texts_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match=f"nested {MAX_DEPTH} levels"):
        parse_where(text)


@pytest.mark.parametrize("text", ["(" * 90_000, "not " * 24_000, "a" * 100_001, "'" * 99_999, "\\" * 99_999])
def test_hostile_texts_are_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        parse_where(text)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_grammar_knows_every_function_of_the_table(name: str) -> None:
    code = ""
    try:
        parse_where(f"{name.upper()} ()")
    except Invalid as error:
        code = error.code
    assert code in {"", "odsql.semantic"}


_WORDS = st.sampled_from(
    [
        "a",
        "`b",
        "c`",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "true",
        "as",
        "desc",
        "date'2017'",
        "date",
        "count(*)",
        "search(",
        "(",
        ")",
        ",",
        "=",
        "<",
        ":",
        "'x'",
        '"y"',
        "1",
        ".5",
        "-",
        "+",
        "*",
        "..",
        "`",
        "'",
        "\\",
        "é",
        "range(",
        "]1, 2[",
        "1 day",
        "json_format(",
        "percentile(a, 5)",
        "now(days=-1)",
        "random(1)",
        "include(a*)",
        "median(",
        "distinct",
        "ifnull(",
        "date_format(",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(_WORDS).map(" ".join), st.lists(_WORDS).map("".join)))
def test_any_text_is_a_tree_or_invalid(text: str) -> None:
    for clause, parse in PARSERS.items():
        is_right = True
        try:
            parse(text)
        except Invalid as error:
            is_right = error.facts["clause"] == clause and _is_there(text, error)
        assert is_right


def _is_there(text: str, error: Invalid) -> bool:
    """Whether a syntax error names a token that stands where it says, as its message does."""
    if error.code == "odsql.semantic":
        return True
    token, position = str(error.facts["token"]), int(str(error.facts["position"]))
    told = f"unexpected {token} at position {position} in {text}. Clause(s) containing"
    if error.code != "odsql.syntax" or told not in error.message:
        return False
    return text[position:].startswith(token) or (token == "end of line" and position == len(text))


def _chain(first: Expr, rest: list[tuple[ArithmeticOp, Expr]]) -> Expr:
    """One precedence in one chain, as the parser has it."""
    sums = {ArithmeticOp.ADD, ArithmeticOp.SUBTRACT}
    is_sum = rest[0][0] in sums
    return Arithmetic(first, tuple((op, one) for op, one in rest if (op in sums) is is_sum))


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_FIELDS = st.builds(FieldRef, _NAMES)
_DATES = st.one_of(
    st.dates(min_value=dt.date(1000, 1, 1)),
    st.datetimes(min_value=dt.datetime(1000, 1, 1)),
    st.datetimes(min_value=dt.datetime(1000, 1, 2), timezones=st.just(dt.UTC)),
)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    _DATES,
)
_LITERALS = st.builds(Literal, _VALUES)


def test_a_clause_has_so_many_words_and_no_more() -> None:
    """A list of 5,000 values passes; what would keep a processor busy for seconds is told before it is parsed."""
    assert isinstance(parse_where("n in (" + "1, " * 9_900 + "1)"), In)
    assert isinstance(parse_where("'" + "x " * 40_000 + "'"), TextMatch)
    for text in ("n in (" + "1," * 40_000 + "1)", " or ".join(["a = 1"] * 11_000), "a " * 21_000):
        with pytest.raises(Invalid, match="The text has more than 20000 words and signs") as caught:
            parse_where(text)
        assert caught.value.code == "odsql.semantic"


_OPERANDS = st.one_of(_FIELDS, _LITERALS)
_PLACES = st.one_of(st.none(), st.lists(_NAMES, min_size=1, max_size=3).map(tuple))
_RESTS = st.lists(st.tuples(st.sampled_from(ArithmeticOp), _OPERANDS), min_size=1, max_size=3)
_COMPUTED = st.one_of(
    st.builds(lambda one: Call("lower", (one,)), _OPERANDS),
    st.builds(_chain, _OPERANDS, _RESTS),
)
_LEAVES = st.one_of(
    _FIELDS,
    st.builds(Compare, st.sampled_from(CompareOp), _OPERANDS, _OPERANDS),
    st.builds(In, _FIELDS, st.lists(_LITERALS, min_size=1, max_size=4).map(tuple)),
    st.builds(IsNull, _FIELDS, st.booleans()),
    st.builds(TextMatch, _NAMES),
    st.builds(TextMatch, _NAMES, _PLACES, st.sampled_from([MatchMode.FUZZY, MatchMode.PREFIXES])),
    st.builds(StartsWith, _NAMES, _PLACES),
    st.builds(Like, _FIELDS, _NAMES),
    st.builds(Between, _OPERANDS, _OPERANDS, _OPERANDS, st.booleans(), st.booleans()),
    st.builds(Compare, st.sampled_from(CompareOp), _COMPUTED, _COMPUTED),
)


def _larger(terms: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(terms, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, terms))


@settings(deadline=None)
@given(st.recursive(_LEAVES, _larger, max_leaves=12))
def test_a_tree_written_as_text_is_read_as_the_same_tree(expr: Expr) -> None:
    assert parse_where(written(expr)) == expr
