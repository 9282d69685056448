package report

import (
	"slices"
	"strings"
)

// gutter stands between columns, margin before the first.
const (
	gutter = "  "
	margin = "  "
)

// leastWrap is the least width that a column that wraps is squeezed to before it
// moves to lines of its own.
const leastWrap = 20

// column of a table.
type column struct {
	title string
	// right aligns to the right, as numbers are.
	right bool
	// drop gives the order in which columns are left out where the table is too
	// wide: 1 first; 0 never.
	drop int
	// wraps marks the last column: text that may be broken between words.
	wraps bool
	// tight columns follow the one before after a single space.
	tight bool
}

// table is aligned text: no border, two spaces between columns.
type table struct {
	columns []column
	rows    [][]string
	styles  []style
}

// add appends a row; missing cells are empty.
func (t *table) add(cells ...string) { t.addStyled(plain, cells...) }

func (t *table) addStyled(s style, cells ...string) {
	row := make([]string, len(t.columns))
	copy(row, cells)
	t.rows = append(t.rows, row)
	t.styles = append(t.styles, s)
}

// fits reports whether the table, complete and unbroken, is at most width wide.
func (t *table) fits(width int) bool { return t.total(t.widths()) <= width }

// widths returns the width of each column, unbroken.
func (t *table) widths() []int {
	w := make([]int, len(t.columns))
	for i, c := range t.columns {
		w[i] = runes(c.title)
		for _, r := range t.rows {
			w[i] = max(w[i], runes(r[i]))
		}
	}
	return w
}

func (t *table) total(widths []int) int {
	sum := len(margin)
	for i, w := range widths {
		sum += w
		if i > 0 {
			sum += len(t.gap(i))
		}
	}
	return sum
}

func (t *table) gap(i int) string {
	if t.columns[i].tight {
		return " "
	}
	return gutter
}

// without returns the table less the column that is the first to go, and whether
// there was one.
func (t *table) without() (*table, bool) {
	goes := -1
	for i, c := range t.columns {
		if c.drop > 0 && (goes < 0 || c.drop < t.columns[goes].drop) {
			goes = i
		}
	}
	if goes < 0 {
		return t, false
	}
	less := &table{columns: slices.Clone(t.columns), styles: t.styles}
	for _, r := range t.rows {
		less.rows = append(less.rows, slices.Clone(r))
	}
	less.remove(goes)
	return less, true
}

// remove takes column i away.
func (t *table) remove(i int) {
	t.columns = slices.Delete(t.columns, i, i+1)
	for j := range t.rows {
		t.rows[j] = slices.Delete(t.rows[j], i, i+1)
	}
}

// removeEmpty takes away the columns in which no cell says anything.
func (t *table) removeEmpty() {
	for i := range slices.Backward(t.columns) {
		says := func(r []string) bool { return r[i] != "" && r[i] != none }
		if !slices.ContainsFunc(t.rows, says) {
			t.remove(i)
		}
	}
}

// within returns t less the columns that go because the page has no room for them.
func (p *page) within(t *table) *table {
	wraps := t.columns[len(t.columns)-1].wraps
	for !t.fits(p.o.width()) && (!wraps || t.room(p.o.width()) < t.leastRoom()) {
		less, ok := t.without()
		if !ok {
			break
		}
		t = less
	}
	return t
}

// leftOut names the columns of t for which the page has no room.
func (p *page) leftOut(t *table) []string {
	var out []string
	shown := p.within(t).columns
	for _, c := range t.columns {
		if !slices.ContainsFunc(shown, func(s column) bool { return s.title == c.title }) {
			out = append(out, c.title)
		}
	}
	return out
}

// table writes t, made to fit the page: columns that may go are left out, then
// the last one is broken between words, then it moves to lines of its own, with
// its title before it. What is too wide for that is written row by row.
func (p *page) table(t *table) {
	if len(t.rows) == 0 {
		return
	}
	if p.rich != nil {
		p.rich.table(t)
		return
	}
	whole := t
	wraps := t.columns[len(t.columns)-1].wraps
	t = p.within(t)
	w := t.widths()
	room := t.room(p.o.width())
	switch {
	case t.fits(p.o.width()):
		p.head(t, w, len(w))
		for i, r := range t.rows {
			p.row(t, w, r, t.styles[i])
		}
	case wraps && room >= t.leastRoom():
		p.head(t, w, len(w))
		for i, r := range t.rows {
			p.brokenRow(t, w, r, t.styles[i], room)
		}
	case wraps && room >= -len(gutter):
		last := len(w) - 1
		p.head(t, w, last)
		for i, r := range t.rows {
			p.row(t, w, r[:last], t.styles[i])
			p.below(t.columns[last].title, r[last], t.styles[i])
		}
	default:
		p.records(whole)
	}
}

// room is what a page leaves to the last column.
func (t *table) room(width int) int {
	w := t.widths()
	return width - t.total(w) + w[len(w)-1]
}

// leastRoom is the least width for the last column beside the others: that of its
// longest word, and never so little that it is hard to read.
func (t *table) leastRoom() int {
	last := len(t.columns) - 1
	least := max(leastWrap, runes(t.columns[last].title))
	for _, r := range t.rows {
		least = max(least, longestWord(r[last]))
	}
	return least
}

// head writes the titles of the first n columns.
func (p *page) head(t *table, w []int, n int) {
	titles := make([]string, n)
	for i := range titles {
		titles[i] = t.columns[i].title
	}
	p.row(t, w, titles, bold)
}

// brokenRow writes a row whose last cell is broken into lines of width room.
func (p *page) brokenRow(t *table, w []int, cells []string, s style, room int) {
	last := len(cells) - 1
	parts := wrap(cells[last], room, 0)
	p.row(t, w, append(slices.Clone(cells[:last]), parts[0]), s)
	for _, part := range parts[1:] {
		p.line("%s%s", strings.Repeat(" ", p.indent(t, w, last)), p.o.paint(s, part))
	}
}

// below writes a cell on lines of its own, after the title of its column.
func (p *page) below(title, cell string, s style) {
	if cell == "" || cell == none {
		return
	}
	const depth = 3 * len(margin)
	for _, l := range wrap(titled(title, ": ", cell), p.o.width()-depth, len(margin)) {
		p.line("%s%s", strings.Repeat(" ", depth), p.o.paint(s, l))
	}
}

// titled puts a column's title before a cell.
func titled(title, between, cell string) string {
	if title == "" {
		return cell
	}
	return strings.ToLower(title) + between + cell
}

// records writes the first column's title, and each row as a paragraph: the first
// cell, then the others with their titles. Cells that say nothing are left out.
func (p *page) records(t *table) {
	const depth = 2 * len(margin)
	p.line("%s%s", margin, p.o.paint(bold, t.columns[0].title))
	for i, r := range t.rows {
		if r[0] != "" {
			p.line("%s%s", margin, p.o.paint(bold, r[0]))
		}
		var items []string
		for j, cell := range r[1:] {
			c := t.columns[j+1]
			switch {
			case cell == "" || cell == none:
			case c.tight && len(items) > 0:
				items[len(items)-1] += " " + titled(c.title, " ", cell)
			case c.wraps:
				items = append(items, titled(c.title, ": ", cell))
			default:
				items = append(items, titled(c.title, " ", cell))
			}
		}
		for _, l := range flow(items, p.o.width()-depth, 0, len(margin)) {
			p.line("%s%s", strings.Repeat(" ", depth), p.o.paint(t.styles[i], l))
		}
	}
}

// indent returns the column at which the cell begins.
func (p *page) indent(t *table, w []int, cell int) int {
	sum := len(margin)
	for i := range cell {
		sum += w[i] + len(t.gap(i+1))
	}
	return sum
}

// row writes one line of cells, those of the first columns; one without any is
// left out.
func (p *page) row(t *table, w []int, cells []string, s style) {
	var b strings.Builder
	b.WriteString(margin)
	for i, c := range cells {
		if i > 0 {
			b.WriteString(t.gap(i))
		}
		pad := strings.Repeat(" ", max(w[i]-runes(c), 0))
		if t.columns[i].right {
			b.WriteString(pad + c)
		} else {
			b.WriteString(c + pad)
		}
	}
	if text := strings.TrimRight(b.String(), " "); text != "" {
		p.line("%s", p.o.paint(s, text))
	}
}
