package demand_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// Requests at 50/s with a target of 3 s, exponential service; 0 is infeasible.
// The mean's counts follow from the closed form of M/M/c, the p99's from that of
// its quantiles; u8 is the count for 80% utilisation.
func TestSizesOfAKnownCase(t *testing.T) {
	for _, c := range []struct {
		service               time.Duration
		workers               int
		u8, mean, p99         int
		pooledMean, pooledP99 int
	}{
		{200 * ms, 1, 13, 11, 15, 11, 11},
		{500 * ms, 1, 32, 30, 108, 26, 27},
		{500 * ms, 4, 8, 7, 9, 7, 7},
		{600 * ms, 4, 10, 8, 13, 8, 9},
		{time.Second, 1, 63, 75, 0, 51, 0},
		{time.Second, 4, 16, 14, 0, 13, 0},
		{2 * time.Second, 1, 125, 300, 0, 102, 0},
		{2 * time.Second, 16, 8, 7, 0, 7, 0},
	} {
		law := mustLaw(t, demand.Measured{Distribution: demand.Exponential, Mean: c.service})
		load := demand.Load{
			Throughput: 50 * units.PerSecond, Station: demand.Station{Law: law, Workers: c.workers},
			MaxUtilization: 80 * units.Percent,
		}
		if s, err := demand.NewModel(load).Size(); err != nil || s.Replicas != c.u8 || s.Binding != demand.Utilization {
			t.Errorf("%s, %d workers: %d pods by utilisation (%s, %v), want %d", c.service, c.workers, s.Replicas, s.Binding, err, c.u8)
		}
		load.MaxUtilization = 0
		for _, s := range []struct {
			statistic    demand.Statistic
			want, pooled int
		}{{demand.Mean, c.mean, c.pooledMean}, {demand.P99, c.p99, c.pooledP99}} {
			load.Targets = []demand.Target{{Statistic: s.statistic, Limit: 3 * time.Second}}
			model := demand.NewModel(load)
			got, err := model.Size()
			if infeasible, ok := errors.AsType[*demand.InfeasibleError](err); ok && s.want == 0 {
				if infeasible.Target != load.Targets[0] || math.Abs(infeasible.Floor-law.Quantile(.99)) > 1e-12 {
					t.Errorf("%s: %+v", c.service, infeasible)
				}
				continue
			}
			if err != nil || got.Replicas != s.want {
				t.Errorf("%s, %d workers, %s: %d pods (%v), want %d", c.service, c.workers, s.statistic, got.Replicas, err, s.want)
				continue
			}
			want := demand.Bracket{Pooled: s.pooled, Random: s.want}
			if bracket, err := model.Bracket(); err != nil || bracket != want {
				t.Errorf("%s, %d workers, %s: %+v (%v), want %+v", c.service, c.workers, s.statistic, bracket, err, want)
			}
		}
	}
}

func TestInfeasibleSaysByHowMuch(t *testing.T) {
	law := mustLaw(t, demand.Measured{Distribution: demand.Exponential, Mean: time.Second})
	_, err := demand.NewModel(demand.Load{
		Throughput: units.PerSecond, Station: demand.Station{Law: law, Workers: 8},
		Targets: []demand.Target{{Statistic: demand.Mean, Limit: 2 * time.Second}, {Statistic: demand.P99, Limit: 3 * time.Second}},
	}).Size()
	infeasible, ok := errors.AsType[*demand.InfeasibleError](err)
	if !ok {
		t.Fatalf("%v, want an InfeasibleError", err)
	}
	// ln(100) s = 4.60517018598809 s.
	if want := 1605171 * time.Microsecond; infeasible.Margin() != want {
		t.Errorf("margin %s, want %s", infeasible.Margin(), want)
	}
	want := "no number of replicas meets p99 3s: the service time alone has p99 4.605171s, 1.605171s too much"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}

func TestTooManyReplicas(t *testing.T) {
	law := mustLaw(t, demand.Measured{Distribution: demand.Exponential, Mean: time.Second})
	load := demand.Load{Throughput: 50 * units.PerSecond, Station: demand.Station{Law: law, Workers: 1}}
	load.Targets = []demand.Target{{Statistic: demand.Mean, Limit: time.Second}} // met by no finite number
	_, err := demand.NewModel(load).Size()
	limit, ok := errors.AsType[*demand.LimitError](err)
	if !ok || limit.Target != load.Targets[0] || err.Error() != "mean 1s asks for more than 150000 replicas" {
		t.Errorf("target: %v", err)
	}
	load.Throughput, load.Targets = math.MaxInt64, nil
	if _, err = demand.NewModel(load).Size(); err == nil || err.Error() != "the throughput asks for more than 150000 replicas" {
		t.Errorf("throughput: %v", err)
	}
	if _, err = (demand.LoadTest{Throughput: math.MaxInt64, PerPod: 1}).Replicas(); err == nil {
		t.Error("a load test with too many pods was accepted")
	}
}

func TestLoadTest(t *testing.T) {
	for _, c := range []struct {
		throughput, perPod units.Rate
		want               int
	}{
		{4000 * units.PerSecond, 350 * units.PerSecond, 12}, // 11.43
		{6000 * units.PerSecond, 2500 * units.PerSecond, 3},
		{700 * units.PerSecond, 350 * units.PerSecond, 2},
		{700*units.PerSecond + 1, 350 * units.PerSecond, 3},
		{300_000, 100_000, 3}, // .3/.1, which floats make 2.9999…
		{1, units.PerSecond, 1},
		{0, units.PerSecond, 1},
	} {
		l := demand.LoadTest{Throughput: c.throughput, PerPod: c.perPod}
		n, err := l.Replicas()
		if err != nil || n != c.want {
			t.Errorf("%+v: %d (%v), want %d", l, n, err, c.want)
		}
		if l.Each(n) > c.perPod || l.Utilization(n) > 1 {
			t.Errorf("%+v: %d pods carry %d each", l, n, l.Each(n))
		}
	}
	if got := (demand.LoadTest{Throughput: 4000 * units.PerSecond, PerPod: 350 * units.PerSecond}).Each(13); got != 307_692_308 {
		t.Errorf("each of 13 carries %d, want 307692308", got)
	}
}

func randomLoad(t *testing.T, rng *rand.Rand) demand.Load {
	t.Helper()
	d := []demand.Distribution{demand.Lognormal, demand.Lognormal, demand.Gamma, demand.Exponential, demand.Constant}[rng.IntN(5)]
	m := demand.Measured{Distribution: d, Mean: time.Duration(1+rng.IntN(400)) * ms}
	if d == demand.Lognormal || d == demand.Gamma {
		m.CV = units.Ratio(200_000 + rng.IntN(1_800_000))
	}
	law := mustLaw(t, m)
	load := demand.Load{
		Throughput:     units.Rate(1+rng.IntN(400)) * units.PerSecond,
		Station:        demand.Station{Law: law, Workers: 1 << rng.IntN(5)},
		MaxUtilization: units.Ratio(40+rng.IntN(61)) * units.Percent,
	}
	for _, f := range []struct {
		statistic demand.Statistic
		floor     float64
	}{{demand.Mean, law.Mean()}, {demand.P90, law.Quantile(.9)}, {demand.P99, law.Quantile(.99)}} {
		if rng.IntN(2) == 0 {
			limit := time.Duration(f.floor * (1.1 + 3*rng.Float64()) * 1e9)
			load.Targets = append(load.Targets, demand.Target{Statistic: f.statistic, Limit: limit})
		}
	}
	return load
}

// The size is what a walk from one pod upwards finds first, with the reasons
// that Predict gives.
func TestSizeIsTheLeast(t *testing.T) {
	for seed := range uint64(60) {
		load := randomLoad(t, rand.New(rand.NewPCG(seed, 2)))
		model := demand.NewModel(load)
		s, err := model.Size()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		from := max(s.Replicas-40, 1)
		want := from
		for !model.Predict(want).Met() {
			want++
		}
		if s.Replicas != want {
			t.Errorf("seed %d: %d pods, by a walk %d", seed, s.Replicas, want)
		}
		if n, err := model.Replicas(); err != nil || n != want {
			t.Errorf("seed %d: %d pods in short, %v, by a walk %d", seed, n, err, want)
		}
		if !s.At.Met() || s.At.Ready != s.Replicas || s.Below.Met() || s.Below.Ready != s.Replicas-1 {
			t.Errorf("seed %d: at %+v, below %+v", seed, s.At, s.Below)
		}
		switch s.Binding {
		case demand.Single:
			if s.Replicas != 1 {
				t.Errorf("seed %d: %d pods bound by the minimum", seed, s.Replicas)
			}
		case demand.Utilization:
			if s.Below.UtilizationMet || s.Replicas != s.UtilizationReplicas {
				t.Errorf("seed %d: bound by utilisation, %+v below", seed, s.Below)
			}
		case demand.LatencyTarget:
			if !s.Below.UtilizationMet || s.Target.Limit == 0 {
				t.Errorf("seed %d: bound by %+v, %+v below", seed, s.Target, s.Below)
			}
		}
	}
}

// mustSize fails the test where there is no size.
func mustSize(t *testing.T, load demand.Load) int {
	t.Helper()
	s, err := demand.NewModel(load).Size()
	if err != nil {
		t.Fatal(err)
	}
	return s.Replicas
}

func TestSizesMoveTheRightWay(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		load := randomLoad(t, rng)
		n := mustSize(t, load)

		more := load
		more.Throughput += more.Throughput / 10
		if got := mustSize(t, more); got < n {
			t.Errorf("seed %d: more throughput, %d pods after %d", seed, got, n)
		}
		looser := load
		looser.Targets = nil
		for _, target := range load.Targets {
			target.Limit += target.Limit / 10
			looser.Targets = append(looser.Targets, target)
		}
		if got := mustSize(t, looser); got > n {
			t.Errorf("seed %d: looser targets, %d pods after %d", seed, got, n)
		}
		wider := load
		wider.Station.Workers *= 2
		if got := mustSize(t, wider); got > n {
			t.Errorf("seed %d: more workers, %d pods after %d", seed, got, n)
		}
		if b, err := demand.NewModel(load).Bracket(); err != nil || b.Pooled > n || b.Pooled < 1 || b.Random != n {
			t.Errorf("seed %d: %+v, %v, %d at random", seed, b, err, n)
		}
	}
}

// With the same mean, a more variable service needs no fewer pods for its mean,
// nor for a percentile far beyond the service's own.
func TestVariableServiceNeedsMore(t *testing.T) {
	for _, workers := range []int{1, 4, 16} {
		for _, target := range []demand.Target{{Statistic: demand.Mean, Limit: 130 * ms}, {Statistic: demand.P99, Limit: 1500 * ms}} {
			last := 0
			for _, cv := range []units.Ratio{200_000, 500_000, 1_000_000, 1_500_000, 2_000_000} {
				n := mustSize(t, demand.Load{
					Throughput: 400 * units.PerSecond,
					Station:    demand.Station{Law: mustLaw(t, demand.Measured{Mean: 100 * ms, CV: cv}), Workers: workers},
					Targets:    []demand.Target{target},
				})
				if n < last {
					t.Errorf("%d workers, %s: cv %g needs %d pods, a smaller one %d", workers, target.Statistic, cv.Float(), n, last)
				}
				last = n
			}
		}
	}
}

// Response times fall with every pod more.
func TestPredictionsFall(t *testing.T) {
	for seed := range uint64(30) {
		load := randomLoad(t, rand.New(rand.NewPCG(seed, 4)))
		model := demand.NewModel(load)
		n := mustSize(t, load)
		last := model.Predict(max(n-2, 0))
		for ready := last.Ready + 1; ready < 2*n+4; ready++ {
			p := model.Predict(ready)
			if p.Utilization >= last.Utilization {
				t.Errorf("seed %d: %d pods are busier than %d", seed, ready, last.Ready)
			}
			for i, l := range p.Latency {
				if l.Seconds > last.Latency[i].Seconds*(1+1e-4) {
					t.Errorf("seed %d: %s %.9f s with %d pods, %.9f s with fewer", seed, l.Statistic, l.Seconds, ready, last.Latency[i].Seconds)
				}
			}
			last = p
		}
	}
}

// A thousand times slower requests, a thousand times fewer of them: the same count.
func TestTimeUnitsCancel(t *testing.T) {
	for _, m := range []demand.Measured{
		{Mean: 18 * ms, P99: 70 * ms},
		{Distribution: demand.Gamma, Mean: 30 * ms, CV: 600_000},
		{Distribution: demand.Exponential, Mean: 20 * ms},
		{Distribution: demand.Constant, Mean: 25 * ms},
	} {
		slow := m
		slow.Mean, slow.P99 = 1000*m.Mean, 1000*m.P99
		load := demand.Load{
			Throughput: 3000 * units.PerSecond, Station: demand.Station{Law: mustLaw(t, m), Workers: 4},
			Targets: []demand.Target{{Statistic: demand.P99, Limit: 110 * ms}},
		}
		n := mustSize(t, load)
		load.Throughput, load.Station.Law = 3*units.PerSecond, mustLaw(t, slow)
		load.Targets = []demand.Target{{Statistic: demand.P99, Limit: 110 * time.Second}}
		if got := mustSize(t, load); got != n {
			t.Errorf("%+v: %d pods, in other units %d", m, n, got)
		}
	}
}

// Without a load one pod is enough, and only the service takes time.
func TestNoLoad(t *testing.T) {
	law := lawOf(t, demand.Exponential, 1)
	s, err := demand.NewModel(demand.Load{
		Station: demand.Station{Law: law, Workers: 2},
		Targets: []demand.Target{{Statistic: demand.Mean, Limit: time.Second}, {Statistic: demand.P99, Limit: 5 * time.Second}},
	}).Size()
	if err != nil || s.Replicas != 1 || s.Binding != demand.Single || s.At.Utilization != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if got, want := s.At.Latency[1].Seconds, math.Log(100); math.Abs(got-want) > 1e-9 {
		t.Errorf("p99 %g s, want %g", got, want)
	}
}

func ExampleLoadTest() {
	test := demand.LoadTest{Throughput: 4000 * units.PerSecond, PerPod: 350 * units.PerSecond}
	n, err := test.Replicas()
	fmt.Printf("%d pods, %.1f/s each, %v\n", n, test.Each(n).Float(), err)
	// Output: 12 pods, 333.3/s each, <nil>
}

func ExampleGrow() {
	throughput, ok := demand.Grow(1200*units.PerSecond, 2*units.Percent, 12)
	fmt.Println(throughput.Float(), ok)
	// Output: 1521.890154 true
}

func ExampleModel_Size() {
	law, _ := demand.Measured{Distribution: demand.Exponential, Mean: 500 * time.Millisecond}.Law()
	sizing, err := demand.NewModel(demand.Load{
		Throughput:     50 * units.PerSecond,
		Station:        demand.Station{Law: law, Workers: 4},
		Targets:        []demand.Target{{Statistic: demand.P99, Limit: 3 * time.Second}},
		MaxUtilization: 80 * units.Percent,
	}).Size()
	fmt.Println(sizing.Replicas, sizing.Binding, sizing.Target.Statistic, sizing.UtilizationReplicas, err)
	// Output: 9 latency p99 8 <nil>
}
