package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// A load balancer's host passes connections on and ends no TLS: what the smallest
// ordinary machine has does. An assumption of ours.
const (
	balancerVCPUs  = 2
	balancerMemory = 4 * units.GiB
)

// members is one role of a self-managed control plane that is being planned.
type members struct {
	role      string
	path      string
	instances *planner.Instances
	count     int
	vcpus     int
	memory    units.Bytes
	reason    string
	// quorum: a majority has to survive the declared losses, else one machine.
	quorum bool
	// etcd: the machine's own disk, where it has one, is etcd's.
	etcd bool
	// disks that each machine is bought with.
	disks []planner.Disk
}

// selfManaged plans machines, etcd and load balancer of a control plane that people
// run themselves, for the nodes and pods of the groups. A managed one is left as it
// is.
func (m *maker) selfManaged(control *planner.ControlPlane, groups []planner.GroupPlan) error {
	if control.Mode != planner.SelfManaged {
		return nil
	}
	spec := &m.cluster.ControlPlane
	nodes, pods := clusterSize(groups)
	if why := layout.BeyondLimits(nodes, pods); why != "" {
		return &planner.Infeasible{Path: "control_plane", Constraint: "one control plane does not carry this cluster: " + why, Remedy: "split it into several clusters"}
	}
	size, err := m.serverSize(nodes)
	if err != nil {
		return err
	}
	state, err := m.state(groups, nodes, pods)
	if err != nil {
		return err
	}
	servers, err := m.serverRole(size, state)
	if err != nil {
		return err
	}
	roles := []members{servers}
	if m.cluster.ControlPlane.EtcdTopology == planner.External {
		etcd, err := m.etcdRole(state)
		if err != nil {
			return err
		}
		roles = append(roles, etcd)
	}
	if control.LoadBalancer != nil && control.LoadBalancer.Hosts > 0 {
		balancer := *control.LoadBalancer
		balancer.Hosts = m.balancers(balancer.Hosts)
		control.LoadBalancer = &balancer
		roles = append(roles, members{
			role: planner.RoleLoadBalancer, path: "control_plane.instances", instances: &spec.Instances,
			count: balancer.Hosts, vcpus: balancerVCPUs, memory: balancerMemory,
			reason: "passes connections on", disks: m.bootDisks(spec.Disk),
		})
	}
	return m.place(control, roles, state)
}

// serverSize is what each node that runs API servers needs for so many nodes.
func (m *maker) serverSize(nodes int) (layout.Size, error) {
	profile := sizeProfile(&m.cluster.ControlPlane)
	if size, ok := layout.ControlPlaneSize(profile, nodes); ok {
		return size, nil
	}
	sizes := layout.Sizes(profile)
	last := sizes[len(sizes)-1].UpTo
	bad := &planner.Infeasible{
		Path: "control_plane.profile", Constraint: fmt.Sprintf("the sizes of profile %q end at %d nodes", profile, last),
		Margin: fmt.Sprintf("the groups may have %d, %d more", nodes, nodes-last),
	}
	var wider []string
	for _, other := range layout.Profiles() {
		if size, ok := layout.ControlPlaneSize(other, nodes); ok {
			wider = append(wider, fmt.Sprintf("%q (%d vCPU, %s)", other, size.VCPUs, gib(size.Memory)))
		}
	}
	bad.Remedy = "split it into several clusters"
	if len(wider) > 0 {
		bad.Remedy = "take profile " + strings.Join(wider, " or ") + ", or split it into several clusters"
	}
	return layout.Size{}, bad
}

// serverRole is what runs the API servers and, where etcd is stacked, its members.
func (m *maker) serverRole(size layout.Size, s *state) (members, error) {
	spec := &m.cluster.ControlPlane
	count, err := m.servers()
	if err != nil {
		return members{}, err
	}
	role := members{
		role: planner.RoleControlPlane, path: "control_plane.instances", instances: &spec.Instances, count: count,
		vcpus: size.VCPUs, memory: size.Memory, disks: m.bootDisks(spec.Disk),
		reason: fmt.Sprintf("up to %d nodes: %d vCPU, %s%s", size.UpTo, size.VCPUs, gib(size.Memory), profileWords(sizeProfile(spec))),
	}
	if spec.EtcdTopology != planner.External {
		role.quorum, role.etcd, role.disks = true, true, append(role.disks, s.disks()...)
		role.vcpus, role.memory = max(role.vcpus, s.class.VCPUs), max(role.memory, s.class.Memory)
		role.reason += "; " + s.words()
		s.etcd.Members = count
	}
	return role, nil
}

// sizeProfile returns the table of sizes of a control plane, by its name in layout.
func sizeProfile(c *planner.ControlPlaneSpec) string {
	return string(cmp.Or(c.Profile, planner.GeneralSize))
}

// profileWords names a table of sizes that is not the usual one.
func profileWords(profile string) string {
	if profile == layout.ProfileGeneral {
		return ""
	}
	return " by profile " + profile
}

// etcdRole is what runs etcd on hosts of its own.
func (m *maker) etcdRole(s *state) (members, error) {
	spec := &m.cluster.ControlPlane
	count, err := m.controlPlaneCount(spec.Etcd.Members)
	if err != nil {
		return members{}, err
	}
	s.etcd.Members = count
	return members{
		role: planner.RoleEtcd, path: "control_plane.etcd.instances", instances: &spec.Etcd.Instances, count: count,
		vcpus: s.class.VCPUs, memory: s.class.Memory, quorum: true, etcd: true, reason: s.words(),
		disks: append(m.bootDisks(spec.Disk), s.disks()...),
	}, nil
}

// balancers returns the least number of hosts, at least so many, one of which
// stays through the declared losses.
func (m *maker) balancers(least int) int {
	losses := m.controlPlaneLosses()
	most := (losses.Nodes + 1) * (losses.Zones + 1) * len(m.cluster.Zones)
	for n := least; n < most; n++ {
		if layout.Remaining(layout.Balance(n, len(m.cluster.Zones)), losses) >= 1 {
			return n
		}
	}
	return max(least, most)
}

// clusterSize returns the most nodes that the groups may have, and the pods with
// which they are as full as planned, DaemonSets and all.
func clusterSize(groups []planner.GroupPlan) (nodes, pods int) {
	for i := range groups {
		g := &groups[i]
		nodes += g.MaxNodes
		here := 0
		for _, w := range g.Workloads {
			here += w.Replicas
		}
		if g.Nodes > 0 && g.MaxNodes > g.Nodes {
			here = units.CeilDiv(here*g.MaxNodes, g.Nodes)
		}
		// Nodes that are added may be of any pool: the roomiest bounds what they hold.
		room, daemons := 0, 0
		for _, p := range g.Pools {
			room, daemons = max(room, p.Free().Pods), max(daemons, len(p.DaemonSets))
		}
		if len(g.Pools) > 0 {
			here = min(here, g.MaxNodes*room)
		}
		pods += here + g.MaxNodes*daemons
	}
	return nodes, pods
}

// losses are what the control plane has to survive.
func (m *maker) controlPlaneLosses() layout.Losses {
	r := &m.cluster.ControlPlane.Redundancy
	return layout.Losses{Nodes: r.Nodes, Zones: r.Zones, AtOnce: r.AtOnce}
}

// controlPlaneCount returns the declared count, or the least odd one that keeps a
// quorum through the declared losses: 3 at least, 1 where none is declared.
func (m *maker) controlPlaneCount(declared int) (int, error) {
	if declared > 0 {
		return declared, nil
	}
	losses := m.controlPlaneLosses()
	least := 3
	if losses.Nodes == 0 && losses.Zones == 0 {
		least = 1
	}
	n, ok := layout.Members(losses, len(m.cluster.Zones), least)
	if !ok {
		return 0, &planner.Infeasible{
			Path:       "control_plane.redundancy",
			Constraint: fmt.Sprintf("no odd number of members up to 7 over %d zones keeps a quorum through these losses", len(m.cluster.Zones)),
			Remedy:     "add a zone, or declare a smaller redundancy",
		}
	}
	return n, nil
}

// servers returns how many control-plane nodes there are: with etcd on them as many
// as it has members; without, the declared count or the least odd one, 3 at least,
// of which one is left through the declared losses.
func (m *maker) servers() (int, error) {
	spec := &m.cluster.ControlPlane
	if spec.EtcdTopology != planner.External || spec.Nodes > 0 {
		return m.controlPlaneCount(spec.Nodes)
	}
	losses := m.controlPlaneLosses()
	if losses.Nodes == 0 && losses.Zones == 0 {
		return 1, nil
	}
	for n := 3; n <= layout.MaxMembers; n += 2 {
		if layout.Remaining(layout.Balance(n, len(m.cluster.Zones)), losses) > 0 {
			return n, nil
		}
	}
	return m.controlPlaneCount(0) // which says why
}

// state is etcd as it is being planned.
type state struct {
	class layout.EtcdClass
	etcd  planner.Etcd
	// bought: the disk is bought for it, where machines do not bring theirs.
	bought bool
}

// words say what the class asks for.
func (s *state) words() string {
	return fmt.Sprintf("etcd class %s: %d vCPU, %s", s.class.Name, s.class.VCPUs, gib(s.class.Memory))
}

// disks returns what each machine with a member buys beside its root disk.
func (s *state) disks() []planner.Disk {
	if !s.bought {
		return nil
	}
	out := []planner.Disk{s.etcd.Disk}
	if e := s.etcd.Events; e != nil {
		out = append(out, e.Disk)
	}
	return out
}

// state sizes etcd for so many nodes and pods of the groups. The class follows from all
// that the members on a machine carry, events apart or not.
func (m *maker) state(groups []planner.GroupPlan, nodes, pods int) (*state, error) {
	spec := &m.cluster.ControlPlane.Etcd
	population := m.population(groups, nodes, pods, m.churn(groups))
	all := layout.DemandOf(population)
	peak := all.Peak
	rest, events := layout.EventsApart(population)
	why := m.eventsApart(nodes, &all)
	if why != "" {
		peak = rest.Peak
	}
	quota, ok := layout.Quota(peak)
	if !ok {
		return nil, &planner.Infeasible{
			Path:       "control_plane.etcd",
			Constraint: fmt.Sprintf("the state of %d nodes, %d pods and %d other objects may come to %s, %s", nodes, pods, population.OtherObjects, mib(peak), fullEtcd),
			Remedy:     smallerState(&all),
		}
	}
	class, by := layout.ClassOf(layout.EtcdLoad{Nodes: nodes, RequestsPerSecond: wholeRate(all.Writes), Data: all.Peak})
	heartbeat, election, _ := layout.Timing(spec.RoundTrip)
	s := &state{class: class, bought: m.terms.EtcdDiskType != ""}
	_, storage := layout.Backups(peak, spec.BackupInterval, spec.BackupRetention)
	s.etcd = planner.Etcd{
		Topology: m.cluster.ControlPlane.EtcdTopology,
		Class:    class.Name, ClassReason: fmt.Sprintf("by %s: %d nodes, %d pods, %s at the peak", by, nodes, pods, mib(all.Peak)),
		Database: peak, Quota: quota, Heartbeat: heartbeat, ElectionTimeout: election,
		BackupInterval: spec.BackupInterval, BackupRetention: spec.BackupRetention, BackupStorage: storage,
	}
	var err error
	if s.etcd.Disk, err = m.etcdDisk(class, quota, spec.Disk); err != nil || why == "" {
		return s, err
	}
	s.etcd.Events, err = m.eventsEtcd(&events, why)
	return s, err
}

// fullEtcd says what etcd holds: 80% of the largest quota (layout.Quota).
const fullEtcd = "and etcd's largest quota, 8 GiB, is filled to 80%, 6553 MiB"

// smallerState says what makes the state of a cluster smaller: fewer of what most of it is.
func smallerState(all *layout.Demand) string {
	for _, o := range all.Objects {
		if o.Kind == layout.KindOthers && 2*units.Bytes(o.Count)*o.Size > all.Live {
			return fmt.Sprintf("keep fewer or smaller objects, of which %d of %d bytes are most of it: objects and object_size of control_plane.load; or split it into several clusters", o.Count, o.Size)
		}
	}
	return "split it into several clusters"
}

// wholeRate rounds up to whole things a second.
func wholeRate(r units.Rate) int { return int(units.CeilDiv(r, units.PerSecond)) }

// eventsApart says why events have an etcd of their own; empty where they have none. It
// is bought a disk: a machine of one's own has one, which etcd has to itself.
func (m *maker) eventsApart(nodes int, all *layout.Demand) string {
	_, fits := layout.Quota(all.Peak)
	switch {
	case m.cluster.ControlPlane.Etcd.Events == planner.EventsSeparate:
		return "as declared"
	case m.cluster.ControlPlane.Etcd.Events == planner.EventsShared, m.terms.EtcdDiskType == "":
		return ""
	case !fits:
		return fmt.Sprintf("with them the state may come to %s, %s", mib(all.Peak), fullEtcd)
	case nodes > layout.EventsApartFrom:
		return fmt.Sprintf("%d nodes are more than %d", nodes, layout.EventsApartFrom)
	}
	return ""
}

// eventsEtcd sizes the etcd of events. Its disk is of the type that the other has.
func (m *maker) eventsEtcd(events *layout.Demand, why string) (*planner.EventsEtcd, error) {
	quota, ok := layout.Quota(events.Peak)
	if !ok {
		return nil, &planner.Infeasible{
			Path:       "control_plane.etcd",
			Constraint: fmt.Sprintf("events alone may come to %s, %s", mib(events.Peak), fullEtcd),
			Remedy:     "roll out less often, or split it into several clusters",
		}
	}
	class, _ := layout.ClassOf(layout.EtcdLoad{RequestsPerSecond: wholeRate(events.Writes), Data: events.Peak})
	disk, err := m.etcdDisk(class, quota, planner.Disk{Type: m.cluster.ControlPlane.Etcd.Disk.Type})
	return &planner.EventsEtcd{Reason: why, Database: events.Peak, Quota: quota, Disk: disk}, err
}

// etcdDisk returns the disk that etcd gets: the declared one, and what it leaves
// open by the class and the quota.
func (m *maker) etcdDisk(class layout.EtcdClass, quota units.Bytes, d planner.Disk) (planner.Disk, error) {
	d.Type = cmp.Or(d.Type, m.terms.EtcdDiskType)
	offer := layout.DiskOffer{Kind: layout.DiskBuiltIn}
	if sold, known := m.catalog.Disk(d.Type); known {
		offer = layout.DiskOffer{
			Kind: layout.DiskProvisioned, FreeIOPS: sold.FreeIOPS, FreeMiBps: sold.FreeMiBps, IOPSPerGiB: sold.IOPSPerGiB,
			FixedThroughput: slices.Contains(m.terms.DisksFixedThroughput, d.Type),
			MaxIOPS:         sold.MaxIOPS, MaxMiBps: sold.MaxMiBps, MaxSize: sold.MaxSize,
		}
		if slices.Contains(m.terms.DisksBySize, d.Type) {
			offer.Kind = layout.DiskBySize
		}
	}
	need, ok := layout.EtcdDisk(class, quota, offer)
	if !ok {
		return planner.Disk{}, &planner.Infeasible{
			Path:       "control_plane.etcd.disk.type",
			Constraint: fmt.Sprintf("a disk of type %s is not fast enough for etcd of class %s at any size", d.Type, class.Name),
			Remedy:     "leave the type out, or choose one of " + strings.Join(m.terms.EtcdDisks, ", "),
		}
	}
	if d.Size == 0 {
		d.Size = need.Size
		if sold, known := m.catalog.Disk(d.Type); known && sold.IOPSPerGiB > 0 && d.IOPS > sold.FreeIOPS {
			least := units.CeilDiv(int64(d.IOPS)*int64(units.Whole), int64(sold.IOPSPerGiB))
			d.Size = max(d.Size, units.Bytes(least)*units.GiB)
		}
	}
	d.IOPS = cmp.Or(d.IOPS, need.IOPS)
	d.ThroughputMiBps = cmp.Or(d.ThroughputMiBps, need.MiBps)
	return d, nil
}

// bootDisks is the root disk of a machine of the control plane; none where
// machines bring theirs.
func (m *maker) bootDisks(d planner.Disk) []planner.Disk {
	if d.Type == "" {
		return nil
	}
	return []planner.Disk{d}
}

func gib(b units.Bytes) string { return fmt.Sprintf("%d GiB", units.CeilDiv(b, units.GiB)) }

// gibDown writes what there is of something.
func gibDown(b units.Bytes) string { return fmt.Sprintf("%d GiB", b/units.GiB) }

func mib(b units.Bytes) string { return fmt.Sprintf("%d MiB", units.CeilDiv(b, units.MiB)) }
