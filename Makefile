# Sluice: `make help` lists the targets. Needs Python 3.11 or newer, make and git; everything else is fetched into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
MAKEFLAGS += --jobs=2

.DEFAULT_GOAL := help
.PHONY: help run test fuzz test-clients check bench docs golden api screenshots pictures lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: $(VENV)/.run ## install and serve; more flags by ARGS="--port 8080"
	$(BIN)/sluice serve $(ARGS)

test: $(VENV)/.dev ## install and run every check and test; some of them by ARGS="tests/formats -k stream"
	$(BIN)/python -m pytest -n auto --maxprocesses 4 $(ARGS)

fuzz: $(VENV)/.dev ## look for what breaks the decoders: five hundred examples of every property, new ones each time
	$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile=fuzz $(ARGS)

test-clients: $(VENV)/.clients ## drive agents and frameworks of others through the gateway: Codex, Claude Code, LangChain, ... (needs Node.js; 1.2 GB)
	SLUICE_CLIENTS=$(CURDIR)/$(VENV)/clients/bin/python $(BIN)/python -m pytest -m clients tests/e2e $(ARGS)

check: $(VENV)/.dev ## the checks without the tests: format, lint, types, imports, house, docs
	$(BIN)/python -m pytest tests/house

bench: $(VENV)/.dev ## measure against the peers and the ceiling: bench/README.md
	$(BIN)/python bench/run.py $(ARGS)

docs: $(VENV)/.dev ## write the generated reference pages anew
	$(BIN)/python -m tools.docs

golden: $(VENV)/.dev ## write the conformance matrix anew (tests/conformance/golden): review what changes
	$(BIN)/python -m tests.conformance

api: $(VENV)/.dev ## write the console's typed client anew from the management API (needs Node.js and web/node_modules)
	$(BIN)/python -c 'import json; from tools.docs.management import openapi; print(json.dumps(openapi()))' | (cd web && node tools/api.mjs)

screenshots: $(VENV)/.dev ## a picture of every screen of the console (light, dark, phone, en, zh) into screenshots/; needs Chromium
	SLUICE_SCREENSHOTS=screenshots $(BIN)/python -m pytest tests/console/test_screens.py -k "every_screen or door"

pictures: $(VENV)/.dev ## the pictures of the README and the docs, made anew into docs/images; needs Chromium
	$(BIN)/python tests/console/pictures.py docs/images

lock: $(VENV)/.uv ## resolve the dependencies anew into requirements/; all to their newest by ARGS=--upgrade
	$(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --no-header --no-emit-index-url \
	  --python-version 3.11 -o requirements/run.txt $(ARGS)
	$(BIN)/uv pip compile -q pyproject.toml --group dev -c requirements/run.txt --universal --generate-hashes --no-header \
	  --no-emit-index-url --python-version 3.11 -o requirements/dev.txt $(ARGS)

clean: ## remove what was installed and built; the data folder stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The stamps: an install is repeated when what it was made from has changed.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sluice needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

# The files of requirements/ are whole: pip need not look for what a package depends on.
PIP := $(BIN)/pip install -q --disable-pip-version-check --no-deps

$(VENV)/.run: $(VENV)/.packages $(VENV)/.itself
	@touch $@

$(VENV)/.packages: requirements/run.txt | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	@touch $@

# Builds the console too, while the packages are installed beside it.
$(VENV)/.itself: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.clients: tests/e2e/clients/requirements.txt tests/e2e/clients/node/package-lock.json $(VENV)/.dev
	$(PYTHON) -m venv $(VENV)/clients
	$(VENV)/clients/bin/pip install -q --disable-pip-version-check -r tests/e2e/clients/requirements.txt
	cd tests/e2e/clients/node && npm ci --ignore-scripts
	@touch $@

$(VENV)/.uv: | $(VENV)/bin/python
	$(BIN)/pip install -q --disable-pip-version-check uv
	@touch $@
