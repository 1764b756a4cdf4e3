"""How much of a dataset an actor sees: a table of cases, and what holds for all rulesets."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.core.datasets.security import FULL, SEE_ALL, Access, Rules, Security, access, shared
from colonnade.core.work import ANONYMOUS, Actor
from colonnade.query.schema import Field, FieldType, Schema

SIGNED_IN = Actor("ann", 7, frozenset({"members"}))
SEEING_ALL = Actor("eve", 8, frozenset({"members"}), frozenset({SEE_ALL}))
WEAK_KEY = Actor("ann", 7, frozenset({"members"}), key_permissions=frozenset())
ALL = Security()
HIDDEN = Security(is_data_visible=False)


def only(*fields: str, where: str = "") -> Security:
    return Security(visible_fields=fields, filter_query=where)


def where(text: str) -> Security:
    return Security(filter_query=text)


def sees(fields: set[str] | None = None, filters: tuple[str, ...] | None = None) -> Access:
    return Access(True, None if fields is None else frozenset(fields), filters)


METADATA_ONLY = Access(data_visible=False)

CASES: list[tuple[str, Actor, bool, Security, Rules, Access | None]] = [
    ("anonymous, open", ANONYMOUS, False, ALL, Rules(), FULL),
    ("anonymous, open, hidden records", ANONYMOUS, False, HIDDEN, Rules(), METADATA_ONLY),
    ("anonymous, open, some fields", ANONYMOUS, False, only("a"), Rules(), sees({"a"})),
    ("anonymous, open, no field", ANONYMOUS, False, only(), Rules(), sees(set())),
    ("anonymous, open, a filter", ANONYMOUS, False, where("a=1"), Rules(), sees(None, ("a=1",))),
    ("anonymous, restricted: the default is inert", ANONYMOUS, True, ALL, Rules(), None),
    ("no ruleset, open", SIGNED_IN, False, only("a"), Rules(), sees({"a"})),
    ("no ruleset, restricted", SIGNED_IN, True, ALL, Rules(), None),
    ("a ruleset replaces the default", SIGNED_IN, False, ALL, Rules([only("b")]), sees({"b"})),
    ("a ruleset on a restricted one", SIGNED_IN, True, ALL, Rules([only("b")]), sees({"b"})),
    ("a ruleset that hides the records", SIGNED_IN, True, ALL, Rules([HIDDEN]), METADATA_ONLY),
    ("visible if any says so", SIGNED_IN, True, ALL, Rules([HIDDEN, ALL]), FULL),
    (
        "what hides the records adds no fields",
        SIGNED_IN,
        True,
        ALL,
        Rules([Security(is_data_visible=False, visible_fields=("z",)), only("a")]),
        sees({"a"}),
    ),
    ("fields are united", SIGNED_IN, True, ALL, Rules([only("a"), only("b", "c")]), sees({"a", "b", "c"})),
    ("all fields win", SIGNED_IN, True, ALL, Rules([only("a"), ALL]), FULL),
    ("no field and some", SIGNED_IN, True, ALL, Rules([only(), only("a")]), sees({"a"})),
    (
        "records are of any filter",
        SIGNED_IN,
        True,
        ALL,
        Rules([where("a=1"), where("a=2"), where("a=1")]),
        sees(None, ("a=1", "a=2")),
    ),
    ("no filter wins", SIGNED_IN, True, ALL, Rules([where("a=1"), only("b")]), sees()),
    ("who sees all sees all", SEEING_ALL, True, HIDDEN, Rules([HIDDEN, only()]), FULL),
    ("who sees all of this dataset", SIGNED_IN, True, ALL, Rules([HIDDEN], frozenset({SEE_ALL})), FULL),
    (
        "a key that may not see all",
        WEAK_KEY,
        True,
        ALL,
        Rules([only("a")], frozenset({SEE_ALL})),
        sees({"a"}),
    ),
    (
        "other permissions show nothing",
        SIGNED_IN,
        True,
        ALL,
        Rules([HIDDEN], frozenset({"edit_dataset"})),
        METADATA_ONLY,
    ),
]


@pytest.mark.parametrize(
    ("actor", "is_restricted", "default", "rules", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_the_decision(
    actor: Actor, is_restricted: bool, default: Security, rules: Rules, expected: Access | None
) -> None:
    assert access(actor, is_restricted=is_restricted, default=default, rules=rules) == expected


def test_a_star_among_the_fields_is_all_of_them() -> None:
    assert Security.from_json({"visible_fields": ["*"]}).visible_fields is None
    assert Security.from_json({"visible_fields": ["a", "*"]}).visible_fields is None
    assert Security.from_json({"visible_fields": []}).visible_fields == ()
    assert Security.from_json({}) == ALL


names = st.sampled_from(["a", "b", "c"])
securities = st.builds(
    Security,
    is_data_visible=st.booleans(),
    visible_fields=st.none() | st.lists(names, unique=True).map(tuple),
    filter_query=st.sampled_from(["", "a=1", "b=2"]),
)
some = st.lists(securities, max_size=4)
permissions = st.frozensets(st.sampled_from([SEE_ALL, "edit_dataset"]))


def _held(rules: Sequence[Security], granted: frozenset[str] = frozenset(), *, restricted: bool) -> Access:
    found = access(SIGNED_IN, is_restricted=restricted, default=ALL, rules=Rules(rules, granted))
    assert found is not None
    return found


def _shows_at_least(more: Access, less: Access) -> bool:
    if not less.data_visible:
        return True
    fields = more.visible_fields is None or (
        less.visible_fields is not None and less.visible_fields <= more.visible_fields
    )
    filters = more.filters is None or (less.filters is not None and set(less.filters) <= set(more.filters))
    return more.data_visible and fields and filters


@given(securities)
def test_what_is_kept_comes_back(one: Security) -> None:
    assert Security.from_json(one.to_json()) == one


@given(some.filter(len), securities, permissions, st.booleans())
def test_one_more_ruleset_never_shows_less_to_who_holds_one(
    held: list[Security], more: Security, granted: frozenset[str], restricted: bool
) -> None:
    before = _held(held, restricted=restricted)
    assert _shows_at_least(_held([*held, more], granted, restricted=restricted), before)


@given(some.filter(len), st.booleans())
def test_the_order_of_rulesets_does_not_matter(held: list[Security], restricted: bool) -> None:
    one, two = _held(held, restricted=restricted), _held(held[::-1], restricted=restricted)
    assert _shows_at_least(one, two)
    assert _shows_at_least(two, one)


@given(some, securities, permissions)
def test_a_restricted_dataset_shows_nothing_that_the_same_open_one_hides(
    held: list[Security], default: Security, granted: frozenset[str]
) -> None:
    rules = Rules(held, granted)
    restricted = access(SIGNED_IN, is_restricted=True, default=default, rules=rules)
    is_open = access(SIGNED_IN, is_restricted=False, default=default, rules=rules)
    assert is_open is not None
    assert restricted is None or restricted == is_open


@given(some.filter(len), securities, permissions, st.booleans())
def test_a_weaker_key_never_shows_more(
    held: list[Security], default: Security, granted: frozenset[str], restricted: bool
) -> None:
    rules = Rules(held, granted)
    weak = access(WEAK_KEY, is_restricted=restricted, default=default, rules=rules)
    strong = access(SIGNED_IN, is_restricted=restricted, default=default, rules=rules)
    assert weak is None or (strong is not None and _shows_at_least(strong, weak))


@given(some.filter(len))
def test_what_all_share_is_no_more_than_any_holder_sees(held: list[Security]) -> None:
    least = shared(held)
    for one in held:
        if least.data_visible:
            assert _shows_at_least(_held([one], restricted=True), Access(True, least.visible_fields, ()))
        if least.filters is None and least.data_visible:
            assert not one.filter_query


def test_the_visible_fields_of_a_table() -> None:
    whole = Schema(tuple(Field(name, name, FieldType.TEXT) for name in "abc"))
    assert FULL.visible(whole) == whole
    assert sees({"c", "a", "gone"}).visible(whole).names == ("a", "c")
    assert sees(set()).visible(whole).names == ()
    assert METADATA_ONLY.visible(whole).names == ()
