package layout_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/layout"
)

// Exact values, calculated apart from this code and printed to seven digits. The
// columns are (node, zone) = (1%, 0), (1%, .1%), (1%, .01%), (.1%, .1%), (.1%, .01%).
func TestQuorumUnavailability(t *testing.T) {
	columns := [5][2]float64{{.01, 0}, {.01, 1e-3}, {.01, 1e-4}, {.001, 1e-3}, {.001, 1e-4}}
	for _, row := range []struct {
		byZone []int
		want   [5]float64
	}{
		{[]int{1}, [5]float64{1.000000e-2, 1.099000e-2, 1.009900e-2, 1.999000e-3, 1.099900e-3}},
		{[]int{3}, [5]float64{2.980000e-4, 1.297702e-3, 3.979702e-4, 1.002995e-3, 1.029977e-4}},
		{[]int{2, 1}, [5]float64{2.980000e-4, 1.317284e-3, 3.999302e-4, 1.004989e-3, 1.031973e-4}},
		{[]int{1, 1, 1}, [5]float64{2.980000e-4, 3.596856e-4, 3.039094e-4, 1.197203e-5, 3.626679e-6}},
		{[]int{5}, [5]float64{9.850600e-6, 1.009841e-3, 1.098496e-4, 1.000010e-3, 1.000100e-4}},
		{[]int{3, 2}, [5]float64{9.850600e-6, 1.039502e-3, 1.128184e-4, 1.003004e-3, 1.003097e-4}},
		{[]int{2, 2, 1}, [5]float64{9.850600e-6, 7.269318e-5, 1.587585e-5, 8.995955e-6, 6.398594e-7}},
		{[]int{1, 1, 1, 1, 1}, [5]float64{9.850600e-6, 1.305588e-5, 1.014455e-5, 7.964073e-8, 1.328443e-8}},
		{[]int{7}, [5]float64{3.416698e-7, 1.000341e-3, 1.003416e-4, 1.000000e-3, 1.000000e-4}},
		{[]int{4, 3}, [5]float64{3.416698e-7, 1.039706e-3, 1.042816e-4, 1.003990e-3, 1.003994e-4}},
		{[]int{3, 2, 2}, [5]float64{3.416698e-7, 4.462025e-5, 4.507167e-6, 7.003975e-6, 4.313490e-7}},
		{[]int{2, 2, 2, 1}, [5]float64{3.416698e-7, 6.407412e-6, 6.686245e-7, 3.039863e-6, 3.314780e-8}},
	} {
		for i, c := range columns {
			same(t, fmt.Sprintf("%v at %v", row.byZone, c), layout.QuorumUnavailability(row.byZone, c[0], c[1]), row.want[i])
		}
	}
}

// m of n over zones, nodes down .5% and zones .05% of the time; values as above.
func TestUnavailability(t *testing.T) {
	const node, zone = .005, .0005
	for _, row := range []struct {
		byZone []int
		need   int
		want   float64
	}{
		{[]int{2, 2, 2}, 4, 3.296401e-05},
		{[]int{3, 3, 3}, 6, 4.522363e-05},
		{[]int{4, 3, 3}, 7, 5.348227e-04},
		{[]int{4, 4, 4}, 8, 5.965364e-05},
		{[]int{10}, 8, 5.146036e-04},
		{[]int{5, 5}, 5, 2.498887e-05},
		{[]int{34, 33, 33}, 66, 1.860225e-04},
		{[]int{34, 33, 33}, 90, 1.499250e-03},
	} {
		same(t, fmt.Sprintf("%d of %v", row.need, row.byZone), layout.Unavailability(layout.Apart(row.byZone, node, zone), row.need), row.want)
	}
	// Six pods on three nodes, one in each zone: each node takes two along.
	one := layout.FaultZone{Down: zone, Hosts: []layout.Host{{Replicas: 2, Down: node}}}
	same(t, "4 of 6 on 3 nodes", layout.Unavailability([]layout.FaultZone{one, one, one}, 4), 9.033522e-05)
}

func TestUnavailabilityAtTheEnds(t *testing.T) {
	zones := layout.Apart([]int{2, 1}, .01, .001)
	for _, row := range []struct {
		zones []layout.FaultZone
		need  int
		want  float64
	}{
		{zones, 0, 0},
		{zones, 4, 1}, // more than there are
		{nil, 1, 1},
		{layout.Apart([]int{3}, 0, 0), 3, 0},
		{layout.Apart([]int{3}, 1, 0), 1, 1},
		// One host: down as a zone, or up as a zone and down as a host.
		{layout.Apart([]int{1}, 1e-9, 1e-12), 1, 1e-12 + (1-1e-12)*1e-9},
	} {
		if got := layout.Unavailability(row.zones, row.need); !(math.Abs(got-row.want) <= 1e-15*row.want) {
			t.Errorf("%d of %v: %g, want %g", row.need, row.zones, got, row.want)
		}
	}
}

// The twin goes through every set of zones and hosts that may be down.
func TestUnavailabilityAgreesWithEverySubset(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	for range 60 {
		zones := make([]layout.FaultZone, 1+rng.IntN(5))
		for i := range zones {
			zones[i].Down = rng.Float64() * .2
		}
		replicas := 0
		for range rng.IntN(10) {
			h := layout.Host{Replicas: rng.IntN(4), Down: rng.Float64() * .3}
			z := &zones[rng.IntN(len(zones))]
			z.Hosts = append(z.Hosts, h)
			replicas += h.Replicas
		}
		for need := range replicas + 2 {
			got, want := layout.Unavailability(zones, need), everySubset(zones, need)
			if !(math.Abs(got-want) <= 1e-12*want) {
				t.Fatalf("%d of %+v: %.15g, want %.15g", need, zones, got, want)
			}
		}
	}
}

// everySubset adds up the probabilities of the states with fewer than need up.
func everySubset(zones []layout.FaultZone, need int) float64 {
	type part struct{ zone, replicas int } // replicas -1: the zone itself
	var parts []part
	var down []float64
	for i, z := range zones {
		parts, down = append(parts, part{i, -1}), append(down, z.Down)
		for _, h := range z.Hosts {
			parts, down = append(parts, part{i, h.Replicas}), append(down, h.Down)
		}
	}
	sum := 0.0
	for state := range 1 << len(parts) {
		p, up, dark := 1.0, 0, make([]bool, len(zones))
		for i, x := range parts {
			failed := state>>i&1 == 1
			if failed {
				p *= down[i]
			} else {
				p *= 1 - down[i]
			}
			switch {
			case x.replicas < 0: // stands before its hosts
				dark[x.zone] = failed
			case !failed && !dark[x.zone]:
				up += x.replicas
			}
		}
		if up < need {
			sum += p
		}
	}
	return sum
}

func TestDownShare(t *testing.T) {
	// 999 hours of work and one of repair.
	if got := layout.DownShare(999*time.Hour, time.Hour); got != .001 {
		t.Errorf("%g, want 0.001", got)
	}
	// Longer together than a time.Duration.
	if got := layout.DownShare(math.MaxInt64, math.MaxInt64); got != .5 {
		t.Errorf("%g, want 0.5", got)
	}
}

// same compares to the seven digits that the tables print.
func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if g, w := fmt.Sprintf("%.6e", got), fmt.Sprintf("%.6e", want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

// Three members in two zones are down more than in one: either zone of the two may
// take the quorum along.
func ExampleQuorumUnavailability() {
	down := layout.DownShare(99*24*time.Hour, 24*time.Hour)
	for _, byZone := range [][]int{{3}, {2, 1}, {1, 1, 1}} {
		u := layout.QuorumUnavailability(byZone, down, .001)
		fmt.Printf("%v: %.0f minutes a year\n", byZone, u*layout.MinutesPerYear)
	}
	// Output:
	// [3]: 683 minutes a year
	// [2 1]: 693 minutes a year
	// [1 1 1]: 189 minutes a year
}
