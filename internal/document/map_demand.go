package document

import "github.com/scantling-dev/scantling/planner"

func syncDemand(to direction, d *demand, p *planner.Demand) {
	syncText(to, &d.Way, &p.Way)
	syncSet(to, &d.Replicas, &p.Replicas)
	syncSet(to, &d.Throughput, &p.Throughput)
	syncOptional(to, &d.ThroughputRange, &p.ThroughputRange, syncRateRange)
	syncTexts(to, &d.Fronts, &p.Fronts)
	syncSet(to, &d.ThroughputPerPod, &p.ThroughputPerPod)
	syncOptional(to, &d.PerPodRange, &p.ThroughputPerPodRange, syncRateRange)
	syncList(to, &d.Latency, &p.Latency, syncTarget)
	syncList(to, &d.FailureLatency, &p.FailureLatency, syncTarget)
	syncServiceTime(to, &d.ServiceTime, &p.Service)
	syncSet(to, &d.CPUPerRequest, &p.CPUPerRequest)
	syncOptional(to, &d.CPURange, &p.CPUPerRequestRange, syncTimeRange)
	syncSet(to, &d.Concurrency, &p.Concurrency)
	syncText(to, &d.Balancing, &p.Balancing)
	syncSet(to, &d.Balancers, &p.Balancers)
	syncSet(to, &d.Connections, &p.Connections)
	syncList(to, &d.LoadCurve, &p.LoadCurve, func(to direction, d *curvePoint, p *planner.CurvePoint) {
		syncInt(to, &d.Throughput, &p.Throughput)
		syncInt(to, &d.P99, &p.P99)
	})
	syncOptional(to, &d.Job, &p.Job, syncJob)
	syncSet(to, &d.MaxUtilization, &p.MaxUtilization)
}

func syncServiceTime(to direction, d *serviceTime, p *planner.ServiceTime) {
	syncText(to, &d.Distribution, &p.Distribution)
	syncList(to, &d.Measured, &p.Measured, syncTarget)
	syncKnown(to, &d.CV, &p.CV, &p.HasCV)
	syncSet(to, &d.MeasuredAtUtilization, &p.MeasuredAtUtilization)
	syncOptional(to, &d.Range, &p.Range, syncRatioRange)
}

func syncTarget(to direction, d *target, p *planner.LatencyTarget) {
	syncText(to, &d.Statistic, &p.Statistic)
	syncInt(to, &d.Time, &p.Target)
}

func syncJob(to direction, d *job, p *planner.Job) {
	syncInt(to, &d.Runs, &p.Runs)
	syncInt(to, &d.Duration, &p.Duration)
	syncOptional(to, &d.Range, &p.DurationRange, syncTimeRange)
	syncOptional(to, &d.StartHour, &p.StartHour, syncInt[int, int])
	syncSet(to, &d.FinishWithin, &p.FinishWithin)
}

func syncRateRange(to direction, d *rateRange, p *planner.RateRange) {
	syncInt(to, &d.Low, &p.Low)
	syncInt(to, &d.High, &p.High)
	syncInt(to, &d.Confidence, &p.Confidence)
}

func syncTimeRange(to direction, d *timeRange, p *planner.TimeRange) {
	syncInt(to, &d.Low, &p.Low)
	syncInt(to, &d.High, &p.High)
	syncInt(to, &d.Confidence, &p.Confidence)
}

func syncRatioRange(to direction, d *ratioRange, p *planner.RatioRange) {
	syncInt(to, &d.Low, &p.Low)
	syncInt(to, &d.High, &p.High)
	syncInt(to, &d.Confidence, &p.Confidence)
}

func syncDailyProfile(to direction, d *dailyProfile, p *planner.DailyProfile) {
	syncList(to, &d.Hours, &p.Hours, syncInt)
	syncSet(to, &d.Trough, &p.Trough)
}

func syncAutoscaler(to direction, d *autoscaler, p *planner.HorizontalPodAutoscaler) {
	syncSet(to, &d.MinReplicas, &p.MinReplicas)
	syncSet(to, &d.MaxReplicas, &p.MaxReplicas)
	syncSet(to, &d.TargetCPUUtilization, &p.TargetCPUUtilization)
}

func syncRisk(to direction, d *risk, p *planner.Risk) {
	syncText(to, &d.Rule, &p.Rule)
	syncSet(to, &d.Share, &p.Share)
	syncSet(to, &d.Overspend, &p.Overspend)
	syncSet(to, &d.Shortfall, &p.Shortfall)
}

func syncSidecar(to direction, d *sidecar, p *planner.Sidecar) {
	syncText(to, &d.Name, &p.Name)
	syncInt(to, &d.MilliCPU, &p.CPU)
	syncInt(to, &d.Memory, &p.Memory)
	syncSet(to, &d.EphemeralStorage, &p.EphemeralStorage)
	syncSet(to, &d.CPUPerRequest, &p.CPUPerRequest)
	syncTexts(to, &d.NodeGroups, &p.NodeGroups)
}

func syncQuota(to direction, d *quota, p *planner.Quota) {
	syncSet(to, &d.OnDemandVCPUs, &p.OnDemandVCPUs)
	syncSet(to, &d.SpotVCPUs, &p.SpotVCPUs)
	syncSet(to, &d.GPUs, &p.GPUs)
	syncSet(to, &d.Disk, &p.Disk)
}

func syncOwnCommitment(to direction, d *ownCommitment, p *planner.Commitment) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Type, &p.Type)
	syncSet(to, &d.USDPerHour, &p.USDPerHour)
	syncSet(to, &d.VCPUs, &p.VCPUs)
	syncSet(to, &d.Memory, &p.Memory)
	syncText(to, &d.Family, &p.Family)
	syncSet(to, &d.TermYears, &p.TermYears)
	syncSet(to, &d.Discount, &p.Discount)
	syncText(to, &d.Expires, &p.Expires)
}

func syncPricing(to direction, d *pricing, p *planner.Pricing) {
	syncList(to, &d.Commitments, &p.Commitments, syncOwnCommitment)
	syncOptional(to, &d.Discount, &p.Discount, syncInt)
	syncOptional(to, &d.PerNode, &p.PerNode, syncInt)
	syncOptional(to, &d.Book, &p.Book, syncPriceBook)
}

func syncPriceBook(to direction, d *priceBook, p *planner.PriceBook) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Date, &p.Date)
	syncText(to, &d.Expires, &p.Expires)
	syncInt(to, &d.Discount, &p.Discount)
	syncInt(to, &d.SpotDiscount, &p.SpotDiscount)
	syncOptional(to, &d.PerNode, &p.PerNode, syncInt)
	syncList(to, &d.Families, &p.Families, func(to direction, d *familyDiscount, p *planner.FamilyDiscount) {
		syncText(to, &d.Family, &p.Family)
		syncOptional(to, &d.Discount, &p.Discount, syncInt)
		syncOptional(to, &d.SpotDiscount, &p.SpotDiscount, syncInt)
	})
	syncList(to, &d.Types, &p.Types, func(to direction, d *typePrice, p *planner.TypePrice) {
		syncText(to, &d.Name, &p.Name)
		syncOptional(to, &d.OnDemand, &p.OnDemand, syncInt)
		syncOptional(to, &d.Spot, &p.Spot, syncInt)
	})
	syncList(to, &d.Disks, &p.Disks, func(to direction, d *diskPrice, p *planner.DiskPrice) {
		syncText(to, &d.Type, &p.Type)
		syncOptional(to, &d.PerGiB, &p.PerGiB, syncInt)
		syncOptional(to, &d.PerIOPS, &p.PerIOPS, syncInt)
		syncOptional(to, &d.PerMiBps, &p.PerMiBps, syncInt)
	})
	syncList(to, &d.Fees, &p.Fees, func(to direction, d *feePrice, p *planner.FeePrice) {
		syncText(to, &d.Tier, &p.Tier)
		syncInt(to, &d.PerHour, &p.PerHour)
	})
}
