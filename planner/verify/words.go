package verify

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Messages say amounts in the units that people think in, with all their digits: what is
// wrong may be the last.

// dollars of billionths: "$1.9716408".
func dollars[T ~int64](v T) string { return dollarsOf(big.NewInt(int64(v))) }

func dollarsOf(v *big.Int) string {
	sign := ""
	if v.Sign() < 0 {
		sign = "-"
	}
	whole, part := new(big.Int).QuoRem(new(big.Int).Abs(v), big.NewInt(int64(units.Dollar)), new(big.Int))
	digits := strings.TrimRight(fmt.Sprintf("%09d", part), "0")
	if len(digits) < 2 {
		digits += strings.Repeat("0", 2-len(digits))
	}
	return fmt.Sprintf("%s$%d.%s", sign, whole, digits)
}

// dollar is a dollar in billionths.
const dollar = float64(units.Dollar)

// hourly is a rate of dollars: "$1.9716408 an hour".
func hourly[T ~int64](v T) string { return dollars(v) + " an hour" }

// cores of thousandths: "0.25 cores", "1 core".
func cores[T ~int64](v T) string {
	if v == T(units.Core) {
		return "1 core"
	}
	text := fmt.Sprintf("%.3f", float64(v)/float64(units.Core))
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + " cores"
}

// byteSize is "16 GiB", and "1.53 GiB (1643126785 bytes)" where it is not whole.
func byteSize[T ~int64](v T) string {
	at := 0
	steps := []struct {
		name string
		unit units.Bytes
	}{{"TiB", units.TiB}, {"GiB", units.GiB}, {"MiB", units.MiB}, {"KiB", units.KiB}}
	for _, s := range steps {
		if units.Bytes(v)%s.unit == 0 && v != 0 {
			return fmt.Sprintf("%d %s", units.Bytes(v)/s.unit, s.name)
		}
	}
	for at < len(steps) && units.Bytes(v) < steps[at].unit {
		at++
	}
	if at == len(steps) {
		return fmt.Sprintf("%d bytes", int64(v))
	}
	return fmt.Sprintf("%.2f %s (%d bytes)", float64(v)/float64(steps[at].unit), steps[at].name, int64(v))
}

// truncated is the whole part of a number.
func truncated(r *big.Rat) *big.Int { return new(big.Int).Quo(r.Num(), r.Denom()) }
