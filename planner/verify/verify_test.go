package verify_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// problem is a spec, what it is planned from, and the plan.
type problem struct {
	c    planner.Cluster
	cat  *catalogs.Catalog
	prov *fakeProvider
	plan *planner.Plan
}

func good() *problem { return &problem{c: cluster(), cat: catalog(), prov: fake(), plan: plan()} }

// respec changes what was asked for, in the plan's copy too.
func (p *problem) respec(change func(c *planner.Cluster)) {
	change(&p.c)
	change(&p.plan.Cluster)
}

func (p *problem) edge() *planner.GroupPlan { return &p.plan.NodeGroups[0] }
func (p *problem) web() *planner.GroupPlan  { return &p.plan.NodeGroups[1] }

func (p *problem) verify() error {
	return verify.Plan(&p.c, p.cat, p.prov, p.plan)
}

type violation = verify.Violation

func (p *problem) found() []violation { return verify.Violations(p.verify()) }

func rules(err error) []string {
	var rules []string
	for _, v := range verify.Violations(err) {
		rules = append(rules, v.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

func TestAcceptsARightPlan(t *testing.T) {
	if err := good().verify(); err != nil {
		t.Fatalf("the plan by hand is refused:\n%v", err)
	}
}

func TestViolations(t *testing.T) {
	p := good()
	p.plan.Cost.Total.Rate++
	err := fmt.Errorf("plan: %w", p.verify())
	got := verify.Violations(err)
	if len(got) != 1 || got[0].Path != "cost" || got[0].Rule != "cost.total" || got[0].Message == "" {
		t.Errorf("got %+v", got)
	}
	if v, ok := errors.AsType[verify.Violation](err); !ok || v != got[0] {
		t.Errorf("the violation is not found in the error: %v", err)
	}
	if got := verify.Violations(errors.New("another")); got != nil {
		t.Errorf("violations of another error: %v", got)
	}
}

// TestMutations breaks the plan in one way at a time and asks for the rule that
// must see it.
func TestMutations(t *testing.T) { mutate(t, good, mutations()) }

// mutate breaks what fresh returns in each of the ways.
func mutate(t *testing.T, fresh func() *problem, ways map[string]mutation) {
	t.Helper()
	for name, tc := range ways {
		t.Run(name, func(t *testing.T) {
			p := fresh()
			tc.change(p)
			err := p.verify()
			if !slices.Contains(rules(err), tc.rule) {
				t.Errorf("rule %s is silent; found:\n%v", tc.rule, err)
			}
		})
	}
}

type mutation struct {
	rule   string
	change func(p *problem)
}

func mutations() map[string]mutation {
	all := map[string]mutation{}
	for _, set := range []map[string]mutation{groupMutations(), machineMutations(), replicaMutations(), placementMutations(), moneyMutations(), otherMutations()} {
		maps.Copy(all, set)
	}
	return all
}

func groupMutations() map[string]mutation {
	return map[string]mutation{
		"a group dropped":      {"group.missing", func(p *problem) { p.plan.NodeGroups = p.plan.NodeGroups[:1] }},
		"a group twice":        {"group.twice", func(p *problem) { p.plan.NodeGroups = append(p.plan.NodeGroups, webPlan()) }},
		"a group invented":     {"group.unknown", func(p *problem) { p.plan.NodeGroups = append(p.plan.NodeGroups, planner.GroupPlan{Name: "zoo"}) }},
		"groups unsorted":      {"lists.sorted", func(p *problem) { slices.Reverse(p.plan.NodeGroups) }},
		"another role":         {"group.role", func(p *problem) { p.web().Role = planner.Batch }},
		"a workload dropped":   {"workload.missing", func(p *problem) { p.web().Workloads = p.web().Workloads[:2] }},
		"a workload twice":     {"workload.twice", func(p *problem) { p.web().Workloads = append(p.web().Workloads, p.web().Workloads[2]) }},
		"a workload invented":  {"workload.unknown", func(p *problem) { p.edge().Workloads = append(p.edge().Workloads, planner.WorkloadPlan{Name: "zoo"}) }},
		"DNS forgotten":        {"workload.missing", func(p *problem) { p.web().Workloads = slices.Delete(p.web().Workloads, 1, 2) }},
		"DNS not system":       {"workload.system", func(p *problem) { p.web().Workloads[1].System = false }},
		"a given count raised": {"replicas.given", func(p *problem) { p.web().Workloads[0].Replicas, p.web().Workloads[0].Reasons.Load = 7, 7 }},
		"a node fewer":         {"nodes.sum", func(p *problem) { p.web().Nodes-- }},
		"a node fewer in all": {"placement.nodes", func(p *problem) {
			g := p.web()
			g.Nodes, g.MinNodes, g.MaxNodes, g.Pools[0].Nodes, g.Pools[0].NodesByZone[0].Nodes = 4, 4, 4, 4, 1
		}},
		"a zone's count wrong": {"zones.sum", func(p *problem) { p.web().Pools[0].NodesByZone[2].Nodes = 2 }},
		"a zone swapped":       {"placement.nodes", func(p *problem) { p.web().Placement[4].Zone = "a" }},
		"zones renamed":        {"zones.names", func(p *problem) { p.web().Pools[0].NodesByZone[2].Zone = "d" }},
		"zones unbalanced": {"zones.balance", func(p *problem) {
			z := p.web().Pools[0].NodesByZone
			z[0].Nodes, z[1].Nodes, z[2].Nodes = 3, 1, 1
		}},
		"a foreign zone":   {"zones.cluster", func(p *problem) { p.respec(func(c *planner.Cluster) { c.Zones = []string{"a", "b"} }) }},
		"max below nodes":  {"nodes.bounds", func(p *problem) { p.web().MaxNodes = 4 }},
		"min_nodes broken": {"nodes.bounds", func(p *problem) { p.respec(func(c *planner.Cluster) { c.NodeGroups[1].MinNodes = 6 }) }},
		"a node too large a share": {"nodes.share", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Instances.MaxNodeShare = 19 * units.Percent })
		}},
		"max_nodes broken": {"nodes.bounds", func(p *problem) { p.respec(func(c *planner.Cluster) { c.NodeGroups[1].MaxNodes = 4 }) }},
		"absurd node count": {"nodes.range", func(p *problem) {
			p.web().Nodes = 1 << 40
		}},
	}
}

func machineMutations() map[string]mutation {
	set := func(change func(pl *planner.Pool)) func(p *problem) {
		return func(p *problem) { change(&p.web().Pools[0]) }
	}
	spec := func(change func(in *planner.Instances)) func(p *problem) {
		return func(p *problem) { p.respec(func(c *planner.Cluster) { change(&c.NodeGroups[1].Instances) }) }
	}
	return map[string]mutation{
		"allocatable raised":     {"pool.allocatable", set(func(pl *planner.Pool) { pl.Allocatable.CPU++ })},
		"memory raised":          {"pool.allocatable", set(func(pl *planner.Pool) { pl.Allocatable.Memory++ })},
		"a DaemonSet dropped":    {"pool.daemonsets", set(func(pl *planner.Pool) { pl.DaemonSets = pl.DaemonSets[:1] })},
		"a DaemonSet shrunk":     {"pool.daemonsets", set(func(pl *planner.Pool) { pl.DaemonSets[0].CPU-- })},
		"a DaemonSet elsewhere":  {"pool.daemonsets", func(p *problem) { p.edge().Pools[0].DaemonSets = p.web().Pools[0].DaemonSets }},
		"a price changed":        {"pool.price", set(func(pl *planner.Pool) { pl.Price.Rate-- })},
		"a price's date changed": {"pool.price", set(func(pl *planner.Pool) { pl.Price.Date = "2026-11-20" })},
		"bought as spot":         {"pool.capacity_type", set(func(pl *planner.Pool) { pl.CapacityType = planner.Spot })},
		"a smaller disk":         {"pool.root_disks", set(func(pl *planner.Pool) { pl.RootDisks[0].Size-- })},
		"a type that is none":    {"pool.type", set(func(pl *planner.Pool) { pl.InstanceType = "m7.tiny" })},
		"a zone without the type": {"pool.offered", func(p *problem) {
			i := slices.IndexFunc(p.cat.Types, func(t catalogs.InstanceType) bool { return t.Name == p.web().Pools[0].InstanceType })
			p.cat.Types[i].Zones = []string{"a", "b"}
		}},
		"a burstable type":        {"pool.admitted", set(func(pl *planner.Pool) { pl.InstanceType = "t3.large" })},
		"another architecture":    {"pool.admitted", set(func(pl *planner.Pool) { pl.InstanceType = "m7g.large" })},
		"a family not admitted":   {"pool.admitted", spec(func(in *planner.Instances) { in.Families = []string{"c*"} })},
		"a type not admitted":     {"pool.admitted", spec(func(in *planner.Instances) { in.Types = []string{"*.xlarge"} })},
		"an excluded type":        {"pool.admitted", spec(func(in *planner.Instances) { in.Exclude = []string{"m7.*"} })},
		"too many vCPUs":          {"pool.admitted", spec(func(in *planner.Instances) { in.MaxVCPUs = 2 })},
		"a type without a price":  {"pool.unpriced", set(func(pl *planner.Pool) { pl.InstanceType, pl.Price = "m7.mystery", catalogs.Price{} })},
		"types unsorted or twice": {"lists.sorted", func(p *problem) { p.web().Pools = append(p.web().Pools, p.web().Pools[0]) }},
		"too many types": {"pool.types", func(p *problem) {
			p.web().Pools = append(p.web().Pools, p.web().Pools[0])
			p.web().Pools[1].InstanceType = "m7.xlarge"
		}},
		"above the baseline": {"pool.baseline", func(p *problem) {
			p.respec(func(c *planner.Cluster) {
				c.NodeGroups[1].Instances.Families = []string{"t3"}
			})
			p.web().Pools[0].InstanceType = "t3.large"
		}},
		"an offer missing": {"offers.missing", func(p *problem) { p.plan.Offers = nil }},
		"an offer altered": {"offers.row", func(p *problem) { p.plan.Offers[0].Memory++ }},
	}
}

func replicaMutations() map[string]mutation {
	return map[string]mutation{
		"a replica dropped":   {"placement.replicas", func(p *problem) { p.web().Placement[1].Pods[0].Pods = 1 }},
		"a pod invented":      {"placement.pods", func(p *problem) { p.web().Placement[4].Pods[1].Workload = "zoo" }},
		"reasons not summing": {"replicas.sum", func(p *problem) { p.web().Workloads[2].Reasons.Spare = 0 }},
		"reasons swapped":     {"replicas.reasons", func(p *problem) { p.edge().Workloads[0].Reasons = planner.ReplicaReasons{Load: 3, Zone: 2} }},
		"a load too small":    {"replicas.load", func(p *problem) { p.edge().Workloads[0].Reasons = planner.ReplicaReasons{Load: 2, Spare: 1, Zone: 2} }},
		"the spare missing": {"replicas.spare", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[1].SpareReplicas = 2 })
		}},
		"the minimum missed":    {"replicas.minimum", func(p *problem) { p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[1].MinReplicas = 4 }) }},
		"no room for a rollout": {"replicas.rollout", func(p *problem) { rollout(p, units.CountOrRatio{}, units.Count(2)) }},
		"a rollout's last pod": {"replicas.rollout", func(p *problem) {
			// 10% of 3 is no pod and nothing surges: the controller takes one all the same.
			rollout(p, units.CountOrRatio{}, units.Share(10*units.Percent))
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[1].SpareReplicas = 0 })
			p.web().Workloads[2].Reasons = planner.ReplicaReasons{Load: 3}
		}},
		"a surge without room": {"rollout.surge", func(p *problem) { rollout(p, units.Share(11*units.Whole), units.CountOrRatio{}) }},
		"busier than allowed": {"replicas.utilization", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[1].Demand.MaxUtilization = 49 * units.Percent })
		}},
		"slower than its target": {"latency.target", func(p *problem) { p.web().Workloads[2].Latency[0].Predicted = 100_000_001 }},
		"faster than service":    {"latency.service", func(p *problem) { p.web().Workloads[2].Latency[0].Predicted = 39_000_000 }},
		"no prediction":          {"latency.missing", func(p *problem) { p.web().Workloads[2].Latency = nil }},
	}
}

func placementMutations() map[string]mutation {
	return map[string]mutation{
		"an overfull node (CPU)": {"placement.cpu", func(p *problem) {
			w := p.web()
			w.Placement[1].Pods = pods("api", 4, "dns", 1)
			w.Placement[0].Pods, w.Placement[2].Pods = pods("search", 1), pods("dns", 1)
		}},
		"an overfull node (memory)": {"placement.memory", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[0].Pod.Memory = 8 * units.GiB })
		}},
		"an overfull node (pods)": {"placement.pod_count", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Workloads[0].Pod = planner.Pod{} })
			p.web().Placement[0].Pods[0].Pods = 18
		}},
		"min_ready broken": {"loss.min_ready", func(p *problem) {
			w := p.web()
			w.Placement[0].Pods, w.Placement[1].Pods = pods("api", 2, "search", 1), pods("api", 2, "dns", 1)
			w.Placement[2].Pods = pods("dns", 1)
		}},
		"ready_at_worst wrong": {"loss.ready_at_worst", func(p *problem) { p.web().Workloads[0].ReadyAtWorst = 4 }},
		"static load not held": {"loss.static", func(p *problem) { p.respec(func(c *planner.Cluster) { c.NodeGroups[0].Redundancy.Zones = 2 }) }},
		"a zone too many to lose": {"loss.reschedule", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Redundancy.Zones = 2 })
		}},
		"skew over hosts": {"placement.skew", func(p *problem) {
			e := p.edge()
			e.Placement = []planner.Placement{
				{Pool: "m7.large", Zone: "a", Nodes: 1, Pods: pods("proxy", 2)},
				{Pool: "m7.large", Zone: "a", Nodes: 1},
				e.Placement[1], e.Placement[2],
			}
		}},
		"skew over zones": {"placement.skew", func(p *problem) {
			e := p.edge()
			e.Placement = []planner.Placement{
				{Pool: "m7.large", Zone: "a", Nodes: 1, Pods: pods("proxy", 1)},
				{Pool: "m7.large", Zone: "a", Nodes: 1, Pods: pods("proxy", 2)},
				e.Placement[1],
				{Pool: "m7.large", Zone: "c", Nodes: 1},
			}
		}},
		"usage wrong":          {"usage.share", func(p *problem) { p.web().Usage.Memory = 208_619 }},
		"headroom wrong":       {"usage.headroom", func(p *problem) { p.web().Headroom.Pods++ }},
		"more tried than real": {"drill.tried", func(p *problem) { p.web().Survives[0].Tried, p.web().Survives[0].Held = 6, 6 }},
		"a drill not held":     {"drill.held", func(p *problem) { p.web().Survives[1].Held = 2 }},
		"a drill dropped":      {"drill.missing", func(p *problem) { p.web().Survives = p.web().Survives[:1] }},
		"spot gone of none": {"drill.event", func(p *problem) {
			p.web().Survives = append(p.web().Survives, planner.Drill{Event: planner.AllSpotGone, Tried: 1})
		}},
		"a drill of nothing": {"drill.event", func(p *problem) { p.web().Survives[0].Event = "rain" }},
	}
}

// rollout changes how search is rolled out.
func rollout(p *problem, surge, unavailable units.CountOrRatio) {
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[1].Workloads[1].RollingUpdate = planner.RollingUpdate{MaxSurge: surge, MaxUnavailable: unavailable}
	})
}

func moneyMutations() map[string]mutation {
	unpriced := func(p *problem) {
		p.cat.Types[0].OnDemand = catalogs.Price{}
	}
	return map[string]mutation{
		"a line dropped":         {"cost.line_missing", func(p *problem) { p.plan.Cost.Lines = slices.Delete(p.plan.Cost.Lines, 2, 3) }},
		"a line invented":        {"cost.line_unknown", func(p *problem) { p.plan.Cost.Lines[4].Path = "node_group.web.zoo" }},
		"a line a billionth off": {"cost.line", func(p *problem) { p.plan.Cost.Lines[1].Amount.Rate++ }},
		"a disk understated":     {"cost.line", func(p *problem) { p.plan.Cost.Lines[2].Amount.Rate-- }},
		"a disk overstated":      {"cost.line", func(p *problem) { p.plan.Cost.Lines[2].Amount.Rate += 16 }},
		"a better basis":         {"cost.basis", func(p *problem) { p.cat.Types[0].OnDemand.Basis = catalogs.Recalled }},
		"another date":           {"cost.basis", func(p *problem) { p.plan.Cost.Lines[0].Date = "2026-11-20" }},
		"known sum wrong":        {"cost.known", func(p *problem) { p.plan.Cost.Known-- }},
		"total wrong":            {"cost.total", func(p *problem) { p.plan.Cost.Total.Rate-- }},
		"an unknown price is 0":  {"cost.line", unpriced},
		"total in spite of it": {"cost.total", func(p *problem) {
			p.plan.Cost.Lines[1].Amount, p.plan.Cost.Lines[1].Basis = planner.Amount{}, ""
		}},
		"group cost wrong": {"cost.group", func(p *problem) { p.web().Cost.Rate++ }},
		"budget exceeded": {"cost.budget", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.MaxUSDPerMonth = new(1569 * units.Dollar) })
		}},
		"steps of redundancy":     {"redundancy.sum", func(p *problem) { p.web().RedundancyCost[1].Added.Rate += dollars(1) }},
		"steps out of order":      {"redundancy.steps", func(p *problem) { slices.Reverse(p.web().RedundancyCost) }},
		"bound above the cost":    {"bound.above_cost", func(p *problem) { p.web().LowerBound = dollars(1001) }},
		"bound beyond its proof":  {"bound.proof", func(p *problem) { p.web().LowerBound = dollars(601) }},
		"bound beside a gift":     {"bound.proof", func(p *problem) { p.cat.Types[1].OnDemand = listed(0) }},
		"a dual too high":         {"bound.duals", func(p *problem) { p.web().Duals.Core = 55_921_055 }},
		"gap wrong":               {"bound.gap", func(p *problem) { p.web().Gap = 1_350_034 }},
		"a cheaper alternative":   {"alternatives.order", func(p *problem) { p.web().Alternatives[0].Difference = -10_000 }},
		"a foreign alternative":   {"alternatives.admitted", func(p *problem) { p.web().Alternatives[0].InstanceType = "t3.large" }},
		"support wrong":           {"control_plane.support", func(p *problem) { p.cat.Versions[0].StandardEnd = "2026-11-19" }},
		"a fee not the catalog's": {"control_plane.fees", func(p *problem) { p.cat.Fees[1].Price.Rate++ }},
		"a fee dropped":           {"control_plane.provider", func(p *problem) { p.plan.ControlPlane.Fees = nil }},
	}
}

func otherMutations() map[string]mutation {
	return map[string]mutation{
		"another spec":    {"inputs.cluster", func(p *problem) { p.c.Name = "other" }},
		"another catalog": {"inputs.catalog", func(p *problem) { p.plan.Catalog.SHA256 = "def" }},
		"a hop skipped": {"upgrade.hops", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.Upgrade.To = "1.37" })
			p.plan.Upgrade.To, p.plan.Upgrade.Hops = "1.37", []string{"1.37"}
		}},
		"another target":          {"upgrade.versions", func(p *problem) { p.plan.Upgrade.To = "1.37" }},
		"no upgrade":              {"upgrade.asked", func(p *problem) { p.plan.Upgrade = nil }},
		"a blocked strategy":      {"upgrade.recommended", func(p *problem) { p.plan.Upgrade.Recommended = "in_place" }},
		"a strategy that is none": {"upgrade.recommended", func(p *problem) { p.plan.Upgrade.Recommended = "magic" }},
		"no recommendation":       {"upgrade.recommended", func(p *problem) { p.plan.Upgrade.Recommended = "" }},
		"no time at all":          {"upgrade.duration", func(p *problem) { p.plan.Upgrade.Strategies[1].Duration = 0 }},
		"a group takes longer":    {"upgrade.duration", func(p *problem) { p.plan.Upgrade.Strategies[2].Groups[0].Duration *= 2 }},
		"a negative cost":         {"upgrade.cost", func(p *problem) { p.plan.Upgrade.Strategies[2].ExtraCost = -1 }},
		"more than all ready":     {"upgrade.min_ready", func(p *problem) { p.plan.Upgrade.Strategies[1].MinReady = 1_000_001 }},
		"growth misdated":         {"growth.months", func(p *problem) { p.plan.Growth[0].Date = "2027-11-21" }},
		"a plan without a day":    {"growth.months", func(p *problem) { p.respec(func(c *planner.Cluster) { c.AsOf = "" }) }},
		"growth without a group":  {"growth.groups", func(p *problem) { p.plan.Growth[0].Nodes = p.plan.Growth[0].Nodes[:1] }},
		"an assumption dropped":   {"assumptions.missing", func(p *problem) { p.plan.Assumptions = nil }},
		"an assumption twice":     {"lists.sorted", func(p *problem) { p.plan.Assumptions = append(p.plan.Assumptions, p.plan.Assumptions[0]) }},
		"findings unsorted":       {"lists.sorted", func(p *problem) { slices.Reverse(p.plan.Findings) }},
		"a finding that is off":   {"findings.severity", func(p *problem) { p.plan.Findings[0].Severity = planner.Off }},
	}
}

// TestMinReadyStandsForTheLoad: with static recovery min_ready is what the
// survivors must be, where it is given. Losing two zones leaves one proxy.
func TestMinReadyStandsForTheLoad(t *testing.T) {
	for minReady, want := range map[int][]string{1: nil, 2: {"loss.min_ready"}} {
		p := good()
		p.respec(func(c *planner.Cluster) {
			c.NodeGroups[0].Redundancy.Zones = 2
			c.NodeGroups[0].Workloads[0].MinReady = new(units.Count(minReady))
		})
		p.edge().Survives[1].Event = "any 2 zones"
		p.edge().Workloads[0].ReadyAtWorst = 1
		if got := rules(p.verify()); !slices.Equal(got, want) {
			t.Errorf("min_ready %d: found %v, want %v", minReady, got, want)
		}
	}
}

// TestBothAtOnce loses a zone and a node together: each of a
// and b leaves 3 nodes to lose one of, c leaves 4: 3 + 3 + 4 = 10 ways.
func TestBothAtOnce(t *testing.T) {
	p := good()
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[0].Redundancy.AtOnce = true
		c.NodeGroups[0].Workloads[0].MinReady = new(units.Count(2))
	})
	p.edge().Survives = []planner.Drill{{Event: "any 1 node and any 1 zone", Tried: 10, Held: 10}}
	p.edge().Workloads[0].ReadyAtWorst = 2
	if err := p.verify(); err != nil {
		t.Errorf("refused:\n%v", err)
	}
}
