package colgen

import "math"

// relaxation solves the linear relaxation of a bounded knapsack by the simplex
// method with bounded variables, on a dense tableau of one row for a resource.
// Nothing that is proved rests on its arithmetic: any multipliers that are not
// negative give a bound.
type relaxation struct {
	// mu are the resources' multipliers, none negative.
	mu [Dims]float64

	nd, n int
	tab   [Dims][]float64 // rows of the tableau: items, then slacks
	z     []float64       // reduced values
	upper []float64
	high  []bool // non-basic at its upper bound
	basis [Dims]int
	x     [Dims]float64
}

const tiny = 1e-11

func (r *relaxation) solve(in *instance, items []item, free *Vector) {
	nd := in.nd
	r.nd, r.n = nd, len(items)
	width := r.n + nd
	r.z, r.upper = resize(r.z, width), resize(r.upper, width)
	if cap(r.high) < width {
		r.high = make([]bool, width)
	}
	r.high = r.high[:width]
	clear(r.high)
	for d := range nd {
		r.tab[d] = resize(r.tab[d], width)
		inverse := 1 / math.Max(1, float64(free[d]))
		for j := range items {
			r.tab[d][j] = float64(in.w[items[j].class][d]) * inverse
		}
		for e := range nd {
			r.tab[d][r.n+e] = 0
		}
		r.tab[d][r.n+d] = 1
		r.basis[d], r.x[d] = r.n+d, 1
	}
	for j := range items {
		r.z[j], r.upper[j] = items[j].v, float64(items[j].limit)
	}
	for d := range nd {
		r.z[r.n+d], r.upper[r.n+d] = 0, math.Inf(1)
	}
	scale := 0.0
	for j := range items {
		scale = max(scale, items[j].v*float64(items[j].limit))
	}
	for range 20*nd + 2*r.n {
		if !r.pivot(scale * 1e-12) {
			break
		}
	}
	for d := range nd {
		r.mu[d] = math.Max(0, -r.z[r.n+d]) / math.Max(1, float64(free[d]))
	}
}

// pivot makes one step; false at the optimum.
func (r *relaxation) pivot(tolerance float64) bool {
	enter, gain := -1, tolerance
	for j, z := range r.z[:r.n+r.nd] {
		if r.high[j] {
			z = -z
		}
		if z <= 0 {
			continue
		}
		if u := r.upper[j]; !math.IsInf(u, 1) {
			z *= u
		}
		if z > gain {
			enter, gain = j, z
		}
	}
	if enter < 0 {
		return false
	}
	sign := 1.0
	if r.high[enter] {
		sign = -1
	}
	row, step, top := -1, r.upper[enter], false
	for d := range r.nd {
		a := r.tab[d][enter] * sign
		switch {
		case a > tiny:
			if q := r.x[d] / a; q < step {
				row, step, top = d, q, false
			}
		case a < -tiny:
			if q := (r.upper[r.basis[d]] - r.x[d]) / -a; q < step {
				row, step, top = d, q, true
			}
		}
	}
	if math.IsInf(step, 1) {
		return false
	}
	step = math.Max(0, step)
	for d := range r.nd {
		r.x[d] -= r.tab[d][enter] * sign * step
	}
	if row < 0 {
		r.high[enter] = !r.high[enter]
		return true
	}
	value := step
	if r.high[enter] {
		value = r.upper[enter] - step
	}
	r.high[r.basis[row]] = top
	r.basis[row], r.x[row], r.high[enter] = enter, value, false
	r.eliminate(row, enter)
	return true
}

func (r *relaxation) eliminate(row, enter int) {
	width := r.n + r.nd
	p := r.tab[row][:width]
	inverse := 1 / p[enter]
	for j := range p {
		p[j] *= inverse
	}
	for d := range r.nd {
		if f := r.tab[d][enter]; d != row && f != 0 {
			line := r.tab[d][:width]
			for j := range line {
				line[j] -= f * p[j]
			}
		}
	}
	if f := r.z[enter]; f != 0 {
		z := r.z[:width]
		for j := range z {
			z[j] -= f * p[j]
		}
	}
}

// floor returns the solution's copies of item j, rounded down.
func (r *relaxation) floor(j int) int {
	for d := range r.nd {
		if r.basis[d] == j {
			return int(math.Max(0, r.x[d]) + 1e-9)
		}
	}
	if r.high[j] {
		return int(r.upper[j])
	}
	return 0
}

// resize returns a slice of length n, of s where it is long enough. Its values
// are not cleared.
func resize(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}
