"""Certificates are verified against the name, not the address that is connected to."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.net.support import PUBLIC, Internet, Names, Site, got, served

from colonnade.errors import Invalid, Unavailable
from colonnade.net.client import Client


def make_certificate(folder: Path, address: str = "192.0.2.7") -> Path:
    """A self-signed certificate for data.example and an address, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "data.example")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("data.example"), x509.IPAddress(ipaddress.ip_address(address))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def asked_for() -> list[str | None]:
    """The names that clients asked for in the handshake (SNI)."""
    return []


@pytest.fixture
def site(certificate: Path, asked_for: list[str | None]) -> Iterator[Site]:
    def wrap(server: ThreadingHTTPServer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: asked_for.append(name)
        # The handshake belongs to the thread of the request, not to the one that accepts.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

    with served(wrap) as one:
        one.page("/", b"x")
        yield one


def fetcher(site: Site, trusted: Path | None) -> Client:
    tls = None if trusted is None else ssl.create_default_context(cafile=str(trusted))
    names = Names({"data.example": [[PUBLIC]], "other.example": [[PUBLIC]]})
    return Client(resolver=names, wire=Internet(site), tls=tls)


def test_a_certificate_of_the_name_is_accepted(
    site: Site, certificate: Path, asked_for: list[str | None]
) -> None:
    assert got(fetcher(site, certificate), "https://data.example/")[0] == b"x"
    assert asked_for == ["data.example"]
    assert site.asked[0].host == "data.example"


def test_a_certificate_of_another_name_is_refused(site: Site, certificate: Path) -> None:
    with pytest.raises(Unavailable, match="certificate is not valid"):
        got(fetcher(site, certificate), "https://other.example/")
    assert site.asked == []


def test_a_certificate_that_nobody_trusts_is_refused(site: Site) -> None:
    with pytest.raises(Unavailable, match="certificate is not valid"):
        got(fetcher(site, None), "https://data.example/")


def test_https_never_goes_on_as_http_with_credentials(site: Site, certificate: Path) -> None:
    site.redirect("/down", "http://data.example/")
    with pytest.raises(Invalid, match="from https to http"):
        got(fetcher(site, certificate), "https://data.example/down", basic_auth=("ada", "secret"))
    assert len(site.asked) == 1


def test_a_server_without_tls_is_no_https_server(certificate: Path) -> None:
    with served() as plain, pytest.raises(Unavailable):
        got(fetcher(plain, certificate), "https://data.example/")
