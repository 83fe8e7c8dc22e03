# Shezhire. `make help` lists what there is.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench tck campaign lock fmt clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 18

setup: $(STAMP) ## create .venv and install everything, with hashes checked

$(STAMP): requirements-dev.lock pyproject.toml
	@echo "setup: creating $(VENV) and installing what requirements-dev.lock names"
	@python="$$(ops/find-python $(PYTHON))" && "$$python" -m venv $(VENV) \
	  || { echo "setup: the virtual environment could not be made (see above)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock \
	  || { echo "setup: packages could not be installed. Is the package index reachable? (pip config list)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . \
	  || { echo "setup: the project itself could not be installed; see above." >&2; exit 1; }
	@touch $(STAMP)

demo: setup ## play the evaluation of 2022 into an embedded store, and show what comes out
	@$(BIN)/shezhire demo

test: setup check ## all checks and all tests but the slow campaigns
	@echo "test: running the tests, with real PostgreSQL"
	@$(BIN)/python -m pytest -m "not campaign" --cov --cov-fail-under=100

check: setup
	@echo "test: format, lint, types, layers"
	@$(BIN)/ruff format --check . || { echo "test: run 'make fmt'" >&2; exit 1; }
	@$(BIN)/ruff check . || { echo "test: run 'make fmt' and mend what is left" >&2; exit 1; }
	@$(BIN)/mypy || exit 1
	@$(BIN)/lint-imports --no-cache || exit 1

bench: setup ## measure against peers in the same run; writes docs/benchmarks.md
	@$(BIN)/python -m tests.bench

tck: setup ## measure FEEL by the OMG's test kit: make tck TCK=path/to/TestCases
	@$(BIN)/python -m tests.tck $(if $(TCK),$(TCK),$(error say where the kit is: make tck TCK=path/to/TestCases))

campaign: setup ## the slow tests: kills at random moments, large histories
	@$(BIN)/python -m pytest -m campaign

lock: setup ## pin all packages with hashes and without addresses
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -o requirements-dev.lock

fmt: setup ## format and mend what can be mended by itself
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

clean: ## remove what was built (not the data)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist tests/bench/emmett/node_modules
