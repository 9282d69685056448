package layout

import (
	"math"
	"math/bits"

	"github.com/scantling-dev/scantling/planner/units"
)

// SubnetPool is a pool of equal nodes whose addresses are those of zones' subnets.
type SubnetPool struct {
	// Nodes in each zone of the cluster.
	Nodes []int
	// Zones that the pool may use.
	Zones []bool
	// Pods on the fullest node, Daemons of them on every node, and MaxPods of a node.
	Pods, Daemons, MaxPods int
	// Addresses that a node takes on which so many pods run.
	Addresses func(pods int) int
	// Replaced: nodes that are lost come back in the zones that are left.
	Replaced bool
}

// AddressesAfterLoss returns the most addresses that the pools take in a zone when the
// zones in lost fail. With l nodes lost, s left in all and n of them in the zone, pods of
// the fullest node k, and DaemonSets d on each, it is of each pool the larger of
//
//	n x A(min(k + ceil(l x (k - d) / s), max pods)) + r x A(d)
//	(n + r) x A(k)
//
// pods that move to the nodes that are left, before the r = ceil(l / zones left) new ones
// have any, and pods that wait for those. Every node is taken for the fullest.
func AddressesAfterLoss(pools []SubnetPool, zone int, lost []bool) int {
	if lost[zone] {
		return 0
	}
	sum := 0
	for i := range pools {
		p := &pools[i]
		gone, stay, open := 0, 0, 0
		for z, n := range p.Nodes {
			switch {
			case lost[z]:
				gone += n
			case p.Zones[z]:
				stay += n
				open++
			}
		}
		here, more := p.Nodes[zone], 0
		if p.Replaced && p.Zones[zone] {
			more = units.CeilDiv(gone, open)
		}
		moved := 0
		if stay > 0 {
			moved = units.CeilDiv(gone*max(p.Pods-p.Daemons, 0), stay)
		}
		crowded := here * p.Addresses(max(min(p.Pods+moved, p.MaxPods), p.Pods))
		if more > 0 {
			crowded += more * p.Addresses(p.Daemons)
		}
		sum += max(crowded, (here+more)*p.Addresses(p.Pods))
	}
	return sum
}

// MostAddresses returns the most addresses that the pools take in a zone whichever lost
// zones fail, and with none lost.
func MostAddresses(pools []SubnetPool, zones, zone, lost int) int {
	gone := make([]bool, zones)
	var worst func(from, left int) int
	worst = func(from, left int) int {
		most := AddressesAfterLoss(pools, zone, gone)
		if left == 0 {
			return most
		}
		for z := from; z < zones; z++ {
			gone[z] = true
			most = max(most, worst(z+1, left-1))
			gone[z] = false
		}
		return most
	}
	return worst(0, min(lost, zones-1))
}

// RangeBits returns the length of the prefix of the smallest range that has blocks of
// the length block for so many nodes; below 0 there is none. No node needs no more than
// one.
//
//	block - ceil(log2(nodes))
func RangeBits(block, nodes int) int {
	return block - bits.Len(uint(max(nodes-1, 0)))
}

// Crossing returns the share of requests that leave the zone of their caller, where
// callers stand evenly in z zones: of balancing over all pods, wherever these are,
//
//	1 - 1/z = (z - 1) / z
//
// and where the pods of the caller's zone are preferred, for which Kubernetes has
// trafficDistribution, the callers in zones that have none: (z - with) / z. Rounded up.
func Crossing(z, with int, sameZone bool) units.Ratio {
	if z <= 1 {
		return 0
	}
	stay := 1
	if sameZone {
		stay = min(with, z)
	}
	return units.CeilDiv(units.Whole*units.Ratio(z-stay), units.Ratio(z))
}

// BytesPerSecond returns what a rate of requests moves, each with so many bytes of
// request and response together, rounded up.
func BytesPerSecond(rate units.Rate, size units.Bytes) units.Bytes {
	return product(int64(rate), int64(size), int64(units.PerSecond))
}

// BytesPerMonth returns the bytes of a month of 730 hours that a share of a rate makes,
// whose mean is so much of its peak, rounded up:
//
//	bytes a second x mean x share x 730 x 3600
func BytesPerMonth(perSecond units.Bytes, mean, share units.Ratio) units.Bytes {
	const seconds = units.HoursPerMonth * 3600
	hour := product(int64(perSecond), int64(mean), int64(units.Whole))
	return product(int64(product(int64(hour), seconds, 1)), int64(share), int64(units.Whole))
}

// Priced returns what so many bytes cost at a price for each unit of them, rounded up.
func Priced(bytes, unit units.Bytes, perUnit units.USD) units.USD {
	return units.USD(product(int64(bytes), int64(perUnit), int64(unit)))
}

// product returns a x b / c, rounded up; none is negative. What is larger than the
// largest whole number is that.
func product(a, b, c int64) units.Bytes {
	high, low := bits.Mul64(uint64(a), uint64(b))
	low, carry := bits.Add64(low, uint64(c-1), 0)
	high += carry
	if high >= uint64(c) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(high, low, uint64(c))
	return units.Bytes(min(q, math.MaxInt64))
}
