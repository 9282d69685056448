// Package report turns plans and catalogs into text for people. It decides
// nothing: every figure comes from the plan. A figure that the plan does not
// have is left out, and a price that is not known is written "not known", never
// as zero.
//
// Money is dollars a month of 730 hours unless the column says otherwise, rounded
// to cents at the end. The same plan gives the same bytes.
package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// Options of all texts.
type Options struct {
	// Color adds terminal colours. Only for terminals.
	Color bool
	// Width of the terminal in columns; zero means 120. Tables that are wider
	// give up columns or break their last one; names are never cut. Below 60 it is
	// taken for 60.
	Width int
	// Spec is what the user typed to name the spec and its variables, for hints of
	// what to type next: "examples/shop-eks --var peak_rps=2000". It may be empty.
	Spec string
	// Document is where the plan was written; empty if nowhere.
	Document string
	// Since is what changed since the lock file was written; nil where there is none.
	Since *planner.Difference
	// Service is what the provider calls the control plane that it runs: "EKS". It may
	// be empty.
	Service string
	// Mechanics are the times of upgrades on the plan's ground, which are explained.
	Mechanics planner.Mechanics
}

// run returns a command of the program over the user's spec.
func (o Options) run(words string) string {
	if o.Spec == "" {
		return "scantling " + words
	}
	return "scantling " + words + " " + o.Spec
}

// defaultWidth is used where the width is not known.
const defaultWidth = 120

// minWidth is the least width that texts are laid out for.
const minWidth = 60

func (o Options) width() int {
	if o.Width <= 0 {
		return defaultWidth
	}
	return max(o.Width, minWidth)
}

// page collects a text. Writing to memory cannot fail; the caller writes once.
type page struct {
	bytes.Buffer
	o Options
	// rich takes what is said instead, where it is to be a page of HTML.
	rich *rich
}

// line writes one line, without spaces at its end.
func (p *page) line(format string, args ...any) {
	if p.rich != nil {
		p.rich.add(richBlock{Paragraph: strings.TrimSpace(fmt.Sprintf(format, args...))})
		return
	}
	p.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.WriteByte('\n')
}

// blank writes an empty line, unless the page is empty or ends with one.
func (p *page) blank() {
	if b := p.Bytes(); len(b) > 0 && !bytes.HasSuffix(b, []byte("\n\n")) {
		p.WriteByte('\n')
	}
}

// flush writes the page to w.
func (p *page) flush(w io.Writer) error {
	if _, err := w.Write(p.Bytes()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Text writes what `scantling plan` shows: the node groups, the bill, machines of
// one's own, the machines of a self-managed control plane, the workloads, what the
// plan survives and at what cost, how often too little is up, the next best types, what was assumed, the
// upgrade, what estimates leave open, growth and findings.
func Text(w io.Writer, p *planner.Plan, o Options) error {
	out := &page{o: o}
	out.header(p)
	out.blank()
	out.nodeGroups(p)
	out.bill(p)
	out.blank()
	out.machines(p)
	out.blank()
	out.controlPlane(p)
	out.blank()
	out.workloads(p)
	out.blank()
	out.survives(p)
	out.outages(p)
	out.redundancy(p)
	out.certainty(p)
	out.days(p)
	out.blank()
	out.alternatives(p)
	out.sizes(p)
	out.assumed(p)
	out.blank()
	out.upgrade(p)
	out.blank()
	out.uncertainty(p)
	out.blank()
	out.growth(p)
	out.runsOut(p)
	out.limits(p)
	out.network(p)
	out.recovery(p)
	out.retention(p)
	out.tenancy(p)
	out.blank()
	out.findings(p.Findings)
	out.since()
	out.closing(p)
	return out.flush(w)
}

// Assumptions writes every value that the plan rests on and that the spec did
// not give, those of a node group or workload under its address.
func Assumptions(w io.Writer, p *planner.Plan, o Options) error {
	out := &page{o: o}
	t := table{columns: []column{{title: "ATTRIBUTE"}, {title: "SOURCE"}, {title: "VALUE", wraps: true}}}
	last := ""
	sorted := slices.Clone(p.Assumptions)
	slices.SortStableFunc(sorted, func(a, b planner.Assumption) int {
		x, _ := splitAddress(a.Path)
		y, _ := splitAddress(b.Path)
		return strings.Compare(x, y)
	})
	for _, a := range sorted {
		owner, attribute := splitAddress(a.Path)
		if owner != last {
			t.add(owner)
			last = owner
		}
		if owner != "" {
			attribute = "  " + attribute
		}
		t.add(attribute, a.Source, a.Value)
	}
	out.table(&t)
	return out.flush(w)
}

// splitAddress parts the address of a node group, or of a workload of it, from
// the attribute; other addresses are all attribute. Names have no dots.
func splitAddress(path string) (owner, attribute string) {
	const group, workload = 2, 4 // segments of an address
	s := strings.Split(path, ".")
	switch {
	case len(s) > workload && s[0] == "node_group" && s[2] == "workload":
		return strings.Join(s[:workload], "."), strings.Join(s[workload:], ".")
	case len(s) > group && s[0] == "node_group":
		return strings.Join(s[:group], "."), strings.Join(s[group:], ".")
	}
	return "", path
}

// Findings writes the practices that a plan breaks, in the order given.
func Findings(w io.Writer, findings []planner.Finding, o Options) error {
	out := &page{o: o}
	out.findings(findings)
	return out.flush(w)
}
