package placement

import (
	"cmp"
	"slices"
)

// The weights of InterPodAffinity. Sources: kubernetes/kubernetes
// pkg/scheduler/apis/config/v1/default_plugins.go (of the plugin) and defaults.go
// (hardPodAffinityWeight).
const (
	affinityWeight     = 2
	hardAffinityWeight = 1
	preferredWeight    = 100 // of every preferred rule
)

// anyZone says that a pod is bound to no zone.
const anyZone = -1

// ruleTerms are what binds a workload's pods to others, or to zones.
type ruleTerms struct {
	apart AntiAffinity
	// near are the required affinities.
	near []term
	// own says that all of these are to the workload itself, never that they are to
	// different workloads: pods that meet all of them there are none.
	own, never bool
	// pulls are what pods of other workloads, or its own, score in their domains.
	pulls []term
	zonal bool
}

// term is a workload and the domain in which its pods are looked for.
type term struct {
	to     int
	key    Key
	weight int64
}

// loadRules works out the rules of the workloads, whose terms are there.
func (c *Checker) loadRules(g *Group) {
	c.zonal, c.prioritized, c.bound, c.rolling = false, false, anyZone, none
	c.later = c.later[:0]
	for w := range g.Workloads {
		c.prioritized = c.prioritized || g.Workloads[w].Priority != g.Workloads[0].Priority
		c.zonal = c.zonal || g.Workloads[w].ZonalVolumes
	}
	if !hasRules(g) {
		return
	}
	index := func(name string) int {
		return slices.IndexFunc(g.Workloads, func(w Workload) bool { return w.Name == name })
	}
	for w := range g.Workloads {
		load, r := &g.Workloads[w], &ruleTerms{}
		r.zonal = load.ZonalVolumes
		if load.AntiAffinity.Mode == Required {
			r.apart = load.AntiAffinity
		}
		r.own = true
		for _, a := range load.Affinity {
			if a.Mode == Required {
				to := index(a.To)
				r.near = append(r.near, term{to: to, key: a.Key})
				r.own = r.own && to == w
				r.never = r.never || to != r.near[0].to
			}
		}
		for o := range g.Workloads {
			c.addPulls(r, g, w, o)
		}
		if r.zonal || r.apart.Mode != 0 || len(r.near) > 0 || len(r.pulls) > 0 {
			c.terms[w].rules = r
		}
	}
	if c.zonal {
		c.drills.displacedIn = resize(c.drills.displacedIn, len(g.Workloads)*c.zones)
		clear(c.drills.displacedIn)
	}
}

// hasRules reports whether a workload of g has any.
func hasRules(g *Group) bool {
	return slices.ContainsFunc(g.Workloads, func(w Workload) bool {
		return w.ZonalVolumes || w.AntiAffinity.Mode != 0 || len(w.Affinity) > 0
	})
}

// addPulls adds what pods of o that run score for a pod of w: by the rules of w that
// are preferred, and by those of o, which count as well, required affinity with the
// weight hardPodAffinityWeight. Source: interpodaffinity/scoring.go.
func (c *Checker) addPulls(r *ruleTerms, g *Group, w, o int) {
	add := func(key Key, weight int64) {
		for i := range r.pulls {
			if r.pulls[i].to == o && r.pulls[i].key == key {
				r.pulls[i].weight += weight
				return
			}
		}
		r.pulls = append(r.pulls, term{to: o, key: key, weight: weight})
	}
	own, other := &g.Workloads[w], &g.Workloads[o]
	for _, a := range own.Affinity {
		if a.To == other.Name && a.Mode == Preferred {
			add(a.Key, preferredWeight)
		}
	}
	for _, a := range other.Affinity {
		switch {
		case a.To != own.Name:
		case a.Mode == Preferred:
			add(a.Key, preferredWeight)
		default:
			add(a.Key, hardAffinityWeight)
		}
	}
	if w == o && own.AntiAffinity.Mode == Preferred {
		// By the rule of the pod that is placed, and by those of the pods that run.
		add(own.AntiAffinity.Key, -2*preferredWeight)
	}
}

// hard reports whether a rule may forbid pods of w a node with room that its selector
// admits, or a placement of others may: no proof by room serves it.
func (c *Checker) hard(w int) bool {
	t := &c.terms[w]
	return t.hardZone > 0 || t.hardHost > 0 || t.rules != nil && (t.rules.apart.Mode != 0 || len(t.rules.near) > 0 || t.rules.zonal)
}

// Bound reports whether a rule may forbid pods of w a node that has room for them and
// that the selector admits: hard spread, required affinity or anti-affinity, or
// volumes in a zone.
func (w *Workload) Bound() bool { return w.bound() != "" }

// tied reports whether its pods depend on where pods ran before.
func (w *Workload) tied() bool {
	return w.ZonalVolumes || slices.ContainsFunc(w.Affinity, func(a Affinity) bool { return a.Mode == Required })
}

// bound names the first such rule.
func (w *Workload) bound() Shortage {
	switch {
	case slices.ContainsFunc(w.Spread, func(s Spread) bool { return s.Hard }):
		return ShortSpread
	case w.AntiAffinity.Mode == Required:
		return ShortAntiAffinity
	case slices.ContainsFunc(w.Affinity, func(a Affinity) bool { return a.Mode == Required }):
		return ShortAffinity
	case w.ZonalVolumes:
		return ShortVolumeZone
	}
	return ""
}

// byPriority orders workloads by priority, the highest first.
func (c *Checker) byPriority(a, b int) int {
	return cmp.Compare(c.group.Workloads[b].Priority, c.group.Workloads[a].Priority)
}

// sortByPriority puts pods of a higher priority first and leaves the order of equals.
func (c *Checker) sortByPriority(pods []int32) {
	if c.prioritized {
		slices.SortStableFunc(pods, func(a, b int32) int { return c.byPriority(int(a), int(b)) })
	}
}

// pending is a pod that waits to be placed, and the zone to which it is bound.
type pending struct{ workload, zone int32 }

// mayWait reports whether a pod of w that has no place may find one when pods of other
// workloads are placed.
func (c *Checker) mayWait(w int) bool {
	r := c.terms[w].rules
	return r != nil && !r.own
}

// tryLater is retry where all pods must find a place. It leaves none that wait.
func (c *Checker) tryLater(during During) *Failure {
	c.retry()
	defer func() { c.later, c.bound = c.later[:0], anyZone }()
	if len(c.later) == 0 {
		return nil
	}
	first, missing := c.later[0], 0
	for _, p := range c.later {
		if p.workload == first.workload {
			missing++
		}
	}
	c.bound = first.zone
	return c.fail(during, int(first.workload), missing)
}

// retry tries the pods that wait again and again, in their order, as long as any
// finds a place.
func (c *Checker) retry() {
	for placed := true; placed && len(c.later) > 0; {
		placed = false
		kept := c.later[:0]
		for _, p := range c.later {
			c.bound = p.zone
			if n := c.pick(int(p.workload), int(p.workload)); n >= 0 {
				c.put(int(p.workload), int(p.workload), n)
				placed = true
				continue
			}
			kept = append(kept, p)
		}
		c.later = kept
	}
	c.bound = anyZone
}

// toPlace returns how many displaced pods of w must find room. The others wait for
// the zone of their volumes, which is lost.
func (c *Checker) toPlace(w int) int {
	d := &c.drills
	pods := d.displaced[w]
	if c.group.Workloads[w].ZonalVolumes {
		for _, z := range d.lostZones {
			pods -= int(d.displacedIn[w*c.zones+z])
		}
	}
	return pods
}

// homeOf returns the zone to which the i-th of them is bound.
func (c *Checker) homeOf(w, i int) int32 {
	if !c.group.Workloads[w].ZonalVolumes {
		return anyZone
	}
	d := &c.drills
	for z := range c.zones {
		if slices.Contains(d.lostZones, z) {
			continue
		}
		if i -= int(d.displacedIn[w*c.zones+z]); i < 0 {
			return int32(z)
		}
	}
	panic("placement: no such displaced pod")
}
