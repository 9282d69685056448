package pipeline_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// onLock plans three pods that take a node of two vCPUs each, with locked types. A node
// has a disk of 0.005 USD an hour: a.large costs 0.105, a type at 101 thousandths 0.106.
func onLock(lock *planner.Locked, types ...catalogs.InstanceType) *problem {
	g := alone(given("w", 3, 1800, units.GiB))
	g.Locked = lock
	return market(g, types...)
}

func lockTo(minSaving units.Ratio, types ...string) *planner.Locked {
	return &planner.Locked{Types: types, MinSaving: minSaving}
}

func TestLockedTypesStand(t *testing.T) {
	a := machine("a.large", 2, 8, 100)
	small := machine("c.small", 1, 4, 10)
	for name, tc := range map[string]struct {
		lock    *planner.Locked
		other   catalogs.InstanceType
		want    string
		verdict planner.LockVerdict
		saving  units.Ratio
	}{
		// 1 - 0.105 / 0.106 = 0.9433962%
		"dearer by a percent":         {lockTo(5*units.Percent, "b.large"), machine("b.large", 2, 8, 101), "b.large", planner.LockHeld, 9433},
		"a saving that is just asked": {lockTo(9433, "b.large"), machine("b.large", 2, 8, 101), "b.large", planner.LockHeld, 9433},
		"a saving just above":         {lockTo(9432, "b.large"), machine("b.large", 2, 8, 101), "a.large", planner.LockSaving, 9433},
		// 1 - 0.105 / 0.115 = 8.6956521%
		"dearer by much":            {lockTo(5*units.Percent, "b.large"), machine("b.large", 2, 8, 110), "a.large", planner.LockSaving, 86956},
		"the cheapest":              {lockTo(0, "a.large"), machine("b.large", 2, 8, 110), "a.large", planner.LockHeld, 0},
		"gone":                      {lockTo(5*units.Percent, "z.large"), machine("b.large", 2, 8, 110), "a.large", planner.LockGone, 0},
		"one of two gone":           {lockTo(5*units.Percent, "b.large", "z.large"), machine("b.large", 2, 8, 101), "b.large", planner.LockHeld, 9433},
		"too small by now":          {lockTo(5*units.Percent, "c.small"), small, "a.large", planner.LockUnfit, 0},
		"its price is not known":    {lockTo(5*units.Percent, "b.large"), machine("b.large", 2, 8, 0), "b.large", planner.LockHeld, 0},
		"nothing locked, no result": {nil, machine("b.large", 2, 8, 101), "a.large", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := onLock(tc.lock, a, tc.other)
			plan := p.mustMake(t)
			if got, n := nodes(&plan); got != tc.want || n != 3 {
				t.Errorf("%d x %s, want 3 x %s", n, got, tc.want)
			}
			out := plan.NodeGroups[0].Lock
			if tc.lock == nil {
				if out != nil {
					t.Errorf("nothing is locked, and the plan says %+v", out)
				}
				return
			}
			if out.Verdict != tc.verdict || out.Saving != tc.saving || !slices.Equal(out.FreeTypes, []string{"a.large"}) {
				t.Errorf("%+v, want %s with a saving of %d", out, tc.verdict, tc.saving)
			}
			if (out.Verdict == planner.LockUnfit) != (out.Why != "") {
				t.Errorf("%s for the reason %q", out.Verdict, out.Why)
			}
		})
	}
}

// TestLockedTypesAreCounted: the count follows the pods, and what is cheaper than the lock
// is named with what it saves.
func TestLockedTypesAreCounted(t *testing.T) {
	p := onLock(lockTo(5*units.Percent, "b.large"), machine("a.large", 2, 8, 100), machine("b.large", 2, 8, 101))
	p.cluster.NodeGroups[0].Workloads[0].Demand.Replicas = 7
	plan := p.mustMake(t)
	if got, n := nodes(&plan); got != "b.large" || n != 7 {
		t.Errorf("%d x %s", n, got)
	}
	next := plan.NodeGroups[0].Alternatives
	if len(next) != 1 || next[0].InstanceType != "a.large" || next[0].Difference != -9433 {
		t.Errorf("alternatives %+v", next)
	}
	var said []string
	for _, f := range plan.Findings {
		if f.Rule == "PR-05" {
			said = append(said, f.Message)
		}
	}
	// 7 x 0.001 USD an hour are 5.11 a month.
	if len(said) != 1 || !strings.Contains(said[0], "a.large would save 5.11 USD/month (0.9%)") {
		t.Errorf("said of the lock: %q", said)
	}
}

// TestLocksGiveWayToTheCluster: with b.large the bill is 0.3 + 3 x 0.004 + 3 x 0.005 for disks
// and 0.1 for the control plane, 0.427 USD an hour or 311.71 a month; with a.large 302.95.
func TestLocksGiveWayToTheCluster(t *testing.T) {
	p := onLock(lockTo(5*units.Percent, "b.large"), machine("a.large", 2, 8, 100), machine("b.large", 2, 8, 104))
	p.cluster.MaxUSDPerMonth = new(305 * units.Dollar)
	plan := p.mustMake(t)
	out := plan.NodeGroups[0].Lock
	if got, _ := nodes(&plan); got != "a.large" || out.Verdict != planner.LockConflict || !strings.Contains(out.Why, "max_usd_per_month: the least cost is 311.71 USD a month, the budget 305.00 USD") {
		t.Errorf("%s: %+v", got, out)
	}
	p.cluster.MaxUSDPerMonth = new(300 * units.Dollar)
	if bad := p.infeasible(t); !strings.Contains(bad.Constraint, "the least cost is 302.95 USD a month") {
		t.Errorf("the reason is that of the locked types: %s", bad.Constraint)
	}
}

// TestMixesStandUnderTheirLock: of a locked pair both types stay, and one alone is of the
// lock too.
func TestMixesStandUnderTheirLock(t *testing.T) {
	g := alone(given("small", 1, 1800, units.GiB), given("w", 3, 3600, units.GiB))
	g.Instances.MaxTypes = 2
	g.Locked = lockTo(5*units.Percent, "b.large", "b.xlarge")
	p := market(g, machine("a.large", 2, 8, 100), machine("a.xlarge", 4, 16, 200), machine("b.large", 2, 8, 101), machine("b.xlarge", 4, 16, 202))
	plan := p.mustMake(t)
	for _, pool := range plan.NodeGroups[0].Pools {
		if !strings.HasPrefix(pool.InstanceType, "b.") {
			t.Errorf("a pool of %s", pool.InstanceType)
		}
	}
	if out := plan.NodeGroups[0].Lock; out.Verdict != planner.LockHeld {
		t.Errorf("%+v", out)
	}
}

// TestLockedPlansAreValid locks random types of random clusters: the plan passes the
// verifier, and no lock makes a cluster impossible that can be planned without.
func TestLockedPlansAreValid(t *testing.T) {
	verdicts := map[planner.LockVerdict]int{}
	for seed := range uint64(sample(240)) {
		d := dice{rand.New(rand.NewPCG(seed, 11))}
		p := randomProblem(rand.New(rand.NewPCG(seed, 0)))
		_, free := p.make(t)
		for i := range p.cluster.NodeGroups {
			if d.chance(25) {
				continue
			}
			types := []string{"gone.large"}
			if d.chance(90) {
				types = []string{p.catalog.Types[d.IntN(len(p.catalog.Types))].Name}
			}
			if second := p.catalog.Types[d.IntN(len(p.catalog.Types))].Name; d.chance(30) && second != types[0] {
				types = append(types, second)
			}
			slices.Sort(types)
			p.cluster.NodeGroups[i].Locked = lockTo(units.Ratio(d.between(0, 60))*units.Percent, types...)
		}
		plan, err := p.make(t)
		if (err == nil) != (free == nil) {
			t.Errorf("seed %d: %v with locks, %v without", seed, err, free)
		}
		if err != nil {
			continue
		}
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
		for i := range plan.NodeGroups {
			if out := plan.NodeGroups[i].Lock; out != nil {
				verdicts[out.Verdict]++
			}
		}
	}
	for _, v := range []planner.LockVerdict{planner.LockHeld, planner.LockGone, planner.LockUnfit, planner.LockSaving} {
		if verdicts[v] == 0 && !testing.Short() {
			t.Errorf("no group is %s: %v", v, verdicts)
		}
	}
}
