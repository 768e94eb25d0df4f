"""Imported history with the damage that the plant file tells: cuts, a reset, bad values; the truth is in every bound."""

from pathlib import Path

from tests.truth.pasts import codes_of, past_of

FIVE_DAYS = 120
"""Hours; the damage lies in them."""


def test_the_truth_of_a_damaged_history_lies_within_its_bounds(tmp_path: Path) -> None:
    found = past_of(tmp_path, 1, FIVE_DAYS).assessed()
    assert found.comparison.compared > 10_000
    assert found.comparison.holds, found.comparison.report()
    told = {code for record in found.records for code in codes_of(record)}
    assert {"reset", "bridged"} <= told
