package colgen

import (
	"cmp"
	"math"
	"slices"
)

// mostGroups bounds the groups of the linear bound; classes beyond them share one.
const mostGroups = 8

// mixRounds bounds the rounds of adding rows to the linear bound.
const mixRounds = 20

// group is the classes that the same offers may hold.
type group struct {
	classes []int
	on      []bool // by offer
}

// mix is a solution of the linear bound. With one group of classes that is
//
//	max total . y  where free_t . y <= price_t for every offer t, y >= 0.
//
// With several, each group has prices of its own, and what an offer has of a
// resource counts at the highest price of a group that it may hold. The dual is
// the cheapest mix of offers that has what the demand requests in total, in parts
// of nodes.
type mix struct {
	// y prices a unit of each resource, by group.
	y [][Dims]float64
	// nodes of each offer.
	nodes []float64
}

// takeGroups sorts the classes into groups, the largest first.
func (in *instance) takeGroups() {
	at := map[string]int{}
	for i := range in.at {
		on, name := make([]bool, len(in.offers)), make([]byte, len(in.offers))
		for t := range on {
			if on[t] = in.classes[in.at[i]].Offers.Has(in.offers[t].at); on[t] {
				name[t] = 1
			}
		}
		g, ok := at[string(name)]
		if !ok {
			g = len(in.groups)
			at[string(name)] = g
			in.groups = append(in.groups, group{on: on})
		}
		in.groups[g].classes = append(in.groups[g].classes, i)
	}
	pods := func(g *group) int {
		sum := 0
		for _, i := range g.classes {
			sum += in.dem[i]
		}
		return sum
	}
	slices.SortStableFunc(in.groups, func(a, b group) int { return cmp.Compare(pods(&b), pods(&a)) })
	for len(in.groups) > mostGroups {
		last := in.groups[len(in.groups)-1]
		in.groups = in.groups[:len(in.groups)-1]
		g := &in.groups[mostGroups-1]
		g.classes = append(g.classes, last.classes...)
		for t, on := range last.on {
			g.on[t] = g.on[t] || on
		}
	}
	in.group = make([]int, len(in.at))
	for g := range in.groups {
		for _, i := range in.groups[g].classes {
			in.group[i] = g
		}
	}
}

// mixOf solves the linear bound for a demand. Which group's price is the highest
// depends on the solution: rows of the program that it breaks are added to it.
func (in *instance) mixOf(dem []int) mix {
	total := make([][Dims]float64, len(in.groups))
	for i, n := range dem {
		for d := range in.nd {
			total[in.group[i]][d] += float64(in.w[i][d]) * float64(n)
		}
	}
	var rows []choice
	for t := range in.offers {
		for g := range in.groups {
			if in.groups[g].on[t] {
				c := choice{offer: t}
				for d := range in.nd {
					c.group[d] = g
				}
				rows = append(rows, c)
			}
		}
	}
	for round := 1; ; round++ {
		m := in.solveMix(total, rows)
		n := len(rows)
		for t := range in.offers {
			if c, worth := in.dearest(&m, t); worth > in.offers[t].price*(1+1e-9) && !slices.Contains(rows, c) {
				rows = append(rows, c)
			}
		}
		// What is broken after the last round makes the bound lower, not wrong.
		if len(rows) == n || round == mixRounds {
			return m
		}
	}
}

// choice is a row of the linear bound: an offer, and for each resource the group
// at whose price it counts.
type choice struct {
	offer int
	group [Dims]int
}

// dearest returns an offer's row at the highest prices, and what it is worth.
func (in *instance) dearest(m *mix, t int) (c choice, worth float64) {
	c.offer = t
	for d := range in.nd {
		top := -1.0
		for g := range in.groups {
			if in.groups[g].on[t] && m.y[g][d] > top {
				c.group[d], top = g, m.y[g][d]
			}
		}
		worth += top * float64(in.offers[t].free[d])
	}
	return c, worth
}

func (in *instance) solveMix(total [][Dims]float64, rows []choice) mix {
	nd := in.nd
	t := newTableau(len(rows), nd*len(in.groups))
	for g := range total {
		for d := range nd {
			if total[g][d] > 0 {
				t.gain[g*nd+d] = 1
			}
		}
	}
	for r := range rows {
		o := &in.offers[rows[r].offer]
		t.rhs[r] = o.price
		for d, g := range rows[r].group[:nd] {
			if total[g][d] > 0 {
				t.rows[r][g*nd+d] = float64(o.free[d]) / total[g][d]
			}
		}
	}
	t.solve()
	m := mix{y: make([][Dims]float64, len(in.groups)), nodes: make([]float64, len(in.offers))}
	for r, b := range t.basic {
		if g, d := b/max(1, nd), b%max(1, nd); b < t.cols && total[g][d] > 0 {
			m.y[g][d] = t.rhs[r] / total[g][d]
		}
	}
	for c, b := range t.other {
		if r := b - t.cols; r >= 0 {
			m.nodes[rows[r].offer] += math.Max(0, -t.gain[c])
		}
	}
	return m
}

// tableau is that of the simplex method, from zero on, for max gain . u where
// rows . u <= rhs, u >= 0.
type tableau struct {
	cols      int
	rows      [][]float64
	rhs, gain []float64
	basic     []int // by row; u are 0 to cols-1, the rows' slacks follow
	other     []int // by column
}

func newTableau(rows, cols int) *tableau {
	t := &tableau{cols: cols, rows: make([][]float64, rows), rhs: make([]float64, rows), gain: make([]float64, cols)}
	all := make([]float64, rows*cols)
	for r := range t.rows {
		t.rows[r] = all[r*cols : (r+1)*cols]
		t.basic = append(t.basic, cols+r)
	}
	for c := range cols {
		t.other = append(t.other, c)
	}
	return t
}

func (t *tableau) solve() {
	for range 50 * (t.cols + 1) {
		if !t.step() {
			return
		}
	}
}

// step makes one pivot; false at the optimum.
func (t *tableau) step() bool {
	const zero = 1e-12
	col := -1
	for c, gain := range t.gain {
		if gain > zero && (col < 0 || gain > t.gain[col]) {
			col = c
		}
	}
	if col < 0 {
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
	line := t.rows[row]
	p := 1 / line[col]
	line[col] = 1
	for c := range line {
		line[c] *= p
	}
	t.rhs[row] *= p
	for r, other := range t.rows {
		f := other[col]
		if r == row || f == 0 {
			continue
		}
		other[col] = 0
		for c := range other {
			other[c] -= f * line[c]
		}
		t.rhs[r] = math.Max(0, t.rhs[r]-f*t.rhs[row])
	}
	f := t.gain[col]
	t.gain[col] = 0
	for c := range t.gain {
		t.gain[c] -= f * line[c]
	}
	t.basic[row], t.other[col] = t.other[col], t.basic[row]
	return true
}

// linear starts the dual prices with those of the linear bound: where all that a
// node has is worth no more than the node, no filling is.
func (s *solver) linear() {
	in := s.in
	m := in.mixOf(in.dem)
	ratio := 0.0
	for t := range in.offers {
		_, worth := in.dearest(&m, t)
		ratio = math.Max(ratio, worth/in.offers[t].price)
	}
	v := make([]float64, len(in.w))
	for i := range v {
		v[i] = in.value(&m.y[in.group[i]], &in.w[i])
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
