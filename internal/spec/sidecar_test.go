package spec_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestSidecars: a pod of 500m, 768Mi and a limit of 1Gi gets a proxy of 100m and
// 128Mi, and in group web a logger of 50m and 64Mi of which 1Gi is on disk. Pods of the
// ground, whose requests no spec states, are not in the cluster at all.
func TestSidecars(t *testing.T) {
	pods := "pod {\n cpu = \"500m\"\n memory = \"768Mi\"\n limits {\n memory = \"1Gi\"\n }\n}"
	s := load(t, in("cluster", `
sidecar "proxy" {
  cpu             = "100m"
  memory          = "128Mi"
  cpu_per_request = "0.2ms"
}
sidecar "logger" {
  cpu               = "50m"
  memory            = "64Mi"
  ephemeral_storage = "1Gi"
  node_groups       = ["logged"]
}
node_group "logged" {
  workload "api" {
    replicas = 3
    `+pods+`
  }
}
node_group "plain" {
  workload "api" {
    replicas = 3
    `+pods+`
  }
}
`))
	same(t, "sidecars", s.Cluster.Sidecars, []planner.Sidecar{
		{Name: "logger", CPU: 50, Memory: 64 * units.MiB, EphemeralStorage: units.GiB, NodeGroups: []string{"logged"}},
		{Name: "proxy", CPU: 100, Memory: 128 * units.MiB, CPUPerRequest: 200_000},
	})
	same(t, "a pod with both", s.Cluster.NodeGroups[0].Workloads[0].Pod, planner.Pod{
		CPU: 650, Memory: 960 * units.MiB, MemoryLimit: (1024 + 192) * units.MiB, EphemeralStorage: units.GiB,
	})
	same(t, "a pod with one", s.Cluster.NodeGroups[1].Workloads[0].Pod, planner.Pod{CPU: 600, Memory: 896 * units.MiB, MemoryLimit: (1024 + 128) * units.MiB})
	same(t, "what is said of it", assumed(&s.Cluster, "node_group.logged.workload.api.pod")[:1], []string{" = 500m + 50m + 100m CPU, 768Mi + 64Mi + 128Mi memory: sidecar logger, proxy"})
}

// TestCPUTimeOfSidecars: 0.2 ms a request are added to what is stated, and to nothing
// where nothing is.
func TestCPUTimeOfSidecars(t *testing.T) {
	sidecars := []planner.Sidecar{{Name: "proxy", CPUPerRequest: 200_000}}
	stated := planner.Workload{Demand: planner.Demand{CPUPerRequest: 3_000_000, CPUPerRequestRange: &planner.TimeRange{Low: 2_000_000, High: 4_000_000, Confidence: 800_000}}}
	spec.AddSidecars("web", &stated, sidecars)
	same(t, "stated", stated.Demand, planner.Demand{CPUPerRequest: 3_200_000, CPUPerRequestRange: &planner.TimeRange{Low: 2_200_000, High: 4_200_000, Confidence: 800_000}})
	var silent planner.Workload
	spec.AddSidecars("web", &silent, sidecars)
	same(t, "not stated", silent.Demand, planner.Demand{})
}
