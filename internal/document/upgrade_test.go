package document_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestUpgradeDocument writes an upgrade and what lies ahead: what is not known is null, and
// lists are never null.
func TestUpgradeDocument(t *testing.T) {
	u := planner.UpgradePlan{
		From: "1.35", To: "1.36", Hops: []string{"1.36"}, Recommended: "surge",
		Strategies: []planner.UpgradeStrategy{{Name: "surge", Duration: 90 * time.Minute, Groups: []planner.UpgradeGroup{{Name: "web", Start: time.Minute, Duration: time.Hour}}}},
	}
	o := planner.UpgradeOutlook{
		From: planner.MinorOutlook{Minor: "1.35", Surcharge: planner.Amount{Rate: units.DollarPerHour / 2, Known: true}}, To: planner.MinorOutlook{Minor: "1.36"},
		Until: "2027-04-06", StayKnown: true, Stay: 120 * units.Dollar, Newest: "1.36",
		Windows: []planner.UpgradeWindow{{Date: "2026-11-20", From: "1.35", Hops: []string{"1.36"}}, {Date: "2027-03-20", From: "1.36"}},
	}
	var b bytes.Buffer
	p := &planner.Plan{Cluster: planner.Cluster{Name: "shop", AsOf: "2026-11-20"}}
	if err := document.EncodeUpgrade(&b, p, &u, &o, "", "test"); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{
		`"tool_version": "test"`, `"as_of": "2026-11-20", "strategy": null`, `"recommended": "surge"`, `"duration_seconds": 5400`,
		`"events": [ { "at_seconds": 60, "node_group": "web", "event": "nodes_start" }`, `"timeline": []`,
		`"surcharge_usd_per_hour": 0.5`, `"control_plane_usd_per_hour": null`, `"stay_until": "2027-04-06", "stay_months": [], "stay_usd": 120, "upgraded_usd": null`,
		`"support_ends": null, "break_even": null, "newest": "1.36"`, `{ "date": "2027-03-20", "from": "1.36", "hops": [], "standard_support_ends": null, "paid_usd": null }`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}
