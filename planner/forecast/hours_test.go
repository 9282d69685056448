package forecast_test

import (
	"math"
	"testing"

	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestCosine(t *testing.T) {
	h := forecast.Cosine(.25, 14)
	// Peak and trough twelve hours apart, the mean half way, at six hours from both.
	for hour, want := range map[int]float64{14: 1, 2: .25, 8: .625, 20: .625, 18: .625 + .375/2} {
		if !(math.Abs(h[hour]-want) <= 1e-12) {
			t.Errorf("hour %d: %g, want %g", hour, h[hour], want)
		}
	}
	if !(math.Abs(h.Mean()/h.Peak()-.625) <= 1e-12) || !(math.Abs(h.Trough()-.25) <= 1e-12) {
		t.Errorf("mean %g, peak %g, trough %g", h.Mean(), h.Peak(), h.Trough())
	}
	for hour, x := range forecast.Cosine(1, 5) {
		if !(math.Abs(x-1) <= 1e-12) {
			t.Errorf("hour %d of a flat profile: %g", hour, x)
		}
	}
}

// Two workloads with peaks at opposite ends of the day need their mean together, not
// the sum of their peaks.
func TestPlusIsHourByHour(t *testing.T) {
	sum := forecast.Cosine(.5, 2).Times(100).Plus(forecast.Cosine(.5, 14).Times(100))
	if !(math.Abs(sum.Peak()-150) <= 1e-9) || !(math.Abs(sum.Trough()-150) <= 1e-9) {
		t.Errorf("from %g to %g, want 150", sum.Trough(), sum.Peak())
	}
}

func TestSteepestRamp(t *testing.T) {
	flat := forecast.Cosine(1, 0)
	step := flat
	step[0], step[23] = 8, 2 // over midnight: 2 to 8; 1 to 2 before that
	night := forecast.Hours{9: 10, 10: 20}
	for name, tc := range map[string]struct {
		hours       forecast.Hours
		floor, want float64
	}{
		"flat":             {flat, 0, 0},
		"over midnight":    {step, 0, math.Log(4) / 3600},
		"from the floor":   {step, 4, math.Log(2) / 3600},
		"below the floor":  {step, 8, 0},
		"from nothing":     {night, 0, math.Inf(1)},
		"nothing, floored": {night, 5, math.Log(2) / 3600},
	} {
		if got := tc.hours.SteepestRamp(tc.floor); got != tc.want && !(math.Abs(got-tc.want) < 1e-15) {
			t.Errorf("%s: %g, want %g", name, got, tc.want)
		}
	}
}

func TestCounts(t *testing.T) {
	c := forecast.Counts{0: 5, 1: 1, 2: 2, 12: 9, 23: 7}
	for hours, want := range map[int]forecast.Counts{
		0: c,
		1: {0: 7, 1: 5, 2: 2, 3: 2, 12: 9, 13: 9, 23: 7},
		2: {0: 7, 1: 7, 2: 5, 3: 2, 4: 2, 12: 9, 13: 9, 14: 9, 23: 7},
	} {
		if got := c.Held(hours); got != want {
			t.Errorf("held for %d hours: %v, want %v", hours, got, want)
		}
	}
	if c.Held(1000) != c.Fixed() {
		t.Error("held for good is not fixed")
	}
	if c.Max() != 9 || c.Min() != 0 || c.Sum() != 24 || c.Fixed().Sum() != 24*9 || c.HoursPerMonth() != 730 {
		t.Errorf("max %d, min %d, sum %d, fixed %d, %g hours a month", c.Max(), c.Min(), c.Sum(), c.Fixed().Sum(), c.HoursPerMonth())
	}
	// 24 hours a day are a month of one: 730 times the price. 25 are 730·25/24 of it,
	// 760.41666… billionths at a price of one, rounded up.
	if got := c.PerMonth(81_600_000); got != 59_568_000_000 {
		t.Errorf("%d a month", got)
	}
	c[5]++
	if got := c.PerMonth(1); got != 761 {
		t.Errorf("%d a month, want 761", got)
	}
	if got := c.PerMonth(units.USDPerHour(math.MaxInt64)); got != math.MaxInt64 {
		t.Errorf("beyond the largest amount: %d", got)
	}
}
