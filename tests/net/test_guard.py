"""Which addresses may be reached."""

import ipaddress
import threading
import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from colonnade.errors import Invalid
from colonnade.net.guard import (
    GLOBAL_UNICAST,
    REFUSED_NETWORKS,
    Address,
    Guard,
    checked_url,
    is_public,
    system_addresses,
)

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::200e"]

INSIDE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",  # carrier-grade NAT
    "100.100.100.200",  # a cloud's metadata, in that range
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",  # IPv4-compatible
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",  # Teredo
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
]

ODD_LITERALS = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "127.0.0.01",
    "0x7f.0x0.0x0.0x1",
    "017700000001",
    "1.1.1",
    "1.1.1.1.1",
    "256.1.1.1",
    "host.123",
    "0x",
    "[::ffff:127.0.0.1%25eth0]",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_internet_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", INSIDE)
def test_addresses_that_lead_inside_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@given(st.ip_addresses())
@example(ipaddress.ip_address("::ffff:10.0.0.1"))
def test_an_address_is_public_if_it_is_global_and_in_no_refused_network(address: Address) -> None:
    is_unicast = not (address.is_multicast or address.is_reserved)
    is_known = isinstance(address, ipaddress.IPv4Address) or address in GLOBAL_UNICAST
    is_listed = any(address in network for network in REFUSED_NETWORKS)
    assert is_public(address) == (address.is_global and is_unicast and is_known and not is_listed)


@given(st.sampled_from(INSIDE[:24]), st.sampled_from(["::ffff:", "64:ff9b::", "::"]))
def test_no_way_to_write_an_inner_address_as_ipv6_is_public(inner: str, prefix: str) -> None:
    if ":" not in inner:
        assert not is_public(ipaddress.ip_address(prefix + inner))


@given(st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
def test_no_6to4_address_is_public(inner: ipaddress.IPv4Address, rest: int) -> None:
    assert not is_public(ipaddress.IPv6Address((0x2002 << 112) | (int(inner) << 80) | rest))


@pytest.mark.parametrize("text", INSIDE)
def test_a_name_of_an_inner_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="This address cannot be fetched"):
        Guard(lambda *_: [text], allow_private=False).addresses("data.example", 80, seconds=1)


@pytest.mark.parametrize("text", INSIDE)
def test_an_inner_address_itself_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="This address cannot be fetched"):
        Guard(_no_resolver, allow_private=False).addresses(text, 80, seconds=1)


def test_only_the_public_ones_of_several_addresses_are_used() -> None:
    guard = Guard(lambda *_: ["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1111"], allow_private=False)
    assert guard.addresses("data.example", 80, seconds=1) == ["1.1.1.1", "2606:4700::1111"]


@pytest.mark.parametrize(
    "name",
    ["localhost", "a.localhost", "localhost.localdomain", "localhost4", "ip6-localhost", "ip6-loopback"],
)
def test_the_machines_own_names_are_refused_whatever_they_resolve_to(name: str) -> None:
    with pytest.raises(Invalid):
        Guard(lambda *_: ["1.1.1.1"], allow_private=False).addresses(name, 80, seconds=1)


def test_private_addresses_are_reached_where_they_are_allowed() -> None:
    assert Guard(lambda *_: ["127.0.0.1"], allow_private=True).addresses("localhost", 80, seconds=1) == [
        "127.0.0.1"
    ]


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    released = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        released.wait(10)
        return ["1.1.1.1"]

    begun = time.monotonic()
    with pytest.raises(Invalid):
        Guard(stuck, allow_private=False).addresses("data.example", 80, seconds=0.05)
    assert time.monotonic() - begun < 2
    released.set()


def test_the_systems_resolver_knows_this_machine() -> None:
    assert "127.0.0.1" in system_addresses("localhost", 80)


def test_a_label_that_is_too_long_is_a_name_that_nobody_knows() -> None:
    with pytest.raises(OSError, match=r".+"):
        system_addresses("a" * 64 + ".example", 80)


@pytest.mark.parametrize("host", ODD_LITERALS)
def test_odd_forms_of_addresses_are_refused_before_anybody_reads_them(host: str) -> None:
    with pytest.raises(Invalid):
        checked_url(f"http://{host}/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "data.csv",
        "//data.example/x",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://data.example/",
        "gopher://data.example/",
        "data:text/csv,a",
        "http://",
        "http:///x",
        "https:data.example",
        "http://user:secret@data.example/",
        "http://user@data.example/",
        "http://data.example\\@10.0.0.1/",
        "http://data.example/\r\nX: y",
        "http://data.example/a b",
        "http://a..b/",
        "http://-a.example/",
        "http://a%2eexample/",
        "http://.example/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://data.example:0/",
        "http://data.example:25/",
        "http://data.example:5432/",
        "http://data.example:99999/",
        "http://data.example:x/",
        "http://[::1/",
        "http://[v1.x]/",
        "http://data.example/" + "a" * 9000,
    ],
)
def test_what_is_no_plain_web_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        checked_url(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("http://DATA.example./a?b=c#d", "http://data.example/a?b=c"),
        ("https://data.example:443/", "https://data.example/"),
        ("https://data.example:8443/", "https://data.example:8443/"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("http://a_b.example/", "http://a_b.example/"),
        ("http://1.1.1.1/", "http://1.1.1.1/"),
        ("http://[2606:4700:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://123.example/", "http://123.example/"),
    ],
)
def test_addresses_get_one_form(text: str, normal: str) -> None:
    url = checked_url(text)
    assert f"{url.scheme}://{url.netloc.decode()}{url.raw_path.decode()}" == normal


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https://", "http://a.example:", "http://["]))
def test_any_text_is_an_address_or_invalid(text: str, prefix: str) -> None:
    try:
        url = checked_url(prefix + text)
    except Invalid:
        return
    assert url.scheme in {"http", "https"}
    assert url.host


def _no_resolver(host: str, port: int) -> Sequence[str]:
    raise AssertionError("an address needs no resolver")
