# On a machine with Python 3.11 and make: `make run` does the main job, `make test` tests everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench fuzz clean

run: $(VENV)/plain
	$(BIN)/motcua demo demo
	@echo "Open demo/report.html in a browser."

test: $(VENV)/test
	$(BIN)/python -m pytest

check: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_docs.py

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/fuzz
	$(BIN)/python -m fuzz --minutes 0.5

$(VENV)/made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "motcua needs Python 3.11 or later: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/plain: pyproject.toml constraints.txt | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/test: pyproject.toml constraints.txt | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@ $(VENV)/plain

$(VENV)/bench: pyproject.toml constraints.txt | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench,test]'
	touch $@ $(VENV)/plain $(VENV)/test

$(VENV)/fuzz: pyproject.toml constraints.txt | $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz,test]'
	touch $@ $(VENV)/plain $(VENV)/test

clean:
	rm -rf $(VENV) demo dist build
