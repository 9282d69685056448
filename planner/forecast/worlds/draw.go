package worlds

import "math/rand/v2"

// DefaultCount is how many worlds there are where nobody says: the 80th percentile
// of four estimates' product is then within 1.1% (root mean square).
const DefaultCount = 1024

// bases of the radical inverses, one a dimension. In more dimensions the larger
// bases would run side by side for too long.
var bases = [...]uint64{2, 3, 5, 7, 11, 13, 17, 19}

// Set is worlds, each a point in the open unit cube. It does not change.
type Set struct {
	count, dims int
	points      []float64 // dims for each world
}

// Draw returns count worlds in dims dimensions; a count of zero is DefaultCount.
// The first eight dimensions are Halton's sequence with a random shift (Cranley and
// Patterson 1976), those beyond are Latin hypercube samples. Equal arguments give
// equal worlds, and a dimension's numbers do not depend on how many come after it:
// who adds an estimate leaves the others' worlds as they were.
//
// Neither count nor dims may be negative.
func Draw(count, dims int, seed uint64) Set {
	if count == 0 {
		count = DefaultCount
	}
	s := Set{count: count, dims: dims, points: make([]float64, count*dims)}
	rng := rand.New(rand.NewPCG(seed, 0))
	for d := range dims {
		if d < len(bases) {
			s.halton(d, rng.Float64())
		} else {
			s.latin(d, rng)
		}
	}
	return s
}

func (s Set) halton(dim int, shift float64) {
	for w := range s.Len() {
		x := radicalInverse(uint64(w)+1, bases[dim]) + shift
		if x >= 1 {
			x--
		}
		s.points[w*s.dims+dim] = inside(x)
	}
}

func (s Set) latin(dim int, rng *rand.Rand) {
	n := s.Len()
	for w, stratum := range rng.Perm(n) {
		s.points[w*s.dims+dim] = inside((float64(stratum) + rng.Float64()) / float64(n))
	}
}

// radicalInverse mirrors the digits of i at the point: 110 in base 2 becomes .011.
func radicalInverse(i, base uint64) float64 {
	mirrored, power := uint64(0), uint64(1)
	for ; i > 0; i /= base {
		mirrored = mirrored*base + i%base
		power *= base
	}
	return float64(mirrored) / float64(power)
}

// inside moves the ends of the unit interval into it.
func inside(u float64) float64 {
	const tiny = 0x1p-54
	return min(max(u, tiny), 1-2*tiny)
}

// Len returns how many worlds there are.
func (s Set) Len() int { return s.count }

// U returns a world's coordinate, between 0 and 1 and neither of them.
func (s Set) U(world, dim int) float64 { return s.points[world*s.dims+dim] }

// Values returns what a law comes to in each world, by the coordinates of one
// dimension.
func (s Set) Values(dim int, l Law) []float64 {
	values := make([]float64, s.Len())
	for w := range values {
		values[w] = l.Quantile(s.U(w, dim))
	}
	return values
}
