package pipeline_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// widthOpen leaves it to the planner how many nodes of a problem's groups are replaced at a
// time, as a spec does that declares nothing.
func widthOpen(c *planner.Cluster) {
	for i := range c.NodeGroups {
		path := c.NodeGroups[i].Path() + ".update_config."
		for _, name := range []string{"max_surge", "max_unavailable"} {
			c.Assumptions = append(c.Assumptions, planner.Assumption{Path: path + name, Value: "by default", Source: "role"})
		}
	}
	slices.SortFunc(c.Assumptions, func(a, b planner.Assumption) int { return strings.Compare(a.Path, b.Path) })
}

// eksTimes are those of EKS, but for a boot of 30 s: 120 s of setup, 60 s after a drain and
// 60 s to terminate, 30 s for each surplus node. New nodes are there before the pods of
// the next batch have ended.
func eksTimes(m *planner.Mechanics) {
	m.Setup, m.Boot, m.AfterDrain, m.Terminate, m.ScaleDownPerNode = 120*time.Second, 30*time.Second, time.Minute, time.Minute, 30*time.Second
}

// rolls replaces nodes as kops does, in 5 + 60 + 15 + 150 s after each drain.
func rolls(m *planner.Mechanics) {
	m.Strategies = []planner.UpgradeOption{
		{Name: "in_place", Course: planner.CourseInPlace},
		{Name: "minimal", Course: planner.CourseRolling, TerminateFirst: true},
		{Name: "surge", Course: planner.CourseRolling},
	}
	m.Refused, m.DrainLimit, m.MaxParallel = nil, 0, 0
	m.AfterDrain, m.Terminate, m.AfterTerminate, m.Validate = 5*time.Second, time.Minute, 15*time.Second, 150*time.Second
	m.Packages, m.Ready = 3*time.Minute, 30*time.Second
}

// goesByZone replaces nodes as GKE does, zone by zone, in 120 + 60 s beside each drain.
func goesByZone(m *planner.Mechanics) {
	m.Strategies = []planner.UpgradeOption{
		{Name: "gke_blue_green", Course: planner.CourseGKEBlueGreen},
		{Name: "minimal", Course: planner.CourseGKESurge, TerminateFirst: true},
		{Name: "surge", Course: planner.CourseGKESurge},
	}
	m.Boot, m.Terminate, m.Cordon, m.DeletePool = 2*time.Minute, time.Minute, 30*time.Second, 2*time.Minute
	m.DrainLimit, m.DrainForced, m.MaxParallel = time.Hour, true, 20
}

func hasSurge(terms *planner.Terms) { terms.MaxSurge = true }

// slow pods take 60 s to end and 60 s to start, so that a node's drain is 120 s.
func slow(w planner.Workload) planner.Workload {
	w.TerminationGracePeriod, w.StartupTime = time.Minute, time.Minute
	return inPlace(w)
}

// TestWidths: n nodes of one pod each, in three zones, whose drain takes 120 s.
//
// EKS, S = max(6, U): a round takes 120 + 30 + ceil(n/U) 240 + 30 S seconds, and S nodes
// more run for all of it but the first 120 s. Of 12 nodes 1 at a time takes 3210 s and
// 5.15 node hours, 6 take 810 s and 1.15, 12 take 750 s and 2.1: 6 is the cheapest. Of 24
// nodes 6 take 1290 s and 1.95 h, 8 take 1110 s and 2.2, 12 take 990 s and 2.9. All 12 at
// a time would leave no pod ready, and so would 24 of 24.
//
// A roll takes ceil(n/s) 350 s, and each node has another beside it for 350 s, whatever s:
// of 9 nodes 5 to 8 take two batches, and 9 leave no pod ready.
//
// GKE takes ceil(4/s) 300 s in each zone of 4, and the same node hours: 4 at a time, 900 s.
// Blue/green has 2 n nodes: 120 + 30 + ceil(n/b) 120 + 3600 + 120 s.
func TestWidths(t *testing.T) {
	for name, tc := range map[string]struct {
		nodes     int
		mechanics func(*planner.Mechanics)
		ground    func(*planner.Terms)
		strategy  string
		within    time.Duration // for the nodes
		width     planner.UpgradeWidth
		takes     time.Duration
		hours     float64
	}{
		"EKS":                   {12, eksTimes, nil, "surge", 0, planner.UpgradeWidth{MaxSurge: 6, MaxUnavailable: 6}, 810 * time.Second, 1.15},
		"EKS, more":             {24, eksTimes, nil, "surge", 0, planner.UpgradeWidth{MaxSurge: 6, MaxUnavailable: 6}, 1290 * time.Second, 1.95},
		"EKS, in time":          {24, eksTimes, nil, "surge", 1290 * time.Second, planner.UpgradeWidth{MaxSurge: 6, MaxUnavailable: 6}, 1290 * time.Second, 1.95},
		"EKS, within 21 min":    {24, eksTimes, nil, "surge", 1289 * time.Second, planner.UpgradeWidth{MaxSurge: 8, MaxUnavailable: 8}, 1110 * time.Second, 2.2},
		"EKS, within 18 min":    {24, eksTimes, nil, "surge", 1080 * time.Second, planner.UpgradeWidth{MaxSurge: 12, MaxUnavailable: 12}, 990 * time.Second, 2.9},
		"a roll":                {9, rolls, hasSurge, "surge", 0, planner.UpgradeWidth{MaxSurge: 5}, 700 * time.Second, 9 * 350. / 3600},
		"zone by zone":          {12, goesByZone, hasSurge, "surge", 0, planner.UpgradeWidth{MaxSurge: 4}, 900 * time.Second, 1},
		"blue/green in batches": {6, goesByZone, hasSurge, "gke_blue_green", 0, planner.UpgradeWidth{Batch: 3}, 4110 * time.Second, 6 * 4110. / 3600},
	} {
		t.Run(name, func(t *testing.T) {
			p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", tc.nodes, 1500, units.GiB))))
			p.provider.mechanics, p.provider.ground = tc.mechanics, tc.ground
			p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: tc.strategy}
			if tc.within > 0 {
				p.cluster.Upgrade.FinishWithin = 15*time.Minute + tc.within
			}
			widthOpen(&p.cluster)
			plan := p.mustMake(t)
			g := &plan.Upgrade.Named(tc.strategy).Groups[0]
			got := g.Width
			if got != tc.width {
				t.Errorf("width %+v, want %+v: %s", got, tc.width, g.WidthWhy)
			}
			if g.Duration != tc.takes || fmt.Sprintf("%.6f", g.ExtraNodeHours) != fmt.Sprintf("%.6f", tc.hours) {
				t.Errorf("takes %v and %v node hours, want %v and %v", g.Duration, g.ExtraNodeHours, tc.takes, tc.hours)
			}
			if g.WidthWhy == "" || len(g.WidthOthers) == 0 {
				t.Errorf("says %q of it, and %d others", g.WidthWhy, len(g.WidthOthers))
			}
		})
	}
}

// TestDeclaredWidthsStay: one figure that the spec declares is enough.
func TestDeclaredWidthsStay(t *testing.T) {
	for _, declared := range []string{"max_surge", "max_unavailable"} {
		p := onePerNode(group("g", planner.App, abc(), planner.Redundancy{}, slow(given("w", 12, 1500, units.GiB))))
		p.provider.mechanics, p.provider.ground = goesByZone, hasSurge
		p.cluster.NodeGroups[0].UpdateConfig.MaxSurge, p.cluster.NodeGroups[0].UpdateConfig.MaxUnavailable = units.Count(1), units.Count(0)
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "compare"}
		widthOpen(&p.cluster)
		p.cluster.Assumptions = slices.DeleteFunc(p.cluster.Assumptions, func(a planner.Assumption) bool { return strings.HasSuffix(a.Path, declared) })
		plan := p.mustMake(t)
		g := &plan.Upgrade.Named("surge").Groups[0]
		if want := (planner.UpgradeWidth{MaxSurge: 1, Declared: true}); g.Width != want || g.WidthWhy != "" || len(g.WidthOthers) > 0 {
			t.Errorf("%s is declared: %+v, %q", declared, g.Width, g.WidthWhy)
		}
	}
}

// randomWidths is a small group whose upgrade must keep something, on one of three
// grounds, and says whether that has max_surge.
func randomWidths(d dice) *problem {
	var works []planner.Workload
	for i := range d.between(1, 2) {
		w := given(fmt.Sprintf("w%d", i), d.between(2, 12), units.MilliCPU(pick(d, 300, 700, 1500)), units.GiB)
		w.TerminationGracePeriod, w.StartupTime = time.Duration(d.between(5, 120))*time.Second, time.Duration(d.between(5, 120))*time.Second
		if d.chance(70) {
			most := units.Count(d.between(1, 4))
			w.PodDisruptionBudget = &planner.PodDisruptionBudget{MaxUnavailable: &most}
		}
		works = append(works, inPlace(w))
	}
	r := planner.Redundancy{Recovery: planner.Reschedule}
	if d.chance(50) {
		r.Nodes = d.between(1, 2)
	}
	p := onePerNode(group("g", pick(d, planner.App, planner.Batch, planner.Stateful, planner.Monitoring), abc(), r, works...))
	switch d.IntN(3) {
	case 0:
		p.provider.mechanics = eksTimes
	case 1:
		p.provider.mechanics, p.provider.ground = rolls, hasSurge
	case 2:
		p.provider.mechanics, p.provider.ground = goesByZone, hasSurge
	}
	if !free(p) {
		declareWidth(p, "surge", 1) // the default of the role
	}
	u := planner.Upgrade{To: "1.36", Strategy: "compare", Keep: pick(d, planner.UpgradeKeepTargets, planner.UpgradeKeepNPlusOne, planner.UpgradeKeepCapacity)}
	if d.chance(40) {
		u.FinishWithin = 15*time.Minute + time.Duration(d.between(5, 60))*time.Minute
	}
	if d.chance(30) {
		u.MaxExtra = new(units.USD(d.IntN(20)) * units.Dollar / 100)
	}
	if d.chance(20) {
		p.cluster.Quota.OnDemandVCPUs = d.between(20, 60)
	}
	p.cluster.Upgrade = &u
	return p
}

// declareWidth is what a spec says that wants so many nodes replaced at a time by a
// strategy.
func declareWidth(p *problem, strategy string, k int) {
	u := &p.cluster.NodeGroups[0].UpdateConfig
	*u = planner.UpdateConfig{Strategy: "surge", MaxUnavailable: units.Count(k)}
	if p.provider.Terms().MaxSurge {
		if u.MaxUnavailable = units.Count(0); strategy == "surge" {
			u.MaxSurge = units.Count(k)
		} else {
			u.MaxUnavailable = units.Count(k)
		}
	}
}

// TestWidthsAgainstAll: what is chosen is the best of all widths that can be declared, where
// the role's width is free, and the narrowest that does where its default of one stays. Of
// those that are chosen none replaces all nodes at once and keeps none of the old ones, no
// drain takes more than half of a limit, and no workload loses its last ready pod, unless
// one node at a time does so too.
func TestWidthsAgainstAll(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(6, 0))}
	draws := 150
	if testing.Short() {
		draws = 20
	}
	held, broken, usual, wider := 0, 0, 0, 0
	for i := range draws {
		p := randomWidths(d)
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
			var best *planner.UpgradeStrategy
			var one *planner.UpgradeStrategy
			for k := 1; k <= n; k++ {
				p.cluster.NodeGroups = slices.Clone(p.cluster.NodeGroups)
				declareWidth(p, got.Name, k)
				other := p.mustMake(t)
				row := other.Upgrade.Named(got.Name)
				if k == 1 {
					one = row
				}
				if len(row.BlockedBy) == 0 && !careless(p, row, one, n) && (best == nil || free(p) && cheaper(row, best)) {
					best = row
				}
			}
			switch {
			case best == nil && len(got.BlockedBy) == 0:
				t.Fatalf("%d, %s: %+v is chosen, and no width can be", i, got.Name, got.Groups[0].Width)
			case best == nil:
				broken++
			case !free(p) && got.Groups[0].Width != chosen(best):
				t.Fatalf("%d, %s of %d nodes: %+v is chosen (%s), and the narrowest that does is %+v", i, got.Name, n, got.Groups[0].Width, got.Groups[0].WidthWhy, best.Groups[0].Width)
			case len(got.BlockedBy) > 0 || cheaper(best, got):
				t.Fatalf("%d, %s of %d nodes: %+v is chosen (%v, %d, %v; %s), and %+v takes %v and costs %d", i, got.Name, n, got.Groups[0].Width, got.Duration, got.ExtraCost, got.BlockedBy,
					got.Groups[0].WidthWhy, best.Groups[0].Width, best.Duration, best.ExtraCost)
			default:
				held++
				if !free(p) && best == one {
					usual++
				} else if !free(p) {
					wider++
				}
			}
		}
	}
	if held < draws*2/3 || broken < draws/10 || usual < draws/10 || wider < draws/50 {
		t.Errorf("only %d choices, %d defaults and %d wider ones among them, and %d without one", held, usual, wider, broken)
	}
}

// free reports whether the width of the role of a problem's first group is free.
func free(p *problem) bool {
	r := p.cluster.NodeGroups[0].Role
	return r == planner.App || r == planner.Batch
}

// chosen is the width of a strategy as if it was not declared.
func chosen(s *planner.UpgradeStrategy) planner.UpgradeWidth {
	w := s.Groups[0].Width
	w.Declared = false
	return w
}

func cheaper(a, b *planner.UpgradeStrategy) bool {
	return cmp.Or(cmp.Compare(a.ExtraCost, b.ExtraCost), cmp.Compare(a.Duration, b.Duration)) < 0
}

// careless reports whether a width is one that the planner does not choose by itself.
func careless(p *problem, row, one *planner.UpgradeStrategy, nodes int) bool {
	g := &row.Groups[0]
	if !strings.HasSuffix(row.Name, "blue_green") && nodes > 1 && g.Parallel >= nodes {
		return true
	}
	limit := p.provider.Mechanics(nil).DrainLimit / 2
	if row.Name != "node_group_blue_green" && limit > 0 && g.Drain > limit && one.Groups[0].Drain <= limit {
		return true
	}
	for i := range row.Workloads {
		if row.Workloads[i].MinReady == 0 && one.Workloads[i].MinReady > 0 {
			return true
		}
	}
	return slices.ContainsFunc(row.Notes, func(n string) bool { return strings.Contains(n, "deleted without") })
}

// TestWidthsOfMoreTimeAndMoney: of two groups whose widths are free, more time never makes what is recommended
// dearer, and more money never slower; nor is a strategy blocked that was not.
func TestWidthsOfMoreTimeAndMoney(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(7, 0))}
	draws := 150
	if testing.Short() {
		draws = 10
	}
	compared := 0
	for i := range draws {
		p, other := randomWidths(d), randomWidths(d)
		other.cluster.NodeGroups[0].Name = "h"
		addGroups(&p.cluster, other.cluster.NodeGroups[0])
		p.cluster.Quota.OnDemandVCPUs = 0
		p.cluster.NodeGroups[0].Role, p.cluster.NodeGroups[1].Role = planner.App, planner.App
		widthOpen(&p.cluster)
		u := *p.cluster.Upgrade
		row := func(within time.Duration, money *units.USD) *planner.UpgradePlan {
			asked := u
			asked.FinishWithin, asked.MaxExtra = within, money
			q := *p
			q.cluster.Upgrade = &asked
			plan, err := q.make(t)
			if err != nil {
				return nil
			}
			return plan.Upgrade
		}
		within, money := time.Duration(d.between(40, 150))*time.Minute, units.USD(d.between(1, 60))*units.Dollar/100
		less, later, richer := row(within, &money), row(within+time.Duration(d.between(1, 90))*time.Minute, &money), row(within, new(money+units.Dollar/5))
		if less == nil {
			continue
		}
		for s := range less.Strategies {
			a, b, c := &less.Strategies[s], &later.Strategies[s], &richer.Strategies[s]
			if len(a.BlockedBy) > 0 || len(a.Groups) == 0 {
				continue
			}
			compared++
			if len(b.BlockedBy) > 0 || b.ExtraCost > a.ExtraCost {
				t.Fatalf("%d, %s: %d in time, and %d (%v) with more of it", i, a.Name, a.ExtraCost, b.ExtraCost, b.BlockedBy)
			}
			if len(c.BlockedBy) > 0 || c.Duration > a.Duration {
				t.Fatalf("%d, %s: %v for the money, and %v (%v) for more of it", i, a.Name, a.Duration, c.Duration, c.BlockedBy)
			}
		}
	}
	if compared < draws/2 {
		t.Errorf("only %d compared", compared)
	}
}
