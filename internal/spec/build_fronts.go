package spec

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/planner"
)

// fronting is a workload with a list of those whose throughput it carries.
type fronting struct {
	node *node
	path string
	work *planner.Workload
}

// fronts finds the workloads that fronts lists name, over the whole cluster.
func (b *builder) fronts() {
	all := map[string]*planner.Workload{}
	named := map[string][]string{} // addresses by name
	for i := range b.cluster.NodeGroups {
		g := &b.cluster.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			path := g.Path() + ".workload." + w.Name
			all[path] = w
			named[w.Name] = append(named[w.Name], path)
		}
	}
	var list []fronting
	for _, g := range b.root.children("node_group") {
		for _, n := range g.children("workload") {
			path := "node_group." + g.label + ".workload." + n.label
			if n.has("fronts") && all[path] != nil {
				list = append(list, fronting{n, path, all[path]})
			}
		}
	}
	for _, f := range list {
		b.frontsOf(f, all, named)
	}
	b.checkFrontCircles(list)
}

// frontsOf reads one list.
func (b *builder) frontsOf(f fronting, all map[string]*planner.Workload, named map[string][]string) {
	names, ok := get[texts](f.node, "fronts")
	if way := f.work.Demand.Way; !ok || way == "" || way == planner.GivenReplicas {
		return // what is wrong was reported
	}
	if len(names.items) == 0 && !names.partial {
		b.add(FrontsUnfit, f.node.rng("fronts"), "The list is empty: the workload would carry nothing. Name the workloads behind it, or give throughput.")
	}
	if f.node.has("growth_per_month") {
		b.add(FrontsUnfit, &f.node.attrs["growth_per_month"].name, "What fronts sums grows as its parts do. Leave growth_per_month out here, and give it to them.")
	}
	f.work.GrowthPerMonth = 0
	for i, name := range names.items {
		if path := b.fronted(name, names.rngs[i], f, all, named); path == "" {
			continue
		} else if slices.Contains(f.work.Demand.Fronts, path) {
			b.add(DuplicateElement, &names.rngs[i], "%s stands in the list already. Leave one of them out.", path)
		} else {
			f.work.Demand.Fronts = append(f.work.Demand.Fronts, path)
		}
	}
	slices.Sort(f.work.Demand.Fronts)
}

// fronted returns the address of what a name of a list means; empty where it cannot
// be fronted, which is reported.
func (b *builder) fronted(name string, rng hcl.Range, f fronting, all map[string]*planner.Workload, named map[string][]string) string {
	path := name
	if all[path] == nil {
		switch found := named[name]; len(found) {
		case 0:
			known := append(sortedKeys(named), sortedKeys(all)...)
			known = slices.DeleteFunc(known, func(s string) bool { return s == f.work.Name || s == f.path })
			few := slices.DeleteFunc(sortedKeys(named), func(s string) bool { return s == f.work.Name })
			b.add(FrontsUnfit, &rng, "There is no workload named %q.%s", short(name), orElse(didYouMean(name, known), few))
			return ""
		case 1:
			path = found[0]
		default:
			b.add(FrontsUnfit, &rng, "%q is the name of several workloads. Write the address of the one that is meant: %s.", name, quoteAll(found))
			return ""
		}
	}
	switch w := all[path]; {
	case path == f.path:
		b.add(FrontsUnfit, &rng, "The workload cannot stand in front of itself.")
		return ""
	case w.Demand.Way == planner.GivenReplicas:
		b.add(FrontsUnfit, &rng, "%s gives replicas, so that what it carries is not known. State its throughput, or leave it out.", w.Name)
		return ""
	case w.Demand.Way == planner.FromJob:
		b.add(FrontsUnfit, &rng, "%s is a job: no requests come to it. Leave it out.", w.Name)
		return ""
	}
	return path
}

// checkFrontCircles reports workloads that carry each other's throughput: the sum
// would have no end.
func (b *builder) checkFrontCircles(list []fronting) {
	at := map[string]fronting{}
	for _, f := range list {
		at[f.path] = f
	}
	var way []string
	done := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		if i := slices.Index(way, path); i >= 0 {
			circle := slices.Clone(way[i:])
			b.add(FrontsUnfit, at[way[i]].node.rng("fronts"), "%s front each other in a circle: the sum would have no end. Leave one of them out of a list.", andList(circle))
			return
		}
		if done[path] || at[path].work == nil {
			return
		}
		way = append(way, path)
		for _, next := range at[path].work.Demand.Fronts {
			visit(next)
		}
		way = way[:len(way)-1]
		done[path] = true
	}
	for _, f := range list {
		visit(f.path)
	}
}
