# Malmoi: every way to build, run and check it. CI and pre-commit call these same targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WAREHOUSE ?= malmoi-warehouse
SHARED ?= ../shared
FUZZ_SECONDS ?= 600

.DEFAULT_GOAL := help

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv with everything at the locked versions

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 13) else "Malmoi needs Python 3.11 or 3.12; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --constraint constraints.txt pip setuptools wheel
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[beam,ray,duckdb,cedar]' --group dev
	$(BIN)/python -m compileall -q pipelines filters dedup licenses warehouse
	$(BIN)/python -c 'import dedup.kernels'
	@touch $(STAMP)

run: $(STAMP) ## Run the pipeline on the sample pages in examples/
	$(BIN)/malmoi run --warehouse $(WAREHOUSE)

test: $(STAMP) ## Run the default tests
	$(BIN)/python -m pytest -m 'not slow' --cov --cov-report=term --durations=10

test-slow: $(STAMP) ## Run the slow tests (kill -9, large inputs)
	$(BIN)/python -m pytest -m slow

fuzz: $(STAMP) ## Fuzz every parser of rights signals (FUZZ_SECONDS in total, 600 by default)
	$(BIN)/python tests/fuzz/fuzz.py --seconds $(FUZZ_SECONDS)

lint: $(STAMP) ## Check style, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Format the sources
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: $(STAMP) ## Evaluate every room beside its peers on the labelled data (makes .venv-peers), write benchmarks/EVAL.md
	$(BIN)/python benchmarks/eval.py --shared $(SHARED)

bench: $(STAMP) ## Compare the whole pipeline with datatrove (makes .venv-peers)
	$(BIN)/python benchmarks/end_to_end.py --shared $(SHARED) --json build/eval/end_to_end.json

bench-dedup: $(STAMP) ## Near-duplicate removal beside five peers (makes .venv-peers; FRESH=--fresh runs them again)
	$(BIN)/python benchmarks/dedup_peers.py --shared $(SHARED) $(FRESH)

bench-gate: $(STAMP) ## Documents a second through the gate, beside a loop over rows and Cedar
	$(BIN)/python benchmarks/gate.py --json build/eval/gate.json

bench-release: $(STAMP) ## Packing a release plain beside encrypted
	$(BIN)/python benchmarks/release.py

lock: $(STAMP) ## Write constraints.txt anew from what is installed
	$(BIN)/python -m pip freeze --exclude-editable --exclude malmoi | grep -v ' @ ' > constraints.txt

clean: ## Remove environments, caches and the sample warehouse
	rm -rf $(VENV) .venv-peers $(WAREHOUSE) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build *.egg-info

.PHONY: help setup run test test-slow fuzz lint format eval bench bench-dedup bench-gate bench-release lock clean
