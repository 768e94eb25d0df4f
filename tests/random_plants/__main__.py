"""More random plants than a test run has time for: `python -m tests.random_plants 1000 [first seed]`."""

import sys
from collections import Counter

from tests.random_plants.case import Ease, case_of
from tests.random_plants.check import violations

if __name__ == "__main__":
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    kinds: Counter[str] = Counter()
    for seed in range(first, first + count):
        for sentence in violations(case_of(seed, Ease(disturbed=seed % 3 != 0, cut=seed % 4 != 0))):
            kinds[sentence.split(": ")[1].split(" ")[1]] += 1
            if kinds.total() <= 40:
                print(sentence)
    print(f"{count} plants, {kinds.total()} violations {dict(kinds)}")
    sys.exit(kinds.total() > 0)
