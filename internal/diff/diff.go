// Package diff says what changed from one plan to another, and why.
//
// A plan follows from what it is made from: the program, the locked types, what
// workloads carry, what else the spec says, the catalog, and its prices. Where one of
// these changed alone it is the cause of all that changed. Where several did, plans are
// made anew with one more of them changed at a time, in that order, and a line's causes
// are the steps in which it changes. What cannot be planned anew (the program of then, a
// catalog that is not at hand, the inputs of a lock file) is joined with the step after
// it, and the line says that its causes could not be told apart.
package diff

import (
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// Side is one of the two that are compared.
type Side struct {
	// Name is what the user called it.
	Name string
	Lock planner.Lock
	// Plan is nil where the side is a lock file.
	Plan *planner.Plan
	// Minor is that of the document's format.
	Minor int
}

// Planner makes plans between the two.
type Planner interface {
	// Catalog returns the catalog that a plan of c was made from, and whether it is at
	// hand.
	Catalog(c *planner.Cluster, info planner.CatalogInfo) (catalogs.Catalog, bool)
	// Plan plans again. An error says that there is no such plan.
	Plan(c planner.Cluster, cat catalogs.Catalog) (*planner.Plan, error)
}

// Between compares two sides. With a planner that is nil nothing is planned again. Tool
// is the version of this program.
func Between(old, now Side, again Planner, tool string) (planner.Difference, error) {
	out := planner.Difference{Old: identity(&old), New: identity(&now), Method: planner.OneCause}
	c := &comparison{old: &old, now: &now, again: again, tool: tool}
	if err := c.reasons(&out); err != nil {
		return out, err
	}
	if out.Old.Locked || out.New.Locked {
		c.first, c.last = factsOf(&old.Lock, nil), factsOf(&now.Lock, nil)
	} else {
		c.first, c.last = factsOf(&old.Lock, old.Plan), factsOf(&now.Lock, now.Plan)
	}
	c.names = renames(&old.Lock, &now.Lock)
	c.first = c.first.renamed(c.names)
	path := []step{{causes: c.kinds, facts: c.last}}
	changed := len(changes(c.first, c.last)) > 0
	if len(c.kinds) > 1 && changed {
		out.Method = planner.NotToldApart
		if steps := c.steps(); len(steps) > 1 {
			path, out.Method = steps, planner.PlannedAgain
		}
	}
	c.tell(&out, path)
	return out, nil
}

func identity(s *Side) planner.DifferenceSide {
	return planner.DifferenceSide{
		Name: s.Name, Locked: s.Plan == nil, Cluster: s.Lock.Cluster, Tool: s.Lock.Tool,
		Spec: s.Lock.Spec, Catalog: s.Lock.Catalog, Total: s.Lock.Total,
	}
}

// comparison is what Between works with.
type comparison struct {
	old, now    *Side
	again       Planner
	tool        string
	first, last *facts
	names       map[string]string
	// kinds of things that changed, in order.
	kinds []planner.Cause
	// oldCatalog and newCatalog; nil where they are not at hand.
	oldCatalog, newCatalog *catalogs.Catalog
}

func (c *comparison) has(k planner.Cause) bool { return slices.Contains(c.kinds, k) }

// step is a plan on the way, and what changed since the one before.
type step struct {
	causes []planner.Cause
	facts  *facts
}

// changes are the keys in which two differ, in the order of the later, then of what is
// gone.
func changes(a, b *facts) []string {
	var out []string
	for i := range b.list {
		key := b.list[i].key()
		if x := a.of(key); x == nil || !x.same(&b.list[i]) {
			out = append(out, key)
		}
	}
	for i := range a.list {
		if key := a.list[i].key(); b.of(key) == nil {
			out = append(out, key)
		}
	}
	return out
}

// tell fills in the changes with their causes.
func (c *comparison) tell(out *planner.Difference, path []step) {
	for was, name := range c.names {
		out.Changes = append(out.Changes, planner.Change{
			Kind: planner.GroupChange, Path: "node_group." + name, What: "name", Old: was, New: name, Causes: []planner.Cause{planner.BySpec}, Apart: true,
		})
	}
	slices.SortFunc(out.Changes, func(a, b planner.Change) int { return strings.Compare(a.Path, b.Path) })
	for _, key := range changes(c.first, c.last) {
		was, is := c.first.of(key), c.last.of(key)
		some := is
		if some == nil {
			some = was
		}
		if c.minor(some) || some.kind == planner.PriceChange && (was == nil || is == nil) {
			continue
		}
		ch := planner.Change{Kind: some.kind, Path: some.path, What: some.what}
		ch.Old, ch.OldCost = said(was)
		ch.New, ch.NewCost = said(is)
		ch.Causes, ch.Apart = causesOf(key, c.first, path)
		out.Changes = append(out.Changes, ch)
	}
	slices.SortStableFunc(out.Changes, func(a, b planner.Change) int { return place(&a) - place(&b) })
	c.byCause(out, path)
}

// minor reports whether a fact is left out because the group that it is of comes or goes
// as a whole.
func (c *comparison) minor(f *fact) bool {
	key := f.path + "\x00nodes"
	if f.kind == planner.FindingChange || (c.first.of(key) == nil) == (c.last.of(key) == nil) {
		return false
	}
	return f.kind == planner.PriceChange || f.what == "bounds" || f.what == "image" || f.what == machineGroups
}

func said(f *fact) (string, planner.Amount) {
	switch {
	case f == nil:
		return "", planner.Amount{Known: true}
	case f.kind == planner.CostChange:
		return "", f.cost
	}
	return f.value, planner.Amount{}
}

// place orders changes by their kinds, the total behind all lines of the bill, those that are
// gone among them.
func place(c *planner.Change) int {
	at := 2 * slices.Index([]planner.ChangeKind{planner.ClusterChange, planner.GroupChange, planner.WorkloadChange, planner.PriceChange, planner.CostChange, planner.FindingChange}, c.Kind)
	if c.Kind == planner.CostChange && c.What == total {
		at++
	}
	return at
}

// causesOf are the causes of the steps in which a fact changes, and whether each of them
// is a step of its own.
func causesOf(key string, first *facts, path []step) ([]planner.Cause, bool) {
	apart := true
	var found []planner.Cause
	last := first
	for _, s := range path {
		a, b := last.of(key), s.facts.of(key)
		if (a == nil) != (b == nil) || a != nil && !a.same(b) {
			found = append(found, s.causes...)
			apart = apart && len(s.causes) == 1
		}
		last = s.facts
	}
	return inOrder(found), apart
}

// inOrder sorts causes as they are told, each once.
func inOrder(list []planner.Cause) []planner.Cause {
	var out []planner.Cause
	for _, c := range causes() {
		if slices.Contains(list, c) {
			out = append(out, c)
		}
	}
	return out
}

func causes() []planner.Cause {
	return []planner.Cause{planner.ByRule, planner.ByLock, planner.ByDemand, planner.BySpec, planner.ByCatalog, planner.ByPrice}
}

// byCause says what each step adds to the bill.
func (c *comparison) byCause(out *planner.Difference, path []step) {
	key := (&fact{path: "cost", what: total}).key()
	last := c.first
	for _, s := range path {
		was, is := last.of(key), s.facts.of(key)
		if was == nil || is == nil || !was.cost.Known || !is.cost.Known {
			out.ByCause = nil
			return
		}
		if delta := is.cost.Rate - was.cost.Rate; delta != 0 {
			out.ByCause = append(out.ByCause, planner.CauseAmount{Causes: s.causes, Amount: planner.Amount{Rate: delta, Known: true}})
		}
		last = s.facts
	}
}
