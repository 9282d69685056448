package importer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/scantling-dev/scantling/planner"
)

// poolLabels name the group of a node: pods that ask for one are kept to a group anyhow.
func poolLabels() []string {
	return []string{
		"eks.amazonaws.com/nodegroup", "alpha.eksctl.io/nodegroup-name", "cloud.google.com/gke-nodepool", "karpenter.sh/nodepool",
		"kops.k8s.io/instancegroup", "scantling.dev/group",
	}
}

// plannedLabels are those of Kubernetes' own domains that plans know of nodes.
func plannedLabels() []string {
	return []string{corev1.LabelArchStable, corev1.LabelOSStable, corev1.LabelInstanceTypeStable, corev1.LabelTopologyZone}
}

// selects reports whether plans know which nodes have a label: those of a domain of
// one's own, which a group declares, and the well-known ones.
func selects(key string) bool {
	domain, _, found := strings.Cut(key, "/")
	if !found || slices.Contains(plannedLabels(), key) {
		return true
	}
	for _, kept := range []string{"kubernetes.io", "k8s.io", "eks.amazonaws.com", "cloud.google.com", "karpenter.sh", "karpenter.k8s.aws"} {
		if domain == kept || strings.HasSuffix(domain, "."+kept) {
			return false
		}
	}
	return true
}

// selector reads the labels that a node must have, from nodeSelector and from the
// required node affinity that says the same.
func (r *reading) selector(p *Pods, spec *corev1.PodSpec, path []string) {
	asked := maps.Clone(spec.NodeSelector)
	p.SelectorAt = r.place(join(path, "nodeSelector")...)
	if a := spec.Affinity; a != nil && a.NodeAffinity != nil {
		at := r.place(join(path, "affinity", "nodeAffinity")...)
		if must := a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution; must != nil {
			more, ok := equals(must)
			if !ok {
				r.note(at.Line, "a required node affinity other than one value of a label is not planned")
			}
			if len(more) > 0 && len(asked) == 0 {
				asked, p.SelectorAt = map[string]string{}, at
			}
			maps.Copy(asked, more)
		}
		if len(a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution) > 0 {
			r.note(at.Line, "preferred node affinities are not planned")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		switch {
		case slices.Contains(poolLabels(), key):
			p.Pool = asked[key]
		case !selects(key):
			r.note(p.SelectorAt.Line, "the selector %s = %s is not planned", key, asked[key])
		default:
			if p.Selector == nil {
				p.Selector = map[string]string{}
			}
			p.Selector[key] = asked[key]
		}
	}
}

// equals returns the labels that a node affinity asks for with one value, and whether
// it asks for nothing else.
func equals(s *corev1.NodeSelector) (map[string]string, bool) {
	out := map[string]string{}
	if len(s.NodeSelectorTerms) != 1 {
		return nil, false
	}
	term, whole := s.NodeSelectorTerms[0], true
	for _, e := range term.MatchExpressions {
		if e.Operator == corev1.NodeSelectorOpIn && len(e.Values) == 1 {
			out[e.Key] = e.Values[0]
		} else {
			whole = false
		}
	}
	return out, whole && len(term.MatchFields) == 0
}

// keys are the domains that plans know, as Kubernetes names them.
func keys() map[string]planner.TopologyKey {
	return map[string]planner.TopologyKey{corev1.LabelTopologyZone: planner.ZoneKey, corev1.LabelHostname: planner.HostnameKey}
}

// own reports whether a selector is of the pods themselves.
func own(s *metav1.LabelSelector, podLabels map[string]string) bool {
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && selector.Matches(labels.Set(podLabels))
}

// spread reads the topology spread, of a domain the strictest.
func (r *reading) spread(p *Pods, spec *corev1.PodSpec, path []string) {
	p.SpreadAt = r.place(join(path, "topologySpreadConstraints")...)
	for i := range spec.TopologySpreadConstraints {
		c := &spec.TopologySpreadConstraints[i]
		key, known := keys()[c.TopologyKey]
		switch {
		case !known:
			r.note(p.SpreadAt.Line, "spread over %s is not planned", c.TopologyKey)
			continue
		case !own(c.LabelSelector, p.Labels):
			r.note(p.SpreadAt.Line, "spread over %s that does not count its own pods is not planned", c.TopologyKey)
			continue
		case c.MinDomains != nil:
			r.note(p.SpreadAt.Line, "minDomains is not planned")
		}
		t := planner.TopologySpread{Key: key, MaxSkew: int(c.MaxSkew), Hard: c.WhenUnsatisfiable != corev1.ScheduleAnyway}
		at := slices.IndexFunc(p.Spread, func(o planner.TopologySpread) bool { return o.Key == key })
		switch {
		case at < 0:
			p.Spread = append(p.Spread, t)
		case t.Hard && !p.Spread[at].Hard || t.Hard == p.Spread[at].Hard && t.MaxSkew < p.Spread[at].MaxSkew:
			p.Spread[at] = t
		}
	}
	slices.SortFunc(p.Spread, func(a, b planner.TopologySpread) int { return cmp.Compare(a.Key, b.Key) })
}

// affinity reads what keeps the pods apart from their like.
func (r *reading) affinity(p *Pods, spec *corev1.PodSpec, path []string) {
	a := spec.Affinity
	if a == nil {
		return
	}
	if pa := a.PodAffinity; pa != nil && len(pa.RequiredDuringSchedulingIgnoredDuringExecution)+len(pa.PreferredDuringSchedulingIgnoredDuringExecution) > 0 {
		r.note(r.at(join(path, "affinity", "podAffinity")...), "pod affinity is not read: write affinity \"NAME\" { … } in the workload")
	}
	if a.PodAntiAffinity == nil {
		return
	}
	p.ApartAt = r.place(join(path, "affinity", "podAntiAffinity")...)
	consider := func(t *corev1.PodAffinityTerm, mode planner.AffinityMode) {
		key, known := keys()[t.TopologyKey]
		elsewhere := len(t.Namespaces) > 0 && !slices.Contains(t.Namespaces, r.head.Namespace)
		switch found := (planner.AntiAffinity{Mode: mode, Key: key}); {
		case !known:
			r.note(p.ApartAt.Line, "anti-affinity over %s is not planned", t.TopologyKey)
		case elsewhere || !own(t.LabelSelector, p.Labels):
			r.note(p.ApartAt.Line, "anti-affinity to pods of others is not planned")
		case p.Apart.Mode == "":
			p.Apart = found
		case p.Apart != found:
			r.note(p.ApartAt.Line, "of several anti-affinities the first is planned, the required ones before the preferred")
		}
	}
	for i := range a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		consider(&a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution[i], planner.AffinityRequired)
	}
	for i := range a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution {
		consider(&a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[i].PodAffinityTerm, planner.AffinityPreferred)
	}
}
