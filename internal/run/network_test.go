package run_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// smallCluster is a cluster of one workload.
func smallCluster(provider, region, zones, more, workload string) spec.File {
	return spec.File{Name: "main.hcl", Content: []byte(`cluster "small" {
  provider           = "` + provider + `"
  region             = "` + region + `"
  zones              = ` + zones + `
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"
` + more + `
  node_group "web" {
    role = "app"
    workload "api" {
      throughput         = 1000
      throughput_per_pod = 100
` + workload + `
      pod {
        cpu    = "1"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }
}
`)}
}

const (
	virginia = `["us-east-1a", "us-east-1b", "us-east-1c"]`
	iowa     = `["us-central1-a", "us-central1-b", "us-central1-c"]`
)

// TestTrafficBetweenZones by hand: 1,000 requests a second of 10 KiB are 10,240,000
// bytes, of which two thirds (rounded up to a millionth) cross: 2,628,000 seconds a month
// make it 17,940.49 GB, at a cent each way 358.81 USD on EC2; a cent for each GiB is
// 167.08 USD on Compute Engine.
func TestTrafficBetweenZones(t *testing.T) {
	const sizes = "request_size = \"2Ki\"\nresponse_size = \"8Ki\""
	for name, c := range map[string]struct {
		provider, region, zones, more string
		crossing                      units.Ratio
		bytes                         units.Bytes
		cents                         units.USD
	}{
		"EKS":            {"aws", "us-east-1", virginia, "", 666_667, 17_940_488_970_240, 35881},
		"GKE":            {"gcp", "us-central1", iowa, "", 666_667, 17_940_488_970_240, 16709},
		"its own zone":   {"aws", "us-east-1", virginia, "\ntraffic_distribution = \"prefer_same_zone\"", 0, 0, 0},
		"half the night": {"aws", "us-east-1", virginia, "\ndaily_profile = { trough = \"50%\" }", 666_667, 13_455_366_727_680, 26911},
	} {
		p := planOf(t, smallCluster(c.provider, c.region, c.zones, "", sizes+c.more))
		f := p.Network.Traffic
		if len(f) != 1 || f[0].PerSecond != 10_240_000 || f[0].Crossing != c.crossing || f[0].PerMonth != c.bytes {
			t.Errorf("%s: %+v", name, f)
			continue
		}
		var lines []planner.CostLine
		for _, l := range p.Cost.Lines {
			if strings.HasPrefix(l.Path, "cross_zone.") {
				lines = append(lines, l)
			}
		}
		if c.bytes == 0 {
			if len(lines) > 0 {
				t.Errorf("%s: nothing crosses, and %+v", name, lines)
			}
			continue
		}
		if len(lines) != 1 || lines[0].Path != "cross_zone.node_group.web.workload.api" || lines[0].Basis != catalogs.Recalled || !lines[0].Amount.Known {
			t.Errorf("%s: lines %+v", name, lines)
		} else if month := lines[0].Amount.Rate.PerMonth(); units.CeilDiv(month, units.Dollar/100) != c.cents {
			t.Errorf("%s: %d billionths of a dollar a month, want %d cents", name, month, c.cents)
		}
	}
	p := planOf(t, smallCluster("aws", "us-east-1", virginia, "", ""))
	for _, l := range p.Cost.Lines {
		if strings.HasPrefix(l.Path, "cross_zone.") {
			t.Errorf("%s is charged for, and no size is given", l.Path)
		}
	}
}

// TestRangeOfPodsTooSmall: ten pods of a core need three nodes at least, one in each
// zone, each with a /24 of 110 pods: a /23 has two. With 55 pods a node takes a /25, of
// which it has four.
func TestRangeOfPodsTooSmall(t *testing.T) {
	_, err := run.Plan(t.Context(), load(t, smallCluster("gcp", "us-central1", iowa, "network {\n pod_cidr = \"10.4.0.0/23\"\n}", "")))
	bad, ok := errors.AsType[*planner.Infeasible](err)
	if !ok {
		t.Fatal(err)
	}
	if bad.Path != "network.pod_cidr" || bad.Limit != 2 || bad.Need != 3 ||
		bad.Constraint != "10.4.0.0/23 has 2 blocks of /24, one for the pods of each node, and the cheapest plan has 3 nodes" ||
		!strings.Contains(bad.Remedy, `pod_cidr with a prefix of /22 or less, such as "10.4.0.0/22"`) ||
		!strings.Contains(bad.Remedy, "or max_pods = 55 in network") {
		t.Errorf("%+v", bad)
	}
	p := planOf(t, smallCluster("gcp", "us-central1", iowa, "network {\n pod_cidr = \"10.4.0.0/23\"\n max_pods = 55\n}", ""))
	if r := p.Network.PodRange; r.BlockBits != 25 || r.Capacity != 4 || r.Nodes != 3 || r.NeedBits != 23 {
		t.Errorf("%+v", r)
	}
}

// TestAddressesAfterTheLossOfAZone: what a zone has to have left is told, and that it
// has less is found.
func TestAddressesAfterTheLossOfAZone(t *testing.T) {
	p := planOf(t, smallCluster("aws", "us-east-1", virginia, "", ""))
	a := &p.Network.Zones[0]
	if a.Steady >= a.ZoneLoss || a.Nodes == 0 || a.Pods == 0 || a.HasFree {
		t.Fatalf("%+v", a)
	}
	free := "network {\n free_ips_by_zone = { us-east-1a = " + number(a.ZoneLoss-1) + ", us-east-1b = " + number(a.ZoneLoss+99) + " }\n}"
	p = planOf(t, smallCluster("aws", "us-east-1", virginia, free, ""))
	var found []string
	for _, f := range p.Findings {
		if f.Rule == "NW-02" {
			found = append(found, f.Path+": "+f.Message)
		}
	}
	if len(found) != 1 || !strings.HasPrefix(found[0], "network.free_ips_by_zone.us-east-1a: ") || !strings.HasSuffix(found[0], ": 1 too few") {
		t.Errorf("%q", found)
	}
}

func number(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return number(n/10) + number(n%10)
}

// TestVerifySeesTheNetwork breaks what plans say of their network.
func TestVerifySeesTheNetwork(t *testing.T) {
	eks := smallCluster("aws", "us-east-1", virginia, "", "request_size = \"2Ki\"")
	gke := smallCluster("gcp", "us-central1", iowa, "", "request_size = \"2Ki\"")
	for rule, c := range map[string]struct {
		of    spec.File
		wrong func(p *planner.Plan, n *planner.NetworkPlan)
	}{
		"network.density":   {eks, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Density[0].Addresses-- }},
		"network.steady":    {eks, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Zones[1].Warm-- }},
		"network.zone_loss": {eks, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Zones[2].ZoneLoss-- }},
		"network.upgrade":   {eks, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Zones[0].Upgrade++ }},
		"network.zones": {gke, func(_ *planner.Plan, n *planner.NetworkPlan) {
			n.Zones = []planner.ZoneNetwork{{Zone: "us-central1-a"}}
		}},
		"network.blocks":   {gke, func(_ *planner.Plan, n *planner.NetworkPlan) { n.PodRange.Nodes-- }},
		"network.horizon":  {gke, func(_ *planner.Plan, n *planner.NetworkPlan) { n.PodRange.AtHorizon-- }},
		"network.need":     {gke, func(_ *planner.Plan, n *planner.NetworkPlan) { n.PodRange.NeedBits++ }},
		"network.block":    {gke, func(_ *planner.Plan, n *planner.NetworkPlan) { n.PodRange.BlockBits = 25 }},
		"network.traffic":  {eks, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Traffic = nil }},
		"network.crossing": {eks, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Traffic[0].Crossing = units.Whole / 2 }},
		"network.month":    {gke, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Traffic[0].PerMonth /= 2 }},
		"network.cost":     {eks, func(_ *planner.Plan, n *planner.NetworkPlan) { n.Traffic[0].Cost.Rate /= 2 }},
		"platform.used": {eks, func(p *planner.Plan, _ *planner.NetworkPlan) {
			for i := range p.PlatformLimits {
				if l := &p.PlatformLimits[i]; l.Resource == "network_interfaces" {
					l.Used++
				}
			}
		}},
		"cost.line": {eks, func(p *planner.Plan, _ *planner.NetworkPlan) {
			for i := range p.Cost.Lines {
				if strings.HasPrefix(p.Cost.Lines[i].Path, "cross_zone.") {
					p.Cost.Lines[i].Amount.Rate /= 2
				}
			}
		}},
	} {
		t.Run(rule, func(t *testing.T) {
			p := planOf(t, c.of)
			c.wrong(p, p.Network)
			_, err := run.Verify(run.Offers{}, p)
			if err == nil || !strings.Contains(err.Error(), "["+rule+"]") {
				t.Errorf("verify says %v", err)
			}
		})
	}
}

// TestAddressesOfEKS: four interfaces of EKS in two zones at least are two in any. A zone whose
// free addresses are those of nodes and pods alone has too few.
func TestAddressesOfEKS(t *testing.T) {
	free := func(n int) string {
		return fmt.Sprintf("network {\n free_ips_by_zone = {\n us-east-1a = %[1]d\n us-east-1b = %[1]d\n us-east-1c = %[1]d\n }\n}", n)
	}
	p := planOf(t, smallCluster("aws", "us-east-1", virginia, free(1000), ""))
	most := 0
	for _, z := range p.Network.Zones {
		if z.ControlPlane != 2 || z.Steady != z.Nodes+z.Pods+z.Warm+2 || z.Free != 1000 {
			t.Errorf("%+v", z)
		}
		most = max(most, z.Steady)
	}
	if got := planOf(t, smallCluster("aws", "us-east-1", virginia, free(most), "")); got.Limits[0].Limit != int64(most) {
		t.Errorf("with as many as it takes: %+v", got.Limits)
	}
	if _, err := run.Plan(t.Context(), load(t, smallCluster("aws", "us-east-1", virginia, free(most-2), ""))); !errors.Is(err, planner.ErrInfeasible) {
		t.Errorf("without those of the control plane: %v", err)
	}
}
