package run_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner/units"
)

const standby = "disaster_recovery {\n regions = [\"us-west-2\"]\n}\n"

// TestRegionsBesideEstimates: what waits is sized for the figures that the plan was, which
// may be beyond the highest of the estimate; it is not estimated once more.
func TestRegionsBesideEstimates(t *testing.T) {
	p := planOf(t, loaded("aws", "us-east-1", virginia, "{ low = 2000, mid = 3000, high = 4000 }", "risk {\n percentile = \"95%\"\n}\n"+standby, ""))
	sized := p.Uncertainty.Workloads[0].SizedFor.Throughput
	there := p.Recovery.Regions[1]
	alone := planOf(t, loaded("aws", "us-west-2", `["`+strings.Join(there.Zones, `", "`)+`"]`, fmt.Sprintf("%f", sized.Float()), "", ""))
	if there.Nodes != alone.NodeGroups[0].Nodes || there.Cost != alone.Cost.Total {
		t.Errorf("%+v; by itself it has %d nodes for %v", there, alone.NodeGroups[0].Nodes, alone.Cost.Total)
	}
}

// TestPlansOfSharesLeaveJobsAlone: regions and tenants have a share of the runs, and the
// plan keeps its own: of three regions each carries half of all, since one may be lost,
// and a tenant of four has a quarter of the region's 500 requests and 150 runs, rounded up.
func TestPlansOfSharesLeaveJobsAlone(t *testing.T) {
	const job = `    workload "reports" {
      kind = "CronJob"
      job {
        runs          = 300
        duration      = "10m"
        start_hour    = 2
        finish_within = "2h"
      }
      pod {
        cpu    = "2"
        memory = "4Gi"
      }
    }
`
	const active = "disaster_recovery {\n mode = \"active_active\"\n regions = [\"us-west-2\", \"eu-west-1\"]\n}\n"
	p := planOf(t, loaded("aws", "us-east-1", virginia, "1000", active+tenancyOf(""), job))
	if got := p.Cluster.NodeGroups[0].Workloads[1].Demand.Job.Runs; got != 150 {
		t.Errorf("the plan has %d runs left", got)
	}
	for _, r := range p.Recovery.Regions {
		half := planOf(t, loaded("aws", r.Region, `["`+strings.Join(r.Zones, `", "`)+`"]`, "500", "", strings.Replace(job, "300", "150", 1)))
		if r.Cost != half.Cost.Total {
			t.Errorf("%s: %v, with half of all it is %v", r.Region, r.Cost, half.Cost.Total)
		}
	}
	quarter := planOf(t, loaded("aws", "us-east-1", virginia, "125", "", strings.Replace(job, "300", "38", 1)))
	if o := p.Tenancy.Options[0]; o.Cost != quarter.Cost.Total || o.AllKnown != 4*quarter.Cost.Known {
		t.Errorf("%+v, by itself a tenant costs %v", o, quarter.Cost.Total)
	}
}

// TestRetentionInOtherRegions: the cluster of another region keeps as much on its disks.
func TestRetentionInOtherRegions(t *testing.T) {
	const kept = "retention {\n metrics \"prometheus\" {\n series = 500000\n scrape_interval = \"30s\"\n}\n}"
	of := func(region, zones, more string) spec.File {
		return loaded("aws", region, zones, "1000", monitored(more+kept, "", ""), "")
	}
	there := planOf(t, of("us-east-1", virginia, standby)).Recovery.Regions[1]
	alone := planOf(t, of("us-west-2", `["`+strings.Join(there.Zones, `", "`)+`"]`, ""))
	if there.Cost != alone.Cost.Total || there.Known < units.DollarPerHour/10 {
		t.Errorf("%v, by itself %v", there.Cost, alone.Cost.Total)
	}
}
