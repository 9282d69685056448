// Package colgen chooses nodes of mixed types that carry classes of equal pods at
// the least cost, and proves how far from the least the cost can be.
//
// It is variable-sized vector bin packing by column generation (Gilmore and
// Gomory, "A linear programming approach to the cutting-stock problem", 1961):
// a linear program over patterns, that is, over the ways to fill one node, whose
// duals price the pods; bounded knapsacks that find better patterns at these
// prices; rounding; and a local search. The bound is dual: prices of pods at which
// no filling of any node is worth more than the node, so that no plan is cheaper
// than its pods (Farley, "A note on bounding a class of linear programming
// problems", 1990). It is rounded to whole numbers and holds for those.
//
// Nothing is timed: limits are counts of steps. The same input gives the same
// plan, in whatever order classes and offers come and on however many processors.
package colgen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// Dims is the number of resources of a Vector.
const Dims = 10

// Vector is an amount of each resource, none negative, in units of the caller's
// choice: thousandths of a core, bytes, pods. What is not used is zero.
type Vector [Dims]int64

// Set is a set of offers by their index. A nil Set is all offers.
type Set []uint64

// Add returns the set with offer i in it. Added to a nil set, i is its only member.
func (s Set) Add(i int) Set {
	for len(s) <= i/64 {
		s = append(s, 0)
	}
	s[i/64] |= 1 << (i % 64)
	return s
}

// Has reports whether offer i is in the set.
func (s Set) Has(i int) bool {
	return s == nil || i/64 < len(s) && s[i/64]>>(i%64)&1 == 1
}

// Class is a number of equal pods.
type Class struct {
	// Name breaks ties between classes that are equal otherwise.
	Name string
	// Request of one pod.
	Request Vector
	Count   int
	// Offers whose nodes may hold the pods; nil allows all.
	Offers Set
}

// Offer is a type of node that can be bought in any number.
type Offer struct {
	// Name breaks ties between offers that are equal otherwise.
	Name string
	// Free is what an empty node has for pods.
	Free Vector
	// Price of a node, above zero.
	Price units.USDPerHour
}

// Options of Solve. The zero value is what is recommended.
type Options struct {
	// RelGap is the gap, cost / bound - 1, at which the search ends. Zero means
	// 0.005; negative searches until the step limits.
	RelGap float64
	// Seed drives every random choice.
	Seed uint64
	// Rounds bounds the rounds of column generation. Zero means 200; negative means
	// none, which leaves the linear bound.
	Rounds int
	// Steps bounds the local search. Zero means 12000; negative means none.
	Steps int
	// Nodes bounds the search tree of one knapsack. Zero means 20000. A knapsack
	// that is cut short makes the bound lower, never wrong.
	Nodes int
	// BoundOnly says that the certificate is wanted and the plan is not: it is then
	// the first that was found, and RelGap the gap between the linear program and the
	// bound.
	BoundOnly bool
}

func (o Options) gap() float64 {
	if o.RelGap == 0 {
		return 0.005
	}
	return max(0, o.RelGap)
}

func (o Options) rounds() int { return max(0, cmp.Or(o.Rounds, 200)) }
func (o Options) steps() int  { return max(0, cmp.Or(o.Steps, 12000)) }
func (o Options) nodes() int  { return max(100, cmp.Or(o.Nodes, 20000)) }

// Stage says what part of the solver found a plan.
type Stage string

// The stages, in the order in which they are tried.
const (
	// StageGreedy: nodes filled one after another at the prices of the linear bound.
	StageGreedy Stage = "greedy"
	// StageRounded: the linear program's solution, rounded.
	StageRounded Stage = "rounded"
	// StageImproved: the local search.
	StageImproved Stage = "improved"
	// StageExact: every arrangement was accounted for; the plan is optimal.
	StageExact Stage = "exact"
)

// Group is a number of nodes of one offer with the same pods.
type Group struct {
	// Offer is an index of the offers.
	Offer int
	// Count of nodes, above zero.
	Count int
	// Pattern is the number of pods of each class on one node.
	Pattern []int
}

// Certificate proves the dual bound: no filling of a node of any offer with
// allowed pods, of each class no more than its count, is worth more than Scale x
// the offer's price at the prices Duals, so any plan costs at least
//
//	sum over classes of Duals x Count / Scale
//
// in billionths of a dollar an hour.
type Certificate struct {
	// Duals by class, none negative.
	Duals []int64
	Scale int64
}

// Bound returns the bound, rounded up: costs are whole numbers.
func (c Certificate) Bound(classes []Class) units.USDPerHour {
	if c.Scale <= 0 {
		return 0
	}
	sum := new(big.Int)
	for i := range c.Duals {
		sum.Add(sum, new(big.Int).Mul(big.NewInt(c.Duals[i]), big.NewInt(int64(max(0, classes[i].Count)))))
	}
	scale := big.NewInt(c.Scale)
	sum.Add(sum, scale)
	sum.Sub(sum, big.NewInt(1))
	sum.Quo(sum, scale)
	if !sum.IsInt64() {
		return math.MaxInt64
	}
	return units.USDPerHour(sum.Int64())
}

// Stats counts what was done.
type Stats struct {
	// Offers that no other makes superfluous.
	Offers int
	// Rounds of column generation, columns generated, pivots of the linear program,
	// steps of the local search.
	Rounds, Columns, Pivots, Steps int
}

// Plan is nodes that carry all pods.
type Plan struct {
	// Groups by offer, then by pattern, larger ones first.
	Groups []Group
	Cost   units.USDPerHour
	// LowerBound on the cost of any plan: that of Certificate, or Cost where the
	// plan is exact.
	LowerBound units.USDPerHour
	// Gap is Cost / LowerBound - 1: zero where both are equal.
	Gap         float64
	Certificate Certificate
	// Duals are the certificate's prices by class, in dollars an hour: about what
	// one more pod costs. For people; nothing is decided by them.
	Duals []float64
	Stage Stage
	Stats Stats
}

// ErrInput says that a class or an offer makes no sense.
var ErrInput = errors.New("not a packing problem")

// NoFitError says that no allowed offer holds even one pod of a class.
type NoFitError struct {
	// Class is its index.
	Class int
	Name  string
}

func (e *NoFitError) Error() string { return fmt.Sprintf("%s: a pod fits on no allowed type", e.Name) }

// Solve returns a plan of any offers. It fails with a NoFitError where a class
// fits nowhere, with ErrInput on negative amounts, counts or prices that are not
// above zero, and with the context's cause when that ends.
func Solve(ctx context.Context, classes []Class, offers []Offer, o Options) (Plan, error) {
	in, err := newInstance(classes, offers)
	if err != nil {
		return Plan{}, err
	}
	if len(in.dem) == 0 {
		return in.plan(nil, Certificate{Duals: make([]int64, len(classes)), Scale: 1}, StageExact, Stats{}), nil
	}
	s := newSolver(ctx, in, o)
	search := s.run
	if o.BoundOnly {
		search = s.boundOnly
	}
	if err := search(); err != nil {
		return Plan{}, err
	}
	return s.finish()
}

// plan translates bins to the caller's order.
func (in *instance) plan(bins []bin, cert Certificate, stage Stage, st Stats) Plan {
	p := Plan{Certificate: cert, Stage: stage, Stats: st, Groups: []Group{}}
	for _, b := range merge(bins) {
		g := Group{Offer: in.offers[b.offer].at, Count: b.copies, Pattern: make([]int, len(in.classes))}
		for i, c := range b.pat {
			g.Pattern[in.at[i]] = int(c)
		}
		p.Groups = append(p.Groups, g)
		p.Cost += units.USDPerHour(in.offers[b.offer].cost * int64(b.copies))
	}
	p.LowerBound = min(p.Cost, cert.Bound(in.classes))
	if stage == StageExact {
		p.LowerBound = p.Cost
	}
	if p.LowerBound < p.Cost {
		p.Gap = float64(p.Cost)/float64(p.LowerBound) - 1
	}
	p.Duals = make([]float64, len(cert.Duals))
	for i, d := range cert.Duals {
		p.Duals[i] = float64(d) / float64(cert.Scale) / float64(units.DollarPerHour)
	}
	return p
}

// merge joins equal bins, in the order of the instance's offers and then of
// patterns, larger ones first.
func merge(bins []bin) []bin {
	sorted := slices.Clone(bins)
	slices.SortFunc(sorted, func(a, b bin) int {
		return cmp.Or(cmp.Compare(a.offer, b.offer), slices.Compare(b.pat, a.pat))
	})
	var out []bin
	for _, b := range sorted {
		if n := len(out); n > 0 && out[n-1].offer == b.offer && slices.Equal(out[n-1].pat, b.pat) {
			out[n-1].copies += b.copies
		} else if b.copies > 0 {
			out = append(out, b)
		}
	}
	return out
}
