package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// CatalogDiff writes what changed from one catalog to another: prices summed up by term,
// at most most of them one by one, those that moved by the most dollars first, and then
// what came, went or changed otherwise. Zero shows all.
func CatalogDiff(w io.Writer, d *catalogs.Diff, most int, o Options) error {
	out := &page{o: o}
	for _, c := range []struct {
		label string
		s     *catalogs.Summary
	}{{"OLD", &d.Old}, {"NEW", &d.New}} {
		out.labelled(c.label, plain, catalogWords(c.s)...)
	}
	out.blank()
	if d.Empty() {
		out.prose(nothingChanged)
		return out.flush(w)
	}
	for _, part := range diffParts(d, most) {
		if len(part.rows.rows) > 0 {
			out.table(&part.rows)
			out.blank()
		}
		if part.note != "" {
			out.prose(part.note)
			out.blank()
		}
	}
	return out.flush(w)
}

// CatalogDiffMarkdown writes the same as Markdown, for a comment.
func CatalogDiffMarkdown(w io.Writer, d *catalogs.Diff, most int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Catalogs of %s\n\n", regionsOf(d))
	fmt.Fprintf(&b, "Old: %s.\nNew: %s.\n", mdCell(strings.Join(catalogWords(&d.Old), ", ")), mdCell(strings.Join(catalogWords(&d.New), ", ")))
	if d.Empty() {
		fmt.Fprintf(&b, "\n%s\n", nothingChanged)
	} else {
		for _, part := range diffParts(d, most) {
			if len(part.rows.rows) > 0 {
				b.WriteString("\n" + part.rows.markdown())
			}
			if part.note != "" {
				b.WriteString("\n" + mdCell(part.note) + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const nothingChanged = "Nothing differs but, at most, the days and sources of prices."

// regionsOf names what two catalogs are of.
func regionsOf(d *catalogs.Diff) string {
	old, now := d.Old.Provider+" "+d.Old.Region, d.New.Provider+" "+d.New.Region
	if old == now {
		return mdCell(now)
	}
	return mdCell(old + " and " + now)
}

// catalogWords identifies a catalog.
func catalogWords(s *catalogs.Summary) []string {
	return []string{s.Provider + " " + s.Region, s.Source, string(s.Date), count(s.Types, "type"), "sha256 " + s.SHA256[:min(len(s.SHA256), 12)]}
}

// markdown writes the table with pipes.
func (t *table) markdown() string {
	var b strings.Builder
	line := func(cell func(i int) string) {
		b.WriteString("|")
		for i := range t.columns {
			b.WriteString(" " + cell(i) + " |")
		}
		b.WriteString("\n")
	}
	line(func(i int) string { return strings.ToLower(t.columns[i].title) })
	line(func(i int) string {
		if t.columns[i].right {
			return "---:"
		}
		return "---"
	})
	for _, r := range t.rows {
		line(func(i int) string { return mdCell(r[i]) })
	}
	return b.String()
}

// diffPart is a table, and what is to be said below it.
type diffPart struct {
	rows table
	note string
}

func diffParts(d *catalogs.Diff, most int) []diffPart {
	parts := []diffPart{diffTerms(d), diffPrices(d, most)}
	for _, s := range []struct {
		what, many string
		rows       []catalogs.RowChange
	}{
		{"instance type", "instance types", d.Types},
		{"zone", "zones", d.Zones},
		{"disk", "disks", d.Disks},
		{"fee", "fees", d.Fees},
		{"version", "versions", d.Versions},
	} {
		for _, kind := range []catalogs.ChangeKind{catalogs.Added, catalogs.Gone, catalogs.Changed} {
			if n := catalogs.CountOf(s.rows, kind); n > 0 {
				parts = append(parts, diffPart{note: rowsWords(s.rows, kind, n, s.what, s.many, most)})
			}
		}
	}
	return parts
}

// rowsWords lists rows of a kind.
func rowsWords(rows []catalogs.RowChange, kind catalogs.ChangeKind, n int, one, many string, most int) string {
	var names []string
	for i := range rows {
		r := &rows[i]
		if r.Kind != kind {
			continue
		}
		if most > 0 && len(names) == most {
			names = append(names, fmt.Sprintf("and %s more", number(n-most)))
			break
		}
		var fields []string
		for _, f := range r.Fields {
			fields = append(fields, fmt.Sprintf("%s %s -> %s", strings.ReplaceAll(f.Name, "_", " "), orDash(f.Old), orDash(f.New)))
		}
		words := r.Name
		if len(fields) > 0 {
			words += ": " + strings.Join(fields, ", ")
		}
		names = append(names, words)
	}
	what, are := many, " are "
	if n == 1 {
		what, are = one, " is "
	}
	if kind == catalogs.Changed {
		are = " "
	}
	between := ", "
	if kind == catalogs.Changed {
		between = "; "
	}
	return number(n) + " " + what + are + string(kind) + ": " + strings.Join(names, between)
}

// diffTerms sums prices up.
func diffTerms(d *catalogs.Diff) diffPart {
	t := table{columns: []column{
		{title: "TERM"},
		{title: "UP", right: true},
		{title: "DOWN", right: true},
		{title: "MOST UP", right: true},
		{title: "MOST DOWN", right: true},
		{title: "NOW KNOWN", right: true, drop: 2},
		{title: "NO LONGER", right: true, drop: 3},
		{title: "SAME, OTHER BASIS", right: true, drop: 1},
	}}
	for _, s := range d.Terms() {
		rise, fall := none, none
		if s.Up > 0 {
			rise = signedTenths(s.Rise)
		}
		if s.Down > 0 {
			fall = signedTenths(s.Fall)
		}
		t.add(termWords(s.Term), number(s.Up), number(s.Down), rise, fall, number(s.Learned), number(s.Lost), number(s.Basis))
	}
	p := diffPart{rows: t}
	if len(t.rows) == 0 {
		p.note = "No price of what is in both differs."
	}
	return p
}

// termWords writes a term.
func termWords(term string) string {
	switch term {
	case catalogs.TermGiB:
		return "GiB and month"
	case catalogs.TermIOPS:
		return "IOPS and month"
	case catalogs.TermMiBps:
		return "MiB/s and month"
	}
	return strings.ReplaceAll(term, "_", " ")
}

// diffPrices lists the prices that are others, those that moved most first.
func diffPrices(d *catalogs.Diff, most int) diffPart {
	t := table{columns: []column{
		{title: "PRICE OF"},
		{title: "TERM"},
		{title: "OLD", right: true},
		{title: "NEW", right: true},
		{title: "CHANGE", right: true},
		{title: "USD/MONTH", right: true},
		{title: "BASIS", drop: 1},
	}}
	moved := 0
	for i := range d.Prices {
		p := &d.Prices[i]
		if !p.Moved() {
			continue
		}
		moved++
		if most > 0 && moved > most {
			continue
		}
		change, dollars := none, none
		if p.Old.Known() && p.New.Known() {
			month := (p.New.Rate - p.Old.Rate).PerMonth()
			if p.Monthly() {
				month = units.USD(p.New.Rate - p.Old.Rate)
			}
			dollars = signedUSD(month)
		}
		if p.Compared() {
			change = signedTenths(p.Change)
		}
		name := p.Name
		if p.Of != catalogs.OfType {
			name = p.Of + " " + name
		}
		t.add(name, termWords(p.Term), hourly(p.Old), hourly(p.New), change, dollars, basisChange(p))
	}
	part := diffPart{rows: t}
	if left := moved - len(t.rows); left > 0 {
		part.note = fmt.Sprintf("%s more prices moved by fewer dollars, or are known in one of the two alone: --limit 0 shows all.", number(left))
	}
	return part
}

// basisChange says how the prices are known.
func basisChange(p *catalogs.PriceChange) string {
	old, now := orDash(shortBasis(p.Old.Basis)), orDash(shortBasis(p.New.Basis))
	if old == now {
		return now
	}
	return old + " -> " + now
}
