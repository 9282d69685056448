package report_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
)

// TestOutages: 1,040.266 s are 17.34 minutes, rounded up 17.4, and 5.244 s are 5.3.
func TestOutages(t *testing.T) {
	p := shop(t)
	p.Cluster.Availability = &planner.Availability{Node: 995_000, Zone: 999_500}
	w := &p.NodeGroups[1].Workloads[0]
	w.Replicas = 6
	w.Outages = []planner.Outage{
		{Below: planner.BelowLoad, Need: 4, PerYear: 1_040_266 * time.Millisecond},
		{Below: planner.BelowMinReady, Need: 2, PerYear: 5244 * time.Millisecond},
	}
	name := p.NodeGroups[1].Name + "/" + w.Name
	wants(t, text(t, p, report.Options{Width: 160}), "DOWN A YEAR "+name+": 17.4 min below the load (4 of 6 pods) · 5.3 s below min_ready (2 of 6 pods)")
	wants(t, explained(t, p, p.NodeGroups[1].Path()+".workload."+w.Name, report.Options{Width: 220}),
		"down a year 17.4 min below the load (4 of 6 pods): of every set of nodes and zones that may be down, a node 0.5% of the time and a zone 0.05%; nothing moves meanwhile",
		"down a year 5.3 s below min_ready (2 of 6 pods)",
	)
	wants(t, explained(t, p, p.NodeGroups[1].Path(), report.Options{Width: 160}), w.Name+" 17.4 min of a year below the load (4 of 6 pods)")
	p.ControlPlane.Mode = planner.SelfManaged
	p.ControlPlane.Etcd = &planner.Etcd{Members: 3, Quorum: 2}
	p.ControlPlane.Members = []planner.Member{{Role: planner.RoleControlPlane}, {Role: planner.RoleControlPlane}, {Role: planner.RoleControlPlane}}
	p.ControlPlane.Outages = []planner.Outage{
		{Below: planner.BelowOne, Need: 1, PerYear: 7 * time.Millisecond},
		{Below: planner.BelowQuorum, Need: 2, PerYear: 100 * time.Hour},
	}
	wants(t, text(t, p, report.Options{Width: 160}), "API servers: 0.1 s with none of 3 servers", "etcd: 6,000.0 min without a quorum (2 of 3 members)")
	wants(t, explained(t, p, report.TopicControlPlane, report.Options{Width: 220}), "6,000.0 min without a quorum (2 of 3 etcd members)", "0.1 s with none of 3 API servers")
}
