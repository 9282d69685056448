package upgrade_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// turns is a slow twin of what a group declares: how many nodes more it may have,
// and how many it may miss.
func turns(g upgrade.Group, terminateFirst bool) (surge, away int) {
	n := g.Count()
	surge, away = g.MaxSurge.Count, g.MaxUnavailable.Count
	if g.MaxSurge.IsRatio {
		surge = 0
		for int64(surge)*int64(units.Whole) < int64(n)*int64(g.MaxSurge.Ratio) {
			surge++
		}
	}
	if g.MaxUnavailable.IsRatio {
		away = n
		for int64(away)*int64(units.Whole) > int64(n)*int64(g.MaxUnavailable.Ratio) {
			away--
		}
		if away == 0 && g.MaxUnavailable.Ratio > 0 {
			away = 1
		}
	}
	if terminateFirst {
		return 0, max(away, 1)
	}
	if surge == 0 && away == 0 {
		surge = 1
	}
	return surge, away
}

// stroll is a slow twin of one round of the courses beside those of EKS: it
// replaces the nodes batch by batch, keeping time and counting nodes, and adds up
// the extra ones as it goes.
func stroll(o upgrade.Option, g upgrade.Group, t upgrade.Times, drain time.Duration) (d, nodeTime time.Duration, peak, minReady int) {
	n := g.Count()
	surge, away := turns(g, o.TerminateFirst)
	at, stretches := surge+away, []int{n}
	var step, before, after time.Duration
	switch o.Course {
	case upgrade.CourseGKESurge:
		stretches = g.NodesByZone
		step = t.Boot + t.Terminate
		at = min(at, 20)
		surge = min(surge, 20, n)
	case upgrade.CourseRolling:
		step = t.AfterDrain + t.Terminate + t.AfterTerminate + t.Validate
		surge = min(surge, n)
	case upgrade.CourseInPlace:
		surge, away = 0, max(away, 1)
		at = away
		step = t.Packages + t.Ready
	case upgrade.CourseGKEBlueGreen: // green carries every node that goes
		surge, at, away = n, max(away, 1), 0
		before, step, after = t.Boot+t.Cordon, g.BatchSoak, t.Soak+t.Delete
	case upgrade.CourseGKEAutoscaledBlueGreen:
		surge, at, away = n, max(away, 1), 0
		before, after = t.Boot+t.Cordon+t.WaitForDrain, t.Delete
	case upgrade.CourseEKSDefault, upgrade.CourseEKSMinimal, upgrade.CourseNodeGroupBlueGreen, upgrade.CourseClusterBlueGreen:
		panic("walk takes this one")
	}
	d = before
	minReady = n
	for _, left := range stretches {
		for left > 0 {
			batch := min(at, left)
			left -= batch
			d += drain + step
			minReady = min(minReady, n-min(away, batch))
		}
	}
	d += after
	for range surge {
		nodeTime += d
	}
	return d, nodeTime, surge, minReady
}

func grounds(r *rand.Rand, g upgrade.Group) upgrade.Problem {
	if r.IntN(2) == 0 {
		return onGKE(g)
	}
	return selfManaged(1+2*r.IntN(3), g)
}

// randomPool is a random group with zones, a surge and soaks.
func randomPool(r *rand.Rand, maxNodes int) upgrade.Group {
	g := randomGroup(r, maxNodes)
	g.NodesByZone = make([]int, 1+r.IntN(4))
	for range g.Count() {
		g.NodesByZone[r.IntN(len(g.NodesByZone))]++
	}
	switch r.IntN(3) {
	case 0:
		g.MaxSurge = units.Share(units.Ratio(r.IntN(int(units.Whole))))
	case 1:
		g.MaxSurge = units.Count(r.IntN(30))
	}
	if r.IntN(3) == 0 {
		g.MaxUnavailable = units.Count(0)
	}
	g.BatchSoak = time.Duration(r.IntN(600)) * time.Second
	return g
}

func TestGroundsAgreeWithAStroll(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	for i := range 3000 {
		g := randomPool(r, 150)
		for w := range g.Workloads {
			g.Workloads[w].Allowed++ // none is stuck
		}
		p := grounds(r, g)
		for _, o := range p.Strategies {
			if o.Course == upgrade.CourseClusterBlueGreen || o.Course == upgrade.CourseNodeGroupBlueGreen {
				continue
			}
			s := find(t, upgrade.Compare(p), o.Name)
			c := s.Groups[0]
			var drain time.Duration
			for _, d := range upgrade.Drains(g, c.Parallel) {
				drain = max(drain, d.Longest)
			}
			if p.Times.DrainForced && o.Course != upgrade.CourseGKEAutoscaledBlueGreen {
				if drain > time.Hour != s.Forces {
					t.Fatalf("case %d: %s drains in %v, forces %t", i, o.Name, drain, s.Forces)
				}
				drain = min(drain, time.Hour)
			}
			d, nodeTime, peak, minReady := stroll(o, g, p.Times, drain)
			if c.Duration != d {
				t.Fatalf("case %d: %s takes %v, strolled %v: %+v", i, o.Name, c.Duration, d, g)
			}
			if cost := upgrade.Cost(g.Price.PerHour, 1, nodeTime); c.ExtraCost != cost || c.PeakExtraNodes != peak {
				t.Fatalf("case %d: %s costs %d for +%d, strolled %d for +%d: %+v", i, o.Name, c.ExtraCost, c.PeakExtraNodes, cost, peak, g)
			}
			if c.MinReadyNodes != minReady {
				t.Fatalf("case %d: %s keeps %d ready, strolled %d: %+v", i, o.Name, c.MinReadyNodes, minReady, g)
			}
		}
	}
}

func TestGroundProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	for i := range 1500 {
		g := randomPool(r, 60)
		p := grounds(r, g)
		p.MayStop = r.IntN(2) == 0
		p.APIDown = r.IntN(2) == 0
		p.Hops = []string{"1.33", "1.34", "1.35", "1.36"}[r.IntN(4):]
		p.NodeSkew = r.IntN(4)
		c := upgrade.Compare(p)
		if again := upgrade.Compare(p); !reflect.DeepEqual(c, again) {
			t.Fatalf("case %d: not the same twice", i)
		}
		for _, s := range c.Strategies {
			if len(s.Groups) == 0 {
				continue // refused
			}
			c, n := s.Groups[0], g.Count()
			if c.MinReadyNodes < 0 || c.MinReadyNodes > n+c.PeakExtraNodes || c.Parallel < 1 || c.Parallel > n {
				t.Fatalf("case %d: %s: %+v of %d", i, s.Name, c, n)
			}
			if s.ExtraNodeHours < 0 || s.ExtraCost < 0 || s.MinReady < 0 || s.MinReady > units.Whole {
				t.Fatalf("case %d: %+v", i, s)
			}
			if s.Name == upgrade.ClusterBlueGreen {
				continue
			}
			// Each round's price is rounded up.
			rounds := time.Duration(c.Rounds)
			hour := upgrade.Cost(g.Price.PerHour, c.PeakExtraNodes, c.Duration/rounds)
			if c.ExtraCost != units.USD(c.Rounds)*hour || s.ExtraCost != c.ExtraCost {
				t.Fatalf("case %d: %s costs %d, and %d rounds of %d", i, s.Name, s.ExtraCost, c.Rounds, hour)
			}
			var end time.Duration
			for _, e := range s.Events {
				if e.Start != end {
					t.Fatalf("case %d: %s has an event at %v after %v", i, s.Name, e.Start, end)
				}
				end += e.Duration
			}
			if end != s.Duration {
				t.Fatalf("case %d: the events of %s end at %v of %v", i, s.Name, end, s.Duration)
			}
		}
		checkGentle(t, c)
	}
}

// checkGentle holds the choice against every other that forces no more.
func checkGentle(t *testing.T, c upgrade.Comparison) {
	t.Helper()
	best := find(t, c, c.Recommended)
	if len(best.BlockedBy) > 0 || best.MinReady < units.Whole || !best.Pareto {
		t.Fatalf("recommended is %+v", best)
	}
	for _, s := range c.Strategies {
		if len(s.BlockedBy) > 0 || s.MinReady < units.Whole || s.Forces && !best.Forces {
			continue
		}
		if best.Forces && !s.Forces || s.ExtraCost < best.ExtraCost || s.ExtraCost == best.ExtraCost && s.Duration < best.Duration {
			t.Fatalf("%s is better than the recommended %s", s.Name, best.Name)
		}
	}
}

// With drains that take the same for any number of nodes, more nodes at a time are
// never slower, and a node more is never faster.
func TestGroundsAreMonotone(t *testing.T) {
	of := func(p upgrade.Problem, name string) time.Duration {
		return find(t, upgrade.Compare(p), name).Duration
	}
	r := rand.New(rand.NewPCG(6, 0))
	for i := range 1500 {
		zones := make([]int, 1+r.IntN(4))
		for z := range zones {
			zones[z] = 1 + r.IntN(40)
		}
		surge, away := r.IntN(25), r.IntN(25)
		on := func(g upgrade.Group) upgrade.Problem { return onGKE(g) }
		if i%2 == 0 {
			on = func(g upgrade.Group) upgrade.Problem { return selfManaged(3, g) }
		}
		grown := slices.Clone(zones)
		grown[r.IntN(len(grown))]++
		for _, o := range on(pool(surge, away, zones...)).Strategies {
			d := of(on(pool(surge, away, zones...)), o.Name)
			if more := of(on(pool(surge, away, grown...)), o.Name); more < d {
				t.Fatalf("%s of %v takes %v, of %v %v", o.Name, zones, d, grown, more)
			}
			if faster := of(on(pool(surge+1, away, zones...)), o.Name); faster > d {
				t.Fatalf("%s of %v: max_surge %d takes %v, one more %v", o.Name, zones, surge, d, faster)
			}
			if faster := of(on(pool(surge, away+1, zones...)), o.Name); faster > d {
				t.Fatalf("%s of %v: max_unavailable %d takes %v, one more %v", o.Name, zones, away, d, faster)
			}
		}
	}
}
