"""What a licence is called in the lists of single countries, told by its address."""

import re
from collections.abc import Mapping

_SWISS = "http://dcat-ap.ch/vocabulary/licenses"
_GERMAN = "http://dcat-ap.de/def/licenses"
_TYPES = "http://purl.org/adms/licencetype"
_TERMS = re.compile(r"(?:.*[/#])?(terms_(?:open|by|ask|by_ask))")

_ADDRESS = re.compile(
    r"https?://(?:www\.)?(?P<host>creativecommons\.org|opendatacommons\.org|govdata\.de)/(?P<path>[^?#]*?)(?:deed\.\w+)?/?"
)
_KNOWN: Mapping[str, tuple[str, str | None, str]] = {
    # Beginning of the address: Germany's name, what Switzerland's terms come nearest to, ADMS' type.
    "creativecommons.org/publicdomain/zero": ("cc-zero", "terms_open", "PublicDomain"),
    "creativecommons.org/publicdomain/mark": ("ccpdm/1.0", "terms_open", "PublicDomain"),
    "creativecommons.org/licenses/by/4.0": ("cc-by/4.0", "terms_by", "Attribution"),
    "creativecommons.org/licenses/by-sa/4.0": ("cc-by-sa/4.0", None, "ViralEffect-ShareAlike"),
    "opendatacommons.org/licenses/odbl": ("odbl", None, "ViralEffect-ShareAlike"),
    "opendatacommons.org/licenses/by": ("odby", "terms_by", "Attribution"),
    "opendatacommons.org/licenses/pddl": ("odcpddl", "terms_open", "PublicDomain"),
    "govdata.de/dl-de/by-2-0": ("dl-by-de/2.0", "terms_by", "Attribution"),
    "govdata.de/dl-de/zero-2-0": ("dl-zero-de/2.0", "terms_open", "PublicDomain"),
}
_SWISS_RIGHTS: Mapping[str, str] = {
    "noncommercialallowed-commercialallowed-referencenotrequired": "terms_open",
    "noncommercialallowed-commercialallowed-referencerequired": "terms_by",
    "noncommercialallowed-commercialwithpermission-referencenotrequired": "terms_ask",
    "noncommercialallowed-commercialwithpermission-referencerequired": "terms_by_ask",
}
"""The older names of the same terms."""


def swiss(*written: object) -> str | None:
    """The terms of use of opendata.swiss that are meant by the first of these that means any: texts, lists of texts, or
    the address of a licence."""
    for one in (text for some in written for text in (some if isinstance(some, list) else [some])):
        if not isinstance(one, str):
            continue
        named = _TERMS.fullmatch(one.strip())
        known = _known(one)
        terms = named[1] if named else _SWISS_RIGHTS.get(one.strip().lower()) or (known and known[1])
        if terms:
            return f"{_SWISS}/{terms}"
    return None


def german(address: str | None) -> str | None:
    if address is not None and "dcat-ap.de/def/licenses/" in address:
        return address
    known = _known(address)
    return None if known is None else f"{_GERMAN}/{known[0]}"


def type_of(address: str | None) -> str | None:
    """What it is in ADMS' list of types."""
    known = _known(address)
    return None if known is None else f"{_TYPES}/{known[2]}"


def _known(address: str | None) -> tuple[str, str | None, str] | None:
    found = _ADDRESS.fullmatch(address or "")
    if found is None:
        return None
    plain = f"{found['host']}/{found['path']}"
    return next((told for beginning, told in _KNOWN.items() if f"{plain}/".startswith(f"{beginning}/")), None)
