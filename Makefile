# `make demo` and `make test` need Python 3.11 or newer and make; `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CODEGEN := .venv-codegen
STRANGERS := .venv-strangers
DOCS := .venv-docs
SPEC = $(CODEGEN)/bin/python -B -m
JOBS ?= 3
PIP = -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types coverage torture bench bench-quick build docs format clean python readme \
	codegen-env strangers-env docs-env generate generate-check spec-import spec-diff

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- A newcomer's two commands ------------------------------------------------------------------------------------

demo: $(VENV)/.demo  ## see it work: answers are lost and a service is killed, and no status update is missing in the end
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev codegen-env  ## the whole suite, or TESTS="tests/unit tests/journal"
	@$(BIN)/python -m pytest -n $(JOBS) -m "not slow" $(TESTS)

# --- Before a commit ----------------------------------------------------------------------------------------------

check: lint types generate-check docs coverage  ## everything that must be green

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev  ## let ruff put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev
	$(BIN)/mypy --python-executable $(BIN)/python
	$(BIN)/pyright --pythonpath $(BIN)/python

coverage: $(VENV)/.dev codegen-env  ## the whole suite, with the branch coverage of what is written by hand
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n $(JOBS) -m "not slow"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

torture: $(VENV)/.dev codegen-env strangers-env  ## what takes longer: the slow tests, and the suite over the HTTP library's successor
	@$(BIN)/python -m pytest -n $(JOBS) -m "slow$(if $(SHORT), and not long)"
	@$(BIN)/python -m pytest -n $(JOBS) -m "not slow" -p tests.successor \
		tests/unit tests/pool tests/faults tests/users

bench: $(VENV)/.bench  ## what it all costs beside other clients, into docs/; some minutes
	@$(BIN)/python -m benchmarks.bench --write docs

bench-quick: $(VENV)/.bench  ## the same in less than a minute, and nothing is written
	@$(BIN)/python -m benchmarks.bench --quick

build: $(VENV)/.dev  ## wheel and sdist, into dist/
	@$(BIN)/python -m build --outdir dist .

# It is quiet about the next major version of MkDocs, which the pins keep out.
docs: export NO_MKDOCS_2_WARNING = 1
docs: docs-env  ## the documentation site, into site/; a link that leads nowhere is an error
	@$(DOCS)/bin/mkdocs build --quiet --strict --site-dir site

clean:  ## remove what can be made again
	rm -rf $(VENV) $(CODEGEN) $(STRANGERS) $(DOCS) build dist site htmlcov .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

# --- Environments -------------------------------------------------------------------------------------------------

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo 'Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...' >&2; exit 1; }

$(VENV)/.demo: pyproject.toml requirements/demo.txt | python
	@echo 'Setting up $(VENV) ...'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) --upgrade pip
	@$(BIN)/python $(PIP) --editable . --requirement requirements/demo.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.demo requirements/dev.txt
	@$(BIN)/python $(PIP) --requirement requirements/dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	@$(BIN)/python $(PIP) --requirement requirements/bench.txt
	@touch $@

# The tools of the generator live in an environment of their own, because the library must not depend on theirs.
codegen-env: $(CODEGEN)/.stamp

$(CODEGEN)/.stamp: requirements/codegen.txt | python
	@echo 'Setting up $(CODEGEN) ...'
	@$(PYTHON) -m venv --clear $(CODEGEN)
	@$(CODEGEN)/bin/python $(PIP) --requirement $<
	@touch $@

# Tools of others, for tests/strangers. Where there is no npm, the tests that need it are skipped.
strangers-env: $(STRANGERS)/.stamp

$(STRANGERS)/.stamp: requirements/strangers.txt tests/strangers/package-lock.json | python
	@echo 'Setting up $(STRANGERS) ...'
	@$(PYTHON) -m venv --clear $(STRANGERS)
	@$(STRANGERS)/bin/python $(PIP) --requirement $<
	@cp tests/strangers/package.json tests/strangers/package-lock.json $(STRANGERS)
	@! command -v npm >/dev/null || npm ci --prefix $(STRANGERS) --silent --ignore-scripts --no-audit --no-fund
	@touch $@

# What builds the site is none of the library's business either: the API's pages are read from the sources, not imported.
docs-env: $(DOCS)/.stamp

$(DOCS)/.stamp: requirements/docs.txt | python
	@echo 'Setting up $(DOCS) ...'
	@$(PYTHON) -m venv --clear $(DOCS)
	@$(DOCS)/bin/python $(PIP) --requirement $<
	@touch $@

# --- The specification, and the code that is generated from it ----------------------------------------------------

generate: codegen-env  ## openapi/ -> openapi.json and generated/
	@$(SPEC) scripts.generate

generate-check: codegen-env  ## fails when `make generate` would change a byte
	@$(SPEC) scripts.generate --check

readme: $(VENV)/.dev  ## the README's table of operations
	@$(BIN)/python -m scripts.readme

# The file goes through the environment, so that no name of a file is read as shell. FROM=page.md or swagger.json;
# API=ropo-one; APPLY=1 writes the differences into source.json; WHOLE=1 or PART=1 overrules whether it is the whole API.
spec-import: export SPEC_FROM = $(FROM)
spec-import: codegen-env  ## how FROM=page.md or swagger.json differs from source.json; APPLY=1 takes it over
	@$(SPEC) scripts.spec_import "$$SPEC_FROM" $(if $(API),--api=$(API)) $(if $(APPLY),--apply) \
		$(if $(WHOLE),--whole) $(if $(PART),--part)

# 0: no difference, 1: none breaks a user, 2: one does, 64: a file cannot be used. make turns each failure into its own 2;
# the last line says which it is.
spec-diff: export SPEC_OLD = $(OLD)
spec-diff: export SPEC_NEW = $(NEW)
spec-diff: codegen-env  ## how OLD=a.json and NEW=b.json differ, and whether that breaks a user
	@$(SPEC) scripts.spec_diff "$$SPEC_OLD" "$$SPEC_NEW"
