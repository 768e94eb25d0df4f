"""What a user says about a file, from options and mapping file, and what that makes of the import's identity (D6)."""

from dataclasses import dataclass, field, replace
from hashlib import sha256

from collector.importing.mapping import Mapping, Target, check_format, check_zone
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.facts import SeriesFacts
from evidence_engine.vocabulary.plant import Plant


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read; what is None is found out by looking, and said."""

    mapping: Mapping = field(default_factory=Mapping)
    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    time_format: str | None = None
    zone: str | None = None
    resolution: float | None = None

    def __post_init__(self) -> None:
        try:
            if self.time_format is not None:
                check_format(self.time_format)
            if self.zone is not None:
                check_zone(self.zone)
        except ValueError as error:
            raise BadInput(str(error)) from None
        if self.resolution is not None and self.resolution < 0:
            raise BadInput(f"--resolution {self.resolution:g}: expected seconds, 0 for a log of changes")

    def settled(self) -> "Reading":
        """The same with what the mapping file says where no option does."""
        told, time = self.mapping, self.mapping.time
        return replace(
            self,
            encoding=self.encoding or told.encoding,
            separator=self.separator or told.separator,
            decimal=self.decimal or told.decimal,
            time_format=self.time_format or time.format,
            zone=self.zone or time.zone,
            resolution=told.resolution if self.resolution is None else self.resolution,
        )

    def check(self, plant: Plant, name: str) -> None:
        """BadInput where the mapping names an asset that is not in the register."""
        places: dict[str, Target] = {f"columns.{key}": target for key, target in self.mapping.columns.items()}
        places |= {f"tags.{key}": target for key, target in self.mapping.tags.items()}
        for place, target in places.items():
            asset = target.name.rpartition("/")[0]
            if not asset.startswith("@") and asset not in plant.assets:
                raise BadInput(f"{name}: {place}: asset '{asset}' is not in the register of the plant file")


def epoch_of(digest: str, reading: Reading, plant: Plant) -> str:
    """The identity of an import: the file, and all that decides what its rows become.

    The same file read in the same way twice changes nothing. Read by a corrected mapping, or against a register that
    has got the assets which were missing, it is another import: else its rows would be taken for known and dropped.
    """
    invalid = [
        (name, facts.invalid) for name, facts in (*plant.series.items(), *_of_connections(plant)) if facts.invalid
    ]  # fmt: skip
    said = (reading, plant.site.time_zone, sorted(plant.assets), invalid)
    return sha256(f"{digest}\n{said!r}".encode()).hexdigest()


def _of_connections(plant: Plant) -> list[tuple[str, SeriesFacts]]:
    return [pair for facts in plant.connections.values() for pair in facts.series.items()]
