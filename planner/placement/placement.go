// Package placement says where the default Kubernetes scheduler puts the pods of
// a node group, and whether they still have a place after nodes and zones fail.
//
// It is a plain, deterministic model of kube-scheduler's default profile for
// pools of equal nodes: the filters NodeResourcesFit, NodeAffinity (selectors),
// PodTopologySpread (DoNotSchedule) and InterPodAffinity (required rules), and the
// scores NodeResourcesFit with LeastAllocated or MostAllocated (weight 1),
// NodeResourcesBalancedAllocation (weight 1), PodTopologySpread (ScheduleAnyway,
// weight 2) and InterPodAffinity (weight 2). All other plugins are taken to
// score every node of the group alike. What the model leaves out is listed in
// docs/models/placement.md.
//
// Sources: kubernetes/kubernetes, pkg/scheduler/framework/plugins/noderesources,
// podtopologyspread and interpodaffinity, and apis/config/v1/default_plugins.go for
// the weights.
package placement

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// MoreKinds is how many further resources there may be.
const MoreKinds = 6

// Resources are an amount of each resource that the scheduler's Fit filter knows.
// Scores know CPU and memory alone.
type Resources struct {
	CPU    units.MilliCPU
	Memory units.Bytes
	Pods   int
	// Storage is ephemeral storage.
	Storage units.Bytes
	// More are further resources, in an order and in units of the caller's:
	// attachable volumes, bandwidth, extended resources.
	More [MoreKinds]int64
}

// plus returns r and n times o.
func (r Resources) plus(o *Resources, n int) Resources {
	r.CPU += o.CPU * units.MilliCPU(n)
	r.Memory += o.Memory * units.Bytes(n)
	r.Pods += o.Pods * n
	r.Storage += o.Storage * units.Bytes(n)
	for i := range r.More {
		r.More[i] += o.More[i] * int64(n)
	}
	return r
}

// Key is what a spread constraint counts pods by.
type Key int

// The keys: topology.kubernetes.io/zone and kubernetes.io/hostname.
const (
	Zone Key = iota
	Host
)

// Spread is a topology spread constraint whose selector matches the pods of its
// own workload and no others. A workload has at most one of each key and
// hardness, as Kubernetes requires.
type Spread struct {
	Key Key
	// MaxSkew is at least 1.
	MaxSkew int
	// Hard is DoNotSchedule, a filter; otherwise ScheduleAnyway, a score.
	Hard bool
}

// Mode says how much a rule between pods weighs. The zero value is no rule.
type Mode int

// The modes: requiredDuringSchedulingIgnoredDuringExecution, a filter, and
// preferredDuringSchedulingIgnoredDuringExecution, a score. All preferred rules are
// taken to have the same weight, 100.
const (
	Preferred Mode = 1 + iota
	Required
)

// AntiAffinity keeps the pods of a workload apart: one on a node or in a zone.
type AntiAffinity struct {
	Mode Mode
	Key  Key
}

// Affinity draws pods to where those of a workload run.
type Affinity struct {
	// To is a workload of the group, which may be the one that has the rule: the first
	// of its pods may then run anywhere.
	To   string
	Key  Key
	Mode Mode
}

// Workload is a number of equal pods.
type Workload struct {
	// Name is unique in the group; it breaks ties of size.
	Name string
	// Request of one pod; Pods is taken as 1 whatever it says.
	Request  Resources
	Replicas int
	// Spread constraints. Where there are none the scheduler's own defaults hold:
	// ScheduleAnyway with skew 3 over hosts and 5 over zones.
	Spread []Spread
	// NoDefaultSpread is for pods without a Service, ReplicaSet or StatefulSet,
	// such as those of Jobs, which the scheduler's defaults pass over.
	NoDefaultSpread bool
	// Surge is how many extra pods run during its rollout, with all nodes up.
	Surge int
	// MinReady is how many pods stay Ready through any declared loss before
	// anything is rescheduled; 0 asks for none.
	MinReady int
	// Reschedule says that pods of failed nodes must find room on what is left;
	// otherwise they may stay pending.
	Reschedule bool
	// Pools and Zones are the nodes that the selector admits: those of pools and in
	// zones that are true. Nil is all of them. Zones without an admitted node are no
	// spread domains of the workload.
	Pools, Zones []bool
	// AntiAffinity of the workload to itself.
	AntiAffinity AntiAffinity
	// Affinity to workloads of the group. Rules of mode Required to different workloads
	// are met nowhere: the scheduler asks for a pod that meets all of them.
	Affinity []Affinity
	// ZonalVolumes: each pod has a volume that exists in one zone, that in which the pod
	// ran first. A displaced pod must find room in the same zone; where that is lost it
	// waits, and counts as missing nowhere but in MinReady.
	ZonalVolumes bool
	// Priority: pods of a higher one are placed first. No preemption is counted on.
	Priority int
}

// What LeastAllocated takes for a container without a request (kube-scheduler,
// util/pod_resources.go: DefaultMilliCPURequest, DefaultMemoryRequest).
const (
	unrequestedCPU    units.MilliCPU = 100
	unrequestedMemory                = 200 * units.MiB
)

// UnrequestedBy returns what LeastAllocated counts of a pod of one container beyond
// its requests: 100m where it requests no CPU, 200 MiB where it requests no memory.
func UnrequestedBy(cpu units.MilliCPU, memory units.Bytes) Resources {
	var out Resources
	if cpu == 0 {
		out.CPU = unrequestedCPU
	}
	if memory == 0 {
		out.Memory = unrequestedMemory
	}
	return out
}

// Pool is a number of equal nodes of a group.
type Pool struct {
	// Allocatable of each node; scores are shares of it.
	Allocatable Resources
	// Reserved on each node by DaemonSets; filters and scores count it as
	// requested.
	Reserved Resources
	// Unrequested is what LeastAllocated counts on each node beside that, and nothing
	// else does: for DaemonSets that request no CPU or no memory (see
	// UnrequestedBy).
	Unrequested Resources
	// NodesByZone is the number of nodes in each zone, fullest first by
	// convention. All pools of a group have the same zones.
	NodesByZone []int
}

// Group is a node group and the pods that run on it.
type Group struct {
	// Pools, at least one. A zone in which none has nodes is no spread domain.
	Pools []Pool
	// Workloads with unique names.
	Workloads []Workload
}

// Losses are the failures that a group must survive.
type Losses struct {
	// Nodes: any so many nodes, and any fewer.
	Nodes int
	// Zones: any so many zones, and any fewer.
	Zones int
	// AtOnce: both together.
	AtOnce bool
}

// Balance is the formula of NodeResourcesBalancedAllocation.
type Balance int

const (
	// BalanceByState scores the balance of CPU and memory with the pod on the
	// node: kube-scheduler up to 1.35.
	BalanceByState Balance = iota
	// BalanceByChange scores the change of that balance: kube-scheduler since
	// 1.36 (kubernetes/kubernetes#135573).
	BalanceByChange
)

// Scoring is the scoringStrategy of NodeResourcesFit.
type Scoring int

const (
	// LeastAllocated prefers the emptiest node: the default.
	LeastAllocated Scoring = iota
	// MostAllocated prefers the fullest.
	MostAllocated
)

// Options of a check. The zero value is what we recommend.
type Options struct {
	// Shuffles of the pod order to try after biggest first, in which ties are drawn and
	// displaced pods are shuffled as well. Zero means 8; negative means none.
	Shuffles int
	// Seed of the first shuffle; the next ones take the seeds that follow. Zero
	// means 1. The shuffle of seed s is Shuffle of rand.New(rand.NewPCG(s, 0)),
	// math/rand/v2, on the pods biggest first.
	Seed uint64
	// Balance is the scheduler's formula for balanced allocation.
	Balance Balance
	// Scoring is the scheduler's strategy for the room on a node.
	Scoring Scoring
	// Thorough tries further orders after the shuffles, unless every order is proved:
	// more shuffles and, of every eight, one biggest first with ties drawn. There are four
	// for each pod, 32 at least and 256 at most, but no more than place 65,536 pods; after
	// 32 they end where every pod always had three nodes to go to.
	Thorough bool
	// Trace has a failure say how it came about.
	Trace bool
	// Stop is asked now and then whether to give up; nil never does.
	Stop func() bool
}

// During says in what state of the group something happened.
type During string

// The states.
const (
	Normal          During = "normal"
	Rollout         During = "rollout"
	NodeLoss        During = "node_loss"
	ZoneLoss        During = "zone_loss"
	NodeAndZoneLoss During = "node_and_zone_loss"
)

// Shortage is what kept a pod from its place, or a workload from being ready.
type Shortage string

// The shortages.
const (
	ShortCPU     Shortage = "cpu"
	ShortMemory  Shortage = "memory"
	ShortPods    Shortage = "pods"
	ShortStorage Shortage = "ephemeral_storage"
	// ShortAntiAffinity and ShortAffinity: the workload's rules forbid the nodes with
	// room.
	ShortAntiAffinity Shortage = "anti_affinity"
	ShortAffinity     Shortage = "affinity"
	// ShortVolumeZone: no node that is admitted is up in the zone of the pod's volumes.
	ShortVolumeZone Shortage = "volume_zone"
	// ShortSelector: no node that is up is admitted.
	ShortSelector Shortage = "selector"
	ShortSpread   Shortage = "spread"
	ShortMinReady Shortage = "min_ready"
	// ShortProof: a pod may have a place, but too few nodes to prove it.
	ShortProof Shortage = "proof"
)

// shortMore starts the words for Resources.More.
const shortMore = "more_"

// ShortMore is the shortage of Resources.More[i]: "more_0" and so on.
func ShortMore(i int) Shortage { return Shortage(shortMore + strconv.Itoa(i)) }

// More returns i where s is ShortMore(i).
func (s Shortage) More() (i int, ok bool) {
	digits, ok := strings.CutPrefix(string(s), shortMore)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(digits)
	return i, err == nil && i >= 0 && i < MoreKinds
}

// Loss is one failure: the zones that went, and single nodes beside them.
type Loss struct {
	// Zones are indexes into Pool.NodesByZone, ascending.
	Zones []int
	// Nodes are indexes into Report.Nodes, ascending.
	Nodes []int
	// NodeZones are the zones of Nodes, NodePools their indexes into Group.Pools.
	NodeZones, NodePools []int
}

// String names the loss with zones by index: "zone 0 and node 4 of zone 1".
func (l Loss) String() string {
	var parts []string
	for _, z := range l.Zones {
		parts = append(parts, fmt.Sprintf("zone %d", z))
	}
	for i, n := range l.Nodes {
		parts = append(parts, fmt.Sprintf("node %d of zone %d", n, l.NodeZones[i]))
	}
	return strings.Join(parts, " and ")
}

// Failure is the first thing that did not hold.
type Failure struct {
	During During
	// Order is 0 for biggest first, i for the i-th shuffle; Thorough ones follow.
	Order int
	// Resource is the one that is short on most nodes: of the nodes still up and
	// admitted, those whose free amount is less than the pod's request, or, where all
	// resources suffice, those that hard spread or a rule between pods forbids.
	Resource Shortage
	// Workload whose pods have no place or are too few.
	Workload string
	// Missing is how many of its pods have no place, or are not ready.
	Missing int
	// Lost is what had failed; empty in normal and rollout.
	Lost Loss
	// Unproved says that the loss was not simulated: more failures than a check
	// simulates were beyond its proof, and this is the first of the rest. What it
	// says of Missing is then what the proof lacks: with ShortProof, nodes.
	Unproved bool
	// Stopped says that Options.Stop ended the check; nothing else is then known.
	Stopped bool
	// Trace is how it came about, where Options asks for it; nil where it is Unproved.
	Trace *Trace
}

// String describes the failure in a line.
func (f *Failure) String() string {
	s := fmt.Sprintf("%s: %d pods of %s: short of %s", f.During, f.Missing, f.Workload, f.Resource)
	if lost := f.Lost.String(); lost != "" {
		s += " after the loss of " + lost
	}
	return s
}

// NodePods is a node and what runs on it.
type NodePods struct {
	// Pool is an index into Group.Pools, Zone one into Pool.NodesByZone.
	Pool, Zone int
	// Pods by workload, in the order of Group.Workloads.
	Pods []int
}

// DrillReport is one kind of failure, tried everywhere it can strike.
type DrillReport struct {
	// Event is NodeLoss, ZoneLoss or NodeAndZoneLoss.
	Event During
	// Nodes and Zones that fail together.
	Nodes, Zones int
	// Tried counts every failure that can strike one placement; each was tried on
	// the placement of every order. Held is how many held: all, since a check
	// ends at the first that does not.
	Tried, Held int
	// Tightest is the failure that leaves the least share of CPU free, over all
	// orders.
	Tightest Tightest
}

// Tightest is a failure and what its survivors have free once the displaced pods
// run again.
type Tightest struct {
	Lost Loss
	// Free on the survivors, of Total: their allocatable less DaemonSets.
	Free, Total Resources
	// FreeCPU is Free over Total, rounded down.
	FreeCPU units.Ratio
}

// Report says how a group holds.
type Report struct {
	// Nodes is the placement with the biggest pods first, in the model's order of
	// node names: the first node of each zone, then the second of each, and so on. In
	// a zone the nodes of the first pool come first, then those of the second.
	Nodes []NodePods
	// Orders is how many orders of the pods were tried.
	Orders int
	// Drills: nodes, then zones, then both, the smaller losses first.
	Drills []DrillReport
	// ReadyAtWorst is the least number of pods of each workload that stay Ready,
	// before anything is rescheduled, over all orders and losses; Replicas where
	// no loss is declared. In the order of Group.Workloads.
	ReadyAtWorst []int
	// Free with everything up, over all nodes.
	Free Resources
	// TightestFreeCPU is the least share of CPU that is free with everything up or
	// after any declared loss.
	TightestFreeCPU units.Ratio
}

// Check places the pods of g as kube-scheduler would and drills the declared
// losses. It returns the report of a group that holds, or the first failure.
//
// Pods are placed by priority and biggest first (by the larger of their CPU and memory shares of
// a node, of the most CPU and memory that nodes of any pool have; ties by name, the
// pods of a workload together), with the first of equal nodes, and again in shuffled
// orders, by priority too, where one of equal nodes is drawn. A pod
// whose required affinity keeps it off is tried again when the others are placed. For
// every order:
//
//  1. all pods find a place;
//  2. the Surge pods of each workload in turn find a place beside them;
//  3. through every declared loss, every workload keeps MinReady pods on the
//     survivors, which keep their pods unmoved, and the displaced pods of
//     Reschedule workloads find a place on the survivors, in the same order or, where
//     that is shuffled, in one of their own.
//
// The objects of failed nodes are taken to be gone, as after node deletion by
// the cloud's controller: a lost zone is no spread domain, and hard spread is
// kept over the domains that remain. Failures that differ only in the names of
// nodes of the same pool and zone with the same pods are tried once and counted all.
func Check(g Group, l Losses, o Options) (Report, *Failure) {
	return NewChecker().Check(g, l, o)
}
