package demand_test

import (
	"errors"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

const ms = time.Millisecond

func mustLaw(t testing.TB, m demand.Measured) demand.Law {
	t.Helper()
	law, err := m.Law()
	if err != nil {
		t.Fatalf("%+v: %v", m, err)
	}
	return law
}

// lawOf returns a law with a mean of one second.
func lawOf(t testing.TB, d demand.Distribution, cv float64) demand.Law {
	t.Helper()
	m := demand.Measured{Distribution: d, Mean: time.Second}
	if d == demand.Lognormal || d == demand.Gamma {
		m.CV = units.Ratio(math.Round(cv * 1e6))
	}
	return mustLaw(t, m)
}

func TestLawsFromMeasurements(t *testing.T) {
	for name, c := range map[string]struct {
		in       demand.Measured
		mean, cv float64 // milliseconds
		tol      float64 // relative: half a unit of the digits that are given
	}{
		"p50 20 p99 200":       {demand.Measured{P50: 20 * ms, P99: 200 * ms}, 32.6410, 1.28980, 4e-6},
		"p50 50 p99 150":       {demand.Measured{P50: 50 * ms, P99: 150 * ms}, 55.8982, .499843, 1e-6},
		"p50 5 p99 100":        {demand.Measured{P50: 5 * ms, P99: 100 * ms}, 11.4567, 2.06161, 5e-6},
		"mean 18 p99 70":       {demand.Measured{Mean: 18 * ms, P99: 70 * ms}, 18, math.Sqrt(math.Expm1(.6845 * .6845)), 2e-4},
		"mean and cv":          {demand.Measured{Mean: 18 * ms, CV: 1500000}, 18, 1.5, 1e-12},
		"gamma":                {demand.Measured{Distribution: demand.Gamma, Mean: 18 * ms, CV: 250000}, 18, .25, 1e-12},
		"exponential":          {demand.Measured{Distribution: demand.Exponential, Mean: 18 * ms}, 18, 1, 1e-12},
		"exponential from p50": {demand.Measured{Distribution: demand.Exponential, P50: 20 * ms}, 20 / math.Ln2, 1, 1e-12},
		"exponential from p99": {demand.Measured{Distribution: demand.Exponential, P99: 20 * ms}, 20 / math.Log(100), 1, 1e-12},
		"constant":             {demand.Measured{Distribution: demand.Constant, Mean: 7 * ms}, 7, 0, 1e-12},
		"constant, all equal":  {demand.Measured{Distribution: demand.Constant, Mean: 7 * ms, P50: 7 * ms, P99: 7 * ms}, 7, 0, 1e-12},
	} {
		law := mustLaw(t, c.in)
		if got := law.Mean() * 1000; math.Abs(got/c.mean-1) > c.tol {
			t.Errorf("%s: mean %.7g ms, want %.7g", name, got, c.mean)
		}
		if got := math.Sqrt(law.SCV()); math.Abs(got-c.cv) > c.tol*(c.cv+1e-9) {
			t.Errorf("%s: cv %.7g, want %.7g", name, got, c.cv)
		}
	}
}

// Whatever two statistics a lognormal is found from, it has them.
func TestLognormalHasItsStatistics(t *testing.T) {
	for name, m := range map[string]demand.Measured{
		"mean p50": {Mean: 30 * ms, P50: 20 * ms},
		"mean p90": {Mean: 30 * ms, P90: 60 * ms},
		"mean p95": {Mean: 30 * ms, P95: 100 * ms},
		"mean p99": {Mean: 30 * ms, P99: 400 * ms},
		"p50 p90":  {P50: 30 * ms, P90: 60 * ms},
		"p50 p95":  {P50: 30 * ms, P95: 31 * ms},
		"p50 p99":  {P50: 3 * ms, P99: 3000 * ms},
		"p90 p95":  {P90: 30 * ms, P95: 60 * ms},
		"p90 p99":  {P90: 30 * ms, P99: 60 * ms},
		"p95 p99":  {P95: 30 * ms, P99: 60 * ms},
	} {
		law := mustLaw(t, m)
		for _, c := range []struct {
			want time.Duration
			got  float64
		}{
			{m.Mean, law.Mean()},
			{m.P50, law.Quantile(.5)},
			{m.P90, law.Quantile(.9)},
			{m.P95, law.Quantile(.95)},
			{m.P99, law.Quantile(.99)},
		} {
			if c.want > 0 && math.Abs(c.got/c.want.Seconds()-1) > 1e-12 {
				t.Errorf("%s: %.15g s, want %s", name, c.got, c.want)
			}
		}
	}
	// Of the two lognormals with mean 18 and p99 70, sigma .6845 and 3.9682, the first.
	if cv := math.Sqrt(mustLaw(t, demand.Measured{Mean: 18 * ms, P99: 70 * ms}).SCV()); cv > 1 {
		t.Errorf("the more variable lognormal was chosen: cv %g", cv)
	}
}

// lawError is a law that cannot be, and what is said of it.
type lawError struct {
	in      demand.Measured
	problem demand.LawProblem
	fields  []string
	text    string
}

func TestLawErrors(t *testing.T) {
	cases := wrongFigures()
	maps.Copy(cases, wrongLaws())
	for name, c := range cases {
		_, err := c.in.Law()
		wrong, ok := errors.AsType[*demand.LawError](err)
		if !ok {
			t.Errorf("%s: %v, want a LawError", name, err)
			continue
		}
		if wrong.Problem != c.problem || !slices.Equal(wrong.Fields, c.fields) || wrong.Error() != c.text {
			t.Errorf("%s: %+v\n got %q\nwant %q", name, *wrong, wrong, c.text)
		}
	}
	// The largest ratio is e^{z²/2} = 14.968…: just below there is a law.
	mustLaw(t, demand.Measured{Mean: 1000 * ms, P99: 14968 * ms})
	if _, err := (demand.Measured{Mean: 1000 * ms, P99: 14969 * ms}).Law(); err == nil {
		t.Error("p99/mean 14.969 was accepted")
	}
}

// wrongFigures are too few, too many, or against each other.
func wrongFigures() map[string]lawError {
	return map[string]lawError{
		"nothing": {
			demand.Measured{},
			demand.TooFew, nil,
			"lognormal service times need two or more of mean, p50, p90, p95 and p99, or mean and cv",
		},
		"mean only": {
			demand.Measured{Mean: ms},
			demand.TooFew, nil,
			"lognormal service times need two or more of mean, p50, p90, p95 and p99, or mean and cv",
		},
		"cv only": {
			demand.Measured{CV: units.Whole},
			demand.TooFew, nil,
			"lognormal service times need two or more of mean, p50, p90, p95 and p99, or mean and cv",
		},
		"cv and percentile": {
			demand.Measured{P99: ms, CV: units.Whole},
			demand.TooFew, nil,
			"lognormal service times need two or more of mean, p50, p90, p95 and p99, or mean and cv",
		},
		"three, decreasing": {
			demand.Measured{P50: ms, P90: 9 * ms, P99: 9 * ms},
			demand.NotIncreasing,
			[]string{"p99", "p90"},
			"p99 must be above p90; where every request takes equally long, the distribution is constant",
		},
		"three, too variable": {
			demand.Measured{P50: ms, P95: 2 * ms, P99: time.Hour},
			demand.TooVariable,
			[]string{"p99", "p95"},
			"p99 and p95 would mean a coefficient of variation above 100",
		},
		"mean above percentiles": {
			demand.Measured{Mean: 9 * ms, P50: ms, P99: 9 * ms},
			demand.MeanAbove,
			[]string{"mean", "p99"},
			"the mean must be below p99 for a lognormal service time",
		},
		"mean, cv and p99": {
			demand.Measured{Mean: 2 * ms, P99: 9 * ms, CV: units.Whole},
			demand.TooMany,
			[]string{"mean", "p99", "cv"},
			"lognormal service times need only two or more of mean, p50, p90, p95 and p99, or mean and cv, not mean and p99 and cv",
		},
		"negative": {demand.Measured{Mean: -ms, P99: 9 * ms}, demand.NotPositive, []string{"mean"}, "mean must be positive"},
		"decreasing": {
			demand.Measured{P50: 9 * ms, P99: ms},
			demand.NotIncreasing,
			[]string{"p99", "p50"},
			"p99 must be above p50; where every request takes equally long, the distribution is constant",
		},
		"equal": {
			demand.Measured{P50: ms, P99: ms},
			demand.NotIncreasing,
			[]string{"p99", "p50"},
			"p99 must be above p50; where every request takes equally long, the distribution is constant",
		},
		"mean above": {
			demand.Measured{Mean: 9 * ms, P99: 8 * ms},
			demand.MeanAbove,
			[]string{"mean", "p99"},
			"the mean must be below p99 for a lognormal service time",
		},
		"mean below the median": {
			demand.Measured{Mean: 9 * ms, P50: 10 * ms},
			demand.MeanBelow,
			[]string{"mean", "p50"},
			"the mean of a lognormal service time is above its p50",
		},
	}
}

// wrongLaws are figures that no law has, or that the law named does not use.
func wrongLaws() map[string]lawError {
	return map[string]lawError{
		"ratio": {
			demand.Measured{Mean: 10 * ms, P99: 150 * ms},
			demand.RatioTooLarge,
			[]string{"p99", "mean"},
			"p99 is 15 times the mean; a lognormal service time reaches 14.97 at most",
		},
		"too variable": {
			demand.Measured{P50: ms, P99: time.Hour},
			demand.TooVariable,
			[]string{"p99", "p50"},
			"p99 and p50 would mean a coefficient of variation above 100",
		},
		"cv too large": {
			demand.Measured{Mean: ms, CV: 101 * units.Whole},
			demand.TooVariable,
			[]string{"cv"},
			"cv would mean a coefficient of variation above 100",
		},
		"gamma from percentiles": {
			demand.Measured{Distribution: demand.Gamma, Mean: ms, P99: 9 * ms},
			demand.NotUsed,
			[]string{"p99"},
			"gamma service times need mean and cv; p99 cannot be used",
		},
		"exponential with cv": {
			demand.Measured{Distribution: demand.Exponential, Mean: ms, CV: units.Whole},
			demand.NotUsed,
			[]string{"cv"},
			"exponential service times need one of mean, p50, p90, p95 and p99; cv cannot be used",
		},
		"exponential from two": {
			demand.Measured{Distribution: demand.Exponential, Mean: ms, P50: ms},
			demand.TooMany,
			[]string{"mean", "p50"},
			"exponential service times need only one of mean, p50, p90, p95 and p99, not mean and p50",
		},
		"constant that varies": {
			demand.Measured{Distribution: demand.Constant, Mean: ms, P99: 2 * ms},
			demand.NotEqual,
			[]string{"mean", "p99"},
			"mean and p99 differ, so the service time is not constant",
		},
	}
}

// The methods of a law agree with each other and with sums over its survival.
func TestLawsAreConsistent(t *testing.T) {
	for name, law := range map[string]demand.Law{
		"lognormal .5":  lawOf(t, demand.Lognormal, .5),
		"lognormal 2":   lawOf(t, demand.Lognormal, 2),
		"gamma .1":      lawOf(t, demand.Gamma, .1),
		"gamma .5":      lawOf(t, demand.Gamma, .5),
		"gamma 1.5":     lawOf(t, demand.Gamma, 1.5),
		"exponential":   lawOf(t, demand.Exponential, 1),
		"constant":      lawOf(t, demand.Constant, 0),
		"percentiles":   percentiles(t, 0),
		"with a mean":   percentiles(t, 1100*ms),
		"below its own": percentiles(t, 900*ms),
		"test: H2 cv 2": balancedH2(4),
		"test: E2":      erlang2{},
	} {
		for _, p := range []float64{.01, .5, .9, .99, .999} {
			x := law.Quantile(p)
			if name != "constant" && math.Abs(law.CDF(x)-p) > 1e-9 {
				t.Errorf("%s: CDF(Quantile(%g)) = %g", name, p, law.CDF(x))
			}
			if sum := law.CDF(x) + law.Survival(x); math.Abs(sum-1) > 1e-12 {
				t.Errorf("%s: CDF + Survival = %g at p=%g", name, sum, p)
			}
		}
		// ∫P(S>t)dt and 2∫E[S−t]⁺dt over a fine grid are the first two moments.
		const cells, end = 160_000, 400.
		first, second := 0.0, 0.0
		for i := range cells {
			mid := (float64(i) + .5) * end / cells
			first += law.Survival(mid)
			second += 2 * law.Excess(mid)
		}
		first, second = first*end/cells, second*end/cells
		if math.Abs(first/law.Mean()-1) > 1e-5 || math.Abs(law.Excess(0)/law.Mean()-1) > 1e-12 {
			t.Errorf("%s: mean %g, by survival %g, Excess(0) %g", name, law.Mean(), first, law.Excess(0))
		}
		if scv := second/first/first - 1; math.Abs(scv-law.SCV()) > 5e-4*(1+law.SCV()) { // the grid ends at 400 means
			t.Errorf("%s: scv %g, by excess %g", name, law.SCV(), scv)
		}
		if law.CDF(0) != 0 && name != "constant" || law.Survival(-1) != 1 {
			t.Errorf("%s: mass below zero", name)
		}
	}
}

// erlang2 is the sum of two exponential times of half a second.
type erlang2 struct{}

func (erlang2) Mean() float64                { return 1 }
func (erlang2) SCV() float64                 { return .5 }
func (e erlang2) CDF(t float64) float64      { return 1 - e.Survival(t) }
func (erlang2) Survival(t float64) float64   { t = max(t, 0); return (1 + 2*t) * math.Exp(-2*t) }
func (erlang2) Excess(t float64) float64     { return (1 + t) * math.Exp(-2*t) }
func (e erlang2) Quantile(p float64) float64 { return invert(e, p) }

// hyperexponential is one of two exponential laws, the first with probability p.
type hyperexponential struct{ p, first, second float64 }

// balancedH2 has mean 1 and the SCV, both laws having the same share of the work.
func balancedH2(scv float64) hyperexponential {
	p := (1 + math.Sqrt((scv-1)/(scv+1))) / 2
	return hyperexponential{p, 1 / (2 * p), 1 / (2 * (1 - p))}
}

func (h hyperexponential) Mean() float64 { return h.p*h.first + (1-h.p)*h.second }

func (h hyperexponential) SCV() float64 {
	return 2*(h.p*h.first*h.first+(1-h.p)*h.second*h.second)/h.Mean()/h.Mean() - 1
}

func (h hyperexponential) CDF(t float64) float64 { return 1 - h.Survival(t) }

func (h hyperexponential) Survival(t float64) float64 {
	t = max(t, 0)
	return h.p*math.Exp(-t/h.first) + (1-h.p)*math.Exp(-t/h.second)
}

func (h hyperexponential) Excess(t float64) float64 {
	return h.p*h.first*math.Exp(-t/h.first) + (1-h.p)*h.second*math.Exp(-t/h.second)
}

func (h hyperexponential) Quantile(p float64) float64 { return invert(h, p) }

func invert(law demand.Law, p float64) float64 {
	lo, hi := 0.0, 1000.0
	for range 80 {
		if mid := (lo + hi) / 2; law.CDF(mid) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}
