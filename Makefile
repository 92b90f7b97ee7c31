# The verbs of the project. `make` alone prints them.
#
#   ARGS=...    handed to the command: make test ARGS="-k teapot", make demo ARGS=--json
#   PYTHON=...  the Python that .venv is made from (3.11 or newer)

PYTHON ?= python3
ARGS ?=

# When the command was given: what the demo calls its first second.
STARTED := $(shell date +%s.%N)

VENV := .venv
BIN := $(VENV)/bin
# Named after the content of what is installed, so that a new lock or pyproject asks for a new set-up.
STAMP := $(VENV)/.set-up-$(shell cat requirements-dev.lock pyproject.toml 2>/dev/null | cksum | tr ' ' -)

.DEFAULT_GOAL := help
.PHONY: help setup up demo test check bench mutants faults soak sweep recovery audit contracts lock clean scanners inputs fuzz security requirements specs documents

help: ## print these verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything in requirements-dev.lock
	@:

up: setup ## start the whole system on this machine and leave it running
	@$(BIN)/retour up $(ARGS)

demo: setup ## play real returns through the whole system, then stop it
	@RETOUR_STARTED_AT=$(STARTED) $(BIN)/retour demo $(ARGS)

test: setup scanners ## run every test this machine can run
	@$(BIN)/python -m pytest -ra $(ARGS)

check: setup ## format, lint, types, walls and the fast tests
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/unit tests/contract tests/architecture tests/fuzz $(ARGS)

bench: setup ## measure: messages a second, seconds a return
	@$(BIN)/python -m tests.bench $(ARGS)

mutants: setup ## break every guarantee on purpose and show which test noticed
	@$(BIN)/python -m tests.mutants $(ARGS)

requirements: setup ## take away the guard behind every refusal, and show who notices
	@$(BIN)/python -m tests.requirements $(ARGS)

sweep: setup ## kill -9 every service at every durable step, and look what is left
	@$(BIN)/python -m tests.sweep $(ARGS)

recovery: setup ## measure: seconds from kill -9 until each service works again
	@$(BIN)/python -m tests.bench.recovery $(ARGS)

faults: setup ## strike the running system with every fault we know, and look what is left (a while)
	@$(BIN)/python -m tests.faults $(ARGS)

soak: setup ## thousands of returns for twenty minutes, while everything fails at random
	@$(BIN)/python -m tests.soak $(ARGS)

inputs: setup ## send the running system everything bad we know, and show what becomes of it
	@$(BIN)/python -m tests.faults.inputs $(ARGS)

fuzz: setup ## torn bytes for the decoder, evil words for letters, labels and logs (ARGS="--minutes 60")
	@$(BIN)/python -m tests.fuzz $(ARGS)

security: setup ## doors, locks and rights of the secured profile, and keys that change under load
	@$(BIN)/python -m pytest -ra -m "not bench" tests/security $(ARGS)

specs: setup ## check every carrier's adapter against that carrier's own OpenAPI files
	@$(BIN)/python -m tests.specs $(ARGS)

documents: setup scanners ## print two hundred labels for everybody and read them with scanners
	@$(BIN)/python -m tests.documents $(ARGS)

audit: setup ## bill of materials, licences, known vulnerabilities (ARGS=--required to insist)
	@$(BIN)/python -m deploy.supply $(ARGS)

contracts: setup ## write schemas, samples and AsyncAPI from the models
	@$(BIN)/python -m deploy.contracts $(ARGS)

lock: $(BIN)/uv ## resolve the lock files anew (ARGS=--upgrade for newer versions)
	@$(COMPILE) --all-extras -o requirements-dev.lock
	@$(COMPILE) $(IMAGE:%=--extra %) -c requirements-dev.lock -o requirements.lock
	@echo hatchling | $(COMPILE:pyproject.toml=-) -c requirements-dev.lock -o requirements-build.lock

clean: ## remove .venv, the local stack's data and every cache
	@rm -rf $(VENV) .local dist build .coverage tests/support/asyncapi/node_modules tests/support/zpl/node_modules tests/specs/prism/node_modules
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

scanners: ## install the barcode and PDF readers the tests use (Debian, as root)
	@command -v zbarimg >/dev/null && command -v pdftoppm >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && $(INSTALL_SCANNERS); then \
	  echo "Installed zbar-tools and poppler-utils."; \
	else \
	  echo "Tests that scan labels need zbarimg and pdftoppm: install zbar-tools and poppler-utils."; \
	fi

# One resolution for every platform and every Python we support; hashes, and no address of any index.
# requirements.lock is what the image holds: the services, and the CLI that creates their topics;
# requirements-build.lock is what builds their wheel.
IMAGE := lookup rules labels notifications analytics deploy
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" $(ARGS)

APT := DEBIAN_FRONTEND=noninteractive apt-get -qq
INSTALL_SCANNERS = { $(APT) update && \
  $(APT) install -y --no-install-recommends zbar-tools poppler-utils; } >/dev/null 2>&1

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Retour needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>/dev/null || echo not there)." \
	    "Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; \
	  exit 1; }

$(STAMP): | $(BIN)/python
	@echo "Setting up $(VENV) from requirements-dev.lock (the first time takes a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@rm -f $(VENV)/.set-up-*
	@touch $@

# Not through the lock: a broken lock must not stop the command that mends it.
$(BIN)/uv: | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
