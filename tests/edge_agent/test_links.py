"""Links: what is written for proofs, breaks, failures, and a death told late (D2, D3)."""

from edge_agent.links import Link
from edge_agent.rows import Rows

BEAT = 30


def link() -> tuple[Link, Rows]:
    rows = Rows()
    return Link("press.1", rows, BEAT), rows


def written(rows: Rows) -> list[tuple[int, float]]:
    return list(zip(rows.ts, rows.value, strict=True))


def test_D2_a_start_writes_0_and_the_series_is_the_devices() -> None:
    one, rows = link()
    one.begin(5)
    assert rows.names == ["@press.1/link"]
    assert written(rows) == [(5, 0.0)]


def test_D3_no_proof_counts_before_the_first_values() -> None:
    one, rows = link()
    one.begin(5)
    one.prove(6)
    one.open(10)
    one.prove(9)
    one.prove(12)
    assert written(rows) == [(5, 0.0), (12, 1.0)]


def test_D2_a_1_per_heartbeat_and_the_last_proof_before_a_break() -> None:
    one, rows = link()
    one.begin(0)
    one.open(0)
    for at in range(1, 75, 2):
        one.prove(at)
    one.broke(80)
    assert written(rows) == [(0, 0.0), (1, 1.0), (31, 1.0), (61, 1.0), (73, 1.0), (80, 0.0)]
    assert one.state == "broken"


def test_D2_attempts_that_fail_stand_alone() -> None:
    one, rows = link()
    one.begin(0)
    one.open(0)
    one.prove(1)
    one.broke(3)
    one.failed(4)
    one.broke(5)
    one.failed(9)
    assert written(rows) == [(0, 0.0), (1, 1.0), (3, 0.0), (4, -1.0), (9, -1.0)]


def test_rows_never_go_back_in_time_unless_the_clock_was_set() -> None:
    one, rows = link()
    one.begin(10)
    one.open(10)
    one.prove(11)
    one.prove(11)
    one.begin(11)
    assert written(rows) == [(10, 0.0), (11, 1.0), (12, 0.0)]
    one.forget_time()
    one.begin(3)
    assert written(rows)[-1] == (3, 0.0)


def test_D2_a_will_takes_heartbeats_back() -> None:
    one, rows = link()
    one.begin(0)
    one.open(0)
    for at in (1, 31, 61, 91):
        one.prove(at)
    one.left(50)
    assert written(rows)[5:] == [(50, 0.0), (61, 0.0), (91, 0.0)]
    one.prove(99)
    assert len(written(rows)) == 8, "closed until it speaks again"


def test_rest_states_the_newest_proof() -> None:
    one, rows = link()
    one.begin(0)
    one.open(0)
    one.prove(1)
    one.prove(20)
    one.rest()
    one.rest()
    assert written(rows)[-2:] == [(1, 1.0), (20, 1.0)]
