package demand

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Bounds of the Erlang series. Above hopeless (in square roots of the servers)
// the probability is below the smallest float64; hugeSum stops the series before
// it overflows, at a probability below 1e-280.
const (
	hopeless   = 40
	hugeSum    = 1e280
	negligible = 1e-17
)

// ErlangC returns the probability that a customer of an M/M/c queue waits:
// servers is c, above 0; offered is the load in erlangs, arrival rate times mean
// service time. At and above offered = servers everybody waits: 1.
//
//	1/B = Σ_{j≥0} Π_{i<j} (c−i)/a            (Erlang B, summed from the top)
//	B   = aᶜe⁻ᵃ / Γ(c+1, a)                  (its continuation to any c)
//	C   = B / (1 − (a/c)(1 − B))
//
// For a whole number of servers it sums the series, which has about c − a + O(√a)
// terms and needs no logarithms; the relative error is below 1e-12 up to a million
// servers. For others it takes the second form, right to about 1e-12 up to a
// thousand servers and to 1e-9 up to a million.
// Source: A. K. Erlang 1917; Cooper, Introduction to Queueing Theory, ch. 3.
func ErlangC(servers, offered float64) float64 {
	switch {
	case offered <= 0:
		return 0
	case offered >= servers:
		return 1
	case servers-offered > hopeless*math.Sqrt(servers):
		return 0
	}
	b := 0.0
	if servers == math.Trunc(servers) {
		b = erlangSeries(servers, offered)
	} else {
		lg, _ := math.Lgamma(servers + 1)
		b = math.Exp(float64(servers*math.Log(offered))-offered-lg) / mathext.GammaIncRegComp(servers+1, offered)
	}
	return b / (1 - float64(offered/servers*(1-b)))
}

// erlangSeries returns Erlang's B of a whole number of servers; 0 where it is
// below 1e-280.
func erlangSeries(servers, offered float64) float64 {
	sum, term := 1.0, 1.0
	for left := servers; left > 0; left-- {
		term = float64(term * (left / offered))
		sum += float64(term)
		if sum > hugeSum {
			return 0
		}
		if left < offered && term < negligible*sum {
			break
		}
	}
	return 1 / sum
}
