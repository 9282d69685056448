package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// maxPriority is the highest value that a PriorityClass of a user may have (kubernetes.io,
// "Pod Priority and Preemption").
const maxPriority = 1_000_000_000

// leastPriority is the least value of a PriorityClass, a 32-bit number (the same).
const leastPriority = -1 << 31

// together reads what draws the pods of a workload together and keeps them apart, and
// their priority.
func (b *builder) together(x *groupContext, n *node, path string, w *planner.Workload) {
	w.Priority, _ = get[int](n, "priority")
	mode, _ := get[string](n, "anti_affinity")
	key := planner.HostnameKey
	if given, ok := get[string](n, "anti_affinity_key"); ok {
		key = planner.TopologyKey(given)
	}
	switch mode {
	case string(planner.AffinityPreferred), string(planner.AffinityRequired):
		w.AntiAffinity = planner.AntiAffinity{Mode: planner.AffinityMode(mode), Key: key}
		take(b, n, path, "anti_affinity_key", string(planner.HostnameKey), "hostname", "language")
	default:
		if n.has("anti_affinity_key") && (!n.has("anti_affinity") || !n.attrs["anti_affinity"].bad) {
			b.add(AffinityUnfit, n.rng("anti_affinity_key"), "Without anti_affinity the key means nothing. Add anti_affinity = \"required\" or \"preferred\", or leave it out.")
		}
	}
	for _, a := range n.children("affinity") {
		at := path + ".affinity." + a.label
		p := planner.PodAffinity{Workload: a.label, Mode: planner.AffinityPreferred}
		p.Key = planner.TopologyKey(take(b, a, at, "topology_key", string(planner.HostnameKey), "hostname", "language"))
		if take(b, a, at, "required", false, "false", "language") {
			p.Mode = planner.AffinityRequired
		}
		w.Affinity = append(w.Affinity, p)
	}
	slices.SortFunc(w.Affinity, func(x, y planner.PodAffinity) int {
		return cmp.Or(cmp.Compare(x.Workload, y.Workload), cmp.Compare(x.Key, y.Key))
	})
	b.checkAffinity(x, n, w)
}

// checkAffinity holds affinities to workloads of the group, and to what some placement
// can meet.
func (b *builder) checkAffinity(x *groupContext, n *node, w *planner.Workload) {
	var names []string
	for _, o := range x.node.children("workload") {
		names = append(names, o.label)
	}
	required := ""
	for _, a := range n.children("affinity") {
		must, _ := get[bool](a, "required")
		key, _ := get[string](a, "topology_key")
		key = cmp.Or(key, string(planner.HostnameKey))
		switch {
		case a.misnamed:
		case !slices.Contains(names, a.label):
			b.add(AffinityUnfit, &a.labelRange, "The group has no workload named %q.%s", short(a.label), orElse(didYouMean(a.label, names), names))
		case !must:
		case required != "" && required != a.label:
			b.add(AffinityUnfit, &a.def, "Kubernetes looks for one pod that meets every required affinity, and no pod is of %s and of %s. Prefer one of the two.", required, a.label)
		case a.label == w.Name && w.AntiAffinity.Mode == planner.AffinityRequired && (string(w.AntiAffinity.Key) == key || key == string(planner.HostnameKey)):
			b.add(AffinityUnfit, &a.def, "The pods are to share a %s and to be kept apart, one to a %s. Leave out one of the two.", domainWord(key), domainWord(string(w.AntiAffinity.Key)))
		}
		if must {
			required = a.label
		}
	}
}

// domainWord names a domain to people.
func domainWord(key string) string {
	if key == string(planner.HostnameKey) {
		return "node"
	}
	return key
}

// checkCircles reports workloads of a group that wait for each other: of required
// affinities in a circle no pod can be the first.
func (b *builder) checkCircles(nodes []*node, g *planner.NodeGroup) {
	next := func(name string) string {
		i := slices.IndexFunc(g.Workloads, func(w planner.Workload) bool { return w.Name == name })
		if i < 0 {
			return ""
		}
		for _, a := range g.Workloads[i].Affinity {
			if a.Mode == planner.AffinityRequired && a.Workload != name {
				return a.Workload
			}
		}
		return ""
	}
	for _, n := range nodes {
		circle := []string{n.label}
		for at := next(n.label); at != "" && len(circle) <= len(nodes); at = next(at) {
			if at == n.label {
				if n.label == slices.Min(circle) { // each circle once
					b.add(AffinityUnfit, &n.def, "The required affinities of %s wait for each other, so that no pod can be the first. Prefer one of them.", strings.Join(circle, ", "))
				}
				break
			}
			circle = append(circle, at)
		}
	}
}
