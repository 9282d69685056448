package pipeline_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// pulled is a problem with one of its levers declared.
func pulled(t *testing.T, p *problem, l *planner.UpgradeLever) *problem {
	t.Helper()
	q := *p
	u := *p.cluster.Upgrade
	q.cluster.Upgrade = &u
	q.cluster.NodeGroups = slices.Clone(p.cluster.NodeGroups)
	n, _ := strconv.Atoi(l.Value)
	switch {
	case l.Path == "upgrade.finish_within":
		d, err := time.ParseDuration(l.Value)
		if err != nil {
			t.Fatal(err)
		}
		u.FinishWithin = d
	case l.Path == "upgrade.max_extra_usd":
		cents, err := strconv.ParseInt(strings.Replace(l.Value, ".", "", 1), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		u.MaxExtra = new(units.USD(cents) * units.Dollar / 100)
	case l.Path == "upgrade.kubelet_skew":
		u.KubeletSkew = n
	case strings.HasSuffix(l.Path, ".pod_disruption_budget.max_unavailable"):
		g := &q.cluster.NodeGroups[0]
		g.Workloads = slices.Clone(g.Workloads)
		for i := range g.Workloads {
			if strings.Contains(l.Path, ".workload."+g.Workloads[i].Name+".") {
				g.Workloads[i].PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: new(units.Count(n))}
			}
		}
	case strings.HasPrefix(l.Path, "node_group."):
		q.cluster.Assumptions = withoutWidths(&p.cluster)
		declareWidth(&q, l.Way.Strategy, n)
	default:
		t.Fatalf("what is %s?", l.Path)
	}
	return &q
}

// TestLeversAgainstPlans: what is declared as a lever says opens a way that takes what the
// lever says, and the least time and cost are those of all widths that can be declared.
func TestLeversAgainstPlans(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(12, 0))}
	draws := 250
	if testing.Short() {
		draws = 100
	}
	kinds := map[string]int{}
	least := 0
	for i := range draws {
		p := tightUpgrade(d)
		plan, err := p.make(t)
		if err != nil {
			continue
		}
		u := plan.Upgrade
		for k := range u.Levers {
			l := &u.Levers[k]
			other, err := pulled(t, p, l).make(t)
			if err != nil {
				t.Fatalf("%d: %s: %v", i, l.Words(), err)
			}
			row := other.Upgrade.Named(l.Way.Strategy)
			if got := (planner.UpgradeWay{Strategy: row.Name, Duration: row.Duration, ExtraCost: row.ExtraCost, ExtraCostKnown: row.ExtraCostKnown}); got != l.Way || len(row.BlockedBy) > 0 || row.Broken > 0 {
				t.Fatalf("%d: %s gives %+v, and declared %+v %v, broken for %v", i, l.Words(), l.Way, got, row.BlockedBy, row.Broken)
			}
			kinds[l.Path[strings.LastIndex(l.Path[:strings.LastIndex(l.Path, ".")], ".")+1:]]++
		}
		if u.Quickest != nil && len(u.Hops) == 1 { // widths are ordered by one minor
			least++
			quick, cheap := leastOf(t, p, plan.NodeGroups[0].Nodes)
			if quick != u.Quickest.Duration || cheap != u.Cheapest.ExtraCost {
				t.Fatalf("%d: the least are %v and %d, said to be %+v and %+v", i, quick, cheap, u.Quickest, u.Cheapest)
			}
		}
	}
	for _, kind := range []string{"upgrade.finish_within", "upgrade.max_extra_usd", "upgrade.kubelet_skew", "pod_disruption_budget.max_unavailable", "update_config.max_unavailable"} {
		if kinds[kind] == 0 && !testing.Short() {
			t.Errorf("no lever of %s among %v", kind, kinds)
		}
	}
	if least < draws/20 {
		t.Errorf("only %d with the least that can be had", least)
	}
}

// tightUpgrade is an upgrade of one or two minors whose limits, budgets or width are too tight as
// often as not.
func tightUpgrade(d dice) *problem {
	p := randomWidths(d)
	p.cluster.KubernetesVersion, p.cluster.Quota.OnDemandVCPUs = pick(d, "1.34", "1.35"), 0
	u := p.cluster.Upgrade
	u.Keep, u.FinishWithin, u.MaxExtra = pick(d, planner.UpgradeKeepNPlusOne, ""), 0, nil
	if d.chance(60) {
		u.FinishWithin = 30*time.Minute + time.Duration(d.between(5, 60))*time.Minute
	}
	if d.chance(40) {
		u.MaxExtra = new(units.USD(d.IntN(30)) * units.Dollar / 100)
	}
	if d.chance(20) {
		none := units.Count(0)
		p.cluster.NodeGroups[0].Workloads[0].PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: &none}
	}
	if d.chance(70) {
		widthOpen(&p.cluster)
	} else {
		declareWidth(p, "minimal", d.between(2, 6))
	}
	return p
}

// withoutWidths are the assumptions of a cluster but for widths.
func withoutWidths(c *planner.Cluster) []planner.Assumption {
	return slices.DeleteFunc(slices.Clone(c.Assumptions), func(a planner.Assumption) bool {
		return strings.HasSuffix(a.Path, ".max_surge") || strings.HasSuffix(a.Path, ".max_unavailable")
	})
}

// leastOf is the least time and cost of all strategies at all widths that can be declared,
// of those that keep what must be kept and that the planner would choose.
func leastOf(t *testing.T, p *problem, nodes int) (quick time.Duration, cheap units.USD) {
	t.Helper()
	q := *p
	u := *p.cluster.Upgrade
	u.FinishWithin, u.MaxExtra, q.cluster.Upgrade = 0, nil, &u
	first := true
	open := p.cluster.WidthOpen(&p.cluster.NodeGroups[0], p.provider.Terms().MaxSurge)
	take := func(row, one *planner.UpgradeStrategy) {
		forces := slices.ContainsFunc(row.Notes, func(n string) bool { return strings.Contains(n, "deleted without") })
		if forces || open && careless(p, row, one, nodes) {
			return
		}
		if first || row.Duration < quick {
			quick = row.Duration
		}
		if first || row.ExtraCost < cheap {
			cheap = row.ExtraCost
		}
		first = false
	}
	ones := map[string]*planner.UpgradeStrategy{}
	for k := 1; k <= nodes; k++ {
		for _, name := range []string{"surge", "minimal"} { // declared widths are of one or the other
			if open {
				q.cluster.NodeGroups, q.cluster.Assumptions = slices.Clone(p.cluster.NodeGroups), withoutWidths(&p.cluster)
				declareWidth(&q, name, k)
			}
			made := q.mustMake(t).Upgrade
			for s := range made.Strategies {
				row := &made.Strategies[s]
				if (name == "surge") != (row.Name == "surge") || row.Duration == 0 {
					continue
				}
				if k == 1 {
					ones[row.Name] = row
				}
				if row.Simulated && row.Broken == 0 && len(row.BlockedBy) == 0 {
					take(row, ones[row.Name])
				}
			}
		}
		if !open {
			break
		}
	}
	return quick, cheap
}
