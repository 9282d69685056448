package planner

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// SplitBounds returns the parts of a group's bounds that fall to each of its pools, in
// multiples of step. They add up to the group's, as far as those are multiples, and the
// planned nodes of each pool are between its own.
//
// Pools of zones have their own. In a spot group with an on-demand base the pools on demand
// keep the base at the group's least and largest count, as near as the planned nodes let
// them. Of the rest, and in other groups, each pool has its share of the planned nodes.
func SplitBounds(g *GroupPlan, base units.CountOrRatio, step int) (least, most []int) {
	if len(g.Pools) == 1 {
		return []int{g.MinNodes}, []int{g.MaxNodes}
	}
	if g.Pools[0].Zone != "" && g.Pools[0].MaxNodes > 0 {
		for i := range g.Pools {
			least, most = append(least, g.Pools[i].MinNodes), append(most, g.Pools[i].MaxNodes)
		}
		return least, most
	}
	low, high := units.CeilDiv(g.MinNodes, step), g.MaxNodes/step
	nodes := make([][]int, 2) // on demand, spot; each of every pool
	sums := [2]int{}
	for k := range nodes {
		nodes[k] = make([]int, len(g.Pools))
		for i := range g.Pools {
			if (g.Pools[i].CapacityType == Spot) == (k == 1) {
				nodes[k][i] = g.Pools[i].Nodes / step
				sums[k] += nodes[k][i]
			}
		}
	}
	based := func(count int) int { return units.CeilDiv(base.Up(count*step), step) }
	lowBase, highBase := low, high
	switch {
	case sums[0] == 0:
		lowBase, highBase = 0, 0
	case sums[1] > 0:
		lowBase = min(max(based(low), low-sums[1]), sums[0], low)
		highBase = max(min(based(high), high-sums[1]), sums[0])
	}
	least, most = proportional(lowBase, nodes[0]), proportional(highBase, nodes[0])
	spotLeast, spotMost := proportional(low-lowBase, nodes[1]), proportional(high-highBase, nodes[1])
	for i := range least {
		least[i], most[i] = (least[i]+spotLeast[i])*step, (most[i]+spotMost[i])*step
	}
	return least, most
}

// proportional splits a total in the proportions of parts, by largest remainders; those
// that come first have theirs before equal ones. A total at most the sum of the parts
// gives each at most its own, one at least the sum gives each at least its own.
func proportional(total int, parts []int) []int {
	out, order := make([]int, len(parts)), make([]int, len(parts))
	sum, left := 0, total
	for _, n := range parts {
		sum += n
	}
	if sum == 0 {
		return out
	}
	for i, n := range parts {
		out[i], order[i] = total*n/sum, i
		left -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total*parts[b]%sum, total*parts[a]%sum) })
	for _, i := range order[:left] {
		out[i]++
	}
	return out
}
