"""The two ways in which a clause is wrong, in the words that ODSQL's clients know."""

from colonnade.errors import Invalid

END = "end of line"


def unexpected(clause: str, text: str, position: int, token: str) -> Invalid:
    """The text does not follow the grammar. `position` is the 0-based offset of `token` in the clause's text."""
    return Invalid(
        f"ODSQL syntax exception: unexpected {token} at position {position} in {text}."
        f" Clause(s) containing the error(s): {clause}.",
        code="odsql.syntax",
        clause=clause,
        position=position,
        token=token,
    )


def malformed(clause: str, detail: str) -> Invalid:
    """The text follows the grammar but makes no sense. `detail` is a sentence with its full stop."""
    return Invalid(_semantic(clause, detail), code="odsql.semantic", clause=clause, detail=detail)


def incompatible(clause: str, detail: str) -> Invalid:
    """Two sides of a comparison that can never be compared. `detail` is a sentence with its full stop."""
    return Invalid(_semantic(clause, detail), code="odsql.incompatible", clause=clause, detail=detail)


def _semantic(clause: str, detail: str) -> str:
    return f"ODSQL query is malformed: {detail} Clause(s) containing the error(s): {clause}."
