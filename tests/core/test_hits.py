"""Hits that were asked for once are not searched again, and take no more room than they may."""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest

from colonnade.core.hits import HitCache
from colonnade.generation import GenerationRef, Mark
from colonnade.query.tree import TextMatch

REF = GenerationRef("tb_hits", 1)
FIRST = Mark(1, 1)
A, B = TextMatch("a"), TextMatch("b")


@dataclass
class Searcher:
    """A fake: every text has four hits, 32 bytes. `asked`: what it was asked for, in order."""

    mark: Mark = FIRST
    rows: int = 10
    asked: list[str] = field(default_factory=list)

    def ids(self, match: TextMatch, within: tuple[int, int] | None = None) -> Any:
        del within
        self.asked.append(match.text)
        return pa.array([1, 2, 3, 4], pa.int64())

    def count(self, match: TextMatch) -> int | None:
        del match
        return 4

    def page(self, match: TextMatch, offset: int, limit: int) -> tuple[Any, int] | None:
        del match, offset, limit
        return None


def test_the_same_text_is_searched_once_in_each_state() -> None:
    cache, searcher = HitCache(), Searcher()
    for _ in range(3):
        assert cache.ids(REF, searcher, A).to_pylist() == [1, 2, 3, 4]
    assert searcher.asked == ["a"]
    cache.ids(REF, searcher, TextMatch("a", ("name",)))
    cache.ids(GenerationRef("tb_hits", 2), searcher, A)
    assert searcher.asked == ["a", "a", "a"]
    later = Searcher(Mark(2, 2))
    cache.ids(REF, later, A)
    assert later.asked == ["a"]


@pytest.mark.parametrize(
    ("kept_bytes", "asked"), [(100, ["a", "b"]), (40, ["a", "b", "a"]), (10, list("abaaa"))]
)
def test_what_was_asked_longest_ago_makes_room(kept_bytes: int, asked: list[str]) -> None:
    cache, searcher = HitCache(kept_bytes), Searcher()
    for match in (A, B, A, A, A):
        cache.ids(REF, searcher, match)
    assert searcher.asked == asked
