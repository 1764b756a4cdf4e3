"""Ugly files on the way of a publisher: what is it, how is it read, publish; each ends in rows or in a sentence."""

from dataclasses import replace
from typing import Any

import pytest
from tests.builder.support import SMALL, Bench, Built
from tests.builder.ugly import UGLY, Ugly

from colonnade.builder import look
from colonnade.builder.job import LOOK_LIMITS, FileInput, LookJob
from colonnade.errors import Invalid, LimitReached

LIMITS = replace(SMALL, unpacked_bytes=LOOK_LIMITS.unpacked_bytes)


def _ask(bench: Bench, kind: Ugly, format_: str = "", **params: Any) -> LookJob:
    path = bench.folder / "blob"
    if not path.exists():
        path.write_bytes(kind.content())
    number = next(iter(bench.numbers))
    return LookJob(FileInput(path, "ugly", "re_1", format_, params), bench.folder / f"look{number}")


def _published(bench: Bench, kind: Ugly) -> Built | None:
    """As somebody does it who takes what is proposed, and changes what the case says; None: nothing is proposed, and
    nobody knows better."""
    guesses = look.guess(_ask(bench, kind))
    assert next((one.extractor for one in guesses), None) == kind.guess
    format_ = kind.guess or kind.known
    if not format_:
        return None
    suggested = look.suggest(_ask(bench, kind, format_))
    return bench.built(_ask(bench, kind, format_, **{**suggested, **kind.params}).file, limits=LIMITS)


@pytest.mark.parametrize("kind", UGLY, ids=lambda one: one.name)
def test_an_ugly_file_becomes_rows_or_a_reason(bench: Bench, kind: Ugly) -> None:
    if kind.error:
        with pytest.raises((Invalid, LimitReached)) as caught:
            _published(bench, kind)
        assert kind.error in caught.value.message
        assert "ugly" in caught.value.message
        assert str(bench.folder) not in caught.value.message
        return
    built = _published(bench, kind)
    if built is None:
        assert not kind.types
        return
    assert built.types() == kind.types
    assert built.rows(", ".join(f'"{name}"' for name in kind.types)) == list(kind.rows)
    assert list(built.manifest.notes) == list(kind.notes)
    assert [one.name for one in built.manifest.columns] == list(kind.types)
    if kind.misfit is not None:
        name, row, cell = kind.misfit
        assert {"row": row, "cell": cell}.items() <= built.report(name).misfits[0].items()
