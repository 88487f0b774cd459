# The commands. `make help` lists them; each sets up what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(READY) ## The whole platform on this machine, with demo data, until Ctrl-C (KEEP=1 keeps state; PORT=8000)
	@$(BIN)/python -m infra.local $(if $(KEEP),--keep) $(if $(PORT),--port $(PORT))

demo: export LYCEUM_FILES := $(value FILES)
demo: $(READY) ## Play the main job through HTTP and check it (FILES=folder takes your own files)
	@$(BIN)/python -m infra.demo $(if $(value FILES),--files "$$LYCEUM_FILES")

test: $(READY) ## Run the tests
	@$(BIN)/pytest -n 2 --dist loadfile

check: $(READY) ## Format, lint, types, import rules, template, documentation: what CI runs before the tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/cfn-lint infra/template.yaml
	@$(BIN)/python -m infra.reference --check
	@echo "All checks passed."

format: $(READY) ## Put the code into its form, and mend what lint can mend
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

docs: $(READY) ## Write docs/api.md and docs/settings.md anew from the code
	@$(BIN)/python -m infra.reference

bench: $(READY) ## Cold import, request overhead and calls a use case, as ratios to baselines of the same run
	@$(BIN)/python -m infra.bench

package: $(READY) ## Build the deployment package and report its size
	@$(BIN)/python -m infra.package

admin: $(READY) ## Make an account an administrator: make admin EMAIL=you@example.com STAGE=dev (STAGE=local: make run's)
	@$(BIN)/python -m infra.admin --email "$(EMAIL)" --stage "$(or $(STAGE),dev)"

lock: $(READY) ## Compile requirements.in and requirements-dev.in into their pinned .txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean: ## Remove what the other commands made
	rm -rf .venv build .lyceum .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lyceum needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@echo "Installing into .venv (once, about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --retries 10 -r requirements-dev.txt
	@touch $(READY)

.PHONY: help run demo test check format docs bench package admin lock clean
