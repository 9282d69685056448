// Package onetype chooses the one type of node that carries classes of equal pods
// at the least cost, and proves how far from the least that cost can be.
//
// Every type that holds the pods gets a proved least count of nodes. Types whose
// least count costs as much as the best placement found are out, which is most of
// them at once. For the others counts are proved from below by column generation
// (package colgen, with one offer). Placements are looked for by first fit, by even
// fit, which spreads pods over a given number of nodes, and by what column
// generation rounds to.
//
// It is packing alone: no redundancy, no spread, no scheduler. The bound holds for
// any plan of one type that carries the pods, whatever else it must do.
//
// Nothing is timed: limits are counts of steps. The same input gives the same
// result, in whatever order classes and offers come.
package onetype

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// Options of Solve. The zero value is what is recommended.
type Options struct {
	// RelGap is the gap, cost / bound - 1, at which the search ends. Zero means
	// 0.0005; negative searches until the step limits.
	RelGap float64
	// Seed drives every random choice of column generation.
	Seed uint64
	// Runs bounds the runs of column generation. Zero means 3; negative means none,
	// which leaves bounds by sums and placements by first and even fit.
	Runs int
	// Tries bounds, for each offer that may be cheaper than the best placement, how
	// often even fit is tried with disturbed orders. Zero means 8000 by the number of
	// classes, at least 40 and at most 400; negative means never.
	Tries int
}

func (o Options) gap() float64 {
	if o.RelGap == 0 {
		return 0.0005
	}
	return max(0, o.RelGap)
}

func (o Options) runs() int { return max(0, cmp.Or(o.Runs, 3)) }

func (o Options) tries(classes int) int {
	return max(0, cmp.Or(o.Tries, min(400, max(40, 8000/classes))))
}

// Pattern is a number of nodes with the same pods.
type Pattern struct {
	// Count of nodes, above zero.
	Count int
	// Pods of each class on one node.
	Pods []int
}

// Status says why an offer is, or is not, the answer.
type Status string

// The statuses of an offer.
const (
	// StatusBest is the answer.
	StatusBest Status = "best"
	// StatusBeaten is proved to cost no less than the answer.
	StatusBeaten Status = "beaten"
	// StatusOpen may cost less than the answer: Least x its price is below.
	StatusOpen Status = "open"
	// StatusUnfit does not hold the pods of some class, or may not.
	StatusUnfit Status = "unfit"
)

// Count is what is known of an offer.
type Count struct {
	Status Status
	// Least number of nodes of it that carry the pods, proved from below: no number
	// of nodes below it does. Zero where the offer is unfit.
	Least int
	// Found is the least number of nodes for which a placement was found, zero where
	// none was found; none is sought where Least costs too much already.
	Found int
}

// Stats counts what was done.
type Stats struct {
	// Capacities are how many different ones fit offers have, Survivors those that
	// bounds by sums and placements by first and even fit left to column generation.
	Capacities, Survivors int
	// Runs of column generation.
	Runs int
}

// Result is nodes of one offer that carry all pods.
type Result struct {
	// Offer is the index of the answer, Nodes their number and Cost that of all.
	Offer, Nodes int
	Cost         units.USDPerHour
	// LowerBound on the cost of nodes of any one offer that carry the pods.
	LowerBound units.USDPerHour
	// Gap is Cost / LowerBound - 1; zero where the cost is proved to be the least.
	Gap float64
	// Patterns are the pods of the nodes, larger ones first. Every pod has a place.
	Patterns []Pattern
	// Counts by offer.
	Counts []Count
	Stats  Stats
}

// NoOfferError says that no one offer holds the pods of all classes.
type NoOfferError struct {
	// Class is the index of the first of the classes that the fewest offers hold.
	Class int
	Name  string
	// Offers is how many offers hold the pods of that class.
	Offers int
}

func (e *NoOfferError) Error() string {
	if e.Offers == 0 {
		return fmt.Sprintf("%s: a pod fits on no allowed type", e.Name)
	}
	return fmt.Sprintf("no one type holds all pods; those of %s fit on %d types", e.Name, e.Offers)
}

// Solve returns the cheapest nodes of one offer; without pods, none, of Offer -1.
// It fails with a NoOfferError where no offer holds a pod of each class, with
// colgen.ErrInput on negative amounts or counts and prices that are not above zero,
// and with the context's cause when that ends.
func Solve(ctx context.Context, classes []colgen.Class, offers []colgen.Offer, o Options) (Result, error) {
	fit, err := Fitting(classes, offers)
	if err != nil {
		return Result{}, err
	}
	s := newSearch(classes, offers, fit, o)
	if s.pods == 0 {
		return Result{Offer: -1, Patterns: []Pattern{}, Counts: s.counts}, nil
	}
	if err := s.run(ctx); err != nil {
		return Result{}, err
	}
	return s.result(), nil
}

// Fitting returns the offers that hold a pod of each class and that all classes may
// use, in order. Where there are pods and no such offer it fails with a
// NoOfferError.
func Fitting(classes []colgen.Class, offers []colgen.Offer) ([]int, error) {
	if err := Check(classes, offers); err != nil {
		return nil, err
	}
	holds := make([]int, len(classes)) // offers, by class
	var fit []int
	for t := range offers {
		all := true
		for i := range classes {
			c := &classes[i]
			if c.Count == 0 || c.Offers.Has(t) && within(&c.Request, &offers[t].Free) {
				holds[i]++
			} else {
				all = false
			}
		}
		if all {
			fit = append(fit, t)
		}
	}
	if len(fit) > 0 || !slices.ContainsFunc(classes, func(c colgen.Class) bool { return c.Count > 0 }) {
		return fit, nil
	}
	e := &NoOfferError{Class: -1}
	for i, n := range holds {
		if classes[i].Count > 0 && (e.Class < 0 || n < e.Offers) {
			e.Class, e.Name, e.Offers = i, classes[i].Name, n
		}
	}
	return nil, e
}

// within reports whether a is no more than b of anything.
func within(a, b *colgen.Vector) bool {
	for d := range a {
		if a[d] > b[d] {
			return false
		}
	}
	return true
}

// Check returns an error that is colgen.ErrInput where an amount or a count is
// negative or a price is not above zero.
func Check(classes []colgen.Class, offers []colgen.Offer) error {
	for i := range classes {
		if classes[i].Count < 0 || slices.Min(classes[i].Request[:]) < 0 {
			return fmt.Errorf("class %q: a negative count or request: %w", classes[i].Name, colgen.ErrInput)
		}
	}
	for i := range offers {
		if offers[i].Price <= 0 || slices.Min(offers[i].Free[:]) < 0 {
			return fmt.Errorf("type %q: a price that is not above zero, or negative resources: %w", offers[i].Name, colgen.ErrInput)
		}
	}
	return nil
}
