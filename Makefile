# Everything runs in .venv, which each target makes if it is not there.
PYTHON ?= python3
BIN := .venv/bin
# Tests run in two processes of one thread, for two cores.
WORKERS ?= 2
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS)

.PHONY: browser compare test test-slow test-sanitized lint format bench bench-forecasting bench-classification clean

compare: .venv/installed
	$(BIN)/skrnn compare --dataset airline --horizon 12 --sp 12 --out report/

test: .venv/installed
	$(PYTEST) --timeout 300

test-slow: .venv/installed-slow browser
	$(PYTEST) -m slow --timeout 1800

# The report's tests need a headless Chromium; without one they are skipped, and say so.
browser:
	@command -v chromedriver >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq chromium chromium-driver; \
	else echo "No chromedriver: install chromium and chromium-driver for the browser tests."; fi

# The kernels' own tests on a build that checks memory accesses and undefined behaviour.
SANITIZED := build/sanitized
test-sanitized: .venv/installed
	rm -rf $(SANITIZED)
	mkdir -p $(SANITIZED)
	cp -r skrnn tests pyproject.toml $(SANITIZED)
	rm -f $(SANITIZED)/skrnn/nn/*.so
	g++ -std=c++17 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -shared -fPIC \
		-DPy_LIMITED_API=0x030A0000 -I$$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('include'))") \
		skrnn/nn/kernels.cpp -o $(SANITIZED)/skrnn/nn/_kernels.abi3.so
	cd $(SANITIZED) && LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
		ASAN_OPTIONS=detect_leaks=0 SKRNN_REQUIRE_KERNELS=1 \
		../../$(BIN)/python -m pytest tests/test_kernels.py -q -p no:cacheprovider

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# An environment whose making was cut short has a Python and no pip: venv completes it.
RECENT := import sys; sys.version_info >= (3, 10) or sys.exit("skrnn needs Python 3.10 or later, \
	this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.11")
.venv/installed: pyproject.toml setup.py constraints.txt skrnn/nn/kernels.cpp skrnn/nn/recurrent_kernels.h
	$(BIN)/python -m pip --version >/dev/null 2>&1 || \
		{ $(PYTHON) -c '$(RECENT)' && $(PYTHON) -m venv .venv; }
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[compare,test]'
	touch $@

.venv/installed-slow: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[compare,test,slow]'
	touch $@

bench: .venv/installed
	$(BIN)/python benchmarks/run_all.py

# These need the data described in benchmarks/README.md (SKRNN_DATA).
bench-forecasting: .venv/installed
	$(BIN)/python benchmarks/run_all.py forecasting

bench-classification: .venv/installed
	$(BIN)/python benchmarks/run_all.py classification

clean:
	rm -rf .venv build report *.egg-info skrnn/nn/*.so
