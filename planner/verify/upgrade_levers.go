package verify

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// upgradeLevers checks what is said to open a way where none is, or none that keeps what is
// kept by default: that a way is one of the provider's, holds the limits that stay, and is as
// good as what is said to be the least.
func (k *checker) upgradeLevers(u *planner.UpgradePlan) {
	const at = "upgrade"
	asked := k.c.Upgrade
	none := u.Recommended == ""
	k.need(u.Nearest == "" || none && u.Named(u.Nearest) != nil, at, "upgrade.nearest", "%s is nearest, %s is recommended", u.Nearest, u.Recommended)
	limits := asked.FinishWithin > 0 || asked.MaxExtra != nil
	k.need(u.Compromise == "" || !none && limits && !k.c.KeepDeclared(asked), at, "upgrade.compromise", "%s is recommended, with limits: %t, and there is a compromise: %s", u.Recommended, limits, u.Compromise)
	if s := u.Named(u.Recommended); u.Compromise != "" && s != nil {
		k.need(s.Broken > 0, at, "upgrade.compromise", "%s keeps what it must, and there is a compromise", s.Name)
	}
	k.need((u.Quickest == nil) == (u.Cheapest == nil), at, "upgrade.least", "the least time and cost are not both there")
	if u.Quickest != nil && u.Cheapest != nil {
		q, c := u.Quickest, u.Cheapest
		k.need(limits && (none || u.Compromise != ""), at, "upgrade.least", "the least that can be had is said, and %s can be used", u.Recommended)
		k.need(q.Duration > 0 && q.Duration <= c.Duration, at, "upgrade.least", "the quickest way takes %v, the cheapest %v", q.Duration, c.Duration)
		k.need(!q.ExtraCostKnown || !c.ExtraCostKnown || c.ExtraCost <= q.ExtraCost, at, "upgrade.least", "the cheapest way costs %d, the quickest %d", c.ExtraCost, q.ExtraCost)
	}
	for i := range u.Levers {
		k.upgradeLever(u, &u.Levers[i])
	}
}

// upgradeLever checks one of them.
func (k *checker) upgradeLever(u *planner.UpgradePlan, l *planner.UpgradeLever) {
	asked, w := k.c.Upgrade, &l.Way
	s := u.Named(w.Strategy)
	k.need(s != nil && s.Duration > 0, l.Path, "upgrade.lever", "%s has no course", w.Strategy)
	k.need(asked.Strategy == "" || asked.Strategy == "compare" || asked.Strategy == w.Strategy, l.Path, "upgrade.lever", "it is of %s, the spec asks for %s", w.Strategy, asked.Strategy)
	within, money := asked.FinishWithin, asked.MaxExtra
	switch {
	case l.Path == "upgrade.finish_within":
		d, err := time.ParseDuration(l.Value)
		k.need(err == nil && d > within, l.Path, "upgrade.lever", "%s is to be raised to %s", within, l.Value)
		within = d
	case l.Path == "upgrade.max_extra_usd":
		whole, cents, _ := strings.Cut(l.Value, ".")
		n, err := strconv.ParseInt(whole+cents, 10, 64)
		m := units.USD(n) * (units.Dollar / 100)
		k.need(len(cents) == 2, l.Path, "upgrade.lever", "%s is not dollars and cents", l.Value)
		k.need(err == nil && money != nil && m > *money, l.Path, "upgrade.lever", "it is to be raised to %s", l.Value)
		money = &m
	case l.Path == "upgrade.kubelet_skew":
		n, err := strconv.Atoi(l.Value)
		most := k.prov.Mechanics(k.c).LargestSkew
		k.need(err == nil && n > asked.KubeletSkew && (most == 0 || n <= most), l.Path, "upgrade.lever", "nodes trail by %d, and are to by %s", asked.KubeletSkew, l.Value)
	case strings.HasSuffix(l.Path, ".pod_disruption_budget.max_unavailable"):
		n, err := strconv.Atoi(l.Value)
		k.need(err == nil && n > 0, l.Path, "upgrade.lever", "a budget of %s", l.Value)
	case strings.HasSuffix(l.Path, ".update_config.strategy"):
		k.strategyLever(u, l)
	default:
		n, err := strconv.Atoi(l.Value)
		group := slices.ContainsFunc(k.c.NodeGroups, func(g planner.NodeGroup) bool { return strings.HasPrefix(l.Path, g.Path()+".update_config.") })
		k.need(group && err == nil && n > 0, l.Path, "upgrade.lever", "%s is no width of a group", l.Value)
	}
	k.need(within == 0 || w.Duration <= within, l.Path, "upgrade.lever", "it takes %v of %v", w.Duration, within)
	k.need(money == nil || w.ExtraCostKnown && w.ExtraCost <= *money, l.Path, "upgrade.lever", "it costs %d", w.ExtraCost)
}

// strategyLever checks one that declares the strategy of groups: of these each goes by another
// one by default in an upgrade by it, and what keeps what it must is not dearer than what is
// recommended, where that does so too.
func (k *checker) strategyLever(u *planner.UpgradePlan, l *planner.UpgradeLever) {
	ground := k.prov.Mechanics(k.c).Strategies
	for path := range strings.SplitSeq(strings.TrimSuffix(l.Path, ".update_config.strategy"), ".update_config and ") {
		at := slices.IndexFunc(k.c.NodeGroups, func(g planner.NodeGroup) bool { return g.Path() == path })
		if at < 0 {
			k.need(false, l.Path, "upgrade.lever", "%s is no group", path)
			continue
		}
		g := &k.c.NodeGroups[at]
		by := replacedBy(k.c, g, ground, l.Value)
		byDefault := slices.ContainsFunc(k.c.Assumptions, func(a planner.Assumption) bool { return a.Path == path+".update_config.strategy" })
		k.need(byDefault && by != nil && by.Name != l.Value, l.Path, "upgrade.lever", "%s declares a strategy, or goes by %s anyway", path, l.Value)
	}
	if s := u.Named(u.Recommended); s != nil && s.Broken == 0 && s.ExtraCostKnown {
		k.need(l.Way.ExtraCostKnown && l.Way.ExtraCost <= s.ExtraCost, l.Path, "upgrade.lever", "it costs %d, and %s, which is recommended, %d", l.Way.ExtraCost, s.Name, s.ExtraCost)
	}
}

// upgradeBroken holds for how long something is away that must be kept to its parts, which
// may overlap.
func (k *checker) upgradeBroken(s *planner.UpgradeStrategy, path string) {
	if !s.Simulated {
		return
	}
	least, most := time.Duration(0), time.Duration(0)
	switch cmp.Or(k.c.Upgrade.Keep, planner.UpgradeKeepNPlusOne) {
	case planner.UpgradeKeepTargets:
		least, most = s.NoTarget, s.NoTarget
	case planner.UpgradeKeepNPlusOne:
		least, most = s.NoRedundancy, s.NoRedundancy+s.NoTarget
	case planner.UpgradeKeepCapacity:
		least, most = s.NoRedundancy, s.Duration
		k.need(s.MinReady == units.Whole || s.Broken > 0, path, "upgrade.broken", "%s of the nodes stay ready, and nothing is away that must be kept", percent(s.MinReady))
	}
	k.need(s.Broken >= least && s.Broken <= most, path, "upgrade.broken", "something is away for %v, and its parts for %v to %v", s.Broken, least, most)
}
