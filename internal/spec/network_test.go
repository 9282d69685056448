package spec_test

import (
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner/units"
)

const loadTested = "throughput = 1000\nthroughput_per_pod = 100\n"

func TestSizesOfRequests(t *testing.T) {
	w := load(t, in("workload", loadTested+"request_size = \"512\"\nresponse_size = \"8Ki\"\ntraffic_distribution = \"prefer_same_zone\"")).Cluster.NodeGroups[0].Workloads[0]
	if w.RequestSize != 512 || w.ResponseSize != 8*units.KiB || !w.SameZone {
		t.Errorf("%d and %d bytes, of the same zone: %t", w.RequestSize, w.ResponseSize, w.SameZone)
	}
	refused(t, map[string]unread{
		"a range of subnets":  {"cluster", "network {\n pod_cidr = \"10.0.0.0/14\"\n}", "pod_cidr", spec.NotOnGround, "Pods of EKS have addresses of the zones' subnets"},
		"a distribution only": {"workload", loadTested + "traffic_distribution = \"any\"", "\"any\"", spec.MissingAttribute, "It says nothing without request_size or response_size"},
	})
}
