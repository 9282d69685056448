package demand

import "math"

// Bounds of a pod's states.
const (
	// maxInside bounds the requests that a pod with shared CPU is computed to serve
	// side by side: of more workers, so many are counted, which is the safe side.
	maxInside = 4096
	// unseen is the probability of states that are left out; a request that meets
	// one of them counts as never answered.
	unseen = 1e-9
)

// pod is how fast a pod serves by the number of requests in it: a
// flow-equivalent server (K. M. Chandy, U. Herzog, L. Woo, IBM J. Res. Dev. 19,
// 1975). Each request computes for cpu seconds on cores that are shared, and waits
// for others for io seconds. With n requests inside, as many as leave would come,
// the closed network of the two has the throughput
//
//	μ(n) = G(n−1)/G(n),  G(n) = Σ_{j≤n} f(j) ioⁿ⁻ʲ/(n−j)!,  f(j) = Π_{l≤j} cpu/min(l, cores)
//
// (J. P. Buzen, Comm. ACM 16, 1973). Requests beyond the workers wait.
//
// Both parts are taken to vary alike, so that their coefficient of variation
// follows from that of the sum.
type pod struct {
	mean, scv float64 // of the service alone
	workers   int     // 0: no limit
	cpu, io   float64 // seconds; cpu is 0 where it is not shared
	cores     float64
	rates     []float64 // rates[n] is μ(n), up to the workers
	saturated float64   // requests a second that a pod serves at most
	parts     float64   // squared coefficient of variation of either part
	// crowd is by what waits are longer than the law of the whole service has them.
	crowd float64
}

func newPod(s Station) *pod {
	p := &pod{mean: s.Law.Mean(), scv: s.Law.SCV(), workers: s.Workers, crowd: 1}
	p.saturated = float64(p.workers) / p.mean
	cores := float64(s.CPU.Cores) / 1000
	if s.CPU.PerRequest == 0 || (p.workers > 0 && cores >= float64(p.workers)) {
		return p
	}
	p.cpu, p.cores = s.CPU.PerRequest.Seconds(), cores
	p.io = max(p.mean-p.cpu, 0)
	p.parts = p.scv * p.mean * p.mean / (float64(p.cpu*p.cpu) + float64(p.io*p.io))
	if p.workers == 0 {
		p.saturated = p.cores / p.cpu
		return p
	}
	p.workers = min(p.workers, maxInside)
	p.rates = closedRates(p.cpu, p.io, p.cores, p.workers)
	p.saturated = p.rates[p.workers]
	// Of the requests inside that compute, this share waits for a core when all
	// workers are busy: so far it is a queue for the CPU, and it varies as that part
	// does.
	computing := float64(p.workers) - float64(p.saturated*p.io)
	waiting := max(1-p.cores/computing, 0)
	p.crowd = (1 + p.scv + float64(waiting*(p.parts-p.scv))) / (1 + p.scv)
	return p
}

// closedRates returns μ(0…n). With the time unit cpu/cores, f(j) does not change
// above the cores, so that G needs a running sum of zⁱ/i! and a few terms more.
// Logarithms keep it in range.
func closedRates(cpu, io, cores float64, n int) []float64 {
	z := io * cores / cpu
	whole := int(math.Ceil(cores))
	f := make([]float64, whole+1) // ln f(j)
	for j := 1; j <= whole; j++ {
		f[j] = f[j-1] + math.Log(cores/min(float64(j), cores))
	}
	waits := make([]float64, n+1) // ln zⁱ/i!
	for i := range waits {
		lg, _ := math.Lgamma(float64(i + 1))
		waits[i] = float64(float64(i)*math.Log(z)) - lg
		if i == 0 {
			waits[i] = 0
		}
	}
	rates := make([]float64, n+1)
	below, last := math.Inf(-1), 0.0 // ln of the running sum, ln G(n−1)
	for i := 1; i <= n; i++ {
		if i >= whole {
			below = addLogs(below, waits[i-whole])
		}
		g := below + f[whole]
		for j := 0; j < min(whole, i+1); j++ {
			g = addLogs(g, f[j]+waits[i-j])
		}
		rates[i] = math.Exp(last-g) * cores / cpu
		last = g
	}
	return rates
}

// addLogs returns ln(eᵃ + eᵇ).
func addLogs(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// shared reports whether requests slow each other down.
func (p *pod) shared() bool { return p.cpu > 0 }

// start is a share of requests, and what others do to them: they are in service
// slow times as long in the mean, and vary spread times as much around it.
type start struct{ share, slow, spread float64 }

// exceeds returns the probability that such a request is in service for longer
// than t, where law has the mean given.
func (s *start) exceeds(law Law, mean, t float64) float64 {
	t /= s.slow
	if s.spread != 1 && t > 0 {
		t = mean + (t-mean)/s.spread
	}
	return law.Survival(t)
}

// times returns the start of requests that are in service for so many seconds:
// the part that computes is longer, and with it the more variable.
func (p *pod) times(share, seconds float64) start {
	s := start{share: share, slow: seconds / p.mean, spread: 1}
	if p.scv > 0 {
		cpu := seconds - p.io
		scv := p.parts * (float64(cpu*cpu) + float64(p.io*p.io)) / (seconds * seconds)
		s.spread = max(math.Sqrt(scv/p.scv), 1)
	}
	return s
}

// alone returns what an empty pod does to a request: with less than a core it
// computes slower.
func (p *pod) alone() start {
	if !p.shared() {
		return start{share: 1, slow: 1, spread: 1}
	}
	return p.times(1, p.io+p.cpu/min(1, p.cores))
}

// floor returns the statistic of the service in an empty pod.
func (p *pod) floor(s Statistic, law Law) float64 {
	alone := p.alone()
	return alone.slow * (p.mean + float64((s.of(law)-p.mean)*alone.spread))
}

// state is a pod in equilibrium under Poisson arrivals.
type state struct {
	rho float64 // arrivals over what the pod serves at most
	pw  float64 // share of requests that wait for a worker
	// starts are those that do not wait; nil means that nothing slows them down.
	starts []start
	late   start   // those that have waited; its share means nothing
	lost   float64 // share of requests in states left out
	busy   float64 // share of the workers' time that requests take; 0 without a limit
	// service is the mean time in service.
	service float64
}

// at returns the state at an arrival rate.
func (p *pod) at(rate float64) state {
	s := state{rho: rate / p.saturated, late: start{slow: 1, spread: 1}, service: p.mean}
	switch {
	case !p.shared():
		s.busy = s.rho
		s.pw = ErlangC(float64(p.workers), rate*p.mean)
	case s.rho >= 1:
		s.pw, s.busy = 1, 1
	case p.workers == 0:
		p.open(rate, &s)
	default:
		p.limited(rate, &s)
	}
	return s
}

// limited solves births at the rate and deaths at μ(min(n, workers)). A request
// that finds n < workers others is in service for (n+1)/μ(n+1) in the mean, as if
// they stayed n: over all requests that is Little's mean.
func (p *pod) limited(rate float64, s *state) {
	k := p.workers
	weights := make([]float64, k+1) // of n requests; the last of k and more
	most := 0.0
	for n := 1; n <= k; n++ {
		weights[n] = weights[n-1] + math.Log(rate/p.rates[n])
		most = max(most, weights[n])
	}
	sum := 0.0
	for n := range weights {
		weights[n] = math.Exp(weights[n] - most)
		if n == k {
			weights[n] /= 1 - s.rho
		}
		sum += weights[n]
	}
	s.pw = weights[k] / sum
	full := float64(k) / p.saturated
	s.late, s.service = p.times(0, full), s.pw*full
	for n := range k {
		share, seconds := weights[n]/sum, float64(n+1)/p.rates[n+1]
		s.service += float64(share * seconds)
		if share > vanished {
			s.starts = append(s.starts, p.times(share, seconds))
		}
	}
	s.busy = rate * s.service / float64(k)
}

// open solves a pod without a limit. The requests that compute are then
// independent of those that wait for others (J. R. Jackson, Oper. Res. 5, 1957),
// whatever the law of the service: births at the rate, deaths at min(j, cores)/cpu.
// A request that finds j computing computes (j+1)/min(j+1, cores) times as long.
func (p *pod) open(rate float64, s *state) {
	seconds := func(j int) float64 {
		inside := float64(j + 1)
		return p.io + float64(p.cpu*inside/min(inside, p.cores))
	}
	logs, most := []float64{0}, 0.0
	for j := 1; ; j++ {
		next := logs[j-1] + math.Log(rate*p.cpu/min(float64(j), p.cores))
		if float64(j) > p.cores && (next < most+math.Log(unseen*(1-s.rho)) || j >= maxInside+int(p.cores)) {
			break
		}
		logs, most = append(logs, next), max(most, next)
	}
	weights, sum := make([]float64, len(logs)), 0.0
	for j, l := range logs {
		weights[j] = math.Exp(l - most)
		sum += weights[j]
	}
	last := len(weights) - 1 // above it the weights fall by rho each
	rest := weights[last] * s.rho / (1 - s.rho)
	sum += rest
	s.lost = rest / sum
	s.service = s.lost * (seconds(last+1) + float64(p.cpu/p.cores*s.rho/(1-s.rho)))
	for j, w := range weights {
		s.service += float64(w / sum * seconds(j))
		if w > vanished*sum {
			s.starts = append(s.starts, p.times(w/sum, seconds(j)))
		}
	}
}

// busy returns the share of the workers' time that requests take at an arrival
// rate, above 1 in overload; 0 where there is no limit of workers.
func (p *pod) busy(rate float64) float64 {
	rho := rate / p.saturated
	switch {
	case p.workers == 0:
		return 0
	case !p.shared() || rho >= 1:
		return rho
	}
	return p.at(rate).busy
}
