package catalogs

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// usdDigits is the number of decimals that units.USD and units.USDPerHour hold,
// ratioDigits that of units.Ratio.
const (
	usdDigits   = 9
	ratioDigits = 6
)

// ParseRate reads dollars an hour from a decimal such as "0.096". A tenth decimal
// and more are rounded up: a price is never understated. It refuses signs,
// exponents and what exceeds the type.
func ParseRate(s string) (units.USDPerHour, error) {
	n, err := parseDecimal(s, usdDigits, true)
	return units.USDPerHour(n), err
}

// ParseAmount reads dollars from a decimal, rounding as ParseRate does.
func ParseAmount(s string) (units.USD, error) {
	n, err := parseDecimal(s, usdDigits, true)
	return units.USD(n), err
}

// ParseRatio reads a factor from a decimal, rounded down to millionths: what a
// disk brings is never overstated.
func ParseRatio(s string) (units.Ratio, error) {
	n, err := parseDecimal(s, ratioDigits, false)
	return units.Ratio(n), err
}

// parseDecimal returns s times 10^digits as a whole number, rounded up or down.
func parseDecimal(s string, digits int, up bool) (int64, error) {
	whole, fraction, point := strings.Cut(s, ".")
	if whole == "" || point && fraction == "" || !isDigits(whole) || !isDigits(fraction) {
		return 0, fmt.Errorf("%q is not a decimal number", s)
	}
	rest := ""
	if len(fraction) > digits {
		fraction, rest = fraction[:digits], fraction[digits:]
	}
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is too large", s)
	}
	for range digits - len(fraction) {
		if n > math.MaxInt64/10 {
			return 0, fmt.Errorf("%q is too large", s)
		}
		n *= 10
	}
	if up && strings.Trim(rest, "0") != "" {
		if n == math.MaxInt64 {
			return 0, fmt.Errorf("%q is too large", s)
		}
		n++
	}
	return n, nil
}

// errNotCanonical refuses a cell that the encoder would have written otherwise,
// so that equal catalogs have equal bytes.
var errNotCanonical = errors.New("not written the canonical way")

// parseCanonical reads a decimal of at most so many digits that appendDecimal
// wrote: no zero, no leading or trailing zeros.
func parseCanonical(s string, digits int) (int64, error) {
	whole, fraction, point := strings.Cut(s, ".")
	if len(fraction) > digits || point && strings.HasSuffix(fraction, "0") ||
		len(whole) > 1 && whole[0] == '0' || s == "0" {
		return 0, errNotCanonical
	}
	return parseDecimal(s, digits, false)
}

// appendDecimal writes n / 10^digits without trailing zeros; nothing for 0. n
// must not be negative.
func appendDecimal(b []byte, n int64, digits int) []byte {
	if n == 0 {
		return b
	}
	scale := int64(1)
	for range digits {
		scale *= 10
	}
	b = strconv.AppendInt(b, n/scale, 10)
	fraction := n % scale
	if fraction == 0 {
		return b
	}
	b = append(b, '.')
	for fraction > 0 {
		scale /= 10
		b = append(b, byte('0'+fraction/scale))
		fraction %= scale
	}
	return b
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
