package planner

import "github.com/scantling-dev/scantling/planner/units"

// UpgradeOutlook is what lies ahead of an upgrade: what staying costs, and when to
// upgrade next. Days are counted from Cluster.AsOf.
type UpgradeOutlook struct {
	// From is the minor that runs, To the one that is upgraded to.
	From, To MinorOutlook
	// Until is the day, not counted, to which staying is priced; zero where none was
	// given and no end of support is published.
	Until units.Date
	// Months of staying on From until then; the last one may be part of a month.
	Months []StayMonth
	// Stay is what they cost more in all, and Then what To costs more by then, both only
	// where the surcharges are known.
	Stay, Then           units.USD
	StayKnown, ThenKnown bool
	// Forced is the day on which the support of From has ended for good, and a provider
	// that runs the control plane upgrades it by itself; zero where that is not published.
	Forced units.Date
	// BreakEven is the first day at whose end staying has cost more than To and the
	// recommended strategy; zero where no such day comes before Until, or an amount is not
	// known.
	BreakEven units.Date
	// Newest is the newest minor that can be upgraded to on the day of the plan.
	Newest string
	// Windows are the times for upgrades of the next year, this one first.
	Windows []UpgradeWindow
}

// MinorOutlook is what a minor costs, and for how long it is supported.
type MinorOutlook struct {
	Minor string
	// Release, StandardEnd and ExtendedEnd are zero where they are not published.
	Release, StandardEnd, ExtendedEnd units.Date
	// Support on the day of the plan: "standard", "extended" or "none".
	Support string
	// Fee of a managed control plane on the day of the plan, the surcharge included;
	// nothing where people run it themselves.
	Fee Amount
	// Surcharge of extended support; nothing where there is none.
	Surcharge Amount
}

// UpgradeWindow is a time for an upgrade, in a cadence.
type UpgradeWindow struct {
	Date units.Date
	// From is the minor that runs until then, Hops those to go to: none where no newer
	// one is known to be released by then.
	From string
	Hops []string
	// Deadline is the first day without standard support of From; zero where not
	// published. Cost is what that day's passing has cost since the window before, where
	// the surcharge is known.
	Deadline  units.Date
	Cost      units.USD
	CostKnown bool
}

// Named returns a strategy by its name; nil where there is none.
func (u *UpgradePlan) Named(name string) *UpgradeStrategy {
	for i := range u.Strategies {
		if u.Strategies[i].Name == name {
			return &u.Strategies[i]
		}
	}
	return nil
}

// ParallelRun reports whether a second cluster runs beside the first.
func (s *UpgradeStrategy) ParallelRun() bool { return s.Name == "cluster_blue_green" }
