# make book   make test   make lab   ...   `make help` lists them.
# PYTHON: any Python >= 3.11.   VENV: where the packages go.
SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install lint unit slow nbval book site test test-full lab pdf notebooks screenshots linkcheck bench coverage clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# One thread a process: the work is spread over processes, and results do not hang on the machine.
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A kernel started from here is this environment's, whatever others the user has installed.
export JUPYTER_PREFER_ENV_PATH := 1

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf 'make %-12s %s\n' "$$name" "$$what"; done

install: $(STAMP)  ## make .venv and install the pinned packages

$(STAMP): pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11' >&2; exit 1; }
	@test -x $(BIN)/python || { echo 'making $(VENV)'; "$(PYTHON)" -m venv $(VENV); }
	@echo 'installing the pinned packages into $(VENV) (some minutes the first time)'
	@$(BIN)/python -m pip install -qq -c constraints.txt "$$(grep '^torch==' constraints.txt)"
	@$(BIN)/python -m pip install -qq -c constraints.txt --editable '.[dev]'
	@touch $@

lint: install  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

unit: install  ## unit tests
	$(BIN)/python -m pytest tests -p no:nbval -n 2 -q --durations=10 -m 'not site and not slow'

slow: install  ## the long unit tests
	$(BIN)/python -m pytest tests -p no:nbval -n 2 -q -m 'slow and not site' \
	  || [ $$? -eq 5 ]  # no test is marked slow

# Only `make book` draws the static figures: here what the notebooks print is compared.
nbval: install  ## run every notebook and compare its stored outputs
	LOSSURFACE_DRAW=0 $(BIN)/python -m pytest book --nbval-lax --nbval-current-env -n 2 --dist loadscope -q --durations=10 $(NBVAL)

book: install  ## execute the notebooks and build the site
	@$(BIN)/python -m scripts.book

site: install  ## test the built site in Chromium
	$(BIN)/python -m pytest tests/site -p no:nbval -n 2 --dist loadscope -q --durations=10 -m site

test: install  ## lint, unit tests, notebooks, book, site
	@$(BIN)/python -m scripts.stages lint unit nbval book site

test-full: install  ## the same and the long tests
	@LOSSURFACE_EVERY_PAGE=1 $(BIN)/python -m scripts.stages lint unit slow nbval book site

lab: install  ## JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=book

notebooks: install  ## store the outputs that the tests compare
	@$(BIN)/python -m scripts.store_outputs book

pdf: book  ## the book as one PDF, _build/lossurface.pdf
	$(BIN)/python -m scripts.pdf

screenshots: book  ## pictures of every page: two widths, two themes
	$(BIN)/python -m scripts.screenshots

linkcheck: book  ## ask every external link of the book
	@$(BIN)/python -m scripts.book --builder linkcheck

bench: install  ## speed beside what a user would pick instead, as ratios
	@$(BIN)/python -m pip install -qq -c constraints.txt --editable '.[bench]'
	@# Their other needs are not theirs to bring: torchvision, and a torch of their own choice.
	@$(BIN)/python -m pip install -qq -c constraints.txt --no-deps curvlinops-for-pytorch backpack-for-pytorch
	$(BIN)/python -m benchmarks --out book/_data/benchmarks.json

coverage: install  ## branch coverage: the checker 100%, the package at least 90%
	$(BIN)/python -m pytest tests/exact/test_coverage.py -p no:nbval -q
	rm -rf _build/coverage && mkdir -p _build/coverage
	$(BIN)/python -m coverage run -m pytest tests -p no:nbval -n 2 -q -m 'not site and not slow'
	$(BIN)/python -m coverage combine -q && $(BIN)/python -m coverage report

clean:  ## remove what was built (the environment stays: rm -r .venv)
	rm -rf _build reproduced screenshots .pytest_cache .mypy_cache .ruff_cache .hypothesis
