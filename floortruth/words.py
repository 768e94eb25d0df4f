"""The command line's words in Chinese; the English text is the key, and a test holds the table complete."""

import argparse
import locale
import os
from collections.abc import Sequence

ZH = {
    "FloorTruth: smart-manufacturing evidence, collected from the machines": "FloorTruth 车间实证：从设备采集的智能制造能力证据",
    "usage: floortruth COMMAND [options]": "用法：floortruth 命令 [选项]",
    "Begin with: floortruth demo. Every command explains itself: floortruth COMMAND --help": "从 floortruth demo 开始；每个命令都有说明：floortruth 命令 --help",
    "unknown command '{}', expected one of {}": "没有命令“{}”，可用：{}",
    "the bundled plant, end to end: pages with live values in a minute": "自带的模拟工厂，全流程：一分钟内打开有实时数据的页面",
    "the simulated plant alone, over OPC UA, Modbus and MQTT": "只运行模拟工厂（OPC UA、Modbus、MQTT）",
    "one edge agent: reads equipment, sends to the collector; --check reads no network": "一个采集代理：读设备、送往采集服务器；--check 不访问网络",
    "receives, keeps, computes, serves pages and API": "采集服务器：接收、保存、计算、提供页面与接口",
    "bring in history from CSV or Parquet files": "从 CSV 或 Parquet 文件导入历史",
    "compute evidence records over a store": "从存储计算证据记录",
    "from evidence to clauses and the level range": "由证据得出条款判定与等级区间",
    "run the benchmarks of a checkout against their goals": "运行源码目录中的基准测试，与目标对照",
    "which benchmark; all of them unless told": "基准测试名称；不写则全部运行",
    "say what there is, and end": "列出后退出",
    "options of that benchmark; NAME --help tells": "该基准测试的选项；名称后加 --help 查看",
    "show this help message and exit": "显示本说明并退出",
    "language of messages and pages": "消息与页面的语言",
}
"""English → Chinese. Help texts of every command stand here too."""


def language(words: Sequence[str]) -> str:
    """`zh` or `en`: from --lang, FLOORTRUTH_LANG, or the locale."""
    for place, word in enumerate(words):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and place + 1 < len(words):
            return words[place + 1]
    told = os.environ.get("FLOORTRUTH_LANG") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "zh" if told.lower().startswith(("zh", "chinese")) else "en"


def say(text: str, lang: str) -> str:
    """The text in a language; English where the table lacks it."""
    return ZH.get(text, text) if lang == "zh" else text


def localise(parser: argparse.ArgumentParser, lang: str) -> None:
    """Put a parser's help texts into a language."""
    parser.description = say(parser.description or "", lang)
    for action in parser._actions:
        if action.help and action.help is not argparse.SUPPRESS:
            action.help = say(action.help, lang)
