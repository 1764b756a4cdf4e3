"""Bounds of bytes and time, and compressed answers within them."""

import gzip
import io
import itertools
import time
import zlib
from collections.abc import Iterator

import pytest
from tests.net.support import Handler, Site, client, endless, got, refused

from colonnade.errors import LimitReached, Unavailable
from colonnade.net.client import Fetched, Request


def test_a_file_over_the_bound_is_not_even_begun(site: Site) -> None:
    site.page("/", b"x" * 1001)
    out = io.BytesIO()
    with pytest.raises(LimitReached) as found:
        client(site, size_bytes=1000).fetch(Request("http://data.example/"), out)
    assert (out.getvalue(), found.value.facts["limit"], found.value.facts["value"]) == (b"", 1000, 1001)


def test_a_file_of_just_the_bound_comes(site: Site) -> None:
    site.page("/", b"x" * 1000)
    assert len(got(client(site, size_bytes=1000), "http://data.example/")[0]) == 1000


def test_a_body_without_end_is_cut_at_the_bound(site: Site) -> None:
    site.pages["/"] = endless(b"x" * 65536)
    out = io.BytesIO()
    with pytest.raises(LimitReached):
        client(site, size_bytes=1 << 20).fetch(Request("http://data.example/"), out)
    assert len(out.getvalue()) <= 1 << 20


def test_a_body_that_drips_is_cut_when_the_time_is_over(site: Site) -> None:
    site.pages["/"] = endless(b"x", 0.02)
    begun = time.monotonic()
    error = refused(client(site, total_seconds=0.4), "http://data.example/")
    assert (type(error), error.code) == (Unavailable, "fetch.slow")
    assert time.monotonic() - begun < 3


def test_a_head_that_drips_is_cut_when_the_time_is_over(site: Site) -> None:
    site.pages["/"] = lambda handler: handler.drip(_slow_head())
    assert refused(client(site, total_seconds=0.4), "http://data.example/").code == "fetch.slow"


def _slow_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in itertools.count():
        time.sleep(0.02)
        yield b"X-%d: y\r\n" % number


def test_silence_is_not_waited_for(site: Site) -> None:
    site.pages["/"] = endless(b"x", 5)
    begun = time.monotonic()
    assert refused(client(site, read_seconds=0.2), "http://data.example/").code == "fetch.slow"
    assert time.monotonic() - begun < 3


def test_a_head_without_end_is_refused(site: Site) -> None:
    site.pages["/"] = lambda handler: handler.drip(
        itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: " + b"y" * 1000 + b"\r\n"))
    )
    assert refused(client(site), "http://data.example/").code == "fetch.broken"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_no_whole_answer_is_refused(site: Site, answer: bytes) -> None:
    def page(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(answer)

    site.pages["/"] = page
    error = refused(client(site), "http://data.example/")
    assert (type(error), error.code) == (Unavailable, "fetch.broken")
    assert "SSH" not in error.message


TABLE = b"name,size\n" + b"row,1\n" * 5000


def _deflated(content: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(TABLE)),
        ("X-GZIP", gzip.compress(TABLE)),
        ("gzip", gzip.compress(TABLE[:777]) + gzip.compress(TABLE[777:])),
        ("gzip", gzip.compress(TABLE) + b"\0" * 512),
        ("deflate", _deflated(TABLE, 15)),
        ("deflate", _deflated(TABLE, -15)),
        ("identity", TABLE),
    ],
)
def test_compressed_answers_come_out_plain(site: Site, coding: str, body: bytes) -> None:
    site.page("/", body, Content_Encoding=coding)
    content, answer = got(client(site), "http://data.example/")
    assert content == TABLE
    assert isinstance(answer, Fetched)
    assert answer.is_inflated == (coding != "identity")
    assert site.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_an_empty_body_is_empty_in_every_coding(site: Site) -> None:
    site.page("/", b"", Content_Encoding="gzip")
    assert got(client(site), "http://data.example/")[0] == b""


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(TABLE)[:-9]),
        ("gzip", TABLE),
        ("gzip", gzip.compress(TABLE) + b"garbage"),
        ("deflate", b"\xff\xff\xff"),
        ("br", TABLE),
        ("gzip, gzip", gzip.compress(gzip.compress(TABLE))),
    ],
)
def test_answers_that_cannot_be_decoded_are_refused(site: Site, coding: str, body: bytes) -> None:
    site.page("/", body, Content_Encoding=coding)
    assert refused(client(site), "http://data.example/").code == "fetch.broken"


def test_a_bomb_is_cut_at_the_bound(site: Site) -> None:
    site.page("/", gzip.compress(b"\0" * (64 << 20)), Content_Encoding="gzip")
    out = io.BytesIO()
    with pytest.raises(LimitReached) as found:
        client(site, size_bytes=1 << 20).fetch(Request("http://data.example/"), out)
    assert len(out.getvalue()) <= 1 << 20
    value = found.value.facts["value"]
    assert isinstance(value, int)
    assert value <= 2 << 20


def test_compressed_nothing_without_end_is_cut_too(site: Site) -> None:
    def page(handler: Handler) -> None:
        handler.head(Content_Encoding="gzip")
        handler.drip(itertools.repeat(gzip.compress(b"") * 500))

    site.pages["/"] = page
    assert isinstance(refused(client(site, size_bytes=200_000), "http://data.example/"), LimitReached)
