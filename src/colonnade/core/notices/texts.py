"""What a person is told at the end of a job, as PANDA words it (section 7 of its reference). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from colonnade.core.jobs.model import Kind, State

INFO, ERROR = "Info", "Error"

TOLD: Mapping[tuple[Kind, State], tuple[str, str]] = {
    (Kind.IMPORT, State.DONE): ("Import complete", INFO),
    (Kind.IMPORT, State.FAILED): ("Imported failed", ERROR),
    (Kind.IMPORT, State.ABORTED): ("Imported aborted", INFO),
    (Kind.REINDEX, State.DONE): ("Reindex complete", INFO),
    (Kind.REINDEX, State.FAILED): ("Reindex failed", ERROR),
    (Kind.REINDEX, State.ABORTED): ("Reindex aborted", INFO),
    (Kind.EXTRACT, State.DONE): ("Export complete", INFO),
    (Kind.EXTRACT, State.FAILED): ("Export failed", ERROR),
    (Kind.EXTRACT, State.ABORTED): ("Export aborted", INFO),
}
"""Kind of job and how it ended -> label and kind of the notice. Of others nobody is told. Letters say `Import`."""

SAME = {State.LIMIT_REACHED: State.FAILED}


@dataclass(frozen=True)
class Ended:
    """The end of a job. `name`, `slug`: of its dataset, None of an export over all; `query`: None for all rows;
    `extract`: the id of what was made."""

    kind: Kind
    state: State
    name: str | None = None
    slug: str | None = None
    query: str | None = None
    extract: int | None = None
    rows: int | None = None
    columns: Sequence[Mapping[str, Any]] = ()
    reason: str | None = None

    @property
    def key(self) -> tuple[Kind, State]:
        return self.kind, SAME.get(self.state, self.state)


@dataclass(frozen=True)
class Told:
    """`message`: HTML; `subject`, `text`: of the letter."""

    kind: str
    message: str
    subject: str
    url: str | None
    text: str


def told(ended: Ended, site: str) -> Told | None:
    """None: nobody is told of such an end."""
    if ended.key not in TOLD:
        return None
    label, kind = TOLD[ended.key]
    subject = f"{label.replace('Imported', 'Import')}: {_what(ended)}"
    return Told(
        kind=kind,
        message=f"{label}: {_what(ended, as_html=True)}",
        subject=subject,
        url=_url(ended),
        text=_text(ended, subject, site),
    )


def _what(ended: Ended, *, as_html: bool = False) -> str:
    safe = escape if as_html else str
    where = "all datasets" if ended.name is None else safe(ended.name)
    if ended.name is not None and as_html:
        where = f"<strong>{where}</strong>"
    if ended.query is None:
        return where
    query = ended.query if ended.name is not None else in_parentheses(ended.query)
    return f'"{safe(query)}" in {where}'


def in_parentheses(query: str) -> str:
    """A search over all datasets, as PANDA shows it."""
    return query if query.startswith("(") and query.endswith(")") else f"({query})"


def _url(ended: Ended) -> str | None:
    if ended.kind is Kind.EXTRACT:
        is_there = ended.state is State.DONE and ended.extract is not None
        return f"#export/{ended.extract}" if is_there else None
    return None if ended.slug is None else f"#dataset/{ended.slug}"


def _text(ended: Ended, first: str, site: str) -> str:
    parts = [first, *_link(ended, site)]
    if ended.rows is not None and ended.state is State.DONE:
        parts.append(f"Rows: {ended.rows:,}")
    if ended.state is State.DONE and ended.columns:
        parts.append("\n".join(_converted(one) for one in ended.columns))
    if ended.key[1] is State.FAILED and ended.reason:
        parts.append(ended.reason)
    return "\n\n".join(parts) + "\n"


def _link(ended: Ended, site: str) -> list[str]:
    if ended.kind is Kind.EXTRACT:
        is_there = ended.state is State.DONE and ended.extract is not None
        return [f"{site}/account/exports/{ended.extract}/"] if is_there else []
    return [] if ended.slug is None else [f"{site}/explore/dataset/{ended.slug}/"]


def _converted(column: Mapping[str, Any]) -> str:
    name, type_, failures = column["name"], column["type"], column["failures"]
    if failures:
        return f'{name}: failed to convert {failures:,} values to type "{type_}"'
    return f'{name}: all values successfully converted to type "{type_}"'
