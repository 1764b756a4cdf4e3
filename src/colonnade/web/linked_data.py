"""What search engines and harvesters read out of a page: schema.org in JSON-LD."""

from collections.abc import Mapping
from typing import Any

import orjson
from markupsafe import Markup

from colonnade.core.records.exports import MEDIA_TYPES
from colonnade.web import links, printing
from colonnade.web.described import Described

LONGEST = 5_000
"""Characters of a description that search engines take."""


def dataset(one: Described, site: str) -> Markup:
    address = f"{site}{one.path}"
    return _script(
        {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "@id": address,
            "url": address,
            "identifier": one.uid,
            "name": one.title,
            "description": printing.clipped(printing.plain(one.description), LONGEST) or one.title,
            "inLanguage": one.language,
            "keywords": [*one.themes, *one.keywords],
            "dateModified": one.modified.isoformat() if one.modified else None,
            "license": one.licence and (one.licence.href or one.licence.text),
            "publisher": one.publisher and {"@type": "Organization", "name": one.publisher},
            "isAccessibleForFree": not one.is_restricted,
            "variableMeasured": [field.label for field in one.fields[:100]],
            "distribution": [
                {
                    "@type": "DataDownload",
                    "encodingFormat": media_type.partition(";")[0],
                    "contentUrl": f"{site}{links.export(one.slug, format_)}",
                }
                for format_, media_type in MEDIA_TYPES.items()
                if one.fields
            ],
        }
    )


def catalogue(title: str, description: str, site: str) -> Markup:
    return _script(
        {
            "@context": "https://schema.org",
            "@type": "DataCatalog",
            "@id": f"{site}/",
            "url": f"{site}/",
            "name": title,
            "description": description,
        }
    )


def _script(value: Mapping[str, Any]) -> Markup:
    """JSON that can stand inside a script element: nothing in it ends one or begins a comment."""
    text = orjson.dumps({name: one for name, one in value.items() if one not in (None, "", [])}).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped just now
