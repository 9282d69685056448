package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// bothKeys are the keys of either map, sorted.
func bothKeys[A, B any](a map[string]A, b map[string]B) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func present(is bool) string {
	if is {
		return "it"
	}
	return "none"
}

func orNone(word string) string {
	if word == "" {
		return "none"
	}
	return word
}

func podCounts(list []planner.PodCount) map[string]string {
	out := map[string]string{}
	for _, c := range list {
		out[c.Workload] = fmt.Sprint(c.Pods)
	}
	return out
}

// groupWords says over what the machines of a group are counted.
func groupWords(g *planner.LockedGroup) string {
	if g.SplitByZone {
		return "by zone"
	}
	return "over all zones"
}

// poolWords writes pools as "6 c7g.large (a 2, b 2, c 2)".
func poolWords(pools []planner.LockedPool) string {
	var out []string
	for _, p := range pools {
		n := 0
		var zones []string
		for _, z := range p.NodesByZone {
			n += z.Nodes
			zones = append(zones, fmt.Sprintf("%s %d", z.Zone, z.Nodes))
		}
		bought := ""
		if p.CapacityType == planner.Spot {
			bought = " spot"
		}
		out = append(out, fmt.Sprintf("%d %s%s (%s)", n, p.InstanceType, bought, strings.Join(zones, ", ")))
	}
	return orNone(strings.Join(out, " + "))
}

func machineWords(machines []planner.LockedMachines) string {
	var out []string
	for _, m := range machines {
		out = append(out, fmt.Sprintf("%d %s (%s)", m.Nodes, m.InstanceType, m.Role))
	}
	return orNone(strings.Join(out, " + "))
}
