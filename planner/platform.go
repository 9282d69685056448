package planner

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// LimitKind says what happens beyond a limit of a platform.
type LimitKind string

// The kinds of limits.
const (
	// HardQuota: the provider refuses more.
	HardQuota LimitKind = "quota"
	// Threshold: Kubernetes is not tested with more.
	Threshold LimitKind = "threshold"
)

// PlatformLimit is what Kubernetes, or who runs it, carries of something, and what the
// plan has of it.
type PlatformLimit struct {
	// Resource is what is limited: "nodes", "pods_per_namespace". Path is where the
	// most of it is: "cluster", "node_group.web", a workload.
	Resource, Path string
	Kind           LimitKind
	// Used and Limit are counts, or bytes of a database.
	Used, Limit int64
	// Share is Used of Limit, rounded up.
	Share units.Ratio
	// AtLeast: no fewer are used; how many more is not known.
	AtLeast bool
	// Month is the first month of growth that takes more than Limit, and Date its day;
	// 0 and zero where none of the next ten years does.
	Month int
	Date  units.Date
	// Source publishes the limit.
	Source string
}

// PlatformLimitPath is the address of a limit of the platform, as growth runs out of it.
func PlatformLimitPath(resource string) string { return "platform_limits." + resource }

// TierOption is a tier that a managed control plane could be of.
type TierOption struct {
	Name string
	// Seats are the requests that its API servers work on at a time, PodsPerSecond what
	// it schedules, Database what etcd stores, Nodes what it takes; 0 where nothing is
	// published.
	Seats, PodsPerSecond int
	Database             units.Bytes
	Nodes                int
	// SLA is the share of time that is promised; 0 where nothing is.
	SLA units.Ratio
	// Fee of the tier in all, and how the dearest line of it is known.
	Fee   Amount
	Basis catalogs.Basis
	// TooSmall says what of the load it does not carry; empty where it carries it.
	TooSmall string
}
