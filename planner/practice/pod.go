package practice

import (
	"fmt"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

const (
	// longGrace is the grace period that a drain can do with.
	longGrace = 120 * time.Second
	// drainLimit is when EKS gives up draining a node of a managed group: after 15
	// minutes the update fails with PodEvictionFailure (EKS user guide, "Understand
	// each phase of node updates").
	drainLimit = 900 * time.Second
	// forcedDrain is when GKE deletes what a drain waits for: after an hour (GKE,
	// "Node upgrade strategies", surge upgrades).
	forcedDrain = time.Hour
)

// podRules are the rules of workloads. The provider's own pods are exempt.
func podRules() []rule {
	return slices.Concat(replicaRules(), disruptionRules(), limitRules(), targetRules())
}

func replicaRules() []rule {
	return []rule{
		{Rule{
			ID: "PD-01", Title: "Stateless workloads run at least twice", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "A Deployment has one replica. Info for the roles batch, monitoring and gpu.",
			Why:  "One pod is down whenever its node is drained, fails or is upgraded.",
			Fix:  "Run two replicas or more.",
		}, singleReplica},
		{Rule{
			ID: "PD-02", Title: "Replicas stand on different nodes and in different zones", DefaultSeverity: planner.Warning, ProductionOnly: true,
			What: "All replicas of a workload were placed on one node, or in one zone though the group has nodes in several.",
			Why:  "Replicas that share a node or a zone fail together, however many they are.",
			Fix:  "Spread them over zones or hosts, hard where it must hold.",
		}, together},
	}
}

func singleReplica(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for _, l := range g.loads {
			if l.Kind != planner.Deployment || l.plan.Replicas != 1 {
				continue
			}
			f := planner.Finding{
				Path:    l.path,
				Message: "1 replica: it is down whenever its node is drained or lost",
				Remedy:  "replicas = 2",
			}
			if l.Demand.Way != planner.GivenReplicas {
				f.Remedy = "min_replicas = 2"
			}
			if slices.Contains([]planner.Role{planner.Batch, planner.Monitoring, planner.GPU}, g.Role) {
				f.Severity = planner.Info
			}
			found = append(found, f)
		}
	}
	return found
}

func together(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		nodes := 0
		zones := map[string]bool{}
		for i := range g.plan.Placement {
			nodes += g.plan.Placement[i].Nodes
			zones[g.plan.Placement[i].Zone] = true
		}
		for _, l := range g.loads {
			if l.plan.Replicas < 2 {
				continue
			}
			onNodes, inZones := where(&g, l.Name)
			f := planner.Finding{Path: l.path}
			switch {
			case onNodes == 1 && nodes > 1:
				f.Message = fmt.Sprintf("all %s replicas stand on one of %s, in %s", number(l.plan.Replicas), count(nodes, "node"), inZones[0])
				f.Remedy = "when_unsatisfiable = \"DoNotSchedule\" in a topology_spread over hostname"
			case len(inZones) == 1 && len(zones) > 1 && l.NodeSelector[zoneLabel] != "":
				f.Message = fmt.Sprintf("all %s replicas stand in %s, which node_selector names, one of %d zones with nodes", number(l.plan.Replicas), inZones[0], len(zones))
				f.Remedy = "leave " + zoneLabel + " out of node_selector"
			case len(inZones) == 1 && len(zones) > 1:
				f.Message = fmt.Sprintf("all %s replicas stand in %s, one of %d zones with nodes", number(l.plan.Replicas), inZones[0], len(zones))
				f.Remedy = "when_unsatisfiable = \"DoNotSchedule\" in a topology_spread over zone"
			default:
				continue
			}
			found = append(found, f)
		}
	}
	return found
}

// zoneLabel is the label of a node's zone.
const zoneLabel = "topology.kubernetes.io/zone"

// where returns on how many nodes a workload's pods stand, and in which zones.
func where(g *group, workload string) (nodes int, zones []string) {
	for i := range g.plan.Placement {
		p := &g.plan.Placement[i]
		if pods(p, workload) == 0 {
			continue
		}
		nodes += p.Nodes
		if !slices.Contains(zones, p.Zone) {
			zones = append(zones, p.Zone)
		}
	}
	return nodes, zones
}

func disruptionRules() []rule {
	return []rule{
		{Rule{
			ID: "PD-03", Title: "Every workload has a disruption budget that lets pods go", DefaultSeverity: planner.Warning,
			What: "A workload of two replicas or more that is no job has no PodDisruptionBudget (info for role batch and in development), or its budget never lets a pod go (error).",
			Why:  "Without a budget a drain may take all replicas at once. With one that allows nothing, a drain never ends and an upgrade fails.",
			Fix:  "Declare pod_disruption_budget with max_unavailable of at least one pod.",
		}, budgets},
		{Rule{
			ID: "PD-04", Title: "Pods end within two minutes", DefaultSeverity: planner.Warning,
			What: "termination_grace_period is above 120 s; above the 900 s after which EKS fails a node's drain, or the 3,600 s after which GKE forces it, it is an error.",
			Why:  "The grace period is what each drained node may wait, batch after batch of pods; it sets how long an upgrade takes.",
			Fix:  "Finish on SIGTERM sooner, and hand long work back to its queue.",
		}, grace},
	}
}

func budgets(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for _, l := range g.loads {
			n := l.plan.Replicas
			ends := l.Kind == planner.JobKind || l.Kind == planner.CronJob
			switch {
			case l.PodDisruptionBudget == nil && n >= 2 && !ends:
				f := planner.Finding{
					Path:    l.path + ".pod_disruption_budget",
					Message: fmt.Sprintf("no budget: a drain may take all %s replicas at once", number(n)),
					Remedy:  "pod_disruption_budget { max_unavailable = 1 }",
				}
				if g.Role == planner.Batch || !v.production {
					f.Severity = planner.Info
				}
				found = append(found, f)
			case l.PodDisruptionBudget != nil && n > 0 && l.PodDisruptionBudget.Allowed(n) == 0:
				found = append(found, planner.Finding{
					Severity: planner.Error, Path: l.path + ".pod_disruption_budget",
					Message: fmt.Sprintf("the budget lets none of %s go: drains never end and upgrades fail", count(n, "replica")),
					Remedy:  "pod_disruption_budget { max_unavailable = 1 }",
				})
			}
		}
	}
	return found
}

func grace(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for _, l := range g.loads {
			seconds := int(l.TerminationGracePeriod / time.Second)
			f := planner.Finding{Path: l.path + ".termination_grace_period", Remedy: "termination_grace_period = \"120s\""}
			switch {
			case l.TerminationGracePeriod > drainLimit && v.managedBy("aws"):
				f.Severity = planner.Error
				f.Message = fmt.Sprintf("a pod may take %s s to end, and EKS fails a drain after %d s", number(seconds), int(drainLimit/time.Second))
			case l.TerminationGracePeriod > forcedDrain && v.managedBy("gcp"):
				f.Severity = planner.Error
				f.Message = fmt.Sprintf("a pod may take %s s to end, and GKE deletes it after %s s of draining", number(seconds), number(int(forcedDrain/time.Second)))
			case l.TerminationGracePeriod > longGrace:
				f.Message = fmt.Sprintf("a pod may take %s s to end; drains wait for it", number(seconds))
			default:
				continue
			}
			found = append(found, f)
		}
	}
	return found
}

func limitRules() []rule {
	return []rule{
		{Rule{
			ID: "PD-08", Title: "Pods have limits", DefaultSeverity: planner.Info,
			What: "A workload declares no limit of memory. A missing limit of CPU is named beside it and not reported alone: without one a pod may use what is idle.",
			Why:  "Without a memory limit one leaking pod takes its neighbours' memory, and the node evicts whom it likes.",
			Fix:  "Declare a memory limit near the request.",
		}, noLimits},
		{Rule{
			ID: "PD-09", Title: "Limits are within a node's reach", DefaultSeverity: planner.Warning,
			What: "The limit of one pod is above what a whole node of its group has. Nodes that have no room for the pod's requests are left out.",
			Why:  "Such a limit limits nothing: the node runs out before the pod is stopped, and other pods pay for it.",
			Fix:  "Lower the limit below the node's allocatable, or give the pod larger nodes.",
		}, hollowLimits},
	}
}

func noLimits(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for _, l := range g.loads {
			if l.Pod.MemoryLimit > 0 || l.plan.Replicas == 0 {
				continue
			}
			none := "memory"
			if l.Pod.CPULimit == 0 {
				none = "memory or CPU"
			}
			found = append(found, planner.Finding{
				Path:    l.path + ".pod.limits",
				Message: fmt.Sprintf("%s without a limit of %s", count(l.plan.Replicas, "pod"), none),
				Remedy:  memoryLimit(v.own(&g, &l.Pod).Memory),
			})
		}
	}
	return found
}

// lands reports whether a node of p has room for a pod of l beside its DaemonSets.
func (l *load) lands(p *planner.Pool) bool {
	cpu, memory := p.Allocatable.CPU, p.Allocatable.Memory
	for _, d := range p.DaemonSets {
		cpu -= d.CPU
		memory -= d.Memory
	}
	devices := !slices.ContainsFunc(l.Pod.Extended, func(r planner.ExtendedResource) bool {
		return !slices.ContainsFunc(p.Allocatable.Extended, func(o planner.ExtendedResource) bool { return o.Name == r.Name && o.Count >= r.Count })
	})
	return devices && l.Pod.CPU <= cpu && l.Pod.Memory <= memory && l.Pod.EphemeralStorage <= p.Allocatable.EphemeralStorage
}

func hollowLimits(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		for i := range g.plan.Pools {
			p := &g.plan.Pools[i]
			if i > 0 && g.plan.Pools[i-1].InstanceType == p.InstanceType {
				continue // the same machines, bought in another way
			}
			for _, l := range g.loads {
				if !l.lands(p) {
					continue // the limit is for other nodes
				}
				var what, remedy string
				switch {
				case l.Pod.MemoryLimit > p.Allocatable.Memory:
					what = fmt.Sprintf("a memory limit of %s on nodes with %s (%s)", gib(int64(l.Pod.MemoryLimit)), gib(int64(p.Allocatable.Memory)), p.InstanceType)
					remedy = memoryLimit(v.own(&g, &l.Pod).Memory)
				case l.Pod.CPULimit > p.Allocatable.CPU:
					what = fmt.Sprintf("a CPU limit of %s on nodes with %s (%s)", cores(int64(l.Pod.CPULimit)), cores(int64(p.Allocatable.CPU)), p.InstanceType)
					remedy = cpuLimit(v.own(&g, &l.Pod).CPU)
				default:
					continue
				}
				found = append(found, planner.Finding{Path: l.path + ".pod.limits", Message: what, Remedy: remedy})
			}
		}
	}
	return found
}
