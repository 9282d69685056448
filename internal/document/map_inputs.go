package document

import (
	"maps"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func syncInputs(to direction, d *inputs, p *planner.Cluster) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Provider, &p.Provider)
	syncText(to, &d.Region, &p.Region)
	syncTexts(to, &d.Zones, &p.Zones)
	syncText(to, &d.KubernetesVersion, &p.KubernetesVersion)
	syncText(to, &d.Environment, &p.Environment)
	syncText(to, &d.AsOf, &p.AsOf)
	syncOptional(to, &d.MaxUSDPerMonth, &p.MaxUSDPerMonth, syncInt[dollars, units.USD])
	syncSet(to, &d.CatalogMaxAge, &p.CatalogMaxAge)
	syncText(to, &d.Network.CNI, &p.Network.CNI)
	syncSet(to, &d.Network.MaxPods, &p.Network.MaxPods)
	syncText(to, &d.Network.PodCIDR, &p.Network.PodCIDR)
	syncSet(to, &d.Network.PodBlock, &p.Network.PodBlock)
	syncCounts(to, &d.Network.FreeIPs, &p.Network.FreeIPs, func(z *planner.ZoneAddresses) (*string, *int) { return &z.Zone, &z.Addresses })
	syncControlPlaneSpec(to, &d.ControlPlane, &p.ControlPlane)
	syncList(to, &d.Machines, &p.Machines, syncMachine)
	syncList(to, &d.DaemonSets, &p.DaemonSets, syncDaemonSet)
	syncList(to, &d.NodeGroups, &p.NodeGroups, syncNodeGroup)
	syncList(to, &d.Sidecars, &p.Sidecars, syncSidecar)
	syncInt(to, &d.Growth.PerMonth, &p.Growth.PerMonth)
	syncOptional(to, &d.Growth.Range, &p.Growth.Range, syncRatioRange)
	syncRisk(to, &d.Risk, &p.Risk)
	syncText(to, &d.Simulation, &p.Simulation)
	syncOptional(to, &d.Availability, &p.Availability, func(to direction, d *availability, p *planner.Availability) {
		syncInt(to, &d.Node, &p.Node)
		syncInt(to, &d.Zone, &p.Zone)
	})
	syncQuota(to, &d.Quota, &p.Quota)
	syncPricing(to, &d.Pricing, &p.Pricing)
	syncInt(to, &d.Growth.HorizonMonths, &p.Growth.HorizonMonths)
	sync(to, &d.Growth.SizeForHorizon, &p.Growth.SizeForHorizon)
	syncOptional(to, &d.DisasterRecovery, &p.DisasterRecovery, syncDisasterRecovery)
	syncOptional(to, &d.Retention, &p.Retention, syncRetention)
	syncOptional(to, &d.Tenancy, &p.Tenancy, syncTenancy)
	syncOptional(to, &d.Upgrade, &p.Upgrade, func(to direction, d *upgrade, p *planner.Upgrade) {
		syncText(to, &d.To, &p.To)
		syncText(to, &d.Strategy, &p.Strategy)
		syncSet(to, &d.KubeletSkew, &p.KubeletSkew)
		syncText(to, &d.Keep, &p.Keep)
		syncSet(to, &d.FinishWithin, &p.FinishWithin)
		syncOptional(to, &d.MaxExtra, &p.MaxExtra, syncInt)
		syncOptional(to, &d.Verify, &p.Verify, syncInt)
		syncOptional(to, &d.Soak, &p.Soak, syncInt)
		syncOptional(to, &d.ParallelRun, &p.ParallelRun, syncInt)
	})
	syncList(to, &d.Emits, &p.Emits, func(to direction, d *emit, p *planner.Emit) {
		syncText(to, &d.Tool, &p.Tool)
		syncText(to, &d.Directory, &p.Directory)
		syncText(to, &d.Variable, &p.Variable)
		syncText(to, &d.Style, &p.Style)
		syncText(to, &d.ModuleVersion, &p.ModuleVersion)
	})
	syncList(to, &d.Rules, &p.Rules, func(to direction, d *ruleSetting, p *planner.RuleSetting) {
		syncText(to, &d.Rule, &p.Rule)
		syncText(to, &d.Severity, &p.Severity)
		syncText(to, &d.Reason, &p.Reason)
	})
	syncList(to, &d.Defaults, &p.Assumptions, syncAssumption)
}

func syncAssumption(to direction, d *assumption, p *planner.Assumption) {
	syncText(to, &d.Path, &p.Path)
	syncText(to, &d.Value, &p.Value)
	syncText(to, &d.Source, &p.Source)
}

func syncDaemonSet(to direction, d *daemonSet, p *planner.DaemonSet) {
	syncText(to, &d.Name, &p.Name)
	syncInt(to, &d.MilliCPU, &p.CPU)
	syncInt(to, &d.Memory, &p.Memory)
	syncTexts(to, &d.NodeGroups, &p.NodeGroups)
	syncSet(to, &d.EphemeralStorage, &p.EphemeralStorage)
	syncLabels(to, &d.NodeSelector, &p.NodeSelector)
	sync(to, &d.OwnTolerations, &p.OwnTolerations)
	syncTexts(to, &d.Tolerations, &p.Tolerations)
}

func syncNodeGroup(to direction, d *nodeGroup, p *planner.NodeGroup) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Role, &p.Role)
	syncTexts(to, &d.Zones, &p.Zones)
	syncText(to, &d.Image, &p.Image)
	syncInstances(to, &d.Instances, &p.Instances)
	syncPresent(to, &d.Disk, &p.Disk, syncDisk)
	syncKubelet(to, &d.Kubelet, &p.Kubelet)
	syncLabels(to, &d.Labels, &p.Labels)
	syncList(to, &d.Taints, &p.Taints, func(to direction, d *taint, p *planner.Taint) {
		syncText(to, &d.Key, &p.Key)
		syncText(to, &d.Value, &p.Value)
		syncText(to, &d.Effect, &p.Effect)
	})
	sync(to, &d.Autoscaling, &p.Autoscaling)
	syncSet(to, &d.MinNodes, &p.MinNodes)
	syncSet(to, &d.MaxNodes, &p.MaxNodes)
	sync(to, &d.SplitByZone, &p.SplitByZone)
	syncRedundancy(to, &d.Redundancy, &p.Redundancy)
	syncText(to, &d.Guarantee, &p.Guarantee)
	syncOptional(to, &d.Locked, &p.Locked, func(to direction, d *locked, p *planner.Locked) {
		syncTexts(to, &d.Types, &p.Types)
		syncInt(to, &d.MinSaving, &p.MinSaving)
	})
	syncText(to, &d.UpdateConfig.Strategy, &p.UpdateConfig.Strategy)
	syncCountOrRatio(to, &d.UpdateConfig.MaxUnavailable, &p.UpdateConfig.MaxUnavailable)
	syncCountOrRatio(to, &d.UpdateConfig.MaxSurge, &p.UpdateConfig.MaxSurge)
	syncSet(to, &d.UpdateConfig.Soak, &p.UpdateConfig.Soak)
	syncList(to, &d.Workloads, &p.Workloads, syncWorkload)
}

func syncInstances(to direction, d *instances, p *planner.Instances) {
	syncTexts(to, &d.Families, &p.Families)
	syncTexts(to, &d.Types, &p.Types)
	syncTexts(to, &d.Exclude, &p.Exclude)
	syncTexts(to, &d.Allow, &p.Allow)
	syncTexts(to, &d.Architectures, &p.Architectures)
	syncText(to, &d.CapacityType, &p.CapacityType)
	syncInt(to, &d.MaxTypes, &p.MaxTypes)
	syncSet(to, &d.MaxVCPUs, &p.MaxVCPUs)
	syncSet(to, &d.MaxNodeShare, &p.MaxNodeShare)
	syncCountOrRatio(to, &d.OnDemandBase, &p.OnDemandBase)
	syncOptional(to, &d.GPU, &p.GPU, func(to direction, d *gpuFilter, p *planner.GPUFilter) {
		syncTexts(to, &d.Names, &p.Names)
		syncSet(to, &d.MinMemory, &p.MinMemory)
	})
}

func syncRedundancy(to direction, d *redundancy, p *planner.Redundancy) {
	syncInt(to, &d.Nodes, &p.Nodes)
	syncInt(to, &d.Zones, &p.Zones)
	sync(to, &d.AtOnce, &p.AtOnce)
	syncText(to, &d.Recovery, &p.Recovery)
}

func syncDisk(to direction, d *disk, p *planner.Disk) {
	syncText(to, &d.Type, &p.Type)
	syncInt(to, &d.Size, &p.Size)
	syncSet(to, &d.IOPS, &p.IOPS)
	syncSet(to, &d.ThroughputMiBps, &p.ThroughputMiBps)
}

func syncLabels(to direction, d, p *map[string]string) {
	if to == reading {
		*p = nil
		if len(*d) > 0 {
			*p = maps.Clone(*d)
		}
		return
	}
	*d = map[string]string{}
	maps.Copy(*d, *p)
}

func syncCountOrRatio(to direction, d *countOrRatio, p *units.CountOrRatio) {
	if to == reading {
		*p = units.CountOrRatio{IsRatio: d.Ratio != nil}
		if d.Ratio != nil {
			p.Ratio = units.Ratio(*d.Ratio)
		} else if d.Count != nil {
			p.Count = *d.Count
		}
		return
	}
	*d = countOrRatio{}
	if p.IsRatio {
		r := ratio(p.Ratio)
		d.Ratio = &r
	} else {
		n := p.Count
		d.Count = &n
	}
}

func syncWorkload(to direction, d *workload, p *planner.Workload) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Kind, &p.Kind)
	syncPresent(to, &d.Object, &p.Object, func(to direction, d *object, p *planner.Object) {
		syncText(to, &d.Namespace, &p.Namespace)
		syncText(to, &d.Name, &p.Name)
	})
	sync(to, &d.System, &p.System)
	syncDemand(to, &d.Demand, &p.Demand)
	syncInt(to, &d.SpareReplicas, &p.SpareReplicas)
	syncInt(to, &d.MinReplicas, &p.MinReplicas)
	syncOptional(to, &d.MinReady, &p.MinReady, syncCountOrRatio)
	syncText(to, &d.Recovery, &p.Recovery)
	syncPod(to, &d.Pod, &p.Pod)
	syncRules(to, d, p)
	syncList(to, &d.TopologySpread, &p.TopologySpread, func(to direction, d *topologySpread, p *planner.TopologySpread) {
		syncText(to, &d.Key, &p.Key)
		syncInt(to, &d.MaxSkew, &p.MaxSkew)
		sync(to, &d.Hard, &p.Hard)
	})
	syncOptional(to, &d.PodDisruptionBudget, &p.PodDisruptionBudget, func(to direction, d *podDisruptionBudget, p *planner.PodDisruptionBudget) {
		syncOptional(to, &d.MinAvailable, &p.MinAvailable, syncCountOrRatio)
		syncOptional(to, &d.MaxUnavailable, &p.MaxUnavailable, syncCountOrRatio)
	})
	syncInt(to, &d.TerminationGrace, &p.TerminationGracePeriod)
	syncInt(to, &d.StartupTime, &p.StartupTime)
	syncCountOrRatio(to, &d.RollingUpdate.MaxSurge, &p.RollingUpdate.MaxSurge)
	syncCountOrRatio(to, &d.RollingUpdate.MaxUnavailable, &p.RollingUpdate.MaxUnavailable)
	syncInt(to, &d.GrowthPerMonth, &p.GrowthPerMonth)
	sync(to, &d.GrowsReplicas, &p.GrowsReplicas)
	syncOptional(to, &d.GrowthRange, &p.GrowthRange, syncRatioRange)
	syncOptional(to, &d.DailyProfile, &p.DailyProfile, syncDailyProfile)
	syncSet(to, &d.RequestSize, &p.RequestSize)
	syncSet(to, &d.ResponseSize, &p.ResponseSize)
	sync(to, &d.SameZone, &p.SameZone)
	syncOptional(to, &d.Autoscaler, &p.Autoscaler, syncAutoscaler)
}

func syncVolume(to direction, d *volume, p *planner.Volume) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Disk.Type, &p.Type)
	syncInt(to, &d.Disk.Size, &p.Size)
	syncSet(to, &d.Disk.IOPS, &p.IOPS)
	syncSet(to, &d.Disk.ThroughputMiBps, &p.ThroughputMiBps)
	sync(to, &d.Zonal, &p.Zonal)
}

// syncRules links what binds pods to nodes beside their requests.
func syncRules(to direction, d *workload, p *planner.Workload) {
	syncList(to, &d.Volumes, &p.Volumes, syncVolume)
	syncLabels(to, &d.NodeSelector, &p.NodeSelector)
	syncPresent(to, &d.AntiAffinity, &p.AntiAffinity, func(to direction, d *antiAffinity, p *planner.AntiAffinity) {
		syncText(to, &d.Mode, &p.Mode)
		syncText(to, &d.Key, &p.Key)
	})
	syncList(to, &d.Affinity, &p.Affinity, func(to direction, d *podAffinity, p *planner.PodAffinity) {
		syncText(to, &d.Workload, &p.Workload)
		syncText(to, &d.Key, &p.Key)
		syncText(to, &d.Mode, &p.Mode)
	})
	syncInt(to, &d.Priority, &p.Priority)
}

func syncExtended(to direction, d *extendedResource, p *planner.ExtendedResource) {
	syncText(to, &d.Name, &p.Name)
	syncInt(to, &d.Count, &p.Count)
}

func syncPod(to direction, d *pod, p *planner.Pod) {
	syncInt(to, &d.MilliCPU, &p.CPU)
	syncInt(to, &d.Memory, &p.Memory)
	syncSet(to, &d.CPULimit, &p.CPULimit)
	syncSet(to, &d.MemoryLimit, &p.MemoryLimit)
	syncSet(to, &d.EphemeralStorage, &p.EphemeralStorage)
	syncList(to, &d.Extended, &p.Extended, syncExtended)
	syncSet(to, &d.Network, &p.Network)
	syncSet(to, &d.Disk, &p.Disk)
}
