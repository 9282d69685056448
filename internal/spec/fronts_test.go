package spec_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner/units"
)

// TestFronts: names are found over the whole cluster, addresses too, a proxy may front
// a proxy, and what it carries grows with its parts alone.
func TestFronts(t *testing.T) {
	s := load(t, in("cluster", `growth {
  per_month = "5%"
}
node_group "a" {
`+rest+`}
node_group "b" {
`+rest+proxyOf("inner", `"node_group.b.workload.rest", "node_group.a.workload.rest"`)+proxyOf("outer", `"inner"`)+`}
`))
	inner, outer := s.Cluster.NodeGroups[1].Workloads[0], s.Cluster.NodeGroups[1].Workloads[1]
	same(t, "inner", inner.Demand.Fronts, []string{"node_group.a.workload.rest", "node_group.b.workload.rest"})
	same(t, "outer", outer.Demand.Fronts, []string{"node_group.b.workload.inner"})
	same(t, "growth", []units.Ratio{inner.GrowthPerMonth, outer.GrowthPerMonth, s.Cluster.NodeGroups[1].Workloads[2].GrowthPerMonth}, []units.Ratio{0, 0, 5 * units.Percent})
	same(t, "throughput", inner.Demand.Throughput, units.Rate(0))
}
