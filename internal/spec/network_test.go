package spec_test

import (
	"slices"
	"strings"
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

func TestRegionsOfRecovery(t *testing.T) {
	d := load(t, in("cluster", "disaster_recovery {\n regions = [\"eu-west-1\"]\n}")).Cluster.DisasterRecovery
	if d.Mode != "standby" || d.Share != units.Whole || len(d.Regions) != 1 || d.Regions[0].Region != "eu-west-1" || len(d.Regions[0].Zones) != 3 {
		t.Errorf("%+v", d)
	}
	// Of two regions each has to carry everything once the other is lost.
	both := "disaster_recovery {\n mode = \"active_active\"\n regions = [\"eu-west-1\"]\n shares = { us-east-1 = \"75%\", eu-west-1 = \"25%\" }\n}\nnode_group"
	c := load(t, strings.Replace(in("workload", loadTested), "node_group", both, 1)).Cluster
	if got := c.NodeGroups[0].Workloads[0].Demand.Throughput; got != 1000*units.PerSecond || !slices.Equal(c.DisasterRecovery.Shares, []units.Ratio{750_000, 250_000}) {
		t.Errorf("%d millionths a second, shares %d", got, c.DisasterRecovery.Shares)
	}
	of := func(body string) string { return "disaster_recovery {\n " + body + "\n}" }
	refused(t, map[string]unread{
		"an unknown region":  {"cluster", of("regions = [\"eu-west-9\"]"), "\"eu-west-9\"", spec.UnknownRegion, "Did you mean"},
		"its own region":     {"cluster", of("regions = [\"us-east-1\"]"), "\"us-east-1\"", spec.DuplicateElement, "among the regions already"},
		"too many":           {"cluster", of("regions = [\"a\", \"b\", \"c\", \"d\", \"e\"]"), "[\"a\", \"b\", \"c\", \"d\", \"e\"]", spec.OutOfRange, "Name 1 to 4"},
		"a share of active":  {"cluster", of("regions = [\"eu-west-1\"]\n mode = \"active_active\"\n share = \"50%\""), "\"50%\"", spec.MissingAttribute, "its share follows"},
		"one control plane":  {"cluster", of("pattern = \"stretched\""), "\"stretched\"", spec.NotOnGround, "The zones of a cluster are of one region of EKS"},
		"no regions":         {"cluster", of("mode = \"standby\""), "disaster_recovery", spec.MissingAttribute, "Write regions"},
		"copies of regions":  {"cluster", of("regions = [\"eu-west-1\"]\n change_rate = \"2%\""), "change_rate", spec.MissingAttribute, "It says nothing with pattern = \"per_region\""},
		"regions of copies":  {"cluster", of("pattern = \"backup\"\n regions = [\"eu-west-1\"]"), "regions", spec.MissingAttribute, "It says nothing with pattern = \"backup\""},
		"copies that end":    {"cluster", of("pattern = \"backup\"\n backup_retention = \"12h\""), "\"12h\"", spec.BoundsCrossed, "A copy is kept for 12h, and the next is taken after 24h"},
		"copies too often":   {"cluster", of("pattern = \"backup\"\n backup_interval = \"30s\""), "\"30s\"", spec.OutOfRange, "60s at least"},
		"shares of standby":  {"cluster", of("regions = [\"eu-west-1\"]\n shares = {}"), "shares", spec.MissingAttribute, "one region carries all"},
		"a share too few":    {"cluster", of("regions = [\"eu-west-1\"]\n mode = \"active_active\"\n shares = { us-east-1 = \"50%\" }"), "{ us-east-1 = \"50%\" }", spec.MissingAttribute, "Nothing is said of eu-west-1"},
		"shares of 90%":      {"cluster", of("regions = [\"eu-west-1\"]\n mode = \"active_active\"\n shares = { us-east-1 = \"50%\", eu-west-1 = \"40%\" }"), "{ us-east-1 = \"50%\", eu-west-1 = \"40%\" }", spec.OutOfRange, "Make them 100%"},
		"all in one":         {"cluster", of("regions = [\"eu-west-1\"]\n mode = \"active_active\"\n shares = { us-east-1 = \"100%\", eu-west-1 = \"0%\" }"), "\"100%\"", spec.OutOfRange, "none all of it"},
		"another region":     {"cluster", of("regions = [\"eu-west-1\"]\n mode = \"active_active\"\n shares = { us-west-2 = \"100%\" }"), "\"100%\"", spec.UnknownRegion, "not among the regions"},
		"no load that waits": {"cluster", of("regions = [\"eu-west-1\"]\n share = 0"), "0", spec.OutOfRange, "A cluster for no load cannot be planned"},
	})
}
