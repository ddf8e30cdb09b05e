# Everything starts here; `make help` says what there is.
PYTHON := $(or $(PYTHON),$(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done))
TOOLS := .local/venv/bin/python
STAGE ?= staging
HERE := not stack and not browser and not bench and not faults
FAST := $(HERE) and not slow
SPREAD := -n auto --maxprocesses 4
.DEFAULT_GOAL := help
.PHONY: help run stop reset test check long bench pictures verify deploy build venv tools catalogues requirements python

help: ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /~/' | awk -F'~' '{printf "  make %-14s %s\n", $$1, $$2}'

run: python ## The whole city on http://127.0.0.1:8000, from a bare checkout; Ctrl-C stops it and keeps the data
	@exec $(PYTHON) -m infra.local

stop: python ## Stop a city that runs in another window
	@$(PYTHON) -m infra.local.stopping stop

reset: python ## Forget the local city's data (environments and builds stay)
	@$(PYTHON) -m infra.local.stopping reset

test: venv catalogues ## Every test: units, built zip, embedded cloud, Chromium (under 10 minutes)
	@$(PYTHON) -m infra.prepare cloud assets
	@$(TOOLS) -m pytest -q tests -m "$(HERE)" $(SPREAD)
	@$(TOOLS) -m infra.build local
	@FIRST_CITY=5 $(TOOLS) -m pytest -q tests/journeys -m "not ($(HERE)) and not bench and not long" & browser=$$!; \
	$(TOOLS) -m pytest -q tests --ignore=tests/journeys -m "not ($(HERE)) and not bench and not long"; rest=$$?; \
	wait $$browser && exit $$rest

check: venv catalogues ## The fast half: ruff, mypy --strict, unit and architecture tests (under a minute)
	@$(TOOLS) -m ruff check .
	@$(TOOLS) -m ruff format --check .
	@$(TOOLS) -m mypy
	@$(TOOLS) -m pytest -q tests -m "$(FAST)" $(SPREAD)

long: venv catalogues ## Payments through thousands of random stories, 200 of them on the embedded cloud (half an hour)
	@$(PYTHON) -m infra.prepare cloud assets
	@RUNS=3000 $(TOOLS) -m pytest -q tests/payments/test_money_never_parts.py
	@RUNS=200 $(TOOLS) -m pytest -q tests/contracts/test_money_on_the_cloud.py tests/contracts/test_books_on_the_cloud.py

bench: venv catalogues ## Requests and cold starts beside the peers, in one run
	@$(PYTHON) -m infra.prepare bench cloud assets
	@$(TOOLS) -m pytest -q -s tests/bench -m bench

pictures: venv catalogues ## Take the README's pictures again, in docs/pictures
	@$(PYTHON) -m infra.prepare cloud assets
	@$(TOOLS) -m pytest -q tests/journeys/pictures.py

verify: tools ## Compare the journal with the object-locked archive of the running city
	@$(TOOLS) -m infra.verify

build: tools ## Only the artefacts of STAGE (staging, prod or local), in build/STAGE
	@$(PYTHON) -m infra.prepare assets
	@$(TOOLS) -m infra.build $(STAGE)

deploy: tools ## The same build to an AWS account: make deploy STAGE=prod [DRY_RUN=1]
	@$(PYTHON) -m infra.prepare assets
	@$(TOOLS) -m infra.deploy $(STAGE) $(if $(DRY_RUN),--dry-run)

venv: python ## Only the tools' environment, .local/venv
	@$(PYTHON) -m infra.prepare checks

tools: python
	@$(PYTHON) -m infra.prepare tools

catalogues: venv
	@$(TOOLS) -m infra.build catalogues

requirements: venv ## Compile every *.in anew into hashed pins
	@$(TOOLS) -m infra.requirements

python:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "sewaka: Python 3.11 or newer is needed, with its venv module; install it, or say which: make PYTHON=/path/to/python" >&2; exit 1; }
