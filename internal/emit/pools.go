package emit

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// PoolNames returns the names under which the pools of each group are written: the
// group's own where it has one pool, else GROUP-TYPE, with -spot of spot machines, in
// small letters, digits and -. Where the group is split by zone the zone's word follows,
// what its name has beyond the region's, and the type is left out where there is one:
// GROUP-a. A name that is too long or is there twice ends in a digest of what it names, so
// that it is no other's and stays as it is when others come and go.
func PoolNames(p *planner.Plan, longest int) ([][]string, error) {
	groups := p.NodeGroups
	names, count := make([][]string, len(groups)), map[string]int{}
	for i := range groups {
		g := &groups[i]
		names[i] = make([]string, len(g.Pools))
		kinds, _ := planner.Joined(g.Pools)
		for j := range g.Pools {
			names[i][j] = g.Name
			if !g.Alone() {
				names[i][j] = longName(g.Name, &g.Pools[j], len(kinds) > 1, p.Cluster.Region)
			}
			count[names[i][j]]++
		}
	}
	seen := map[string]bool{}
	var errs []error
	for i := range groups {
		for j, name := range names[i] {
			if !groups[i].Alone() && (len(name) > longest || count[name] > 1) {
				name = shortName(name, groups[i].Name, &groups[i].Pools[j], longest)
			}
			if seen[name] {
				errs = append(errs, fmt.Errorf("%s: another group is written under the name %s: name one of them otherwise", groups[i].Path(), name))
			}
			names[i][j], seen[name] = name, true
		}
	}
	return names, errors.Join(errs...)
}

func longName(group string, pool *planner.Pool, typed bool, region string) string {
	name := group
	if typed {
		name += "-" + pool.InstanceType
	}
	if typed && pool.CapacityType == planner.Spot {
		name += "-spot"
	}
	if pool.Zone != "" {
		name += "-" + strings.TrimPrefix(pool.Zone, region)
	}
	name = regexp.MustCompile("[^a-z0-9]+").ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(name, "-")
}

// digestLength is how many digits of a digest a short name ends in.
const digestLength = 8

func shortName(name, group string, pool *planner.Pool, longest int) string {
	what := group + "/" + pool.InstanceType + "/" + string(pool.CapacityType)
	if pool.Zone != "" {
		what += "/" + pool.Zone
	}
	digest := sha256.Sum256([]byte(what))
	keep := min(len(name), longest-digestLength-1)
	return strings.TrimRight(name[:keep], "-") + "-" + fmt.Sprintf("%x", digest)[:digestLength]
}

// SplitBounds returns the parts of a group's bounds that fall to each of its pools, in
// multiples of step. They add up to the group's, as far as those are multiples, and the
// planned nodes of each pool are between its own.
//
// In a spot group with an on-demand base the pools on demand keep the base at the
// group's least and largest count, as near as the planned nodes let them. Of the rest,
// and in other groups, each pool has its share of the planned nodes.
func SplitBounds(g *planner.GroupPlan, base units.CountOrRatio, step int) (least, most []int) {
	if len(g.Pools) == 1 {
		return []int{g.MinNodes}, []int{g.MaxNodes}
	}
	low, high := units.CeilDiv(g.MinNodes, step), g.MaxNodes/step
	nodes := make([][]int, 2) // on demand, spot; each of every pool
	sums := [2]int{}
	for k := range nodes {
		nodes[k] = make([]int, len(g.Pools))
		for i := range g.Pools {
			if (g.Pools[i].CapacityType == planner.Spot) == (k == 1) {
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
