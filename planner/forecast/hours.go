package forecast

import (
	"math"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// Hours is a quantity in each hour of the day, UTC, at its highest within the hour:
// requests a second, or shares of a peak. It comes round: hour 0 follows hour 23.
type Hours [24]float64

// PeakHour is where a profile has its peak that nobody placed.
const PeakHour = 14

// Cosine returns a profile with a peak of 1 in the hour peak, from 0 to 23, and a
// trough r twelve hours from it:
//
//	(1 + r)/2 + (1 − r)/2 · cos(2π(h − peak)/24)
//
// Its mean is (1 + r)/2. r is from 0 to 1.
func Cosine(r float64, peak int) Hours {
	var h Hours
	for i := range h {
		h[i] = (1+r)/2 + float64((1-r)/2*math.Cos(2*math.Pi*float64(i-peak)/24))
	}
	return h
}

// Times returns every hour multiplied by a factor.
func (h Hours) Times(factor float64) Hours {
	for i := range h {
		h[i] *= factor
	}
	return h
}

// Plus returns the sum, hour by hour: what several workloads need at the same time,
// which is less than the sum of their peaks where these are at different times.
func (h Hours) Plus(o Hours) Hours {
	for i := range h {
		h[i] += o[i]
	}
	return h
}

// Peak returns the largest hour, and Trough the smallest.
func (h Hours) Peak() float64 { return slices.Max(h[:]) }

// Trough returns the smallest hour.
func (h Hours) Trough() float64 { return slices.Min(h[:]) }

// Mean returns the mean hour.
func (h Hours) Mean() float64 {
	sum := 0.0
	for _, x := range h {
		sum += x
	}
	return sum / float64(len(h))
}

// SteepestRamp returns the steepest relative rise, by the second:
//
//	max over h of ln(x_{h+1} / x_h) / 3600
//
// What is below the floor counts as the floor, since a rise from little to little
// takes no more replicas than the least that run anyway. It is 0 where nothing
// rises, and +Inf where something rises from nothing and the floor is 0.
func (h Hours) SteepestRamp(floor float64) float64 {
	steepest := 0.0
	for i, x := range h {
		from, to := max(x, floor), max(h[(i+1)%len(h)], floor)
		if to > from {
			steepest = max(steepest, math.Log(to/from)/3600)
		}
	}
	return steepest
}

// Counts are how many of something run in each hour of the day, UTC.
type Counts [24]int

// Held returns what runs when nothing is taken away until it has not been needed
// for some hours: the largest count of each hour and of as many before it.
func (c Counts) Held(hours int) Counts {
	held := c
	for i := range c {
		for back := 1; back <= min(hours, len(c)-1); back++ {
			held[i] = max(held[i], c[(i-back+len(c))%len(c)])
		}
	}
	return held
}

// Max returns the largest count, and Min the smallest.
func (c Counts) Max() int { return slices.Max(c[:]) }

// Min returns the smallest count.
func (c Counts) Min() int { return slices.Min(c[:]) }

// Sum returns how many hours of one are run in a day.
func (c Counts) Sum() int {
	sum := 0
	for _, n := range c {
		sum += n
	}
	return sum
}

// HoursPerMonth returns how many hours of one are run in a month of 730 hours.
func (c Counts) HoursPerMonth() float64 {
	return float64(c.Sum()) * units.HoursPerMonth / float64(len(c))
}

// PerMonth returns what they cost in a month of 730 hours at a price each, rounded
// up to a billionth of a dollar; at most the largest amount.
func (c Counts) PerMonth(each units.USDPerHour) units.USD {
	day := new(big.Int).Mul(big.NewInt(int64(c.Sum())), big.NewInt(int64(each)))
	return units.USD(ceilDiv(day.Mul(day, big.NewInt(units.HoursPerMonth)), big.NewInt(int64(len(c)))))
}

// Fixed returns the counts of who never scales down: the largest in each hour.
func (c Counts) Fixed() Counts {
	top := c.Max()
	for i := range c {
		c[i] = top
	}
	return c
}
