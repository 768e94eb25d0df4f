"""Figures of several assets together, a step or the site: Σ numerators ÷ Σ denominators, bounds over all gaps jointly (D35)."""

from collections.abc import Iterator, Mapping, Sequence

from evidence_engine.kpis import availability, effectiveness, energy, failures, oee, quality
from evidence_engine.kpis.asset_window import AssetWindow
from evidence_engine.kpis.booking import Range
from evidence_engine.kpis.outcome import ONE, ZERO, Outcome, Part, Ratio, part_of, ratio, share


class GroupWindow:
    """Assets that make pieces, in one window."""

    def __init__(self, members: Sequence[AssetWindow]) -> None:
        self.members = members
        self.earning = [member for member in members if member.of.cycles is not None]

    def time(self, members: Sequence[AssetWindow]) -> Mapping[str, int]:
        """ns per row, added up."""
        rows = [member.time for member in members]
        return {name: sum(row[name] for row in rows) for name in rows[0]}

    def figures(self) -> Iterator[tuple[str, Outcome]]:
        """Availability, OEE and quality; effectiveness, rejects and failures too where the window is no single hour."""
        if self.members:
            yield "equipment.availability", self.availability()
            yield "quality.quality_ratio", self.quality()
        if self.earning:
            yield "equipment.oee", self.oee()
        if self.members and self.members[0].window.kind != "hour":
            yield "quality.reject_ratio", quality.reject_ratio(self.quality())
            yield from self._failures()
            if self.earning:
                yield "equipment.effectiveness", self.effectiveness()

    def _failures(self) -> Iterator[tuple[str, Outcome]]:
        """D34: operating and down time of all ÷ failures of all."""
        time = self.time(self.members)
        found = failures.together([member.failures for member in self.members if member.time["C"]])
        for kpi, figure in (("equipment.mtbf", failures.mtbf), ("equipment.mttr", failures.mttr)):
            yield kpi, figure(time, found) if time["C"] else self.members[0].empty

    def effectiveness(self) -> Outcome:
        """D23: earned time of all pieces ÷ producing time, of all machines with cycles."""
        time = self.time(self.earning)
        if not time["C"]:
            return self.members[0].empty
        pieces = sum(
            member.book.values["worked"].between(member.start, member.end) for member in self.earning
        )
        codes = frozenset().union(*(member.codes("total") for member in self.earning))
        if all(member.is_silent for member in self.earning):
            codes |= {"nothing_known"}
        return Outcome(
            ratio(pieces, time["w_producing"]),
            *self.effectiveness_bounds,
            share(time["worked"], time["C"]),
            limitations=codes,
            undecided=any(member.gaps["total"].undecided for member in self.earning),
        )

    @property
    def effectiveness_bounds(self) -> tuple[Ratio | None, Ratio | None]:
        """(low, high) over all gaps of all machines."""
        bounds = [member.effectiveness_share for member in self.earning if member.time["C"]]
        return effectiveness.low_together(bounds), effectiveness.high_together(bounds)

    @property
    def quality_part(self) -> tuple[Ratio | None, Ratio | None]:
        """(low, high) of the quality that is a part of OEE: pieces weighed by their cycles."""
        cycles = [member.book.cycles for member in self.earning]
        smallest, largest = min(c.smallest for c in cycles), max(c.largest for c in cycles)
        good, reject = (self._sum(name, self.earning) for name in ("good", "reject"))
        return quality.earned_bounds(good, reject, smallest, largest)

    def availability(self) -> Outcome:
        """D20."""
        time = self.time(self.members)
        return availability.availability(time) if time["C"] else self.members[0].empty

    def oee(self) -> Outcome:
        """D21."""
        time = self.time(self.earning)
        if not time["C"]:
            return self.members[0].empty
        bounds = [member.oee_bounds for member in self.earning if member.time["C"]]
        if all(member.is_silent for member in self.earning) and not any(b.least for b in bounds):
            return Outcome(None, ZERO, ONE, limitations=frozenset({"nothing_known"}))
        earned = [member.earned for member in self.earning]
        good, total = (sum(pair[k] for pair in earned) for k in (0, 1))
        own = {
            "availability": availability.bounds(time),
            "effectiveness": self.effectiveness_bounds,
            "quality": self.quality_part,
        }
        values = oee.parts_of(time, good, total)
        parts = {name: part_of(value, *own[name]) for name, value in values.items()}
        return Outcome(
            ratio(good, time["joint"] - time["j_planned"]),
            oee.low_of(bounds),
            oee.high_of(bounds),
            share(time["joint"], time["C"]),
            parts,
            frozenset().union(*(member.codes("good") for member in self.earning)),
            any(member.gaps["good"].undecided for member in self.earning),
        )

    def quality(self) -> Outcome:
        """D22; an asset whose quality can't be told leaves the group's bounds at 0 to 1."""
        time = self.time(self.members)
        if not time["C"]:
            return self.members[0].empty
        good, reject = self._sum("good", self.members), self._sum("reject", self.members)
        values = [member.quality.parts for member in self.members]
        sums = [
            sum(part for v in values if isinstance(part := v.get(name), int)) for name in ("good", "reject")
        ]
        if not time["quality"] and not good.least_natural and not reject.least_natural:
            return quality.unknown(frozenset({"nothing_known"}))
        return quality.quality(sums[0], sums[1], good, reject, share(time["quality"], time["C"]))

    def _sum(self, name: str, members: Sequence[AssetWindow]) -> Range:
        ranges = [member.range_or_open(name) for member in members]
        mosts = [one.most for one in ranges if one.most is not None]
        most = sum(mosts) if len(mosts) == len(ranges) else None
        return Range(sum(one.least_natural for one in ranges), most, any(one.undecided for one in ranges))


class SiteEnergy:
    """The site's electricity in one window, from its meters."""

    def __init__(self, meters: Sequence[AssetWindow], *, is_stated: bool) -> None:
        self.length = (meters[0].end - meters[0].start) * len(meters) if meters else 0
        self.taken = energy.together(meter.taken for meter in meters) if meters else energy.NOTHING
        self.codes = frozenset() if is_stated else frozenset({"no_site_meter"})

    def figures(self, outputs: Sequence[AssetWindow]) -> Iterator[tuple[str, Outcome]]:
        """Electricity, its coal equivalent, and per good piece of the assets marked as output."""
        yield "energy.electricity", self._amount(ONE)
        coal = self._amount(energy.COAL_PER_KWH)
        parts: dict[str, Part] = {
            "coefficient": energy.COAL_PER_KWH[0] / energy.COAL_PER_KWH[1],
            "coefficient_unit": "kgce/kWh",
            "basis": "calorific",
            "source": "GB/T 2589-2020",
        }
        yield "energy.coal_equivalent", coal.adding(parts=parts)
        if outputs:
            found = energy.per_piece(self.taken, *_good_of(outputs), self.length)
            yield "energy.per_good_piece", found.adding(codes=self.codes)

    def _amount(self, times: Ratio) -> Outcome:
        found = energy.amount(self.taken, energy.MWNS_PER_KWH, self.length, times)
        return found.adding(codes=self.codes)


def _good_of(outputs: Sequence[AssetWindow]) -> tuple[int | None, Range]:
    pairs = [output.good_window for output in outputs]
    values = [value for value, _ in pairs if value is not None]
    mosts = [found.most for _, found in pairs if found.most is not None]
    return (
        sum(values) if values else None,
        Range(
            sum(found.least_natural for _, found in pairs),
            sum(mosts) if len(mosts) == len(pairs) else None,
            any(found.undecided for _, found in pairs),
        ),
    )
