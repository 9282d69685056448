package placement_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/placement"
)

// ruled is a group of nodes of 4 cores and 16 GiB.
func ruled(zones []int, workloads ...placement.Workload) placement.Group {
	return placement.Group{Pools: []placement.Pool{{Allocatable: cores(4, 16), NodesByZone: zones}}, Workloads: workloads}
}

// apart returns pods that are kept apart.
func apart(w placement.Workload, mode placement.Mode, key placement.Key) placement.Workload {
	w.AntiAffinity = placement.AntiAffinity{Mode: mode, Key: key}
	return w
}

// drawn returns pods that are drawn to those of another workload.
func drawn(w placement.Workload, to string, mode placement.Mode, key placement.Key) placement.Workload {
	w.Affinity = append(w.Affinity, placement.Affinity{To: to, Mode: mode, Key: key})
	return w
}

// TestRequiredAntiAffinity: one on a node, one in a zone, in rollouts and after losses.
func TestRequiredAntiAffinity(t *testing.T) {
	host := func(replicas int) placement.Workload {
		return apart(pods("a", replicas, 1, 1), placement.Required, placement.Host)
	}
	zone := apart(pods("a", 2, 1, 1), placement.Required, placement.Zone)
	surging := host(3)
	surging.Surge = 1
	surgingByDefault := surging // its new pods spread by themselves, and keep apart from all
	surgingByDefault.NoDefaultSpread = false
	// Of two new pods, the first takes the node or the zone that is left.
	twice, twiceInZones := surgingByDefault, apart(surgingByDefault, placement.Required, placement.Zone)
	twice.Surge, twiceInZones.Surge = 2, 2
	for name, tt := range map[string]struct {
		group  placement.Group
		losses placement.Losses
		want   string
	}{
		"two new pods":             {ruled([]int{2, 2}, twice), placement.Losses{}, "rollout: 1 pods of a: short of anti_affinity"},
		"two new pods and zones":   {ruled([]int{2, 2, 2, 2}, twiceInZones), placement.Losses{}, "rollout: 1 pods of a: short of anti_affinity"},
		"as many as nodes":         {ruled([]int{2, 1}, host(3)), placement.Losses{}, ""},
		"one more":                 {ruled([]int{2, 1}, host(4)), placement.Losses{}, "normal: 1 pods of a: short of anti_affinity"},
		"a node to spare":          {ruled([]int{2, 2}, host(3)), placement.Losses{Nodes: 1}, ""},
		"no node to spare":         {ruled([]int{2, 1}, host(3)), placement.Losses{Nodes: 1}, "node_loss: 1 pods of a: short of anti_affinity after the loss of node 0 of zone 0"},
		"surge":                    {ruled([]int{2, 1}, surging), placement.Losses{}, "rollout: 1 pods of a: short of anti_affinity"},
		"surge, default spread":    {ruled([]int{2, 1}, surgingByDefault), placement.Losses{}, "rollout: 1 pods of a: short of anti_affinity"},
		"surge with a node":        {ruled([]int{2, 2}, surgingByDefault), placement.Losses{}, ""},
		"zones":                    {ruled([]int{3, 3}, zone), placement.Losses{}, ""},
		"a zone too few":           {ruled([]int{6}, zone), placement.Losses{}, "normal: 1 pods of a: short of anti_affinity"},
		"a zone lost of two":       {ruled([]int{3, 3}, zone), placement.Losses{Zones: 1}, "zone_loss: 1 pods of a: short of anti_affinity after the loss of zone 0"},
		"a zone lost of three":     {ruled([]int{1, 1, 1}, zone), placement.Losses{Zones: 1}, ""},
		"a node lost of its zone":  {ruled([]int{2, 2}, zone), placement.Losses{Nodes: 1}, ""},
		"the only node of a zone":  {ruled([]int{1, 1}, zone), placement.Losses{Nodes: 1}, "node_loss: 1 pods of a: short of anti_affinity after the loss of node 0 of zone 0"},
		"the room, not the others": {ruled([]int{2}, pods("b", 2, 3.5, 1), host(2)), placement.Losses{}, "normal: 2 pods of a: short of cpu"},
	} {
		if got := outcome(tt.group, tt.losses); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// outcome is what fails first, empty where all holds.
func outcome(g placement.Group, l placement.Losses) string {
	if _, failure := placement.Check(g, l, placement.Options{}); failure != nil {
		return failure.String()
	}
	return ""
}

// TestPreferredAntiAffinity: a node with a pod gets 0 of 200, the others all of it,
// which outweighs that they are fuller.
func TestPreferredAntiAffinity(t *testing.T) {
	// b is on node 0 and the first a on node 1, which is emptier. The second a: node 0
	// with 3 of 4 cores has (25+81)/2 = 53 and 1-|0.75-0.1875|/2: 71, and 200 of
	// affinity; node 1 with 2 has (50+87)/2 = 68 and 81, and nothing.
	a := apart(pods("a", 2, 1, 1), placement.Preferred, placement.Host)
	g := ruled([]int{2}, pods("b", 1, 2, 2), a)
	podsByNode(t, g, placement.Options{}, [][]int{{1, 1}, {0, 1}})
	g.Workloads[1].AntiAffinity = placement.AntiAffinity{}
	podsByNode(t, g, placement.Options{}, [][]int{{1, 0}, {0, 2}})
	// It forbids nothing: of five pods on two nodes of 4 cores none is short.
	if got := outcome(ruled([]int{2}, apart(pods("a", 5, 1, 1), placement.Preferred, placement.Host)), placement.Losses{}); got != "" {
		t.Error(got)
	}
	// Weights of 3, 2 and 1 pods: least -600, most -200: the pod goes where 1 is, and
	// where 2 are there are 100 x 200/400 = 50, twice. By zones of nodes that differ in
	// room: zone 1 has one pod of a, but little room: (25+87)/2 = 56 and 69, in all 325;
	// zone 0 two, and (50+87)/2 = 68 and 81, in all 149.
	full := pods("full", 1, 2, 1)
	full.Zones = []bool{false, true}
	spread := apart(pods("a", 3, 1, 1), placement.Preferred, placement.Zone)
	podsByNode(t, ruled([]int{1, 1}, full, spread), placement.Options{}, [][]int{{0, 2}, {1, 1}})
}

// TestPreferredAffinity draws pods and their targets to each other.
func TestPreferredAffinity(t *testing.T) {
	// b, the bigger, is on node 0. a would go to node 1, and is drawn to node 0.
	g := ruled([]int{2}, pods("b", 1, 2, 2), drawn(pods("a", 1, 1, 1), "b", placement.Preferred, placement.Host))
	podsByNode(t, g, placement.Options{}, [][]int{{1, 1}, {0, 0}})
	// The rule of a pod that runs counts for the one that comes: a is smaller now, and
	// placed second.
	g = ruled([]int{2}, drawn(pods("b", 1, 2, 2), "a", placement.Preferred, placement.Host), pods("a", 1, 1, 1))
	podsByNode(t, g, placement.Options{}, [][]int{{1, 1}, {0, 0}})
	// A required rule holds b back until an a runs, and then forbids the other node.
	g = ruled([]int{2}, drawn(pods("b", 1, 2, 2), "a", placement.Required, placement.Host), pods("a", 2, 1, 1))
	podsByNode(t, g, placement.Options{}, [][]int{{1, 1}, {0, 1}})
}

// TestHardPodAffinityWeight: a required rule of a pod that runs draws with 1, a
// preferred one with 100. A pod of a loses its node in zone 2. In zone 0 are pods that
// must be near a, in zone 1 is one that would like to be: 100 of the former weigh as
// much as the latter, and room decides for zone 1, which has more; 101 weigh more.
func TestHardPodAffinityWeight(t *testing.T) {
	for must, zone := range map[int]int{1: 1, 99: 1, 100: 1, 101: 0} {
		g := ruled([]int{1, 1, 1}, pods("a", 1, 1, 1),
			drawn(pods("must", must, 0.01, 0.01), "a", placement.Required, placement.Zone),
			drawn(pods("like", 1, 0.01, 0.01), "a", placement.Preferred, placement.Zone))
		nodes := []placement.NodePods{{Zone: 0, Pods: []int{0, must, 0}}, {Zone: 1, Pods: []int{0, 0, 1}}, {Zone: 2, Pods: []int{1, 0, 0}}}
		got, ok := placement.NewReplay(g, nodes, placement.Options{}).Worst(placement.Strike{Zones: []int{2}})
		if !ok || got.Outcome.Fates[0].Landed[zone] != 1 {
			t.Errorf("%d pods near: %+v, want zone %d", must, got.Outcome.Fates[0], zone)
		}
	}
}

// TestRequiredAffinity: pods run where those of another workload do, the first of
// those that are affine to themselves anywhere.
func TestRequiredAffinity(t *testing.T) {
	near := func(replicas int, key placement.Key) placement.Workload {
		return drawn(pods("a", replicas, 1, 1), "b", placement.Required, key)
	}
	self := func(replicas int, key placement.Key) placement.Workload {
		return drawn(pods("a", replicas, 1, 1), "a", placement.Required, key)
	}
	two := drawn(near(1, placement.Zone), "c", placement.Required, placement.Zone)
	for name, tt := range map[string]struct {
		group  placement.Group
		losses placement.Losses
		want   string
	}{
		// b is smaller, and comes later: a waits for it. On its node there is room for 3.
		"on its node":      {ruled([]int{3}, near(3, placement.Host), pods("b", 1, 0.5, 1)), placement.Losses{}, ""},
		"more than room":   {ruled([]int{3}, near(4, placement.Host), pods("b", 1, 0.5, 1)), placement.Losses{}, "normal: 1 pods of a: short of affinity"},
		"in its zone":      {ruled([]int{2, 2}, near(6, placement.Zone), pods("b", 1, 0.5, 1)), placement.Losses{}, ""},
		"no such pod":      {ruled([]int{3}, near(2, placement.Host), pods("b", 0, 0.5, 1)), placement.Losses{}, "normal: 2 pods of a: short of affinity"},
		"itself":           {ruled([]int{1, 2}, self(4, placement.Host)), placement.Losses{}, ""},
		"itself, too many": {ruled([]int{1, 2}, self(5, placement.Host)), placement.Losses{}, "normal: 1 pods of a: short of affinity"},
		"itself in a zone": {ruled([]int{2, 2}, self(8, placement.Zone)), placement.Losses{}, ""},
		// All run in zone 0. Its loss leaves none: the first may go anywhere again.
		"itself, zone lost": {ruled([]int{2, 2}, self(8, placement.Zone)), placement.Losses{Zones: 1}, ""},
		// A node of zone 0 lost leaves the other one, which is full, and two of zone 1.
		"itself, node lost": {ruled([]int{2, 2}, self(8, placement.Zone)), placement.Losses{Nodes: 1}, "node_loss: 4 pods of a: short of affinity after the loss of node 0 of zone 0"},
		// b and with it a are displaced: b finds room, and then a.
		"with the other": {ruled([]int{2, 2}, near(2, placement.Host), pods("b", 1, 0.5, 1)), placement.Losses{Nodes: 1}, ""},
		// No pod is of both b and c.
		"to two workloads": {ruled([]int{3}, two, pods("b", 1, 0.5, 1), pods("c", 1, 0.5, 1)), placement.Losses{}, "normal: 1 pods of a: short of affinity"},
	} {
		if got := outcome(tt.group, tt.losses); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestZonalVolumes: displaced pods go back to their zone, and wait where it is lost.
func TestZonalVolumes(t *testing.T) {
	zonal := func(replicas int) placement.Workload {
		w := pods("a", replicas, 2, 1)
		w.ZonalVolumes = true
		return w
	}
	ready := zonal(4)
	ready.MinReady = 3
	for name, tt := range map[string]struct {
		group  placement.Group
		losses placement.Losses
		want   string
	}{
		// Two fit on a node. One each on four nodes: a node lost leaves room beside.
		"a node beside": {ruled([]int{2, 2}, zonal(4)), placement.Losses{Nodes: 1}, ""},
		// Nodes with room are in the other zone alone.
		"no room in its zone": {ruled([]int{1, 3}, zonal(4)), placement.Losses{Nodes: 1}, "node_loss: 1 pods of a: short of volume_zone after the loss of node 0 of zone 0"},
		"full in its zone":    {ruled([]int{2, 2}, zonal(7)), placement.Losses{Nodes: 1}, "node_loss: 2 pods of a: short of cpu after the loss of node 0 of zone 0"},
		// Two pods wait for zone 0, and two run: none is missing, but of three ready.
		"the zone is lost":        {ruled([]int{2, 2}, zonal(4)), placement.Losses{Zones: 1}, ""},
		"and three must be ready": {ruled([]int{2, 2}, ready), placement.Losses{Zones: 1}, "zone_loss: 1 pods of a: short of min_ready after the loss of zone 0"},
		// The pod of the node that is lost beside the zone finds room on the other.
		"both":          {ruled([]int{2, 2}, zonal(4)), placement.Losses{Zones: 1, Nodes: 1, AtOnce: true}, ""},
		"both, no room": {ruled([]int{2, 2}, zonal(7)), placement.Losses{Zones: 1, Nodes: 1, AtOnce: true}, "node_and_zone_loss: 1 pods of a: short of cpu after the loss of zone 0 and node 1 of zone 1"},
	} {
		if got := outcome(tt.group, tt.losses); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	// What waits needs no room: of 16 cores 8 are up, and 4 of these used.
	report, failure := placement.Check(ruled([]int{2, 2}, zonal(4)), placement.Losses{Zones: 1}, placement.Options{})
	if failure != nil || report.Drills[0].Tightest.Free.CPU != 4000 || report.ReadyAtWorst[0] != 2 {
		t.Errorf("%v, %+v", failure, report)
	}
	nodes := []placement.NodePods{{Zone: 0, Pods: []int{2}}, {Zone: 1, Pods: []int{1}}, {Zone: 0, Pods: []int{1}}, {Zone: 1, Pods: []int{0}}}
	got, _ := placement.NewReplay(ruled([]int{2, 2}, zonal(4)), nodes, placement.Options{}).Worst(placement.Strike{Zones: []int{0}, AnyNodes: 1})
	want := placement.Fate{Displaced: 4, Placed: 1, Waiting: 3, Landed: []int{0, 1}}
	if o := got.Outcome; o.Missing != 0 || !reflect.DeepEqual(o.Fates[0], want) {
		t.Errorf("%+v, want %+v", o, want)
	}
}

// TestPriority: pods of a higher priority come first in every order, and no other
// makes room for them.
func TestPriority(t *testing.T) {
	// Two nodes: a big pod and four small ones fit where the big one comes first.
	big := pods("big", 1, 4, 1)
	g := ruled([]int{2}, big, pods("small", 4, 1, 1))
	if got := outcome(g, placement.Losses{}); got == "" {
		t.Error("the small ones never come first in a shuffle: the test shows nothing")
	}
	g.Workloads[0].Priority = 1
	if got := outcome(g, placement.Losses{}); got != "" {
		t.Error(got)
	}
	// With the priorities exchanged the small ones take both nodes.
	g.Workloads[0].Priority = -1
	if got, want := outcome(g, placement.Losses{}), "normal: 1 pods of big: short of cpu"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMostAllocated fills the fullest node, by hand: node 0 has 2 of 4 cores and 2 of
// 16 GiB. With the next pod it has (75+18)/2 = 46 and 1-|0.75-0.1875|/2: 71, in all
// 117; node 1 (25+6)/2 = 15 and 90, in all 105.
func TestMostAllocated(t *testing.T) {
	g := ruled([]int{2}, pods("a", 1, 2, 2), pods("b", 1, 1, 1))
	podsByNode(t, g, placement.Options{Scoring: placement.MostAllocated}, [][]int{{1, 1}, {0, 0}})
	podsByNode(t, g, placement.Options{}, [][]int{{1, 0}, {0, 1}})
}

// TestRulesVoidTheProof: by name, what is required; what is preferred does not.
func TestRulesVoidTheProof(t *testing.T) {
	zonal := pods("a", 1, 1, 1)
	zonal.ZonalVolumes = true
	selective := pods("a", 1, 1, 1)
	selective.Pools, selective.Priority = []bool{true}, 7
	for want, w := range map[placement.Shortage]placement.Workload{
		placement.ShortAntiAffinity: apart(pods("a", 1, 1, 1), placement.Required, placement.Zone),
		placement.ShortAffinity:     drawn(pods("a", 1, 1, 1), "a", placement.Required, placement.Host),
		placement.ShortVolumeZone:   zonal,
		"":                          apart(drawn(selective, "a", placement.Preferred, placement.Host), placement.Preferred, placement.Host),
	} {
		g := ruled([]int{4}, w)
		_, void := placement.Certify(&g, placement.Losses{Nodes: 1})
		if (void == nil) != (want == "") || void != nil && (void.Rule != want || void.Workload != "a") {
			t.Errorf("%v, want %q", void, want)
		}
		// Pack keeps pods apart, and says nothing of what depends on where pods ran.
		_, failure := placement.NewChecker().Pack(g, placement.Losses{Nodes: 1}, placement.Options{})
		unknown := want == placement.ShortAffinity || want == placement.ShortVolumeZone
		if (failure != nil) != unknown || unknown && (failure.Resource != want || !failure.Unproved) {
			t.Errorf("packed: %v, want %q", failure, want)
		}
	}
	// Of four nodes two are lost: one in each of two zones may stay, or two in one.
	g := ruled([]int{1, 3}, apart(pods("a", 2, 1, 1), placement.Required, placement.Zone))
	if _, failure := placement.NewChecker().Pack(g, placement.Losses{Nodes: 2}, placement.Options{}); failure == nil || failure.During != placement.NodeLoss {
		t.Errorf("a zone without nodes: %v", failure)
	}
	// Three apart take three nodes, and a fourth where one is lost.
	for n, want := range map[int]string{2: "normal: 1 pods of a: short of anti_affinity", 3: "node_loss: 1 pods of a: short of anti_affinity", 4: ""} {
		_, failure := placement.NewChecker().Pack(ruled([]int{n}, apart(pods("a", 3, 1, 1), placement.Required, placement.Host)), placement.Losses{Nodes: 1}, placement.Options{})
		if got := fmt.Sprint(failure); (failure == nil) != (want == "") || failure != nil && got != want {
			t.Errorf("%d nodes: %s, want %q", n, got, want)
		}
	}
}
