package spec

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// kubelet reads what a group declares of the kubelet's settings.
func (b *builder) kubelet(x *groupContext) planner.Kubelet {
	n := x.node.child("kubelet")
	var k planner.Kubelet
	switch {
	case b.ground == nil:
		return k
	case !b.terms.Kubelet:
		b.refuse(x.node, "kubelet", "%s sets the kubelet's reserves itself, by the size of the node, and they are counted. "+
			"Leave the block out; network { max_pods = … } bounds the pods of a node.", b.title())
		return k
	case n == nil:
		b.assume(x.path+".kubelet", "the image's own", "language")
		return k
	}
	k.MaxPods, _ = get[int](n, "max_pods")
	reserve := func(name string) *planner.Reserve {
		r := n.child(name)
		if r == nil {
			return nil
		}
		var out planner.Reserve
		out.CPU, _ = get[units.MilliCPU](r, "cpu")
		out.Memory, _ = get[units.Bytes](r, "memory")
		return &out
	}
	k.KubeReserved, k.SystemReserved = reserve("kube_reserved"), reserve("system_reserved")
	k.EvictionMemory, _ = get[units.Bytes](n.child("eviction_hard"), "memory")
	return k
}

// autoscaling reads the bounds of the node count.
func (b *builder) autoscaling(x *groupContext, split bool) (least, most int) {
	a := x.node.child("autoscaling")
	least, _ = get[int](a, "min_nodes")
	most, _ = get[int](a, "max_nodes")
	if least > 0 && most > 0 && least > most {
		b.add(BoundsCrossed, a.rng("min_nodes"), "min_nodes is %d, above max_nodes of %d. Lower it, or raise max_nodes.", least, most)
	}
	if !split {
		b.equalZones(x, a, "min_nodes", least)
		b.equalZones(x, a, "max_nodes", most)
	}
	return least, most
}

// splitByZone reads whether each zone has a group of machines of its own. A pod waits for
// the zone of its volume: a group over all zones may be given its next node in another.
func (b *builder) splitByZone(x *groupContext, g *planner.NodeGroup) bool {
	if b.ground == nil {
		return false
	}
	if b.terms.OwnMachines {
		b.refuseOne(x.node, "split_by_zone", "%s has no groups of machines that somebody starts: they stand where they stand, and counts by zone are exact. Leave split_by_zone out.")
		return false
	}
	if split, ok := get[bool](x.node, "split_by_zone"); ok || x.node.refused["split_by_zone"] {
		return split
	}
	zonal := slices.ContainsFunc(g.Workloads, func(w planner.Workload) bool {
		return slices.ContainsFunc(w.Volumes, func(v planner.Volume) bool { return v.Zonal })
	})
	if !x.def.splitVolumes || !zonal || len(x.zones) < 2 {
		return false
	}
	b.assume(x.path+".split_by_zone", "true", x.source+", a volume is zonal")
	return true
}

// equalZones holds a bound of the node count to multiples of the zones where the
// ground gives each zone the same number.
func (b *builder) equalZones(x *groupContext, n *node, name string, bound int) {
	zones := len(x.zones)
	if !b.terms.EqualZones || zones < 2 || !b.zonesGood() || bound%zones == 0 {
		return
	}
	below, above := bound/zones*zones, (bound/zones+1)*zones
	hint := fmt.Sprintf("Write %d or %d,", below, above)
	if below == 0 {
		hint = fmt.Sprintf("Write %d,", above)
	}
	hint += " or split_by_zone = true, with which each zone has a count of its own."
	b.add(UnequalZones, n.rng(name), "%s gives each of the group's %d zones the same number of nodes, and %s is the total of all zones: %d is no multiple of %d. %s",
		b.title(), zones, name, bound, zones, hint)
}

// The strategies of update_config that decide the figures' defaults.
const (
	surge   = "surge"
	minimal = "minimal"
	inPlace = "in_place"
)

// updateConfig reads how nodes are replaced.
func (b *builder) updateConfig(x *groupContext) planner.UpdateConfig {
	n, path := x.node.child("update_config"), x.path+".update_config"
	var u planner.UpdateConfig
	strategy, source := first(b.terms.UpdateStrategies), b.source()
	if x.def.gpus && slices.Contains(b.terms.UpdateStrategies, minimal) {
		strategy = minimal // machines with GPUs are scarce: no second one is waited for
	}
	if strategy == surge || strategy == minimal {
		source = x.source
	}
	u.Strategy = take(b, n, path, "strategy", strategy, strategy, source)
	if b.terms.MaxSurge {
		b.surging(x, n, path, &u)
	} else {
		b.refuseOne(n, "max_surge", "%s has no max_surge: max_unavailable bounds the nodes replaced at a time.")
		u.MaxUnavailable = take(b, n, path, "max_unavailable", x.def.update, portionText(x.def.update), x.source)
		if v, ok := get[units.CountOrRatio](n, "max_unavailable"); ok && v.IsZero() {
			b.add(OutOfRange, n.rng("max_unavailable"), "No node would ever be replaced. Write 1 or more.")
		}
	}
	if b.terms.Soak {
		u.Soak = take(b, n, path, "soak", u.Soak, "0s", b.source())
		if most := b.terms.LongestSoak; most > 0 && u.Soak > most {
			b.add(OutOfRange, n.rng("soak"), "%s waits %s at most between batches. Write \"%[2]s\" or less.", b.title(), durationText(most))
		}
	} else {
		b.refuseOne(n, "soak", "%s has no pause between batches. Leave soak out.")
	}
	return u
}

// refuseOne refuses an attribute that the ground does not have; the sentence
// begins with the ground.
func (b *builder) refuseOne(n *node, name, sentence string) {
	if b.ground != nil && n != nil {
		b.refuse(n, name, sentence, b.title())
	}
}

// surging reads max_surge and max_unavailable where both mean something: the
// role's figure is of what the strategy does first.
func (b *builder) surging(x *groupContext, n *node, path string, u *planner.UpdateConfig) {
	none := units.Count(0)
	more, fewer := x.def.update, none
	addsNone := u.Strategy == minimal || u.Strategy == inPlace
	if addsNone || x.def.gpus {
		more, fewer = none, x.def.update
	}
	u.MaxSurge = take(b, n, path, "max_surge", more, portionText(more), x.source)
	u.MaxUnavailable = take(b, n, path, "max_unavailable", fewer, portionText(fewer), x.source)
	given, ok := get[units.CountOrRatio](n, "max_surge")
	if n != nil {
		b.checkAtATime(n, u)
	}
	switch {
	case n == nil:
	case ok && addsNone && !given.IsZero():
		b.add(OutOfRange, n.rng("max_surge"), "The strategy %s adds no node. Leave max_surge out, or write strategy = \"surge\".", u.Strategy)
	case u.MaxSurge.IsZero() && u.MaxUnavailable.IsZero():
		at := "max_surge"
		if !n.has(at) {
			at = "max_unavailable"
		}
		b.add(OutOfRange, n.rng(at), "max_surge and max_unavailable are both 0, so that no node would ever be replaced. Raise one of them.")
	}
}

// checkAtATime holds counts of nodes to what the ground replaces at a time; of
// shares it takes so many at most.
func (b *builder) checkAtATime(n *node, u *planner.UpdateConfig) {
	most, both := b.terms.MostAtATime, u.MaxSurge.Count+u.MaxUnavailable.Count
	if most == 0 || both <= most {
		return
	}
	at := "max_surge"
	if !n.has(at) || u.MaxUnavailable.Count > most {
		at = "max_unavailable"
	}
	b.add(OutOfRange, n.rng(at), "%s replaces at most %d nodes of a group at a time, max_surge and max_unavailable together: %d are more. Lower them, or write shares such as \"25%%\".",
		b.title(), most, both)
}
