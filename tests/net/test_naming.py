"""What a fetched file is called."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.net.naming import filename, mimetype


@pytest.mark.parametrize(
    ("disposition", "path", "kind", "name"),
    [
        (None, "/a/b.csv", None, "b.csv"),
        (None, "/a/b.csv?c=d.json", None, "b.csv"),
        (None, "/", None, "file"),
        (None, "", "text/csv", "file.csv"),
        (None, "/export", "application/json", "export.json"),
        (None, "/export", "application/octet-stream", "export"),
        (None, "/caf%C3%A9.csv", None, "café.csv"),
        (None, "/..%2f..%2fetc%2fpasswd", None, "passwd"),
        (None, "/..", None, "file"),
        (None, "/a/", None, "file"),
        ("attachment; filename=x.csv", "/b", None, "x.csv"),
        ('attachment; filename="my data.csv"', "/b", None, "my data.csv"),
        ("attachment; filename=\"x.csv\"; filename*=UTF-8''%e2%82%ac.csv", "/b", None, "€.csv"),
        ('attachment; filename="../../etc/passwd"', "/b", None, "passwd"),
        ('attachment; filename="C:\\\\x\\\\y.csv"', "/b", None, "y.csv"),
        ("attachment; filename=", "/b.csv", None, "b.csv"),
        ("inline", "/b.csv", None, "b.csv"),
        ("attachment; filename*=nonsense''%ff.csv", "/b.csv", None, None),
    ],
)
def test_names_come_from_the_header_or_the_address(
    disposition: str | None, path: str, kind: str | None, name: str | None
) -> None:
    found = filename(disposition, httpx2.URL(f"http://data.example{path}"), kind)
    assert name is None or found == name


@given(st.text(max_size=300) | st.text(max_size=300).map(lambda text: f'attachment; filename="{text}"'))
def test_any_header_gives_a_harmless_name(disposition: str) -> None:
    name = filename(disposition, httpx2.URL("http://data.example/x"), None)
    assert 0 < len(name) <= 220
    assert name not in {".", ".."}
    assert not set(name) & set('/\\\0\r\n"<>|:*?')


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("text/csv", "text/csv"),
        ("Text/CSV; charset=x", "text/csv"),
        ("", None),
        (None, None),
        ("csv", None),
        ("a/b/c", None),
    ],
)
def test_the_type_of_the_content_is_read_from_its_header(header: str | None, kind: str | None) -> None:
    assert mimetype(header) == kind
