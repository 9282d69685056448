package colgen

import "math"

// mix is a solution of the linear bound,
//
//	max total . y  where free_t . y <= price_t for every offer t, y >= 0,
//
// and of its dual: the cheapest mix of offers that has what the demand requests
// in total, in parts of nodes.
type mix struct {
	// y prices a unit of each resource.
	y [Dims]float64
	// nodes of each offer. At most one for a resource is above zero.
	nodes []float64
}

// tableau is the simplex method's: a row for an offer, a column for a resource,
// from y = 0 on. It has Dims columns at most, so a pivot costs next to nothing.
type tableau struct {
	nd    int
	rows  [][Dims]float64
	rhs   []float64
	gain  [Dims]float64
	basic []int // by row; resources are 0 to nd-1, the offers' slacks from nd on
	other [Dims]int
}

// mixOf solves the linear bound for a demand.
func (in *instance) mixOf(dem []int) mix {
	var total [Dims]float64
	for i, n := range dem {
		for d := range in.nd {
			total[d] += float64(in.w[i][d]) * float64(n)
		}
	}
	t := tableau{nd: in.nd, rows: make([][Dims]float64, len(in.offers)), rhs: make([]float64, len(in.offers)), basic: make([]int, len(in.offers))}
	for d := range in.nd {
		t.other[d] = d
		if total[d] > 0 {
			t.gain[d] = 1
		}
	}
	for r := range in.offers {
		o := &in.offers[r]
		t.rhs[r], t.basic[r] = o.price, in.nd+r
		for d := range in.nd {
			if total[d] > 0 {
				t.rows[r][d] = float64(o.free[d]) / total[d]
			}
		}
	}
	for range 50 * (in.nd + 1) {
		if !t.step() {
			break
		}
	}
	m := mix{nodes: make([]float64, len(in.offers))}
	for r, b := range t.basic {
		if b < in.nd && total[b] > 0 {
			m.y[b] = t.rhs[r] / total[b]
		}
	}
	for c := range in.nd {
		if o := t.other[c] - in.nd; o >= 0 {
			m.nodes[o] = math.Max(0, -t.gain[c])
		}
	}
	return m
}

// step makes one pivot; false at the optimum.
func (t *tableau) step() bool {
	const zero = 1e-12
	col := 0
	for c := range t.nd {
		if t.gain[c] > t.gain[col] {
			col = c
		}
	}
	if t.nd == 0 || t.gain[col] <= zero {
		return false
	}
	row, most := -1, math.Inf(1)
	for r := range t.rows {
		if a := t.rows[r][col]; a > zero && t.rhs[r]/a < most {
			row, most = r, t.rhs[r]/a
		}
	}
	if row < 0 {
		return false
	}
	line := &t.rows[row]
	p := 1 / line[col]
	line[col] = 1
	for c := range t.nd {
		line[c] *= p
	}
	t.rhs[row] *= p
	for r := range t.rows {
		f := t.rows[r][col]
		if r == row || f == 0 {
			continue
		}
		t.rows[r][col] = 0
		for c := range t.nd {
			t.rows[r][c] -= f * line[c]
		}
		t.rhs[r] = math.Max(0, t.rhs[r]-f*t.rhs[row])
	}
	f := t.gain[col]
	t.gain[col] = 0
	for c := range t.nd {
		t.gain[c] -= f * line[c]
	}
	t.basic[row], t.other[col] = t.other[col], t.basic[row]
	return true
}

// linear starts the dual prices with those of the linear bound: where all that a
// node has is worth no more than the node, no filling is.
func (s *solver) linear() {
	m := s.in.mixOf(s.in.dem)
	ratio := 0.0
	for t := range s.in.offers {
		o := &s.in.offers[t]
		ratio = math.Max(ratio, s.in.value(&m.y, &o.free)/o.price)
	}
	v := make([]float64, len(s.in.w))
	for i := range v {
		v[i] = s.in.value(&m.y, &s.in.w[i])
	}
	s.raise(v, ratio)
}

// value returns what resources are worth at the prices y.
func (in *instance) value(y *[Dims]float64, w *Vector) float64 {
	sum := 0.0
	for d := range in.nd {
		sum += y[d] * float64(w[d])
	}
	return sum
}
