package run_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// monitored is a small cluster that has a group of another role beside it.
func monitored(retention, more, volume string) string {
	return retention + `
  node_group "monitoring" {
    role = "monitoring"
` + more + `
    workload "prometheus" {
      kind     = "StatefulSet"
      replicas = 2
      pod {
        cpu    = "500m"
        memory = "2Gi"
      }
` + volume + `
    }
  }`
}

// TestSeriesOfPodsAndNodes counts them by hand: eleven pods of api, two of prometheus, five
// of EKS's add-ons and four DaemonSets on each node, 1,000 series each; 500 of each node.
// In 15 days at one sample a minute and two bytes a sample each series takes 43,200 bytes.
func TestSeriesOfPodsAndNodes(t *testing.T) {
	p := planOf(t, smallCluster("aws", "us-east-1", virginia, monitored(
		"growth {\n per_month = \"5%\"\n}\nretention {\n metrics \"prometheus\" {\n series_per_pod = 1000\n series_per_node = 500\n}\n}", "", "volume \"data\" {\n size = \"5Gi\"\n}"), ""))
	nodes := 0
	for _, g := range p.NodeGroups {
		nodes += g.Nodes
	}
	series := 1000*(11+2+5+4*nodes) + 500*nodes
	m := p.Retention.Metrics[0]
	data := units.Bytes(series) * 43_200
	if m.Series != series || m.Data != data || m.Need != data*5/4 || m.Disk != 5*units.GiB || m.Replicas != 2 {
		t.Errorf("%+v; by hand %d series and %d bytes", m, series, data)
	}
	if want := time.Duration(int64(5*units.GiB)*4/5*60/int64(2*series)) * time.Second; m.Holds != want {
		t.Errorf("the disk holds %s, by hand %s", m.Holds, want)
	}
	last := p.Growth[len(p.Growth)-1]
	then := 0
	for _, g := range last.Nodes {
		then += g.Nodes
	}
	up := func(n int) int { return (n*then + nodes - 1) / nodes }
	if want := 1000*up(11+2+5+4*nodes) + 500*then; m.SeriesAtHorizon != want || then <= nodes {
		t.Errorf("%d series at the horizon, by hand %d; %d nodes of %d", m.SeriesAtHorizon, want, then, nodes)
	}
}

// TestDisksOfNodesGrowAsLittleAsTheyCan: with what is filled in the kubelet leaves as much
// more as is kept; with a GiB less of disk it would not.
func TestDisksOfNodesGrowAsLittleAsTheyCan(t *testing.T) {
	const kept = "retention {\n metrics \"prometheus\" {\n series = 500000\n scrape_interval = \"30s\"\n}\n logs {\n bytes_per_minute = \"100Ki\"\n rotation = \"24h\"\n generations = 7\n node_groups = [\"monitoring\"]\n}\n}"
	need := 51*units.GiB + 100*units.KiB*1440*7
	for provider, where := range map[string][2]string{"aws": {"us-east-1", virginia}, "gcp": {"us-central1", iowa}} {
		left := func(retention, disk string) (units.Bytes, *planner.Plan) {
			more := ""
			if disk != "" {
				more = "disk {\n size = \"" + disk + "\"\n}"
			}
			p := planOf(t, smallCluster(provider, where[0], where[1], monitored(retention, more, ""), ""))
			return p.NodeGroups[0].Pools[0].Allocatable.EphemeralStorage, p
		}
		base, _ := left("", "")
		filled, p := left(kept, "")
		size := p.Cluster.NodeGroups[0].Disk.Size
		one, _ := left("", sizeText(size-units.GiB))
		if filled < base+need || one >= base+need {
			t.Errorf("%s: %d of %d bytes are left, %d of a GiB less; %d are needed", provider, filled, size, one, base+need)
		}
		if got := p.Cluster.NodeGroups[0].Workloads[0].Pod.EphemeralStorage; got != 51*units.GiB {
			t.Errorf("%s: the pod asks for %d bytes", provider, got)
		}
		for _, f := range p.Findings {
			if strings.HasPrefix(f.Rule, "MO-") {
				t.Errorf("%s: %s: %s", provider, f.Rule, f.Message)
			}
		}
	}
}

func sizeText(b units.Bytes) string { return fmt.Sprintf("%dGi", b/units.GiB) }

// TestDisksThatAreTooSmall are found: of 30 GiB for 50.3, and of nodes of 50 GiB for 252 GB.
func TestDisksThatAreTooSmall(t *testing.T) {
	p := planOf(t, smallCluster("aws", "us-east-1", virginia, monitored(
		"retention {\n metrics \"prometheus\" {\n series = 500000\n scrape_interval = \"30s\"\n}\n logs {\n bytes_per_minute = \"5M\"\n rotation = \"168h\"\n generations = 5\n}\n}",
		"disk {\n size = \"50Gi\"\n}", "volume \"data\" {\n size = \"30Gi\"\n}"), ""))
	found := map[string]string{}
	for _, f := range p.Findings {
		found[f.Rule] += f.Path + ": " + f.Message + " -> " + f.Remedy + "\n"
	}
	for rule, want := range map[string]string{
		"MO-02": "node_group.monitoring.workload.prometheus.volume.data.size: a disk of 30.0 GiB is too small: 500,000 series every 30s for 360h at 2 bytes a sample need 50.3 GiB",
		"MO-03": "node_group.monitoring.disk.size: nodes of type ",
	} {
		if !strings.HasPrefix(found[rule], want) || strings.Count(found[rule], "\n") != 1 {
			t.Errorf("%s says %q", rule, found[rule])
		}
	}
	// Which web was given: its disk is as large as its logs ask for.
	if len(p.Retention.Logs) != 2 || p.Retention.Logs[1].Need != 252_000_000_000 || p.Retention.Logs[1].Room < 252_000_000_000 {
		t.Errorf("%+v", p.Retention.Logs)
	}
}

// TestVerifySeesRetention breaks what a plan says of what is kept.
func TestVerifySeesRetention(t *testing.T) {
	for rule, wrong := range map[string]func(r *planner.RetentionPlan, p *planner.Plan){
		"retention.there":   func(_ *planner.RetentionPlan, p *planner.Plan) { p.Retention = nil },
		"retention.metrics": func(r *planner.RetentionPlan, _ *planner.Plan) { r.Metrics = r.Metrics[:1] },
		"retention.need":    func(r *planner.RetentionPlan, _ *planner.Plan) { r.Metrics[1].Need-- },
		"retention.disk":    func(r *planner.RetentionPlan, _ *planner.Plan) { r.Metrics[1].Disk++ },
		"retention.holds":   func(r *planner.RetentionPlan, _ *planner.Plan) { r.Metrics[1].Holds += time.Second },
		"retention.growth":  func(r *planner.RetentionPlan, _ *planner.Plan) { r.Metrics[1].FullIn = 0 },
		"retention.logs":    func(r *planner.RetentionPlan, _ *planner.Plan) { r.Logs[0].Pods-- },
		"retention.size": func(_ *planner.RetentionPlan, p *planner.Plan) {
			p.Cluster.NodeGroups[0].Workloads[0].Pod.EphemeralStorage = units.GiB
		},
	} {
		p, err := document.Decode(encode(t, examplePlan(t, "observability")))
		if err != nil {
			t.Fatal(err)
		}
		wrong(p.Retention, p)
		if _, err := run.Verify(run.Offers{}, p); err == nil || !strings.Contains(err.Error(), "["+rule+"]") {
			t.Errorf("%s: verify says %v", rule, err)
		}
	}
}
