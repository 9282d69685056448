package practice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// oldVersion is the age at which a minor is due: Kubernetes releases one about
// every four months and clusters should move at least once a year.
const oldVersion = 365

func upgradeRules() []rule {
	return []rule{
		{Rule{
			ID: "UP-01", Title: "Some way to upgrade is open", DefaultSeverity: planner.Warning,
			What: "The upgrade was planned, and every strategy is blocked or the one that the spec asks for is (an error), or declared limits block all that keep what is kept by default (a warning).",
			Why:  "A cluster that cannot be upgraded is upgraded by its provider in the end, on a day that nobody chose.",
			Fix:  "Remove what blocks the cheapest strategy, which the message quotes, or declare one of the changes that the remedy names: each was planned.",
		}, noStrategy},
		{Rule{
			ID: "UP-02", Title: "Upgrades do not thin out capacity", DefaultSeverity: planner.Warning, ProductionOnly: true,
			What: "With the recommended strategy fewer nodes are ready at some moment than the plan has.",
			Why:  "The spare that a plan keeps for failures is used up by the upgrade, for as long as it takes.",
			Fix:  "Use a strategy that adds nodes before it takes any.",
		}, thinUpgrade},
		{Rule{
			ID: "UP-06", Title: "One minor at a time", DefaultSeverity: planner.Warning,
			What: "The upgrade crosses two minors or more. It is planned minor by minor all the same.",
			Why:  "Each minor removes APIs and changes defaults; several at once are hard to test and hard to undo.",
			Fix:  "Upgrade to the next minor, let it run, and go on from there.",
		}, manyHops},
		{Rule{
			ID: "UP-07", Title: "Upgrade at least once a year", DefaultSeverity: planner.Warning,
			What: "The minor came out, on the provider or, where people run the control plane, at all, more than 365 days before as_of, a newer one is out, and no upgrade to a younger one is planned.",
			Why:  "About three minors appear a year. Whoever waits crosses several at once, close to the end of support.",
			Fix:  "Plan an upgrade to a minor that is younger, minor by minor where it is not the next, and one about every four months from then on.",
		}, oldMinor},
	}
}

func noStrategy(v *view) []planner.Finding {
	u := v.plan.Upgrade
	if u == nil || len(u.Strategies) == 0 {
		return nil
	}
	var reasons []string
	open := false
	for _, s := range u.Strategies {
		if len(s.BlockedBy) == 0 {
			open = true
			continue
		}
		if v.c.Upgrade != nil && s.Name == v.c.Upgrade.Strategy {
			return []planner.Finding{{
				Path: "upgrade.strategy", Severity: planner.Error,
				Message: fmt.Sprintf("%s, which the spec asks for, is blocked: %s", s.Name, strings.Join(s.BlockedBy, ", ")),
				Remedy:  opening(u, "strategy = \"compare\", or remove what blocks it"),
			}}
		}
		reasons = append(reasons, s.Name+" ("+strings.Join(s.BlockedBy, ", ")+")")
	}
	switch {
	case open && u.Compromise != "":
		return []planner.Finding{{Path: "upgrade.keep", Message: u.Compromise, Remedy: opening(u, "keep = ... to say what must hold, or a wider limit")}}
	case open:
		return nil
	}
	return []planner.Finding{{
		Path: "upgrade", Severity: planner.Error,
		Message: fmt.Sprintf("all %d ways to %s are blocked: %s", len(u.Strategies), u.To, strings.Join(reasons, "; ")),
		Remedy:  opening(u, "strategy = \"compare\", once what blocks is gone"),
	}}
}

// opening names the changes that open a way to upgrade; where none is known it is what is given.
func opening(u *planner.UpgradePlan, otherwise string) string {
	var words []string
	for i := range u.Levers {
		words = append(words, u.Levers[i].Words())
	}
	if len(words) == 0 {
		return otherwise
	}
	return strings.Join(words, ", or ")
}

// recommended returns the recommended strategy; nil where there is none.
func (v *view) recommended() *planner.UpgradeStrategy {
	u := v.plan.Upgrade
	if u == nil {
		return nil
	}
	for i := range u.Strategies {
		if u.Strategies[i].Name == u.Recommended {
			return &u.Strategies[i]
		}
	}
	return nil
}

func thinUpgrade(v *view) []planner.Finding {
	s := v.recommended()
	if s == nil || s.MinReady >= units.Whole {
		return nil
	}
	f := planner.Finding{
		Path:    "upgrade.strategy",
		Message: fmt.Sprintf("%s leaves %s of the nodes ready at its thinnest", s.Name, percentDown(s.MinReady)),
		Remedy:  v.fuller(),
	}
	if i := slices.IndexFunc(s.Groups, func(g planner.UpgradeGroup) bool { return g.MinReady == s.MinReady }); i >= 0 {
		f.Message += ", in group " + s.Groups[i].Name
	}
	return []planner.Finding{f}
}

// fuller names a strategy that takes no node before another has come.
func (v *view) fuller() string {
	best := ""
	for _, s := range v.plan.Upgrade.Strategies {
		if len(s.BlockedBy) == 0 && s.MinReady >= units.Whole && (best == "" || s.Name == "surge") {
			best = s.Name
		}
	}
	if best == "" {
		return "machines to spare, so that new nodes can come before old ones go"
	}
	return fmt.Sprintf("strategy = %q", best)
}

func manyHops(v *view) []planner.Finding {
	u := v.plan.Upgrade
	if u == nil || len(u.Hops) < 2 {
		return nil
	}
	return []planner.Finding{{
		Path:    "upgrade.to",
		Message: fmt.Sprintf("from %s to %s are %d minors", u.From, u.To, len(u.Hops)),
		Remedy:  "test after each: " + strings.Join(u.Hops, ", then "),
	}}
}

func oldMinor(v *view) []planner.Finding {
	runs, ok := v.version(v.c.KubernetesVersion)
	if !ok || runs.Release.IsZero() || v.c.AsOf.IsZero() {
		return nil
	}
	age := runs.Release.DaysUntil(v.c.AsOf)
	newer := 0
	after := false
	for _, o := range v.versions {
		if after && !o.Release.IsZero() && o.Release <= v.c.AsOf {
			newer++
		}
		after = after || o.Minor == runs.Minor
	}
	if age <= oldVersion || newer == 0 {
		return nil
	}
	if u := v.plan.Upgrade; u != nil {
		to, ok := v.version(u.To)
		if ok && !to.Release.IsZero() && to.Release.DaysUntil(v.c.AsOf) <= oldVersion {
			return nil
		}
	}
	return []planner.Finding{{
		Path:    "kubernetes_version",
		Message: fmt.Sprintf("%s has been out for %s, and %s %s out", runs.Minor, count(age, "day"), count(newer, "newer minor"), verb(newer, "is", "are")),
		Remedy:  v.upgradeTo(runs.Minor, "kubernetes_version"), // as rules about support say it of the same line
	}}
}
