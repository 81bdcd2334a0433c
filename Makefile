# Tarazy. `make demo` and `make test` set up what they need; nothing is to be installed by hand but Python ≥ 3.11.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
SETUP := .venv/.set-up
EXTRA := .venv-extra/.set-up

.PHONY: help setup setup-extra models demo up test lint bench lock server-test test-cluster test-whole simulate courses mutants coverage faults browser-test test-gpu-extra train clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

$(SETUP): requirements.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python '>=3.11' .venv
	VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes requirements.lock
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --editable .
	@touch $@

$(EXTRA): requirements-extra.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --allow-existing --python '>=3.11' .venv-extra
	VIRTUAL_ENV=.venv-extra $(UV) pip sync --quiet --require-hashes requirements-extra.lock
	VIRTUAL_ENV=.venv-extra $(UV) pip install --quiet --no-deps --editable .
	@touch $@

setup: $(SETUP) ## an environment in .venv, from the lock

setup-extra: $(EXTRA) ## torch, ultralytics and paddleocr in .venv-extra, from a lock of its own; 6 GB

models: $(SETUP) ## the vision models, by pinned hash
	$(RUN)/tarazy models

demo: models ## the whole centre with cameras and simulated registries; ARGS=--once for one checked run
	$(RUN)/tarazy demo $(ARGS)

up: models ## the whole centre, without demo traffic
	$(RUN)/tarazy up $(ARGS)

test: models ## the tests that need no server
	$(RUN)/pytest -m 'not server and not browser and not cluster and not whole' -n 2 --dist loadfile $(ARGS)

server-test: models ## the tests that start real processes
	deploy/servers/packages $(if $(KAFKA_BOOTSTRAP),,mvn=maven) promtool=prometheus
	$(RUN)/pytest -m server $(ARGS)

test-cluster: models ## the tests that start a broker, a database or an object store; installs Debian's maven and prometheus where they are missing
	deploy/servers/packages $(if $(KAFKA_BOOTSTRAP),,mvn=maven) promtool=prometheus
	$(RUN)/pytest -m 'cluster and not whole' $(ARGS)

test-whole: models ## a whole cluster under load, members and brokers killed; wants an idle machine, and is not part of .ci/run
	$(if $(KAFKA_BOOTSTRAP),,deploy/servers/packages mvn=maven)
	$(RUN)/pytest -m whole $(ARGS)

simulate: $(SETUP) ## whole days under faults, in one process, from a seed; SEED=0 DAYS=1000 BUG=name ARGS="--from 400"
	$(RUN)/python -m tests.simulation --seed $(or $(SEED),0) --days $(or $(DAYS),1000) $(if $(BUG),--bug $(BUG)) $(ARGS)

coverage: $(SETUP) ## every branch of the law, by its own tests: less than all fails
	$(RUN)/coverage run --data-file=var/coverage.db --branch --source=adjudication -m pytest tests/adjudication tests/dashboards/test_law_command.py --deselect tests/adjudication/test_law_bites.py
	$(RUN)/coverage report --data-file=var/coverage.db --show-missing --skip-covered --fail-under=100

mutants: $(SETUP) ## the law's code changed in one place at a time: which changes no test notices; ten minutes on two cores
	VIRTUAL_ENV=.venv $(UV) pip install --quiet 'mutmut>=3.8,<4'
	$(RUN)/mutmut run --max-children 2
	$(RUN)/mutmut results

courses: $(SETUP) ## random courses of cases beside a model of what nobody may suffer; CASES=100000
	TARAZY_COURSES=$(or $(CASES),100000) $(RUN)/pytest --timeout 3600 tests/adjudication/test_courses.py

faults: models ## a cluster of real servers under kill -9, from a seed; SEED=1 KILLS=200 ARGS="--each 20 --from 41", --brokers 1 or --plan
	$(if $(KAFKA_BOOTSTRAP),,deploy/servers/packages mvn=maven)
	$(RUN)/python -m tests.faults.fire $(if $(SEED),--seed $(SEED)) --kills $(or $(KILLS),20) $(ARGS)

browser-test: models ## the journey through the pages, in Chromium, installed from Debian where there is none
	$(if $(CHROMIUM),,deploy/servers/packages chromium=chromium)
	$(RUN)/pytest -m browser $(ARGS)

test-gpu-extra: models $(EXTRA) ## the adapters of ultralytics and paddleocr, in .venv-extra; on a GPU where there is one
	.venv-extra/bin/pytest -m extra -rs --timeout 600 tests/extra $(ARGS)

train: $(EXTRA) models ## train, calibrate and judge the plate reader; STEP=one of its steps, ARGS="--minutes 90"
	.venv-extra/bin/python -m vision.train $(or $(STEP),all) $(ARGS)

lint: $(SETUP) ## style, types, who may import what
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports

bench: models ## the benchmarks; figures go to benchmarks/README.md by hand
	$(RUN)/python -m benchmarks $(ARGS)

LOCKED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet \
	--custom-compile-command 'make lock'

lock: $(UV) ## resolve the dependencies anew, of both environments
	$(UV) pip compile pyproject.toml --group dev --group browser --group cluster --group deploy $(LOCKED) -o requirements.lock
	# The second starts from the first: one package has one version in both, but where an extra forbids it (NumPy).
	cp requirements.lock requirements-extra.lock
	$(UV) pip compile pyproject.toml --group dev --all-extras $(LOCKED) -o requirements-extra.lock
	# What the image for graphics cards has instead of onnxruntime: the same version, the rest as it is locked already.
	sed -n 's/^onnxruntime==\([^ ]*\).*/onnxruntime-gpu[cuda,cudnn]==\1/p' requirements.lock | $(UV) pip compile - -c requirements.lock \
		$(subst --universal,--python-platform x86_64-manylinux_2_28,$(LOCKED)) -o deploy/docker/requirements-cuda.lock

clean: ## remove the environment and local data
	rm -rf .venv .venv-extra .tools .cache var
