# `make help` lists the targets. A stamp in the virtual environment remembers what is installed, so a second run starts at once.

PYTHON ?= python3
VENV ?= .venv
TOPIC ?= cnn

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -c constraints.txt
USABLE := import sys; sys.version_info < (3, 11) and sys.exit(f"dlquiz needs Python 3.11 or newer, and this is {sys.version.split()[0]}: name another, as in make PYTHON=python3.12 study")

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: study install test check lint prove format bench fuzz perturb snapshots clean help

study: $(VENV)/.installed ## study in the terminal; TOPIC=normalization for another topic
	@$(BIN)/dlquiz study $(TOPIC)

install: $(VENV)/.installed-dev ## make the virtual environment with all that developers need

# Each worker has a core; torch's threads would take it from the other.
test: $(VENV)/.installed-dev ## run the tests; ARGS="-k conv" for some of them
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=auto --dist=worksteal $(ARGS)

check: lint prove test ## all that CI checks

prove: $(VENV)/.installed ## run every instance of every shipped question
	@$(BIN)/dlquiz check

lint: $(VENV)/.installed-dev ## format, lint, types and import boundaries, without changing a file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.installed-dev ## format the code and mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev ## measure against baselines, in one run
	@$(BIN)/python -m benchmarks

fuzz: $(VENV)/.installed-dev ## 200,000 hostile answers: none may crash, take over 50 ms or run anything
	@$(BIN)/python -m benchmarks.fuzzing

perturb: $(VENV)/.installed-dev ## make every system of the contract a little wrong: its oracle tests must go red
	@PERTURB=all $(BIN)/python -m pytest tests/coverage/test_perturbed.py

snapshots: $(VENV)/.installed-dev ## accept the screens as they are painted
	@$(BIN)/python -m pytest tests/dlquiz/app --snapshot-update

clean: ## remove the virtual environment and what the tools left behind
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/pip
	$(INSTALL) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/pip
	$(INSTALL) -e '.[dev]'
	@touch $(VENV)/.installed $@

# pip is the last thing that venv makes, so an interrupted start is made again.
$(BIN)/pip:
	@$(PYTHON) -c '$(USABLE)'
	$(PYTHON) -m venv $(VENV)
