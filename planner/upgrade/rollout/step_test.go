package rollout_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// moment is what a slow run saw while a state lasted.
type moment struct {
	from, to time.Duration
	state    rollout.State
}

// slowly runs a plan with pure steps and a list of events that is sorted each time:
// by time, kind, and the order in which they were foreseen.
func slowly(p *rollout.Plan, strikes ...rollout.Event) (moments []moment, last rollout.State) {
	type foreseen struct {
		rollout.Event
		order int
	}
	s := rollout.Start(p)
	list := []foreseen{{Event: rollout.Event{Kind: rollout.Begin}}}
	order := 1
	for _, e := range strikes {
		list = append(list, foreseen{e, order})
		order++
	}
	for len(list) > 0 && s.Phase != rollout.Done && s.Phase != rollout.Stopped {
		slices.SortFunc(list, func(a, b foreseen) int {
			return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.order, b.order))
		})
		e := list[0].Event
		list = slices.Delete(list, 0, 1)
		if e.At > s.Now {
			moments = append(moments, moment{s.Now, e.At, s})
		}
		var effects []rollout.Effect
		s, effects = rollout.Step(s, e)
		for _, f := range effects {
			if f.Then.Kind != 0 {
				f.Then.At = s.Now + f.After
				list = append(list, foreseen{f.Then, order})
				order++
			}
		}
	}
	return moments, s
}

// randomStrikes are failures and changes of mind within two hours.
func randomStrikes(r *rand.Rand, p *rollout.Plan) []rollout.Event {
	var strikes []rollout.Event
	for range r.IntN(3) {
		strikes = append(strikes, rollout.Event{
			At: time.Duration(r.IntN(7200)) * time.Second, Kind: []rollout.Kind{rollout.NodeFails, rollout.ZoneFails, rollout.RollBack}[r.IntN(3)],
			Node: int32(r.IntN(3)), Zone: int32(r.IntN(len(p.Zones))),
		})
	}
	return strikes
}

// TestRunIsSteps: what Run adds up as it goes is what a slow run of pure steps finds
// by looking at every moment.
func TestRunIsSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 0))
	for i := range 1200 {
		p := randomPlan(r, allWays()[i%len(allWays())])
		least := r.IntN(12)
		p.Holds = func(_, ready int) bool { return ready >= least }
		p.Redundant = func(l rollout.Level) bool { return l.Open[0][0]+l.Ready[len(l.Ready)-1][0] > least/2 }
		strikes := randomStrikes(r, &p)
		got := rollout.Run(&p, rollout.Options{Strikes: strikes, Samples: true})
		moments, last := slowly(&p, strikes...)
		want := addUp(&p, moments)
		if got.Duration != last.Now || got.Finished != (last.Phase == rollout.Done) || got.RolledBack != last.RolledBack {
			t.Fatalf("case %d: %v, finished %t; slowly %v in phase %d", i, got.Duration, got.Finished, last.Now, last.Phase)
		}
		checkSamples(t, &p, got.Samples, moments)
		if got.PeakNodes != want.PeakNodes || !slices.Equal(got.PeakByZone, want.PeakByZone) || got.Unplaced != want.Unplaced {
			t.Fatalf("case %d: %s: peak %d, %v, %d without a place; slowly %d, %v, %d", i, p.Course, got.PeakNodes, got.PeakByZone, got.Unplaced,
				want.PeakNodes, want.PeakByZone, want.Unplaced)
		}
		if got.NoTarget != want.NoTarget || got.NoRedundancy != want.NoRedundancy || got.AfterZone != want.AfterZone || got.AfterNode != want.AfterNode {
			t.Fatalf("case %d: %s: %v without targets, %v without redundancy, %v, %v; slowly %v, %v, %v, %v", i, p.Course, got.NoTarget, got.NoRedundancy,
				got.AfterZone, got.AfterNode, want.NoTarget, want.NoRedundancy, want.AfterZone, want.AfterNode)
		}
		for w := range p.Workloads {
			g, s := got.Workloads[w], want.Workloads[w]
			g.Name, g.Pods = "", 0
			if g != s {
				t.Fatalf("case %d: %s: %+v, slowly %+v", i, p.Course, g, s)
			}
		}
		for pool := range p.Pools {
			if !slices.Equal(got.Pools[pool].PeakByZone, want.Pools[pool].PeakByZone) {
				t.Fatalf("case %d: %s: %v nodes by zone, slowly %v", i, p.Course, got.Pools[pool].PeakByZone, want.Pools[pool].PeakByZone)
			}
			if g := got.Pools[pool].ExtraNodeHours; g-want.Pools[pool].ExtraNodeHours > 1e-9 || want.Pools[pool].ExtraNodeHours-g > 1e-9 {
				t.Fatalf("case %d: %s: %v extra node-hours, slowly %v", i, p.Course, g, want.Pools[pool].ExtraNodeHours)
			}
		}
	}
}

// checkSamples holds what was written down against every moment.
func checkSamples(t *testing.T, p *rollout.Plan, samples []rollout.Sample, moments []moment) {
	t.Helper()
	at := 0
	for _, m := range moments {
		for at+1 < len(samples) && samples[at+1].At <= m.from {
			at++
		}
		for pool := range p.Pools {
			if n := m.state.Nodes(pool, -1, ready); samples[at].Nodes[pool] != n {
				t.Fatalf("%s at %v: %d nodes of pool %d are ready, slowly %d", p.Course, m.from, samples[at].Nodes[pool], pool, n)
			}
		}
		for w := range p.Workloads {
			if n := m.state.Workload(w).Ready; samples[at].Pods[w] != n {
				t.Fatalf("%s at %v: %d pods of workload %d are ready, slowly %d", p.Course, m.from, samples[at].Pods[w], w, n)
			}
		}
	}
	if len(samples) > len(moments) {
		t.Fatalf("%d samples of %d moments", len(samples), len(moments))
	}
}

// addUp looks at every node and pod of every moment.
func addUp(p *rollout.Plan, moments []moment) rollout.Timeline {
	t := rollout.Timeline{
		PeakByZone: make([]int, len(p.Zones)), Pools: make([]rollout.PoolTotals, len(p.Pools)), Workloads: make([]rollout.WorkloadTotals, len(p.Workloads)),
	}
	for i, m := range moments {
		s, dt := &m.state, m.to-m.from
		paidIn, pools := make([]int, len(p.Zones)), make([]int, len(p.Pools))
		level := rollout.Level{}
		for range p.Pools {
			level.Ready, level.Open = append(level.Ready, make([]int, len(p.Zones))), append(level.Open, make([]int, len(p.Zones)))
		}
		most, inZone := make([]int, len(p.Workloads)), make([][]int, len(p.Workloads))
		for w := range inZone {
			inZone[w] = make([]int, len(p.Zones))
		}
		for n := range s.Len() {
			node := s.Node(n)
			if paid(node.Status) {
				paidIn[node.Zone]++
				pools[node.Pool]++
			}
			if ready(node.Status) {
				level.Ready[node.Pool][node.Zone]++
			}
			if node.Status == rollout.Ready {
				level.Open[node.Pool][node.Zone]++
			}
			for w, q := range s.ReadyOn(n, nil) {
				most[w] = max(most[w], int(q))
				inZone[w][node.Zone] += int(q)
			}
		}
		peak := 0
		for z, n := range paidIn {
			t.PeakByZone[z] = max(t.PeakByZone[z], n)
			peak += n
		}
		for pool := range p.Pools {
			if i == 0 {
				t.Pools[pool].PeakByZone = make([]int, len(p.Zones))
			}
			for z := range p.Zones {
				t.Pools[pool].PeakByZone[z] = max(t.Pools[pool].PeakByZone[z], s.Nodes(pool, z, paid))
			}
		}
		for pool, n := range pools {
			for _, c := range p.Pools[pool].Nodes {
				n -= c.Nodes
			}
			t.Pools[pool].ExtraNodeHours += float64(max(n, 0)) * dt.Hours()
		}
		pending, missed, afterZone, afterNode := addPods(p, &t, i, m, most, inZone)
		t.PeakNodes, t.Unplaced = max(t.PeakNodes, peak), max(t.Unplaced, pending)
		t.NoTarget += dt * time.Duration(one(missed))
		t.AfterZone += dt * time.Duration(one(afterZone))
		t.AfterNode += dt * time.Duration(one(afterNode))
		t.NoRedundancy += dt * time.Duration(one(!p.Redundant(level)))
	}
	return t
}

// addPods looks at the pods of a moment, which is the first where i is 0.
func addPods(p *rollout.Plan, t *rollout.Timeline, i int, m moment, most []int, inZone [][]int) (pending int, missed, afterZone, afterNode bool) {
	s, dt := &m.state, m.to-m.from
	for w := range p.Workloads {
		now, total := s.Workload(w), &t.Workloads[w]
		if now == (rollout.Pods{}) {
			continue // what has no pods has no target
		}
		pending += now.Pending
		without, alone := now.Ready-slices.Max(inZone[w]), now.Ready-most[w]
		if i == 0 {
			*total = rollout.WorkloadTotals{MinReady: now.Ready, AfterZone: without, AfterNode: alone}
		}
		if now.Ready < total.MinReady {
			total.MinReady, total.MinReadyAt = now.Ready, m.from
		}
		total.AfterZone, total.AfterNode, total.Pending = min(total.AfterZone, without), min(total.AfterNode, alone), max(total.Pending, now.Pending)
		if !p.Holds(0, now.Ready) {
			missed = true
			total.NoTarget += dt
		}
		afterZone, afterNode = afterZone || !p.Holds(0, without), afterNode || !p.Holds(0, alone)
	}
	return pending, missed, afterZone, afterNode
}
