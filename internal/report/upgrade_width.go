package report

import (
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// widths has a line for each width that was chosen, with why, and for the next narrower
// and wider one, with what the whole upgrade would take.
func (p *page) widths(o *planner.UpgradeStrategy) {
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
		t.addStyled(bold, g.Name, g.Width.Words(), hoursMinutes(o.Duration), extraWords(o), "CHOSEN: "+g.WidthWhy)
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
			t.addStyled(look, "", w.Width.Words(), hoursMinutes(w.Duration), extra, widthVerdict(o, w))
		}
	}
	if len(t.rows) > 0 {
		p.blank()
		p.table(&t)
		p.labelled("", dim, "times and costs are of the whole upgrade, were that width taken in one group")
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
