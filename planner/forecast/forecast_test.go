package forecast_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/scantling-dev/scantling/planner/forecast"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestFactor(t *testing.T) {
	tests := []struct {
		perMonth units.Ratio
		months   int
		want     units.Ratio
	}{
		{5 * units.Percent, 0, units.Whole},
		{5 * units.Percent, 1, 1_050_000},
		{5 * units.Percent, 2, 1_102_500},
		{5 * units.Percent, 3, 1_157_625},
		{5 * units.Percent, 4, 1_215_507},  // 1.21550625
		{5 * units.Percent, 12, 1_795_857}, // 1.795856326...
		{units.Whole, 10, 1024 * units.Whole},
		{0, 12, units.Whole},
		{-10 * units.Percent, 2, 810_000},
		{-units.Whole, 1, 0},
		{1, 2, 1_000_003}, // 1.000002000001
		{units.Whole, 60, math.MaxInt64},
	}
	for _, test := range tests {
		if got := forecast.Factor(test.perMonth, test.months); got != test.want {
			t.Errorf("%d a month, %d months: %d, want %d", test.perMonth, test.months, got, test.want)
		}
	}
}

// The factor is the least whole number of millionths that is not below the
// exact power, whatever the months.
func TestFactorIsTheLeastAbove(t *testing.T) {
	for perMonth := units.Ratio(0); perMonth <= 30*units.Percent; perMonth += 7_333 {
		exact := big.NewRat(1, 1)
		for months := range 37 {
			got := forecast.Factor(perMonth, months)
			if big.NewRat(int64(got), int64(units.Whole)).Cmp(exact) < 0 || big.NewRat(int64(got)-1, int64(units.Whole)).Cmp(exact) >= 0 {
				t.Fatalf("%d a month, %d months: %d for %v", perMonth, months, got, exact)
			}
			exact.Mul(exact, big.NewRat(int64(units.Whole+perMonth), int64(units.Whole)))
		}
	}
}

func TestScale(t *testing.T) {
	if got := forecast.Scale(1200*units.PerSecond, 1_215_507); got != 1_458_608_400 {
		t.Errorf("1200/s grow to %d millionths", got)
	}
	if got := forecast.Scale(3, 1_050_000); got != 4 {
		t.Errorf("3 replicas grow to %d, want 4", got)
	}
	if got := forecast.Scale(units.Rate(math.MaxInt64), 2*units.Whole); got != math.MaxInt64 {
		t.Errorf("got %d", got)
	}
}

var errFull = errors.New("full")

func isFull(err error) bool { return errors.Is(err, errFull) }

func options(perMonth units.Ratio) forecast.Options {
	return forecast.Options{Start: "2026-10-31", PerMonth: perMonth, Months: 6, Infeasible: isFull}
}

func TestGrowth(t *testing.T) {
	rows, err := forecast.Growth(t.Context(), options(10*units.Percent), func(_ context.Context, m forecast.Month) (int, error) {
		return m.Factor.Up(10), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// 10 x 1.1, 1.21, 1.331, 1.4641, 1.61051, 1.771561.
	nodes := []int{11, 13, 14, 15, 17, 18}
	dates := []units.Date{"2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"}
	if len(rows) != len(nodes) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		if r.Number != i+1 || r.Value != nodes[i] || r.Date != dates[i] || r.Infeasible != nil {
			t.Errorf("month %d is %+v, want %d on %s", i+1, r, nodes[i], dates[i])
		}
	}
}

func TestGrowthEndsWhereNothingFits(t *testing.T) {
	plan := func(_ context.Context, m forecast.Month) (int, error) {
		if m.Number == 3 {
			return 99, fmt.Errorf("month %d: %w", m.Number, errFull)
		}
		return m.Number, nil
	}
	rows, err := forecast.Growth(t.Context(), options(units.Percent), plan)
	if err != nil || len(rows) != 3 || rows[2].Infeasible == nil || rows[2].Value != 0 || rows[1].Value != 2 {
		t.Errorf("got %+v, %v", rows, err)
	}
	// Demand that shrinks may fit again.
	rows, err = forecast.Growth(t.Context(), options(-units.Percent), plan)
	if err != nil || len(rows) != 6 || rows[2].Infeasible == nil || rows[3].Infeasible != nil {
		t.Errorf("got %+v, %v", rows, err)
	}
}

func TestGrowthReturnsOtherErrors(t *testing.T) {
	broken := errors.New("broken")
	plan := func(_ context.Context, m forecast.Month) (int, error) {
		if m.Number == 2 {
			return 0, broken
		}
		return 1, nil
	}
	rows, err := forecast.Growth(t.Context(), options(units.Percent), plan)
	if !errors.Is(err, broken) || len(rows) != 1 {
		t.Errorf("got %d rows, %v", len(rows), err)
	}
	o := options(units.Percent)
	o.Infeasible = nil
	_, err = forecast.Growth(t.Context(), o, func(context.Context, forecast.Month) (int, error) { return 0, errFull })
	if !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

func TestGrowthStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("interrupted")
	rows, err := forecast.Growth(ctx, options(units.Percent), func(_ context.Context, m forecast.Month) (int, error) {
		if m.Number == 2 {
			cancel(stop)
		}
		return m.Number, nil
	})
	if !errors.Is(err, stop) || len(rows) != 2 {
		t.Errorf("got %d rows, %v", len(rows), err)
	}
	if rows, err := forecast.Growth(t.Context(), forecast.Options{Start: "2026-10-31"}, func(context.Context, forecast.Month) (int, error) { return 1, nil }); rows != nil || err != nil {
		t.Errorf("no months: %v, %v", rows, err)
	}
}
