// Package units holds the quantities that the planner computes with, as types.
//
// Each is a whole number of a small unit, so that sums are exact and equal on
// every machine: thousandths of a core, bytes, billionths of a dollar,
// millionths of a request per second, millionths of a whole. Floats live in the
// models alone and are rounded to these types once, at the edge, with the
// direction named: demand up, capacity down.
package units

import (
	"math"
	"math/bits"
)

// MilliCPU is CPU in thousandths of a core.
type MilliCPU int64

// Core is one CPU core (a vCPU of a virtual machine).
const Core MilliCPU = 1000

// Bytes is a size of memory or storage.
type Bytes int64

// The binary multiples of a byte.
const (
	KiB Bytes = 1 << 10
	MiB       = KiB << 10
	GiB       = MiB << 10
	TiB       = GiB << 10
)

// Mbps is a bandwidth in millions of bits a second.
type Mbps int64

// USD is an amount of money in billionths of a dollar.
type USD int64

// Dollar is one US dollar.
const Dollar USD = 1_000_000_000

// USDPerHour is a price rate in billionths of a dollar an hour.
type USDPerHour int64

// DollarPerHour is one US dollar an hour.
const DollarPerHour USDPerHour = 1_000_000_000

// HoursPerMonth is the month of every monthly figure: 730 hours.
const HoursPerMonth = 730

// PerMonth returns the amount of 730 hours at rate r.
func (r USDPerHour) PerMonth() USD { return USD(r) * HoursPerMonth }

// PerHour returns the hourly rate of a monthly amount over 730 hours, rounded
// up: a cost is never understated.
func (u USD) PerHour() USDPerHour { return USDPerHour(ceilDiv(int64(u), HoursPerMonth)) }

// Rate is a number of events a second (requests, runs) in millionths.
type Rate int64

// PerSecond is one event a second.
const PerSecond Rate = 1_000_000

// Float returns r in events a second.
func (r Rate) Float() float64 { return float64(r) / float64(PerSecond) }

// Ratio is a share of a whole, or a plain factor, in millionths: 80% is 800000.
type Ratio int64

// Whole is 100%.
const Whole Ratio = 1_000_000

// Percent is 1%.
const Percent Ratio = 10_000

// Float returns r as a factor: 0.8 for 80%.
func (r Ratio) Float() float64 { return float64(r) / float64(Whole) }

// Up returns n times r, rounded up to a whole number. n must not be negative.
func (r Ratio) Up(n int) int { return int(ceilDiv(int64(n)*int64(r), int64(Whole))) }

// Down returns n times r, rounded down to a whole number. n must not be negative.
func (r Ratio) Down(n int) int { return int(int64(n) * int64(r) / int64(Whole)) }

// CountOrRatio is a number of things, or a share of them, as Kubernetes writes
// maxSurge and minAvailable. The zero value is a count of zero.
type CountOrRatio struct {
	Count   int
	Ratio   Ratio
	IsRatio bool
}

// Count returns a plain count.
func Count(n int) CountOrRatio { return CountOrRatio{Count: n} }

// Share returns a share of the whole.
func Share(r Ratio) CountOrRatio { return CountOrRatio{Ratio: r, IsRatio: true} }

// Up returns the number that c means out of n, a share rounded up.
func (c CountOrRatio) Up(n int) int {
	if c.IsRatio {
		return c.Ratio.Up(n)
	}
	return c.Count
}

// Down returns the number that c means out of n, a share rounded down.
func (c CountOrRatio) Down(n int) int {
	if c.IsRatio {
		return c.Ratio.Down(n)
	}
	return c.Count
}

// IsZero reports whether c means none of any number.
func (c CountOrRatio) IsZero() bool { return c.Count == 0 && c.Ratio == 0 }

// CeilDiv returns a / b rounded up. a must not be negative and b must be positive.
func CeilDiv[T ~int | ~int64](a, b T) T { return T(ceilDiv(int64(a), int64(b))) }

func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}

// ScaleUp returns x times r, rounded up, at most the type's largest. Neither may be
// negative.
func ScaleUp[T ~int64](x T, r Ratio) T {
	hi, lo := bits.Mul64(uint64(x), uint64(r))
	if hi >= uint64(Whole) {
		return T(math.MaxInt64)
	}
	q, rest := bits.Div64(hi, lo, uint64(Whole))
	if rest > 0 {
		q++
	}
	return T(min(q, math.MaxInt64))
}
