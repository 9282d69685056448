package report

import (
	"slices"
	"strings"
	"unicode/utf8"
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
		w[i] = utf8.RuneCountInString(c.title)
		for _, r := range t.rows {
			w[i] = max(w[i], utf8.RuneCountInString(r[i]))
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

// table writes t, made to fit the page: columns that may go are left out, then
// the last one is broken between words, then it moves to lines of its own.
func (p *page) table(t *table) {
	if len(t.rows) == 0 {
		return
	}
	last := len(t.columns) - 1
	wraps := t.columns[last].wraps
	room := func(t *table) int {
		w := t.widths()
		return p.o.width() - t.total(w) + w[len(w)-1]
	}
	for !t.fits(p.o.width()) && (!wraps || room(t) < leastWrap) {
		less, ok := t.without()
		if !ok {
			break
		}
		t = less
	}
	w := t.widths()
	last = len(t.columns) - 1
	wrapAt, own := 0, false
	if wraps && !t.fits(p.o.width()) {
		if wrapAt = room(t); wrapAt < leastWrap {
			wrapAt, own = p.o.width()-3*len(margin), true
		}
	}
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
	}
	p.row(t, w, titles, bold, own && titles[last] != "")
	for i, r := range t.rows {
		p.brokenRow(t, w, r, t.styles[i], wrapAt, own)
	}
}

// brokenRow writes a row whose last cell is broken at wrapAt columns; 0 does not
// break it. With own it stands on lines of its own.
func (p *page) brokenRow(t *table, w []int, cells []string, s style, wrapAt int, own bool) {
	last := len(cells) - 1
	if wrapAt == 0 {
		p.row(t, w, cells, s, false)
		return
	}
	parts := wrap(cells[last], wrapAt)
	first := append([]string{}, cells...)
	indent := p.indent(t, w, last)
	if own {
		first[last], indent = "", 3*len(margin)
	} else {
		first[last], parts = parts[0], parts[1:]
	}
	if !own || strings.Join(first, "") != "" {
		p.row(t, w, first, s, false)
	}
	for _, part := range parts {
		if part != "" {
			p.line("%s%s", strings.Repeat(" ", indent), p.o.paint(s, part))
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

// row writes one line of cells; skipLast leaves the last one out.
func (p *page) row(t *table, w []int, cells []string, s style, skipLast bool) {
	var b strings.Builder
	b.WriteString(margin)
	for i, c := range cells {
		if skipLast && i == len(cells)-1 {
			break
		}
		if i > 0 {
			b.WriteString(t.gap(i))
		}
		pad := strings.Repeat(" ", max(w[i]-utf8.RuneCountInString(c), 0))
		if t.columns[i].right {
			b.WriteString(pad + c)
		} else {
			b.WriteString(c + pad)
		}
	}
	p.line("%s", p.o.paint(s, strings.TrimRight(b.String(), " ")))
}

// wrap breaks s between words into lines of at most width; a longer word stands
// alone. There is always a first line.
func wrap(s string, width int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(s) {
		i := len(lines) - 1
		switch {
		case lines[i] == "":
			lines[i] = word
		case utf8.RuneCountInString(lines[i])+1+utf8.RuneCountInString(word) <= width:
			lines[i] += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// labelled writes a label and items, separated by " · ", broken between items to
// the page's width with the items aligned.
func (p *page) labelled(label string, s style, items ...string) {
	const labelWidth = 15
	head := margin + label + strings.Repeat(" ", max(labelWidth-utf8.RuneCountInString(label), 2))
	indent := strings.Repeat(" ", utf8.RuneCountInString(head))
	room := max(p.o.width()-utf8.RuneCountInString(head), leastWrap)
	var lines []string
	for _, item := range items {
		last := len(lines) - 1
		joined := item
		if last >= 0 {
			joined = lines[last] + " · " + item
		}
		if last >= 0 && utf8.RuneCountInString(joined) <= room {
			lines[last] = joined
			continue
		}
		lines = append(lines, wrap(item, room)...)
	}
	for i, l := range lines {
		if i == 0 {
			p.line("%s%s", p.o.paint(bold, head), p.o.paint(s, l))
		} else {
			p.line("%s%s", indent, p.o.paint(s, l))
		}
	}
}

// style of a piece of text.
type style int

const (
	plain style = iota
	bold
	dim
	red
	yellow
	green
)

// paint puts s in colour, if colours are wanted.
func (o Options) paint(s style, text string) string {
	if !o.Color || text == "" {
		return text
	}
	var code string
	switch s {
	case plain:
		return text
	case bold:
		code = "1"
	case dim:
		code = "2"
	case red:
		code = "31"
	case yellow:
		code = "33"
	case green:
		code = "32"
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
