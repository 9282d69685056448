package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

//go:embed page.html
var pageHTML string

// rich collects what a page says as blocks, to be written as HTML: the same calls that lay
// out a text fill it, so that every report can have both.
type rich struct {
	Title  string
	Blocks []richBlock
}

// richBlock is one of a heading, a table, a list of labelled items, a chart, a command or a
// paragraph: the one that is not empty.
type richBlock struct {
	Heading   string
	Parts     []string
	Table     *richTable
	Entries   []richEntry
	Chart     *richChart
	Before    string
	Command   string
	Paragraph string
}

// richTable is a table; cells are classed as columns and rows are.
type richTable struct {
	Head []richCell
	Rows []richRow
}

type richRow struct {
	Class string
	Cells []richCell
}

type richCell struct{ Class, Text string }

// richEntry is a label and what belongs to it.
type richEntry struct {
	Label string
	Lines []richLine
}

type richLine struct{ Class, Text string }

// class is the name of a style in the page's sheet.
func (s style) class() string {
	switch s {
	case plain:
	case bold:
		return "bold"
	case dim:
		return "dim"
	case red:
		return "red"
	case yellow:
		return "yellow"
	case green:
		return "green"
	}
	return ""
}

func (r *rich) add(b richBlock) { r.Blocks = append(r.Blocks, b) }

// table adds a whole table: a page scrolls, so that no column is left out.
func (r *rich) table(t *table) {
	out := &richTable{}
	cells := func(texts []string) []richCell {
		var row []richCell
		for i, text := range texts {
			c := richCell{Text: text}
			switch {
			case t.columns[i].right:
				c.Class = "right"
			case t.columns[i].wraps:
				c.Class = "wraps"
			}
			row = append(row, c)
		}
		return row
	}
	titles := make([]string, len(t.columns))
	for i := range t.columns {
		titles[i] = t.columns[i].title
	}
	out.Head = cells(titles)
	for i, row := range t.rows {
		out.Rows = append(out.Rows, richRow{Class: t.styles[i].class(), Cells: cells(row)})
	}
	r.add(richBlock{Table: out})
}

// entry adds items under a label, or under that of the entry before where it is empty.
func (r *rich) entry(label string, s style, items []string) {
	line := richLine{Class: s.class(), Text: strings.Join(items, separator)}
	last := len(r.Blocks) - 1
	if last < 0 || r.Blocks[last].Entries == nil {
		r.add(richBlock{Entries: []richEntry{{Label: label, Lines: []richLine{line}}}})
		return
	}
	b := &r.Blocks[last]
	if n := len(b.Entries); label == "" {
		b.Entries[n-1].Lines = append(b.Entries[n-1].Lines, line)
		return
	}
	b.Entries = append(b.Entries, richEntry{Label: label, Lines: []richLine{line}})
}

// The measures of a chart, in units of its view box.
const (
	chartLabel = 190 // least room of names
	mostLabel  = 420
	chartRune  = 7 // room of a letter
	chartWidth = 1000
	chartRow   = 26
	chartBar   = 16
	chartTop   = 28
	mostTicks  = 9
	leastBar   = 2 // something that is short is seen all the same
)

// richChart is a chart over time, as shapes of a drawing.
type richChart struct {
	Title         string
	Width, Height int
	Rows          []richChartRow
	Ticks         []richTick
}

type richChartRow struct {
	Name  string
	Y     int
	Spans []richSpan
}

type richSpan struct {
	X, Width      string
	Y, Height     int
	Class, Period string
}

type richTick struct {
	X, Label    string
	Top, Bottom int
}

// chart adds a chart.
func (r *rich) chart(title string, g *gantt) {
	c := &richChart{Title: title, Width: chartWidth, Height: chartTop + chartRow*len(g.rows)}
	label := max(chartLabel, chartRune*(runes(title)+2))
	for i := range g.rows {
		label = max(label, chartRune*(runes(g.rows[i].name)+2))
	}
	left := float64(min(label, mostLabel))
	x := func(at time.Duration) float64 {
		if g.end <= 0 || at <= 0 {
			return left
		}
		return left + (chartWidth-left)*min(float64(at)/float64(g.end), 1)
	}
	step := ticks()[len(ticks())-1]
	for _, t := range ticks() {
		if g.end/t <= mostTicks {
			step = t
			break
		}
	}
	for g.end/step > mostTicks {
		step *= 2
	}
	for n := range mostTicks + 1 {
		if at := step * time.Duration(n); at < g.end {
			c.Ticks = append(c.Ticks, richTick{X: fmt.Sprintf("%.1f", x(at)), Label: hoursMinutes(at), Top: chartTop - 6, Bottom: c.Height})
		}
	}
	for i := range g.rows {
		y := chartTop + chartRow*i
		row := richChartRow{Name: g.rows[i].name, Y: y + chartRow/2}
		for _, s := range g.rows[i].bars() {
			class := "works"
			if s.mark == waits {
				class = "waits"
			}
			from, to := x(s.from), x(s.to)
			row.Spans = append(row.Spans, richSpan{
				X: fmt.Sprintf("%.1f", min(from, chartWidth-leastBar)), Width: fmt.Sprintf("%.1f", max(to-from, leastBar)),
				Y: y + (chartRow-chartBar)/2, Height: chartBar, Class: class,
				Period: fmt.Sprintf("%s: %s %s", g.rows[i].name, map[string]string{"works": "under way", "waits": "waiting"}[class], periodWords(s.from, s.to)),
			})
		}
		c.Rows = append(c.Rows, row)
	}
	r.add(richBlock{Chart: c})
}

func periodWords(from, to time.Duration) string {
	if from >= to {
		return "at " + clock(from)
	}
	return "from " + clock(from) + " to " + clock(to)
}

// write fills in the page: one file, with nothing to load and nothing that runs.
func (r *rich) write(w io.Writer) error {
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	if err := t.Execute(w, r); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// UpgradeHTML writes what Upgrade does as a page that stands by itself.
func UpgradeHTML(w io.Writer, shown UpgradeShown, o Options) error {
	out := &page{o: o, rich: &rich{Title: fmt.Sprintf("%s: upgrade from %s to %s", shown.Plan.Cluster.Name, shown.Upgrade.From, shown.Upgrade.To)}}
	out.upgrading(&shown)
	return out.rich.write(w)
}
