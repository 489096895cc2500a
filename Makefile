# `make demo` runs the product, `make test` its tests; both set up .venv first, once.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
UV := $(shell command -v uv 2>/dev/null)
# The newest Python from 3.11 on that can make a virtual environment.
FIND_PYTHON = for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	  $$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && exit; done; true

.PHONY: help demo init provide test test-containers test-faults test-attacks test-disks test-service test-newcomer screenshots dev lint format lock audit install wheel clean up down logs backup restore-backup
help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

demo: $(INSTALLED) ## Sample backup, the whole chain, a few searches
	@$(VENV)/bin/toko demo

init: $(INSTALLED) ## What a shop must set, asked one by one, written to .env (docs/deployment.md)
	@$(VENV)/bin/toko init

provide: $(INSTALLED) ## What the tests need: Chromium, PostgreSQL 15 …
	@$(PYTHON) -m tests.provide

# Tests wait for processes half of their time.
test: provide ## All tests
	@$(PYTHON) -m pytest --numprocesses $$(($$(nproc) * 2)) --dist loadfile --no-loadscope-reorder $(OPTIONS)

test-containers: $(INSTALLED) ## All tests of the containers: with Docker, a quarter of an hour
	@tests/deploy/with_docker.sh $(PYTHON) -m pytest -q tests/deploy/on_docker.py tests/deploy/installation_on_docker.py \
	  tests/deploy/upkeep_on_docker.py tests/deploy/https_on_docker.py

test-faults: $(INSTALLED) ## Kills of a hundred syncs; of what runs in a shop and of containers, going on where that stopped
	@mkdir -p .faults
	@seed=$$(date +%s); echo "Seed $$seed"; $(PYTHON) -m tests.reliability.kills 100 --seed $$seed
	@$(PYTHON) -m tests.reliability.platform_kills 30 --results .faults/platform
	@tests/deploy/with_docker.sh $(PYTHON) -m tests.deploy.kills 20 --results .faults/containers

test-attacks: $(INSTALLED) ## 20,000 damaged archives, 2,000 photos, 200 hostile dumps, going on where that stopped
	@$(PYTHON) -m tests.security.attacks

test-disks: $(INSTALLED) ## The data folder and backups on NTFS and exFAT; as root, 4 minutes
	@$(PYTHON) -m pytest -q tests/reliability/on_windows_disk.py

test-service: $(INSTALLED) ## toko service on a Debian that systemd boots: install, reboot, kill, remove; as root, 10 minutes
	@$(PYTHON) -m tests.newcomer.service

test-newcomer: ## A bare Debian 12 made by debootstrap: demo, tests, doctor, sync, wheel; as root, half an hour
	@tests/newcomer/bare_debian.sh

# A phone's fonts, for the guides in Indonesian: without them, emoji are empty boxes.
screenshots: provide ## The documentation's pictures, and its guides as PDF, by their tests
	@[ -n "$$(fc-list 'Noto Color Emoji')" ] && [ -n "$$(fc-list Roboto)" ] || \
	  { echo "The pictures need fonts: apt-get install fonts-noto-color-emoji fonts-roboto-unhinted" >&2; exit 1; }
	@$(PYTHON) -m pytest -q tests/browser --screenshots docs

dev: $(INSTALLED) ## Dagster's web interface at http://127.0.0.1:3000
	@$(VENV)/bin/toko dev

lint: $(INSTALLED) ## Style, spelling, words, types, who imports whom, what Dagster loads
	@$(VENV)/bin/typos && $(PYTHON) tools/plain_english.py
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache --no-logo
# A DAGSTER_HOME of its own: dg writes its database there, and our dagster.yaml turns telemetry off.
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && cp toko_assets/defs/dagster.yaml "$$home" && \
	  export DAGSTER_HOME="$$home" && $(VENV)/bin/dg check toml && $(VENV)/bin/dg check defs

format: $(INSTALLED) ## Put the code into its style
	@$(VENV)/bin/ruff check --fix . ; $(VENV)/bin/ruff format .

install: $(INSTALLED) ## Only set up .venv

wheel: $(INSTALLED) ## The whole program as one file, dist/toko-*.whl
	@$(PYTHON) -m hatchling build -t wheel

$(INSTALLED): pyproject.toml requirements/dev.txt
ifneq ($(UV),)
	@echo "Setting up $(VENV) with uv"
	@uv venv --quiet --allow-existing --python '>=3.11' $(VENV)
	@uv pip install --quiet --compile-bytecode --python $(PYTHON) --require-hashes -r requirements/dev.txt
	@uv pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation -e .
else
	@python=$$($(FIND_PYTHON)); \
	  [ -n "$$python" ] || { echo "Python 3.11 or newer with venv is needed: apt-get install python3 python3-venv" >&2; exit 1; }; \
	  echo "Setting up $(VENV) with $$($$python --version) and pip: a minute or two"; \
	  $$python -m venv $(VENV)
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@touch $@

LOCK = $(VENV)/bin/uv pip compile --upgrade --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"
lock: $(INSTALLED) ## Pin the newest versions that fit pyproject.toml
	@$(LOCK) pyproject.toml --group bench --group dev -o requirements/dev.txt
	@$(LOCK) --group platform -c requirements/dev.txt -o requirements/platform.txt
	@$(LOCK) --group bot -c requirements/dev.txt -o requirements/bot.txt
	@$(LOCK) --group web -c requirements/dev.txt -o requirements/web.txt

audit: $(INSTALLED) ## Known vulnerabilities of the pinned packages, as osv.dev has them
	@$(PYTHON) tools/audit.py

COMPOSE = docker compose
# Needs no .venv: a server that has only Docker has Python 3.
CONTAINERS = $(or $(shell command -v python3),$(error Python 3 is needed: apt-get install python3)) -B -m toko_assets.cli.containers
up: ## The whole platform in containers (docs/deployment.md)
	@$(CONTAINERS) check && $(COMPOSE) build && $(CONTAINERS) take-over && $(COMPOSE) up -d --remove-orphans

END_RUNS = docker ps -q --filter label=dagster/run_id | xargs -r docker stop -t 30
down: ## End them; what is stored stays
	@$(CONTAINERS) take-over
	@$(END_RUNS)
	@$(COMPOSE) --profile tls --profile webhook down

logs: ## What they say, as it is said
	@$(COMPOSE) logs --tail 50 -f

backup: ## Save what brings the shop back to one file: make backup TO=folder KEEP=7
	@COMPOSE="$(COMPOSE)" deploy/upkeep.sh backup "$(TO)" "$(KEEP)"

restore-backup: ## Bring it back: make restore-backup FROM=toko-backup-TIME.tar.gz
	@COMPOSE="$(COMPOSE)" deploy/upkeep.sh restore "$(FROM)"

clean: ## Remove .venv and caches; data stays
	@rm -rf $(VENV) .faults .mypy_cache .pytest_cache .ruff_cache .hypothesis
