package colgen

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// solver is the state of one Solve.
type solver struct {
	ctx    context.Context
	in     *instance
	opt    Options
	rng    *rand.Rand
	packer *packer
	// workers price offers in parallel, each with its own packer.
	workers []*packer
	low     []float64 // least price of a place, by class
	all     []int     // all offers

	dual  []float64 // prices at which no filling is worth more than its node
	bound float64   // worth of the demand at dual
	lp    *master

	best  []bin
	cost  int64
	stage Stage
	stats Stats
}

func newSolver(ctx context.Context, in *instance, o Options) *solver {
	s := &solver{ctx: ctx, in: in, opt: o, rng: rand.New(rand.NewPCG(o.Seed, 0)), packer: newPacker(in), low: in.least(), cost: math.MaxInt64}
	for t := range in.offers {
		s.all = append(s.all, t)
	}
	for range min(runtime.GOMAXPROCS(0), len(in.offers)) {
		s.workers = append(s.workers, newPacker(in))
	}
	s.dual, s.stats.Offers = make([]float64, len(in.dem)), len(in.offers)
	return s
}

// closed reports whether the best plan is within rel of the bound.
func (s *solver) closed(rel float64) bool {
	return s.best != nil && float64(s.cost)/s.in.unit <= s.bound*(1+rel)
}

// keep takes bins as the best plan if they cost less than what it was.
func (s *solver) keep(bins []bin, stage Stage) {
	s.in.downgrade(bins)
	if cost := s.in.cost(bins); cost < s.cost {
		s.best, s.cost, s.stage = bins, cost, stage
	}
}

// blended fills the nodes of the linear bound's mix in several ways and reports whether
// one of them comes within the gap.
func (s *solver) blended() (bool, error) {
	for _, power := range blends {
		bins, err := s.blend(power)
		if err != nil {
			return false, err
		}
		s.keep(bins, StageGreedy)
		if s.closed(s.opt.gap()) {
			return true, nil
		}
	}
	return false, nil
}

// run finds the best plan and the dual prices.
func (s *solver) run() error {
	if bins, ok, err := s.exact(); err != nil {
		return err
	} else if ok {
		s.keep(bins, StageExact)
	}
	s.linear()
	if s.stage != StageExact {
		if closed, err := s.blended(); closed || err != nil {
			return err
		}
	}
	if err := s.sketched(); err != nil {
		return err
	}
	if s.stage != StageExact && s.closed(s.opt.gap()) {
		return nil
	}
	if err := s.startMaster(); err != nil {
		return err
	}
	return s.refine()
}

// refine generates columns in short runs, to ever smaller gaps between program
// and bound, and rounds and improves the plan after each run.
func (s *solver) refine() error {
	const run = 12
	want, steps := s.opt.gap(), s.opt.steps()
	pooled := s.cost
	for part := 2.0; part <= 16; {
		done, err := s.generate(want/part, run)
		if err != nil {
			return err
		}
		if s.stage != StageExact {
			if err := s.round(); err != nil {
				return err
			}
			share := steps / 40
			if done {
				share = steps / 4
			}
			if !s.closed(want) {
				if err := s.improve(min(share, steps-s.stats.Steps)); err != nil {
					return err
				}
			}
		}
		if s.closed(want) && (s.stage != StageExact || done) {
			return nil
		}
		if s.cost < pooled {
			s.pool(s.best)
			pooled = s.cost
		}
		if done {
			part *= 2
		}
	}
	return nil
}

// finish certifies the bound and returns the plan.
func (s *solver) finish() (Plan, error) {
	cert, err := s.certify()
	if err != nil {
		return Plan{}, err
	}
	if s.lp != nil {
		s.stats.Pivots, s.stats.Columns = s.lp.pivots, len(s.lp.cols)
	}
	return s.in.plan(s.best, cert, s.stage, s.stats), nil
}

// raise takes v / ratio as dual prices if that gives a better bound.
func (s *solver) raise(v []float64, ratio float64) {
	if ratio <= 0 {
		return
	}
	bound := s.in.worth(v) / ratio
	if bound <= s.bound {
		return
	}
	s.dual, s.bound = make([]float64, len(v)), bound
	for i := range v {
		s.dual[i] = v[i] / ratio
	}
}

// lifted returns prices of which none is next to nothing, so that a filling at
// these prices leaves no pod out that fits.
func (s *solver) lifted(v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = math.Max(v[i], 1e-3*s.low[i])
	}
	return out
}

// priced is the best filling of an offer at some prices.
type priced struct {
	offer        int
	value, bound float64
	pat          []int32
}

// price fills a node of each offer at the prices v, in parallel. Each result
// depends on its offer alone.
func (s *solver) price(v []float64, aim float64, limit int) []priced {
	out := make([]priced, len(s.in.offers))
	var next atomic.Int64
	var wait sync.WaitGroup
	for _, k := range s.workers {
		wait.Go(func() {
			for t := int(next.Add(1)) - 1; t < len(out); t = int(next.Add(1)) - 1 {
				target := aim * s.in.offers[t].price
				k.fill(t, v, s.in.dem, target, 0.98*target, limit)
				out[t] = priced{offer: t, value: k.value, bound: k.bound}
				if k.value > target {
					out[t].pat = slices.Clone(k.best)
				}
			}
		})
	}
	wait.Wait()
	return out
}
