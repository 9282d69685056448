package cli

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/scantling-dev/scantling/planner/units"
)

// increase is is / was - 1, rounded up; 0 where it is less. From nothing to something
// it is the largest share.
func increase(was, is units.USDPerHour) units.Ratio {
	switch {
	case is <= was:
		return 0
	case was <= 0:
		return math.MaxInt64
	}
	more := new(big.Int).Mul(big.NewInt(int64(is-was)), big.NewInt(int64(units.Whole)))
	q, rest := more.QuoRem(more, big.NewInt(int64(was)), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return math.MaxInt64
	}
	return units.Ratio(q.Int64())
}

// cents writes an amount in dollars and cents, rounded to the nearer, with commas
// between thousands as plans have it.
func cents(u units.USD) string {
	const cent = units.Dollar / 100
	sign := ""
	if u < 0 {
		sign, u = "-", -u
	}
	n := (u + cent/2) / cent
	whole := strconv.FormatInt(int64(n/100), 10)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return fmt.Sprintf("%s%s.%02d", sign, whole, n%100)
}

// percentUp writes a share with two decimals, rounded up.
func percentUp(r units.Ratio) string {
	if r == math.MaxInt64 {
		return "infinitely"
	}
	n := units.CeilDiv(r, units.Percent/100)
	return fmt.Sprintf("%d.%02d%%", n/100, n%100)
}
