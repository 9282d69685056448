package colgen

import (
	"cmp"
	"slices"
)

const (
	// heavyShare is the share of the bound from which on a class stays one of its own
	// in the sketch, mostHeavy the number of those.
	heavyShare = 0.01
	mostHeavy  = 24
	// lightKinds is the number of classes that all others are drawn together to, and
	// sketchedFrom that of classes from which on it pays.
	lightKinds   = 16
	sketchedFrom = 80
	// sketchRounds bounds the rounds of column generation of the sketch, and sketchGap
	// is the gap at which it ends. sketchNodes bounds the knapsacks that hold its
	// prices to the whole problem.
	sketchRounds = 60
	sketchGap    = 5e-4
	sketchNodes  = 2000
)

// sketch is the problem with few classes. Those that make up much of the demand
// are as they are; of the others, which fill the gaps between them, only how much
// they want of one resource for what they want of the others matters, and those
// that are alike in this are one class of average pods.
type sketch struct {
	s     *solver
	y     [Dims]float64 // the linear bound's prices
	by    int           // the resource by whose share of a pod's worth light ones are told apart
	parts [][]int       // classes by class of the sketch, heavy ones first
	heavy int           // number of those
	in    *instance
}

// sketched raises the dual prices by a sketch's, if there are many classes. Column
// generation over few classes takes a few milliseconds, and where some classes are
// heavy its prices are far better than the linear bound's. Any prices give a bound
// once the knapsacks of the whole problem have been held against them.
func (s *solver) sketched() error {
	if len(s.in.dem) < sketchedFrom || len(s.in.groups) > 1 || s.opt.rounds() == 0 {
		return nil
	}
	k := s.newSketch()
	opt := s.opt
	opt.Rounds = sketchRounds
	sub := newSolver(s.ctx, k.in, opt)
	sub.linear()
	bins, err := sub.blend(blends[0])
	if err != nil {
		return err
	}
	sub.keep(bins, StageGreedy)
	if err := sub.startMaster(); err != nil {
		return err
	}
	if _, err := sub.generate(sketchGap, sketchRounds); err != nil {
		return err
	}
	v := k.prices(sub.dual)
	ratio := 0.0
	for _, p := range s.price(v, 1, sketchNodes) {
		ratio = max(ratio, p.bound/s.in.offers[p.offer].price)
	}
	s.raise(v, ratio)
	return nil
}

// newSketch draws classes together, at the prices of the linear bound.
func (s *solver) newSketch() *sketch {
	in := s.in
	k := &sketch{s: s, y: in.mixOf(in.dem).y[0]}
	worth := func(i int) float64 { return float64(in.dem[i]) * in.value(&k.y, &in.w[i]) }
	var total [Dims]float64
	whole := 0.0
	for i := range in.dem {
		whole += worth(i)
		for d := range in.nd {
			total[d] += k.y[d] * float64(in.w[i][d]) * float64(in.dem[i])
		}
	}
	for d := range in.nd {
		if total[d] > total[k.by] {
			k.by = d
		}
	}
	var light []int
	rest := 0.0
	for i := range in.dem {
		if len(k.parts) < mostHeavy && worth(i) >= heavyShare*whole {
			k.parts = append(k.parts, []int{i})
			continue
		}
		light = append(light, i)
		rest += worth(i)
	}
	k.heavy = len(k.parts)
	slices.SortStableFunc(light, func(a, b int) int { return cmp.Compare(k.slant(&in.w[a]), k.slant(&in.w[b])) })
	var part []int
	sum := 0.0
	for n, i := range light {
		part = append(part, i)
		if sum += worth(i); sum >= rest/lightKinds || n == len(light)-1 {
			k.parts = append(k.parts, part)
			part, sum = nil, 0
		}
	}
	k.draw()
	return k
}

// slant returns the share of the resource by in what w is worth.
func (k *sketch) slant(w *Vector) float64 {
	return k.y[k.by] * float64(w[k.by]) / max(1e-300, k.s.in.value(&k.y, w))
}

// draw makes the instance, of the parts' average pods.
func (k *sketch) draw() {
	in := k.s.in
	k.in = &instance{nd: in.nd, unit: in.unit, groups: []group{{on: in.groups[0].on}}}
	for _, part := range k.parts {
		n := 0
		var sum [Dims]float64
		for _, i := range part {
			n += in.dem[i]
			for d := range in.nd {
				sum[d] += float64(in.w[i][d]) * float64(in.dem[i])
			}
		}
		var w Vector
		for d := range in.nd {
			w[d] = int64(sum[d] / float64(n))
		}
		k.in.w, k.in.dem, k.in.group = append(k.in.w, w), append(k.in.dem, n), append(k.in.group, 0)
	}
	k.in.pods = in.pods
	for _, o := range in.offers {
		o.fit = make([]int, len(k.parts))
		for c := range k.parts {
			o.fit[c] = k.in.copies(&o.free, c, k.in.dem[c])
		}
		k.in.offers = append(k.in.offers, o)
	}
}

// prices returns prices of the whole problem's classes: a heavy one's is that of
// the sketch, a light one's lies between those of the two parts that are next to it
// in slant, for what its resources are worth.
func (k *sketch) prices(dual []float64) []float64 {
	in := k.s.in
	v := make([]float64, len(in.dem))
	var at, rate []float64
	for c, part := range k.parts {
		if c < k.heavy {
			v[part[0]] = dual[c]
			continue
		}
		w := &k.in.w[c]
		at, rate = append(at, k.slant(w)), append(rate, dual[c]/max(1e-300, in.value(&k.y, w)))
	}
	for _, part := range k.parts[k.heavy:] {
		for _, i := range part {
			v[i] = between(at, rate, k.slant(&in.w[i])) * in.value(&k.y, &in.w[i])
		}
	}
	return v
}

// between interpolates rate at x between the points at, which rise.
func between(at, rate []float64, x float64) float64 {
	n, _ := slices.BinarySearch(at, x)
	switch {
	case n == 0:
		return rate[0]
	case n == len(at):
		return rate[n-1]
	}
	f := (x - at[n-1]) / (at[n] - at[n-1])
	return (1-f)*rate[n-1] + f*rate[n]
}
