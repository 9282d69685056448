package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// withRules gives a random problem what pods may ask for beside CPU and memory, and
// rules of where they run.
func withRules(d dice, p *problem) {
	for i := range p.catalog.Types {
		t := &p.catalog.Types[i]
		t.NetworkMbps, t.DiskMbps = 300*t.VCPUs*d.between(0, 1), 200*t.VCPUs
		if d.chance(30) {
			t.GPUs = catalogs.GPUs{Milli: 1000 * pick(d, 1, 2, 4), Name: "a10g", MemoryEach: 24 * units.GiB}
		}
	}
	c := &p.cluster
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		g.Instances.Allow = append(g.Instances.Allow, "gpu")
		g.Labels = map[string]string{"team": "shop"}
		for j := range g.Workloads {
			d.asks(&g.Workloads[j])
			d.rules(g, j, p)
		}
	}
	if d.chance(60) {
		agent := planner.DaemonSet{Name: "agent", CPU: 150, Memory: 200 * units.MiB, EphemeralStorage: units.Bytes(d.between(0, 8)) * units.GiB, OwnTolerations: d.chance(50)}
		if agent.OwnTolerations && d.chance(50) {
			agent.Tolerations = []string{"group"}
		}
		if d.chance(50) {
			agent.NodeSelector = map[string]string{"node.kubernetes.io/instance-type": pick(d, p.catalog.Types...).Name}
		}
		c.DaemonSets = append([]planner.DaemonSet{agent}, c.DaemonSets...)
	}
}

// asks draws what a pod needs.
func (d dice) asks(w *planner.Workload) {
	if d.chance(30) {
		w.Pod.EphemeralStorage = units.Bytes(d.between(1, 18)) * units.GiB
	}
	if d.chance(15) {
		w.Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: int64(pick(d, 1, 1, 2))}}
	}
	if d.chance(15) {
		w.Pod.Network = units.Mbps(d.between(10, 300))
	}
	if d.chance(15) {
		w.Pod.Disk = units.Mbps(d.between(10, 300))
	}
	if d.chance(20) && w.Demand.Way == planner.GivenReplicas {
		w.Kind, w.RollingUpdate = planner.StatefulSet, planner.RollingUpdate{MaxUnavailable: units.Count(1)}
		for i := range d.between(1, 2) {
			w.Volumes = append(w.Volumes, planner.Volume{Name: fmt.Sprintf("data%d", i), Type: "gp3", Size: 10 * units.GiB, Zonal: true})
		}
	}
}

// rules draws where the pods of the j-th workload run. Affinities go to those before
// it, so that none wait for each other.
func (d dice) rules(g *planner.NodeGroup, j int, p *problem) {
	w := &g.Workloads[j]
	mode := func() planner.AffinityMode { return pick(d, planner.AffinityPreferred, planner.AffinityRequired) }
	if d.chance(25) {
		w.AntiAffinity = planner.AntiAffinity{Mode: mode(), Key: pick(d, planner.HostnameKey, planner.HostnameKey, planner.ZoneKey)}
	}
	if j > 0 && d.chance(30) {
		w.Affinity = []planner.PodAffinity{{Workload: g.Workloads[d.IntN(j)].Name, Key: pick(d, planner.HostnameKey, planner.ZoneKey), Mode: mode()}}
	}
	if d.chance(20) {
		w.Priority = 100 * d.between(1, 3)
	}
	switch {
	case d.chance(10):
		w.NodeSelector = map[string]string{"team": "shop", "kubernetes.io/arch": "amd64"}
	case d.chance(6):
		w.NodeSelector = map[string]string{"topology.kubernetes.io/zone": pick(d, g.Zones...)}
	case d.chance(6):
		w.NodeSelector = map[string]string{"node.kubernetes.io/instance-type": pick(d, p.catalog.Types...).Name}
	}
}

// TestPlansWithManyRulesAreValid is TestPlansAreValid of pods that ask for more, and are bound
// to nodes and to each other. Many such wishes cannot be met together.
func TestPlansWithManyRulesAreValid(t *testing.T) {
	seeds := sample(600)
	planned := 0
	for seed := range uint64(seeds) {
		p := randomProblem(rand.New(rand.NewPCG(seed, 20)))
		withRules(dice{rand.New(rand.NewPCG(seed, 21))}, p)
		plan, err := p.make(t)
		if err != nil {
			checkInfeasible(t, seed, err)
			continue
		}
		planned++
		if err := verify.Plan(&p.cluster, &p.catalog, p.provider, &plan); err != nil {
			t.Errorf("seed %d: planner and verifier disagree:\n%v", seed, err)
		}
	}
	t.Logf("%d of %d have a plan", planned, seeds)
	if planned < seeds/3 {
		t.Errorf("only %d of %d problems have a plan", planned, seeds)
	}
}
