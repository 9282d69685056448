package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/placement"
)

// systemCritical is the priority of the provider's own pods: the value of
// system-cluster-critical (kubernetes.io, "Guaranteed Scheduling For Critical Add-On
// Pods").
const systemCritical = 2_000_000_000

// keyOf translates the domain of a rule.
func keyOf(key planner.TopologyKey) placement.Key {
	if key == planner.HostnameKey {
		return placement.Host
	}
	return placement.Zone
}

// modeOf translates how much a rule between pods weighs.
func modeOf(mode planner.AffinityMode) placement.Mode {
	switch mode {
	case planner.AffinityPreferred:
		return placement.Preferred
	case planner.AffinityRequired:
		return placement.Required
	}
	return 0
}

// bind fills in the rules that bind the pods of w to each other and to zones.
func (w *work) bind(p *placement.Workload) {
	p.AntiAffinity = placement.AntiAffinity{Mode: modeOf(w.spec.AntiAffinity.Mode), Key: keyOf(w.spec.AntiAffinity.Key)}
	for _, a := range w.spec.Affinity {
		p.Affinity = append(p.Affinity, placement.Affinity{To: a.Workload, Key: keyOf(a.Key), Mode: modeOf(a.Mode)})
	}
	p.ZonalVolumes, p.Priority = w.zonal(), w.priority
}

// zonal reports whether pods of w stay in the zone in which their volumes are.
func (w *work) zonal() bool {
	return slices.ContainsFunc(w.spec.Volumes, func(v planner.Volume) bool { return v.Zonal })
}

// apart reports whether no two pods of w may share a domain.
func (w *work) apart(key planner.TopologyKey) bool {
	return w.spec.AntiAffinity.Mode == planner.AffinityRequired && w.spec.AntiAffinity.Key == key
}

// priorityOf returns the priority with which pods of w are scheduled in group g. The
// provider's own come first; where no pod has a priority that is left out, since all
// orders hold.
func priorityOf(g *planner.NodeGroup, w *planner.Workload) int {
	declared := slices.ContainsFunc(g.Workloads, func(o planner.Workload) bool { return o.Priority != 0 })
	if declared && w.System {
		return systemCritical
	}
	return w.Priority
}

// leastApart is a bound on the count of nodes for pods of which a node takes one of
// their workload: as many nodes as pods, those of a rollout too, and as many survivors
// as pods that are rescheduled or must stay ready.
func (p *problem) leastApart() int {
	l := packing.Losses{Nodes: p.losses.Nodes, Zones: p.losses.Zones, AtOnce: p.losses.AtOnce}
	most := 0
	for i := range p.works {
		w := &p.works[i]
		if !w.apart(planner.HostnameKey) || w.base.Sum() == 0 {
			continue
		}
		// A pod that fills a node stands for one that has it to itself.
		whole := func(n int) []packing.Item { return []packing.Item{{Request: packing.Resources{Pods: 1}, Count: n}} }
		n := w.base.Sum()
		least, _ := packing.LeastNodes(whole(n+w.rollout().Surge(n)), whole(w.kept()), packing.Resources{Pods: 1}, l, len(p.group.Zones))
		most = max(most, least)
	}
	return most
}

// kept is how many pods of w must run after any loss. Those whose volumes are in a lost
// zone wait for it.
func (w *work) kept() int {
	if w.reschedules() && !w.zonal() {
		return w.base.Sum()
	}
	return w.need
}

// crowded says that pods of w have too few zones to be kept apart by zone, with all that
// asks for zones at once, so that one change frees it; nil where that is not so.
func (p *problem) crowded(w *work) error {
	if !w.apart(planner.ZoneKey) {
		return nil
	}
	zones, n := w.zonesOf(len(p.group.Zones)), w.base.Sum()
	surge, lost := w.rollout().Surge(n), 0
	if w.reschedules() && !w.zonal() {
		lost = p.losses.Zones
	}
	short := n + max(surge, lost) - zones
	if short <= 0 {
		return nil
	}
	needs := []string{fmt.Sprintf("%d replicas", n)}
	if surge > 0 {
		needs = append(needs, fmt.Sprintf("%d pods during a rollout", n+surge))
	}
	constraint := fmt.Sprintf("anti-affinity is required by zone, so that each of %s has a zone of its own, and there are %d", strings.Join(needs, " and "), zones)
	if lost > 0 {
		constraint += fmt.Sprintf(", %d after the loss of any %d zone%s", max(0, zones-lost), lost, plural(lost))
	}
	return &planner.Infeasible{
		Path:       w.path + ".anti_affinity",
		Constraint: constraint,
		Margin:     fmt.Sprintf("%d zone%s too few", short, plural(short)),
		Remedy:     w.uncrowd(n, zones, lost),
	}
}

// uncrowd says what frees n pods that are kept apart over so few zones, of which some
// may be lost.
func (w *work) uncrowd(n, zones, lost int) string {
	const others = "write anti_affinity_key = \"hostname\" or anti_affinity = \"preferred\""
	fit := zones - lost
	switch {
	case fit < 1, n > fit && w.computed:
		return others
	case n <= fit:
		return "write rolling_update { max_surge = 0, max_unavailable = 1 }; or " + others
	case w.rollout().Surge(fit) > zones-fit:
		return fmt.Sprintf("%s; or lower the replicas to %d, with rolling_update { max_surge = 0, max_unavailable = 1 }", others, fit)
	}
	return fmt.Sprintf("%s; or lower the replicas to %d", others, fit)
}
