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

// TestRulesBetweenPods reads what keeps pods apart, draws them together and ranks them.
func TestRulesBetweenPods(t *testing.T) {
	text := `workload "api" {
  replicas      = 3
  anti_affinity = "required"
  priority      = 1000
  affinity "cache" {
    required = true
  }
  affinity "api" {
    topology_key = "zone"
  }
  pod {
    cpu    = 1
    memory = "1Gi"
  }
}
workload "cache" {
  replicas          = 3
  anti_affinity     = "preferred"
  anti_affinity_key = "zone"
  pod {
    cpu    = 1
    memory = "1Gi"
  }
}
workload "plain" {
  replicas      = 3
  anti_affinity = "none"
  pod {
    cpu    = 1
    memory = "1Gi"
  }
}`
	c := load(t, besides("role = \"app\"\n"+text)).Cluster
	low := load(t, besides("role = \"app\"\n"+strings.Replace(text, "= 1000", "= -2147483648", 1))).Cluster
	if got := low.NodeGroups[0].Workloads[0].Priority; got != -2147483648 {
		t.Errorf("priority %d, want the least that Kubernetes has", got)
	}
	api, cache, plain := c.NodeGroups[0].Workloads[0], c.NodeGroups[0].Workloads[1], c.NodeGroups[0].Workloads[2]
	if api.AntiAffinity != (planner.AntiAffinity{Mode: planner.AffinityRequired, Key: planner.HostnameKey}) || api.Priority != 1000 {
		t.Errorf("api: %+v, priority %d", api.AntiAffinity, api.Priority)
	}
	if !slices.Equal(api.Affinity, []planner.PodAffinity{
		{Workload: "api", Key: planner.ZoneKey, Mode: planner.AffinityPreferred},
		{Workload: "cache", Key: planner.HostnameKey, Mode: planner.AffinityRequired},
	}) {
		t.Errorf("api: %+v", api.Affinity)
	}
	if cache.AntiAffinity != (planner.AntiAffinity{Mode: planner.AffinityPreferred, Key: planner.ZoneKey}) || cache.Affinity != nil {
		t.Errorf("cache: %+v, %+v", cache.AntiAffinity, cache.Affinity)
	}
	if plain.AntiAffinity != (planner.AntiAffinity{}) || plain.Priority != 0 {
		t.Errorf("plain: %+v", plain.AntiAffinity)
	}
	if got := assumed(&c, "node_group.second.workload.api.anti_affinity_key"); !slices.Equal(got, []string{" = hostname: language"}) {
		t.Errorf("the key is assumed as %q", got)
	}
}

// TestVolumesOfRoleStateful: the role asks for min_ready anyway; a group that reschedules
// needs it for volumes, unless it loses no zone.
func TestVolumesOfRoleStateful(t *testing.T) {
	volume := "volume \"data\" {\n size = \"1Ti\"\n iops = 6000\n throughput_mib = 250\n}\npod {\n cpu = 1\n memory = \"1Gi\"\n}\n}"
	c := load(t, besides("role = \"stateful\"\nworkload \"kafka\" {\n kind = \"StatefulSet\"\n replicas = 6\n min_ready = 4\n"+volume)).Cluster
	w := &c.NodeGroups[0].Workloads[0]
	if !slices.Equal(w.Volumes, []planner.Volume{{Name: "data", Type: "gp3", Size: units.TiB, IOPS: 6000, ThroughputMiBps: 250, Zonal: true}}) {
		t.Errorf("read as %+v", w.Volumes)
	}
	for path, want := range map[string]string{"type": " = gp3: provider aws", "zonal": " = true: language"} {
		if got := assumed(&c, "node_group.second.workload.kafka.volume.data."+path); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is assumed as %q", path, got)
		}
	}
	c = load(t, besides("redundancy {\n zones = 0\n}\nworkload \"kafka\" {\n kind = \"StatefulSet\"\n replicas = 6\n"+volume)).Cluster
	if w := &c.NodeGroups[0].Workloads[0]; len(w.Volumes) != 1 || w.MinReady != nil {
		t.Errorf("without zones to lose: %+v", w)
	}
}

// TestObject: where Kubernetes has a workload, and nothing where the spec does not say.
func TestObject(t *testing.T) {
	given := load(t, on("aws", 3, "", "workload \"b\" {\n replicas = 2\n namespace = \"shop\"\n object_name = \"b.v2\"\n"+pod+"}\nworkload \"c\" {\n replicas = 2\n object_name = \"c\"\n"+pod+"}")).Cluster.NodeGroups[0].Workloads
	byName := map[string]planner.Workload{}
	for _, w := range given {
		byName[w.Name] = w
	}
	b, c := byName["b"], byName["c"]
	if b.Object != (planner.Object{Namespace: "shop", Name: "b.v2"}) || b.ObjectName() != "b.v2" {
		t.Errorf("b: %+v, named %s", b.Object, b.ObjectName())
	}
	if c.Object != (planner.Object{}) || c.ObjectName() != "c" {
		t.Errorf("c: %+v, named %s", c.Object, c.ObjectName())
	}
}
