"""The page of a dataset: what it shows, and that nothing that others wrote can do harm in it."""

import json
from urllib.parse import urlencode

import pytest
from tests.support.house import AUTOMATION, EXPLORE, House
from tests.web.support import answer, metadata, page, parsed, rows, shown

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership
from colonnade.core.tables import service as tables
from colonnade.query.schema import Field, FieldType, Schema

PATH = "/explore/dataset/trees/"
TABLE = [
    ["Oak", "1901-05-06", "12.5", "2026-01-02 11:30", "yes", "no value", "https://example.org/oak"],
    ["Lime", "1950-01-01", "7", "2026-07-02 12:30:05", "no", "old, and <b>bold</b>", "javascript:alert(1)"],
    ["Plane", *["no value"] * 6],
]


@pytest.fixture(autouse=True)
def _trees(trees: str) -> None:
    """There is a dataset in all of these tests."""


def test_a_page_tells_what_a_dataset_is(house: House) -> None:
    tree = page(house, PATH)
    assert tree.one("title").text == "Street trees \N{EN DASH} Data of <Harbour>"
    assert tree.one("h1").text == "Street trees"
    assert tree.one("h1").attributes["lang"] == "fr"
    assert tree.one("div", class_="prose").text == "Every tree.HowBy walking."
    facts = {one.one("th").text: one.one("td").text for one in tree.one("table", class_="pairs").all("tr")}
    uid = facts.pop("Unique identifier")
    assert uid.startswith("da_")
    assert facts == {
        "Publisher": "Parks",
        "Licence": "CC0 1.0",
        "Theme": "Environment",
        "Keywords": "green, R&D",
        "Last modified": "3 February 2026",
        "Language": "fr",
        "Records": "3",
        "References": "https://example.org/ahttps://example.org/b",
        "Identifier": "trees",
    }


def test_a_page_shows_the_first_records_with_times_of_the_datasets_zone(house: House) -> None:
    tree = page(house, PATH)
    assert rows(tree) == TABLE
    table = tree.one("table", class_="records")
    assert [one.text for one in table.one("thead").all("th", scope="col")] == [
        *("name", "planted", "height", "inspected", "public", "remark", "link")
    ]
    assert [one.text for one in table.all("td", class_="number")] == ["12.5", "7"]
    assert table.all("time")[1].attributes["datetime"] == "2026-01-02T11:30:00+01:00"
    assert [one.attributes["href"] for one in table.all("a")] == ["https://example.org/oak"]
    assert "Times are those of Europe/Paris." in tree.one("section", id="records").text


def test_a_page_lists_the_fields(house: House) -> None:
    section = page(house, PATH).one("section", id="fields")
    listed = [[one.text for one in row.all() if one.tag in {"th", "td"}] for row in section.all("tr")]
    assert listed[0] == ["Label", "Name", "Type"]
    assert listed[1] == ["name", "name", "Text"]
    assert [row[2] for row in listed[2:]] == [
        *("Date", "Decimal number", "Date and time", "Yes or no", "Text", "Text")
    ]


def test_fields_are_told_with_their_units_and_descriptions_where_they_have_some(house: House) -> None:
    schema = Schema(
        (
            Field("height", "Height", FieldType.INT, description="Of the <tip>", annotations={"unit": ["m"]}),
            Field("kind", "Kind", FieldType.TEXT),
        )
    )
    portal, actor = house.running.portal, house.actor(house.admin)
    with portal.writing(actor) as work:
        editable = datasets.create(work, metadata("Measured"), wanted_slug="measured")
        resources.add(work, editable, ownership=Ownership.OWNED)
        tables.ensure(work, editable.dataset.id)
        datasets.show(work, editable.dataset)
    with portal.reading(actor) as work:
        records.create_empty(work, editable, schema)
    section = page(house, "/explore/dataset/measured/").one("section", id="fields")
    assert [[one.text for one in row.all() if one.tag in {"th", "td"}] for row in section.all("tr")] == [
        ["Label", "Name", "Type", "Unit", "Description"],
        ["Height", "height", "Whole number", "m", "Of the <tip>"],
        ["Kind", "kind", "Text", "none", "none"],
    ]


@pytest.mark.parametrize(
    "path", ["/explore/dataset/trees", "//explore/dataset//trees/", f"{PATH}information/"]
)
def test_a_page_has_one_address_and_is_found_by_others(house: House, path: str) -> None:
    tree = page(house, f"http://testserver{path}")
    assert tree.one("link", rel="canonical").attributes["href"] == f"http://testserver{PATH}"


def test_a_page_is_found_by_the_uid_too(house: House) -> None:
    uid = house.client.get(f"{EXPLORE}/trees").json()["dataset_uid"]
    tree = page(house, f"/explore/dataset/{uid}/")
    assert tree.one("link", rel="canonical").attributes["href"] == f"http://testserver{PATH}"


def test_every_link_of_a_page_leads_somewhere(house: House) -> None:
    tree = page(house, PATH)
    targets = {one.attributes["href"] for one in (*tree.all("a"), *tree.all("link"))}
    own = {
        one.removeprefix("http://testserver")
        for one in targets
        if one.startswith(("/", "#", "http://testserver"))
    }
    assert {one for one in own if "/exports/" in one} == {
        f"{EXPLORE}/trees/exports/{name}" for name in ("csv", "xlsx", "json", "jsonl", "parquet", "turtle")
    }
    for target in own:
        if target.startswith("#"):
            assert tree.all(id=target[1:]), target
        else:
            assert house.client.get(target).status_code == 200, target


def test_words_narrow_the_records(house: House) -> None:
    tree = page(house, PATH, q="lim")
    assert [one[0] for one in rows(tree)] == ["Lime"]
    assert tree.one("p", class_="showing").text == "Records 1 to 1 of 1 that fit. Show all"
    assert tree.one("input", name="q").attributes["value"] == "lim"


def test_a_condition_narrows_the_records(house: House) -> None:
    tree = page(house, PATH, where="height > 10")
    assert [one[0] for one in rows(tree)] == ["Oak"]
    file = tree.one("p", class_="showing").all("a")[1].attributes["href"]
    assert house.client.get(file).text.count("\n") == 2
    tree = page(house, PATH, where="height > 10", q="lime")
    assert tree.one("p", class_="showing").text == "No record fits. Show all"
    assert tree.all("table", class_="records") == []


@pytest.mark.parametrize("where", ["height >> 1", "nothing = 1", "height", "'", "height > 'x'"])
def test_a_condition_that_is_wrong_is_told_beside_its_box(house: House, where: str) -> None:
    tree = page(house, PATH, status=400, where=where)
    box = tree.one("input", name="where")
    assert box.attributes["value"] == where
    assert box.attributes["aria-invalid"] == "true"
    assert tree.one(id=box.attributes["aria-describedby"]).text.startswith(
        "The condition cannot be understood."
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {"page": "abc"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "501"},
        {"page": "9" * 40},
        {"q": "x" * 10_000},
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_in_the_portals_frame(
    house: House, parameters: dict[str, str]
) -> None:
    tree = parsed(answer(house, f"{PATH}?{urlencode(parameters)}").text)
    assert answer(house, f"{PATH}?{urlencode(parameters)}").status_code == 400
    assert tree.one("h1").text == "That cannot be asked"
    assert "parameter" in tree.one("main").text


def test_a_page_of_records_behind_the_last_one_is_not_there(house: House) -> None:
    assert page(house, PATH, status=404, page="2").one("h1").text == "Not found"


def test_records_are_paged(house: House) -> None:
    house.published("n\n" + "\n".join(map(str, range(45))), dataset_id="many")
    first = page(house, "/explore/dataset/many/", where="n >= 0")
    pager = first.one("nav", class_="pager")
    assert pager.one("strong", aria_current="page").text == "Page 1"
    second = page(house, pager.one("a", rel="next").attributes["href"])
    assert [row[0] for row in rows(second)] == [str(n) for n in range(20, 40)]
    assert second.one("p", class_="showing").text == (
        "Records 21 to 40 of 45 that fit. Show all · These records as CSV"
    )
    back = second.one("nav", class_="pager").one("a", rel="prev").attributes["href"]
    assert rows(page(house, back)) == rows(first)
    assert second.one("meta", name="robots").attributes["content"] == "noindex, follow"


def test_long_texts_are_folded_and_bounded(house: House) -> None:
    long, huge = "word " * 30, "x" * 5_000
    house.published(f"a,b\n{long},{huge}\n", dataset_id="long")
    folded, cut = page(house, "/explore/dataset/long/").one("table", class_="records").all("details")
    assert folded.one("summary").text.endswith("…")
    assert folded.one("p").text == long.strip()
    assert [len(one.text) for one in cut.all("p")[:1]] == [2_000]
    assert cut.all("p")[1].text == "3,000 more characters: see the files or the API."


def test_wide_tables_are_cut_and_say_so(house: House) -> None:
    names = ",".join(f"c{n}" for n in range(60))
    house.published(f"{names}\n{','.join('1' * 60)}\n", dataset_id="wide")
    section = page(house, "/explore/dataset/wide/").one("section", id="records")
    assert len(section.all("th")) == 50
    assert "10 more fields not shown here" in section.text


def test_a_dataset_without_records_has_a_page(house: House) -> None:
    tree = page(house, shown(house, metadata("Bare")))
    assert "This dataset has no records." in tree.one("section", id="records").text
    assert "Its publisher has not described it." in tree.one("section", id="about").text
    assert tree.all("section", id="files") == []


def test_a_page_offers_attachments_and_what_was_made_elsewhere(house: House) -> None:
    made = house.published("a\n1\n", metadata=metadata("Attached"))
    base = f"{AUTOMATION}/datasets/{made['uid']}"
    sent = [
        house.client.post(
            f"{base}/attachments/", files={"file": ("a <b>.txt", b"x" * 1234)}, headers=house.admin.headers
        ),
        house.client.post(
            f"{base}/alternative_exports/",
            data={
                "title": "As a <map>",
                "type": "url",
                "url": "https://example.org/map",
                "description": "Shown",
            },
            headers=house.admin.headers,
        ),
    ]
    assert [one.status_code for one in sent] == [201, 201], [one.text for one in sent]
    section = page(house, f"/explore/dataset/{made['dataset_id']}/").one("section", id="files")
    assert [one.text for one in section.all("h3")] == ["In other forms", "Attachments"]
    others, attached = section.all("ul", class_="plain")
    assert others.text == "As a <map> Shown"
    assert others.one("a").attributes["href"] == "https://example.org/map"
    assert attached.one("span").text == "1.2 kB"
    assert house.client.get(attached.one("a").attributes["href"]).content == b"x" * 1234


def test_search_engines_are_told_of_the_dataset(house: House) -> None:
    script = page(house, PATH).one("script")
    assert script.attributes == {"type": "application/ld+json"}
    told = json.loads(script.text)
    assert told["@type"] == "Dataset"
    assert told["name"] == "Street trees"
    assert told["description"] == "Every tree. How By walking."
    assert told["keywords"] == ["Environment", "green", "R&D"]
    assert told["publisher"]["name"] == "Parks"
    assert told["dateModified"] == "2026-02-03T04:05:06+00:00"
    types = [one["encodingFormat"] for one in told["distribution"]]
    assert {"text/csv", "application/json", "application/vnd.apache.parquet"} <= set(types)


HOSTILE = "</title></script><script>alert(1)</script><!--\"'><img src=x onerror=alert(2)>"


def test_nothing_that_a_publisher_writes_becomes_markup(house: House) -> None:
    made = house.published(
        f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",b\n"{HOSTILE.replace(chr(34), chr(34) * 2)}",<b>\n',
        metadata=metadata(
            HOSTILE,
            publisher=HOSTILE,
            keyword=[HOSTILE],
            theme=[HOSTILE],
            references=HOSTILE,
            license=HOSTILE,
        ),
    )
    for path in (f"/explore/dataset/{made['dataset_id']}/", "/"):
        tree = page(house, path)
        assert tree.all("img") == []
        assert [one.attributes for one in tree.all("script")] == [{"type": "application/ld+json"}]
        assert HOSTILE in tree.one("main").text
    tree = page(house, f"/explore/dataset/{made['dataset_id']}/")
    assert tree.one("h1").text == HOSTILE
    assert rows(tree) == [[HOSTILE, "<b>"]]
    assert json.loads(tree.one("script").text)["name"] == HOSTILE


@pytest.mark.parametrize(
    ("description", "left"),
    [
        ("<script>alert(1)</script><p onclick='x()'>Hi</p>", "<p>Hi</p>"),
        ("<a href='javascript:alert(1)'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='data:text/html,x'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<p style='position:fixed' class='top' id='content'>x</p>", "<p>x</p>"),
        ("<iframe src='https://example.org'></iframe><form action='/'><input></form>x", "x"),
        ("<img src='https://example.org/pixel'>x", "x"),
        ("<style>body{display:none}</style>x", "x"),
        ("</div></main><h2>x", "<h3>x</h3>"),
        ("<svg><script>1</script></svg><math><mi xlink:href='javascript:1'>1</mi></math>x", "x"),
    ],
)
def test_what_could_do_harm_is_taken_out_of_descriptions(house: House, description: str, left: str) -> None:
    text = answer(house, shown(house, metadata("Described", description=description))).text
    parsed(text)
    assert text.split('<div class="prose" lang="en">')[1].split("</div>")[0] == left


@pytest.mark.parametrize(
    "reference", ["javascript:alert(1)", "data:text/html,x", " https://", "//example.org", "http://[", "x"]
)
def test_only_addresses_of_the_web_become_links(house: House, reference: str) -> None:
    section = page(house, shown(house, metadata("Referring", references=reference))).one(
        "section", id="metadata"
    )
    assert section.all("a") == []
    assert reference.strip() in section.text
