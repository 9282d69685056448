package run_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const virtualPlane = "virtual_control_plane {\n cpu = \"500m\"\n memory = \"1Gi\"\n replicas = 2\n volume_size = \"10Gi\"\n}\n"

func tenancyOf(more string) string {
	return "tenancy {\n tenants = 4\n" + more + "}\n"
}

// loaded is the small cluster with another load, and beside its workload another.
func loaded(provider, region, zones, rate, more, beside string) spec.File {
	f := smallCluster(provider, region, zones, more, "")
	text := strings.Replace(string(f.Content), "throughput         = 1000", "throughput         = "+rate, 1)
	text = strings.Replace(text, "    workload \"api\"", beside+"    workload \"api\"", 1)
	f.Content = []byte(text)
	return f
}

// TestTenantsAreSpecsOfTheirOwn plans each way by itself: a quarter of a thousand requests
// a second in a cluster, and the pods of virtual control planes as a workload of the spec.
func TestTenantsAreSpecsOfTheirOwn(t *testing.T) {
	const virtual = `    workload "virtual-control-plane" {
      kind           = "StatefulSet"
      replicas       = 8
      min_ready      = 1
      rolling_update {
        max_unavailable = 1
      }
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
      volume "data" {
        size = "10Gi"
      }
    }
`
	for provider, where := range map[string][2]string{"aws": {"us-east-1", virginia}, "gcp": {"us-central1", iowa}} {
		p := planOf(t, loaded(provider, where[0], where[1], "1000", tenancyOf(virtualPlane), ""))
		one := planOf(t, loaded(provider, where[0], where[1], "250", "", ""))
		with := planOf(t, loaded(provider, where[0], where[1], "1000", "", virtual))
		for i, want := range []struct {
			plan           *planner.Plan
			clusters, pods int
		}{{one, 4, 0}, {with, 1, 8}, {p, 1, 0}} {
			o := p.Tenancy.Options[i]
			nodes := 0
			for _, g := range want.plan.NodeGroups {
				nodes += g.Nodes
			}
			// One group of one type: all of its nodes are of that.
			pools := []planner.TenancyPool{{Group: "web", InstanceType: want.plan.NodeGroups[0].Pools[0].InstanceType, Nodes: nodes}}
			if !slices.Equal(o.Pools, pools) {
				t.Errorf("%s %s: pools %+v, by itself %+v", provider, o.Way, o.Pools, pools)
			}
			if o.Why != "" || o.Clusters != want.clusters || o.Nodes != nodes || o.Pods != want.pods || o.Known != want.plan.Cost.Known || o.Cost != want.plan.Cost.Total || o.AllKnown != want.plan.Cost.Known*units.USDPerHour(want.clusters) {
				t.Errorf("%s %s: %+v; by itself it has %d nodes for %v", provider, o.Way, o, nodes, want.plan.Cost.Total)
			}
		}
		// Ten pods of load and a spare, of one vCPU and a GiB: 2.75 of four tenants are 3 pods.
		if q := p.Tenancy; q.QuotaCPU != 3000 || q.QuotaMemory != 3*units.GiB || q.QuotaPods != 3 {
			t.Errorf("%s: a quota of %dm, %d bytes, %d pods", provider, q.QuotaCPU, q.QuotaMemory, q.QuotaPods)
		}
	}
}

// TestFeesOfTenants: EKS takes 0.10 USD an hour for each cluster, so that the control
// planes of twelve are 876 USD in a month of 730 hours.
func TestFeesOfTenants(t *testing.T) {
	options := examplePlan(t, "tenants").Tenancy.Options
	if got := options[0].ControlPlane.Rate.PerMonth() * 12; got != 876*units.Dollar {
		t.Errorf("%d a month", got)
	}
	if got := options[1].ControlPlane.Rate.PerMonth(); got != 73*units.Dollar {
		t.Errorf("%d a month for one", got)
	}
}

// TestTenantsBesideEstimates: a tenant has its share of what was sized for.
func TestTenantsBesideEstimates(t *testing.T) {
	p := planOf(t, loaded("aws", "us-east-1", virginia, "{ low = 800, mid = 1000, high = 1500 }", tenancyOf(""), ""))
	sized := p.Uncertainty.Workloads[0].SizedFor.Throughput
	alone := planOf(t, loaded("aws", "us-east-1", virginia, fmt.Sprintf("%f", sized.Float()/4), "", ""))
	if o := p.Tenancy.Options[0]; sized <= 1000*units.PerSecond || o.Cost != alone.Cost.Total || o.Nodes != alone.NodeGroups[0].Nodes {
		t.Errorf("%+v; a quarter of %f a second by itself has %d nodes for %v", o, sized.Float(), alone.NodeGroups[0].Nodes, alone.Cost.Total)
	}
}

// TestTenantsThatAreNotKnown say why: nobody says what a virtual control plane needs, or no
// machine has it.
func TestTenantsThatAreNotKnown(t *testing.T) {
	for more, why := range map[string]string{
		"": "not known: nothing says what the control plane of a virtual cluster needs",
		"virtual_control_plane {\n cpu = 900\n memory = \"1Gi\"\n}\n": "virtual-control-plane",
	} {
		p := planOf(t, loaded("aws", "us-east-1", virginia, "1000", tenancyOf(more), ""))
		o := p.Tenancy.Options[1]
		if !strings.Contains(o.Why, why) || o.Nodes != 0 || o.Pods != 0 || o.Known != 0 || o.All.Known {
			t.Errorf("%+v", o)
		}
	}
}

// TestTenantsBesideCommitments: what is bought once is in none of the rows.
func TestTenantsBesideCommitments(t *testing.T) {
	const plan = "pricing {\n commitment \"sp\" {\n type = \"compute_savings_plan\"\n usd_per_hour = 0.2\n expires = \"2027-06-30\"\n}\n}\n"
	with, without := planOf(t, loaded("aws", "us-east-1", virginia, "1000", plan+tenancyOf(""), "")), planOf(t, loaded("aws", "us-east-1", virginia, "1000", tenancyOf(""), ""))
	for i := range with.Tenancy.Options {
		if got, want := with.Tenancy.Options[i], without.Tenancy.Options[i]; !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, without the commitment %+v", got, want)
		}
	}
	if with.Cost.Known == without.Cost.Known {
		t.Error("the commitment changes nothing of the plan")
	}
}

// TestTenantsHaveSidecars: virtual control planes get those of their group.
func TestTenantsHaveSidecars(t *testing.T) {
	const sidecar = "sidecar \"proxy\" {\n cpu = \"600m\"\n memory = \"256Mi\"\n}\n"
	o := planOf(t, loaded("aws", "us-east-1", virginia, "1000", sidecar+tenancyOf(virtualPlane), "")).Tenancy.Options[1]
	if o.Why != "" || o.Pods != 8 {
		t.Errorf("%+v", o)
	}
}

// TestVerifySeesTenants breaks what a plan says of them.
func TestVerifySeesTenants(t *testing.T) {
	for rule, wrong := range map[string]func(p *planner.TenancyPlan){
		"tenancy.options": func(p *planner.TenancyPlan) { p.Options[0].Share++ },
		"tenancy.nodes":   func(p *planner.TenancyPlan) { p.Options[1].Pods-- },
		"tenancy.pools":   func(p *planner.TenancyPlan) { p.Options[0].Pools[0].Nodes++ },
		"tenancy.sum":     func(p *planner.TenancyPlan) { p.Options[0].All.Rate-- },
		"tenancy.known":   func(p *planner.TenancyPlan) { p.Options[0].ControlPlane.Rate = p.Options[0].Known + 1 },
		"tenancy.own":     func(p *planner.TenancyPlan) { p.Options[2].Nodes++ },
		"tenancy.why":     func(p *planner.TenancyPlan) { p.Options[1].Why = "no" },
		"tenancy.quota":   func(p *planner.TenancyPlan) { p.QuotaPods-- },
	} {
		p, err := document.Decode(encode(t, examplePlan(t, "tenants")))
		if err != nil {
			t.Fatal(err)
		}
		wrong(p.Tenancy)
		if _, err := run.Verify(run.Offers{}, p); err == nil || !strings.Contains(err.Error(), "["+rule+"]") {
			t.Errorf("%s: verify says %v", rule, err)
		}
	}
}
