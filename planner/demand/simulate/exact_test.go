package simulate_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/scantling-dev/scantling/planner/demand/simulate"
)

// lognormal returns the lognormal law of mean 1 and coefficient of variation cv.
func lognormal(cv float64) simulate.Service {
	s2 := math.Log1p(cv * cv)
	return simulate.Lognormal(-s2/2, math.Sqrt(s2))
}

// measure simulates, with targets on the p50, p95, p99 and p999.
func measure(t *testing.T, s simulate.System, arrivals int) simulate.Report {
	t.Helper()
	var targets []simulate.Target
	for _, tail := range []float64{.5, .05, .01, .001} {
		targets = append(targets, simulate.Target{Tail: tail, Limit: 5})
	}
	name := fmt.Sprintf("%+v", s)
	r, err := simulate.Measure(t.Context(), s, simulate.NewSeed(1, name, "", s.Pods), targets, arrivals)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// near complains about an estimate that is further from the exact value than
// three half widths of its 95% interval (one in a billion if its law is normal), or
// whose interval is wider than the share of the value given, so that near means
// something. slack is what a bin of the histogram may add.
func near(t *testing.T, what string, got simulate.Estimate, want, widest float64) {
	t.Helper()
	const slack = 2e-3
	if math.Abs(got.Value-want) > 3*got.HalfWidth+slack*want {
		t.Errorf("%s is %.5f ± %.5f, want %.5f", what, got.Value, got.HalfWidth, want)
	}
	if got.HalfWidth > widest*want {
		t.Errorf("%s is %.5f ± %.5f: too wide to say anything", what, got.Value, got.HalfWidth)
	}
}

// M/M/c: quantiles of the response time by its closed form,
// P(T > t) = (1 − C)e^−t + C(ηe^−t − e^−ηt)/(η − 1) with η = c − a.
func TestManyServersWithExponentialService(t *testing.T) {
	for n, c := range []struct {
		servers                   int
		load                      float64
		mean, p50, p95, p99, p999 float64
		widest                    float64
	}{
		{1, .5, 2, 1.38629436, 5.99146455, 9.21034037, 13.81551056, .05},
		{4, 3.2, 1.74554059, 1.34619905, 4.73801950, 6.89320375, 9.87966690, .05},
		{4, 3.6, 2.96938316, 2.25450369, 8.16552482, 12.19316744, 17.95001385, .1},
		{10, 8, 1.20459008, .91214461, 3.32827468, 4.94611133, 7.25055724, .05},
		{16, 14.4, 1.36958962, 1.07800977, 3.62354348, 5.26983460, 7.58841953, .05},
	} {
		// One pod with all workers, pods of one worker with a common queue, and cores
		// that are enough for all: three ways to say the same, one of them under -short.
		for i, s := range []simulate.System{
			{Pods: 1, Workers: c.servers, Rate: c.load, Service: simulate.Exponential(1)},
			{Pods: c.servers, Workers: 1, Policy: simulate.Pooled, Rate: c.load, Service: simulate.Exponential(1)},
			{Pods: 1, Workers: c.servers, Cores: float64(c.servers), Rate: c.load, CPU: simulate.Exponential(1)},
		} {
			if testing.Short() && i != n%3 {
				continue
			}
			r := measure(t, s, 1_000_000)
			name := fmt.Sprintf("%d pods of %d, cores %g, at %g:", s.Pods, s.Workers, s.Cores, s.Rate)
			near(t, name+" mean", r.Mean, c.mean, c.widest)
			for i, want := range []float64{c.p50, c.p95, c.p99, c.p999} {
				near(t, fmt.Sprintf("%s quantile %d", name, i), r.Figures[i].Statistic, want, 1.5*c.widest)
			}
			if got, want := r.Figures[1].Exceeds, tailOfMMC(c.servers, c.load, 5); math.Abs(got.Value-want) > 3*got.HalfWidth {
				t.Errorf("%s exceeds 5 with %.6f ± %.6f, want %.6f", name, got.Value, got.HalfWidth, want)
			}
		}
	}
}

// tailOfMMC returns P(T > t) of M/M/c with mean service 1 where c − a is not 1.
func tailOfMMC(c int, a, t float64) float64 {
	b := 1.0
	for i := 1; i <= c; i++ {
		b = a * b / (float64(i) + a*b)
	}
	rho, eta := a/float64(c), float64(c)-a
	wait := b / (1 - rho*(1-b))
	return (1-wait)*math.Exp(-t) + wait*(eta*math.Exp(-t)-math.Exp(-eta*t))/(eta-1)
}

// M/G/1: the mean wait of Pollaczek and Khinchine, ρ/(1−ρ)·(1+scv)/2.
func TestOneServer(t *testing.T) {
	table := func(survival float64) float64 { return -math.Log(survival) }
	for _, c := range []struct {
		law    simulate.Service
		scv    float64
		widest float64
	}{
		{simulate.Constant(1), 0, .03},
		{simulate.Gamma(4, .25), .25, .03},
		{simulate.Gamma(.5, 2), 2, .06},
		{simulate.Exponential(1), 1, .04},
		{simulate.Quantiles(table), 1, .04},
		{simulate.Balanced(1, 4), 4, .08},
		{lognormal(1), 1, .05},
		{lognormal(2), 4, .25},
	} {
		for _, rho := range []float64{.5, .8} {
			if testing.Short() && rho < .8 {
				continue
			}
			s := simulate.System{Pods: 3, Workers: 1, Rate: 3 * rho, Service: c.law}
			near(t, fmt.Sprintf("scv %g at %g", c.scv, rho), measure(t, s, 1_000_000).Mean, 1+rho/(1-rho)*(1+c.scv)/2, c.widest)
		}
	}
}

// The response time of a shared core without a limit of workers is insensitive to the law: its mean is S/(1 − ρ), and the time off the CPU
// comes on top (M/G/1 with processor sharing).
func TestASharedCore(t *testing.T) {
	for _, law := range []simulate.Service{simulate.Constant(.5), simulate.Exponential(.5), simulate.Gamma(.5, 1)} {
		s := simulate.System{Pods: 2, Cores: 1, CPU: law, Service: simulate.Exponential(.3), Rate: 2.8}
		near(t, "mean", measure(t, s, 1_000_000).Mean, .5/(1-.7)+.3, .05)
	}
}

// With fewer workers than would keep the core busy a pod saturates before its
// core does: with two workers and equal halves at four fifths of it.
func TestSaturationOfSharedCores(t *testing.T) {
	for _, c := range []struct {
		workers   int
		cores     float64
		cpu, off  float64
		saturates float64
	}{
		{1, 1, .5, .5, 1},
		{2, 1, .5, .5, 1.6}, // G(1)/G(2) = 1/(.25 + .25 + .125)
		{1, .5, .5, .5, 1 / 1.5},
		{4, 4, .8, .2, 4},
		{3, 1, 1, 0, 1},
		{3, 2, 0, .5, 6},
		{8, 2, .8, .2, 2.5}, // the cores are what is scarce
		{0, 2, .8, .2, 2.5},
	} {
		s := simulate.System{Pods: 2, Workers: c.workers, Cores: c.cores, CPU: simulate.Exponential(c.cpu), Service: simulate.Constant(c.off), Rate: 1}
		if got := 1 / (2 * s.Utilization()); math.Abs(got-c.saturates) > 1e-3*c.saturates {
			t.Errorf("%d workers on %g cores saturate at %.6f, want %.6f", c.workers, c.cores, got, c.saturates)
		}
	}
}

// M/D/c by Crommelin's chain; M/E2/c and M/H2/c (scv 4, balanced means) by their
// Markov chains. Waits in mean services.
func TestManyServers(t *testing.T) {
	for _, c := range []struct {
		name    string
		law     simulate.Service
		servers int
		rho     float64
		wait    float64
	}{
		{"M/D/c", simulate.Constant(1), 2, .7, .49361046},
		{"M/D/c", simulate.Constant(1), 5, .8, .28906001},
		{"M/D/c", simulate.Constant(1), 10, .9, .34458205},
		{"M/D/c", simulate.Constant(1), 20, .9, .14428608},
		{"M/E2/c", simulate.Gamma(2, .5), 2, .8, 1.3423913},
		{"M/E2/c", simulate.Gamma(2, .5), 4, .8, .5676521},
		{"M/E2/c", simulate.Gamma(2, .5), 10, .9, .5084517},
		{"M/H2/c", simulate.Balanced(1, 4), 2, .7, 2.2610370},
		{"M/H2/c", simulate.Balanced(1, 4), 4, .8, 1.7176157},
		{"M/H2/c", simulate.Balanced(1, 4), 10, .8, .4323686},
	} {
		s := simulate.System{Pods: 1, Workers: c.servers, Rate: c.rho * float64(c.servers), Service: c.law}
		near(t, fmt.Sprintf("%s, c = %d at %g", c.name, c.servers, c.rho), measure(t, s, 1_000_000).Mean, 1+c.wait, .05)
	}
}

// Round robin over N pods of one worker makes of a Poisson stream Erlang-N streams:
// E_N/M/1, with σ = (Nρ/(Nρ+1−σ))^N, wait σ/(1−σ), and an exponential response.
func TestRoundRobinWithExponentialService(t *testing.T) {
	for _, c := range []struct {
		pods       int
		rho, sigma float64
	}{
		{2, .5, .38196601},
		{2, .8, .73985295},
		{5, .7, .53794441},
		{10, .5, .24507928},
		{10, .8, .65780018},
		{100, .7, .47103419},
	} {
		s := simulate.System{Pods: c.pods, Workers: 1, Policy: simulate.RoundRobin, Rate: c.rho * float64(c.pods), Service: simulate.Exponential(1)}
		r := measure(t, s, 1_000_000)
		near(t, fmt.Sprintf("mean of %d at %g", c.pods, c.rho), r.Mean, 1/(1-c.sigma), .03)
		near(t, fmt.Sprintf("p99 of %d at %g", c.pods, c.rho), r.Figures[2].Statistic, math.Log(100)/(1-c.sigma), .05)
	}
}

// With one connection a pod has all or nothing, and with many the load is even.
func TestConnections(t *testing.T) {
	s := simulate.System{Pods: 5, Workers: 1, Connections: 1, Rate: .6, Service: simulate.Exponential(1)}
	near(t, "mean with one connection", measure(t, s, 1_000_000).Mean, 1/(1-.6), .05)
	s.Connections, s.Rate = 1_000_000, 5*.6
	near(t, "mean with a million", measure(t, s, 1_000_000).Mean, 1/(1-.6), .05)
	// Two connections over two pods: together or apart, one as likely as the other,
	// so that half of the requests see all of the load and half see half of it.
	s.Pods, s.Connections, s.Rate = 2, 2, .6
	near(t, "mean with two apart", measureWithHottest(t, s, 1), 1/(1-.3), .05)
	near(t, "mean with two", measure(t, s, 4_000_000).Mean, (1/(1-.6)+1/(1-.3))/2, .1)
}

func measureWithHottest(t *testing.T, s simulate.System, hottest int) simulate.Estimate {
	t.Helper()
	s.Hottest = hottest
	return measure(t, s, 1_000_000).Mean
}

// Hyperexponential arrivals at one exponential server, GI/M/1: σ solves
// σ = A*(1 − σ) with A* the transform of the gaps, and the mean is 1/(1 − σ).
func TestBursts(t *testing.T) {
	for _, c := range []struct{ burstiness, rho float64 }{{2, .6}, {4, .7}, {9, .5}} {
		p := (1 + math.Sqrt((c.burstiness-1)/(c.burstiness+1))) / 2
		first, second := 2*p*c.rho, 2*(1-p)*c.rho
		sigma := .5
		for range 10_000 {
			sigma = p*first/(first+1-sigma) + (1-p)*second/(second+1-sigma)
		}
		s := simulate.System{Pods: 1, Workers: 1, Burstiness: c.burstiness, Rate: c.rho, Service: simulate.Exponential(1)}
		near(t, fmt.Sprintf("mean at %g with bursts of %g", c.rho, c.burstiness), measure(t, s, 1_000_000).Mean, 1/(1-sigma), .05)
	}
}
