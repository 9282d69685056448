package document

import "github.com/scantling-dev/scantling/planner"

func syncUncertainty(to direction, d *uncertainty, p *planner.Uncertainty) {
	syncInt(to, &d.Worlds, &p.Worlds)
	syncInt(to, &d.Strata, &p.Strata)
	syncList(to, &d.Estimates, &p.Estimates, func(to direction, d *estimateInfo, p *planner.EstimateInfo) {
		syncText(to, &d.Path, &p.Path)
		syncText(to, &d.Curve, &p.Curve)
	})
	syncList(to, &d.Workloads, &p.Workloads, syncWorkloadSpread)
	syncList(to, &d.Groups, &p.Groups, func(to direction, d *groupSpread, p *planner.GroupSpread) {
		syncText(to, &d.Group, &p.Group)
		syncInt(to, &d.P10, &p.P10)
		syncInt(to, &d.P50, &p.P50)
		syncInt(to, &d.P90, &p.P90)
	})
	syncAmount(to, &d.Cost.P10, &p.Cost.P10)
	syncAmount(to, &d.Cost.P50, &p.Cost.P50)
	syncAmount(to, &d.Cost.P90, &p.Cost.P90)
	syncList(to, &d.RunsOut, &p.RunsOut, func(to direction, d *runOutSpread, p *planner.RunOutSpread) {
		syncText(to, &d.Group, &p.Group)
		syncOptional(to, &d.P10, &p.P10, syncRunOutMonth)
		syncOptional(to, &d.P50, &p.P50, syncRunOutMonth)
		syncOptional(to, &d.P90, &p.P90, syncRunOutMonth)
		syncInt(to, &d.Within, &p.Within)
	})
	syncInt(to, &d.Holds, &p.Holds)
}

func syncRunOutMonth(to direction, d *runOutMonth, p *planner.RunOutMonth) {
	syncInt(to, &d.Month, &p.Month)
	syncText(to, &d.Date, &p.Date)
}

func syncWorkloadSpread(to direction, d *workloadSpread, p *planner.WorkloadSpread) {
	syncText(to, &d.Path, &p.Path)
	syncInt(to, &d.P10, &p.P10)
	syncInt(to, &d.P50, &p.P50)
	syncInt(to, &d.P90, &p.P90)
	syncInt(to, &d.Mid, &p.Mid)
	syncInt(to, &d.Planned, &p.Planned)
	syncInt(to, &d.Holds, &p.Holds)
	syncOptional(to, &d.World, &p.World, syncInt)
	s := &p.SizedFor
	syncSet(to, &d.SizedFor.Throughput, &s.Throughput)
	syncSet(to, &d.SizedFor.ThroughputPerPod, &s.ThroughputPerPod)
	syncSet(to, &d.SizedFor.ServiceFactor, &s.ServiceFactor)
	syncSet(to, &d.SizedFor.CPUPerRequest, &s.CPUPerRequest)
	syncSet(to, &d.SizedFor.JobDuration, &s.JobDuration)
	syncKnown(to, &d.SizedFor.GrowthPerMonth, &s.GrowthPerMonth, &s.HasGrowth)
}
