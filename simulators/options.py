"""The options of the simulated plant's command line, in both languages."""

import argparse
from pathlib import Path
from typing import Any

from simulators.clock import MAX_SPEED, instant
from simulators.model import BREAKABLE

DEMO = Path(__file__).parent / "plants" / "demo.yaml"


def add_arguments(parser: argparse.ArgumentParser, lang: str = "en") -> None:
    """Adds every option, its help in `lang` (zh or en)."""
    for flag, settings, english, chinese in _OPTIONS:
        parser.add_argument(flag, help=chinese if lang == "zh" else english, **settings)


def _speed(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MAX_SPEED:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from 1 to {MAX_SPEED}")
    return int(text)


def _instant(text: str) -> int:
    try:
        return instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _real_origin(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"got {text!r}, expected nanoseconds since 1970 or auto")
    return int(text)


def _file(metavar: str = "FILE") -> dict[str, Any]:
    return {"type": Path, "metavar": metavar}


def _whole(default: int | None, metavar: str = "N") -> dict[str, Any]:
    return {"type": int, "default": default, "metavar": metavar}


_OPTIONS: list[tuple[str, dict[str, Any], str, str]] = [
    ("plant", {"nargs": "?", "default": DEMO, **_file("PLANT.yaml")}, "the plant to simulate (default: the bundled one)", "要模拟的工厂（默认：自带工厂）"),
    ("--wires", _file(), "which device shows what (default: PLANT.wires.yaml)", "各设备显示哪些信号（默认：PLANT.wires.yaml）"),
    ("--truth", _file(), "write what really happened here at the end", "结束时把真值写入此文件"),
    ("--speed", {"type": _speed, "default": 60, "metavar": "N"}, f"plant seconds per second, 1 to {MAX_SPEED} (default 60)", f"每秒对应的工厂秒数，1 到 {MAX_SPEED}（默认 60）"),
    ("--seed", _whole(1), "the same seed gives the same plant (default 1)", "相同种子得到相同工厂（默认 1）"),
    ("--faults", {"default": "none", "metavar": "FILE|none|demo"}, "schedule of faults; demo is the one beside the plant file (default none)", "故障计划；demo 为工厂文件旁的计划（默认 none）"),
    ("--history", _file("DIR"), "first write the days before the live start as Parquet files here", "先把上线前的历史数据以 Parquet 写入此目录"),
    ("--history-days", _whole(7), "how many days of it (default 7)", "历史天数（默认 7）"),
    ("--history-clean", {"action": "store_true"}, "a history without the damage of the plant file", "历史数据不带工厂文件中的缺损"),
    ("--go", _file(), "go live only when this file is there", "此文件出现后才上线"),
    ("--origin", {"type": _instant, "metavar": "INSTANT"}, "plant time of the live start, as 2026-11-24T08:00:00Z (default: now)", "上线时的工厂时间，如 2026-11-24T08:00:00Z（默认：现在）"),
    ("--real-origin", {"type": _real_origin, "metavar": "NS|auto"}, "wall clock of the live start in ns (default auto: when all servers are up)", "上线时的实际时钟，纳秒（默认 auto：所有服务就绪时）"),
    ("--ports", _file(), "write the addresses of all devices and the clock here, as JSON", "把所有设备地址和时钟以 JSON 写入此文件"),
    ("--port-base", _whole(0), "first port, the other devices follow (default 0: free ports)", "首个端口，其余依次递增（默认 0：空闲端口）"),
    ("--host", {"default": "127.0.0.1"}, "address to listen on (default 127.0.0.1)", "监听地址（默认 127.0.0.1）"),
    ("--advertise", {"metavar": "HOST"}, "host name that the ports file gives (default: --host)", "端口文件中给出的主机名（默认同 --host）"),
    ("--pki", _file("DIR"), "certificates of the secure endpoint; made here when missing", "加密端点的证书目录；缺失时自动生成"),
    ("--min-dwell", _whole(None, "S"), "shortest stay in a state, plant seconds (default: the plant file's)", "状态最短停留，工厂秒（默认按工厂文件）"),
    ("--break", {"dest": "broken", "action": "append", "default": [], "choices": sorted(BREAKABLE)}, "break one of the plant's promises on purpose", "故意打破工厂的一条承诺"),
]  # fmt: skip
