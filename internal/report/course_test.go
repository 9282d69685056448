package report_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
)

// verdicts returns the lines of the upgrade's table and below it, each on one line.
func verdicts(t *testing.T, p *planner.Plan) string {
	t.Helper()
	_, upgrade, _ := strings.Cut(text(t, p, report.Options{Width: 200}), "  STRATEGY")
	upgrade, _, _ = strings.Cut(upgrade, "\n\n")
	var lines []string
	for line := range strings.Lines(upgrade) {
		lines = append(lines, words(line))
	}
	return strings.Join(lines, "\n") + "\n"
}

// TestVerdicts tells what the spec asks for from what is recommended, and says of
// both where the redundancy breaks meanwhile.
func TestVerdicts(t *testing.T) {
	const breaks = "breaks n_plus_one: web runs with 4 of 6 nodes"
	for name, c := range map[string]struct {
		strategy, recommended string
		notes                 []string
		want, below           string
	}{
		"recommended": {"compare", "minimal", []string{"keeps n_plus_one"}, "RECOMMENDED\n", "NOTES minimal: keeps n_plus_one\n"},
		"asked for":   {"minimal", "minimal", []string{"keeps n_plus_one"}, "ASKED FOR\n", "NOTES minimal: keeps n_plus_one\n"},
		"recommended, breaks": {
			"compare", "minimal",
			[]string{"nodes go before new ones come", breaks},
			"RECOMMENDED, breaks n_plus_one\n",
			"NOTES minimal: nodes go before new ones come · web runs with 4 of 6 nodes\n",
		},
		"asked for, breaks": {"minimal", "minimal", []string{breaks}, "ASKED FOR, breaks n_plus_one\n", "NOTES minimal: web runs with 4 of 6 nodes\n"},
		"another, breaks":   {"compare", "surge", []string{breaks}, "breaks n_plus_one\n", "NOTES surge: new nodes for up to 2 h\n"},
		"another asked for": {"surge", "surge", nil, "possible\n", "NOTES surge: new nodes for up to 2 h\n"},
		"nothing to mind":   {"compare", "minimal", nil, "RECOMMENDED\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := shop(t)
			p.Cluster.Upgrade.Strategy, p.Upgrade.Recommended = c.strategy, c.recommended
			p.Upgrade.Strategies[1].Notes = c.notes
			got := verdicts(t, p)
			row := "minimal 1:20 0.00 +0 66% - - control plane 7 d, re-roll " + c.want
			if !strings.Contains(got, row) || !strings.Contains(got, c.below) || strings.Contains(got, "NOTES") != (c.below != "") {
				t.Errorf("want %q and %q:\n%s", row, c.below, got)
			}
			if !strings.HasPrefix(got, "H:MM EXTRA USD ") {
				t.Errorf("times have no unit:\n%s", got)
			}
		})
	}
	// Groups that are replaced by another strategy are named, up to three of them.
	for n, want := range map[int]string{1: "g0 by minimal", 3: "g0 by minimal, g1 by minimal, g2 by minimal", 4: "4 groups by strategies of their own"} {
		p := shop(t)
		s := &p.Upgrade.Strategies[2]
		s.Groups = []planner.UpgradeGroup{{Name: "rest", Strategy: s.Name}, {Name: "early"}}
		for i := range n {
			for _, pool := range []string{"/a", "/b"} {
				s.Groups = append(s.Groups, planner.UpgradeGroup{Name: "g" + string(rune('0'+i)) + pool, Strategy: "minimal"})
			}
		}
		if got := verdicts(t, p); !strings.Contains(got, " blocked: addresses in us-east-1c ("+want+")\n") {
			t.Errorf("%d groups depart, want %q:\n%s", n, want, got)
		}
		if s.BlockedBy = nil; !strings.Contains(verdicts(t, p), " possible, "+want+"\n") {
			t.Errorf("%d groups depart, want %q:\n%s", n, want, verdicts(t, p))
		}
	}
	// What is asked for and blocked is blocked, and there is none to mind notes of.
	p := shop(t)
	p.Cluster.Upgrade.Strategy, p.Upgrade.Recommended = "node_group_blue_green", ""
	p.Upgrade.Strategies[2].Notes = []string{"time and cost are as if nothing blocked it"}
	if got := verdicts(t, p); strings.Contains(got, "NOTES") || strings.Contains(got, "ASKED FOR") || !strings.Contains(got, " blocked: addresses in us-east-1c\n") {
		t.Errorf("a strategy that is blocked:\n%s", got)
	}
}
