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
	size, ok := layout.ControlPlaneSize(nodes)
	if !ok {
		return &planner.Infeasible{Path: "control_plane", Constraint: fmt.Sprintf("no control-plane node is known to carry %d nodes", nodes), Remedy: "split it into several clusters"}
	}
	state, err := m.state(nodes, pods)
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
		reason: fmt.Sprintf("up to %d nodes: %d vCPU, %s", size.UpTo, size.VCPUs, gib(size.Memory)),
	}
	if spec.EtcdTopology != planner.External {
		role.quorum, role.etcd, role.disks = true, true, append(role.disks, s.disks()...)
		role.vcpus, role.memory = max(role.vcpus, s.class.VCPUs), max(role.memory, s.class.Memory)
		role.reason += "; " + s.words()
		s.etcd.Members = count
	}
	return role, nil
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
		for _, p := range g.Pools {
			here = min(here, g.MaxNodes*p.Free().Pods) + g.MaxNodes*len(p.DaemonSets)
		}
		pods += here
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

// disks returns what each member buys beside its root disk.
func (s *state) disks() []planner.Disk {
	if !s.bought {
		return nil
	}
	return []planner.Disk{s.etcd.Disk}
}

// state sizes etcd for so many nodes and pods.
func (m *maker) state(nodes, pods int) (*state, error) {
	spec := &m.cluster.ControlPlane.Etcd
	_, peak := layout.Database(nodes, pods)
	quota, ok := layout.Quota(peak)
	if !ok {
		return nil, &planner.Infeasible{
			Path:       "control_plane.etcd",
			Constraint: fmt.Sprintf("the state of %d nodes and %d pods may come to %s, and etcd is run with 8 GiB at most", nodes, pods, gib(peak)),
			Remedy:     "split it into several clusters",
		}
	}
	class, by := layout.ClassOf(layout.EtcdLoad{Nodes: nodes, Data: peak})
	heartbeat, election, _ := layout.Timing(spec.RoundTrip)
	s := &state{class: class, bought: m.terms.EtcdDiskType != ""}
	_, storage := layout.Backups(peak, spec.BackupInterval, spec.BackupRetention)
	s.etcd = planner.Etcd{
		Topology: m.cluster.ControlPlane.EtcdTopology,
		Class:    class.Name, ClassReason: fmt.Sprintf("by %s: %d nodes, %d pods, %s at the peak", by, nodes, pods, mib(peak)),
		Database: peak, Quota: quota, Heartbeat: heartbeat, ElectionTimeout: election,
		BackupInterval: spec.BackupInterval, BackupRetention: spec.BackupRetention, BackupStorage: storage,
	}
	var err error
	s.etcd.Disk, err = m.etcdDisk(class, quota)
	return s, err
}

// etcdDisk returns the disk that etcd gets: the declared one, and what it leaves
// open by the class and the quota.
func (m *maker) etcdDisk(class layout.EtcdClass, quota units.Bytes) (planner.Disk, error) {
	d := m.cluster.ControlPlane.Etcd.Disk
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
	type candidate struct {
		t     *catalogs.InstanceType
		zones []int
	}
	var best *candidate
	var short, small []string
	var unfit error
	zones := m.cluster.Zones
	for i := range m.catalog.Types {
		t := &m.catalog.Types[i]
		if admitted, _ := admits(r.instances, t); !admitted {
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
			best = &candidate{t, byZone}
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
	out := planner.ControlPlaneMachines{
		Role: r.role, InstanceType: best.t.Name, Nodes: r.count, Price: best.t.OnDemand, Disks: r.disks,
		LeastVCPUs: r.vcpus, LeastMemory: r.memory, Reason: r.reason,
	}
	out.NodesByZone = zoneCounts(zones, best.zones)
	return out, nil
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
