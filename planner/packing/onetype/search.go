package onetype

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/packing"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	// columnSteps bounds the local search of one column generation.
	columnSteps = 200
	// tinyParts of the demand, the product of counts + 1, make a problem tiny; it is
	// worth tinyRuns times as many runs.
	tinyParts = 1000
	tinyRuns  = 20
)

// search is the state of one Solve.
type search struct {
	classes []colgen.Class // the caller's, with those that have pods at the indices at
	offers  []colgen.Offer
	opt     Options
	at      []int
	pods    int
	dims    []int // resources that are requested
	shelf   shelf
	all     []candidate // by capacity
	counts  []Count
	rng     *rand.Rand
	best    int // index of all, -1 before there is one
	cost    units.USDPerHour
	stats   Stats
}

// candidate is the offers of one capacity.
type candidate struct {
	offers  []int // cheapest first; name and price are those of the first
	name    string
	price   units.USDPerHour
	free    colgen.Vector
	least   int             // a proved bound on the count
	found   int             // 0 before a placement is found
	plan    []Pattern       // of found nodes, in the shelf's order of classes
	next    int             // the next count to try
	failed  int             // the last count at which all methods failed
	methods []method        // to fill nodes with, made when they are needed
	shares  []colgen.Vector // of a node, by class
	shaken  bool
	closed  bool // column generation has said what it can
}

func (c *candidate) bound() units.USDPerHour { return costOf(c.least, c.price) }

// costOf returns what nodes cost, at most the largest amount there is.
func costOf(nodes int, price units.USDPerHour) units.USDPerHour {
	if int64(nodes) > math.MaxInt64/int64(price) {
		return math.MaxInt64
	}
	return price * units.USDPerHour(nodes)
}

func newSearch(classes []colgen.Class, offers []colgen.Offer, fit []int, o Options) *search {
	s := &search{classes: classes, offers: offers, opt: o, counts: make([]Count, len(offers)), best: -1, cost: math.MaxInt64, rng: rand.New(rand.NewPCG(o.Seed, 0))}
	for i := range classes {
		if classes[i].Count > 0 {
			s.at = append(s.at, i)
		}
	}
	// The caller's order must not matter.
	slices.SortFunc(s.at, func(a, b int) int {
		x, y := &classes[a], &classes[b]
		return cmp.Or(slices.Compare(y.Request[:], x.Request[:]), strings.Compare(x.Name, y.Name), cmp.Compare(y.Count, x.Count))
	})
	for d := range colgen.Dims {
		if slices.ContainsFunc(s.at, func(i int) bool { return classes[i].Request[d] > 0 }) {
			s.dims = append(s.dims, d)
		}
	}
	s.shelf.dims = len(s.dims)
	for _, i := range s.at {
		s.shelf.sizes = append(s.shelf.sizes, s.project(&classes[i].Request))
		s.shelf.counts = append(s.shelf.counts, classes[i].Count)
		s.pods += classes[i].Count
	}
	for t := range offers {
		s.counts[t].Status = StatusUnfit // until result says otherwise
	}
	s.candidates(fit)
	return s
}

// project returns the resources that are in use.
func (s *search) project(v *colgen.Vector) colgen.Vector {
	var out colgen.Vector
	for k, d := range s.dims {
		out[k] = v[d]
	}
	return out
}

// candidates groups the offers that hold all classes by capacity, bounds their
// counts by sums and sorts them by what they cost at least.
func (s *search) candidates(fit []int) {
	slices.SortFunc(fit, func(a, b int) int {
		x, y := &s.offers[a], &s.offers[b]
		p, q := s.project(&x.Free), s.project(&y.Free)
		return cmp.Or(slices.Compare(q[:], p[:]), cmp.Compare(x.Price, y.Price), strings.Compare(x.Name, y.Name))
	})
	for _, t := range fit {
		free := s.project(&s.offers[t].Free)
		if n := len(s.all); n > 0 && s.all[n-1].free == free {
			s.all[n-1].offers = append(s.all[n-1].offers, t)
		} else {
			s.all = append(s.all, candidate{offers: []int{t}, free: free, price: s.offers[t].Price, name: s.offers[t].Name})
		}
	}
	s.stats.Capacities = len(s.all)
	sizes := make([][]int64, len(s.dims))
	for d := range sizes {
		for k := range s.at {
			sizes[d] = append(sizes[d], s.shelf.sizes[k][d])
		}
	}
	for i := range s.all {
		c := &s.all[i]
		c.least = min(1, s.pods)
		for d := range sizes {
			n, _ := packing.NodesForOne(sizes[d], s.shelf.counts, c.free[d])
			c.least = max(c.least, n)
		}
		c.next = c.least
	}
	slices.SortFunc(s.all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.bound(), b.bound()), cmp.Compare(a.price, b.price), strings.Compare(a.name, b.name))
	})
}

// run looks for the cheapest placement and proves what it can.
func (s *search) run(ctx context.Context) error {
	if err := s.place(ctx); err != nil {
		return err
	}
	for i := range s.all {
		if s.all[i].bound() < s.cost {
			s.stats.Survivors++
		}
	}
	return s.prove(ctx)
}

// place tries counts of nodes, the cheapest first whatever the offer, until one
// holds. Steps between the counts of an offer grow with every count that fails;
// what is skipped is looked at when a count holds.
func (s *search) place(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		at := -1
		var least units.USDPerHour
		for i := range s.all {
			c := &s.all[i]
			if c.bound() >= s.cost || at >= 0 && c.bound() >= least {
				break // in the order of bounds
			}
			if cost := costOf(c.next, c.price); cost < s.cost && (at < 0 || cost < least) {
				at, least = i, cost
			}
		}
		if at < 0 {
			return nil
		}
		s.step(at)
	}
}

// step tries the next count of a candidate.
func (s *search) step(at int) {
	c := &s.all[at]
	if s.holds(c, c.next) {
		s.keep(at, c.next)
		for low := max(c.least, c.failed+1); low < c.found; {
			if mid := (low + c.found) / 2; s.holds(c, mid) {
				s.keep(at, mid)
			} else {
				low = mid + 1
			}
		}
		c.next = s.pods + 1
		return
	}
	if c.failed == 0 {
		for _, m := range c.methods[:4] {
			if s.shelf.firstFit(m.order, s.limit(c)) {
				s.keep(at, s.shelf.nodes)
			}
		}
	}
	gap := c.next - c.least
	c.failed = c.next
	c.next = min(c.next+1+gap, s.pods)
	if c.found > 0 {
		c.next = min(c.next, c.found-1)
		if c.next <= c.failed {
			c.next = s.pods + 1
		}
	}
}

// prove takes up the candidate that holds the bound down, again and again, until
// the gap is closed or the runs are used up: first by shaking, then by column
// generation.
func (s *search) prove(ctx context.Context) error {
	runs := s.opt.runs()
	if s.tiny() {
		runs *= tinyRuns
	}
	for float64(s.cost) > float64(s.bound())*(1+s.opt.gap()) {
		at := -1
		for i := range s.all {
			c := &s.all[i]
			if !c.closed && c.bound() < s.cost && (at < 0 || c.bound() < s.all[at].bound()) {
				at = i
			}
		}
		if at < 0 {
			return nil
		}
		var err error
		switch c := &s.all[at]; {
		case !c.shaken:
			c.shaken = true
			err = s.shake(ctx, at)
		case s.stats.Runs == runs:
			return nil
		default:
			c.closed = true
			s.stats.Runs++
			err = s.generate(ctx, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tiny reports whether the parts of the demand are so few that column generation
// tabulates them, at next to no cost, and is exact.
func (s *search) tiny() bool {
	parts := 1
	for _, n := range s.shelf.counts {
		if parts *= n + 1; parts > tinyParts {
			return false
		}
	}
	return true
}

// generate runs column generation for a candidate.
func (s *search) generate(ctx context.Context, at int) error {
	c := &s.all[at]
	// Counts are whole: a bound that is less than one node below is as good as equal.
	upper := s.limit(c) + 1
	offer := s.offers[c.offers[0]]
	classes := make([]colgen.Class, len(s.at))
	for k, i := range s.at {
		classes[k] = s.classes[i]
		classes[k].Offers = nil // the only offer holds all
	}
	plan, err := colgen.Solve(ctx, classes, []colgen.Offer{offer}, colgen.Options{Seed: s.opt.Seed, RelGap: 0.999 / float64(upper), Steps: columnSteps})
	if err != nil {
		return err
	}
	s.raise(c, int(units.CeilDiv(plan.LowerBound, c.price)))
	if n := int(plan.Cost / c.price); c.found == 0 || n < c.found {
		var all []Pattern
		for _, g := range plan.Groups {
			all = append(all, Pattern{Count: g.Count, Pods: g.Pattern})
		}
		s.take(at, n, join(all))
	}
	return nil
}

// raise takes a proved least count, which holds for nodes that have no more of
// anything too.
func (s *search) raise(c *candidate, least int) {
	for i := range s.all {
		if o := &s.all[i]; within(&o.free, &c.free) {
			o.least = max(o.least, least)
		}
	}
}

// bound returns the least that nodes of any candidate can cost.
func (s *search) bound() units.USDPerHour {
	least := s.cost
	for i := range s.all {
		least = min(least, s.all[i].bound())
	}
	return least
}

func (s *search) result() Result {
	r := Result{Offer: -1, Cost: s.cost, LowerBound: s.bound(), Stats: s.stats}
	for i := range s.all {
		c := &s.all[i]
		for _, t := range c.offers {
			n := Count{Status: StatusBeaten, Least: c.least, Found: c.found}
			if costOf(c.least, s.offers[t].Price) < s.cost {
				n.Status = StatusOpen
			}
			s.counts[t] = n
		}
	}
	c := &s.all[s.best]
	r.Offer, r.Nodes, r.Counts = c.offers[0], c.found, s.counts
	for _, p := range c.plan {
		pods := make([]int, len(s.classes))
		for k, n := range p.Pods {
			pods[s.at[k]] = n
		}
		r.Patterns = append(r.Patterns, Pattern{Count: p.Count, Pods: pods})
	}
	r.Patterns = join(r.Patterns)
	s.counts[r.Offer].Status = StatusBest
	if r.LowerBound < r.Cost {
		r.Gap = float64(r.Cost)/float64(r.LowerBound) - 1
	}
	return r
}
