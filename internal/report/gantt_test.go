package report_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// outlookAt is what lies ahead of an upgrade, by hand.
func outlookAt() *planner.UpgradeOutlook {
	known := func(r units.USDPerHour) planner.Amount { return planner.Amount{Rate: r, Known: true} }
	return &planner.UpgradeOutlook{
		From: planner.MinorOutlook{
			Minor: "1.35", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27", Support: "standard",
			Fee: known(units.DollarPerHour / 10), Surcharge: known(units.DollarPerHour / 2),
		},
		To:    planner.MinorOutlook{Minor: "1.36", Support: "standard", Surcharge: known(units.DollarPerHour / 2)},
		Until: "2027-04-06", StayKnown: true, ThenKnown: true, Stay: 120 * units.Dollar, Forced: "2028-03-27", BreakEven: "2027-03-28", Newest: "1.37",
		Months: []planner.StayMonth{{Date: "2027-02-20"}, {Date: "2027-03-20", Cost: 120 * units.Dollar}},
		Windows: []planner.UpgradeWindow{
			{Date: "2026-11-20", From: "1.35", Hops: []string{"1.36"}, Deadline: "2027-03-27"},
			{Date: "2027-03-20", From: "1.36", Deadline: "2027-08-02", CostKnown: true},
		},
	}
}

// twoHours is an upgrade of two hours by blue/green: half an hour of the control plane and
// its add-ons, an hour in which web is replaced, 30 minutes of it a soak, and half an hour
// of batch.
func twoHours() planner.UpgradeStrategy {
	at := func(minutes int, kind planner.UpgradeEventKind, group string, lasts int) planner.UpgradeEvent {
		m := time.Minute
		return planner.UpgradeEvent{At: time.Duration(minutes) * m, Until: time.Duration(minutes) * m, Kind: kind, Minor: "1.36", Group: group, Count: 3, Times: 1, For: time.Duration(lasts) * m}
	}
	return planner.UpgradeStrategy{
		Name: "node_group_blue_green", Duration: 2 * time.Hour, Simulated: true, ExtraCostKnown: true, PeakNodes: 9, PeakExtraNodes: 3, MinReady: units.Whole,
		NoRedundancy: 12 * time.Minute,
		Worst: []planner.UpgradeWorst{
			{At: 42 * time.Minute, Step: "web: 3 nodes being drained", Workload: "api", Ready: 5, Holds: true},
			{Failing: planner.UpgradeZoneFails, Zone: "b", At: 42 * time.Minute, Workload: "api", Ready: 2},
		},
		Workloads: []planner.UpgradeWorkload{{Group: "web", Name: "api", Pods: 6, MinReady: 5, MinReadyAt: 42 * time.Minute, AfterNode: 4, AfterZone: 2}, {Group: "batch", Name: "cron", Pods: 1, Need: 1}},
		Groups: []planner.UpgradeGroup{
			{Name: "batch", Start: 90 * time.Minute, Duration: 30 * time.Minute, Parallel: 1, Rounds: 1, Width: planner.UpgradeWidth{MaxUnavailable: 1}},
			{Name: "web", Start: 30 * time.Minute, Duration: time.Hour, Parallel: 3, Rounds: 1, MinReadyNodes: 6, Width: planner.UpgradeWidth{MaxUnavailable: 3, Declared: true}},
		},
		Timeline: []planner.UpgradeEvent{
			at(0, planner.UpgradeControlPlane, "", 25), at(25, planner.UpgradeAddOns, "", 5),
			at(30, planner.UpgradeNodesRequested, "web", 0), at(40, planner.UpgradeDrain, "web", 0), at(50, planner.UpgradeDrained, "web", 0),
			at(50, planner.UpgradeSoak, "web", 30), at(80, planner.UpgradeDelete, "web", 10),
			at(90, planner.UpgradeNodesRequested, "batch", 0), at(120, planner.UpgradeNodesGone, "batch", 0), at(120, planner.UpgradeFinished, "", 0),
		},
		RollbackControlPlane: 7 * 24 * time.Hour, RollbackNodes: 30 * time.Minute, Rollback: "uncordon blue",
	}
}

func shownOf(p *planner.Plan, s ...planner.UpgradeStrategy) report.UpgradeShown {
	u := &planner.UpgradePlan{From: "1.35", To: "1.36", Hops: []string{"1.36"}, NodeRounds: []string{"1.36"}, Strategies: s, Recommended: s[0].Name, Pareto: []string{s[0].Name}}
	return report.UpgradeShown{Plan: p, Upgrade: u, Outlook: outlookAt(), Asked: &planner.Upgrade{To: "1.36", Strategy: "compare"}, Strategy: s[0].Name, Timeline: true}
}

func upgradeText(t *testing.T, s report.UpgradeShown, width int) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.Upgrade(&out, s, report.Options{Width: width, Spec: "examples/shop-eks"}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestGantt draws two hours in 120 columns of a minute each: the title and its gaps take
// 25. In each row a column is marked where the event of that minute is.
func TestGantt(t *testing.T) {
	const columns = 120
	got := upgradeText(t, shownOf(shop(t), twoHours()), columns+len("  node_group_blue_green  "))
	row := func(name string, parts ...string) string {
		return strings.TrimRight("  "+name+strings.Repeat(" ", 21-len(name))+"  "+strings.Join(parts, ""), " ") + "\n"
	}
	some := strings.Repeat
	for _, want := range []string{
		row("control plane", some("#", 25)),
		row("add-ons", some(" ", 25), some("#", 5)),
		row("web", some(" ", 30), some("#", 21), some("~", 29), some("#", 10)),
		row("batch", some(" ", 90), some("#", 30)),
		row("node_group_blue_green", "0:00      0:10      0:20      0:30      0:40      0:50      1:00      1:10      1:20      1:30      1:40      1:50"),
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no row\n%sin\n%s", want, got)
		}
	}
}

// TestGanttOfTwoClusters: nothing but time passes between the start of the second cluster's
// nodes and the end of the first one's; requests in two zones are one line.
func TestGanttOfTwoClusters(t *testing.T) {
	const hour = time.Hour
	event := func(at time.Duration, k planner.UpgradeEventKind, group, zone string, n int, lasts time.Duration) planner.UpgradeEvent {
		return planner.UpgradeEvent{At: at, Until: at, Kind: k, Minor: "1.36", Group: group, Zone: zone, Count: n, Times: 1, For: lasts}
	}
	s := planner.UpgradeStrategy{Name: "cluster_blue_green", Duration: 40 * hour, Simulated: true, Timeline: []planner.UpgradeEvent{
		event(0, planner.UpgradeNodesRequested, "web", "a", 2, 0), event(0, planner.UpgradeNodesRequested, "web", "b", 1, 0),
		event(0, planner.UpgradeRunParallel, "", "", 0, 40*hour), event(hour/2, planner.UpgradeNodesReady, "web", "a", 3, 0),
		event(40*hour, planner.UpgradeSwitch, "", "", 0, 0), event(40*hour, planner.UpgradeNodesGone, "web", "a", 3, 0),
	}}
	got := upgradeText(t, shownOf(shop(t), s), 40+len("  cluster_blue_green  "))
	for _, want := range []string{
		"  web                 #" + strings.Repeat("~", 39) + "\n", "  both clusters run   " + strings.Repeat("~", 40) + "\n",
		"3 nodes requested: 2 in a, 1 in b",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestUpgradeTellsItsStory looks for what a reader must find, at every width.
func TestUpgradeTellsItsStory(t *testing.T) {
	for width := 60; width <= 200; width++ {
		got := strings.Join(strings.Fields(upgradeText(t, shownOf(shop(t), twoHours()), width)), " ")
		for _, want := range []string{
			"at 0:42 (web: 3 nodes being drained) api has 5 of 6 pods ready: no target is missed",
			"if b fails at 0:42, api has 2 of 6 pods ready: its target is missed",
			"not 0:12", "max_unavailable 3", "max_unavailable 1 (chosen)", "at least 6", "no target",
			"2027-04-06: 120.00 USD of extended support", "at the end of 2027-03-28 staying has cost more than upgrading by node_group_blue_green",
			"no newer one has a date", "scantling upgrade --to 1.37", "pause; old nodes are kept, to go back to, for 30 min", "control plane to 1.36, for 25 min",
		} {
			if !strings.Contains(got, want) {
				t.Fatalf("at %d no %q in\n%s", width, want, got)
			}
		}
	}
}

// TestLossesThatAreDeclared: of losses that no group declares nothing is said to be held.
func TestLossesThatAreDeclared(t *testing.T) {
	p := shop(t)
	for _, declared := range []bool{true, false} {
		groups := slices.Clone(p.Cluster.NodeGroups)
		for i := range groups {
			groups[i].Redundancy = planner.Redundancy{}
		}
		if declared {
			groups[len(groups)-1].Redundancy.Zones = 1
		}
		p.Cluster.NodeGroups = groups
		s := twoHours()
		s.NoRedundancy = 0
		var out bytes.Buffer
		if err := report.Runbook(&out, shownOf(p, s)); err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(out.String(), "declared losses | held"); said != declared {
			t.Errorf("declared %t, the runbook says %t", declared, said)
		}
		text := upgradeText(t, shownOf(p, s), 120)
		if said := strings.Contains(text, "LOSSES") && strings.Contains(text, "declared losses not survived"); said != declared || !declared && strings.Contains(text, "LOSSES") {
			t.Errorf("declared %t, said %t:\n%s", declared, said, text)
		}
	}
}

// TestSupportThatHasEnded: what is over at the plan's date is not told as if it were to come.
func TestSupportThatHasEnded(t *testing.T) {
	p := shop(t)
	for day, want := range map[units.Date]string{"2027-03-26": "support of 1.35 ends on 2027-03-27", "2027-03-27": "support of 1.35 ended on 2027-03-27"} {
		p.Cluster.AsOf = day
		s := shownOf(p, twoHours())
		s.Outlook.From.Surcharge.Rate, s.Outlook.BreakEven = 0, ""
		if got := upgradeText(t, s, 120); !strings.Contains(got, want) {
			t.Errorf("on %s no %q in\n%s", day, want, got)
		}
	}
}

// TestLayoutOfUpgrades lays out the upgrades of all plans at every width: charts stay
// within it, and each event has a mark.
func TestLayoutOfUpgrades(t *testing.T) {
	for name, p := range plans(t) {
		if p.Upgrade == nil {
			continue
		}
		list := append([]planner.UpgradeStrategy{twoHours()}, p.Upgrade.Strategies...)
		for i := range list {
			s := shownOf(p, list...)
			s.Strategy = list[i].Name
			for width := 60; width <= 130; width += 7 {
				got := upgradeText(t, s, width)
				checkLayout(t, name+", "+list[i].Name, width, got)
				if list[i].Duration > 0 && !strings.Contains(got, "##") && !strings.Contains(got, "~~") {
					t.Errorf("%s, %s at %d: nothing is drawn:\n%s", name, list[i].Name, width, got)
				}
			}
		}
	}
}

// TestRunbook has the steps in order with their times and parameters, the way back, and
// the ids of the practices.
func TestRunbook(t *testing.T) {
	p := shop(t)
	var out bytes.Buffer
	if err := report.Runbook(&out, shownOf(p, twoHours())); err != nil {
		t.Fatal(err)
	}
	rest := out.String()
	for _, want := range []string{
		"# " + p.Cluster.Name + ": upgrade from 1.35 to 1.36\n", "| declared losses | not 0:12 |", "## Before\n", "has been rehearsed", "(UP-06)",
		"## Steps\n", "1. 0:00: control plane to 1.36. It takes 25 min.\n", "2. 0:25: add-ons of 1.36",
		"3. 0:30: a second group beside `web`: `web-1-36` of 1.36, with 6 nodes.", "4. verify `web-1-36`: ",
		"5. 0:40: pods of `web` move to `web-1-36`, off 3 nodes at a time.", "6. 0:50: watch for 30 min,", "7. 1:20: delete `web`.", "8. 1:30: a second group beside `batch`",
		"## Watch\n", "- If b fails at 0:42, api has 2 of 6 pods ready: its target is missed.\n",
		"## Go back\n", "- Uncordon blue.\n", "taken back for 7 d after its step", "kept for 30 min after", "## After\n", "## Calendar\n", "| 2026-11-20 | 1.35 | 2027-03-27 | 1.36 |\n",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q, in this order, in\n%s", want, out.String())
		}
		rest = after
	}
}

// TestLeastOfWhatIsAsked: the least that can be had is said to be of the strategy that was asked
// for, as others may be quicker.
func TestLeastOfWhatIsAsked(t *testing.T) {
	for asked, want := range map[string]string{
		"compare": "AT LEAST quickest surge in 5:49 h for 0.00 USD", "surge": "AT LEAST of the strategy asked for: quickest surge in 5:49 h for 0.00 USD",
	} {
		s := shownOf(shop(t), twoHours())
		way := planner.UpgradeWay{Strategy: "surge", Duration: 5*time.Hour + 49*time.Minute, ExtraCostKnown: true}
		s.Upgrade.Quickest, s.Upgrade.Cheapest, s.Asked.Strategy = &way, &way, asked
		if got := onOneLine(upgradeText(t, s, 1000)); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in\n%s", asked, want, got)
		}
	}
}

// TestChartsOfAnyTimeline draws random timelines, impossible ones too: rows stay within the
// page and none is empty.
func TestChartsOfAnyTimeline(t *testing.T) {
	p := shop(t)
	kinds := []planner.UpgradeEventKind{
		planner.UpgradeControlPlane, planner.UpgradeAddOns, planner.UpgradeDrain, planner.UpgradeSoak, planner.UpgradeRunParallel,
		planner.UpgradeNodesGone, planner.UpgradeFinished, "unheard_of",
	}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 0))
		times := []time.Duration{0, -time.Hour, 1, time.Second, time.Hour, 300 * time.Hour, math.MaxInt64, time.Duration(rng.Int64N(int64(100 * time.Hour)))}
		at := func() time.Duration { return times[rng.IntN(len(times))] }
		s := planner.UpgradeStrategy{Name: "surge", Duration: max(at(), 1), Simulated: true}
		for range rng.IntN(12) {
			s.Timeline = append(s.Timeline, planner.UpgradeEvent{
				At: at(), Until: at(), For: at(), Kind: kinds[rng.IntN(len(kinds))], Minor: "1.36", Times: rng.IntN(3), Count: rng.IntN(4),
				Group: []string{"web", "batch"}[rng.IntN(2)], Zone: []string{"", "a", "b"}[rng.IntN(3)],
			})
		}
		for _, width := range []int{60, 61, 79, 100, 120} {
			got := upgradeText(t, shownOf(p, s), width)
			checkLayout(t, "random", width, got)
			_, chart, _ := strings.Cut(got, "\n\n  surge ")
			chart, _, _ = strings.Cut(chart, "\n                 # under way")
			for _, row := range strings.Split(chart, "\n")[1:] {
				if !strings.ContainsAny(row, "#~") {
					t.Errorf("seed %d at %d: nothing in %q", seed, width, row)
				}
			}
		}
	}
}
