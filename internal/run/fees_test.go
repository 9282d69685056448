package run_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestFeesOfTiers: what a managed control plane costs in a month of 730 hours, as it is
// published: the fee of a provisioned tier of EKS comes on top of the cluster's 0.10 USD an
// hour, extended support is 0.60 in all, and GKE takes 0.10 for every cluster.
func TestFeesOfTiers(t *testing.T) {
	of := func(provider, tier, minor string) spec.File {
		region, zones := "us-east-1", `["us-east-1a", "us-east-1b", "us-east-1c"]`
		if provider == "gcp" {
			region, zones = "us-central1", `["us-central1-a", "us-central1-b", "us-central1-c"]`
		}
		return spec.File{Name: "main.hcl", Content: fmt.Appendf(nil, `cluster "fee" {
  provider           = %q
  region             = %q
  zones              = %s
  kubernetes_version = %q
  as_of              = "2026-11-20"
  control_plane {
    tier = %q
  }
  node_group "web" {
    workload "api" {
      replicas = 2
      pod {
        cpu    = "500m"
        memory = "512Mi"
      }
    }
  }
}
`, provider, region, zones, minor, tier)}
	}
	for _, test := range []struct {
		provider, tier, minor string
		cents                 int64
	}{
		{"aws", "standard", "1.35", 73_00},
		{"aws", "standard", "1.32", 438_00}, // extended since 2026-03-23
		{"aws", "tier-xl", "1.35", 1_277_50},
		{"aws", "tier-2xl", "1.35", 2_555_00},
		{"aws", "tier-4xl", "1.35", 5_110_00},
		{"aws", "tier-8xl", "1.35", 10_220_00},
		{"gcp", "zonal", "1.35", 73_00},
		{"gcp", "regional", "1.35", 73_00},
	} {
		var sum units.USDPerHour
		for _, l := range planOf(t, of(test.provider, test.tier, test.minor)).Cost.Lines {
			if strings.HasPrefix(l.Path, "control_plane") {
				sum += l.Amount.Rate
			}
		}
		if got, want := sum.PerMonth(), units.USD(test.cents)*units.Dollar/100; got != want {
			t.Errorf("%s of %s, Kubernetes %s: %d, want %d", test.tier, test.provider, test.minor, got, want)
		}
	}
}
