package pipeline

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/placement"
	"github.com/scantling-dev/scantling/planner/price"
	"github.com/scantling-dev/scantling/planner/units"
)

// usage returns what pods request of the pools, the share that this is of what they
// offer, rounded up, and what is free.
func usage(pools []planner.Pool, free placement.Resources) (planner.Requests, planner.Usage, planner.Headroom) {
	var total planner.Requests
	for i := range pools {
		each, n := pools[i].Free(), pools[i].Nodes
		total.CPU += each.CPU * units.MilliCPU(n)
		total.Memory += each.Memory * units.Bytes(n)
		total.Pods += each.Pods * n
	}
	requests := planner.Requests{CPU: total.CPU - free.CPU, Memory: total.Memory - free.Memory, Pods: total.Pods - free.Pods}
	used := planner.Usage{
		CPU:    usedShare(total.CPU, requests.CPU),
		Memory: usedShare(total.Memory, requests.Memory),
		Pods:   usedShare(total.Pods, requests.Pods),
	}
	return requests, used, planner.Headroom{CPU: free.CPU, Memory: free.Memory, Pods: free.Pods}
}

// usedShare returns what is used of a total, rounded up. Millionths of many nodes'
// memory are beyond 64 bits.
func usedShare[T ~int | ~int64](total, used T) units.Ratio {
	share := new(big.Int).Mul(big.NewInt(int64(used)), big.NewInt(int64(units.Whole)))
	all := big.NewInt(int64(max(total, 1)))
	return units.Ratio(share.Add(share, new(big.Int).Sub(all, big.NewInt(1))).Div(share, all).Int64())
}

// nodesCost is what the nodes of the pools cost; not known where the price of one is
// not.
func nodesCost(pools []planner.Pool) planner.Amount {
	cost := planner.Amount{Known: true}
	for i := range pools {
		p := &pools[i]
		cost = sum(cost, planner.Amount{Rate: p.Price.Rate * units.USDPerHour(p.Nodes), Known: p.Price.Known()})
	}
	return cost
}

// committed prices the nodes on demand under each commitment that the catalog knows of
// all of their types, sorted by kind, term and payment; spot machines cannot be
// committed to. A saving is rounded down.
func (m *maker) committed(pools []planner.Pool) []planner.CommittedCost {
	var owed units.USDPerHour
	var out []planner.CommittedCost
	first := true
	for i := range pools {
		p := &pools[i]
		if p.CapacityType != planner.OnDemand {
			continue
		}
		t, ok := m.catalog.Type(p.InstanceType)
		if !ok || !p.Price.Known() {
			return nil
		}
		owed += p.Price.Rate * units.USDPerHour(p.Nodes)
		of := commitments(&t, p.Nodes)
		if first {
			out, first = of, false
			continue
		}
		out = both(out, of)
	}
	if owed <= 0 {
		return nil
	}
	for i := range out {
		c := &out[i]
		c.Saving = units.Ratio(new(big.Int).Div(
			new(big.Int).Mul(big.NewInt(int64(owed-c.Rate)), big.NewInt(int64(units.Whole))), big.NewInt(int64(owed)),
		).Int64())
	}
	slices.SortFunc(out, compareTerms)
	return out
}

// commitments are what so many nodes of a type cost under each that is priced, without
// the saving.
func commitments(t *catalogs.InstanceType, nodes int) []planner.CommittedCost {
	var out []planner.CommittedCost
	for _, c := range t.Commitments {
		if c.Price.Known() {
			out = append(out, planner.CommittedCost{
				Kind: c.Kind, TermYears: c.TermYears, Payment: c.Payment,
				Rate: c.Price.Rate * units.USDPerHour(nodes), Basis: c.Price.Basis, Date: c.Price.Date,
			})
		}
	}
	return out
}

func compareTerms(a, b planner.CommittedCost) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.TermYears, b.TermYears), cmp.Compare(a.Payment, b.Payment))
}

// both adds up the commitments that are in both lists, each with the basis that is
// trusted less and the older date.
func both(a, b []planner.CommittedCost) []planner.CommittedCost {
	var out []planner.CommittedCost
	for _, x := range a {
		at := slices.IndexFunc(b, func(y planner.CommittedCost) bool { return compareTerms(x, y) == 0 })
		if at < 0 {
			continue
		}
		source := price.Source{Basis: price.Basis(x.Basis), Date: x.Date}.With(price.Source{Basis: price.Basis(b[at].Basis), Date: b[at].Date})
		x.Rate, x.Basis, x.Date = x.Rate+b[at].Rate, catalogs.Basis(source.Basis), source.Date
		out = append(out, x)
	}
	return out
}
