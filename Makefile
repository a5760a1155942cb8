# `make demo` and `make test` need Python 3.11 or newer and make; `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CODEGEN := .venv-codegen
STRANGERS := .venv-strangers
DOCS := .venv-docs
RELEASE := .venv-release
SPEC = $(CODEGEN)/bin/python -B -m
JOBS ?= 3
# The tests start some hundred programs. Where no bytecode may be kept, each of them compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE
SPREAD = -n $(JOBS) --dist worksteal
INSTALL = install --quiet --disable-pip-version-check
LOCKED = $(INSTALL) --require-hashes --requirement

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types coverage torture bench bench-quick docs format clean python readme \
	codegen-env strangers-env docs-env release-env lock build sbom audit api-diff \
	generate generate-check spec-import spec-diff

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- A newcomer's two commands ------------------------------------------------------------------------------------

demo: $(VENV)/.demo  ## see it work: answers are lost and a service is killed, and no status update is missing in the end
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev codegen-env  ## the whole suite, or TESTS="tests/unit tests/journal"
	@$(BIN)/python -m pytest $(SPREAD) -m "not slow" $(TESTS)

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
	@$(BIN)/coverage run -m pytest $(SPREAD) -m "not slow"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

torture: $(VENV)/.dev codegen-env strangers-env release-env  ## what takes longer: the slow tests, and the suite over the HTTP library's successor
	@$(BIN)/python -m pytest $(SPREAD) --hypothesis-profile=others -m "(slow or hypothesis)$(if $(SHORT), and not long)"
	@$(BIN)/python -m pytest $(SPREAD) -m "not slow" -p tests.successor \
		tests/unit tests/pool tests/faults tests/users

bench: $(VENV)/.dev  ## what it all costs beside other clients, into docs/; some minutes
	@$(BIN)/python -m benchmarks.bench --write docs

bench-quick: $(VENV)/.dev  ## the same in less than a minute, and nothing is written
	@$(BIN)/python -m benchmarks.bench --quick

# It is quiet about the next major version of MkDocs, which the pins keep out.
docs: export NO_MKDOCS_2_WARNING = 1
docs: docs-env  ## the documentation site, into site/; a link that leads nowhere is an error
	@$(DOCS)/bin/mkdocs build --quiet --strict --site-dir site

clean:  ## remove what can be made again
	rm -rf $(VENV) $(CODEGEN) $(STRANGERS) $(DOCS) $(RELEASE) build dist site htmlcov .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

# --- Environments -------------------------------------------------------------------------------------------------

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo 'Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...' >&2; exit 1; }

# What is installed is in a lock, with its hash; the library itself is built by what is in the lock, too.
$(VENV)/.demo: pyproject.toml requirements/demo.txt | python
	@echo 'Setting up $(VENV) ...'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip $(LOCKED) requirements/demo.txt
	@$(BIN)/python -m pip $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.demo requirements/dev.txt
	@$(BIN)/python -m pip $(LOCKED) requirements/dev.txt
	@touch $@

# Environments of their own: for the generator, because the library must not depend on its tools; for the tools of others in
# tests/strangers; for the site, whose pages are read from the sources and not imported; and for what makes a release.
codegen-env: $(CODEGEN)/.stamp
strangers-env: $(STRANGERS)/.npm
docs-env: $(DOCS)/.stamp
release-env: $(RELEASE)/.stamp

.venv-%/.stamp: requirements/%.txt | python
	@echo 'Setting up .venv-$* ...'
	@$(PYTHON) -m venv --clear .venv-$*
	@.venv-$*/bin/python -m pip $(LOCKED) $<
	@touch $@

# Where there is no npm, the tests that need it are skipped.
$(STRANGERS)/.npm: tests/strangers/package-lock.json $(STRANGERS)/.stamp
	@cp tests/strangers/package.json tests/strangers/package-lock.json $(STRANGERS)
	@! command -v npm >/dev/null || npm ci --prefix $(STRANGERS) --silent --ignore-scripts --no-audit --no-fund
	@touch $@

# One lock for every system and Python. What is in a lock keeps its version, as far as the files ending in .in allow; and
# a lock that stays the same keeps its time, so that nothing is installed anew.
UV ?= $(BIN)/uv
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' \
	$(if $(UPGRADE),--upgrade)

lock: | $(UV)  ## requirements/*.in and pyproject.toml -> requirements/*.txt; UPGRADE=1 takes the newest versions
	@mkdir -p build && rm -rf build/requirements && cp -pR requirements build
	@$(LOCK) pyproject.toml --all-extras requirements/dev.in --output-file requirements/dev.txt
	@$(LOCK) pyproject.toml --all-extras --constraint requirements/dev.txt --output-file requirements/runtime.txt
	@$(LOCK) pyproject.toml requirements/demo.in --constraint requirements/dev.txt --output-file requirements/demo.txt
	@for name in codegen docs strangers release; do \
		$(LOCK) requirements/$$name.in --output-file requirements/$$name.txt || exit; \
	done
	@for lock in requirements/*.txt; do ! cmp -s $$lock build/$$lock || cp -p build/$$lock $$lock; done

$(BIN)/uv:
	@$(MAKE) --no-print-directory $(VENV)/.dev

# --- A release ----------------------------------------------------------------------------------------------------

build: release-env  ## the sdist, and the wheel made from it, into dist/
	@rm -rf dist
	@$(RELEASE)/bin/python -m build --no-isolation --outdir dist . >/dev/null
	@$(RELEASE)/bin/twine check --strict dist/*

# The lock names the hashes, and what is installed by it the licences.
sbom: build  ## what the wheel runs with, its hashes and licences: a CycloneDX file in dist/
	@$(PYTHON) -m venv --clear --without-pip build/runtime
	@$(RELEASE)/bin/python -m pip --python build/runtime/bin/python $(LOCKED) requirements/runtime.txt
	@$(RELEASE)/bin/python -m pip --python build/runtime/bin/python $(INSTALL) --no-deps dist/*.whl
	@$(RELEASE)/bin/cyclonedx-py environment build/runtime/bin/python --pyproject pyproject.toml --mc-type library \
		--output-reproducible --output-file build/environment.json
	@$(RELEASE)/bin/python -B -m scripts.sbom build/environment.json requirements/runtime.txt dist/ropo-async.cdx.json

# A package that the service does not know is a failure, too: it was not looked at.
audit: release-env  ## what is risky in the workflows, and which vulnerabilities the locked packages are known for
	@$(RELEASE)/bin/zizmor --quiet --no-online-audits .github
	@$(RELEASE)/bin/pip-audit --strict --progress-spinner off --disable-pip --require-hashes \
		--requirement requirements/runtime.txt --requirement requirements/dev.txt

api-diff: $(VENV)/.dev  ## what the public API has lost since the last release, and whether the version says so
	@$(BIN)/python -m scripts.api_diff

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
