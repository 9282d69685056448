package layout

import "time"

// MinutesPerYear are those of a year of 365.25 days.
const MinutesPerYear = 525_960

// Host is a node, or whatever else fails as one, and the replicas on it.
type Host struct {
	// Replicas that are gone together; not negative.
	Replicas int
	// Down is the share of time that the host is unavailable while its zone is
	// up, from 0 to 1.
	Down float64
}

// FaultZone is a zone and the hosts in it.
type FaultZone struct {
	// Down is the share of time that the whole zone is unavailable, from 0 to 1.
	Down  float64
	Hosts []Host
}

// Apart returns zones of as many hosts as byZone says, each with one replica.
// hostDown and zoneDown are as in Host and FaultZone.
func Apart(byZone []int, hostDown, zoneDown float64) []FaultZone {
	zones := make([]FaultZone, len(byZone))
	for i, n := range byZone {
		zones[i] = FaultZone{Down: zoneDown, Hosts: make([]Host, n)}
		for j := range zones[i].Hosts {
			zones[i].Hosts[j] = Host{Replicas: 1, Down: hostDown}
		}
	}
	return zones
}

// Unavailability returns the share of time in which fewer than need replicas are
// up, where hosts and zones fail independently of each other. It is exact: the
// coefficients of
//
//	Π_z [ q_z + (1 − q_z) · Π_j (p_j + (1 − p_j)·x^r_j) ]
//
// below the power need, added up; q is the Down of zones, p that of hosts, r their
// replicas. Each coefficient is a sum of products of what is not negative, so that
// the result has its full relative precision however small it is, which 1 − A has
// not. The work is replicas × need.
func Unavailability(zones []FaultZone, need int) float64 {
	if need <= 0 {
		return 0
	}
	// up[k] is the probability of k replicas up; from need on nobody asks.
	up := make([]float64, need)
	up[0] = 1
	for _, z := range zones {
		within := make([]float64, need)
		within[0] = 1
		for _, h := range z.Hosts {
			for k := need - 1; k >= 0; k-- {
				served := 0.0
				if k >= h.Replicas {
					served = within[k-h.Replicas]
				}
				within[k] = float64(h.Down*within[k]) + float64((1-h.Down)*served)
			}
		}
		for k := range within {
			within[k] *= 1 - z.Down
		}
		within[0] += z.Down
		up = convolve(up, within)
	}
	sum := 0.0
	for _, p := range up { // fewer replicas are less likely, as a rule: small ones first
		sum += p
	}
	return min(sum, 1)
}

// QuorumUnavailability returns the share of time in which members by zone, each on
// a host of its own, have no majority. No members never have one.
func QuorumUnavailability(byZone []int, hostDown, zoneDown float64) float64 {
	return Unavailability(Apart(byZone, hostDown, zoneDown), Quorum(total(byZone)))
}

// DownShare returns the share of time that something is unavailable that works for
// betweenFailures on average and then takes repair to work again:
//
//	repair / (betweenFailures + repair)
//
// Neither is negative, and not both are zero.
func DownShare(betweenFailures, repair time.Duration) float64 {
	return float64(repair) / (float64(betweenFailures) + float64(repair))
}

// convolve returns the product of two polynomials, cut off at their common length.
func convolve(a, b []float64) []float64 {
	product := make([]float64, len(a))
	for i, x := range a {
		if x == 0 {
			continue
		}
		for j := range len(a) - i {
			product[i+j] += float64(x * b[j])
		}
	}
	return product
}
