# `make` prints what there is to make. Everything lives in .venv, at the root of the repository.

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
AS_OF := 2026-05-10
REPORTED := reports/sample/2026-W19
DECK := $(REPORTED)/sample-2026-W19-weekly.pptx
SOURCES = $(shell find kit -name '*.py' -o -name '*.toml')
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH
unexport PYTHONHOME
unexport VIRTUAL_ENV

.PHONY: help report gallery test lint lab notebooks bench bench-scale clean

help:
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

report: $(VENV)/.installed ## the sample client's four reports and its deck, in reports/sample
	@$(BIN)/kit run --all --client sample --as-of $(AS_OF)
	@$(MAKE) --silent $(DECK)
	@echo; echo "Open in a browser:"; \
	for page in $(REPORTED)/*/*.html; do echo "  $(CURDIR)/$$page"; done; \
	echo "and in PowerPoint, Keynote or LibreOffice:"; echo "  $(CURDIR)/$(DECK)"

$(DECK): $(REPORTED)/results.parquet $(REPORTED)/decisions.csv templates/deck.pptx $(SOURCES)
	@$(BIN)/kit deck --client sample --as-of $(AS_OF)

gallery: $(VENV)/.installed ## a page of all charts on the sample client, in reports/sample
	@$(BIN)/kit run --all --client sample --as-of $(AS_OF)
	@for report in production_line incrementality explore; do \
	  $(BIN)/kit run $$report --client sample --as-of $(AS_OF) || exit 1; \
	done
	@$(BIN)/python -c 'from datetime import date; from kit import gallery; \
	  print(gallery.write("sample", date.fromisoformat("$(AS_OF)")))'

test: $(VENV)/.installed-test ## every check: format, lint, types, unit tests, doctests, notebooks
	@missing=; PATH="$$PATH:$$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"; \
	for program in chromium soffice pdftoppm openssl initdb; do command -v $$program >/dev/null 2>&1 || missing="$$missing $$program"; done; \
	if [ -n "$$missing" ]; then \
	  said="Not on this system:$$missing. Install chromium, libreoffice-impress, poppler-utils, openssl and postgresql (apt), or chromium, libreoffice, poppler, openssl and postgresql (brew), to run the tests that need them."; \
	  if [ -n "$$KIT_REQUIRE_SYSTEM_PACKAGES" ]; then echo "$$said" >&2; exit 1; fi; \
	  echo "$$said"; \
	fi; \
	$(MAKE) --no-print-directory lint && \
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder --doctest-modules tests kit && \
	$(BIN)/python -m pytest -q -n auto --dist loadfile --nbval-lax notebooks && \
	if [ -n "$$missing" ]; then \
	  echo "All checks passed but those that need$$missing, which this system lacks."; \
	else \
	  echo "All checks passed."; \
	fi

lint: $(VENV)/.installed-test ## format, lint and types alone
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

lab: $(VENV)/.installed ## the notebooks in JupyterLab
	@$(BIN)/kit lab

notebooks: $(VENV)/.installed ## execute the committed notebooks on the sample client
	@for notebook in notebooks/*.ipynb; do \
	  echo "$$notebook"; \
	  $(BIN)/jupyter nbconvert --log-level=ERROR --to notebook --execute --inplace \
	    --ExecutePreprocessor.record_timing=False $$notebook || exit 1; \
	done

bench: $(VENV)/.installed-test ## the benchmarks: accuracy and speed against known truth
	@for bench in tests/benchmarks/bench_*.py; do \
	  echo "$$bench"; $(BIN)/python -m tests.benchmarks.$$(basename $$bench .py) || exit 1; \
	done

bench-scale: $(VENV)/.installed-test ## the kit beside hand-written SQL, pandas and polars: LINES=10000000
	@$(BIN)/python -m pip install --quiet 'polars>=1.30' || echo "polars is not to be had here, and is left out." >&2
	@$(BIN)/python -m tests.benchmarks.bench_scale $(LINES)

clean: ## remove the environment, the sample's tables and its dated reports
	rm -rf $(VENV) data/sample/tables data/sample/.reads reports/sample .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# The environment: any Python from 3.11 on, then uv for the rest. A stamp says what is installed,
# so that a second `make` installs nothing.

$(VENV)/.made:
	@found=; \
	for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "No Python 3.11 or newer is on the path. Install one, or name it: make report PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv $(VENV) || { \
	  echo "This Python cannot make an environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet uv || echo "uv is not to be had here; pip does its work, slower." >&2
	@touch $@

# uv where it works; pip, which reads its own settings for mirrors, where it does not
define install
	@echo "Installing $(1)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) || \
	  $(BIN)/python -m pip install --quiet --require-hashes -r $(1)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable . || \
	  $(BIN)/python -m pip install --quiet --no-deps --editable .
	@mkdir -p $(VENV)/share/jupyter && cp -R templates/jupyter/kernels $(VENV)/share/jupyter/
	@touch $@
endef

$(VENV)/.installed: $(VENV)/.made requirements.lock pyproject.toml
	$(call install,requirements.lock)

$(VENV)/.installed-test: $(VENV)/.made requirements-test.lock pyproject.toml
	$(call install,requirements-test.lock)
	@touch $(VENV)/.installed
