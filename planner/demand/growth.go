package demand

import (
	"math/big"

	"github.com/scantling-dev/scantling/planner/units"
)

// Grow returns load·(1 + perMonth)^months, exactly and then rounded up: a
// throughput in millionths, or a count of jobs or replicas. Neither load nor
// months is negative; perMonth is -100% or more. Above the largest T it returns
// false.
func Grow[T ~int64 | ~int](load T, perMonth units.Ratio, months int) (T, bool) {
	exponent := big.NewInt(int64(months))
	factor := new(big.Int).Exp(big.NewInt(int64(units.Whole+perMonth)), exponent, nil)
	whole := new(big.Int).Exp(big.NewInt(int64(units.Whole)), exponent, nil)
	grown, rest := new(big.Int).QuoRem(factor.Mul(factor, big.NewInt(int64(load))), whole, new(big.Int))
	if rest.Sign() > 0 {
		grown.Add(grown, big.NewInt(1))
	}
	if !grown.IsInt64() || int64(T(grown.Int64())) != grown.Int64() {
		return 0, false
	}
	return T(grown.Int64()), true
}
