package verify

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// dayOf is the day of a month of growth; zero where a document has no day to count from.
func (k *checker) dayOf(month int) units.Date {
	if k.c.AsOf.IsZero() {
		return ""
	}
	return k.c.AsOf.AddMonths(month)
}

// growth checks the order and the dates of the months of growth.
func (k *checker) growth() {
	last := -1
	for _, m := range k.plan.Growth {
		k.need(m.Month > last, "growth", "growth.months", "month %d stands after month %d", m.Month, last)
		last = max(last, m.Month)
		k.need(m.Date == k.dayOf(m.Month), "growth", "growth.months", "month %d is dated %s, it is %s", m.Month, m.Date, k.dayOf(m.Month))
		k.need(m.Factor > 0, "growth", "growth.factor", "month %d has a factor of %s", m.Month, percent(m.Factor))
		if m.Infeasible != "" {
			continue
		}
		names := make([]string, len(m.Nodes))
		for i, n := range m.Nodes {
			names[i] = n.Group
			k.need(n.Nodes > 0, "growth", "growth.nodes", "month %d has %d nodes in %s", m.Month, n.Nodes, n.Group)
			at := slices.IndexFunc(k.groups, func(g *group) bool { return g.decl.Name == n.Group })
			if at >= 0 {
				d := k.groups[at].decl
				k.need(n.Nodes >= d.MinNodes && (d.MaxNodes == 0 || n.Nodes <= d.MaxNodes), "growth", "growth.nodes", "month %d has %d nodes in %s, from %d to %d", m.Month, n.Nodes, n.Group, d.MinNodes, d.MaxNodes)
			}
			if at >= 0 && k.equalZones(k.groups[at]) && len(k.groups[at].decl.Zones) > 0 {
				zones := len(k.groups[at].decl.Zones)
				k.need(n.Nodes%zones == 0, "growth", "growth.nodes", "month %d has %d nodes in %s, over %d zones that are equal", m.Month, n.Nodes, n.Group, zones)
			}
		}
		want := make([]string, len(k.plan.NodeGroups))
		for i, g := range k.plan.NodeGroups {
			want[i] = g.Name
		}
		k.need(slices.Equal(names, want), "growth", "growth.groups", "month %d counts groups %v, the plan has %v", m.Month, names, want)
		k.growthStock(&m)
		k.growthMachines(&m)
		k.growthLimits(&m)
	}
}

// growthMachines checks that the machines of a control plane that people run are of types
// that there are, in the roles of the plan, and those of the API servers as large as the
// nodes of the month ask for. Early documents do not say what they are.
func (k *checker) growthMachines(m *planner.GrowthMonth) {
	nodes := 0
	for _, n := range m.Nodes {
		nodes += n.Nodes
	}
	roles := len(k.plan.ControlPlane.Machines)
	k.need(len(m.Machines) == 0 || len(m.Machines) == roles, "growth", "growth.control_plane", "month %d has machines of %d roles of the control plane, there are %d", m.Month, len(m.Machines), roles)
	for i := range m.Machines {
		c := &m.Machines[i]
		same := i < roles && k.plan.ControlPlane.Machines[i].Role == c.Role && c.Nodes > 0
		k.need(same, "growth", "growth.control_plane", "month %d has %d machines of role %s, which the plan has not there", m.Month, c.Nodes, c.Role)
		t := k.types[c.InstanceType]
		if !k.need(t != nil, "growth", "growth.control_plane", "month %d has a control plane on %q, which the catalog has not", m.Month, c.InstanceType) || c.Role != planner.RoleControlPlane {
			continue
		}
		sizes := serverSizes(k.c.ControlPlane.Profile)
		at := slices.IndexFunc(sizes, func(s serverSize) bool { return nodes <= s.upTo })
		enough := at >= 0 && t.VCPUs >= sizes[at].vcpus && t.Memory >= sizes[at].memory
		k.need(enough, "growth", "growth.control_plane", "month %d has %d nodes, too many for a control plane on %s", m.Month, nodes, c.InstanceType)
	}
}

// growthStock checks that the machines of one's own that a month counts with stand
// there, beside those of the control plane as it is planned: types stay, counts grow.
func (k *checker) growthStock(m *planner.GrowthMonth) {
	need := map[string]int{}
	for _, c := range k.plan.ControlPlane.Machines {
		need[c.InstanceType] += c.Nodes
	}
	for _, n := range m.Nodes {
		at := slices.IndexFunc(k.plan.NodeGroups, func(g planner.GroupPlan) bool { return g.Name == n.Group })
		if at < 0 {
			continue
		}
		if one := oneKind(&k.plan.NodeGroups[at]); one != nil {
			need[one.InstanceType] += n.Nodes
		}
	}
	for _, name := range sortedKeys(need) {
		all, limited := 0, false
		for _, z := range k.c.Zones {
			n, some := k.standing(name, z)
			all, limited = all+n, limited || some
		}
		k.need(!limited || need[name] <= all, "growth", "growth.stock", "month %d needs %d machines %s with those of the control plane, %d stand there", m.Month, need[name], name, all)
	}
}

// lists checks the order of assumptions and findings, and that no assumption of
// the spec was dropped.
func (k *checker) lists() {
	has := map[planner.Assumption]bool{}
	for i, a := range k.plan.Assumptions {
		k.need(i == 0 || k.plan.Assumptions[i-1].Path < a.Path, "assumptions."+a.Path, "lists.sorted", "assumptions are not sorted by path, or one is there twice")
		has[a] = true
	}
	for _, a := range k.c.Assumptions {
		if a.Path == "control_plane.tier" && k.c.ControlPlane.TierCalculated && a.Value != k.plan.ControlPlane.Tier {
			a.Value, a.Source = k.plan.ControlPlane.Tier, "model control plane"
		}
		k.need(has[a], "assumptions."+a.Path, "assumptions.missing", "the plan rests on %s and does not say so", a.Value)
	}
	for i, f := range k.plan.Findings {
		k.need(rank(f.Severity) < rank(planner.Off), "findings", "findings.severity", "%s has severity %q", f.Rule, f.Severity)
		if i > 0 {
			last := k.plan.Findings[i-1]
			order := cmp.Or(cmp.Compare(rank(last.Severity), rank(f.Severity)), cmp.Compare(last.Path, f.Path), cmp.Compare(last.Rule, f.Rule))
			k.need(order <= 0, "findings", "lists.sorted", "findings are not sorted by severity, path and rule")
		}
	}
}

// rank orders severities, the worst first; what is none comes last.
func rank(s planner.Severity) int {
	switch s {
	case planner.Error:
		return 0
	case planner.Warning:
		return 1
	case planner.Info:
		return 2
	case planner.Off:
		return 3
	}
	return 3
}
