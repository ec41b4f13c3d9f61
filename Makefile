# Every target sets up what it needs by itself: Python 3.11+, git and make are enough.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# The tests start dozens of processes: what was compiled once is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes
# No path of this machine and no index address may get into a lock file.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate $(LOCK_FLAGS)

RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
SUMMARY := $(VENV)/.test-summary

.PHONY: help demo run test check tests screenshots browser format bench bench-forecast bench-spike fuzz load soak audit lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN_READY) ## the bot between a simulated Neo and a Slack workbench; no keys, no config
	@$(PYTHON) -m bot demo $(ARGS)

run: $(RUN_READY) ## the service, with config.yaml
	@$(PYTHON) -m bot run $(ARGS)

# Coverage below the gate of pyproject.toml fails pytest; the core is held to every branch.
# The gate of the core needs the finished run, so the summary is said once more, last.
test: ## every check: format, lint, types, import contracts, tests, coverage
	@$(MAKE) --no-print-directory -j 2 check tests
	@echo "rules/ and bot/notify/: every branch"
	@$(BIN)/coverage report --include='rules/*,bot/notify/*' --fail-under=100
	@tail -n 1 $(SUMMARY)

# One of them runs before, while types are checked: so all are compiled, and letters sorted for what is
# random, once and not by each worker. Many of them wait for processes, so there are more workers than cores.
tests: $(DEV_READY) browser ## the tests alone, with coverage
	@$(BIN)/pytest -q -k test_any_json_at_all | tail -n 1
	@$(BIN)/pytest -n 3 --cov --cov-report=term | tee $(SUMMARY)

browser: ## a chromium for the tests that drive one: Debian's, where there is none
	@scripts/get-browser

screenshots: $(DEV_READY) browser ## the pictures of docs/, taken anew of the workbench
	@scripts/get-picture-tools
	@$(PYTHON) -m tests.demo.screenshots

check: $(DEV_READY) ## the checks that run no test: format, lint, types, import contracts
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(DEV_READY) ## format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

bench: $(DEV_READY) ## the table of speed and size
	@$(PYTHON) -m tests.bench $(ARGS)

bench-forecast: $(DEV_READY) ## how well a month's total is foreseen, beside simpler methods
	@$(PYTHON) -m tests.bench.forecast $(ARGS)

bench-spike: $(DEV_READY) ## how well a spike is told from a busy day, beside simpler methods
	@$(PYTHON) -m tests.bench.spike $(ARGS)

fuzz: $(DEV_READY) ## thousands of damaged pages, rule files, requests and runs of findings
	@$(BIN)/pytest -n auto -m fuzz --hypothesis-profile=fuzz $(ARGS)

load: $(DEV_READY) ## ten minutes under load: what was missed, late or leaked
	@$(PYTHON) -m tests.load $(ARGS)

audit: $(DEV_READY) ## what is known of the locked versions; it needs the network, and says so where there is none
	@$(PYTHON) -m tests.house.audit

soak: $(DEV_READY) ## a thousand kills and Slack's faults: what was lost or doubled
	@$(PYTHON) -m tests.soak $(ARGS)

lock: $(DEV_READY) ## resolve the lock files anew; LOCK_FLAGS=--upgrade takes newer versions
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) pyproject.toml --output-file requirements.lock >/dev/null
	@$(COMPILE) --constraint requirements.lock pyproject.toml --group dev \
		--output-file requirements-dev.lock >/dev/null
	@$(COMPILE) --constraint requirements-dev.lock --group build \
		--output-file requirements-build.lock >/dev/null

clean: ## remove the virtual environment and what the tools left behind
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@rm -rf .coverage .coverage.* htmlcov build dist
	@find bot rules tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_READY): requirements.lock
	@scripts/make-venv $(VENV)
	@echo "Installing what the bot needs ..."
	@$(PIP_INSTALL) -r $<
	@touch $@

$(DEV_READY): requirements-dev.lock
	@scripts/make-venv $(VENV)
	@echo "Installing what the bot and its checks need ..."
	@$(PIP_INSTALL) -r $<
	@touch $@
