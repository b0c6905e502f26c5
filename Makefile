# Everything a newcomer needs: `make run`, `make test`. See README.md.
SHELL := /bin/bash
TARGET := $(or $(CARGO_TARGET_DIR),target)
STORE ?= data/demo.gpkg

.PHONY: run build test browser-test check bench web system

## build the web app and the program, serve the demo on http://127.0.0.1:8080
run: build
	$(TARGET)/release/minqing serve --demo --store $(STORE) --listen 127.0.0.1:8080

## the program with the web app in it
build: web
	cargo build --release --locked

web: web/dist/index.html

web/dist/index.html: web/package-lock.json web/vite.config.ts web/compress.ts $(shell find web/src web/public web/index.html -type f 2>/dev/null)
	# `npm install`, not `npm ci`: npm leaves the other platforms' optional builds out of the lock and then refuses it
	cd web && npm install --no-save --no-audit --no-fund && npm run build
	touch $@

## formatters, linters, type checks
check: web
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked
	cd web && npm run check

## what the tests need from the system, then every test
test: system web
	bash scripts/test

## the figures of docs/performance.md, peers beside us in the same run (an hour or two with the peers' own builds; needs wrk and node)
bench: web
	cargo bench --locked --bench point_location
	bash scripts/bench-peers
	scripts/with-postgis cargo bench --locked --bench engines
	scripts/with-postgis cargo bench --locked --bench tiles
	cargo bench --locked --bench http
	cargo bench --locked --bench edits
	cargo bench --locked --bench questions
	scripts/with-postgis cargo bench --locked --bench city_load
	cargo bench --locked --bench city_load -- --households 3000000

## GDAL, Shapely, SQLite and a browser from Debian's packages
system:
	bash scripts/install-test-tools

## the web app in a real browser on a fresh demo, cut off from the network (minutes: the map is drawn in software)
browser-test: system web
	bash scripts/browser-test
