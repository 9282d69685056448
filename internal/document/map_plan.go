package document

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/scantling-dev/scantling/planner"
)

// planDocumentOf returns p as a document.
func planDocumentOf(p *planner.Plan, tool string) *planDocument {
	d := &planDocument{FormatVersion: FormatVersion, ToolVersion: tool, Feasible: true, Cluster: summaryOf(&p.Cluster)}
	syncPlan(writing, d, p)
	d.compute(p)
	return d
}

// plan returns the plan that the document holds.
func (d *planDocument) plan() *planner.Plan {
	p := &planner.Plan{}
	syncPlan(reading, d, p)
	return p
}

// compute fills in what follows from p and is not read back.
func (d *planDocument) compute(p *planner.Plan) {
	d.ControlPlane.USDPerHour = controlPlaneCost(p)
	if t := p.Cost.Total; t.Known {
		d.Cost.TotalPerMonth = new(dollars(t.Rate.PerMonth()))
	}
	if d.Upgrade != nil {
		for i := range d.Upgrade.Strategies {
			d.Upgrade.Strategies[i].Events = eventsOf(&p.Upgrade.Strategies[i])
		}
	}
}

// summaryOf repeats what most readers ask of a cluster.
func summaryOf(c *planner.Cluster) clusterSummary {
	return clusterSummary{
		Name: c.Name, Provider: c.Provider, Region: c.Region,
		Zones: append([]string{}, c.Zones...), KubernetesVersion: c.KubernetesVersion,
	}
}

// eventsOf returns when each group of a strategy starts and ends, by time, then
// group.
func eventsOf(s *planner.UpgradeStrategy) []upgradeEvent {
	events := []upgradeEvent{}
	for _, g := range s.Groups {
		events = append(
			events,
			upgradeEvent{At: seconds(g.Start), NodeGroup: g.Name, Event: "nodes_start"},
			upgradeEvent{At: seconds(g.Start + g.Duration), NodeGroup: g.Name, Event: "nodes_done"},
		)
	}
	slices.SortStableFunc(events, func(a, b upgradeEvent) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.NodeGroup, b.NodeGroup))
	})
	return events
}

func syncPlan(to direction, d *planDocument, p *planner.Plan) {
	syncSpec(to, &d.Spec, &p.Spec)
	syncInputs(to, &d.Inputs, &p.Cluster)
	syncCatalog(to, &d.Catalog, &p.Catalog)
	syncList(to, &d.OffersUsed, &p.Offers, syncOffer)
	syncList(to, &d.NodeGroups, &p.NodeGroups, syncGroupPlan)
	syncControlPlane(to, &d.ControlPlane, &p.ControlPlane)
	syncOptional(to, &d.Upgrade, &p.Upgrade, syncUpgradePlan)
	syncOptional(to, &d.Network, &p.Network, syncNetworkPlan)
	syncOptional(to, &d.Recovery, &p.Recovery, syncRecoveryPlan)
	syncOptional(to, &d.Retention, &p.Retention, syncRetentionPlan)
	syncOptional(to, &d.Tenancy, &p.Tenancy, syncTenancyPlan)
	syncOptional(to, &d.Uncertainty, &p.Uncertainty, syncUncertainty)
	syncList(to, &d.Growth, &p.Growth, syncGrowthMonth)
	syncList(to, &d.RunsOut, &p.RunsOut, syncRunOut)
	syncList(to, &d.Limits, &p.Limits, syncLimit)
	syncList(to, &d.Platform, &p.PlatformLimits, syncPlatformLimit)
	syncCost(to, &d.Cost, &p.Cost)
	syncList(to, &d.Commitments, &p.Commitments, syncContract)
	syncList(to, &d.ToCommit, &p.ToCommit, syncSplit)
	syncList(to, &d.Assumptions, &p.Assumptions, syncAssumption)
	syncList(to, &d.Findings, &p.Findings, syncFinding)
}

func syncSpec(to direction, d *spec, p *planner.SpecInfo) {
	syncText(to, &d.SHA256, &p.SHA256)
	if to == writing {
		d.Variables = map[string]json.RawMessage{}
		for _, v := range p.Variables {
			d.Variables[v.Name] = json.RawMessage(v.JSON)
		}
		return
	}
	p.Variables = nil
	for name, raw := range d.Variables {
		p.Variables = append(p.Variables, planner.Variable{Name: name, JSON: string(raw)})
	}
	slices.SortFunc(p.Variables, func(a, b planner.Variable) int { return cmp.Compare(a.Name, b.Name) })
}

func syncCatalog(to direction, d *catalog, p *planner.CatalogInfo) {
	syncText(to, &d.Source, &p.Source)
	syncText(to, &d.Date, &p.Date)
	syncText(to, &d.SHA256, &p.SHA256)
}

// syncAmount links a rate that is null where it is not known.
func syncAmount(to direction, d **dollars, p *planner.Amount) { syncKnown(to, d, &p.Rate, &p.Known) }

func syncGroupPlan(to direction, d *groupPlan, p *planner.GroupPlan) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Role, &p.Role)
	syncInt(to, &d.Nodes, &p.Nodes)
	syncInt(to, &d.MinNodes, &p.MinNodes)
	syncInt(to, &d.MaxNodes, &p.MaxNodes)
	syncList(to, &d.Pools, &p.Pools, syncPool)
	syncList(to, &d.Workloads, &p.Workloads, syncWorkloadPlan)
	syncList(to, &d.Placement, &p.Placement, func(to direction, d *placement, p *planner.Placement) {
		syncText(to, &d.Pool, &p.Pool)
		syncText(to, &d.Zone, &p.Zone)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncCounts(to, &d.Pods, &p.Pods, func(c *planner.PodCount) (*string, *int) { return &c.Workload, &c.Pods })
	})
	syncInt(to, &d.Usage.MilliCPU, &p.Requests.CPU)
	syncInt(to, &d.Usage.Memory, &p.Requests.Memory)
	syncInt(to, &d.Usage.Pods, &p.Requests.Pods)
	syncInt(to, &d.UsageRatio.CPU, &p.Usage.CPU)
	syncInt(to, &d.UsageRatio.Memory, &p.Usage.Memory)
	syncInt(to, &d.UsageRatio.Pods, &p.Usage.Pods)
	syncAmount(to, &d.Cost, &p.Cost)
	syncSet(to, &d.LowerBound, &p.LowerBound)
	syncPresent(to, &d.Certificate, &p.Certificate, syncBoundCertificate)
	syncTexts(to, &d.NotInBound, &p.NotInBound)
	known := p.Cost.Known && p.LowerBound > 0
	syncKnown(to, &d.Gap, &p.Gap, &known)
	bounded := p.LowerBound > 0
	syncWhere(to, bounded, &d.Duals.Core, &p.Duals.Core)
	syncWhere(to, bounded, &d.Duals.GiB, &p.Duals.GiB)
	syncWhere(to, bounded, &d.Duals.Pod, &p.Duals.Pod)
	syncText(to, &d.Binding.Resource, &p.Binding.Resource)
	syncText(to, &d.Binding.During, &p.Binding.During)
	syncText(to, &d.Binding.Workload, &p.Binding.Workload)
	syncList(to, &d.Survives, &p.Survives, syncDrill)
	syncList(to, &d.RedundancyCost, &p.RedundancyCost, func(to direction, d *redundancyStep, p *planner.RedundancyStep) {
		syncText(to, &d.Step, &p.Step)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncAmount(to, &d.USDPerHour, &p.Added)
	})
	syncList(to, &d.Committed, &p.Committed, func(to direction, d *committedCost, p *planner.CommittedCost) {
		syncText(to, &d.Kind, &p.Kind)
		syncInt(to, &d.TermYears, &p.TermYears)
		syncText(to, &d.Payment, &p.Payment)
		syncInt(to, &d.USDPerHour, &p.Rate)
		syncInt(to, &d.Saving, &p.Saving)
		syncText(to, &d.PriceBasis, &p.Basis)
		syncText(to, &d.PriceDate, &p.Date)
	})
	syncList(to, &d.Guarantees, &p.Guarantees, func(to direction, d *guaranteePrice, p *planner.GuaranteePrice) {
		syncText(to, &d.Guarantee, &p.Guarantee)
		syncText(to, &d.InstanceType, &p.InstanceType)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncAmount(to, &d.USDPerHour, &p.Cost)
		syncText(to, &d.Proof, &p.Proof)
		syncText(to, &d.NotProved, &p.NotProved)
	})
	syncList(to, &d.Alternatives, &p.Alternatives, func(to direction, d *alternative, a *planner.Alternative) {
		syncText(to, &d.InstanceType, &a.InstanceType)
		syncInt(to, &d.Nodes, &a.Nodes)
		syncAmount(to, &d.USDPerHour, &a.Cost)
		known := p.Cost.Known && a.Cost.Known
		syncKnown(to, &d.Difference, &a.Difference, &known)
		syncInt(to, &d.LargestNodeShare, &a.LargestNodeShare)
	})
	syncList(to, &d.Ladder, &p.Ladder, syncSizeStep)
	syncInt(to, &d.Headroom.MilliCPU, &p.Headroom.CPU)
	syncInt(to, &d.Headroom.Memory, &p.Headroom.Memory)
	syncInt(to, &d.Headroom.Pods, &p.Headroom.Pods)
	syncOptional(to, &d.Lock, &p.Lock, syncLockOutcome)
	syncOptional(to, &d.Day, &p.Day, syncDayPlan)
}

func syncLockOutcome(to direction, d *lockOutcome, p *planner.LockOutcome) {
	syncText(to, &d.Verdict, &p.Verdict)
	syncText(to, &d.Why, &p.Why)
	syncTexts(to, &d.Gone, &p.Gone)
	syncAmount(to, &d.Locked, &p.Locked)
	syncAmount(to, &d.Free, &p.Free)
	syncTexts(to, &d.FreeTypes, &p.FreeTypes)
	syncInt(to, &d.Saving, &p.Saving)
}

func syncBoundCertificate(to direction, d *boundCertificate, p *planner.BoundCertificate) {
	syncList(to, &d.Pods, &p.Pods, func(to direction, d *podPrice, p *planner.PodPrice) {
		syncText(to, &d.Workload, &p.Workload)
		syncInt(to, &d.Pods, &p.Pods)
		syncInt(to, &d.Price, &p.Price)
	})
	syncInt(to, &d.Scale, &p.Scale)
}

func syncSizeStep(to direction, d *sizeStep, p *planner.SizeStep) {
	syncText(to, &d.Family, &p.Family)
	syncText(to, &d.InstanceType, &p.InstanceType)
	syncInt(to, &d.Nodes, &p.Nodes)
	syncText(to, &d.Why, &p.Why)
	syncAmount(to, &d.USDPerHour, &p.Cost)
	syncInt(to, &d.UsefulMilliCPU, &p.UsefulCPU)
	syncAmount(to, &d.CorePrice, &p.CorePrice)
	syncInt(to, &d.LargestNodeShare, &p.LargestNodeShare)
	sync(to, &d.Chosen, &p.Chosen)
	sync(to, &d.Knee, &p.Knee)
}

func syncDrill(to direction, d *drill, p *planner.Drill) {
	syncText(to, &d.Event, &p.Event)
	syncInt(to, &d.Tried, &p.Tried)
	syncInt(to, &d.Held, &p.Held)
	syncText(to, &d.Tightest, &p.Tightest)
	syncInt(to, &d.FreeCPU, &p.FreeCPU)
}

func syncPool(to direction, d *pool, p *planner.Pool) {
	syncText(to, &d.InstanceType, &p.InstanceType)
	syncText(to, &d.CapacityType, &p.CapacityType)
	syncText(to, &d.Zone, &p.Zone)
	syncInt(to, &d.Nodes, &p.Nodes)
	syncWhere(to, p.Zone != "", &d.MinNodes, &p.MinNodes)
	syncWhere(to, p.Zone != "", &d.MaxNodes, &p.MaxNodes)
	syncZones(to, &d.NodesByZone, &p.NodesByZone)
	syncAllocatable(to, &d.Allocatable, &p.Allocatable)
	syncList(to, &d.DaemonSets, &p.DaemonSets, syncDaemonSet)
	syncPriceFields(to, &d.USDPerHour, &d.PriceBasis, &d.PriceDate, &d.PriceSource, &p.Price)
	syncList(to, &d.RootDisks, &p.RootDisks, syncDisk)
}

func syncAllocatable(to direction, d *allocatable, p *planner.Allocatable) {
	syncInt(to, &d.MilliCPU, &p.CPU)
	syncInt(to, &d.Memory, &p.Memory)
	syncInt(to, &d.Pods, &p.Pods)
	syncInt(to, &d.EphemeralStorage, &p.EphemeralStorage)
	syncList(to, &d.Extended, &p.Extended, syncExtended)
	syncSet(to, &d.Attachments, &p.Attachments)
	syncSet(to, &d.Network, &p.Network)
	syncSet(to, &d.Disk, &p.Disk)
	syncList(to, &d.Steps, &p.Steps, func(to direction, d *allocatableStep, p *planner.AllocatableStep) {
		syncText(to, &d.Resource, &p.Resource)
		syncText(to, &d.What, &p.What)
		syncInt(to, &d.Amount, &p.Amount)
	})
}

func syncWorkloadPlan(to direction, d *workloadPlan, p *planner.WorkloadPlan) {
	syncText(to, &d.Name, &p.Name)
	sync(to, &d.System, &p.System)
	syncInt(to, &d.Replicas, &p.Replicas)
	syncPod(to, &d.Pod, &p.Pod)
	syncInt(to, &d.ByReason.Load, &p.Reasons.Load)
	syncInt(to, &d.ByReason.Spare, &p.Reasons.Spare)
	syncInt(to, &d.ByReason.Minimum, &p.Reasons.Minimum)
	syncInt(to, &d.ByReason.Rollout, &p.Reasons.Rollout)
	syncInt(to, &d.ByReason.Node, &p.Reasons.Node)
	syncInt(to, &d.ByReason.Zone, &p.Reasons.Zone)
	syncText(to, &d.Binding, &p.Binding)
	syncSet(to, &d.Throughput, &p.Throughput)
	syncList(to, &d.Fronts, &p.Fronts, func(to direction, d *fronted, p *planner.FrontedWorkload) {
		syncText(to, &d.Workload, &p.Workload)
		syncInt(to, &d.Throughput, &p.Throughput)
	})
	syncList(to, &d.Latency, &p.Latency, func(to direction, d *latency, p *planner.LatencyPrediction) {
		syncText(to, &d.Statistic, &p.Statistic)
		syncInt(to, &d.Target, &p.Target)
		syncInt(to, &d.Predicted, &p.Predicted)
		syncText(to, &d.During, &p.During)
		syncText(to, &d.Model, &p.Model)
	})
	syncSet(to, &d.Utilization, &p.Utilization)
	syncSet(to, &d.CPU, &p.CPUUtilization)
	syncSet(to, &d.PerPod, &p.PerPod)
	syncOptional(to, &d.Sizing, &p.Sizing, syncSizing)
	syncOptional(to, &d.Job, &p.Job, func(to direction, d *jobPlan, p *planner.JobPlan) {
		syncInt(to, &d.Runs, &p.Runs)
		syncSet(to, &d.Interruption, &p.Interruption)
		syncInt(to, &d.Attempts, &p.Attempts)
		syncSet(to, &d.InTurn, &p.InTurn)
		syncSet(to, &d.Takes, &p.Takes)
		syncInt(to, &d.NodeTime, &p.NodeTime)
		syncKnown(to, &d.CostPerRun, &p.CostPerRun, &p.CostPerRunKnown)
	})
	syncInt(to, &d.ReadyAtWorst, &p.ReadyAtWorst)
	syncList(to, &d.Outages, &p.Outages, syncOutage)
	syncOptional(to, &d.Autoscaler, &p.Autoscaler, syncAutoscalerPlan)
}

func syncCost(to direction, d *cost, p *planner.Cost) {
	syncList(to, &d.Lines, &p.Lines, func(to direction, d *costLine, p *planner.CostLine) {
		syncText(to, &d.Path, &p.Path)
		syncText(to, &d.Detail, &p.Detail)
		syncText(to, &d.Basis, &p.Basis)
		syncText(to, &d.Date, &p.Date)
		syncAmount(to, &d.USDPerHour, &p.Amount)
	})
	syncInt(to, &d.Known, &p.Known)
	syncAmount(to, &d.Total, &p.Total)
}

func syncFinding(to direction, d *finding, p *planner.Finding) {
	syncText(to, &d.Rule, &p.Rule)
	syncText(to, &d.Severity, &p.Severity)
	syncText(to, &d.Path, &p.Path)
	syncOptional(to, &d.Source, &p.Source, func(to direction, d *place, p *planner.Place) {
		syncText(to, &d.File, &p.File)
		syncInt(to, &d.Line, &p.Line)
		syncInt(to, &d.Column, &p.Column)
	})
	syncText(to, &d.Message, &p.Message)
	syncText(to, &d.Remedy, &p.Remedy)
}
