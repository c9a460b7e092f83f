# `make run` and `make test` need nothing typed before them: each sets up what is missing first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CARGO_LEPTOS := 0.3.11
BINARYEN := 132
CARGO_FUZZ := 0.13.2
NEXTEST := 0.9.143
GECKODRIVER := 0.37.1
# What people put in front, and end2end/tests/proxies.spec.ts too.
PROXIES := nginx caddy haproxy
# Where server/benches/followers/systems.rs looks for it.
NCHAN := /usr/lib/nginx/modules/ngx_nchan_module.so
# Other people's browsers for end2end/tests/engines.spec.ts; WebKit's has no window but on a screen.
ENGINES := firefox WebKitWebDriver Xvfb
# The command line tool must be of the version that the browser side is compiled with.
WASM_BINDGEN := $(shell sed -n 's/^wasm-bindgen = "=\(.*\)"/\1/p' Cargo.toml)

CARGO_HOME ?= $(HOME)/.cargo
CHROMIUM ?= /usr/bin/chromium
export CHROMIUM
export PATH := $(CARGO_HOME)/bin:$(PATH)

# Tools are built once and run seldom: fast to compile rather than fast.
TOOL_PROFILE := CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=0

.PHONY: help run build test screenshots check loom front released bench soak fuzz setup tools nextest packages compared deny fonts watch

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: build ## serve the welcome deck, or DECK=path/to/folder
	@target/release/webslides $(ARGS) $(if $(DECK),"$(DECK)")

build: tools ## the release build: server, WASM, styles
	cargo leptos build --release --precompress

watch: tools ## the development server, with reload
	cargo leptos watch -- --code dev

# The closing lines are Playwright's: what people do in a real browser. The browser's side is the
# release's; the server is the one that `check` has built, because another build would take longer
# than all that is tested. `make released` is for the day before a release.
test: check front packages ## everything that CI runs
	@mkdir -p target/tested
	@cp target/debug/webslides target/release/hash.txt target/tested/
	cd end2end && npx tsc -p .
	cd end2end && WEBSLIDES_BIN="$(CURDIR)/target/tested/webslides" npx playwright test

released: build packages ## the browser tests, on the release build
	cd end2end && npx playwright test

front: tools
	cargo leptos build --release --precompress --frontend-only

# Without `frontend`, whose feature would turn the shared crate into the browser's.
check: tools nextest ## format, lints, unit and server tests
	cargo fmt --check
	cargo clippy --workspace --exclude frontend --all-targets -- --deny warnings
	cargo clippy --package frontend --target wasm32-unknown-unknown --target-dir target/front -- --deny warnings
	cargo nextest run --workspace --exclude frontend
	cargo test --workspace --exclude frontend --doc
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --exclude frontend --no-deps --document-private-items
	@$(MAKE) --no-print-directory loom

# In a folder of its own: `--cfg loom` changes what every crate is compiled to.
loom: tools ## the live link's Notice in every order that its threads may take
	RUSTFLAGS='--cfg loom' cargo test --package notice --lib --target-dir target/loom

# WEBSLIDES_BEFORE=path/to/another/build compares with that in the same run, too.
bench: build packages compared ## tap to painted in a real browser; followers: wait, CPU, memory; leaving, commands, imports
	cd end2end && WEBSLIDES_BIN="$(CURDIR)/target/release/webslides" npx playwright test --config bench
	@install -D target/release/webslides target/bench/webslides
	WEBSLIDES_BIN="$(CURDIR)/target/bench/webslides" cargo bench --package server --bench followers --bench leaving --bench commands --bench imports

screenshots: build packages ## the README's pictures anew, and every page in every state below target/screenshots
	node end2end/screenshots/take.mjs
	node end2end/screenshots/pages.mjs target/screenshots

soak: build ## many pages and streams: does the server's memory stay flat?
	@install -D target/release/webslides target/bench/webslides
	WEBSLIDES_BIN="$(CURDIR)/target/bench/webslides" cargo bench --package server --bench soak

# Seconds for each target. What is found new stays in server/fuzz/target; a find is written to
# server/fuzz/artifacts, where `make test` sees it too. Our code and most of what it uses are safe
# Rust: without the address sanitizer the same time tries twice as much.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= commands keys resume codes markdown zip pdfpc protocol
fuzz: tools ## what strangers send and bring, at random: 10 minutes for each target
	@rustup run nightly rustc --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal
	@[ "$$(cargo-fuzz --version 2>/dev/null)" = 'cargo-fuzz $(CARGO_FUZZ)' ] \
	  || $(TOOL_PROFILE) cargo install --locked --force cargo-fuzz --version $(CARGO_FUZZ)
	@cp Cargo.lock server/fuzz/
	@cd server && finds= && for target in $(FUZZ_TARGETS); do \
	  mkdir -p "fuzz/target/corpus/$$target"; \
	  words="fuzz/$$target.dict"; [ -e "$$words" ] || words=fuzz/requests.dict; \
	  cargo +nightly fuzz run --sanitizer none "$$target" "fuzz/target/corpus/$$target" "fuzz/corpus/$$target" -- \
	    -max_total_time=$(FUZZ_SECONDS) -dict="$$words" -print_final_stats=1 \
	    || finds="$$finds $$target"; \
	done; [ -z "$$finds" ] || { echo "Not clean:$$finds. A find is in server/fuzz/artifacts."; exit 1; }

deny: tools ## licences, advisories, sources of what we use
	@command -v cargo-deny >/dev/null || $(TOOL_PROFILE) cargo install --locked cargo-deny
	cargo deny check

fonts: ## public/fonts anew from the typefaces' releases; needs Python
	style/fonts.sh

setup: tools nextest packages ## all that is missing to build and to test

tools:
	@command -v rustup >/dev/null || { echo 'Rust is missing. Install rustup (rustup.rs), then run this again.'; exit 1; }
	@command -v cc >/dev/null || $(call install,gcc libc6-dev,a C compiler)
	@{ rustup target list --installed && rustup component list --installed; } 2>/dev/null \
	  | grep -c -E '^(wasm32-unknown-unknown|clippy|rustfmt)' | grep -qx '[3-9]' || rustup toolchain install
	@command -v npm >/dev/null || $(call install,nodejs npm,Node 20 with npm)
	@[ "$$(wasm-bindgen --version 2>/dev/null)" = 'wasm-bindgen $(WASM_BINDGEN)' ] \
	  || $(TOOL_PROFILE) cargo install --force wasm-bindgen-cli --version $(WASM_BINDGEN)
	@[ "$$(cargo-leptos --version 2>/dev/null)" = 'cargo-leptos $(CARGO_LEPTOS)' ] \
	  || $(TOOL_PROFILE) cargo install --locked --force cargo-leptos --version $(CARGO_LEPTOS)
	@wasm-opt --version 2>/dev/null | grep -q 'version $(BINARYEN)' \
	  || npm install --global --prefix "$(CARGO_HOME)" binaryen@$(BINARYEN)

nextest:
	@cargo nextest --version >/dev/null 2>&1 || $(TOOL_PROFILE) cargo install --locked cargo-nextest \
	  --version $(NEXTEST) --no-default-features --features default-no-update

packages: end2end/node_modules/.package-lock.json
	@[ -x "$(CHROMIUM)" ] || $(call install,chromium,Chromium (or say where it is with CHROMIUM=/path/to/it))
	@PATH="$$PATH:/usr/sbin"; type -P $(PROXIES) openssl >/dev/null \
	  || { $(start_no_services); $(call install,$(PROXIES) openssl,$(PROXIES) or openssl); }
	@PATH="$$PATH:/usr/sbin:/sbin"; type -P ip >/dev/null || $(call install,iproute2,iproute2)
	@type -P $(ENGINES) >/dev/null \
	  || $(call install,firefox-esr webkit2gtk-driver xvfb,$(ENGINES))
	@command -v geckodriver >/dev/null \
	  || $(TOOL_PROFILE) cargo install --locked geckodriver --version $(GECKODRIVER)

# What the bench compares us with, where it can be had: a module of nginx.
compared: packages
	@[ -e $(NCHAN) ] || ( $(start_no_services); $(call install,libnginx-mod-nchan,nchan for nginx) ) \
	  || echo 'The comparison goes on without it.'

end2end/node_modules/.package-lock.json: end2end/package-lock.json
	cd end2end && npm ci

# Tests start proxies themselves. As services they would take ports 80 and 443: Debian's packages
# ask this file first.
define start_no_services
if [ "$$(id -u)" = 0 ] && [ ! -e /usr/sbin/policy-rc.d ]; then \
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT; \
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; \
  chmod +x /usr/sbin/policy-rc.d; \
fi
endef

# A system package, where we may install it; else what to install.
define install
{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
  && apt-get update -qq && apt-get install -y --no-install-recommends $(1); } \
  || { echo 'Missing: $(2). Install it, then run this again.'; exit 1; }
endef
