package demand_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// replicasOf returns the size; where there is none, more than any.
func replicasOf(load demand.Load) int {
	n, err := demand.NewModel(load).Replicas()
	if err != nil {
		return demand.MaxReplicas + 1
	}
	return n
}

// Under every policy, with connections and with CPU: more throughput needs no
// fewer pods; looser targets, more cores and less use of them need no more.
func TestSizesOfStationsMoveTheRightWay(t *testing.T) {
	for seed := range uint64(80) {
		rng := rand.New(rand.NewPCG(seed, 10))
		load := randomStation(rng, randomLoad(t, rng))
		n := replicasOf(load)
		expect := func(what string, more bool, change func(l *demand.Load)) {
			other := load
			change(&other)
			if got := replicasOf(other); got != n && got > n != more {
				t.Errorf("seed %d, %+v: %s, %d pods after %d", seed, load.Station, what, got, n)
			}
		}
		expect("more throughput", true, func(l *demand.Load) { l.Throughput += l.Throughput / 7 })
		expect("higher utilisation", false, func(l *demand.Load) { l.MaxUtilization = 100 * units.Percent })
		expect("looser targets", false, func(l *demand.Load) {
			l.Targets = nil
			for _, target := range load.Targets {
				target.Limit += target.Limit / 7
				l.Targets = append(l.Targets, target)
			}
		})
		if load.Station.CPU.PerRequest > 0 {
			expect("more cores", false, func(l *demand.Load) { l.Station.CPU.Cores += 500 })
			expect("more CPU to a request", true, func(l *demand.Load) {
				cpu := &l.Station.CPU
				cpu.PerRequest = min(cpu.PerRequest+cpu.PerRequest/10, time.Duration(l.Station.Law.Mean()*1e9))
			})
		}
		if load.Station.Connections > 0 {
			expect("more connections", false, func(l *demand.Load) { l.Station.Connections *= 3 })
		}
		if load.Station.Policy == demand.RoundRobin {
			expect("more balancers", true, func(l *demand.Load) { l.Station.Balancers = max(l.Station.Balancers, 1) * 3 })
		}
	}
}

// A thousand times slower requests, a thousand times fewer of them: the same
// count, under every policy.
func TestTimeUnitsCancelUnderEveryPolicy(t *testing.T) {
	for _, policy := range policies() {
		for _, s := range []demand.Station{
			{Workers: 4},
			{Workers: 4, Balancers: 3},
			{Workers: 4, Connections: 2000},
			{Workers: 8, CPU: demand.CPU{PerRequest: 9 * ms, Cores: 1500}},
			{CPU: demand.CPU{PerRequest: 9 * ms, Cores: 1500}},
		} {
			s.Policy = policy
			size := func(unit time.Duration, rate units.Rate) int {
				s := s
				s.Law = mustLaw(t, demand.Measured{Mean: 18 * unit, P90: 35 * unit, P99: 70 * unit})
				s.CPU.PerRequest *= unit / ms
				return mustSize(t, demand.Load{
					Throughput: rate, Station: s, MaxUtilization: 90 * units.Percent,
					Targets: []demand.Target{{Statistic: demand.P99, Limit: 170 * unit}, {Statistic: demand.Mean, Limit: 60 * unit}},
				})
			}
			if quick, slow := size(ms, 3000*units.PerSecond), size(time.Second, 3*units.PerSecond); quick != slow {
				t.Errorf("%+v: %d pods, in other units %d", s, quick, slow)
			}
		}
	}
}

// With the same mean, a more variable service needs no fewer pods for its mean,
// nor for a percentile far beyond the service's own, under every policy.
func TestVariableServiceNeedsMoreUnderEveryPolicy(t *testing.T) {
	for _, policy := range policies() {
		for _, workers := range []int{1, 4, 16} {
			for _, target := range []demand.Target{{Statistic: demand.Mean, Limit: 130 * ms}, {Statistic: demand.P99, Limit: 1500 * ms}} {
				last := 0
				for _, cv := range []units.Ratio{200_000, 500_000, 1_000_000, 1_500_000, 2_000_000} {
					n := mustSize(t, demand.Load{
						Throughput: 400 * units.PerSecond,
						Station:    demand.Station{Law: mustLaw(t, demand.Measured{Mean: 100 * ms, CV: cv}), Workers: workers, Policy: policy},
						Targets:    []demand.Target{target},
					})
					if n < last {
						t.Errorf("%s, %d workers, %s: cv %g needs %d pods, a smaller one %d", policy, workers, target.Statistic, cv.Float(), n, last)
					}
					last = n
				}
			}
		}
	}
}

// What stays ready after a loss is what the load needs, so that no loss is
// survived with fewer pods than none; and surviving more needs no fewer.
func TestLossesNeedMoreThanNone(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		load := randomStation(rng, randomLoad(t, rng))
		n := replicasOf(load)
		if n > 10_000 {
			continue
		}
		zones, last := 2+rng.IntN(5), n
		for lost := range zones {
			rules := demand.Rules{Load: n, Static: demand.Static{Ready: n, Zones: demand.Loss{Lost: lost, Domains: zones, MaxSkew: 1}}}
			reasons, err := rules.Replicas()
			if err != nil || reasons.Replicas() < last {
				t.Errorf("seed %d: %d pods for the load, %d for the loss of %d of %d zones, %d for one less (%v)", seed, n, reasons.Replicas(), lost, zones, last, err)
			}
			last = reasons.Replicas()
		}
		if left := last / zones; left < n { // all but one zone are lost
			t.Errorf("seed %d: %d pods over %d zones, of which one must hold %d", seed, last, zones, n)
		}
	}
}
