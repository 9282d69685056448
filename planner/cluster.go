// Package planner holds the words of the domain: what a cluster must carry
// (Cluster), what differs by cloud (Provider), what a plan says (Plan) and why
// there is none (Infeasible). It computes nothing: package pipeline does, with
// one package for each stage.
//
// Everything is named by one form of address, as in
// "node_group.web.workload.checkout".
package planner

import (
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Cluster is what the user asks for, with every default filled in: the planner
// adds none of its own. Lists are sorted by name.
type Cluster struct {
	Name     string
	Provider string
	Region   string
	// Zones are the names of the zones to use, sorted.
	Zones []string
	// KubernetesVersion is the minor that runs today: "1.35".
	KubernetesVersion string
	Environment       Environment
	// AsOf is the day at which fees and support dates are read.
	AsOf units.Date
	// MaxUSDPerMonth is the budget; nil is none.
	MaxUSDPerMonth *units.USD
	// CatalogMaxAge is the greatest age of prices that plans rest on; 0 is no limit. What
	// day it is only the caller knows.
	CatalogMaxAge time.Duration

	Network      Network
	ControlPlane ControlPlaneSpec
	// Machines that the cluster's owner has or can buy, sorted by name; none where a
	// provider's catalog says what can be bought.
	Machines   []Machine
	DaemonSets []DaemonSet
	// Sidecars, whose requests the pods of the workloads have among theirs; sorted by
	// name.
	Sidecars   []Sidecar
	NodeGroups []NodeGroup
	Growth     Growth
	Risk       Risk
	Simulation Simulation
	// Availability of nodes and zones; nil where not given.
	Availability *Availability
	Quota        Quota
	Pricing      Pricing
	// DisasterRecovery is nil where the spec plans for one region.
	DisasterRecovery *DisasterRecovery
	// Retention is nil where the spec says nothing of what is kept.
	Retention *Retention
	// Tenancy is nil where the spec says nothing of tenants.
	Tenancy *Tenancy
	// Upgrade is nil where the spec plans none.
	Upgrade *Upgrade
	Emits   []Emit
	Rules   []RuleSetting

	// Assumptions are the values that the user did not give, sorted by path.
	Assumptions []Assumption
}

// Assumption is a value that the plan rests on and that the user did not give.
type Assumption struct {
	// Path is the address of the attribute.
	Path string
	// Value is how the attribute would be written.
	Value string
	// Source says whose default it is: "role app", "environment development",
	// "provider aws", a model's name, or "manifest ../k8s/cart.yaml:9".
	Source string
}

// ManifestSource begins the source of a value that a manifest gives; the place follows.
const ManifestSource = "manifest "

// Manifest returns the place in a manifest that gives the value; empty where it is a
// default.
func (a *Assumption) Manifest() string {
	place, found := strings.CutPrefix(a.Source, ManifestSource)
	if !found {
		return ""
	}
	return place
}

// Environment says what a cluster is for.
type Environment string

// The environments.
const (
	Production  Environment = "production"
	Development Environment = "development"
)

// CNI is how pods get their addresses.
type CNI string

// The CNI modes.
const (
	// VPC gives each pod a secondary address of the node: EKS.
	VPC CNI = "vpc"
	// VPCPrefix gives each slot a /28 prefix: EKS.
	VPCPrefix CNI = "vpc_prefix"
	// Kubenet is GKE's own, with kube-proxy: addresses from a range of the node.
	Kubenet CNI = "kubenet"
	// DataplaneV2 is Cilium as GKE runs it, without kube-proxy.
	DataplaneV2 CNI = "dataplane_v2"
	// Calico and Cilium give pods addresses of an overlay or of routed ranges.
	Calico CNI = "calico"
	Cilium CNI = "cilium"
)

// Network of a cluster.
type Network struct {
	CNI CNI
	// MaxPods is the declared limit of pods on a node; 0 leaves it to the CNI.
	MaxPods int
	// PodCIDR is the range of pods; empty where not declared. PodBlock is the length of
	// the prefix of each node's block of it; 0 where pods have addresses of the subnets.
	PodCIDR  string
	PodBlock int
	// FreeIPs are the addresses that the zones' subnets have left, sorted by zone; none
	// where not known.
	FreeIPs []ZoneAddresses
}

// ZoneAddresses is a number of addresses in a zone.
type ZoneAddresses struct {
	Zone      string
	Addresses int
}

// DaemonSet runs one pod on each node of its groups that its selector and its
// tolerations let it on.
type DaemonSet struct {
	Name             string
	CPU              units.MilliCPU
	Memory           units.Bytes
	EphemeralStorage units.Bytes
	// NodeGroups are the names of the groups it runs on, sorted; empty is all.
	NodeGroups []string
	// NodeSelector are labels that a node must have; nil is none.
	NodeSelector map[string]string
	// OwnTolerations: of taints with the effects NoSchedule and NoExecute it tolerates
	// those alone whose keys are Tolerations, sorted; else every taint.
	OwnTolerations bool
	Tolerations    []string
}

// Role is a node group's job. It decides defaults, all of which the spec fills in.
type Role string

// The roles.
const (
	App        Role = "app"
	Batch      Role = "batch"
	Ingress    Role = "ingress"
	Monitoring Role = "monitoring"
	Stateful   Role = "stateful"
	System     Role = "system"
	GPU        Role = "gpu"
)

// Image is a node's operating system.
type Image string

// The images.
const (
	AL2023       Image = "al2023"
	Bottlerocket Image = "bottlerocket"
	// COS is Container-Optimized OS of GKE.
	COS Image = "cos"
	// Ubuntu is what kubeadm nodes are taken to run.
	Ubuntu Image = "ubuntu"
)

// CapacityType is how machines are bought.
type CapacityType string

// The capacity types.
const (
	OnDemand CapacityType = "on_demand"
	Spot     CapacityType = "spot"
)

// NodeGroup is a set of machines of one kind and the workloads that they carry.
type NodeGroup struct {
	Name string
	Role Role
	// Zones of the group, sorted.
	Zones     []string
	Image     Image
	Instances Instances
	Disk      Disk
	Kubelet   Kubelet
	Labels    map[string]string
	// Taints are sorted by key, then effect.
	Taints []Taint
	// Autoscaling: the count of nodes may follow the pods; else it is fixed.
	Autoscaling bool
	// MinNodes and MaxNodes bound the count over all zones; 0 leaves them to the
	// planner, who sets both to the planned count, or the former to that of the
	// quietest hour.
	MinNodes, MaxNodes int
	// SplitByZone: each zone has a group of machines of its own, so that the count of each
	// is exact. In one zone it means nothing: see Split.
	SplitByZone bool
	Redundancy  Redundancy
	Guarantee   Guarantee
	// Locked is nil where no earlier plan has chosen.
	Locked       *Locked
	UpdateConfig UpdateConfig
	// Workloads are sorted by name.
	Workloads []Workload
}

// Path returns the group's address.
func (g *NodeGroup) Path() string { return "node_group." + g.Name }

// Split reports whether the group is one group of machines for each of several zones.
func (g *NodeGroup) Split() bool { return g.SplitByZone && len(g.Zones) > 1 }

// Tainted reports whether pods need a toleration to run in the group.
func (g *NodeGroup) Tainted() bool {
	for _, t := range g.Taints {
		if t.Effect != PreferNoSchedule {
			return true
		}
	}
	return false
}

// Instances says which types a group may use.
type Instances struct {
	// Families are globs on what stands before the first "." of a type's name,
	// Types and Exclude are globs on the whole name. Empty Families and Types
	// admit every name.
	Families, Types, Exclude []string
	// Allow admits classes that are left out by default: metal, burstable, flex,
	// gpu, previous_generation.
	Allow         []string
	Architectures []string
	CapacityType  CapacityType
	// MaxTypes that the group may mix.
	MaxTypes int
	// MaxVCPUs of one node; 0 is no bound.
	MaxVCPUs int
	// MaxNodeShare is the largest part of a group's nodes that one node may be; 0 is no
	// bound.
	MaxNodeShare units.Ratio
	// OnDemandBase is the part of a spot group's nodes that is kept on demand; a share
	// rounds up.
	OnDemandBase units.CountOrRatio
	// GPU says which GPUs the machines must have; nil asks for none.
	GPU *GPUFilter
}

// GPUFilter admits machines by their GPUs.
type GPUFilter struct {
	// Names are globs on the GPU's name; none is any GPU.
	Names []string
	// MinMemory of one GPU; 0 is no bound.
	MinMemory units.Bytes
}

// Disk is the root disk of a node.
type Disk struct {
	Type string
	Size units.Bytes
	// IOPS and ThroughputMiBps beyond what the type gives free; 0 is its own.
	IOPS, ThroughputMiBps int
}

// TaintEffect is what a taint does to pods that do not tolerate it.
type TaintEffect string

// The effects of Kubernetes.
const (
	NoSchedule       TaintEffect = "NoSchedule"
	PreferNoSchedule TaintEffect = "PreferNoSchedule"
	NoExecute        TaintEffect = "NoExecute"
)

// Taint of a node.
type Taint struct {
	Key, Value string
	Effect     TaintEffect
}

// Recovery is how the pods of failed nodes are made good.
type Recovery string

// The ways to recover.
const (
	// Reschedule: every pod of what failed finds room on what is left.
	Reschedule Recovery = "reschedule"
	// Static: the replicas that still run hold the targets at once.
	Static Recovery = "static"
)

// Redundancy is what a group survives: the loss of any Nodes nodes, or of any
// Zones zones; with AtOnce both together.
type Redundancy struct {
	Nodes, Zones int
	AtOnce       bool
	Recovery     Recovery
}

// Guarantee is how sure it is that the scheduler places every pod.
type Guarantee string

// The guarantees.
const (
	// Packed: some placement exists.
	Packed Guarantee = "packed"
	// Scheduled: the modelled kube-scheduler places all, biggest first and in 8
	// shuffles; what is chosen, in further orders.
	Scheduled Guarantee = "scheduled"
	// AnyOrder: proved for every order.
	AnyOrder Guarantee = "any_order"
)

// UpdateConfig is how nodes are replaced.
type UpdateConfig struct {
	// Strategy is one of the ground's: "surge", "minimal", "in_place".
	Strategy string
	// MaxUnavailable nodes at a time; a share rounds down. On EKS and in place it is
	// what is replaced at a time, at least 1.
	MaxUnavailable units.CountOrRatio
	// MaxSurge nodes more at a time, where the ground has it; a share rounds up.
	MaxSurge units.CountOrRatio
	// Soak is the pause between batches of GKE's blue/green.
	Soak time.Duration
}

// Growth of throughput, compound by the month.
type Growth struct {
	PerMonth units.Ratio
	// Range is nil where PerMonth is not an estimate.
	Range         *RatioRange
	HorizonMonths int
	// SizeForHorizon sizes for the end of the horizon instead of for today.
	SizeForHorizon bool
}

// Emit says how a tool's input is written.
type Emit struct {
	// Tool is "terraform", "kops", "eksctl", "karpenter" or "kubernetes".
	Tool      string
	Directory string
	// Variable is the name of the Terraform variable.
	Variable string
	// Style of Terraform is "vars", or "root", which calls the module; empty is vars.
	Style string
	// ModuleVersion is that of the module that a root calls; empty is the one that
	// this program knows.
	ModuleVersion string
}

// RuleSetting changes the severity of a rule.
type RuleSetting struct {
	Rule     string
	Severity Severity
	Reason   string
}
