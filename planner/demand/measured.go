package demand

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Distribution names a family of laws. The zero value is Lognormal.
type Distribution int

// The families.
const (
	Lognormal Distribution = iota
	Gamma
	Exponential
	Constant
)

// String returns the name that specs use.
func (d Distribution) String() string {
	switch d {
	case Lognormal:
		return "lognormal"
	case Gamma:
		return "gamma"
	case Exponential:
		return "exponential"
	case Constant:
		return "constant"
	}
	panic(fmt.Sprintf("demand: distribution %d", int(d)))
}

// Measured is what people know of a service time. A zero field is not known.
type Measured struct {
	Distribution             Distribution
	Mean, P50, P90, P95, P99 time.Duration
	// CV is the coefficient of variation: standard deviation over mean.
	CV units.Ratio
}

// maxCV is the largest coefficient of variation that a law may have; far beyond
// what the model was measured at (2), and short of where sums lose their digits.
const maxCV = 100

// LawProblem says what is wrong with measurements.
type LawProblem int

// The problems of measurements.
const (
	// TooFew: the distribution needs more statistics.
	TooFew LawProblem = iota + 1
	// TooMany: the distribution takes fewer statistics.
	TooMany
	// NotPositive: a negative time or coefficient.
	NotPositive
	// NotUsed: the distribution cannot be found from this statistic.
	NotUsed
	// NotIncreasing: a higher percentile is not above a lower one.
	NotIncreasing
	// MeanAbove: the mean is not below the percentile.
	MeanAbove
	// MeanBelow: the mean is not above the median.
	MeanBelow
	// MeanTooLow: no law with these percentiles has so low a mean.
	MeanTooLow
	// RatioTooLarge: no lognormal has a percentile so far above its mean.
	RatioTooLarge
	// TooVariable: the coefficient of variation would exceed 100.
	TooVariable
	// NotEqual: a constant time with different statistics.
	NotEqual
)

// LawError says why there is no law for measurements. Fields holds the names of
// the statistics at fault as specs write them ("p99", "cv"), the most telling
// first; it is empty where what is missing is at fault.
type LawError struct {
	Problem      LawProblem
	Distribution Distribution
	Fields       []string
	// Ratio and MaxRatio are set for RatioTooLarge: percentile over mean.
	Ratio, MaxRatio float64
	// Least is set for MeanTooLow: the least mean, in seconds.
	Least float64
}

// Error says what is wrong and what would be right.
func (e *LawError) Error() string {
	fields := strings.Join(e.Fields, " and ")
	switch e.Problem {
	case TooFew:
		return fmt.Sprintf("%s service times need %s", e.Distribution, e.Distribution.wants())
	case TooMany:
		return fmt.Sprintf("%s service times need only %s, not %s", e.Distribution, e.Distribution.wants(), fields)
	case NotPositive:
		return fmt.Sprintf("%s must be positive", fields)
	case NotUsed:
		return fmt.Sprintf("%s service times need %s; %s cannot be used", e.Distribution, e.Distribution.wants(), fields)
	case NotIncreasing:
		return fmt.Sprintf("%s must be above %s; where every request takes equally long, the distribution is constant", e.Fields[0], e.Fields[1])
	case MeanAbove:
		return fmt.Sprintf("the mean must be below %s for a lognormal service time", e.Fields[1])
	case MeanBelow:
		return "the mean of a lognormal service time is above its p50"
	case MeanTooLow:
		return fmt.Sprintf("the mean must be above %s beside %s", ceilDuration(e.Least), strings.Join(e.Fields[1:], " and "))
	case RatioTooLarge:
		return fmt.Sprintf("%s is %.4g times the mean; a lognormal service time reaches %.4g at most", e.Fields[0], e.Ratio, e.MaxRatio)
	case TooVariable:
		return fmt.Sprintf("%s would mean a coefficient of variation above %d", fields, maxCV)
	case NotEqual:
		return fmt.Sprintf("%s differ, so the service time is not constant", fields)
	}
	panic(fmt.Sprintf("demand: law problem %d", int(e.Problem)))
}

// wants names the statistics that determine the distribution.
func (d Distribution) wants() string {
	switch d {
	case Lognormal:
		return "two or more of mean, p50, p90, p95 and p99, or mean and cv"
	case Gamma:
		return "mean and cv"
	case Exponential:
		return "one of mean, p50, p90, p95 and p99"
	case Constant:
		return "one time"
	}
	panic(fmt.Sprintf("demand: distribution %d", int(d)))
}

// figure is one known statistic of a service time, in seconds.
type figure struct {
	statistic Statistic
	seconds   float64
}

// figures returns the known times, mean first and percentiles in order, and the
// names of what is not positive.
func (m Measured) figures() (known []figure, bad []string) {
	for _, f := range []struct {
		statistic Statistic
		time      time.Duration
	}{{Mean, m.Mean}, {P50, m.P50}, {P90, m.P90}, {P95, m.P95}, {P99, m.P99}} {
		switch {
		case f.time < 0:
			bad = append(bad, f.statistic.String())
		case f.time > 0:
			known = append(known, figure{f.statistic, f.time.Seconds()})
		}
	}
	if m.CV < 0 {
		bad = append(bad, "cv")
	}
	return known, bad
}

func names(figures []figure) []string {
	out := make([]string, len(figures))
	for i, f := range figures {
		out[i] = f.statistic.String()
	}
	return out
}

// Law returns the law of the family that has exactly the statistics given, or a
// *LawError. A lognormal takes two of mean and percentiles, or mean and CV. With
// more, it is one between any two percentiles next to each other (Assumption). A
// gamma takes mean and CV; an exponential one time; a constant one time, or several
// that are equal. Where two lognormals have the same mean and percentile, the
// less variable one is meant.
func (m Measured) Law() (Law, error) {
	known, bad := m.figures()
	if len(bad) > 0 {
		return nil, m.wrong(NotPositive, bad...)
	}
	switch m.Distribution {
	case Lognormal:
		return m.lognormal(known)
	case Gamma:
		return m.gamma(known)
	case Exponential:
		return m.exponential(known)
	case Constant:
		return m.constant(known)
	}
	panic(fmt.Sprintf("demand: distribution %d", int(m.Distribution)))
}

func (m Measured) wrong(p LawProblem, fields ...string) *LawError {
	return &LawError{Problem: p, Distribution: m.Distribution, Fields: fields}
}

func (m Measured) lognormal(known []figure) (Law, error) {
	if m.CV > 0 {
		mean, cv, err := m.meanAndCV(known)
		if err != nil {
			return nil, err
		}
		variance := math.Log1p(cv * cv)
		return newLognormal(math.Log(mean)-variance/2, math.Sqrt(variance)), nil
	}
	switch {
	case len(known) < 2:
		return nil, m.wrong(TooFew)
	case len(known) > 2:
		return m.pieces(known)
	}
	low, high := known[0], known[1]
	var mu, sigma float64
	if low.statistic == Mean {
		s, err := m.sigmaOfMean(low.seconds, high)
		if err != nil {
			return nil, err
		}
		sigma, mu = s, math.Log(low.seconds)-float64(s*s)/2
	} else {
		if high.seconds <= low.seconds {
			return nil, m.wrong(NotIncreasing, high.statistic.String(), low.statistic.String())
		}
		zl, zh := normalQuantile(low.statistic.probability()), normalQuantile(high.statistic.probability())
		sigma = math.Log(high.seconds/low.seconds) / (zh - zl)
		mu = math.Log(low.seconds) - float64(zl*sigma)
	}
	if math.Expm1(sigma*sigma) > maxCV*maxCV {
		return nil, m.wrong(TooVariable, high.statistic.String(), low.statistic.String())
	}
	return newLognormal(mu, sigma), nil
}

// pieces returns the law through more figures than a lognormal has parameters.
func (m Measured) pieces(known []figure) (Law, error) {
	mean := 0.0
	if known[0].statistic == Mean {
		mean, known = known[0].seconds, known[1:]
	}
	for i, f := range known[1:] {
		if f.seconds <= known[i].seconds {
			return nil, m.wrong(NotIncreasing, f.statistic.String(), known[i].statistic.String())
		}
	}
	last := len(known) - 1
	if mean >= known[last].seconds {
		return nil, m.wrong(MeanAbove, "mean", known[last].statistic.String())
	}
	law, least := newPieces(known, mean)
	switch {
	case least > 0:
		err := m.wrong(MeanTooLow, append([]string{"mean"}, names(known)...)...)
		err.Least = least
		return nil, err
	case law.scv > maxCV*maxCV:
		return nil, m.wrong(TooVariable, known[last].statistic.String(), known[last-1].statistic.String())
	}
	return law, nil
}

// Assumption says what a law made of the figures takes for granted beyond their
// family; "" where they determine it.
func (m Measured) Assumption() string {
	known, _ := m.figures()
	if m.Distribution != Lognormal || m.CV > 0 || len(known) < 3 {
		return ""
	}
	first := known[0].statistic
	text := "between %s and %s as a lognormal from each percentile to the next, beyond them as the outermost two continue"
	if first == Mean {
		first = known[1].statistic
		text = "between %s and %s as a lognormal from each percentile to the next, outside of them such that the mean is as measured"
	}
	return fmt.Sprintf(text, first, known[len(known)-1].statistic)
}

// sigmaOfMean solves σ²/2 − zσ + ln r = 0, r being percentile over mean. Above
// the median that is σ = z − √(z² − 2 ln r), the smaller of two roots, which
// exists up to r = e^{z²/2}; for the median (z = 0) it is √(2 ln(mean/p50)).
func (m Measured) sigmaOfMean(mean float64, f figure) (float64, error) {
	name := f.statistic.String()
	logRatio := math.Log(f.seconds / mean)
	if f.statistic == P50 {
		if logRatio >= 0 {
			return 0, m.wrong(MeanBelow, "mean", name)
		}
		return math.Sqrt(-2 * logRatio), nil
	}
	if logRatio <= 0 {
		return 0, m.wrong(MeanAbove, "mean", name)
	}
	z := normalQuantile(f.statistic.probability())
	inside := float64(z*z) - float64(2*logRatio)
	if inside < 0 {
		err := m.wrong(RatioTooLarge, name, "mean")
		err.Ratio, err.MaxRatio = f.seconds/mean, math.Exp(z*z/2)
		return 0, err
	}
	return z - math.Sqrt(inside), nil
}

// meanAndCV returns the mean in seconds and the CV, where they alone are known.
func (m Measured) meanAndCV(known []figure) (mean, cv float64, err error) {
	switch {
	case len(known) == 0 || known[0].statistic != Mean || m.CV == 0:
		return 0, 0, m.wrong(TooFew)
	case len(known) > 1:
		return 0, 0, m.wrong(TooMany, append(names(known), "cv")...)
	case m.CV > maxCV*units.Whole:
		return 0, 0, m.wrong(TooVariable, "cv")
	}
	return known[0].seconds, m.CV.Float(), nil
}

func (m Measured) gamma(known []figure) (Law, error) {
	for _, f := range known {
		if f.statistic != Mean {
			return nil, m.wrong(NotUsed, f.statistic.String())
		}
	}
	mean, cv, err := m.meanAndCV(known)
	if err != nil {
		return nil, err
	}
	return newGamma(mean, cv*cv), nil
}

func (m Measured) exponential(known []figure) (Law, error) {
	switch {
	case m.CV > 0:
		return nil, m.wrong(NotUsed, "cv")
	case len(known) == 0:
		return nil, m.wrong(TooFew)
	case len(known) > 1:
		return nil, m.wrong(TooMany, names(known)...)
	case known[0].statistic == Mean:
		return exponential{known[0].seconds}, nil
	}
	return exponential{known[0].seconds / -math.Log1p(-known[0].statistic.probability())}, nil
}

func (m Measured) constant(known []figure) (Law, error) {
	switch {
	case m.CV > 0:
		return nil, m.wrong(NotUsed, "cv")
	case len(known) == 0:
		return nil, m.wrong(TooFew)
	}
	for _, f := range known[1:] {
		if f.seconds != known[0].seconds {
			return nil, m.wrong(NotEqual, known[0].statistic.String(), f.statistic.String())
		}
	}
	return constant{known[0].seconds}, nil
}
