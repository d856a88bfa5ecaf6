# Every target first installs .venv from the locks, by hash; `make help` lists them.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run demo-reset token month env job grant openapi test full quick lint hooks lock holidays audit bench package authorities apply named plan deploy destroy database-users clean

BIN := .venv/bin
# The stamp's name holds the hash of the locks: a changed lock is a missing file.
STAMP := .venv/.installed-$(shell cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-16)

# What `make grant` is told, on its own line only: a shell may have a NAME too. A name that it does not know, it refuses.
GRANTED := ORG KIND NAME DAILY TENANT_DAILY MONTHLY NOTE BY REVOKE
SAID = $(foreach word,$(MAKEOVERRIDES),$(if $(findstring =,$(word)),$(firstword $(subst =, ,$(word)))))

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): requirements.txt requirements-dev.txt
	@local/install venv $@

run: $(STAMP) ## Start the API on this machine, with demo data (EMPTY=1: without); Ctrl-C stops it
	@$(BIN)/python -m local.run $(if $(EMPTY),--empty)

demo-reset: $(STAMP) ## Delete this machine's data and keys, and start anew as `make run` does
	@$(BIN)/python -m local.run --reset

token: $(STAMP) ## Print a fresh token while `make run` runs: make token PHONE=+254700000001
	@$(BIN)/python -m local.token "$(PHONE)"

month: $(STAMP) ## Live through a month of the demo on a moved clock, and print what each tenant gets (STAY=1)
	@$(BIN)/python -m local.month $(if $(STAY),--stay)

env: $(STAMP) ## Print a run's settings as exports, for `chalice local` beside it
	@$(BIN)/python -m local.env

job: $(STAMP) ## Run a job by hand for a day in Nairobi: make job NAME=rent_reminders ON=2026-12-05
	@$(BIN)/python -m local.job "$(NAME)" "$(ON)"

grant: $(STAMP) ## Let an organisation send more: make grant ORG=… KIND=messaging BY=…; with nothing it lists what is granted
	@$(BIN)/python -m local.grant $(foreach name,$(GRANTED),$(if $(filter command,$(origin $(name))),"$(name)=$($(name))")) $(addsuffix =,$(filter-out $(GRANTED),$(SAID)))

test: $(STAMP) ## Run the tests, on SQLite and on a private MariaDB
	@local/install database
	@local/install browser
	@local/install checkers
	$(BIN)/python -m pytest -n 2 --dist worksteal

full: $(STAMP) ## Run all tests and those that are too long for each push: the apply, and many more examples
	@local/install database
	@local/install browser
	@local/install checkers
	$(BIN)/python -m pytest --full -n 2 --dist worksteal

quick: $(STAMP) ## Run the fast tests: SQLite only, no browser, no fuzzing
	$(BIN)/python -m pytest --quick -n 2 --dist worksteal

lint: $(STAMP) ## Check style and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

hooks: $(STAMP) ## Have git lint what a commit changes, before each commit
	$(BIN)/pre-commit install

# A version that still satisfies its source stays; UPGRADE=1 takes the newest of what no source pins.
lock: $(STAMP) ## Write requirements*.txt, the locks with hashes, from requirements*.in; asks PyPI (UPGRADE=1)
	@for name in requirements requirements-dev tests/terraform/checkers; do \
	    $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet $(if $(UPGRADE),--upgrade) \
	        $$name.in --output-file $$name.txt || exit 1; \
	done

holidays: $(STAMP) ## Write Kenya's public holidays, as far as they are gazetted, to the file that migrations load
	$(BIN)/python -m local.public_holidays

audit: $(STAMP) ## Look for known faults in what is installed; asks PyPI
	@CI=true local/install checkers
	build/checkers/bin/pip-audit --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

openapi: $(STAMP) ## Write the OpenAPI document to docs/openapi.json, as a changed API wants
	$(BIN)/python -m local.openapi > docs/openapi.json

bench: $(STAMP) ## Measure speed and memory on a private MariaDB
	@local/install database
	$(BIN)/python -m tests.bench $(ONLY)

package: $(STAMP) ## Build the deployment zip and Chalice's Terraform into terraform/modules/api
	$(BIN)/python -m terraform.packaging

apply: $(STAMP) ## Run one test of `make full` alone: the whole estate applied to an emulator of AWS, read back and taken down
	$(BIN)/python -m pytest --full -m apply -n 0 -s tests/terraform

# ONLY=2-region-eu-west-1 takes that stack alone: with a Region dead, what needs both cannot be planned.
named: # before the minute that packaging takes
	@test -n "$(ENV)" -a -n "$(SIZE)" || { echo "say which, such as: ENV=dev SIZE=standard" >&2; exit 2; }

plan: named package ## Show what a deployment would change: make plan ENV=dev SIZE=standard
	@$(BIN)/python -m terraform.deploying plan "$(ENV)" "$(SIZE)" $(if $(ONLY),--only "$(ONLY)")

deploy: named package ## Deploy stack by stack, asking before each: make deploy ENV=dev SIZE=standard
	@$(BIN)/python -m terraform.deploying deploy "$(ENV)" "$(SIZE)" $(if $(ONLY),--only "$(ONLY)") $(if $(YES),--yes)

destroy: named package ## Take an environment down again, asking before each stack
	@$(BIN)/python -m terraform.deploying destroy "$(ENV)" "$(SIZE)" $(if $(ONLY),--only "$(ONLY)")

database-users: named $(STAMP) ## Make the database's users, once, after the first deployment
	@$(BIN)/python -m terraform.deploying users "$(ENV)" "$(SIZE)"

authorities: $(STAMP) ## Fetch the certificates that Aurora is checked by into terraform/packaging; commit the file
	$(BIN)/python -m terraform.packaging.authorities

clean: ## Delete caches and builds; data in .local stays
	rm -rf build terraform/modules/api/*.json terraform/modules/api/deployment.zip terraform/modules/canary/canary.zip .mypy_cache .ruff_cache .pytest_cache .hypothesis .chalice/deployments
