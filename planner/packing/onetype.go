package packing

import (
	"math"

	"github.com/scantling-dev/scantling/planner/units"
)

// OneTypeBound returns a bound on the cost of nodes of any one offer that carry
// the demand with no redundancy:
//
//	min over offers t of  price_t x max over resources r of ceil(demand_r / free_tr)
//
// It is never below LowerBound, whose mixes it does not allow. Offers without a
// known price, or without any of a requested resource, are left out; false means
// that none is left.
func OneTypeBound(demand Resources, offers []Offer) (units.USDPerHour, bool) {
	best, found := units.USDPerHour(0), false
	for i := range offers {
		o := &offers[i]
		nodes, ok := int64(0), o.Known && o.Price >= 0
		for r := range kinds {
			need, free := demand.amount(r), o.Free.amount(r)
			if need <= 0 {
				continue
			}
			if ok = ok && free > 0; !ok {
				break
			}
			nodes = max(nodes, units.CeilDiv(need, free))
		}
		if !ok {
			continue
		}
		cost := units.USDPerHour(math.MaxInt64)
		if o.Price == 0 || nodes <= math.MaxInt64/int64(o.Price) {
			cost = o.Price * units.USDPerHour(nodes)
		}
		if !found || cost < best {
			best, found = cost, true
		}
	}
	return best, found
}
