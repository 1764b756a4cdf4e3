"""What the configuration of fields says of each field, worked out before anything is typed. Pure.

Fields keep their first name, that of the files, until the very end: so keys and identities of rows do not change when
a field is renamed. Rows that were rows before have the names that the last publication gave them, and tell the first ones.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from colonnade.builder.job import RowError, Step
from colonnade.builder.steps.annotations import ID, MULTIVALUED
from colonnade.errors import Invalid
from colonnade.formats.free_names import free
from colonnade.query.schema import Field, FieldType

_Arguments = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Shape:
    """What steps say of a field. `origin`: its first name. `name`: its last. `type_step`: the uid of the step that
    declares its `type`. `separator`: what stands between its values, if it has several."""

    origin: str
    name: str
    label: str | None = None
    description: str | None = None
    type: FieldType | None = None
    type_step: str = ""
    annotations: Mapping[str, _Arguments] = field(default_factory=dict)

    @property
    def separator(self) -> str | None:
        return str(self.annotations[MULTIVALUED][0]) if MULTIVALUED in self.annotations else None


@dataclass(frozen=True, slots=True)
class Plan:
    """`shapes`: of the fields that stay, in their order. `key_fields`: first names of those that identify records.
    `errors`: what steps could not do."""

    shapes: tuple[Shape, ...]
    key_fields: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()


def missing(step: Step, name: str) -> RowError:
    return RowError(f"There is no field {name}, so that the step was left out.", step.uid, name)


def planned(steps: Sequence[Step], names: Sequence[str]) -> Plan:
    """`names`: first names of all fields. Raises `Invalid` for a name that is given to two fields."""
    planning = _Planning({name: Shape(name, name) for name in names})
    for step in steps:
        planning.take(step)
    return Plan(tuple(planning.shapes.values()), tuple(planning.keys), tuple(planning.errors))


def origins(steps: Sequence[Step], fields: Iterable[Field], of_files: Container[str]) -> Mapping[str, str]:
    """First names of the fields of rows that were rows before, by the names that they have now. Where nobody has told
    them, they are worked out: renamed by the steps already, or not yet. A name that files have and the first name not is
    the files' field."""
    renamed = [(one.params["from_name"], one.params["to_name"]) for one in steps if one.type == "rename"]
    found = {}
    for one in fields:
        first = _unrenamed(one.name, renamed) if one.origin is None else one.origin
        found[one.name] = first if first in of_files or one.name not in of_files else one.name
    told = Counter(found.values())
    stays = {name for name, first in found.items() if name == first}
    found = {name: name if first in stays or told[first] > 1 else first for name, first in found.items()}
    return found if len(set(found.values())) == len(found) else {name: name for name in found}


def _unrenamed(name: str, renamed: Sequence[tuple[str, str]]) -> str:
    for before, after in reversed(renamed):
        name = before if name == after else name
    return name


def as_restored(given: Sequence[Sequence[Field]]) -> Plan:
    """Fields keep the names that they have in the first rows, and hold several values where they did there; those of
    other rows follow them. `origin` of each: its first name."""
    shapes: dict[str, Shape] = {}
    for number, one in ((number, one) for number, fields in enumerate(given) for one in fields):
        if one.origin is None or one.origin in shapes:
            continue
        kept = {name: args for name, args in one.annotations.items() if name == MULTIVALUED}
        is_old = number == 0 and one.multivalued
        name = free(one.name, {shape.name for shape in shapes.values()})
        shapes[one.origin] = Shape(one.origin, name, annotations=kept if is_old else {})
    return Plan(tuple(shapes.values()))


@dataclass(slots=True)
class _Planning:
    """`shapes`: by the names that the fields have at this step."""

    shapes: dict[str, Shape]
    keys: dict[str, None] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)

    def take(self, step: Step) -> None:
        params = step.params
        if step.type == "order":
            self._order(step, params["order"])
            return
        name = params["from_name"] if step.type == "rename" else params["field"]
        if name not in self.shapes:
            if step.type != "delete":
                self.errors.append(missing(step, name))
            return
        shape = self.shapes[name]
        match step.type:
            case "rename":
                self._rename(shape, params["to_name"], params["field_label"])
            case "delete":
                del self.shapes[name]
            case "type":
                self.shapes[name] = replace(shape, type=FieldType(params["type_param"]), type_step=step.uid)
            case "description":
                self.shapes[name] = replace(shape, description=params["description"])
            case "annotate":
                self._annotate(shape, params["annotation"], params["args"])

    def _rename(self, shape: Shape, name: str, label: str) -> None:
        if name != shape.name and name in self.shapes:
            message = f"The field {shape.name} cannot be called {name}: another field has that name"
            raise Invalid(message, code="build.rename", field=name)
        renamed = replace(shape, name=name, label=label)
        self.shapes = {
            one.name: one for one in (renamed if old is shape else old for old in self.shapes.values())
        }

    def _annotate(self, shape: Shape, annotation: str, args: _Arguments) -> None:
        if annotation == ID:
            self.keys[shape.origin] = None
        annotations = {**shape.annotations, annotation: tuple(args)}
        self.shapes[shape.name] = replace(shape, annotations=annotations)

    def _order(self, step: Step, names: Sequence[str]) -> None:
        self.errors += [missing(step, name) for name in names if name not in self.shapes]
        first = {name: self.shapes[name] for name in names if name in self.shapes}
        self.shapes = {**first, **self.shapes}
