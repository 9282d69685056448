package pipeline_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// harm is how bad a width of a strategy is, by what a plan says of it: it stands still, it
// deletes pods, it breaks something, and of what must be kept the share of pods that is
// missing of some workload, the share of nodes that is away, and for how long.
type harm struct {
	worth         int
	missing, away float64
	broken        time.Duration
}

func (h harm) compare(o harm) int {
	return cmp.Or(cmp.Compare(h.worth, o.worth), cmp.Compare(h.missing, o.missing), cmp.Compare(h.away, o.away), cmp.Compare(h.broken, o.broken))
}

// harmOf measures a strategy with a declared width, beside one node at a time.
func harmOf(p *problem, row, one *planner.UpgradeStrategy, nodes int) harm {
	h := harm{broken: row.Broken}
	for i := range row.Workloads {
		w := &row.Workloads[i]
		least := w.Need
		if b := p.cluster.NodeGroups[0].Workloads[i].PodDisruptionBudget; b != nil && p.cluster.Upgrade.Keep != planner.UpgradeKeepTargets {
			least = min(least, max(w.Pods-b.Allowed(w.Pods), 0))
		}
		if w.MinReady < least {
			h.missing = max(h.missing, float64(least-w.MinReady)/float64(least))
		}
	}
	if row.Broken > 0 {
		h.away = 1 - row.MinReady.Float()
	}
	stuck := slices.ContainsFunc(row.BlockedBy, func(b string) bool {
		return !strings.HasPrefix(b, "keep = ") && !strings.Contains(b, "finish_within") && !strings.Contains(b, "max_extra_usd")
	})
	switch {
	case stuck:
		h.worth = 3
	case slices.ContainsFunc(row.Notes, func(n string) bool { return strings.Contains(n, "deleted without") }):
		h.worth = 2
	case row.Broken > 0 || careless(p, row, one, nodes):
		h.worth = 1
	}
	return h
}

// TestLeastHarmAgainstAll: where every width breaks something the one that is chosen does no
// more harm than any that can be declared, the depth of a breach before its length. Where what
// must be kept is a default and time is short it is so of those that end in time.
func TestLeastHarmAgainstAll(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(11, 0))}
	draws := 150
	if testing.Short() {
		draws = 30
	}
	chose, deep, hurries := 0, 0, 0
	for i := range draws {
		p := randomWidths(d)
		hurried := d.chance(50)
		if p.cluster.Upgrade.FinishWithin, p.cluster.Upgrade.MaxExtra = 0, nil; hurried {
			p.cluster.Upgrade.FinishWithin, p.cluster.Upgrade.Keep = 15*time.Minute+time.Duration(d.between(3, 40))*time.Minute, ""
		}
		p.cluster.NodeGroups[0].Redundancy.Nodes = d.between(1, 2)
		q := *p
		widthOpen(&q.cluster)
		plan, err := q.make(t)
		if err != nil {
			continue
		}
		n := plan.NodeGroups[0].Nodes
		for s := range plan.Upgrade.Strategies {
			got := &plan.Upgrade.Strategies[s]
			if len(got.Groups) == 0 || got.Groups[0].Width.Declared {
				continue
			}
			var one *planner.UpgradeStrategy
			var least, widest, soonest harm
			inTime := false
			for k := 1; k <= n; k++ {
				p.cluster.NodeGroups = slices.Clone(p.cluster.NodeGroups)
				declareWidth(p, got.Name, k)
				row := p.mustMake(t).Upgrade.Named(got.Name)
				if k == 1 {
					one = row
				}
				if widest = harmOf(p, row, one, n); k == 1 || widest.compare(least) < 0 {
					least = widest
				}
				if widest.worth <= 1 && !careless(p, row, one, n) && row.Duration <= p.cluster.Upgrade.FinishWithin && (!inTime || widest.compare(soonest) < 0) {
					soonest, inTime = widest, true
				}
			}
			if inTime && least.worth == 1 && soonest.compare(least) > 0 {
				least = soonest
				hurries++
			}
			if least.worth == 0 || least.worth == 3 {
				continue
			}
			if h := harmOf(p, got, one, n); h.compare(least) != 0 {
				t.Fatalf("%d, %s of %d nodes: %+v is chosen (%s) and does %+v, where %+v can be", i, got.Name, n, got.Groups[0].Width, got.Groups[0].WidthWhy, h, least)
			}
			chose++
			if least.missing+least.away < widest.missing+widest.away && least.broken > widest.broken {
				deep++
			}
		}
	}
	if chose < draws/20 || deep < draws/100 || hurries < draws/50 {
		t.Errorf("only %d choices, %d of them between a deep breach and a long one, %d in a hurry", chose, deep, hurries)
	}
}

// TestBreachesThatOverlap: a pod of each of two workloads on each of three nodes, which are
// replaced one after another; targets need all pods. Pods of both are away at the same times,
// so that what is broken lasts as long as targets do not hold, and not for the sum.
func TestBreachesThatOverlap(t *testing.T) {
	slower, quicker := given("a", 3, 700, units.GiB), given("b", 3, 700, units.GiB)
	slower.TerminationGracePeriod, slower.StartupTime = time.Minute, time.Minute
	quicker.TerminationGracePeriod, quicker.StartupTime = 30*time.Second, 30*time.Second
	three := units.Count(3)
	slower.MinReady, quicker.MinReady = &three, &three
	p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, inPlace(slower), inPlace(quicker)))
	p.provider.mechanics, p.provider.ground = rolls, hasSurge
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare", Keep: planner.UpgradeKeepTargets}
	declareWidth(p, "in_place", 1)
	seen := 0
	for _, row := range p.mustMake(t).Upgrade.Strategies {
		if !row.Simulated || row.NoTarget == 0 {
			continue
		}
		seen++
		var longest, sum time.Duration
		for i := range row.Workloads {
			longest, sum = max(longest, row.Workloads[i].NoTarget), sum+row.Workloads[i].NoTarget
		}
		if row.Broken != row.NoTarget || row.Broken < longest || row.Broken >= sum {
			t.Errorf("%s: broken for %v, targets away for %v, the workloads for %v at most and %v in all", row.Name, row.Broken, row.NoTarget, longest, sum)
		}
		if blocked := strings.Join(row.BlockedBy, "; "); !strings.Contains(blocked, "too few for "+words(row.NoTarget)+":") {
			t.Errorf("%s: %v are away, and it says %s", row.Name, row.NoTarget, blocked)
		}
	}
	if seen < 2 {
		t.Errorf("only %d strategies that break targets", seen)
	}
}

// words writes a time below an hour as a reason does.
func words(d time.Duration) string {
	parts := strings.NewReplacer("m", " min ", "s", " s").Replace(d.String())
	return strings.TrimSuffix(strings.TrimSpace(parts), " 0 s")
}

// TestFewestThingsBroken: blue/green of TestWidths, which a quota of vCPUs blocks at every
// width. Six at a time are the quickest and leave no pod ready besides; three, four and five
// break no more than the quota, in two batches, of which three is the narrowest.
func TestFewestThingsBroken(t *testing.T) {
	p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", 6, 1500, units.GiB))))
	p.provider.mechanics, p.provider.ground = goesByZone, hasSurge
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "gke_blue_green"}
	p.cluster.Quota.OnDemandVCPUs = 2*6*2 - 1
	widthOpen(&p.cluster)
	row := p.mustMake(t).Upgrade.Named("gke_blue_green")
	g := &row.Groups[0]
	if g.Width != (planner.UpgradeWidth{Batch: 3}) || !strings.HasPrefix(g.WidthWhy, "every width breaks something; this one the least: quota.on_demand_vcpus: 24 ") {
		t.Errorf("%+v: %s", g.Width, g.WidthWhy)
	}
	if len(row.BlockedBy) != 1 || strings.Contains(g.WidthWhy, "no pod") {
		t.Errorf("blocked by %q: %s", row.BlockedBy, g.WidthWhy)
	}
}
