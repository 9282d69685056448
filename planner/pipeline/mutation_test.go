package pipeline_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// TestMutations breaks a good plan that Make gave, in one way at a time. Verify
// must see each.
func TestMutations(t *testing.T) {
	p := rich()
	good := p.mustMake(t)
	original := encode(t, &good)
	for name, change := range mutations() {
		t.Run(name, func(t *testing.T) {
			// The copy has its own memory; a change of what was asked for goes to both.
			q := rich()
			var plan planner.Plan
			if err := json.Unmarshal(original, &plan); err != nil {
				t.Fatal(err)
			}
			plan.Cluster = rich().cluster
			if err := verify.Plan(&q.cluster, &q.catalog, q.provider, &plan); err != nil {
				t.Fatalf("the copy is refused:\n%v", err)
			}
			change(&broken{plan: &plan, problem: q})
			if err := verify.Plan(&q.cluster, &q.catalog, q.provider, &plan); len(verify.Violations(err)) == 0 {
				t.Error("verify sees nothing wrong")
			}
		})
	}
}

// broken is a plan beside what it answers.
type broken struct {
	plan    *planner.Plan
	problem *problem
}

// respec changes what was asked for, as if the plan had been made for it.
func (b *broken) respec(change func(c *planner.Cluster)) {
	change(&b.problem.cluster)
	change(&b.plan.Cluster)
}

// edge, jobs and web are the groups of rich, by name.
func (b *broken) edge() *planner.GroupPlan { return &b.plan.NodeGroups[0] }
func (b *broken) web() *planner.GroupPlan  { return &b.plan.NodeGroups[2] }

// work is a workload of web.
func (b *broken) work(name string) *planner.WorkloadPlan {
	i := slices.IndexFunc(b.web().Workloads, func(w planner.WorkloadPlan) bool { return w.Name == name })
	return &b.web().Workloads[i]
}

func mutations() map[string]func(b *broken) {
	all := map[string]func(b *broken){}
	for _, set := range []map[string]func(b *broken){nodeMutations(), podMutations(), moneyMutations(), otherMutations()} {
		maps.Copy(all, set)
	}
	return all
}

func nodeMutations() map[string]func(b *broken) {
	pool := func(change func(p *planner.Pool)) func(b *broken) {
		return func(b *broken) { change(&b.web().Pools[0]) }
	}
	return map[string]func(b *broken){
		"a node fewer": func(b *broken) {
			g := b.web()
			g.Nodes, g.MinNodes, g.MaxNodes = g.Nodes-1, g.Nodes-1, g.Nodes-1
			g.Pools[0].Nodes--
			g.Pools[0].NodesByZone[0].Nodes--
			g.Placement[0].Nodes--
			if g.Placement[0].Nodes == 0 {
				g.Placement = g.Placement[1:]
			}
		},
		"a node more":      func(b *broken) { b.web().Pools[0].NodesByZone[0].Nodes++ },
		"a zone swapped":   func(b *broken) { b.web().Placement[0].Zone = "c" },
		"zones exchanged":  pool(func(p *planner.Pool) { slices.Reverse(p.NodesByZone) }),
		"a zone forgotten": pool(func(p *planner.Pool) { p.NodesByZone = p.NodesByZone[:2] }),
		"allocatable raised": pool(func(p *planner.Pool) {
			p.Allocatable.CPU++
		}),
		"memory raised":     pool(func(p *planner.Pool) { p.Allocatable.Memory += units.MiB }),
		"pods raised":       pool(func(p *planner.Pool) { p.Allocatable.Pods++ }),
		"DaemonSet dropped": pool(func(p *planner.Pool) { p.DaemonSets = p.DaemonSets[1:] }),
		"DaemonSet shrunk":  pool(func(p *planner.Pool) { p.DaemonSets[0].CPU = 0 }),
		"a burstable type":  pool(func(p *planner.Pool) { p.InstanceType = "t3.xlarge" }),
		"an arm64 type":     pool(func(p *planner.Pool) { p.InstanceType = "m7g.xlarge" }),
		"an unknown type":   pool(func(p *planner.Pool) { p.InstanceType = "m7i.none" }),
		"bought as spot":    pool(func(p *planner.Pool) { p.CapacityType = planner.Spot }),
		"a smaller disk":    pool(func(p *planner.Pool) { p.RootDisks[0].Size /= 2 }),
		"min above nodes":   func(b *broken) { b.web().MinNodes++ },
	}
}

func podMutations() map[string]func(b *broken) {
	return map[string]func(b *broken){
		"a pod moved": func(b *broken) {
			// Onto the next node from the first that has a pod of the proxy: one holds
			// two then and another none, against the hard spread.
			g := b.edge()
			g.Placement[0].Pods[0].Pods++
			g.Placement[len(g.Placement)-1].Pods = nil
		},
		"a pod forgotten":     func(b *broken) { b.web().Placement[0].Pods[0].Pods-- },
		"a pod invented":      func(b *broken) { b.web().Placement[0].Pods[0].Pods++ },
		"a replica dropped":   func(b *broken) { b.work("api").Replicas-- },
		"a replica added":     func(b *broken) { b.work("api").Replicas++ },
		"a given count":       func(b *broken) { b.work("cart").Replicas, b.work("cart").Reasons.Load = 7, 7 },
		"reasons of another":  func(b *broken) { b.work("api").Reasons.Load--; b.work("api").Reasons.Zone++ },
		"a workload dropped":  func(b *broken) { b.web().Workloads = b.web().Workloads[1:] },
		"DNS forgotten":       func(b *broken) { b.work("dns").Name = "dn" },
		"ready at worst":      func(b *broken) { b.work("cart").ReadyAtWorst = 6 },
		"slower than allowed": func(b *broken) { b.work("search").Latency[0].Predicted *= 10 },
		"no prediction":       func(b *broken) { b.work("search").Latency = nil },
		"busier than allowed": func(b *broken) { b.work("search").Utilization = units.Whole },
		"min_ready raised": func(b *broken) {
			b.respec(func(c *planner.Cluster) { c.NodeGroups[2].Workloads[1].MinReady = new(units.Count(6)) })
		},
		"one more zone to lose": func(b *broken) {
			b.respec(func(c *planner.Cluster) { c.NodeGroups[0].Redundancy.Zones = 2 })
		},
		"larger pods": func(b *broken) {
			b.respec(func(c *planner.Cluster) { c.NodeGroups[2].Workloads[1].Pod.CPU *= 3 })
		},
		"a drill dropped":       func(b *broken) { b.web().Survives = b.web().Survives[1:] },
		"a drill not held":      func(b *broken) { b.web().Survives[0].Held-- },
		"drills never done":     func(b *broken) { b.web().Survives[0].Tried++; b.web().Survives[0].Held++ },
		"requests lowered":      func(b *broken) { b.web().Requests.Memory-- },
		"a smaller DNS pod":     func(b *broken) { b.work("dns").Pod.CPU-- },
		"a limit dropped":       func(b *broken) { b.work("cart").Pod.MemoryLimit++ },
		"usage lowered":         func(b *broken) { b.web().Usage.CPU /= 2 },
		"headroom raised":       func(b *broken) { b.web().Headroom.CPU += units.Core },
		"an outage dropped":     func(b *broken) { b.work("api").Outages = nil },
		"an outage shortened":   func(b *broken) { b.work("api").Outages[0].PerYear /= 2 },
		"a spread that is none": func(b *broken) { b.edge().Placement[0].Pods = nil },
	}
}

func moneyMutations() map[string]func(b *broken) {
	return map[string]func(b *broken){
		"a price changed":       func(b *broken) { b.web().Pools[0].Price.Rate-- },
		"the catalog's changed": func(b *broken) { raise(b) },
		"a cost line dropped":   func(b *broken) { b.plan.Cost.Lines = b.plan.Cost.Lines[1:] },
		"a cost line twice":     func(b *broken) { b.plan.Cost.Lines = append(b.plan.Cost.Lines, b.plan.Cost.Lines[0]) },
		"a total off by a cent": func(b *broken) {
			b.plan.Cost.Total.Rate += (units.Dollar / 100).PerHour()
		},
		"a total off by a bit":     func(b *broken) { b.plan.Cost.Total.Rate++ },
		"a line off by a cent":     func(b *broken) { b.plan.Cost.Lines[1].Amount.Rate += (units.Dollar / 100).PerHour() },
		"another basis":            func(b *broken) { b.plan.Cost.Lines[1].Basis = "recalled" },
		"a bound above the cost":   func(b *broken) { b.web().LowerBound = b.web().Cost.Rate * 2 },
		"a dual too high":          func(b *broken) { b.web().Duals.Core = units.DollarPerHour },
		"a smaller gap":            func(b *broken) { b.web().Gap /= 2 },
		"a group's cost":           func(b *broken) { b.web().Cost.Rate-- },
		"a step of redundancy":     func(b *broken) { b.web().RedundancyCost[0].Added.Rate += units.DollarPerHour },
		"an alternative not there": func(b *broken) { b.web().Alternatives[0].InstanceType = "t3.xlarge" },
		"a fee dropped":            func(b *broken) { b.plan.ControlPlane.Fees = nil },
		"a split dropped":          func(b *broken) { b.plan.ToCommit = b.plan.ToCommit[1:] },
		"a split invented":         func(b *broken) { b.plan.ToCommit = append(b.plan.ToCommit, b.plan.ToCommit[0]) },
		"one more to commit to":    func(b *broken) { b.plan.ToCommit[0].Parts[0].Nodes++ },
		"a cheaper split":          func(b *broken) { b.plan.ToCommit[0].Cost-- },
		"dearer on demand":         func(b *broken) { b.plan.ToCommit[0].OnDemand++ },
		"for one year instead":     func(b *broken) { b.plan.ToCommit[0].Parts[0].Way = planner.ForOneYear },
		"fewer nodes in an hour":   func(b *broken) { b.plan.ToCommit[0].Hours[3]-- },
		"all bought":               func(b *broken) { b.plan.ToCommit[0].Bought++ },
		"nothing that stays":       func(b *broken) { b.plan.ToCommit[0].Stable-- },
		"lines of others":          func(b *broken) { b.plan.ToCommit[0].Paths[0] = "node_group.none.nodes" },
		"used more than it is":     func(b *broken) { b.plan.ToCommit[0].Parts[0].LeastUse++ },
		"a commitment dropped":     func(b *broken) { b.plan.Commitments = b.plan.Commitments[1:] },
		"a commitment that ended": func(b *broken) {
			b.respec(func(c *planner.Cluster) { c.Pricing.Commitments[0].Expires = c.AsOf })
		},
		"more of it unused":   func(b *broken) { b.plan.Commitments[1].Unused += thousandth },
		"more of it paid":     func(b *broken) { b.plan.Commitments[1].Paid.Rate++ },
		"more of it covered":  func(b *broken) { b.plan.Commitments[0].Covers[0].Value += thousandth },
		"its nodes elsewhere": func(b *broken) { b.plan.Commitments[0].Covers[0].Path = "node_group.jobs.nodes" },
		"a larger discount":   func(b *broken) { b.respec(func(c *planner.Cluster) { c.Pricing.Commitments[0].Discount *= 2 }) },
		"a bound to a family": func(b *broken) { b.respec(func(c *planner.Cluster) { c.Pricing.Commitments[2].Family = "m7i" }) },
		"prices not known":    func(b *broken) { b.plan.Commitments[0].Unpriced = []string{"m7i.large"} },
		"a budget below the cost": func(b *broken) {
			b.respec(func(c *planner.Cluster) {
				c.MaxUSDPerMonth = new(b.plan.Cost.Total.Rate.PerMonth() - units.Dollar/100)
			})
		},
	}
}

// raise changes the catalog's price of web's type.
func raise(b *broken) {
	for i := range b.problem.catalog.Types {
		if t := &b.problem.catalog.Types[i]; t.Name == b.web().Pools[0].InstanceType {
			t.OnDemand.Rate++
		}
	}
}

// surging changes the first strategy of the upgrade that can be used.
func surging(change func(s *planner.UpgradeStrategy)) func(b *broken) {
	return func(b *broken) {
		for i := range b.plan.Upgrade.Strategies {
			if s := &b.plan.Upgrade.Strategies[i]; len(s.BlockedBy) == 0 {
				change(s)
				return
			}
		}
		panic("every strategy is blocked")
	}
}

func otherMutations() map[string]func(b *broken) {
	return map[string]func(b *broken){
		"another cluster":           func(b *broken) { b.problem.cluster.Name = "other" },
		"another catalog":           func(b *broken) { b.plan.Catalog.Date = "2026-11-19" },
		"an offer's row altered":    func(b *broken) { b.plan.Offers[0].Memory *= 2 },
		"an offer's row dropped":    func(b *broken) { b.plan.Offers = nil },
		"a group dropped":           func(b *broken) { b.plan.NodeGroups = b.plan.NodeGroups[1:] },
		"a group twice":             func(b *broken) { b.plan.NodeGroups = append(b.plan.NodeGroups, b.plan.NodeGroups[2]) },
		"groups unsorted":           func(b *broken) { slices.Reverse(b.plan.NodeGroups) },
		"workloads unsorted":        func(b *broken) { slices.Reverse(b.web().Workloads) },
		"offers unsorted":           func(b *broken) { slices.Reverse(b.plan.Offers) },
		"another role":              func(b *broken) { b.web().Role = planner.System },
		"an upgrade hop removed":    func(b *broken) { b.plan.Upgrade.Hops = b.plan.Upgrade.Hops[1:] },
		"another target":            func(b *broken) { b.plan.Upgrade.To = "1.36" },
		"a strategy that is none":   func(b *broken) { b.plan.Upgrade.Recommended = "hope" },
		"nodes follow earlier":      func(b *broken) { b.plan.Upgrade.NodeRounds = b.plan.Upgrade.NodeRounds[:1] },
		"the best are blocked":      func(b *broken) { b.plan.Upgrade.Pareto = []string{"in_place"} },
		"a width beyond the nodes":  surging(func(s *planner.UpgradeStrategy) { s.Groups[0].Width.MaxUnavailable = 100 }),
		"a declared width chosen":   surging(func(s *planner.UpgradeStrategy) { s.Groups[0].Width.Declared = false }),
		"a width given a reason":    surging(func(s *planner.UpgradeStrategy) { s.Groups[0].WidthWhy = "it pleases" }),
		"a strategy costs less":     surging(func(s *planner.UpgradeStrategy) { s.ExtraCost-- }),
		"a peak lowered":            surging(func(s *planner.UpgradeStrategy) { s.PeakNodes-- }),
		"vCPUs at the peak lowered": surging(func(s *planner.UpgradeStrategy) { s.PeakVCPUs-- }),
		"a group's vCPUs lowered":   surging(func(s *planner.UpgradeStrategy) { s.Groups[0].PeakVCPUs-- }),
		"zones without the peak":    surging(func(s *planner.UpgradeStrategy) { s.PeakByZone = s.PeakByZone[:1] }),
		"a round forgotten":         surging(func(s *planner.UpgradeStrategy) { s.Groups[0].Rounds++ }),
		"time runs back":            surging(func(s *planner.UpgradeStrategy) { slices.Reverse(s.Timeline) }),
		"no end":                    surging(func(s *planner.UpgradeStrategy) { s.Timeline = s.Timeline[:len(s.Timeline)-1] }),
		"an event of no group":      surging(func(s *planner.UpgradeStrategy) { s.Timeline[3].Group = "none" }),
		"a pod forgotten":           surging(func(s *planner.UpgradeStrategy) { s.Workloads[0].Pods-- }),
		"targets hold with fewer":   surging(func(s *planner.UpgradeStrategy) { s.Workloads[0].NoTarget = time.Nanosecond }),
		"more ready after a loss":   surging(func(s *planner.UpgradeStrategy) { s.Workloads[0].AfterZone = s.Workloads[0].MinReady + 1 }),
		"a limit forgotten":         surging(func(s *planner.UpgradeStrategy) { s.Limits = append(s.Limits, planner.Limit{}) }),
		"away for longer than all":  surging(func(s *planner.UpgradeStrategy) { s.AfterNode = s.Duration + 1 }),
		"usable without an end":     surging(func(s *planner.UpgradeStrategy) { s.Simulated = false }),
		"no upgrade":                func(b *broken) { b.plan.Upgrade = nil },
		"a month of growth misread": func(b *broken) { b.plan.Growth[1].Date = b.plan.Growth[0].Date },
		"an assumption dropped":     func(b *broken) { b.plan.Assumptions = b.plan.Assumptions[1:] },
	}
}
