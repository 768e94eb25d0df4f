"""From the names in a file to the series of the plant, each looked up once, however many rows bear it."""

from dataclasses import dataclass, field

from collector.importing.mapping import Mapping, Target
from collector.importing.rejects import Rejects
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.plant import Plant
from evidence_engine.vocabulary.roles import Kind, did_you_mean, role_of

REMEMBERED = 50_000
"""Names whose answer is kept; a file with more different ones is slower, not bigger."""
NEAREST = 20
"""Unknown assets for which the nearest name is looked for: that takes milliseconds each."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series of the plant and how its cells are read."""

    name: str
    kind: Kind
    is_text: bool = False
    scale: float = 1.0
    values: dict[str, float | int | str] = field(default_factory=dict)
    invalid: tuple[float, ...] = ()
    empty: str = "none"
    resolution: float | None = None

    @property
    def is_plain(self) -> bool:
        """Nothing is done to its cells."""
        return self.scale == 1.0 and not self.values and not self.invalid


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that is no series: the column at fault and why."""

    column: str
    why: str


class Register:
    """Answers for one file."""

    def __init__(self, plant: Plant, mapping: Mapping, rejects: Rejects) -> None:
        self._plant, self._mapping, self._rejects = plant, mapping, rejects
        self._known: dict[tuple[str, str], Series | Unknown] = {}
        self._invalid = {name: facts.invalid for name, facts in plant.series.items()}
        for connection in plant.connections.values():
            self._invalid |= {name: facts.invalid for name, facts in connection.series.items()}

    def check_tags(self) -> None:
        """BadInput where the mapping sends a tag to a series that the plant does not have."""
        for name, target in self._mapping.tags.items():
            self.target(name, target)

    def is_series(self, title: str) -> bool:
        """Whether a title is `asset/role` of this plant."""
        asset, slash, role = title.rpartition("/")
        return bool(slash) and isinstance(self._look(asset, role), Series)

    def target(self, title: str, target: Target) -> Series:
        """The series of a column or tag of the mapping. BadInput where the plant has none."""
        asset, _, role = target.name.rpartition("/")
        found = self._look(asset, role)
        if isinstance(found, Unknown):
            raise BadInput(f"'{title}': {found.column}: {found.why}")
        return Series(
            found.name,
            found.kind,
            found.is_text,
            target.scale,
            target.values,
            (*found.invalid, *target.invalid),
            target.empty,
            target.resolution,
        )

    def row(self, asset: str, role: str) -> Series | Unknown:
        """The series of a row of a long file."""
        return self._remembered((asset, role))

    def tag(self, name: str) -> Series | Unknown:
        """The series of a tag of a long file."""
        return self._remembered((name, ""))

    def _remembered(self, key: tuple[str, str]) -> Series | Unknown:
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._mapped(*key)
        return found

    def _mapped(self, first: str, role: str) -> Series | Unknown:
        told = self._mapping
        if told.long is None or told.long.tag is None:
            own = told.tags.get(f"{first}/{role}")
            if own is not None:
                return self.target(f"{first}/{role}", own)
            found = self._look(told.assets.get(first, first), told.roles.get(role, role))
            if isinstance(found, Unknown) and found.column == "asset":
                self._rejects.add_unknown(first)
            return found
        target = told.tags.get(first)
        if target is None:
            self._rejects.add_unknown(first)
            return Unknown("tag", f"'{first}' is not in the mapping's tags{self._near(first, told.tags)}")
        return self.target(first, target)

    def _look(self, asset: str, role_name: str) -> Series | Unknown:
        try:
            role = role_of(role_name)
        except ValueError as error:
            return Unknown("role", str(error))
        if asset.startswith("@"):
            if role.kind is Kind.LINK and "/" not in asset:
                return Series(f"{asset}/{role_name}", role.kind)
            why = f"'{asset}' is a connection: it has the role 'link' and no slash in its name"
            return Unknown("asset", why)
        if role.kind is Kind.LINK:
            return Unknown("role", f"role 'link' belongs to a connection, expected asset '@{asset}'")
        if asset not in self._plant.assets:
            return Unknown(
                "asset", f"'{asset}' is not in the register{self._near(asset, self._plant.assets)}"
            )
        name = f"{asset}/{role_name}"
        return Series(name, role.kind, role.is_text, invalid=self._invalid.get(name, ()))

    def _near(self, word: str, known: dict[str, object] | object) -> str:
        if len(self._rejects.unknown) >= NEAREST or not isinstance(known, dict):
            return ""
        return did_you_mean(word, known)
