# Every target does its own set-up: modules and tools are downloaded and built as
# they are needed. `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GO ?= go
LINTER := $(GO) tool -modfile=tools.mod golangci-lint
TESTKIT := github.com/scantling-dev/scantling/internal/testkit

# PACKAGES are tested, RACE_PACKAGES are tested under the race detector.
PACKAGES ?= ./...
RACE_PACKAGES ?= $(PACKAGES)
# BENCH is a pattern of benchmarks, COUNT how often each runs.
BENCH ?= .
COUNT ?= 1
# CLUSTERS is how many random clusters scheduler-check plans.
CLUSTERS ?= 200
# DEMAND_WORKERS is how many simulations demand-check runs side by side.
DEMAND_WORKERS ?= 1
# FUZZTIME is the time for each fuzz target.
FUZZTIME ?= 10s

.PHONY: help build test race lint fmt fuzz bench bench-packing golden docs generate catalog terraform-check scheduler-check milp-check karpenter-check emit-check demand-check etcd-check check clean

help: ## List the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target sentence; do \
		printf '  %-16s %s\n' "$$target" "$$sentence"; done

build: ## Build bin/scantling
	$(GO) build -trimpath -o bin/scantling ./cmd/scantling

test: ## Run all tests
	$(GO) test $(PACKAGES)

race: ## Run all tests, the longest with fewer cases, under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short -timeout=20m $(RACE_PACKAGES)

lint: ## Run the static checks, with the linter that tools.mod pins
	$(LINTER) run ./...

fmt: ## Format the Go files as the linter wants them
	$(LINTER) fmt ./...

fuzz: ## Run each fuzz target for FUZZTIME (10s)
	@{ grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' . || true; } | sort | while IFS=: read -r file func; do \
		echo "$${file%/*} $${func#func }"; \
		$(GO) test -run='^$$' -fuzz="^$${func#func }\$$" -fuzztime=$(FUZZTIME) "$${file%/*}" </dev/null; done

bench: ## Run the benchmarks that match BENCH (all) COUNT (1) times
	@$(GO) test -run='^$$' -bench='$(BENCH)' -benchmem -count=$(COUNT) $(PACKAGES)

bench-packing: ## Measure gap and time of mixed types, of one type and of baselines on 90 generated instances and a trace
	@$(GO) test -run='^$$' -bench='^Benchmark(Mixed|OneType|Baseline)' -benchtime=1x ./internal/packbench

golden: ## Write the golden files anew: read their diff before you commit it
	@packages=$$($(GO) list -f '{{range .TestImports}}{{if eq . "$(TESTKIT)"}}{{$$.ImportPath}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if eq . "$(TESTKIT)"}}{{$$.ImportPath}}{{"\n"}}{{end}}{{end}}' ./... | sort -u); \
		$(GO) test -count=1 $$packages -update

docs: ## Generate the reference pages and the JSON Schema in docs
	$(GO) run ./internal/docgen

generate: ## Run all go:generate directives
	$(GO) generate ./...

catalog: ## Make the embedded catalog snapshot from catalogs/sources
	$(GO) run ./internal/snapshot -in catalogs/sources -out catalogs/snapshot/data

terraform-check: ## Run terraform init and plan on what we emit, against stand-ins for the modules (needs terraform, no network)
	$(GO) test -count=1 -tags terraformcheck -v ./internal/emit/terraform/...

scheduler-check: ## Ask the real kube-scheduler about the examples and CLUSTERS (200) random clusters
	cd internal/schedulercheck && $(GO) test -count=1 -timeout=120m -v . -args -clusters=$(CLUSTERS)

milp-check: ## Compare mixed types with the optimum that an integer programming solver finds (needs glpsol of GLPK)
	@command -v glpsol >/dev/null || { echo "glpsol is missing: install GLPK, on Debian the package glpk-utils" >&2; exit 1; }
	$(GO) test -count=1 -tags milpcheck -run '^TestMILP' -v ./planner/packing/colgen

karpenter-check: ## Ask Karpenter's own scheduler whether baselines say what it would buy
	cd internal/karpentercheck && $(GO) test -count=1 -timeout=60m -v .

emit-check: ## Hold what we emit for kops, eksctl and Karpenter to the schemas that they publish
	cd internal/emitcheck && $(GO) test -count=1 -v .

demand-check: ## Measure the errors of sizes and predictions by simulation, DEMAND_WORKERS (1) at a time, and write them to docs/models/demand.md
	$(GO) run ./internal/demandcheck -docs docs/models/demand.md -workers $(DEMAND_WORKERS)

etcd-check: ## Hold the prediction of etcd's database to a real etcd, for a quarter of an hour or so
	cd internal/etcdcheck && $(GO) test -count=1 -timeout=60m -v . -args -nodes=100 -pods=3000 -restarts=3000

check: ## Run what CI runs, in a clean work tree: it must leave no diff
	./.ci/run

clean: ## Remove what build and the tools leave behind
	rm -rf bin scantling cover.out bench-*.txt
	find . -name '*.test' -type f -delete
	find . -name '*.prof' -type f -delete
