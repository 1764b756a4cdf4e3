"""Links from page to page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from colonnade.web.parameters import PageAsked, last_page

_AROUND = 1
"""Pages that are linked on each side of the one that is shown."""


@dataclass(frozen=True)
class Step:
    """A page to go to; `href` None: the one that is shown. `is_after_gap`: pages before it are left out."""

    number: int
    href: str | None
    is_after_gap: bool = False


@dataclass(frozen=True)
class Pager:
    """`steps` is empty where there is one page. `first` and `last`: the places of what is shown, counted from 1.
    `is_cut`: there is more than pages reach."""

    total: int
    first: int
    last: int
    steps: tuple[Step, ...]
    previous: str | None
    next: str | None
    is_cut: bool

    @property
    def is_beyond(self) -> bool:
        """The page that was asked for lies behind the last one."""
        return self.first > self.total > 0


def pager(asked: PageAsked, total: int, href: Callable[[int], str]) -> Pager:
    """`href` gives the address of a page by its number."""
    reached = last_page(asked.size)
    pages = min(-(-total // asked.size), reached)
    here = asked.number
    return Pager(
        total=total,
        first=asked.offset + 1,
        last=min(asked.offset + asked.size, total),
        steps=tuple(_steps(here, pages, href)) if pages > 1 else (),
        previous=href(min(here - 1, pages)) if here > 1 and pages else None,
        next=href(here + 1) if here < pages else None,
        is_cut=total > reached * asked.size,
    )


def _steps(here: int, pages: int, href: Callable[[int], str]) -> Iterator[Step]:
    shown = sorted({1, pages, *range(max(here - _AROUND, 1), min(here + _AROUND, pages) + 1)})
    before = 0
    for number in shown:
        yield Step(number, None if number == here else href(number), is_after_gap=number > before + 1)
        before = number
