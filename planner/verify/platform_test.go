package verify_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// limited is hosted with limits of the platform: ten nodes in two groups of five, and two
// API servers of 600 requests when one is lost or upgraded. 120.01 writes and 30 reads a
// second of a tenth of a second each are 16 at a time.
func limited() *problem {
	p := hosted()
	p.plan.PlatformLimits = []planner.PlatformLimit{
		{Resource: "node_groups", Path: "cluster", Kind: planner.HardQuota, Used: 2, Limit: 30, Share: 66_667, Source: "a quota"},
		{Resource: "requests_in_flight", Path: "control_plane", Kind: planner.Threshold, Used: 16, Limit: 1_200, Share: 13_334, Source: "flags"},
		{Resource: "nodes_per_group", Path: "node_group.web", Kind: planner.HardQuota, Used: 5, Limit: 450, Share: 11_112, Source: "a quota", Month: 12, Date: "2027-11-20"},
		{Resource: "nodes", Path: "cluster", Kind: planner.Threshold, Used: 10, Limit: 5_000, Share: 2_000, Source: "a table"},
	}
	p.plan.ControlPlane.Load = []planner.ControlPlaneLoad{
		{Moment: planner.LoadNow, Writes: 100 * units.PerSecond, Reads: 30 * units.PerSecond},
		{Moment: planner.LoadAtHorizon, Writes: 900 * units.PerSecond},
		{Moment: planner.LoadInUpgrade, Writes: 120*units.PerSecond + units.PerSecond/100, Reads: 30 * units.PerSecond},
	}
	return p
}

// platformRules are what is found of limits.
func platformRules(p *problem) []string {
	return slices.DeleteFunc(rules(p.verify()), func(rule string) bool { return !slices.Contains(limitRules(), rule) })
}

func limitRules() []string {
	return []string{"platform.limit", "platform.held", "platform.used", "platform.month", "platform.seats", "platform.share", "platform.published", "lists.sorted"}
}

// TestPlatformLimits: limits that hold are not found fault with.
func TestPlatformLimits(t *testing.T) {
	if got := platformRules(limited()); len(got) > 0 {
		t.Errorf("found %v", got)
	}
}

// TestLoadAtHorizon: ten nodes and thirty pods that grow to 13 nodes are 13 and 39.
func TestLoadAtHorizon(t *testing.T) {
	for name, c := range map[string]struct {
		nodes, pods int
		wrong       bool
	}{"right": {13, 39, false}, "a node more": {14, 39, true}, "a pod less": {13, 38, true}} {
		p := limited()
		nodes := 0
		for i := range p.plan.NodeGroups {
			nodes += p.plan.NodeGroups[i].Nodes
		}
		p.plan.Growth = []planner.GrowthMonth{{Month: 1, Nodes: []planner.GroupNodes{{Group: "web", Nodes: nodes + 3}}}, {Month: 2, Infeasible: "no"}}
		p.plan.ControlPlane.Load[0].Nodes, p.plan.ControlPlane.Load[0].Pods = 10, 30
		p.plan.ControlPlane.Load[1].Nodes, p.plan.ControlPlane.Load[1].Pods = c.nodes, c.pods
		if got := slices.Contains(rules(p.verify()), "load.horizon"); nodes != 10 || got != c.wrong {
			t.Errorf("%s: found: %t, of %d nodes", name, got, nodes)
		}
	}
}

func TestPlatformMutations(t *testing.T) {
	limit := func(i int, change func(l *planner.PlatformLimit)) func(p *problem) {
		return func(p *problem) { change(&p.plan.PlatformLimits[i]) }
	}
	mutate(t, limited, map[string]mutation{
		"a limit of nothing": {"platform.limit", limit(0, func(l *planner.PlatformLimit) { l.Limit = 0 })},
		"a quota exceeded":   {"platform.held", limit(2, func(l *planner.PlatformLimit) { l.Limit = 4 })},
		"nodes left out":     {"platform.used", limit(3, func(l *planner.PlatformLimit) { l.Used = 9 })},
		"a share too small":  {"platform.share", limit(3, func(l *planner.PlatformLimit) { l.Share-- })},
		"a limit of nobody":  {"platform.published", limit(3, func(l *planner.PlatformLimit) { l.Limit, l.Share = 6_250, 1_600 })},
		"pods left out": {"platform.used", func(p *problem) {
			p.plan.ControlPlane.Load[0].Pods = 30
			p.plan.PlatformLimits = append(p.plan.PlatformLimits, planner.PlatformLimit{Resource: "pods", Path: "cluster", Kind: planner.Threshold, Used: 29, Limit: 150_000, Share: 194, Source: "a table"})
		}},
		"a group left out":       {"platform.used", limit(0, func(l *planner.PlatformLimit) { l.Used = 1 })},
		"a smaller group":        {"platform.used", limit(2, func(l *planner.PlatformLimit) { l.Used = 4 })},
		"the closest not first":  {"lists.sorted", func(p *problem) { slices.Reverse(p.plan.PlatformLimits) }},
		"a month without a day":  {"platform.month", limit(2, func(l *planner.PlatformLimit) { l.Date = "" })},
		"another day":            {"platform.month", limit(2, func(l *planner.PlatformLimit) { l.Date = "2027-11-21" })},
		"a day without a month":  {"platform.month", limit(3, func(l *planner.PlatformLimit) { l.Date = "2027-11-20" })},
		"all three servers left": {"platform.seats", limit(1, func(l *planner.PlatformLimit) { l.Limit = 1_800 })},
		"a request less":         {"platform.seats", limit(1, func(l *planner.PlatformLimit) { l.Used = 15 })},
		"two nodes to lose": {"platform.seats", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.ControlPlane.Redundancy.Nodes = 2 })
		}},
	})
}
