package document

import (
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func syncControlPlaneSpec(to direction, d *controlPlaneSpec, p *planner.ControlPlaneSpec) {
	syncText(to, &d.Mode, &p.Mode)
	syncText(to, &d.Tier, &p.Tier)
	sync(to, &d.Calculated, &p.TierCalculated)
	syncText(to, &d.Support, &p.Support)
	syncLoadSpec(to, &d.Load, &p.Load)
	syncSet(to, &d.Nodes, &p.Nodes)
	syncText(to, &d.Profile, &p.Profile)
	syncText(to, &d.EtcdTopology, &p.EtcdTopology)
	syncPresent(to, &d.Etcd, &p.Etcd, func(to direction, d *etcdSpec, p *planner.EtcdSpec) {
		syncSet(to, &d.Members, &p.Members)
		syncPresent(to, &d.Instances, &p.Instances, syncInstances)
		syncEtcdDisk(to, &d.Disk, &p.Disk)
		syncText(to, &d.Events, &p.Events)
		syncInt(to, &d.BackupInterval, &p.BackupInterval)
		syncInt(to, &d.BackupRetention, &p.BackupRetention)
		syncInt(to, &d.RoundTrip, &p.RoundTrip)
	})
	syncText(to, &d.LoadBalancer, &p.LoadBalancer)
	syncPresent(to, &d.Redundancy, &p.Redundancy, syncRedundancy)
	syncPresent(to, &d.Instances, &p.Instances, syncInstances)
	syncPresent(to, &d.Disk, &p.Disk, syncDisk)
	syncList(to, &d.Locked, &p.Locked, func(to direction, d *lockedRole, p *planner.LockedRole) {
		syncText(to, &d.Role, &p.Role)
		syncText(to, &d.InstanceType, &p.InstanceType)
		syncInt(to, &d.MinSaving, &p.MinSaving)
	})
}

func syncLoadSpec(to direction, d *loadSpec, p *planner.LoadSpec) {
	syncInt(to, &d.Namespaces, &p.Namespaces)
	syncInt(to, &d.Objects, &p.Objects)
	syncInt(to, &d.ObjectSize, &p.ObjectSize)
	syncInt(to, &d.RolloutsPerDay, &p.RolloutsPerDay)
	syncInt(to, &d.Watchers, &p.Watchers)
}

func syncControlPlaneLoad(to direction, d *controlPlaneLoad, p *planner.ControlPlaneLoad) {
	syncText(to, &d.Moment, &p.Moment)
	syncInt(to, &d.Nodes, &p.Nodes)
	syncInt(to, &d.Pods, &p.Pods)
	syncInt(to, &d.Workloads, &p.Workloads)
	syncInt(to, &d.Namespaces, &p.Namespaces)
	syncInt(to, &d.Autoscalers, &p.Autoscalers)
	syncInt(to, &d.PodsPerHour, &p.PodsPerHour)
	syncInt(to, &d.NodesPerHour, &p.NodesPerHour)
	syncText(to, &d.Churn, &p.Churn)
	syncInt(to, &d.Watches, &p.Watches)
	syncList(to, &d.Objects, &p.Objects, func(to direction, d *storedObjects, p *planner.StoredObjects) {
		syncText(to, &d.Kind, &p.Kind)
		syncInt(to, &d.Count, &p.Count)
		syncInt(to, &d.Size, &p.Size)
		syncInt(to, &d.Writes, &p.Writes)
	})
	syncInt(to, &d.Live, &p.Live)
	syncInt(to, &d.History, &p.History)
	syncInt(to, &d.File, &p.File)
	syncInt(to, &d.Peak, &p.Peak)
	syncInt(to, &d.Writes, &p.Writes)
	syncInt(to, &d.Reads, &p.Reads)
	syncInt(to, &d.EtcdMemory, &p.EtcdMemory)
}

func syncEtcdDisk(to direction, d *etcdDisk, p *planner.Disk) {
	syncText(to, &d.Type, &p.Type)
	syncSet(to, &d.Size, &p.Size)
	syncSet(to, &d.IOPS, &p.IOPS)
	syncSet(to, &d.ThroughputMiBps, &p.ThroughputMiBps)
}

func syncMachine(to direction, d *machine, p *planner.Machine) {
	syncText(to, &d.Name, &p.Name)
	syncInt(to, &d.VCPUs, &p.VCPUs)
	syncInt(to, &d.Memory, &p.Memory)
	syncText(to, &d.Architecture, &p.Architecture)
	syncText(to, &d.Disk.Type, &p.Disk.Type)
	syncInt(to, &d.Disk.Size, &p.Disk.Size)
	syncSet(to, &d.Disk.IOPS, &p.Disk.IOPS)
	syncOptional(to, &d.USDPerMonth, &p.USDPerMonth, syncInt[dollars, units.USD])
	switch {
	case to == reading && d.CountByZone == nil:
		p.CountByZone = nil
	case to == reading:
		syncZones(to, d.CountByZone, &p.CountByZone)
		if p.CountByZone == nil { // none stand anywhere
			p.CountByZone = []planner.ZoneCount{}
		}
	case p.CountByZone == nil:
		d.CountByZone = nil
	default:
		d.CountByZone = new(map[string]int)
		syncZones(to, d.CountByZone, &p.CountByZone)
	}
}

func syncZones(to direction, d *map[string]int, p *[]planner.ZoneCount) {
	syncCounts(to, d, p, func(c *planner.ZoneCount) (*string, *int) { return &c.Zone, &c.Nodes })
}

func syncKubelet(to direction, d *kubelet, p *planner.Kubelet) {
	each := func(to direction, d *reserve, p *planner.Reserve) {
		syncInt(to, &d.MilliCPU, &p.CPU)
		syncInt(to, &d.Memory, &p.Memory)
	}
	syncSet(to, &d.MaxPods, &p.MaxPods)
	syncOptional(to, &d.KubeReserved, &p.KubeReserved, each)
	syncOptional(to, &d.SystemReserved, &p.SystemReserved, each)
	syncSet(to, &d.EvictionMemory, &p.EvictionMemory)
}

func syncControlPlane(to direction, d *controlPlane, p *planner.ControlPlane) {
	syncText(to, &d.Mode, &p.Mode)
	syncText(to, &d.Tier, &p.Tier)
	syncSet(to, &d.SLA, &p.SLA)
	syncList(to, &d.Tiers, &p.Tiers, syncTier)
	syncText(to, &d.TierReason, &p.TierReason)
	syncText(to, &d.Support, &p.Support)
	syncText(to, &d.SupportEnds, &p.SupportEnds)
	syncList(to, &d.Machines, &p.Machines, func(to direction, d *controlPlaneMachines, p *planner.ControlPlaneMachines) {
		syncText(to, &d.Role, &p.Role)
		syncText(to, &d.InstanceType, &p.InstanceType)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncZones(to, &d.NodesByZone, &p.NodesByZone)
		syncPriceFields(to, &d.USDPerHour, &d.PriceBasis, &d.PriceDate, &d.PriceSource, &p.Price)
		syncList(to, &d.Disks, &p.Disks, syncDisk)
		syncInt(to, &d.LeastVCPUs, &p.LeastVCPUs)
		syncInt(to, &d.LeastMemory, &p.LeastMemory)
		syncText(to, &d.Reason, &p.Reason)
		syncOptional(to, &d.Lock, &p.Lock, syncLockOutcome)
	})
	syncList(to, &d.Members, &p.Members, func(to direction, d *controlPlaneMember, p *planner.Member) {
		syncText(to, &d.Role, &p.Role)
		syncText(to, &d.Zone, &p.Zone)
		syncText(to, &d.InstanceType, &p.InstanceType)
	})
	syncOptional(to, &d.LoadBalancer, &p.LoadBalancer, func(to direction, d *loadBalancer, p *planner.LoadBalancer) {
		syncText(to, &d.Kind, &p.Kind)
		syncInt(to, &d.Hosts, &p.Hosts)
		syncList(to, &d.Ports, &p.Ports, sync[int])
		syncText(to, &d.HealthCheck, &p.HealthCheck)
	})
	syncOptional(to, &d.Etcd, &p.Etcd, syncEtcd)
	syncList(to, &d.Survives, &p.Survives, syncDrill)
	syncList(to, &d.Outages, &p.Outages, syncOutage)
	syncList(to, &d.Load, &p.Load, syncControlPlaneLoad)
	syncList(to, &d.Use, &p.Use, func(to direction, d *memberUse, p *planner.MemberUse) {
		syncText(to, &d.Role, &p.Role)
		syncText(to, &d.Case, &p.Case)
		syncInt(to, &d.Left, &p.Left)
		syncInt(to, &d.CPU, &p.CPU)
		syncInt(to, &d.Memory, &p.Memory)
	})
	syncList(to, &d.Fees, &p.Fees, func(to direction, d *fee, p *planner.FeeLine) {
		syncText(to, &d.Name, &p.Name)
		syncPriceFields(to, &d.USDPerHour, &d.PriceBasis, &d.PriceDate, &d.Source, &p.Price)
	})
}

func syncTier(to direction, d *tierOption, p *planner.TierOption) {
	syncText(to, &d.Name, &p.Name)
	syncSet(to, &d.Seats, &p.Seats)
	syncSet(to, &d.PodsPerSecond, &p.PodsPerSecond)
	syncSet(to, &d.Database, &p.Database)
	syncSet(to, &d.Nodes, &p.Nodes)
	syncSet(to, &d.SLA, &p.SLA)
	syncKnown(to, &d.Fee, &p.Fee.Rate, &p.Fee.Known)
	syncText(to, &d.Basis, &p.Basis)
	syncText(to, &d.TooSmall, &p.TooSmall)
}

func syncPlatformLimit(to direction, d *platformLimit, p *planner.PlatformLimit) {
	syncText(to, &d.Resource, &p.Resource)
	syncText(to, &d.Path, &p.Path)
	syncText(to, &d.Kind, &p.Kind)
	syncInt(to, &d.Used, &p.Used)
	syncInt(to, &d.Limit, &p.Limit)
	syncInt(to, &d.Share, &p.Share)
	sync(to, &d.AtLeast, &p.AtLeast)
	syncSet(to, &d.Month, &p.Month)
	syncText(to, &d.Date, &p.Date)
	syncText(to, &d.Source, &p.Source)
}

func syncEtcd(to direction, d *etcd, p *planner.Etcd) {
	syncText(to, &d.Topology, &p.Topology)
	syncInt(to, &d.Members, &p.Members)
	syncInt(to, &d.Quorum, &p.Quorum)
	syncInt(to, &d.Tolerates.Members, &p.ToleratesMembers)
	syncInt(to, &d.Tolerates.Zones, &p.ToleratesZones)
	syncText(to, &d.Class, &p.Class)
	syncText(to, &d.ClassReason, &p.ClassReason)
	syncEtcdDisk(to, &d.Disk, &p.Disk)
	syncInt(to, &d.Database, &p.Database)
	syncInt(to, &d.Quota, &p.Quota)
	syncInt(to, &d.Heartbeat, &p.Heartbeat)
	syncInt(to, &d.ElectionTimeout, &p.ElectionTimeout)
	syncInt(to, &d.BackupInterval, &p.BackupInterval)
	syncInt(to, &d.BackupRetention, &p.BackupRetention)
	syncInt(to, &d.BackupStorage, &p.BackupStorage)
	syncOptional(to, &d.Events, &p.Events, func(to direction, d *eventsEtcd, p *planner.EventsEtcd) {
		syncText(to, &d.Reason, &p.Reason)
		syncInt(to, &d.Database, &p.Database)
		syncInt(to, &d.Quota, &p.Quota)
		syncEtcdDisk(to, &d.Disk, &p.Disk)
	})
}

// controlPlaneCost returns what the control plane costs: the fees of a managed
// one, every line of the bill of a self-managed one; nil where one is not known.
func controlPlaneCost(p *planner.Plan) *dollars {
	if p.ControlPlane.Mode != planner.SelfManaged {
		return feesOf(&p.ControlPlane)
	}
	var sum units.USDPerHour
	for _, l := range p.Cost.Lines {
		if !strings.HasPrefix(l.Path, "control_plane.") {
			continue
		}
		if !l.Amount.Known {
			return nil
		}
		sum += l.Amount.Rate
	}
	return new(dollars(sum))
}

// feesOf returns the sum of the fees, nil where one is not known.
func feesOf(c *planner.ControlPlane) *dollars {
	var sum units.USDPerHour
	for _, f := range c.Fees {
		if !f.Price.Known() {
			return nil
		}
		sum += f.Price.Rate
	}
	return new(dollars(sum))
}

// assumeManaged fills in what documents before 1.1 do not say of their input: all
// of their control planes are managed.
func assumeManaged(p *planner.Plan) {
	p.Cluster.ControlPlane.Mode = planner.Managed
	p.Cluster.ControlPlane.Tier = p.ControlPlane.Tier
}
