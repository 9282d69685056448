package run_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
)

// TestSpotPriceIsWhatTheCatalogHas: a spec's word is the statistic of the catalog's spot
// prices, or there is no plan. The snapshot's are reckoned from average savings on AWS, and
// list prices of the day on Google Cloud.
func TestSpotPriceIsWhatTheCatalogHas(t *testing.T) {
	const src = `cluster "c" {
  provider           = "PROVIDER"
  region             = "REGION"
  zones              = ["ZONE"]
  kubernetes_version = "1.34"
  as_of              = "2026-11-20"
  environment        = "development"

  pricing {
    spot_price = "WORD"
  }

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}`
	aws := []string{"PROVIDER", "aws", "REGION", "us-east-1", "ZONE", "us-east-1a"}
	gcp := []string{"PROVIDER", "gcp", "REGION", "us-central1", "ZONE", "us-central1-a"}
	for _, tc := range []struct {
		place []string
		word  string
		says  []string
	}{
		{aws, "mean", nil},
		{aws, "max", []string{"the catalog of aws us-east-1 (snapshot, 2026-11-20) are: spot advisor savings 2025-06 x on-demand", `Write "mean"`, "`scantling catalog refresh --provider aws --region us-east-1 --spot max`"}},
		{gcp, "current", nil},
		{gcp, "mean", []string{"list prices of the day, of which there is no history", `Write "current"`}},
	} {
		text := strings.NewReplacer(append(tc.place, "WORD", tc.word)...).Replace(src)
		s, diags := spec.Load([]spec.File{{Name: "c.hcl", Content: []byte(text)}}, spec.Inputs{}, run.Offers{})
		if len(tc.says) == 0 {
			if s == nil {
				t.Errorf("%s %s: %v", tc.place[1], tc.word, diags)
			}
			continue
		}
		if s != nil || len(diags) != 1 {
			t.Errorf("%s %s: %v", tc.place[1], tc.word, diags)
			continue
		}
		for _, want := range tc.says {
			if !strings.Contains(diags[0].Detail, want) {
				t.Errorf("%s %s: %q is missing in %s", tc.place[1], tc.word, want, diags[0].Detail)
			}
		}
	}
}
