package practice

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func survivorRules() []rule {
	return []rule{
		{Rule{
			ID: "CP-11", Title: "What is left of the control plane carries its load", DefaultSeverity: planner.Warning,
			What: "After a loss that is declared to be survived, or while one machine is upgraded, API servers or etcd would take more CPU or memory than the machines that are left have.",
			Why:  "The load of the machines that are away moves to the others. Where it is more than they have they fail in turn, and a loss that was to be survived takes the whole control plane with it. With n machines of which f may be lost each may be busy to (n - f) / n at most.",
			Fix:  "Add machines, so that fewer of them are lost at a time, or take larger ones: the message says which costs less.",
		}, overloadedSurvivors},
	}
}

func overloadedSurvivors(v *view) []planner.Finding {
	var out []planner.Finding
	for i := range v.plan.ControlPlane.Machines {
		m := &v.plan.ControlPlane.Machines[i]
		worst := -1
		for j, u := range v.plan.ControlPlane.Use {
			over := max(u.CPU, u.Memory) > units.Whole
			if u.Role == m.Role && over && (worst < 0 || u.Left < v.plan.ControlPlane.Use[worst].Left) {
				worst = j
			}
		}
		if worst < 0 {
			continue
		}
		u := &v.plan.ControlPlane.Use[worst]
		when := map[planner.UseCase]string{
			planner.UseAllUp: "with all up", planner.UseAfterLoss: "after the declared losses", planner.UseInUpgrade: "while one is upgraded",
		}[u.Case]
		path, noun := "control_plane.nodes", "API servers"
		if m.Role == planner.RoleEtcd {
			path, noun = "control_plane.etcd.members", "machines of etcd"
		}
		out = append(out, planner.Finding{
			Path: path,
			Message: fmt.Sprintf("%d of %d %s are left %s, and would take %s of their CPU and %s of their memory; to lose so many, each may be busy to %s with all up",
				u.Left, m.Nodes, noun, when, percent(u.CPU), percent(u.Memory), percentDown(units.Whole*units.Ratio(u.Left)/units.Ratio(m.Nodes))),
			Remedy: v.carrying(m, u),
		})
	}
	return out
}

// carrying says what makes the machines that are left carry their load: more of them or
// the next size of the family, whichever is known to cost less.
func (v *view) carrying(m *planner.ControlPlaneMachines, u *planner.MemberUse) string {
	key, in := "nodes", "control_plane"
	if m.Role == planner.RoleEtcd {
		key, in = "members", "control_plane.etcd"
	}
	var more, larger string
	var moreCosts, largerCosts units.USDPerHour
	if n := v.enough(m, u); n > 0 {
		more, moreCosts = fmt.Sprintf("%s = %d", key, n), (m.Price.Rate+v.disksOf(m))*units.USDPerHour(n-m.Nodes)
	}
	if t := v.larger(m, max(u.CPU, u.Memory)); t != nil {
		larger, largerCosts = fmt.Sprintf("instances { types = [%q] } in %s", t.Name, in), (t.OnDemand.Rate-m.Price.Rate)*units.USDPerHour(m.Nodes)
	}
	priced := func(words string, added units.USDPerHour) string {
		if !m.Price.Known() {
			return words
		}
		return fmt.Sprintf("%s, %s USD a month more", words, usd(added.PerMonth()))
	}
	switch {
	case more == "" && larger == "":
		return "declare smaller losses in control_plane.redundancy"
	case more == "" || larger != "" && largerCosts < moreCosts:
		return priced(larger, largerCosts)
	}
	return priced(more, moreCosts)
}

// disksOf is what the disks of one machine cost, by the bill; what is not known of them is
// left out.
func (v *view) disksOf(m *planner.ControlPlaneMachines) units.USDPerHour {
	prefix := "control_plane."
	if m.Role != planner.RoleControlPlane {
		prefix += m.Role + "_"
	}
	paths := []string{prefix + "root_disks", "control_plane.etcd_disks", "control_plane.events_disks"}
	paths = paths[:min(len(m.Disks), len(paths))]
	sum := units.USDPerHour(0)
	for _, l := range v.plan.Cost.Lines {
		if slices.Contains(paths, l.Path) && l.Amount.Known && m.Nodes > 0 {
			sum += units.CeilDiv(l.Amount.Rate, units.USDPerHour(m.Nodes))
		}
	}
	return sum
}

// mostServers is the largest number of members, and of API servers.
const mostServers = 7

// enough is the least odd number of machines of which so many are left that they carry
// what these take; 0 where there is none.
func (v *view) enough(m *planner.ControlPlaneMachines, u *planner.MemberUse) int {
	work := units.Ratio(u.Left) * max(u.CPU, u.Memory)
	for n := m.Nodes + 2 - (m.Nodes+1)%2; n <= mostServers; n += 2 {
		left := n - 1
		if u.Case == planner.UseAfterLoss {
			left = v.leftOf(n)
		}
		if units.Ratio(left)*units.Whole >= work {
			return n
		}
	}
	return 0
}

// leftOf is how many of n machines, spread evenly over the cluster's zones, are left after
// the worst of the declared losses.
func (v *view) leftOf(n int) int {
	r, zones := &v.c.ControlPlane.Redundancy, len(v.c.Zones)
	inZones := 0
	for z := range min(r.Zones, zones) {
		inZones += n / zones
		if z < n%zones {
			inZones++
		}
	}
	lost := max(r.Nodes, inZones)
	if r.AtOnce {
		lost = r.Nodes + inZones
	}
	return max(n-lost, 0)
}

// larger is the cheapest type of the same family and architecture that has so much more of
// CPU and memory; nil where there is none with a price.
func (v *view) larger(m *planner.ControlPlaneMachines, times units.Ratio) *catalogs.InstanceType {
	now := v.instance(m.InstanceType)
	if now == nil {
		return nil
	}
	var fit []*catalogs.InstanceType
	for i := range v.cat.Types {
		t := &v.cat.Types[i]
		plain := !t.Burstable && !t.Metal && !t.Flex && t.NotOffered(v.c.Zones) == ""
		wide := units.Ratio(t.VCPUs)*units.Whole >= units.Ratio(now.VCPUs)*times && units.Ratio(t.Memory/units.MiB)*units.Whole >= units.Ratio(now.Memory/units.MiB)*times
		if t.Family == now.Family && t.Architecture == now.Architecture && plain && wide && t.OnDemand.Known() {
			fit = append(fit, t)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return slices.MinFunc(fit, func(a, b *catalogs.InstanceType) int {
		return cmp.Or(cmp.Compare(a.OnDemand.Rate, b.OnDemand.Rate), strings.Compare(a.Name, b.Name))
	})
}
