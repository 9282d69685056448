package importer

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/scantling-dev/scantling/planner"
)

// group is a node group of the written spec.
type group struct {
	name string
	role planner.Role
	// single: its workloads are of one pod with a volume, which no zone but its own can
	// run.
	single bool
	// loose: its pods may all be in one zone.
	loose bool
	// zone is the one that its workloads ask for; empty where they may run in any.
	zone      string
	selector  map[string]string
	taints    []corev1.Taint
	pool      string
	workloads []*Workload
	nodes     []*Node
	// terraform is nil where the group is made of workloads alone.
	terraform *terraformGroup
}

// key is what keeps workloads in one group.
func (g *group) key() string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(g.selector)) {
		parts = append(parts, k+"="+g.selector[k])
	}
	for _, t := range g.taints {
		parts = append(parts, t.Key+"="+t.Value+":"+string(t.Effect))
	}
	flags := map[bool]string{true: "1"}
	return strings.Join([]string{string(g.role), flags[g.single], flags[g.loose], g.zone, g.pool, strings.Join(parts, ",")}, "/")
}

// groupOf returns a group with the workload alone.
func groupOf(w *Workload, zones []string) *group {
	g := &group{role: w.role(), pool: w.Pool, workloads: []*Workload{w}}
	if zone := w.Selector[corev1.LabelTopologyZone]; len(zones) > 1 && slices.Contains(zones, zone) {
		g.zone = zone
	}
	if g.role == planner.Stateful {
		switch {
		case w.count() == 1:
			g.role, g.single = planner.App, true
		case len(zones) > 1 && g.zone == "" && len(w.Spread) > 0 && !w.spreadsEvenly():
			g.loose = true
		}
	}
	for k, v := range w.Selector {
		if !slices.Contains([]string{corev1.LabelTopologyZone, corev1.LabelOSStable}, k) {
			if g.selector == nil {
				g.selector = map[string]string{}
			}
			g.selector[k] = v
		}
	}
	for _, t := range w.Tolerations {
		domain, _, _ := strings.Cut(t.Key, "/")
		own := t.Key != "" && domain != "kubernetes.io" && !strings.HasSuffix(domain, ".kubernetes.io")
		effect := cmp.Or(t.Effect, corev1.TaintEffectNoSchedule)
		if own && effect != corev1.TaintEffectPreferNoSchedule {
			g.taints = append(g.taints, corev1.Taint{Key: t.Key, Value: t.Value, Effect: effect})
		}
	}
	slices.SortFunc(g.taints, func(a, b corev1.Taint) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Effect, b.Effect)) })
	g.taints = slices.CompactFunc(g.taints, func(a, b corev1.Taint) bool { return a.Key == b.Key })
	return g
}

// spreadsEvenly reports whether no zone has more than its share of the pods.
func (w *Workload) spreadsEvenly() bool {
	return slices.ContainsFunc(w.Spread, func(t planner.TopologySpread) bool { return t.Key == planner.ZoneKey && t.Hard && t.MaxSkew == 1 })
}

// groups puts workloads together that run on nodes of one kind, and gives groups the
// nodes that are theirs.
func groups(found *Found, zones []string) []*group {
	byKey := map[string]*group{}
	var out []*group
	for _, w := range found.Planned() {
		g := groupOf(w, zones)
		if have := byKey[g.key()]; have != nil {
			have.workloads = append(have.workloads, w)
			continue
		}
		byKey[g.key()] = g
		out = append(out, g)
	}
	if !slices.ContainsFunc(out, (*group).hosts) {
		out = append(out, &group{role: planner.System})
	}
	for _, g := range out {
		for i := range found.Nodes {
			if g.has(&found.Nodes[i]) {
				g.nodes = append(g.nodes, &found.Nodes[i])
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *group) int { return cmp.Compare(a.key(), b.key()) })
	taken := map[string]bool{}
	for _, g := range out {
		g.name = unused(tidy(g.title()), taken)
	}
	slices.SortStableFunc(out, func(a, b *group) int { return cmp.Compare(a.name, b.name) })
	return out
}

// Planned returns the workloads but for those that a cluster brings with it, which plans
// count by themselves.
func (f *Found) Planned() []*Workload {
	var out []*Workload
	for i := range f.Workloads {
		if w := &f.Workloads[i]; f.own || !brought(w.Namespace, w.Name) {
			out = append(out, w)
		}
	}
	return out
}

// hosts reports whether the cluster's own pods can run there.
func (g *group) hosts() bool {
	return len(g.taints) == 0 && g.zone == "" && (g.role == planner.App || g.role == planner.System)
}

// has reports whether a node is of the group: of its pool, or with its labels.
func (g *group) has(n *Node) bool {
	if g.pool != "" {
		return n.Pool() == g.pool
	}
	for k, v := range g.selector {
		if n.Labels[k] != v {
			return false
		}
	}
	return len(g.selector) > 0
}

// Pool returns the group of the node, by its provider's label.
func (n *Node) Pool() string {
	for _, key := range poolLabels() {
		if name := n.Labels[key]; name != "" {
			return name
		}
	}
	return ""
}

// title is the name of the group: its pool's, or that of what tells its nodes apart.
func (g *group) title() string {
	own := map[string]string{}
	for k, v := range g.selector {
		if !slices.Contains(plannedLabels(), k) {
			own[k] = v
		}
	}
	name := string(g.role)
	switch {
	case g.pool != "":
		name = g.pool
	case len(own) > 0:
		first := slices.Sorted(maps.Keys(own))[0]
		if name = own[first]; name == "true" || name == "" {
			name = first[strings.LastIndexByte(first, '/')+1:]
		}
	case g.selector[corev1.LabelArchStable] != "":
		name += "-" + g.selector[corev1.LabelArchStable]
	case g.selector[corev1.LabelInstanceTypeStable] != "":
		name += "-" + g.selector[corev1.LabelInstanceTypeStable]
	case len(g.taints) > 0 && g.role != planner.GPU:
		if name = g.taints[0].Value; name == "" || name == "true" {
			name = g.taints[0].Key
		}
	}
	if g.zone != "" {
		name += "-" + g.zone
	}
	switch {
	case g.single:
		name += "-single"
	case g.loose:
		name += "-one-zone"
	}
	return name
}

// maxName leaves room for a number in the 63 bytes that a name may have.
const maxName = 58

// tidy returns a name as blocks may have it.
func tidy(s string) string {
	s = strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(s), "-"), "-")
	if len(s) > maxName {
		s = strings.Trim(s[:maxName], "-")
	}
	return cmp.Or(s, "group")
}

// unused returns a name that none had so far.
func unused(name string, taken map[string]bool) string {
	out := name
	for n := 2; taken[out]; n++ {
		out = name + "-" + strconv.Itoa(n)
	}
	taken[out] = true
	return out
}
