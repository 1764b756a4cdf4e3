"""Signing in with a browser, the pages behind mailed links, and a person's own page."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from starlette.testclient import TestClient
from tests.support.house import AUTOMATION, House, opened
from tests.web.support import Element, metadata, parsed, shown, titles
from tests.web.test_site import HEADINGS, SECURITY, _check_names

from colonnade.core.datasets import service as datasets
from colonnade.core.extracts import service as extracts
from colonnade.core.notices import service as notices
from colonnade.core.people import accounts, enrolling, mailed, passwords
from colonnade.core.people import service as people
from colonnade.core.tries import Limits, Tries
from colonnade.core.work import SYSTEM, Actor

PASSWORD = "a good long one"
MEMBERS = "members"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("account"), title="The <Desk>") as one:
        yield one


@pytest.fixture(scope="module")
def ada(house: House) -> Actor:
    """Somebody who has a password."""
    hashed = passwords.hashed(PASSWORD)
    with house.running.portal.writing(SYSTEM) as work:
        made = accounts.add(work, "ada@paper.example", password=hashed, first_name="Ada")
        return people.actor_of(work.db, made)


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    """A browser of its own, that follows no redirects."""
    house.running.portal.tries = Tries()
    with TestClient(house.running.app, raise_server_exceptions=False, follow_redirects=False) as one:
        yield one


@pytest.fixture(scope="module")
def token(house: House, ada: Actor) -> str:
    """Of a session of Ada's."""
    with TestClient(house.running.app, follow_redirects=False) as one:
        send(one, "/account/sign-in/", email="ada@paper.example", password=PASSWORD)
        return str(one.cookies["sessionid"])


@pytest.fixture
def inside(browser: TestClient, token: str) -> TestClient:
    """Ada's browser."""
    browser.cookies.set("sessionid", token)
    return browser


def read(browser: TestClient, path: str, status: int = 200) -> Element:
    """A page that can be read aloud, and is kept by nobody."""
    found = browser.get(path)
    assert found.status_code == status, found.text
    return _page(found)


def _page(found: httpx2.Response) -> Element:
    tree = parsed(found.text)
    ids = [one.attributes["id"] for one in tree.walk() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    _check_names(tree, set(ids))
    levels = [HEADINGS.index(one.tag) + 1 for one in tree.walk() if one.tag in HEADINGS]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert not tree.all("script")
    assert tree.one("meta", name="robots").attributes["content"] == "noindex"
    assert {name: found.headers[name] for name in SECURITY} == SECURITY
    assert found.headers["cache-control"] == "private, no-store"
    assert "Cookie" in found.headers["vary"]
    return tree


def send(browser: TestClient, path: str, /, form: str | None = None, **fields: str) -> httpx2.Response:
    """Fill in a form of a page and send it. `form`: the page that it stands on, the same by default."""
    tree = parsed(browser.get(form or path).text)
    (found,) = [one for one in tree.all("form") if one.attributes["action"] == path]
    hidden = {one.attributes["name"]: one.attributes["value"] for one in found.all("input", type="hidden")}
    known = {one.attributes["name"] for one in found.all("input")}
    assert set(fields) <= known
    answer: httpx2.Response = browser.post(path, data={**hidden, **fields})
    return answer


def test_who_signs_in_comes_to_the_own_page(browser: TestClient, ada: Actor) -> None:
    first = browser.get("/account/")
    assert (first.status_code, first.headers["location"]) == (303, "/account/sign-in/?next=/account")
    page = read(browser, first.headers["location"])
    assert page.one("h1").text == "Sign in"
    before = browser.cookies["csrftoken"]
    done = send(browser, "/account/sign-in/", email="ADA@paper.example", password=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/account/")
    session, csrf = done.headers.get_list("set-cookie")
    assert re.fullmatch(r"sessionid=[\w-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", session), (
        "a script cannot read it"
    )
    assert re.fullmatch(r"csrftoken=[0-9a-f]{32}; Max-Age=31536000; Path=/; SameSite=lax", csrf)
    assert browser.cookies["csrftoken"] != before, "what others may have set is worth nothing"
    page = read(browser, "/account/")
    assert "You are signed in as ada@paper.example." in page.one("main").text
    out = send(browser, "/account/sign-out/", form="/account/")
    assert out.headers["location"] == "/account/sign-in/?said=out"
    assert "sessionid" not in browser.cookies
    assert read(browser, out.headers["location"]).one("p", role="status").text == "You are signed out."
    assert browser.get("/account/").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/explore/dataset/x/", "/explore/dataset/x/"),
        ("//elsewhere.example", "/account/"),
        ("https://elsewhere.example", "/account/"),
        ("/\\elsewhere.example", "/account/"),
        ("/a\nb", "/account/"),
        ("", "/account/"),
    ],
)
def test_nobody_is_sent_on_to_another_site(browser: TestClient, ada: Actor, wanted: str, place: str) -> None:
    done = send(browser, "/account/sign-in/", email="ada@paper.example", password=PASSWORD, next=wanted)
    assert (done.status_code, done.headers["location"]) == (303, place)


def test_what_is_wrong_is_told_and_the_address_stays(browser: TestClient, ada: Actor, house: House) -> None:
    house.running.portal.tries = Tries(Limits(account_from_network=1))
    done = send(browser, "/account/sign-in/", email='ada@"<paper>', password="wrong")
    assert done.status_code == 401
    page = _page(done)
    assert page.one("p", role="alert").text == "Email or password is incorrect."
    assert page.one("input", id="email").attributes["value"] == 'ada@"<paper>'
    assert "value" not in page.one("input", id="password").attributes
    done = send(browser, "/account/sign-in/", email='ada@"<paper>', password="wrong")
    assert done.status_code == 429
    assert _page(done).one("p", role="alert").text.startswith("Too many wrong passwords.")
    assert "sessionid" not in browser.cookies


POSTS = (
    "/account/sign-in/",
    "/account/sign-out/",
    "/account/forgotten/",
    "/account/activate/0/",
    "/account/reset/0/",
    "/account/keys/",
    "/account/keys/ak_x/revoke/",
    "/account/alerts/1/remove/",
    "/account/password/",
)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("proof", [None, "", "f" * 32, "é" * 32])
def test_what_no_page_of_ours_sent_does_nothing(inside: TestClient, path: str, proof: str | None) -> None:
    inside.get("/account/sign-in/")
    sent = {"email": "ada@paper.example", "password": PASSWORD}
    found = inside.post(path, data=sent if proof is None else {**sent, "csrfmiddlewaretoken": proof})
    assert found.status_code == 403
    assert parsed(found.text).one("h1").text == "Not for everybody"
    assert "location" not in found.headers
    inside.cookies.delete("csrftoken")
    assert inside.post(path, data={"csrfmiddlewaretoken": ""}).status_code == 403


@pytest.mark.parametrize("path", [one for one in POSTS if "key" in one or "password" in one])
def test_who_is_not_signed_in_is_sent_to_sign_in(browser: TestClient, path: str) -> None:
    browser.get("/account/sign-in/")
    found = browser.post(path, data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]})
    assert found.status_code == 303
    assert found.headers["location"].startswith("/account/sign-in/?next=/account/")


@pytest.mark.parametrize(("path", "methods"), [("/account/sign-in", "GET, POST"), ("/account/keys", "POST")])
def test_other_methods_are_refused_in_the_portals_frame(browser: TestClient, path: str, methods: str) -> None:
    found = browser.put(path)
    assert found.status_code == 405
    assert found.headers["allow"].replace(", HEAD", "") == f"{methods}, OPTIONS"
    assert parsed(found.text).one("h1").text == "That cannot be done here"


def test_over_https_cookies_are_secure_and_forms_come_from_here(house: House, ada: Actor) -> None:
    site = "https://testserver"
    with TestClient(house.running.app, base_url=site, follow_redirects=False) as browser:
        tree = parsed(browser.get("/account/sign-in/").text)
        form = {"email": "ada@paper.example", "password": PASSWORD, "next": ""}
        form["csrfmiddlewaretoken"] = tree.one("input", name="csrfmiddlewaretoken").attributes["value"]
        for origin in (
            {},
            {"Origin": "null"},
            {"Origin": "https://testserver.example"},
            {"Referer": "http://["},
        ):
            assert browser.post("/account/sign-in/", data=form, headers=origin).status_code == 403
        done = browser.post("/account/sign-in/", data=form, headers={"Referer": f"{site}/account/sign-in/"})
        assert done.status_code == 303
        assert all("; Secure" in one for one in done.headers.get_list("set-cookie"))


def test_a_letters_link_leads_to_a_password(browser: TestClient, house: House) -> None:
    with house.running.portal.writing(SYSTEM) as work:
        made = accounts.add(work, "new@paper.example", is_active=False)
        key = mailed.invite(work, made)
    path = f"/account/activate/{key}/"
    page = read(browser, path)
    assert page.one("h1").text == "Welcome to The <Desk>"
    assert page.one("main").one("strong").text == "new@paper.example"
    assert page.one("p", id="rules").text.startswith("At least 8 characters")
    done = send(browser, path, password=PASSWORD, again="another")
    assert done.status_code == 400
    assert _page(done).one("p", role="alert").text == "The two passwords are not the same."
    assert _page(send(browser, path)).one("p", role="alert").text == "This field is required."
    done = send(browser, path, password=PASSWORD, again=PASSWORD, first_name="x" * 151)
    assert done.status_code == 400
    done = send(browser, path, password=PASSWORD, again=PASSWORD, first_name="Nia", last_name="Roe")
    assert (done.status_code, done.headers["location"]) == (303, "/account/sign-in/?said=password")
    assert "sessionid" not in browser.cookies
    assert read(browser, path, 410).one("h1").text == "This link does not work"
    done = send(browser, "/account/sign-in/", email="new@paper.example", password=PASSWORD)
    assert done.status_code == 303
    with house.running.portal.reading(SYSTEM) as work:
        found = people.person(work, "new@paper.example")
        assert (found.first_name, found.last_name) == ("Nia", "Roe")


def test_a_forgotten_password_is_set_anew(browser: TestClient, house: House) -> None:
    with house.running.portal.writing(SYSTEM) as work:
        made = accounts.add(work, "old@paper.example", password=passwords.hashed("old"))
        people.add_key(work, made)
    for email in ("old@paper.example", "nobody@paper.example"):
        done = send(browser, "/account/forgotten/", email=email)
        assert (done.status_code, done.headers["location"]) == (303, "/account/sign-in/?said=mailed")
    assert "a letter with a link is on its way" in read(browser, done.headers["location"]).text
    with house.running.portal.writing(SYSTEM) as work:
        key = mailed.invite(work, people.person(work, "old@paper.example"))
    path = f"/account/reset/{key}/"
    page = read(browser, path)
    assert page.one("h1").text == "A new password"
    assert not page.all("input", id="first_name")
    assert send(browser, path, password=PASSWORD, again=PASSWORD).status_code == 303
    assert send(browser, "/account/sign-in/", email="old@paper.example", password=PASSWORD).status_code == 303


def test_nobody_is_flooded_with_letters(browser: TestClient, house: House) -> None:
    house.running.portal.tries = Tries(Limits(network_letters=0))
    done = send(browser, "/account/forgotten/", email="nobody@paper.example")
    assert done.status_code == 429
    assert "asked for too often" in _page(done).one("p", role="alert").text


@pytest.mark.parametrize("key", ["0" * 40, "x", "%2e%2e", "%F0%9F%98%80"])
@pytest.mark.parametrize("purpose", ["activate", "reset"])
def test_a_link_that_never_was_is_told_so(browser: TestClient, purpose: str, key: str) -> None:
    page = read(browser, f"/account/{purpose}/{key}/", 404)
    assert page.one("h1").text == "This link does not work"


def test_a_key_is_made_shown_once_and_revoked(inside: TestClient, house: House, ada: Actor) -> None:
    done = send(inside, "/account/keys/", form="/account/", label="Nightly <script>")
    assert done.status_code == 200
    key = _page(done).one("p", role="status").one("code").text
    assert re.fullmatch(r"[0-9a-f]{40}", key)
    with house.running.portal.database.read() as db:
        assert people.actor_of_email_and_key(db, "ada@paper.example", key).person_id == ada.person_id
    page = read(inside, "/account/")
    assert key not in page.text
    row = [one.text for one in page.one("tbody").all("td")]
    assert row[:2] == [f"…{key[-4:]}", "Nightly <script>"]
    (form,) = [one for one in page.all("form") if one.attributes["action"].endswith("/revoke/")]
    gone = send(inside, form.attributes["action"], form="/account/")
    assert gone.headers["location"] == "/account/?said=revoked"
    page = read(inside, gone.headers["location"])
    assert page.one("p", role="status").text == "The key does not work any more."
    assert not page.all("tbody")
    answer = house.client.get(f"{AUTOMATION}/datasets/", headers={"Authorization": f"Apikey {key}"})
    assert answer.status_code == 401


def test_nobody_has_keys_without_bound(inside: TestClient, house: House, ada: Actor) -> None:
    assert ada.person_id is not None
    with house.running.portal.writing(SYSTEM) as work:
        person = people.by_id(work, ada.person_id)
        made = [people.add_key(work, person)[0] for _ in range(enrolling.MOST_KEYS)]
    done = send(inside, "/account/keys/", form="/account/")
    assert done.status_code == 413
    assert _page(done).one("p", role="alert").text.startswith("Nobody has more than 100 keys.")
    with house.running.portal.writing(SYSTEM) as work:
        for one in made:
            people.revoke_key(work, one.uid)


def test_nobody_revokes_anothers_key(inside: TestClient, house: House) -> None:
    with house.running.portal.reading(SYSTEM) as work:
        uid = people.keys_of(work, people.person(work, "admin"))[0].uid
    inside.get("/account/")
    sent = {"csrfmiddlewaretoken": inside.cookies["csrftoken"]}
    assert inside.post(f"/account/keys/{uid}/revoke/", data=sent).status_code == 404
    assert house.client.get(f"{AUTOMATION}/datasets/", headers=house.admin.headers).status_code == 200


def test_a_password_is_changed_by_who_knows_it(browser: TestClient, house: House) -> None:
    with house.running.portal.writing(SYSTEM) as work:
        accounts.add(work, "cho@paper.example", password=passwords.hashed("first"))
    assert send(browser, "/account/sign-in/", email="cho@paper.example", password="first").status_code == 303

    def changed(current: str, password: str, again: str) -> httpx2.Response:
        return send(
            browser, "/account/password/", form="/account/", current=current, password=password, again=again
        )

    wrong = changed("guess", "the second", "the second")
    assert wrong.status_code == 400
    assert _page(wrong).one("p", role="alert").text == "The password that you have now is another one."
    assert _page(changed("first", "the second", "third")).one("p", role="alert").text == (
        "The two passwords are not the same."
    )
    assert "at least 8 characters" in changed("first", "seven77", "seven77").text
    done = changed("first", "the second", "the second")
    assert done.headers["location"] == "/account/?said=password"
    assert "Your new password is set." in read(browser, done.headers["location"]).text


def test_notices_are_shown_with_the_pages_that_they_are_about(
    inside: TestClient, house: House, ada: Actor
) -> None:
    assert ada.person_id is not None
    with house.running.portal.writing(house.actor(house.admin)) as work:
        for message, url in (
            ("Import complete: <strong>A &amp; B</strong>", "#dataset/ships"),
            ("Export complete", "#export/7"),
            ("New search results", "#search/all/x/2024-03-07T15:04:05"),
            ("<i>Hello</i><script>x()</script>", None),
        ):
            notices.add(work, ada.person_id, message=message, url=url)
    page = read(inside, "/account/")
    told = page.one("ul", aria_labelledby="told").all("li")
    assert [one.text.partition("UTC ")[2].partition(" ·")[0] for one in told] == [
        *("Hello", "New search results", "Export complete", "Import complete: A & B")
    ]
    assert [one.attributes["href"] for one in page.one("ul", aria_labelledby="told").all("a")] == [
        *("/account/exports/7/", "/explore/dataset/ships/")
    ]


def test_a_file_is_given_to_who_may_have_it(inside: TestClient, house: House, ada: Actor) -> None:
    made = house.published("name\nOak\n", is_restricted=True, metadata=metadata("Trees of members"))
    house.give_group(made["uid"], MEMBERS)
    with house.running.portal.writing(ada) as work:
        job = extracts.queue(work, datasets.readable(work, made["uid"]))
    house.running.runner.wait(job.uid)
    with house.running.portal.reading(ada) as work:
        found = extracts.of_job(work, job.uid)
        ((notice, *_), _) = notices.page(work)
    assert found is not None
    assert (notice.message, notice.url) == (
        "Export complete: <strong>Trees of members</strong>",
        f"#export/{found.id}",
    )
    answer = inside.get(f"/account/exports/{found.id}/")
    assert (answer.status_code, answer.text) == (200, "name\nOak\n")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    for unknown in ("999", "9" * 18, "9" * 30, "x", "-1"):
        assert inside.get(f"/account/exports/{unknown}/").status_code == 404
    with TestClient(house.running.app, follow_redirects=False) as nobody:
        sent = nobody.get(f"/account/exports/{found.id}/")
        assert sent.headers["location"] == f"/account/sign-in/?next=/account/exports/{found.id}"


def test_who_signed_in_reads_what_members_may_read(inside: TestClient, house: House, ada: Actor) -> None:
    path = shown(house, metadata("For members"), is_restricted=True)
    slug = path.split("/")[3]
    with house.running.portal.reading(SYSTEM) as work:
        uid = datasets.readable(work, slug).dataset.uid
    house.give_group(uid, MEMBERS)
    found = inside.get(path)
    assert found.status_code == 200
    assert found.headers["cache-control"] == "private, no-store"
    assert "For members" in titles(parsed(inside.get("/").text))
    assert inside.get(path, headers={"Authorization": "Apikey nonsense"}).status_code == 401, (
        "a key comes first"
    )
    for strange in ("", "x", "y" * 5_000):
        with TestClient(house.running.app, headers={"Cookie": f"sessionid={strange}"}) as nobody:
            assert nobody.get(path).status_code == 404
            answer = nobody.get("/")
            assert "For members" not in titles(parsed(answer.text))
            assert answer.headers["cache-control"] == "no-cache"
    api = inside.get(f"/api/explore/v2.1/catalog/datasets/{slug}")
    assert api.status_code == 404, "there keys alone count"
    assert inside.post(f"{path}feedback", json={"record_id": "x", "comment": "y"}).status_code == 401
