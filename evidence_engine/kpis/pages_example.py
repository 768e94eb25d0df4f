"""The example on a KPI's page: the engine's own record over the bundled morning, with the samples that it rests on."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence_engine.assess import Assessor
from evidence_engine.evidence.record import Record
from evidence_engine.kpis.example import Example, Row, example
from evidence_engine.vocabulary.instants import to_datetime
from evidence_engine.vocabulary.orders import Papers

_SHOWN_ROWS = 14
"""Samples of one series on a page; the rest is in the file."""
_PAPER_CODES = ("orders_as_given", "attendance_as_given", "inspections_as_given", "orders_as_written")


@dataclass(frozen=True, slots=True)
class Shown:
    """One record and what it was given."""

    record: Record
    of: Example

    def lines(self, lang: str) -> Iterator[str]:
        """As Markdown."""
        yield self._about(lang)
        yield ""
        if self.record.inputs:
            yield "| 序列 | 样本 |" if lang == "zh" else "| series | samples |"
            yield "|---|---|"
            yield from self._series()
            yield ""
        yield from self._papers(lang)
        yield from self._result(lang)

    def _about(self, lang: str) -> str:
        window, subject = self.record.window, self._subject(lang)
        start, end = (_clock(at, self.of) for at in (window.start, window.end))
        if lang == "zh":
            time = f"早班 {start}–{end}" if window.kind == "shift" else f"{window.name} 月"
            return f"示例工厂{time}，{subject}。以下样本给引擎，由它算出："
        time = f"early shift, {start} to {end}" if window.kind == "shift" else f"month {window.name}"
        return f"The example plant's {time}, {subject}. Given these samples, the engine says:"

    def _subject(self, lang: str) -> str:
        subject = self.record.subject
        if "asset" in subject:
            name = self.of.plant.assets[subject["asset"]].name
            return f"`{subject['asset']}` {name.zh if lang == 'zh' else name.en}"
        if "step" in subject:
            step = self.of.plant.steps[subject["step"]].name
            return f"工序 {step.zh}" if lang == "zh" else f"process step {step.en}"
        return "全厂" if lang == "zh" else "the whole site"

    def _series(self) -> Iterator[str]:
        by_series: dict[str, list[Row]] = defaultdict(list)
        for row in self.of.rows:
            by_series[row.series].append(row)
        for given in sorted(self.record.inputs):
            rows = by_series[given.series]
            if rows:
                yield f"| `{given.series}` | {_samples(rows, self.of)} |"

    def _papers(self, lang: str) -> Iterator[str]:
        codes = {item.code for item in self.record.limitations}
        if codes & set(_PAPER_CODES):
            papers = list(_paper_rows(self.of.history.papers, codes, self.of))
            yield "文件：" if lang == "zh" else "Files:"
            yield ""
            yield from (f"- {paper}" for paper in papers)
            yield ""

    def _result(self, lang: str) -> Iterator[str]:
        result = self.record.result
        unit = "" if result.unit == "1" else f" {result.unit}"
        heads = ("数值", "下限", "上限", "覆盖") if lang == "zh" else ("value", "low", "high", "coverage")
        numbers = [*(_number(one, unit) for one in (result.value, result.low, result.high))]
        yield f"| {' | '.join(heads)} |"
        yield "|--:|--:|--:|--:|"
        yield f"| {' | '.join(numbers)} | {100 * self.record.coverage:.1f} % |"
        if self.record.limitations:
            yield ""
            yield "限制说明：" if lang == "zh" else "Limitations:"
            yield ""
            for item in sorted(self.record.limitations):
                yield f"- `{item.code}`: {item.zh if lang == 'zh' else item.en}"


def shown_examples() -> dict[str, Shown]:
    """By KPI id: the first record with a value, else the first."""
    of = example()
    found: dict[str, Shown] = {}
    assessor = Assessor(of.plant, of.history, of.windows)
    for record in (record for window in of.windows for record in assessor.records(window)):
        before = found.get(record.kpi)
        if before is None or (before.record.result.value is None and record.result.value is not None):
            found[record.kpi] = Shown(record, of)
    return found


def _samples(rows: Sequence[Row], of: Example) -> str:
    shown = [f"{_clock(row.ts, of)} {row.value}" for row in rows[:_SHOWN_ROWS]]
    more = len(rows) - len(shown)
    return " · ".join(shown) + (f" · … (+{more})" if more else "")


def _paper_rows(papers: Papers, codes: set[str], of: Example) -> Iterator[str]:
    if "orders_as_given" in codes:
        for run in papers.orders:
            end = "…" if run.end is None else _clock(run.end, of)
            yield f"`{run.order}` @ `{run.asset}`: {_clock(run.start, of)}–{end}, {run.quantity} × {run.product}"
    if "attendance_as_given" in codes:
        for there in papers.attendance:
            yield f"{_clock(there.start, of)}–{_clock(there.end, of)}: {there.personnel}"
    if "orders_as_written" in codes:
        for order in papers.work_orders or ():
            times = (order.alarm, order.opened, order.started, order.finished, order.closed)
            shown = ", ".join("—" if at is None else _clock(at, of) for at in times)
            yield f"`{order.id}` @ `{order.asset}`, {order.kind}: {shown}"
    if "inspections_as_given" in codes:
        looks = papers.inspections
        values = ", ".join(f"{look.value:g}" for look in looks if look.value is not None)
        yield f"{looks[0].characteristic} ({looks[0].lsl:g} … {looks[0].usl:g}): {values}"


def _clock(instant: int, of: Example) -> str:
    local = to_datetime(instant, of.plant.zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _number(value: float | None, unit: str) -> str:
    return "—" if value is None else f"{value:.4g}{unit}"
