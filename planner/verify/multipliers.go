package verify

import "math"

// pivots bounds the pivots of one linear program. Where it ends early the prices are
// worse, and never wrong.
const pivots = 400

// multipliers returns prices of a unit of each resource at which what is worth the most
// by parts of items just fills the room: the duals of
//
//	max value.x  where  size.x <= capacity,  0 <= x <= most
//
// by the simplex method with bounds on the variables. There are as many rows as
// resources that items take, so that the basis is solved anew at each pivot.
func multipliers(capacity *room, items []item) prices {
	lp := &program{items: items}
	for d := range slots {
		for i := range items {
			if items[i].size[d] > 0 {
				lp.rows = append(lp.rows, d)
				lp.capacity = append(lp.capacity, max(1, float64(capacity[d])))
				break
			}
		}
	}
	m := len(lp.rows)
	lp.upper = make([]bool, len(items)+m)
	lp.at = make([]int, len(items)+m)
	for j := range lp.at {
		lp.at[j] = -1
	}
	for r := range m { // the slacks are the first basis
		lp.basis = append(lp.basis, len(items)+r)
		lp.at[len(items)+r] = r
	}
	y := make([]float64, m)
	for range pivots {
		var ok bool
		if y, ok = lp.step(); !ok {
			break
		}
	}
	var out prices
	for r, d := range lp.rows {
		if p := y[r] / lp.capacity[r]; p > 0 && !math.IsInf(p, 1) {
			out[d] = p
		}
	}
	return out
}

// program is a linear program on its way. Resources are counted in shares of the
// capacity.
type program struct {
	items    []item
	rows     []int
	capacity []float64
	// basis are the variables in it, by row; at is the row of a variable, -1 outside.
	// The variables after the items are the slacks of the rows.
	basis []int
	at    []int
	// upper: a variable outside the basis is at its upper bound.
	upper []bool
}

// column is what a variable takes of each row.
func (p *program) column(j int) []float64 {
	out := make([]float64, len(p.rows))
	if j >= len(p.items) {
		out[j-len(p.items)] = 1
		return out
	}
	for r, d := range p.rows {
		out[r] = float64(p.items[j].size[d]) / p.capacity[r]
	}
	return out
}

func (p *program) value(j int) float64 {
	if j >= len(p.items) {
		return 0
	}
	return float64(p.items[j].value)
}

func (p *program) most(j int) float64 {
	if j >= len(p.items) {
		return math.Inf(1)
	}
	return float64(p.items[j].most)
}

// step makes one pivot. It returns the duals before it, and false where there is
// nothing to gain or the basis is not to be solved.
func (p *program) step() ([]float64, bool) {
	m := len(p.rows)
	matrix, values := make([][]float64, m), make([]float64, m)
	rest := make([]float64, m)
	for r := range m {
		rest[r] = 1
	}
	for r, j := range p.basis {
		values[r] = p.value(j)
		for i, v := range p.column(j) {
			if matrix[i] == nil {
				matrix[i] = make([]float64, m)
			}
			matrix[i][r] = v
		}
	}
	for j, up := range p.upper {
		if up && p.at[j] < 0 {
			for r, v := range p.column(j) {
				rest[r] -= v * p.most(j)
			}
		}
	}
	inverse, ok := inverted(matrix)
	if !ok {
		return make([]float64, m), false
	}
	y := make([]float64, m)
	for r := range m {
		for i := range m {
			y[i] += values[r] * inverse[r][i]
		}
	}
	enter, gain := p.entering(y)
	if enter < 0 {
		return y, false
	}
	return y, p.pivot(inverse, rest, enter, gain)
}

// entering is the variable that gains the most by leaving its bound, and its gain a
// unit; -1 where none does.
func (p *program) entering(y []float64) (int, float64) {
	best, most := -1, 0.0
	gain := 0.0
	for j := range p.at {
		if p.at[j] >= 0 {
			continue
		}
		d, cost := p.value(j), 0.0
		for r, v := range p.column(j) {
			cost += y[r] * v
		}
		scale := max(math.Abs(d), math.Abs(cost)) * 1e-13
		d -= cost
		if p.upper[j] == (d > 0) || math.Abs(d) <= scale {
			continue
		}
		span := math.Abs(d)
		if b := p.most(j); !math.IsInf(b, 1) {
			span *= b
		}
		if span > most {
			best, most, gain = j, span, d
		}
	}
	return best, gain
}

// pivot moves a variable until it, or one of the basis, is at a bound.
func (p *program) pivot(inverse [][]float64, rest []float64, enter int, gain float64) bool {
	const tiny = 1e-12
	m := len(p.rows)
	sign := 1.0
	if gain < 0 {
		sign = -1
	}
	column := p.column(enter)
	limit, leave, toUpper := p.most(enter), -1, false
	for r := range m {
		x, w := 0.0, 0.0
		for i := range m {
			x += inverse[r][i] * rest[i]
			w += inverse[r][i] * column[i]
		}
		w *= sign
		switch {
		case w > tiny:
			if t := max(0, x) / w; t < limit {
				limit, leave, toUpper = t, r, false
			}
		case w < -tiny:
			if t := max(0, p.most(p.basis[r])-x) / -w; t < limit {
				limit, leave, toUpper = t, r, true
			}
		}
	}
	if math.IsInf(limit, 1) {
		return false
	}
	if leave < 0 { // from one of its bounds to the other
		p.upper[enter] = sign > 0
		return true
	}
	out := p.basis[leave]
	p.at[out], p.upper[out] = -1, toUpper
	p.basis[leave], p.at[enter], p.upper[enter] = enter, leave, false
	return true
}

// inverted returns the inverse of a small matrix, which it changes; false where it has
// none.
func inverted(a [][]float64) ([][]float64, bool) {
	m := len(a)
	out := make([][]float64, m)
	for r := range out {
		out[r] = make([]float64, m)
		out[r][r] = 1
	}
	for c := range m {
		best := c
		for r := c + 1; r < m; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[best][c]) {
				best = r
			}
		}
		if math.Abs(a[best][c]) < 1e-14 {
			return nil, false
		}
		a[c], a[best] = a[best], a[c]
		out[c], out[best] = out[best], out[c]
		for r := range m {
			if r == c || a[r][c] == 0 {
				continue
			}
			f := a[r][c] / a[c][c]
			for i := range m {
				a[r][i] -= f * a[c][i]
				out[r][i] -= f * out[c][i]
			}
		}
		f := a[c][c]
		for i := range m {
			a[c][i] /= f
			out[c][i] /= f
		}
	}
	return out, true
}
