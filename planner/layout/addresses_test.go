package layout_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// m5large takes of its subnet what aws-node does on an m5.large: 3 interfaces of 10
// addresses, of which 9 are for pods, and one interface more is kept warm.
func m5large(pods int) int { return min((pods+8)/9+1, 3) * 10 }

// TestAddressesAfterLoss: by hand, for two nodes of 8 pods in each of three zones, 3 of
// the pods DaemonSets. Each takes 20. One zone lost: 2 x 5 = 10 pods on 4 nodes, so that
// 3 come to 11 and need the third interface; ceil(2 / 2) = 1 node is new, with
// 3 pods: 2 x 30 + 20 = 80, where pods that wait would take 3 x 20 = 60.
func TestAddressesAfterLoss(t *testing.T) {
	all := []bool{true, true, true}
	pool := layout.SubnetPool{Nodes: []int{2, 2, 2}, Zones: all, Pods: 8, Daemons: 3, MaxPods: 29, Addresses: m5large, Replaced: true}
	kept := pool
	kept.Replaced = false
	full := pool
	full.MaxPods = 9 // one more is all that a node takes: 2 x 20 + 20
	outside := pool
	outside.Nodes, outside.Zones = []int{3, 3, 0}, []bool{true, true, false}
	for name, c := range map[string]struct {
		pool layout.SubnetPool
		zone int
		lost []bool
		want int
	}{
		"nothing lost":     {pool, 0, []bool{false, false, false}, 40},
		"another zone":     {pool, 0, []bool{false, false, true}, 80},
		"the zone itself":  {pool, 2, []bool{false, false, true}, 0},
		"not replaced":     {kept, 0, []bool{false, false, true}, 60},
		"full nodes":       {full, 0, []bool{false, false, true}, 60},
		"no zone of its":   {outside, 2, []bool{true, false, false}, 0},
		"all in one place": {outside, 0, []bool{false, true, false}, 3*30 + 3*20},
	} {
		if got := layout.AddressesAfterLoss([]layout.SubnetPool{c.pool}, c.zone, c.lost); got != c.want {
			t.Errorf("%s: %d addresses, want %d", name, got, c.want)
		}
	}
	if got := layout.MostAddresses([]layout.SubnetPool{pool, kept}, 3, 1, 1); got != 80+60 {
		t.Errorf("%d addresses at the most, want 140", got)
	}
	if got := layout.MostAddresses([]layout.SubnetPool{pool}, 3, 1, 0); got != 40 {
		t.Errorf("%d addresses where no loss is declared, want 40", got)
	}
}

// TestRangeBits: a /14, which GKE takes for pods, has 1,024 blocks of /24 (GKE,
// "Configure maximum Pods per node"), a /16 of kubeadm's 256.
func TestRangeBits(t *testing.T) {
	for _, c := range []struct{ block, nodes, want int }{
		{24, 1024, 14}, {24, 1025, 13}, {24, 256, 16}, {24, 257, 15}, {24, 1, 24}, {24, 0, 24}, {25, 3, 23}, {26, 64, 20},
	} {
		if got := layout.RangeBits(c.block, c.nodes); got != c.want {
			t.Errorf("%d nodes with a /%d each: /%d, want /%d", c.nodes, c.block, got, c.want)
		}
	}
}

// TestCrossing against every pair of a caller and a pod.
func TestCrossing(t *testing.T) {
	for z := 1; z <= 5; z++ {
		for with := 1; with <= z; with++ {
			pairs, cross, stuck := 0, 0, 0
			for caller := range z {
				for pod := range with {
					pairs++
					if caller != pod {
						cross++
					}
				}
				if caller >= with {
					stuck++
				}
			}
			if got, want := layout.Crossing(z, with, false), up(cross, pairs); got != want {
				t.Errorf("%d zones, pods in %d: %d millionths cross, want %d", z, with, got, want)
			}
			if got, want := layout.Crossing(z, with, true), up(stuck, z); got != want {
				t.Errorf("%d zones, pods in %d preferred: %d millionths cross, want %d", z, with, got, want)
			}
		}
	}
}

func up(part, whole int) units.Ratio {
	return units.CeilDiv(units.Whole*units.Ratio(part), units.Ratio(whole))
}
