package report_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// mixed returns the shop with batch on spot machines of two types and one of a type on
// demand, with GPUs in one of them, and volumes for the pods of web:
//
//	batch    1 x 0.10 + 3 x 0.04 + 2 x 0.08 = 0.38 USD/h = 277.40 USD/month
//	volumes  13 x 20 GiB                    = 0.02 USD/h =  14.60 USD/month
func mixed(t *testing.T) *planner.Plan {
	t.Helper()
	p := shop(t)
	g := &p.NodeGroups[0]
	cents := func(n units.USDPerHour) catalogs.Price {
		return catalogs.Price{Rate: n * units.DollarPerHour / 100, Basis: catalogs.Listed, Date: "2026-05-01"}
	}
	pool := func(instanceType string, capacity planner.CapacityType, rate units.USDPerHour, a, b, c int) planner.Pool {
		out := g.Pools[0]
		out.InstanceType, out.CapacityType, out.Nodes, out.Price = instanceType, capacity, a+b+c, cents(rate)
		out.NodesByZone = []planner.ZoneCount{{Zone: "us-east-1a", Nodes: a}, {Zone: "us-east-1b", Nodes: b}, {Zone: "us-east-1c", Nodes: c}}
		return out
	}
	g.Pools = []planner.Pool{
		pool("g5.xlarge", planner.Spot, 8, 1, 1, 0), pool("m7i.large", planner.OnDemand, 10, 1, 0, 0), pool("m7i.large", planner.Spot, 4, 1, 1, 1),
	}
	gpu := &g.Pools[0]
	gpu.Allocatable.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 4}}
	gpu.DaemonSets = append([]planner.DaemonSet{{Name: "device-plugin"}}, gpu.DaemonSets...)
	g.Nodes, g.MinNodes, g.MaxNodes = 6, 2, 9
	g.Cost.Rate = cents(38).Rate
	g.Workloads[0].Replicas, g.Workloads[0].Reasons = 2, planner.ReplicaReasons{Load: 2}
	g.Workloads[0].Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 3}}
	g.Workloads[0].Pod.EphemeralStorage = 3 * units.GiB
	for i := range g.Pools {
		g.Pools[i].Allocatable.EphemeralStorage = 10 * units.GiB
	}
	g.Survives = append(g.Survives, planner.Drill{Event: planner.AllSpotGone, Tried: 1, Tightest: "loss of 5 of 6 nodes: no place for 2 of 2 pods of thumbnails"})
	g.Committed = []planner.CommittedCost{{Kind: "compute-sp", TermYears: 1, Payment: "no-upfront", Rate: cents(6).Rate, Saving: 40 * units.Percent, Basis: catalogs.Listed}}
	g.Alternatives = nil
	web := &p.Cluster.NodeGroups[2]
	web.Workloads[0].Volumes = []planner.Volume{{Name: "data", Type: "gp3", Size: 20 * units.GiB}}
	paths := g.NodesPaths()
	lines := []planner.CostLine{p.Cost.Lines[0]}
	for i, path := range paths {
		lines = append(lines, planner.CostLine{
			Path: path, Basis: catalogs.Listed, Date: "2026-05-01",
			Amount: planner.Amount{Rate: g.Pools[i].Price.Rate * units.USDPerHour(g.Pools[i].Nodes), Known: true},
		})
	}
	lines = append(append(lines, p.Cost.Lines[2:]...), planner.CostLine{
		Path: "node_group.web.volumes", Detail: "13 x 20 GiB gp3, data of catalog", Basis: catalogs.Listed, Date: "2026-05-01", Amount: planner.Amount{Rate: cents(2).Rate, Known: true},
	})
	p.Cost.Lines = lines
	p.Cost.Known += cents(30).Rate
	p.Cost.Total.Rate += cents(30).Rate
	return p
}

// TestSeveralPools has the figures of mixed: 2,161.00 and 0.30 x 730 are 2,380.00.
func TestSeveralPools(t *testing.T) {
	got := text(t, mixed(t), report.Options{})
	for _, want := range []string{
		"2-9  40%  46%     277.40  100.0%", // GAP is there beside MIN-MAX
		"6  3/2/1  2 types, 1 of 6 on demand",
		"2  1/1/0    g5.xlarge spot", "1  1/0/0    m7i.large ", "3  1/1/1    m7i.large spot",
		"116.80", "73.00", "87.60", "277.40", // 2 x 0.08, 0.10 and 3 x 0.04 by 730
		"batch: nvidia.com/gpu 6 of 8 (75%) · ephemeral storage 6 GiB of 60 GiB (10%)",
		"web volumes 13 x 20 GiB gp3 14.60", "web: volumes 13",
		"2,380.00 USD/month",
		// 0.06 of 0.10 on demand; with web's 1.50 of 2.40: 1.56 of 2.50 by 730.
		"nodes of batch on demand, web 1,138.80 USD/month, saves 686.20 (37%)",
		"device-plugin on each node of batch (g5.xlarge)",
		"batch: scheduled 6 (the plan) · the others are not counted for a group of several pools",
		"all spot gone      1     0  batch: loss of 5 of 6 nodes: no place for 2 of 2 pods of thumbnails",
		"any 1 zone         3     3  web: loss of us-east-1a: 3.1 of 31 vCPU stay free\n  all spot gone ",
		"Plan holds.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	testkit.Golden(t, filepath.Join("testdata", "pools_120.txt"), []byte(got))
}

// TestWordsOfResources: what binds, and what pods lack after a loss, in words.
func TestWordsOfResources(t *testing.T) {
	for resource, want := range map[string]struct{ binds, short string }{
		"attachments":       {"volumes a node of thumbnails", "no room for volumes"},
		"network":           {"network bandwidth of thumbnails", "no network bandwidth"},
		"disk":              {"disk bandwidth of thumbnails", "no disk bandwidth"},
		"selector":          {"the node selector of thumbnails", "no node that the selector admits"},
		"ephemeral_storage": {"ephemeral storage of thumbnails", "no ephemeral storage"},
		"nvidia.com/gpu":    {"nvidia.com/gpu of thumbnails", "no nvidia.com/gpu"},
		"cpu":               {"cpu of thumbnails", "no CPU"},
		"volume_zone":       {"the zones of volumes of thumbnails", "no room in their volumes' zones"},
		"anti_affinity":     {"anti-affinity of thumbnails", "anti-affinity"},
		"affinity":          {"affinity of thumbnails", "affinity"},
	} {
		p := shop(t)
		p.NodeGroups[0].Binding = planner.Binding{Resource: resource, During: "normal", Workload: "thumbnails"}
		if got := text(t, p, report.Options{Width: 200}); !strings.Contains(got, "  "+want.binds+"\n") {
			t.Errorf("%s does not bind as %q:\n%s", resource, want.binds, got)
		}
		r := planner.Replay{Tightest: -1, Groups: []planner.GroupCase{{Group: "batch", Event: "any 1 node", Workloads: []planner.WorkloadCase{
			{Name: "thumbnails", Replicas: 3, Displaced: 2, Placed: 1, Short: resource},
		}}}}
		var out bytes.Buffer
		if err := report.Replay(&out, p, &r, report.Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "1: "+want.short) {
			t.Errorf("%s is not short as %q:\n%s", resource, want.short, out.String())
		}
	}
}

// TestExplainPools: what a node of each pool costs and leaves, and what else is used.
func TestExplainPools(t *testing.T) {
	wants(t, explained(t, mixed(t), "node_group.batch", report.Options{Width: 160}),
		"g5.xlarge spot 2 nodes 0.0800 USD an hour each, listed 2026-05-01; a node leaves", "4 nvidia.com/gpu",
		"m7i.large 1 node 0.1000 USD an hour each", "m7i.large spot 3 nodes 0.0400 USD an hour each",
		"ALSO USED nvidia.com/gpu 6 of 8 (75%) · ephemeral storage 6 GiB of 60 GiB (10%)",
	)
	p := unknown(t)
	wants(t, explained(t, p, "node_group.batch", report.Options{Width: 160}), "2 nodes the price is not known; a node leaves")
}
