package simulate

import "math/rand/v2"

// router chooses pods where that takes no look at them.
type router struct {
	sys      System
	turns    []int   // of each balancer in RoundRobin
	bindings []int32 // of connections to pods
	counts   []int   // of connections, by pod
	binder   *rand.PCG
}

func newRouter(s System, seed Seed) router {
	r := router{sys: s}
	switch {
	case s.connections() > 0:
		r.binder = seed.source(streamBindings)
		r.bindings, r.counts = make([]int32, s.connections()), make([]int, s.Pods)
	case s.Policy == RoundRobin:
		m := s.balancers()
		for b := range m {
			r.turns = append(r.turns, b*s.Pods/m)
		}
	}
	return r
}

// bindingTries bounds how often bindings with too hot a pod are drawn anew.
const bindingTries = 1000

// bind binds the connections anew. It reports whether there are any.
func (r *router) bind() bool {
	for range bindingTries {
		if r.draw() <= r.sys.Hottest || r.sys.Hottest == 0 {
			break
		}
	}
	return r.bindings != nil
}

// draw draws bindings and returns the most connections of a pod.
func (r *router) draw() int {
	clear(r.counts)
	most := 0
	for i := range r.bindings {
		pod := pick(r.binder.Uint64(), r.sys.Pods)
		r.bindings[i] = int32(pod)
		r.counts[pod]++
		most = max(most, r.counts[pod])
	}
	return most
}

// route notes the pod of each request of a block. It reports false where that
// depends on what the pods do.
func (r *router) route(b *block) bool {
	pods := r.sys.Pods
	switch {
	case r.bindings != nil:
		for i, u := range b.origins {
			b.pods[i] = r.bindings[pick(u, len(r.bindings))]
		}
	case pods == 1:
		clear(b.pods)
	case r.sys.Policy == Random:
		for i, u := range b.choices {
			b.pods[i] = int32(pick(u, pods))
		}
	case r.sys.Policy == RoundRobin:
		r.takeTurns(b)
	default:
		return false
	}
	return true
}

// takeTurns chooses the pods of RoundRobin.
func (r *router) takeTurns(b *block) {
	turn := 0
	for i := range b.pods {
		if len(r.turns) > 1 {
			turn = pick(b.origins[i], len(r.turns))
		}
		b.pods[i] = int32(r.turns[turn])
		if r.turns[turn]++; r.turns[turn] == r.sys.Pods {
			r.turns[turn] = 0
		}
	}
}

// flight is a request in flight: where it is, and the balancer that sent it.
type flight struct{ pod, from int32 }

// fleet is the state of the pods. As requests are served in order of arrival, the
// end of each is known when it arrives: no calendar of events is needed but for
// what is in flight, and that only where a balancer looks.
type fleet struct {
	router
	now  float64
	free []float64 // when workers are free: a heap for each pod
	// LeastRequests: all requests in flight, and a ranking for each balancer.
	flying   calendar[flight]
	rankings []*ranking
	// PowerOfTwo: those in flight of each pod, and their number for each balancer
	// and pod where there are several balancers.
	leaving []calendar[flight]
	sent    []int32
}

func newFleet(s System, seed Seed) *fleet {
	f := &fleet{router: newRouter(s, seed), free: make([]float64, s.Pods*s.Workers)}
	m := s.balancers()
	switch s.Policy {
	case LeastRequests:
		for range m {
			f.rankings = append(f.rankings, newRanking(s.Pods))
		}
	case PowerOfTwo:
		f.leaving = make([]calendar[flight], s.Pods)
		if m > 1 {
			f.sent = make([]int32, m*s.Pods)
		}
	case Random, RoundRobin, Pooled:
	}
	return f
}

// rebind binds the connections anew and empties the pods, if there are any.
func (f *fleet) rebind() bool {
	if !f.bind() {
		return false
	}
	clear(f.free)
	f.now = 0
	return true
}

// rebase sets the clock back to zero, for its digits.
func (f *fleet) rebase() {
	for i := range f.free {
		f.free[i] -= f.now
	}
	f.flying.shift(f.now)
	for _, l := range f.leaving {
		l.shift(f.now)
	}
	f.now = 0
}

// clock returns the time since the last rebase.
func (f *fleet) clock() float64 { return f.now }

// serve serves a block: it adds response times to b.out and notes the pods.
func (f *fleet) serve(b *block) {
	switch {
	case f.sys.Policy == Pooled:
		clear(b.pods)
		f.servePooled(b)
	case f.route(b):
		f.serveChosen(b)
	case f.sys.Policy == LeastRequests:
		f.serveLeast(b)
	case f.sent != nil:
		f.serveOfTwoSent(b)
	default:
		f.serveOfTwo(b)
	}
}

// serveChosen serves requests whose pods are known.
func (f *fleet) serveChosen(b *block) {
	now, k, free := f.now, f.sys.Workers, f.free
	gaps, services := b.gaps, b.services[:len(b.gaps)]
	if k == 1 {
		for i, p := range b.pods[:len(gaps)] {
			now += gaps[i]
			end := max(now, free[p]) + services[i]
			free[p] = end
			b.out = append(b.out, end-now)
		}
		f.now = now
		return
	}
	for i, p := range b.pods[:len(gaps)] {
		now += gaps[i]
		h := free[int(p)*k : int(p)*k+k]
		end := max(now, h[0]) + services[i]
		replaceLeast(h, end)
		b.out = append(b.out, end-now)
	}
	f.now = now
}

// servePooled serves requests by whichever worker is free first.
func (f *fleet) servePooled(b *block) {
	now, h := f.now, f.free
	services := b.services[:len(b.gaps)]
	for i, gap := range b.gaps {
		now += gap
		end := max(now, h[0]) + services[i]
		replaceLeast(h, end)
		b.out = append(b.out, end-now)
	}
	f.now = now
}

// start serves one request at a pod and returns when it ends.
func (f *fleet) start(pod int, service float64) float64 {
	k := f.sys.Workers
	h := f.free[pod*k : pod*k+k]
	end := max(f.now, h[0]) + service
	replaceLeast(h, end)
	return end
}

// serveLeast serves by LeastRequests.
func (f *fleet) serveLeast(b *block) {
	balancer := 0
	for i, gap := range b.gaps {
		f.now += gap
		for len(f.flying) > 0 && f.flying[0].at <= f.now {
			d := f.flying.pop()
			f.rankings[d.what.from].remove(int(d.what.pod))
		}
		if len(f.rankings) > 1 {
			balancer = pick(b.origins[i], len(f.rankings))
		}
		r := f.rankings[balancer]
		pod := r.least(b.choices[i])
		r.add(pod)
		end := f.start(pod, b.services[i])
		f.flying.push(event[flight]{end, flight{int32(pod), int32(balancer)}})
		b.pods[i] = int32(pod)
		b.out = append(b.out, end-f.now)
	}
}

// serveOfTwo serves by PowerOfTwo with one balancer.
func (f *fleet) serveOfTwo(b *block) {
	for i, gap := range b.gaps {
		f.now += gap
		pod, other := pickTwo(b.choices[i], f.sys.Pods)
		f.settle(pod)
		f.settle(other)
		if len(f.leaving[other]) < len(f.leaving[pod]) {
			pod = other
		}
		end := f.start(pod, b.services[i])
		f.leaving[pod].push(event[flight]{at: end})
		b.pods[i] = int32(pod)
		b.out = append(b.out, end-f.now)
	}
}

// serveOfTwoSent serves by PowerOfTwo with several balancers.
func (f *fleet) serveOfTwoSent(b *block) {
	m := f.sys.balancers()
	for i, gap := range b.gaps {
		f.now += gap
		pod, other := pickTwo(b.choices[i], f.sys.Pods)
		f.settle(pod)
		f.settle(other)
		from := pick(b.origins[i], m)
		sent := f.sent[from*f.sys.Pods : (from+1)*f.sys.Pods]
		if sent[other] < sent[pod] {
			pod = other
		}
		sent[pod]++
		end := f.start(pod, b.services[i])
		f.leaving[pod].push(event[flight]{end, flight{int32(pod), int32(from)}})
		b.pods[i] = int32(pod)
		b.out = append(b.out, end-f.now)
	}
}

// settle lets go of the requests of a pod that have ended.
func (f *fleet) settle(pod int) {
	l := &f.leaving[pod]
	for len(*l) > 0 && (*l)[0].at <= f.now {
		d := l.pop()
		if f.sent != nil {
			f.sent[int(d.what.from)*f.sys.Pods+pod]--
		}
	}
}
