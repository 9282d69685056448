package upgrade_test

import (
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// walk is a slow twin of one round: it replaces the nodes batch by batch,
// keeping time and counting nodes, and adds up the extra ones as it goes.
func walk(strategy string, g upgrade.Group, t upgrade.Times, drain time.Duration, asked int) (d, nodeTime time.Duration, minReady int) {
	n := g.Count()
	old, young, ready := n, 0, n
	minReady = n
	serving := false
	type arrival struct {
		at    time.Duration
		nodes int
	}
	var booting []arrival
	pass := func(step time.Duration) {
		d += step
		switch {
		case strategy == upgrade.NodeGroupBlueGreen:
			nodeTime += time.Duration(n) * step
		case serving:
			nodeTime += time.Duration(max(2*g.Zones, asked)) * step
		}
	}
	pass(t.Setup)
	if strategy != upgrade.Minimal {
		serving = true
		pass(t.Boot)
		young = n
		if strategy == upgrade.Surge {
			young = max(2*g.Zones, asked)
		}
		ready = old + young
		minReady = ready
	}
	if strategy == upgrade.NodeGroupBlueGreen {
		pass(t.Verify)
	}
	for old > 0 {
		batch := min(asked, old)
		old -= batch
		pass(drain)
		if strategy == upgrade.Surge { // nobody waits for the replacements of earlier batches
			for len(booting) > 0 && booting[0].at <= d {
				ready += booting[0].nodes
				booting = booting[1:]
			}
			ready -= batch
			minReady = min(minReady, ready)
		} else {
			minReady = min(minReady, ready-batch)
		}
		switch strategy {
		case upgrade.NodeGroupBlueGreen:
			ready -= batch
		case upgrade.Surge: // a replacement starts as soon as a node is gone
			pass(t.AfterDrain)
			pass(t.Terminate)
			booting = append(booting, arrival{d + t.Boot, batch})
		default:
			pass(t.AfterDrain)
			pass(t.Terminate)
			pass(t.Boot)
		}
	}
	switch strategy {
	case upgrade.NodeGroupBlueGreen:
		pass(t.Soak)
		pass(t.Delete)
	case upgrade.Surge:
		for range max(2*g.Zones, asked) {
			pass(t.ScaleDownPerNode)
		}
	}
	return d, nodeTime, minReady
}

func TestFormulasAgreeWithAWalk(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 0))
	for i := range 2000 {
		g := randomGroup(r, 150)
		for w := range g.Workloads {
			g.Workloads[w].Allowed++ // none is stuck
		}
		p := problem(g)
		n := g.Count()
		asked := min(max(g.MaxUnavailable.Down(n), 1), 100)
		var drain time.Duration
		for _, d := range upgrade.Drains(g, min(asked, n)) {
			drain = max(drain, d.Longest)
		}
		for _, name := range []string{upgrade.Surge, upgrade.Minimal, upgrade.NodeGroupBlueGreen} {
			c := find(t, upgrade.Compare(p), name).Groups[0]
			d, nodeTime, minReady := walk(name, g, p.Times, drain, asked)
			if c.Duration != d {
				t.Fatalf("case %d: %s takes %v, walked %v: %+v", i, name, c.Duration, d, g)
			}
			if cost := upgrade.Cost(g.Price.PerHour, 1, nodeTime); c.ExtraCost != cost {
				t.Fatalf("case %d: %s costs %d, walked %d: %+v", i, name, c.ExtraCost, cost, g)
			}
			// By formula the drains of a surge are the shortest ones: a bound where they differ.
			exact := name != upgrade.Surge || len(g.Nodes) == 1 && n%min(asked, n) == 0
			if least := min(c.MinReadyNodes, n); least > min(minReady, n) || exact && least != min(max(minReady, n-asked), n) {
				t.Fatalf("case %d: %s keeps %d ready, walked %d: %+v", i, name, c.MinReadyNodes, minReady, g)
			}
		}
	}
}

func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	for i := range 1000 {
		var groups []upgrade.Group
		for range 1 + r.IntN(3) {
			groups = append(groups, randomGroup(r, 60))
		}
		p := problem(groups...)
		p.Hops = []string{"1.33", "1.34", "1.35", "1.36"}[r.IntN(4):]
		p.NodeSkew = r.IntN(4)
		c := upgrade.Compare(p)
		if again := upgrade.Compare(p); !reflect.DeepEqual(c, again) {
			t.Fatalf("case %d: not the same twice", i)
		}
		if !slices.IsSortedFunc(c.Strategies, func(a, b upgrade.Strategy) int { return cmp.Compare(a.Name, b.Name) }) {
			t.Fatalf("case %d: not sorted", i)
		}
		for _, s := range c.Strategies {
			if s.ExtraNodeHours < 0 || s.ExtraCost < 0 || s.MinReady < 0 || s.MinReady > units.Whole || s.Duration < 0 || s.PeakExtraNodes < 0 {
				t.Fatalf("case %d: %+v", i, s)
			}
			if s.Name == upgrade.NodeGroupBlueGreen && s.MinReady != units.Whole {
				t.Fatalf("case %d: %s keeps %d ppm ready", i, s.Name, s.MinReady)
			}
			for k, g := range s.Groups {
				if least := p.Groups[k].Count() - g.Parallel; s.Name == upgrade.Surge && g.Rounds > 0 && g.MinReadyNodes < least {
					t.Fatalf("case %d: %s keeps %d nodes ready, %d are promised", i, s.Name, g.MinReadyNodes, least)
				}
			}
			var end time.Duration
			for _, e := range s.Events {
				if e.Start != end {
					t.Fatalf("case %d: %s has an event at %v after %v", i, s.Name, e.Start, end)
				}
				end = e.Start + e.Duration
			}
			if end != s.Duration {
				t.Fatalf("case %d: the events of %s end at %v of %v", i, s.Name, end, s.Duration)
			}
		}
		checkRecommendation(t, c)
	}
}

// checkRecommendation holds the choice against every other.
func checkRecommendation(t *testing.T, c upgrade.Comparison) {
	t.Helper()
	if c.Recommended == "" {
		t.Fatal("a second cluster is never blocked, and nothing is recommended")
	}
	best := find(t, c, c.Recommended)
	if len(best.BlockedBy) > 0 || best.MinReady < units.Whole || !best.Pareto {
		t.Fatalf("recommended is %+v", best)
	}
	for _, s := range c.Strategies {
		if len(s.BlockedBy) == 0 && s.MinReady >= units.Whole &&
			(s.ExtraCost < best.ExtraCost || (s.ExtraCost == best.ExtraCost && s.Duration < best.Duration)) {
			t.Fatalf("%s is better than the recommended %s", s.Name, best.Name)
		}
	}
}

// With drains that take the same for any number of nodes, more nodes at a time
// are never slower, as long as no more surplus nodes have to go at the end.
func TestMoreParallelIsNeverSlower(t *testing.T) {
	for n := 1; n <= 130; n++ {
		for _, name := range []string{upgrade.Surge, upgrade.Minimal, upgrade.NodeGroupBlueGreen} {
			last := time.Duration(1<<63 - 1)
			for u := 1; u <= n; u++ {
				if name == upgrade.Surge && u > 6 {
					break // from here on S = U: see TestMoreParallelCanBeSlower
				}
				d := find(t, upgrade.Compare(problem(uniform(n, 3, units.Count(u), m5xlarge))), name).Duration
				if d > last {
					t.Fatalf("%s of %d nodes: %d at a time take %v, one less %v", name, n, u, d, last)
				}
				last = d
			}
		}
	}
}

// Where budgets bind, or where EKS takes away a larger surge node by node, more
// at a time is slower.
func TestMoreParallelCanBeSlower(t *testing.T) {
	surge := func(g upgrade.Group) time.Duration {
		return find(t, upgrade.Compare(problem(g)), upgrade.Surge).Groups[0].Duration
	}
	// 120 + 90 + 2 x 240 + 50 x 30 = 2190 s against 120 + 90 + 240 + 100 x 30 = 3450 s.
	fifty, hundred := surge(uniform(100, 3, units.Count(50), m5xlarge)), surge(uniform(100, 3, units.Count(100), m5xlarge))
	if fifty != 2190*time.Second || hundred != 3450*time.Second {
		t.Errorf("50 at a time take %v, 100 %v", fifty, hundred)
	}
	// 4 nodes with a pod each, two let go: pairs drain in 2 x 50 s, a triple and
	// the last in 2 x 100 s by the worst batch.
	g := oneNode(1, 2, 30*time.Second, 20*time.Second)
	g.Nodes[0].Nodes = 4
	blue := func(u int) time.Duration {
		g.MaxUnavailable = units.Count(u)
		return find(t, upgrade.Compare(problem(g)), upgrade.NodeGroupBlueGreen).Groups[0].Duration
	}
	if two, three := blue(2), blue(3); three-two != 100*time.Second {
		t.Errorf("two at a time take %v, three %v", two, three)
	}
}

func TestRecommendation(t *testing.T) {
	unknown := uniform(12, 3, units.Count(1), 0)
	unknown.Price.Known = false
	tests := map[string]struct {
		change             func(*upgrade.Problem)
		recommended, words string
	}{
		"cheapest that keeps all": {func(*upgrade.Problem) {}, upgrade.Surge, "all planned nodes stay ready, at the least extra cost"},
		"asked for":               {func(p *upgrade.Problem) { p.Wanted = upgrade.Minimal }, upgrade.Minimal, "the spec asks for it"},
		"asked for, refused":      {func(p *upgrade.Problem) { p.Wanted = upgrade.InPlace }, "", "in_place is asked for and blocked: not on EKS"},
		"asked for, not there":    {func(p *upgrade.Problem) { p.Wanted = "gke_blue_green" }, "", "gke_blue_green is asked for, and the provider does not have it"},
		"none keeps":              {func(p *upgrade.Problem) { p.Strategies = eksOptions()[1:2] }, upgrade.Minimal, "every strategy that can be used leaves fewer ready nodes than planned; this one leaves the most"},
		"none can be used":        {func(p *upgrade.Problem) { p.Strategies = nil }, "", "every strategy is blocked"},
		"only one keeps":          {func(p *upgrade.Problem) { p.Strategies = []upgrade.Option{eksOptions()[1], eksOptions()[3]} }, upgrade.Surge, "all planned nodes stay ready, and no other strategy that can be used keeps them"},
		"a known cost before an unknown one": {func(p *upgrade.Problem) {
			p.Strategies = []upgrade.Option{eksOptions()[0], eksOptions()[2]}
			p.ControlPlaneFee.Known = false
			p.Times.ParallelRun = time.Second
		}, upgrade.NodeGroupBlueGreen, "all planned nodes stay ready, at the least extra cost"},
		"prices not known": {func(p *upgrade.Problem) { p.Groups[0] = unknown }, upgrade.Surge, "all planned nodes stay ready, with the fewest extra node-hours; what they cost is not known"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := problem(uniform(12, 3, units.Count(1), m5xlarge))
			test.change(&p)
			c := upgrade.Compare(p)
			if c.Recommended != test.recommended || c.Reason != test.words {
				t.Errorf("got %q: %s", c.Recommended, c.Reason)
			}
		})
	}
}

func TestUnknownPrices(t *testing.T) {
	g := uniform(12, 3, units.Count(1), 0)
	g.Price.Known = false
	c := upgrade.Compare(problem(g))
	for name, known := range map[string]bool{
		upgrade.Surge: false, upgrade.NodeGroupBlueGreen: false, upgrade.ClusterBlueGreen: false,
		upgrade.Minimal: true, // no node more costs nothing, whatever its price
	} {
		if s := find(t, c, name); s.ExtraCostKnown != known || s.Groups[0].ExtraCostKnown != known {
			t.Errorf("%s: known %t, want %t", name, s.ExtraCostKnown, known)
		}
	}
}
