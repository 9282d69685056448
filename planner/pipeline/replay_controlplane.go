package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
)

// controlPlane returns the cases of a self-managed control plane.
func (r *replayer) controlPlane() []planner.ControlPlaneCase {
	control := &r.plan.ControlPlane
	if len(control.Members) == 0 || control.Etcd == nil {
		return nil
	}
	zones := r.m.cluster.Zones
	var out []planner.ControlPlaneCase
	for _, s := range r.controlPlaneStrikes(zones) {
		if c := controlPlaneCase(control, zones, &s); c.Tried > 0 {
			out = append(out, c)
		}
	}
	return out
}

// controlPlaneStrikes are the kills, or the losses that the control plane declares.
func (r *replayer) controlPlaneStrikes(zones []string) []strike {
	if len(r.kills) > 0 {
		name := planner.ControlPlaneName
		if slices.ContainsFunc(r.plan.NodeGroups, func(g planner.GroupPlan) bool { return g.Name == name }) {
			name = "" // a group has taken it: only zones and nodes=K reach the control plane
		}
		s, struck := r.killed(name, zones)
		if !struck {
			return nil
		}
		return []strike{s}
	}
	l := r.m.controlPlaneLosses()
	var out []strike
	add := func(nodes, zones int) {
		s := placement.Strike{AnyNodes: nodes, AnyZones: zones}
		out = append(out, strike{Strike: s, event: eventName(nodes, zones)})
	}
	if l.Nodes > 0 {
		add(l.Nodes, 0)
	}
	if l.Zones > 0 {
		add(0, l.Zones)
	}
	if l.AtOnce && l.Nodes > 0 && l.Zones > 0 {
		add(l.Nodes, l.Zones)
	}
	return out
}

// controlPlaneCase tries a strike on every set of machines that it may be; it tries
// none where it hits no machine.
func controlPlaneCase(control *planner.ControlPlane, zones []string, s *strike) planner.ControlPlaneCase {
	out := planner.ControlPlaneCase{Event: s.event, Of: control.Etcd.Members, Quorum: control.Etcd.Quorum}
	for _, m := range control.Members {
		if m.Role == planner.RoleLoadBalancer {
			out.BalancersOf++
		}
	}
	var gone, used []string
	for z, name := range zones {
		here := slices.ContainsFunc(control.Members, func(m planner.Member) bool { return m.Zone == name })
		switch {
		case here && slices.Contains(s.Zones, z):
			gone = append(gone, name)
		case here:
			used = append(used, name)
		}
	}
	var worst left
	for more := range subsets(used, min(s.AnyZones, len(used))) {
		lost := slices.Concat(gone, more)
		up := elsewhere(control, lost)
		nodes := s.AnyNodes
		for _, n := range s.In {
			nodes += n
		}
		nodes = min(nodes, len(up))
		if nodes == 0 && len(lost) == 0 {
			continue
		}
		for set := range subsets(up, nodes) {
			if !hits(control, zones, s.In, set) {
				continue
			}
			l := leftOf(control, lost, set)
			out.Tried++
			if l.holds() {
				out.Held++
			}
			if out.Lost == "" || worseLeft(l, worst) {
				worst, out.Lost = l, lostNames(control, lost, set)
			}
		}
	}
	out.Members, out.Servers, out.Balancers = worst.etcd, worst.servers, worst.balancers
	return out
}

// hits reports whether a set of machines, by index, has as many in each zone as
// are to be lost there.
func hits(control *planner.ControlPlane, zones []string, in, set []int) bool {
	for z, least := range in {
		n := 0
		for _, i := range set {
			if control.Members[i].Zone == zones[z] {
				n++
			}
		}
		if n < least {
			return false
		}
	}
	return true
}

// worseLeft orders what losses leave: what does not hold first, then the fewest
// etcd members, API servers and load balancers.
func worseLeft(a, b left) bool {
	if a.holds() != b.holds() {
		return b.holds()
	}
	return slices.Compare([]int{a.etcd, a.servers, a.balancers}, []int{b.etcd, b.servers, b.balancers}) < 0
}
