# Every command that this project has. `make run` and `make test` need nothing but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
DATA ?= ../shared/data
MINUTES ?= 4
SEED ?= 7
BIN := $(VENV)/bin
# Three, though two cores do: tests wait for leases, restarts and downloads. By file, in the order of names: short ones come last.
PYTEST := $(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

# Compiled modules are kept, whatever the environment says: every process that is started starts from them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-faults test-security audit-packages check fmt bench bench-checkpoint bench-streams bench-engine bench-queue bench-model-server bench-models bench-peers bench-stack bench-translate bench-uploads bench-dialogue bench-novels bench-topics evals smoke-providers smoke-pai clean

run: $(READY)  ## Start the service and its console at http://127.0.0.1:8000
	$(BIN)/scriptorium serve

test: $(READY_DEV)  ## Every test that needs no outside account
	$(PYTEST)

test-faults: $(READY_DEV)  ## What runs and their followers survive: 4 minutes of faults, then 2 each on Cluster, Sentinels, PostgreSQL
	$(BIN)/python -m tests.faults --minutes $(MINUTES) --seed $(SEED)
	$(BIN)/python -m tests.faults --leases
	$(BIN)/pytest -m faults tests/acceptance tests/integration
	$(BIN)/python -m tests.faults --minutes 2 --seed $(SEED) --runs 40 --redis cluster
	$(BIN)/python -m tests.faults --minutes 2 --seed $(SEED) --runs 40 --redis sentinel
	$(BIN)/python -m tests.faults --minutes 2 --seed $(SEED) --runs 50 --database postgresql

test-security: $(READY_DEV)  ## Every route as everybody, forged tokens, hostile uploads, URLs, paths, headers, log lines and texts
	$(PYTEST) -p tests.security.counts tests/security tests/integration/test_hostile_uploads.py \
	  tests/integration/test_webhooks.py tests/integration/test_origins.py tests/browser/test_hostile_answers.py

audit-packages: $(READY_DEV)  ## Known flaws of the tested versions; asks pypi.org, and fails where that knows none of them
	$(BIN)/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

check: $(READY_DEV)  ## Types, lint, format, import contracts, risky calls, secrets, and what documents name
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m tests.documents.check
	$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml graphs tools server prompts configs
	git ls-files -- . ':!tests' ':!*.svg' ':!bench' ':!evals' ':!server/web/i18n' | xargs $(BIN)/detect-secrets-hook --exclude-secrets '(?i)^\$$?\{?password|CHANGE_ME' --exclude-lines "secretName:|ALTER ROLE|openssl rand"

fmt: $(READY_DEV)  ## Format, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

evals: $(READY_DEV)  ## Accuracy, on the data folder DATA (see evals/README.md)
	$(BIN)/python -m evals.assistant --faults --check
	$(BIN)/python -m evals.characters --model offline --check --data $(DATA)
	$(BIN)/python -m evals.characters --model oracle --faults --check --data $(DATA)
	$(BIN)/python -m evals.translate --model oracle --check --data $(DATA)
	$(BIN)/python -m evals.dialogue --model oracle --faults --check
	$(BIN)/python -m evals.endpointing --check
	$(BIN)/python -m evals.subtitles --check --data $(DATA)
	$(BIN)/python -m evals.guideline --model oracle --check --data $(DATA)
	$(BIN)/python -m evals.topics --model offline --check --data $(DATA)
	$(BIN)/python -m evals.topics --model oracle --check --data $(DATA)
	$(BIN)/python -m evals.topics --model adversarial --check --data $(DATA)

smoke-providers: $(READY_DEV)  ## One small question to each provider whose key is in the environment; costs a few hundred tokens
	$(BIN)/python -m evals.smoke_providers

smoke-pai: $(READY_DEV)  ## One small training on PAI-DLC and one analysis on PAI-EAS, as the environment configures them; costs a few minutes of a machine. BASE=name: a tuning, too
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[oss]'
	$(BIN)/python -m evals.smoke_pai $(if $(BASE),--base $(BASE))

bench: $(READY_DEV)  ## Speed and memory on one long novel
	$(BIN)/python -m bench.characters --check

bench-checkpoint: $(READY_DEV)  ## The Redis checkpointer beside the others
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m bench.checkpoint --check

bench-streams: $(READY_DEV)  ## Event streams beside one command for every event
	$(BIN)/python -m bench.streams --check

bench-engine: $(READY_DEV)  ## Runs end to end: worker, Redis, API, clients
	$(BIN)/python -m bench.engine --check

bench-queue: $(READY_DEV)  ## Ten thousand queued runs of fifty owners
	$(BIN)/python -m bench.queue --check

bench-model-server: $(READY_DEV)  ## Whether 200 streams of the tests' model server keep their speed
	$(BIN)/python -m bench.model_server --check

bench-stack: $(READY_DEV)  ## All parts on one machine: does it fit 2 cores and 4 GB? Needs nginx and PostgreSQL
	$(BIN)/python -m bench.stack --check

bench-translate: $(READY_DEV)  ## What translating takes beyond its model's own time, and a worker killed half-way
	$(BIN)/python -m bench.translate --kill --check

bench-uploads: $(READY_DEV)  ## Whether many large uploads at once arrive whole, in bounded memory; 6 GB of disk
	$(BIN)/python -m bench.uploads --check

bench-dialogue: $(READY_DEV)  ## Talks: our own part of each wait, a hundred at once, and how many Vosk hears; wants an idle machine
	$(BIN)/python -m bench.dialogue --check

bench-novels: $(READY_DEV)  ## A novel of a million characters and twenty at once, with a model that answers at once; wants an idle machine
	$(BIN)/python -m bench.novels --check

bench-topics: $(READY_DEV)  ## Topics of BBC News end to end, and of 100,000 short texts beside plain libraries; wants an idle machine
	$(BIN)/python -m bench.topics --check --data $(DATA)

bench-models: $(READY_DEV)  ## What the model layer adds to a call, and whether 200 streams keep their speed
	$(BIN)/python -m bench.models --check

bench-peers: $(READY_DEV)  ## Beside langgraph dev and aegra, which it installs in .peers/; needs Redis, PostgreSQL, an idle machine
	$(BIN)/python -m bench.peers --write --check

clean:  ## Remove what the other commands made, but never the data folder
	rm -rf $(VENV) .peers build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(READY): pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(READY_DEV): pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@ $(READY)
