package report

import (
	"fmt"
	"slices"
	"strings"

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
	severity, rule, place, longest := 0, 0, 0, leastFinding
	for i := range findings {
		f := &findings[i]
		severity = max(severity, runes(string(f.Severity)))
		rule = max(rule, runes(f.Rule))
		place = max(place, runes(where(f)))
		longest = max(longest, longestWord(f.Message), len("-> ")+longestWord(p.remedy(f)))
	}
	indent := len(margin) + severity + 1 + rule + len(gutter) + place + len(gutter)
	below := p.o.width()-indent < longest
	if below {
		indent = 3 * len(margin)
	}
	for i := range findings {
		f := &findings[i]
		look := severityStyle(f.Severity)
		head := margin + p.o.paint(look, fmt.Sprintf("%-*s", severity, f.Severity)) + " " + fmt.Sprintf("%-*s", rule, f.Rule)
		lines := p.advice(f, p.o.width()-indent)
		switch {
		case !below:
			p.line("%s%s%-*s%s%s", head, gutter, place, where(f), gutter, lines[0])
			lines = lines[1:]
		case len(margin)+severity+1+rule+len(gutter)+runes(where(f)) > p.o.width():
			p.line("%s", head)
			p.line("%s%s", strings.Repeat(" ", indent), where(f))
		default:
			p.line("%s%s%s", head, gutter, where(f))
		}
		for _, l := range lines {
			p.line("%s%s", strings.Repeat(" ", indent), l)
		}
	}
	if len(findings) > 0 {
		p.blank()
	}
}

// remedy is what to do about a finding. Where that is to plan in another way, it is the
// whole command, of the spec that was planned.
func (p *page) remedy(f *planner.Finding) string {
	if flags, ok := strings.CutPrefix(f.Remedy, "scantling plan "); ok {
		return p.o.run("plan") + " " + flags
	}
	return f.Remedy
}

// advice returns the lines of a finding's message and remedy.
func (p *page) advice(f *planner.Finding, room int) []string {
	remedy := p.remedy(f)
	both := f.Message + "    " + remedy
	if remedy != "" && runes(both) <= room {
		return []string{both}
	}
	lines := wrap(f.Message, room, 0)
	if remedy != "" {
		for _, l := range wrap("-> "+remedy, room, len("-> ")) {
			lines = append(lines, p.o.paint(dim, l))
		}
	}
	return lines
}

// closing writes whether the plan holds, what it warns of, and what to do next.
func (p *page) closing(plan *planner.Plan) {
	lost, tried := 0, 0
	drills := slices.Clone(plan.ControlPlane.Survives)
	for _, g := range plan.NodeGroups {
		drills = append(drills, g.Survives...)
	}
	for _, d := range drills {
		if d.Event == planner.AllSpotGone {
			continue // tried to be known, not to be survived
		}
		lost += d.Tried - d.Held
		tried += d.Tried
	}
	verdict, look := "Plan holds.", green
	if lost > 0 {
		verdict, look = fmt.Sprintf("%s of %s failures tried are not survived.", number(lost), number(tried)), red
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
	next := []string{"scantling emit terraform " + p.o.Document + " --out DIR"}
	if p.o.Document == "" {
		next = []string{p.o.run("plan") + " --out plan.json", "scantling emit terraform plan.json --out DIR"}
	}
	p.last(verdict, look, words, next)
}

// last writes the closing line, or as many as it takes: what holds, what is
// warned of, and a line for each command.
func (p *page) last(verdict string, look style, words string, next []string) {
	const label = "Next: "
	commands := label + strings.Join(next, " && ")
	switch {
	case runes(verdict+" "+words+" "+commands) <= p.o.width():
		p.line("%s %s %s", p.o.paint(look, verdict), words, commands)
		return
	case runes(verdict+" "+words) <= p.o.width():
		p.line("%s %s", p.o.paint(look, verdict), words)
	default:
		p.line("%s", p.o.paint(look, verdict))
		p.line("%s", words)
	}
	if runes(commands) <= p.o.width() {
		p.line("%s", commands)
		return
	}
	for i, c := range next {
		before := label
		if i > 0 {
			before = strings.Repeat(" ", len(label))
		}
		p.command(before, c)
	}
}
