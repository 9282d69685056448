package planner

import "time"

// Outage is how often fewer replicas are up than are needed, where each stays where
// the plan has it and nodes and zones fail by themselves (Cluster.Availability).
type Outage struct {
	Below OutageBelow
	// Need is the least number that is enough.
	Need int
	// PerYear is the time with fewer in a year of 365.25 days, on average, rounded up
	// to a millisecond.
	PerYear time.Duration
}

// OutageBelow says what so many replicas are needed for.
type OutageBelow string

// What replicas are needed for.
const (
	// BelowLoad: fewer cannot carry the load at the targets.
	BelowLoad OutageBelow = "load"
	// BelowMinReady: the workload's min_ready.
	BelowMinReady OutageBelow = "min_ready"
	// BelowOne: none is up. Of workloads and API servers of which nothing else is known.
	BelowOne OutageBelow = "one"
	// BelowQuorum: etcd has no majority.
	BelowQuorum OutageBelow = "quorum"
)

// Year is the time that Outage.PerYear is a part of.
const Year = 365*24*time.Hour + 6*time.Hour
