package colgen

import (
	"context"
	"math"
)

// certify rounds the dual prices down to whole numbers at which no filling of a
// node is worth more than its price, and returns them for the caller's classes.
//
// Values are whole numbers below 2^53, so that float64 sums of them are exact.
// The price of the dearest offer is between 2^44 and 2^45: with prices of offers
// multiplied by a power of two. A bound on a filling's worth carries a margin
// for its own rounding (safety). Where it exceeds the price, all prices are
// divided by the excess and rounded down again, which divides any filling's worth
// at least as much.
func (s *solver) certify() (Certificate, error) {
	in := s.in
	exponent := 44 - math.Ilogb(in.unit)
	cert := Certificate{Duals: make([]int64, len(in.classes)), Scale: 1}
	factor := in.unit
	if exponent > 0 {
		cert.Scale = 1 << min(exponent, 44)
		factor *= float64(cert.Scale)
	}
	whole := make([]float64, len(in.dem))
	for i := range whole {
		whole[i] = math.Floor(s.dual[i] * factor)
	}
	ratio := 1.0
	for t := range in.offers {
		if s.ctx.Err() != nil {
			return cert, context.Cause(s.ctx)
		}
		price := float64(in.offers[t].cost) * float64(cert.Scale)
		bound := s.certain(t, whole, price)
		ratio = max(ratio, bound/price)
	}
	if ratio > 1 {
		ratio = math.Nextafter(ratio, 2*ratio)
		for i := range whole {
			// One more off for the rounding of the division itself.
			whole[i] = math.Max(0, math.Floor(whole[i]/ratio)-1)
		}
	}
	for i, at := range in.at {
		cert.Duals[at] = int64(whole[i])
	}
	return cert, nil
}

// certain returns a bound on the worth of a filling of offer t: exactly that of
// the best filling where the search ends within its limit.
func (s *solver) certain(t int, v []float64, price float64) float64 {
	k := s.packer
	// The packer's margin is in shares of the dearest price; here prices are whole
	// numbers, and a bound that is below the next whole one is that much better.
	k.fill(t, v, s.in.dem, price*(1-4*safety), 0.9*price, s.opt.nodes())
	return math.Floor(k.bound + safety*price)
}
