# Everything a newcomer needs. `make briefing` and `make test` do all the set-up that they need by themselves.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: setup models briefing serve test check bench peers clean

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
PORT ?= 8000
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet

setup: models ## environment, models and database
	@$(PY) manage.py migrate --verbosity 0

models: .venv/installed
	$(PY) manage.py models install

briefing: .venv/installed ## one edition of the sample show, down the whole line
	@$(PY) manage.py models install
	@$(PY) manage.py demo

serve: .venv/installed ## web, worker and tick together; Ctrl-C stops all of it
	@$(PY) manage.py serve --port $(PORT)

test: .venv/installed-dev ## all tests; those whose model or service is missing are skipped by name
	@$(PY) manage.py models install || echo "The models could not be installed: tests that need them are skipped."
	$(PY) -m pytest --numprocesses 2 --dist loadfile

check: .venv/installed-dev ## style, types, layers, migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run

bench: .venv/installed ## how fast the voice and the writer are here
	$(PY) -m synthesis.bench speech
	$(PY) -m synthesis.bench language

peers: .venv/installed-dev ## other renderers of the same voice, and quality measures: for `bench` and the tests of parity
	@$(PIP) install --editable '.[peers]'

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' || \
		{ echo "Python 3.11 or 3.12 is needed (make PYTHON=/path/to/python3.11 ...)"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "Installing packages into .venv"
	@$(PIP) install --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	@echo "Installing what the tests need into .venv"
	@$(PIP) install --editable '.[dev]'
	@touch $@

clean: ## remove the environment; the state folder stays
	rm -rf .venv
