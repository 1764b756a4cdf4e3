"""The index of nodes: pages, columns, conditions, orders (section 6 of the reference)."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dialects.dkan.support import Cast, told
from tests.support.house import House
from tests.support.saying import says

from colonnade.dialects.dkan import brackets, listing
from colonnade.errors import Invalid

KEYS = [
    *("nid", "vid", "type", "language", "title", "uid", "status", "created", "changed", "comment", "promote"),
    *("sticky", "tnid", "translate", "uuid", "uri"),
]
WRONG = (
    "Invalid query provided, double check that the fields and parameters you defined are correct and exist. "
)
NUMBER = 25


@pytest.fixture(scope="module")
def nids(people: Cast) -> list[str]:
    """Twenty-five nodes: eight resources among datasets; the titles begin with their numbers."""
    return [
        people.editor.node("resource" if number % 3 == 0 else "dataset", f"{number:02} of, many")
        for number in range(1, NUMBER + 1)
    ]


@pytest.fixture(scope="module")
def hidden(people: Cast, nids: list[str]) -> str:
    return people.editor.node("dataset", "Not yet", status="0")


def _ids(found: Any) -> list[str]:
    return [one["nid"] for one in found]


@says("dkan-6-item dkan-1.1-index")
def test_dkan_6_an_item_has_these_keys_in_this_order(people: Cast, nids: list[str]) -> None:
    found = people.stranger.shown("/node", **{"parameters[nid]": nids[0]})
    (item,) = found
    assert list(item) == KEYS
    assert all(isinstance(value, str) for value in item.values())
    uid = people.editor.post("/system/connect").json()["user"]["uid"]
    assert item | {"vid": "", "created": "", "changed": "", "uuid": ""} == {
        **dict.fromkeys(KEYS, "0"),
        "nid": nids[0],
        "vid": "",
        "type": "dataset",
        "language": "und",
        "title": "01 of, many",
        "uid": uid,
        "status": "1",
        "created": "",
        "changed": "",
        "uuid": "",
        "uri": f"http://testserver/api/dataset/node/{nids[0]}",
    }


def test_dkan_6_uri_is_in_the_requests_own_host(people: Cast, nids: list[str]) -> None:
    answer = people.stranger.ask("GET", "/node.json?pagesize=1", headers={"Host": "data.example.org"})
    assert answer.json()[0]["uri"].startswith("http://data.example.org/api/dataset/node/")


@pytest.mark.parametrize(
    ("params", "count"),
    [
        pytest.param({}, 20, id="dkan-6-pagesize-default"),
        pytest.param({"pagesize": 5}, 5, id="dkan-6-pagesize"),
        pytest.param({"pagesize": 100}, 20, id="dkan-6-pagesize-cut"),
        pytest.param({"pagesize": 0}, 0, id="dkan-6-pagesize-nothing"),
        pytest.param({"page": 999}, 0, id="dkan-6-page-past-the-end"),
        pytest.param({"page": 10**12, "pagesize": 20}, 0, id="dkan-6-page-far-past-the-end"),
    ],
)
@says("dkan-6-past-the-end")
def test_pages_have_a_size(people: Cast, nids: list[str], params: dict[str, Any], count: int) -> None:
    assert len(people.stranger.shown("/node", **params)) == count


@pytest.mark.parametrize(
    ("role", "is_unlimited"),
    [
        pytest.param("admin", True, id="dkan-14-unlimited-administrator"),
        pytest.param("manager", False, id="dkan-14-capped-manager"),
        pytest.param("editor", False, id="dkan-14-capped-editor"),
        pytest.param("member", False, id="dkan-14-capped-member"),
    ],
)
@says("dkan-6-pagesize-administrator")
def test_who_may_ask_for_more_than_twenty(
    people: Cast, nids: list[str], role: str, is_unlimited: bool
) -> None:
    found = getattr(people, role).shown("/node", pagesize=1000)
    assert (len(found) >= NUMBER) is is_unlimited


@says("dkan-6-order dkan-15.2 dkan-6-page")
def test_dkan_6_page_is_zero_based_and_the_newest_come_first(people: Cast, nids: list[str]) -> None:
    def numbers(page: int) -> list[int]:
        return [int(one["created"]) for one in people.stranger.shown("/node", page=page, pagesize=10)]

    pages = [_ids(people.stranger.shown("/node", page=page, pagesize=10)) for page in range(3)]
    assert [len(one) for one in pages][:2] == [10, 10]
    assert len({nid for page in pages for nid in page}) == sum(map(len, pages))
    created = [*numbers(0), *numbers(1)]
    assert created == sorted(created, reverse=True)
    assert _ids(people.stranger.shown("/node", pagesize=10)) == pages[0]


def test_dkan_6_sticky_nodes_come_first(people: Cast, nids: list[str]) -> None:
    assert people.editor.put(f"/node/{nids[3]}", {"sticky": "1"}).status_code == 200
    assert _ids(people.stranger.shown("/node", pagesize=1)) == [nids[3]]
    assert people.editor.put(f"/node/{nids[3]}", {"sticky": "0"}).status_code == 200


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        pytest.param("title,nid", ["nid", "title", "uri"], id="dkan-6-fields"),
        pytest.param("*", KEYS, id="dkan-6-fields-all"),
        pytest.param("title", ["title", "uri"], id="dkan-6-fields-uri-without-nid"),
        pytest.param("nid,uri,type", ["nid", "type", "uri"], id="dkan-6-fields-uri"),
    ],
)
def test_columns_are_chosen(people: Cast, nids: list[str], fields: str, keys: list[str]) -> None:
    (item,) = people.stranger.shown("/node", fields=fields, pagesize=1)
    assert list(item) == keys
    assert "/api/dataset/node/" in item["uri"]


ORDER = {"options[orderby][nid]": "asc"}
CONDITIONS = [
    pytest.param({"parameters[nid]": "{0}"}, [0], id="dkan-6-parameters"),
    pytest.param({"parameters[nid]": "{0},{2}"}, [0, 2], id="dkan-6-parameters-list"),
    pytest.param({"parameters[nid][]": "{1}"}, [1], id="dkan-6-parameters-brackets"),
    pytest.param({"parameter[nid]": "{0}"}, [0], id="dkan-6-parameter-without-s"),
    pytest.param({"parameters[title]": '"01 of, many"'}, [0], id="dkan-6-parameters-quoted"),
    pytest.param({"parameters[title]": "01 of, many"}, [], id="dkan-6-parameters-title-with-commas"),
    pytest.param({"parameters[nid]": "{0}", "parameters[type]": "resource"}, [], id="dkan-6-parameters-and"),
    pytest.param({"parameters[nid]": "many"}, [], id="dkan-6-parameters-no-number"),
    *(
        pytest.param({f"parameters[{column}]": ""}, [], id=f"dkan-6-parameters-empty-{column}")
        for column in ("title", "uuid", "language", "nid")
    ),
    pytest.param({"parameters[title]": '"01 OF, Many"'}, [0], id="dkan-6-parameters-case-title"),
    pytest.param(
        {"parameters[nid]": "{0},{2}", "parameters[type]": "Resource"}, [2], id="dkan-6-parameters-case-type"
    ),
    pytest.param(
        {"parameters[nid]": "{0}", "parameters[language]": "UND"}, [0], id="dkan-6-parameters-case-language"
    ),
    pytest.param(
        {
            "parameters[nid]": "{0},{1}",
            "parameters[title]": '"01 OF, MANY"',
            "options[parameters_op][title]": "<>",
        },
        [1],
        id="dkan-6-parameters_op-case",
    ),
    pytest.param({"parameters[nid]": "{0}", "parameters[status]": "0"}, [], id="dkan-6-status-of-readers"),
    *(
        pytest.param(
            {
                "parameters[nid]": "{1}",
                "options[parameters_op][nid]": operator,
                "parameters[title]": '"%of, many"',
            }
            | {"options[parameters_op][title]": "LIKE"},
            found,
            id=f"dkan-6-parameters_op-{name}",
        )
        for operator, name, found in [
            ("=", "equal", [1]),
            ("<=>", "equal-null", [1]),
            ("<", "less", [0]),
            ("<=", "at-most", [0, 1]),
            (">", "greater", list(range(2, NUMBER))),
            (">=", "at-least", list(range(1, NUMBER))),
            ("!=", "not", [0, *range(2, NUMBER)]),
            ("<>", "unequal", [0, *range(2, NUMBER)]),
            ("IN", "in", [1]),
            ("NOT IN", "not-in", [0, *range(2, NUMBER)]),
            ("LIKE", "like", [1]),
            ("IS NOT", "is-not", list(range(NUMBER))),
            ("IS", "is", []),
        ]
    ),
    pytest.param(
        {"parameters[nid]": "{0},{2}", "options[parameters_op][nid]": "BETWEEN"},
        [0, 1, 2],
        id="dkan-6-parameters_op-between",
    ),
    pytest.param(
        {
            "parameters[title]": '"01%"',
            "options[parameters_op][title]": "NOT LIKE",
            "parameters[type]": "resource",
        },
        list(range(2, NUMBER, 3)),
        id="dkan-6-parameters_op-not-like",
    ),
]


@pytest.mark.parametrize(("params", "found"), CONDITIONS)
@says("dkan-15.15 dkan-15.3")
def test_conditions_choose_nodes(
    people: Cast, nids: list[str], params: dict[str, str], found: list[int]
) -> None:
    sent = {name: value.format(*nids) for name, value in params.items()}
    expected = [nids[place] for place in found]
    assert _ids(people.admin.shown("/node", pagesize=100, fields="nid", **sent, **ORDER)) == expected


@pytest.mark.parametrize("column", ["uuid", "vid", "nid"])
@says("dkan-6-lookups")
def test_dkan_6_what_clients_look_up(people: Cast, nids: list[str], column: str) -> None:
    (item,) = people.stranger.shown("/node", **{"parameters[nid]": nids[4]})
    assert people.stranger.shown("/node", **{f"parameters[{column}]": item[column]}) == [item]


@pytest.mark.parametrize(
    ("direction", "is_reversed"),
    [
        pytest.param("asc", False, id="dkan-6-orderby-asc"),
        pytest.param("DESC", True, id="dkan-6-orderby-desc"),
    ],
)
def test_an_order_is_asked_for(people: Cast, nids: list[str], direction: str, is_reversed: bool) -> None:
    found = people.admin.shown(
        "/node", pagesize=100, **{"parameters[nid]": ",".join(nids), "options[orderby][title]": direction}
    )
    assert _ids(found) == sorted(nids, key=int, reverse=is_reversed)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"parameters[field_tags]": "x"}, "no column field_tags", id="dkan-4-index-column"),
        pytest.param({"fields": "nid,nothing"}, "no column nothing", id="dkan-4-index-field"),
        pytest.param({"options[orderby][body]": "asc"}, "no column body", id="dkan-4-index-order"),
        pytest.param({"options[orderby][nid]": "up"}, "must be asc or desc", id="dkan-4-index-direction"),
        pytest.param(
            {"parameters[nid]": "1", "options[parameters_op][nid]": "; DROP TABLE node"},
            "There is no operator ; DROP TABLE node.",
            id="dkan-4-index-operator",
        ),
        pytest.param(
            {"parameters[nid]": "2", "options[parameters_op][nid]": "between"},
            "BETWEEN takes two values (id).",
            id="dkan-4-index-between",
        ),
        pytest.param({"page": "-1"}, "page must be a whole number.", id="dkan-4-index-page"),
        pytest.param({"pagesize": "many"}, "pagesize must be", id="dkan-4-index-pagesize"),
        pytest.param({"parameters": "x"}, "parameters needs a name in brackets.", id="dkan-4-index-brackets"),
        pytest.param({"parameters[nid][a][b]": "x"}, "too many brackets", id="dkan-4-index-many-brackets"),
        pytest.param(
            {"fields[a][b]": "x"}, "fields has too many brackets", id="dkan-4-index-fields-brackets"
        ),
        pytest.param({"parameters[nid]": "1," * 6000}, "at most 5,000 values", id="dkan-4-index-values"),
        pytest.param(
            {"parameters[title]": "1," * 200, "options[parameters_op][title]": "like"},
            "like compares at most 100 values (parameters[title]).",
            id="dkan-4-index-compared",
        ),
    ],
)
@says("dkan-4-bad-index dkan-6-unknown-column")
def test_a_question_that_is_wrong_is_406(people: Cast, params: dict[str, str], message: str) -> None:
    status, body = told(people.stranger.get("/node", **params))
    assert status == 406
    (said,) = body
    assert said.startswith(WRONG)
    assert message in said


@pytest.mark.parametrize(
    ("role", "is_shown"),
    [
        pytest.param("stranger", False, id="dkan-6-unpublished-anonymous"),
        pytest.param("member", False, id="dkan-6-unpublished-member"),
        pytest.param("manager", True, id="dkan-6-unpublished-administers"),
    ],
)
def test_what_is_not_published_is_for_few(people: Cast, hidden: str, role: str, is_shown: bool) -> None:
    found = getattr(people, role).shown("/node", **{"parameters[nid]": hidden, "parameters[status]": "0"})
    assert _ids(found) == ([hidden] if is_shown else [])


@says("dkan-6-types")
def test_dkan_6_datasets_of_all_doors_are_nodes_and_restricted_ones_are_not(
    house: House, people: Cast
) -> None:
    made = house.published("a\n1\n", metadata={"default": {"title": {"value": "Made elsewhere"}}})
    asked = {"parameters[title]": "Made elsewhere"}
    (found,) = people.stranger.shown("/node", **asked)
    assert (found["type"], found["status"]) == ("dataset", "1")
    house.restrict(made["uid"], is_restricted=True)
    assert people.stranger.shown("/node", **asked) == []
    assert _ids(people.admin.shown("/node", **asked)) == [found["nid"]]


def test_long_lists_are_asked_as_one_question(people: Cast, nids: list[str]) -> None:
    asked = {"parameters[nid]": ",".join([*nids, *(["999999"] * 1000)]), **ORDER}
    assert _ids(people.admin.shown("/node", pagesize=100, **asked)) == nids


@says("dkan-6-unknown-argument")
def test_dkan_6_unknown_parameters_are_ignored(people: Cast, nids: list[str]) -> None:
    assert len(people.stranger.shown("/node", nothing="x", **{"parameters[nid]": nids[0]})) == 1


def test_dkan_6_an_empty_list_in_yaml_is_a_line(people: Cast) -> None:
    answer = people.stranger.get("/node.yaml", page=999)
    assert (answer.status_code, answer.text) == (200, "---\n")


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(
            ["page", "fields", "parameters[nid]", "parameters[]", "options[orderby][nid]", "parameters[x]"]
        ),
        st.text('0a,"*[]\n', max_size=6),
        max_size=3,
    )
)
def test_every_question_is_understood_or_refused(params: dict[str, str]) -> None:
    query = brackets.nested(params.items())
    with suppress(Invalid):
        assert listing.question(query, is_unlimited=False).limit == listing.PAGE_SIZE
