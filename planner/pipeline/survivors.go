package pipeline

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// use says how busy API servers and etcd are with everything up, after the worst declared
// loss and while one machine is upgraded; nil of a managed control plane.
func (m *maker) use(c *planner.ControlPlane) []planner.MemberUse {
	var out []planner.MemberUse
	for i := range c.Machines {
		machines := &c.Machines[i]
		t, known := m.catalog.Type(machines.InstanceType)
		if machines.Role == planner.RoleLoadBalancer || !known {
			continue
		}
		alone := machines.Role == planner.RoleEtcd
		state := alone || m.cluster.ControlPlane.EtcdTopology != planner.External
		held := units.Ratio(0)
		if alone {
			held = units.CeilDiv(units.Ratio(units.CeilDiv(stateMemory(c.Load), units.MiB))*units.Whole, units.Ratio(t.Memory/units.MiB))
		}
		for _, at := range []struct {
			when planner.UseCase
			left int
		}{
			{planner.UseAllUp, machines.Nodes},
			{planner.UseAfterLoss, layout.Remaining(byZoneOf(machines), m.controlPlaneLosses())},
			{planner.UseInUpgrade, machines.Nodes - 1},
		} {
			u := planner.MemberUse{Role: machines.Role, Case: at.when, Left: at.left}
			if at.left > 0 {
				u.CPU = layout.Busy(int64(machines.LeastVCPUs), int64(t.VCPUs), machines.Nodes, at.left, state)
				u.Memory = max(layout.Busy(int64(machines.LeastMemory/units.MiB), int64(t.Memory/units.MiB), machines.Nodes, at.left, state), held)
			}
			out = append(out, u)
		}
	}
	return out
}

// stateMemory is the most memory that a member of etcd takes at any moment: its process,
// and the pages of its database.
func stateMemory(load []planner.ControlPlaneLoad) units.Bytes {
	most := units.Bytes(0)
	for i := range load {
		most = max(most, load[i].EtcdMemory+load[i].Peak)
	}
	return most
}
