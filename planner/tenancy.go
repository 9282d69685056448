package planner

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// TenancyWay is what each tenant has for itself.
type TenancyWay string

// The ways.
const (
	// ByCluster: a cluster, with its own control plane, add-ons and spare nodes.
	ByCluster TenancyWay = "cluster"
	// ByVirtualCluster: a control plane that runs as pods of one cluster.
	ByVirtualCluster TenancyWay = "virtual_cluster"
	// ByNamespace: namespaces of one cluster, with quotas.
	ByNamespace TenancyWay = "namespace"
)

// Tenancy is how many share the cluster evenly.
type Tenancy struct {
	Tenants int
	// Virtual is nil where nobody says what a virtual cluster's control plane needs.
	Virtual *VirtualControlPlane
}

// VirtualControlPlane is what the control plane of one virtual cluster needs.
type VirtualControlPlane struct {
	// NodeGroup is the name of the group that runs them.
	NodeGroup string
	Replicas  int
	// CPU and Memory that each replica requests.
	CPU    units.MilliCPU
	Memory units.Bytes
	// Volume of each replica; nil is none.
	Volume *Volume
}

// VirtualControlPlaneName is the name of the workload that stands for them.
const VirtualControlPlaneName = "virtual-control-plane"

// grace and start of control planes that are pods. Both are assumptions: those of
// Kubernetes' pods, and of add-ons.
const (
	virtualGrace = 30 * time.Second
	virtualStart = 20 * time.Second
)

// Workload returns the control planes of so many tenants as one workload: spread over
// zones where that is possible, rescheduled when nodes fail.
func (v *VirtualControlPlane) Workload(tenants int) Workload {
	w := Workload{
		Name: VirtualControlPlaneName, Kind: StatefulSet, Demand: Demand{Way: GivenReplicas, Replicas: tenants * v.Replicas},
		Recovery: Reschedule, Pod: Pod{CPU: v.CPU, Memory: v.Memory},
		TopologySpread:         []TopologySpread{{Key: ZoneKey, MaxSkew: 1}},
		TerminationGracePeriod: virtualGrace, StartupTime: virtualStart,
		RollingUpdate: RollingUpdate{MaxUnavailable: units.Count(1)},
	}
	if v.Volume != nil {
		w.Volumes = []Volume{*v.Volume}
	}
	return w
}

// TenancyPlan is what each way of having tenants costs.
type TenancyPlan struct {
	// Options in the order cluster, virtual_cluster, namespace.
	Options []TenancyOption
	// QuotaPods are an even share of the pods of each of the spec's workloads, rounded up,
	// and QuotaCPU and QuotaMemory what they request: a tenant's quota.
	QuotaCPU    units.MilliCPU
	QuotaMemory units.Bytes
	QuotaPods   int
}

// TenancyPool are nodes of one type.
type TenancyPool struct {
	Group, InstanceType string
	Nodes               int
}

// TenancyOption is one way.
type TenancyOption struct {
	Way TenancyWay
	// Clusters that there are, and the Share of the load that each is planned for.
	Clusters int
	Share    units.Ratio
	// Why it was not planned; empty where it was. The rest is then zero.
	Why string
	// Nodes of each cluster, and Pods that are virtual control planes.
	Nodes, Pods int
	// Pools of each cluster by node group and instance type, in the order of its plan: they
	// have all of Nodes.
	Pools []TenancyPool
	// ControlPlane is what the control plane of each cluster costs, Cost its whole bill,
	// Known the lines of that which are known.
	ControlPlane, Cost Amount
	Known              units.USDPerHour
	// All is what all clusters cost, AllKnown as far as that is known.
	All      Amount
	AllKnown units.USDPerHour
}
