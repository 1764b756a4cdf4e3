"""What is sent for fields, and what comes back (sections 7 and 8.1 of the reference)."""

from typing import Any

import pytest

LONG = "x" * 256
LINES = "a\n" * 10_001 + "<b>b</b>"
ZONE = {"timezone": "UTC", "timezone_db": "UTC", "date_type": "datetime"}


def text(value: str) -> dict[str, Any]:
    return {"value": value, "format": None, "safe_value": value}


def link(url: str, title: str | None = None) -> dict[str, Any]:
    return {"url": url, "title": title, "attributes": []}


def body(value: str, safe: str, format_: str = "html", summary: str = "", safe_summary: str = "") -> Any:
    return {
        "value": value,
        "summary": summary,
        "format": format_,
        "safe_value": safe,
        "safe_summary": safe_summary,
    }


def und(*items: Any) -> dict[str, Any]:
    return {"und": list(items)}


BODIES: list[Any] = [
    pytest.param("body", und({"value": "Text"}), [body("Text", "<p>Text</p>\n")], id="dkan-7.1-body"),
    pytest.param(
        "body",
        und({"value": "<p>a</p><script>b</script>", "summary": "s", "format": "full_html"}),
        [body("<p>a</p><script>b</script>", "<p>a</p>\n", "full_html", "s", "<p>s</p>\n")],
        id="dkan-7.1-body-html",
    ),
    pytest.param(
        "body",
        und({"value": "1 < 2", "format": "plain_text"}),
        [body("1 < 2", "<p>1 &lt; 2</p>\n", "plain_text")],
        id="dkan-7.1-body-plain",
    ),
    pytest.param("body", [{"value": "x"}], [body("x", "<p>x</p>\n")], id="dkan-8.1-no-und"),
    pytest.param(
        "body",
        und({"value": "One <b>a\r\n\r\nTwo\r\n3 < 4", "format": "plain_text", "summary": "a\nb"}),
        [
            body(
                "One <b>a\r\n\r\nTwo\r\n3 < 4",
                "<p>One &lt;b&gt;a</p>\n<p>Two<br />\n3 &lt; 4</p>\n",
                "plain_text",
                "a\nb",
                "<p>a<br />\nb</p>\n",
            )
        ],
        id="dkan-7.1-body-plain-paragraphs",
    ),
    pytest.param(
        "body",
        und({"value": "One.\n\nTwo <i>a</i><br>\nb"}),
        [body("One.\n\nTwo <i>a</i><br>\nb", "<p>One.</p>\n<p>Two <i>a</i><br />\nb</p>\n")],
        id="dkan-7.1-body-html-paragraphs",
    ),
    pytest.param(
        "body",
        und({"value": "<ul>\n\n<li>a</li></ul>"}),
        [body("<ul>\n\n<li>a</li></ul>", "<ul>\n\n<li>a</li></ul>\n")],
        id="dkan-7.1-body-html-blocks",
    ),
    pytest.param(
        "body",
        und({"value": LINES}),
        [body(LINES, f"<p>{LINES}</p>\n")],
        id="dkan-7.1-body-html-very-many-lines",
    ),
]
PLAIN: list[Any] = [
    pytest.param(name, und({"value": value}), [text(value)], id=f"dkan-7.1-{name}")
    for name, value in (
        ("field_author", "Ann"),
        ("field_contact_email", "ann@example.org"),
        ("field_contact_name", "Ann"),
        ("field_data_dictionary", "http://example.org/words " + LONG),
        ("field_data_dictionary_type", "text/csv"),
        ("field_license", "odc-by"),
    )
] + [
    pytest.param(name, und({"value": value}), [{"value": value}], id=f"dkan-7.1-{name}")
    for name, value in (
        ("field_frequency", "R/P0.33W"),
        ("field_granularity", "day"),
        ("field_harvest_source_modified", "2016-05-17"),
        ("field_is_part_of", "x" * 512),
        ("field_orphan", "1"),
        ("field_public_access_level", "restricted"),
        ("field_rights", "Ask us"),
        ("field_spatial_geographical_cover", "Florida"),
        ("field_odfe_data_quality", "true"),
    )
]
OTHERS: list[Any] = [
    pytest.param(
        "field_additional_info",
        und({"first": "a", "second": "b"}, {"first": "a", "second": "c"}),
        [{"first": "a", "second": "b"}, {"first": "a", "second": "c"}],
        id="dkan-7.1-field_additional_info",
    ),
    pytest.param(
        "field_conforms_to",
        und({"url": "http://a.org"}),
        [link("http://a.org")],
        id="dkan-7.1-field_conforms_to",
    ),
    pytest.param(
        "field_landing_page",
        und({"url": "http://a.org", "title": "A"}),
        [link("http://a.org", "A")],
        id="dkan-7.1-field_landing_page",
    ),
    pytest.param(
        "field_related_content",
        und({"url": "http://a.org", "title": "A"}, {"url": "http://b.org"}),
        [link("http://a.org", "A"), link("http://b.org")],
        id="dkan-7.1-field_related_content",
    ),
    pytest.param(
        "field_harvest_source_issued",
        und({"value": "2015-02-03"}),
        [{"value": "2015-02-03 00:00:00", **ZONE}],
        id="dkan-7.1-field_harvest_source_issued",
    ),
    pytest.param(
        "field_modified_source_date",
        und({"value": "2015-02-03T04:05:06"}),
        [{"value": "2015-02-03 04:05:06", **ZONE}],
        id="dkan-7.1-field_modified_source_date",
    ),
    pytest.param(
        "field_temporal_coverage",
        und({"value": "2010-01-01 00:00:00", "value2": "2011-01-01 12:00:00"}),
        [{"value": "2010-01-01 00:00:00", "value2": "2011-01-01 12:00:00", **ZONE}],
        id="dkan-7.1-field_temporal_coverage",
    ),
    pytest.param(
        "field_language",
        und({"value": "eng"}, {"value": "fr"}),
        [{"value": "eng"}, {"value": "fr"}],
        id="dkan-7.1-field_language",
    ),
    pytest.param(
        "field_pod_theme",
        und({"value": "a"}, {"value": "b"}),
        [{"value": "a"}, {"value": "b"}],
        id="dkan-7.1-field_pod_theme",
    ),
    pytest.param(
        "field_spatial",
        und({"wkt": "POINT (8.5 47)"}),
        [
            {
                "wkt": "POINT (8.5 47)",
                "geo_type": "point",
                "lat": "47",
                "lon": "8.5",
                "left": "8.5",
                "top": "47",
                "right": "8.5",
                "bottom": "47",
                "srid": None,
                "accuracy": None,
                "source": None,
            }
        ],
        id="dkan-7.1-field_spatial",
    ),
]
SHAPES: list[Any] = [
    pytest.param("field_author", {"und": {"0": {"value": "Ann"}}}, [text("Ann")], id="dkan-8.1-keyed"),
    pytest.param("field_author", {"und": {"value": "Ann"}}, [text("Ann")], id="dkan-8.1-und-one"),
    pytest.param("field_author", {"und": ["Ann"]}, [text("Ann")], id="dkan-8.1-und-plain"),
    pytest.param("field_author", "Ann", [text("Ann")], id="dkan-8.1-no-und-text"),
    pytest.param("field_author", {"en": [{"value": "Ann"}]}, [text("Ann")], id="dkan-8.1-und-language"),
    pytest.param("field_author", und({"value": 5}), [text("5")], id="dkan-8.1-und-number"),
    pytest.param("field_author", [], [], id="dkan-8.1-empty"),
    pytest.param("field_author", None, [], id="dkan-8.1-empty-null"),
    pytest.param("field_author", {"und": []}, [], id="dkan-8.1-empty-und"),
    pytest.param("field_license", {"und": "_none"}, [], id="dkan-8.1-empty-form"),
    pytest.param("field_author", und({"value": ""}, {"value": None}), [], id="dkan-8.1-empty-items"),
    pytest.param("field_license", {"und": {"select": "cc-by"}}, [text("cc-by")], id="dkan-8.1-select"),
    pytest.param("field_license", {"und": {"select": "_none", "other": ""}}, [], id="dkan-8.1-select-none"),
    pytest.param(
        "field_license",
        {"und": {"select": "select_or_other", "other": "uk-ogl"}},
        [text("uk-ogl")],
        id="dkan-8.1-select-other",
    ),
    pytest.param(
        "field_temporal_coverage",
        und({"value": {"date": "2010-01-01"}, "value2": {"date": "2011-01-01", "time": "12:30"}}),
        [{"value": "2010-01-01 00:00:00", "value2": "2011-01-01 12:30:00", **ZONE}],
        id="dkan-8.1-dates-of-forms",
    ),
    pytest.param(
        "field_temporal_coverage",
        und({"value": {"time": "01/02/2010"}, "value2": {"date": ""}}),
        [{"value": "2010-01-02 00:00:00", "value2": "2010-01-02 00:00:00", **ZONE}],
        id="dkan-8.1-dates-of-forms-american",
    ),
    pytest.param("field_frequency", und({"value": 11}), [{"value": "11"}], id="dkan-7.1-field_frequency-old"),
]

WRONG: list[Any] = [
    pytest.param("field_author", LONG, "at most 255 characters", id="dkan-7.1-longest"),
    pytest.param(
        "field_is_part_of", "x" * 513, "at most 512 characters", id="dkan-7.1-field_is_part_of-longest"
    ),
    pytest.param("field_author", ["a", "b"], "one value", id="dkan-7.1-one-value"),
    *(
        pytest.param(name, sent, f"Field validation errors: {name}: ", id=f"dkan-8.1-{name}-{id_}")
        for name, sent, id_ in (
            ("field_author", und({"valeu": "typo"}), "unknown-key"),
            ("field_author", und({"value": ["a"]}), "no-text"),
            ("field_author", [["a"]], "list"),
            ("field_spatial", und({"lat": "1", "lon": "2"}), "unknown-key"),
            ("field_temporal_coverage", und({"value": {"day": "1"}}), "unknown-part"),
            ("field_temporal_coverage", und({"value2": "2010-01-01"}), "end-alone"),
            ("field_additional_info", "a", "no-pair"),
            ("field_conforms_to", und({"title": "A"}), "unknown-key"),
        )
    ),
    pytest.param(
        "field_frequency",
        "daily",
        "Invalid option for field field_frequency: 'daily'",
        id="dkan-7.1-field_frequency-wrong",
    ),
    pytest.param("field_spatial", und({"wkt": "POINT"}), "no WKT", id="dkan-7.1-field_spatial-wrong"),
    pytest.param("field_spatial", "POINT EMPTY", "empty", id="dkan-7.1-field_spatial-empty"),
    *(
        pytest.param("field_spatial", wkt, "field_spatial: longitudes", id=f"dkan-7.1-field_spatial-{name}")
        for name, wkt in (
            ("metres", "POINT (2600000 1200000)"),
            ("huge", "POINT (1e308 1e308)"),
            ("too-large", "POINT (1e400 1)"),
            ("infinite", "POINT (inf 1)"),
            ("no-number", "LINESTRING (0 0, 3 nan, 1 1)"),
            ("latitude", "MULTIPOINT (1 1, 1 90.1)"),
        )
    ),
    pytest.param(
        "field_spatial", "GEOMETRYCOLLECTION (" * 90 + ")" * 90, "nested", id="dkan-7.1-field_spatial-deep"
    ),
    pytest.param(
        "field_temporal_coverage", "yesterday", "no date", id="dkan-7.1-field_temporal_coverage-wrong"
    ),
    pytest.param("field_resources", "a title", "number of a node", id="dkan-8.1-title-without-number"),
    pytest.param("field_resources", "999999", "no resource", id="dkan-7.1-field_resources-unknown"),
    pytest.param("og_group_ref", "999999", "no group", id="dkan-7.1-og_group_ref-unknown"),
    pytest.param(
        "field_tags", und({"tid": "999999"}), "field_tags: '999999'", id="dkan-7.1-field_tags-unknown"
    ),
    pytest.param("field_tags", und({"name": "x" * 300}), "Invalid option", id="dkan-7.1-field_tags-long"),
    pytest.param(
        "field_license",
        "mine",
        "Invalid option for field field_license: 'mine'",
        id="dkan-7.1-field_license-wrong",
    ),
    pytest.param(
        "field_public_access_level", "all", "Invalid option", id="dkan-7.1-field_public_access_level-wrong"
    ),
    pytest.param("title", "x" * 256, "at most 255", id="dkan-7.1-title-longest"),
    pytest.param("status", "many", "status: 0 or 1", id="dkan-8.5-status-wrong"),
    pytest.param(
        "field_conforms_to", und({"url": "x" * 2049}), "address", id="dkan-7.1-field_conforms_to-longest"
    ),
]
