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

// network says what the plan takes of the network; traffic is known by then.
func (m *maker) network(plan *planner.Plan, traffic []planner.ZoneTraffic) *planner.NetworkPlan {
	out := &planner.NetworkPlan{Traffic: traffic}
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		for j, name := range planner.PoolNames(g.Pools) {
			out.Density = append(out.Density, m.density(g, &g.Pools[j], name))
		}
	}
	if m.terms.Addresses != nil {
		out.Zones = m.zoneNetworks(plan)
	}
	if m.terms.PodBlock != nil {
		out.PodRange = m.podRange(plan)
	}
	return out
}

// podsOn returns how many pods each node of a placement runs, DaemonSets among them.
func podsOn(pl *planner.Placement, daemons int) int {
	for _, count := range pl.Pods {
		daemons += count.Pods
	}
	return daemons
}

// fullest returns the most pods on a node of a pool.
func fullest(g *planner.GroupPlan, pool *planner.Pool, name string) int {
	most := len(pool.DaemonSets)
	for i := range g.Placement {
		if g.Placement[i].Pool == name {
			most = max(most, podsOn(&g.Placement[i], len(pool.DaemonSets)))
		}
	}
	return most
}

// addressesOf returns how many addresses a node of a pool takes with so many pods.
func (m *maker) addressesOf(pool *planner.Pool) func(pods int) int {
	t, _ := m.catalog.Type(pool.InstanceType)
	return func(pods int) int { return m.terms.Addresses(&m.cluster.Network, &t, pods) }
}

func (m *maker) density(g *planner.GroupPlan, pool *planner.Pool, name string) planner.PodDensity {
	d := planner.PodDensity{Group: g.Name, Pool: name, Pods: fullest(g, pool, name), MaxPods: pool.Allocatable.Pods}
	if m.terms.Addresses != nil {
		each := m.addressesOf(pool)
		d.Addresses, d.MostAddresses = each(d.Pods), each(d.MaxPods)
	}
	declared := m.groupNamed(g.Name)
	t, known := m.catalog.Type(pool.InstanceType)
	for _, cni := range m.terms.CNIs {
		c := m.cluster
		c.Network.CNI = cni
		if a, err := m.provider.Allocatable(&c, declared, &t); known && err == nil {
			d.Modes = append(d.Modes, planner.ModeDensity{CNI: cni, MaxPods: a.Pods})
		}
	}
	return d
}

// subnetPools are the pools of the plan as their subnets see them.
func (m *maker) subnetPools(plan *planner.Plan) []layout.SubnetPool {
	var out []layout.SubnetPool
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		pools, of := planner.Joined(g.Pools)
		most := make([]int, len(pools))
		for j, name := range planner.PoolNames(g.Pools) {
			most[of[j]] = max(most[of[j]], fullest(g, &g.Pools[j], name))
		}
		for j := range pools {
			pool := &pools[j]
			s := layout.SubnetPool{
				Pods: most[j], Daemons: len(pool.DaemonSets), MaxPods: pool.Allocatable.Pods,
				// A zone's own group starts no nodes in another zone.
				Addresses: m.addressesOf(pool), Replaced: !m.terms.OwnMachines && !m.groupNamed(g.Name).Split(),
			}
			for _, zone := range m.cluster.Zones {
				at := slices.IndexFunc(pool.NodesByZone, func(z planner.ZoneCount) bool { return z.Zone == zone })
				nodes := 0
				if at >= 0 {
					nodes = pool.NodesByZone[at].Nodes
				}
				s.Nodes, s.Zones = append(s.Nodes, nodes), append(s.Zones, at >= 0)
			}
			out = append(out, s)
		}
	}
	return out
}

// zoneNetworks counts the addresses of each zone's subnets.
func (m *maker) zoneNetworks(plan *planner.Plan) []planner.ZoneNetwork {
	pools, lost := m.subnetPools(plan), 0
	for i := range m.cluster.NodeGroups {
		lost = max(lost, m.cluster.NodeGroups[i].Redundancy.Zones)
	}
	out := make([]planner.ZoneNetwork, len(m.cluster.Zones))
	for z, zone := range m.cluster.Zones {
		n := &out[z]
		n.Zone = zone
		m.steadyAddresses(n, plan)
		n.Steady = n.Nodes + n.Pods + n.Warm + n.ControlPlane
		n.ZoneLoss = max(layout.MostAddresses(pools, len(out), z, lost)+n.ControlPlane, n.Steady)
		n.Upgrade = n.Steady + m.upgradeAddresses(plan, zone)
		for _, free := range m.cluster.Network.FreeIPs {
			if free.Zone == zone {
				n.Free, n.HasFree = free.Addresses, true
			}
		}
	}
	return out
}

// steadyAddresses parts what a zone takes with everything up.
func (m *maker) steadyAddresses(n *planner.ZoneNetwork, plan *planner.Plan) {
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		names := planner.PoolNames(g.Pools)
		for j := range g.Placement {
			pl := &g.Placement[j]
			at := slices.Index(names, pl.Pool)
			if pl.Zone != n.Zone || at < 0 {
				continue
			}
			pods := podsOn(pl, len(g.Pools[at].DaemonSets))
			each := m.addressesOf(&g.Pools[at])(pods)
			ofSubnet := 0
			if m.terms.PodBlock == nil {
				ofSubnet = min(pods, each-1)
			}
			n.Nodes += pl.Nodes
			n.Pods += pl.Nodes * ofSubnet
			n.Warm += pl.Nodes * (each - 1 - ofSubnet)
		}
	}
	if plan.ControlPlane.Mode == planner.Managed {
		n.ControlPlane = m.terms.ControlPlaneAddresses
	}
	for i := range plan.ControlPlane.Machines {
		c := &plan.ControlPlane.Machines[i]
		if _, ok := m.catalog.Type(c.InstanceType); !ok {
			continue
		}
		for _, z := range c.NodesByZone {
			if z.Zone == n.Zone {
				n.ControlPlane += z.Nodes
			}
		}
	}
}

// recommended returns the strategy of the upgrade that is recommended; nil where there
// is none.
func recommended(plan *planner.Plan) *planner.UpgradeStrategy {
	if plan.Upgrade == nil {
		return nil
	}
	for i := range plan.Upgrade.Strategies {
		if s := &plan.Upgrade.Strategies[i]; s.Name == plan.Upgrade.Recommended {
			return s
		}
	}
	return nil
}

// upgradeAddresses is what an upgrade takes of a zone's subnets beyond what is planned:
// the extra nodes of the group that has most, or what the provider's control plane takes
// before nodes follow. A second cluster has a network of its own.
func (m *maker) upgradeAddresses(plan *planner.Plan, zone string) int {
	s := recommended(plan)
	if s == nil {
		return 0
	}
	most := m.terms.UpgradeAddresses
	if s.Name == clusterBlueGreen {
		return 0
	}
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		names := planner.PoolNames(g.Pools)
		for j, course := range g.CourseNames() {
			at := slices.IndexFunc(s.Groups, func(u planner.UpgradeGroup) bool { return u.Name == course })
			if at < 0 {
				continue
			}
			more := nodesIn(s.Groups[at].PeakByZone, zone) - nodesIn(g.Pools[j].NodesByZone, zone)
			most = max(most, max(more, 0)*m.addressesOf(&g.Pools[j])(fullest(g, &g.Pools[j], names[j])))
		}
	}
	return most
}

func nodesIn(counts []planner.ZoneCount, zone string) int {
	for _, z := range counts {
		if z.Zone == zone {
			return z.Nodes
		}
	}
	return 0
}

// podRange says how many nodes take a block of the range of pods.
func (m *maker) podRange(plan *planner.Plan) *planner.PodRange {
	of := m.cluster.MostPodsOfNode()
	r := &planner.PodRange{BlockBits: m.terms.PodBlock(of), MaxPods: of, Capacity: m.cluster.Network.PodNodes()}
	for i := range plan.NodeGroups {
		r.Nodes += plan.NodeGroups[i].Nodes
		r.AtMost += plan.NodeGroups[i].MaxNodes
	}
	control := 0
	for i := range plan.ControlPlane.Machines {
		if c := &plan.ControlPlane.Machines[i]; c.Role == planner.RoleControlPlane {
			control += c.Nodes
		}
	}
	r.AtHorizon = r.Nodes
	for i := range plan.Growth {
		if plan.Growth[i].Infeasible != "" {
			break
		}
		r.AtHorizon = 0
		for _, n := range plan.Growth[i].Nodes {
			r.AtHorizon += n.Nodes
		}
	}
	r.AtUpgrade = r.Nodes
	if s := recommended(plan); s != nil && s.Name != clusterBlueGreen {
		r.AtUpgrade += s.PeakExtraNodes
	}
	for _, n := range []*int{&r.Nodes, &r.AtUpgrade, &r.AtHorizon, &r.AtMost} {
		*n += control
	}
	r.NeedBits = max(layout.RangeBits(r.BlockBits, max(r.Nodes, r.AtUpgrade, r.AtHorizon, r.AtMost)), 0)
	return r
}

// widerRange says which range of pods has blocks for so many nodes, or fewer pods on
// each where that does: GKE's blocks shrink with them.
func (m *maker) widerRange(plan *planner.Plan, nodes int) string {
	n := &m.cluster.Network
	address, _, _ := strings.Cut(n.PodCIDR, "/")
	out := fmt.Sprintf("write pod_cidr with a prefix of /%d or less, such as \"%s/%d\" where that is free", layout.RangeBits(n.PodBlock, nodes), address, layout.RangeBits(n.PodBlock, nodes))
	pods := 0
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		for j, name := range planner.PoolNames(g.Pools) {
			pods = max(pods, fullest(g, &g.Pools[j], name))
		}
	}
	for fewer := m.cluster.MostPodsOfNode() / 2; fewer >= max(pods, 1) && m.terms.MostPods > 0; fewer-- {
		smaller := *n
		smaller.PodBlock = m.terms.PodBlock(fewer)
		if smaller.PodNodes() >= nodes {
			return fmt.Sprintf("%s, or max_pods = %d in network: the fullest node has %d, and the block of a node is then a /%d", out, fewer, pods, smaller.PodBlock)
		}
	}
	return out
}

// crossZone says what goes from zone to zone, of workloads whose sizes are declared.
func (m *maker) crossZone(groups []planner.GroupPlan) []planner.ZoneTraffic {
	var out []planner.ZoneTraffic
	for i := range groups {
		g := m.groupNamed(groups[i].Name)
		for j := range groups[i].Workloads {
			w := &groups[i].Workloads[j]
			at := slices.IndexFunc(g.Workloads, func(o planner.Workload) bool { return o.Name == w.Name })
			if at < 0 || w.System {
				continue
			}
			spec := &g.Workloads[at]
			if spec.RequestSize+spec.ResponseSize == 0 {
				continue
			}
			zones := map[string]bool{}
			for _, pl := range groups[i].Placement {
				for _, c := range pl.Pods {
					if c.Workload == w.Name && c.Pods > 0 {
						zones[pl.Zone] = true
					}
				}
			}
			out = append(out, m.trafficOf(g.Path()+".workload."+w.Name, spec, w.Throughput, len(zones)))
		}
	}
	slices.SortFunc(out, func(a, b planner.ZoneTraffic) int { return strings.Compare(a.Workload, b.Workload) })
	return out
}

// trafficOf is what goes from zone to zone of requests to pods in so many zones.
func (m *maker) trafficOf(path string, w *planner.Workload, rate units.Rate, zones int) planner.ZoneTraffic {
	t := planner.ZoneTraffic{
		Workload: path, PerSecond: layout.BytesPerSecond(rate, w.RequestSize+w.ResponseSize), Mean: meanOf(w.DailyProfile),
		Crossing: layout.Crossing(len(m.cluster.Zones), zones, w.SameZone),
	}
	t.PerMonth = layout.BytesPerMonth(t.PerSecond, t.Mean, t.Crossing)
	cost := m.transferMonth(t.PerMonth)
	t.Cost = planner.Amount{Rate: cost.Amount.PerHour(), Known: cost.Known()}
	return t
}

// meanOf is the mean of a day over its peak, rounded up.
func meanOf(p *planner.DailyProfile) units.Ratio {
	if p == nil {
		return units.Whole
	}
	shares := p.Hours
	if len(shares) == 0 {
		return (units.Whole + p.Trough + 1) / 2 // of a cosine
	}
	var sum units.Ratio
	for _, s := range shares {
		sum += s
	}
	return units.CeilDiv(sum, units.Ratio(len(shares)))
}

// transferMonth is the price of so many bytes between zones; not known where nobody is
// known to charge a figure for them.
func (m *maker) transferMonth(bytes units.Bytes) price.Monthly {
	t := m.terms.ZoneTransfer
	if t == nil {
		return price.Monthly{}
	}
	return price.Monthly{Amount: layout.Priced(bytes, t.Unit, t.Price), Source: price.Source{Basis: price.Recalled, Date: t.Date}}
}

// transferLines are the lines of the bill for what goes from zone to zone. On machines
// of one's own there are none.
func (m *maker) transferLines(traffic []planner.ZoneTraffic) []price.Line {
	var lines []price.Line
	if m.terms.OwnMachines {
		return nil
	}
	for i := range traffic {
		t := &traffic[i]
		if t.PerMonth == 0 {
			continue
		}
		detail := fmt.Sprintf("%d GB a month from zone to zone", units.CeilDiv(t.PerMonth, 1_000_000_000))
		lines = append(lines, price.Disks("cross_zone."+t.Workload, detail, 1, m.transferMonth(t.PerMonth)))
	}
	return lines
}

// grownTransfer is what crosses zones after so many months of growth.
func (m *maker) grownTransfer(traffic []planner.ZoneTraffic, months int) planner.Amount {
	total := planner.Amount{Known: true}
	if m.terms.OwnMachines || len(traffic) == 0 {
		return total
	}
	carried := m.throughputs(months)
	for i := range traffic {
		t := &traffic[i]
		for j := range m.cluster.NodeGroups {
			for k := range m.cluster.NodeGroups[j].Workloads {
				w := &m.cluster.NodeGroups[j].Workloads[k]
				if m.cluster.NodeGroups[j].Path()+".workload."+w.Name != t.Workload {
					continue
				}
				bytes := layout.BytesPerMonth(layout.BytesPerSecond(carried[t.Workload].rate, w.RequestSize+w.ResponseSize), t.Mean, t.Crossing)
				cost := m.transferMonth(bytes)
				total = sum(total, planner.Amount{Rate: cost.Amount.PerHour(), Known: cost.Known()})
			}
		}
	}
	return total
}
