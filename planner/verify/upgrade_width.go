package verify

import (
	"cmp"
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// upgradeWidths checks how many nodes of each pool a strategy replaces at a time: what the
// spec declares, or what was chosen, within the bounds of the provider, and that no
// narrower or wider one that is named beside it would have been the choice.
func (k *checker) upgradeWidths(u *planner.UpgradePlan, s *planner.UpgradeStrategy, path string) {
	mech := k.prov.Mechanics(k.c)
	for _, g := range k.groups {
		by := replacedBy(k.c, g.decl, mech.Strategies, s.Name)
		if by == nil {
			return // the provider has no such strategy
		}
		open := k.c.WidthOpen(g.decl, k.terms.MaxSurge)
		for i, name := range g.plan.CourseNames() {
			c := slices.IndexFunc(s.Groups, func(c planner.UpgradeGroup) bool { return c.Name == name })
			if c < 0 {
				continue
			}
			o := &s.Groups[c]
			where, w, n := path+"."+name, &o.Width, g.plan.Pools[i].Nodes
			// Early documents do not say by what.
			k.need(o.Strategy == "" || o.Strategy == by.Name, where, "upgrade.group_strategy", "its nodes are replaced by %s; in an upgrade by %s they are by %s", o.Strategy, s.Name, by.Name)
			k.needWay(o, by, where, n)
			if *w == (planner.UpgradeWidth{}) { // early documents do not say
				continue
			}
			k.need(open || w.Declared, where, "upgrade.width", "%+v was chosen, and the spec declares a width", *w)
			k.widthBounds(where, w, by, n, len(g.plan.Pools[i].NodesByZone), mech.MaxParallel)
			if w.Declared && n > 0 {
				asked := k.declaredWidth(&g.decl.UpdateConfig, by, n, len(g.plan.Pools[i].NodesByZone), mech.MaxParallel,
					k.idle(g.plan.Pools[i].InstanceType, g.decl.Zones))
				k.need(*w == asked, where, "upgrade.width", "%s, the spec declares %s", w.Words(), asked.Words())
			}
			k.widthChoice(u, s, o, where, g.decl.Role.WidthFree())
		}
	}
}

// replacedBy is the strategy by which an upgrade by one replaces the nodes of a group: the
// one that the group declares, or has because its machines are scarce where the other needs
// more of them. A second cluster or a second group is none that a group can have. It is nil
// where the ground has no strategy of the name.
func replacedBy(c *planner.Cluster, g *planner.NodeGroup, ground []planner.UpgradeOption, name string) *planner.UpgradeOption {
	named := func(name string) *planner.UpgradeOption {
		at := slices.IndexFunc(ground, func(o planner.UpgradeOption) bool { return o.Name == name })
		if at < 0 {
			return nil
		}
		return &ground[at]
	}
	all, own := named(name), named(g.UpdateConfig.Strategy)
	if all == nil || own == nil || all.Course == planner.CourseClusterBlueGreen || all.Course == planner.CourseNodeGroupBlueGreen {
		return all
	}
	byDefault := slices.ContainsFunc(c.Assumptions, func(a planner.Assumption) bool { return a.Path == g.Path()+".update_config.strategy" })
	if byDefault && (own.Name != "minimal" || all.Course == planner.CourseInPlace) {
		return all
	}
	return own
}

// needWay holds what a course says of n nodes to how they are replaced: what takes nodes away
// first, or upgrades them where they stand, adds none and leaves fewer of them, what has a whole
// second group has as many more, and leaves all.
func (k *checker) needWay(o *planner.UpgradeGroup, by *planner.UpgradeOption, where string, n int) {
	if o.Strategy == "" || n == 0 {
		return
	}
	short := by.TerminateFirst || by.Course == planner.CourseInPlace || by.Course == planner.CourseEKSMinimal
	double := slices.Contains([]planner.Course{planner.CourseGKEBlueGreen, planner.CourseNodeGroupBlueGreen, planner.CourseClusterBlueGreen}, by.Course)
	k.need(!short || o.PeakExtraNodes == 0 && o.ExtraCost == 0 && o.MinReadyNodes < n, where, "upgrade.group_strategy", "by %s it has %d nodes more, and %d of %d are ready", by.Name, o.PeakExtraNodes, o.MinReadyNodes, n)
	k.need(!double || o.PeakExtraNodes == n && o.MinReadyNodes >= n, where, "upgrade.group_strategy", "by %s it has %d nodes more, and %d of %d are ready", by.Name, o.PeakExtraNodes, o.MinReadyNodes, n)
}

// declaredWidth is what an update_config comes to in a strategy, for so many nodes in so many
// zones of which so many are replaced at a time at most. What a strategy has no figure of is
// as wide as the one that it has. On machines of one's own a surge has those that stand idle,
// and one for which it is blocked where none does.
func (k *checker) declaredWidth(u *planner.UpdateConfig, o *planner.UpgradeOption, n, zones, most, idle int) planner.UpgradeWidth {
	if most == 0 {
		most = n
	}
	more, fewer := u.MaxSurge, u.MaxUnavailable
	alone := fewer // of what goes without a surge
	switch {
	case k.terms.OwnMachines: // one figure serves both ways
		more, fewer = u.MaxUnavailable, units.Count(0)
	case !k.terms.MaxSurge:
		more = units.Count(0)
	default:
		if alone.IsZero() {
			alone = more
		}
		if more.IsZero() && u.Strategy != "surge" {
			more, fewer = u.MaxUnavailable, units.Count(0)
		}
	}
	one := min(max(alone.Down(n), 1), n)
	out := planner.UpgradeWidth{Declared: true}
	switch o.Course {
	case planner.CourseEKSDefault: // EKS knows max_unavailable alone
		// Its surplus is as large as what is declared, be there fewer nodes or not.
		u := min(max(fewer.Down(n), 1), most)
		out.MaxUnavailable, out.MaxSurge = min(u, n), max(2*zones, u)
	case planner.CourseEKSMinimal:
		out.MaxUnavailable = min(max(fewer.Down(n), 1), most, n)
	case planner.CourseInPlace, planner.CourseNodeGroupBlueGreen:
		out.Batch = min(one, most)
	case planner.CourseGKEBlueGreen, planner.CourseGKEAutoscaledBlueGreen:
		out.Batch = one
	case planner.CourseClusterBlueGreen:
		out.Batch = n
	case planner.CourseGKESurge, planner.CourseRolling:
		if o.TerminateFirst {
			out.MaxUnavailable = min(one, most)
			return out
		}
		away := fewer.Down(n)
		if fewer.IsRatio && !fewer.IsZero() {
			away = max(away, 1)
		}
		surge := more.Up(n)
		if surge+away == 0 {
			surge = 1
		}
		if k.terms.OwnMachines {
			surge = min(surge, max(idle, 1))
		}
		out.MaxSurge = min(surge, most, n)
		out.MaxUnavailable = min(away, min(most, n)-out.MaxSurge) // the surge comes first
	}
	return out
}

// widthBounds holds a width to the nodes that there are and to what the provider replaces
// at a time.
func (k *checker) widthBounds(where string, w *planner.UpgradeWidth, o *planner.UpgradeOption, n, zones, most int) {
	if n == 0 {
		return
	}
	if most == 0 {
		most = n
	}
	surge, together := w.MaxSurge, w.MaxSurge+w.MaxUnavailable+w.Batch
	switch o.Course {
	case planner.CourseEKSDefault:
		// The larger of two nodes a zone and of what is replaced at a time.
		k.need(surge >= max(2*zones, w.MaxUnavailable), where, "upgrade.width", "a surge of %d with %d at a time in %d zones", surge, w.MaxUnavailable, zones)
		together = w.MaxUnavailable
	case planner.CourseEKSMinimal:
		k.need(surge == 0, where, "upgrade.width", "a surge of %d, and nodes go first", surge)
	case planner.CourseGKEBlueGreen, planner.CourseGKEAutoscaledBlueGreen, planner.CourseClusterBlueGreen:
		most = n
	case planner.CourseGKESurge, planner.CourseRolling:
		k.need(!o.TerminateFirst || surge == 0, where, "upgrade.width", "a surge of %d, and nodes go first", surge)
		k.need(w.Declared || surge == 0 || w.MaxUnavailable == 0, where, "upgrade.width", "a surge of %d was chosen that takes %d away", surge, w.MaxUnavailable)
	case planner.CourseInPlace, planner.CourseNodeGroupBlueGreen:
	}
	k.need(together >= 1 && together <= min(n, most), where, "upgrade.width", "%d of %d nodes at a time", together, n)
}

// widthChoice holds a chosen width to those that are named beside it: what breaks nothing,
// time and money included, must not be cheaper, nor equally cheap and shorter. Where the
// default of a role stays as long as it does, 1 node, a wider one was only to be chosen if
// the next narrower one breaks something.
func (k *checker) widthChoice(u *planner.UpgradePlan, s *planner.UpgradeStrategy, o *planner.UpgradeGroup, where string, free bool) {
	said := o.WidthWhy != "" || len(o.WidthOthers) > 0
	told := s.Name == u.Recommended || s.Name == k.c.Upgrade.Strategy || s.Name == u.Nearest
	k.need(!said || told && !o.Width.Declared, where, "upgrade.width", "a choice is explained that was not made, or of a strategy that nobody asks for")
	k.need(o.Width.Declared || !told || !s.Simulated || o.WidthWhy != "", where, "upgrade.width", "%+v was chosen, and no reason is given", o.Width)
	if len(s.BlockedBy) > 0 || !s.ExtraCostKnown {
		return
	}
	for _, other := range o.WidthOthers {
		better := other.ExtraCost < s.ExtraCost || other.ExtraCost == s.ExtraCost && other.Duration < s.Duration
		if !free {
			better = widthNodes(&other.Width) < widthNodes(&o.Width)
		}
		if within := k.c.Upgrade.FinishWithin; within > 0 && len(other.Breaks) == 0 {
			k.need(other.Duration <= within, where, "upgrade.width", "%+v breaks nothing, takes %v and finish_within is %v", other.Width, other.Duration, within)
		}
		if most := k.c.Upgrade.MaxExtra; most != nil && len(other.Breaks) == 0 {
			k.need(other.ExtraCost <= *most, where, "upgrade.width", "%+v breaks nothing, costs %v and max_extra_usd is %v", other.Width, other.ExtraCost, *most)
		}
		k.need(len(other.Breaks) > 0 || !better, where, "upgrade.width", "%+v was chosen, and %+v breaks nothing and is better", o.Width, other.Width)
		k.need(len(other.Breaks) > 0 || s.MinReady == units.Whole || k.c.Upgrade.Keep != planner.UpgradeKeepCapacity, where, "upgrade.width", "%+v leaves fewer nodes than planned, and %+v does not", o.Width, other.Width)
	}
}

// widthNodes is how many nodes a chosen width replaces at a time: of a surge with nodes that
// may be away these, since EKS adds nodes in any case.
func widthNodes(w *planner.UpgradeWidth) int {
	return cmp.Or(w.MaxUnavailable, w.MaxSurge, w.Batch)
}
