package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
)

// refusal is what an Infeasible must say; each text is a part.
type refusal struct{ path, constraint, margin, remedy string }

func (r refusal) check(t *testing.T, got *planner.Infeasible) {
	t.Helper()
	if got.Path != r.path {
		t.Errorf("path %q, want %q", got.Path, r.path)
	}
	for _, part := range []struct{ name, got, want string }{
		{"constraint", got.Constraint, r.constraint}, {"margin", got.Margin, r.margin}, {"remedy", got.Remedy, r.remedy},
	} {
		if !strings.Contains(part.got, part.want) {
			t.Errorf("%s %q does not say %q", part.name, part.got, part.want)
		}
	}
}

// TestMinReadyOfGivenReplicas: a count that a user gives never changes, so that
// what cannot stay ready is an error with the count that would do.
func TestMinReadyOfGivenReplicas(t *testing.T) {
	for name, tc := range map[string]struct {
		replicas int
		ready    units.CountOrRatio
		lost     planner.Redundancy
		want     refusal
	}{
		// 6 - 2 = 4; 7 - 3 = 4 too, 8 - 3 = 5.
		"a zone": {6, units.Count(5), planner.Redundancy{Nodes: 1, Zones: 1}, refusal{
			constraint: "the loss of any 1 of 3 zones", margin: "4 of 6 replicas stay ready at best, 5 are asked for",
			remedy: "raise replicas to 8, or lower min_ready to 4",
		}},
		"nodes": {3, units.Count(2), planner.Redundancy{Nodes: 2}, refusal{
			constraint: "the loss of any 2 nodes", margin: "1 of 3 replicas stay ready at best, 2 are asked for",
			remedy: "raise replicas to 4, or lower min_ready to 1",
		}},
		"one node": {2, units.Count(2), planner.Redundancy{Nodes: 1}, refusal{constraint: "the loss of any 1 node", remedy: "raise replicas to 3"}},
		// Half of 3 is 2, of 4 is 2.
		"a share": {3, units.Share(50 * units.Percent), planner.Redundancy{Nodes: 2}, refusal{
			margin: "1 of 3 replicas stay ready at best, 2 are asked for", remedy: "raise replicas to 4",
		}},
		"all": {3, units.Share(units.Whole), planner.Redundancy{Nodes: 1}, refusal{
			margin: "2 of 3 replicas stay ready at best, 3 are asked for", remedy: "lower min_ready to 2",
		}},
		"above the count": {3, units.Count(4), planner.Redundancy{}, refusal{
			constraint: "with every node up", margin: "3 of 3", remedy: "raise replicas to 4, or lower min_ready to 3",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := spreadHard(given("w", tc.replicas, 1500, units.GiB))
			w.MinReady = &tc.ready
			tc.lost.Recovery = planner.Static
			tc.want.path = "node_group.g.workload.w.min_ready"
			tc.want.check(t, onePerNode(group("g", planner.Stateful, abc(), tc.lost, w)).infeasible(t))
		})
	}
}

// TestPodLargerThanEveryType: the closest type has 3900m - 150m and 15 GiB - 96
// MiB = 15264 MiB beside its agents.
func TestPodLargerThanEveryType(t *testing.T) {
	for name, tc := range map[string]struct {
		work planner.Workload
		want refusal
	}{
		"cpu": {given("w", 1, 5000, units.GiB), refusal{
			"node_group.g.workload.w.pod.cpu", "the closest is m7i.xlarge",
			"it requests 5000m CPU, m7i.xlarge has 3750m CPU left after reserves and DaemonSets: 1250m CPU too few", `lower it to "3750m"`,
		}},
		"memory": {given("w", 1, 500, 20*units.GiB), refusal{
			"node_group.g.workload.w.pod.memory", "the closest is m7i.xlarge",
			"it requests 20480 MiB, m7i.xlarge has 15264 MiB left after reserves and DaemonSets: 5216 MiB too few", `lower it to "15264Mi"`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := market(alone(tc.work), machine("m7i.large", 2, 8, 100), machine("m7i.xlarge", 4, 16, 200))
			p.provider.daemons = agents()
			tc.want.check(t, p.infeasible(t))
		})
	}
}

// TestMaxNodesTooLow: seven pods that fill a node each need 7 nodes, 8 through the
// loss of one, and 9 for the two pods of a rollout's surge.
func TestMaxNodesTooLow(t *testing.T) {
	for _, most := range []int{1, 6, 8} {
		g := group("g", planner.App, []string{"a"}, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, given("w", 7, 1500, units.GiB))
		g.MaxNodes = most
		refusal{"node_group.g.autoscaling.max_nodes", "", "", "raise max_nodes to 9"}.check(t, market(g, machine("m7i.large", 2, 8, 100)).infeasible(t))
	}
	g := group("g", planner.App, []string{"a"}, planner.Redundancy{Nodes: 1, Recovery: planner.Reschedule}, given("w", 7, 1500, units.GiB))
	g.MaxNodes = 9
	plan := market(g, machine("m7i.large", 2, 8, 100)).mustMake(t)
	if got := plan.NodeGroups[0]; got.Nodes != 9 || got.MaxNodes != 9 {
		t.Errorf("%d nodes of %d at most, want 9 of 9", got.Nodes, got.MaxNodes)
	}
}

// TestMaxNodesThatSizeDoesNotMend: a node takes one pod of seven and of their surge of
// two however large it is; a share of 10% is ten nodes, and a sixth is 17% rounded up.
func TestMaxNodesThatSizeDoesNotMend(t *testing.T) {
	apart := alone(tiny("w", 7, apartBy(planner.HostnameKey, planner.AffinityRequired)))
	apart.Workloads[0].RollingUpdate = given("w", 7, 0, 0).RollingUpdate
	apart.MaxNodes = 6
	bad := market(apart, machine("m7i.large", 2, 8, 100)).infeasible(t)
	refusal{"node_group.g.autoscaling.max_nodes", "max_nodes is 6", "9 are needed at least", `raise max_nodes to 9, or write anti_affinity = "preferred"`}.check(t, bad)
	if strings.Contains(bad.Remedy, "larger types") {
		t.Errorf("remedy %q: a larger type takes one pod as well", bad.Remedy)
	}

	share := alone(given("w", 6, 500, units.GiB))
	share.Instances.MaxNodeShare, share.MaxNodes = 10*units.Percent, 6
	refusal{
		"node_group.g.instances.max_node_share", "asks for 10 nodes, and max_nodes is 6", "4 nodes too few", `raise max_node_share to "17%", or max_nodes to 10`,
	}.check(t, market(share, machine("m7i.large", 2, 8, 100)).infeasible(t))
	share.Instances.MaxNodeShare = 17 * units.Percent
	if _, n := nodes(new(market(share, machine("m7i.large", 2, 8, 100)).mustMake(t))); n != 6 {
		t.Errorf("%d nodes, want 6", n)
	}
	// One percent is a hundred nodes, for however few pods.
	share.Instances.MaxNodeShare, share.MaxNodes = units.Percent, 0
	if _, n := nodes(new(market(share, machine("m7i.large", 2, 8, 100)).mustMake(t))); n != 100 {
		t.Errorf("%d nodes, want 100", n)
	}
}

// TestBudget: nine nodes at 0.105 USD with their disks and a fee of 0.1 are 1.045
// USD an hour, 762.85 a month; two of the nodes are redundancy, 153.30.
func TestBudget(t *testing.T) {
	problem := func(cents units.USD) *problem {
		g := group("g", planner.App, []string{"a"}, planner.Redundancy{Nodes: 2, Recovery: planner.Reschedule}, inPlace(given("w", 7, 1500, units.GiB)))
		p := market(g, machine("m7i.large", 2, 8, 100))
		p.cluster.MaxUSDPerMonth = new(cents * units.Dollar / 100)
		return p
	}
	plan := problem(762_85).mustMake(t)
	if got := plan.Cost.Total.Rate.PerMonth(); got != 762_85*units.Dollar/100 {
		t.Errorf("%d a month, want 762.85 USD", got)
	}
	refusal{
		"max_usd_per_month", "762.85 USD", "0.01 USD a month too much",
		"write redundancy { nodes = 0 } in node_group.g: it saves 153.30 USD a month",
	}.check(t, problem(762_84).infeasible(t))
	// 153.31 too much: even both nodes are not enough. Nine spot nodes at 0.034 save 9 x
	// 0.066 USD an hour, 433.62 a month.
	refusal{
		"max_usd_per_month", "762.85 USD", "153.31 USD a month too much",
		"write instances { capacity_type = \"spot\" } in node_group.g: it saves 433.62 USD a month, and the machines may be taken away all at once",
	}.check(t, problem(762_85-153_31).infeasible(t))
	refusal{
		"max_usd_per_month", "762.85 USD", "433.63 USD a month too much",
		"capacity_type = \"spot\" } in node_group.g saves most, 433.62 USD a month",
	}.check(t, problem(762_85-433_63).infeasible(t))
}

// TestBudgetOnUnknownPrice names the lines on which it rests.
func TestBudgetOnUnknownPrice(t *testing.T) {
	p := market(alone(given("w", 1, 500, units.GiB)), machine("m7x.large", 2, 8, 0))
	p.cluster.MaxUSDPerMonth = new(1000 * units.Dollar)
	refusal{"max_usd_per_month", "node_group.g.nodes (1 x m7x.large", "", "price"}.check(t, p.infeasible(t))

	p = market(alone(given("w", 1, 500, units.GiB)), machine("m7i.large", 2, 8, 100))
	p.cluster.MaxUSDPerMonth = new(1000 * units.Dollar)
	p.cluster.NodeGroups[0].Disk.Type = "mystery"
	refusal{"max_usd_per_month", "node_group.g.root_disks (1 x 50 GiB mystery)", "", "price"}.check(t, p.infeasible(t))
}

// TestNamedTypeCannotBeSized: one that was asked for is an error, another is left
// out.
func TestNamedTypeCannotBeSized(t *testing.T) {
	strange := machine("m7x.large", 2, 8, 10)
	strange.ENIs = 0
	g := alone(given("w", 1, 500, units.GiB))
	plan := market(g, strange, machine("m7i.large", 2, 8, 100)).mustMake(t)
	if got, _ := nodes(&plan); got != "m7i.large" {
		t.Errorf("%s, want the type that can be sized", got)
	}
	g.Instances.Types = []string{"m7x.large"}
	refusal{"node_group.g.instances.types", "its network cards are not known", "", "another type"}.check(t, market(g, strange).infeasible(t))
}

// TestEveryRefusalAtOnce: two groups that cannot be met are two refusals.
func TestEveryRefusalAtOnce(t *testing.T) {
	large := func(name string) planner.NodeGroup {
		return group(name, planner.App, []string{"a"}, planner.Redundancy{Recovery: planner.Reschedule}, given("w", 1, 9000, units.GiB))
	}
	p := &problem{cluster: cluster([]string{"a"}, large("a"), large("b")), catalog: catalog(machine("m7i.large", 2, 8, 100))}
	_, err := p.make(t)
	bad := planner.Infeasibles(err)
	if len(bad) != 2 || bad[0].Path != "node_group.a.workload.w.pod.cpu" || bad[1].Path != "node_group.b.workload.w.pod.cpu" {
		t.Errorf("got %v", err)
	}
}

// TestBaselineTooSmall: an agent that takes more than a machine sustains leaves
// nothing for pods in production, on however many machines.
func TestBaselineTooSmall(t *testing.T) {
	burst := machine("t3.large", 2, 8, 50)
	burst.Burstable, burst.BaselineCPU = true, 100
	g := alone(given("w", 2, 500, units.GiB))
	g.Instances.Families = []string{"t3"}
	p := market(g, burst)
	p.provider.daemons = agents()
	got := p.infeasible(t)
	if !strings.Contains(got.Error(), "baseline") || strings.Contains(got.Error(), "pods of  ") {
		t.Errorf("does not say that the baseline binds: %v", got)
	}
}

// TestSpotPrice: spot machines are billed at the spot price, a third here, and
// their line says which statistic it is.
func TestSpotPrice(t *testing.T) {
	g := alone(given("w", 1, 500, units.GiB))
	g.Instances.CapacityType = planner.Spot
	plan := market(g, machine("m7i.large", 2, 8, 99)).mustMake(t)
	i := 1 // after the control plane
	if l := plan.Cost.Lines[i]; l.Amount.Rate != listed(33).Rate || l.Basis != catalogs.Listed || !strings.Contains(l.Detail, "mean of 30 days") {
		t.Errorf("got %+v, want 0.033 USD an hour, the mean of 30 days", l)
	}
}

// TestAllThatCannotBeMet is told at once: in one workload the target, in another
// the size, in another group the filters.
func TestAllThatCannotBeMet(t *testing.T) {
	slow := latencyBound("slow")
	slow.Demand.Latency[0].Target = time.Millisecond
	g := alone(slow, given("huge", 1, 5_000_000, units.GiB))
	h := group("h", planner.Batch, []string{"a"}, planner.Redundancy{Recovery: planner.Reschedule}, given("w", 1, 100, units.GiB))
	h.Instances.Architectures = []string{catalogs.ARM64}
	p := market(g, machine("m7i.large", 2, 8, 100))
	addGroups(&p.cluster, h)
	_, err := pipeline.Make(t.Context(), p.cluster, p.catalog, p.provider, pipeline.Options{})
	var paths []string
	for _, bad := range planner.Infeasibles(err) {
		paths = append(paths, bad.Path)
	}
	want := []string{"node_group.g.workload.slow.latency.p99", "node_group.g.workload.huge.pod.cpu", "node_group.h.instances.architectures"}
	if !slices.Equal(paths, want) {
		t.Errorf("told of %v, want %v", paths, want)
	}
	if last := planner.Infeasibles(err); len(last) == 3 {
		if want := `set architectures = ["amd64"]`; !strings.Contains(last[2].Remedy, want) {
			t.Errorf("remedy %q, want %q", last[2].Remedy, want)
		}
		if want := `is "5000m" meant?`; !strings.Contains(last[1].Remedy, want) {
			t.Errorf("remedy %q, want %q", last[1].Remedy, want)
		}
	}
}

// TestTooLargeSaysWhatAdmits: a pod of 5 cores is too large for an xlarge with 3.9; the
// cheapest change is said with the type that it admits and its price a month, of 730
// hours.
func TestTooLargeSaysWhatAdmits(t *testing.T) {
	arm := machine("m7g.2xlarge", 8, 32, 350)
	arm.Architecture = catalogs.ARM64
	flex := machine("m7i-flex.2xlarge", 8, 32, 360)
	flex.Flex = true
	small := machine("m7i.xlarge", 4, 16, 200)
	large := machine("m7i.2xlarge", 8, 32, 400)
	other := machine("c7i.2xlarge", 8, 16, 380)
	for name, tc := range map[string]struct {
		change func(*planner.Instances)
		types  []catalogs.InstanceType
		remedy string
	}{
		"a bound on vCPUs": {func(in *planner.Instances) { in.MaxVCPUs = 4 }, []catalogs.InstanceType{small, large}, `max_vcpus = 8 admits m7i.2xlarge, the cheapest of the region that holds it, at 292.00 USD a month`},
		"a family":         {func(in *planner.Instances) { in.Families = []string{"m7i"} }, []catalogs.InstanceType{small, other}, `"c7i" in families admits c7i.2xlarge, the cheapest of the region that holds it, at 277.40 USD a month`},
		"a class":          {func(*planner.Instances) {}, []catalogs.InstanceType{small, flex}, `allow = ["flex"] admits m7i-flex.2xlarge`},
		"an architecture":  {func(*planner.Instances) {}, []catalogs.InstanceType{small, arm}, `"arm64" in architectures, if the image is built for it, admits m7g.2xlarge`},
		"types":            {func(in *planner.Instances) { in.Types = []string{"m7i.xlarge"} }, []catalogs.InstanceType{small, large}, `"m7i.2xlarge" in types admits m7i.2xlarge`},
		"the cheapest":     {func(in *planner.Instances) { in.Families = []string{"m7i"} }, []catalogs.InstanceType{small, other, flex, arm}, `"m7i-flex.2xlarge" in types admits m7i-flex.2xlarge`},
		"nothing":          {func(*planner.Instances) {}, []catalogs.InstanceType{small}, "no other type of the region holds it"},
	} {
		t.Run(name, func(t *testing.T) {
			g := alone(given("w", 1, 5000, units.GiB))
			tc.change(&g.Instances)
			refusal{"node_group.g.workload.w.pod.cpu", "m7i.xlarge", "1100m CPU too few", tc.remedy}.check(t, market(g, tc.types...).infeasible(t))
			refusal{"node_group.g.workload.w.pod.cpu", "", "", `lower it to "3900m", which m7i.xlarge has left`}.check(t, market(g, tc.types...).infeasible(t))
		})
	}
}
