package verify

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// network counts addresses and blocks again, node by node, and what goes from zone to
// zone. Documents of before have none.
func (k *checker) network() {
	n := k.plan.Network
	if n == nil {
		return
	}
	k.densities(n)
	k.subnets(n)
	k.blocks(n)
	k.traffic(n)
}

// podsOfPlacement are those on each node of a placement, DaemonSets among them.
func podsOfPlacement(g *planner.GroupPlan, pl *planner.Placement) (pods, pool int) {
	pool = slices.Index(planner.PoolNames(g.Pools), pl.Pool)
	if pool < 0 {
		return 0, pool
	}
	pods = len(g.Pools[pool].DaemonSets)
	for _, c := range pl.Pods {
		pods += c.Pods
	}
	return pods, pool
}

// fullestOf is the most pods on a node of each pool of a group.
func fullestOf(g *planner.GroupPlan) []int {
	out := make([]int, len(g.Pools))
	for i := range out {
		out[i] = len(g.Pools[i].DaemonSets)
	}
	for i := range g.Placement {
		if pods, pool := podsOfPlacement(g, &g.Placement[i]); pool >= 0 {
			out[pool] = max(out[pool], pods)
		}
	}
	return out
}

// acrossZones are the pools of a group, those of zones that it is split by together: pods
// of one that is lost come to the nodes of the others. Beside them is the most pods on a
// node of each.
func acrossZones(g *planner.GroupPlan) ([]planner.Pool, []int) {
	var out []planner.Pool
	var most []int
	for i, n := range fullestOf(g) {
		p := g.Pools[i]
		last := len(out) - 1
		if last >= 0 && p.Zone != "" && out[last].InstanceType == p.InstanceType && out[last].CapacityType == p.CapacityType {
			out[last].Nodes += p.Nodes
			out[last].NodesByZone = slices.Concat(out[last].NodesByZone, p.NodesByZone)
			most[last] = max(most[last], n)
			continue
		}
		out, most = append(out, p), append(most, n)
	}
	return out, most
}

func (k *checker) densities(n *planner.NetworkPlan) {
	at := 0
	for _, g := range k.groups {
		full := fullestOf(g.plan)
		for i, name := range planner.PoolNames(g.plan.Pools) {
			path := g.path + ".network"
			if !k.need(at < len(n.Density), path, "network.density", "%s is not there", name) {
				return
			}
			d, pool := &n.Density[at], &g.plan.Pools[i]
			at++
			k.need(d.Group == g.decl.Name && d.Pool == name && d.Pods == full[i] && d.MaxPods == pool.Allocatable.Pods, path, "network.density",
				"%s of %s: %d of %d pods; it is %s with %d of %d", d.Pool, d.Group, d.Pods, d.MaxPods, name, full[i], pool.Allocatable.Pods)
			if t := k.types[pool.InstanceType]; t != nil && k.terms.Addresses != nil {
				k.need(d.Addresses == k.terms.Addresses(&k.c.Network, t, d.Pods) && d.MostAddresses == k.terms.Addresses(&k.c.Network, t, d.MaxPods),
					path, "network.density", "%s takes %d addresses, at the most %d", name, d.Addresses, d.MostAddresses)
			}
			mine := slices.IndexFunc(d.Modes, func(m planner.ModeDensity) bool { return m.CNI == k.c.Network.CNI })
			k.need(len(d.Modes) == len(k.terms.CNIs) && (mine < 0 || d.Modes[mine].MaxPods == d.MaxPods), path, "network.density", "modes of %s: %v", name, d.Modes)
		}
	}
	k.need(at == len(n.Density), "network", "network.density", "%d pools, there are %d", len(n.Density), at)
}

// inZone is what pools have of nodes in a zone.
func inZone(counts []planner.ZoneCount, zone string) (nodes int, open bool) {
	for _, z := range counts {
		if z.Zone == zone {
			return z.Nodes, true
		}
	}
	return 0, false
}

// managedAddresses are what a control plane that the provider runs has in each zone.
func (k *checker) managedAddresses() int {
	if k.plan.ControlPlane.Mode == planner.SelfManaged {
		return 0
	}
	return k.terms.ControlPlaneAddresses
}

// subnets counts what each zone's subnets give, and tries every declared loss of zones.
func (k *checker) subnets(n *planner.NetworkPlan) {
	if k.terms.Addresses == nil {
		k.need(len(n.Zones) == 0, "network", "network.zones", "subnets span zones")
		return
	}
	if !k.need(len(n.Zones) == len(k.c.Zones), "network", "network.zones", "%d zones, the cluster has %d", len(n.Zones), len(k.c.Zones)) {
		return
	}
	lost := 0
	for _, g := range k.groups {
		lost = max(lost, g.decl.Redundancy.Zones)
	}
	for i := range n.Zones {
		z := &n.Zones[i]
		path := "network." + z.Zone
		k.need(z.Zone == k.c.Zones[i], path, "network.zones", "it is %s", k.c.Zones[i])
		nodes, pods, all := k.steady(z.Zone)
		control := k.managedAddresses()
		for _, m := range k.plan.ControlPlane.Machines {
			if here, _ := inZone(m.NodesByZone, z.Zone); k.types[m.InstanceType] != nil {
				control += here
			}
		}
		k.need(z.Nodes == nodes && z.Pods == pods && z.Warm == all-nodes-pods && z.ControlPlane == control, path, "network.steady",
			"%d of nodes, %d of pods, %d warm, %d of the control plane; it is %d, %d, %d and %d", z.Nodes, z.Pods, z.Warm, z.ControlPlane, nodes, pods, all-nodes-pods, control)
		k.need(z.Steady == all+control, path, "network.steady", "%d in all, it is %d", z.Steady, all+control)
		worst := all
		for set := range 1 << len(k.c.Zones) {
			if set&(1<<i) == 0 && ones(set) <= lost {
				worst = max(worst, k.afterLoss(z.Zone, set))
			}
		}
		k.need(z.ZoneLoss == worst+control, path, "network.zone_loss", "%d while other zones are lost, it is %d", z.ZoneLoss, worst+control)
		more := k.upgradeTakes(z.Zone)
		k.need(z.Upgrade == z.Steady+more, path, "network.upgrade", "%d during the upgrade, it is %d", z.Upgrade, z.Steady+more)
		at := slices.IndexFunc(k.c.Network.FreeIPs, func(f planner.ZoneAddresses) bool { return f.Zone == z.Zone })
		k.need(z.HasFree == (at >= 0) && (at < 0 || z.Free == k.c.Network.FreeIPs[at].Addresses), path, "network.free", "%d free (declared: %t)", z.Free, z.HasFree)
	}
}

func ones(set int) int {
	n := 0
	for ; set > 0; set &= set - 1 {
		n++
	}
	return n
}

// steady counts the nodes in a zone, their pods with an address, and all addresses.
func (k *checker) steady(zone string) (nodes, pods, all int) {
	for _, g := range k.groups {
		for i := range g.plan.Placement {
			pl := &g.plan.Placement[i]
			on, pool := podsOfPlacement(g.plan, pl)
			if pl.Zone != zone || pool < 0 || k.types[g.plan.Pools[pool].InstanceType] == nil {
				continue
			}
			for range pl.Nodes {
				each := k.terms.Addresses(&k.c.Network, k.types[g.plan.Pools[pool].InstanceType], on)
				nodes++
				all += each
				if k.terms.PodBlock == nil {
					pods += min(on, each-1)
				}
			}
		}
	}
	return nodes, pods, all
}

// afterLoss is what the groups take in a zone while a set of others is lost: their pods
// come to the nodes that are left, all nodes as full as the fullest, and new nodes come
// with DaemonSets alone; or pods wait, and new nodes come as full as the fullest.
func (k *checker) afterLoss(zone string, set int) int {
	sum := 0
	for _, g := range k.groups {
		pools, full := acrossZones(g.plan)
		for i := range pools {
			p := &pools[i]
			gone, left, zones := 0, 0, 0
			for z, name := range k.c.Zones {
				nodes, open := inZone(p.NodesByZone, name)
				switch {
				case set&(1<<z) != 0:
					gone += nodes
				case open:
					left += nodes
					zones++
				}
			}
			t := k.types[p.InstanceType]
			if t == nil {
				continue
			}
			take := func(pods int) int { return k.terms.Addresses(&k.c.Network, t, pods) }
			here, open := inZone(p.NodesByZone, zone)
			fresh := 0
			if open && !k.terms.OwnMachines && !g.decl.Split() {
				fresh = int(up(int64(gone), int64(zones)))
			}
			come, daemons := 0, len(p.DaemonSets)
			if left > 0 {
				come = int(up(int64(gone*max(full[i]-daemons, 0)), int64(left)))
			}
			moved := here * take(max(full[i], min(full[i]+come, p.Allocatable.Pods)))
			if fresh > 0 {
				moved += fresh * take(daemons)
			}
			sum += max(moved, (here+fresh)*take(full[i]))
		}
	}
	return sum
}

// upgradeTakes is what the recommended strategy takes of a zone beyond what is planned.
func (k *checker) upgradeTakes(zone string) int {
	u := k.plan.Upgrade
	if u == nil || u.Recommended == secondCluster {
		return 0
	}
	most, found := k.terms.UpgradeAddresses, false
	for _, s := range u.Strategies {
		if s.Name != u.Recommended {
			continue
		}
		found = true
		for _, course := range s.Groups {
			for _, g := range k.groups {
				for i, name := range g.plan.CourseNames() {
					if t := k.types[g.plan.Pools[i].InstanceType]; name == course.Name && t != nil {
						then, _ := inZone(course.PeakByZone, zone)
						now, _ := inZone(g.plan.Pools[i].NodesByZone, zone)
						most = max(most, max(then-now, 0)*k.terms.Addresses(&k.c.Network, t, fullestOf(g.plan)[i]))
					}
				}
			}
		}
	}
	if !found {
		return 0
	}
	return most
}

// blocks holds the range of pods to the nodes that take a block of it.
func (k *checker) blocks(n *planner.NetworkPlan) {
	r, path := n.PodRange, planner.PodCIDRPath
	if k.terms.PodBlock == nil {
		k.need(r == nil, path, "network.pod_range", "pods have addresses of the subnets")
		return
	}
	if !k.need(r != nil, path, "network.pod_range", "nothing is said of it") {
		return
	}
	nodes, most, control := 0, 0, 0
	for _, g := range k.groups {
		nodes += g.plan.Nodes
		most += g.plan.MaxNodes
	}
	for _, m := range k.plan.ControlPlane.Machines {
		if m.Role == planner.RoleControlPlane {
			control += m.Nodes
		}
	}
	bits := k.terms.PodBlock(r.MaxPods)
	k.need(r.BlockBits == bits && r.MaxPods == k.c.MostPodsOfNode(), path, "network.block", "a /%d for %d pods, it is a /%d for %d", r.BlockBits, r.MaxPods, bits, k.c.MostPodsOfNode())
	k.need(r.Nodes == nodes+control && r.AtMost == most+control, path, "network.blocks", "%d nodes, %d at the most; it is %d and %d", r.Nodes, r.AtMost, nodes+control, most+control)
	k.need(r.AtUpgrade >= r.Nodes, path, "network.blocks", "%d nodes, %d in the upgrade", r.Nodes, r.AtUpgrade)
	today, then := k.grownNodes()
	horizon := int(cmp.Or(then, today)) + control
	k.need(r.AtHorizon == horizon, path, "network.horizon", "%d nodes at the horizon, it is %d", r.AtHorizon, horizon)
	k.need(r.Capacity == k.c.Network.PodNodes() && (r.Capacity == 0 || r.Nodes <= r.Capacity), path, "network.capacity", "blocks for %d nodes, it is %d; there are %d", r.Capacity, k.c.Network.PodNodes(), r.Nodes)
	need, blocks := bits, 1
	for blocks < max(r.Nodes, r.AtUpgrade, r.AtHorizon, r.AtMost) && need > 0 {
		blocks, need = 2*blocks, need-1
	}
	k.need(r.NeedBits == need, path, "network.need", "a range of /%d, it is /%d", r.NeedBits, need)
}

// traffic counts the bytes between zones of every workload with sizes again.
func (k *checker) traffic(n *planner.NetworkPlan) {
	due := map[string]bool{}
	for _, g := range k.groups {
		for _, l := range g.loads {
			if size := l.spec.RequestSize + l.spec.ResponseSize; size > 0 && !l.spec.System {
				path := g.path + ".workload." + l.spec.Name
				due[path] = true
				at := slices.IndexFunc(n.Traffic, func(t planner.ZoneTraffic) bool { return t.Workload == path })
				if k.need(at >= 0, path, "network.traffic", "what goes from zone to zone is not said") {
					k.trafficOf(g, &l.spec, l.plan.Throughput, &n.Traffic[at])
				}
			}
		}
	}
	for i, t := range n.Traffic {
		k.need(due[t.Workload], t.Workload, "network.traffic", "no such workload declares sizes")
		k.need(i == 0 || n.Traffic[i-1].Workload < t.Workload, t.Workload, "lists.sorted", "traffic is not sorted, or one is there twice")
	}
}

// ceiling is the product of factors over that of divisors, rounded up.
func ceiling(factors, divisors []int64) *big.Int {
	a, b := big.NewInt(1), big.NewInt(1)
	for _, f := range factors {
		a.Mul(a, big.NewInt(f))
	}
	for _, d := range divisors {
		b.Mul(b, big.NewInt(d))
	}
	a.Add(a, b).Sub(a, big.NewInt(1))
	return a.Div(a, b)
}

func (k *checker) trafficOf(g *group, w *planner.Workload, rate units.Rate, t *planner.ZoneTraffic) {
	const whole = int64(units.Whole)
	with := map[string]bool{}
	for _, pl := range g.plan.Placement {
		if podsOf(pl.Pods, w.Name) > 0 {
			with[pl.Zone] = true
		}
	}
	zones := int64(len(k.c.Zones))
	stays := int64(1)
	if w.SameZone {
		stays = int64(len(with))
	}
	size := int64(w.RequestSize + w.ResponseSize)
	k.need(ceiling([]int64{int64(rate), size}, []int64{whole}).Cmp(big.NewInt(int64(t.PerSecond))) == 0, t.Workload, "network.traffic", "%s a second", byteSize(t.PerSecond))
	k.need(int64(t.Crossing) == up(whole*(zones-stays), zones), t.Workload, "network.crossing", "%d millionths cross, it is %d of %d zones", t.Crossing, zones-stays, zones)
	mean := whole
	if p := w.DailyProfile; p != nil {
		mean = (whole + int64(p.Trough) + 1) / 2
		if len(p.Hours) > 0 {
			mean = 0
			for _, h := range p.Hours {
				mean += int64(h)
			}
			mean = up(mean, int64(len(p.Hours)))
		}
	}
	k.need(int64(t.Mean) == mean, t.Workload, "network.mean", "a mean of %d millionths, it is %d", t.Mean, mean)
	exact := ceiling([]int64{int64(t.PerSecond), mean, int64(t.Crossing), units.HoursPerMonth * 3600}, []int64{whole, whole})
	over := new(big.Int).Sub(big.NewInt(int64(t.PerMonth)), exact)
	// The hour is rounded up to whole bytes a second first.
	k.need(over.Sign() >= 0 && over.Cmp(big.NewInt(units.HoursPerMonth*3600)) <= 0, t.Workload, "network.month", "%s a month, it is %v bytes", byteSize(t.PerMonth), exact)
	due := k.transferOwed(t)
	k.need(t.Cost.Known == due.known && (!due.known || due.agrees(t.Cost.Rate)), t.Workload, "network.cost", "%v an hour, it is %v", t.Cost, &due)
}

func podsOf(counts []planner.PodCount, workload string) int {
	for _, c := range counts {
		if c.Workload == workload {
			return c.Pods
		}
	}
	return 0
}

// transferOwed is what the bytes between zones cost.
func (k *checker) transferOwed(t *planner.ZoneTraffic) owed {
	o := nothing()
	z := k.terms.ZoneTransfer
	if z == nil {
		o.known = false
		return o
	}
	month := ceiling([]int64{int64(t.PerMonth), int64(z.Price)}, []int64{int64(z.Unit)})
	o.add(1, month.Int64(), false, catalogs.Recalled, z.Date)
	o.parts = 1
	return o
}

// transfersOwed are the lines that pay for traffic between zones.
func (k *checker) transfersOwed() map[string]owed {
	due := map[string]owed{}
	if k.plan.Network == nil || k.terms.OwnMachines {
		return due
	}
	for i := range k.plan.Network.Traffic {
		t := &k.plan.Network.Traffic[i]
		due["cross_zone."+t.Workload] = k.transferOwed(t)
	}
	return due
}
