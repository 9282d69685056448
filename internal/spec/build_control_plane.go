package spec

import (
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Defaults of a self-managed control plane. Snapshots every quarter of an hour,
// the last kept 90 days, are those of kops (docs/operations/etcd_backup_restore_encryption.md);
// two milliseconds are the zones of a region, as clouds build them.
const (
	defaultBackupInterval  = 15 * time.Minute
	defaultBackupRetention = 2160 * time.Hour
	defaultRoundTrip       = 2 * time.Millisecond
	defaultRootDisk        = 50 * units.GiB
)

// longestRoundTrip is where etcd ceases to serve a control plane: its
// documentation gives 350 to 400 ms for members on two continents (Tuning), and
// each write waits for a round trip.
const longestRoundTrip = 350 * time.Millisecond

// leastBackupTime is the shortest that schedules of snapshots know: cron and
// CronJobs count minutes.
const leastBackupTime = time.Minute

// leastEtcdDisk is the smallest disk for etcd: rule CP-07.
const leastEtcdDisk = 40 * units.GiB

// controlPlane reads who runs the control plane, and how.
func (b *builder) controlPlane() {
	n := b.root.child("control_plane")
	c := &b.cluster.ControlPlane
	switch {
	case b.ground == nil:
	case c.Mode == planner.Managed:
		b.onlySelfManaged(n)
		tier := b.terms.DefaultTier[b.cluster.Environment]
		c.Tier = take(b, n, "control_plane", "tier", tier, tier, b.source())
		c.TierCalculated = n == nil || !n.has("tier")
		support, _ := get[string](n, "support_type")
		c.Support = planner.SupportType(support)
	default:
		b.refuse(n, "support_type", "Providers sell support of control planes that they manage, and this one is self_managed: Kubernetes patches a minor until its end of life. Leave support_type out.")
		b.refuse(n, "tier", "Providers sell tiers of control planes that they manage, and this one is self_managed: nodes and instances say how large it is. Leave tier out.")
		b.selfManaged(n, c)
	}
}

// onlySelfManaged refuses what a provider decides for a control plane that it
// manages.
func (b *builder) onlySelfManaged(n *node) {
	if n == nil {
		return
	}
	const why = "%s is for a self-managed control plane, and %s runs this one. Leave it out, or write mode = \"self_managed\"."
	names := sortedKeys(n.attrs)
	for _, child := range n.blocks {
		names = append(names, child.schema.name)
	}
	for _, name := range names {
		if !slices.Contains([]string{"mode", "tier", "support_type", "load"}, name) {
			b.refuse(n, name, why, name, b.terms.Title)
		}
	}
}

// selfManaged reads a control plane that stands on machines of the cluster.
func (b *builder) selfManaged(n *node, c *planner.ControlPlaneSpec) {
	const path = "control_plane"
	x := &groupContext{
		node: n, path: path, role: planner.System, def: defaultsOf(planner.System), source: "control plane",
		development: b.cluster.Environment == planner.Development, zones: b.cluster.Zones, controlPlane: true,
	}
	c.Profile = planner.SizeProfile(take(b, n, path, "profile", string(planner.GeneralSize), string(planner.GeneralSize), "language"))
	c.EtcdTopology = planner.EtcdTopology(take(b, n, path, "etcd_topology", string(planner.Stacked), string(planner.Stacked), "language"))
	balancer := string(first(b.terms.LoadBalancers))
	c.LoadBalancer = planner.LoadBalancerKind(take(b, n, path, "load_balancer", balancer, balancer, b.source()))
	b.checkBalancer(n, c.LoadBalancer)
	c.Redundancy = b.controlPlaneRedundancy(x)
	c.Instances = b.instances(x)
	c.Disk = b.controlPlaneDisk(n)
	c.Nodes, _ = get[int](n, "nodes")
	b.etcd(x, c)
	b.quorum(n, c)
}

// checkBalancer refuses an address that cannot move between the API servers.
func (b *builder) checkBalancer(n *node, kind planner.LoadBalancerKind) {
	if n == nil || b.terms.OwnMachines || len(b.cluster.Zones) < 2 || kind != planner.KubeVIP && kind != planner.HAProxyKeepalived {
		return
	}
	remedy := "leave load_balancer out"
	if slices.Contains(b.terms.LoadBalancers, planner.CloudLoadBalancer) {
		remedy = "write load_balancer = \"cloud\""
	}
	b.add(ControlPlaneUnfit, n.rng("load_balancer"), "With %s, hosts take an address over from each other by announcing it to their network (ARP). The network of a cloud passes no such announcement on: it delivers to the machine that the address was given to. %s.",
		kind, capital(remedy))
}

// controlPlaneRedundancy reads what quorum and API servers survive.
func (b *builder) controlPlaneRedundancy(x *groupContext) planner.Redundancy {
	n, path := x.node.child("redundancy"), x.path+".redundancy"
	red := planner.Redundancy{Recovery: planner.Static}
	nodes, zones, source := 1, 1, "language"
	if x.development {
		nodes, zones, source = 0, 0, "environment development"
	}
	red.Nodes = take(b, n, path, "nodes", nodes, itoa(nodes), source)
	if len(x.zones) == 1 && zones > 0 {
		zones, source = 0, "one zone"
	}
	red.Zones = take(b, n, path, "zones", zones, itoa(zones), source)
	red.AtOnce = take(b, n, path, "at_once", false, "false", "language")
	take(b, n, path, "recovery", string(planner.Static), string(planner.Static), "language")
	if red.AtOnce && (red.Nodes == 0 || red.Zones == 0) {
		b.add(OutOfRange, n.rng("at_once"), "at_once joins the loss of nodes and of zones, and one of them is 0. Raise it, or leave at_once out.")
	}
	return red
}

// controlPlaneDisk reads the root disk of control-plane nodes.
func (b *builder) controlPlaneDisk(n *node) planner.Disk {
	if b.ownDisks(n) {
		return planner.Disk{}
	}
	disk, path := n.child("disk"), "control_plane.disk"
	var d planner.Disk
	d.Type = take(b, disk, path, "type", b.terms.DiskType, b.terms.DiskType, b.source())
	d.Size = take(b, disk, path, "size", defaultRootDisk, bytesText(defaultRootDisk), "language")
	d.IOPS, _ = get[int](disk, "iops")
	d.ThroughputMiBps, _ = get[int](disk, "throughput_mib")
	b.checkDisk(disk, d)
	return d
}

// etcd reads the etcd block.
func (b *builder) etcd(x *groupContext, c *planner.ControlPlaneSpec) {
	const path = "control_plane.etcd"
	n := x.node.child("etcd")
	e := &c.Etcd
	e.Members, _ = get[int](n, "members")
	backups := b.backupTime(n, "backup_interval")
	backups = b.backupTime(n, "backup_retention") && backups
	e.BackupInterval = take(b, n, path, "backup_interval", defaultBackupInterval, "15m", "language")
	e.BackupRetention = take(b, n, path, "backup_retention", defaultBackupRetention, "2160h", "language")
	if backups && e.BackupRetention < e.BackupInterval {
		at := "backup_retention"
		if !n.has(at) {
			at = "backup_interval"
		}
		b.add(BoundsCrossed, n.rng(at), "A snapshot is kept for %s, and the next is taken after %s: for a time there is none. Keep them longer, or take them more often.",
			durationText(e.BackupRetention), durationText(e.BackupInterval))
	}
	e.RoundTrip = take(b, n, path, "round_trip", defaultRoundTrip, "2ms", "language")
	if e.RoundTrip >= longestRoundTrip {
		b.add(ControlPlaneUnfit, n.rng("round_trip"), "Each write waits for a round trip between members, and %s is too long for a control plane. Keep the members in one region: below %s, at best below 50ms.",
			durationText(e.RoundTrip), durationText(longestRoundTrip))
	}
	events, _ := get[string](n, "events")
	e.Events = planner.EventsPlace(events)
	if e.Events == planner.EventsSeparate && b.terms.OwnMachines {
		b.add(ControlPlaneUnfit, n.rng("events"), "A second etcd writes to a second disk, and a machine of one's own has one that counts here. Leave events out: all of the state is in one etcd.")
	}
	e.Disk = b.etcdDisk(n)
	b.etcdInstances(x, n, c)
}

// backupTime reports whether a time of backups can be kept, or is not given.
func (b *builder) backupTime(n *node, name string) bool {
	d, ok := get[time.Duration](n, name)
	if !ok || d >= leastBackupTime && d%time.Second == 0 {
		return true
	}
	b.add(OutOfRange, n.rng(name), "%s is a whole number of seconds, %s at least: %s is not.", name, durationText(leastBackupTime), d)
	return false
}

// etcdInstances reads the machines of external members, which are those of the
// control plane where the spec says nothing.
func (b *builder) etcdInstances(x *groupContext, n *node, c *planner.ControlPlaneSpec) {
	own := n.child("instances")
	switch {
	case c.EtcdTopology == planner.Stacked:
		if own != nil {
			b.add(ControlPlaneUnfit, &own.def, "Stacked members run on the control-plane nodes: write instances in control_plane, or etcd_topology = \"external\".")
		}
		b.checkMachineDisks(x.node.child("instances"), x.node, &c.Instances)
	case own != nil:
		y := *x
		y.node, y.path = n, "control_plane.etcd"
		c.Etcd.Instances = b.instances(&y)
		b.checkMachineDisks(own, x.node, &c.Etcd.Instances)
	default:
		c.Etcd.Instances = c.Instances
		b.assume("control_plane.etcd.instances", "those of the control plane", "language")
		b.checkMachineDisks(x.node.child("instances"), x.node, &c.Instances)
	}
}
