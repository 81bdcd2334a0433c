# Tarazy. `make demo` and `make test` set up what they need; nothing is to be installed by hand but Python ≥ 3.11.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
SETUP := .venv/.set-up

.PHONY: help setup models demo up test lint bench lock server-test browser-test clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

$(SETUP): requirements.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python '>=3.11' .venv
	VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes requirements.lock
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --editable .
	@touch $@

setup: $(SETUP) ## an environment in .venv, from the lock

models: $(SETUP) ## the vision models, by pinned hash
	$(RUN)/tarazy models

demo: models ## the whole centre with cameras and simulated registries; ARGS=--once for one checked run
	$(RUN)/tarazy demo $(ARGS)

up: models ## the whole centre, without demo traffic
	$(RUN)/tarazy up $(ARGS)

test: models ## the tests that need no server
	$(RUN)/pytest -m 'not server and not browser' -n 2 --dist loadfile $(ARGS)

server-test: models ## the tests that start real processes
	$(RUN)/pytest -m server $(ARGS)

browser-test: models ## the journey through the pages, in Chromium
	$(RUN)/pytest -m browser $(ARGS)

lint: $(SETUP) ## style, types, who may import what
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

bench: models ## the benchmarks; figures go to benchmarks/README.md by hand
	$(RUN)/python -m benchmarks $(ARGS)

lock: $(UV) ## resolve the dependencies anew
	$(UV) pip compile pyproject.toml --group dev --group browser --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --quiet --custom-compile-command 'make lock' -o requirements.lock

clean: ## remove the environment and local data
	rm -rf .venv .tools .cache var
