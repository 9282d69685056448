package colgen

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// master is the linear program over patterns,
//
//	min cost . x  where each class is covered, x >= 0,
//
// solved by the revised simplex method with an explicit inverse of the basis.
// Its duals are kept up at each pivot. Nothing that is proved rests on it.
type master struct {
	m      int
	rhs    []float64
	cols   []column
	in     []bool    // whether a column is basic
	basis  []int     // by row: a column, or -1-i for the surplus of class i
	inv    []float64 // m x m, by rows
	x, y   []float64
	dir    []float64
	rows   []int // where the leaving row of inv is not zero
	queue  []candidate
	since  int
	pivots int
}

// column is a filling of a node.
type column struct {
	offer int
	idx   []int32
	cnt   []float64
	cost  float64
}

type candidate struct {
	col   int
	ratio float64
}

const (
	// refactor is the number of pivots after which the inverse is computed anew.
	refactor = 150
	// perturbation of the demand, relative, against ties in the ratio test.
	perturbation = 5e-5
	// optimality is how much more than its cost a column must be worth, relative.
	optimality = 1e-9
	// smallest pivot.
	smallest = 1e-9
)

// newMaster returns a program whose i-th start column has class i alone.
func newMaster(rhs []float64, start []column, rng *rand.Rand) *master {
	m := len(rhs)
	l := &master{m: m, rhs: make([]float64, m), inv: make([]float64, m*m), x: make([]float64, m), y: make([]float64, m), dir: make([]float64, m)}
	for i := range rhs {
		l.rhs[i] = rhs[i] * (1 + perturbation*rng.Float64())
		l.basis = append(l.basis, i)
		l.add(start[i])
		l.in[i] = true
		a := start[i].cnt[0]
		l.inv[i*m+i], l.x[i], l.y[i] = 1/a, l.rhs[i]/a, start[i].cost/a
	}
	return l
}

func (l *master) add(c column) {
	l.cols = append(l.cols, c)
	l.in = append(l.in, false)
}

func (l *master) objective() float64 {
	sum := 0.0
	for r, b := range l.basis {
		if b >= 0 {
			sum += l.cols[b].cost * l.x[r]
		}
	}
	return sum
}

// worth returns the value of a column at the duals.
func (l *master) worth(c *column) float64 {
	v := 0.0
	for k, i := range c.idx {
		v += l.y[i] * c.cnt[k]
	}
	return v
}

// optimise pivots until no column is worth more than it costs, or limit pivots
// are made.
func (l *master) optimise(ctx context.Context, limit int) error {
	for n := range limit {
		if n%64 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		enter, ok := l.next()
		if !ok {
			return nil
		}
		l.pivot(enter)
		if l.since >= refactor {
			l.invert()
		}
	}
	return nil
}

// next returns the column, or surplus, to enter the basis: one of a short list of
// columns that were worth most for their cost when the list was made.
func (l *master) next() (int, bool) {
	least, at := -1e-10, -1
	for i, y := range l.y {
		if y < least {
			least, at = y, i
		}
	}
	if at >= 0 {
		return -1 - at, true
	}
	for range 2 {
		best, ratio := -1, 1+optimality
		kept := l.queue[:0]
		for _, c := range l.queue {
			if l.in[c.col] {
				continue
			}
			c.ratio = l.worth(&l.cols[c.col]) / l.cols[c.col].cost
			if c.ratio <= 1+optimality {
				continue
			}
			kept = append(kept, c)
			if c.ratio > ratio {
				best, ratio = c.col, c.ratio
			}
		}
		l.queue = kept
		if best >= 0 {
			return best, true
		}
		l.list()
	}
	return 0, false
}

// list makes the short list anew from all columns.
func (l *master) list() {
	const most = 24
	l.queue = l.queue[:0]
	for j := range l.cols {
		if l.in[j] {
			continue
		}
		if r := l.worth(&l.cols[j]) / l.cols[j].cost; r > 1+optimality {
			l.queue = append(l.queue, candidate{j, r})
		}
	}
	slices.SortFunc(l.queue, func(a, b candidate) int {
		switch {
		case a.ratio > b.ratio:
			return -1
		case a.ratio < b.ratio:
			return 1
		}
		return a.col - b.col
	})
	l.queue = l.queue[:min(most, len(l.queue))]
}

// direction puts inv x column into dir.
func (l *master) direction(enter int) {
	m := l.m
	if enter < 0 {
		i := -1 - enter
		for r := range m {
			l.dir[r] = -l.inv[r*m+i]
		}
		return
	}
	c := &l.cols[enter]
	for r := range m {
		row := l.inv[r*m : r*m+m]
		v := 0.0
		for k, i := range c.idx {
			v += row[i] * c.cnt[k]
		}
		l.dir[r] = v
	}
}

// pivot brings enter into the basis. Of the rows that limit it equally the one
// with the largest pivot leaves.
func (l *master) pivot(enter int) {
	l.direction(enter)
	leave, step := -1, math.Inf(1)
	for r, d := range l.dir {
		if d <= smallest {
			continue
		}
		q := math.Max(0, l.x[r]) / d
		if q < step*(1-1e-12)-1e-15 || leave >= 0 && q <= step && d > l.dir[leave] {
			leave, step = r, q
		}
	}
	l.since++
	l.pivots++
	if leave < 0 {
		// Only rounding can make a program with costs above zero look unbounded.
		l.invert()
		return
	}
	for r, d := range l.dir {
		l.x[r] -= step * d
	}
	l.x[leave] = step
	reduced := 0.0
	if enter >= 0 {
		reduced = l.cols[enter].cost - l.worth(&l.cols[enter])
		l.in[enter] = true
	} else {
		reduced = l.y[-1-enter]
	}
	if b := l.basis[leave]; b >= 0 {
		l.in[b] = false
	}
	l.basis[leave] = enter
	row := l.eliminate(leave)
	for _, i := range l.rows {
		l.y[i] += reduced * row[i]
	}
}

// eliminate updates the inverse for a pivot on dir[leave] and returns its row.
func (l *master) eliminate(leave int) []float64 {
	m := l.m
	row := l.inv[leave*m : leave*m+m]
	l.rows = l.rows[:0]
	p := 1 / l.dir[leave]
	for i := range row {
		if row[i] != 0 {
			row[i] *= p
			l.rows = append(l.rows, i)
		}
	}
	dense := len(l.rows) > m/2
	for r, d := range l.dir {
		if r == leave || d == 0 {
			continue
		}
		other := l.inv[r*m : r*m+m]
		if dense {
			for i, v := range row {
				other[i] -= d * v
			}
			continue
		}
		for _, i := range l.rows {
			other[i] -= d * row[i]
		}
	}
	return row
}

// invert computes the inverse of the basis anew, columns of few classes first,
// and from it x and y.
func (l *master) invert() {
	m := l.m
	old := slices.Clone(l.basis)
	slices.SortFunc(old, func(a, b int) int {
		na, nb := 0, 0
		if a >= 0 {
			na = len(l.cols[a].idx)
		}
		if b >= 0 {
			nb = len(l.cols[b].idx)
		}
		if na != nb {
			return na - nb
		}
		return a - b
	})
	clear(l.inv)
	done := make([]bool, m)
	for i := range m {
		l.inv[i*m+i] = 1
	}
	for _, b := range old {
		l.direction(b)
		at := -1
		for r := range m {
			if !done[r] && (at < 0 || math.Abs(l.dir[r]) > math.Abs(l.dir[at])) {
				at = r
			}
		}
		if math.Abs(l.dir[at]) < smallest {
			// A singular basis, by rounding: the row's own surplus takes the place, and
			// the next pivots mend what that breaks.
			l.in[b] = false
			b = -1 - at
			l.direction(b)
		}
		l.eliminate(at)
		l.basis[at], done[at] = b, true
	}
	clear(l.y)
	for r := range m {
		row := l.inv[r*m : r*m+m]
		x := 0.0
		for i, v := range row {
			x += v * l.rhs[i]
		}
		l.x[r] = x
		if b := l.basis[r]; b >= 0 {
			for i, v := range row {
				l.y[i] += l.cols[b].cost * v
			}
		}
	}
	l.since = 0
}
