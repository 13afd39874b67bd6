# Everything runs in .venv, which each target makes if it is not there.
PYTHON ?= python3
BIN := .venv/bin
# Tests run in two processes, for two cores.
WORKERS ?= 2

.PHONY: compare test test-slow lint format bench clean

compare: .venv/installed
	$(BIN)/skrnn compare --dataset airline --horizon 12 --sp 12 --out report/

test: .venv/installed
	$(BIN)/python -m pytest -n $(WORKERS) --timeout 300

test-slow: .venv/installed
	$(BIN)/python -m pytest -n $(WORKERS) -m slow --timeout 1800

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/installed: pyproject.toml setup.py constraints.txt skrnn/nn/kernels.cpp skrnn/nn/recurrent_kernels.h
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[compare,test]'
	touch $@

bench: .venv/installed
	$(BIN)/python benchmarks/run_all.py

clean:
	rm -rf .venv build report *.egg-info skrnn/nn/*.so
