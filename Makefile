# The verbs of this project. Each does its own set-up; see README.md.
PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN = .venv/bin

.PHONY: demo test check fix bench bench-truth docs

demo: .venv/demo
	$(BIN)/floortruth demo $(ARGS)

test: .venv/dev .venv/debian
	$(if $(ARGS),$(BIN)/pytest $(ARGS),sh tests/all.sh)

check: .venv/dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

fix: .venv/dev
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: .venv/bench
	$(BIN)/floortruth bench $(ARGS)

bench-truth: .venv/dev
	$(BIN)/python -m tests.random_plants $(or $(ARGS),10000)

docs: .venv/dev
	$(BIN)/python -m evidence_engine.rules.describe > docs/rules.md
	$(BIN)/python -m evidence_engine.kpis.describe docs/kpi

.venv/demo .venv/dev .venv/bench: .venv/%: requirements/%.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("FloorTruth needs Python 3.11 or newer: make PYTHON=/path/to/it" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/debian: tests/debian.sh
	sh tests/debian.sh && touch $@
