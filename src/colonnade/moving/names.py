"""Names of terms. Most sites tell only their numbers by the node API; the public catalogue knows the names."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from colonnade.core.origins.model import Problem
from colonnade.moving import said
from colonnade.moving.site import Record, Site

NONE_GIVEN = "No keyword provided"
"""What data.json says where there are no tags."""


@dataclass
class Names:
    """What is known so far. One instance serves several threads."""

    site: Site
    _known: dict[int, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of_dataset(
        self, dataset: Record, resources: Sequence[Record]
    ) -> tuple[Mapping[str, Sequence[str]], list[Problem]]:
        """The names of a dataset's tags and topics, and what could not be named. The formats of its resources are learnt
        by the way."""
        formats = [one for each in resources for one in said.numbers(each, "field_format", "tid")]
        tags, topics = (said.numbers(dataset, name, "tid") for name in ("field_tags", "field_topic"))
        self._ask_terms([*tags, *topics, *formats])
        written = _written(dataset)
        if self._unknown([*tags, *formats]):
            self._learn_package(said.text(dataset, "uuid"), tags, resources, written)
        if self._unknown([*topics, *tags]) and not (written["field_tags"] and not self._unknown(topics)):
            self._learn_description(dataset, tags, topics, written)
        problems = []
        for name, numbers in (("field_tags", tags), ("field_topic", topics)):
            known = [self._known[one] for one in numbers if one in self._known]
            if len(known) == len(numbers):
                written[name] = list(dict.fromkeys([*written[name], *known]))
            elif not written[name]:
                written[name] = known
                missing = len(numbers) - len(known)
                problems.append(Problem(name, f"The site does not tell the names of {missing} terms."))
        return written, problems

    def of_other(self, record: Record) -> tuple[Mapping[str, Sequence[str]], list[Problem]]:
        """The names of what another thing is about, as far as the site tells them, or its datasets told them."""
        found: dict[str, list[str]] = {}
        problems = []
        for name, names in _written(record).items():
            if name not in record:
                continue
            numbers = said.numbers(record, name, "tid")
            self._ask_terms(numbers)
            known = [self._known[one] for one in numbers if one in self._known]
            found[name] = list(dict.fromkeys([*names, *known]))
            if not names and len(known) < len(numbers):
                missing = len(numbers) - len(known)
                problems.append(Problem(name, f"The site does not tell the names of {missing} terms."))
        return found, problems

    def format_of(self, resource: Record) -> str | None:
        """The format of a resource: by name, or else by the ending of its file."""
        numbers = said.numbers(resource, "field_format", "tid")
        self._ask_terms(numbers)
        for one in numbers:
            if one in self._known:
                return self._known[one].lower()
        if not numbers:
            return None
        for name in ("field_upload", "field_link_remote_file"):
            file = said.file(resource, name)
            ending = "" if file is None else PurePosixPath(file.filename).suffix
            if ending:
                return ending.removeprefix(".").lower()
        return None

    def _unknown(self, numbers: Iterable[int]) -> bool:
        return any(one not in self._known for one in numbers)

    def _learn(self, numbers: Sequence[int], names: Sequence[str]) -> bool:
        """Names in the order of numbers; as many, or nothing is certain."""
        if not names or len(numbers) != len(names):
            return False
        with self._lock:
            self._known.update(zip(numbers, names, strict=True))
        return True

    def _ask_terms(self, numbers: Iterable[int]) -> None:
        for one in numbers:
            if one in self._known or not self.site.names_terms:
                continue
            name = self.site.term(one)
            if name is not None:
                self._learn([one], [name])

    def _learn_package(
        self, uuid: str, tags: Sequence[int], resources: Sequence[Record], written: dict[str, list[str]]
    ) -> None:
        package = self.site.package(uuid) if uuid else None
        if package is None:
            return
        names = _names(package.get("tags"))
        if not self._learn(tags, names):
            written["field_tags"] = names or written["field_tags"]
        formats = {text_of(one, "id"): text_of(one, "format") for one in _objects(package.get("resources"))}
        for resource in resources:
            numbers = said.numbers(resource, "field_format", "tid")
            name = formats.get(said.text(resource, "uuid"))
            if name and len(numbers) == 1:
                self._learn(numbers, [name])

    def _learn_description(
        self, dataset: Record, tags: Sequence[int], topics: Sequence[int], written: dict[str, list[str]]
    ) -> None:
        uuid = said.text(dataset, "uuid")
        described = self.site.described(uuid) if uuid else None
        if described is None:
            return
        keywords = [one for one in texts(described.get("keyword")) if one != NONE_GIVEN]
        if self._unknown(tags) and not self._learn(tags, keywords):
            written["field_tags"] = written["field_tags"] or keywords
        # A theme of Project Open Data takes the place of the topics there.
        if not said.items(dataset, "field_pod_theme"):
            themes = texts(described.get("theme"))
            if self._unknown(topics) and not self._learn(topics, themes):
                written["field_topic"] = themes


def _written(dataset: Record) -> dict[str, list[str]]:
    """Names that the items themselves have: sites may send whole terms."""
    return {
        name: [one["name"] for one in said.items(dataset, name) if isinstance(one.get("name"), str)]
        for name in ("field_tags", "field_topic")
    }


def texts(value: object) -> list[str]:
    """A list of texts, which may be one text."""
    values = value if isinstance(value, list) else [value]
    return [one.strip() for one in values if isinstance(one, str) and one.strip()]


def text_of(record: Record, key: str) -> str:
    return said.text(record, key).strip()


def _names(value: object) -> list[str]:
    return [name for one in _objects(value) if (name := text_of(one, "name"))]


def _objects(value: object) -> list[Record]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
