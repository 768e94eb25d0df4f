"""From readings and reports to samples: each rule with the rows that it must leave (D3-D6, D31)."""

import math

from connectors.base import Chunk
from edge_agent.rows import Rows
from edge_agent.sampler import Look, Manner, Sampler

POLLED = Manner(asks=True, reports=False)
SUBSCRIBED = Manner(asks=True, reports=True)
MESSAGES = Manner(asks=False, reports=True, by_stamp=True)
K = 1000
"""The keyframe."""

Said = tuple[int, float | str | None, int]


class Bench:
    """A sampler with one tag (or more), and the rows that came of it."""

    def __init__(self, manner: Manner, tags: int = 1, **look: object) -> None:
        self.rows = Rows()
        looks = [Look(self.rows.number(f"A/x_{i}"), **look) for i in range(tags)]  # type: ignore[arg-type]
        self.sampler = Sampler(looks, self.rows, manner, K)
        self.sampler.begin(range(tags), 0)

    def chunk(self, kind: str, said: list[Said], **more: object) -> None:
        """Rows (ts, value or text, quality) of tag 0."""
        if kind == "report" and said:
            more = {"proof": said[-1][0]} | more
        chunk = Chunk("d", kind, **more)  # type: ignore[arg-type]
        for ts, value, quality in said:
            text = value if isinstance(value, str) else None
            chunk.add(0, ts, value if isinstance(value, float) else math.nan, text, quality)
        self.sampler.take(chunk)

    def read(self, *said: Said, **more: object) -> None:
        self.chunk("reading", list(said), **more)

    def report(self, *said: Said, **more: object) -> None:
        self.chunk("report", list(said), **more)

    def kept(self, tag: int = 0) -> list[Said]:
        rows = self.rows
        columns = zip(rows.series, rows.ts, rows.value, rows.text, rows.quality, strict=True)
        return [
            (ts, text if text is not None else (None if math.isnan(value) else value), quality)
            for series, ts, value, text, quality in columns
            if series == tag
        ]


def in_store(bench: Bench, tag: int = 0) -> list[Said]:
    """What the store makes of the rows: by time, and of two at one instant the later (D6)."""
    return sorted({row[0]: row for row in bench.kept(tag)}.values(), key=lambda row: row[0])


def polled(**look: object) -> Bench:
    return Bench(POLLED, **({"resolution": 15, "time_error": 2, "periodic": True} | look))


def test_on_change_only() -> None:
    bench = polled()
    for ts, value in ((10, 1.0), (20, 1.0), (30, 2.0), (40, 2.0), (50, 1.0)):
        bench.read((ts, value, 0))
    assert bench.kept() == [(10, 1.0, 0), (30, 2.0, 0), (50, 1.0, 0)]


def test_D4_keyframes_state_it_again_at_the_borders_of_the_clock() -> None:
    bench = polled()
    for ts in range(10, 3000, 10):
        bench.read((ts, 7.0, 0))
    assert bench.kept() == [(10, 7.0, 0), (1000, 7.0, 0), (2000, 7.0, 0)]


def test_D3_after_a_connect_the_value_is_written_although_it_is_the_same() -> None:
    bench = polled()
    bench.read((10, 1.0, 0))
    bench.sampler.begin([0], 15)
    bench.read((20, 1.0, 0))
    assert bench.kept() == [(10, 1.0, 0), (20, 1.0, 0)]


def test_scale_and_offset() -> None:
    bench = polled(scale=0.1, offset=-40.0)
    bench.read((10, 655.0, 0))
    assert bench.kept() == [(10, 655 * 0.1 - 40, 0)]


def test_D5_what_is_no_value_is_bad() -> None:
    bench = polled(invalid=frozenset({65535.0}))
    for ts, value in (
        (10, 65535.0),
        (20, 3.0),
        (30, math.inf),
        (40, 4.0),
        (50, "on"),
        (60, 5.0),
        (70, math.nan),
    ):
        bench.read((ts, value, 0))
    assert [quality for _, _, quality in bench.kept()] == [2, 0, 2, 0, 2, 0, 2]
    assert all(value is None for _, value, quality in bench.kept() if quality == 2)


def test_bad_of_the_device_keeps_no_value_and_uncertain_stays() -> None:
    bench = polled()
    bench.read((10, 1.0, 1), (20, 1.0, 2), (30, 1.0, 2), (40, 1.0, 0))
    assert bench.kept() == [(10, 1.0, 1), (20, None, 2), (40, 1.0, 0)]


def test_text_roles_take_texts_and_codes() -> None:
    bench = polled(is_text=True)
    bench.read((10, "P1", 0), (20, 2.0, 0), (30, 2.0, 0), (40, math.nan, 0))
    assert bench.kept() == [(10, "P1", 0), (20, "2", 0), (40, None, 2)]


def test_D31_a_reading_later_than_r() -> None:
    bench = polled()
    bench.read((10, 1.0, 0))
    bench.read((20, 1.0, 0))
    bench.read((40, 1.0, 0))
    assert bench.kept() == [(10, 1.0, 0), (20, 1.0, 0), (21, None, 2), (40, 1.0, 0)]


def test_D31_no_answer_for_this_tag() -> None:
    bench = polled()
    bench.read((10, 1.0, 0))
    bench.read((20, 1.0, 0))
    bench.read(unanswered=[0])
    bench.read(unanswered=[0])
    bench.read((40, 1.0, 0))
    assert bench.kept() == [(10, 1.0, 0), (20, 1.0, 0), (21, None, 2), (40, 1.0, 0)]


def test_D31_an_answer_that_took_longer_than_2e_is_late() -> None:
    bench = polled()
    bench.read((10, 1.0, 0), round_trip=4)
    bench.read((20, 2.0, 0), round_trip=5)
    assert bench.kept() == [(10, 1.0, 0), (11, None, 2)]
    assert bench.sampler.counts == {"late_reading": 1, "gap": 1}


def test_D31_other_blocks_answered_and_a_1_is_to_be_written() -> None:
    bench = polled()
    bench.read((10, 1.0, 0))
    bench.read((20, 1.0, 0))
    bench.sampler.check_looks([0], 35)
    assert bench.kept() == [(10, 1.0, 0)]
    bench.sampler.check_looks([0], 36)
    assert bench.kept() == [(10, 1.0, 0), (20, 1.0, 0), (21, None, 2)]


def subscribed(**look: object) -> Bench:
    return Bench(SUBSCRIBED, **({"resolution": 5, "time_error": 2} | look))


def test_D6_reports_are_at_least_1_ns_apart_in_the_devices_order() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.report((20, 2.0, 0), (20, 3.0, 0), (19, 4.0, 0))
    assert bench.kept() == [(10, 1.0, 0), (20, 2.0, 0), (21, 3.0, 0), (22, 4.0, 0)]


def test_D6_a_repeat_says_nothing_new() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.report((20, 2.0, 0))
    bench.report((20, 2.0, 0))
    assert bench.kept() == [(10, 1.0, 0), (20, 2.0, 0)]


def test_D6_a_reading_not_more_than_2e_after_a_report_may_be_older() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.report((1002, 2.0, 0))
    bench.read((1006, 2.0, 0))
    assert bench.kept()[1:] == [(1002, 2.0, 0)]
    bench.read((2007, 2.0, 0))
    assert bench.kept()[1:] == [(1002, 2.0, 0), (2007, 2.0, 0)]


def test_D3_reports_of_what_stood_before_the_connect() -> None:
    bench = subscribed()
    bench.sampler.begin([0], 100)
    bench.report((40, 3.0, 0))
    bench.read((110, 3.0, 0))
    bench.report((40, 3.0, 0), (50, 9.0, 0))
    assert bench.kept() == [(110, 3.0, 0)], "the first reading tells it; older news change nothing"


def test_D5_lost_reports() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.report((30, 2.0, 0))
    bench.report((40, 2.0, 0), lost=[0])
    assert bench.kept() == [(10, 1.0, 0), (30, 2.0, 0), (31, None, 2), (40, 2.0, 0)]


def test_D4_a_reading_that_a_report_explains() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.read((1001, 2.0, 0))
    assert bench.kept() == [(10, 1.0, 0)]
    assert bench.sampler.unexplained(1001) == [0]
    bench.report((998, 2.0, 0))
    assert bench.sampler.unexplained(2000) == []
    assert bench.kept() == [(10, 1.0, 0), (998, 2.0, 0)]


def test_D4_reports_that_have_failed() -> None:
    bench = Bench(SUBSCRIBED, tags=2, resolution=5, time_error=2)
    chunk = Chunk("d", "reading")
    chunk.add(0, 10, 1.0)
    chunk.add(1, 10, 5.0)
    bench.sampler.take(chunk)
    later = Chunk("d", "report")
    later.add(1, 500, 6.0)
    bench.sampler.take(later)
    bench.read((1001, 2.0, 0))
    assert bench.sampler.unexplained(1000) == []
    assert bench.sampler.unexplained(1001) == [0]
    bench.sampler.distrust([0, 1])
    assert in_store(bench) == [(10, 1.0, 0), (11, None, 2), (1001, 2.0, 0), (1002, None, 2)], (
        "what came after the reading would not have been reported either"
    )
    assert in_store(bench, 1) == [(10, 5.0, 0), (11, None, 2), (500, 6.0, 0), (501, None, 2)]


def test_D4_the_reading_that_shows_it_is_no_keyframe_of_the_other_tags() -> None:
    """Tag 1 read as it was held; between the two readings it may have been anything."""
    bench = Bench(SUBSCRIBED, tags=2, resolution=0, time_error=2)
    for at, value in ((10, 1.0), (1001, 2.0)):
        chunk = Chunk("d", "reading")
        chunk.add(1, at - 1, 5.0)
        chunk.add(0, at, value)
        bench.sampler.take(chunk)
    bench.sampler.distrust([0, 1])
    assert in_store(bench, 1) == [(9, 5.0, 0), (10, None, 2), (1000, 5.0, 0), (1001, None, 2)]


def test_D4_reports_between_a_keyframe_and_the_failure_hold_at_their_own_instants() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.report((100, 2.0, 0), (200, 3.0, 0), (201, 4.0, 0))
    bench.read((1001, 9.0, 0))
    bench.sampler.distrust([0])
    stamps = [(ts, quality) for ts, _, quality in in_store(bench)]
    assert stamps == [
        (10, 0),
        (11, 2),
        (100, 0),
        (101, 2),
        (200, 0),
        (201, 0),
        (202, 2),
        (1001, 0),
        (1002, 2),
    ]


def test_reports_that_were_on_their_way_while_the_tag_was_read_stand_where_they_belong() -> None:
    """Changed at 500 and back at 700, both told at 1100; the keyframe of 1001 had found it as it was held."""
    bench = subscribed(resolution=0)
    bench.read((10, 1.0, 0))
    bench.read((1001, 1.0, 0))
    bench.report((500, 2.0, 0), (500, 3.0, 0), (700, 1.0, 0))
    assert in_store(bench) == [(10, 1.0, 0), (500, 2.0, 0), (501, 3.0, 0), (700, 1.0, 0), (1001, 1.0, 0)]
    bench.report((1500, 2.0, 0))
    assert in_store(bench)[-1] == (1500, 2.0, 0)


def test_D6_stamps_of_a_clock_that_moved_by_more_than_e_are_known_at_their_own_instants_only() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0), clock_offset=0)
    bench.report((500, 2.0, 0))
    bench.read((1001, 2.0, 0), clock_offset=2)
    assert in_store(bench) == [(10, 1.0, 0), (500, 2.0, 0), (1001, 2.0, 0)], "within e"
    bench.report((1500, 3.0, 0))
    bench.read((2001, 3.0, 0), clock_offset=-40)
    assert in_store(bench)[2:] == [
        (1001, 2.0, 0), (1002, None, 2), (1500, 3.0, 0), (1501, None, 2), (2001, 3.0, 0),
    ]  # fmt: skip


def test_D4_an_older_report_of_another_value_explains_no_reading() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.read((1001, 3.0, 0))
    bench.report((500, 2.0, 0))
    assert bench.sampler.unexplained(2000) == [0]
    bench.report((600, 3.0, 0))
    assert bench.sampler.unexplained(2000) == []


def test_D4_a_bad_value_is_read_without_suspicion() -> None:
    bench = subscribed()
    bench.read((10, 1.0, 0))
    bench.report((20, 1.0, 2))
    bench.read((30, 4.0, 0))
    assert bench.kept() == [(10, 1.0, 0), (20, None, 2), (30, 4.0, 0)]
    assert bench.sampler.unexplained(9999) == []


def test_D4_what_cannot_be_asked_is_stated_again_at_a_proof() -> None:
    bench = Bench(MESSAGES, resolution=0)
    bench.report((10, 1.0, 0))
    bench.sampler.restate([0], 900)
    bench.sampler.restate([0], 1003)
    bench.sampler.restate([0], 1010)
    assert bench.kept() == [(10, 1.0, 0), (1003, 1.0, 0)]


def test_D4_a_report_older_than_a_keyframe_puts_the_keyframe_right() -> None:
    """The device changed at 1000, told it late, and a keyframe at 1003 had stated what was held before."""
    bench = Bench(MESSAGES, resolution=0)
    bench.report((10, 1.0, 0))
    bench.sampler.restate([0], 1003)
    bench.report((1000, 2.0, 0))
    assert bench.kept()[-2:] == [(1000, 2.0, 0), (1003, 2.0, 0)], (
        "the later arrival at 1003 wins in the store"
    )
    bench.report((1010, 3.0, 0))
    assert bench.kept()[-1] == (1010, 3.0, 0)


def test_messages_that_overtook_each_other_go_where_their_stamps_say() -> None:
    bench = Bench(MESSAGES, resolution=100, periodic=True)
    bench.report((10, 1.0, 0))
    bench.report((30, 1.0, 0))
    bench.report((20, 2.0, 0))
    assert bench.kept() == [(10, 1.0, 0), (20, 2.0, 0), (30, 1.0, 0)]
    assert bench.sampler.counts == {"out_of_order": 1}


def test_D31_a_missing_look_is_found_at_the_first_proof_after_it_also_where_few_proofs_ask() -> None:
    """A device of its own is asked only when a look can be missing; what is found is the same."""
    alone, grouped = (Bench(MESSAGES, resolution=100, periodic=True) for _ in range(2))
    grouped.sampler.group([0])
    for bench in (alone, grouped):
        bench.report((10, 1.0, 0))
        for proof in (20, 110, 111):
            bench.sampler.check_looks([0], proof)
        bench.report((300, 1.0, 0))
        for proof in (350, 400, 401):
            bench.sampler.check_looks([0], proof)
    assert alone.kept() == grouped.kept()
    assert [row[0] for row in grouped.kept() if row[2] == 2] == [11, 301]


def test_the_same_message_twice_is_one() -> None:
    bench = Bench(MESSAGES, resolution=100, periodic=True)
    for ts, value in ((10, 1.0), (20, 2.0), (20, 2.0), (10, 1.0)):
        bench.report((ts, value, 0))
    assert sorted(set(bench.kept())) == [(10, 1.0, 0), (20, 2.0, 0)], "equal rows are one in the store"


def test_D2_a_retained_message_tells_of_its_own_instant_only() -> None:
    bench = Bench(MESSAGES, resolution=0)
    bench.sampler.begin([0], 500)
    bench.report((300, 7.0, 0), proof=None)
    bench.report((600, 7.0, 0), proof=None)
    bench.sampler.restate([0], 2003)
    assert bench.kept() == [(300, 7.0, 0), (301, None, 2)], "never stated again as if it held now"
    bench.report((2010, 7.0, 0))
    assert bench.kept()[-1] == (2010, 7.0, 0)


def test_D31_a_message_that_comes_late_into_a_gap_does_not_fill_it() -> None:
    bench = Bench(MESSAGES, resolution=15, periodic=True)
    bench.report((10, 1.0, 0), (50, 3.0, 0), (20, 2.0, 0))
    assert in_store(bench) == [(10, 1.0, 0), (11, None, 2), (20, 2.0, 0), (21, None, 2), (50, 3.0, 0)]


def test_a_clock_that_was_set_back_leaves_what_is_held_in_doubt() -> None:
    """In its order 2.0 is the newest, by its stamp it is the past: what holds from 100 on is not known."""
    bench = Bench(MESSAGES, resolution=0)
    bench.report((100, 1.0, 0), (20, 2.0, 0))
    bench.sampler.restate([0], 2003)
    assert in_store(bench) == [(20, 2.0, 0), (100, 1.0, 0), (101, None, 2)]


def test_a_late_report_does_not_heal_what_was_lost_after_it() -> None:
    bench = Bench(MESSAGES, resolution=0)
    bench.report((10, 1.0, 0))
    bench.sampler.restate([0], 1003)
    bench.report(lost=[0])
    bench.report((1000, 2.0, 0))
    bench.sampler.restate([0], 2003)
    assert in_store(bench) == [(10, 1.0, 0), (1000, 2.0, 0), (1003, 2.0, 0), (1004, None, 2)]


def test_a_set_clock_lets_stamps_begin_again() -> None:
    bench = polled()
    bench.read((5000, 1.0, 0))
    bench.sampler.forget_time()
    bench.sampler.begin([0], 100)
    bench.read((110, 1.0, 0))
    assert bench.kept() == [(5000, 1.0, 0), (110, 1.0, 0)]
