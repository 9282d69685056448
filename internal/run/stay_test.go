package run_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// TestVerifyHoldsStaying: on EKS's 1.33 from 2026-07-20 on, which leaves standard support on
// 2026-07-29 and all support on 2027-07-29, the first month has 22 days at 24 x $0.50 more,
// the second 31. What is changed of it verify sees.
func TestVerifyHoldsStaying(t *testing.T) {
	src := `cluster "c" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.33"
  as_of              = "2026-07-20"
  node_group "web" {
    workload "api" {
      replicas = 6
      pod {
        cpu    = "1500m"
        memory = "1Gi"
      }
    }
  }
  upgrade {
    to = "1.34"
  }
}
`
	good := encode(t, planOf(t, spec.File{Name: "main.hcl", Content: []byte(src)}))
	for name, change := range map[string]func(*planner.UpgradeStay){
		"as it was":        nil,
		"a month for less": func(s *planner.UpgradeStay) { s.Months[0].Cost -= units.Dollar },
		"a month for more": func(s *planner.UpgradeStay) { s.Months[1].Cost++ },
		"another day":      func(s *planner.UpgradeStay) { s.Months[2].Date = s.Months[1].Date },
		"a month less":     func(s *planner.UpgradeStay) { s.Months = s.Months[:11] },
		"another fee":      func(s *planner.UpgradeStay) { s.Surcharge.Rate /= 2 },
		"no fee":           func(s *planner.UpgradeStay) { s.Surcharge = planner.Amount{} },
		"supported longer": func(s *planner.UpgradeStay) { s.StandardEnd = "2026-08-29" },
		"upgraded earlier": func(s *planner.UpgradeStay) { s.ExtendedEnd = "2027-06-29" },
	} {
		t.Run(name, func(t *testing.T) {
			p, err := document.Decode(good)
			if err != nil {
				t.Fatal(err)
			}
			s := &p.Upgrade.Stay
			if len(s.Months) != 12 || s.Months[0].Cost != 22*12*units.Dollar || s.Months[1].Cost != 31*12*units.Dollar {
				t.Fatalf("%+v", s)
			}
			if change != nil {
				change(s)
			}
			_, err = run.Verify(run.Offers{}, p)
			seen := slices.ContainsFunc(verify.Violations(err), func(v verify.Violation) bool { return v.Rule == "upgrade.stay" })
			if seen != (change != nil) || change == nil && err != nil {
				t.Errorf("verify says %v", err)
			}
		})
	}
}
