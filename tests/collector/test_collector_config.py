"""The collector's configuration and plan: each error names file, line and the way out; the example is the tested one."""

from pathlib import Path

import pytest

from collector.config import load_config
from collector.plan import read_plan
from collector.server import choose_kernel_cache
from evidence_engine.documents import BadInput
from evidence_engine.vocabulary.instants import parse_instant
from tests.collector.sample_board import PLANT
from tests.collector.serving import CONFIGS, TOKEN, write_config


def test_example_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load_config(CONFIGS / "collector.example.yaml")
    assert config.read_plan(config.read_plant()) == []
    monkeypatch.delenv("FLOORTRUTH_TOKEN", raising=False)
    with pytest.raises(BadInput, match="'FLOORTRUTH_TOKEN' is not set"):
        config.secrets()
    monkeypatch.setenv("FLOORTRUTH_TOKEN", "s")
    assert config.secrets().agents("s") == {"*"}


def test_what_the_example_has_commented_out_is_good_too(tmp_path: Path) -> None:
    lines = (CONFIGS / "collector.example.yaml").read_text("utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line == "# assessors:")
    kept = [
        line.removeprefix("# ") if n >= start and "：" not in line and "。" not in line else line
        for n, line in enumerate(lines)
    ]
    path = tmp_path / "collector.yaml"
    path.write_text("\n".join(kept), "utf-8")
    config = load_config(path)
    assert config.assessors[0].name == "李工"
    assert config.notices.mail is not None
    assert config.notices.webhook is not None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lissten": "{}"}, "collector.yaml:7: lissten: unknown key 'lissten', did you mean 'listen'?"),
        ({"tokens": "[{agent: a}]"}, "give either env or file"),
        ({"tokens": "[]"}, "collector.yaml:5: tokens: "),
        ({"listen": "{port: 70000}"}, "collector.yaml:4: listen.port: "),
        ({"listen": "{port: '80'}"}, "got '80'"),
        ({"max_body": "many"}, "collector.yaml:7: max_body: "),
        ({"assess": "{interval: 0}"}, "assess.interval"),
        ({"assessors": "[{name: A}]"}, "give either env or file"),
        ({"assessors": "[{file: key}]"}, "assessors.0.name: is missing"),
    ],
)
def test_wrong_config(changes: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        load_config(write_config(tmp_path, **changes))
    assert sentence in str(error.value)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no\.yaml: no such file"):
        load_config(tmp_path / "no.yaml")
    config = load_config(write_config(tmp_path, plant="none.yaml"))
    with pytest.raises(BadInput, match=r"none\.yaml: no such file"):
        config.read_plant()
    (tmp_path / "token").write_text("\n")
    with pytest.raises(BadInput, match="token is empty"):
        config.secrets()


def test_a_token_speaks_for_its_agent(tmp_path: Path) -> None:
    secrets = load_config(write_config(tmp_path)).secrets()
    assert secrets.agents(TOKEN) == {"*"}
    assert secrets.agents("for edge-9 only") == {"edge-9"}
    assert secrets.agents("") == set()
    assert secrets.agents("泵") == set()


ASSET = next(iter(PLANT.assets))
PRODUCT = next(iter(PLANT.products))
HEAD = "asset,product,from,to,quantity\n"


def test_plan() -> None:
    text = f"\ufeff{HEAD}"[1:] + f"{ASSET}, {PRODUCT}, 2026-11-24T08:00, 2026-11-24T20:00, 120\n"
    (entry,) = read_plan(text, "plan.csv", PLANT)
    assert (entry.asset, entry.quantity) == (ASSET, 120)
    assert entry.start == parse_instant("2026-11-24T08:00", PLANT.zone)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (f"NO-1,{PRODUCT},2026-11-24,2026-11-25,1", "plan.csv:2: asset: 'NO-1' is not in the register"),
        (f"{ASSET},PX,2026-11-24,2026-11-25,1", "plan.csv:2: product: unknown product 'PX'"),
        (f"{ASSET},{PRODUCT},soon,2026-11-25,1", "plan.csv:2: 'soon' is not a time"),
        (f"{ASSET},{PRODUCT},2026-11-24,2026-11-24,1", "plan.csv:2: to: '2026-11-24' is not after from"),
        (f"{ASSET},{PRODUCT},2026-11-24,2026-11-25,many", "quantity: 'many'"),
    ],
)
def test_wrong_plan(row: str, sentence: str) -> None:
    with pytest.raises(BadInput) as error:
        read_plan(f"{HEAD}{row}\n", "plan.csv", PLANT)
    assert sentence in str(error.value)


def test_plan_without_a_column() -> None:
    with pytest.raises(BadInput, match=r"plan\.csv:1: column 'to' is missing"):
        read_plan("asset,product,from,quantity\n", "plan.csv", PLANT)


def test_kernel_cache_as_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/somewhere")
    choose_kernel_cache(load_config(write_config(tmp_path)))
    assert not (tmp_path / "kernel-cache").exists()
