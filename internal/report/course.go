package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// weightyAttributes are the last words of the attributes whose defaults move a
// plan most, the weightiest first.
func weightyAttributes() []string {
	return []string{
		"redundancy.zones", "redundancy.nodes", "max_utilization", "spare_replicas", "balancing",
		"min_replicas", "capacity_type", "startup_time", "families", "recovery", "image",
	}
}

// assumed writes how many defaults the plan rests on and those that matter most,
// each value with whose default it is.
func (p *page) assumed(plan *planner.Plan) {
	if len(plan.Assumptions) == 0 {
		return
	}
	const most = 4
	manifests := 0
	for i := range plan.Assumptions {
		if plan.Assumptions[i].Manifest() != "" {
			manifests++
		}
	}
	items := []string{count(len(plan.Assumptions)-manifests, "default")}
	shown := most
	if manifests > 0 {
		items = append(items, count(manifests, "value")+" of manifests")
		shown++
	}
	for _, attribute := range weightyAttributes() {
		if words := defaultsOf(plan.Assumptions, attribute); words != "" && len(items) <= shown {
			items = append(items, words)
		}
	}
	p.labelled("ASSUMED", plain, append(items, "all of them: "+p.o.run("explain assumptions"))...)
}

// defaultsOf writes the values that were assumed of an attribute, by value:
// "redundancy.zones 0 (role batch), 1 (role app, role ingress)"; "" where it was
// always given.
func defaultsOf(assumptions []planner.Assumption, attribute string) string {
	sources := map[string][]string{}
	for _, a := range assumptions {
		if a.Manifest() == "" && strings.HasSuffix(a.Path, "."+attribute) && !slices.Contains(sources[a.Value], a.Source) {
			sources[a.Value] = append(sources[a.Value], a.Source)
		}
	}
	var parts []string
	for _, value := range slices.Sorted(maps.Keys(sources)) {
		slices.Sort(sources[value])
		parts = append(parts, value+" ("+strings.Join(sources[value], ", ")+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return attribute + " " + strings.Join(parts, ", ")
}

// downToPercent rounds down, so that a share that is not whole never reads as
// whole.
func downToPercent(r units.Ratio) units.Ratio { return r - r%units.Percent }

// growth writes the months in which the nodes or the cost change, the last one
// and the one that cannot be planned. What the control plane costs has a column where
// that changes.
func (p *page) growth(plan *planner.Plan) {
	t := table{columns: []column{{title: "GROWTH"}, {title: "MONTH", right: true}}}
	together := growsTogether(plan)
	if together {
		t.columns = append(t.columns, column{title: "LOAD", right: true})
	}
	for _, g := range plan.NodeGroups {
		t.columns = append(t.columns, column{title: strings.ToUpper(g.Name), right: true})
	}
	control := controlPlaneChanges(plan)
	if control {
		t.columns = append(t.columns, column{title: "CONTROL PLANE", right: true})
	}
	t.columns = append(t.columns, column{title: "USD/MONTH", right: true}, column{wraps: true})
	figures := len(t.columns) - 1 // all but what stops growth
	nodes, cost, fees := map[string]int{}, plan.Cost.Total, controlPlaneCost(plan)
	for _, g := range plan.NodeGroups {
		nodes[g.Name] = g.Nodes
	}
	left, machines, larger := 0, machinesToday(plan), false
	for i, m := range plan.Growth {
		words := machinesThen(machines, m.Machines)
		changed := words != "" || m.Cost != cost || control && m.ControlPlane != fees || slices.ContainsFunc(m.Nodes, func(n planner.GroupNodes) bool { return n.Nodes != nodes[n.Group] })
		if !changed && m.Infeasible == "" && i < len(plan.Growth)-1 {
			left++
			continue
		}
		row := []string{string(m.Date), number(m.Month)}
		if together {
			row = append(row, "x"+hundredths(m.Factor))
		}
		if m.Infeasible != "" {
			row = append(row, slices.Repeat([]string{none}, figures-len(row))...)
			t.addStyled(red, append(row, m.Infeasible)...)
			continue
		}
		cost, fees = m.Cost, m.ControlPlane
		for _, n := range m.Nodes {
			nodes[n.Group] = n.Nodes
		}
		for _, g := range plan.NodeGroups {
			row = append(row, number(nodes[g.Name]))
		}
		if control {
			row = append(row, monthly(m.ControlPlane))
		}
		if words != "" {
			machines, larger = m.Machines, true
			words = "control plane: " + words
		}
		t.add(append(row, monthly(m.Cost), words)...)
	}
	p.table(&t)
	if len(t.rows) == 0 {
		return
	}
	items := []string{grownOn(plan, larger)}
	if u := plan.Cluster.Upgrade; u != nil {
		items = append(items, "with the upgrade to "+u.To+" carried out")
	}
	if words := estimatedGrowth(plan); words != "" {
		items = append(items, words)
	}
	if left > 0 {
		items = append(items, count(left, "month")+" without a change of nodes or cost left out")
	}
	p.labelled("", dim, items...)
}

// grownOn says on which types the months are planned: the groups always on those of the
// plan, a control plane that people run on what the nodes of the month ask for.
func grownOn(plan *planner.Plan, larger bool) string {
	on := "on the instance types of this plan"
	if ownMachines(plan) {
		on = "on the machines of this plan"
	}
	if larger {
		return "node groups " + on + ", the control plane on those named"
	}
	return on
}

// machinesToday are the machines of the control plane as a month of growth has them.
func machinesToday(plan *planner.Plan) []planner.GrownMachines {
	var out []planner.GrownMachines
	for _, c := range plan.ControlPlane.Machines {
		out = append(out, planner.GrownMachines{Role: c.Role, InstanceType: c.InstanceType, Nodes: c.Nodes, Disks: c.Disks})
	}
	return out
}

// machinesThen names the machines of the control plane that a month has other ones of than
// those before, and from what they change: "3 x m7i.xlarge in place of 3 x m7i.large"; ""
// where none are other. Early documents name none.
func machinesThen(before, now []planner.GrownMachines) string {
	var parts []string
	for i, c := range now {
		if i >= len(before) || c.Role != before[i].Role {
			continue
		}
		role := ""
		if c.Role != planner.RoleControlPlane {
			role = roleWords(c.Role) + " "
		}
		was := before[i]
		if c.InstanceType != was.InstanceType || c.Nodes != was.Nodes {
			parts = append(parts, fmt.Sprintf("%s%d x %s in place of %d x %s", role, c.Nodes, c.InstanceType, was.Nodes, was.InstanceType))
		}
		if !slices.Equal(c.Disks, was.Disks) {
			parts = append(parts, fmt.Sprintf("%sdisks %s in place of %s", role, diskList(c.Disks), diskList(was.Disks)))
		}
	}
	return strings.Join(parts, "; ")
}

// diskList writes the disks of a machine.
func diskList(disks []planner.Disk) string {
	var words []string
	for _, d := range disks {
		words = append(words, etcdDiskWords(d))
	}
	return strings.Join(words, " + ")
}

// estimatedGrowth says at which growth the months are counted, where it is an estimate.
func estimatedGrowth(plan *planner.Plan) string {
	estimated := plan.Cluster.Growth.Range != nil
	for i := range plan.Cluster.NodeGroups {
		estimated = estimated || slices.ContainsFunc(plan.Cluster.NodeGroups[i].Workloads, func(w planner.Workload) bool { return w.GrowthRange != nil })
	}
	switch {
	case !estimated:
		return ""
	case plan.Cluster.Growth.SizeForHorizon:
		return "at the growth that each workload was sized for"
	}
	return "at the middle of what growth is estimated to be"
}

// controlPlaneChanges reports whether the control plane costs something else in one
// of the months than in another, or than today. Early documents do not say what it
// costs.
func controlPlaneChanges(plan *planner.Plan) bool {
	today := controlPlaneCost(plan)
	return slices.ContainsFunc(plan.Growth, func(m planner.GrowthMonth) bool {
		return m.Infeasible == "" && m.ControlPlane.Known && today.Known && m.ControlPlane != today
	})
}

// growsTogether reports whether one factor says how all that grows does.
func growsTogether(plan *planner.Plan) bool {
	rate := plan.Cluster.Growth.PerMonth
	for _, g := range plan.Cluster.NodeGroups {
		for _, w := range g.Workloads {
			given := w.Demand.Way == planner.GivenReplicas && !w.GrowsReplicas
			if !given && w.GrowthPerMonth != rate {
				return false
			}
		}
	}
	return rate != 0
}

// hundredths writes a factor with two decimals, rounded up: demand.
func hundredths(r units.Ratio) string {
	n := (int64(r) + 9999) / 10_000
	return fmt.Sprintf("%d.%02d", n/100, n%100)
}
