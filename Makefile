# Two commands matter: `make run` and `make test`. `make help` lists the others.

CARGO_TARGET_DIR ?= target
export CARGO_TARGET_DIR

DEMO_DATA := ./data/demo
FUZZ_MINUTES ?= 10

.DEFAULT_GOAL := help
.PHONY: help run build ui test test-all bench conformance fuzz audit

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

run: build ## build, then serve a made-up city on http://localhost:8080 (FRESH=1 starts over)
	$(if $(FRESH),rm -rf $(DEMO_DATA))
	MACHIYA_DATA=$(DEMO_DATA) exec $(CARGO_TARGET_DIR)/release/machiya demo

build: ui ## the styles and the release binary
	cargo build --release --locked --package machiya

ui: ## the styles and scripts that are embedded in the binary
	cd ui && npm ci --no-audit --no-fund && npm run build

test: ## every check; the last line says how many passed and failed
	@command -v node >/dev/null || { echo "make test needs Node.js 20 or newer; install it, then run it again." >&2; exit 1; }
	@node tests/run.mjs

test-all: ## the same, with the browser tests in every language at every width
	@command -v node >/dev/null || { echo "make test-all needs Node.js 20 or newer; install it, then run it again." >&2; exit 1; }
	@node tests/run.mjs --all

bench: ui ## what it can bear, next to a bare server in the same run; puts the figures into docs/bench.md
	node bench/run.mjs --write

conformance: build ## the public NGSI-LD test suite against a fresh server: make conformance SUITE=<its work tree>
	@node tests/conformance/run.mjs "$(SUITE)" $(if $(ONLY),--only $(ONLY))

fuzz: ## the property tests with made-up input for FUZZ_MINUTES (10) minutes
	node tests/fuzz.mjs $(FUZZ_MINUTES)

audit: ## known weaknesses of what we build on; needs the network, so it is no part of `make test`
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny --locked check advisories
