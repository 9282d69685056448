package layout_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// full is a cluster that has a little of everything: two pools, of which web has more
// nodes and small more pods for its cores.
func full() layout.Occupancy {
	return layout.Occupancy{
		Nodes: 500, Pods: 12_000, Containers: 24_000, Namespaces: 40, Services: 80, Deployments: 100, Clusters: 1,
		Database: 2_000_000_000,
		Workloads: []layout.Part{
			{Path: "node_group.web.workload.api", Count: 200},
			{Path: "node_group.web.workload.cart", Count: 40},
		},
		Pools: []layout.PoolPart{
			{Path: "node_group.small", Nodes: 100, ZoneNodes: 34, Pods: 18, VCPUs: 2},
			{Path: "node_group.web", Nodes: 400, ZoneNodes: 134, Pods: 50, VCPUs: 16},
		},
	}
}

type limitRow struct {
	of, path   string
	used, most int64
	hard       bool
}

// TestLimits holds every published limit: Kubernetes' table of thresholds, the quotas of
// EKS and those of GKE. What is used is counted by hand from full: 12,000 pods in 40
// namespaces are 300 in the mean, and 18 pods on 2 cores are 18 of min(110, 20).
func TestLimits(t *testing.T) {
	kubernetes := []limitRow{
		{"nodes", "cluster", 500, 5_000, false},
		{"pods", "cluster", 12_000, 150_000, false},
		{"containers", "cluster", 24_000, 300_000, false},
		{"pods_per_node", "node_group.small", 18, 20, false},
		{"namespaces", "cluster", 40, 10_000, false},
		{"pods_per_namespace", "cluster", 300, 3_000, false},
		{"services", "cluster", 80, 10_000, false},
		{"services_per_namespace", "cluster", 2, 5_000, false},
		{"deployments_per_namespace", "cluster", 3, 2_000, false},
		{"endpoints_per_service", "node_group.web.workload.api", 200, 250, false},
	}
	eks := []limitRow{
		{"nodes_per_group", "node_group.web", 400, 450, true},
		{"node_groups", "cluster", 2, 30, true},
		{"clusters", "cluster", 1, 100, true},
	}
	gke := []limitRow{
		{"nodes_without_private_service_connect", "cluster", 500, 5_000, false},
		{"nodes_per_pool_zone", "node_group.web", 134, 1_000, true},
		{"pods", "cluster", 12_000, 200_000, true},
		{"pods_per_node", "node_group.web", 50, 256, true},
		{"containers", "cluster", 24_000, 400_000, true},
		{"endpoints_per_service", "node_group.web.workload.api", 200, 10_000, true},
		{"clusters", "cluster", 1, 100, true},
	}
	for name, c := range map[string]struct {
		service, tier string
		want          [][]limitRow
	}{
		"self-managed":     {"", "", [][]limitRow{kubernetes}},
		"EKS":              {layout.EKS, "standard", [][]limitRow{kubernetes, eks, {{"etcd_database", "cluster", 2_000_000_000, 8_000_000_000, true}}}},
		"EKS, provisioned": {layout.EKS, "tier-xl", [][]limitRow{kubernetes, eks, {{"etcd_database", "cluster", 2_000_000_000, 16_000_000_000, true}}}},
		"GKE, regional":    {layout.GKE, "regional", [][]limitRow{kubernetes, gke, {{"nodes", "cluster", 500, 15_000, true}}}},
		"GKE, zonal":       {layout.GKE, "zonal", [][]limitRow{kubernetes, gke, {{"nodes", "cluster", 500, 2_000, true}}}},
	} {
		t.Run(name, func(t *testing.T) {
			o := full()
			got := layout.Limits(c.service, tierNamed(c.service, c.tier), &o)
			want := slices.Concat(c.want...)
			for _, w := range want {
				if !slices.ContainsFunc(got, func(l layout.Limit) bool {
					return l.Of == w.of && l.Path == w.path && l.Used == w.used && l.Most == w.most && l.Hard == w.hard && l.Source != ""
				}) {
					t.Errorf("%+v is missing in %+v", w, got)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d limits, want %d", len(got), len(want))
			}
			if !slices.IsSortedFunc(got, func(a, b layout.Limit) int { return int(b.Share() - a.Share()) }) {
				t.Error("the closest is not first")
			}
			if got[0].Of != "pods_per_node" || got[0].Share() != 90*units.Percent {
				t.Errorf("the closest is %+v", got[0])
			}
		})
	}
}

// TestInterfaces: an account of AWS has 5,000 in a region unless it asks for more, and nodes
// of GKE have none that count.
func TestInterfaces(t *testing.T) {
	o := full()
	o.Interfaces = 5_001
	for service, want := range map[string]int{layout.EKS: 1, layout.GKE: 0, "": 0} {
		n := 0
		for _, l := range layout.Limits(service, nil, &o) {
			if l.Of == layout.LimitInterfaces {
				n++
				if l.Used != 5_001 || l.Most != 5_000 || l.Hard || !l.Grows || !l.AtLeast || l.Path != "cluster" {
					t.Errorf("got %+v", l)
				}
			}
		}
		if n != want {
			t.Errorf("%q: %d rows, want %d", service, n, want)
		}
	}
}

// TestRequestsInFlight: two servers of 400 reads and 200 changes work on 1,200 requests,
// and nobody counts those of a provider.
func TestRequestsInFlight(t *testing.T) {
	o := full()
	o.Servers, o.Seats = 2, 300
	i := slices.IndexFunc(layout.Limits("", nil, &o), func(l layout.Limit) bool { return l.Of == layout.LimitRequests })
	if i < 0 {
		t.Fatal("requests are not limited")
	}
	if l := layout.Limits("", nil, &o)[i]; l.Used != 300 || l.Most != 1_200 || l.Share() != 25*units.Percent || l.Hard || l.Path != "control_plane" {
		t.Errorf("got %+v", l)
	}
}

// TestPodsPerNode: min(110, 10 x cores) of the published table.
func TestPodsPerNode(t *testing.T) {
	for cores, most := range map[int]int64{1: 10, 2: 20, 8: 80, 11: 110, 16: 110, 96: 110} {
		o := layout.Occupancy{Pools: []layout.PoolPart{{Path: "node_group.g", Pods: 5, VCPUs: cores}}}
		for _, l := range layout.Limits("", nil, &o) {
			if l.Of == layout.LimitPodsPerNode && l.Most != most {
				t.Errorf("%d cores: %d pods, want %d", cores, l.Most, most)
			}
		}
	}
}

func tierNamed(service, name string) *layout.Tier {
	for _, t := range layout.Tiers(service) {
		if t.Name == name {
			return &t
		}
	}
	return nil
}

// TestTiersOfEKS is the published table: seats from 1.34 on and before, pods a second,
// gigabytes, and the promise of each.
func TestTiersOfEKS(t *testing.T) {
	want := []struct {
		name             string
		old, seats, pods int
		gb               units.Bytes
		sla              units.Ratio
	}{
		{"standard", 2_000, 2_000, 0, 8, 999_500},
		{"tier-xl", 1_700, 2_000, 167, 16, 999_900},
		{"tier-2xl", 3_400, 4_000, 283, 16, 999_900},
		{"tier-4xl", 6_800, 8_000, 400, 16, 999_900},
		{"tier-8xl", 13_600, 16_000, 400, 16, 999_900},
	}
	got := layout.Tiers(layout.EKS)
	if len(got) != len(want) {
		t.Fatalf("%d tiers", len(got))
	}
	for i, w := range want {
		g := &got[i]
		if g.Name != w.name || g.SeatsAt(33) != w.old || g.SeatsAt(34) != w.seats || g.PodsPerSecond != w.pods || g.Database != w.gb*1_000_000_000 || g.SLA != w.sla {
			t.Errorf("%+v, want %+v", g, w)
		}
	}
	if got[0].Guaranteed != 600 {
		t.Errorf("standard guarantees %d seats", got[0].Guaranteed)
	}
	gke := layout.Tiers(layout.GKE)
	if gke[0].SLA != 999_500 || gke[1].SLA != 995_000 {
		t.Errorf("GKE promises %d and %d", gke[0].SLA, gke[1].SLA)
	}
	if layout.Tiers("") != nil {
		t.Error("people who run their own control plane buy no tier")
	}
}

// TestTierByLoad: the first tier that carries a load, by hand from the table. 20,000
// requests a second x 0.1 s are 2,000 seats; 600,000 pods an hour are 166.67 a second.
func TestTierByLoad(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		load    layout.TierLoad
		want    string
		because string
	}{
		"little":                {layout.EKS, layout.TierLoad{Minor: 35, Requests: 100 * units.PerSecond}, "standard", ""},
		"2,000 seats":           {layout.EKS, layout.TierLoad{Minor: 35, Requests: 20_000 * units.PerSecond}, "standard", ""},
		"2,001 seats":           {layout.EKS, layout.TierLoad{Minor: 35, Requests: 20_001 * units.PerSecond}, "tier-2xl", "2001 seats"},
		"2,001 seats, 1.33":     {layout.EKS, layout.TierLoad{Minor: 33, Requests: 20_001 * units.PerSecond}, "tier-2xl", ""},
		"3,500 seats, 1.33":     {layout.EKS, layout.TierLoad{Minor: 33, Requests: 35_000 * units.PerSecond}, "tier-4xl", ""},
		"3,500 seats, 1.34":     {layout.EKS, layout.TierLoad{Minor: 34, Requests: 35_000 * units.PerSecond}, "tier-2xl", ""},
		"167 pods/s":            {layout.EKS, layout.TierLoad{Minor: 35, PodsPerHour: 601_200}, "standard", ""},
		"168 pods/s":            {layout.EKS, layout.TierLoad{Minor: 35, PodsPerHour: 604_800}, "tier-2xl", "168 pods"},
		"284 pods/s":            {layout.EKS, layout.TierLoad{Minor: 35, PodsPerHour: 1_022_400}, "tier-4xl", ""},
		"401 pods/s":            {layout.EKS, layout.TierLoad{Minor: 35, PodsPerHour: 1_443_600}, "", "401 pods"},
		"8 GB":                  {layout.EKS, layout.TierLoad{Minor: 35, Database: 8_000_000_000}, "standard", ""},
		"a byte more":           {layout.EKS, layout.TierLoad{Minor: 35, Database: 8_000_000_001}, "tier-xl", "8.1 GB"},
		"a byte more, 1.27":     {layout.EKS, layout.TierLoad{Minor: 27, Database: 8_000_000_001}, "", ""},
		"more than 16 GB":       {layout.EKS, layout.TierLoad{Minor: 35, Database: 16_000_000_001}, "", ""},
		"GKE":                   {layout.GKE, layout.TierLoad{Minor: 35, Nodes: 2_001}, "regional", ""},
		"GKE, more than 15,000": {layout.GKE, layout.TierLoad{Minor: 35, Nodes: 15_001}, "", "1 more than the 15000"},
	} {
		t.Run(name, func(t *testing.T) {
			tiers := layout.Tiers(c.service)
			i := slices.IndexFunc(tiers, func(x layout.Tier) bool {
				return layout.TooSmall(tiers, slices.IndexFunc(tiers, func(y layout.Tier) bool { return y.Name == x.Name }), &c.load) == ""
			})
			got := ""
			if i >= 0 {
				got = tiers[i].Name
			}
			if got != c.want {
				t.Errorf("tier %q, want %q", got, c.want)
			}
			if why := layout.TooSmall(tiers, 0, &c.load); !strings.Contains(why, c.because) {
				t.Errorf("%q does not say %q", why, c.because)
			}
		})
	}
	zonal := layout.TierLoad{Minor: 35, Nodes: 2_001}
	if why := layout.TooSmall(layout.Tiers(layout.GKE), 1, &zonal); why != "2001 nodes are 1 more than the 2000 that it takes" {
		t.Errorf("zonal: %q", why)
	}
}
