package refresh

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Generation, Statistic and the rest are for tests of their own.
var Generation = generation

// Point is a price from a second on.
type Point struct {
	At   int64
	Rate units.USDPerHour
}

// Statistic is that of a series of spot prices.
func Statistic(name string, points []Point, start, end int64) (units.USDPerHour, bool) {
	var list []spotPoint
	for _, p := range points {
		list = append(list, spotPoint{p.At, p.Rate})
	}
	return statistic(name, list, start, end)
}

// OutOfStep returns the names of a catalog's types whose price is out of step with
// their family.
func OutOfStep(types []catalogs.InstanceType) []string {
	families, rates := map[string][]catalogs.InstanceType{}, map[string]units.USDPerHour{}
	for _, t := range types {
		if t.OnDemand.Basis == catalogs.Listed {
			families[t.Family] = append(families[t.Family], t)
			rates[t.Name] = t.OnDemand.Rate
		}
	}
	var out []string
	for _, sizes := range families {
		for _, d := range outOfStep(sizes, rates) {
			out = append(out, d.problem.Path+": "+d.problem.Reason)
		}
	}
	return out
}
