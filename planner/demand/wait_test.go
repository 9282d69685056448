package demand_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// predict returns the statistics of the response time of one pod with a service
// law of mean 1 s.
func predict(law demand.Law, workers int, rho float64, statistics ...demand.Statistic) []float64 {
	load := demand.Load{
		Throughput: units.Rate(math.Round(rho * float64(workers) * 1e6)),
		Station:    demand.Station{Law: law, Workers: workers},
	}
	for _, s := range statistics {
		load.Targets = append(load.Targets, demand.Target{Statistic: s, Limit: time.Second})
	}
	var out []float64
	for _, l := range demand.NewModel(load).Predict(1).Latency {
		out = append(out, l.Seconds)
	}
	return out
}

// The quantiles are the closed form's,
// P(T>t) = (1−C)e^{−t} + C(ηe^{−t} − e^{−ηt})/(η−1), η = c − a.
func TestExponentialServiceIsMMc(t *testing.T) {
	for _, c := range []struct {
		workers             int
		offered             float64
		mean, p50, p95, p99 float64
		p999                float64
	}{
		{1, .5, 2, 1.38629436, 5.99146455, 9.21034037, 13.81551056},
		{1, .9, 10, 6.93147181, 29.95732274, 46.05170186, 69.07755279},
		{4, 3.2, 1.74554059, 1.34619905, 4.73801950, 6.89320375, 9.87966690},
		{4, 3.6, 2.96938316, 2.25450369, 8.16552482, 12.19316744, 17.95001385},
		{10, 8, 1.20459008, .91214461, 3.32827468, 4.94611133, 7.25055724},
		{10, 9, 1.66873152, 1.32909187, 4.36086657, 6.24987670, 8.84105675},
		{16, 14.4, 1.36958962, 1.07800977, 3.62354348, 5.26983460, 7.58841953},
	} {
		got := predict(lawOf(t, demand.Exponential, 1), c.workers, c.offered/float64(c.workers),
			demand.Mean, demand.P50, demand.P95, demand.P99, demand.P999)
		for i, want := range []float64{c.mean, c.p50, c.p95, c.p99, c.p999} {
			tol := 7e-4 // of the grid
			if i == 0 {
				tol = 5e-9
			}
			if math.Abs(got[i]/want-1) > tol {
				t.Errorf("M/M/%d at %g erlangs, figure %d: %.8f, want %.8f", c.workers, c.offered, i, got[i], want)
			}
		}
	}
}

// A load that leaves almost nothing is still computed: p99 = ln(100)/(1−ρ).
func TestNearSaturation(t *testing.T) {
	for _, rho := range []float64{.98, .99, .999} {
		want := math.Log(100) / (1 - rho)
		got := predict(lawOf(t, demand.Exponential, 1), 1, rho, demand.P99)[0]
		if got < want*.9999 || got > want*1.02 {
			t.Errorf("M/M/1 at %g: p99 %.6g, want %.6g", rho, got, want)
		}
	}
}

// Pollaczek and Khinchine: Wq = ρ/(1−ρ)·(1+cs²)/2.
func TestOneWorkerIsPollaczekKhinchine(t *testing.T) {
	for rho, want := range map[float64][4]float64{
		.5: {.5, .625, 1, 2.5},
		.8: {2, 2.5, 4, 10},
		.9: {4.5, 5.625, 9, 22.5},
	} {
		for i, law := range []demand.Law{
			lawOf(t, demand.Constant, 0), lawOf(t, demand.Gamma, .5), lawOf(t, demand.Exponential, 1), lawOf(t, demand.Lognormal, 2),
		} {
			if got := predict(law, 1, rho, demand.Mean)[0] - 1; math.Abs(got-want[i]) > 1e-9*want[i] {
				t.Errorf("rho %g, scv %g: wait %.9f, want %g", rho, law.SCV(), got, want[i])
			}
		}
	}
}

// Mean waits at utilisations of .5, .7, .8, .9 (and .95), exact from Markov chains:
// Crommelin's embedded chain for constant service, truncated chains for the
// others. low and high bound the model's relative error.
func TestMeanWaitAgainstMarkovChains(t *testing.T) {
	for _, c := range []struct {
		name      string
		law       demand.Law
		workers   int
		waits     []float64
		low, high float64
	}{
		{"M/D/2", lawOf(t, demand.Constant, 0), 2, []float64{.17674106, .49361046, .90328388, 2.14692321, 4.64394757}, -.014, .014},
		{"M/D/3", lawOf(t, demand.Constant, 0), 3, []float64{.08720173, .28624672, .55390023, 1.37791197, 3.04018564}, -.014, .014},
		{"M/D/5", lawOf(t, demand.Constant, 0), 5, []float64{.03065319, .13551708, .28906001, .77669516, 1.77078800}, -.014, .014},
		{"M/D/10", lawOf(t, demand.Constant, 0), 10, []float64{.00474180, .04187161, .10982779, .34458205, .83708299}, -.014, .014},
		{"M/D/20", lawOf(t, demand.Constant, 0), 20, []float64{.00028020, .00954448, .03587410, .14428608, .38573078}, -.014, .014},
		{"M/E2/2", erlang2{}, 2, []float64{.2556391, .7286202, 1.3423913, 3.2073390}, -.001, .03},
		{"M/E2/4", erlang2{}, 4, []float64{.0685256, .2746201, .5676521, 1.4872733}, -.001, .03},
		{"M/E2/10", erlang2{}, 10, []float64{.0059595, .0582325, .1581217, .5084517}, -.001, .03},
		{"M/H2/2", balancedH2(4), 2, []float64{.7378894, 2.2610370, 4.2853777, 10.4842020}, -.023, .001},
		{"M/H2/4", balancedH2(4), 4, []float64{.1669129, .7806544, 1.7176157, 4.7445154}, -.025, .01},
		{"M/H2/10", balancedH2(4), 10, []float64{.0110354, .1407876, .4323686, 1.5489550}, -.005, .18},
	} {
		for i, want := range c.waits {
			rho := []float64{.5, .7, .8, .9, .95}[i]
			got := predict(c.law, c.workers, rho, demand.Mean)[0] - 1
			if e := got/want - 1; e < c.low || e > c.high {
				t.Errorf("%s at %g: wait %.7f, exact %.7f: %+.2f%%", c.name, rho, got, want, 100*e)
			}
		}
	}
}

// Erlang 1909: in M/D/1, P(W <= x) = (1−ρ)Σ_{i=0}^{⌊x⌋} [ρ(i−x)]^i/i!·e^{−ρ(i−x)}.
func TestConstantServiceAgainstErlang(t *testing.T) {
	for _, rho := range []float64{.3, .5, .7, .8} {
		for _, s := range []struct {
			statistic demand.Statistic
			p         float64
		}{{demand.P90, .9}, {demand.P95, .95}, {demand.P99, .99}} {
			cdf := func(x float64) float64 {
				sum, factorial := 0.0, 1.0
				for i := 0; i <= int(x); i++ {
					factorial *= max(float64(i), 1)
					sum += math.Pow(rho*(float64(i)-x), float64(i)) / factorial * math.Exp(rho*(x-float64(i)))
				}
				return (1 - rho) * sum
			}
			lo, hi := 0.0, 25.0
			for range 60 {
				if mid := (lo + hi) / 2; cdf(mid) < s.p {
					lo = mid
				} else {
					hi = mid
				}
			}
			got := predict(lawOf(t, demand.Constant, 0), 1, rho, s.statistic)[0]
			if e := got/(1+hi) - 1; e < -.02 || e > .02 {
				t.Errorf("M/D/1 at %g, %s: %.5f, exact %.5f", rho, s.statistic, got, 1+hi)
			}
		}
	}
}

// The response time of M/H2/1 has a phase-type law: its Laplace transform is
// rational, and two exponentials make up the wait (Pollaczek and Khinchine).
func TestHyperexponentialAgainstClosedForm(t *testing.T) {
	for _, scv := range []float64{4, 25, 100} {
		for _, rho := range []float64{.3, .8, .95} {
			law := balancedH2(scv)
			tail := h2ResponseTail(law, rho)
			for _, s := range []struct {
				statistic demand.Statistic
				p         float64
			}{{demand.P90, .9}, {demand.P99, .99}, {demand.P999, .999}} {
				lo, hi := 0.0, 1e5
				for range 60 {
					if mid := (lo + hi) / 2; tail(mid) > 1-s.p {
						lo = mid
					} else {
						hi = mid
					}
				}
				got := predict(law, 1, rho, s.statistic)[0]
				if e := got/hi - 1; math.Abs(e) > 4e-3 {
					t.Errorf("M/H2(%g)/1 at %g, %s: %.5f, exact %.5f (%+.3f%%)", scv, rho, s.statistic, got, hi, 100*e)
				}
			}
		}
	}
}

// h2ResponseTail returns P(W + S > t) of M/H2/1 with a service time of mean 1.
func h2ResponseTail(law hyperexponential, rho float64) func(t float64) float64 {
	a, b := 1/law.first, 1/law.second
	// (1−ρ)s/(s − λ(1 − B(s))) has as poles the roots of s² + (a+b−λ)s + ab(1−ρ) = 0.
	sum, product := a+b-rho, a*b*(1-rho)
	root := math.Sqrt(sum*sum - 4*product)
	r1, r2 := (sum-root)/2, (sum+root)/2
	// P(W > t) = c1·e^{−r1 t} + c2·e^{−r2 t} with P(W > 0) = ρ and mean (ρ/(1−ρ))(1+cs²)/2.
	wait := rho / (1 - rho) * (1 + law.SCV()) / 2
	c1 := (wait - rho/r2) / (1/r1 - 1/r2)
	return func(t float64) float64 {
		out := law.Survival(t)
		for _, w := range [][2]float64{{c1, r1}, {rho - c1, r2}} {
			// w[0]·∫ P(S > t − x) w[1]e^{−w[1]x} dx over x < t, less what P(S > t) has of
			// it, plus the waits beyond t.
			out += w[0] * (math.Exp(-w[1]*t) - law.Survival(t))
			for _, s := range [][2]float64{{law.p, a}, {1 - law.p, b}} {
				out += w[0] * s[0] * w[1] * (math.Exp(-w[1]*t) - math.Exp(-s[1]*t)) / (s[1] - w[1])
			}
		}
		return out
	}
}

func TestOverloadIsInfinite(t *testing.T) {
	load := demand.Load{
		Throughput: 10 * units.PerSecond,
		Station:    demand.Station{Law: lawOf(t, demand.Exponential, 1), Workers: 1},
		Targets:    []demand.Target{{Statistic: demand.Mean, Limit: time.Minute}, {Statistic: demand.P99, Limit: time.Minute}},
	}
	for _, n := range []int{0, 1, 10} {
		p := demand.NewModel(load).Predict(n)
		for _, l := range p.Latency {
			if !math.IsInf(l.Seconds, 1) || l.Met || p.Met() {
				t.Errorf("%d pods: %+v", n, l)
			}
		}
	}
}

func ExampleModel_Predict() {
	law, _ := demand.Measured{Mean: 18 * time.Millisecond, P99: 70 * time.Millisecond}.Law()
	model := demand.NewModel(demand.Load{
		Throughput: 1200 * units.PerSecond,
		Station:    demand.Station{Law: law, Workers: 4},
		Targets:    []demand.Target{{Statistic: demand.P99, Limit: 250 * time.Millisecond}},
	})
	for _, ready := range []int{9, 6, 5} {
		p := model.Predict(ready)
		fmt.Printf("%d pods: %.0f%% busy, p99 %.0f ms, met: %t\n", ready, 100*p.Utilization, 1000*p.Latency[0].Seconds, p.Met())
	}
	// Output:
	// 9 pods: 60% busy, p99 76 ms, met: true
	// 6 pods: 90% busy, p99 181 ms, met: true
	// 5 pods: 108% busy, p99 +Inf ms, met: false
}
