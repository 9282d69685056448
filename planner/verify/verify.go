// Package verify says whether a plan is right.
//
// It is written apart from the packages that make plans and shares no algorithm
// with them: it reads what a spec asks for, what a provider and a catalog say,
// and what the plan claims, and derives the rest again by plain means. What it
// accepts is a plan in which every pod has a place, every declared loss is
// survived, every rollout has room, no machine is used that does not stand there,
// and every dollar is in the catalog. Of a control plane that people run themselves
// every declared loss is tried, machine by machine and zone by zone, and the sizes
// are held to the published tables.
//
// A place is one that the scheduler's filters allow: room of every resource that a
// pod requests (CPU, memory, pods, local storage, volumes to attach, bandwidth and what
// devices offer; what is not known of a machine it has not), the labels that the pod
// selects, hard topology spread over the nodes that it may run on, required affinity
// and anti-affinity, and the zone of its volumes. A pod whose zone is lost with its
// volumes waits, and counts as missing for min_ready alone. Preferences are no matter.
//
// A group may have several pools, each a type of machine bought in one way. Each is
// balanced over the zones by itself, within one node, since each is a group of machines
// of its own to the provider; where all zones are equal each pool is. So that the worst
// is what is tried, the zones in which pools have a node more are the same ones; and
// where selectors name zones, places must exist whichever these are. Losses strike any
// nodes of any pool.
//
// Places for displaced pods are looked for kind by kind and pod by pod, then by a
// complete search with a bound; of many kinds of loss at once by nodes enough to spare.
// A lower bound may rest on prices of pods: then no filling of an empty node of any
// type may be worth more than the node, which is held against all of them.
//
// Some figures it cannot derive without the models that made them, and holds only
// to order, range and agreement with each other:
//
//   - predicted response times: each is there, within its target and not below
//     what the service alone takes;
//   - the durations, extra costs and readiness of upgrade strategies: the hops go
//     minor by minor and nodes follow by the skew, no group outlasts its strategy,
//     costs and peaks are the sums of their parts, the peak is within the limits, time
//     never runs back, what can be used is within what the spec asks for, and what is
//     recommended is of the best and not blocked;
//   - the addresses that an upgrade takes of each zone, and the nodes of months of growth
//     that take a block of the range of pods: that they follow from what the strategy and
//     the months say;
//   - the nodes and cost of months of growth: their dates, groups and signs, and that
//     machines of one's own stand there in such numbers;
//   - the month in which a group runs out and how much it needs then: order, dates, that
//     the limit is the declared one, and that no earlier month takes more vCPUs;
//   - the hours of a day: replicas are held to what a load test and the target of an
//     autoscaler say and to the order of the loads, nodes to their sum of requests with
//     the declared nodes lost; not placed anew;
//   - the estimated size of etcd's database: no smaller than its pods and nodes
//     alone;
//   - of groups of several pools, whether the machines of one's own that growth asks
//     for stand there: a month does not say of which type they are;
//   - the prices of guarantees that a group does not ask for: order, prices and, for
//     any order, the proof; not that fewer nodes would not do;
//   - alternatives and ladders of sizes: each is admitted and priced and they are
//     sorted, but that so many nodes hold, and that they are the best there are, is
//     not shown;
//   - of locked types that gave way, that they do not hold, and what the choice that was
//     not taken costs: a saving is that of the two costs, and enough;
//   - percentiles over the worlds that estimates leave open: they rise, and what was
//     sized for is enough for the rule where a load test tells;
//   - clusters of other regions and of tenants, which are checked where they are planned:
//     shares, sums, and that what is the plan itself agrees with it;
//   - findings: which practices a plan breaks is not looked at.
//
// That a plan is the cheapest is not shown either, only that its lower bound is a
// bound.
package verify

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// Violation is one thing that is wrong with a plan.
type Violation struct {
	// Path is the address of what is wrong, as in "node_group.web.placement".
	Path string
	// Rule is a constant that names the promise that is broken, as in
	// "placement.cpu".
	Rule string
	// Message says what was found and what had to be there.
	Message string
}

func (v Violation) Error() string { return v.Path + ": " + v.Message + " [" + v.Rule + "]" }

// report is the error that Plan returns.
type report struct{ found []Violation }

func (r *report) Error() string {
	lines := make([]string, len(r.found))
	for i, v := range r.found {
		lines[i] = v.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each Violation to errors.Is and errors.As.
func (r *report) Unwrap() []error {
	errs := make([]error, len(r.found))
	for i, v := range r.found {
		errs[i] = v
	}
	return errs
}

// Violations returns what err says is wrong, sorted by path, rule and message;
// nil where err does not come from Plan. The slice belongs to the caller.
func Violations(err error) []Violation {
	r, ok := errors.AsType[*report](err)
	if !ok {
		return nil
	}
	return slices.Clone(r.found)
}

// Plan returns nil if plan is a right answer to c on cat with prov, else an error
// that joins every Violation found. It changes none of its arguments and never
// panics on a wrong plan. Where finding places for displaced pods takes more than
// a fixed number of steps it gives up and says so: what is not proved is a
// violation.
func Plan(c *planner.Cluster, cat *catalogs.Catalog, prov planner.Provider, plan *planner.Plan) error {
	k := newChecker(c, cat, prov, plan)
	k.inputs()
	k.machines()
	k.stock()
	k.match()
	for _, g := range k.groups {
		k.sidecars(g)
		k.replicas(g)
		k.collectDaemons(g)
		if !k.survey(g) {
			continue
		}
		g.selective = g.labelled()
		k.volumes(g)
		k.poolsOf(g)
		k.share(g)
		k.admitted(g)
		if k.nodes(g) {
			k.spread(g)
			k.falls(g)
			k.affinity(g)
			k.usage(g)
			k.losses(g)
			k.rollouts(g)
			k.turned(g)
			k.guarantee(g)
		}
		k.days(g)
		k.bound(g)
		k.ladder(g)
		k.lock(g)
	}
	k.controlPlane()
	k.loads()
	k.outages()
	k.commitments()
	k.splits()
	k.bill()
	k.upgrade()
	k.growth()
	k.runsOut()
	k.limits()
	k.network()
	k.platform()
	k.recovery()
	k.retention()
	k.tenancy()
	k.uncertainty()
	k.lists()
	return k.answer()
}

// Upgrade checks the upgrade of a plan that Plan approved, and nothing else: of another
// one than its spec declares, say. c asks for it.
func Upgrade(c *planner.Cluster, cat *catalogs.Catalog, prov planner.Provider, plan *planner.Plan) error {
	k := newChecker(c, cat, prov, plan)
	k.stock()
	k.match()
	k.upgrade()
	return k.answer()
}

func newChecker(c *planner.Cluster, cat *catalogs.Catalog, prov planner.Provider, plan *planner.Plan) *checker {
	cat = paid(c, cat)
	k := &checker{c: c, cat: cat, prov: prov, terms: prov.Terms(), plan: plan, types: map[string]*catalogs.InstanceType{}}
	for i := range cat.Types {
		k.types[cat.Types[i].Name] = &cat.Types[i]
	}
	return k
}

// answer is nil where nothing is wrong.
func (k *checker) answer() error {
	if len(k.found) == 0 {
		return nil
	}
	slices.SortFunc(k.found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return &report{found: slices.Compact(k.found)}
}

// checker collects what is wrong.
type checker struct {
	c     *planner.Cluster
	cat   *catalogs.Catalog
	prov  planner.Provider
	terms planner.Terms
	plan  *planner.Plan
	// used machines by type and zone, over all groups and the control plane.
	used   map[string]map[string]int
	types  map[string]*catalogs.InstanceType
	groups []*group
	// carried are the throughputs that were worked out, by address.
	carried map[string]carried
	found   []Violation
}

// group is a declared node group beside its plan.
type group struct {
	decl *planner.NodeGroup
	plan *planner.GroupPlan
	path string
	// loads are the workloads that are both declared and planned, in the order
	// of the declaration, system workloads last.
	loads []*load
	// index of loads by name.
	index map[string]int
	// daemons may run on its nodes, by the provider and the spec.
	daemons []planner.DaemonSet
	// selective: somebody asks for labels of nodes.
	selective bool
	// further resources that somebody requests, sorted.
	further []string
	pools   []pool
	// classes of equal nodes, from the plan's placement.
	classes []class
	// candidates are the admitted types, in the catalog's order.
	candidates []candidate
	// yard finds places for displaced pods; tried are the losses that were.
	yard  *yard
	tried map[event]bool
}

// load is a workload beside its plan.
type load struct {
	spec planner.Workload
	plan *planner.WorkloadPlan
	path string
	// size is what one pod takes.
	size room
	// admits are the places where its selector lets it run; nil is all.
	admits []bool
}

// bound reports whether pods of l stay in the zone in which their volumes are.
func (l *load) bound() bool {
	return slices.ContainsFunc(l.spec.Volumes, func(v planner.Volume) bool { return v.Zonal })
}

// computed reports whether the planner chose the count.
func (l *load) computed() bool { return l.spec.Demand.Way != planner.GivenReplicas }

// need records a violation unless ok.
func (k *checker) need(ok bool, path, rule, format string, args ...any) bool {
	if !ok {
		k.found = append(k.found, Violation{Path: path, Rule: rule, Message: fmt.Sprintf(format, args...)})
	}
	return ok
}

// inputs checks that the plan answers this cluster from this catalog.
func (k *checker) inputs() {
	k.need(reflect.DeepEqual(k.plan.Cluster, *k.c), "cluster", "inputs.cluster", "the plan was made for another cluster than the spec's")
	k.need(k.prov.Name() == k.c.Provider, "provider", "inputs.provider", "the provider is %s, the spec's is %s", k.prov.Name(), k.c.Provider)
	k.need(k.cat.Provider == k.c.Provider && k.cat.Region == k.c.Region, "catalog", "inputs.catalog",
		"the catalog is of %s %s, the spec's region is %s %s", k.cat.Provider, k.cat.Region, k.c.Provider, k.c.Region)
	want := planner.CatalogInfo{Source: k.cat.Source, Date: k.cat.Date, SHA256: k.cat.SHA256}
	k.need(k.plan.Catalog == want, "catalog", "inputs.catalog", "the plan names catalog %+v, it is checked with %+v", k.plan.Catalog, want)
	used := map[string]bool{}
	for _, g := range k.plan.NodeGroups {
		for _, p := range g.Pools {
			used[p.InstanceType] = true
		}
	}
	for _, m := range k.plan.ControlPlane.Machines {
		used[m.InstanceType] = true
	}
	for i, o := range k.plan.Offers {
		path := "offers." + o.Name
		k.need(i == 0 || k.plan.Offers[i-1].Name < o.Name, path, "lists.sorted", "offers are not sorted by name, or one is there twice")
		t := k.types[o.Name]
		if !k.need(t != nil, path, "offers.type", "the catalog has no such type") {
			continue
		}
		row := *t
		o.Commitments, row.Commitments = nil, nil
		k.need(reflect.DeepEqual(o, row), path, "offers.row", "the row differs from the catalog's")
		delete(used, t.Name)
	}
	for _, name := range sortedKeys(used) {
		k.need(false, "offers."+name, "offers.missing", "the plan uses the type and does not list its row")
	}
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
