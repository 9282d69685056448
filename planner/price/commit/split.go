// Package commit answers two questions about prices for a longer promise: how much
// of a demand to commit to (Demand.Split), and how far what has been bought already
// reaches (Cover). docs/models/commitments.md has the model.
package commit

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/scantling-dev/scantling/planner/units"
)

// Way is how a unit of capacity is paid for.
type Way string

// The ways. The first two are paid in every hour, whether used or not; the others
// while used.
const (
	ThreeYears Way = "three_years"
	OneYear    Way = "one_year"
	OnDemand   Way = "on_demand"
	Spot       Way = "spot"
)

// Ways returns them in the order in which splits list them: the most binding first.
func Ways() []Way { return []Way{ThreeYears, OneYear, OnDemand, Spot} }

// Committed reports whether it is paid for in every hour.
func (w Way) Committed() bool { return w == ThreeYears || w == OneYear }

// Offer is the price of a unit, bought in a way: a node of a type, say. All units of a
// demand are alike.
type Offer struct {
	Way     Way
	PerHour units.USDPerHour
	// Overhead is the share of the time that is paid for twice, because the unit was
	// reclaimed and its work is done again: for spot.
	Overhead units.Ratio
}

// rate returns the price of an hour's work, rounded up.
func (o Offer) rate() units.USDPerHour {
	return units.USDPerHour(mulDiv(int64(o.PerHour), int64(units.Whole+o.Overhead), int64(units.Whole), true))
}

// Demand is how many units are needed, in hours that are all equally likely: the 24 of a
// day, in each of many worlds. Their order does not matter.
type Demand struct {
	// Units of each hour; not negative.
	Units []int
	// Bought units are paid for already: the first ones, of which nothing is decided
	// and which cost nothing here.
	Bought int
	// Stable units must not be interrupted: the first ones, bought ones included.
	Stable int
}

// Part is the units that are bought in one way.
type Part struct {
	Way   Way
	Units int
	// PerHour is what they cost on average, rounded up.
	PerHour units.USDPerHour
	// Use is the share of the time that they are needed, and LeastUse that of the one
	// needed least; both rounded down.
	Use, LeastUse units.Ratio
}

// Split is a demand, divided by how it is paid for.
type Split struct {
	// Parts in the order of Ways, without empty ones.
	Parts []Part
	// PerHour is what all of them cost on average, AllOnDemand what the same units
	// cost on demand; neither counts units that are bought.
	PerHour, AllOnDemand units.USDPerHour
}

// Units returns how many units are bought in a way.
func (s Split) Units(w Way) int {
	for _, p := range s.Parts {
		if p.Way == w {
			return p.Units
		}
	}
	return 0
}

// Saving returns what the split saves in an hour against on demand.
func (s Split) Saving() units.USDPerHour { return s.AllOnDemand - s.PerHour }

// Split buys each unit in the cheapest way. Unit k is needed a share
//
//	u_k = P(demand >= k)
//
// of the time, so that it costs its price where it is committed and u_k times its price
// where it is not. Units do not depend on each other, and the choice is therefore exact:
// the least mean cost of all divisions. At equal cost a unit is on demand rather than spot,
// and either rather than committed, for the shorter term.
//
// It reports false where no offer is on demand: what that costs is the measure. Of
// several offers in one way the cheapest counts. Time is that of the units and hours.
func (d Demand) Split(offers []Offer) (Split, bool) {
	rates := map[Way]units.USDPerHour{}
	for _, o := range offers {
		if r, ok := rates[o.Way]; !ok || o.rate() < r {
			rates[o.Way] = o.rate()
		}
	}
	if _, ok := rates[OnDemand]; !ok {
		return Split{}, false
	}
	hours := len(d.Units)
	bought := map[Way][]int{} // hours in which each unit is needed
	var all int64
	for k, needed := range d.needed() {
		if k < d.Bought {
			continue
		}
		all += int64(needed)
		way := cheapest(rates, needed, hours, k < d.Stable)
		bought[way] = append(bought[way], needed)
	}
	s := Split{AllOnDemand: mean(rates[OnDemand], all, hours)}
	for _, w := range Ways() {
		if len(bought[w]) == 0 {
			continue
		}
		p := part(w, rates[w], bought[w], hours)
		s.Parts = append(s.Parts, p)
		s.PerHour += p.PerHour
	}
	return s, true
}

// needed returns of each unit in how many hours it is needed: not increasing.
func (d Demand) needed() []int {
	top := 0
	for _, n := range d.Units {
		top = max(top, n)
	}
	needed := make([]int, top)
	for _, n := range d.Units {
		if n > 0 {
			needed[n-1]++
		}
	}
	for k := top - 2; k >= 0; k-- {
		needed[k] += needed[k+1]
	}
	return needed
}

// cheapest returns the way in which a unit that is needed in some of all hours costs
// least.
func cheapest(rates map[Way]units.USDPerHour, needed, hours int, stable bool) Way {
	best, bestHi, bestLo := OnDemand, uint64(math.MaxUint64), uint64(0)
	for _, w := range []Way{OnDemand, Spot, OneYear, ThreeYears} {
		rate, ok := rates[w]
		if !ok || (w == Spot && stable) {
			continue
		}
		paid := needed
		if w.Committed() {
			paid = hours
		}
		hi, lo := bits.Mul64(uint64(rate), uint64(paid))
		if hi < bestHi || (hi == bestHi && lo < bestLo) {
			best, bestHi, bestLo = w, hi, lo
		}
	}
	return best
}

// part returns the part of units at a rate, needed in so many hours of all.
func part(w Way, rate units.USDPerHour, needed []int, hours int) Part {
	var used int64
	for _, n := range needed {
		used += int64(n)
	}
	total := int64(len(needed)) * int64(hours)
	p := Part{
		Way: w, Units: len(needed),
		Use:      units.Ratio(mulDiv(used, int64(units.Whole), total, false)),
		LeastUse: units.Ratio(mulDiv(int64(needed[len(needed)-1]), int64(units.Whole), int64(hours), false)),
	}
	if w.Committed() {
		used = total
	}
	p.PerHour = mean(rate, used, hours)
	return p
}

// mean returns rate x used / hours, rounded up.
func mean(rate units.USDPerHour, used int64, hours int) units.USDPerHour {
	if hours == 0 {
		return 0
	}
	return units.USDPerHour(mulDiv(int64(rate), used, int64(hours), true))
}

// mulDiv returns a x b / c, rounded up or down, at most the largest int64. None is
// negative, and c is not 0.
func mulDiv(a, b, c int64, up bool) int64 {
	q, r := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), big.NewInt(c), new(big.Int))
	if up && r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	if !q.IsInt64() {
		return math.MaxInt64
	}
	return q.Int64()
}
