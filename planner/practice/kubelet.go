package practice

import (
	"fmt"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func kubeletRules() []rule {
	return []rule{
		{Rule{
			ID: "WN-22", Title: "Nodes keep something for the kubelet", DefaultSeverity: planner.Warning, ProductionOnly: true,
			What: "On nodes that people run themselves, a group does not say what is reserved for the kubelet and the container runtime. The message gives what managed nodes reserve: CPU of 6%, 1%, 0.5% twice and 0.25% of each core more, and memory of 255 MiB and 11 MiB for each pod.",
			Why:  "Kubernetes reserves nothing by itself. Pods may then take all that a node has, and the kubelet that should evict them is starved with everything else.",
			Fix:  "Declare kube_reserved in the group's kubelet block; the plan takes it off.",
		}, nothingReserved},
		{Rule{
			ID: "WN-23", Title: "Pods per node are what Kubernetes is tested with", DefaultSeverity: planner.Warning, ProductionOnly: true,
			What: "On nodes that people run themselves, more pods stand on a node than 110 or 10 for each of its cores.",
			Why:  "Beyond that the scalability targets of Kubernetes no longer hold: the kubelet's probes, mounts and status updates fall behind.",
			Fix:  "Lower max_pods in the group's kubelet block, so that more or larger nodes are planned.",
		}, crowded},
	}
}

// The reserves of managed nodes (GKE, "Plan node sizes"; awslabs/amazon-eks-ami,
// nodeadm): memory of the kubelet and for each pod, in MiB.
const (
	reservedMiB    = 255
	reservedPodMiB = 11
)

// reservedMilli is the CPU that managed nodes of n cores reserve.
func reservedMilli(n int) int {
	// 6% of a core, 1% of the next, 0.5% of two more, 0.25% of the others.
	m := 60*min(n, 1) + 10*min(max(n-1, 0), 1) + 5*min(max(n-2, 0), 2)
	return m + max(n-4, 0)*5/2
}

func nothingReserved(v *view) []planner.Finding {
	if !v.selfManaged() {
		return nil
	}
	var found []planner.Finding
	for _, g := range v.groups {
		if g.Kubelet.KubeReserved != nil || len(g.plan.Pools) == 0 {
			continue
		}
		// One block is for all pools: what the largest needs.
		var p *planner.Pool
		var t *catalogs.InstanceType
		cpu, memory := 0, 0
		for i := range g.plan.Pools {
			pool := &g.plan.Pools[i]
			of := v.instance(pool.InstanceType)
			if of == nil || of.VCPUs == 0 {
				continue
			}
			milli, mib := reservedMilli(of.VCPUs), reservedMiB+reservedPodMiB*pool.Allocatable.Pods
			if p == nil || mib > memory || mib == memory && milli > cpu {
				p, t, cpu, memory = pool, of, milli, mib
			}
		}
		if p == nil {
			continue
		}
		whose, others := fmt.Sprintf("%s x %s", number(p.Nodes), t.Name), ""
		if types := g.types(); types > 1 {
			whose, others = fmt.Sprintf("%s of %d types", count(g.plan.Nodes, "node"), types), fmt.Sprintf(" on the type that needs most, %s,", t.Name)
		}
		found = append(found, planner.Finding{
			Path: g.Path() + ".kubelet.kube_reserved",
			Message: fmt.Sprintf("nothing is kept for the kubelet of %s:%s for %s pods managed nodes keep %dm and %s MiB, %s of its CPU and %s of its memory",
				whose, others, number(p.Allocatable.Pods), cpu, number(memory),
				percent(share(int64(cpu), int64(t.VCPUs)*int64(units.Core))), percent(share(int64(memory)*int64(units.MiB), int64(t.Memory)))),
			Remedy: fmt.Sprintf("kube_reserved in the kubelet block: cpu = \"%dm\", memory = \"%dMi\"", cpu, memory),
		})
	}
	return found
}

// types is the number of instance types of the group's nodes.
func (g *group) types() int {
	names := map[string]bool{}
	for _, p := range g.plan.Pools {
		names[p.InstanceType] = true
	}
	return len(names)
}

// The pods on a node that Kubernetes is tested with (SIG Scalability, "Kubernetes
// scalability thresholds"; kubernetes.io, "Considerations for large clusters").
const (
	mostPods    = 110
	mostPerCore = 10
)

func crowded(v *view) []planner.Finding {
	if !v.selfManaged() {
		return nil
	}
	var found []planner.Finding
	for _, g := range v.groups {
		worst, f := 0, planner.Finding{}
		for i := range g.plan.Placement {
			pl := &g.plan.Placement[i]
			p := g.pool(pl.Pool)
			if p == nil {
				continue
			}
			t := v.instance(p.InstanceType)
			if t == nil || t.VCPUs == 0 {
				continue
			}
			n := podsOn(p, pl)
			most := min(mostPods, mostPerCore*t.VCPUs)
			if n <= most || n-most <= worst {
				continue
			}
			worst = n - most
			f = planner.Finding{
				Path:    g.Path() + ".kubelet.max_pods",
				Message: fmt.Sprintf("%s on a %s with %s: Kubernetes is tested with %d", count(n, "pod"), t.Name, count(t.VCPUs, "core"), most),
				Remedy:  fmt.Sprintf("max_pods = %d in the kubelet block", most),
			}
		}
		if worst > 0 {
			found = append(found, f)
		}
	}
	return found
}

// podsOn is the number of pods on a node of a pool, DaemonSets among them.
func podsOn(p *planner.Pool, pl *planner.Placement) int {
	n := len(p.DaemonSets)
	for _, c := range pl.Pods {
		n += c.Pods
	}
	return n
}
