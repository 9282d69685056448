package spec_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// service is a service time of 10 ms in the mean.
const service = "service_time {\n mean = \"10ms\"\n cv = 1\n}\n"

// whileFailing is a target for the time of a failure.
const whileFailing = "latency {\n p99 = \"400ms\"\n during = \"failure\"\n}\n"

// TestLatencyMistakes: of each mistake in how latency demand is stated the code, the
// text under it, and what the detail must say. Each makes exactly one diagnostic.
func TestLatencyMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		group, text string
		code        spec.Code
		under       string
		says        string
	}{
		"CPU above the mean": {"", way3 + service + "cpu_per_request = \"11ms\"", spec.InvalidService, `"11ms"`, "compute for 11ms and take 10ms"},
		"CPU above a constant": {
			"", way3 + "service_time {\n p99 = \"10ms\"\n distribution = \"constant\"\n}\ncpu_per_request = \"11ms\"", spec.InvalidService, `"11ms"`, "part of the service time",
		},
		"neither workers nor CPU": {
			"", "throughput = 1\nlatency {\n p99 = \"1s\"\n}\n" + service, spec.MissingDemand, `workload "api"`, "cpu_per_request",
		},
		"CPU beside a load test":         {"", "throughput = 9\nthroughput_per_pod = 3\ncpu_per_request = \"1ms\"", spec.TwoDemands, "cpu_per_request", "leave out cpu_per_request"},
		"connections of a given count":   {"", "replicas = 9\nconnections = 3", spec.TwoDemands, "connections", "leave out connections"},
		"balancers at random":            {"", way3 + service + "balancers = 3", spec.BalancingUnfit, "3", "Leave balancers out, or name the policy"},
		"balancers of a queue":           {"", way3 + service + "balancing = \"pooled\"\nbalancers = 3", spec.BalancingUnfit, "3", "has no balancers"},
		"balancers of connections":       {"", way3 + service + "connections = 100\nbalancers = 3", spec.BalancingUnfit, "3", "however many balancers"},
		"connections to a queue":         {"", way3 + service + "balancing = \"pooled\"\nconnections = 100", spec.BalancingUnfit, "100", "one queue for all pods"},
		"connections in turn":            {"", way3 + service + "balancing = \"round_robin\"\nconnections = 100", spec.BalancingUnfit, `"round_robin"`, "balances connections, not requests"},
		"no balancer":                    {"", way3 + service + "balancing = \"round_robin\"\nbalancers = 0", spec.OutOfRange, "0", "between 1 and 1000"},
		"policy":                         {"", way3 + service + "balancing = \"least_request\"", spec.UnknownChoice, `"least_request"`, `Did you mean "least_requests"?`},
		"failure alone":                  {"static", "throughput = 1\nconcurrency = 8\n" + whileFailing + service, spec.InvalidLatency, `"failure"`, "during a failure alone"},
		"failure, pods anew":             {"", way3 + whileFailing + service, spec.InvalidLatency, `"failure"`, `recovery = "static"`},
		"failure beside min_ready":       {"static", way3 + whileFailing + service + "min_ready = 2", spec.InvalidLatency, `"failure"`, "Keep one of the two"},
		"failure twice":                  {"static", way3 + whileFailing + whileFailing + service, spec.InvalidLatency, "p99", "during a failure already"},
		"failure faster than at peace":   {"static", way3 + "latency {\n p99 = \"200ms\"\n during = \"failure\"\n}\n" + service, spec.InvalidLatency, `"failure"`, "lower the normal target"},
		"simulation of another kind":     {"simulation", way3 + service, spec.UnknownChoice, `"always"`, `"auto" or "never"`},
		"a time that is none of latency": {"", way3 + "latency {\n during = \"normal\"\n}\n" + service, spec.InvalidLatency, "latency", "names no statistic"},
	} {
		t.Run(name, func(t *testing.T) {
			src := in("workload", c.text)
			switch c.group {
			case "static":
				src = strings.Replace(src, "node_group \"web\" {\n", "node_group \"web\" {\nredundancy {\nrecovery = \"static\"\n}\n", 1)
			case "simulation":
				src = strings.Replace(src, "cluster \"shop\" {\n", "cluster \"shop\" {\nsimulation = \"always\"\n", 1)
			}
			diags := mistakes(t, src, spec.Inputs{})
			if len(diags) != 1 {
				t.Fatalf("got %s, want one diagnostic", show(diags))
			}
			d := diags[0]
			if d.Extra != c.code || string(d.Subject.SliceBytes([]byte(src))) != c.under || !strings.Contains(d.Detail, c.says) {
				t.Errorf("got %v under %q: %s", d.Extra, d.Subject.SliceBytes([]byte(src)), d.Detail)
			}
		})
	}
}

// TestLatencyDemand: what is written of workers, CPU, balancing and failures is what
// the planner gets.
func TestLatencyDemand(t *testing.T) {
	src := in("workload", "throughput = 1200\ncpu_per_request = \"6ms\"\nbalancing = \"power_of_two\"\nbalancers = 3\n"+
		"latency {\n p99 = \"250ms\"\n}\nlatency {\n p99 = \"400ms\"\n mean = \"50ms\"\n during = \"failure\"\n}\n"+service)
	src = strings.Replace(src, "node_group \"web\" {\n", "simulation = \"never\"\nnode_group \"web\" {\nredundancy {\nrecovery = \"static\"\n}\n", 1)
	s := load(t, src)
	d := &s.Cluster.NodeGroups[0].Workloads[0].Demand
	if d.Concurrency != 0 || d.CPUPerRequest != 6*time.Millisecond || d.Balancing != "power_of_two" || d.Balancers != 3 || s.Cluster.Simulation != planner.SimulateNever {
		t.Errorf("got %+v", d)
	}
	want := []planner.LatencyTarget{{Statistic: planner.Mean, Target: 50 * time.Millisecond}, {Statistic: planner.P99, Target: 400 * time.Millisecond}}
	if !slices.Equal(d.FailureLatency, want) || len(d.Latency) != 1 {
		t.Errorf("targets during a failure are %+v, normal ones %+v", d.FailureLatency, d.Latency)
	}
	for _, a := range s.Cluster.Assumptions {
		if strings.HasSuffix(a.Path, ".concurrency") {
			return
		}
	}
	t.Error("that there is no limit of workers is not listed as an assumption")
}
