package verify

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// mostMembers of etcd; more slow every write down and make little safer (etcd,
// "FAQ": no more than seven).
const mostMembers = 7

// controlPlane checks the control plane against the spec and the provider, and what
// people run of it machine by machine.
func (k *checker) controlPlane() {
	c := *k.c
	if c.ControlPlane.TierCalculated {
		c.ControlPlane.Tier = k.plan.ControlPlane.Tier
		known := slices.Contains(k.terms.Tiers, k.plan.ControlPlane.Tier)
		k.need(known, "control_plane", "control_plane.tier", "the tier is %q, there are %q", k.plan.ControlPlane.Tier, k.terms.Tiers)
	}
	want, err := k.prov.ControlPlane(&c, k.cat)
	if !k.need(err == nil, "control_plane", "control_plane.provider", "the provider has none: %v", err) {
		return
	}
	got, spec := &k.plan.ControlPlane, &c.ControlPlane
	mode := cmp.Or(spec.Mode, planner.Managed)
	k.need(got.Mode == mode, "control_plane", "control_plane.mode", "it is %s, the spec says %s", got.Mode, mode)
	k.need(spec.Tier == "" || got.Tier == spec.Tier, "control_plane", "control_plane.tier", "the tier is %q, the spec says %q", got.Tier, spec.Tier)
	same := got.Mode == want.Mode && got.Tier == want.Tier && got.Support == want.Support && got.SupportEnds == want.SupportEnds &&
		slices.Equal(got.Fees, want.Fees) && sameBalancer(got.LoadBalancer, want.LoadBalancer)
	k.need(same, "control_plane", "control_plane.provider",
		"planned as %s, tier %q, %s support until %s, fees %+v, load balancer %+v; the provider says %s, %q, %s until %s, %+v, %+v",
		got.Mode, got.Tier, got.Support, got.SupportEnds, got.Fees, got.LoadBalancer, want.Mode, want.Tier, want.Support, want.SupportEnds, want.Fees, want.LoadBalancer)
	k.support(got)
	if mode == planner.SelfManaged {
		k.selfManaged(got, spec)
		return
	}
	k.fees(got)
	own := len(got.Machines) + len(got.Members) + len(got.Survives) + len(got.Use)
	k.need(own == 0 && got.Etcd == nil && got.LoadBalancer == nil, "control_plane", "control_plane.managed", "the provider runs it, and yet there are machines, members, drills, etcd or a load balancer")
}

// sameBalancer compares a planned load balancer with the provider's, whose hosts
// are the fewest: more survive larger losses.
func sameBalancer(got, want *planner.LoadBalancer) bool {
	if got == nil || want == nil {
		return got == want
	}
	enough := got.Hosts >= want.Hosts && (got.Hosts > 0) == (want.Hosts > 0)
	return got.Kind == want.Kind && enough && got.HealthCheck == want.HealthCheck && slices.Equal(got.Ports, want.Ports)
}

// fees checks the fees of a managed control plane against the catalog: together they
// are the fee of the tier, or, in extended support, that of the support, which stands
// in its place. Where the catalog lists none there is nothing to pay, or it is not
// known what.
func (k *checker) fees(got *planner.ControlPlane) {
	tier := got.Tier
	added := k.terms.BaseTier != "" && tier != k.terms.BaseTier
	if added {
		tier = k.terms.BaseTier
	}
	if got.Support == "extended" {
		tier = got.Support
	}
	due, paid := nothing(), feesOwed(got.Fees)
	if j := slices.IndexFunc(k.cat.Fees, func(f catalogs.Fee) bool { return f.Tier == got.Tier }); added && j >= 0 {
		price := k.cat.Fees[j].Price
		due.add(1, int64(price.Rate), true, price.Basis, price.Date)
	}
	i := slices.IndexFunc(k.cat.Fees, func(f catalogs.Fee) bool { return f.Tier == tier })
	if i < 0 {
		k.need(!paid.known || paid.times730.Sign() == 0, "control_plane", "control_plane.fees", "fees of %v, the catalog lists none of %q", &paid, tier)
		return
	}
	price := k.cat.Fees[i].Price
	due.add(1, int64(price.Rate), true, price.Basis, price.Date)
	k.need(paid.known == due.known && (!due.known || paid.times730.Cmp(due.times730) == 0), "control_plane", "control_plane.fees", "fees of %v, the catalog's are %v", &paid, &due)
}

// support checks the kind of support against the calendar: after the standard one
// a provider extends it, and Kubernetes itself gives none.
func (k *checker) support(got *planner.ControlPlane) {
	versions := k.prov.Versions(k.cat)
	i := slices.IndexFunc(versions, func(v catalogs.Version) bool { return v.Minor == k.c.KubernetesVersion })
	if i < 0 || versions[i].StandardEnd.IsZero() || k.c.AsOf == versions[i].StandardEnd {
		return // on the last day itself either is right
	}
	v := versions[i]
	want, ends := "standard", v.StandardEnd
	if k.c.AsOf > v.StandardEnd {
		want, ends = "extended", v.ExtendedEnd
		if got.Mode == planner.SelfManaged {
			want, ends = "none", got.SupportEnds
		}
	}
	k.need(got.Support == want && got.SupportEnds == ends, "control_plane", "control_plane.support", "%s support until %s; on %s Kubernetes %s is in %s support until %s",
		got.Support, got.SupportEnds, k.c.AsOf, v.Minor, want, ends)
}

// selfManaged checks the machines, the members and the state of a control plane
// that people run.
func (k *checker) selfManaged(got *planner.ControlPlane, spec *planner.ControlPlaneSpec) {
	if !k.need(got.Etcd != nil, "control_plane.etcd", "etcd.missing", "nothing is said of etcd") {
		return
	}
	topology := cmp.Or(spec.EtcdTopology, planner.Stacked)
	k.need(got.Etcd.Topology == topology, "control_plane.etcd", "etcd.topology", "it is %s, the spec says %s", got.Etcd.Topology, topology)
	balancer := planner.LoadBalancer{}
	if got.LoadBalancer != nil {
		balancer = *got.LoadBalancer
		k.need(spec.LoadBalancer == "" || balancer.Kind == spec.LoadBalancer, "control_plane.load_balancer", "control_plane.load_balancer", "it is %s, the spec says %s", balancer.Kind, spec.LoadBalancer)
	}
	roles := []string{planner.RoleControlPlane}
	if topology == planner.External {
		roles = append(roles, planner.RoleEtcd)
	}
	if balancer.Hosts > 0 {
		roles = append(roles, planner.RoleLoadBalancer)
	}
	var have []string
	var members []planner.Member
	for i := range got.Machines {
		m := &got.Machines[i]
		have = append(have, m.Role)
		for _, z := range m.NodesByZone {
			for range min(z.Nodes, maxNodes) {
				members = append(members, planner.Member{Role: m.Role, Zone: z.Zone, InstanceType: m.InstanceType})
			}
		}
	}
	if !k.need(slices.Equal(have, roles), "control_plane.machines", "control_plane.roles", "machines of the roles %v, they are %v", have, roles) {
		return
	}
	k.need(slices.Equal(got.Members, members), "control_plane.members", "control_plane.members", "the members are not the machines by role and zone: %v and %v", got.Members, members)
	for i := range got.Machines {
		k.member(&got.Machines[i], got.Etcd)
	}
	k.etcd(got.Etcd)
	k.memberCounts(got, spec, balancer.Hosts)
	k.fewestMachines(got, spec)
	k.quorum(got, members)
	k.memberUse(got, members)
}

// stateRole is the role whose machines hold etcd.
func (k *checker) stateRole() string {
	if k.c.ControlPlane.EtcdTopology == planner.External {
		return planner.RoleEtcd
	}
	return planner.RoleControlPlane
}

// machinesOf returns the number of machines of a role.
func machinesOf(cp *planner.ControlPlane, role string) int {
	n := 0
	for _, m := range cp.Machines {
		if m.Role == role {
			n += m.Nodes
		}
	}
	return n
}

// memberCounts checks how many machines there are: what the spec says, an odd number of
// members up to seven, and two hosts of a load balancer at least.
func (k *checker) memberCounts(got *planner.ControlPlane, spec *planner.ControlPlaneSpec, hosts int) {
	servers, members := machinesOf(got, planner.RoleControlPlane), machinesOf(got, k.stateRole())
	path := "control_plane.nodes"
	k.need(spec.Nodes == 0 || servers == spec.Nodes, path, "control_plane.count", "%d nodes, the spec says %d", servers, spec.Nodes)
	k.need(servers >= 1 && servers <= mostMembers, path, "control_plane.count", "%d nodes, there may be 1 to %d", servers, mostMembers)
	lossless := spec.Redundancy.Nodes == 0 && spec.Redundancy.Zones == 0
	k.need(spec.Nodes > 0 || lossless || servers >= 3, path, "control_plane.count", "%d nodes, though losses are to be survived", servers)

	path = "control_plane.etcd.members"
	n := got.Etcd.Members
	k.need(n == members, path, "etcd.members", "%d members on %d machines", n, members)
	k.need(spec.Etcd.Members == 0 || n == spec.Etcd.Members, path, "etcd.members", "%d members, the spec says %d", n, spec.Etcd.Members)
	k.need(n%2 == 1 && n >= 1 && n <= mostMembers, path, "etcd.members", "%d members; an odd number up to %d is right", n, mostMembers)
	k.need(hosts == machinesOf(got, planner.RoleLoadBalancer), "control_plane.load_balancer", "control_plane.load_balancer", "%d hosts on %d machines", hosts, machinesOf(got, planner.RoleLoadBalancer))
	k.need(hosts == 0 || hosts >= 2, "control_plane.load_balancer", "control_plane.load_balancer", "%d host: nothing is left when it is lost", hosts)
}

// member checks the machines of one role: what they are, where they stand, whether
// they are large enough, and what they cost.
func (k *checker) member(m *planner.ControlPlaneMachines, state *planner.Etcd) {
	path := "control_plane.machines." + m.Role
	var names []string
	sum := 0
	for _, z := range m.NodesByZone {
		names = append(names, z.Zone)
		sum += z.Nodes
	}
	k.need(slices.Equal(names, k.c.Zones), path, "control_plane.zones", "the zones are %v, the cluster's are %v", names, k.c.Zones)
	k.need(sum == m.Nodes && sum > 0, path, "control_plane.zones", "the zones have %d machines, the role %d", sum, m.Nodes)
	k.balance(path, m.InstanceType, m.NodesByZone)
	k.sized(m, state, path)

	root, etcd := k.memberDisks(m.Role)
	disks := slices.Concat(root, etcd)
	k.need(slices.Equal(m.Disks, disks), path, "control_plane.disks", "disks %+v, they are %+v", m.Disks, disks)
	for _, d := range root {
		k.sold(d, path, "control_plane.disks")
	}
	t := k.types[m.InstanceType]
	if !k.need(t != nil, path, "control_plane.type", "the catalog has no type %q", m.InstanceType) {
		return
	}
	in := &k.c.ControlPlane.Instances
	if m.Role == planner.RoleEtcd {
		in = &k.c.ControlPlane.Etcd.Instances
	}
	why := refusal(&k.terms, in, t)
	k.need(why == "", path, "control_plane.admitted", "the spec does not admit %s: %s", t.Name, why)
	k.need(standsIn(t, k.c.Zones), path, "control_plane.offered", "%s is offered in %v only, the cluster stands in %v", t.Name, t.Zones, k.c.Zones)
	k.need(m.Price == t.OnDemand, path, "control_plane.price", "priced as %+v, the catalog says %+v", m.Price, t.OnDemand)
	k.need(t.VCPUs >= m.LeastVCPUs && t.Memory >= m.LeastMemory, path, "control_plane.size", "%s has %d vCPUs and %s; %d and %s are needed", t.Name, t.VCPUs, byteSize(t.Memory), m.LeastVCPUs, byteSize(m.LeastMemory))
	if m.Role == k.stateRole() {
		k.builtIn(m, state, path)
	}
	k.lockedMember(m, path+".lock")
}

// memberDisks returns the disks that each machine of a role is bought with; none
// where machines bring theirs.
func (k *checker) memberDisks(role string) (root, etcd []planner.Disk) {
	if k.terms.OwnMachines {
		return nil, nil
	}
	if d := k.c.ControlPlane.Disk; d.Type != "" {
		root = []planner.Disk{d}
	}
	if state := k.plan.ControlPlane.Etcd; state != nil && role == k.stateRole() {
		etcd = []planner.Disk{state.Disk}
		if state.Events != nil {
			etcd = append(etcd, state.Events.Disk)
		}
	}
	return root, etcd
}

// builtIn checks that a machine of one's own has a disk that etcd can live on.
func (k *checker) builtIn(m *planner.ControlPlaneMachines, state *planner.Etcd, path string) {
	i := slices.IndexFunc(k.c.Machines, func(o planner.Machine) bool { return o.Name == m.InstanceType })
	if i < 0 {
		return
	}
	d := &k.c.Machines[i].Disk
	k.need(slices.Contains(k.terms.EtcdDisks, d.Type), path, "etcd.disk", "%s has a disk of type %q, etcd takes %v", m.InstanceType, d.Type, k.terms.EtcdDisks)
	k.need(d.Size >= state.Disk.Size, path, "etcd.disk", "%s has a disk of %s, etcd asks for %s", m.InstanceType, byteSize(d.Size), byteSize(state.Disk.Size))
	k.need(d.IOPS == 0 || d.IOPS >= state.Disk.IOPS, path, "etcd.disk", "%s sustains %d operations a second, etcd asks for %d", m.InstanceType, d.IOPS, state.Disk.IOPS)
}
