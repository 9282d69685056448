package verify

import (
	"reflect"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// maxNodes and maxReplicas bound what is checked further, so that absurd figures
// in a plan neither overflow nor take for ever. Kubernetes itself is tested with
// up to 5,000 nodes and 150,000 pods (kubernetes.io, "Considerations for large
// clusters").
const (
	maxNodes    = 100_000
	maxReplicas = 10_000_000
)

// match pairs every declared group and workload with its plan.
func (k *checker) match() {
	plans := map[string]*planner.GroupPlan{}
	for i := range k.plan.NodeGroups {
		p := &k.plan.NodeGroups[i]
		k.need(i == 0 || k.plan.NodeGroups[i-1].Name <= p.Name, p.Path(), "lists.sorted", "node groups are not sorted by name")
		if k.need(plans[p.Name] == nil, p.Path(), "group.twice", "the group is planned twice") {
			plans[p.Name] = p
		}
	}
	host := k.systemHost()
	system := slices.Clone(k.prov.SystemWorkloads(k.c, k.size()))
	if p := plans[host]; p != nil {
		k.settled(system, p)
	}
	k.need(host != "" || len(system) == 0, "cluster", "system.host", "no system group and no untainted app group: system pods have no node to run on")
	for i := range k.c.NodeGroups {
		decl := &k.c.NodeGroups[i]
		p := plans[decl.Name]
		delete(plans, decl.Name)
		if !k.need(p != nil, decl.Path(), "group.missing", "the group is not planned") {
			continue
		}
		g := &group{decl: decl, plan: p, path: decl.Path(), index: map[string]int{}}
		k.need(p.Role == decl.Role, g.path, "group.role", "the role is %s, not %s", p.Role, decl.Role)
		var brought []planner.Workload
		if decl.Name == host {
			brought = system
		}
		k.matchWorkloads(g, brought)
		k.groups = append(k.groups, g)
	}
	for _, name := range sortedKeys(plans) {
		k.need(false, plans[name].Path(), "group.unknown", "the spec declares no such group")
	}
}

// settled takes the provider's own pods as a plan has them where that is more than its
// size asks for, though no more than a cluster would of four times the vCPUs and, for
// each pod, a node in every zone. More of them may take fewer nodes, which ask for fewer of them: a plan then has
// room for the larger number.
func (k *checker) settled(system []planner.Workload, p *planner.GroupPlan) {
	large := k.size()
	large.VCPUs *= 4
	pods := 0
	for i := range k.plan.NodeGroups {
		for _, w := range k.plan.NodeGroups[i].Workloads {
			pods += min(max(w.Replicas, 0), maxReplicas)
		}
	}
	large.Nodes = max(large.Nodes, pods) * len(k.c.Zones)
	most := k.prov.SystemWorkloads(k.c, large)
	for i := range system {
		w := &system[i]
		at := slices.IndexFunc(most, func(m planner.Workload) bool { return m.Name == w.Name })
		has := slices.IndexFunc(p.Workloads, func(o planner.WorkloadPlan) bool { return o.Name == w.Name })
		if at < 0 || has < 0 || w.Demand.Way != planner.GivenReplicas {
			continue
		}
		if n := p.Workloads[has].Replicas; n > w.Demand.Replicas && n <= most[at].Demand.Replicas {
			w.Demand.Replicas = n
		}
	}
}

// systemHost returns the name of the group that carries the provider's system
// workloads: the first by name of role system, else the first untainted one of
// role app; empty where there is neither.
func (k *checker) systemHost() string {
	best := ""
	for _, role := range []planner.Role{planner.System, planner.App} {
		for i := range k.c.NodeGroups {
			g := &k.c.NodeGroups[i]
			if g.Role != role || (role == planner.App && !untainted(g)) {
				continue
			}
			if best == "" || g.Name < best {
				best = g.Name
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// untainted reports whether pods without tolerations may run in g.
// PreferNoSchedule keeps nobody out (kubernetes.io, "Taints and Tolerations").
func untainted(g *planner.NodeGroup) bool {
	for _, t := range g.Taints {
		if t.Effect == planner.NoSchedule || t.Effect == planner.NoExecute {
			return false
		}
	}
	return true
}

// matchWorkloads pairs the workloads of g, among them those that the provider
// brought.
func (k *checker) matchWorkloads(g *group, brought []planner.Workload) {
	plans := map[string]*planner.WorkloadPlan{}
	for i := range g.plan.Workloads {
		w := &g.plan.Workloads[i]
		path := g.path + ".workload." + w.Name
		k.need(i == 0 || g.plan.Workloads[i-1].Name <= w.Name, path, "lists.sorted", "workloads are not sorted by name")
		if k.need(plans[w.Name] == nil, path, "workload.twice", "the workload is planned twice") {
			plans[w.Name] = w
		}
	}
	for _, set := range [][]planner.Workload{g.decl.Workloads, brought} {
		for _, spec := range set {
			path := g.path + ".workload." + spec.Name
			w := plans[spec.Name]
			delete(plans, spec.Name)
			if !k.need(w != nil, path, "workload.missing", "the workload is not planned") {
				continue
			}
			k.need(reflect.DeepEqual(w.Pod, spec.Pod), path, "workload.pod", "a pod is %+v, not %+v", w.Pod, spec.Pod)
			k.need(w.System == spec.System, path, "workload.system", "system is %t, not %t", w.System, spec.System)
			if !k.need(w.Replicas >= 0 && w.Replicas <= maxReplicas, path, "replicas.range", "%d replicas", w.Replicas) {
				continue
			}
			g.index[spec.Name] = len(g.loads)
			g.loads = append(g.loads, &load{spec: k.inItsWorld(path, spec), plan: w, path: path})
		}
	}
	for _, name := range sortedKeys(plans) {
		k.need(false, g.path+".workload."+name, "workload.unknown", "nobody declares this workload in the group")
	}
}

// size is that of the planned cluster.
func (k *checker) size() planner.Size {
	var size planner.Size
	for i := range k.plan.NodeGroups {
		for _, p := range k.plan.NodeGroups[i].Pools {
			size.Nodes += p.Nodes
			if t := k.types[p.InstanceType]; t != nil {
				size.VCPUs += p.Nodes * t.VCPUs
			}
		}
	}
	return size
}
