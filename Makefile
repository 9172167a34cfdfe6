# OneWindow. `make up` runs a demo centre, `make test` tests everything, `make check` lints; all of them set up first.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; done; echo python3)
WORKERS ?= 2
KILLS ?= 50
ARGS ?=
BIN := .venv/bin
OWN := kernel/pyproject.toml $(wildcard kernel/assets/pyproject.toml kernel/assets/package*.json kernel/assets/*.py \
	plugins/*/pyproject.toml)

.PHONY: help up test check bench faults docs locale lock format wheels clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/\1 \2/p' Makefile | while read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

up: .venv/.run ## run a demo centre on this machine; Ctrl-C stops it
	@exec $(BIN)/onewindow up $(ARGS)

test: .venv/.dev ## all tests; ARGS= goes to pytest, e.g. ARGS='tests/unit/clocks -x'
	@$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup $(ARGS)

check: .venv/.dev ## lint, types, architecture, translations, documents, locks
	@$(BIN)/python -m tools.check $(ARGS)

bench: .venv/.dev ## measure: one JSON line per figure
	@$(BIN)/python -m benchmarks $(ARGS)

faults: .venv/.dev ## kill -9 what runs, KILLS times, under load: nothing may be lost or doubled
	@$(BIN)/python -m benchmarks.faults --kills $(KILLS) $(ARGS)

docs: .venv/.dev ## write the generated tables into the documents
	@$(BIN)/python -m tools.docs

locale: .venv/.dev ## add new messages to the catalogues, untranslated
	@$(BIN)/python -m tools.locale --update

format: .venv/.dev ## format and fix what can be fixed
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

lock: .venv/.dev ## resolve all dependencies anew; ARGS=--upgrade takes the newest
	@$(BIN)/python -m tools.lock $(ARGS)
	@command -v npm >/dev/null || { echo 'npm is missing: package-lock.json stays as it is' >&2; exit 0; }; \
	cd kernel/assets && npm install --package-lock-only --ignore-scripts --loglevel=error

wheels: .venv/.dev ## build our wheels into dist/, for a machine without a network
	@mkdir -p dist && for d in kernel/assets kernel plugins/*/; do \
		$(BIN)/python -m build --wheel --no-isolation --outdir dist $$d >dist/build.log 2>&1 || { cat dist/build.log; exit 1; }; \
	done; rm dist/build.log; ls dist

clean: ## remove the environment and what was built; the data of the demo centre stays
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	@rm -rf kernel/assets/onewindow_assets/static kernel/dist kernel/assets/dist plugins/*/dist
	@find kernel plugins tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# Stamps: an installation is done again only when a lock file or one of our distributions' definitions changed.
.venv/.run: requirements.lock requirements-node.lock tools/environment.py $(OWN)
	@$(PYTHON) -m tools.environment run
	@touch $@

.venv/.dev: requirements-dev.lock requirements-node.lock tools/environment.py $(OWN)
	@$(PYTHON) -m tools.environment dev
	@touch .venv/.run $@
