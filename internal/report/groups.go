package report

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// header writes the line that says what the plan is of.
func (p *page) header(plan *planner.Plan) {
	c := &plan.Cluster
	prices := ""
	if s := priceBases(plan); s != "" {
		prices = " (" + s + ")"
	}
	parts := []string{
		c.Provider + " " + c.Region,
		count(len(c.Zones), "zone"),
		"Kubernetes " + c.KubernetesVersion,
		"catalog " + string(plan.Catalog.Date) + prices,
	}
	if c.Environment == planner.Development {
		parts = slices.Insert(parts, 3, "development")
	}
	p.heading(c.Name, parts...)
}

// priceBases says how the prices of the pools' types are known.
func priceBases(plan *planner.Plan) string {
	onDemand, spot := map[catalogs.Basis]int{}, map[catalogs.Basis]int{}
	statistics := []string{}
	seen := map[string]bool{}
	for _, g := range plan.NodeGroups {
		for _, pool := range g.Pools {
			key := string(pool.CapacityType) + pool.InstanceType
			if seen[key] {
				continue
			}
			seen[key] = true
			if pool.CapacityType == planner.Spot {
				spot[pool.Price.Basis]++
				statistics = append(statistics, spotStatistic(plan, pool.InstanceType))
			} else {
				onDemand[pool.Price.Basis]++
			}
		}
	}
	var parts []string
	if len(onDemand) > 0 {
		parts = append(parts, "on-demand: "+basisCounts(onDemand))
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

// zoneLabels returns short names of zones: the letters where all begin with the
// region's name, else the names.
func zoneLabels(region string, zones []string) []string {
	var labels []string
	for _, z := range zones {
		rest, ok := strings.CutPrefix(z, region)
		rest = strings.TrimLeft(rest, "-")
		if !ok || rest == "" {
			return zones
		}
		labels = append(labels, rest)
	}
	return labels
}

// nodeGroups writes the table of node groups, a line for each pool. Where every
// group keeps its count, least and largest counts get no column.
func (p *page) nodeGroups(plan *planner.Plan) {
	const boundsColumn = 5
	c := &plan.Cluster
	t := table{columns: []column{
		{title: "NODE GROUP"},
		{title: "ROLE", drop: 3},
		{title: "NODES", right: true},
		{title: strings.Join(zoneLabels(c.Region, c.Zones), "/")},
		{title: "TYPE"},
		{title: "MIN-MAX", right: true, drop: 2},
		{title: "CPU", right: true},
		{title: "MEM", right: true},
		{title: "PODS", right: true, drop: 4},
		{title: "USD/MONTH", right: true},
		{title: "GAP", right: true, drop: 1},
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
		if len(g.Pools) == 1 {
			row[3], row[4] = nodesByZone(c.Zones, g.Pools[0].NodesByZone), poolWords(&g.Pools[0])
			t.add(row...)
			continue
		}
		row[4] = count(len(g.Pools), "type")
		t.add(row...)
		for j := range g.Pools {
			pool := &g.Pools[j]
			t.addStyled(dim, "", "", number(pool.Nodes), nodesByZone(c.Zones, pool.NodesByZone), poolWords(pool))
		}
	}
	scales := func(g planner.GroupPlan) bool { return g.MinNodes != g.Nodes || g.MaxNodes != g.Nodes }
	if !slices.ContainsFunc(plan.NodeGroups, scales) {
		t.remove(boundsColumn)
	}
	p.table(&t)
}

// poolWords names a pool's machines.
func poolWords(pool *planner.Pool) string {
	if pool.CapacityType == planner.Spot {
		return pool.InstanceType + " spot"
	}
	return pool.InstanceType
}

// nodesByZone writes the nodes in each of the cluster's zones: "2/2/2", with "-"
// for a zone that the group does not use.
func nodesByZone(zones []string, nodes []planner.ZoneCount) string {
	parts := make([]string, len(zones))
	for i, z := range zones {
		parts[i] = none
		for _, n := range nodes {
			if n.Zone == z {
				parts[i] = number(n.Nodes)
			}
		}
	}
	return strings.Join(parts, "/")
}

// bindingWords says what one node less would break: "cpu, after a zone is lost".
func bindingWords(plan *planner.Plan, g *planner.GroupPlan) string {
	b := g.Binding
	if b.Resource == "" {
		return none
	}
	words := strings.ReplaceAll(b.Resource, "_", " ")
	switch b.Resource {
	case "min_ready":
		words = "min_ready"
	case "pods":
		words = "pods a node"
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
