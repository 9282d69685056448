package planner

import "github.com/scantling-dev/scantling/planner/units"

// LoadSpec is what a plan cannot know of the load on its control plane.
type LoadSpec struct {
	// Namespaces of the cluster.
	Namespaces int
	// Objects are config maps, secrets, custom resources and the like, beside what the
	// workloads bring, and ObjectSize what one of them takes.
	Objects    int
	ObjectSize units.Bytes
	// RolloutsPerDay of each workload, over eight working hours.
	RolloutsPerDay int
	// Watchers are the watches of controllers and operators on the API servers.
	Watchers int
}

// LoadMoment is when a control plane is looked at.
type LoadMoment string

// The moments.
const (
	// LoadNow: the cluster as planned, with all the nodes that it may have.
	LoadNow LoadMoment = "now"
	// LoadAtHorizon: at the last month of growth that can be planned.
	LoadAtHorizon LoadMoment = "horizon"
	// LoadInUpgrade: while the recommended strategy replaces the nodes.
	LoadInUpgrade LoadMoment = "upgrade"
)

// ControlPlaneLoad is what a cluster asks of its API servers and etcd at a moment.
type ControlPlaneLoad struct {
	Moment LoadMoment
	// Nodes, Pods, and the rest that the objects are counted from.
	Nodes, Pods, Workloads, Namespaces, Autoscalers int
	// PodsPerHour start in the busiest hour, and as many end, for the reason in Churn;
	// NodesPerHour come and go.
	PodsPerHour, NodesPerHour int
	Churn                     string
	// Watches on the API servers.
	Watches int
	// Objects by kind.
	Objects []StoredObjects
	// Live is the sum of the objects, History what was written over and is not
	// compacted yet, File what both take on the disk, and Peak what is planned with:
	// File, and twice Live at least.
	Live, History, File, Peak units.Bytes
	// Writes to etcd and Reads from the API servers a second.
	Writes, Reads units.Rate
	// EtcdMemory is what each member's process takes, beside the pages of the file.
	EtcdMemory units.Bytes
}

// StoredObjects are the objects of a kind in etcd.
type StoredObjects struct {
	Kind  string
	Count int
	// Size of one, and Writes a second of all.
	Size   units.Bytes
	Writes units.Rate
}

// UseCase is when the machines of a control plane are looked at.
type UseCase string

// The cases.
const (
	// UseAllUp: every machine is up.
	UseAllUp UseCase = "all_up"
	// UseAfterLoss: after the worst of the losses that are declared to be survived.
	UseAfterLoss UseCase = "after_loss"
	// UseInUpgrade: while one machine is upgraded.
	UseInUpgrade UseCase = "in_upgrade"
)

// MemberUse is how busy the machines of a role of a self-managed control plane are.
type MemberUse struct {
	Role string
	Case UseCase
	// Left of the machines are up.
	Left int
	// CPU and Memory are the shares of each machine that is left, rounded up: above the
	// whole they do not carry the load. 0 where none is left.
	CPU, Memory units.Ratio
}
