package packing

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// defaultAlternatives is how many runners-up a scan looks for.
const defaultAlternatives = 3

// ErrNoOffers is returned by Scan where there is nothing to choose from.
var ErrNoOffers = errors.New("no instance types to choose from")

// Offer is a type of node that can be bought.
type Offer struct {
	// Name is unique among offers; it is the last tie-breaker.
	Name string
	// Price of a node with its root disks; without meaning unless Known.
	Price units.USDPerHour
	Known bool
	// Named says that the user named this type in full.
	Named bool
	// Free is what a node has for pods, its DaemonSets deducted.
	Free Resources
	// VCPUs of a node; they rank offers without a price.
	VCPUs int
}

// Verdict is what Try says of a count of nodes.
type Verdict struct {
	// Holds says that everything fits and survives.
	Holds bool
	// FreeCPU is the tightest free share of CPU after the drills.
	FreeCPU units.Ratio
	// Never says that no larger count of this offer holds either, which ends the
	// count; false is always safe.
	Never bool
	// Stopped says that Try gave up because Scan's context ended; nothing else is
	// then known.
	Stopped bool
	// Payload is the caller's own; Scan hands it back.
	Payload any
}

// Problem is what Scan must solve.
type Problem struct {
	// Items are the pods, for the question whether each fits on a node at all.
	Items []Item
	// MinNodes is the least count allowed. MaxNodes is the largest; MostNodes gives
	// one that is large enough. Zero means the larger of Start and MinNodes plus the
	// number of pods.
	MinNodes, MaxNodes int
	// Step keeps counts to multiples of it, as where each zone has the same number
	// of nodes. Zero means 1.
	Step int
	// Alternatives is how many runners-up are wanted: zero means 3, negative none.
	Alternatives int
	// Cost of so many nodes of a priced offer, where that is not their number times the
	// offer's price; nil where it is. A node more costs no less.
	Cost func(offer, nodes int) units.USDPerHour
	// Start returns the least count of an offer worth trying, a proved lower bound,
	// and false where no count can hold. It is called once for an offer.
	Start func(offer int) (int, bool)
	// Try says whether a count of an offer holds. It is called with rising counts.
	Try func(offer, nodes int) Verdict
}

// Candidate is an offer and the least count of it that holds.
type Candidate struct {
	// Offer is its index.
	Offer int
	Nodes int
	// Cost of all nodes; without meaning unless Known.
	Cost  units.USDPerHour
	Known bool
	// Verdict on Nodes.
	Verdict Verdict
	// OneLess is the verdict on a node less, where it was tried, for saying what
	// binds; the zero Verdict where it was not.
	OneLess      Verdict
	TriedOneLess bool
}

// Result of a scan.
type Result struct {
	Best Candidate
	// Alternatives are the next best, best first, with a price unless Best has none.
	Alternatives []Candidate
	// Scanned offers were tried with at least one count; Pruned ones could not be
	// among the answers by their least cost; Excluded ones cannot hold the pods.
	Scanned, Pruned, Excluded int
	// Tries is how often Try was called.
	Tries int
}

// Scan returns the offer and count of least cost that hold, and the next best.
//
// Among priced offers, each with the least count that holds, the order is: cost,
// then the larger FreeCPU, then fewer nodes, then name. Offers whose least cost
// (Start x price) is above the cost of the wanted number of answers are pruned:
// no count of theirs can be among them. Costs that are equal are not pruned.
//
// Offers without a known price come in where no priced one holds: the named ones
// first, the others only where none of those holds. They are ranked by the number
// of vCPUs bought, for want of a price, then as above.
//
// The counts of an offer end at MaxNodes. That nothing holds is an error: of type
// *NoFitError where every offer is too small for some pod, of type *NoCountError
// otherwise.
func Scan(ctx context.Context, offers []Offer, p Problem) (Result, error) {
	if len(offers) == 0 {
		return Result{}, ErrNoOffers
	}
	if err := Fit(offers, p.Items); err != nil {
		return Result{}, err
	}
	s := scan{ctx: ctx, offers: offers, problem: p, wanted: 1 + max(0, cmp.Or(p.Alternatives, defaultAlternatives))}
	priced := func(o *Offer) bool { return o.Known }
	named := func(o *Offer) bool { return !o.Known && o.Named }
	other := func(o *Offer) bool { return !o.Known && !o.Named }
	for _, class := range []func(*Offer) bool{priced, named, other} {
		found, err := s.class(class)
		if err != nil {
			return Result{}, err
		}
		if len(found) == 0 {
			continue
		}
		s.result.Best, s.result.Alternatives = found[0], found[1:]
		return s.result, nil
	}
	s.failure.Tried = s.result.Scanned
	return Result{}, &s.failure
}

// scan is the state of a Scan.
type scan struct {
	ctx     context.Context
	offers  []Offer
	problem Problem
	wanted  int
	result  Result
	failure NoCountError
}

// start is an offer and the least count worth trying.
type start struct {
	offer, nodes, limit int
	cost                int64
}

// class scans the offers that belong to a class and returns the best of them,
// best first.
func (s *scan) class(belongs func(*Offer) bool) ([]Candidate, error) {
	starts := s.starts(belongs)
	var best []Candidate
	for i, st := range starts {
		if st.cost > s.bound(best) {
			s.result.Pruned += len(starts) - i
			break
		}
		s.result.Scanned++
		c, ok, err := s.count(st, s.bound(best))
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, c, s.compare)
		best = slices.Insert(best, at, c)
		if len(best) > s.wanted {
			best = best[:s.wanted]
		}
	}
	return best, nil
}

// starts returns where to start each offer of a class, least cost first.
func (s *scan) starts(belongs func(*Offer) bool) []start {
	pods := 0
	for i := range s.problem.Items {
		pods += s.problem.Items[i].Count
	}
	var starts []start
	for i := range s.offers {
		if !belongs(&s.offers[i]) {
			continue
		}
		nodes, ok := s.problem.Start(i)
		nodes = max(nodes, s.problem.MinNodes)
		step := max(s.problem.Step, 1)
		nodes = units.CeilDiv(nodes, step) * step
		limit := cmp.Or(s.problem.MaxNodes, nodes+pods*step)
		if !ok || nodes > limit {
			s.result.Excluded++
			continue
		}
		starts = append(starts, start{offer: i, nodes: nodes, limit: limit, cost: s.cost(i, nodes)})
	}
	slices.SortFunc(starts, func(a, b start) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(s.offers[a.offer].Name, s.offers[b.offer].Name))
	})
	return starts
}

// cost is what is minimised: dollars, or vCPUs where the price is not known.
func (s *scan) cost(offer, nodes int) int64 {
	if o := &s.offers[offer]; o.Known {
		if s.problem.Cost != nil {
			return int64(s.problem.Cost(offer, nodes))
		}
		return int64(o.Price) * int64(nodes)
	}
	return int64(s.offers[offer].VCPUs) * int64(nodes)
}

// bound returns the cost above which a candidate cannot be among the wanted.
func (s *scan) bound(best []Candidate) int64 {
	if len(best) < s.wanted {
		return math.MaxInt64
	}
	last := &best[len(best)-1]
	return s.cost(last.Offer, last.Nodes)
}

// count tries rising counts of an offer while they cost no more than bound. Its
// error is the cause of the context's end.
func (s *scan) count(st start, bound int64) (Candidate, bool, error) {
	c := Candidate{Offer: st.offer, Known: s.offers[st.offer].Known}
	for n := st.nodes; n <= st.limit && s.cost(st.offer, n) <= bound; n += max(s.problem.Step, 1) {
		if err := context.Cause(s.ctx); err != nil {
			return Candidate{}, false, err
		}
		v := s.problem.Try(st.offer, n)
		s.result.Tries++
		if err := context.Cause(s.ctx); err != nil && v.Stopped {
			return Candidate{}, false, err
		}
		if v.Holds {
			c.Nodes, c.Verdict = n, v
			if c.Known {
				c.Cost = units.USDPerHour(s.cost(st.offer, n))
			}
			return c, true, nil
		}
		c.OneLess, c.TriedOneLess = v, true
		if f := &s.failure; f.Nodes == 0 || f.Offer == st.offer {
			f.Offer, f.OfferName, f.Nodes, f.Last = st.offer, s.offers[st.offer].Name, n, v
		}
		if v.Never {
			break
		}
	}
	return Candidate{}, false, nil
}

// compare orders candidates of a class, best first. It is a total order.
func (s *scan) compare(a, b Candidate) int {
	return cmp.Or(
		cmp.Compare(s.cost(a.Offer, a.Nodes), s.cost(b.Offer, b.Nodes)),
		cmp.Compare(b.Verdict.FreeCPU, a.Verdict.FreeCPU),
		cmp.Compare(a.Nodes, b.Nodes),
		cmp.Compare(s.offers[a.Offer].Name, s.offers[b.Offer].Name),
	)
}

// Fit returns a *NoFitError where every offer is too small for some pod of the
// items, of the offer that comes closest; nil where one offer holds each of them
// alone, or where there is no offer.
func Fit(offers []Offer, items []Item) error {
	var closest *NoFitError
	least := math.Inf(1)
	for i := range offers {
		worst, e := tooSmall(&offers[i], items)
		if e == nil {
			return nil
		}
		if worst < least || closest == nil || worst == least && offers[i].Name < closest.OfferName {
			least, closest = worst, e
			closest.Offer = i
		}
	}
	if closest == nil {
		return nil
	}
	return closest
}

// tooSmall returns the pod that exceeds an empty node of the offer most, as a
// share of what the node has, and by how much; nil where all fit.
func tooSmall(o *Offer, items []Item) (float64, *NoFitError) {
	var e *NoFitError
	worst := 0.0
	for i := range items {
		for r := range kinds {
			request, has := items[i].Request.amount(r), max(0, o.Free.amount(r))
			if items[i].Count <= 0 || request <= has {
				continue
			}
			share := math.Inf(1)
			if has > 0 {
				share = float64(request-has) / float64(has)
			}
			if share > worst {
				worst = share
				e = &NoFitError{
					Item: i, Name: items[i].Name, OfferName: o.Name,
					Resource: kind(r), Request: request, Offers: has,
				}
			}
		}
	}
	return worst, e
}
