package diff

import (
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// priced returns cat at the prices of another, of what both have.
func priced(cat, from *catalogs.Catalog) catalogs.Catalog {
	out := *cat
	out.Types = slices.Clone(cat.Types)
	types := map[string]*catalogs.InstanceType{}
	for i := range from.Types {
		types[from.Types[i].Name] = &from.Types[i]
	}
	for i := range out.Types {
		if t := types[out.Types[i].Name]; t != nil {
			x := &out.Types[i]
			x.OnDemand, x.Spot, x.SpotStatistic, x.Commitments = t.OnDemand, t.Spot, t.SpotStatistic, t.Commitments
		}
	}
	out.Disks = slices.Clone(cat.Disks)
	for i := range out.Disks {
		if at := slices.IndexFunc(from.Disks, func(d catalogs.Disk) bool { return d.Type == out.Disks[i].Type }); at >= 0 {
			d := &from.Disks[at]
			out.Disks[i].PerGiB, out.Disks[i].PerIOPS, out.Disks[i].PerMiBps = d.PerGiB, d.PerIOPS, d.PerMiBps
		}
	}
	out.Fees = slices.Clone(cat.Fees)
	for i := range out.Fees {
		if at := slices.IndexFunc(from.Fees, func(f catalogs.Fee) bool { return f.Tier == out.Fees[i].Tier }); at >= 0 {
			out.Fees[i].Price = from.Fees[at].Price
		}
	}
	return out
}

// withDemand returns what a cluster asks for with what the workloads of another carry,
// of those that both have.
func withDemand(c, from *planner.Cluster) planner.Cluster {
	out := *c
	out.Growth = from.Growth
	out.NodeGroups = slices.Clone(c.NodeGroups)
	for i := range out.NodeGroups {
		g := &out.NodeGroups[i]
		at := slices.IndexFunc(from.NodeGroups, func(o planner.NodeGroup) bool { return o.Name == g.Name })
		if at < 0 {
			continue
		}
		g.Workloads = slices.Clone(g.Workloads)
		for j := range g.Workloads {
			w := &g.Workloads[j]
			of := from.NodeGroups[at].Workloads
			if k := slices.IndexFunc(of, func(o planner.Workload) bool { return o.Name == w.Name }); k >= 0 {
				o := &of[k]
				w.Demand, w.GrowthPerMonth, w.GrowthRange, w.GrowsReplicas, w.DailyProfile = o.Demand, o.GrowthPerMonth, o.GrowthRange, o.GrowsReplicas, o.DailyProfile
			}
		}
	}
	return out
}

// withLocks returns c with the locked types of another.
func withLocks(c, from *planner.Cluster) planner.Cluster {
	out := *c
	out.NodeGroups = slices.Clone(c.NodeGroups)
	for i := range out.NodeGroups {
		g := &out.NodeGroups[i]
		g.Locked = nil
		if at := slices.IndexFunc(from.NodeGroups, func(o planner.NodeGroup) bool { return o.Name == g.Name }); at >= 0 {
			g.Locked = from.NodeGroups[at].Locked
		}
	}
	out.ControlPlane.Locked = from.ControlPlane.Locked
	return out
}

// steps are plans from the old side to the new one, with one more thing changed each;
// what cannot be planned is joined with the step after it.
func (c *comparison) steps() []step {
	if c.again == nil || c.now.Plan == nil {
		return nil
	}
	if c.newCatalog == nil {
		c.newCatalog = c.fetch(c.now)
	}
	if c.oldCatalog == nil && !c.has(planner.ByCatalog) && !c.has(planner.ByPrice) {
		c.oldCatalog = c.newCatalog
	}
	at := c.states()
	order := causes()
	if c.oldCatalog == nil { // nothing can be planned from it: what the catalogs did comes first
		order = []planner.Cause{planner.ByRule, planner.ByCatalog, planner.ByPrice, planner.ByLock, planner.ByDemand, planner.BySpec}
	}
	var kinds []planner.Cause
	for _, k := range order {
		if c.has(k) {
			kinds = append(kinds, k)
		}
	}
	var out []step
	var waiting []planner.Cause
	for i, k := range kinds {
		waiting = append(waiting, k)
		if i == len(kinds)-1 {
			break
		}
		cluster, catalog := at(kinds[:i+1])
		if cluster == nil || catalog == nil {
			continue
		}
		p, err := c.again.Plan(*cluster, *catalog)
		if err != nil {
			continue
		}
		lock := planner.LockOf(p, "")
		f := factsOf(&lock, p)
		if c.old.Plan == nil {
			f = factsOf(&lock, nil)
		}
		out = append(out, step{causes: inOrder(waiting), facts: f.renamed(c.names)})
		waiting = nil
	}
	if c.now.Lock.Tool != c.tool && !slices.Contains(waiting, planner.ByRule) {
		waiting = append(waiting, planner.ByRule) // the plans between are this program's, the last is not
	}
	return append(out, step{causes: inOrder(waiting), facts: c.last})
}

// states returns what a plan is made from once some kinds of things have changed; nil
// where it is not known.
func (c *comparison) states() func(done []planner.Cause) (*planner.Cluster, *catalogs.Catalog) {
	now := &c.now.Plan.Cluster
	return func(done []planner.Cause) (*planner.Cluster, *catalogs.Catalog) {
		is := func(k planner.Cause) bool { return slices.Contains(done, k) || !c.has(k) }
		var cluster planner.Cluster
		switch {
		case is(planner.ByDemand) && is(planner.BySpec):
			cluster = *now
		case c.old.Plan == nil:
			return nil, nil // a lock file does not say what was asked for
		case is(planner.ByDemand):
			cluster = withDemand(&c.old.Plan.Cluster, now)
		case is(planner.BySpec):
			cluster = withDemand(now, &c.old.Plan.Cluster)
		default:
			cluster = c.old.Plan.Cluster
		}
		if is(planner.ByLock) {
			cluster = withLocks(&cluster, now)
		} else {
			cluster = withLocks(&cluster, &c.old.Plan.Cluster)
		}
		return c.asOf(&cluster, is(planner.ByCatalog)), c.between(is(planner.ByCatalog), is(planner.ByPrice))
	}
}

// asOf puts the day of the catalog into a cluster that is planned as of it.
func (c *comparison) asOf(cluster *planner.Cluster, catalogDone bool) *planner.Cluster {
	if c.old.Plan == nil || !c.catalogDays() {
		return cluster
	}
	cluster.AsOf = c.old.Plan.Cluster.AsOf
	if catalogDone {
		cluster.AsOf = c.now.Plan.Cluster.AsOf
	}
	return cluster
}

// between returns a catalog with the rows and the prices of either side; nil where it is
// not at hand.
func (c *comparison) between(rows, prices bool) *catalogs.Catalog {
	switch {
	case rows && prices:
		return c.newCatalog
	case !rows && !prices:
		return c.oldCatalog
	case c.oldCatalog == nil || c.newCatalog == nil:
		return nil
	case rows:
		return new(priced(c.newCatalog, c.oldCatalog))
	default:
		return new(priced(c.oldCatalog, c.newCatalog))
	}
}
