"""Writes docs/real-data.md: what the engine makes of public data that nobody here made, every number from the run."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bench.rig.machine_days import HOLD, REGISTERS, TIME_ERROR, TIMEOUT, MachineDay, Reading, Spans
from bench.rig.metered_year import MeteredYear, Period, hundredths
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.energy import Taken
from evidence_engine.kpis.limitations import EVERY
from evidence_engine.vocabulary.figure import Figure
from evidence_engine.vocabulary.instants import HOUR, format_instant

SOURCES = """The data stay where their makers publish them; none of it is part of this repository.

| data | where | licence |
|---|---|---|
| machine tools of the NIST Smart Manufacturing Systems Test Bed, MTConnect logs | <https://github.com/usnistgov/smstestbed> | public domain |
| Steel Industry Energy Consumption: V E Sathishkumar, C. Shin, Y. Cho | <https://archive.ics.uci.edu/dataset/851> | CC BY 4.0 |

Put the logs (`MACHINE-YYYYMMDD-YYYYMMDD.txt`, or with `.gz`) and the table (`.csv`, or with `.csv.gz`) anywhere below one
folder. Any days of any machines that report these items can be there; nothing in the code names a day or an instant."""

_SHOWN = ("equipment.availability", "production.count_total", "equipment.mtbf", "data.completeness")


def page(days: Sequence[MachineDay], years: Sequence[MeteredYear]) -> str:
    """The whole page."""
    parts = [
        "# Real data",
        "Written by `floortruth bench real --data DIR`; every number below is from that run. Change the code, not this page.",
        SOURCES,
        *(_reading_the_logs() if days else ()),
        *(part for day in days for part in _machine_day(day)),
        *(part for year in years for part in _metered_year(year)),
        "## What the limitations say",
        _legend(days, years),
    ]
    return "\n\n".join(parts) + "\n"


def _legend(days: Sequence[MachineDay], years: Sequence[MeteredYear]) -> str:
    """Each code of the page with its sentence."""
    codes = {code for year in years for code in year.codes}
    codes |= {code for day in days for reading in (day.bare, day.proven) for code in _codes(reading)}
    return "\n".join(f"- `{code}`: {EVERY[code][1]}" for code in sorted(codes))


def _codes(reading: Reading) -> Counter[str]:
    return Counter(item.code for record in reading.records.values() for item in record.limitations)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _figure(figure: Figure, digits: int) -> list[str]:
    """value, low, high; a null bound is one that nothing bounds."""
    return [_number(one, digits) for one in (figure.value, figure.low, figure.high)]


def _reading_the_logs() -> list[str]:
    return [
        "## Machine tools",
        "How a log `time|item|value` is read:",
        f"""- **State** comes from `execution`, `mode`, `avail` (where the machine has it) and its conditions together. ACTIVE is
  producing; READY, STOPPED and the other stops are idle; INTERRUPTED and FEED_HOLD are idle, with an active fault down;
  whatever happens in MANUAL, MANUAL_DATA_INPUT or EDIT is set-up.
- **UNAVAILABLE is unknown, never off.** It ends the value before it.
- **As a bare log**: a log of changes does not say when its writer was listening. A value without a link is taken to hold for
  {HOLD:,.0f} s and no longer; after that it is unknown, also when the next row, an hour later, says the same. So a machine that stands
  still for an hour is known for ten minutes. Each record says so (`no_link_max_hold`, `assumes_hold`).
- **With the rows as proof of contact**: the adapter reports a counter of seconds about once a second. Each row of any item is a
  live message of the device, so rows at most {TIMEOUT:.0f} s apart prove the contact between them; a loss of contact ends it.
  Nothing else differs, and the run fails where the bounds of the two readings exclude each other.
- Stamps are taken as at most {TIME_ERROR:.0f} s off, which nobody measured (`time_error_assumed`); the machines flicker faster than that
  (`assumes_stamps_and_looks`). No shifts are stated: the calendar is the whole day. No ideal cycle is stated: pieces in unknown time
  have no upper bound (`no_limit`), and there is no OEE.""",
    ]


def _machine_day(day: MachineDay) -> list[str]:
    start, end = format_instant(day.window.start)[11:19], format_instant(day.window.end)[11:19]
    hours = (day.window.end - day.window.start) / HOUR
    return [
        f"### {day.log.asset}, {day.day}",
        f"From the first to the last row of the day that says anything: {start} to {end} UTC, {hours:.4f} h. "
        f"Proven contact: {day.proven.links:.4f} h.",
        _files(day),
        "**Known and unknown**, h; at least: surely so; at most: it may have been so",
        _known(day),
        "**Figures**",
        _table(("", "reading", "value", "low", "high", "coverage"), _figures(day)),
        "**What the machine said**, with the rows as proof, h",
        _spans(day.proven.said),
        "**The control's own counters of seconds** beside the time in state, h. *low* and *high* bound the counter's rise "
        "in the window; each is bridged over losses of contact, as a sum.",
        _table(
            ("counter", "rise", "low", "high", "beside", "plain", "at least", "at most", ""), _registers(day)
        ),
        _remark(day),
        "**Programs**, h with the rows as proof: "
        + ", ".join(
            f"`{name}` {time:.4f}" if name else f"unknown {time:.4f}"
            for name, time in day.proven.programs.items()
        ),
        "**What was not believed, and why**",
        _refused(day),
    ]


def _files(day: MachineDay) -> str:
    log = day.log
    files = ", ".join(f"`{name}` (SHA-256 {digest[:12]}…)" for name, digest in log.files)
    odd = (
        f"{len(log.rows):,} rows; with a stamp older than a line before: {log.late:,}, of which UNAVAILABLE again: {log.replayed:,}; "
        f"the same row twice: {log.repeated:,}; another value at the same instant: {log.overruled:,}; lines that are no row: {len(log.refused):,}"
    )
    first = f", the first {log.refused[0][0]}:{log.refused[0][1]}" if log.refused else ""
    median, most = day.looks
    return f"{files}: {odd}{first}. `total_time` is reported every {median:.2f} s (median; 99.9 % within {most:.2f} s)."


def _known(day: MachineDay) -> str:
    head = ("state", "bare log", "at least", "at most", "rows as proof", "at least", "at most")
    rows = [[name, *_span(bare), *_span(day.proven.states[name])] for name, bare in day.bare.states.items()]
    return _table(head, rows)


def _span(spans: Spans) -> list[str]:
    return [f"{one:.4f}" for one in (spans.plain, spans.least, spans.most)]


def _spans(spans: Mapping[str, Spans]) -> str:
    rows = [
        [f"`{name}`" if name != "unknown" else name, *_span(one)] for name, one in spans.items() if one.most
    ]
    return _table(("", "plain", "at least", "at most"), rows)


def _figures(day: MachineDay) -> Iterable[list[str]]:
    for kpi in _SHOWN:
        for name, records in (
            ("bare log", day.bare.records),
            ("rows as proof", day.proven.records),
            ("… of all 24 h", day.whole_day),
        ):
            if kpi in records:
                record = records[kpi]
                unit = record.result.unit
                title = f"`{kpi}`" + (f", {unit}" if unit != "1" else "")
                yield [title, name, *_figure(record.result, 4), f"{record.coverage:.4f}"]


def _registers(day: MachineDay) -> Iterable[list[str]]:
    """Each counter beside the time that its name promises."""
    whole = (day.window.end - day.window.start) / HOUR
    beside = {
        "total_time": (("length of the window", Spans(whole, whole, whole)),),
        "auto_time": (
            ("producing (ACTIVE)", day.proven.states["producing"]),
            ("program under way (ACTIVE, INTERRUPTED, FEED_HOLD)", day.proven.executing),
        ),
        "cut_time": (("producing (ACTIVE)", day.proven.states["producing"]),),
    }
    for name in REGISTERS:
        taken = day.proven.registers.get(name)
        if taken is None:
            continue
        for title, spans in beside[name]:
            yield [f"`{name}`", *_taken(taken), title, *_span(spans), _agrees(taken, spans)]


def _taken(taken: Taken) -> list[str]:
    return [_number(None if one is None else one / 1e6, 4) for one in (taken.value, taken.low, taken.high)]


def _agrees(taken: Taken, spans: Spans) -> str:
    """Whether the counter's range and the state's have an hour in common."""
    low = (taken.low or 0) / 1e6
    if low > spans.most:
        return f"more, by at least {low - spans.most:.4f}"
    if taken.high is not None and taken.high / 1e6 < spans.least:
        return f"less, by at least {spans.least - taken.high / 1e6:.4f}"
    return "agree"


def _remark(day: MachineDay) -> str:
    """What the counters say about clock and states, by the numbers of the run."""
    taken = day.proven.registers
    said = [_of_clock(day.ahead)] if day.ahead is not None else []
    said += [_of_active(day, taken["auto_time"])] if "auto_time" in taken else []
    if "cut_time" in taken:
        is_more = (taken["cut_time"].low or 0) / 1e6 > day.proven.executing.most
        said.append(
            "It cut longer than any program was under way: one of the two is wrong."
            if is_more
            else "Cutting is a part of running, so `cut_time` may be less."
        )
    return " ".join(said) or "The log holds none of them."


def _of_clock(ahead: float) -> str:
    return (
        f"Between its first and its last row `total_time` rose by {ahead:+.1f} s against the stamps: the control's own clock "
        "beside the one that stamps, losses of contact included."
    )


def _of_active(day: MachineDay, auto: Taken) -> str:
    low, active = (auto.low or 0) / 1e6, day.proven.states["producing"]
    if low <= active.most:
        return "`auto_time` can be the time in ACTIVE."
    ending = (
        "it can be the time in which a program was under way"
        if _agrees(auto, day.proven.executing) == "agree"
        else "the time in which a program was under way does not explain it either"
    )
    return (
        f"`auto_time` can't be the time in ACTIVE, whatever happened in the unknown time; {ending}. "
        "Availability by this counter would be another figure under the same name."
    )


def _refused(day: MachineDay) -> str:
    lines = [f"- {count:,} × {what}" for what, count in day.refused.items()]
    if day.unmapped:
        lines.append(
            f"- codes without a state category, unknown: {', '.join(f'`{code}`' for code in day.unmapped)}"
        )
    lines += [_limits("bare log", day.bare), _limits("rows as proof", day.proven)]
    return "\n".join(lines)


def _limits(name: str, reading: Reading) -> str:
    codes = ", ".join(f"`{code}` {count}" for code, count in sorted(_codes(reading).items()))
    return f"- limitations of the {len(reading.records)} records, {name}: {codes}"


def _metered_year(year: MeteredYear) -> list[str]:
    return [
        "## A steel plant's electricity",
        _steel_reading(year),
        "**By month**; *demand* is the highest mean of a quarter hour, *load rate* mean ÷ demand, *power factor* "
        "kWh ÷ √(kWh² + kvarh²) of the month",
        _months(year),
        _sums(year),
        "**Days**",
        _days(year),
        "**What was not believed, and why**",
        _steel_refused(year),
    ]


def _steel_reading(year: MeteredYear) -> str:
    table = year.table
    return (
        f"`{table.name}` (SHA-256 {table.digest[:12]}…): {len(table.quarters):,} quarter hours; missing {table.missing:,}, twice "
        f"{table.doubled:,}, lines that are no row {len(table.refused):,}. A stamp ends its interval; {table.midnights:,} rows of midnight "
        "carry the old date and were moved to the end of their day (South Korean time). The kWh are added up, exactly, to a register that "
        "is read each quarter hour and shows multiples of 0.01 kWh, which the bounds of each window allow for (`register_step`). The table is "
        "taken as the register's own truth: each quarter hour is rounded by itself, so a register that was read could differ by half a step each."
    )


def _months(year: MeteredYear) -> str:
    head = (
        "",
        "kWh",
        "low",
        "high",
        "demand kW",
        "low",
        "high",
        "load rate",
        "low",
        "high",
        "power factor",
        "low",
        "high",
    )
    periods = [*year.months, year.whole, year.but_last]
    return _table(head, [_period(one) for one in periods])


def _period(one: Period) -> list[str]:
    return [
        one.name,
        *_figure(one.energy.result, 2),
        *_figure(one.demand.fixed, 2),
        *_figure(one.load_rate, 4),
        *_figure(one.power_factor, 4),
    ]


def _sums(year: MeteredYear) -> str:
    months, whole = sum(hundredths(one.energy) for one in year.months), hundredths(year.whole.energy)
    days = sum(hundredths(record) for record in year.days)
    sliding = [(one.demand.sliding, one.name) for one in year.months if one.demand.sliding is not None]
    words = [
        f"The months add up to {months / 100:,.2f} kWh, the {len(year.days)} whole days to {days / 100:,.2f} kWh, the table to {whole / 100:,.2f} kWh.",
        f"Coal equivalent of the table: {_number(year.whole.coal.result.value, 1)} kgce (calorific).",
    ]
    if sliding:
        most, month = max(sliding)
        words.append(
            "A meter whose 15-minute window slides may show more than any fixed quarter hour: up to what two neighbours hold "
            f"together, in {month} {most:,.2f} kW. The table can't tell; ask how the meter is set before comparing with a bill."
        )
    if year.whole.energy.result.high is None:
        words.append(
            "The last month and the table have no high: nothing after the last row proves that the register still stood there, "
            "and no rated power is stated that would bound what it may have missed. The window that ends a quarter hour before has one."
        )
    return " ".join(words)


def _days(year: MeteredYear) -> str:
    """The extremes; all days are in the run's records."""
    if not year.days:
        return "No whole day in the table."
    order = sorted(year.days, key=lambda record: (record.result.value or 0.0, record.window.name))
    rates = sorted(year.day_load_rates, key=lambda row: row[1])
    chosen: list[tuple[str, Record]] = [
        ("least", order[0]),
        ("median", order[len(order) // 2]),
        ("most", order[-1]),
    ]
    rows = [[f"{what} ({record.window.name})", *_figure(record.result, 2)] for what, record in chosen]
    table = _table((f"of {len(order)} days", "kWh", "low", "high"), rows)
    if not rates:
        return table
    return (
        f"{table}\n\nLoad rate of a day (mean ÷ highest quarter hour): from {rates[0][1]:.4f} ({rates[0][0]}) to "
        f"{rates[-1][1]:.4f} ({rates[-1][0]}), median {rates[len(rates) // 2][1]:.4f}."
    )


def _steel_refused(year: MeteredYear) -> str:
    lines = [f"- {what}: {count:,}" for what, count in year.refused.items()]
    lines.append(
        f"- quarter hours whose stated power factor disagrees with their kWh and kvarh beyond rounding: {year.factor_off:,}"
        + (f" (the worst by {year.factor_worst:.2f} %)" if year.factor_off else "")
    )
    lines += [f"- the first line that is no row: {number}" for number, _ in year.table.refused[:1]]
    codes = ", ".join(f"`{code}` {count:,}" for code, count in sorted(year.codes.items()))
    return "\n".join([*lines, f"- limitations of {year.records:,} records of energy: {codes}"])
