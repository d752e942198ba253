# Everything starts here: `make demo` and `make test` do their own set-up. Needs Python 3.11+ and make.
PYTHON ?= python3
SERVE ?= 1
BIN := .venv/bin
UV := $(BIN)/python -m uv

.PHONY: setup demo test check bench soak locks clean

demo: .venv/run.stamp node_modules/run.stamp
	$(BIN)/zhiyin demo $(if $(filter 0,$(SERVE)),--no-serve)

# Three parts at once, each with a database of its own: one after the other they take twice as long.
# Each compares what passed in it with what the guide promises. Two long files even the parts out.
PROMISES := tests/house/test_what_you_can_do.py
LONG := tests/journeys/test_two_brands.py tests/journeys/test_import_kill.py

test: setup
ifdef T
	$(BIN)/python -m pytest $(T)
else
	export ZHIYIN_FAILED=$$(mktemp); \
	$(BIN)/python -m pytest tests/journeys $(LONG:%=--ignore=%) $(PROMISES) & journeys=$$!; \
	$(BIN)/python -m pytest tests/browser tests/faults $(PROMISES) & pressed=$$!; \
	$(BIN)/python -m pytest $(LONG) src tests/house tests/emulator; failed=$$?; \
	wait $$journeys || failed=1; wait $$pressed || failed=1; \
	cat $$ZHIYIN_FAILED; rm $$ZHIYIN_FAILED; exit $$failed
endif

setup: .venv/dev.stamp node_modules/dev.stamp
	$(BIN)/python tools/system_packages.py --install

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/house

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks.$(NAME) $(ARGS)

# The kills beside the rest, a core for each; the sale alone, for it is about waiting.
KILLED = tests/faults/test_killed.py
SALE = tests/faults/test_sale.py
soak: export ZHIYIN_FAULT_SHARE = 1
soak: setup
	export ZHIYIN_FAULT_TABLE=$$(mktemp); failed=0; \
	$(BIN)/python -m pytest $(KILLED) & killed=$$!; \
	$(BIN)/python -m pytest tests/faults --ignore=$(KILLED) --ignore=$(SALE) || failed=1; \
	wait $$killed || failed=1; \
	$(BIN)/python -m pytest $(SALE) || failed=1; \
	echo "soak, every figure whole:"; cat $$ZHIYIN_FAULT_TABLE; rm $$ZHIYIN_FAULT_TABLE; exit $$failed

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	$(BIN)/python tools/system_packages.py --check-libraries
	$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/run.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python tools/translations.py compile
	touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/dev.txt
	touch $@

node_modules/run.stamp: package-lock.json .npmrc .venv/run.stamp
	$(BIN)/python tools/npm.py ci --omit=dev
	touch $@

node_modules/dev.stamp: package-lock.json .npmrc .venv/dev.stamp
	$(BIN)/python tools/npm.py ci
	touch $@ node_modules/run.stamp

locks:
	$(UV) pip compile -q --generate-hashes --no-emit-index-url --no-header --universal \
	  --python-version 3.11 --extra embedded pyproject.toml requirements/run.in -o requirements/run.txt
	$(UV) pip compile -q --generate-hashes --no-emit-index-url --no-header --universal \
	  --python-version 3.11 --extra embedded -c requirements/run.txt \
	  pyproject.toml requirements/dev.in -o requirements/dev.txt

clean:
	-$(BIN)/zhiyin db remove
	rm -rf .venv node_modules var
