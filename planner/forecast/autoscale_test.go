package forecast_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/units"
)

// day is 1,000 requests a second at 14 h and a quarter of that at night, 20 ms of CPU
// each, on pods of half a core that may use 60%: 15 requests a second for a pod.
func day() forecast.Autoscaled {
	return forecast.Autoscaled{
		Load:          forecast.Cosine(.25, 14).Times(1000),
		CPUPerRequest: 20 * time.Millisecond, Request: 500, Limit: 60 * units.Percent, Tolerance: -1,
	}
}

// By hand: 1,000·(.625 + .375·cos(15°·(h − 14)))/15, rounded up.
func TestBoundsOfADay(t *testing.T) {
	b, err := day().Bounds()
	if err != nil {
		t.Fatal(err)
	}
	want := forecast.Counts{21, 18, 17, 18, 21, 24, 30, 36, 42, 49, 55, 60, 64, 66, 67, 66, 64, 60, 55, 49, 42, 36, 30, 24}
	if b.Replicas != want {
		t.Errorf("replicas\n%v, want\n%v", b.Replicas, want)
	}
	if b.TargetPercent != 60 || b.Min != 17 || b.Max != 67 || b.Replicas.Sum() != 1014 {
		t.Errorf("target %d%%, %d to %d, %d in all; want 60%%, 17 to 67, 1014", b.TargetPercent, b.Min, b.Max, b.Replicas.Sum())
	}
	scaled, fixed := b.Replicas.HoursPerMonth(), b.Replicas.Fixed().HoursPerMonth()
	if scaled != 30_842.5 || fixed != 48_910 || fmt.Sprintf("%.2f%%", 100*scaled/fixed) != "63.06%" {
		t.Errorf("%g of %g pod hours", scaled, fixed)
	}
}

// 66% within a tolerance of 10% is 60%; with a ramp, less: from 2 to 3 in an hour, in
// 240 s, another ln 1.5·240/3600 = 2.7031%, so that 66/1.1/1.027031 = 58.42 remain.
func TestTargetLeavesRoom(t *testing.T) {
	a := day()
	a.Limit, a.Tolerance = 66*units.Percent, 0
	if b := mustBounds(t, a); b.TargetPercent != 60 {
		t.Errorf("%d%%, want 60%%", b.TargetPercent)
	}
	for i := range a.Load {
		a.Load[i] = 300
	}
	a.Load[4] = 200
	a.Lag = 4 * time.Minute
	if b := mustBounds(t, a); b.TargetPercent != 58 {
		t.Errorf("%d%%, want 58%%", b.TargetPercent)
	}
	// 30 pods that run anyway serve 30·.66·.5/.02 = 495/s: nothing ramps.
	a.Floor = 30
	if b := mustBounds(t, a); b.TargetPercent != 60 || b.Min != 30 {
		t.Errorf("%d%% and at least %d, want 60%% and 30", b.TargetPercent, b.Min)
	}
}

func TestFloorsAndHeadroom(t *testing.T) {
	a := day()
	a.Floor, a.AtPeak, a.Spare = 20, 101, 2
	b := mustBounds(t, a)
	if b.Min != 20 || b.Max != 103 {
		t.Errorf("%d to %d, want 20 to 103", b.Min, b.Max)
	}
	if b.Replicas[2] != 20 || b.Replicas[0] != 21 {
		t.Errorf("at night %d and %d, want 20 and 21", b.Replicas[2], b.Replicas[0])
	}
	a.Load = forecast.Hours{}
	if b := mustBounds(t, a); b.Min != 20 || b.Replicas.Max() != 20 {
		t.Errorf("without load: %+v", b)
	}
}

func TestBoundsThatCannotBe(t *testing.T) {
	a := day()
	a.Limit, a.Lag = units.Percent, time.Hour
	if _, err := a.Bounds(); !errors.Is(err, forecast.ErrNoTarget) {
		t.Errorf("%v, want %v", err, forecast.ErrNoTarget)
	}
	a, broken := day(), errors.New("no replica count meets the target")
	a.Size = func(float64) (int, error) { return 0, broken }
	if _, err := a.Bounds(); !errors.Is(err, broken) {
		t.Errorf("%v, want that of Size", err)
	}
}

// The twin tries every target and every minimum, and keeps the cheapest of those for
// which each hour has, at worst, what the latency needs.
func TestBoundsAreTheCheapestThatHold(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	raised, lowered := 0, 0
	for range 200 {
		a := day()
		a.Load = forecast.Cosine(rng.Float64(), rng.IntN(24)).Times(20 + 400*rng.Float64())
		a.Limit = units.Ratio(30+rng.IntN(60)) * units.Percent
		a.Tolerance = units.Ratio(rng.IntN(3)) * 5 * units.Percent
		if a.Tolerance == 0 {
			a.Tolerance = -1
		}
		// Square root staffing: pods of one worker need slack that falls with their number.
		slack := 3 * rng.Float64()
		a.Size = func(load float64) (int, error) {
			busy := load * .02 / .5
			return int(math.Ceil(busy + slack*math.Sqrt(busy))), nil
		}
		margin := 1 + max(a.Tolerance, 0).Float()
		highest := int(a.Limit.Float()*100/margin + 1e-9)
		least := math.MaxInt
		for percent := 1; percent <= highest; percent++ {
			for low := 1; low < 60; low++ {
				sum, holds := 0, true
				for _, load := range a.Load {
					pods := load * .02 / .5 / (float64(percent) / 100)
					need, _ := a.Size(load)
					holds = holds && max(int(math.Ceil(pods/margin-1e-9)), low) >= need
					sum += max(int(math.Ceil(pods-1e-9)), low)
				}
				if holds {
					least = min(least, sum)
				}
			}
		}
		b := mustBounds(t, a)
		if b.Replicas.Sum() != least {
			t.Fatalf("%+v: %d pod hours a day, want %d", a, b.Replicas.Sum(), least)
		}
		if b.TargetPercent < highest {
			lowered++
		}
		if b.TargetPercent == highest && b.Min > 1 {
			raised++
		}
	}
	if raised < 10 || lowered < 10 {
		t.Errorf("hardly tried: %d times the minimum, %d times the target", raised, lowered)
	}
}

func mustBounds(t *testing.T, a forecast.Autoscaled) forecast.Bounds {
	t.Helper()
	b, err := a.Bounds()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ExampleAutoscaled_Bounds() {
	b, err := forecast.Autoscaled{
		Load:          forecast.Cosine(.25, forecast.PeakHour).Times(1000),
		CPUPerRequest: 20 * time.Millisecond, Request: 500,
		Limit: 70 * units.Percent, Lag: 90 * time.Second, Floor: 3, AtPeak: 101,
	}.Bounds()
	fmt.Printf("%d%%, %d to %d replicas, %.0f%% of the pod hours of a fixed count, %v\n",
		b.TargetPercent, b.Min, b.Max, 100*float64(b.Replicas.Sum())/float64(b.Replicas.Fixed().Sum()), err)
	// Output: 63%, 16 to 101 replicas, 63% of the pod hours of a fixed count, <nil>
}
