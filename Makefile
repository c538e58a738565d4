# Everything from a bare clone: `make run`, `make test`. Needs make and Python 3.11, 3.12 or 3.13; makes .venv by itself.
# Paths are relative and programs run as `.venv/bin/python -m ...`, so that the folder's own path may hold a space.

FOR ?= 60s
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c '$(SUPPORTED)' 2>/dev/null && echo "$$python" && break; done)
PY := .venv/bin/python

.PHONY: run test lint docs bench cassettes lock clean

run: .venv/stamp
	@$(PY) -m hedgectl run --for $(FOR)

test: .venv/stamp
	@$(PY) -m pytest -n auto

lint: .venv/stamp
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo

# Every page that quotes the program, and its picture, anew: a test fails when one is stale.
docs: .venv/stamp
	@for file in docs/make_*.py; do $(PY) "$$file" || exit 1; done

bench: .venv/stamp
	@for file in benchmarks/[a-z]*.py; do echo "$$file"; $(PY) "$$file" || exit 1; done

# Recorded HTTP anew: against the embedded exchange, or against demo when HEDGECTL_API_KEY and _SECRET are set.
cassettes: .venv/stamp
	@$(PY) -m tests.cassettes.record

.venv/stamp: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "hedgectl needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "making .venv with $(PYTHON)" >&2
	@"$(PYTHON)" -m venv --clear .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Newer pins: dependencies of the project, its dev tools and its build backend, for every supported Python on Linux.
lock: .venv-lock/stamp
	@.venv-lock/bin/python -m piptools compile --quiet --upgrade --extra dev --all-build-deps --generate-hashes \
		--allow-unsafe --strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file requirements.lock pyproject.toml

.venv-lock/stamp:
	@"$(PYTHON)" -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check 'pip-tools>=7.5'
	@touch $@

clean:
	@rm -rf .venv .venv-lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
