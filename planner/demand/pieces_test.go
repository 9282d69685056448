package demand_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// percentiles is a law from four percentiles and a mean, 0 for none.
func percentiles(t *testing.T, mean time.Duration) demand.Law {
	t.Helper()
	return mustLaw(t, demand.Measured{Mean: mean, P50: 800 * ms, P90: 1900 * ms, P95: 2400 * ms, P99: 4500 * ms})
}

// A law from percentiles has them, and rises between them as its lognormals do.
func TestLawsFromPercentiles(t *testing.T) {
	for _, mean := range []time.Duration{0, 900 * ms, 1050 * ms, 1100 * ms, 1500 * ms} {
		law := percentiles(t, mean)
		for p, want := range map[float64]float64{.5: .8, .9: 1.9, .95: 2.4, .99: 4.5} {
			if got := law.Quantile(p); math.Abs(got/want-1) > 1e-12 {
				t.Errorf("mean %s: quantile %g is %.12f, want %g", mean, p, got, want)
			}
			if got := law.Survival(want); math.Abs(got-(1-p)) > 1e-12 {
				t.Errorf("mean %s: P(S > %g) = %.12f", mean, want, got)
			}
		}
		if got := law.Mean(); mean > 0 && math.Abs(got/mean.Seconds()-1) > 1e-9 {
			t.Errorf("mean %.9f, want %s", got, mean)
		}
		last := 0.0
		for p := .001; p < 1; p += .001 {
			if got := law.Quantile(p); got <= last {
				t.Errorf("mean %s: quantile %g is %g, and smaller ones are greater", mean, p, got)
			} else {
				last = got
			}
		}
	}
	// Half way in the score between p90 and p99, half way in the logarithm.
	z90, z99 := 1.2815515655446004, 2.3263478740408408
	half := math.Erfc(-(z90+z99)/2/math.Sqrt2) / 2
	law := mustLaw(t, demand.Measured{P50: 10 * ms, P90: 20 * ms, P99: 80 * ms})
	if got := law.Quantile(half); math.Abs(got-.04) > 1e-12 {
		t.Errorf("between 20 and 80 ms: %g", got)
	}
	// Beyond p99 by as much as p90 is before it.
	beyond := math.Erfc(-(2*z99-z90)/math.Sqrt2) / 2
	if got := law.Quantile(beyond); math.Abs(got-.32) > 1e-9 {
		t.Errorf("beyond 80 ms: %g", got)
	}
}

// Percentiles of a lognormal give the lognormal.
func TestPercentilesOfALognormal(t *testing.T) {
	want := mustLaw(t, demand.Measured{P50: time.Second, P99: 10 * time.Second})
	at := func(p float64) time.Duration { return time.Duration(math.Round(want.Quantile(p) * 1e9)) }
	for _, mean := range []float64{0, want.Mean()} {
		law := mustLaw(t, demand.Measured{Mean: time.Duration(mean * 1e9), P50: at(.5), P90: at(.9), P95: at(.95), P99: at(.99)})
		if math.Abs(law.Mean()/want.Mean()-1) > 1e-6 || math.Abs(law.SCV()/want.SCV()-1) > 1e-4 {
			t.Errorf("mean %g, scv %g, want %g, %g", law.Mean(), law.SCV(), want.Mean(), want.SCV())
		}
		for _, x := range []float64{.01, .1, 1, 3, 20, 100} {
			if got, want := law.Excess(x), want.Excess(x); math.Abs(got-want) > 1e-6*want {
				t.Errorf("excess over %g: %g, want %g", x, got, want)
			}
			if got, want := law.Survival(x), want.Survival(x); math.Abs(got-want) > 1e-6*want {
				t.Errorf("survival of %g: %g, want %g", x, got, want)
			}
		}
	}
}

// A mean that no law with the percentiles has is refused, with the least there is:
// half of the requests take at least the median.
func TestMeanBelowPercentiles(t *testing.T) {
	m := demand.Measured{Mean: 5 * ms, P50: 10 * ms, P90: 20 * ms, P99: 80 * ms}
	_, err := m.Law()
	wrong, ok := errors.AsType[*demand.LawError](err)
	if !ok || wrong.Problem != demand.MeanTooLow || !slices.Equal(wrong.Fields, []string{"mean", "p50", "p90", "p99"}) {
		t.Fatalf("%v", err)
	}
	if wrong.Least < .5*.010 || wrong.Least > .016 {
		t.Errorf("the least mean is %g", wrong.Least)
	}
	m.Mean = time.Duration(wrong.Least*1e9) + 1000
	mustLaw(t, m)
	if want := "the mean must be above " + m.Mean.Truncate(time.Microsecond).String() + " beside p50 and p90 and p99"; wrong.Error() != want {
		t.Errorf("%q, want %q", wrong, want)
	}
}

func TestAssumptions(t *testing.T) {
	for want, m := range map[string]demand.Measured{
		"": {P50: ms, P99: 9 * ms},
		"between p50 and p99 as a lognormal from each percentile to the next, beyond them as the outermost two continue":         {P50: ms, P90: 4 * ms, P99: 9 * ms},
		"between p90 and p99 as a lognormal from each percentile to the next, outside of them such that the mean is as measured": {Mean: ms, P90: 4 * ms, P99: 9 * ms},
	} {
		if got := m.Assumption(); got != want {
			t.Errorf("%+v: %q, want %q", m, got, want)
		}
	}
	if got := (demand.Measured{Distribution: demand.Constant, Mean: ms, P50: ms, P99: ms}).Assumption(); got != "" {
		t.Errorf("constant: %q", got)
	}
	if got := (demand.Measured{Mean: ms, CV: units.Whole}).Assumption(); got != "" {
		t.Errorf("mean and cv: %q", got)
	}
}
