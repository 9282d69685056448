package onetype

import (
	"context"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
)

// shake tries even fit on fewer nodes than were found, and few enough to be
// cheaper than the best, with random weights of the resources and random changes
// to the order of the classes.
func (s *search) shake(ctx context.Context, at int) error {
	c := &s.all[at]
	s.prepare(c)
	s.shelf.free = c.free
	for range s.opt.tries(len(s.at)) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n := s.limit(c)
		if n < c.least {
			return nil
		}
		var sizes, weights colgen.Vector
		for d := range s.dims {
			sizes[d], weights[d] = s.rng.Int64N(256), s.rng.Int64N(256)
		}
		most, noise := s.rng.IntN(2) == 0, 1+s.rng.Int64N(64)
		order := s.order(func(k int) (size int64) {
			for d := range s.dims {
				part := c.shares[k][d] * sizes[d]
				if most {
					size = max(size, part)
				} else {
					size += part
				}
			}
			return size * (256 + s.rng.Int64N(noise))
		})
		if s.shelf.evenFit(order, c.shares, &weights, n) {
			s.keep(at, n)
		}
	}
	return nil
}
