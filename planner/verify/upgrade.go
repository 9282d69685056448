package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// upgrade checks the course of an upgrade: minor by minor, with a strategy that
// can be used.
func (k *checker) upgrade() {
	asked, u := k.c.Upgrade, k.plan.Upgrade
	if !k.need((asked == nil) == (u == nil), "upgrade", "upgrade.asked", "asked for: %t, planned: %t", asked != nil, u != nil) || u == nil {
		return
	}
	k.need(u.From == k.c.KubernetesVersion && u.To == asked.To, "upgrade", "upgrade.versions", "from %s to %s, the spec says %s to %s", u.From, u.To, k.c.KubernetesVersion, asked.To)
	at := u.From
	for _, hop := range u.Hops {
		k.need(hop == nextMinor(at), "upgrade", "upgrade.hops", "a hop from %s to %s; the API server goes minor by minor", at, hop)
		at = hop
	}
	k.need(at == asked.To, "upgrade", "upgrade.hops", "the hops end at %s, not at %s", at, asked.To)

	// Early documents do not say which hops the nodes follow, nor anything of a
	// simulation.
	simulated := len(u.NodeRounds) > 0
	usable := 0
	found := u.Recommended == ""
	for i := range u.Strategies {
		s := &u.Strategies[i]
		path := "upgrade.strategies." + s.Name
		k.need(i == 0 || u.Strategies[i-1].Name < s.Name, path, "lists.sorted", "strategies are not sorted by name, or one is there twice")
		blocked := len(s.BlockedBy) > 0
		if !blocked {
			usable++
		}
		if s.Name == u.Recommended {
			found = true
			k.need(!blocked, "upgrade", "upgrade.recommended", "%s is recommended and blocked by %v", s.Name, s.BlockedBy)
		}
		k.strategy(s, path, blocked)
		if s.Duration > 0 && simulated {
			k.upgradeCourse(u, s, path)
		}
	}
	k.upgradeLevers(u)
	if simulated {
		k.upgradeChoice(u)
	}
	k.need(found, "upgrade", "upgrade.recommended", "%s is recommended and not listed", u.Recommended)
	wanted := asked.Strategy
	if wanted == "" || wanted == "compare" {
		wanted = u.Recommended
	}
	k.need(u.Recommended == "" || u.Recommended == wanted, "upgrade", "upgrade.recommended", "%s is recommended, the spec asks for %s", u.Recommended, wanted)
	if stuck := slices.ContainsFunc(u.Strategies, func(s planner.UpgradeStrategy) bool { return s.Name == wanted && len(s.BlockedBy) > 0 }); stuck {
		usable = 0
	}
	k.need(u.Recommended != "" || usable == 0, "upgrade", "upgrade.recommended", "none is recommended, though %d can be used", usable)
}

// nextMinor returns the minor after "1.35": "1.36"; empty where s is none.
func nextMinor(s string) string {
	major, minor, ok := strings.Cut(s, ".")
	n, err := strconv.Atoi(minor)
	if !ok || err != nil {
		return ""
	}
	return fmt.Sprintf("%s.%d", major, n+1)
}

// strategy checks the figures of one strategy.
func (k *checker) strategy(s *planner.UpgradeStrategy, path string, blocked bool) {
	k.need(s.Duration > 0 || (blocked && s.Duration == 0), path, "upgrade.duration", "it takes %v", s.Duration)
	k.need(s.ExtraCost >= 0, path, "upgrade.cost", "an extra cost of %d", s.ExtraCost)
	k.need(s.PeakExtraNodes >= 0, path, "upgrade.peak", "a peak of %d extra nodes", s.PeakExtraNodes)
	k.need(s.MinReady >= 0 && s.MinReady <= units.Whole, path, "upgrade.min_ready", "%s of the nodes stay ready", percent(s.MinReady))
	names := make([]string, 0, len(s.Groups))
	for _, g := range s.Groups {
		where := path + "." + g.Name
		known := slices.ContainsFunc(k.groups, func(o *group) bool { return slices.Contains(o.plan.CourseNames(), g.Name) })
		k.need(known && !slices.Contains(names, g.Name), where, "upgrade.group", "the group is unknown or there twice")
		names = append(names, g.Name)
		k.need(g.Start >= 0 && g.Duration >= 0 && g.Start+g.Duration <= s.Duration, where, "upgrade.duration", "from %v for %v, the upgrade takes %v", g.Start, g.Duration, s.Duration)
		k.need(g.ExtraCost >= 0 && g.ExtraNodeHours >= 0, where, "upgrade.cost", "an extra cost of %d for %g node hours", g.ExtraCost, g.ExtraNodeHours)
		k.need(g.MinReady >= s.MinReady && g.MinReady <= units.Whole, where, "upgrade.min_ready", "%s stay ready, the strategy says %s", percent(g.MinReady), percent(s.MinReady))
		k.need(g.PeakExtraNodes >= 0 && g.PeakExtraNodes <= s.PeakExtraNodes, where, "upgrade.peak", "a peak of %d extra nodes, the strategy says %d", g.PeakExtraNodes, s.PeakExtraNodes)
	}
}
