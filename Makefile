# Every target sets up what it needs by itself. `make` alone lists them.
#   make run ARGS="--full-refresh"    make test ARGS="-k ledger"    make clean run PYTHON=/usr/bin/python3.12

PYTHON ?=
ARGS ?=
python := .venv/bin/python
# A process per core, of the tests of a file in one; ARGS="-n 0" runs all in this one, as for --pdb.
side_by_side := -n logical --maxprocesses 4 --dist
export PYTHON

# The quick tests work in memory where there are 6 GB of it: tens of thousands of small files, each flushed to disk, wait for a
# busy disk longer than they compute. The slow ones, which kill and damage, stay on disk.
in_memory := $(shell [ -w /dev/shm ] && [ $$(df -Pk /dev/shm | awk 'NR == 2 {print $$4}') -gt 6000000 ] && echo TMPDIR=/dev/shm)

# .venv is current when tools/prepare finished it in this folder, after the last change of what it is made from.
usable := $(shell [ "$$(cat .venv/ready 2>/dev/null)" = "$$(pwd -P)" ] && [ -x $(python) ] && echo yes)

.PHONY: help run lint test test-slow test-server bench lock clean git unusable
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1@\2/p' Makefile | awk -F@ '{printf "%-20s%s\n", $$1, $$2}'

run: .venv/ready ## load the sample repository (matterhouse.yml) into warehouse/
	@.venv/bin/matterhouse run $(ARGS)

test: .venv/ready git ## run the test suite, without its slow tests
	@$(in_memory) $(python) -m pytest $(side_by_side) loadfile -m "not slow" $(ARGS)

test-slow: .venv/ready git ## run the slow tests
	@$(python) -m pytest $(side_by_side) worksteal -m "slow and not server" $(ARGS) || [ $$? -eq 5 ]  # 5: no test was chosen

test-server: .venv/ready git ## run the tests with a Prefect server and workers of their own
	@$(python) -m pytest -m server $(ARGS)

lint: .venv/ready ## check style, format and types
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy

bench: .venv/ready git ## measure speed and memory
	@$(python) -m benchmarks $(ARGS)

lock: ## write requirements.lock anew; ARGS=--upgrade takes the newest versions
	@tools/prepare lock $(ARGS)

clean: ## remove .venv, caches and build leftovers (the loaded warehouse stays)
	rm -rf .venv build dist matterhouse.egg-info .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: requirements.lock pyproject.toml tools/prepare $(if $(usable),,unusable)
	@tools/prepare venv

git:
	@command -v git >/dev/null || tools/prepare git
