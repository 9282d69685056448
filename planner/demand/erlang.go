package demand

import "math"

// Bounds of the Erlang series. Above hopeless (in square roots of the servers)
// the probability is below the smallest float64; hugeSum stops the series before
// it overflows, at a probability below 1e-280.
const (
	hopeless   = 40
	hugeSum    = 1e280
	negligible = 1e-17
)

// ErlangC returns the probability that a customer of an M/M/c queue waits:
// servers is c, at least 1; offered is the load in erlangs, arrival rate times
// mean service time. At and above offered = servers everybody waits: 1.
//
//	1/B = Σ_{j≥0} Π_{i<j} (c−i)/a        (Erlang B, summed from the top)
//	C   = B / (1 − (a/c)(1 − B))
//
// The series has about c − a + O(√a) terms and needs no logarithms; the relative
// error is below 1e-12 up to a million servers.
// Source: A. K. Erlang 1917; Cooper, Introduction to Queueing Theory, ch. 3.
func ErlangC(servers int, offered float64) float64 {
	c := float64(servers)
	switch {
	case offered <= 0:
		return 0
	case offered >= c:
		return 1
	case c-offered > hopeless*math.Sqrt(c):
		return 0
	}
	sum, term := 1.0, 1.0
	for left := c; left > 0; left-- {
		term *= left / offered
		sum += term
		if sum > hugeSum {
			return 0
		}
		if left < offered && term < negligible*sum {
			break
		}
	}
	b := 1 / sum
	return b / (1 - float64(offered/c*(1-b)))
}
