# make run    install into .venv, make keys and the sample city, serve on http://127.0.0.1:8000
# make test   run the tests; ARGS="-k ladder" hands arguments to pytest
# make lint   style, types and import contract
# make faults kill the gateway again and again while texts come in
# make clean  remove what tools made; the gateway's own data in var/ stays
#
# An outer virtual environment is used as it is with VENV=/path/to/venv.

VENV ?= .venv
PYTHON ?= python3
ARGS ?=

BIN := $(VENV)/bin
# What has been installed is remembered beside it, so that the next run starts at once.
RUN_STAMP := $(VENV)/.gridgate-run
TEST_STAMP := $(VENV)/.gridgate-test
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test lint format faults constraints clean

run: $(RUN_STAMP)
	GRIDGATE_SANDBOX=$${GRIDGATE_SANDBOX:-true} $(BIN)/gridgate init
	GRIDGATE_SANDBOX=$${GRIDGATE_SANDBOX:-true} $(BIN)/gridgate serve

test: $(TEST_STAMP)
	$(BIN)/python -m pytest -n logical --dist worksteal $(ARGS)

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(TEST_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

faults: $(TEST_STAMP)
	$(BIN)/python -m tests.faults kills --texts 2000 --kills 200

# Exact pins of everything in the ranges of pyproject.toml, for all systems; no address of a package index gets in.
constraints: $(TEST_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --extra test pyproject.toml --output-file constraints.txt

clean:
	rm -rf .venv .ci/node .ci/venv build .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	@touch $@

$(TEST_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[test]'
	@touch $@ $(RUN_STAMP)
