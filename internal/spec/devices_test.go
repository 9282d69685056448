package spec_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// besides is a second group beside an app group.
func besides(text string) string {
	return strings.Replace(in("group", ""), "node_group \"web\"", "node_group \"second\" {\n"+text+"\n}\nnode_group \"web\"", 1)
}

const gpuPod = "workload \"model\" {\n replicas = 2\n pod {\n cpu = 1\n memory = \"8Gi\"\n ephemeral_storage = \"20Gi\"\n resources = { \"nvidia.com/gpu\" = 1 }\n }\n}"

// TestRoleGPU holds the role's row of the table of defaults.
func TestRoleGPU(t *testing.T) {
	c := load(t, besides("role = \"gpu\"\n"+gpuPod)).Cluster
	g := &c.NodeGroups[0]
	w := &g.Workloads[0]
	if g.Name != "second" || g.Role != planner.GPU || g.Instances.GPU == nil || len(g.Instances.GPU.Names) != 0 || g.Instances.GPU.MinMemory != 0 || len(g.Instances.Families) != 0 {
		t.Errorf("the machines are %+v", g.Instances)
	}
	if g.Instances.CapacityType != planner.OnDemand || g.Disk.Size != 200*units.GiB || g.Redundancy != (planner.Redundancy{Recovery: planner.Reschedule}) {
		t.Errorf("%s, a disk of %d, %+v", g.Instances.CapacityType, g.Disk.Size, g.Redundancy)
	}
	if !slices.Equal(g.Taints, []planner.Taint{{Key: "nvidia.com/gpu", Value: "present", Effect: planner.NoSchedule}}) {
		t.Errorf("taints %+v", g.Taints)
	}
	if g.UpdateConfig.Strategy != "minimal" || g.UpdateConfig.MaxUnavailable != units.Count(1) {
		t.Errorf("updated by %+v", g.UpdateConfig)
	}
	if w.StartupTime != 240*time.Second || len(w.TopologySpread) != 0 || *w.PodDisruptionBudget.MaxUnavailable != units.Count(1) || w.RollingUpdate != (planner.RollingUpdate{MaxSurge: units.Count(0), MaxUnavailable: units.Count(1)}) {
		t.Errorf("the workload has %s, %+v, %+v", w.StartupTime, w.TopologySpread, w.RollingUpdate)
	}
	if w.Pod.EphemeralStorage != 20*units.GiB || !slices.Equal(w.Pod.Extended, []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}) {
		t.Errorf("the pod is %+v", w.Pod)
	}
	for path, want := range map[string]string{
		"node_group.second.instances.gpu":      " = any: role gpu",
		"node_group.second.instances.families": " = all: instances.gpu",
		"node_group.second.taint":              " = nvidia.com/gpu=present:NoSchedule: instances.gpu",
	} {
		if got := assumed(&c, path); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is assumed as %q", path, got)
		}
	}
}

// TestGPUBlock: what it says is taken, in any role; machines that are named need none.
func TestGPUBlock(t *testing.T) {
	c := load(t, besides("instances {\n gpu {\n names = [\"a10*\"]\n min_memory = \"16Gi\"\n }\n}\n"+gpuPod)).Cluster
	g := &c.NodeGroups[0]
	if f := g.Instances.GPU; f == nil || !slices.Equal(f.Names, []string{"a10*"}) || f.MinMemory != 16*units.GiB || len(g.Instances.Families) != 0 || g.Taints[0].Key != "nvidia.com/gpu" {
		t.Errorf("%+v with taints %+v", g.Instances, g.Taints)
	}
	c = load(t, besides("role = \"gpu\"\ninstances {\n families = [\"g5\"]\n}\n"+gpuPod)).Cluster
	if g := &c.NodeGroups[0]; g.Instances.GPU != nil || !slices.Equal(g.Instances.Families, []string{"g5"}) {
		t.Errorf("families in full: %+v", g.Instances)
	}
}

// TestNodeSelector is read as it is written, in both of the ways to write a map.
func TestNodeSelector(t *testing.T) {
	for _, text := range []string{
		"node_selector = {\n team = \"shop\"\n \"topology.kubernetes.io/zone\" = \"us-east-1b\"\n}",
		"node_selector = {\n \"topology.kubernetes.io/zone\" = \"us-east-1b\"\n team = \"shop\"\n}",
	} {
		w := load(t, in("workload", "replicas = 3\n"+text)).Cluster.NodeGroups[0].Workloads[0]
		if !maps.Equal(w.NodeSelector, map[string]string{"team": "shop", "topology.kubernetes.io/zone": "us-east-1b"}) {
			t.Errorf("read as %v", w.NodeSelector)
		}
	}
}
