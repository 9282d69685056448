package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
)

func encode(t *testing.T, p *planner.Plan) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := document.Encode(&out, p, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestRoundTrip reads back what it writes, for plans with anything in any field.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		want := randomPlan(seed, seed%2 == 0)
		data := encode(t, want)
		got, err := document.Decode(data)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: the plan changed on its way through JSON (-want +got):\n%s", seed, diff)
		}
		if again := encode(t, got); !bytes.Equal(data, again) {
			t.Fatalf("seed %d: the bytes changed", seed)
		}
	}
}

// TestGeneratorReachesEveryField keeps TestRoundTrip honest: a field that is
// always zero proves nothing.
func TestGeneratorReachesEveryField(t *testing.T) {
	set := map[string]bool{}
	for seed := range uint64(20) {
		zeroFields(reflect.ValueOf(randomPlan(seed, true)), "Plan", set)
	}
	for path, ok := range set {
		if !ok {
			t.Errorf("%s is never set", path)
		}
	}
}

// encodeInfeasible returns the document of a spec that cannot be met.
func encodeInfeasible(t *testing.T) []byte {
	t.Helper()
	p := shop()
	list := []*planner.Infeasible{
		{Path: "node_group.web.workload.checkout.latency.p99", Constraint: "the service time's own p99 is above the target", Margin: "70 ms against 50 ms", Remedy: "raise it to 70 ms"},
		{Path: "max_usd_per_month", Constraint: "the plan costs more"},
	}
	var out bytes.Buffer
	if err := document.EncodeInfeasible(&out, p.Spec, &p.Cluster, p.Catalog, list, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestInfeasible reads back why there is no plan.
func TestInfeasible(t *testing.T) {
	data := encodeInfeasible(t)
	for _, want := range []string{`"feasible": false`, `"margin": "70 ms against 50 ms"`, `"remedy": null`} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("the document lacks %s:\n%s", want, data)
		}
	}
	_, err := document.Decode(data)
	if !errors.Is(err, document.ErrInfeasible) || !errors.Is(err, planner.ErrInfeasible) {
		t.Fatalf("Decode: %v, want both ErrInfeasible", err)
	}
	if list := planner.Infeasibles(err); len(list) != 2 || list[0].Margin != "70 ms against 50 ms" {
		t.Errorf("Decode gives %v", list)
	}
}

// TestShopFigures looks at fields by their place in the document, with figures
// worked out by hand.
func TestShopFigures(t *testing.T) {
	doc := value(t, encode(t, shop()))
	for path, want := range map[string]any{
		"format_version":             "1.3",
		"tool_version":               "1.2.3",
		"feasible":                   true,
		"spec.variables.peak_rps":    1200.0,
		"cluster.kubernetes_version": "1.35",
		"catalog.date":               "2026-11-20",
		"inputs.max_usd_per_month":   2500.0,
		"inputs.defaults.2.path":     "node_group.web.redundancy.nodes",
		"inputs.node_groups.1.workloads.0.min_ready.count":          2.0,
		"inputs.node_groups.2.workloads.1.demand.latency.0.seconds": 0.25,
		"inputs.node_groups.2.workloads.1.demand.service_time.cv":   nil,
		"node_groups.2.cost_usd_per_hour":                           2.4,
		"node_groups.2.pools.0.nodes_by_zone.us-east-1b":            2.0,
		"node_groups.2.pools.0.usd_per_hour":                        0.4,
		"node_groups.2.workloads.1.replicas_by_reason.rollout":      2.0,
		"node_groups.2.workloads.1.latency.0.predicted_seconds":     0.0834,
		"node_groups.2.placement.2.pods.coredns":                    1.0,
		"node_groups.2.binding.workload":                            "checkout",
		"node_groups.1.binding.workload":                            nil,
		"control_plane.load_balancer":                               nil,
		"control_plane.etcd":                                        nil,
		"control_plane.usd_per_hour":                                0.1,
		"inputs.control_plane.mode":                                 "managed",
		"inputs.control_plane.etcd":                                 nil,
		"inputs.control_plane.redundancy":                           nil,
		"node_groups.2.committed.1.usd_per_hour":                    1.56,
		"node_groups.2.committed.1.saving":                          0.35,
		"upgrade.strategies.3.duration_seconds":                     8000.0, // 2:13:20
		"upgrade.strategies.3.events.0.at_seconds":                  1200.0,
		"upgrade.strategies.3.events.3.event":                       "nodes_done",
		"growth.1.nodes_by_group.web":                               7.0,
		"growth.2.usd_per_hour":                                     nil,
		"growth.1.control_plane_usd_per_hour":                       0.1,
		"growth.2.control_plane_usd_per_hour":                       nil,
		// 2.40 + 0.30 + 0.10 + 0.10 + 11 x 0.005479453, and 730 times that.
		"cost.total_usd_per_hour":  2.960273983,
		"cost.total_usd_per_month": 2161.00000759,
		"findings.1.source":        nil,
		"findings.0.source.line":   31.0,
		// Amounts, and the shares that they are.
		"node_groups.2.usage.millicpu":               28_160.0,
		"node_groups.2.usage.memory_bytes":           68_635_590_656.0,
		"node_groups.2.usage.pods":                   39.0,
		"node_groups.2.usage_ratio.cpu":              0.604,
		"node_groups.2.workloads.2.pod.memory_bytes": 73_400_320.0, // 70 MiB
		// What is not set, not known or not modelled is null; what is nothing is 0.
		"inputs.network.max_pods":                                           nil,
		"inputs.node_groups.2.min_nodes":                                    nil,
		"inputs.node_groups.2.instances.max_vcpus":                          nil,
		"inputs.node_groups.2.disk.iops":                                    nil,
		"inputs.node_groups.0.workloads.0.demand.replicas":                  3.0,
		"inputs.node_groups.0.workloads.0.demand.throughput_per_second":     nil,
		"inputs.node_groups.0.workloads.0.demand.service_time.distribution": nil,
		"inputs.node_groups.0.workloads.0.pod.limit_memory_bytes":           nil,
		"inputs.node_groups.2.workloads.1.demand.replicas":                  nil,
		"inputs.node_groups.2.workloads.1.demand.service_time.distribution": "lognormal",
		"offers_used.0.measured_memory_bytes":                               nil,
		"offers_used.0.local_disk_gb":                                       0.0,
		"node_groups.2.workloads.0.utilization":                             nil,
		"node_groups.2.workloads.1.utilization":                             0.62,
		"node_groups.2.workloads.2.throughput_per_pod_per_second":           nil,
		"node_groups.2.workloads.2.pod.limit_millicpu":                      nil,
		"node_groups.2.duals.pod_usd_per_hour":                              0.0,
		"upgrade.strategies.0.duration_seconds":                             nil,
		"upgrade.strategies.0.extra_cost_usd":                               nil,
		"upgrade.strategies.0.peak_extra_nodes":                             nil,
		"upgrade.strategies.0.min_ready_fraction":                           nil,
		"upgrade.strategies.0.rollback":                                     nil,
		"upgrade.strategies.1.peak_extra_nodes":                             0.0,
		"upgrade.strategies.1.extra_cost_usd":                               0.0,
		"upgrade.strategies.2.duration_seconds":                             8280.0, // 2:18
	} {
		if got := lookup(t, doc, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if members, ok := lookup(t, doc, "control_plane.members").([]any); !ok || len(members) != 0 {
		t.Errorf("control_plane.members is not an empty list")
	}
}

// lookup returns the value at a path of names and indexes.
func lookup(t *testing.T, v any, path string) any {
	t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			inner, ok := x[name]
			if !ok {
				t.Fatalf("%s: no %s", path, name)
			}
			v = inner
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				t.Fatalf("%s: no element %s of %d", path, name, len(x))
			}
			v = x[i]
		default:
			t.Fatalf("%s: %s in %v", path, name, v)
		}
	}
	return v
}

// TestUnknownPrice follows a price that is not known to every total.
func TestUnknownPrice(t *testing.T) {
	p := shop()
	g := &p.NodeGroups[0]
	g.Pools[0].Price = catalogs.Price{}
	g.Cost, g.Gap, g.LowerBound, g.Duals = planner.Amount{}, 0, 0, planner.Duals{}
	p.ControlPlane.Fees[0].Price = catalogs.Price{}
	p.Cost.Lines[1].Amount, p.Cost.Lines[1].Basis = planner.Amount{}, ""
	p.Cost.Total = planner.Amount{}
	p.Upgrade.Strategies[3].ExtraCostKnown = false
	p.Upgrade.Strategies[3].ExtraCost = 0
	data := encode(t, p)
	doc := value(t, data)
	for _, path := range []string{
		"node_groups.0.pools.0.usd_per_hour", "node_groups.0.pools.0.price_basis", "node_groups.0.cost_usd_per_hour",
		"node_groups.0.gap", "node_groups.0.lower_bound_usd_per_hour", "node_groups.0.duals.core_usd_per_hour", "control_plane.usd_per_hour", "control_plane.fees.0.usd_per_hour",
		"cost.lines.1.usd_per_hour", "cost.lines.1.basis", "cost.total_usd_per_hour", "cost.total_usd_per_month",
		"upgrade.strategies.3.extra_cost_usd", "upgrade.strategies.3.node_groups.0.extra_cost_usd",
	} {
		if got := lookup(t, doc, path); got != nil {
			t.Errorf("%s is %v, want null", path, got)
		}
	}
	if _, err := document.Decode(data); err != nil {
		t.Error(err)
	}
}

// TestDecodeRefuses reads documents that are broken in one place, and wants the
// place named.
func TestDecodeRefuses(t *testing.T) {
	data := string(encode(t, shop()))
	for name, c := range map[string]struct{ old, new, want string }{
		"another major":       {`"format_version": "1.3"`, `"format_version": "2.0"`, `read plan: format "2.0" is not supported (want 1.x)`},
		"no minor":            {`"format_version": "1.3"`, `"format_version": "1"`, `read plan: format "1" is not supported (want 1.x)`},
		"a minor in words":    {`"format_version": "1.3"`, `"format_version": "1.x"`, `read plan: format "1.x" is not supported (want 1.x)`},
		"no version":          {`"format_version": "1.3",`, ``, `read plan: format_version: is missing; this is no document of scantling`},
		"version of no kind":  {`"format_version": "1.3"`, `"format_version": 1`, `read plan: format_version: want a string, got number`},
		"not JSON":            {`"tool_version": "1.2.3",`, `"tool_version": ,`, `read plan: line 3, column 19: not JSON: invalid character ',' looking for beginning of value`},
		"cut off":             {data[300:], ``, `not JSON: unexpected end of JSON input`},
		"a count in words":    {`"nodes": 6,`, `"nodes": "six",`, `read plan: node_groups[2].nodes: want a whole number, got a string`},
		"a broken count":      {`"max_nodes": 6,`, `"max_nodes": 6.5,`, `read plan: node_groups[2].max_nodes: want a whole number, got the number 6.5`},
		"a negative count":    {`"min_nodes": 6,`, `"min_nodes": -6,`, `read plan: node_groups[2].min_nodes: must not be negative`},
		"a count too large":   {`"min_nodes": 6,`, `"min_nodes": 6e17,`, `read plan: node_groups[2].min_nodes: the number is too large`},
		"a missing field":     {`"max_nodes": 6,`, ``, `read plan: node_groups[2].max_nodes: is missing`},
		"a field twice":       {`"max_nodes": 6,`, `"max_nodes": 6, "max_nodes": 7,`, `read plan: node_groups[2].max_nodes: is given twice`},
		"an unknown role":     {`"role": "batch"`, `"role": "butch"`, `read plan: inputs.node_groups[0].role: "butch" is not one of app, batch, ingress, monitoring, stateful, system, gpu`},
		"a list that is null": {`"members": []`, `"members": null`, `read plan: control_plane.members: want a list, got null`},
		"too fine":            {`"known_usd_per_hour": 2.960273983`, `"known_usd_per_hour": 2.9602739831`, `read plan: cost.known_usd_per_hour: the number has more decimals than are kept`},
		"no date":             {`"date": "2026-11-20"`, `"date": "2026-11-31"`, `read plan: catalog.date: "2026-11-31" is not a date of the form 2026-11-20`},
		"another total":       {`"total_usd_per_month": 2161.00000759`, `"total_usd_per_month": 2161`, `read plan: cost.total_usd_per_month: does not follow from the rest of the document`},
		"a basis, no price":   {`"usd_per_hour": 0.4,`, `"usd_per_hour": null,`, `does not follow from the rest of the document`},
		"zero for none":       {`"max_pods": null`, `"max_pods": 0`, `read plan: inputs.network.max_pods: does not follow from the rest of the document`},
		"both of two":         {`"ratio": 0.25`, `"ratio": 0.25, "count": 3`, `is given twice`},
	} {
		broken := strings.Replace(data, c.old, c.new, 1)
		if broken == data {
			t.Fatalf("%s: the document has no %s", name, c.old)
		}
		_, err := document.Decode([]byte(broken))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
	}
	for _, whole := range []string{``, `null`, `[]`, `3`, `{}`, `{"format_version":"1.3"}`, `{"format_version":"1.3","feasible":null}`, `{"format_version":"1.3","feasible":true}`, `{"format_version":"1.3","feasible":false}`} {
		if _, err := document.Decode([]byte(whole)); err == nil {
			t.Errorf("%s is read as a plan", whole)
		}
	}
}

// FuzzDecode reads anything without a panic, and what it reads it can write; what
// is of our own minor reads back as it was.
func FuzzDecode(f *testing.F) {
	var out bytes.Buffer
	if err := document.Encode(&out, shop(), "dev"); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	for _, s := range []string{``, `{}`, `[`, `{"format_version":"1.3","feasible":true,"growth":[{}]}`, `{"format_version":"1.","feasible":false,"infeasible":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := document.Decode(data)
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := document.Encode(&first, p, "dev"); err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		var head struct {
			Version string `json:"format_version"`
		}
		if err := json.Unmarshal(data, &head); err != nil {
			t.Fatal(err)
		}
		if head.Version != document.FormatVersion {
			return // it may hold words that we only pass on
		}
		again, err := document.Decode(first.Bytes())
		if err != nil {
			t.Fatalf("written, but not read: %v", err)
		}
		if err := document.Encode(&second, again, "dev"); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("reading and writing changes the document: %v", err)
		}
	})
}

// TestShopRoundTrip is TestRoundTrip for plans as the planner makes them.
func TestShopRoundTrip(t *testing.T) {
	for name, want := range map[string]*planner.Plan{"shop": shop(), "rooms": rooms(), "external": external()} {
		got, err := document.Decode(encode(t, want))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestShopGolden shows the whole documents of plans; internal/report reads
// them too.
func TestShopGolden(t *testing.T) {
	testkit.Golden(t, "testdata/shop.json", encode(t, shop()))
	testkit.Golden(t, "testdata/infeasible.json", encodeInfeasible(t))
	testkit.Golden(t, "testdata/rooms.json", encode(t, rooms()))
	testkit.Golden(t, "testdata/external.json", encode(t, external()))
}
