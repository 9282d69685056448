package report_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestExplainSidecars: of 500m and 768 MiB a proxy is 100m and 128 MiB; ingress has
// none.
func TestExplainSidecars(t *testing.T) {
	p := shop(t)
	p.Cluster.Sidecars = []planner.Sidecar{{Name: "proxy", CPU: 100, Memory: 128 * units.MiB, NodeGroups: []string{"web"}}}
	p.NodeGroups[2].Workloads[0].Pod = planner.Pod{CPU: 500, Memory: 768 * units.MiB}
	name := "node_group.web.workload." + p.NodeGroups[2].Workloads[0].Name
	wants(t, explained(t, p, name, report.Options{Width: 160}),
		"CPU 0.5 vCPU 0.4 of its own + 0.1 of sidecar proxy",
		"memory 768 MiB 640 MiB of its own + 128 MiB of sidecar proxy",
	)
	other := p.NodeGroups[1].Path() + ".workload." + p.NodeGroups[1].Workloads[0].Name
	wants(t, explained(t, p, other, report.Options{Width: 160}), "vCPU what each pod requests")
}
