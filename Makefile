# Folkmoot. `make help` lists what there is to do.
SHELL := bash
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
BENCH ?= .
BENCH_PKGS ?= $(shell go list ./... | grep -v /sortition)

NPM := scripts/assets/node_modules/.package-lock.json
SOLVER := app/highs/wasm/names.json
PAGES := app/web/assets/dist/manifest.json

.PHONY: help assets build run demo test race lint crashwalk bench lotteries residents gaps cover image clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 11

assets: $(SOLVER) $(PAGES) ## install npm packages by lock file; build styles, fonts and solver

$(NPM): scripts/assets/package.json scripts/assets/package-lock.json
	cd scripts/assets && npm ci --ignore-scripts --omit=optional --no-fund --no-audit
	@touch $@

$(SOLVER): scripts/assets/highs.mjs $(NPM)
	node scripts/assets/highs.mjs

$(PAGES): scripts/assets/web.mjs $(wildcard app/web/assets/src/*) app/charts/charts.css $(NPM)
	node scripts/assets/web.mjs

build: assets ## write bin/folkmoot
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/folkmoot ./app

run: build ## serve with the embedded store and simulated gateways
	bin/folkmoot serve

demo: build ## play a whole citizens' jury through its real doors; EXIT=1 stops after it
	bin/folkmoot demo $(if $(filter 1,$(EXIT)),--exit)

test: assets ## everything: vet, tests, races, browser; says what it skipped
	scripts/ci/test.sh

race: assets ## tests under the race detector, where races matter
	scripts/ci/race.sh

lint: ## formatting, vet and golangci-lint where it is installed
	scripts/ci/lint.sh

crashwalk: assets ## kills the program twenty times under load, then stops and kills it at every operation of a small jury; takes hours
	FOLKMOOT_TEST_KILLS=20 go test -run '^(TestKilledAgainAndAgain|TestStoppedInEarnest)$$' -count 1 -v ./app
	FOLKMOOT_CRASHWALK=all go test -run '^TestAStoppedProgramWakesUp$$' -count 1 -timeout 3h -v ./app
	FOLKMOOT_CRASHWALK=all go test -run '^TestCrashWalk$$' -count 1 -timeout 6h -v ./app
	FOLKMOOT_CRASHWALK=wire go test -run '^TestCrashWalk$$' -count 1 -timeout 6h -v ./app

bench: assets ## benchmarks, and each bar of the draw beside its limit; BENCH=regexp and BENCH_PKGS=packages narrow them
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m $(BENCH_PKGS)
	FOLKMOOT_BARS=1 GOMAXPROCS=1 go test -run '^TestBars$$' -count 1 -timeout 60m -v ./domain/sortition

lotteries: assets ## all benchmarks of the lottery; these take long
	go test -run '^$$' -bench '$(BENCH)' -timeout 0 ./domain/sortition

residents: assets ## a whole recruitment of 2,000 simulated residents, everybody counted at the end
	FOLKMOOT_TEST_RESIDENTS=2000 go test -run '^TestAWholeRecruitment$$' -count 1 -timeout 20m -v ./app

gaps: assets ## proved intervals of the hardest draws after a minute each
	FOLKMOOT_BARS=gap GOMAXPROCS=1 go test -run '^TestGaps$$' -count 1 -timeout 60m -v ./domain/sortition

cover: assets ## coverage of the whole, written to coverage.html
	go test -coverpkg=./... -coverprofile=coverage.out ./...
	go tool cover -html=coverage.out -o coverage.html
	@go tool cover -func=coverage.out | tail -1

image: ## build the container image
	docker build --build-arg VERSION=$(VERSION) -t folkmoot:$(VERSION) .

clean: ## remove what was built, never the data
	rm -rf bin coverage.* app/web/assets/dist/* app/highs/wasm/*
