#!/bin/sh
# Locks the versions, with hashes, from pyproject.toml: agent.txt (base), demo.txt (server, sim), dev.txt (with what
# tests and checks need), bench.txt (with what benchmarks measure against).
# Needs `uv` (pip install uv). Run it when pyproject.toml changes, then read the difference.
set -eu
cd "$(dirname "$0")/.."
lock() {
    out=$1; shift
    uv pip compile -q pyproject.toml requirements/build.in "$@" --universal --generate-hashes --python-version 3.11 \
        --no-strip-extras --no-emit-index-url --no-annotate --no-header -o "requirements/$out.txt"
}
lock agent
lock demo --extra server --extra sim
lock dev --extra server --extra sim --extra dev
lock bench --extra server --extra sim --extra dev --extra bench
