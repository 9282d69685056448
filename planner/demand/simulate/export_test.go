package simulate

// Request is a request as a run drew and routed it.
type Request struct {
	Gap, Service, CPU float64
	Origin, Choice    uint64
	Pod               int
}

// Trace returns the first n requests of a run, the response times in the order in
// which the run counts them, and what its connections are bound to.
func Trace(s System, seed Seed, n int) (requests []Request, times []float64, bindings []int32) {
	r := newRun(s, seed, nil, Options{})
	r.pods.rebind()
	for n > 0 {
		r.block.resize(min(n, blockSize))
		n -= len(r.block.gaps)
		r.block.out = r.block.out[:0]
		r.stream.next(r.block)
		r.pods.serve(r.block)
		times = append(times, r.block.out...)
		for i, gap := range r.block.gaps {
			requests = append(requests, Request{
				gap, r.block.services[i], r.block.cpu[i], r.block.origins[i], r.block.choices[i], int(r.block.pods[i]),
			})
		}
		r.pods.rebase()
	}
	switch f := r.pods.(type) {
	case *fleet:
		return requests, times, f.bindings
	case *sharing:
		return requests, times, f.bindings
	}
	panic("no such model")
}

// Draw returns n times of a law.
func Draw(law Service, seed Seed, n int) []float64 {
	times := make([]float64, n)
	newSampler(law, seed.source(0)).fill(times)
	return times
}

// Exp is the exponential function of lognormal laws.
func Exp(x float64) float64 { return newExponents().of(x) }

// Students returns the quantiles of Student's t that estimates use, by the number
// of groups.
func Students() map[int]struct{ Interval, Verdict float64 } {
	all := make(map[int]struct{ Interval, Verdict float64 })
	for groups, q := range students {
		all[groups] = struct{ Interval, Verdict float64 }(q)
	}
	return all
}
