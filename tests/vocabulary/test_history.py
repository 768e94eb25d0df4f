"""What follows from a history is worked out once, and never taken for another one's."""

from dataclasses import replace
from itertools import count

from evidence_engine.knowledge.links import link_of
from evidence_engine.knowledge.reading import Links, sight_of
from evidence_engine.vocabulary.history import History
from tests.evidence_engine.knowledge_cases import beats, facts, history, plant, rows


def test_once_per_history_and_by_what_else_it_follows_from() -> None:
    known, numbers = History({}), count(1)

    def ask(of: History, by: object = None) -> int:
        return of.once("answer", lambda: next(numbers), by)

    other = plant()
    assert [ask(known), ask(known), ask(known, other), ask(known, other)] == [1, 1, 2, 2]
    assert ask(replace(known)) == 3
    assert known == replace(known)


def test_a_link_is_read_once_for_all_series_and_again_for_another_timeout() -> None:
    known, at_hand = history(link=beats(0, 90)), plant()
    assert link_of(known, "c", at_hand) is link_of(known, "c", plant())
    assert link_of(known, "c", plant([facts(timeout=20.0)])) is not link_of(known, "c", at_hand)


def test_series_that_are_read_alike_share_their_spans() -> None:
    both = {name: facts("A/state").series["A/state"] for name in ("A/state", "A/speed")}
    told = facts().model_copy(update={"series": both})
    series = {"@c/link": beats(0, 90), "A/state": rows((1, 0), (40, 1)), "A/speed": rows((2, 5))}
    links = Links(History(series, {"c": [(0, told)]}), plant())
    one, other = sight_of(links, "A/state"), sight_of(links, "A/speed")
    assert one.proof.spans is other.proof.spans
    moved = sight_of(links, "A/speed", {10**9: 5})
    assert moved.proof.spans is not one.proof.spans
    assert len(moved.proof.spans) == len(one.proof.spans) + 1
