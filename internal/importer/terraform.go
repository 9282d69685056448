package importer

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
)

// groupLabel is the node label that names a planned group.
const groupLabel = "scantling.dev/group"

// terraformGroup is a node group as Terraform has it: the pools of one group, which are
// several where it is bought in several ways.
type terraformGroup struct {
	pools []*tfread.Pool
	// part: other types have our label of the same group.
	part bool
}

// terraformGroups returns groups of the pools of a cluster, with the workloads that ask
// for their nodes. Workloads that no group takes are put in groups of their own, as they
// are without Terraform.
func terraformGroups(t *tfread.Cluster, found *Found, zones []string) []*group {
	out := groupPools(t)
	taken := map[string]bool{}
	for _, g := range out {
		g.name = unused(g.name, taken)
		g.ownLabels()
		for i := range found.Nodes {
			if n := &found.Nodes[i]; n.Labels[groupLabel] == g.name || slices.ContainsFunc(g.terraform.pools, func(p *tfread.Pool) bool { return n.Pool() == p.Name }) {
				g.nodes = append(g.nodes, n)
			}
		}
	}
	rest := *found
	rest.Workloads = nil
	for _, w := range found.Planned() {
		if g := takes(out, w); g != nil {
			g.workloads = append(g.workloads, w)
		} else {
			rest.Workloads = append(rest.Workloads, *w)
		}
	}
	for _, g := range out {
		g.guess()
	}
	if len(rest.Workloads) > 0 || !slices.ContainsFunc(out, (*group).hosts) {
		for _, g := range groups(&rest, zones) {
			// The group for what a cluster brings with it is not needed twice.
			if len(g.workloads) == 0 && slices.ContainsFunc(out, (*group).hosts) {
				continue
			}
			g.nodes, g.name = nil, unused(g.name, taken)
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b *group) int { return cmp.Compare(a.name, b.name) })
	return out
}

// groupPools puts pools of the same types together that have our label of one group. A
// group of several types becomes a group for each: the counts by type, which a spec leaves
// to the plan, would be lost.
func groupPools(t *tfread.Cluster) []*group {
	var out []*group
	byKey, byName := map[string]*group{}, map[string][]*group{}
	for i := range t.Pools {
		p := &t.Pools[i]
		name := cmp.Or(p.Labels[groupLabel], p.Name)
		key := name + "/" + strings.Join(p.Types, ",")
		g := byKey[key]
		if g == nil {
			g = &group{name: tidy(name), terraform: &terraformGroup{}}
			byKey[key] = g
			byName[name] = append(byName[name], g)
			out = append(out, g)
		}
		g.terraform.pools = append(g.terraform.pools, p)
	}
	for _, same := range byName {
		for _, g := range same {
			if len(same) > 1 {
				g.name, g.terraform.part = tidy(g.terraform.pools[0].Name), true
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *group) int { return cmp.Compare(a.name, b.name) })
	return out
}

// ownLabels reads the labels and taints of a group's nodes: those that all of its pools
// have.
func (g *group) ownLabels() {
	for i, p := range g.terraform.pools {
		if i == 0 {
			g.selector = map[string]string{}
			maps.Copy(g.selector, p.Labels)
			for _, t := range p.Taints {
				g.taints = append(g.taints, corev1.Taint{Key: t.Key, Value: t.Value, Effect: corev1.TaintEffect(t.Effect)})
			}
			continue
		}
		for k, v := range g.selector {
			if p.Labels[k] != v {
				delete(g.selector, k)
			}
		}
	}
	delete(g.selector, groupLabel)
}

// takes returns the group that a workload's pods run in: of those whose taints they
// tolerate and whose labels they ask for, the one that they name, else one whose taint is
// theirs, else the first without taints.
func takes(all []*group, w *Workload) *group {
	var best *group
	score := 0
	for _, g := range all {
		if of := g.fit(w); of > score {
			best, score = g, of
		}
	}
	return best
}

// fit says how well a group suits a workload: 0 is not at all.
func (g *group) fit(w *Workload) int {
	score := 1
	for k, v := range w.Selector {
		switch {
		case k == groupLabel:
			if v != cmp.Or(g.terraform.pools[0].Labels[groupLabel], g.name) {
				return 0
			}
			score += 4
		case slices.Contains(plannedLabels(), k):
		case g.selector[k] != v:
			return 0
		default:
			score += 2
		}
	}
	if w.Pool != "" {
		if !slices.ContainsFunc(g.terraform.pools, func(p *tfread.Pool) bool { return p.Name == w.Pool || strings.HasPrefix(w.Pool, p.Name+"-") }) {
			return 0
		}
		score += 4
	}
	for _, t := range g.taints {
		if t.Effect == corev1.TaintEffectPreferNoSchedule {
			continue
		}
		if !slices.ContainsFunc(w.Tolerations, func(o corev1.Toleration) bool { return tolerates(&o, &t) }) {
			return 0
		}
		score++
	}
	return score
}

// tolerates reports whether a toleration is for the taint.
func tolerates(o *corev1.Toleration, t *corev1.Taint) bool {
	if o.Effect != "" && o.Effect != t.Effect {
		return false
	}
	if o.Operator == corev1.TolerationOpExists {
		return o.Key == "" || o.Key == t.Key
	}
	return o.Key == t.Key && o.Value == t.Value
}

// guess finds out what a group of Terraform is for: by the name, labels and taints that
// people give, by how its machines are bought, by what runs there.
func (g *group) guess() {
	words := []string{g.name}
	for _, k := range []string{"role", "node-role", "workload", "purpose", "tier", "node.kubernetes.io/role"} {
		if v := g.selector[k]; v != "" {
			words = append(words, tidy(v))
		}
	}
	gpu := false
	for _, t := range g.taints {
		words = append(words, tidy(t.Value))
		gpu = gpu || strings.HasSuffix(t.Key, "/gpu")
	}
	is := func(list ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return named(word, list) })
	}
	spot := slices.ContainsFunc(g.terraform.pools, func(p *tfread.Pool) bool { return p.Capacity == string(planner.Spot) })
	switch {
	case gpu:
		g.role = planner.GPU
	case is(systemNames...) || is("system", "infra", "core"):
		g.role = planner.System
	case len(g.taints) == 0:
		g.role = planner.App // the other roles keep pods off that are not theirs
	case slices.ContainsFunc(g.workloads, func(w *Workload) bool { return w.role() == planner.Stateful }), is(statefulWords()...):
		g.role = planner.Stateful
	case is(ingressNames...) || is("edge", "gateway", "lb"):
		g.role = planner.Ingress
	case is(monitoringNames...) || is("observability", "metrics", "logging"):
		g.role = planner.Monitoring
	case is("batch", "jobs", "job", "workers", "ci", "cron", "etl"), spot:
		g.role = planner.Batch
	default:
		g.role = planner.App
	}
}

// statefulWords are names of groups that hold data.
func statefulWords() []string {
	return []string{"stateful", "data", "db", "database", "databases", "postgres", "mysql", "kafka", "cassandra", "elasticsearch", "redis", "storage"}
}

// split reports whether each zone has a group of its own: two are of the same types and
// bought in the same way, and none is known to be in several zones.
func (t *terraformGroup) split() bool {
	ways, twice := map[string]bool{}, false
	for _, p := range t.pools {
		if len(p.Zones) > 1 {
			return false
		}
		twice = twice || ways[p.Capacity]
		ways[p.Capacity] = true
	}
	return twice
}

// updatesAlike reports whether the nodes of all pools are replaced in the same way.
func (t *terraformGroup) updatesAlike() bool {
	return t.split() && !slices.ContainsFunc(t.pools, func(p *tfread.Pool) bool {
		return p.Update == nil || *p.Update != *t.pools[0].Update
	})
}

// unevenZones are the nodes by zone of a group that is split by zone, where they are not
// those that are planned for pods that may run in any of them: counts that differ by one at
// most, the first zones ahead. Nil where they are, or are not known.
func (t *terraformGroup) unevenZones() map[string]int {
	if !t.split() {
		return nil
	}
	zones, sum := map[string]int{}, 0
	for _, p := range t.pools {
		if len(p.Zones) != 1 {
			return nil
		}
		zones[p.Zones[0]] += nodesOf(p)
		sum += nodesOf(p)
	}
	for i, zone := range slices.Sorted(maps.Keys(zones)) {
		if zones[zone] != (sum+len(zones)-1-i)/len(zones) {
			maps.DeleteFunc(zones, func(_ string, n int) bool { return n == 0 })
			return zones
		}
	}
	return nil
}

// types are those of a group's pools, in order, each once.
func (t *terraformGroup) types() []string {
	var out []string
	for _, p := range t.pools {
		for _, name := range p.Types {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// nodes is how many nodes a pool has: those that are asked for, else the fewest.
func nodesOf(p *tfread.Pool) int {
	switch {
	case p.Desired != nil:
		return *p.Desired
	case p.Min != nil:
		return *p.Min
	}
	return 0
}

// TerraformFacts returns what Terraform says of the cluster; empty where it does not. The
// provider of groups that people look after themselves is told by the names of the zones,
// and by whether machines are bought at all.
func TerraformFacts(t *tfread.Cluster) Facts {
	f := Facts{Region: t.Region, Zones: t.Zones, Version: t.Version}
	switch t.Kind {
	case tfread.EKS:
		f.Provider = "aws"
	case tfread.GKE:
		f.Provider = "gcp"
	case tfread.Plain:
		switch {
		case t.Pools[0].Capacity == "" && t.Pools[0].Disk == nil:
			f.Provider, f.Region = "on_premises", ""
		case len(t.Zones) == 0:
		case strings.HasPrefix(t.Zones[0], t.Region+"-"):
			f.Provider = "gcp"
		default:
			f.Provider = "aws"
		}
	}
	return f
}
