# The commands. `make help` lists them; each sets up what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SPARK_BIN := .venv-spark/bin
SPARK_READY := .venv-spark/.ready
TORCH_BIN := .venv-torch/bin
TORCH_READY := .venv-torch/.ready

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(READY) ## The whole platform on this machine, with demo data, until Ctrl-C (KEEP=1 keeps state; PORT=8000; STRIPE_API_BASE=… with STRIPE_WEBHOOK_SECRET=…)
	@$(BIN)/python -m infra.local $(if $(KEEP),--keep) $(if $(PORT),--port $(PORT))

demo: export LYCEUM_FILES := $(value FILES)
demo: $(READY) ## Play the main job through HTTP and check it (FILES=folder takes your own files)
	@$(BIN)/python -m infra.demo $(if $(value FILES),--files "$$LYCEUM_FILES")

test: $(READY) ## Run the tests
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(READY) ## Format, lint, types, import rules, template, documentation: what CI runs before the tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m infra.operation.template
	@$(BIN)/cfn-lint infra/template.yaml infra/edge.yaml infra/firewall.yaml infra/trainer.yaml infra/spark.yaml build/operation.json
	@$(BIN)/python -m infra.reference --check
	@echo "All checks passed."

format: $(READY) ## Put the code into its form, and mend what lint can mend
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

docs: $(READY) ## Write docs/api.md and docs/settings.md anew from the code
	@$(BIN)/python -m infra.reference

policies: $(READY) ## Write .chalice/policies/ anew from infra/policies/functions.yaml
	@$(BIN)/python -m infra.policies

bench: $(READY) ## Cold import and request overhead as ratios to baselines; calls and capacity a use case, at 100 to 100,000 works
	@$(BIN)/python -m infra.bench

package: $(READY) ## Build the deployment package, its layers too, and report their sizes (STAGE=dev; ARCH=arm64)
	@$(BIN)/python -m infra.package --stage "$(or $(STAGE),dev)" --architecture "$(or $(ARCH),x86_64)"

prove: $(READY) ## Random histories, single faults, SIGKILLs and mutants: is money ever lost? (HISTORIES=20000 KILLS=100 MUTANTS=0; SEED=7 plays one again)
	@$(BIN)/python -m infra.prove $(if $(SEED),--histories 1 --every 0 --sequences 0 --runs 0 --kills 0 --mutants 0 --seed "$(SEED)") $(if $(HISTORIES),--histories "$(HISTORIES)") $(if $(KILLS),--kills "$(KILLS)") $(if $(MUTANTS),--mutants "$(MUTANTS)")

load: $(READY) ## Many readers at once on the local platform: errors, and latency beside bare calls (CLIENTS=32 SECONDS=60)
	@$(BIN)/python -m infra.load $(if $(CLIENTS),--clients $(CLIENTS)) $(if $(SECONDS),--seconds $(SECONDS))

cost: $(READY) ## Measure calls, bytes and capacity anew, and write docs/cost.md
	@$(BIN)/python -m infra.cost

deploy: $(READY) ## Deploy a stage: make deploy STAGE=prod (TAKE_OVER=1 takes the lock of a deployment that is dead)
	@$(BIN)/python -m infra.deploy up --stage "$(STAGE)" $(if $(TAKE_OVER),--take-over)

diff: $(READY) ## What deploying a stage would change; ends with 2 where anything would: make diff STAGE=prod
	@$(BIN)/python -m infra.deploy diff --stage "$(STAGE)"

rollback: $(READY) ## Deploy the version before from its archive: make rollback STAGE=prod (TO=version names another)
	@$(BIN)/python -m infra.deploy rollback --stage "$(STAGE)" $(if $(TO),--to "$(TO)") $(if $(TAKE_OVER),--take-over)

undeploy: $(READY) ## Remove what runs of a stage; DATA=delete its data, too: make undeploy STAGE=try
	@$(BIN)/python -m infra.deploy undeploy --stage "$(STAGE)" $(if $(DATA),--data "$(DATA)") $(if $(TAKE_OVER),--take-over)

rehearse: $(READY) ## Deploy, kill, play, change, roll back and remove stages in an emulated account
	@$(BIN)/python -m infra.rehearsal

admin: $(READY) ## Make an account an administrator: make admin EMAIL=you@example.com STAGE=dev (STAGE=local: make run's)
	@$(BIN)/python -m infra.admin --email "$(EMAIL)" --stage "$(or $(STAGE),dev)"

edge: $(READY) ## What to write into a stage's settings once its edge stands: make edge STAGE=prod (SLOT=b for the other key)
	@$(BIN)/python -m infra.edge --stage "$(or $(STAGE),dev)" --slot "$(or $(SLOT),a)"

migrate: $(READY) ## Bring old rows to the shape that the code writes: STAGE=dev NAME=… (no NAME: what waits; DRY=1, RATE=50, CONTRACT=1)
	@$(BIN)/python -m infra.migrations --stage "$(or $(STAGE),dev)" $(if $(NAME),--name "$(NAME)") $(if $(DRY),--dry-run) $(if $(RATE),--rate "$(RATE)") $(if $(CONTRACT),--contract) $(if $(PROJECT),--project "$(PROJECT)")

restore-drill: $(READY) ## Copy a stage's tables as of one moment, prove the copies whole, take them away (STAGE=local; KEEP=1, SAMPLE=100, MOMENT=…)
	@$(BIN)/python -m infra.restore --stage "$(or $(STAGE),dev)" $(if $(KEEP),--keep) $(if $(SAMPLE),--sample "$(SAMPLE)") $(if $(MOMENT),--moment "$(MOMENT)") $(if $(INTO),--into "$(INTO)") $(if $(REAPPLY),--reapply)

redrive: $(READY) ## Bring back what was put aside, once its cause is mended: QUEUE=mail STAGE=dev (QUEUE=failures: from streams)
	@$(BIN)/python -m infra.operation.redrive --queue "$(QUEUE)" --stage "$(or $(STAGE),dev)"

replay-lake: $(READY) ## Tell the recommender again what the lake holds of some days: STAGE=prod FROM=2026-11-20 TO=2026-11-26
	@$(BIN)/python -m infra.lake --stage "$(or $(STAGE),dev)" --first "$(FROM)" --last "$(or $(TO),$(FROM))"

models: $(READY) ## Which recommender's model is live: STAGE=dev (BACK=1: the one before it again)
	@$(BIN)/python -m infra.models --stage "$(or $(STAGE),dev)" $(if $(BACK),--back)

personalize: $(READY) ## Let Amazon Personalize rank: sets it up from the lake, goes on after a break (STAGE=prod YES=1; ANEW=1 imports and trains again)
	@$(BIN)/python -m infra.personalize up --stage "$(or $(STAGE),dev)" $(if $(YES),--yes) $(if $(ANEW),--anew)

personalize-away: $(READY) ## Take all of a stage down at Amazon Personalize: STAGE=prod
	@$(BIN)/python -m infra.personalize away --stage "$(or $(STAGE),dev)"

personalize-forget: $(READY) ## Have Amazon Personalize forget the readers who erased something: STAGE=prod
	@$(BIN)/python -m infra.personalize forget --stage "$(or $(STAGE),dev)"

rotate-keys: $(READY) ## Replace a secret in use: STAGE=dev KEY=token-keys|cursor-key|stripe-webhook-secret|stripe-key (RETIRE=1, COMPROMISED=1)
	@$(BIN)/python -m infra.rotate --stage "$(or $(STAGE),dev)" --key "$(KEY)" $(if $(RETIRE),--retire) $(if $(COMPROMISED),--compromised)

train: $(READY) ## Train the recommender: on a lake's folder (DATA=folder OUT=folder), or on a stage's lake and for it (STAGE=dev)
	@$(BIN)/python -m infra.trainer $(if $(STAGE),--stage "$(STAGE)") $(if $(DATA),--data "$(DATA)") $(if $(OUT),--out "$(OUT)")

train-spark: .java $(SPARK_READY) ## The same past one machine, on Spark: DATA=folder OUT=folder (DATA=s3://bucket, too), or STAGE=dev
	@$(SPARK_BIN)/python -m infra.spark $(if $(STAGE),--stage "$(STAGE)") $(if $(DATA),--data "$(DATA)") $(if $(OUT),--out "$(OUT)")

test-spark: .java $(SPARK_READY) ## The tests of training on Spark, on this machine (needs Java 17)
	@$(SPARK_BIN)/pytest tests/spark

bench-recommend: $(READY) ## Our recommender against EASE, ALS, BPR, item-kNN and popularity, on MovieLens 100K (DATA=folder: on yours)
	@$(BIN)/python -m infra.trainer.benchmark $(if $(DATA),--data "$(DATA)")

train-attention: $(TORCH_READY) ## The same as make train, with a sequence model as a further part (torch, in .venv-torch): DATA=folder OUT=folder, or STAGE=dev
	@$(TORCH_BIN)/python -m infra.trainer --attention $(if $(STAGE),--stage "$(STAGE)") $(if $(DATA),--data "$(DATA)") $(if $(OUT),--out "$(OUT)")

bench-attention: $(TORCH_READY) ## The same as make bench-recommend, with a sequence model alone and in the blend (DATA=folder: on yours)
	@$(TORCH_BIN)/python -m infra.trainer.benchmark --attention $(if $(DATA),--data "$(DATA)")

test-torch: $(TORCH_READY) ## Test what learns with torch, in .venv-torch: a minute, and up to 3 GB to install once
	@$(TORCH_BIN)/pytest tests/attention

lock: $(READY) ## Compile each requirements*.in into its pinned .txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header requirements-signing.in -o requirements-signing.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header -c requirements.txt -c requirements-signing.txt requirements-dev.in -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header -c requirements-dev.txt infra/trainer/requirements.in -o infra/trainer/requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header -c requirements-dev.txt infra/spark/requirements.in -o infra/spark/requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header -c requirements-dev.txt infra/trainer/requirements-torch.in | grep -v "sys_platform == 'linux'" > infra/trainer/requirements-torch.txt

clean: ## Remove what the other commands made
	rm -rf .venv .venv-spark .venv-torch build .lyceum .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lyceum needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@echo "Installing into .venv (once, about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --retries 10 -r requirements-dev.txt
	@touch $(READY)

# What needs no installation is asked first. Spark lives in an environment of its own, for it takes 350 MB.
.java:
	@$(PYTHON) -m infra.spark.java

$(SPARK_READY): requirements-dev.txt infra/spark/requirements.txt
	@echo "Installing Spark into .venv-spark (once, some minutes) …"
	@$(PYTHON) -m venv .venv-spark
	@$(SPARK_BIN)/pip install --quiet --disable-pip-version-check --retries 10 -r requirements-dev.txt -r infra/spark/requirements.txt
	@touch $(SPARK_READY)

$(TORCH_READY): requirements-dev.txt infra/trainer/requirements-torch.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lyceum needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@echo "Installing torch into .venv-torch (once, some minutes; PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu for a smaller one) …"
	@$(PYTHON) -m venv .venv-torch
	@$(TORCH_BIN)/pip install --quiet --disable-pip-version-check --retries 10 -r requirements-dev.txt -r infra/trainer/requirements-torch.txt
	@touch $(TORCH_READY)

.PHONY: .java help run demo test check format docs policies bench package prove load cost deploy diff rollback undeploy rehearse admin edge migrate restore-drill redrive replay-lake models personalize personalize-away personalize-forget rotate-keys train train-spark test-spark bench-recommend train-attention bench-attention test-torch lock clean
