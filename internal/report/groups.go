package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// header writes the lines that say what the plan is of and what it rests on.
func (p *page) header(plan *planner.Plan) {
	c := &plan.Cluster
	parts := []string{c.Provider + " " + c.Region, p.groundWords(plan), count(len(c.Zones), "zone"), "Kubernetes " + c.KubernetesVersion}
	figures := "catalog " + string(plan.Catalog.Date)
	if ownMachines(plan) {
		parts = slices.Concat([]string{"on premises"}, prefixed(c.Region), parts[2:])
		figures = "as of " + string(c.AsOf)
	}
	if c.Environment == planner.Development {
		parts = append(parts, "development")
	}
	if s := priceBases(plan); s != "" {
		figures += " (" + s + ")"
	}
	p.heading(c.Name, append(append(parts, figures), pricingWords(plan)...)...)
}

// prefixed returns a list of s, none if it is empty.
func prefixed(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// ownMachines reports whether the plan stands on machines of the cluster's owner:
// then there is no region, catalog or way to buy.
func ownMachines(plan *planner.Plan) bool { return len(plan.Cluster.Machines) > 0 }

// groundWords names what runs the control plane: "EKS", "GKE regional",
// "self-managed".
func (p *page) groundWords(plan *planner.Plan) string {
	c := &plan.ControlPlane
	if c.Mode == planner.SelfManaged {
		return "self-managed"
	}
	words := []string{cmp.Or(p.o.Service, "managed")}
	if c.Tier != "" && c.Tier != "standard" {
		words = append(words, strings.ReplaceAll(c.Tier, "_", " "))
	}
	return strings.Join(words, " ")
}

// typeTitle is the title of a column of machine types.
func typeTitle(plan *planner.Plan) string {
	if ownMachines(plan) {
		return "MACHINE"
	}
	return "TYPE"
}

// priceBases says how the prices of the pools' types, and of the control plane's
// machines, are known.
func priceBases(plan *planner.Plan) string {
	onDemand, spot := map[catalogs.Basis]int{}, map[catalogs.Basis]int{}
	statistics := []string{}
	seen := map[string]bool{}
	first := func(capacity planner.CapacityType, instanceType string) bool {
		key := string(capacity) + " " + instanceType
		again := seen[key]
		seen[key] = true
		return !again
	}
	for _, g := range plan.NodeGroups {
		for _, pool := range g.Pools {
			switch {
			case !first(pool.CapacityType, pool.InstanceType):
			case pool.CapacityType == planner.Spot:
				spot[pool.Price.Basis]++
				statistics = append(statistics, spotStatistic(plan, pool.InstanceType))
			default:
				onDemand[pool.Price.Basis]++
			}
		}
	}
	for _, m := range plan.ControlPlane.Machines {
		if first(planner.OnDemand, m.InstanceType) {
			onDemand[m.Price.Basis]++
		}
	}
	bought := "on-demand: "
	if ownMachines(plan) {
		bought = "machines: "
	}
	var parts []string
	if len(onDemand) > 0 {
		parts = append(parts, bought+basisCounts(onDemand))
	}
	if len(spot) > 0 {
		slices.Sort(statistics)
		words := strings.Join(slices.DeleteFunc(slices.Compact(statistics), func(s string) bool { return s == "" }), ", ")
		if words != "" {
			words = ", " + words
		}
		parts = append(parts, "spot: "+basisCounts(spot)+words)
	}
	return strings.Join(parts, "; ")
}

func spotStatistic(plan *planner.Plan, instanceType string) string {
	for i := range plan.Offers {
		if plan.Offers[i].Name == instanceType {
			return strings.ReplaceAll(plan.Offers[i].SpotStatistic, "_", " ")
		}
	}
	return ""
}

// nodeGroups writes the table of node groups, a line for each pool. Where every
// group keeps its count, least and largest counts get no column.
func (p *page) nodeGroups(plan *planner.Plan) {
	const boundsColumn = 5
	c := &plan.Cluster
	zones, legend := zoneHead(c.Region, c.Zones)
	t := table{columns: []column{
		{title: "NODE GROUP"},
		{title: "ROLE", drop: 2},
		{title: "NODES", right: true},
		{title: zones},
		{title: typeTitle(plan)},
		{title: "MIN-MAX", right: true, drop: 3},
		{title: "CPU", right: true},
		{title: "MEM", right: true},
		{title: "PODS", right: true, drop: 1},
		{title: "USD/MONTH", right: true},
		{title: "GAP", right: true, drop: 4},
		{title: "BINDS", wraps: true},
	}}
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		gap := none
		if g.Cost.Known && g.LowerBound > 0 {
			gap = tenths(g.Gap)
		}
		row := []string{
			g.Name, string(g.Role), number(g.Nodes), none, none,
			number(g.MinNodes) + "-" + number(g.MaxNodes),
			percent(g.Usage.CPU), percent(g.Usage.Memory), percent(g.Usage.Pods),
			monthly(g.Cost), gap, bindingWords(plan, g),
		}
		pools, _ := planner.Joined(g.Pools)
		if len(pools) == 1 {
			row[3], row[4] = nodesByZone(c.Zones, pools[0].NodesByZone), poolWords(&pools[0])+byZoneWords(g)
			t.add(row...)
			continue
		}
		row[3], row[4] = nodesByZone(c.Zones, sumByZone(pools)), poolsWords(pools)+byZoneWords(g)
		t.add(row...)
		for j := range pools {
			pool := &pools[j]
			cost := planner.Amount{Rate: pool.Price.Rate * units.USDPerHour(pool.Nodes), Known: pool.Price.Known()}
			t.addStyled(dim, "", "", number(pool.Nodes), nodesByZone(c.Zones, pool.NodesByZone), margin+poolWords(pool), "", "", "", "", monthly(cost))
		}
	}
	scales := func(g planner.GroupPlan) bool { return g.MinNodes != g.Nodes || g.MaxNodes != g.Nodes }
	if !slices.ContainsFunc(plan.NodeGroups, scales) {
		t.remove(boundsColumn)
	}
	p.table(&t)
	if len(legend) > 0 {
		p.labelled("ZONES", plain, legend...)
	}
	p.splitGroups(plan)
	p.resources(plan)
}

// byZoneWords says that a group is one of each zone.
func byZoneWords(g *planner.GroupPlan) string {
	if slices.ContainsFunc(g.Pools, func(p planner.Pool) bool { return p.Zone != "" }) {
		return " by zone"
	}
	return ""
}

// sumByZone returns the nodes of all pools in each zone.
func sumByZone(pools []planner.Pool) []planner.ZoneCount {
	var out []planner.ZoneCount
	for i := range pools {
		for _, z := range pools[i].NodesByZone {
			at := slices.IndexFunc(out, func(o planner.ZoneCount) bool { return o.Zone == z.Zone })
			if at < 0 {
				at = len(out)
				out = append(out, planner.ZoneCount{Zone: z.Zone})
			}
			out[at].Nodes += z.Nodes
		}
	}
	return out
}

// poolsWords says how many types a group has and how they are bought: "4 types, spot",
// "2 types, 1 of 7 on demand".
func poolsWords(pools []planner.Pool) string {
	var types []string
	spot, all := 0, 0
	for i := range pools {
		types = append(types, pools[i].InstanceType)
		all += pools[i].Nodes
		if pools[i].CapacityType == planner.Spot {
			spot += pools[i].Nodes
		}
	}
	words := count(len(distinct(types)), "type")
	switch spot {
	case 0:
		return words
	case all:
		return words + ", spot"
	default:
		return words + ", " + of(all-spot, all) + " on demand"
	}
}

// poolWords names a pool's machines.
func poolWords(pool *planner.Pool) string {
	if pool.CapacityType == planner.Spot {
		return pool.InstanceType + " spot"
	}
	return pool.InstanceType
}

// bindingWords says what one node less would break: "cpu, after a zone is lost".
func bindingWords(plan *planner.Plan, g *planner.GroupPlan) string {
	b := g.Binding
	if b.Resource == "" {
		return none
	}
	words := strings.ReplaceAll(b.Resource, "_", " ")
	switch b.Resource {
	case "min_ready", "max_node_share":
		words = b.Resource
	case "pods":
		words = "pods a node"
	case "attachments":
		words = "volumes a node"
	case "network", "disk":
		words += " bandwidth"
	case "selector":
		words = "the node selector"
	case "volume_zone":
		words = "the zones of volumes"
	case "anti_affinity":
		words = "anti-affinity"
	case "proof":
		words = "the proof for any order"
	}
	if b.Workload != "" {
		words += " of " + b.Workload
	}
	if during := duringWords(b.During, redundancyOf(plan, g.Name)); during != "" {
		words += ", " + during
	}
	return words
}

// redundancyOf returns the losses that a group declares.
func redundancyOf(plan *planner.Plan, group string) planner.Redundancy {
	for i := range plan.Cluster.NodeGroups {
		if plan.Cluster.NodeGroups[i].Name == group {
			return plan.Cluster.NodeGroups[i].Redundancy
		}
	}
	return planner.Redundancy{}
}

// duringWords says when: "" for normal times.
func duringWords(during string, r planner.Redundancy) string {
	nodes, zones := "a node is lost", "a zone is lost"
	if r.Nodes > 1 {
		nodes = count(r.Nodes, "node") + " are lost"
	}
	if r.Zones > 1 {
		zones = count(r.Zones, "zone") + " are lost"
	}
	switch during {
	case "", "normal":
		return ""
	case "rollout":
		return "during a rollout"
	case "node_loss":
		return "after " + nodes
	case "zone_loss":
		return "after " + zones
	case "node_and_zone_loss":
		return "after " + strings.TrimSuffix(strings.TrimSuffix(nodes, " is lost"), " are lost") + " and " +
			strings.TrimSuffix(strings.TrimSuffix(zones, " is lost"), " are lost") + " are lost"
	default:
		return strings.ReplaceAll(during, "_", " ")
	}
}
