package planner

import (
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Mode says who runs the control plane.
type Mode string

// The modes.
const (
	// Managed: the provider runs it and charges a fee.
	Managed Mode = "managed"
	// SelfManaged: the user runs API servers and etcd on machines of the cluster.
	SelfManaged Mode = "self_managed"
)

// Ground is where a cluster can stand: a provider's managed Kubernetes, clusters
// that people run on its machines, or machines of their own. Package run lists
// them; docs/decisions/0008 says how one is added.
type Ground struct {
	Terms Terms
	// New returns the adapter for the catalog of a region.
	New func(*catalogs.Catalog) Provider
	// Catalog makes the catalog of a cluster on its own machines from its machine
	// blocks; nil where machines are bought from a provider with a catalog. The
	// calendar of Kubernetes is calendar.Versions, and calendar.Date its day.
	Catalog func(c *Cluster, calendar *catalogs.Catalog) (catalogs.Catalog, error)
}

// Terms are what a spec may say on a ground, and what it means where it says
// nothing. They are data, so that the language knows no provider. The first of a
// list is the default.
type Terms struct {
	// Provider is the word of the spec: "aws". One provider may have a ground for
	// each mode.
	Provider string
	Mode     Mode
	// Title names the ground to people: "EKS", "self-managed Kubernetes on AWS".
	Title string
	// DefaultMode: the ground is meant where a spec names the provider alone.
	DefaultMode bool

	CNIs   []CNI
	Images []Image
	// MostPods bounds what a spec may say of the pods of a node; 0 does not.
	MostPods int
	// ReservedLabels are domains, such as "example.com", whose labels the provider
	// keeps to itself.
	ReservedLabels []string
	// Kubelet: groups may declare the kubelet's reserves.
	Kubelet bool
	// Families are the patterns of families by role; a role without any admits
	// every family. Burstable are added where a role or environment admits them.
	Families  map[Role][]string
	Burstable []string
	// FamilyEnd ends the family in a type's name: "." or "-"; empty where a type's
	// name is its family. TypeExample is a name for hints.
	FamilyEnd, TypeExample string
	// Spot: machines can be bought as spot capacity.
	Spot bool

	// Commitments that are sold on it; none where there are none.
	Commitments []CommitmentType

	// OwnMachines: types come from machine blocks, regions and zones are free
	// names, and machines bring their disks.
	OwnMachines bool
	// EqualZones: a group has the same number of nodes in each of its zones.
	EqualZones bool
	// Addresses returns how many addresses of its zone's subnets a node of type t takes
	// on which so many pods run, DaemonSets included. Nil where subnets span zones.
	Addresses func(n *Network, t *catalogs.InstanceType, pods int) int
	// ControlPlaneAddresses are those that the provider's control plane may have in any
	// zone's subnets, as long as it stands.
	ControlPlaneAddresses int
	// Interfaces returns how many network interfaces of the account such a node takes; nil
	// where nobody counts them.
	Interfaces func(n *Network, t *catalogs.InstanceType, pods int) int
	// UpgradeAddresses are those that the provider's control plane may take of any zone's
	// subnets while it is upgraded.
	UpgradeAddresses int
	// PodBlock returns the length of the prefix of the block that each node gets of the
	// range of pods, for so many pods on a node. Nil where pods have addresses of the
	// subnets.
	PodBlock func(maxPods int) int
	// ZoneTransfer is the price of bytes from zone to zone; nil where nobody charges them.
	ZoneTransfer *ZoneTransfer
	// HiddenZone reports whether a zone that the catalog lacks may exist in the
	// region all the same; nil is never.
	HiddenZone func(region, zone string) bool

	// DiskType is the default of root disks; empty where machines bring theirs.
	DiskType string
	// NodeDisk is the root disk of a node that says nothing, for tables of types.
	NodeDisk units.Bytes
	// DiskRoom returns what the kubelet of an image leaves to pods of a root disk of a size;
	// nil where a tenth is kept free and nothing else grows with the disk.
	DiskRoom func(image Image, size units.Bytes) units.Bytes
	// LeastRootDisk is the smallest root disk, for the reason given.
	LeastRootDisk    units.Bytes
	LeastRootDiskWhy string
	// RootDiskProblem says what the provider refuses of a disk of type k that nodes
	// start from: the attribute and a sentence; empty where it takes it. declared
	// tells whether the spec gives an attribute.
	RootDiskProblem func(d Disk, k *catalogs.Disk, declared func(attribute string) bool) (attribute, problem string)
	// VolumeProblem says the same of a disk that pods are given.
	VolumeProblem func(d Disk, k *catalogs.Disk, declared func(attribute string) bool) (attribute, problem string)
	// DataDiskProblem says the same of a disk that nodes do not start from, and of
	// which the planner decides what the spec leaves out.
	DataDiskProblem func(d Disk, k *catalogs.Disk) (attribute, problem string)

	// UpdateStrategies of groups, and whether update_config.max_surge and soak mean
	// something.
	UpdateStrategies []string
	MaxSurge, Soak   bool
	// MostAtATime bounds max_surge and max_unavailable together, LongestSoak the
	// soak; 0 does not.
	MostAtATime int
	LongestSoak time.Duration

	// GroupName says what is wrong with a group's name where Terraform is to be
	// written; empty where nothing is. Nil takes every name.
	GroupName func(name string) string
	// ModuleMajor is the major version of the Terraform module whose inputs are written
	// for clusters on it; empty where there is no module.
	ModuleMajor string
	// UnwrittenStrategies are those of upgrades that the Terraform module has no key
	// for.
	UnwrittenStrategies []string

	// Tiers of a managed control plane, and the default by environment.
	Tiers []string
	// Service names the provider's tiers and limits in package layout: "eks"; empty
	// where there are none. BaseTier is the tier whose fee is part of that of the
	// others; empty where each has its own.
	Service, BaseTier string
	DefaultTier       map[Environment]string
	// LoadBalancers before self-managed API servers.
	LoadBalancers []LoadBalancerKind
	// EtcdDiskType is the network disk that etcd gets; empty where machines bring
	// theirs. EtcdDisks are all that are fast enough.
	EtcdDiskType string
	EtcdDisks    []string
	// DisksBySize are the network disks whose operations and throughput grow with
	// their size; of the others both are bought, but for throughput of those in
	// DisksFixedThroughput.
	DisksBySize, DisksFixedThroughput []string
	// DiskUses are the types of network disks by what they are for, SSDs apart from
	// disks for throughput alone: where a region lacks one, another of its use is closest.
	DiskUses [][]string
}

// LoadBalancerKind is what stands before the API servers.
type LoadBalancerKind string

// The kinds of load balancers.
const (
	// CloudLoadBalancer is the provider's.
	CloudLoadBalancer LoadBalancerKind = "cloud"
	// KubeVIP holds an address on the control-plane nodes themselves.
	KubeVIP LoadBalancerKind = "kube_vip"
	// HAProxyKeepalived is a pair of hosts in front, which hold an address.
	HAProxyKeepalived LoadBalancerKind = "haproxy_keepalived"
)

// SupportType says what happens to a managed control plane when standard support of its
// version ends.
type SupportType string

// The types of support.
const (
	// StandardSupport: the provider upgrades it.
	StandardSupport SupportType = "standard"
	// ExtendedSupport: it runs on, for a higher fee.
	ExtendedSupport SupportType = "extended"
)

// EtcdTopology says where etcd runs.
type EtcdTopology string

// The topologies.
const (
	// Stacked: each control-plane node runs an API server and an etcd member.
	Stacked EtcdTopology = "stacked"
	// External: etcd has hosts of its own.
	External EtcdTopology = "external"
)

// SizeProfile is a table that says how large a control-plane node is for so many nodes
// of the cluster; package layout holds them under the same names.
type SizeProfile string

// The profiles.
const (
	// GeneralSize is this planner's own.
	GeneralSize SizeProfile = "general"
	// KubeUpSize is Kubernetes' own until 1.18.
	KubeUpSize SizeProfile = "kube_up"
	// OpenShiftSize is OpenShift's, with its operators.
	OpenShiftSize SizeProfile = "openshift"
	// RKE2Size is RKE2's, the leanest.
	RKE2Size SizeProfile = "rke2"
)

// ControlPlaneSpec is what the spec says of the control plane, defaults filled in.
type ControlPlaneSpec struct {
	Mode Mode
	// Tier of a managed control plane: "standard", "regional".
	Tier string
	// TierCalculated: nobody declared it, and the planner takes another where the load
	// asks for it.
	TierCalculated bool
	// Support that is declared of a managed one, StandardSupport or ExtendedSupport: at
	// the end of standard support the provider upgrades it, or charges for more. Empty
	// is not declared: what the version has on the day of the plan.
	Support SupportType
	// Load that it has to carry, as far as the plan does not tell.
	Load LoadSpec

	// The rest is of a self-managed one, and empty of a managed one.

	// Nodes that run API servers; 0 leaves the count to the planner.
	Nodes int
	// Profile is the table of sizes that its nodes are held to; empty is GeneralSize.
	Profile      SizeProfile
	EtcdTopology EtcdTopology
	Etcd         EtcdSpec
	LoadBalancer LoadBalancerKind
	// Redundancy that quorum and API servers survive; Recovery is Static.
	Redundancy Redundancy
	// Instances that control-plane nodes may use, and their root disk.
	Instances Instances
	Disk      Disk
	// Locked are the types that an earlier plan chose, sorted by role.
	Locked []LockedRole
}

// LockedRole is the type that an earlier plan chose for a role of the control plane, which
// stands while it can.
type LockedRole struct {
	Role, InstanceType string
	// MinSaving is the share of the price of the machines that another type has to save,
	// and more, to be chosen in its place.
	MinSaving units.Ratio
}

// EventsPlace says which etcd keeps the events.
type EventsPlace string

// The places.
const (
	// EventsShared: the one that keeps everything.
	EventsShared EventsPlace = "shared"
	// EventsSeparate: one of their own, whose members run beside the others on the same
	// machines, on disks of their own.
	EventsSeparate EventsPlace = "separate"
)

// EtcdSpec is what the spec says of etcd.
type EtcdSpec struct {
	// Members; 0 leaves the count to the planner. Stacked they are the nodes.
	Members int
	// Instances of external members; unused where stacked.
	Instances Instances
	// Disk that etcd has to itself. A type that is empty or a size of 0 is left to
	// the planner.
	Disk Disk
	// Events says where events are kept; empty leaves it to the planner.
	Events EventsPlace
	// BackupInterval between snapshots, and how long they are kept.
	BackupInterval, BackupRetention time.Duration
	// RoundTrip between members, the longest.
	RoundTrip time.Duration
}

// Machine is a kind of machine of one's own.
type Machine struct {
	Name         string
	VCPUs        int
	Memory       units.Bytes
	Architecture string
	Disk         MachineDisk
	// USDPerMonth of one machine; nil is not known. 0 is a machine that is paid for.
	USDPerMonth *units.USD
	// CountByZone is what stands there, sorted by zone; a zone that is not named has
	// none. Nil: as many as needed can be had in every zone.
	CountByZone []ZoneCount
}

// MachineDisk is what a machine has built in for the system and pods.
type MachineDisk struct {
	// Type is "ssd", "nvme" or "hdd".
	Type string
	Size units.Bytes
	// IOPS it sustains at 8 KiB; 0 is not known.
	IOPS int
}

// Kubelet is what a group declares of the kubelet's settings.
type Kubelet struct {
	// MaxPods of a node; 0 leaves it to the network.
	MaxPods int
	// KubeReserved and SystemReserved; nil where not declared.
	KubeReserved, SystemReserved *Reserve
	// EvictionMemory is memory.available of eviction_hard; 0 is the kubelet's own.
	EvictionMemory units.Bytes
}

// Reserve is what is set aside of a node.
type Reserve struct {
	CPU    units.MilliCPU
	Memory units.Bytes
}
