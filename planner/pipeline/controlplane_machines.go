package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// place chooses machines for every role and fills in the control plane.
func (m *maker) place(control *planner.ControlPlane, roles []members, s *state) error {
	control.Machines, control.Members, control.Survives = nil, nil, nil
	for i := range roles {
		machines, err := m.machinesFor(&roles[i], s)
		if err != nil {
			return err
		}
		m.stock.take(machines.InstanceType, machines.NodesByZone)
		control.Machines = append(control.Machines, machines)
		for _, z := range machines.NodesByZone {
			for range z.Nodes {
				control.Members = append(control.Members, planner.Member{Role: machines.Role, Zone: z.Zone, InstanceType: machines.InstanceType})
			}
		}
	}
	etcd := s.etcd
	for i := range control.Machines {
		if roles[i].etcd {
			etcd.Quorum = layout.Quorum(etcd.Members)
			etcd.ToleratesMembers, etcd.ToleratesZones = layout.Tolerates(byZoneOf(&control.Machines[i]))
		}
	}
	control.Etcd = &etcd
	control.Survives = m.controlPlaneDrills(control)
	return nil
}

func byZoneOf(c *planner.ControlPlaneMachines) []int {
	var out []int
	for _, z := range c.NodesByZone {
		out = append(out, z.Nodes)
	}
	return out
}

// machinesFor chooses the cheapest machine type that is large enough and of which
// enough stand there; one without a known price only where none with one does.
func (m *maker) machinesFor(r *members, s *state) (planner.ControlPlaneMachines, error) {
	var best, locked *memberType
	lock := m.cluster.ControlPlane.LockedType(r.role)
	var short, small []string
	var unfit error
	zones := m.cluster.Zones
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		if admitted, _ := admits(r.instances, t); !admitted {
			continue
		}
		if zone := t.NotOffered(zones); zone != "" {
			small = append(small, t.Name+" is not offered in zone "+zone)
			continue
		}
		if err := m.startsFrom(t, r.disks); err != nil {
			unfit = err
			continue
		}
		if t.VCPUs < r.vcpus || t.Memory < r.memory {
			small = append(small, fmt.Sprintf("%s has %d vCPU and %s", t.Name, t.VCPUs, gib(t.Memory)))
			continue
		}
		if why := m.keepsState(t.Name, &s.etcd); r.etcd && why != "" {
			small = append(small, t.Name+" "+why)
			continue
		}
		byZone, ok := m.stock.split(t.Name, r.count, zones)
		if !ok || !m.survives(byZone, r.quorum) {
			short = append(short, t.Name)
			continue
		}
		if best == nil || better(t, best.t) {
			best = &memberType{t, byZone}
		}
		if lock != nil && t.Name == lock.InstanceType {
			locked = &memberType{t, byZone}
		}
	}
	if best == nil {
		if unfit != nil && len(short)+len(small) == 0 {
			return planner.ControlPlaneMachines{}, &planner.Infeasible{
				Path:       r.path,
				Constraint: fmt.Sprintf("no admitted type takes the disks that the role %s gets: %v", r.role, unfit),
				Remedy:     "admit other types, or choose disks that one family takes: control_plane { disk { type } } and etcd { disk { type } }",
			}
		}
		return planner.ControlPlaneMachines{}, m.noMember(r, &s.etcd, short, small)
	}
	best, outcome := m.lockedMember(r, lock, locked, best)
	out := planner.ControlPlaneMachines{
		Lock: outcome,
		Role: r.role, InstanceType: best.t.Name, Nodes: r.count, Price: best.t.OnDemand, Disks: r.disks,
		LeastVCPUs: r.vcpus, LeastMemory: r.memory, Reason: r.reason,
	}
	out.NodesByZone = zoneCounts(zones, best.zones)
	return out, nil
}

// memberType is a type that the machines of a role may have, and how many stand in each
// zone.
type memberType struct {
	t     *catalogs.InstanceType
	zones []int
}

// lockedMember returns the type of a role's machines: the locked one, where it still holds
// and the best saves no more than is asked for, else the best.
func (m *maker) lockedMember(r *members, lock *planner.LockedRole, locked, best *memberType) (*memberType, *planner.LockOutcome) {
	if lock == nil {
		return best, nil
	}
	total := func(of *memberType) planner.Amount {
		return planner.Amount{Rate: of.t.OnDemand.Rate * units.USDPerHour(r.count), Known: of.t.OnDemand.Known()}
	}
	out := &planner.LockOutcome{FreeTypes: []string{best.t.Name}, Free: total(best)}
	if locked == nil {
		out.Verdict, out.Gone = planner.LockGone, []string{lock.InstanceType}
		for i := range m.catalog.Types {
			t := &m.catalog.Types[i]
			if admitted, _ := admits(r.instances, t); admitted && t.Name == lock.InstanceType && t.NotOffered(m.cluster.Zones) == "" {
				out.Verdict, out.Gone = planner.LockUnfit, nil
				out.Why = fmt.Sprintf("control_plane.machines.%s: it is too small for the load, or too few stand there", r.role)
			}
		}
		return best, out
	}
	out.Locked = total(locked)
	if out.Saving = savingOf(out.Locked, out.Free); out.Saving > lock.MinSaving {
		out.Verdict = planner.LockSaving
		return best, out
	}
	out.Verdict = planner.LockHeld
	return locked, out
}

// startsFrom returns why a machine does not take the disks that it is bought with:
// the provider refuses to size such a node.
func (m *maker) startsFrom(t *catalogs.InstanceType, disks []planner.Disk) error {
	for _, d := range disks {
		g := planner.NodeGroup{Image: m.terms.Images[0], Disk: d}
		if _, err := m.provider.Allocatable(&m.cluster, &g, t); err != nil {
			return err
		}
	}
	return nil
}

// better orders machine types that are large enough: known prices first, then the
// price, then vCPUs, memory and name.
func better(a, b *catalogs.InstanceType) bool {
	unknown := func(t *catalogs.InstanceType) int {
		if t.OnDemand.Known() {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(unknown(a), unknown(b)), cmp.Compare(a.OnDemand.Rate, b.OnDemand.Rate),
		cmp.Compare(a.VCPUs, b.VCPUs), cmp.Compare(a.Memory, b.Memory), cmp.Compare(a.Name, b.Name),
	) < 0
}

// survives reports whether machines by zone keep a quorum through the declared
// losses, or one of them where no quorum is asked for.
func (m *maker) survives(byZone []int, quorum bool) bool {
	losses := m.controlPlaneLosses()
	if quorum {
		return layout.KeepsQuorum(byZone, losses)
	}
	return layout.Remaining(byZone, losses) >= 1
}

// keepsState says why a machine's own disk is none for etcd; empty where it is, and
// where disks are bought.
func (m *maker) keepsState(machine string, etcd *planner.Etcd) string {
	i := slices.IndexFunc(m.cluster.Machines, func(o planner.Machine) bool { return o.Name == machine })
	if i < 0 {
		return ""
	}
	d := m.cluster.Machines[i].Disk
	switch {
	case d == planner.MachineDisk{}:
		return "declares no disk"
	case !slices.Contains(m.terms.EtcdDisks, d.Type):
		return "has a disk of type " + d.Type
	case d.Size < etcd.Disk.Size:
		return "has a disk of " + gibDown(d.Size)
	case d.IOPS > 0 && d.IOPS < etcd.Disk.IOPS:
		return fmt.Sprintf("has a disk of %d IOPS", d.IOPS)
	}
	return ""
}

// noMember says why a role of the control plane has no machine.
func (m *maker) noMember(r *members, etcd *planner.Etcd, short, small []string) error {
	need := fmt.Sprintf("%d vCPU and %s", r.vcpus, gib(r.memory))
	if r.etcd && len(m.cluster.Machines) > 0 {
		need += fmt.Sprintf(" and a disk of %s and %s at least", strings.Join(m.terms.EtcdDisks, " or "), gib(etcd.Disk.Size))
		if etcd.Disk.IOPS > 0 {
			need += fmt.Sprintf(" with %d IOPS", etcd.Disk.IOPS)
		}
	}
	bad := &planner.Infeasible{Path: r.path}
	if len(short)+len(small) == 0 {
		bad.Constraint = fmt.Sprintf("no machine passes families, types, exclude and architectures of %s together", r.path)
		bad.Remedy = "drop one of them"
		return bad
	}
	if len(short) == 0 {
		bad.Constraint = fmt.Sprintf("no admitted machine carries the role %s, which asks for %s (%s)", r.role, need, r.reason)
		if len(small) > 0 {
			bad.Margin = strings.Join(small[:min(3, len(small))], ", ")
			if more := len(small) - 3; more > 0 {
				bad.Margin += fmt.Sprintf(" and %d more do not either", more)
			}
		}
		bad.Remedy = "admit other machines in " + r.path
		if r.etcd && len(m.cluster.Machines) > 0 {
			bad.Remedy += ", or declare their disks: disk { type = \"ssd\", size = \"…\" }"
		}
		return bad
	}
	var have []string
	for _, name := range short {
		if room := m.stock.room(name, m.cluster.Zones); room != nil {
			have = append(have, name+" "+listRoom(m.cluster.Zones, room))
		}
	}
	bad.Constraint = fmt.Sprintf("%d machines of one kind are needed for the role %s, over the zones so that the declared losses are survived; left are %s", r.count, r.role, strings.Join(have, "; "))
	bad.Margin = "each needs " + need
	bad.Remedy = "raise count_by_zone, admit other machines, or declare a smaller redundancy of the control plane"
	return &shortError{bad}
}
