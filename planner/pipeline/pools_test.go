package pipeline_test

import (
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/units"
)

// pool is so many nodes of a type over a, b and c, with a root disk of 50 GiB.
func pool(t catalogs.InstanceType, capacity planner.CapacityType, a, b, c int) planner.Pool {
	p := planner.Pool{
		InstanceType: t.Name, CapacityType: capacity, Nodes: a + b + c,
		NodesByZone: []planner.ZoneCount{{Zone: "a", Nodes: a}, {Zone: "b", Nodes: b}, {Zone: "c", Nodes: c}},
		Allocatable: planner.Allocatable{CPU: units.MilliCPU(t.VCPUs)*units.Core - 100, Memory: t.Memory - units.GiB, Pods: min(12*t.VCPUs, 110)},
		Price:       t.OnDemand, RootDisks: []planner.Disk{{Type: "gp3", Size: 50 * units.GiB}},
	}
	if capacity == planner.Spot {
		p.Price = t.Spot
	}
	return p
}

// TestBillOfPools: a line for the nodes of each pool, one for their root disks, one for
// each volume of a workload. A spot machine is a third of its price, rounded up to a
// thousandth; a GiB is 0.0001 USD an hour.
func TestBillOfPools(t *testing.T) {
	c6, m7 := machine("c6.large", 2, 4, 100), machine("m7.xlarge", 4, 16, 200)
	batch := group("batch", planner.Batch, abc(), none(), given("work", 9, 500, units.GiB))
	kafka := group("kafka", planner.Stateful, abc(), none(), given("broker", 3, 500, units.GiB), given("web", 2, 500, units.GiB))
	kafka.Workloads[0].Volumes = []planner.Volume{
		{Name: "data", Type: "gp3", Size: units.TiB, Zonal: true},
		{Name: "log", Type: "gp3", Size: 10*units.GiB - 1, IOPS: 3010},
	}
	kafka.Workloads[1].Volumes = []planner.Volume{{Name: "cache", Type: "mystery", Size: units.GiB}}
	bottle := pool(c6, planner.Spot, 1, 1, 1)
	bottle.RootDisks = append(slices.Clone(bottle.RootDisks), planner.Disk{Type: "gp3", Size: 4 * units.GiB})
	groups := []planner.GroupPlan{
		{
			Name: "batch", Nodes: 9, Pools: []planner.Pool{pool(c6, planner.OnDemand, 1, 1, 0), bottle, pool(m7, planner.Spot, 2, 1, 1)},
			Workloads: []planner.WorkloadPlan{{Name: "work", Replicas: 9}},
		},
		{
			Name: "kafka", Nodes: 3, Pools: []planner.Pool{pool(m7, planner.OnDemand, 1, 1, 1)},
			Workloads: []planner.WorkloadPlan{{Name: "broker", Replicas: 3}, {Name: "broker", System: true, Replicas: 7}, {Name: "web", Replicas: 2}},
		},
	}
	cost := pipeline.Bill(cluster(abc(), batch, kafka), catalog(c6, m7), fakeProvider{}, groups...)
	type line struct {
		path, detail string
		// rate in ten-thousandths of a dollar an hour; negative is not known.
		rate int64
	}
	want := []line{
		{"node_group.batch.nodes.c6.large/on_demand", "2 x c6.large on demand", 2000},
		{"node_group.batch.nodes.c6.large/spot", "3 x c6.large spot, mean of 30 days", 1020},
		{"node_group.batch.nodes.m7.xlarge", "4 x m7.xlarge spot, mean of 30 days", 2680},
		{"node_group.batch.root_disks", "3 x 4 GiB gp3", 12},
		{"node_group.batch.root_disks", "9 x 50 GiB gp3", 450},
		{"node_group.kafka.nodes", "3 x m7.xlarge on demand", 6000},
		{"node_group.kafka.root_disks", "3 x 50 GiB gp3", 150},
		{"node_group.kafka.volumes", "2 x 1 GiB mystery, cache of web", -1},
		{"node_group.kafka.volumes", "3 x 10 GiB gp3, log of broker", 60}, // 10 GiB and 10 IOPS
		{"node_group.kafka.volumes", "3 x 1024 GiB gp3, data of broker", 3072},
	}
	if len(cost.Lines) != len(want) {
		t.Fatalf("%d lines: %+v", len(cost.Lines), cost.Lines)
	}
	var sum units.USDPerHour
	for i, l := range cost.Lines {
		rate := max(units.USDPerHour(want[i].rate), 0) * units.DollarPerHour / 10_000
		sum += rate
		if l.Path != want[i].path || l.Detail != want[i].detail || l.Amount.Rate != rate || l.Amount.Known != (want[i].rate >= 0) {
			t.Errorf("got %+v, want %+v", l, want[i])
		}
	}
	if cost.Known != sum || cost.Total.Known {
		t.Errorf("known are %d of %d, the total is %+v", cost.Known, sum, cost.Total)
	}
}

// TestCommittedPools: spot machines cannot be committed to. Ten nodes at 0.200 and five
// at 0.100 on demand are 2.500; with a promise of a year 1.260 and 0.400, which is 33.6%
// less. Three years are priced for one of the types alone.
func TestCommittedPools(t *testing.T) {
	m7, c6 := machine("m7.xlarge", 4, 16, 200), machine("c6.large", 2, 4, 100)
	old := listed(80)
	old.Basis, old.Date = catalogs.Secondary, "2025-05-01"
	m7.Commitments = []catalogs.Commitment{
		{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Price: listed(126)},
		{Kind: "cud_resource", TermYears: 3, Payment: "monthly", Price: listed(90)},
	}
	c6.Commitments = []catalogs.Commitment{
		{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Price: old},
		{Kind: "cud_resource", TermYears: 3, Payment: "monthly"},
	}
	got := pipeline.Committed(catalog(c6, m7), pool(c6, planner.OnDemand, 2, 2, 1), pool(c6, planner.Spot, 9, 9, 9), pool(m7, planner.OnDemand, 4, 3, 3))
	want := []planner.CommittedCost{{
		Kind: "cud_resource", TermYears: 1, Payment: "monthly", Rate: 1660 * units.DollarPerHour / 1000, Saving: 336_000,
		Basis: catalogs.Secondary, Date: "2025-05-01",
	}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := pipeline.Committed(catalog(c6), pool(c6, planner.Spot, 1, 1, 1)); got != nil {
		t.Errorf("spot machines are committed to: %+v", got)
	}
	unpriced := machine("x9.large", 2, 4, 0)
	if got := pipeline.Committed(catalog(m7, unpriced), pool(m7, planner.OnDemand, 1, 1, 1), pool(unpriced, planner.OnDemand, 1, 0, 0)); got != nil {
		t.Errorf("a saving of what is not known: %+v", got)
	}
}

// TestUsageOfPools: 2 x 1.9 and 1 x 3.9 cores, less a daemon of 100m on each, are 7.4;
// of 2 x 3 and 15 GiB 21 and of 2 x 24 and 48 pods, less the daemons, 93.
func TestUsageOfPools(t *testing.T) {
	small, large := pool(machine("c6.large", 2, 4, 100), planner.Spot, 1, 1, 0), pool(machine("m7.xlarge", 4, 16, 200), planner.OnDemand, 1, 0, 0)
	for _, p := range []*planner.Pool{&small, &large} {
		p.DaemonSets = []planner.DaemonSet{{Name: "agent", CPU: 100}}
	}
	requests, used, free := pipeline.Usage([]planner.Pool{small, large}, placement.Resources{CPU: 1850, Memory: 7 * units.GiB, Pods: 90})
	if want := (planner.Requests{CPU: 5550, Memory: 14 * units.GiB, Pods: 3}); requests != want {
		t.Errorf("requests %+v, want %+v", requests, want)
	}
	// 5.55 of 7.4, 14 of 21 and 3 of 93, rounded up.
	if want := (planner.Usage{CPU: 750_000, Memory: 666_667, Pods: 32_259}); used != want {
		t.Errorf("usage %+v, want %+v", used, want)
	}
	if want := (planner.Headroom{CPU: 1850, Memory: 7 * units.GiB, Pods: 90}); free != want {
		t.Errorf("headroom %+v, want %+v", free, want)
	}
}

// TestUpgradeOfPools: each pool is an update of its own, one after the other. A node is
// drained in 50 s, and 2 min more pass until it is gone; six nodes more, two a zone, run
// meanwhile and go in 6 min. So 1 + 2 + 6 min are for each pool, and 2 min 50 s for each of
// its nodes, which are replaced one at a time.
func TestUpgradeOfPools(t *testing.T) {
	c6, m7 := machine("c6.large", 2, 4, 100), machine("m7.xlarge", 4, 16, 200)
	batch := group("batch", planner.Batch, abc(), planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, given("work", 6, 1500, units.GiB))
	batch.Instances.CapacityType, batch.Instances.OnDemandBase, batch.Instances.MaxTypes = planner.Spot, units.Count(2), 2
	batch.UpdateConfig.MaxUnavailable = units.Count(1)
	c := cluster(abc(), batch)
	c.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
	on := func(pool, zone string, nodes, pods int) planner.Placement {
		p := planner.Placement{Pool: pool, Zone: zone, Nodes: nodes}
		if pods > 0 {
			p.Pods = []planner.PodCount{{Workload: "work", Pods: pods}}
		}
		return p
	}
	plan := planner.GroupPlan{
		Name: "batch", Role: planner.Batch, Nodes: 6, MinNodes: 6, MaxNodes: 6,
		Pools:     []planner.Pool{pool(c6, planner.OnDemand, 1, 1, 0), pool(m7, planner.Spot, 2, 1, 1)},
		Workloads: []planner.WorkloadPlan{{Name: "work", Replicas: 6, Reasons: planner.ReplicaReasons{Load: 6}, Pod: batch.Workloads[0].Pod}},
		Placement: []planner.Placement{on("c6.large", "a", 1, 1), on("c6.large", "b", 1, 1), on("m7.xlarge", "a", 2, 1), on("m7.xlarge", "b", 1, 1), on("m7.xlarge", "c", 1, 1)},
	}
	got, err := pipeline.UpgradeOf(c, catalog(c6, m7), fakeProvider{}, plan)
	if err != nil {
		t.Fatal(err)
	}
	surge := got.Strategies[slices.IndexFunc(got.Strategies, func(s planner.UpgradeStrategy) bool { return s.Name == "surge" })]
	minute := time.Minute
	want := []planner.UpgradeGroup{
		// 0.105 and, of a spot machine, 0.067 + 0.005 USD an hour for 6 nodes over all but the first minute.
		{Name: "batch/c6.large", Start: 15 * minute, Duration: 9*minute + 2*(2*minute+50*time.Second), ExtraCost: 6 * 105 * 820 * units.Dollar / 1000 / 3600},
		{Name: "batch/m7.xlarge", Start: 29*minute + 40*time.Second, Duration: 9*minute + 4*(2*minute+50*time.Second), ExtraCost: 6 * 72 * 1160 * units.Dollar / 1000 / 3600},
	}
	if len(surge.Groups) != len(want) || len(surge.BlockedBy) > 0 {
		t.Fatalf("surge is %+v", surge)
	}
	for i, g := range surge.Groups {
		if g.Name != want[i].Name || g.Start != want[i].Start || g.Duration != want[i].Duration || g.ExtraCost != want[i].ExtraCost ||
			g.PeakExtraNodes != 6 || g.Parallel != 1 || g.MinReady != units.Whole {
			t.Errorf("got %+v, want %+v", g, want[i])
		}
	}
	minimal := got.Strategies[slices.IndexFunc(got.Strategies, func(s planner.UpgradeStrategy) bool { return s.Name == "minimal" })]
	// The large nodes hold two pods each, so that five of the six nodes hold all, and the
	// loss of another too; five of six are ready, whichever pool is replaced.
	if len(minimal.BlockedBy) > 0 || minimal.MinReady != 833_333 || !slices.Contains(minimal.Notes, "keeps n_plus_one") {
		t.Errorf("minimal is %+v", minimal)
	}

	// The nodes have 2 x 1 and 4 x 2 places for 10 pods, so that each is needed.
	plan.Workloads[0].Replicas, plan.Workloads[0].Reasons.Load = 10, 10
	plan.Placement = []planner.Placement{on("c6.large", "a", 1, 1), on("c6.large", "b", 1, 1), on("m7.xlarge", "a", 2, 2), on("m7.xlarge", "b", 1, 2), on("m7.xlarge", "c", 1, 2)}
	if got, err = pipeline.UpgradeOf(c, catalog(c6, m7), fakeProvider{}, plan); err != nil {
		t.Fatal(err)
	}
	minimal = got.Strategies[slices.IndexFunc(got.Strategies, func(s planner.UpgradeStrategy) bool { return s.Name == "minimal" })]
	for _, reason := range []string{
		"batch/c6.large/work: 1 pod has no place while 1 of 2 nodes is replaced", "batch/m7.xlarge/work: 2 pods have no place while 1 of 4 nodes is replaced",
	} {
		if !slices.Contains(minimal.BlockedBy, reason) {
			t.Errorf("minimal is blocked by %q, not by %q", minimal.BlockedBy, reason)
		}
	}
}
