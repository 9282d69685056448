// Package forecast looks ahead: what a plan becomes as demand grows, when growth
// reaches a capacity, and what an autoscaler makes of a day.
//
// It knows nothing of plans. For growth by month the caller hands over a function
// that makes one for a month, and gets its answers back in order. What is not known
// for sure is in the package worlds beneath.
package forecast

import (
	"context"
	"math"
	"math/big"

	"github.com/scantling-dev/scantling/planner/units"
)

// Month is a step into the future.
type Month struct {
	// Number of months from the start, from 1 on.
	Number int
	// Date is the start's day, that many calendar months on.
	Date units.Date
	// Factor on demand, compound and rounded up.
	Factor units.Ratio
}

// Row is a month and what it brings.
type Row[T any] struct {
	Month
	// Value is what the plan function returned; zero where the month is infeasible.
	Value T
	// Infeasible says why the month has no plan; nil where it has one.
	Infeasible error
}

// Options of Growth.
type Options struct {
	Start units.Date
	// PerMonth is the growth of demand: 5% is 50000. It is at least -100%.
	PerMonth units.Ratio
	// Months to look ahead. Zero or less is none.
	Months int
	// Infeasible tells errors that end growth from those that end everything;
	// nil takes none for the first kind.
	Infeasible func(error) bool
}

// Growth plans each month of the horizon. A month without a plan ends it: it is
// the last row, with its reason, since demand that goes on growing will not fit
// either. Only where demand shrinks are the later months tried all the same.
//
// The error is that of plan, or the context's cause; the rows until then come
// with it.
func Growth[T any](ctx context.Context, o Options, plan func(context.Context, Month) (T, error)) ([]Row[T], error) {
	var rows []Row[T]
	for n := 1; n <= o.Months; n++ {
		if ctx.Err() != nil {
			return rows, context.Cause(ctx)
		}
		row := Row[T]{Month: Month{Number: n, Date: o.Start.AddMonths(n), Factor: Factor(o.PerMonth, n)}}
		value, err := plan(ctx, row.Month)
		switch {
		case err == nil:
			row.Value = value
		case o.Infeasible != nil && o.Infeasible(err):
			row.Infeasible = err
		default:
			return rows, err
		}
		rows = append(rows, row)
		if row.Infeasible != nil && o.PerMonth >= 0 {
			break
		}
	}
	return rows, nil
}

// Factor returns what demand is multiplied by after some months of compound
// growth, rounded up once at the end:
//
//	(1 + perMonth)^months
//
// A factor beyond the type's range is its largest. perMonth is at least -100%,
// and months are not negative.
func Factor(perMonth units.Ratio, months int) units.Ratio {
	whole := big.NewInt(int64(units.Whole))
	base := new(big.Int).Add(whole, big.NewInt(int64(perMonth)))
	power := new(big.Int).Exp(base, big.NewInt(int64(months)), nil)
	power.Mul(power, whole)
	return units.Ratio(ceilDiv(power, new(big.Int).Exp(whole, big.NewInt(int64(months)), nil)))
}

// Scale returns an amount of demand times a factor, rounded up; at most the
// type's largest. Neither may be negative.
func Scale[T ~int | ~int64](demand T, factor units.Ratio) T {
	product := new(big.Int).Mul(big.NewInt(int64(demand)), big.NewInt(int64(factor)))
	return T(ceilDiv(product, big.NewInt(int64(units.Whole))))
}

// ceilDiv returns a / b rounded up, at most the largest int64.
func ceilDiv(a, b *big.Int) int64 {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return math.MaxInt64
	}
	return q.Int64()
}
