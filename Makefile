# `make run` builds and starts Antiphon; `make test` checks everything. Both begin on a bare machine.

SHELL := /bin/bash
.DEFAULT_GOAL := help

target := $(or $(CARGO_TARGET_DIR),target)
python := conformance/.venv/bin/python
node22 := conformance/js/node_modules/node/bin/node

# The server under test. One that the caller names is taken as it is; else it is built.
ifeq ($(ANTIPHON_BINARY),)
  export ANTIPHON_BINARY := $(abspath $(target))/debug/antiphon
  server := build-server
endif

# What `make run` and `make bench` pass on, for instance: make run ARGS="--model my.gguf"
ARGS ?=

.PHONY: help build-server run test crash test-training test-training-data bench lint fmt conformance conformance-python conformance-js \
	conformance-js-installed conformance-js-22

help:
	@echo "make run            build in release and serve http://127.0.0.1:8080 (ARGS=… is passed to antiphon serve)"
	@echo "make test           every check: formatting, layers, tests, the official SDKs, lints, documentation"
	@echo "make lint           formatting, layers, file sizes, clippy"
	@echo "make fmt            format the Rust code"
	@echo "make conformance    the official SDKs against the server (a debug build)"
	@echo "make test-training  the tests of the bundled model's recipe"
	@echo "make crash          kills and disturbs the real program, more often than make test does (CRASH_KILLS, CRASH_SEED)"
	@echo "make bench          the benchmarks, with their budgets"

run:
	@scripts/bootstrap.sh build
	@if [ ! -x $(target)/release/antiphon ]; then \
		echo "The first build takes about $$((24 / $$(getconf _NPROCESSORS_ONLN) + 2)) minutes on this machine; later ones are quick."; \
	fi
	cargo build --release --locked --package antiphon-server --bin antiphon
	@exec $(target)/release/antiphon serve $(ARGS)

test:
	@scripts/test.sh

crash:
	@CRASH_KILLS=$${CRASH_KILLS:-200} scripts/crash.sh

lint:
	@scripts/test.sh format layers sizes lint

fmt:
	cargo fmt --all

# With the training framework; `make test` runs the rest of the recipe's tests, which need numpy at most.
test-training: .venv/trainer-installed
	.venv/bin/python -m pytest -q training

test-training-data: .venv/installed
	.venv/bin/python -m pytest -q -m 'not trainer' training

bench:
	@scripts/bootstrap.sh build
	bench/run $(ARGS)

conformance: conformance-python conformance-js

conformance-js: conformance-js-installed conformance-js-22

conformance-python: $(server) conformance/.venv/installed
	$(python) -m pytest -q conformance/python

# The newest SDK that the installed Node.js takes: 3.x wants Node.js 22.
conformance-js-installed: $(server) conformance/js/node_modules/installed
	GENAI_PACKAGE=$$(node -p 'parseInt(process.versions.node) >= 22 ? "@google/genai" : "genai-for-node-20"') \
		node --test --test-reporter=spec conformance/js/*.test.mjs

conformance-js-22: $(server) conformance/js/node_modules/installed
	GENAI_PACKAGE=@google/genai $(node22) --test --test-reporter=spec conformance/js/*.test.mjs

build-server:
	cargo build --locked --package antiphon-server --bin antiphon

conformance/.venv/installed: conformance/python/requirements.txt
	python3 -m venv conformance/.venv
	$(python) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

conformance/js/node_modules/installed: conformance/js/package-lock.json
	cd conformance/js && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.venv/installed: training/requirements.txt
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/trainer-installed: training/requirements-train.txt .venv/installed
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
