package diff

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
)

// reasons finds what the sides were made from otherwise.
func (c *comparison) reasons(out *planner.Difference) error {
	add := func(cause planner.Cause, path, old, now string) {
		out.Reasons = append(out.Reasons, planner.Reason{Cause: cause, Path: path, Old: old, New: now})
	}
	if a, b := c.old.Lock.Tool, c.now.Lock.Tool; a != b {
		add(planner.ByRule, "scantling", a, b)
	}
	for _, r := range c.locks() {
		add(planner.ByLock, r.Path, r.Old, r.New)
	}
	asked, err := c.inputs()
	if err != nil {
		return err
	}
	for _, r := range asked {
		add(r.Cause, r.Path, r.Old, r.New)
	}
	for _, r := range c.catalogs() {
		add(r.Cause, r.Path, r.Old, r.New)
	}
	var found []planner.Cause
	for _, r := range out.Reasons {
		found = append(found, r.Cause)
	}
	c.kinds = inOrder(found)
	if len(c.kinds) == 0 {
		c.kinds = []planner.Cause{planner.ByRule} // what is made from the same and differs was made otherwise
	}
	slices.SortStableFunc(out.Reasons, func(a, b planner.Reason) int {
		return slices.Index(causes(), a.Cause) - slices.Index(causes(), b.Cause)
	})
	return nil
}

// locks are the groups whose locked types differ; of a lock file nothing is known.
func (c *comparison) locks() []planner.Reason {
	if c.old.Plan == nil || c.now.Plan == nil {
		return nil
	}
	locked := func(s *Side) map[string]string {
		out := map[string]string{}
		for i := range s.Plan.Cluster.NodeGroups {
			if g := &s.Plan.Cluster.NodeGroups[i]; g.Locked != nil {
				out[g.Path()] = fmt.Sprint(g.Locked.Types)
			}
		}
		return out
	}
	was, is := locked(c.old), locked(c.now)
	var out []planner.Reason
	for i := range c.now.Plan.Cluster.NodeGroups {
		path := c.now.Plan.Cluster.NodeGroups[i].Path()
		if was[path] != is[path] && c.lockDecides(i) {
			out = append(out, planner.Reason{Path: path + ".locked", Old: was[path], New: is[path]})
		}
	}
	return out
}

// lockDecides reports whether the lock of the i-th group, or that it has none any more,
// may be why its types are what they are: they are not those of the free choice, or they
// are not those that were locked before.
func (c *comparison) lockDecides(i int) bool {
	g := &c.now.Plan.Cluster.NodeGroups[i]
	at := slices.IndexFunc(c.now.Plan.NodeGroups, func(p planner.GroupPlan) bool { return p.Name == g.Name })
	if at < 0 {
		return false
	}
	plan := &c.now.Plan.NodeGroups[at]
	if plan.Lock != nil {
		return plan.Lock.Verdict == planner.LockHeld && !slices.Equal(plan.Lock.FreeTypes, typesOf(plan))
	}
	was := slices.IndexFunc(c.old.Plan.NodeGroups, func(p planner.GroupPlan) bool { return p.Name == g.Name })
	return was < 0 || !slices.Equal(typesOf(&c.old.Plan.NodeGroups[was]), typesOf(plan))
}

func typesOf(g *planner.GroupPlan) []string {
	var out []string
	for i := range g.Pools {
		out = append(out, g.Pools[i].InstanceType)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inputs are what was asked for otherwise.
func (c *comparison) inputs() ([]planner.Reason, error) {
	a, b, err := c.digested()
	if err != nil {
		return nil, err
	}
	vars := variables(a.Spec.Variables, b.Spec.Variables)
	if a.Spec.SHA256 != "" && a.Spec.SHA256 == b.Spec.SHA256 && len(vars) == 0 {
		return nil, nil // the same spec: what it is resolved to otherwise is the program's doing
	}
	cause := planner.BySpec
	var out []planner.Reason
	switch {
	case c.old.Plan != nil && c.now.Plan != nil && c.old.Minor == c.now.Minor:
		list, err := document.InputChanges(&c.old.Plan.Cluster, &c.now.Plan.Cluster)
		if err != nil {
			return nil, err
		}
		demand, rest := false, false
		for _, ch := range list {
			r := planner.Reason{Cause: planner.BySpec, Path: ch.Path, Old: ch.Old, New: ch.New}
			switch {
			case ch.Path == "as_of" && c.catalogDays():
				r.Cause = planner.ByCatalog
			case document.IsDemand(ch.Path):
				r.Cause, demand = planner.ByDemand, true
			default:
				rest = true
			}
			out = append(out, r)
		}
		if !demand && !rest {
			return out, nil // other words for the same
		}
		if demand && !rest {
			cause = planner.ByDemand
		}
	case a.Demand != "" && b.Demand != "" && a.Tool == b.Tool:
		if a.Demand != b.Demand && len(vars) == 0 {
			out = append(out, planner.Reason{Cause: planner.ByDemand, Path: "what workloads carry"})
		}
		if a.Rest != b.Rest {
			out = append(out, planner.Reason{Cause: planner.BySpec, Path: "what else the spec says"})
		}
		if a.Demand == b.Demand && a.Rest == b.Rest {
			return out, nil
		}
		if a.Demand != b.Demand {
			cause = planner.ByDemand
		}
	default:
		if len(vars) == 0 {
			out = append(out, planner.Reason{Cause: planner.BySpec, Path: "spec", Old: short(a.Spec.SHA256), New: short(b.Spec.SHA256)})
		}
	}
	for i := range vars {
		vars[i].Cause = cause
	}
	return append(vars, out...), nil
}

// digested are the locks of both sides; where one is a lock file, with the digests of
// what is asked for.
func (c *comparison) digested() (a, b planner.Lock, err error) {
	a, b = c.old.Lock, c.now.Lock
	if c.old.Plan != nil && c.now.Plan != nil {
		return a, b, nil
	}
	for _, s := range []struct {
		side *Side
		lock *planner.Lock
	}{{c.old, &a}, {c.now, &b}} {
		if s.side.Plan != nil {
			if *s.lock, err = document.LockOf(s.side.Plan, s.lock.Tool); err != nil {
				return a, b, err
			}
		}
	}
	return a, b, nil
}

// catalogDays reports whether each side is planned as of the day of its catalog, which is
// what a spec that says nothing gets.
func (c *comparison) catalogDays() bool {
	return c.old.Plan.Cluster.AsOf == c.old.Plan.Catalog.Date && c.now.Plan.Cluster.AsOf == c.now.Plan.Catalog.Date
}

func short(sha string) string { return sha[:min(12, len(sha))] }

// variables are the input variables that differ, as var.NAME.
func variables(a, b []planner.Variable) []planner.Reason {
	values := map[string][2]string{}
	for side, list := range [][]planner.Variable{a, b} {
		for _, v := range list {
			pair := values[v.Name]
			pair[side] = v.JSON
			values[v.Name] = pair
		}
	}
	var out []planner.Reason
	for _, list := range [][]planner.Variable{a, b} {
		for _, v := range list {
			if pair := values[v.Name]; pair[0] != pair[1] {
				out = append(out, planner.Reason{Path: "var." + v.Name, Old: pair[0], New: pair[1]})
				delete(values, v.Name)
			}
		}
	}
	return out
}

// catalogs are what can be bought otherwise, and at what price. Where a catalog is not at
// hand it may be either.
func (c *comparison) catalogs() []planner.Reason {
	a, b := c.old.Lock.Catalog, c.now.Lock.Catalog
	if a.SHA256 == b.SHA256 || c.own() {
		return nil
	}
	words := func(i planner.CatalogInfo) string {
		return fmt.Sprintf("%s of %s (%s)", i.Source, i.Date, short(i.SHA256))
	}
	c.oldCatalog, c.newCatalog = c.fetch(c.old), c.fetch(c.now)
	rows, prices := true, true
	if c.oldCatalog != nil && c.newCatalog != nil {
		rows, prices = compareCatalogs(c.oldCatalog, c.newCatalog)
	}
	var out []planner.Reason
	if rows {
		out = append(out, planner.Reason{Cause: planner.ByCatalog, Path: "catalog", Old: words(a), New: words(b)})
	}
	if prices {
		out = append(out, planner.Reason{Cause: planner.ByPrice, Path: "catalog", Old: words(a), New: words(b)})
	}
	return out
}

// own reports whether machines are the owner's: their catalog follows from the spec.
func (c *comparison) own() bool { return c.now.Plan != nil && len(c.now.Plan.Cluster.Machines) > 0 }

// fetch returns the catalog of a side; nil where it is not at hand.
func (c *comparison) fetch(s *Side) *catalogs.Catalog {
	if c.again == nil {
		return nil
	}
	cluster := planner.Cluster{Provider: s.Lock.Provider, Region: s.Lock.Region}
	if s.Plan != nil {
		cluster = s.Plan.Cluster
	} else if c.now.Plan != nil {
		cluster = c.now.Plan.Cluster
		cluster.Provider, cluster.Region = s.Lock.Provider, s.Lock.Region
	}
	cat, ok := c.again.Catalog(&cluster, s.Lock.Catalog)
	if !ok {
		return nil
	}
	return &cat
}

// compareCatalogs reports whether two offer other things, and whether at other prices.
func compareCatalogs(a, b *catalogs.Catalog) (rows, prices bool) {
	plain := func(c catalogs.Catalog) catalogs.Catalog {
		c.Source, c.Date, c.SHA256, c.Sources = "", "", "", nil
		return c
	}
	want := plain(*b)
	return !reflect.DeepEqual(plain(priced(a, b)), want), !reflect.DeepEqual(plain(priced(b, a)), want)
}
