"""Every operation on a dataset, asked by every kind of caller (section 1.8 of the reference)."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from tests.dialects.automation.support import call, cast
from tests.support.house import House, Person

KEYLESS = ("anonymous", "revoked key", "wrong key")
DRAFT: dict[str, Any] = {"metadata": {"default": {"title": "A title"}, "internal": {"draft": True}}}

OPERATIONS: Mapping[str, tuple[str, str, int]] = {
    "retrieve": ("GET", "", 200),
    "status": ("GET", "status/", 200),
    "list resources": ("GET", "resources/", 200),
    "retrieve resource": ("GET", "resources/{resource}/", 200),
    "retrieve file": ("GET", "resources/files/data.csv/", 200),
    "download": ("GET", "resources/files/data.csv/download/", 200),
    "guess": ("GET", "resources/{resource}/guess_extractors/", 200),
    "guess params": ("GET", "resources/{resource}/guess_extractors_params/", 200),
    "preview": ("GET", "resources/{resource}/preview/", 200),
    "guess unsaved": ("POST", "resources/guess_extractors/", 200),
    "guess params unsaved": ("POST", "resources/guess_extractor_params/", 200),
    "preview unsaved": ("POST", "resources/preview/", 200),
    "replace resource": ("PUT", "resources/{resource}/", 200),
    "clean cache": ("POST", "resources/{resource}/clean_cache/", 204),
    "upload": ("POST", "resources/files/", 201),
    "add resource": ("POST", "resources/", 201),
    "delete resource": ("DELETE", "resources/{resource}/", 204),
    "update": ("PUT", "", 200),
    "publish": ("POST", "publish/", 400),  # the dataset is a draft: allowed, but nothing is started
    "publish metadata": ("POST", "publish_metadata/", 400),
    "unpublish": ("POST", "unpublish/", 400),
    "abort": ("POST", "abort/", 400),
    "delete": ("DELETE", "", 204),
}
"""Method, path, and the answer to who may."""

READ = frozenset(
    {"retrieve", "status", "list resources", "retrieve resource", "retrieve file", "download"}
    | {"guess", "guess params", "preview"}
)
PUBLISH = frozenset({"publish", "publish metadata", "unpublish", "abort"})
EDIT = frozenset(OPERATIONS) - READ - PUBLISH

MAY: Mapping[str, frozenset[str]] = {
    "administrator": frozenset(OPERATIONS),
    "holder of all": frozenset(OPERATIONS),
    "portal editor": READ | EDIT,
    "editor": READ | EDIT,
    "publisher": READ | PUBLISH,
    "portal publisher": frozenset(),
    "stranger": frozenset(),
    "weak key": frozenset(),
    "weak key of an administrator": frozenset(),
    **dict.fromkeys(KEYLESS, frozenset[str]()),
}


@pytest.fixture(scope="module")
def draft(house: House) -> tuple[str, dict[str, Person]]:
    """A dataset that cannot be published, and everybody."""
    uid = house.create(**DRAFT)["uid"]
    return uid, cast(house, uid)


def _ask(house: House, uid: str, operation: str, person: Person) -> httpx2.Response:
    method, path, _ = OPERATIONS[operation]
    options: dict[str, object] = {}
    if operation == "upload":
        options["files"] = {"file": ("more.csv", b"a\n1\n")}
    if operation in {"add resource", "replace resource"} or operation.endswith("unsaved"):
        source = {"file": {"uid": "data.csv"}}
        options["json"] = {"type": "csvfile", "params": {}, "datasource": source}
    if operation == "update":
        options["json"] = DRAFT
    resource = house.add_csv(uid, "a\n1\n") if "{resource}" in path else ""
    return call(house, method, f"/datasets/{uid}/{path.format(resource=resource)}", person, **options)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one != "delete"])
@pytest.mark.parametrize("who", MAY)
def test_a_caller_gets_what_the_permissions_say(
    house: House, draft: tuple[str, dict[str, Person]], who: str, operation: str
) -> None:
    uid, people = draft
    house.add_csv(uid, "a\n1\n")
    answer = _ask(house, uid, operation, people[who])
    assert answer.status_code == _expected(who, operation), answer.text
    if answer.status_code == 401:
        assert answer.json()["error_code"] == "unauthorized"
        assert answer.headers["www-authenticate"] == "Apikey"
    if answer.status_code == 403:
        assert answer.json()["error_code"] == "permission_denied"
    if answer.status_code == 404:
        assert answer.json() == {"error_code": "not_found", "message": "Not found."}


@pytest.mark.parametrize("who", MAY)
def test_only_editors_delete(house: House, who: str) -> None:
    uid = house.create()["uid"]
    people = cast(house, uid)
    assert call(house, "DELETE", f"/datasets/{uid}/", people[who]).status_code == _expected(who, "delete")


def test_of_a_published_dataset_a_stranger_knows_but_may_not_touch_it(house: House) -> None:
    made = house.published("a\n1\n")
    stranger = house.person()
    for operation in sorted(READ | PUBLISH | EDIT):
        assert _ask(house, made["uid"], operation, stranger).status_code == 403, operation
    house.restrict(made["uid"], is_restricted=True)
    for operation in sorted(READ | PUBLISH | EDIT):
        assert _ask(house, made["uid"], operation, stranger).status_code == 404, operation


def test_to_publish_portal_wide_is_to_edit_too(house: House) -> None:
    uid = house.create()["uid"]
    both = house.person(["edit_dataset", "publish_dataset"])
    assert call(house, "POST", f"/datasets/{uid}/abort/", both).status_code == 400
    publisher = house.person(["publish_dataset"])
    house.give(uid, publisher, ["edit_dataset"])
    assert call(house, "POST", f"/datasets/{uid}/abort/", publisher).status_code == 400


def test_a_ruleset_of_a_group_counts(house: House) -> None:
    uid = house.create()["uid"]
    member = house.person(groups=["Curators of everything"])
    assert call(house, "GET", f"/datasets/{uid}/", member).status_code == 404
    house.give_group(uid, "curators_of_everything", ["edit_dataset"])
    assert call(house, "GET", f"/datasets/{uid}/", member).status_code == 200
    assert call(house, "GET", "/datasets/", member).json()["total_count"] == 1


def _expected(who: str, operation: str) -> int:
    if who in KEYLESS:
        return 401
    if operation in MAY[who]:
        return OPERATIONS[operation][2]
    # Who may edit or publish the dataset knows of it; nobody else does while it is not published.
    return 403 if MAY[who] else 404
