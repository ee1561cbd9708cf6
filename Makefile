# Two commands from a bare machine: `make demo` and `make test`. Both install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo app test fuzz check-spider clean
.DELETE_ON_ERROR:

demo: $(VENV)/installed
	@printf '%s\n' \
	  'Which carrier has the most shipments?' \
	  'How many customers have never ordered anything?' \
	  'Which store has the most employees?' \
	  | $(BIN)/sqlft ask retail -
	@echo
	@echo 'Ask your own:  $(BIN)/sqlft ask retail "How many stores are there?"'
	@echo 'On your data:  $(BIN)/sqlft ask shop.duckdb "..."   (DuckDB or SQLite file)'

app: $(VENV)/app
	$(BIN)/sqlft app $(DATABASE)

test: $(VENV)/tested $(VENV)/browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	SQLFT_HOME=$(CURDIR)/.sqlft $(BIN)/python -m pytest

fuzz: $(VENV)/tested
	SQLFT_FUZZ=$(or $(N),50000) $(BIN)/python -m pytest tests/ask/test_fuzz.py

check-spider: $(VENV)/tested
	@test -n "$(SPIDER)" || { echo 'usage: make check-spider SPIDER=PATH'; exit 2; }
	$(BIN)/python tests/spider/check_canonical.py $(SPIDER)
	$(BIN)/python tests/spider/check_prepare.py $(SPIDER)
	$(BIN)/python tests/spider/check_values.py $(SPIDER)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'sqlft needs Python 3.11 to 3.13: make PYTHON=python3.12 $(MAKECMDGOALS)'; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo 'installing sqlft (torch is the large part) ...'
	@$(PIP) install -e .
	@touch $@

$(VENV)/app: pyproject.toml | $(VENV)/bin/python
	@echo 'installing sqlft and its app ...'
	@$(PIP) install -e '.[app]'
	@touch $@ $(VENV)/installed

# The app's tests drive a browser: Debian's, installed where we may; without one they fail and say so.
$(VENV)/browser: | $(VENV)/bin/python
	@command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	  || echo 'NOT INSTALLED: chromium; the tests that drive a browser will fail' >&2
	@touch $@

$(VENV)/tested: pyproject.toml | $(VENV)/bin/python
	@echo 'installing sqlft and what its tests need ...'
	@$(PIP) install -e '.[test]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) .sqlft .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
