# Two commands for a newcomer: `make demo` and `make test`. Whatever they need they set up by themselves, in this folder only.

.DEFAULT_GOAL := help
.PHONY: help demo chat play test drills crash soak fuzz tables races dashboard frauds bench faults check clean
.DELETE_ON_ERROR:
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE  # without compiled modules each process starts for seconds longer

PYTHON =
VENV := .venv/bin/python
READY := .venv/.ready
PIP := $(VENV) -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes
UV := UV_CACHE_DIR=.cache/uv .venv/bin/uv pip install --quiet --python $(VENV) --require-hashes

help:  ## say what can be made (this)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY)  ## run a whole CampusG here and name its chat page, until Ctrl-C; a later start keeps its data
	@exec $(VENV) -m sandbox.launch demo --with-parent

chat: $(READY)  ## be one of the demo's people in this terminal: AS=mei, kai, ana, ben or sam
	@exec $(VENV) -m sandbox.play.chat $(AS)

play: $(READY)  ## play one order with scripted people and tell what each sees; SCENE=declined plays another one
	@exec $(VENV) -m sandbox.play $(SCENE)

test: $(READY)  ## run the tests, as two cores bear it: the journeys mostly wait
	@$(VENV) -m pytest --part=test -n 4 --dist loadgroup --no-loadscope-reorder

drills: $(READY)  ## run the tests that `make test` leaves out: long ones, and most drills of each file
	@$(VENV) -m pytest --part=drills -n 4 --dist loadgroup --no-loadscope-reorder

crash: $(READY)  ## kill the bot and the workers at every point of every saga; ONLY=create_order kills there alone
	@exec $(VENV) -m sandbox.crash tests/domain/saga/saga_steps.json --only '$(ONLY)'

soak: $(READY)  ## many orders while everything around them fails; ORDERS=1500 CAMPUSES=20 SEED=1 say how many, where, which
	@exec $(VENV) -m sandbox.soak --orders $(or $(ORDERS),1500) --campuses $(or $(CAMPUSES),20) --seed $(or $(SEED),1)

fuzz: $(READY)  ## a hundred thousand wild texts, broken updates and forged taps, and every lost answer; SEED=7 does it again
	@CAMPUSG_FUZZ=deep CAMPUSG_FUZZ_SEED='$(SEED)' $(VENV) -m pytest --show-capture=no $(if $(SEED),--hypothesis-seed=$(SEED)) tests/fuzz \
	  tests/workers/engine/test_saga_stateful.py tests/workers/commands/test_campus_file.py \
	  tests/bot/conversation/test_permission_matrix.py \
	  tests/bot/transport/test_random_updates.py tests/bot/transport/test_random_events.py tests/bot/customer/test_random_orders.py

races: $(READY)  ## 1,000 jobs claimed by 50 at once, 1,000 rounds of claim, cancel, deadline and release, 20 jobs over the wire
	@CAMPUSG_FUZZ=deep CAMPUSG_FUZZ_SEED='$(SEED)' $(VENV) -m pytest --show-capture=no -p tests.fuzz.conftest \
	  tests/domain/orders/test_repeated_races.py tests/domain/orders/test_order_races.py tests/journeys/test_crowd.py

tables: $(READY)  ## the tables and long drills of which `make test` has a part: lost answers, kills, refusals, old buttons
	@CAMPUSG_FUZZ=deep CAMPUSG_FUZZ_SEED='$(SEED)' $(VENV) -m pytest -n 2 --dist loadgroup --show-capture=no -p tests.fuzz.conftest \
	  $$(grep -rlE --include='test_*.py' 'sample\(|mark\.long' tests)

dashboard: $(READY)  ## everything a person may do at Stripe's dashboard, to each object of an order, in each of its states
	@CAMPUSG_FUZZ=deep $(VENV) -m pytest -n 2 --show-capture=no -p tests.fuzz.conftest tests/workers/dashboard

frauds: $(READY)  ## a month of six frauds against the risk rules, and what honest people notice
	@exec $(VENV) -m tests.domain.risk.frauds

bench: $(READY)  ## the saga engine beside its peers, into bench/results.md; ONLY=paced or ONLY=campusg,arq; FRESH=1 begins anew
	@exec $(VENV) -m bench.engine --only '$(ONLY)' --rounds $(or $(ROUNDS),3) $(if $(FRESH),--fresh)

faults: $(READY)  ## put forty small wrong edits into a copy, one at a time: the tests must catch each
	@$(VENV) -m tests.seeded_faults

check: $(READY)  ## read the code without running it: ruff and mypy
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy

clean:  ## remove all that was made here: set-up, caches, and the data of demo
	@rm -rf .venv .cache .data .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that will do and can make a virtual environment; `make demo PYTHON=/some/python3` decides it by hand.
# An environment that is there and works is brought up to date where it stands, never emptied: it may be in use, or a link.
GOOD := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))

$(READY): requirements/install.txt requirements/develop.txt
	@for python in $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3); do \
	  if $$python -c '$(GOOD)' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if $(VENV) -c '$(GOOD)' 2>/dev/null; then \
	  echo "Bringing .venv up to date, in about 10 s"; \
	elif [ -L .venv ]; then \
	  echo ".venv is a link to something that is no working environment; remove the link and try again" >&2; exit 2; \
	elif [ -n "$$found" ]; then \
	  echo "Setting up .venv with $$($$found --version), once, in about 20 s"; \
	  rm -rf .venv && $$found -m venv .venv; \
	else \
	  echo "CampusG needs Python 3.11 to 3.14 with its venv module, and none was found. Install one (on Debian: apt-get" \
	    "install python3-venv) or name it: make demo PYTHON=/path/to/python3" >&2; exit 2; \
	fi
	@echo "  installing what requirements/develop.txt pins"
	@{ $(PIP) -r requirements/install.txt && $(UV) -r requirements/develop.txt; } \
	  || { echo "  uv could not install them; now with pip, in about a minute"; $(PIP) -r requirements/develop.txt; }
	@touch $@
