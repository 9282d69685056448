package placement

import (
	"math"
	"math/big"
	"math/bits"
)

// weights is a sum of weights: a whole number and fractions, each below 1, of the
// denominators that a certificate has: one a pool and resource.
type weights struct {
	room  [][]int64
	whole int64
	parts []int64

	// pods that are being put in, and the largest of their weights so far.
	pods       int64
	size, over int64
	at         int
}

// start begins a sum.
func (s *weights) start(room [][]int64) {
	s.room, s.whole = room, 0
	s.parts = resize(s.parts, len(room)*len(room[0]))
	clear(s.parts)
}

// begin starts to put in n pods of one size.
func (s *weights) begin(n int) { s.pods, s.size, s.over, s.at = int64(max(0, n)), 0, 1, 0 }

// consider says that they may be on nodes of a pool, where they take from what pods
// of another size need: their weight is the largest of all. Of further resources
// only those count that the latter request: nothing else is looked at.
func (s *weights) consider(pool int, size, need []int64) {
	for d, room := range s.room[pool] {
		if (d < basic || need[d] > 0) && exceeds(size[d], room, s.size, s.over) {
			s.size, s.over, s.at = size[d], room, pool*len(size)+d
		}
	}
}

// undo is a sum before pods were put in.
type undo struct {
	at          int
	whole, part int64
}

// end puts them in, and returns what takes them back.
func (s *weights) end() undo {
	before := undo{at: s.at, whole: s.whole, part: s.parts[s.at]}
	if s.size >= s.over {
		s.whole += s.pods
		return before
	}
	// The product may be beyond 64 bits, its quotient is at most the pods.
	hi, lo := bits.Mul64(uint64(s.size), uint64(s.pods))
	lo, carry := bits.Add64(lo, uint64(s.parts[s.at]), 0)
	q, r := bits.Div64(hi+carry, lo, uint64(s.over))
	s.whole, s.parts[s.at] = s.whole+int64(q), int64(r)
	return before
}

// takeBack takes out what was put in last.
func (s *weights) takeBack(u undo) { s.whole, s.parts[u.at] = u.whole, u.part }

// exceeds reports whether a/b > c/d, exactly. None is negative, b and d are
// positive.
func exceeds(a, b, c, d int64) bool {
	leftHigh, leftLow := bits.Mul64(uint64(a), uint64(d))
	rightHigh, rightLow := bits.Mul64(uint64(c), uint64(b))
	return leftHigh > rightHigh || leftHigh == rightHigh && leftLow > rightLow
}

// denominator of a part.
func (s *weights) denominator(part int) int64 {
	resources := len(s.room[0])
	return s.room[part/resources][part%resources]
}

// floor returns the whole part of the sum.
func (s *weights) floor() int {
	// Where the fractions are clearly below a whole number, or above, floating point
	// says so; near one the exact sum does.
	const near = 1e-9
	sum := 0.0
	for i, part := range s.parts {
		if part > 0 {
			sum += float64(part) / float64(s.denominator(i))
		}
	}
	if whole := math.Round(sum); whole > 0 && math.Abs(sum-whole) < near {
		return int(s.whole) + s.exact()
	}
	return int(s.whole) + int(sum)
}

// exact returns the whole part of the sum of the fractions.
func (s *weights) exact() int {
	sum := new(big.Rat)
	for i, part := range s.parts {
		if part > 0 {
			sum.Add(sum, big.NewRat(part, s.denominator(i)))
		}
	}
	return int(new(big.Int).Div(sum.Num(), sum.Denom()).Int64())
}
