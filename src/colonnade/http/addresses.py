"""Absolute addresses of what the portal tells others about, on whatever door it is found."""

from dataclasses import dataclass
from urllib.parse import quote, quote_plus

API = "/api/explore/v2.1/catalog/datasets"


@dataclass(frozen=True)
class PortalAddresses:
    """`site`: the address of the portal as its users know it, without a final slash."""

    site: str

    def home(self) -> str:
        return f"{self.site}/"

    def catalogue(self) -> str:
        return f"{self.site}{API}"

    def page(self, slug: str) -> str:
        return f"{self.site}/explore/dataset/{_quoted(slug)}/"

    def dataset(self, slug: str) -> str:
        return f"{self.site}{API}/{_quoted(slug)}"

    def export(self, slug: str, format_: str, *, use_labels: bool) -> str:
        return f"{self.dataset(slug)}/exports/{format_}{'?use_labels=true' if use_labels else ''}"

    def attachment(self, slug: str, uid: str) -> str:
        return f"{self.dataset(slug)}/attachments/{_quoted(uid)}"

    def alternative_export(self, slug: str, uid: str) -> str:
        return f"{self.dataset(slug)}/alternative_exports/{_quoted(uid)}"

    def having(self, field_name: str, value: str) -> str:
        return f"{self.site}/explore/?refine.{field_name}={quote_plus(value, safe='')}"


def _quoted(text: str) -> str:
    return quote(text, safe="")
