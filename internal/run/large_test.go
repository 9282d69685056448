package run_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// largeSpec is a group of ten workloads of 15,000 pods each on a ground: about 5,000
// nodes, any one of which may be lost.
func largeSpec(provider, region, zones, machine string) spec.File {
	var b strings.Builder
	fmt.Fprintf(&b, `cluster "large" {
  provider           = %q
  region             = %q
  zones              = [%s]
  kubernetes_version = "1.35"
  upgrade {
    to = "1.36"
  }
`, provider, region, zones)
	// Clouds bound what a group may have (EKS 450 nodes), so that 150,000 pods are in
	// fifteen groups of ten workloads.
	for g := range 15 {
		fmt.Fprintf(&b, `  node_group "g%02d" {
    role = "app"
    instances {
      types = [%q]
    }
    redundancy {
      nodes = 1
      zones = 0
    }
`, g, machine)
		for i := range 10 {
			fmt.Fprintf(&b, `    workload "w%d" {
      replicas = 1000
      pod {
        cpu    = "250m"
        memory = "900Mi"
      }
      pod_disruption_budget {
        max_unavailable = "25%%"
      }
    }
`, i)
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
	return spec.File{Name: "main.hcl", Content: []byte(b.String())}
}

// largeSpecs are those of the benchmarks, by provider.
func largeSpecs() []struct {
	name string
	file spec.File
} {
	return []struct {
		name string
		file spec.File
	}{
		{"aws", largeSpec("aws", "us-east-1", `"us-east-1a", "us-east-1b", "us-east-1c"`, "m7a.2xlarge")},
		{"gcp", largeSpec("gcp", "us-central1", `"us-central1-a", "us-central1-b", "us-central1-c"`, "n2-standard-8")},
	}
}

// BenchmarkUpgradeLarge compares all strategies of an upgrade of 5,000 nodes and 150,000
// pods, given their plan; it is meant to stay below 2 s of one core.
func BenchmarkUpgradeLarge(b *testing.B) {
	for _, large := range largeSpecs() {
		b.Run("provider="+large.name, func(b *testing.B) {
			s := load(b, large.file)
			p, err := run.Plan(b.Context(), s)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := run.Upgrade(b.Context(), run.Offers{}, p, s.Cluster.Upgrade, ""); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(nodesOf(p)), "nodes")
			b.ReportMetric(float64(len(p.Upgrade.Strategies)), "strategies")
		})
	}
}

// BenchmarkPlanLarge plans the same cluster without its upgrade, verification included.
func BenchmarkPlanLarge(b *testing.B) {
	for _, large := range largeSpecs() {
		b.Run("provider="+large.name, func(b *testing.B) {
			s := load(b, large.file)
			s.Cluster.Upgrade = nil
			b.ReportAllocs()
			nodes := 0
			for b.Loop() {
				p, err := run.Plan(b.Context(), s)
				if err != nil {
					b.Fatal(err)
				}
				nodes = nodesOf(p)
			}
			b.ReportMetric(float64(nodes), "nodes")
		})
	}
}

// nodesOf counts the nodes of all groups.
func nodesOf(p *planner.Plan) int {
	n := 0
	for i := range p.NodeGroups {
		n += p.NodeGroups[i].Nodes
	}
	return n
}
