package verify

import (
	"strconv"

	"github.com/scantling-dev/scantling/planner"
)

// Kind is a podKind for tests outside the package.
type Kind struct {
	CPU, Memory        int64
	Count              int
	ZoneSkew, HostSkew int
}

// Node is one node with the pods of each kind that run on it.
type Node struct {
	Zone              int
	CPU, Memory, Pods int64
	Running           []int
}

// The verdicts.
const (
	Placed     = int(placed)
	Impossible = int(impossible)
	Unproved   = int(unproved)
)

func pose(kinds []Kind, nodes []Node) *puzzle {
	p := &puzzle{}
	for _, k := range kinds {
		p.pods = append(p.pods, podKind{name: "p", size: room{k.CPU, k.Memory, 1}, count: k.Count, zoneSkew: k.ZoneSkew, hostSkew: k.HostSkew})
	}
	for _, n := range nodes {
		p.zones = max(p.zones, n.Zone+1)
		p.sites = append(p.sites, site{zone: n.Zone, free: room{n.CPU, n.Memory, n.Pods}, count: 1, running: n.Running})
	}
	return p
}

// Solve answers a puzzle.
func Solve(kinds []Kind, nodes []Node) int { return int(solve(pose(kinds, nodes))) }

// Greedy reports whether the greedy orders alone find a placement.
func Greedy(kinds []Kind, nodes []Node) bool { return greedy(begin(pose(kinds, nodes))) }

// Tolerates says how many members, and how many zones, of those with so many
// members may fail.
func Tolerates(byZone []int) (members, zones int) {
	var all []planner.Member
	for z, n := range byZone {
		for range n {
			all = append(all, planner.Member{Role: planner.RoleControlPlane, Zone: strconv.Itoa(z)})
		}
	}
	return newRoster(all, planner.RoleControlPlane).tolerates()
}
