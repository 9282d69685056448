package verify

import (
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// lock checks what became of a group's locked types: that nodes are of locked types
// alone where they are said to stand, that others save enough where they gave way for
// that, and that the plan's nodes cost what is said of them. That locked types do not
// hold, and what the choice that was not taken costs, is not shown.
func (k *checker) lock(g *group) {
	decl, out := g.decl.Locked, g.plan.Lock
	path := g.path + ".lock"
	if !k.need((decl == nil) == (out == nil), path, "lock.outcome", "types are locked: %t; the plan says what became of them: %t", decl != nil, out != nil) || decl == nil {
		return
	}
	locked := func(name string) bool { return slices.Contains(decl.Types, name) }
	var types []string
	all := true
	for i := range g.plan.Pools {
		types = append(types, g.plan.Pools[i].InstanceType)
		all = all && locked(g.plan.Pools[i].InstanceType)
	}
	slices.Sort(types)
	types = slices.Compact(types)
	held := out.Verdict == planner.LockHeld
	k.need(!held || all, path, "lock.types", "locked types are said to stand: the nodes are of %q, locked are %q", types, decl.Types)
	k.need(held || slices.Equal(types, out.FreeTypes), path, "lock.free", "the choice was free for %q, the nodes are of %q", out.FreeTypes, types)
	for i, name := range out.Gone {
		k.need(locked(name) && (i == 0 || out.Gone[i-1] < name), path, "lock.gone", "%s is not among the locked types %q, or the list is not sorted", name, decl.Types)
		c := g.candidate(name)
		k.need(c == nil || g.selective || c.free[onCPU] <= 0 || !g.roomy(c), path, "lock.gone", "%s is said to be gone, and the spec admits it", name)
	}
	k.lockSaving(g, path)
	switch out.Verdict {
	case planner.LockHeld, planner.LockSaving:
	case planner.LockGone:
		k.need(slices.Equal(out.Gone, decl.Types), path, "lock.gone", "all of %q are said to be gone, listed are %q", decl.Types, out.Gone)
	case planner.LockUnfit, planner.LockConflict:
		k.need(out.Why != "", path, "lock.why", "the locked types gave way for no reason")
	default:
		k.need(false, path, "lock.verdict", "no verdict is %q", out.Verdict)
	}
}

// lockedMember checks what became of the locked type of a role of the control plane, as lock
// does of a group's. What its machines cost is the catalog's price times their number.
func (k *checker) lockedMember(m *planner.ControlPlaneMachines, path string) {
	decl, out := k.c.ControlPlane.LockedType(m.Role), m.Lock
	if !k.need((decl == nil) == (out == nil), path, "lock.outcome", "a type is locked: %t; the plan says what became of it: %t", decl != nil, out != nil) || decl == nil {
		return
	}
	held := out.Verdict == planner.LockHeld
	k.need(!held || m.InstanceType == decl.InstanceType, path, "lock.types", "%s is said to stand, the machines are %s", decl.InstanceType, m.InstanceType)
	k.need(held || m.InstanceType != decl.InstanceType, path, "lock.types", "%s is said to have given way, and the machines are of it", decl.InstanceType)
	k.need(held || slices.Equal(out.FreeTypes, []string{m.InstanceType}), path, "lock.free", "the choice was free for %q, the machines are %s", out.FreeTypes, m.InstanceType)
	if out.Verdict == planner.LockConflict || out.Verdict == planner.LockUnfit {
		k.need(out.Why != "", path, "lock.why", "the locked type gave way for no reason")
	}
	if out.Verdict == planner.LockConflict || held && !out.Locked.Known && !out.Free.Known && len(out.FreeTypes) == 1 && out.FreeTypes[0] == m.InstanceType {
		return // made without locks: nothing else is said
	}
	cost := func(name string) planner.Amount {
		t := k.types[name]
		if t == nil || !t.OnDemand.Known() {
			return planner.Amount{}
		}
		return planner.Amount{Rate: t.OnDemand.Rate * units.USDPerHour(m.Nodes), Known: true}
	}
	if k.need(len(out.FreeTypes) == 1, path, "lock.free", "a role has one type, free for it were %q", out.FreeTypes) {
		k.need(out.Free == cost(out.FreeTypes[0]), path, "lock.cost", "machines of %s cost %+v, the plan says %+v", out.FreeTypes[0], cost(out.FreeTypes[0]), out.Free)
	}
	if held || out.Verdict == planner.LockSaving {
		k.need(out.Locked == cost(decl.InstanceType), path, "lock.cost", "machines of %s cost %+v, the plan says %+v", decl.InstanceType, cost(decl.InstanceType), out.Locked)
	}
	want := saved(out)
	k.need(out.Saving == want, path, "lock.saving", "the free choice saves %s, its cost makes it %s", percent(out.Saving), percent(want))
	k.need(!held || out.Saving <= decl.MinSaving, path, "lock.kept", "the locked type stands, though another saves %s, more than %s", percent(out.Saving), percent(decl.MinSaving))
	k.need(out.Verdict != planner.LockSaving || out.Saving > decl.MinSaving, path, "lock.given", "the locked type gave way, though another saves %s, no more than %s", percent(out.Saving), percent(decl.MinSaving))
}

// saved is 1 - free / locked, rounded down; 0 where that is negative or not known.
func saved(out *planner.LockOutcome) units.Ratio {
	if !out.Locked.Known || !out.Free.Known || out.Free.Rate < 0 || out.Free.Rate >= out.Locked.Rate {
		return 0
	}
	share := new(big.Int).Mul(big.NewInt(int64(out.Locked.Rate-out.Free.Rate)), big.NewInt(int64(units.Whole)))
	return units.Ratio(share.Div(share, big.NewInt(int64(out.Locked.Rate))).Int64())
}

// roomy reports whether a node of c has room for a pod of the group.
func (g *group) roomy(c *candidate) bool {
	return len(g.loads) == 0 || slices.ContainsFunc(g.loads, func(l *load) bool { return g.fits(l, c) })
}

// lockSaving checks what the locked types and the free choice cost, and whether the
// difference is enough.
func (k *checker) lockSaving(g *group, path string) {
	decl, out := g.decl.Locked, g.plan.Lock
	own := out.Free
	switch out.Verdict {
	case planner.LockHeld:
		own = out.Locked
	case planner.LockConflict:
		own = planner.Amount{}
	case planner.LockGone, planner.LockUnfit, planner.LockSaving:
	}
	if own.Known {
		due := k.nodesOwed(g)
		if disks := k.disksOwed(k.prov.RootDisks(g.decl), g.plan.Nodes); disks.known {
			due.join(&disks)
		}
		fees := k.feesOfNodes(g.plan.Nodes)
		due.join(&fees)
		k.need(due.known && due.agrees(own.Rate), path, "lock.cost", "the nodes with their disks cost %v, the plan says %v", &due, own)
	}
	want := saved(out)
	k.need(out.Saving == want, path, "lock.saving", "the free choice saves %s, its cost makes it %s", percent(out.Saving), percent(want))
	k.need(out.Verdict != planner.LockHeld || out.Saving <= decl.MinSaving, path, "lock.kept", "locked types stand, though others save %s, more than %s", percent(out.Saving), percent(decl.MinSaving))
	k.need(out.Verdict != planner.LockSaving || out.Saving > decl.MinSaving, path, "lock.given", "locked types gave way, though others save %s, no more than %s", percent(out.Saving), percent(decl.MinSaving))
}
