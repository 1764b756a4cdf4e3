"""A letter, and the event that asks for it to be sent."""

from dataclasses import dataclass, field

from colonnade.core.work import Event


@dataclass(frozen=True)
class Letter:
    """`to`: an address; `subject`: without the portal's name, which is put before it; `text`: plain."""

    to: str
    subject: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class LetterWritten(Event):
    """It is sent after the commit. That it could not be sent is logged, and breaks nothing."""

    letter: Letter
