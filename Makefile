# `make run` and `make demo` are all a user needs; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
ROUNDS ?= 50
COUNT ?= 100

# The first Python that is new enough and can make a virtual environment; name another with PYTHON=...
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v "$$python" && break; done)
endif

.PHONY: help setup run demo test chaos parity trust races search accuracy-parity lists format lint types api locks wheel clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

setup: ## make the environment: .venv, packages, the built page
	@if [ -z "$(PYTHON)" ]; then \
		echo "setup: Python 3.11 or later with venv is needed (Debian: apt-get install python3 python3-venv)." >&2; exit 1; fi
	@"$(PYTHON)" scripts/setup.py

run: setup ## the workbench on http://127.0.0.1:5665 (WORKBENCH_PORT=... for another)
	@$(BIN)/workbench up

demo: setup ## the same, with the sample project worked through
	@$(BIN)/workbench demo

test: setup ## all checks and all tests
	@$(BIN)/python scripts/check.py lint types page tests

lint: setup ## style, import contracts, layout of the repository
	@$(BIN)/python scripts/check.py lint

types: setup ## mypy and tsc
	@$(BIN)/python scripts/check.py types

format: setup ## format all code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@cd frontend && npx biome check --write .

api: setup ## write the OpenAPI document and the frontend's types from the code
	@$(BIN)/python scripts/api_types.py

chaos: setup ## kill workers, engines, servers and the broker while jobs run (ROUNDS=50)
	@$(BIN)/python -m pytest tests/integration/test_chaos.py --chaos-rounds $(ROUNDS) --timeout 7200 -s

parity: setup ## compare with benchmark_app on this machine
	@$(BIN)/python -m tests.benchmarks.parity_benchmark_app

trust: setup ## how often the gate is right: 100 comparisons of each kind (COUNT=100)
	@$(BIN)/python -m tests.benchmarks.trust --count $(COUNT)

races: setup ## whether a race finds a copy equal and a heavier model slower (COUNT=100)
	@$(BIN)/python -m tests.benchmarks.versions_gain --count $(COUNT)

search: setup ## guided search against the full grid on this machine, interleaved
	@$(BIN)/python -m tests.benchmarks.search_front

accuracy-parity: setup ## our metrics beside those of the real Accuracy Checker (installs its toolchain)
	@$(BIN)/python -m tests.benchmarks.accuracy_parity

lists: setup ## latency of lists with many rows and clients
	@$(BIN)/python -m tests.benchmarks.lists

locks: setup ## resolve the newest allowed versions into the lock files
	@$(BIN)/python -m scripts.locks

wheel: setup ## build the wheel and the source distribution into dist/
	@rm -rf dist && $(BIN)/python -m build --no-isolation --outdir dist .

clean: ## remove what the targets above made
	rm -rf .venv build dist workbench/web/dist frontend/node_modules \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
