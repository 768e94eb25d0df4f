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
    "bring in history from CSV, XLSX or Parquet files": "从 CSV、XLSX 或 Parquet 文件导入历史",
    "compute evidence records over a store": "从存储计算证据记录",
    "from evidence to clauses and the level range": "由证据得出条款判定与等级区间",
    "claims of change, before and after: supported, contradicted or not decidable": "核对前后变化的声明：支持、反驳或不能判定",
    "the claims to check (YAML)": "待核的声明（YAML）",
    "peers, policies and cases to compare oneself with; never part of a score": "可对照的同行、政策与案例；不参与评分",
    "rows that bear every one of these words": "含有全部这些词的行",
    "of this province (national policies too)": "此省份的（含全国性政策）",
    "of this industry, as electronics or 电子信息": "此行业的，如 electronics 或 电子信息",
    "companies and cases at this level": "此等级的企业与案例",
    "run the benchmarks of a checkout against their goals": "运行源码目录中的基准测试，与目标对照",
    "which benchmark; all of them unless told": "基准测试名称；不写则全部运行",
    "say what there is, and end": "列出后退出",
    "options of that benchmark; NAME --help tells": "该基准测试的选项；名称后加 --help 查看",
    "show this help message and exit": "显示本说明并退出",
    "language of messages and pages": "消息与页面的语言",
    "simulating {} days of the plant's past …": "正在模拟工厂过去 {} 天……",
    "importing them …": "正在导入历史……",
    "ready after {:.0f} s": "{:.0f} 秒后就绪",
    "pages: {}   (Ctrl-C ends)": "页面：{}   （Ctrl-C 结束）",
    "compiling the engine, this once; it takes about half a minute …": "正在编译计算引擎，仅此一次，约需半分钟……",
    "ending …": "正在结束……",
    "evidence, score and report …": "正在计算证据、得分与报告……",
    "end by itself after N seconds (else Ctrl-C)": "N 秒后自行结束（否则按 Ctrl-C）",
    "keep evidence, score, truth, report and store there": "把证据、得分、真值、报告与存储留在此目录",
    "port of the pages (default: 8321, or a free one)": "页面的端口（默认 8321，被占用则另选）",
    "plant seconds per second, 1 to 600 (default 60)": "每秒对应的工厂秒数，1 到 600（默认 60）",
    "the plant's chance (default 1)": "随机种子（默认 1）",
    "a schedule of faults, or 'demo' for the bundled one": "故障计划文件；demo 为自带计划",
    "simulated days before the start (default 7)": "开始之前模拟的天数（默认 7）",
    "a history without the damage of the plant file": "历史数据不带缺损",
    "break an assumption on purpose: fast_cycle, over_power, flicker": "故意打破一项假设：fast_cycle、over_power、flicker",
    "plant time of the live start (default: today 10:00 in the plant)": "实时开始时的工厂时间（默认：工厂今天 10:00）",
    "the agent's file": "采集代理的配置文件",
    "check the file and its tag lists, touch no network, end": "检查配置与标签表，不访问网络，然后结束",
    "check every tag against this plant's register too": "同时对照此工厂的登记表检查每个标签",
    "plant time of a demo: real_origin,plant_origin,speed": "示范的工厂时间：real_origin,plant_origin,speed",
    "the collector's configuration": "采集服务器的配置文件",
    "listen there instead; 0: a free port": "改用此端口；0 为任一空闲端口",
    "listen on this address instead": "改在此地址监听",
    "write the port there once pages are served": "页面可用后把端口写入此文件",
    "plant time: real_origin,plant_origin,speed (a demo's)": "工厂时间：real_origin,plant_origin,speed（示范用）",
    "language of the pages": "页面的语言",
    "check the configuration and end; opens no port": "检查配置后结束，不打开端口",
    "the plant file: register, calendars, connections": "工厂文件：登记表、日历、连接",
    "CSV, XLSX or Parquet: columns ts, asset, role, value[, text][, quality], or as --mapping says": "CSV、XLSX 或 Parquet：列 ts, asset, role, value[, text][, quality]，或按 --mapping 的说明",
    "how the file is to be read (YAML, see configs/import.example.yaml)": "文件如何读取（YAML，见 configs/import.example.yaml）",
    "show the first rows as understood, store nothing": "显示所理解的前几行，不写入存储",
    "utf-8, gb18030, utf-16, …; found out unless told": "utf-8、gb18030、utf-16 等；不写则自动识别",
    "between columns of a text file: , ; or tab; found out unless told": "文本文件的列分隔符：, ; 或 tab；不写则自动识别",
    "decimal mark: . or , ; found out unless told": "小数点：. 或 , ；不写则自动识别",
    "iso, ymd, dmy, mdy, compact, epoch_s, epoch_ms, epoch_us, epoch_ns or excel; found out unless told": "iso、ymd（年月日）、dmy（日月年）、mdy（月日年）、compact、epoch_s、epoch_ms、epoch_us、epoch_ns 或 excel；不写则自动识别",
    "zone of times without an offset (default: the plant's)": "不带时差的时间所属时区（默认为工厂时区）",
    "seconds between two looks at a value; 0: a log of changes (D29)": "两次取值之间的秒数；0 为变化记录（D29）",
    "write the lines that the plant file lacks there": "把工厂文件缺少的行写入此文件",
    "would be set aside: {}": "将被搁置：{}",
    "{}: the first {:,} samples, {:,} rows set aside; nothing was stored": "{}：前 {:,} 个样本，{:,} 行将被搁置；未写入存储",
    "{}: read as {}": "{}：按 {} 读取",
    " (already there)": "（已存在）",
    "{}: {} rows{}, {} set aside": "{}：{} 行{}，{} 行被搁置",
    "resolution not stated for {} series ({}): taken as max_hold (D29); --resolution SECONDS states it": "{} 个序列（{}）未注明分辨率：按 max_hold 处理，并记为局限（D29）；用 --resolution 秒数 注明",
    "the plant file must state the resolution of these series (D29); add:": "工厂文件须注明这些序列的分辨率（D29），请加入：",
    "  … {} lines more: --facts FILE writes them all": "  …… 另有 {} 行：用 --facts 文件 全部写出",
    "{} rows set aside, all of them in {}": "共搁置 {} 行，全部写入 {}",
    "a store's folder, or http://… of a running collector": "存储目录，或运行中的采集服务器 http://…",
    "the token for a running collector (else FLOORTRUTH_TOKEN)": "采集服务器的令牌文件（否则用 FLOORTRUTH_TOKEN）",
    "where rows that were set aside are written": "被搁置的行写入此文件",
    "the store's folder": "存储目录",
    "start of one window; without --from and --to: every ended window of the kinds of --windows": "窗口起点；不给 --from 与 --to 则为 --windows 所列种类的每个已结束窗口",
    "some of hour, shift, day, week, month, quarter, year, history, as day,week (default: all)": "窗口种类：hour 时、shift 班、day 日、week 周、month 月、quarter 季、year 年、history 全程，如 day,week（默认全部）",
    "end of the window (exclusive)": "窗口终点（不含）",
    "production plan, CSV: asset, product, from, to, quantity": "生产计划 CSV：asset, product, from, to, quantity",
    "orders and attendance, CSV or XLSX: order, asset, start, end, quantity, …": "订单与出勤 CSV 或 XLSX：order, asset, start, end, quantity 等",
    "work orders of maintenance, CSV or XLSX: id, asset, kind, opened, alarm, started, finished, closed, …": "维修工单 CSV 或 XLSX：id, asset, kind, opened, alarm, started, finished, closed 等",
    "inspections of parts, CSV or XLSX: ts, asset, serial, characteristic, value, …": "零件检验记录 CSV 或 XLSX：ts, asset, serial, characteristic, value 等",
    "write one file per record there": "每条记录一个文件，写入此目录",
    "print one JSON document and nothing else": "只输出一个 JSON 文档",
    "the folder of evidence records": "证据记录目录",
    "energy of each day, week, month or year, against the period before and the year before": "逐日、周、月、年的能源报表，含环比与同比",
    "the length of a period (default: month)": "报表周期（默认按月）",
    "of this asset (default: the site)": "只看此设备（默认全厂）",
    "people's answers to clauses (YAML or XLSX)": "人对条款的回答（YAML 或 XLSX）",
    "maturity model: a bundled one, a folder, or a file of corrections": "成熟度模型：自带的名称、一个目录或一个更正文件",
    "rules of one's own instead of the bundled ones": "用自己的规则代替自带规则",
    "a domain or sub-domain that the company does not have": "企业没有的能力域或子域",
    "some of the sub-domains: predefined, workshop, custom:R1,M2-4, …; all for every view": "只看部分子域：predefined、workshop、custom:R1,M2-4 等；all 为全部视图",
    "an earlier score.json or plant.yaml: list what changed in the plant's facts": "以前的 score.json 或 plant.yaml：列出工厂事实的变化",
    "print every clause: verdict, who said it, evidence, reason": "打印每一条款：判定、谁判定、证据、理由",
    "write the score document there": "把得分文档写入此文件",
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
