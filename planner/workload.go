package planner

import (
	"cmp"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Kind of a workload's controller.
type Kind string

// The kinds: the first two run for good, the others until their work is done.
const (
	Deployment  Kind = "Deployment"
	StatefulSet Kind = "StatefulSet"
	JobKind     Kind = "Job"
	CronJob     Kind = "CronJob"
)

// Workload is a set of equal pods.
type Workload struct {
	Name string
	Kind Kind
	// Object is where Kubernetes has it, as far as that is known.
	Object Object
	// System marks the pods that the provider brings (CoreDNS and so on).
	System bool
	Demand Demand
	// SpareReplicas are added to the load of computed counts: N+1.
	SpareReplicas int
	MinReplicas   int
	// MinReady pods stay Ready through any declared loss; nil where not asked.
	MinReady *units.CountOrRatio
	// Recovery is the group's, except for system pods: always Reschedule.
	Recovery Recovery
	Pod      Pod
	// Volumes of each replica, sorted by name.
	Volumes []Volume
	// NodeSelector are labels that a node must have; nil is none.
	NodeSelector map[string]string
	AntiAffinity AntiAffinity
	// Affinity to other workloads of the group, sorted by workload and key.
	Affinity []PodAffinity
	// Priority of the pods: higher ones are scheduled first.
	Priority       int
	TopologySpread []TopologySpread
	// PodDisruptionBudget is nil where there is none.
	PodDisruptionBudget    *PodDisruptionBudget
	TerminationGracePeriod time.Duration
	StartupTime            time.Duration
	RollingUpdate          RollingUpdate
	// GrowthPerMonth compounds on throughput, on replicas where it was declared
	// for the workload itself.
	GrowthPerMonth units.Ratio
	// GrowthRange is nil where the growth is not an estimate.
	GrowthRange *RatioRange
	// GrowsReplicas: GrowthPerMonth was declared here, so that a given count of
	// replicas grows too.
	GrowsReplicas bool
	// DailyProfile is how the throughput goes over the day; nil is the peak at all
	// hours.
	DailyProfile *DailyProfile
	// RequestSize and ResponseSize are the bytes of a request and of its response; 0 is
	// not known. SameZone: callers prefer the pods of their zone.
	RequestSize, ResponseSize units.Bytes
	SameZone                  bool
	// Autoscaler changes the replicas with the load; nil is a fixed count.
	Autoscaler *HorizontalPodAutoscaler
}

// Object is where Kubernetes has a workload's controller.
type Object struct {
	// Namespace; empty where not known.
	Namespace string
	// Name; empty is the workload's.
	Name string
}

// ObjectName returns the name of the workload's controller in Kubernetes.
func (w *Workload) ObjectName() string { return cmp.Or(w.Object.Name, w.Name) }

// Pod is the sum of the requests of a pod's containers, sidecars included, and of
// their limits (0 is none).
type Pod struct {
	CPU         units.MilliCPU
	Memory      units.Bytes
	CPULimit    units.MilliCPU
	MemoryLimit units.Bytes
	// EphemeralStorage is local storage.
	EphemeralStorage units.Bytes
	// Extended resources, such as nvidia.com/gpu, sorted by name.
	Extended []ExtendedResource
	// Network and Disk are bandwidth that each pod is to have at all times, held
	// against what machines guarantee, never against their burst. Kubernetes knows
	// nothing of them.
	Network, Disk units.Mbps
}

// ExtendedResource is a whole number of a resource that devices offer.
type ExtendedResource struct {
	// Name is "nvidia.com/gpu".
	Name  string
	Count int64
}

// Volume is a disk that each replica of a workload has for itself.
type Volume struct {
	Name string
	// Type is the provider's disk type.
	Type string
	Size units.Bytes
	// IOPS and ThroughputMiBps beyond what the type gives free; 0 is its own.
	IOPS, ThroughputMiBps int
	// Zonal: the volume stays in the zone in which its pod ran first, and so must the
	// pod.
	Zonal bool
}

// AffinityMode says how much an affinity weighs.
type AffinityMode string

// The modes. The zero value is none.
const (
	AffinityPreferred AffinityMode = "preferred"
	AffinityRequired  AffinityMode = "required"
)

// AntiAffinity keeps the pods of a workload apart: one on a node or in a zone.
type AntiAffinity struct {
	Mode AffinityMode
	// Key of the domains; without meaning where Mode is none.
	Key TopologyKey
}

// PodAffinity draws pods to where those of a workload of the same group run.
type PodAffinity struct {
	Workload string
	Key      TopologyKey
	// Mode is AffinityPreferred or AffinityRequired.
	Mode AffinityMode
}

// TopologyKey is the domain over which pods are spread.
type TopologyKey string

// The keys.
const (
	ZoneKey     TopologyKey = "zone"
	HostnameKey TopologyKey = "hostname"
)

// TopologySpread is a constraint of Kubernetes' pod topology spread.
type TopologySpread struct {
	Key     TopologyKey
	MaxSkew int
	// Hard is DoNotSchedule, else ScheduleAnyway.
	Hard bool
}

// PodDisruptionBudget bounds voluntary evictions; one of the fields is set.
type PodDisruptionBudget struct {
	MinAvailable, MaxUnavailable *units.CountOrRatio
}

// Allowed returns how many of n healthy replicas may be evicted at a time:
// shares round up to whole pods, as the disruption controller does. It is never
// negative.
func (b *PodDisruptionBudget) Allowed(n int) int {
	if b.MaxUnavailable != nil {
		return min(b.MaxUnavailable.Up(n), n)
	}
	return max(n-b.MinAvailable.Up(n), 0)
}

// RollingUpdate of a workload: MaxSurge rounds up, MaxUnavailable down.
type RollingUpdate struct {
	MaxSurge, MaxUnavailable units.CountOrRatio
}
