package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/price"
	"github.com/scantling-dev/scantling/planner/units"
)

// controlPlaneDrills tries every declared loss on the machines of a self-managed
// control plane: every set of so many machines, of any role, every set of zones in
// which any of them stands, and with at_once each set of zones with each set of
// machines elsewhere.
func (m *maker) controlPlaneDrills(control *planner.ControlPlane) []planner.Drill {
	losses := m.controlPlaneLosses()
	var used []string
	for _, z := range m.cluster.Zones {
		if slices.ContainsFunc(control.Members, func(member planner.Member) bool { return member.Zone == z }) {
			used = append(used, z)
		}
	}
	var out []planner.Drill
	for _, l := range []layout.Losses{
		{Nodes: losses.Nodes}, {Zones: losses.Zones}, {Nodes: losses.Nodes, Zones: losses.Zones, AtOnce: true},
	} {
		if l.Nodes == 0 && l.Zones == 0 || l.AtOnce && !losses.AtOnce {
			continue
		}
		d := planner.Drill{Event: eventName(l.Nodes, l.Zones)}
		spare := len(control.Members) + 1
		for zones := range subsets(used, l.Zones) {
			for nodes := range subsets(elsewhere(control, zones), l.Nodes) {
				d.Tried++
				left := leftOf(control, zones, nodes)
				if left.holds() {
					d.Held++
				}
				if left.etcd-left.quorum < spare {
					spare = left.etcd - left.quorum
					d.Tightest = fmt.Sprintf("loss of %s: %d of %d etcd members are left, %d are needed",
						lostNames(control, zones, nodes), left.etcd, control.Etcd.Members, left.quorum)
				}
			}
		}
		out = append(out, d)
	}
	return out
}

// left is what a loss leaves of a control plane.
type left struct {
	etcd, quorum, servers, balancers int
	// behind: API servers stand behind hosts of their own.
	behind bool
}

func (l left) holds() bool {
	return l.etcd >= l.quorum && l.servers > 0 && (!l.behind || l.balancers > 0)
}

// elsewhere returns the machines, by index, that stand in none of the zones.
func elsewhere(control *planner.ControlPlane, zones []string) []int {
	var out []int
	for i, member := range control.Members {
		if !slices.Contains(zones, member.Zone) {
			out = append(out, i)
		}
	}
	return out
}

// leftOf counts what is left without some zones and machines, the latter by index.
func leftOf(control *planner.ControlPlane, zones []string, nodes []int) left {
	l := left{quorum: control.Etcd.Quorum}
	for i, member := range control.Members {
		balancer := member.Role == planner.RoleLoadBalancer
		l.behind = l.behind || balancer
		if slices.Contains(nodes, i) || slices.Contains(zones, member.Zone) {
			continue
		}
		stacked := control.Etcd.Topology == planner.Stacked && member.Role == planner.RoleControlPlane
		if stacked || member.Role == planner.RoleEtcd {
			l.etcd++
		}
		if member.Role == planner.RoleControlPlane {
			l.servers++
		}
		if balancer {
			l.balancers++
		}
	}
	return l
}

// lostNames names zones and machines: "room-a and 2 etcd members in room-b".
func lostNames(control *planner.ControlPlane, zones []string, nodes []int) string {
	parts := slices.Clone(zones)
	for at := 0; at < len(nodes); {
		member, n := control.Members[nodes[at]], 0
		for at < len(nodes) && control.Members[nodes[at]] == member {
			n, at = n+1, at+1
		}
		one, many := "a control-plane node", "control-plane nodes"
		switch member.Role {
		case planner.RoleEtcd:
			one, many = "an etcd member", "etcd members"
		case planner.RoleLoadBalancer:
			one, many = "a load balancer", "load balancers"
		}
		if n > 1 {
			one = fmt.Sprintf("%d %s", n, many)
		}
		parts = append(parts, one+" in "+member.Zone)
	}
	return strings.Join(parts, " and ")
}

// subsets yields every set of k of a list's elements, in order; one empty set where
// k is 0, none where k is more than there are. A set is valid until the next.
func subsets[T any](list []T, k int) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		n := len(list)
		if k > n {
			return
		}
		set, chosen := make([]int, k), make([]T, k)
		for i := range set {
			set[i] = i
		}
		for {
			for i, at := range set {
				chosen[i] = list[at]
			}
			if !yield(chosen) {
				return
			}
			i := k - 1
			for i >= 0 && set[i] == n-k+i {
				i--
			}
			if i < 0 {
				return
			}
			set[i]++
			for j := i + 1; j < k; j++ {
				set[j] = set[j-1] + 1
			}
		}
	}
}

// controlPlaneLines are the lines of the bill for the machines of a control plane.
// Names in lines: the first disk of a machine is its root disk, the second
// etcd's, the third that of the events' etcd.
func (m *maker) controlPlaneLines(control *planner.ControlPlane) []price.Line {
	var lines []price.Line
	for i := range control.Machines {
		c := &control.Machines[i]
		prefix := "control_plane."
		if c.Role != planner.RoleControlPlane {
			prefix += c.Role + "_"
		}
		lines = append(lines, price.Machines(prefix+"nodes", c.Nodes, c.InstanceType, m.bought(c.InstanceType, planner.OnDemand, &c.Price), hourly(c.Price)))
		for at, d := range c.Disks {
			path := prefix + "root_disks"
			switch at {
			case 1:
				path = "control_plane.etcd_disks"
			case 2:
				path = "control_plane.events_disks"
			}
			detail := fmt.Sprintf("%d x %d GiB %s%s", c.Nodes, units.CeilDiv(d.Size, units.GiB), d.Type, m.diskPaidBy(d.Type))
			if d.IOPS > 0 {
				detail += fmt.Sprintf(", %d IOPS", d.IOPS)
			}
			lines = append(lines, price.Disks(path, detail, c.Nodes, m.diskMonth(d)))
		}
	}
	return lines
}
