package report

import (
	"fmt"
	"io"

	"github.com/scantling-dev/scantling/internal/drift"
)

// Drifted is what sides say of a plan, for the texts of drift.
type Drifted struct {
	Cluster string
	Rows    []drift.Row
	// Terraform and Running tell which sides were given.
	Terraform, Running bool
	// Unknown is what the sides cannot say.
	Unknown []string
}

// shown are the rows that differ.
func (d *Drifted) shown() []drift.Row {
	var out []drift.Row
	for _, r := range d.Rows {
		if r.Drift || r.Note != "" {
			out = append(out, r)
		}
	}
	return out
}

// Count returns the number of rows that are drift.
func (d *Drifted) Count() int {
	n := 0
	for _, r := range d.Rows {
		if r.Drift {
			n++
		}
	}
	return n
}

// verdict says how much is as planned.
func (d *Drifted) verdict() string {
	if n := d.Count(); n > 0 {
		return fmt.Sprintf("%s of %s compared not as planned", count(n, "value"), number(len(d.Rows)))
	}
	return fmt.Sprintf("%s compared, all as planned", count(len(d.Rows), "value"))
}

// Drift writes where Terraform or what runs is not what is planned.
func Drift(w io.Writer, d *Drifted, o Options) error {
	out := &page{o: o}
	out.heading(d.Cluster, d.verdict())
	out.blank()
	columns := []column{{title: "WHAT"}, {title: "PLANNED"}}
	if d.Terraform {
		columns = append(columns, column{title: "TERRAFORM"})
	}
	if d.Running {
		columns = append(columns, column{title: "RUNNING"})
	}
	t := table{columns: append(columns, column{title: "", wraps: true})}
	for _, r := range d.shown() {
		cells := []string{r.Path + " " + r.What, orDash(r.Planned)}
		if d.Terraform {
			cells = append(cells, orDash(r.Terraform))
		}
		if d.Running {
			cells = append(cells, orDash(r.Running))
		}
		note := r.Note
		if r.Drift && note == "" {
			note = "drift"
		}
		t.addStyled(driftStyle(r.Drift), append(cells, note)...)
	}
	out.table(&t)
	out.blank()
	label := "NOT KNOWN"
	for _, u := range d.Unknown {
		out.entry(label, plain, 0, u)
		label = ""
	}
	return out.flush(w)
}

func driftStyle(is bool) style {
	if is {
		return yellow
	}
	return plain
}

// DriftMarkdown writes the same as a comment.
func DriftMarkdown(w io.Writer, d *Drifted) error {
	out := &page{}
	out.line("%s", Marker(d.Cluster))
	out.line("### %s: %s", mdCell(d.Cluster), d.verdict())
	out.blank()
	if rows := d.shown(); len(rows) > 0 {
		out.line("| what | planned | Terraform | running | |")
		out.line("| --- | ---: | ---: | ---: | --- |")
		for _, r := range rows {
			note := r.Note
			if r.Drift && note == "" {
				note = "**drift**"
			}
			out.line("| %s | %s | %s | %s | %s |", mdCell(r.Path+" "+r.What), mdCell(orDash(r.Planned)), mdCell(orDash(r.Terraform)), mdCell(orDash(r.Running)), note)
		}
		out.blank()
	}
	for _, u := range d.Unknown {
		out.line("Not known: %s.", mdCell(u))
	}
	return out.flush(w)
}
