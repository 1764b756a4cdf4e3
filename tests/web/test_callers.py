"""Who sees what on pages: exactly what the doors let them see."""

from dataclasses import dataclass

import pytest
from tests.support.house import ADMIN_KEY, ANONYMOUS, House, Person
from tests.web.support import answer, metadata, page, parsed, rows, titles

from colonnade.core.alerts import service as alerts
from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.people import accounts, passwords, sessions
from colonnade.core.people import service as people
from colonnade.core.work import SYSTEM

PEOPLE = "name,city,salary\nAda,Paris,1111\nBob,Paris,2222\nEve,Rome,5555\n"
PATH = "/explore/dataset/people/"
WHOLE = [["Ada", "Paris", "1111"], ["Bob", "Paris", "2222"], ["Eve", "Rome", "5555"]]
CSRF = "c" * 32
SECRET = ("salary", "1111", "2222", "5555")


@dataclass(frozen=True)
class Cast:
    """A restricted dataset, and those who may see all of it, some of it, only what it is, and nothing."""

    knowing: dict[str, Person]
    strangers: dict[str, Person]


@pytest.fixture(scope="module")
def cast(house: House) -> Cast:
    made = house.published(
        PEOPLE,
        dataset_id="people",
        is_restricted=True,
        metadata=metadata("Secret people", keyword=["hush"], theme=["Staff"], publisher="Payroll"),
    )
    uid = made["uid"]
    parisian, blind, explorer = house.person(), house.person(), house.person()
    house.give(uid, parisian, filter_query="city = 'Paris'", visible_fields=["name", "city"])
    house.give(uid, blind, is_data_visible=False)
    house.give(uid, explorer, ["explore_restricted_dataset"])
    knowing = {
        "administrator": house.admin,
        "parisian": parisian,
        "blind": blind,
        "explorer": explorer,
        "inspector": house.person(["explore_restricted_dataset"]),
    }
    strangers = {
        "anonymous": ANONYMOUS,
        "stranger": house.person(),
        "weak key": house.person(["explore_restricted_dataset"], key_permissions=["create_page"]),
    }
    return Cast(knowing, strangers)


@pytest.mark.parametrize("who", ["administrator", "parisian", "blind", "explorer", "inspector"])
def test_who_may_know_of_a_restricted_dataset_finds_it(house: House, cast: Cast, who: str) -> None:
    person = cast.knowing[who]
    assert titles(page(house, "/", person, q="secret")) == ["Secret people"]
    assert page(house, PATH, person).one("h1").text == "Secret people"
    assert answer(house, "/", person).headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("who", ["anonymous", "stranger", "weak key"])
def test_nobody_else_learns_of_it(house: House, cast: Cast, trees: str, who: str) -> None:
    person = cast.strangers[who]
    tree = page(house, "/", person)
    assert titles(tree) == ["Street trees"]
    assert [one.text for one in tree.one("dl", class_="totals").all("dd")] == ["1", "3"]
    for text in ("hush", "Staff", "Payroll", "Secret", "people"):
        assert text not in tree.one("main").text
    missing = answer(house, "/explore/dataset/nothing/", person)
    for path in (PATH, f"{PATH}?page=x", f"{PATH}?where=("):
        hidden = answer(house, path, person)
        told = hidden.text.replace(
            "/sign-in/?next=/explore/dataset/people", "/sign-in/?next=/explore/dataset/nothing"
        )
        assert (hidden.status_code, told) == (404, missing.text)
        assert ("sign in" in told) == (who == "anonymous")


@pytest.fixture(scope="module")
def cookies(house: House) -> str:
    """Of a browser in which a reporter has signed in, with what proves that its forms come from here."""
    with house.running.portal.writing(SYSTEM) as work:
        accounts.add(work, "rae@paper.example", password=passwords.hashed("a good long one"))
    signed = sessions.sign_in(house.running.portal, "rae@paper.example", "a good long one", address="::1")
    return f"sessionid={signed.token}; csrftoken={CSRF}"


@pytest.mark.parametrize("path", ["/nothing", "/explore/dataset/nothing/?page=2", "/explore//x.example/"])
def test_the_way_on_is_for_who_is_not_signed_in(house: House, cookies: str, path: str) -> None:
    for sent in ({}, {"Cookie": "sessionid=x"}, {"Cookie": cookies}):
        found = house.client.get(f"http://testserver{path}", headers={"Accept": "text/html", **sent})
        assert found.status_code == 404
        assert "Cookie" in found.headers["vary"]
        tree = parsed(found.text)
        way = [one.attributes["href"] for one in tree.one("main").all("a")][:-1]
        last = tree.one("header").all("a")[-1]
        header = last.text
        if "Cookie" in sent and sent["Cookie"] == cookies:
            assert (way, header) == ([], "Your account")
            assert found.headers["cache-control"] == "private, no-store"
        else:
            here = path.partition("?")[0].rstrip("/").replace("//", "/")
            assert (way, header) == ([f"/account/sign-in/?next={here}"], "Sign in")
            assert last.attributes["href"] == way[0]
            assert found.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        ("/", "/"),
        ("/?q=tr%C3%A9es+%26&page=1", "/?q=tr%C3%A9es+%26&page=1"),
        ("/?q=" + "x" * 2_000, "/"),
        ("/account/forgotten/", None),
        ("/account/sign-in/?next=/explore/", None),
    ],
)
def test_who_signs_in_comes_back_to_where_that_was_asked_for(
    house: House, trees: str, path: str, onward: str | None
) -> None:
    link = parsed(house.client.get(f"http://testserver{path}").text).one("header").all("a")[-1]
    address = link.attributes["href"]
    assert address is not None
    if onward is None:
        assert address == "/account/sign-in/"
        return
    form = parsed(house.client.get(f"http://testserver{address}").text).one("main").one("input", name="next")
    assert form.attributes["value"] == onward


def test_a_key_is_never_part_of_the_way_to_sign_in(house: House, trees: str) -> None:
    found = house.client.get(f"http://testserver/?apikey={house.admin.key}&q=oak")
    assert parsed(found.text).one("header").all("a")[-1].attributes["href"] == "/account/sign-in/?next=/"


def test_searches_are_listed_and_taken_away(house: House, cookies: str, trees: str, cast: Cast) -> None:
    portal, client = house.running.portal, house.client
    with portal.reading(SYSTEM) as work:
        actor = people.actor_of(work.db, people.person(work, "rae@paper.example"))
        hidden = datasets.readable(work, "people")
    with portal.writing(actor) as work:
        crime = categories.by_slug(work, "crime")
        alerts.add(work, query="a <b>", category=crime)
        alerts.add(work, query="oak", readable=datasets.readable(work, trees))
        alerts.add(work, query="ada", readable=hidden)
        last = alerts.add(work, query="all").id
    with portal.writing(house.actor(house.admin)) as work:
        categories.put(work, datasets.editable(work, trees), [categories.by_slug(work, "crime")])
    sent = {"Cookie": cookies}
    tree = parsed(client.get("/account/", headers=sent).text)
    assert [
        one.text.partition(" Take")[0] for one in tree.one("ul", aria_labelledby="searches").all("li")
    ] == [
        *(
            "“a <b>” in the category Crime",
            "“oak” in Street trees",
            "“ada” in a dataset",
            "“all” in all datasets",
        )
    ]
    (*_, form) = [one for one in tree.all("form") if "/alerts/" in one.attributes["action"]]
    assert form.attributes["action"] == f"/account/alerts/{last}/remove/"
    for number, status in (("x", 404), ("9" * 30, 404), ("99999", 404), (last, 200), (last, 404)):
        data = {"csrfmiddlewaretoken": CSRF}
        found = client.post(f"/account/alerts/{number}/remove/", headers=sent, data=data)
        assert found.status_code == status
    with portal.reading(actor) as work:
        assert [one.query for one in alerts.page(work)[0]] == ["a <b>", "oak", "ada"]
    tree = parsed(client.get(f"/explore/dataset/{trees}/", headers=sent).text)
    assert "CategoryCrime" in tree.one("section", id="metadata").text
    assert "Crime" not in client.get(f"/explore/dataset/{trees}/").text


@pytest.mark.parametrize("who", ["administrator", "explorer", "inspector"])
def test_who_sees_everything_sees_every_record(house: House, cast: Cast, who: str) -> None:
    assert rows(page(house, PATH, cast.knowing[who])) == WHOLE


def test_hidden_fields_and_records_are_on_no_page(house: House, cast: Cast) -> None:
    parisian = cast.knowing["parisian"]
    found = answer(house, PATH, parisian)
    tree = page(house, PATH, parisian)
    assert rows(tree) == [["Ada", "Paris"], ["Bob", "Paris"]]
    for text in (*SECRET, "Rome", "Eve"):
        assert text not in found.text
    # The number of all records would tell of those that are hidden.
    assert [one.text for one in tree.one("dl", class_="totals").all("dt")] == [
        "fields",
        "last modified",
        "access",
    ]
    for words in ("eve", "rome", "5555"):
        assert (
            page(house, PATH, parisian, q=words).one("p", class_="showing").text == "No record fits. Show all"
        )
    assert page(house, PATH, parisian, status=400, where="salary > 1").one(id="problem").text


def test_who_sees_no_records_sees_what_the_dataset_is(house: House, cast: Cast) -> None:
    found = answer(house, PATH, cast.knowing["blind"])
    tree = page(house, PATH, cast.knowing["blind"])
    assert "not open to you" in tree.one("section", id="records").text
    assert tree.all("table", class_="records") == []
    assert tree.all("section", id="files") == []
    assert tree.all("section", id="fields") == []
    for text in (*SECRET, "Ada", "Rome"):
        assert text not in found.text


def test_a_key_in_the_address_opens_the_page_and_stands_in_no_link(house: House, cast: Cast) -> None:
    for path in ("/", "/?q=secret&sort=title", PATH, f"{PATH}?q=ada"):
        found = house.client.get(f"{path}{'&' if '?' in path else '?'}apikey={ADMIN_KEY}")
        assert found.status_code == 200
        assert "Secret people" in found.text
        assert ADMIN_KEY not in found.text
        assert found.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/", "/explore/dataset/nothing/", PATH])
def test_a_wrong_key_is_told(house: House, path: str) -> None:
    for headers in ({"Authorization": f"Apikey {'f' * 56}"}, {"Authorization": "Bearer x"}):
        found = house.client.get(path, headers=headers)
        assert found.status_code == 401
        assert found.headers["www-authenticate"] == "Apikey"
        assert "That key is not known" in found.text


def test_the_sitemap_is_of_what_everybody_may_see(house: House, cast: Cast, trees: str) -> None:
    for person in (ANONYMOUS, house.admin, Person("nobody", "f" * 56)):
        text = answer(house, "/sitemap.xml", person).text
        assert "/explore/dataset/trees/" in text
        assert "people" not in text


def test_an_unpublished_dataset_is_on_no_page(house: House) -> None:
    made = house.create(metadata=metadata("Draft of something"))
    assert answer(house, f"/explore/dataset/{made['dataset_id']}/", house.admin).status_code == 404
    assert "Draft of something" not in answer(house, "/", house.admin).text
