"""What metadata say of a dataset that Project Open Data asks for: who may have it, and what stands in `custom`."""

from collections.abc import Mapping
from typing import Any

from colonnade.core.datasets.templates import Custom
from colonnade.core.feeds import texts, vocabularies
from colonnade.core.feeds.model import Openness, ProjectOpenData

_STRICTEST = (Openness.NON_PUBLIC, Openness.RESTRICTED, Openness.PUBLIC)


def said(custom: Mapping[str, Any]) -> ProjectOpenData:
    def text(name: Custom) -> str | None:
        return texts.text(custom.get(name))

    quality = custom.get(Custom.QUALITY)
    return ProjectOpenData(
        themes=texts.texts(custom.get(Custom.THEMES)),
        rights=text(Custom.RIGHTS),
        landing_page=texts.address(text(Custom.LANDING_PAGE)),
        part_of=text(Custom.PART_OF),
        dictionary=text(Custom.DICTIONARY),
        dictionary_type=text(Custom.DICTIONARY_TYPE),
        bureaus=texts.texts(custom.get(Custom.BUREAUS)),
        programs=texts.texts(custom.get(Custom.PROGRAMS)),
        meets_quality=quality if isinstance(quality, bool) else None,
        investment=text(Custom.INVESTMENT),
        records=text(Custom.RECORDS),
    )


def openness(is_so: Openness, written: object) -> Openness:
    """What its publisher says (`dcat.accessRights`), unless the portal keeps more back than that."""
    code = vocabularies.access_right(texts.text(written))
    told = Openness.PUBLIC if code is None else Openness(code)
    return min(is_so, told, key=_STRICTEST.index)
