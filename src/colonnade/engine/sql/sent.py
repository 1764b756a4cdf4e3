"""A row as a line of CSV, each cell as it was sent."""

from sqlglot import exp

from colonnade.engine.port import SentText
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.pieces import called, cast, text
from colonnade.engine.sql.printing import concat, otherwise, plain, value_of
from colonnade.query import raw
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, Output

_QUOTE, _SEPARATOR = '"', ","
_BY_THEMSELVES = frozenset({FieldType.GEO_POINT, FieldType.GEO_SHAPE, FieldType.FILE, FieldType.DOUBLE})
"""Types that SQL alone does not print as people read them."""


def sent_row(query: BoundQuery, form: SentText, writer: Writer) -> exp.Expression:
    is_alone = len(form.raws) == 1
    parts: list[exp.Expression] = []
    for at, beside in enumerate(form.raws):
        cell = _cell(at, query.outputs[at], beside, form, writer)
        parts += [text(_SEPARATOR)] if at else []
        # A line that is blank would be no row to those who read it.
        parts.append(otherwise(called("nullif", cell, text("")), _QUOTE * 2) if is_alone else cell)
    return concat(*parts, text("\n"))


def _cell(at: int, output: Output, beside: int | None, form: SentText, writer: Writer) -> exp.Expression:
    def made() -> exp.Expression:
        value = _printed(at, output, form, writer)
        return _with_line_feeds(value if beside is None else _sent(value, beside))

    needs: exp.Expression = called("contains", made(), text(_SEPARATOR))
    for one in (_QUOTE, "\n"):
        needs = exp.Or(this=needs, expression=called("contains", made(), text(one)))
    doubled = called("replace", made(), text(_QUOTE), text(_QUOTE * 2))
    quoted = concat(text(_QUOTE), doubled, text(_QUOTE))
    return exp.Case(ifs=[exp.If(this=needs, true=quoted)], default=made())


def _printed(at: int, output: Output, form: SentText, writer: Writer) -> exp.Expression:
    if output.multivalued:
        return called("array_to_string", value_of(at), text(_SEPARATOR))
    if output.type in _BY_THEMSELVES:
        return plain(output, value_of(at), form, writer)
    return cast(value_of(at), "TEXT")


def _sent(value: exp.Expression, beside: int) -> exp.Expression:
    """`query.raw.came` as a text."""

    def is_json(start: str) -> exp.Expression:
        return called("starts_with", value_of(beside), text(raw.MARK + start))

    def one_of(*raws: str) -> exp.Expression:
        return exp.In(this=value_of(beside), expressions=[text(one) for one in raws])

    json = called("substr", value_of(beside), exp.Literal.number(len(raw.MARK) + 1))
    return exp.Case(
        ifs=[
            exp.If(this=exp.Is(this=value_of(beside), expression=exp.Null()), true=value),
            exp.If(this=one_of(raw.ABSENT, raw.NULL), true=text("")),
            exp.If(this=is_json(_QUOTE), true=called("json_extract_string", json.copy(), text("$"))),
            exp.If(this=is_json(""), true=json),
        ],
        default=value_of(beside),
    )


def _with_line_feeds(value: exp.Expression) -> exp.Expression:
    return called("replace", called("replace", value, text("\r\n"), text("\n")), text("\r"), text("\n"))
