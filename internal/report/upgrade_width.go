package report

import (
	"cmp"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// widths has a line for each width that was chosen, with why, and for the next narrower
// and wider one, with what the whole upgrade would take. What these break is as groups are
// simulated one by one, so that the verdict of the strategy may name more of it.
func (p *page) widths(s *UpgradeShown, o *planner.UpgradeStrategy) {
	t := table{columns: []column{
		{title: "NODE GROUP"},
		{title: "WIDTH"},
		{title: "H:MM", right: true},
		{title: "EXTRA USD", right: true},
		{title: "VERDICT", wraps: true},
	}}
	for _, g := range groupsInTime(o) {
		if g.WidthWhy == "" {
			continue
		}
		t.addStyled(bold, g.Name, s.widthWords(g.Width), hoursMinutes(o.Duration), extraWords(o), "CHOSEN: "+g.WidthWhy)
		for i := range g.WidthOthers {
			w := &g.WidthOthers[i]
			extra := notKnown
			if o.ExtraCostKnown {
				extra = usd(w.ExtraCost)
			}
			look := plain
			if len(w.Breaks) > 0 {
				look = dim
			}
			t.addStyled(look, "", s.widthWords(w.Width), hoursMinutes(w.Duration), extra, widthVerdict(o, w))
		}
	}
	if len(t.rows) > 0 {
		p.blank()
		p.table(&t)
		p.labelled("", dim, "times and costs are of the whole upgrade, were that width taken in one group",
			"what a width breaks, limits of time and cost apart, is of one minor and of that group by itself")
	}
}

// widthVerdict says what a width is worth beside the chosen one.
func widthVerdict(o *planner.UpgradeStrategy, w *planner.UpgradeWidthOther) string {
	if len(w.Breaks) > 0 {
		return "breaks: " + strings.Join(w.Breaks, "; ")
	}
	var words []string
	add := func(more, less string, by int64) {
		switch {
		case by > 0:
			words = append(words, more)
		case by < 0:
			words = append(words, less)
		}
	}
	add("slower", "quicker", int64(w.Duration-o.Duration))
	if o.ExtraCostKnown {
		add("dearer", "cheaper", int64(w.ExtraCost-o.ExtraCost))
	}
	if len(words) == 0 {
		return "neither quicker nor cheaper"
	}
	return strings.Join(words, " and ")
}

// widthWords says how many nodes are replaced at a time in the words of the ground: by the
// attribute that a spec can set there, beside what the provider adds by itself, or in plain
// words where it has none. Batches of blue/green are no attribute anywhere.
func (s *UpgradeShown) widthWords(w planner.UpgradeWidth) string {
	c := &s.Plan.Cluster
	managed := c.ControlPlane.Mode != planner.SelfManaged
	switch {
	case w.Batch > 0:
		return number(w.Batch) + " at a time"
	case managed && c.Provider == onEKS && w.MaxSurge > 0: // EKS chooses its surplus itself
		w.MaxSurge = 0
		return w.Words()
	case !managed && c.Provider == onPremises && w.MaxSurge > 0 && w.MaxUnavailable == 0:
		return count(w.MaxSurge, "idle machine")
	}
	return w.Words()
}

// groupWidth says how many of a group's nodes are replaced at a time, and whether that was
// chosen.
func (s *UpgradeShown) groupWidth(g *planner.UpgradeGroup) string {
	words := cmp.Or(s.widthWords(g.Width), number(g.Parallel))
	if g.Width != (planner.UpgradeWidth{}) && !g.Width.Declared {
		words += " (chosen)"
	}
	return words
}
