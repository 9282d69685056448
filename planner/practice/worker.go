package practice

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// overcommitted is the share of a node's allocatable that limits may reach
// together before WN-21 speaks up.
const overcommitted = 150 * units.Percent

// workerRules are the rules of node groups and zones.
func workerRules() []rule {
	return slices.Concat(groupRules(), failureRules(), machineRules())
}

func groupRules() []rule {
	return []rule{
		{Rule{
			ID: "WN-01", Title: "One node group for each character of pod", DefaultSeverity: planner.Info,
			What: "The cluster's own pods (CoreDNS and other add-ons) share the nodes of an app group, because no group has the role system.",
			Why:  "An application that takes a node down takes DNS with it, and every rollout of the app's nodes moves the add-ons.",
			Fix:  "Add a small group of role system; the add-ons go there by themselves.",
		}, systemPods},
		{Rule{
			ID: "WN-02", Title: "Stateful and stateless workloads apart", DefaultSeverity: planner.Warning,
			What: "A group holds both StatefulSets and Deployments. Groups of role monitoring are left alone: their parts belong together.",
			Why:  "Stateful pods move slowly and want few node replacements; stateless ones want cheap nodes that come and go. One group cannot be run in both ways.",
			Fix:  "Give the StatefulSets a group of role stateful.",
		}, mixedKinds},
		{Rule{
			ID: "WN-18", Title: "Special groups are tainted", DefaultSeverity: planner.Warning,
			What: "A group of role ingress, monitoring, batch, stateful or gpu has no taint that keeps other pods away.",
			Why:  "Pods without a node selector land on any untainted node, and take the room that the special group's pods were planned to have.",
			Fix:  "Leave the role's own taint in place, or declare one of effect NoSchedule.",
		}, untainted},
	}
}

func systemPods(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		n := 0
		for _, w := range g.plan.Workloads {
			if w.System {
				n += w.Replicas
			}
		}
		if n == 0 || g.Role != planner.App {
			continue
		}
		found = append(found, planner.Finding{
			Path:    g.Path(),
			Message: fmt.Sprintf("%s of the cluster's own add-ons %s the %s of app group %s", count(n, "pod"), verb(n, "shares", "share"), count(g.plan.Nodes, "node"), g.Name),
			Remedy:  "node_group \"system\" { role = \"system\" }",
		})
	}
	return found
}

func mixedKinds(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		var sets, others int
		first, other := "", ""
		for _, l := range g.loads {
			if l.Kind == planner.StatefulSet {
				sets++
				if first == "" {
					first = l.Name
				}
			} else {
				others++
				other = cmp.Or(other, l.Name)
			}
		}
		if sets == 0 || others == 0 || g.Role == planner.Monitoring {
			continue
		}
		f := planner.Finding{
			Path:    g.Path(),
			Message: fmt.Sprintf("%s and %s share the group", count(sets, "StatefulSet"), count(others, "Deployment")),
			Remedy:  fmt.Sprintf("node_group %q { role = \"stateful\" }, and workload %q in it", v.freeGroup(first), first),
		}
		if g.Role == planner.Stateful { // the others are in the wrong place
			f.Remedy = fmt.Sprintf("node_group %q { role = \"app\" }, and workload %q in it", v.freeGroup(other), other)
		}
		found = append(found, f)
	}
	return found
}

// freeGroup returns a name for a group that no group has: that of the workload which
// goes there, if it is free.
func (v *view) freeGroup(workload string) string {
	name := workload
	for slices.ContainsFunc(v.groups, func(g group) bool { return g.Name == name }) {
		name += "-2"
	}
	return name
}

func untainted(v *view) []planner.Finding {
	special := []planner.Role{planner.Ingress, planner.Monitoring, planner.Batch, planner.Stateful, planner.GPU}
	var found []planner.Finding
	for _, g := range v.groups {
		if !slices.Contains(special, g.Role) || g.Tainted() {
			continue
		}
		found = append(found, planner.Finding{
			Path:    g.Path() + ".taint",
			Message: fmt.Sprintf("%s of role %s without a taint: any pod may land on them", count(g.plan.Nodes, "node"), g.Role),
			Remedy:  "taint \"group\" { effect = \"NoSchedule\" }",
		})
	}
	return found
}

func failureRules() []rule {
	return []rule{
		{Rule{
			ID: "WN-03", Title: "Every group survives the loss of a node", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "redundancy.nodes is 0, so that losing one node leaves pods without a place. A warning for the roles batch and gpu, whose work can wait.",
			Why:  "Machines fail, and every upgrade takes nodes away one by one. N+1 is what makes either a non-event.",
			Fix:  "Ask for at least one node of redundancy.",
		}, noSpareNode},
		{Rule{
			ID: "WN-06", Title: "Nodes are spread over zones", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "The cluster has one zone (error); a group has one zone of several, or does not survive the loss of one though its role should (warning); the cluster has two zones (info). The roles batch, monitoring and gpu may do without.",
			Why:  "A zone is what a cloud loses at once. In one zone there is nothing left; with two, half of the nodes have to be spare, with three a third.",
			Fix:  "Name three zones, and leave redundancy.zones at 1.",
		}, fewZones},
		{Rule{
			ID: "WN-13", Title: "An autoscaler leaves the spare in place", DefaultSeverity: planner.Warning, ProductionOnly: true,
			What: "autoscaling.min_nodes is below the planned count, which the drills were held with.",
			Why:  "An autoscaler that takes nodes away when load is low takes the room for lost pods with them: the failures that the plan survives are tried at the planned count alone.",
			Fix:  "Leave min_nodes out, or let the autoscaler shrink the group only when pods go, too.",
		}, shrinksBelow},
	}
}

func shrinksBelow(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		if g.MinNodes == 0 || g.MinNodes >= g.plan.Nodes {
			continue
		}
		found = append(found, planner.Finding{
			Path:    g.Path() + ".autoscaling.min_nodes",
			Message: fmt.Sprintf("the group may shrink to %s, and what it survives was tried with %d", count(g.MinNodes, "node"), g.plan.Nodes),
			Remedy:  fmt.Sprintf("min_nodes = %d", g.plan.Nodes),
		})
	}
	return found
}

func noSpareNode(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		if g.Redundancy.Nodes > 0 || g.plan.Nodes == 0 || len(g.plan.Workloads) == 0 {
			continue
		}
		severity := planner.Error
		if g.Role == planner.Batch || g.Role == planner.GPU {
			severity = planner.Warning
		}
		lost := "one of " + count(g.plan.Nodes, "node")
		if g.plan.Nodes == 1 {
			lost = "the only node"
		}
		found = append(found, planner.Finding{
			Severity: severity,
			Path:     g.Path() + ".redundancy.nodes",
			Message:  fmt.Sprintf("losing %s may leave pods without a place: redundancy.nodes is 0", lost),
			Remedy:   "redundancy { nodes = 1 }",
		})
	}
	return found
}

func fewZones(v *view) []planner.Finding {
	var found []planner.Finding
	switch len(v.c.Zones) {
	case 1:
		return []planner.Finding{{
			Path:    "zones",
			Message: fmt.Sprintf("all nodes stand in %s: losing it loses the cluster", v.c.Zones[0]),
			Remedy:  v.nameZones(3),
		}}
	case 2:
		found = append(found, planner.Finding{
			Severity: planner.Info, Path: "zones",
			Message: "two zones: to survive one, half of the nodes are spare; with three it is a third",
			Remedy:  v.nameZones(3),
		})
	}
	for _, g := range v.groups {
		modest := slices.Contains([]planner.Role{planner.Batch, planner.Monitoring, planner.GPU}, g.Role)
		if modest || g.plan.Nodes == 0 {
			continue
		}
		if len(g.Zones) == 1 {
			found = append(found, planner.Finding{
				Severity: planner.Warning, Path: g.Path() + ".zones",
				Message: fmt.Sprintf("%s of role %s in one of %d zones: losing %s loses the group", count(g.plan.Nodes, "node"), g.Role, len(v.c.Zones), g.Zones[0]),
				Remedy:  "zones = " + quoted(v.c.Zones),
			})
		} else if g.Redundancy.Zones == 0 {
			found = append(found, planner.Finding{
				Severity: planner.Warning, Path: g.Path() + ".redundancy.zones",
				Message: fmt.Sprintf("%s of role %s over %d zones %s not planned to survive the loss of one", count(g.plan.Nodes, "node"), g.Role, len(g.Zones), verb(g.plan.Nodes, "is", "are")),
				Remedy:  "redundancy { zones = 1 }",
			})
		}
	}
	return found
}

// nameZones says how to spread over n zones.
func (v *view) nameZones(n int) string {
	zones := v.moreZones(n)
	if len(zones) < n && v.ownMachines() {
		return fmt.Sprintf("%d zones that do not fail together: racks with their own power, rooms or sites", n)
	}
	return "zones = " + quoted(zones)
}

// moreZones returns the cluster's zones and, by name, those of the catalog that
// make them n.
func (v *view) moreZones(n int) []string {
	zones := slices.Clone(v.c.Zones)
	for _, z := range v.cat.Zones {
		if len(zones) < n && !slices.Contains(zones, z.Name) {
			zones = append(zones, z.Name)
		}
	}
	slices.Sort(zones)
	return zones
}

func machineRules() []rule {
	return []rule{
		{Rule{
			ID: "WN-09", Title: "Burstable machines carry bursts, not a steady load", DefaultSeverity: planner.Warning,
			What: "The CPU requests of a group on burstable machines are above what these hold for good (error in production), or such machines carry a role with a steady load in production.",
			Why:  "Beyond its baseline a burstable machine spends credits. When they are gone it is slowed down, or, in unlimited mode, charged for each vCPU hour.",
			Fix:  "Use a family without credits, or more or larger machines of this one.",
		}, burstable},
		{Rule{
			ID: "WN-21", Title: "Limits stay near what nodes have", DefaultSeverity: planner.Warning,
			What: "On some node the limits of all pods together are above 150% of allocatable CPU or memory. A pod without a limit counts with its request.",
			Why:  "The scheduler only counts requests. Where limits promise far more than a node has, a busy hour slows all pods (CPU) or kills some (memory).",
			Fix:  "Bring limits and requests together: raise the request to what the pod uses, or lower the limit.",
		}, overcommit},
	}
}

func burstable(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for i, name := range planner.PoolNames(g.plan.Pools) {
			p := &g.plan.Pools[i]
			if t := v.instance(p.InstanceType); t != nil && t.Burstable {
				found = append(found, v.burstablePool(&g, p, t, g.requests(name)+daemonCPU(p)*int64(p.Nodes))...)
			}
		}
	}
	return found
}

// burstablePool says what is wrong with so much CPU that is asked of a burstable pool.
func (v *view) burstablePool(g *group, p *planner.Pool, t *catalogs.InstanceType, asked int64) []planner.Finding {
	// What is above the baseline is charged for or slowed down as the provider likes.
	remedy, above, charge := fmt.Sprintf("instances { exclude = [%q] }", t.Name), "only burst", "more than that"
	switch v.c.Provider {
	case "aws":
		remedy, above, charge = "instances { families = [\"m7*\"] }", "run on credits", "run on credits; the charge for them in unlimited mode is not known"
	case "gcp":
		remedy, above, charge = "instances { families = [\"n2\"] }", "only burst", "are there for short bursts alone"
	}
	base := int64(t.BaselineCPU) * int64(p.Nodes)
	f := planner.Finding{Path: g.Path() + ".instances", Remedy: remedy}
	switch {
	case base > 0 && asked > base:
		f.Severity = planner.Warning
		if v.production {
			f.Severity = planner.Error
		}
		f.Message = fmt.Sprintf("requests of %s on %s x %s that hold %s for good: up to %s %s",
			cores(asked), number(p.Nodes), t.Name, cores(base), cores(asked-base), charge)
	case base == 0:
		f.Severity = planner.Info
		f.Message = fmt.Sprintf("what %s x %s hold for good is not known; requests are %s", number(p.Nodes), t.Name, cores(asked))
	case v.production && g.Role != planner.Batch:
		f.Message = fmt.Sprintf("role %s has a steady load, and %s x %s %s above %s", g.Role, number(p.Nodes), t.Name, above, cores(base))
	default:
		return nil
	}
	return []planner.Finding{f}
}

// requests is the CPU that all pods on a pool request, the provider's too: of a group's
// only pool what is not free, of one among several what the placement puts there.
func (g *group) requests(pool string) int64 {
	if len(g.plan.Pools) == 1 {
		p := &g.plan.Pools[0]
		return (int64(p.Allocatable.CPU)-daemonCPU(p))*int64(p.Nodes) - int64(g.plan.Headroom.CPU)
	}
	var sum int64
	for i := range g.plan.Placement {
		pl := &g.plan.Placement[i]
		if pl.Pool != pool {
			continue
		}
		for j := range g.plan.Workloads {
			w := &g.plan.Workloads[j]
			sum += int64(pods(pl, w.Name)) * int64(pl.Nodes) * int64(w.Pod.CPU)
		}
	}
	return sum
}

// daemonCPU is what the DaemonSets of a node request.
func daemonCPU(p *planner.Pool) int64 {
	var sum int64
	for _, d := range p.DaemonSets {
		sum += int64(d.CPU)
	}
	return sum
}

func overcommit(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		worst := planner.Finding{}
		most := units.Ratio(overcommitted)
		for i := range g.plan.Placement {
			pl := &g.plan.Placement[i]
			p := g.pool(pl.Pool)
			if p == nil {
				continue
			}
			cpu, memory := limits(&g, p, pl)
			if s := share(cpu, int64(p.Allocatable.CPU)); s > most {
				most, worst.Message = s, fmt.Sprintf("CPU limits of %s on a %s with %s: %s of allocatable", cores(cpu), p.InstanceType, cores(int64(p.Allocatable.CPU)), percent(s))
			}
			if s := share(memory, int64(p.Allocatable.Memory)); s > most {
				most, worst.Message = s, fmt.Sprintf("memory limits of %s on a %s with %s: %s of allocatable", gib(memory), p.InstanceType, gib(int64(p.Allocatable.Memory)), percent(s))
			}
		}
		if worst.Message != "" {
			worst.Path, worst.Remedy = g.Path(), g.widest()
			found = append(found, worst)
		}
	}
	return found
}

// limits sums what the pods of a node may use: their limits, or requests where
// they have none. The provider's own pods have no limits in a plan and are left
// out.
func limits(g *group, p *planner.Pool, pl *planner.Placement) (cpu, memory int64) {
	for _, d := range p.DaemonSets {
		cpu += int64(d.CPU)
		memory += int64(d.Memory)
	}
	for _, l := range g.loads {
		n := int64(pods(pl, l.Name))
		cpu += n * max(int64(l.Pod.CPU), int64(l.Pod.CPULimit))
		memory += n * max(int64(l.Pod.Memory), int64(l.Pod.MemoryLimit))
	}
	return cpu, memory
}

// widest says how to bring the limit that is furthest above its request down to
// it.
func (g *group) widest() string {
	remedy := ""
	var most units.Ratio
	for _, l := range g.loads {
		if s := share(int64(l.Pod.CPULimit), int64(l.Pod.CPU)); s > most {
			most, remedy = s, cpuLimit(l.Pod.CPU)+" in the pod of workload."+l.Name
		}
		if s := share(int64(l.Pod.MemoryLimit), int64(l.Pod.Memory)); s > most {
			most, remedy = s, memoryLimit(l.Pod.Memory)+" in the pod of workload."+l.Name
		}
	}
	return remedy
}
