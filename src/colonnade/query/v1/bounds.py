"""How much may be asked in the `q` language at once: its bounds are those of all texts of a request together."""

from collections import Counter
from collections.abc import Mapping

from colonnade.errors import Invalid

CHARACTERS, TERMS, TEXTS, PLACES = "characters", "terms", "texts between signs", "places"
MOST_PLACES = 20
MOST: Mapping[str, int] = {CHARACTERS: 20_000, TERMS: 1_000, TEXTS: 100, PLACES: MOST_PLACES}
"""Texts between signs: words and phrases that are not side by side, each of which is looked for on its own in every
field. Places: functions that compare geometries."""


class Bounds:
    """What was asked so far. `name`: of the parameter that errors tell of."""

    def __init__(self, name: str = "q") -> None:
        self._name = name
        self._spent: Counter[str] = Counter()

    def spend(self, what: str, number: int = 1) -> None:
        """`what` is a key of `MOST`. Raises `Invalid` with code `parameter.invalid`."""
        self._spent[what] += number
        if self._spent[what] > MOST[what]:
            raise Invalid(
                f"Invalid value for {self._name} API parameter: more than {MOST[what]:,} {what} were found but"
                f" at most {MOST[what]:,} in one request is expected.",
                code="parameter.invalid",
                parameter=self._name,
            )
