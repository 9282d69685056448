package document

import "github.com/scantling-dev/scantling/planner"

func syncUpgradePlan(to direction, d *upgradePlan, p *planner.UpgradePlan) {
	syncText(to, &d.From, &p.From)
	syncText(to, &d.To, &p.To)
	syncTexts(to, &d.Hops, &p.Hops)
	syncList(to, &d.Strategies, &p.Strategies, syncStrategy)
	syncText(to, &d.Recommended, &p.Recommended)
	syncText(to, &d.Reason, &p.Reason)
	syncTexts(to, &d.NodeRounds, &p.NodeRounds)
	syncTexts(to, &d.Pareto, &p.Pareto)
	syncText(to, &d.Nearest, &p.Nearest)
	syncText(to, &d.Compromise, &p.Compromise)
	syncOptional(to, &d.Quickest, &p.Quickest, syncWay)
	syncOptional(to, &d.Cheapest, &p.Cheapest, syncWay)
	syncList(to, &d.Levers, &p.Levers, func(to direction, d *lever, p *planner.UpgradeLever) {
		syncText(to, &d.Path, &p.Path)
		syncText(to, &d.Value, &p.Value)
		syncWay(to, &d.Way, &p.Way)
		syncText(to, &d.Risk, &p.Risk)
	})
	syncStay(to, &d.Stay, &p.Stay)
}

func syncWay(to direction, d *way, p *planner.UpgradeWay) {
	syncText(to, &d.Strategy, &p.Strategy)
	syncInt(to, &d.Duration, &p.Duration)
	syncKnown(to, &d.ExtraCost, &p.ExtraCost, &p.ExtraCostKnown)
}

func syncStay(to direction, d *stay, p *planner.UpgradeStay) {
	syncText(to, &d.StandardEnd, &p.StandardEnd)
	syncText(to, &d.ExtendedEnd, &p.ExtendedEnd)
	syncAmount(to, &d.Surcharge, &p.Surcharge)
	syncList(to, &d.Months, &p.Months, func(to direction, d *stayMonth, p *planner.StayMonth) {
		syncText(to, &d.Date, &p.Date)
		syncInt(to, &d.Cost, &p.Cost)
	})
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
		syncText(to, &d.Strategy, &p.Strategy)
		syncInt(to, &d.Rounds, &p.Rounds)
		syncInt(to, &d.MinReadyNodes, &p.MinReadyNodes)
		syncWidth(to, &d.Width, &p.Width)
		syncText(to, &d.WidthWhy, &p.WidthWhy)
		syncList(to, &d.WidthOthers, &p.WidthOthers, func(to direction, d *widthOther, p *planner.UpgradeWidthOther) {
			syncWidth(to, &d.Width, &p.Width)
			syncInt(to, &d.Duration, &p.Duration)
			otherKnown := known
			syncKnown(to, &d.ExtraCost, &p.ExtraCost, &otherKnown)
			syncTexts(to, &d.Breaks, &p.Breaks)
		})
		syncZones(to, &d.PeakByZone, &p.PeakByZone)
		syncInt(to, &d.PeakVCPUs, &p.PeakVCPUs)
	})
	syncSimulated(to, d, p)
}

// syncSimulated links what the simulation says of a strategy.
func syncSimulated(to direction, d *strategy, p *planner.UpgradeStrategy) {
	syncInt(to, &d.ControlPlaneCost, &p.ControlPlaneCost)
	syncInt(to, &d.VolumesCost, &p.VolumesCost)
	sync(to, &d.Simulated, &p.Simulated)
	syncInt(to, &d.NoTarget, &p.NoTarget)
	syncInt(to, &d.NoRedundancy, &p.NoRedundancy)
	syncInt(to, &d.Broken, &p.Broken)
	syncInt(to, &d.AfterNode, &p.AfterNode)
	syncInt(to, &d.AfterZone, &p.AfterZone)
	syncList(to, &d.Worst, &p.Worst, func(to direction, d *worstStep, p *planner.UpgradeWorst) {
		syncText(to, &d.Failing, &p.Failing)
		syncText(to, &d.Zone, &p.Zone)
		syncInt(to, &d.At, &p.At)
		syncText(to, &d.Step, &p.Step)
		syncText(to, &d.Workload, &p.Workload)
		syncInt(to, &d.Ready, &p.Ready)
		sync(to, &d.Holds, &p.Holds)
	})
	syncText(to, &d.Failure, &p.Failure)
	syncInt(to, &d.PeakNodes, &p.PeakNodes)
	syncInt(to, &d.PeakVCPUs, &p.PeakVCPUs)
	syncZones(to, &d.PeakByZone, &p.PeakByZone)
	syncList(to, &d.Limits, &p.Limits, syncLimit)
	syncList(to, &d.Workloads, &p.Workloads, func(to direction, d *workloadUpgrade, p *planner.UpgradeWorkload) {
		syncText(to, &d.Group, &p.Group)
		syncText(to, &d.Name, &p.Name)
		syncInt(to, &d.Pods, &p.Pods)
		syncInt(to, &d.Need, &p.Need)
		syncInt(to, &d.MinReady, &p.MinReady)
		syncInt(to, &d.MinReadyAt, &p.MinReadyAt)
		syncInt(to, &d.NoTarget, &p.NoTarget)
		syncInt(to, &d.AfterNode, &p.AfterNode)
		syncInt(to, &d.AfterZone, &p.AfterZone)
		syncInt(to, &d.Pending, &p.Pending)
	})
	syncInt(to, &d.RollbackControlPlane, &p.RollbackControlPlane)
	syncInt(to, &d.RollbackNodes, &p.RollbackNodes)
	syncList(to, &d.Timeline, &p.Timeline, func(to direction, d *timelineEvent, p *planner.UpgradeEvent) {
		syncInt(to, &d.At, &p.At)
		syncInt(to, &d.Until, &p.Until)
		syncText(to, &d.Kind, &p.Kind)
		syncText(to, &d.Minor, &p.Minor)
		syncText(to, &d.Group, &p.Group)
		syncText(to, &d.Zone, &p.Zone)
		syncText(to, &d.Workload, &p.Workload)
		syncInt(to, &d.Count, &p.Count)
		syncInt(to, &d.Times, &p.Times)
		syncInt(to, &d.For, &p.For)
	})
}

func syncWidth(to direction, d *width, p *planner.UpgradeWidth) {
	syncInt(to, &d.MaxSurge, &p.MaxSurge)
	syncInt(to, &d.MaxUnavailable, &p.MaxUnavailable)
	syncInt(to, &d.Batch, &p.Batch)
	sync(to, &d.Declared, &p.Declared)
}

func syncGrowthMonth(to direction, d *growthMonth, p *planner.GrowthMonth) {
	syncInt(to, &d.Month, &p.Month)
	syncText(to, &d.Date, &p.Date)
	syncInt(to, &d.Factor, &p.Factor)
	syncCounts(to, &d.Nodes, &p.Nodes, func(c *planner.GroupNodes) (*string, *int) { return &c.Group, &c.Nodes })
	syncAmount(to, &d.USDPerHour, &p.Cost)
	syncAmount(to, &d.ControlPlane, &p.ControlPlane)
	syncList(to, &d.Machines, &p.Machines, func(to direction, d *grownMachine, p *planner.GrownMachines) {
		syncText(to, &d.Role, &p.Role)
		syncText(to, &d.InstanceType, &p.InstanceType)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncList(to, &d.Disks, &p.Disks, syncDisk)
	})
	syncText(to, &d.Infeasible, &p.Infeasible)
}
