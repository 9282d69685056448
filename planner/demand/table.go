package demand

import "math"

// What a table covers and how finely.
const (
	// tableTail is the probability outside of a table on either side.
	tableTail = 1e-10
	// tableOctaves bounds a table's range downwards from its end.
	tableOctaves = 24
	// minCells and maxTableCells bound the cells of an octave, powers of two.
	minCells, maxTableCells = 16, 512
	// cellsPerDeviation is how many cells a standard deviation at the mean has at
	// least; the interpolation is then right to about 1e-6.
	cellsPerDeviation = 12
)

// smooth is a law with a density whose functions take long to compute.
type smooth interface {
	Law
	density(t float64) float64
}

// tabulated is a law whose Survival and Excess are read from a table, between
// nodes that are evenly spaced within each octave, by cubic interpolation with
// exact slopes.
type tabulated struct {
	smooth
	first uint64 // leading bits of the first node
	shift uint   // of a float64's bits to leading bits
	full  bool   // below the first node nothing of the law is left out
	nodes []node
}

type node struct{ at, survival, excess, density float64 }

// tabulate returns law with a table where that pays and is exact enough, and law
// itself otherwise.
func tabulate(law Law) Law {
	s, ok := law.(smooth)
	if !ok {
		return law
	}
	cells, bits := minCells, uint(4)
	for cells <= maxTableCells && float64(cells)*math.Sqrt(law.SCV()) < cellsPerDeviation {
		cells, bits = 2*cells, bits+1
	}
	if cells > maxTableCells {
		return law
	}
	from, to := law.Quantile(tableTail), law.Quantile(1-tableTail)
	least := math.Ldexp(to, -tableOctaves)
	t := &tabulated{smooth: s, shift: 52 - bits, full: from >= least}
	t.first = math.Float64bits(max(from, least)) >> t.shift
	last := math.Float64bits(to)>>t.shift + 1
	t.nodes = make([]node, 0, last-t.first+1)
	for b := t.first; b <= last; b++ {
		at := math.Float64frombits(b << t.shift)
		t.nodes = append(t.nodes, node{at, law.Survival(at), law.Excess(at), s.density(at)})
	}
	return t
}

// find returns the nodes around x; ok is false outside of the table.
func (t *tabulated) find(x float64) (a, b *node, ok bool) {
	i := math.Float64bits(x)>>t.shift - t.first // huge below the first
	if i >= uint64(len(t.nodes)-1) {
		return nil, nil, false
	}
	return &t.nodes[i], &t.nodes[i+1], true
}

func (t *tabulated) Survival(x float64) float64 {
	if x <= 0 {
		return 1
	}
	a, b, ok := t.find(x)
	if !ok {
		if t.full && x < t.nodes[0].at {
			return 1
		}
		return t.smooth.Survival(x)
	}
	return max(hermite(x, a.at, b.at, a.survival, b.survival, -a.density, -b.density), 0)
}

func (t *tabulated) Excess(x float64) float64 {
	if x <= 0 {
		return t.Mean()
	}
	a, b, ok := t.find(x)
	if !ok {
		if t.full && x < t.nodes[0].at {
			return t.Mean() - x
		}
		return t.smooth.Excess(x)
	}
	return max(hermite(x, a.at, b.at, a.excess, b.excess, -a.survival, -b.survival), 0)
}

// hermite returns the cubic through (a, fa) and (b, fb) with slopes da and db.
func hermite(x, a, b, fa, fb, da, db float64) float64 {
	width := b - a
	u := (x - a) / width
	v := 1 - u
	left := float64(v*v) * (float64(fa*(1+2*u)) + float64(width*u*da))
	right := float64(u*u) * (float64(fb*(1+2*v)) - float64(width*v*db))
	return float64(left) + float64(right)
}
