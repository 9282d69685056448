package layout

import (
	"slices"
)

// MaxMembers is the largest count of etcd members that its documentation advises:
// each write waits for a majority, so more members only make it slower.
const MaxMembers = 7

// Losses are what a control plane has to survive: the loss of any Nodes members,
// and that of any Zones zones; with AtOnce that of both together. A negative
// count is none.
type Losses struct {
	Nodes, Zones int
	AtOnce       bool
}

// Remaining returns the least number of members left in the worst of the declared
// losses; byZone is how many each zone holds, in any distribution.
//
//	apart:   n - max(Nodes, members of the Zones fullest zones)
//	at once: n - members of the Zones fullest zones - Nodes
//
// and never below zero. It is exact: no set of zones holds more members than the
// fullest ones, and the members that fail beside them can be any of the rest.
func Remaining(byZone []int, l Losses) int {
	nodes, zones := max(l.Nodes, 0), fullest(byZone, l.Zones)
	lost := max(nodes, zones)
	if l.AtOnce {
		lost = nodes + zones
	}
	return max(total(byZone)-lost, 0)
}

// KeepsQuorum reports whether members by zone keep a quorum through the losses:
// at least Quorum(n) of all n are left. No members have none.
func KeepsQuorum(byZone []int, l Losses) bool {
	return Remaining(byZone, l) >= Quorum(total(byZone))
}

// Tolerates returns the largest number of members, and of zones, of which any may
// fail while the rest keeps a quorum.
func Tolerates(byZone []int) (members, zones int) {
	members = max(Tolerance(total(byZone)), 0)
	for KeepsQuorum(byZone, Losses{Zones: zones + 1}) {
		zones++
	}
	return members, zones
}

// Members returns the smallest odd number of members, from least to MaxMembers,
// that keeps a quorum through the losses when balanced over the zones. It reports
// false where none does, in any distribution: one and two zones survive the loss
// of no zone.
func Members(l Losses, zones, least int) (int, bool) {
	if zones < 1 {
		return 0, false
	}
	for n := max(least, 1) | 1; n <= MaxMembers; n += 2 {
		if KeepsQuorum(Balance(n, zones), l) {
			return n, true
		}
	}
	return 0, false
}

// Fill returns how many of n nodes each zone holds when they are spread as evenly
// as the zones have room: zone i has room for room[i], or without limit where that
// is negative. The emptiest zone is filled first and of equal ones the earliest, so
// that no zone could have more without one that has no more than it having less
// (max-min fairness); without limits it is Balance. It reports false where there is
// not room for n. n must not be negative.
func Fill(n int, room []int) ([]int, bool) {
	counts := make([]int, len(room))
	open := make([]int, 0, len(room)) // zones with room left, all of them equally full
	for i, r := range room {
		if r != 0 {
			open = append(open, i)
		}
	}
	for n > 0 {
		if len(open) == 0 {
			return nil, false
		}
		// Whole rounds up to the next zone that is full; a last, partial round goes to
		// the earliest zones.
		rounds := n / len(open)
		for _, i := range open {
			if room[i] > 0 {
				rounds = min(rounds, room[i]-counts[i])
			}
		}
		if rounds == 0 {
			open, rounds = open[:n], 1
		}
		for _, i := range open {
			counts[i] += rounds
		}
		n -= rounds * len(open)
		open = slices.DeleteFunc(open, func(i int) bool { return counts[i] == room[i] })
	}
	return counts, true
}

// fullest returns how many members the k fullest zones hold.
func fullest(byZone []int, k int) int {
	sorted := slices.Clone(byZone)
	slices.Sort(sorted)
	return total(sorted[len(sorted)-min(max(k, 0), len(sorted)):])
}

func total(counts []int) int {
	sum := 0
	for _, c := range counts {
		sum += c
	}
	return sum
}
