"""Addresses of pages and of what they point to, below the root of the site."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode, urlsplit

HOME = "/"
EXPLORE = "/explore/"
API = "/api/explore/v2.1"
DATASETS = f"{API}/catalog/datasets"
API_PAGE = f"{API}/docs"
"""Where the API is described, and can be tried."""
CATALOGUE_DCAT = f"{API}/catalog/exports/dcat"
RSS = "/feeds/datasets.rss"
ATOM = "/feeds/datasets.atom"
NODES = f"{EXPLORE}node/"
GROUPS, STORIES, DASHBOARDS = f"{EXPLORE}groups/", f"{EXPLORE}stories/", f"{EXPLORE}dashboards/"
ACCOUNT = "/account/"
SIGN_IN = f"{ACCOUNT}sign-in/"
FORGOTTEN = f"{ACCOUNT}forgotten/"

LONGEST_QUERY = 2_000

Parameters = Iterable[tuple[str, str]]


def is_page(path: str) -> bool:
    return path == HOME or f"{path}/".startswith((EXPLORE, ACCOUNT))


def with_query(path: str, parameters: Parameters) -> str:
    """A path with its parameters; those without a value are left out."""
    query = urlencode([(name, value) for name, value in parameters if value])
    return f"{path}?{query}" if query else path


def dataset(slug: str) -> str:
    return f"{EXPLORE}dataset/{quote(slug, safe='')}/"


def dataset_api(slug: str) -> str:
    """What the API tells of a dataset."""
    return f"{DATASETS}/{quote(slug, safe='')}"


def records_api(slug: str, parameters: Parameters = ()) -> str:
    return with_query(f"{dataset_api(slug)}/records", parameters)


def export(slug: str, format_: str, parameters: Parameters = ()) -> str:
    return with_query(f"{dataset_api(slug)}/exports/{format_}", parameters)


def attachment(slug: str, uid: str) -> str:
    return f"{dataset_api(slug)}/attachments/{uid}"


def alternative_export(slug: str, uid: str) -> str:
    return f"{dataset_api(slug)}/alternative_exports/{uid}"


def resource(number: int) -> str:
    """The file of a resource that is a node of its own, whichever it has by then."""
    return f"/node/{number}/download"


def node(number: int) -> str:
    """The page of a group, a story ..., and of what is not published yet."""
    return f"{NODES}{number}/"


def public_file(name: str) -> str:
    """A file with a public name."""
    return f"/sites/default/files/{quote(name)}"


def resource_anchor(number: int) -> str:
    """Where a dataset's page tells of such a resource."""
    return f"resource-{number}"


def file(slug: str, uid: str) -> str:
    """A file in a cell."""
    return f"{dataset_api(slug)}/files/{uid}"


def picture(slug: str, uid: str, pixels: int) -> str:
    """A smaller copy of a picture in a cell."""
    return f"{dataset(slug)}files/{uid}/{pixels}/"


def kept_export(number: str) -> str:
    """A file of records that was made for its reader."""
    return f"{ACCOUNT}exports/{quote(number, safe='')}/"


def sign_in(path: str, query: str = "") -> str:
    """The page to sign in, and from there on to a path, with a query as it was sent if that is not overlong."""
    onward = f"{quote(path)}?{query}" if 0 < len(query) <= LONGEST_QUERY else path
    return f"{SIGN_IN}?next={quote(onward, safe='/')}"


def is_local(text: str) -> bool:
    """Whether a text is a path of this site, to which one may be sent on."""
    return text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()


def is_web(text: str) -> bool:
    """Whether a text may be the target of a link: an address of the web, and nothing that a browser would run."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isprintable() and " " not in text
    )
