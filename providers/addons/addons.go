// Package addons describes the workloads that a cluster brings with it, CoreDNS
// and its like, as providers run them.
package addons

import (
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Deployment returns a workload of so many pods as the manifests of add-ons have
// it: spread over zones where that is possible, rescheduled when nodes fail, ready
// 20 s after its start. A rollout surges by a quarter and takes none away; add-ons
// that let one go instead need no more room than this.
func Deployment(name string, replicas int, pod planner.Pod) planner.Workload {
	return planner.Workload{
		Name:                   name,
		Kind:                   planner.Deployment,
		System:                 true,
		Demand:                 planner.Demand{Way: planner.GivenReplicas, Replicas: replicas},
		Recovery:               planner.Reschedule,
		Pod:                    pod,
		TopologySpread:         []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1}},
		TerminationGracePeriod: 30 * time.Second,
		StartupTime:            20 * time.Second,
		RollingUpdate:          planner.RollingUpdate{MaxSurge: units.Share(25 * units.Percent)},
	}
}

// OneUnavailable is the disruption budget that lets one pod go.
func OneUnavailable() *planner.PodDisruptionBudget {
	one := units.Count(1)
	return &planner.PodDisruptionBudget{MaxUnavailable: &one}
}
