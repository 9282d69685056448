package rollout_test

import (
	"math"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// cents rounds an amount to the nearest cent, as people write it.
func cents(u units.USD) int64 { return int64(math.Round(float64(u) / float64(units.Dollar) * 100)) }

// with changes a pool.
func with(pool rollout.Pool, unavailable, surge units.CountOrRatio) rollout.Pool {
	pool.MaxUnavailable, pool.MaxSurge = unavailable, surge
	return pool
}

// The twelve examples are worked by hand in docs/models/upgrades.md, with drains of
// 120 s: the seconds of the nodes, the control plane's apart, the extra node-hours,
// the cents, the most nodes more and the fewest ready while nodes are replaced.
func TestWorkedExamples(t *testing.T) {
	one, none := units.Count(1), units.Count(0)
	ten := uniform(m5xlarge, 4, 4, 4)
	for i := range ten.Nodes {
		ten.Nodes[i].Pods = []int{10} // so that no node is left empty for the next round
	}
	gke := func(soak time.Duration) upgrade.Times {
		t := gkeTimes()
		t.Soak = soak
		return t
	}
	batch := with(uniform(n2standard4, 4, 4, 4), units.Count(3), none)
	batch.BatchSoak = 300 * time.Second
	tests := map[string]struct {
		plan         rollout.Plan
		controlPlane int // seconds, add-ons included
		seconds      int
		hours        float64
		cents        int64
		peak, ready  int
	}{
		"1 in place one at a time":  {inPlace(with(uniform(m5xlarge, 4, 4, 4), one, none)), 900, 3960, 0, 0, 0, 11},
		"1 in place two at a time":  {inPlace(with(uniform(m5xlarge, 4, 4, 4), units.Count(2), none)), 900, 1980, 0, 0, 0, 10},
		"2 EKS one at a time":       {planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 4, 4, 4), one, none)), 1200, 3270, 5.25, 101, 6, 17},
		"3 EKS a third at a time":   {planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 4, 4, 4), units.Share(33*units.Percent), none)), 1200, 1350, 2.05, 39, 6, 15},
		"3 EKS four at a time":      {planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 4, 4, 4), units.Count(4), none)), 1200, 1110, 1.65, 32, 6, 14},
		"4 EKS a hundred nodes":     {planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 34, 33, 33), units.Count(10), none)), 1200, 2910, 7.75, 149, 10, 100},
		"5 EKS minimal":             {planOf(rollout.EKSMinimal, eksTimes(), with(uniform(m5xlarge, 4, 4, 4), units.Count(3), none)), 1200, 1440, 0, 0, 0, 9},
		"6 GKE surge 1/0":           {planOf(rollout.GKESurge, gkeTimes(), with(uniform(n2standard4, 4, 4, 4), none, one)), 900, 3600, 1, 19, 1, 12},
		"6 GKE surge 0/1":           {planOf(rollout.GKESurge, gkeTimes(), with(uniform(n2standard4, 4, 4, 4), one, none)), 900, 3600, 0, 0, 0, 11},
		"7 GKE surge 20/0 of 600":   {planOf(rollout.GKESurge, gkeTimes(), with(uniform(n2standard4, 600), none, units.Count(20))), 900, 9000, 50, 971, 20, 600},
		"7 GKE surge 20/5 of 100":   {planOf(rollout.GKESurge, gkeTimes(), with(uniform(n2standard4, 100), units.Count(5), units.Count(20))), 900, 1500, 8 + 1.0/3, 162, 20, 100},
		"8 GKE blue/green":          {planOf(rollout.GKEBlueGreen, gke(time.Hour), batch), 900, 5550, 18.5, 359, 12, 12},
		"8 GKE, a soak of a week":   {planOf(rollout.GKEBlueGreen, gke(168*time.Hour), batch), 900, 606750, 2022.5, 39285, 12, 12},
		"11 kops one at a time":     {kops(with(uniform(n2standard4, 3, 3, 3), one, none)), 1050, 3150, 0, 0, 0, 8},
		"12 three minors, a round":  {minors(3, with(ten, one, none)), 3 * 1200, 3270, 5.25, 101, 6, 17},
		"12 three minors, one each": {minors(1, with(ten, one, none)), 3 * 1200, 9810, 15.75, 302, 6, 17},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tl := rollout.Run(&test.plan, rollout.Options{})
			pool := tl.Pools[0]
			if want := time.Duration(test.seconds) * time.Second; pool.Duration != want || tl.Duration != want+time.Duration(test.controlPlane)*time.Second || !tl.Finished {
				t.Errorf("the nodes take %v, all %v, finished %t: want %v and %d s more", pool.Duration, tl.Duration, tl.Finished, want, test.controlPlane)
			}
			if math.Abs(pool.ExtraNodeHours-test.hours) > 1e-9 || cents(tl.ExtraCost) != test.cents || !tl.ExtraCostKnown {
				t.Errorf("%v extra node-hours, %d, want %v, %d cents", pool.ExtraNodeHours, tl.ExtraCost, test.hours, test.cents)
			}
			if pool.PeakExtraNodes != test.peak || pool.MinReadyNodes != test.ready {
				t.Errorf("peak +%d, %d ready, want +%d and %d", pool.PeakExtraNodes, pool.MinReadyNodes, test.peak, test.ready)
			}
		})
	}
}

// inPlace and kops are the examples of a control plane of three nodes, whose add-ons
// are left out.
func inPlace(pool rollout.Pool) rollout.Plan { return ofThree(rollout.InPlace, pool) }

func kops(pool rollout.Pool) rollout.Plan {
	p := ofThree(rollout.Rolling, pool)
	p.TerminateFirst = true
	return p
}

func ofThree(course rollout.Course, pool rollout.Pool) rollout.Plan {
	t := ownTimes()
	t.AddOns = 0
	p := planOf(course, t, pool)
	p.ControlPlaneNodes = 3
	return p
}

// minors is a jump of three, with nodes that may trail by so many.
func minors(skew int, pool rollout.Pool) rollout.Plan {
	p := planOf(rollout.EKSDefault, eksTimes(), pool)
	p.From, p.Hops, p.NodeSkew = "1.33", []string{"1.34", "1.35", "1.36"}, skew
	return p
}

// Example 9: 48 h of 12 x $0.192, 4 x $0.384 and a second control plane at $0.10,
// however many minors. Example 10 is no course of nodes: see TestExtendedSupport of
// package upgrade.
func TestSecondCluster(t *testing.T) {
	data := uniform(2*m5xlarge, 2, 1, 1)
	data.Name = "data"
	p := planOf(rollout.ClusterBlueGreen, eksTimes(), uniform(m5xlarge, 4, 4, 4), data)
	p.From, p.Hops = "1.33", []string{"1.34", "1.35", "1.36"}
	tl := rollout.Run(&p, rollout.Options{})
	if tl.ExtraCost != 18912*units.Dollar/100 || tl.Duration != 48*time.Hour || !tl.ExtraCostKnown || !tl.Finished {
		t.Errorf("costs %d and takes %v", tl.ExtraCost, tl.Duration)
	}
	if tl.PeakNodes != 32 || tl.MinReady != units.Whole || tl.Workloads[0].MinReady != 16 || tl.NoTarget != 0 {
		t.Errorf("%d nodes, %d ppm, %+v", tl.PeakNodes, tl.MinReady, tl.Workloads[0])
	}
	// Volumes of $0.50 an hour add $24.
	p.Volumes.PerHour = units.DollarPerHour / 2
	if tl := rollout.Run(&p, rollout.Options{}); tl.ExtraCost != 21312*units.Dollar/100 {
		t.Errorf("with volumes it costs %d", tl.ExtraCost)
	}
	p.Volumes.Known = false
	if tl := rollout.Run(&p, rollout.Options{}); tl.ExtraCostKnown {
		t.Error("the cost is known without the volumes")
	}
	p.Volumes.Known, p.ControlPlaneFee.Known = true, false
	if tl := rollout.Run(&p, rollout.Options{}); tl.ExtraCostKnown {
		t.Error("the cost is known without the fee")
	}
}
