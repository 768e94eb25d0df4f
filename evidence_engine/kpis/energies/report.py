"""The energy report of days, weeks, months, quarters or years: each figure with its bounds, 环比 and 同比.

{"schema": "floortruth/energy/1", "kind": "month", "periods": [{"from": …, "to": …, "festival": false, "figures": [
  {"kpi": "energy.cost", "id": "sha256:…", "result": {"value", "low", "high", "unit"}, "coverage": 0.98,
   "before": {"id": "sha256:…", "change": {"value", "low", "high", "unit"}}, "year": null}]}]}
`before` and `year` are null where no such record was given, `change` null where it is not defined.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from evidence_engine.kpis.energies.change import Comparison, compare, span_of
from evidence_engine.kpis.registry import KPIS
from evidence_engine.vocabulary.instants import parse_instant, to_datetime

Json = dict[str, Any]
KINDS = ("day", "week", "month", "quarter", "year")
_AGAINST = {"before": ("环比", "period on period"), "year": ("同比", "year on year")}
_ENDS = {"value": ROUND_HALF_EVEN, "low": ROUND_FLOOR, "high": ROUND_CEILING}
_NOTHING = ("没有符合的能源记录", "no energy record of that kind")
_FESTIVAL = (
    "与前期所含的春节假期天数不同",
    "holds another part of the Spring Festival than an earlier period",
)


def energy_report(
    records: Iterable[Mapping[str, Any]], kind: str, zone: ZoneInfo, asset: str | None = None
) -> Json:
    """The figures of one asset, or of the site, in every period of a kind that was given."""
    chosen = [r for r in records if _belongs(r, kind, asset)]
    order = {kpi: place for place, kpi in enumerate(KPIS)}
    chosen.sort(key=lambda r: (r["window"]["from"], order.get(r["kpi"], len(order))))
    index = {(r["kpi"], span_of(r, zone)): r for r in chosen}
    periods: dict[str, Json] = {}
    for record in chosen:
        window = record["window"]
        period = periods.setdefault(
            window["from"], {"from": window["from"], "to": window["to"], "festival": False, "figures": []}
        )
        spans = [one.span for one in compare(record, (), zone)]
        others = [index[record["kpi"], span] for span in spans if (record["kpi"], span) in index]
        compared = compare(record, others, zone)
        period["festival"] |= any(one.festival and one.before is not None for one in compared)
        period["figures"].append(_figure(record, compared))
    return {"schema": "floortruth/energy/1", "kind": kind, "periods": list(periods.values())}


def _belongs(record: Mapping[str, Any], kind: str, asset: str | None) -> bool:
    subject = record["subject"]
    return bool(
        record["kpi"].startswith("energy.")
        and record["window"].get("kind") == kind
        and subject.get("asset") == asset
        and "step" not in subject
    )


def _figure(record: Mapping[str, Any], compared: list[Comparison]) -> Json:
    against = {one.against: _change(one) for one in compared}
    return {
        "kpi": record["kpi"],
        "id": record["id"],
        "result": record["result"],
        "coverage": record["coverage"],
        "before": against.get("before"),
        "year": against.get("year"),
    }


def _change(one: Comparison) -> Json | None:
    if one.before is None:
        return None
    return {"id": one.before, "change": None if one.figure is None else one.figure.to_json()}


def report_text(report: Mapping[str, Any], zone: ZoneInfo, lang: str) -> str:
    """A block per period, a line per figure."""
    side = int(lang != "zh")
    if not report["periods"]:
        return _NOTHING[side]
    return "\n".join(line for period in report["periods"] for line in _period(period, zone, side))


def _period(period: Mapping[str, Any], zone: ZoneInfo, side: int) -> Iterator[str]:
    first, last = (to_datetime(parse_instant(period[end], zone), zone) for end in ("from", "to"))
    yield f"{first:%Y-%m-%d} – {last:%Y-%m-%d}" + (f"  ({_FESTIVAL[side]})" if period["festival"] else "")
    for figure in period["figures"]:
        yield f"  {_name(figure['kpi'], side)}: {_result(figure['result'])}{_changes(figure, side)}"
    yield ""


def _name(kpi: str, side: int) -> str:
    row = KPIS.get(kpi)
    return kpi if row is None else (row.name_zh, row.name_en)[side]


def _result(result: Mapping[str, Any]) -> str:
    value, low, high = (_rounded(result[end], 6, how) for end, how in _ENDS.items())
    return f"{value}{'' if result['unit'] == '1' else ' ' + result['unit']} [{low}, {high}]"


def _rounded(number: float | None, digits: int, how: str) -> str:
    """So many significant digits, a bound outward."""
    if number is None:
        return "—"
    exact = Decimal(repr(float(number)))
    if not exact:
        return "0"
    return f"{exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), how).normalize():,f}"


def _changes(figure: Mapping[str, Any], side: int) -> str:
    told = [
        f"; {words[side]} {_percent(figure[against]['change'])}"
        for against, words in _AGAINST.items()
        if figure[against] is not None and _says_something(figure[against]["change"])
    ]
    return "".join(told)


def _says_something(change: Mapping[str, Any] | None) -> bool:
    return change is not None and any(change[end] is not None for end in _ENDS)


def _percent(change: Mapping[str, Any]) -> str:
    value, low, high = (_tenth(change[end], how) for end, how in _ENDS.items())
    return f"{value} [{low}, {high}]"


def _tenth(number: float | None, how: str) -> str:
    """`+12.3%`, a bound outward."""
    if number is None:
        return "—"
    return f"{(Decimal(repr(float(number))) * 100).quantize(Decimal('0.1'), how):+,f}%"
