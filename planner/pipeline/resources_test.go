package pipeline_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// asking is a workload of so many replicas of 100m and 256 MiB that ask for more.
func asking(replicas int, change func(*planner.Workload)) planner.Workload {
	w := given("w", replicas, 100, 256*units.MiB)
	change(&w)
	return w
}

func gpuMachine(name string, vcpus, gpus int, thousandths int64) catalogs.InstanceType {
	m := machine(name, vcpus, units.Bytes(4*vcpus), thousandths)
	m.GPUs = catalogs.GPUs{Milli: 1000 * gpus, Name: "a10g", MemoryEach: 24 * units.GiB}
	return m
}

// TestFurtherResourcesDecide: each group has pods that are small but for one thing. By
// hand: 7 pods of 12 GiB on nodes of 40 are 3 a node; 5 pods of 2 volumes on nodes of
// 4 are 2 a node; 6 pods of a GPU on nodes of 4 are 2 nodes; 4 pods of 400 Mbit/s on
// nodes of 1,000 are 2 a node.
func TestFurtherResourcesDecide(t *testing.T) {
	tests := map[string]struct {
		replicas int
		change   func(*planner.Workload)
		want     int
	}{
		"local storage": {7, func(w *planner.Workload) { w.Pod.EphemeralStorage = 12 * units.GiB }, 3},
		"volumes": {5, func(w *planner.Workload) {
			w.Volumes = []planner.Volume{{Name: "a", Type: "gp3", Size: units.GiB}, {Name: "b", Type: "gp3", Size: units.GiB}}
		}, 3},
		"GPUs": {6, func(w *planner.Workload) {
			w.Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}
		}, 2},
		"network": {4, func(w *planner.Workload) { w.Pod.Network = 400 }, 2},
		"disk":    {4, func(w *planner.Workload) { w.Pod.Disk = 400 }, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := gpuMachine("m7i.xlarge", 4, 4, 200)
			m.NetworkMbps, m.DiskMbps = 1000, 1000
			g := alone(asking(test.replicas, test.change))
			g.Instances.Allow = []string{"gpu"}
			plan := market(g, m).mustMake(t)
			if _, n := nodes(&plan); n != test.want {
				t.Errorf("%d nodes, want %d", n, test.want)
			}
		})
	}
}

// TestDaemonSetsTakeLocalStorage: agents of 10 GiB leave 30 of 40, two pods of 12.
func TestDaemonSetsTakeLocalStorage(t *testing.T) {
	p := market(alone(asking(6, func(w *planner.Workload) { w.Pod.EphemeralStorage = 12 * units.GiB })), machine("m7i.xlarge", 4, 16, 200))
	p.cluster.DaemonSets = []planner.DaemonSet{{Name: "agent", CPU: 10, Memory: units.MiB, EphemeralStorage: 10 * units.GiB}}
	plan := p.mustMake(t)
	if _, n := nodes(&plan); n != 3 {
		t.Errorf("%d nodes, want 3", n)
	}
}

// TestFurtherResourcesChooseTypes: the cheaper type has one GPU and the dearer four, so
// that 8 pods of a GPU cost 8 x 600 or 2 x 2000.
func TestFurtherResourcesChooseTypes(t *testing.T) {
	g := alone(asking(8, func(w *planner.Workload) {
		w.Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}
	}))
	g.Instances.Allow = []string{"gpu"}
	plan := market(g, gpuMachine("g5.xlarge", 4, 1, 600), gpuMachine("g5.12xlarge", 48, 4, 2000), machine("m7i.xlarge", 4, 16, 200)).mustMake(t)
	if name, n := nodes(&plan); name != "g5.12xlarge" || n != 2 {
		t.Errorf("%d of %s, want 2 of g5.12xlarge", n, name)
	}
	if bound := plan.NodeGroups[0].LowerBound; bound != 4*units.DollarPerHour {
		t.Errorf("a bound of %d, want 4 USD: 2 nodes of 4 GPUs", bound)
	}
	if b := plan.NodeGroups[0].Binding; b.Resource != "nvidia.com/gpu" || b.Workload != "w" {
		t.Errorf("%+v binds, want the GPUs", b)
	}
}

// TestTheScarcerResourceBinds: a node of 3.9 CPU has one GPU, and a pod of 3 CPU takes it:
// as many nodes lack either, and no larger machine of one GPU takes two pods.
func TestTheScarcerResourceBinds(t *testing.T) {
	g := alone(asking(3, func(w *planner.Workload) {
		w.Pod.CPU, w.Pod.Extended = 3*units.Core, []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}
	}))
	g.Instances.Allow = []string{"gpu"}
	plan := market(g, gpuMachine("g5.xlarge", 4, 1, 600)).mustMake(t)
	if b := plan.NodeGroups[0].Binding; b.Resource != "nvidia.com/gpu" || b.Workload != "w" {
		t.Errorf("%+v binds, want the GPUs", b)
	}
}

// TestTooMuchOfAFurtherResource says which, by how much and what would do.
func TestTooMuchOfAFurtherResource(t *testing.T) {
	tests := map[string]struct {
		change                   func(*planner.Workload)
		path, constraint, margin string
		remedy                   string
	}{
		"local storage": {
			func(w *planner.Workload) { w.Pod.EphemeralStorage = 50 * units.GiB },
			"pod.ephemeral_storage", "larger than a node", "it requests 51200 MiB, m7i.xlarge has 40960 MiB left after reserves and DaemonSets: 10240 MiB too few", `lower it to "40960Mi", which m7i.xlarge has left; or raise disk.size of the group to "60Gi"`,
		},
		"volumes": {
			func(w *planner.Workload) { w.Volumes = make([]planner.Volume, 5) },
			"volume", "larger than a node", "it requests 5 volumes, m7i.xlarge has 4 volumes left after reserves and DaemonSets: 1 volume too few", "fewer volumes",
		},
		"GPUs": {
			func(w *planner.Workload) {
				w.Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}
			},
			"pod.resources", "no admitted type has nvidia.com/gpu", "it requests 1 nvidia.com/gpu, and m7i.xlarge has none", "instances { gpu { } }",
		},
		"more GPUs than any has": {
			func(w *planner.Workload) {
				w.Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 17}}
			},
			"pod.resources", "no admitted type has nvidia.com/gpu", "it requests 17", "ask for 4 at most: no type of us-east-1 has more than g5.12xlarge",
		},
		"devices that are not modelled": {
			func(w *planner.Workload) {
				w.Pod.Extended = []planner.ExtendedResource{{Name: "example.com/foo", Count: 1}}
			},
			"pod.resources", "no admitted type has example.com/foo", "", "ask for what is known of nodes there, nvidia.com/gpu: no type of us-east-1 has example.com/foo",
		},
		"network": {
			func(w *planner.Workload) { w.Pod.Network = 400 },
			"pod.network_mbps", "no admitted type has a network baseline that is known", "0 Mbit/s of network left", "other types",
		},
		"disk": {
			func(w *planner.Workload) { w.Pod.Disk = 400 },
			"pod.disk_mbps", "no admitted type has a bandwidth to network disks that is known to last", "it requests 400 Mbit/s to disks", "48 vCPUs",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bad := market(alone(asking(1, test.change)), machine("m7i.xlarge", 4, 16, 200), gpuMachine("g5.12xlarge", 48, 4, 2000)).infeasible(t)
			if bad.Path != "node_group.g.workload.w."+test.path || !strings.Contains(bad.Constraint, test.constraint) || !strings.Contains(bad.Margin, test.margin) || !strings.Contains(bad.Remedy, test.remedy) {
				t.Errorf("got %+v", bad)
			}
		})
	}
}

// TestMarginsAddUp: 500 cores against 382.898 are 117.102 too few, and 5000 GiB against
// 2898.5 are 2102 in whole GiB, what is left rounded down.
func TestMarginsAddUp(t *testing.T) {
	big := machine("m7i.96xlarge", 383, 2900, 9000)
	p := market(alone(given("w", 1, 500*units.Core, units.GiB)), big)
	p.provider.daemons = []planner.DaemonSet{{Name: "agent", CPU: 2, Memory: 512 * units.MiB}}
	refusal{"node_group.g.workload.w.pod.cpu", "", "it requests 500 CPU, m7i.96xlarge has 382.898 CPU left after reserves and DaemonSets: 117.102 CPU too few", ""}.check(t, p.infeasible(t))
	p = market(alone(given("w", 1, units.Core, 5000*units.GiB)), big)
	p.provider.daemons = []planner.DaemonSet{{Name: "agent", CPU: 2, Memory: 512 * units.MiB}}
	refusal{"node_group.g.workload.w.pod.memory", "", "it requests 5000 GiB, m7i.96xlarge has 2898 GiB left after reserves and DaemonSets: 2102 GiB too few", ""}.check(t, p.infeasible(t))
}
