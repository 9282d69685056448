package pipeline_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// bindSome gives each workload of p one rule or resource, or none, and each group a
// guarantee. It returns how often it gave each.
func bindSome(d dice, p *problem) map[string]int {
	given := map[string]int{}
	for i := range p.cluster.NodeGroups {
		g := &p.cluster.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			key := pick(d, planner.ZoneKey, planner.HostnameKey)
			rule := pick(d, "none", "none", "zone", "apart", "with", "volume", "storage", "priority")
			switch rule {
			case "zone":
				w.NodeSelector = map[string]string{"topology.kubernetes.io/zone": pick(d, g.Zones...)}
			case "apart":
				w.AntiAffinity = planner.AntiAffinity{Mode: planner.AffinityRequired, Key: key}
			case "with": // itself, or one that comes before it
				w.Affinity = []planner.PodAffinity{{Workload: g.Workloads[d.IntN(j+1)].Name, Key: key, Mode: planner.AffinityRequired}}
			case "volume":
				w.Volumes = []planner.Volume{{Name: "data", Type: "gp3", Size: 10 * units.GiB, Zonal: true}}
			case "storage":
				w.Pod.EphemeralStorage = units.Bytes(1+d.IntN(10)) * units.GiB
			case "priority":
				w.Priority = 1 + d.IntN(2)
			}
			given[rule]++
		}
		g.Guarantee = pick(d, planner.Packed, planner.Scheduled, planner.AnyOrder)
		for j := range g.Workloads {
			if w := &g.Workloads[j]; g.Guarantee == planner.AnyOrder && (len(w.Affinity) > 0 || len(w.Volumes) > 0 || w.AntiAffinity.Mode != "") {
				g.Guarantee = planner.Scheduled // no proof covers these
			}
		}
	}
	return given
}

// TestPlansWithRulesAreValid: planner and verifier agree on pods that are bound to
// nodes, to zones and to each other.
func TestPlansWithRulesAreValid(t *testing.T) {
	seeds := sample(400)
	planned := map[string]int{}
	for seed := range uint64(seeds) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 3)))
		given := bindSome(dice{rand.New(rand.NewPCG(seed, 4))}, p)
		plan, err := p.make(t)
		if err != nil {
			if !errors.Is(err, planner.ErrInfeasible) {
				t.Errorf("seed %d: %v", seed, err)
			}
			continue
		}
		for rule, n := range given {
			planned[rule] += n
		}
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
	}
	for _, rule := range []string{"zone", "apart", "with", "volume", "storage", "priority"} {
		if planned[rule] < sample(20) {
			t.Errorf("rule %s is part of few plans: %v", rule, planned)
		}
	}
}
