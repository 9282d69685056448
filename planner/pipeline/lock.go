package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/practice"
	"github.com/scantling-dev/scantling/planner/units"
)

// choice is what a group is given.
type choice struct {
	answer *answer
	// best of the scan for one type that the answer comes from.
	best *packing.Candidate
	lock *planner.LockOutcome
}

// underLock returns what stands of the group's locked types: them, where they still
// hold and the free choice saves no more than is asked for, else the free choice. Counts
// are worked out for either.
func (p *problem) underLock(ctx context.Context, free choice) (choice, error) {
	lock := p.group.Locked
	if lock == nil {
		return free, nil
	}
	out := &planner.LockOutcome{FreeTypes: free.answer.types(), Free: free.answer.cost()}
	free.lock = out
	narrow := *p
	narrow.offers = nil
	for i := range p.offers {
		if slices.Contains(lock.Types, p.offers[i].instance.Name) {
			narrow.offers = append(narrow.offers, p.offers[i])
		}
	}
	for _, name := range lock.Types {
		if !slices.ContainsFunc(narrow.offers, func(o offer) bool { return o.instance.Name == name }) {
			out.Gone = append(out.Gone, name)
		}
	}
	if len(narrow.offers) == 0 {
		out.Verdict = planner.LockGone
		return free, nil
	}
	if !slices.ContainsFunc(out.FreeTypes, func(name string) bool { return !slices.Contains(lock.Types, name) }) {
		out.Verdict, out.Locked = planner.LockHeld, out.Free
		return free, nil
	}
	narrow.packed, narrow.bearing = packingOffers(narrow.offers), nil
	result, a, err := narrow.choose(ctx, narrow.packed)
	if err != nil {
		if !errors.Is(err, planner.ErrInfeasible) {
			return choice{}, err
		}
		out.Verdict, out.Why = planner.LockUnfit, reasons(err)
		return free, nil
	}
	out.Locked = a.cost()
	if out.Saving = savingOf(out.Locked, out.Free); out.Saving > lock.MinSaving {
		out.Verdict = planner.LockSaving
		return free, nil
	}
	out.Verdict = planner.LockHeld
	return choice{p.own(a), &result.Best, out}, nil
}

// reasons are the constraints that err says bind, without what would free them: the lock
// gives way instead.
func reasons(err error) string {
	var out []string
	for _, bad := range planner.Infeasibles(err) {
		out = append(out, bad.Path+": "+bad.Constraint)
	}
	return strings.Join(out, "; ")
}

// own returns an answer whose offers are those of p.
func (p *problem) own(a *answer) *answer {
	out := *a
	out.mix = slices.Clone(a.mix)
	for i, part := range out.mix {
		for j := range p.offers {
			if o := &p.offers[j]; o.instance == part.offer.instance && o.capacity == part.offer.capacity {
				out.mix[i].offer = o
			}
		}
	}
	return &out
}

// types of the nodes, sorted.
func (a *answer) types() []string {
	var out []string
	for _, part := range a.mix {
		out = append(out, part.offer.instance.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// cost of nodes and root disks.
func (a *answer) cost() planner.Amount {
	if !a.mix.known() {
		return planner.Amount{}
	}
	return planner.Amount{Rate: a.mix.rate(), Known: true}
}

// savingOf is 1 - free / locked, rounded down; 0 where that is negative or not known.
func savingOf(locked, free planner.Amount) units.Ratio {
	if !locked.Known || !free.Known || free.Rate >= locked.Rate {
		return 0
	}
	return units.Ratio(share(int64(locked.Rate-free.Rate), int64(units.Whole), int64(locked.Rate)))
}

// unlocked returns c without its locks, and whether it had any.
func unlocked(c planner.Cluster) (planner.Cluster, bool) {
	had := false
	c.NodeGroups = slices.Clone(c.NodeGroups)
	for i := range c.NodeGroups {
		had = had || c.NodeGroups[i].Locked != nil
		c.NodeGroups[i].Locked = nil
	}
	had = had || len(c.ControlPlane.Locked) > 0
	c.ControlPlane.Locked = nil
	return c, had
}

// makeFree plans a cluster without its locks, with which it cannot be planned for the
// reason given. Where it cannot be without them either, that is the error.
func makeFree(ctx context.Context, c, free planner.Cluster, cat *catalogs.Catalog, prov planner.Provider, o Options, why error) (planner.Plan, error) {
	plan, err := makeOne(ctx, free, cat, prov, o)
	if err != nil {
		return planner.Plan{}, err
	}
	conflict(&plan, &c, why)
	terms := prov.Terms()
	plan.Findings = practice.Check(&plan, cat, &terms)
	return plan, nil
}

// conflict puts into a plan that was made without the locks of c that they stood in the
// way of each other, for the reason given.
func conflict(plan *planner.Plan, c *planner.Cluster, why error) {
	plan.Cluster = *c
	for i := range plan.ControlPlane.Machines {
		machines := &plan.ControlPlane.Machines[i]
		if lock := c.ControlPlane.LockedType(machines.Role); lock != nil {
			machines.Lock = &planner.LockOutcome{Verdict: planner.LockHeld, FreeTypes: []string{machines.InstanceType}}
			if lock.InstanceType != machines.InstanceType {
				machines.Lock.Verdict, machines.Lock.Why = planner.LockConflict, reasons(why)
			}
		}
	}
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		at := slices.IndexFunc(c.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name })
		lock := c.NodeGroups[at].Locked
		if lock == nil {
			continue
		}
		g.Lock = &planner.LockOutcome{Verdict: planner.LockHeld, FreeTypes: nil}
		for j := range g.Pools {
			g.Lock.FreeTypes = append(g.Lock.FreeTypes, g.Pools[j].InstanceType)
			if !slices.Contains(lock.Types, g.Pools[j].InstanceType) {
				g.Lock.Verdict, g.Lock.Why = planner.LockConflict, reasons(why)
			}
		}
		slices.Sort(g.Lock.FreeTypes)
		g.Lock.FreeTypes = slices.Compact(g.Lock.FreeTypes)
	}
}
