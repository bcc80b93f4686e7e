# Everything a newcomer or a developer runs. `make` alone lists it.

VENV := .venv
BIN := $(VENV)/bin/python
READY := $(VENV)/.ready
READY_FOR_TESTS := $(VENV)/.ready-for-tests
PEER := $(VENV)/peer
PIP := $(BIN) -m pip --disable-pip-version-check --quiet
SIZE ?= small
WORKERS ?= 2

# The first Python that is new enough; name another one with `make run PYTHON=/path/to/python3`.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

export SIZE

.PHONY: help run test test-long check texts lock clean browser

help:
	@echo "make run           start Renraku: database, console and worker (Ctrl-C stops everything)"
	@echo "make test          all tests, a real browser among them, in a few minutes"
	@echo "make test-long     what takes longer: crash runs, long fuzzing"
	@echo "make check         style, types, layers, migrations, texts"
	@echo "make bench-page    a bench: api, broadcast, find, import, monitor, operation, page, reach, rehearsal, replies,"
	@echo "                   sessions or telegram; SIZE=small (default) or full"
	@echo "make texts         bring the catalogues in step with the code"
	@echo "make lock          write requirements.lock anew"
	@echo "make clean         remove caches; the data in .renraku stays"

run: $(READY)
	@exec $(BIN) manage.py run

test: $(READY_FOR_TESTS) browser
	@exec $(BIN) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-long: $(READY_FOR_TESTS) browser
	@exec $(BIN) -m pytest -m long -n $(WORKERS)

check: $(READY_FOR_TESTS)
	@$(BIN) -m ruff check .
	@$(BIN) -m ruff format --check .
	@$(BIN) -m mypy
	@$(VENV)/bin/lint-imports
	@$(BIN) manage.py check-migrations
	@$(BIN) manage.py texts --check

bench-page: $(READY_FOR_TESTS) browser
	@exec $(BIN) -m bench page

bench-broadcast: $(READY) $(PEER)/.ready
	@exec $(BIN) -m bench broadcast

bench-%: $(READY)
	@exec $(BIN) -m bench $*

texts: $(READY)
	@exec $(BIN) manage.py texts

# What pip chooses today within the ranges, proven by an environment of its own.
lock:
	@rm -rf $(VENV)/lock
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet install --requirement requirements-dev.txt
	@{ echo "# Everything that is installed, exactly; written by \`make lock\`, used as pip's constraints."; \
		$(VENV)/lock/bin/python -m pip freeze; } > requirements.lock
	@rm -rf $(VENV)/lock

clean:
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

browser:
	@sh tests/browser/install.sh

$(READY): requirements.txt requirements.lock
	@test -n "$(PYTHON)" || { echo "Renraku needs Python 3.11 or newer. Install it, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(BIN) -m pip --version >/dev/null 2>&1 || { echo "Making $(VENV) ..."; $(PYTHON) -m venv --clear $(VENV); } || \
		{ rm -rf $(VENV); echo "Python's venv module does not work. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing what Renraku needs into $(VENV); this takes about a minute ..."
	@$(PIP) install --requirement requirements.txt --constraint requirements.lock
	@touch $@

# What a bench is compared with has an environment of its own.
$(PEER)/.ready: bench/floors/requirements.txt
	@$(PYTHON) -m venv --clear $(PEER)
	@$(PEER)/bin/python -m pip --disable-pip-version-check --quiet install --requirement bench/floors/requirements.txt
	@touch $@

$(READY_FOR_TESTS): $(READY) requirements-dev.txt
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install --requirement requirements-dev.txt --constraint requirements.lock
	@touch $@
