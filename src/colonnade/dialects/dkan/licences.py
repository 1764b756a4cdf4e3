"""The licences that have a word here, and where their texts are (section 12.1 of the reference)."""

from collections.abc import Mapping

ADDRESSES: Mapping[str, str] = {
    "cc-by": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc-zero": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc-nc": "https://creativecommons.org/licenses/by-nc/2.5/",
    "cc-by-nc-nd": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    "gfdl": "https://www.gnu.org/licenses/fdl.html",
    "odc-by": "https://opendatacommons.org/licenses/by/1.0/",
    "odc-odbl": "https://opendatacommons.org/licenses/odbl/1.0/",
    "odc-pddl": "http://opendefinition.org/licenses/odc-pddl/",
}
"""The others have none, and are told by their word."""
