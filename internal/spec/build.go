package spec

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// findCluster reads the one cluster block, or returns nil.
func (r *reader) findCluster(t tops, v values) *node {
	if len(t.clusters) == 0 {
		r.add(NoCluster, r.start(), "The spec has no cluster block. Write cluster \"NAME\" { … }, or run `scantling init`.")
		return nil
	}
	for _, b := range t.clusters[1:] {
		rng := b.DefRange()
		r.add(SecondCluster, &rng, "A folder holds one cluster, and %s line %d has one already. Put this one in a folder of its own.",
			t.clusters[0].TypeRange.Filename, t.clusters[0].TypeRange.Start.Line)
	}
	return r.read(sourceOf(t.schema.block("cluster"), t.clusters[0], v.scope))
}

// builder makes the planner's cluster from the tree.
type builder struct {
	*reader
	root        *node
	cluster     planner.Cluster
	assumptions []planner.Assumption
	// estimates are the places of the figures that are some.
	estimates []*hcl.Range
	// zonesWrong: a zone of the cluster was refused.
	zonesWrong bool
	// ground is where the cluster stands, terms are its; nil and zero where it
	// could not be found.
	ground *planner.Ground
	terms  planner.Terms
	// catalog and provider are nil where the region's could not be found, or where
	// the machines of one's own are wrong; minors is the calendar.
	catalog  *catalogs.Catalog
	provider planner.Provider
	minors   []catalogs.Version
	// unsized are the volumes whose size has to follow from what is kept on them.
	unsized []unsized
	// found are the manifests of the groups.
	found *manifests
}

// buildCluster fills in every default, and checks what values mean together and
// in the light of the catalog.
func (r *reader) buildCluster(root *node) (planner.Cluster, catalogs.Catalog, manifests) {
	b := &builder{reader: r, root: root}
	b.places["cluster"] = root.def
	b.place("", root)
	c := &b.cluster
	c.Name = root.label
	b.findGround()
	b.checkWords(root)
	c.Environment = planner.Environment(take(b, root, "", "environment", string(planner.Production), "production", "language"))
	b.region()
	b.zones()
	b.machines()
	b.versions()
	if budget, ok := get[units.USD](root, "max_usd_per_month"); ok {
		c.MaxUSDPerMonth = &budget
	}
	c.CatalogMaxAge, _ = get[time.Duration](root, "catalog_max_age")
	b.network()
	b.quota()
	b.controlPlane()
	b.growth()
	b.groups()
	b.retention()
	b.load()
	b.podRange()
	b.fronts()
	b.simulation()
	b.daemonSets()
	b.sidecars()
	b.availability()
	b.pricing()
	b.risk()
	b.recovery()
	b.tenancy()
	b.upgrade()
	b.emits()
	b.rules()
	b.builtIn()
	b.plugins()
	slices.SortFunc(b.assumptions, func(x, y planner.Assumption) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Value, y.Value), cmp.Compare(x.Source, y.Source))
	})
	c.Assumptions = b.assumptions
	if b.catalog == nil {
		return *c, catalogs.Catalog{}, *b.found
	}
	return *c, *b.catalog, *b.found
}

// place records where the attributes and blocks of n stand, under path. The
// first of blocks with one address counts.
func (b *builder) place(path string, n *node) {
	for _, name := range sortedKeys(n.attrs) {
		p := join(path, name)
		if _, found := b.places[p]; !found {
			b.places[p] = n.attrs[name].rng
		}
	}
	for _, child := range n.blocks {
		p := join(path, child.schema.name)
		if child.schema.label != "" {
			p = join(p, child.label)
		}
		if _, found := b.places[p]; !found {
			b.places[p] = child.def
		}
		b.place(p, child)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// assume records a default.
func (b *builder) assume(path, value, source string) {
	b.assumptions = append(b.assumptions, planner.Assumption{Path: path, Value: value, Source: source})
}

// take returns the attribute's value, or else the default, which is recorded.
// n may be nil where the block is not given.
func take[T any](b *builder, n *node, path, name string, def T, text, source string) T {
	if v, ok := get[T](n, name); ok {
		return v
	}
	if n != nil && (n.has(name) || n.refused[name]) {
		return def // its mistake is reported
	}
	b.assume(join(path, name), text, source)
	return def
}

// network reads the network block.
func (b *builder) network() {
	n := b.root.child("network")
	cni := string(first(b.terms.CNIs))
	b.cluster.Network.CNI = planner.CNI(take(b, n, "network", "cni", cni, cni, b.source()))
	b.cluster.Network.MaxPods, _ = get[int](n, "max_pods")
	b.cluster.Network.FreeIPs = b.freeIPs(n)
	if most := b.terms.MostPods; most > 0 && b.cluster.Network.MaxPods > most {
		b.add(OutOfRange, n.rng("max_pods"), "A node of %s runs at most %d pods. Write %d or less.", b.terms.Title, most, most)
	}
}

// Growth is compounded over at most maxHorizon months, to at most a
// thousandfold.
const (
	defaultHorizon = 12
	maxGrowth      = 1000.0
)

// growth reads the growth block.
func (b *builder) growth() {
	n := b.root.child("growth")
	g := &b.cluster.Growth
	g.PerMonth = take(b, n, "growth", "per_month", units.Ratio(0), "0%", "language")
	g.Range = b.ratioRange(n, "growth", "per_month")
	g.HorizonMonths = take(b, n, "growth", "horizon_months", defaultHorizon, itoa(defaultHorizon), "language")
	g.SizeForHorizon = take(b, n, "growth", "size_for", "today", "today", "language") == "horizon"
	if n != nil {
		b.checkGrowth(n, "per_month", g.PerMonth)
	}
}

// checkGrowth refuses growth that leaves every bound within the horizon.
func (b *builder) checkGrowth(n *node, name string, perMonth units.Ratio) {
	factor := 1.0
	for range b.cluster.Growth.HorizonMonths {
		factor *= 1 + perMonth.Float()
	}
	if n.has(name) && factor > maxGrowth {
		b.add(GrowthTooFast, n.rng(name), "%s a month is more than a thousandfold after %d months. Lower it, or growth.horizon_months.",
			ratioText(perMonth), b.cluster.Growth.HorizonMonths)
	}
}

// daemonSets reads the daemonset blocks.
func (b *builder) daemonSets() {
	for _, n := range b.root.children("daemonset") {
		d := planner.DaemonSet{Name: n.label}
		d.CPU, _ = get[units.MilliCPU](n, "cpu")
		d.Memory, _ = get[units.Bytes](n, "memory")
		d.EphemeralStorage, _ = get[units.Bytes](n, "ephemeral_storage")
		b.placed(n, &d)
		d.NodeGroups = b.groupNames(n, "daemonset."+n.label)
		b.cluster.DaemonSets = append(b.cluster.DaemonSets, d)
	}
	slices.SortFunc(b.cluster.DaemonSets, func(x, y planner.DaemonSet) int { return cmp.Compare(x.Name, y.Name) })
}

// groupNames reads a node_groups list, sorted; none is every group.
func (b *builder) groupNames(n *node, path string) []string {
	var names []string
	for _, g := range b.cluster.NodeGroups {
		names = append(names, g.Name)
	}
	groups, _ := get[texts](n, "node_groups")
	for i, g := range groups.items {
		if !slices.Contains(names, g) {
			b.add(UnknownGroup, &groups.rngs[i], "There is no node group named %q.%s", short(g), orElse(didYouMean(g, names), names))
		}
	}
	take(b, n, path, "node_groups", texts{}, "all", "language")
	if n.has("node_groups") && len(groups.items) == 0 && !n.attrs["node_groups"].bad {
		b.add(UnknownGroup, n.rng("node_groups"), "The list is empty: the pods would run nowhere. Leave node_groups out for every group.")
	}
	return slices.Sorted(slices.Values(groups.items))
}

// builtIn refuses what the provider runs anyway: it would be counted twice.
func (b *builder) builtIn() {
	if b.catalog == nil {
		return
	}
	var daemons, workloads []string
	for i := range b.cluster.NodeGroups {
		for _, d := range b.provider.DaemonSets(&b.cluster, &b.cluster.NodeGroups[i]) {
			daemons = append(daemons, d.Name)
		}
	}
	for _, w := range b.provider.SystemWorkloads(&b.cluster, planner.Size{}) {
		workloads = append(workloads, w.Name)
	}
	refuse := func(n *node, names []string) {
		if slices.Contains(names, n.label) {
			b.add(DuplicateName, &n.labelRange, "%s is built in, and counted already. Leave the block out, or choose another name where it is something else.", n.label)
		}
	}
	for _, n := range b.root.children("daemonset") {
		refuse(n, daemons)
	}
	for _, g := range b.root.children("node_group") {
		for _, n := range g.children("workload") {
			refuse(n, workloads)
		}
	}
}

// emits reads the emit blocks.
func (b *builder) emits() {
	for _, n := range b.root.children("emit") {
		path := "emit." + n.label
		e := planner.Emit{Tool: n.label}
		e.Directory, _ = get[string](n, "directory")
		if n.has("directory") && !n.attrs["directory"].bad && strings.TrimSpace(e.Directory) == "" {
			b.add(InvalidName, n.rng("directory"), "The folder's name is empty: write \".\" for the folder of the spec.")
		}
		if n.label == terraformTool {
			b.terraformWords(n, path, &e)
		}
		b.cluster.Emits = append(b.cluster.Emits, e)
	}
	b.checkEmitted()
	slices.SortFunc(b.cluster.Emits, func(x, y planner.Emit) int { return cmp.Compare(x.Tool, y.Tool) })
}

// rules reads the rule blocks.
func (b *builder) rules() {
	for _, n := range b.root.children("rule") {
		s := planner.RuleSetting{Rule: n.label}
		severity, ok := get[string](n, "severity")
		s.Severity = planner.Severity(severity)
		s.Reason, _ = get[string](n, "reason")
		if len(b.knownRules) > 0 && ruleID(n.label) && !slices.Contains(b.knownRules, n.label) {
			b.add(UnknownRule, &n.labelRange, "There is no rule %s.%s", n.label, orElse(didYouMean(n.label, b.knownRules), b.knownRules))
		}
		if ok && s.Severity == planner.Off && strings.TrimSpace(s.Reason) == "" && (!n.has("reason") || !n.attrs["reason"].bad) {
			b.add(ReasonMissing, n.rng("severity"), "Rule %s is off without a reason. Add reason = \"…\", for those who read it in a year.", n.label)
		}
		b.cluster.Rules = append(b.cluster.Rules, s)
	}
	slices.SortFunc(b.cluster.Rules, func(x, y planner.RuleSetting) int { return cmp.Compare(x.Rule, y.Rule) })
}
