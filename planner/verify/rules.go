package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// hardSkew returns the least max_skew of the hard constraints of w on key; 0 is
// none.
func hardSkew(w *planner.Workload, key planner.TopologyKey) int {
	least := 0
	for _, s := range w.TopologySpread {
		if s.Hard && s.Key == key && (least == 0 || s.MaxSkew < least) {
			least = s.MaxSkew
		}
	}
	return least
}

// apart reports whether no two pods of w may be in one domain of key.
func apart(w *planner.Workload, key planner.TopologyKey) bool {
	return w.AntiAffinity.Mode == planner.AffinityRequired && w.AntiAffinity.Key == key
}

// drawn returns the affinities of w that must hold. Preferred ones are wishes, and no
// matter here.
func drawn(w *planner.Workload) []planner.PodAffinity {
	var out []planner.PodAffinity
	for _, a := range w.Affinity {
		if a.Mode == planner.AffinityRequired {
			out = append(out, a)
		}
	}
	return out
}

// inZones counts the pods of the i-th load by zone, and says which zones are domains
// of its spread: those with nodes that its selector admits, as the scheduler counts
// them (nodeAffinityPolicy Honor, nodeTaintsPolicy Ignore: the defaults of
// kubernetes.io, "Pod Topology Spread Constraints").
func (g *group) inZones(i int) (pods []int, domain []bool) {
	pods = make([]int, len(g.decl.Zones))
	domain = make([]bool, len(g.decl.Zones))
	for c := range g.classes {
		n := &g.classes[c]
		pods[n.zone] += n.count * n.pods[i]
		domain[n.zone] = domain[n.zone] || g.loads[i].at(n.place)
	}
	return pods, domain
}

// spread checks the hard topology spread with everything up. The domains are those
// with nodes of the group that the workload's selector admits.
func (k *checker) spread(g *group) {
	for i, l := range g.loads {
		if skew := hardSkew(&l.spec, planner.ZoneKey); skew > 0 {
			pods, domain := g.inZones(i)
			var domains []int
			for z := range pods {
				if domain[z] {
					domains = append(domains, pods[z])
				}
			}
			k.skew(l, "zone", skew, domains)
		}
		if skew := hardSkew(&l.spec, planner.HostnameKey); skew > 0 {
			var domains []int
			for c := range g.classes {
				if l.at(g.classes[c].place) {
					domains = append(domains, g.classes[c].pods[i])
				}
			}
			k.skew(l, "hostname", skew, domains)
		}
	}
}

func (k *checker) skew(l *load, key string, most int, domains []int) {
	if len(domains) == 0 {
		return
	}
	lo, hi := slices.Min(domains), slices.Max(domains)
	k.need(hi-lo <= most, l.path, "placement.skew", "a %s has %d pods and another %d, the skew may be %d", key, hi, lo, most)
}

// affinity checks with everything up that pods which must be apart are, and that pods
// which must be with others are where some of these run; and that there is an order in
// which they can come.
func (k *checker) affinity(g *group) {
	for i, l := range g.loads {
		if apart(&l.spec, planner.HostnameKey) {
			for c := range g.classes {
				n := g.classes[c].pods[i]
				k.need(n <= 1, l.path, "placement.anti_affinity", "a node has %d pods, required anti-affinity allows one", n)
			}
		}
		if apart(&l.spec, planner.ZoneKey) {
			pods, _ := g.inZones(i)
			for z, n := range pods {
				k.need(n <= 1, l.path, "placement.anti_affinity", "%s has %d pods, required anti-affinity allows one", g.decl.Zones[z], n)
			}
		}
		rules := drawn(&l.spec)
		for _, a := range rules {
			k.drawn(g, i, a)
			// The scheduler asks for a pod that every required term matches
			// (interpodaffinity/filtering.go, podMatchesAllAffinityTerms).
			k.need(l.plan.Replicas == 0 || a.Workload == rules[0].Workload, l.path, "placement.affinity", "its pods must be with pods that are both of %s and of %s: there are none", rules[0].Workload, a.Workload)
		}
	}
	for _, l := range g.loads {
		k.need(!g.circular(l), l.path, "placement.affinity", "its pods must be with others that must be with its own: none of them can come first")
	}
}

// drawn checks that the pods of the i-th load are where those of another run.
func (k *checker) drawn(g *group, i int, a planner.PodAffinity) {
	l := g.loads[i]
	target, known := g.index[a.Workload]
	if !k.need(known, l.path, "placement.affinity", "no workload %s is in the group", a.Workload) {
		return
	}
	there, _ := g.inZones(target)
	if target == i {
		domains := 0
		for z := range there {
			if there[z] > 0 {
				domains++
			}
		}
		if a.Key == planner.HostnameKey {
			domains = 0
			for c := range g.classes {
				if g.classes[c].pods[i] > 0 {
					domains += g.classes[c].count
				}
			}
		}
		k.need(domains <= 1, l.path, "placement.affinity", "its pods must be with each other and are in %d domains of %s", domains, a.Key)
		return
	}
	for c := range g.classes {
		n := &g.classes[c]
		if n.pods[i] == 0 {
			continue
		}
		with := n.pods[target]
		if a.Key == planner.ZoneKey {
			with = there[n.zone]
		}
		k.need(with > 0, l.path, "placement.affinity", "%d pods on a node of %s in %s, where none of %s are in the %s", n.pods[i], g.pools[n.pool].name, g.decl.Zones[n.zone], a.Workload, a.Key)
	}
}

// circular reports whether required affinities lead from l back to it.
func (g *group) circular(l *load) bool {
	seen := map[string]bool{}
	var reaches func(from *load) bool
	reaches = func(from *load) bool {
		for _, a := range drawn(&from.spec) {
			next, known := g.index[a.Workload]
			if !known || seen[a.Workload] || g.loads[next] == from {
				continue // with its own kind: the first comes where it likes
			}
			if seen[a.Workload] = true; g.loads[next] == l || reaches(g.loads[next]) {
				return true
			}
		}
		return false
	}
	return reaches(l)
}

// volumes checks that the disks of each workload's volumes can be bought as they are.
func (k *checker) volumes(g *group) {
	for _, l := range g.loads {
		for i := range l.spec.Volumes {
			k.sold(volumeDisk(&l.spec.Volumes[i]), l.path+".volume."+l.spec.Volumes[i].Name, "workload.volume")
		}
	}
}

// volumeDisk is the disk that a volume is.
func volumeDisk(v *planner.Volume) planner.Disk {
	return planner.Disk{Type: v.Type, Size: v.Size, IOPS: v.IOPS, ThroughputMiBps: v.ThroughputMiBps}
}
