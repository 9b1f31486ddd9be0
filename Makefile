# Two commands on a fresh machine with Python 3.11 and make: `make demo`, then `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2
TEST = $(PYTEST) --numprocesses $(WORKERS) --no-loadscope-reorder
REAL_DATA ?= ../shared/data/published
# What takes minutes comes first: tests are dealt out to the processes file by file, in this order.
LONG_TESTS := tests/pipeline/test_qi_logs.py
TESTS := $(LONG_TESTS) tests/unit tests/golden tests/datasets tests/pipeline

.PHONY: help setup demo test test-all backtest dev check generate format bench golden qi-corpus clean

help:
	@echo "make setup     a .venv from requirements.lock (every other target does it when needed)"
	@echo "make demo      simulate a small NHS, refresh everything through the real path, publish"
	@echo "make dev       Dagster's UI on loopback"
	@echo "make test      unit, golden, datasets, one pipeline: a quarter of an hour in two processes [WORKERS=N]"
	@echo "make test-all  adds faults, vintages, backtests, browser, packaging, old DuckDB versions"
	@echo "make check     ruff, sqlfluff, types, generated files, architecture, every model in Spark's dialect"
	@echo "make backtest  figures that publishers have published, rebuilt and printed"
	@echo "make bench     CPU seconds and memory of a refresh, a no-op and the import, as ratios of one run; of statistics"
	@echo "make golden    reference tables against the macros of the marts [GOLDEN=DIR]"
	@echo "make qi-corpus messy QI registers of five shapes, imported and held against their truth; cost of a large one"
	@echo "make generate  write what follows from the catalogue"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	$(BIN)/evenhand demo

dev: setup
	$(BIN)/evenhand dev

test: setup
	$(TEST) $(TESTS)

test-all: setup
	$(TEST) tests/backtest tests/faults tests/vintages tests/packaging $(TESTS) tests/browser

backtest: setup
	$(PYTEST) tests/backtest -s

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests --disable-progress-bar
	$(BIN)/python -m orchestration.catalogue.generate --check
	$(BIN)/python -m benchmarks.spark

generate: setup
	$(BIN)/python -m orchestration.catalogue.generate

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix dbt_project/models dbt_project/tests --disable-progress-bar

bench: setup
	$(BIN)/python -m benchmarks run

golden: setup
	$(BIN)/python -m benchmarks golden $(if $(GOLDEN),--folder $(GOLDEN))

qi-corpus: setup
	$(BIN)/python -m benchmarks qi-corpus --projects 50000 --through-home

clean:
	rm -rf .evenhand/demo build dist
