"""An agent's file and its tag lists: what is read, and one sentence with the place for all that is wrong."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from ruamel.yaml import YAML

from connectors.modbus.config import ModbusConnection
from edge_agent.agent import add_arguments, main
from edge_agent.config import AgentConfig, load_agent
from edge_agent.derive import StateTable
from evidence_engine.documents import BadInput, read_yaml
from evidence_engine.vocabulary.plant import Plant

ROOT = Path(__file__).parents[2]
FILE = """schema: floortruth/agent/1
agent: edge-1
collector: {url: "http://127.0.0.1:1", token_env: T}
spool: {path: spool.db}
connections:
  - name: press
    protocol: modbus
    host: h
    tags_file: tags.csv
"""
LIST = "asset,role,address,type,scale,invalid\nP,state,holding:0,u16,,65535;0\nP,power_active,holding:1,f32,0.5,\n"


def load(folder: Path, file: str = FILE, tags: str | bytes = LIST) -> AgentConfig:
    (folder / "agent.yaml").write_text(file, encoding="utf-8")
    (folder / "tags.csv").write_bytes(tags if isinstance(tags, bytes) else tags.encode())
    return load_agent(folder / "agent.yaml")


def modbus_of(config: AgentConfig) -> ModbusConnection:
    connection = config.connections[0]
    assert isinstance(connection, ModbusConnection)
    return connection


def test_a_list_fills_a_connection(tmp_path: Path) -> None:
    state, power = modbus_of(load(tmp_path)).tags
    assert (state.asset, state.address, state.invalid, state.scale) == ("P", "holding:0", (65535.0, 0.0), 1.0)
    assert (power.type, power.scale) == ("f32", 0.5)


def test_inline_tags_and_a_list_together(tmp_path: Path) -> None:
    inline = '    tags: [{asset: P, role: alarm, address: "holding:9"}]\n'
    assert [tag.role for tag in modbus_of(load(tmp_path, FILE + inline)).tags] == [
        "alarm",
        "state",
        "power_active",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_lists_as_a_chinese_excel_saves_them(tmp_path: Path, encoding: str) -> None:
    text = "设备,角色,地址,类型\n冲压线,state,holding:0,u16\n"
    assert modbus_of(load(tmp_path, tags=text.encode(encoding))).tags[0].asset == "冲压线"


def test_semicolons_comments_and_empty_lines(tmp_path: Path) -> None:
    text = "# by hand\r\nasset;role;address\r\n;;\r\nP;state;holding:0\r\n"
    assert len(modbus_of(load(tmp_path, tags=text)).tags) == 1


def test_xlsx(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["资产", "角色", "地址", "单元"], ["P", "state", "holding:0", 3], [None, None, None, None]):
        book.active.append(row)
    book.save(tmp_path / "tags.xlsx")
    tags = modbus_of(load(tmp_path, FILE.replace("tags.csv", "tags.xlsx"))).tags
    assert [(tag.asset, tag.unit) for tag in tags] == [("P", 3)]


def test_several_connections_share_a_list(tmp_path: Path) -> None:
    more = "  - {name: oven, protocol: modbus, host: h, tags_file: tags.csv}\n"
    text = "connection,asset,role,address\npress,P,state,holding:0\noven,O,state,holding:1\n"
    config = load(tmp_path, FILE + more, text)
    assert [[tag.asset for tag in c.tags] for c in config.connections] == [["P"], ["O"]]
    with pytest.raises(BadInput, match=r"tags.csv:3: 'connection' is empty, but press and oven share"):
        load(tmp_path, FILE + more, text.replace("oven,O", ",O"))
    with pytest.raises(BadInput, match=r"tags.csv:3: unknown connection 'ovem', did you mean 'oven'"):
        load(tmp_path, FILE + more, text.replace("oven,O", "ovem,O"))


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("host: h", "hots: h", "agent.yaml:8: connections.0.hots: unknown key 'hots', did you mean 'host'?"),
    ("protocol: modbus", "protocol: modbsu", "unknown protocol 'modbsu', did you mean 'modbus'?"),
    ("agent: edge-1", "agent: 7", "agent.yaml:2: agent: "),
    ("  - name: press", "  - name: press\n   x: 1", "agent.yaml:7: not valid YAML here"),
    ("token_env: T", "token: T", "unknown key 'token', did you mean 'token_env'?"),
    (', token_env: T', "", "needs a token: give either token_env or token_file"),
    ("http://127", "ftp://127", "agent.yaml:3: collector.url"),
    ("spool.db", "spool.db, when_full: burst", "agent.yaml:4: spool.when_full"),
    ("connections:", "heartbeat: 60\nconnections:", "is under twice the heartbeat"),
    ("host: h", "host: h\n    poll: 100.0", "poll every 100 s is slower than timeout 75 s"),
    ("    tags_file: tags.csv\n", "", "has no tags, give 'tags' or a 'tags_file'"),
    ("tags.csv", "tabs.csv", "tabs.csv: no such file"),
])  # fmt: skip
def test_wrong_files(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in FILE
    with pytest.raises(BadInput) as caught:
        load(tmp_path, FILE.replace(old, new))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("power_active", "powr_active", "tags.csv:3: role: unknown role 'powr_active', did you mean 'power_active'?"),
    ("scale", "scael", "tags.csv:1: unknown heading 'scael', did you mean 'scale'?"),
    ("f32", "f23", "tags.csv:3: type: unknown type 'f23', did you mean 'f32'?"),
    ("0.5", "half", "tags.csv:3: scale: input should be a valid number"),
    ("holding:0", "40001", "tags.csv:2: address: address '40001'"),
    ("P,power_active", "P,state", "tags.csv:3: 'P/state' has a tag already, at tags.csv:2"),
    ("holding:1", "", "tags.csv:3: address: is missing"),
    ("0.5,", "0.5,,7", "tags.csv:3: 7 cells under 6 headings"),
    ("P,power_active", "P,link", "is written by the agent itself"),
])  # fmt: skip
def test_wrong_rows(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in LIST
    with pytest.raises(BadInput) as caught:
        load(tmp_path, tags=LIST.replace(old, new))
    assert sentence in str(caught.value)


def test_a_list_in_no_encoding(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither UTF-8 nor GB18030"):
        load(tmp_path, tags=b"asset,role\n\xff\xff\xff,\x81")


def test_two_connections_of_one_name_or_link(tmp_path: Path) -> None:
    twin = "  - {name: press, protocol: modbus, host: h, tags_file: tags.csv}\n"
    with pytest.raises(BadInput, match="the name 'press' stands twice"):
        load(tmp_path, FILE + twin)
    other = (
        "  - {name: b, protocol: mqtt, url: 'mqtt://b', devices: {press.1: t}, "
        "tags: [{asset: Q, role: state, topic: t/s}]}\n"
    )
    with pytest.raises(BadInput, match=r"link 'press.1' is also of 'press'"):
        load(tmp_path, FILE + other)


PLANT = """schema: floortruth/plant/1
site: {id: S1, name: {zh: 厂, en: S}, time_zone: Asia/Shanghai}
assets: {PRESS-01: {kind: press, name: {zh: 冲, en: P}}}
"""


def test_a_tag_for_an_asset_that_is_not_in_the_register(tmp_path: Path) -> None:
    plant = read_yaml(PLANT, "plant.yaml", Plant)
    load(tmp_path, tags=LIST.replace("\nP,", "\nPRESS-01,")).check(plant)
    with pytest.raises(BadInput) as caught:
        load(tmp_path, tags=LIST.replace("\nP,", "\nPRES-01,")).check(plant)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("tags.csv:2: asset 'PRES-01' is not in the register")
    assert "did you mean 'PRESS-01'?" in lines[0]


def agent(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "edge_agent", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_examples_are_in_order() -> None:
    done = agent("configs/agent.example.yaml", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 connections, 11 tags: in order" in done.stdout


def test_the_example_fits_the_example_of_a_plant() -> None:
    plant = read_yaml(
        (ROOT / "configs/plant.example.yaml").read_text(encoding="utf-8"), "plant.example.yaml", Plant
    )
    load_agent(ROOT / "configs/agent.example.yaml").check(plant)


def test_the_demos_agent_fits_the_demos_plant() -> None:
    plant = read_yaml((ROOT / "configs/demo/plant.yaml").read_text(encoding="utf-8"), "plant.yaml", Plant)
    load_agent(ROOT / "configs/demo/agent.yaml").check(plant)


def test_the_state_table_of_the_docs() -> None:
    text = (ROOT / "docs/agent.md").read_text(encoding="utf-8").split("```yaml\nstates:\n")[1].split("```")[0]
    (raw,) = YAML(typ="safe").load(text)
    assert StateTable.model_validate(raw).roles() == ["x_fault", "x_run"]


def test_wrong_input_ends_with_status_2_and_one_sentence(tmp_path: Path) -> None:
    done = agent(str(tmp_path / "nowhere.yaml"), "--check")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{tmp_path}/nowhere.yaml: no such file or directory\n"


@pytest.mark.parametrize(("words", "sentence"), [
    ([], "environment variable 'T' is not set"), (["--clock", "x"], "--clock: clock 'x'"),
    (["--plant", "nowhere.yaml"], "nowhere.yaml: no such file"),
])  # fmt: skip
def test_wrong_arguments(tmp_path: Path, words: list[str], sentence: str) -> None:
    load(tmp_path)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(BadInput, match=re.escape(sentence)):
        main(parser.parse_args([str(tmp_path / "agent.yaml"), *words]))
