package upgrade_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
)

// own has a group be replaced by one of some options in the place of others.
func own(g upgrade.Group, name string, options []upgrade.Option, instead ...string) upgrade.Group {
	at := slices.IndexFunc(options, func(o upgrade.Option) bool { return o.Name == name })
	g.Instead = make(map[string]upgrade.Option)
	for _, other := range instead {
		g.Instead[other] = options[at]
	}
	return g
}

// TestGroupsByTheirOwnWays, by hand at drains of 120 s: 12 nodes of web, one at a time, and
// 6 of gpu, two at a time, which is MINIMAL whatever the others are. EKS's DEFAULT takes
// web 120 + 90 + 12 x 240 + 6 x 30 = 3,270 s, 6 nodes for 3,150 s of it: $1.008; MINIMAL takes it
// 120 + 12 x 330 = 4,080 s. gpu takes 120 + 3 x 330 = 1,110 s, 4 of 6 ready, in both. The control
// plane and its add-ons take 20 min before.
func TestGroupsByTheirOwnWays(t *testing.T) {
	web, gpu := uniform(12, 3, units.Count(1), m5xlarge), uniform(6, 3, units.Count(2), m5xlarge)
	gpu.Name = "gpu"
	p := problem(web, own(gpu, upgrade.Minimal, eksOptions(), upgrade.Surge))
	c := upgrade.Compare(p)
	for name, want := range map[string]struct {
		takes   time.Duration
		cost    units.USD
		departs int
		note    string
	}{
		upgrade.Surge:              {1200*time.Second + 3270*time.Second + 1110*time.Second, 1_008_000_000, 1, "gpu: nodes go before new ones come: the group runs short meanwhile"},
		upgrade.Minimal:            {1200*time.Second + 4080*time.Second + 1110*time.Second, 0, 0, "nodes go before new ones come: the group runs short meanwhile"},
		upgrade.NodeGroupBlueGreen: {1200*time.Second + 7170*time.Second + 6090*time.Second, 6_537_600_000, 0, "drains are ours: no limit of the provider ends them"},
	} {
		// A second group takes web 90 + 120 + 1,800 + 12 x 120 + 3,600 + 120 = 7,170 s and
		// $4.5888 for 12 nodes, gpu three batches in 6,090 s and $1.9488 for 6.
		s := find(t, c, name)
		g := s.Groups[1]
		if s.Duration != want.takes || s.ExtraCost != want.cost || s.Departing != want.departs || !slices.Contains(s.Notes, want.note) {
			t.Errorf("%s takes %v for %d, %d depart: %q", name, s.Duration, s.ExtraCost, s.Departing, s.Notes)
		}
		if said := slices.Contains(s.Notes, "gpu: nodes are replaced by minimal, the group's own strategy"); said != (name == upgrade.Surge) || (g.By == name) == said {
			t.Errorf("%s replaces gpu by %s: %q", name, g.By, s.Notes)
		}
		if short := name != upgrade.NodeGroupBlueGreen; short && (g.MinReadyNodes != 4 || g.PeakExtraNodes != 0 || g.Duration != 1110*time.Second) {
			t.Errorf("%s: gpu is %+v", name, g)
		}
	}
	// Of DEFAULT and MINIMAL the way back is the same.
	if s := find(t, c, upgrade.Surge); s.Rollback != "control plane one minor within 7 days; nodes by another update to the old image" {
		t.Errorf("back by %q", s.Rollback)
	}
}

// TestWhatBlocksOwnWays: what keeps a group from its own way blocks each strategy in which
// it goes that way, and no other.
func TestWhatBlocksOwnWays(t *testing.T) {
	web, gpu := uniform(12, 3, units.Count(1), m5xlarge), uniform(6, 3, units.Count(2), m5xlarge)
	gpu.Name = "gpu"
	gpu.Pending = func(nodes int, _ func(string) int) (string, int) { return "app", max(6-nodes, 0) }
	p := problem(web, own(gpu, upgrade.Minimal, eksOptions(), upgrade.Surge))
	const want = "gpu/app: 2 pods have no place while 2 of 6 nodes are replaced"
	for _, s := range upgrade.Compare(p).Strategies {
		blocked := slices.ContainsFunc(s.BlockedBy, func(b string) bool { return strings.HasPrefix(b, want) })
		if goes := s.Name == upgrade.Surge || s.Name == upgrade.Minimal; blocked != goes {
			t.Errorf("%s is blocked by %q", s.Name, s.BlockedBy)
		}
	}
}

// TestWaysBack: each way in which groups are replaced has one of its own.
func TestWaysBack(t *testing.T) {
	options := []upgrade.Option{
		{Name: upgrade.GKEBlueGreen, Course: upgrade.CourseGKEBlueGreen}, {Name: upgrade.Surge, Course: upgrade.CourseGKESurge},
	}
	a, b := uniform(3, 1, units.Count(1), m5xlarge), uniform(3, 1, units.Count(1), m5xlarge)
	a.Name, b.Name = "a", "b"
	const cannot, surge, blue = "control plane cannot be taken back", "nodes by another surge to the old version", "uncordon blue until it is deleted, within 1 hour of the last drain"
	for name, c := range map[string]struct {
		groups []upgrade.Group
		want   string
		note   string
	}{
		"none": {[]upgrade.Group{a, b}, cannot + "; " + surge, ""},
		"one":  {[]upgrade.Group{a, own(b, upgrade.GKEBlueGreen, options, upgrade.Surge)}, cannot + "; " + surge + "; b: " + blue, "b: nodes are replaced by gke_blue_green, the group's own strategy"},
		"both": {
			[]upgrade.Group{own(a, upgrade.GKEBlueGreen, options, upgrade.Surge), own(b, upgrade.GKEBlueGreen, options, upgrade.Surge)},
			cannot + "; a, b: " + blue, "no group is replaced by surge: each has a strategy of its own",
		},
	} {
		p := problem(c.groups...)
		p.Strategies, p.Times.ControlPlaneRollback = options, 0
		s := find(t, upgrade.Compare(p), upgrade.Surge)
		if s.Rollback != c.want {
			t.Errorf("%s: back by %q, want %q", name, s.Rollback, c.want)
		}
		if c.note != "" && !slices.Contains(s.Notes, c.note) {
			t.Errorf("%s: %q", name, s.Notes)
		}
	}
}

// TestEqualUpgradesGoByTheirName: where all groups are replaced alike in two strategies, that
// one is recommended whose name it is.
func TestEqualUpgradesGoByTheirName(t *testing.T) {
	p := problem(own(uniform(12, 3, units.Count(1), m5xlarge), upgrade.Surge, eksOptions(), upgrade.Minimal))
	c := upgrade.Compare(p)
	if s, m := find(t, c, upgrade.Surge), find(t, c, upgrade.Minimal); s.Duration != m.Duration || s.ExtraCost != m.ExtraCost || c.Recommended != upgrade.Surge {
		t.Errorf("%v for %d and %v for %d: %s is recommended", s.Duration, s.ExtraCost, m.Duration, m.ExtraCost, c.Recommended)
	}
}

// TestWidthsOfOwnWays: they are those of the group's way. An EKS surge of three zones has six
// nodes more in any case.
func TestWidthsOfOwnWays(t *testing.T) {
	surge := upgrade.Option{Name: upgrade.Surge, Course: upgrade.CourseGKESurge}
	minimal := upgrade.Option{Name: upgrade.Minimal, Course: upgrade.CourseGKESurge, TerminateFirst: true}
	g := uniform(12, 3, units.Count(1), m5xlarge)
	g.NodesByZone = []int{4, 4, 4}
	g.Instead = map[string]upgrade.Option{upgrade.Surge: minimal}
	at := g.At(surge, 3)
	if at.AtATime != units.Count(3) || at.MaxSurge != g.MaxSurge || g.By(surge) != minimal || g.By(minimal) != minimal {
		t.Errorf("3 at a time of its own way are %+v", at)
	}
	g.Limited = true // no machine stands idle, and none is needed
	if got := upgrade.Widths(surge, g, upgrade.Times{}); !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("widths %v, want up to 4 of a zone", got)
	}
}
