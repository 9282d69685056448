package report

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// anyNumber stands for machines of which as many as needed can be had.
const anyNumber = "any number"

// machines writes, for each kind of machine of one's own, how many stand in each
// zone, what the plan uses of them and what is left.
func (p *page) machines(plan *planner.Plan) {
	zones := plan.Cluster.Zones
	t := table{columns: []column{
		{title: "MACHINES"},
		{title: "STAND " + zoneTitle(plan)},
		{title: "GROUPS"},
		{title: "CONTROL PLANE"},
		{title: "LEFT"},
		{title: "USD/MONTH EACH", right: true},
	}}
	for i := range plan.Cluster.Machines {
		m := &plan.Cluster.Machines[i]
		groups, control := usedOf(plan, m.Name)
		stand, left := anyNumber, anyNumber
		if m.CountByZone != nil {
			have := make([]int, len(zones))
			addByZone(have, zones, m.CountByZone)
			rest := slices.Clone(have)
			for j := range rest {
				rest[j] -= groups[j] + control[j]
			}
			stand, left = countsByZone(have), countsByZone(rest)
		}
		price := notKnown
		if m.USDPerMonth != nil {
			price = usd(*m.USDPerMonth)
		}
		t.add(m.Name, stand, orUnused(groups), orUnused(control), left, price)
	}
	p.table(&t)
}

// usedOf returns how many machines of a kind the node groups and the control plane
// have in each of the cluster's zones.
func usedOf(plan *planner.Plan, machine string) (groups, control []int) {
	zones := plan.Cluster.Zones
	groups, control = make([]int, len(zones)), make([]int, len(zones))
	for i := range plan.NodeGroups {
		for _, pool := range plan.NodeGroups[i].Pools {
			if pool.InstanceType == machine {
				addByZone(groups, zones, pool.NodesByZone)
			}
		}
	}
	for _, m := range plan.ControlPlane.Machines {
		if m.InstanceType == machine {
			addByZone(control, zones, m.NodesByZone)
		}
	}
	return groups, control
}

// addByZone adds counts to those of the zones.
func addByZone(sums []int, zones []string, counts []planner.ZoneCount) {
	for _, c := range counts {
		if i := slices.Index(zones, c.Zone); i >= 0 {
			sums[i] += c.Nodes
		}
	}
}

// countsByZone writes counts: "2/2/0".
func countsByZone(counts []int) string {
	parts := make([]string, len(counts))
	for i, n := range counts {
		parts[i] = number(n)
	}
	return strings.Join(parts, "/")
}

// orUnused is countsByZone, "-" where nothing is used.
func orUnused(counts []int) string {
	if !slices.ContainsFunc(counts, func(n int) bool { return n != 0 }) {
		return none
	}
	return countsByZone(counts)
}
