package run_test

import (
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestUpgradesOfPlansAndDocuments asks for the declared upgrade as if for another one: of
// a plan and of its document the answer is what the plan says.
func TestUpgradesOfPlansAndDocuments(t *testing.T) {
	for _, name := range exampleNames(t) {
		t.Run(name, func(t *testing.T) {
			p := examplePlan(t, name)
			if p.Upgrade == nil {
				return
			}
			back, err := document.Decode(encode(t, p))
			if err != nil {
				t.Fatal(err)
			}
			want := *back.Upgrade
			want.Stay = planner.UpgradeStay{}
			for what, p := range map[string]*planner.Plan{"plan": p, "document": back} {
				got, ahead, err := run.Upgrade(t.Context(), run.Offers{}, p, p.Cluster.Upgrade, "")
				if err != nil {
					t.Fatal(err)
				}
				stay := &p.Upgrade.Stay
				if stay.Surcharge.Known && stay.Surcharge != ahead.From.Surcharge || stay.StandardEnd != ahead.From.StandardEnd || stay.ExtendedEnd != ahead.From.ExtendedEnd {
					t.Errorf("%s says of staying %+v, the outlook %+v", what, *stay, ahead.From)
				}
				for i := range min(len(stay.Months), len(ahead.Months)) {
					if stay.Months[i] != ahead.Months[i] {
						t.Errorf("%s: month %d is %+v, in the outlook %+v", what, i, stay.Months[i], ahead.Months[i])
					}
				}
				again := *p
				again.Upgrade = got
				read, err := document.Decode(encode(t, &again))
				if err != nil {
					t.Fatal(err)
				}
				found := *read.Upgrade
				found.Stay = planner.UpgradeStay{}
				if !reflect.DeepEqual(found, want) {
					t.Errorf("%s: got %+v\nwant %+v", what, found, want)
				}
			}
		})
	}
}

// TestOutlook: fees and dates of EKS's 1.33 and 1.36 from the catalog's sources: $0.10 an
// hour and $0.60 in extended support, which 1.33 is in until 2027-07-29 and 1.36 enters on
// 2027-08-02. The machines of one's own cost no fee.
func TestOutlook(t *testing.T) {
	src := `cluster "c" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.33"
  as_of              = "2026-11-20"
  node_group "web" {
    workload "api" {
      replicas = 6
      pod {
        cpu    = "1500m"
        memory = "1Gi"
      }
    }
  }
}
`
	p := planOf(t, spec.File{Name: "main.hcl", Content: []byte(src)})
	u, o, err := run.Upgrade(t.Context(), run.Offers{}, p, &planner.Upgrade{To: "1.36", Strategy: "compare"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(u.Hops) != 3 || u.Recommended == "" {
		t.Fatalf("%+v", u)
	}
	const cents = units.DollarPerHour / 100
	from := planner.MinorOutlook{
		Minor: "1.33", Release: "2025-05-28", StandardEnd: "2026-07-29", ExtendedEnd: "2027-07-29", Support: "extended",
		Fee: planner.Amount{Rate: 60 * cents, Known: true}, Surcharge: planner.Amount{Rate: 50 * cents, Known: true},
	}
	if o.From != from {
		t.Errorf("from %+v, want %+v", o.From, from)
	}
	if o.To.Support != "standard" || o.To.Fee != (planner.Amount{Rate: 10 * cents, Known: true}) {
		t.Errorf("to %+v", o.To)
	}
	// 10 days of November and 20 of December: 30 days of $12. 251 days until the end.
	if o.Months[0] != (planner.StayMonth{Date: "2026-11-20", Cost: 360 * units.Dollar}) || o.Stay != 251*12*units.Dollar || o.Then != 0 {
		t.Errorf("months %+v, staying costs %d, 1.36 %d", o.Months, o.Stay, o.Then)
	}
	// The last month, from 2027-07-20, ends after 9 days.
	if last := o.Months[len(o.Months)-1]; len(o.Months) != 9 || last != (planner.StayMonth{Date: "2027-07-20", Cost: 108 * units.Dollar}) {
		t.Errorf("%d months, the last one %+v", len(o.Months), last)
	}
	// No strategy that is recommended costs $12.
	if o.BreakEven != "2026-11-20" || o.Until != "2027-07-29" || o.Forced != "2027-07-29" || o.Newest != "1.36" {
		t.Errorf("breaks even on %s, until %s, ends on %s, newest %s", o.BreakEven, o.Until, o.Forced, o.Newest)
	}
	if len(o.Windows) != 4 || o.Windows[1].From != "1.36" || o.Windows[3].Cost != 110*12*units.Dollar {
		t.Errorf("windows %+v", o.Windows)
	}
	_, o, err = run.Upgrade(t.Context(), run.Offers{}, p, &planner.Upgrade{To: "1.34", Strategy: "compare"}, "2026-12-12")
	if err != nil {
		t.Fatal(err)
	}
	// 22 days of 1.33; 1.34 leaves standard support on 2026-12-02, ten days before.
	if o.Stay != 22*12*units.Dollar || o.Then != 10*12*units.Dollar || o.Until != "2026-12-12" {
		t.Errorf("staying costs %d, 1.34 %d until %s", o.Stay, o.Then, o.Until)
	}
}

// TestStayFromAMonthsEnd: a month that begins on the last day of one that has no 31st ends on
// the 31st of the next. EKS's 1.33 is in extended support at $0.50 an hour more until
// 2027-07-29; days by hand.
func TestStayFromAMonthsEnd(t *testing.T) {
	src := `cluster "c" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.33"
  as_of              = "2026-08-31"
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
	months := planOf(t, spec.File{Name: "main.hcl", Content: []byte(src)}).Upgrade.Stay.Months
	for i, want := range []struct {
		date units.Date
		days units.USD
	}{{"2026-08-31", 30}, {"2026-09-30", 31}, {"2026-10-31", 30}, {"2026-11-30", 31}, {"2026-12-31", 31}, {"2027-01-31", 28}, {"2027-02-28", 31}} {
		if got := months[i]; got != (planner.StayMonth{Date: want.date, Cost: 12 * want.days * units.Dollar}) {
			t.Errorf("month %d is %+v, want %d days from %s", i, got, want.days, want.date)
		}
	}
}

// TestSecondClusterCostsWhatTheFirstDoes: nodes, their disks, and the control plane with its
// machines, etcd's disks and the load balancer where people run it themselves. For 48 hours a
// second cluster costs 48 times what the bill says of the first by the hour. 1.35 and 1.36
// are both in standard support; 1.33 pays $0.50 an hour more for its extended one, which the
// second cluster does not.
func TestSecondClusterCostsWhatTheFirstDoes(t *testing.T) {
	for name, test := range map[string]struct {
		from, ground string
		less         units.USD // an hour
	}{
		"EKS": {"1.35", "", 0}, "EKS in extended support": {"1.33", "", units.Dollar / 2}, "kubeadm": {"1.35", `
  network { cni = "calico" }
  control_plane { mode = "self_managed" }
  node_group_defaults {
    kubelet {
      kube_reserved {
        memory = "1Gi"
      }
    }
  }`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOf(t, spec.File{Name: "main.hcl", Content: []byte(`cluster "c" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "` + test.from + `"
  as_of              = "2026-11-20"` + test.ground + `
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
    to = "1.36"
  }
}
`)})
			// A line of the bill is rounded as a whole, and not machine by machine.
			const thousandthOfACent = units.Dollar / 100_000
			got, want := p.Upgrade.Named("cluster_blue_green").ExtraCost, 48*(units.USD(p.Cost.Total.Rate)-test.less)
			if !p.Cost.Total.Known || got < want-thousandthOfACent || got > want+thousandthOfACent {
				t.Errorf("costs %d, 48 hours of the bill are %d", got, want)
			}
		})
	}
}
