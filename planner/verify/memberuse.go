package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// What machines of a published size do: three are busy to 60% at most (Red Hat, "Control
// plane node sizing"), and a lone one carries everything.
const (
	machinesSized = 3
	busyPercent   = 60
)

// memberUse checks how busy API servers and etcd are said to be, of what is left in the
// worst of all declared losses, which are tried one by one. Documents of before say nothing.
func (k *checker) memberUse(got *planner.ControlPlane, members []planner.Member) {
	if len(got.Use) == 0 || len(members) > mostMachines {
		return
	}
	var want []planner.MemberUse
	for i := range got.Machines {
		m := &got.Machines[i]
		t := k.types[m.InstanceType]
		if m.Role == planner.RoleLoadBalancer || t == nil || t.VCPUs <= 0 || t.Memory < units.MiB {
			continue
		}
		for _, c := range []struct {
			at   planner.UseCase
			left int
		}{{planner.UseAllUp, m.Nodes}, {planner.UseAfterLoss, k.fewestLeft(members, m.Role)}, {planner.UseInUpgrade, m.Nodes - 1}} {
			u := planner.MemberUse{Role: m.Role, Case: c.at, Left: c.left}
			if c.left > 0 {
				state := m.Role == k.stateRole()
				u.CPU = busyShare(int64(m.LeastVCPUs), int64(t.VCPUs), m.Nodes, c.left, state)
				u.Memory = busyShare(int64(m.LeastMemory/units.MiB), int64(t.Memory/units.MiB), m.Nodes, c.left, state)
				if m.Role == planner.RoleEtcd {
					for _, l := range got.Load {
						mib := up(int64(l.EtcdMemory+l.Peak), int64(units.MiB))
						u.Memory = max(u.Memory, units.Ratio(up(mib*int64(units.Whole), int64(t.Memory/units.MiB))))
					}
				}
			}
			want = append(want, u)
		}
	}
	k.need(slices.Equal(got.Use, want), "control_plane.use", "control_plane.use", "machines are said to be used as %+v, it is %+v", got.Use, want)
}

// busyShare is the share of each of the machines left, of which one needs so much as it was
// published for and has so much.
func busyShare(need, have int64, machines, left int, state bool) units.Ratio {
	whole := int64(units.Whole)
	if machines < machinesSized {
		return units.Ratio(up(need*whole, int64(left)*have))
	}
	share := up(machinesSized*busyPercent*need*whole, 100*int64(left)*have)
	if state {
		share = max(share, up(busyPercent*need*whole, 100*have))
	}
	return units.Ratio(share)
}

// fewestLeft is the least number of machines of a role that any declared loss leaves: of
// zones, of machines, or of both where they strike at once.
func (k *checker) fewestLeft(members []planner.Member, role string) int {
	r := &k.c.ControlPlane.Redundancy
	events := []event{{nodes: r.Nodes}, {zones: r.Zones}}
	if r.AtOnce {
		events = []event{{nodes: r.Nodes, zones: r.Zones}}
	}
	var own []planner.Member
	for _, m := range members {
		if m.Role == role {
			own = append(own, m)
		}
	}
	fewest := len(own)
	zones := newRoster(own, role).zones()
	for _, e := range events {
		for lost := range subsets(upTo(len(zones)), min(e.zones, len(zones))) {
			left := 0
			for _, m := range own {
				if !slices.ContainsFunc(lost, func(z int) bool { return zones[z] == m.Zone }) {
					left++
				}
			}
			fewest = min(fewest, max(left-e.nodes, 0))
		}
	}
	return fewest
}
