package simulate_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/scantling-dev/scantling/planner/demand/simulate"
)

// twin serves requests by the book: an event at a time, found by looking at all
// requests, with a queue for each pod, and every request's remaining work brought
// up to date at every event. It follows the run's choice of pods, and complains
// where the policy does not allow it.
type twin struct {
	t        *testing.T
	sys      simulate.System
	now      float64
	flying   []*item // in order of arrival
	turns    map[int]int
	bindings []int32
	ended    []*item
}

type item struct {
	index, pod, from int
	arrived, ends    float64
	working          bool    // it has a worker
	cpu, off         float64 // left
}

func (w *twin) busy(pod int) (workers, onCPU int) {
	for _, it := range w.flying {
		if it.working && it.pod == pod {
			workers++
			if it.cpu > 0 {
				onCPU++
			}
		}
	}
	return workers, onCPU
}

func (w *twin) count(pod, from int) (n int) {
	for _, it := range w.flying {
		if it.pod == pod && it.from == from {
			n++ // those in the queue of Pooled have no pod yet
		}
	}
	return n
}

// speed is how fast the part that a request is in goes.
func (w *twin) speed(it *item) float64 {
	if it.cpu == 0 {
		return 1
	}
	_, n := w.busy(it.pod)
	return min(1, w.sys.Cores/float64(n))
}

// hire gives workers to those that wait longest.
func (w *twin) hire() {
	for _, it := range w.flying {
		if it.working {
			continue
		}
		pooled := w.sys.Policy == simulate.Pooled
		if pooled && w.sys.Cores == 0 { // all workers are alike
			total := 0
			for pod := range w.sys.Pods {
				n, _ := w.busy(pod)
				total += n
			}
			it.working = total < w.sys.Pods*w.sys.Workers
			continue
		}
		for pod := range w.sys.Pods {
			if n, _ := w.busy(pod); (n < w.sys.Workers || w.sys.Workers == 0) && (pod == it.pod || (pooled && it.pod < 0)) {
				it.pod, it.working = pod, true
				break
			}
		}
	}
}

// until lets everything happen that happens up to a time.
func (w *twin) until(end float64) {
	for {
		w.hire()
		first, wait := (*item)(nil), end-w.now
		for _, it := range w.flying {
			left := it.cpu
			if left == 0 {
				left = it.off
			}
			if it.working && left/w.speed(it) <= wait {
				first, wait = it, left/w.speed(it)
			}
		}
		spent := make([]float64, len(w.flying))
		for i, it := range w.flying {
			spent[i] = wait * w.speed(it)
		}
		for i, it := range w.flying {
			switch {
			case !it.working || it == first:
			case it.cpu > 0:
				it.cpu -= spent[i]
			default:
				it.off -= spent[i]
			}
		}
		w.now += wait
		switch {
		case first == nil:
			return
		case first.cpu > 0:
			first.cpu = 0
		default:
			first.ends = w.now
			w.ended = append(w.ended, first)
			for i, it := range w.flying {
				if it == first {
					w.flying = append(w.flying[:i:i], w.flying[i+1:]...)
					break
				}
			}
		}
	}
}

// share returns the whole part of n times u/2^width.
func share(u uint64, width uint, n int) int {
	x := new(big.Int).Mul(new(big.Int).SetUint64(u), big.NewInt(int64(n)))
	return int(x.Rsh(x, width).Int64())
}

// check complains about a choice of pod.
func (w *twin) check(r simulate.Request, from int) {
	n := w.sys.Pods
	least := math.MaxInt
	for pod := range n {
		least = min(least, w.count(pod, from))
	}
	want := 0
	switch {
	case n == 1:
	case w.sys.Connections > 0 && w.sys.Policy != simulate.Pooled:
		want = int(w.bindings[share(r.Origin, 64, w.sys.Connections)])
	case w.sys.Policy == simulate.Random:
		want = share(r.Choice, 64, n)
	case w.sys.Policy == simulate.RoundRobin:
		want = w.turns[from] % n
		w.turns[from]++
	case w.sys.Policy == simulate.PowerOfTwo:
		first, second := share(r.Choice&math.MaxUint32, 32, n), share(r.Choice>>32, 32, n-1)
		if second >= first {
			second++
		}
		want = first
		if w.count(second, from) < w.count(first, from) {
			want = second
		}
	case w.sys.Policy == simulate.LeastRequests:
		if got := w.count(r.Pod, from); got != least {
			w.t.Fatalf("request %d of balancer %d went to pod %d with %d in flight; the least is %d", len(w.ended)+len(w.flying), from, r.Pod, got, least)
		}
		return
	case w.sys.Policy == simulate.Pooled:
		if got := w.count(r.Pod, 0); w.sys.Cores > 0 && got != least {
			w.t.Fatalf("request %d went to pod %d with %d at work; the least is %d", len(w.ended)+len(w.flying), r.Pod, got, least)
		}
		return
	}
	if r.Pod != want {
		w.t.Fatalf("request %d of balancer %d went to pod %d, want %d", len(w.ended)+len(w.flying), from, r.Pod, want)
	}
}

func (w *twin) arrive(i int, r simulate.Request) {
	w.until(w.now + r.Gap)
	m := max(w.sys.Balancers, 1)
	if w.sys.Policy == simulate.Pooled || w.sys.Connections > 0 {
		m = 1
	}
	from := 0
	if m > 1 {
		from = share(r.Origin, 64, m)
	}
	w.check(r, from)
	it := &item{index: i, pod: r.Pod, from: from, arrived: w.now, cpu: r.CPU, off: r.Service}
	if w.sys.Cores == 0 {
		it.cpu = 0
	}
	if n, _ := w.busy(r.Pod); w.sys.Policy == simulate.Pooled && w.sys.Cores > 0 && n == w.sys.Workers && n > 0 {
		it.pod = -1 // it waits in the common queue
	}
	w.flying = append(w.flying, it)
}

func newTwin(t *testing.T, s simulate.System, bindings []int32) *twin {
	w := &twin{t: t, sys: s, bindings: bindings, turns: make(map[int]int)}
	for b := range max(s.Balancers, 1) {
		w.turns[b] = b * s.Pods / max(s.Balancers, 1)
	}
	return w
}

// Every policy must serve each request as the slow twin does.
func TestEveryRequestAgreesWithASlowTwin(t *testing.T) {
	const requests = 1500
	var systems []simulate.System
	for _, policy := range []simulate.Policy{simulate.Random, simulate.RoundRobin, simulate.LeastRequests, simulate.PowerOfTwo, simulate.Pooled} {
		for _, workers := range []int{1, 3} {
			for _, balancers := range []int{1, 4} {
				s := simulate.System{Pods: 6, Workers: workers, Policy: policy, Balancers: balancers, Rate: 5.5 * float64(workers), Service: lognormal(1)}
				systems = append(systems, s)
				s.Burstiness = 4
				s.Cores, s.CPU, s.Service = .9*float64(workers), simulate.Exponential(.6), simulate.Gamma(2, .2)
				systems = append(systems, s)
			}
		}
		systems = append(systems,
			simulate.System{Pods: 5, Workers: 2, Policy: policy, Connections: 11, Rate: 8, Service: simulate.Exponential(1)},
			simulate.System{Pods: 1, Workers: 2, Policy: policy, Rate: 1.8, Service: simulate.Balanced(1, 4)},
			simulate.System{Pods: 3, Policy: policy, Balancers: 2, Rate: 2.2, Cores: 1.5, CPU: simulate.Gamma(4, .25), Service: simulate.Constant(1)})
	}
	for i, s := range systems {
		t.Run(fmt.Sprintf("%d/%s/workers=%d/balancers=%d/connections=%d/cores=%g", i, s.Policy, s.Workers, s.Balancers, s.Connections, s.Cores), func(t *testing.T) {
			trace, times, bindings := simulate.Trace(s, simulate.NewSeed(1, "twin", s.Policy.String(), s.Pods), requests)
			w := newTwin(t, s, bindings)
			for i, r := range trace {
				w.arrive(i, r)
			}
			if s.Cores == 0 { // the run knows every end when a request arrives
				w.until(math.MaxFloat64)
			}
			if len(w.ended) != len(times) {
				t.Fatalf("%d requests ended, the twin has %d", len(times), len(w.ended))
			}
			want := make([]float64, len(times))
			for n, it := range w.ended {
				if s.Cores == 0 {
					n = it.index
				}
				want[n] = it.ends - it.arrived
			}
			for n := range times {
				if math.Abs(times[n]-want[n]) > 1e-9*(1+want[n]) {
					t.Fatalf("response %d takes %.12g, want %.12g", n, times[n], want[n])
				}
			}
		})
	}
}
