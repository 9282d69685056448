package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/scantling-dev/scantling/planner"
)

// severityStyle is how a finding looks.
func severityStyle(s planner.Severity) style {
	switch s {
	case planner.Error:
		return red
	case planner.Warning:
		return yellow
	case planner.Info, planner.Off:
		return plain
	default:
		return plain
	}
}

// where says the place of a finding: file and line, else the address.
func where(f *planner.Finding) string {
	if f.Source != nil {
		return fmt.Sprintf("%s:%d", f.Source.File, f.Source.Line)
	}
	return f.Path
}

// leastFinding is the least width for a message beside its place.
const leastFinding = 45

// findings writes one entry for each finding: severity, rule, place and message,
// and the remedy beside it where both fit, else below.
func (p *page) findings(findings []planner.Finding) {
	severity, rule, place := 0, 0, 0
	for i := range findings {
		f := &findings[i]
		severity = max(severity, len(f.Severity))
		rule = max(rule, utf8.RuneCountInString(f.Rule))
		place = max(place, utf8.RuneCountInString(where(f)))
	}
	indent := len(margin) + severity + 1 + rule + len(gutter) + place + len(gutter)
	below := p.o.width()-indent < leastFinding
	if below {
		indent = 3 * len(margin)
	}
	room := p.o.width() - indent
	pad := strings.Repeat(" ", indent)
	for i := range findings {
		f := &findings[i]
		look := severityStyle(f.Severity)
		head := fmt.Sprintf("%s %-*s%s%-*s", p.o.paint(look, fmt.Sprintf("%-*s", severity, f.Severity)), rule, f.Rule, gutter, place, where(f))
		both := f.Message + "    " + f.Remedy
		var lines []string
		if f.Remedy != "" && utf8.RuneCountInString(both) <= room {
			lines = []string{both}
		} else {
			lines = wrap(f.Message, room)
			if f.Remedy != "" {
				for j, l := range wrap("-> "+f.Remedy, room) {
					if j > 0 {
						l = "   " + l
					}
					lines = append(lines, p.o.paint(dim, l))
				}
			}
		}
		if below {
			p.line("%s%s", margin, head)
		} else {
			p.line("%s%s%s%s", margin, head, gutter, lines[0])
			lines = lines[1:]
		}
		for _, l := range lines {
			p.line("%s%s", pad, l)
		}
	}
	if len(findings) > 0 {
		p.blank()
	}
}

// closing writes whether the plan holds, what it warns of, and what to do next.
func (p *page) closing(plan *planner.Plan) {
	lost, tried := 0, 0
	for _, g := range plan.NodeGroups {
		for _, d := range g.Survives {
			lost += d.Tried - d.Held
			tried += d.Tried
		}
	}
	verdict, look := "Plan holds.", green
	if lost > 0 {
		verdict, look = fmt.Sprintf("%d of %d failures tried are not survived.", lost, tried), red
	}
	errors, warnings := 0, 0
	for _, f := range plan.Findings {
		switch f.Severity {
		case planner.Error:
			errors++
		case planner.Warning:
			warnings++
		case planner.Info, planner.Off:
		}
	}
	words := "No warnings."
	switch {
	case errors > 0 && warnings > 0:
		words = "Practices broken: " + count(errors, "error") + ", " + count(warnings, "warning") + "."
	case errors > 0:
		words = "Practices broken: " + count(errors, "error") + "."
	case warnings > 0:
		words = "Practices broken: " + count(warnings, "warning") + "."
	}
	next := "scantling emit terraform " + p.o.Document + " --out DIR"
	if p.o.Document == "" {
		next = p.o.command("plan") + " --out plan.json && scantling emit terraform plan.json --out DIR"
	}
	p.line("%s %s Next: %s", p.o.paint(look, verdict), words, next)
}
