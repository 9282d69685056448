package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// notKnown stands for every figure that rests on an unknown price.
const notKnown = "not known"

// none stands for a figure that there is none of.
const none = "-"

// thousands writes n with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// number writes a count with commas.
func number(n int) string { return thousands(int64(n)) }

// roundDiv returns a / b rounded to the nearest, halves away from zero. b > 0.
func roundDiv(a, b int64) int64 {
	if a < 0 {
		return -((-a + b/2) / b)
	}
	return (a + b/2) / b
}

// usd writes an amount with two decimals: "1,593.44".
func usd(amount units.USD) string {
	cents := roundDiv(int64(amount), int64(units.Dollar)/100)
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%s.%02d", sign, thousands(cents/100), cents%100)
}

// monthly writes a rate as dollars a month.
func monthly(a planner.Amount) string {
	if !a.Known {
		return notKnown
	}
	return usd(a.Rate.PerMonth())
}

// hourly writes a price of an hour with at least four decimals, all of them
// where it has more: "0.0385", "0.01234567".
func hourly(p catalogs.Price) string {
	if !p.Known() {
		return notKnown
	}
	s := fmt.Sprintf("%d.%09d", p.Rate/units.DollarPerHour, p.Rate%units.DollarPerHour)
	for strings.HasSuffix(s, "0") && len(s)-strings.IndexByte(s, '.') > 5 {
		s = s[:len(s)-1]
	}
	return s
}

// percent writes a share in whole percents.
func percent(r units.Ratio) string {
	return thousands(roundDiv(int64(r), int64(units.Percent))) + "%"
}

// tenths writes a share in percents with one decimal.
func tenths(r units.Ratio) string {
	n := roundDiv(int64(r), int64(units.Percent)/10)
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%s.%d%%", sign, thousands(n/10), n%10)
}

// signedTenths writes a difference: "+15.9%".
func signedTenths(r units.Ratio) string {
	s := tenths(r)
	if strings.HasPrefix(s, "-") {
		return s
	}
	return "+" + s
}

// signedUSD writes a difference of money: "+19.24".
func signedUSD(u units.USD) string {
	if u < 0 {
		return "-" + usd(-u)
	}
	return "+" + usd(u)
}

// milliseconds writes a response time, rounded up in its third digit or to a
// tenth of a millisecond: "84 ms", "7.3 ms", "1.25 s".
func milliseconds(d time.Duration) string {
	up := func(d, unit time.Duration) int64 { return int64((d + unit - 1) / unit) }
	decimal := func(n int64, digits int) string {
		s := strconv.FormatInt(n, 10)
		s = strings.Repeat("0", max(digits+1-len(s), 0)) + s
		part := strings.TrimRight(s[len(s)-digits:], "0")
		if part != "" {
			part = "." + part
		}
		return s[:len(s)-digits] + part
	}
	switch {
	case d <= 10*time.Millisecond:
		return decimal(up(d, 100*time.Microsecond), 1) + " ms"
	case d < time.Second:
		return strconv.FormatInt(up(d, time.Millisecond), 10) + " ms"
	default:
		return decimal(up(d, 10*time.Millisecond), 2) + " s"
	}
}

// hoursMinutes writes a duration as h:mm, rounded up to the minute.
func hoursMinutes(d time.Duration) string {
	m := int64((d + time.Minute - 1) / time.Minute)
	return fmt.Sprintf("%s:%02d", thousands(m/60), m%60)
}

// perSecond writes a rate of events with at most three decimals: "2,500/s".
func perSecond(r units.Rate) string {
	milli := roundDiv(int64(r), int64(units.PerSecond)/1000)
	s := thousands(milli / 1000)
	if part := milli % 1000; part != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%03d", part), "0")
	}
	return s + "/s"
}

// perSecondUp writes a rate of events that must be carried, rounded up to three
// digits or to a whole number: "834/s", "8.34/s".
func perSecondUp(r units.Rate) string {
	unit := units.PerSecond
	switch {
	case r < 10*units.PerSecond:
		unit /= 100
	case r < 100*units.PerSecond:
		unit /= 10
	}
	return perSecond(units.CeilDiv(r, unit) * unit)
}

// cores writes CPU in vCPU: "3.92".
func cores(c units.MilliCPU) string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	s := sign + thousands(int64(c/units.Core))
	if part := c % units.Core; part != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%03d", part), "0")
	}
	return s
}

// size writes bytes in GiB with two decimals, or in MiB below one GiB. It rounds
// down, since it is a capacity.
func size(b units.Bytes) string {
	sign := ""
	if b < 0 {
		sign, b = "-", -b
	}
	if b < units.GiB {
		return fmt.Sprintf("%s%d MiB", sign, b/units.MiB)
	}
	hundredths := int64(b/units.MiB) * 100 / 1024
	return strings.TrimSuffix(fmt.Sprintf("%s%s.%02d", sign, thousands(hundredths/100), hundredths%100), ".00") + " GiB"
}

// count writes a number and its noun, with an s where it is not one.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// basisWords says how a price is known.
func basisWords(b catalogs.Basis) string {
	switch b {
	case catalogs.Declared:
		return "declared"
	case catalogs.Listed:
		return "listed"
	case catalogs.Family:
		return "by family ratio"
	case catalogs.Estimated:
		return "estimated"
	case catalogs.Secondary:
		return "from third parties"
	case catalogs.Recalled:
		return "not verified"
	default:
		return notKnown
	}
}

// bases are all bases, the most trustworthy first, "not known" last.
func bases() []catalogs.Basis {
	return []catalogs.Basis{
		catalogs.Declared, catalogs.Listed, catalogs.Family, catalogs.Estimated, catalogs.Secondary, catalogs.Recalled, "",
	}
}

// basisCounts writes how many prices there are of each basis: "1 listed, 2 by
// family ratio".
func basisCounts(counts map[catalogs.Basis]int) string {
	var parts []string
	for _, b := range bases() {
		if n := counts[b]; n > 0 {
			parts = append(parts, number(n)+" "+basisWords(b))
		}
	}
	return strings.Join(parts, ", ")
}
