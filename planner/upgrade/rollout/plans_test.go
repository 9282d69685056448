package rollout_test

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// Prices of the examples: m5.xlarge in us-east-1 and n2-standard-4 in us-central1,
// on demand.
const (
	m5xlarge    = 192 * units.DollarPerHour / 1000
	n2standard4 = 19424 * units.DollarPerHour / 100000
)

// The times of docs/models/upgrades.md.
func eksTimes() upgrade.Times {
	return upgrade.Times{
		ControlPlaneStep: 15 * time.Minute, AddOns: 5 * time.Minute, Setup: 2 * time.Minute, Boot: 90 * time.Second,
		AfterDrain: time.Minute, Terminate: time.Minute, ScaleDownPerNode: 30 * time.Second, DrainLimit: 15 * time.Minute,
		MaxParallel: 100, ControlPlaneRollback: 168 * time.Hour,
		Verify: upgrade.DefaultVerify, Soak: upgrade.DefaultSoak, Delete: upgrade.DefaultDelete, ParallelRun: upgrade.DefaultParallelRun,
	}
}

func gkeTimes() upgrade.Times {
	return upgrade.Times{
		ControlPlaneStep: 15 * time.Minute, Boot: 2 * time.Minute, Terminate: time.Minute,
		Cordon: 30 * time.Second, WaitForDrain: 72 * time.Hour, DrainLimit: time.Hour, DrainForced: true, MaxParallel: 20,
		Verify: upgrade.DefaultVerify, Soak: upgrade.DefaultSoak, Delete: upgrade.DefaultDelete, ParallelRun: upgrade.DefaultParallelRun,
	}
}

func ownTimes() upgrade.Times {
	return upgrade.Times{
		ControlPlaneNode: 300 * time.Second, ControlPlaneRoll: 350 * time.Second, AddOns: 5 * time.Minute, Boot: 90 * time.Second,
		AfterDrain: 5 * time.Second, Terminate: time.Minute, AfterTerminate: 15 * time.Second, Validate: 150 * time.Second,
		Packages: 3 * time.Minute, Ready: 30 * time.Second,
		Verify: upgrade.DefaultVerify, Soak: upgrade.DefaultSoak, Delete: upgrade.DefaultDelete, ParallelRun: upgrade.DefaultParallelRun,
	}
}

// uniform is a pool of nodes by zone with a pod each that takes 120 s to move.
func uniform(price units.USDPerHour, zones ...int) rollout.Pool {
	pool := rollout.Pool{Name: "web", Price: rollout.Rate{PerHour: price, Known: true}}
	for z, n := range zones {
		pool.Nodes = append(pool.Nodes, rollout.NodeClass{Nodes: n, Zone: z, Pods: []int{1}})
	}
	return pool
}

// planOf is a plan of one minor and one workload.
func planOf(course rollout.Course, t upgrade.Times, pools ...rollout.Pool) rollout.Plan {
	return rollout.Plan{
		Course: course, From: "1.35", Hops: []string{"1.36"}, NodeSkew: 1, Zones: []string{"a", "b", "c", "d"}[:3], Pools: pools,
		Workloads: []rollout.Workload{{Name: "app", Grace: 100 * time.Second, Startup: 20 * time.Second}},
		Times:     rollout.Times(t), ControlPlaneFee: rollout.Rate{PerHour: units.DollarPerHour / 10, Known: true}, Volumes: rollout.Rate{Known: true},
	}
}
