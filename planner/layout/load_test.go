package layout_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestDemandByHand works a population out with pencil and paper: 100 nodes, 3,000 pods
// of 100 workloads in 30 namespaces, 300 other objects of 2 KiB, 3,000 pods an hour.
func TestDemandByHand(t *testing.T) {
	d := layout.DemandOf(layout.Population{
		Nodes: 100, Pods: 3000, Workloads: 100, Namespaces: 30, Autoscalers: 20, OtherObjects: 300, OtherSize: 2 * units.KiB,
		PodsPerHour: 3000, WatchesPerNode: 40, Watchers: 500, Servers: 3,
	})
	for _, want := range []struct {
		kind               string
		count              int
		size               units.Bytes
		writes, superseded float64
	}{
		{layout.KindPods, 3000, 12 * 1024, 8 * 3000. / 3600, 7 * 3000. / 3600},
		{layout.KindNodes, 100, 12 * 1024, 100. / 300, 100. / 300},
		{layout.KindLeases, 102, 512, 100./10 + 2./2, 100./10 + 2./2},
		// Two of each pod that stands, six of each that starts or ends.
		{layout.KindEvents, 24_000, 1024, 2 * 24_000. / 3600, 24_000. / 3600},
		// Thirty full slices and one for each workload; 600,000 bytes of endpoints.
		{layout.KindEndpointSlices, 130, 1024 + 4616, 2 * 3000. / 3600, 2 * 3000. / 3600},
		{layout.KindReplicaSets, 1100, 4096, 2 * 3000. / 3600, 2 * 3000. / 3600},
		{layout.KindOthers, 330, 2048, 0, 0},
	} {
		i := 0
		for i < len(d.Objects) && d.Objects[i].Kind != want.kind {
			i++
		}
		if i == len(d.Objects) {
			t.Errorf("no %s", want.kind)
			continue
		}
		got := d.Objects[i]
		if got.Count != want.count || got.Size != want.size || !isRate(got.Writes, want.writes) || !isRate(got.Superseded, want.superseded) {
			t.Errorf("%s: got %+v, want %+v", want.kind, got, want)
		}
	}
	const live = 3000*12288 + 100*12288 + 102*512 + 24_000*1024 + 130*5640 + 1100*4096 + 330*2048
	history := 600 * (7*3000./3600*12288 + 100./300*12288 + 11*512 + 24_000./3600*1024 + 2*3000./3600*(5640+4096))
	if d.Live != live {
		t.Errorf("live %d, want %d", d.Live, live)
	}
	near(t, "history", float64(d.History), history)
	near(t, "file", float64(d.File), 1.25*(live+history))
	near(t, "peak", float64(d.Peak), math.Max(2*live, 1.25*(live+history)))
	writes := 8*3000./3600 + 100./300 + 11 + 2*24_000./3600 + 4*3000./3600
	near(t, "writes", d.Writes.Float(), writes)
	near(t, "reads", d.Reads.Float(), 100./10+3*20./15+8*3000./3600)
	if d.Watches != 100*40+500 || d.EtcdWatches != 300 {
		t.Errorf("watches %d and %d", d.Watches, d.EtcdWatches)
	}
	written := 8*3000./3600*12288 + 100./300*12288 + 11*512 + 2*24_000./3600*1024 + 2*3000./3600*(5640+4096)
	const keys = 3000 + 100 + 102 + 24_000 + 130 + 1100 + 330
	versions := 1 + math.Ceil(writes*600/keys)
	memory := 25*1024*1024 + keys*(120+64+38*versions) + 3*17_000 + 300*18_000 + 300*350 + 15_000*written/writes
	near(t, "memory", float64(d.EtcdMemory), memory)
}

// TestEventsApart: of 100 nodes and 3,000 pods with 3,000 restarts an hour there are 24,000
// events of a KiB, written twice an hour each; over ten minutes a sixth of them is taken
// away. What is left of the whole is the rest.
func TestEventsApart(t *testing.T) {
	p := layout.Population{Nodes: 100, Pods: 3000, Workloads: 100, Namespaces: 30, PodsPerHour: 3000, Servers: 3}
	all := layout.DemandOf(p)
	rest, events := layout.EventsApart(p)
	near(t, "live", float64(events.Live), 24_000*1024)
	near(t, "history", float64(events.History), 24_000*1024/6.)
	near(t, "file", float64(events.File), 1.25*(24_000*1024+24_000*1024/6.))
	near(t, "peak", float64(events.Peak), 2*24_000*1024)
	near(t, "writes", events.Writes.Float(), 2*24_000./3600)
	if rest.Live+events.Live != all.Live || rest.History+events.History != all.History || rest.Writes+events.Writes != all.Writes || rest.Reads != all.Reads {
		t.Errorf("%+v and %+v are not %+v", rest, events, all)
	}
}

func isRate(r units.Rate, want float64) bool { return math.Abs(r.Float()-want) < 1e-5 }

// near holds got to want, rounded up: never less, and hardly more.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got < want*(1-1e-6) || got > want*(1+1e-4)+16 {
		t.Errorf("%s: got %f, want %f", what, got, want)
	}
}

// TestDemandOfQuietCluster: with nothing moving, twice the live objects is more than
// the history of heartbeats, and both rules agree with the table of Database in size.
func TestDemandOfQuietCluster(t *testing.T) {
	d := layout.DemandOf(layout.Population{Nodes: 1000, Pods: 30_000, Servers: 3})
	if d.Peak != 2*d.Live {
		t.Errorf("peak %d is not twice the live %d", d.Peak, d.Live)
	}
	live, _ := layout.Database(1000, 30_000)
	if ratio := float64(d.Live) / float64(live); ratio < 0.95 || ratio > 1.05 {
		t.Errorf("live %d, and %d by the rule of nodes and pods", d.Live, live)
	}
}

// TestDemandGrows: more of anything never asks for less of anything.
func TestDemandGrows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		p := layout.Population{
			Nodes: rng.IntN(5000), Pods: rng.IntN(150_000), Workloads: rng.IntN(2000), Namespaces: rng.IntN(500), Autoscalers: rng.IntN(1000),
			OtherObjects: rng.IntN(10_000), OtherSize: units.Bytes(rng.IntN(8192)), PodsPerHour: rng.IntN(200_000), NodesPerHour: rng.IntN(1000),
			WatchesPerNode: rng.IntN(60), Watchers: rng.IntN(2000), Servers: 1 + rng.IntN(7),
		}
		before := layout.DemandOf(p)
		for _, field := range []*int{&p.Nodes, &p.Pods, &p.PodsPerHour, &p.NodesPerHour, &p.OtherObjects, &p.Autoscalers, &p.WatchesPerNode} {
			*field += 1 + rng.IntN(100)
		}
		after := layout.DemandOf(p)
		if after.Peak < before.Peak || after.Writes < before.Writes || after.Reads < before.Reads || after.Watches < before.Watches || after.Live < before.Live {
			t.Fatalf("more asks for less: %+v: %+v, then %+v", p, before, after)
		}
		if before.Peak < before.File || before.File < before.Live+before.History {
			t.Fatalf("parts and sums disagree: %+v", before)
		}
	}
}
