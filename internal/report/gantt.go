package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// The marks of a chart: something is under way, something is waited for.
const (
	works = '#'
	waits = '~'
)

// ganttSpan is a part of a chart's row.
type ganttSpan struct {
	from, to time.Duration
	mark     rune
}

// ganttRow is what happens in one place for one minor, in order of time.
type ganttRow struct {
	name  string
	spans []ganttSpan
}

// gantt is a chart of an upgrade over time.
type gantt struct {
	rows []ganttRow
	end  time.Duration
	// parallel is when both clusters run and nothing is done to their nodes.
	parallel ganttSpan
}

// ganttOf makes the chart of a strategy from its timeline or, where it was not simulated,
// from when its groups start and how long they take.
func ganttOf(u *planner.UpgradePlan, s *planner.UpgradeStrategy) *gantt {
	g := &gantt{end: s.Duration}
	several := len(u.Hops) > 1
	for i := range s.Timeline {
		if e := &s.Timeline[i]; e.Kind == planner.UpgradeRunParallel {
			g.parallel = ganttSpan{from: e.At, to: e.At + e.For}
		}
	}
	for i := range s.Timeline {
		e := &s.Timeline[i]
		name := ganttRowName(e)
		if name == "" {
			continue
		}
		if several && e.Minor != "" {
			name += " " + e.Minor
		}
		g.add(name, e)
	}
	for i := range s.Groups {
		if len(s.Timeline) > 0 {
			break
		}
		o := &s.Groups[i]
		g.rows = append(g.rows, ganttRow{name: o.Name, spans: []ganttSpan{{from: o.Start, to: o.Start + o.Duration, mark: works}}})
	}
	slices.SortStableFunc(g.rows, func(a, b ganttRow) int { return cmp.Compare(a.begin(), b.begin()) })
	for i := range g.rows {
		g.end = max(g.end, g.rows[i].end())
	}
	return g
}

// ganttRowName is the row in which an event is drawn; "" where in none.
func ganttRowName(e *planner.UpgradeEvent) string {
	named := map[planner.UpgradeEventKind]string{
		planner.UpgradeControlPlane: "control plane", planner.UpgradeAddOns: "add-ons",
		planner.UpgradeRunParallel: "both clusters run", planner.UpgradeSwitch: "both clusters run",
	}
	return cmp.Or(named[e.Kind], e.Group)
}

// waiting reports whether nothing but time passes in an event.
func waiting(k planner.UpgradeEventKind) bool {
	return k == planner.UpgradeVerify || k == planner.UpgradeAwaitDrain || k == planner.UpgradeSoak || k == planner.UpgradeRunParallel
}

// add draws an event: what lies between two of the same row is work, unless it is
// waited, or both clusters run.
func (g *gantt) add(name string, e *planner.UpgradeEvent) {
	at := slices.IndexFunc(g.rows, func(r ganttRow) bool { return r.name == name })
	if at < 0 {
		at = len(g.rows)
		g.rows = append(g.rows, ganttRow{name: name})
	}
	row := &g.rows[at]
	next := ganttSpan{from: e.At, to: max(e.At, e.Until) + e.For, mark: works}
	if waiting(e.Kind) {
		next.mark = waits
	}
	if n := len(row.spans); n > 0 && row.end() < next.from && e.Group != "" {
		between := ganttSpan{from: row.end(), to: next.from, mark: works}
		if between.from >= g.parallel.from && between.to <= g.parallel.to {
			between.mark = waits
		}
		row.spans = append(row.spans, between)
	}
	row.spans = append(row.spans, next)
}

func (r *ganttRow) begin() time.Duration {
	if len(r.spans) == 0 {
		return 0
	}
	return r.spans[0].from
}

func (r *ganttRow) end() time.Duration {
	var end time.Duration
	for _, s := range r.spans {
		end = max(end, s.to)
	}
	return end
}

// bars are the spans of a row as few bars: what follows without a gap and is alike is one, and
// moments are left out where something lasts.
func (r *ganttRow) bars() []ganttSpan {
	var out []ganttSpan
	for _, s := range r.spans {
		if n := len(out); n > 0 && out[n-1].mark == s.mark && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	lasts := func(s ganttSpan) bool { return s.to > s.from }
	if !slices.ContainsFunc(out, lasts) {
		return out[:min(len(out), 1)]
	}
	return slices.DeleteFunc(out, func(s ganttSpan) bool { return !lasts(s) })
}

// cells draws a row in so many columns, each an equal part of the time. A column in which
// something is done shows it, even if it is short; what is waited for comes second.
func (r *ganttRow) cells(columns int, end time.Duration) string {
	line := []rune(strings.Repeat(" ", columns))
	paint := func(mark rune) {
		for _, s := range r.spans {
			if s.mark != mark {
				continue
			}
			first, last := columnOf(s.from, end, columns), columnOf(s.to-1, end, columns)
			for c := min(first, columns-1); c <= max(first, last) && c < columns; c++ {
				line[c] = mark
			}
		}
	}
	paint(works)
	paint(waits)
	for _, s := range r.spans {
		if c := columnOf(s.from, end, columns); s.mark == works && c < columns {
			line[c] = works
		}
	}
	return string(line)
}

// columnOf is the column of a time; that after the last where it is later than all.
func columnOf(at, end time.Duration, columns int) int {
	if end <= 0 || at <= 0 {
		return 0
	}
	return int(min(float64(at)/float64(end), 1) * float64(columns))
}

// ticks are what the marks of a time axis may be apart.
func ticks() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 4 * day, 7 * day,
	}
}

// axis writes the times above a chart, as close together as they can be read.
func axis(columns int, end time.Duration) string {
	const least = 8
	room := max(least, runes(hoursMinutes(end))+len(gutter)) // a time and what keeps it apart from the next
	step := ticks()[len(ticks())-1]
	for _, t := range ticks() {
		if columnOf(t, end, columns) >= room {
			step = t
			break
		}
	}
	for step <= end/2 && columnOf(step, end, columns) < room {
		step *= 2
	}
	line := []rune(strings.Repeat(" ", columns))
	for n := range columns/room + 1 {
		at := step * time.Duration(n)
		c, label := columnOf(at, end, columns), hoursMinutes(at)
		if at < 0 || at >= end || c+runes(label) > columns {
			break
		}
		copy(line[c:], []rune(label))
	}
	return strings.TrimRight(string(line), " ")
}

// chart writes the rows under a title and a time axis, as wide as the page.
func (p *page) chart(title string, g *gantt) {
	if p.rich != nil {
		p.rich.chart(title, g)
		return
	}
	const leastColumns = 24
	label := runes(title)
	for i := range g.rows {
		label = max(label, runes(g.rows[i].name))
	}
	columns := p.o.width() - len(margin) - len(gutter) - label
	if columns < leastColumns { // names are never cut: they stand above
		label, columns = 0, p.o.width()-2*len(margin)
	}
	row := func(s style, name, cells string) {
		if label == 0 {
			p.line("%s%s", margin, p.o.paint(s, name))
			p.line("%s%s", margin+margin, cells)
			return
		}
		p.line("%s%s%s%s%s", margin, p.o.paint(s, name), strings.Repeat(" ", label-runes(name)), gutter, cells)
	}
	row(bold, title, axis(columns, g.end))
	for i := range g.rows {
		row(plain, g.rows[i].name, g.rows[i].cells(columns, g.end))
	}
}
