package document

import "github.com/scantling-dev/scantling/planner"

func syncUpgradePlan(to direction, d *upgradePlan, p *planner.UpgradePlan) {
	syncText(to, &d.From, &p.From)
	syncText(to, &d.To, &p.To)
	syncTexts(to, &d.Hops, &p.Hops)
	syncList(to, &d.Strategies, &p.Strategies, syncStrategy)
	syncText(to, &d.Recommended, &p.Recommended)
	syncText(to, &d.Reason, &p.Reason)
}

func syncStrategy(to direction, d *strategy, p *planner.UpgradeStrategy) {
	syncText(to, &d.Name, &p.Name)
	syncSet(to, &d.Duration, &p.Duration)
	syncKnown(to, &d.ExtraCost, &p.ExtraCost, &p.ExtraCostKnown)
	modelled := p.Duration > 0
	syncWhere(to, modelled, &d.PeakExtraNodes, &p.PeakExtraNodes)
	syncWhere(to, modelled, &d.MinReady, &p.MinReady)
	syncText(to, &d.Rollback, &p.Rollback)
	syncTexts(to, &d.BlockedBy, &p.BlockedBy)
	syncTexts(to, &d.Notes, &p.Notes)
	known := p.ExtraCostKnown
	syncList(to, &d.Groups, &p.Groups, func(to direction, d *groupUpgrade, p *planner.UpgradeGroup) {
		syncText(to, &d.Name, &p.Name)
		syncInt(to, &d.Start, &p.Start)
		syncInt(to, &d.Duration, &p.Duration)
		syncInt(to, &d.Parallel, &p.Parallel)
		syncInt(to, &d.PeakExtraNodes, &p.PeakExtraNodes)
		syncInt(to, &d.MinReady, &p.MinReady)
		sync(to, &d.ExtraNodeHours, &p.ExtraNodeHours)
		groupKnown := known
		syncKnown(to, &d.ExtraCost, &p.ExtraCost, &groupKnown)
		syncInt(to, &d.Drain, &p.Drain)
		syncText(to, &d.DrainWorkload, &p.DrainWorkload)
	})
}

func syncGrowthMonth(to direction, d *growthMonth, p *planner.GrowthMonth) {
	syncInt(to, &d.Month, &p.Month)
	syncText(to, &d.Date, &p.Date)
	syncInt(to, &d.Factor, &p.Factor)
	syncCounts(to, &d.Nodes, &p.Nodes, func(c *planner.GroupNodes) (*string, *int) { return &c.Group, &c.Nodes })
	syncAmount(to, &d.USDPerHour, &p.Cost)
	syncAmount(to, &d.ControlPlane, &p.ControlPlane)
	syncText(to, &d.Infeasible, &p.Infeasible)
}
