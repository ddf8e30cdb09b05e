# Everything starts here: `make help` says what there is.
PYTHON ?= python3
VENV := .local/venv/bin/python
.DEFAULT_GOAL := help

$(VENV): requirements-dev.txt
	@$(PYTHON) -m venv .local/venv
	@.local/venv/bin/pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

venv: $(VENV)

help: ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: help venv
