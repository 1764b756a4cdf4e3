"""Lists of nodes, and addresses that lead to them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.support import ADMIN

from colonnade.core.nodes import asking, service, writing
from colonnade.core.nodes.model import Changes, Condition, Kind, Ordering
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.errors import Invalid, NotFound


def _made(portal: Portal, kind: Kind = Kind.DATASET, **said: Any) -> int:
    with portal.writing(ADMIN) as work:
        return writing.create(work, kind, Changes(**{"title": "A node", **said})).node.id


def _index(portal: Portal, actor: Actor = ANONYMOUS, *conditions: Condition, **more: Any) -> list[int]:
    with portal.reading(actor) as work:
        found = service.index(work, conditions, more.get("order", ()), offset=0, limit=1000)
        return [one.id for one in found]


COLUMNS = sorted(asking.COLUMNS)
OPERATORS = [
    "=",
    "!=",
    "<>",
    "<=>",
    "<",
    "<=",
    ">",
    ">=",
    "IN",
    "not  in",
    "LIKE",
    "NOT LIKE",
    "BETWEEN",
    "NOT BETWEEN",
    "IS",
    "IS NOT",
    "IS NULL",
    "IS NOT NULL",
]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.sampled_from(COLUMNS),
    operator=st.sampled_from(OPERATORS),
    values=st.lists(
        st.sampled_from(["1", "0", "-5", "9" * 30, "dataset", "%a%", "", "x'; --", "²", "1e3"]),
        min_size=1,
        max_size=3,
    ),
    order=st.lists(st.builds(Ordering, st.sampled_from(COLUMNS), st.booleans()), max_size=2),
)
def test_every_question_to_the_index_is_answered(
    portal: Portal, column: str, operator: str, values: list[str], order: list[Ordering]
) -> None:
    said = (*values, *values)[:2] if operator.endswith("BETWEEN") else tuple(values)
    _index(portal, ADMIN, Condition(column, operator, said), order=order)


@pytest.mark.parametrize(
    "asked",
    [
        Condition("items", "=", ("1",)),
        Condition("id", "REGEXP", ("1",)),
        Condition("id", "=", ()),
        Condition("id", "BETWEEN", ("1",)),
    ],
)
def test_a_question_to_the_index_that_there_is_not_is_refused(portal: Portal, asked: Condition) -> None:
    with pytest.raises(Invalid):
        _index(portal, ADMIN, asked)
    with pytest.raises(Invalid):
        _index(portal, ADMIN, order=[Ordering("secret")])


def test_lists_begin_with_what_is_pinned_and_new(portal: Portal) -> None:
    old = _made(portal, created=1_000)
    older, pinned = _made(portal, created=10), _made(portal, created=1, sticky=True)
    twin = _made(portal, created=1_000)
    found = [nid for nid in _index(portal) if nid in {old, older, pinned, twin}]
    assert found == [pinned, old, twin, older]


def test_addresses_lead_to_nodes(portal: Portal) -> None:
    nid = _made(portal, title="Led to")
    resource, page = _made(portal, Kind.RESOURCE, datasets=[nid]), _made(portal, Kind.PAGE)
    alone = _made(portal, Kind.RESOURCE)
    with portal.reading(ANONYMOUS) as work:
        for one in (nid, resource, page, alone):
            found = service.readable(work, one)
            assert service.by_alias(work, f"/{service.alias(work, found)}").node.id == one
        for path in (
            "dataset/none",
            "resource/none",
            "group/none",
            "node/x",
            f"node/{'9' * 5000}",
            "",
            "other/things",
        ):
            with pytest.raises(NotFound):
                service.by_alias(work, path)
        assert service.readable_by_uuid(work, service.readable(work, nid).node.uuid).node.id == nid
