package rollout_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// TestIdleMachinesHelp: a node in each of three zones with a pod that fills it, and idle
// machines in c alone. The node of c is replaced by one of them: ready after 15 + 150 s, the
// old one drained in 120 s and gone after 65 s. Then one joins in 165 s; the nodes of a and b
// drain for 120 s, are gone 65 s later and back after 165 s; and what joined leaves in 185 s:
// 1400 s in all with a machine more. a and b never have more than the machine that stands there.
func TestIdleMachinesHelp(t *testing.T) {
	pool := uniform(m5xlarge, 1, 1, 1)
	pool.MaxSurge, pool.Idle = units.Count(1), []int{0, 0, 2}
	pool.Fits = room(1)
	p := planOf(rollout.Rolling, ownTimes(), pool)
	var levels [][]int
	p.Redundant = func(l rollout.Level) bool {
		if !slices.ContainsFunc(levels, func(o []int) bool { return slices.Equal(o, l.Ready[0]) }) {
			levels = append(levels, slices.Clone(l.Ready[0]))
		}
		return l.Ready[0][0] > 0 // and without a the rest would not do
	}
	got := rollout.Run(&p, rollout.Options{})
	of := &got.Pools[0]
	if !got.Finished || of.Duration != 1400*time.Second || of.PeakExtraNodes != 1 || of.MinReadyNodes != 3 || of.ExtraNodeHours != 1400.0/3600 {
		t.Errorf("%t: %+v", got.Finished, of)
	}
	if !slices.Equal(of.PeakByZone, []int{1, 1, 2}) || got.Workloads[0].MinReady != 2 || got.NoRedundancy != 230*time.Second {
		t.Errorf("at the peak %v, %d ready, a away for %v", of.PeakByZone, got.Workloads[0].MinReady, got.NoRedundancy)
	}
	// The losses are drilled with what stands where.
	if want := [][]int{{1, 1, 1}, {1, 1, 2}, {0, 1, 2}, {1, 0, 2}}; !slices.EqualFunc(levels, want, slices.Equal) {
		t.Errorf("levels %v, want %v", levels, want)
	}
	surge, away, _ := rollout.WidthOf(&p, &p.Pools[0])
	if surge != 1 || away != 0 {
		t.Errorf("%d more, %d away", surge, away)
	}
}

// TestHelpersStandEvenly: of three machines that join two stand in the zones that have the
// fewest nodes, and none where none is idle.
func TestHelpersStandEvenly(t *testing.T) {
	pool := uniform(m5xlarge, 4, 2, 2)
	pool.MaxSurge, pool.Idle = units.Count(3), []int{2, 0, 2}
	p := planOf(rollout.Rolling, ownTimes(), pool)
	if got := rollout.Run(&p, rollout.Options{}); !got.Finished || !slices.Equal(got.Pools[0].PeakByZone, []int{5, 2, 4}) {
		t.Errorf("at the peak %v", got.Pools[0].PeakByZone)
	}
}

// TestMachinesThatFail are not replaced but by what stands idle in their zone: the second of
// two that fail in c has no other.
func TestMachinesThatFail(t *testing.T) {
	pool := uniform(m5xlarge, 2, 2, 2)
	pool.MaxSurge, pool.Idle = units.Count(1), []int{1, 0, 1}
	p := planOf(rollout.Rolling, ownTimes(), pool)
	var strikes []rollout.Event
	for i := range 2 { // nodes 4 and 5 are those of c
		strikes = append(strikes, rollout.Event{At: time.Duration(i+1) * time.Second, Kind: rollout.NodeFails, Node: int32(4 + i)})
	}
	moments, last := slowly(&p, strikes...)
	if last.Phase != rollout.Done {
		t.Fatalf("it ends in phase %d", last.Phase)
	}
	for z, want := range []int{2, 2, 1} {
		if got := last.Nodes(0, z, paid); got != want {
			t.Errorf("%d nodes in zone %d at the end, want %d", got, z, want)
		}
	}
	for _, m := range moments {
		if got := m.state.Nodes(0, 2, paid); got > 2 {
			t.Fatalf("%d nodes in c at %v", got, m.from)
		}
	}
}

// TestIdleMachinesAreAllThereAre: whatever fails, no zone has more nodes than machines that
// stand there, and without failures each has in the end what it had.
func TestIdleMachinesAreAllThereAre(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 0))
	runs := 1500
	if testing.Short() {
		runs = 300
	}
	helped := 0
	for i := range runs {
		p := randomPlan(r, way{upgrade.CourseRolling, false})
		for k := range p.Pools {
			pool := &p.Pools[k]
			pool.Idle = make([]int, len(p.Zones))
			for z := range pool.Idle {
				pool.Idle[z] = r.IntN(3)
			}
			pool.Idle[0] = max(pool.Idle[0], 1)
			all := 0
			for _, idle := range pool.Idle {
				all += idle
			}
			pool.MaxSurge = units.Count(min(pool.MaxSurge.Count, all))
		}
		var strikes []rollout.Event
		if i%2 == 0 {
			strikes = randomStrikes(r, &p)
		}
		moments, last := slowly(&p, strikes...)
		for _, m := range append(moments, moment{state: last}) {
			for k := range p.Pools {
				for z := range p.Zones {
					n := m.state.Nodes(k, z, func(s rollout.Status) bool { return paid(s) || s == rollout.Failed })
					if most := planned(&p.Pools[k], z) + p.Pools[k].Idle[z]; n > most {
						t.Fatalf("case %d: at %v pool %d has %d nodes in zone %d, %d stand there: %+v", i, m.from, k, n, z, most, p.Pools[k])
					}
				}
			}
		}
		if len(strikes) > 0 || last.Phase != rollout.Done {
			continue
		}
		for k := range p.Pools {
			helped += p.Pools[k].MaxSurge.Count
			for z := range p.Zones {
				if got, want := last.Nodes(k, z, ready), planned(&p.Pools[k], z); got != want {
					t.Fatalf("case %d: pool %d ends with %d nodes in zone %d, it had %d: %+v", i, k, got, z, want, p.Pools[k])
				}
			}
		}
	}
	if helped < runs/10 {
		t.Errorf("%d machines joined: the test shows little", helped)
	}
}

// planned nodes of a pool in a zone.
func planned(pool *rollout.Pool, zone int) int {
	n := 0
	for _, c := range pool.Nodes {
		if c.Zone == zone {
			n += c.Nodes
		}
	}
	return n
}
