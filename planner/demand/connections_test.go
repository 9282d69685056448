package demand_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
	"github.com/scantling-dev/scantling/planner/units"
)

// The load of the hottest pod over the mean, by pods and connections to a pod:
// median and 95th percentile, in two decimals.
func TestHottest(t *testing.T) {
	each := []int{2, 5, 10, 20, 50, 100, 1000}
	for pods, want := range map[int][][2]float64{
		3:   {{1.50, 2.50}, {1.20, 1.80}, {1.20, 1.60}, {1.15, 1.40}, {1.10, 1.24}, {1.07, 1.17}, {1.02, 1.05}},
		10:  {{2.00, 3.00}, {1.60, 2.20}, {1.50, 1.80}, {1.35, 1.60}, {1.20, 1.36}, {1.14, 1.25}, {1.04, 1.08}},
		30:  {{2.50, 3.50}, {2.00, 2.40}, {1.70, 2.00}, {1.45, 1.70}, {1.28, 1.42}, {1.20, 1.30}, {1.06, 1.09}},
		100: {{3.00, 4.00}, {2.20, 2.80}, {1.80, 2.20}, {1.60, 1.80}, {1.36, 1.50}, {1.25, 1.34}, {1.08, 1.10}},
	} {
		for i, w := range want {
			for j, share := range []float64{.5, .95} {
				got := float64(demand.Hottest(pods*each[i], pods, share)) / float64(each[i])
				if math.Abs(got-w[j]) > .005+1e-9 {
					t.Errorf("%d pods, %d connections each, %g: %.3f, want %.2f", pods, each[i], share, got, w[j])
				}
			}
		}
	}
}

// The hottest pod in random placements, against the share that is asked for.
func TestHottestAgainstPlacements(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	for _, c := range [][2]int{{1, 1}, {1, 7}, {30, 1}, {30, 3}, {100, 10}, {40, 60}} {
		const rounds = 20_000
		hottest := make([]int, rounds)
		for r := range hottest {
			count := make([]int, c[1])
			for range c[0] {
				count[rng.IntN(c[1])]++
			}
			hottest[r] = slices.Max(count)
		}
		slices.Sort(hottest)
		for _, share := range []float64{.5, .95} {
			got := demand.Hottest(c[0], c[1], share)
			// Independent pods make it slightly too much.
			if low, high := hottest[int(share*rounds)-200], hottest[int(share*rounds)+200]+1; got < low || got > high {
				t.Errorf("%d connections, %d pods, %g: %d, by placements %d to %d", c[0], c[1], share, got, low, high)
			}
		}
	}
}

func TestHottestFallsWithPods(t *testing.T) {
	for _, connections := range []int{1, 2, 10, 100, 3000, 1_000_000} {
		last := connections
		for pods := 1; pods < 3000; pods += 1 + pods/10 {
			got := demand.Hottest(connections, pods, .95)
			if got > last || got*pods < connections {
				t.Errorf("%d connections: %d on the hottest of %d pods, %d with fewer", connections, got, pods, last)
			}
			last = got
		}
	}
}

// Latency and utilisation with few connections, against queues that carry what
// random placements give them.
func TestConnectionsAgainstPlacements(t *testing.T) {
	const pods, workers, connections, rho = 10, 4, 200, .5
	load := demand.Load{
		Throughput: units.Rate(rho * pods * workers * 1e6),
		Station:    demand.Station{Law: lawOf(t, demand.Exponential, 1), Workers: workers, Connections: connections},
		Targets:    []demand.Target{{Statistic: demand.Mean, Limit: time.Second}, {Statistic: demand.P99, Limit: time.Second}},
	}
	got := demand.NewModel(load).Predict(pods)
	hot := demand.Hottest(connections, pods, .95)
	if want := rho * float64(hot*pods) / connections; math.Abs(got.Utilization-want) > 1e-9 {
		t.Errorf("hottest pod is busy %.3f of its time, want %.3f", got.Utilization, want)
	}
	// The closed form of M/M/4 by connections of a pod, over placements whose hottest
	// pod is no hotter.
	rng := rand.New(rand.NewPCG(2, 7))
	share := make([]float64, hot+1)
	total := 0.0
	for range 5000 {
		count := make([]int, pods)
		for range connections {
			count[rng.IntN(pods)]++
		}
		if slices.Max(count) > hot {
			continue
		}
		for _, x := range count {
			share[x] += float64(x)
			total += float64(x)
		}
	}
	mean := 0.0
	tail := func(at float64) float64 {
		sum := 0.0
		for x, s := range share {
			a := rho * pods * workers * float64(x) / connections
			c, eta := demand.ErlangC(workers, a), workers-a
			sum += s / total * ((1-c)*math.Exp(-at) + c*(eta*math.Exp(-at)-math.Exp(-eta*at))/(eta-1))
		}
		return sum
	}
	for x, s := range share {
		a := rho * pods * workers * float64(x) / connections
		mean += s / total * (1 + demand.ErlangC(workers, a)/(workers-a))
	}
	if e := got.Latency[0].Seconds/mean - 1; math.Abs(e) > .005 {
		t.Errorf("mean %.4f, by placements %.4f", got.Latency[0].Seconds, mean)
	}
	if at := tail(got.Latency[1].Seconds); math.Abs(at/.01-1) > .03 {
		t.Errorf("p99 %.4f is exceeded by %.5f, by placements", got.Latency[1].Seconds, at)
	}
	// Far above the even split's.
	load.Station.Connections = 0
	if even := demand.NewModel(load).Predict(pods); got.Latency[1].Seconds < even.Latency[1].Seconds*1.01 {
		t.Errorf("p99 %g with connections, %g without", got.Latency[1].Seconds, even.Latency[1].Seconds)
	}
}

// Fewer connections need no fewer pods, whatever the policy; and where one
// connection is more than a pod carries, no number of pods will do.
func TestConnectionsNeedPods(t *testing.T) {
	load := demand.Load{
		Throughput:     100 * units.PerSecond,
		Station:        demand.Station{Law: mustLaw(t, demand.Measured{Mean: 100 * ms, CV: units.Whole}), Workers: 4},
		Targets:        []demand.Target{{Statistic: demand.P99, Limit: 700 * ms}},
		MaxUtilization: 70 * units.Percent,
	}
	last := mustSize(t, load)
	for _, connections := range []int{100_000, 3000, 300, 100, 30, 10} {
		load.Station.Connections = connections
		load.Station.Policy = demand.Random
		n := mustSize(t, load)
		if n < last {
			t.Errorf("%d connections: %d pods after %d", connections, n, last)
		}
		last = n
		load.Station.Policy = demand.RoundRobin
		if got := mustSize(t, load); got != n {
			t.Errorf("%d connections: %d pods with round robin, %d at random", connections, got, n)
		}
	}
	load.Station.Connections = 3 // 33/s each, and a pod carries 28/s
	if s, err := demand.NewModel(load).Size(); err == nil || err.Error() != "the throughput asks for more than 150000 replicas" {
		t.Errorf("3 connections: %d pods, %v", s.Replicas, err)
	}
	load.Station.Policy = demand.Pooled
	if n := mustSize(t, load); n > 20 {
		t.Errorf("a queue of all needs %d pods", n)
	}
}
