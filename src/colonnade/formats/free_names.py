"""Names of columns that are all different."""

from collections.abc import Callable, Collection, Sequence


def free_names(labels: Sequence[str], name_of: Callable[[str], str]) -> tuple[str, ...]:
    """One name a label, in order, all different. Where a label leaves nothing of a name, or that of another, a number
    tells."""
    taken: dict[str, None] = {}
    for number, label in enumerate(labels, 1):
        taken[free(name_of(label) or f"column_{number}", taken)] = None
    return tuple(taken)


def free(name: str, taken: Collection[str]) -> str:
    """The name, or with the first number behind it with which it is not taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found
