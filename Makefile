# `make` alone prints the menu. Everything runs inside .venv, which the first target that needs it makes.
SHELL := /usr/bin/env bash
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
# Many containers set it, and then each process compiles all that it imports: a second of CPU for every command.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := menu
.PHONY: menu demo run test check format bench conformance campaign audit-dependencies lock clean

menu:  ## print this menu
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 28

$(VENV)/uv:
	$(PYTHON) -c 'import sys; sys.exit("sfsam needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 || echo "uv is not available; pip does it, slower"
	@touch $@

$(VENV)/installed: requirements.txt | $(VENV)/uv
	$(BIN)/uv pip install --quiet -r requirements.txt || $(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/uv pip install --quiet -r requirements-dev.txt || $(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

demo: $(VENV)/installed  ## practice org, connected and downloaded; prints the URL (PORT=8501)
	@PORT=$(PORT) $(BIN)/python -m sfsam demo --port $(PORT)

run: $(VENV)/installed  ## the app on your own data (PORT=8501)
	@$(BIN)/python -m sfsam serve --port $(PORT)

format: $(VENV)/installed-dev  ## put the code into the house's form
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

check: $(VENV)/installed-dev  ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## everything that CI runs
	CHROMIUM_PATH="$$($(BIN)/python tests/browser/find_browser.py)" && export CHROMIUM_PATH && $(BIN)/python -m pytest -n 2

bench: $(VENV)/installed-dev  ## side-by-side measurements
	$(BIN)/python -m benchmarks

conformance: $(VENV)/installed-dev  ## foreign clients and parsers against the practice org
	$(BIN)/python -m tests.e2e.foreign_tools
	$(BIN)/python -m pytest tests/e2e -k "foreign_clients or parser_agreement" --conformance

campaign: $(VENV)/installed-dev  ## the long versions of the kill, fault and fuzz runs; prints the table
	CHROMIUM_PATH="$$($(BIN)/python tests/browser/find_browser.py)" && export CHROMIUM_PATH && \
	$(BIN)/python -m pytest tests/faults tests/fuzz tests/e2e tests/store tests/services tests/browser --campaign

audit-dependencies: $(VENV)/uv  ## ask PyPI for known weaknesses of what is pinned (needs the network)
	$(BIN)/uv tool run pip-audit==2.10.1 --disable-pip --no-deps --progress-spinner off -r requirements.txt
	$(BIN)/uv tool run pip-audit==2.10.1 --disable-pip --no-deps --progress-spinner off -r requirements-dev.txt

lock: $(VENV)/uv  ## rebuild the pinned requirements
	$(BIN)/uv pip compile -q requirements.in -o requirements.txt --python-version 3.11
	$(BIN)/uv pip compile -q requirements-dev.in -o requirements-dev.txt --python-version 3.11

clean:  ## remove what was built (never data/local)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
