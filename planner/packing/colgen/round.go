package colgen

import (
	"cmp"
	"math"
	"slices"
)

// round makes plans of the program's solution and keeps the best: whole copies of
// each filling, then one more of those whose share is at least a threshold and
// that the demand still holds whole, and greedy nodes for the rest.
func (s *solver) round() error {
	l := s.lp
	type share struct {
		col  int
		x    float64
		part float64
	}
	var used []share
	for r, b := range l.basis {
		if b >= 0 && l.x[r] > 1e-6 {
			// What the perturbation took from a whole number is given back.
			x := l.x[r] * (1 + 1e-9)
			used = append(used, share{b, x, x - math.Floor(x)})
		}
	}
	slices.SortFunc(used, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.part, a.part), cmp.Compare(a.col, b.col))
	})
	prices := make([]float64, len(l.y))
	for i, y := range l.y {
		prices[i] = math.Max(0, y)
	}
	sh := newShelf(s.in, s.packer)
	for _, threshold := range []float64{2, 0.9, 0.7, 0.5, 0.3} {
		rem := slices.Clone(s.in.dem)
		var bins []bin
		for _, u := range used {
			bins = s.put(bins, u.col, int(u.x), rem)
		}
		for _, u := range used {
			if u.part >= threshold {
				bins = s.put(bins, u.col, 1, rem)
			}
		}
		sh.reset(s.lifted(prices))
		rest, err := s.in.greedy(s.ctx, sh, rem, s.all, s.all)
		if err != nil {
			return err
		}
		s.keep(append(bins, rest...), StageRounded)
		if s.closed(s.opt.gap()) {
			return nil
		}
	}
	return nil
}

// put adds up to copies nodes of a column's filling that the demand holds whole.
func (s *solver) put(bins []bin, col, copies int, rem []int) []bin {
	c := &s.lp.cols[col]
	for k, i := range c.idx {
		copies = min(copies, rem[i]/int(c.cnt[k]))
	}
	if copies <= 0 {
		return bins
	}
	b := bin{offer: c.offer, pat: make([]int32, len(rem)), copies: copies}
	for k, i := range c.idx {
		b.pat[i] = int32(c.cnt[k])
		rem[i] -= copies * int(c.cnt[k])
	}
	return append(bins, b)
}
