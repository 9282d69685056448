package planner

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// ControlPlaneName stands for the control plane where groups are named.
const ControlPlaneName = "control_plane"

// Kill is one thing that fails; one of Zone, Nodes and Group is set.
type Kill struct {
	// Zone fails whole, for every group and the control plane.
	Zone string
	// Nodes of each group, and machines of a self-managed control plane, fail: the
	// worst ones.
	Nodes int
	// Group loses one node in zone In, the worst one. ControlPlaneName is the
	// control plane unless a group has that name.
	Group, In string
}

// String writes the kill as users do: "zone=a", "nodes=2", "node=web/a".
func (k Kill) String() string {
	switch {
	case k.Zone != "":
		return "zone=" + k.Zone
	case k.Group != "":
		return "node=" + k.Group + "/" + k.In
	}
	return fmt.Sprintf("nodes=%d", k.Nodes)
}

// KillError is a kill of what the plan does not have.
type KillError struct {
	Kill Kill
	// Why in words: "there is no zone us-east-1z".
	Why string
	// Known are the names to choose from; it may be empty.
	Known []string
}

func (e *KillError) Error() string {
	s := e.Kill.String() + ": " + e.Why
	if len(e.Known) > 0 {
		s += "; there are " + strings.Join(e.Known, ", ")
	}
	return s
}

// Replay says what failures do to a plan.
type Replay struct {
	// Kills that failed together, in the order given; none: every loss that the plan
	// declares was tried, one kind after another.
	Kills []Kill
	// Groups lists the cases by group, in the order of the plan.
	Groups []GroupCase
	// ControlPlane lists those of a self-managed control plane.
	ControlPlane []ControlPlaneCase
	// Untouched names the groups that lose nothing.
	Untouched []string
	// Tightest is the index in Groups of the case with the most pods that are
	// missing or not ready, then with the least share of CPU that stays free; -1
	// where there is none.
	Tightest int
}

// Holds reports whether everything finds a place, keeps its min_ready and its
// quorum, in every case.
func (r *Replay) Holds() bool {
	for i := range r.Groups {
		if !r.Groups[i].Holds() {
			return false
		}
	}
	for i := range r.ControlPlane {
		if !r.ControlPlane[i].Holds() {
			return false
		}
	}
	return true
}

// GroupCase is a kind of failure and the worst that it does to a group.
type GroupCase struct {
	Group string
	// Event is "any 1 node", or what was killed.
	Event string
	// Ways in which it can strike, Tried of which were tried, and Held of these. All
	// says that every way was: there is a limit on those that differ in more than
	// the names of equal nodes.
	Ways, Tried, Held int
	All               bool
	// Lost names the worst case: "us-east-1a and a node in us-east-1b"; the rest is
	// of it.
	Lost string
	// Nodes before, and Left after.
	Nodes, Left int
	// Missing pods must find room and have none; NotReady is by how many pods
	// workloads stay below their min_ready.
	Missing, NotReady int
	// Workloads are sorted by name.
	Workloads []WorkloadCase
	// Free on the nodes that are left, of Offered, once the pods that must find room
	// run again. FreeCPU is the share of CPU, rounded down.
	Free, Offered Requests
	FreeCPU       units.Ratio
}

// Holds reports whether the group survives every way that was tried.
func (c *GroupCase) Holds() bool { return c.Held == c.Tried }

// WorkloadCase is what a failure does to a workload.
type WorkloadCase struct {
	Name   string
	System bool
	// Replicas before; Displaced of them ran on what is lost, and Placed of these
	// find room on what is left, no running pod moved.
	Replicas, Displaced, Placed int
	// LeastReady pods serve at once in the worst case for this workload, which need
	// not be that of the group.
	LeastReady int
	// Landed are the placed pods by zone, zones without any left out.
	Landed []ZonePods
	// Short is what the next of them lacks on most nodes: "cpu", "memory", "pods",
	// "spread" or, where no node is left, "nodes"; empty where all are placed.
	Short string
	// MayWait: the group recovers statically, so that its survivors suffice and its
	// lost pods may stay pending.
	MayWait bool
	// MinReady pods are to stay ready; 0 asks for none.
	MinReady int
	// ForPeak pods carry the peak within the targets that hold while a loss lasts, and
	// max_utilization where these are the normal ones; 0 where replicas are given.
	ForPeak int
	// Latency of the targets while only the survivors serve, and once the placed
	// pods do; where it is modelled and pods are displaced.
	Latency []LatencyCase
}

// Ready returns how many pods serve at once, nothing rescheduled.
func (c *WorkloadCase) Ready() int { return c.Replicas - c.Displaced }

// After returns how many serve once the placed pods are up.
func (c *WorkloadCase) After() int { return c.Ready() + c.Placed }

// Pending returns how many pods have no place.
func (c *WorkloadCase) Pending() int { return c.Displaced - c.Placed }

// ZonePods is a number of pods in a zone.
type ZonePods struct {
	Zone string
	Pods int
}

// LatencyCase is a target and what the model predicts of it.
type LatencyCase struct {
	Statistic Statistic
	Target    time.Duration
	// AtOnce and After are predicted of Ready and After pods; 0 where the queue
	// grows without end.
	AtOnce, After time.Duration
}

// Holds reports whether a prediction keeps the target.
func (c *LatencyCase) Holds(predicted time.Duration) bool {
	return predicted > 0 && predicted <= c.Target
}

// ControlPlaneCase is a kind of failure and the worst that it does to the machines
// of a self-managed control plane.
type ControlPlaneCase struct {
	// Event, Tried, Held and Lost are as those of a GroupCase; every way is tried.
	Event       string
	Tried, Held int
	Lost        string
	// Members of etcd that are left, of Of; Quorum are needed.
	Members, Of, Quorum int
	// Servers are the API servers that are left; Balancers the hosts before them, of
	// BalancersOf (0 where there are none of their own).
	Servers, Balancers, BalancersOf int
}

// Holds reports whether the control plane survives every way.
func (c *ControlPlaneCase) Holds() bool { return c.Held == c.Tried }
