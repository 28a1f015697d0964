# make serve, make test, make bench: each sets itself up in .venv on a fresh machine.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: serve test lint types bench ranking corpus translations readme lock clean

serve: .venv/serve.stamp
	@$(BIN)/indexer build || [ $$? -eq 3 ]
	@exec $(BIN)/webapp --port $(PORT)

# One process a core; what stays in one process, and what comes first, is in tests/conftest.py.
test: .venv/test.stamp
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: .venv/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/test.stamp
	$(BIN)/mypy

# BENCH="--engine opensearch" measures a cluster beside the embedded engine, and needs Java and Maven.
# BENCH="--full" measures up to a million passages: about an hour on two cores, 20 GB below TMPDIR;
# BENCH="--full --largest 100000" in a third of that. Without it, what it measured stays.
bench: .venv/test.stamp
	$(BIN)/python -m tests.bench --clone $(BENCH)
	$(BIN)/python -m tests.bench.report

# The tables of docs/ranking.md: some minutes.
ranking: .venv/test.stamp
	$(BIN)/python -m tests.relevance

# The PDF, DOCX and ODT reports, from corpus/_sources.
corpus: .venv/test.stamp
	$(BIN)/python corpus/_sources/render.py

# The French interface: new texts into the .po file, and what people wrote there compiled.
translations: .venv/test.stamp
	$(BIN)/python -m webapp.translations

# What the README shows of the commands, from running them again.
readme: .venv/test.stamp
	$(BIN)/python -m tests.readme

# Exact versions for every extra, within the ranges of setup.cfg.
lock:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras \
		--no-annotate --custom-compile-command "make lock" --output-file constraints.txt setup.cfg

clean:
	rm -rf .venv .index

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/serve.stamp: setup.cfg constraints.txt | .venv/bin/python
	@echo "Installing (once)..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/test.stamp: setup.cfg constraints.txt | .venv/bin/python
	@echo "Installing with what the tests need (once)..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@ .venv/serve.stamp
