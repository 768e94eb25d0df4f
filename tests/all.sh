#!/bin/sh
# All tests: those that compute beside those that wait, a core each; then the live plants, which want a quiet machine.
# Prints the coverage of all of them together; fails where any part failed.
set -eu
cd "$(dirname "$0")/.."
BIN=.venv/bin
COMPUTING="tests/evidence_engine tests/vocabulary tests/random_plants"
LIVE="tests/truth"
WITHOUT_JIT="kernels links held counters rises booking levels stays kpi_failures oddities stretches timeline live tally"

part() {
    name=$1; shift
    COVERAGE_FILE=.coverage.$name $BIN/pytest --cov --cov-report= "$@"
}

computing() {
    # shellcheck disable=SC2086 # several folders
    part computing $COMPUTING || return $?
    # shellcheck disable=SC2046
    NUMBA_DISABLE_JIT=1 $BIN/pytest -q $(for name in $WITHOUT_JIT; do echo "tests/evidence_engine/test_$name.py"; done)
}

rm -f .coverage .coverage.*
$BIN/python -m evidence_engine.compiled # or both would compile the same, and servers would answer late meanwhile
status=0
log=$(mktemp)
computing >"$log" 2>&1 &
beside=$!
# shellcheck disable=SC2046
part waiting tests $(for folder in $COMPUTING $LIVE; do echo "--ignore=$folder"; done) || status=$?
wait $beside || status=$?
cat "$log"; rm -f "$log"
part live $LIVE || status=$?
$BIN/coverage combine -q .coverage.computing .coverage.waiting .coverage.live
$BIN/coverage report
exit $status
