package placement_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
)

// TestTracesLeadToFailures follows the traces of random groups by the twin's own filters
// and scores: each step is to a node that scores best, and at the end of it no node is
// left for a pod of the workload that is said to have none.
func TestTracesLeadToFailures(t *testing.T) {
	checkers := []*placement.Checker{placement.NewChecker(), placement.NewIndexedChecker()}
	during, drawn := map[placement.During]int{}, 0
	for seed := range uint64(sample(12_000)) {
		r := rand.New(rand.NewPCG(seed, 5))
		g, l, o := randomGroup(r)
		if seed%2 == 0 {
			mix(r, &g)
		}
		o.Thorough, o.Trace = seed%3 == 0, true
		_, f := checkers[seed%2].Check(g, l, o)
		if f == nil || f.Resource == placement.ShortMinReady {
			continue
		}
		if f.Trace == nil {
			t.Fatalf("seed %d: %s has no trace", seed, f)
		}
		during[f.During]++
		if f.Order > 0 {
			drawn++
		}
		twin := twin{g: g, balance: o.Balance, scoring: o.Scoring}
		twin.follow(t, seed, f)
	}
	for _, d := range []placement.During{placement.Normal, placement.Rollout, placement.NodeLoss, placement.ZoneLoss, placement.NodeAndZoneLoss} {
		if during[d] < sample(10) {
			t.Errorf("only %d groups failed in %s", during[d], d)
		}
	}
	if drawn < sample(20) {
		t.Errorf("only %d groups failed in an order that draws", drawn)
	}
}

// follow puts the pods where the trace of f has them and looks for a place for one more.
func (t *twin) follow(tt *testing.T, seed uint64, f *placement.Failure) {
	tt.Helper()
	nodes := t.empty()
	last := twinPod{workload: slices.IndexFunc(t.g.Workloads, func(w placement.Workload) bool { return w.Name == f.Workload }), home: -1}
	step := func(s placement.Step, rollout bool) {
		best, why := t.best(nodes, twinPod{workload: s.Workload, rollout: rollout, home: -1})
		at := slices.IndexFunc(nodes, func(n twinNode) bool { return n.index == s.Node })
		if !slices.Contains(best, at) {
			tt.Fatalf("seed %d: %s: step %+v, want one of %v %s\n%+v", seed, f, s, best, why, t.g)
		}
		nodes[at].pods = append(nodes[at].pods, twinPod{workload: s.Workload, rollout: rollout, home: -1})
	}
	for _, s := range f.Trace.Up {
		step(s, false)
	}
	nodes = slices.DeleteFunc(nodes, func(n twinNode) bool {
		return slices.Contains(f.Lost.Zones, n.zone) || slices.Contains(f.Lost.Nodes, n.index)
	})
	last.rollout = f.During == placement.Rollout
	for _, s := range f.Trace.Then {
		step(s, last.rollout)
	}
	if best, _ := t.best(nodes, last); len(best) > 0 {
		tt.Fatalf("seed %d: %s: nodes %v have a place\n%+v", seed, f, best, t.g)
	}
}
