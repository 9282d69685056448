package fakegcp

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// part is what a SKU prices: a resource of a family under a term.
type part struct {
	// kind is "gpu", "core", "ssd", "ram" or "machine".
	kind   string
	family string
	term   string
}

// need is an amount of a part.
type need struct {
	part
	amount *big.Rat
}

// needs returns what a type is billed for, as the published rules say; nothing for a
// type that is not sold so under the term.
func needs(t *listed, term string) []need {
	one := big.NewRat(1, 1)
	if t.family == "f1" || t.family == "g1" {
		if strings.HasPrefix(term, "Commit") {
			return nil
		}
		return []need{{part{"machine", t.family, term}, one}}
	}
	family, cores := t.family, big.NewRat(int64(t.VCPUs), 1)
	if t.shared != nil {
		cores = t.shared
	}
	memory := big.NewRat(int64(t.MemoryMb), 1024)
	var out []need
	if t.Name == "m4-ultramem-224" {
		family = "m4ultramem224"
	}
	if family == "m2" {
		family = "m1"
		// The premium has no commitments; in a whole month it earns a discount of 30%.
		share := one
		if strings.HasPrefix(term, "Commit") {
			share = big.NewRat(70, 100)
		}
		out = append(out, need{part{"core", "m2", "OnDemand"}, new(big.Rat).Mul(cores, share)},
			need{part{"ram", "m2", "OnDemand"}, new(big.Rat).Mul(memory, share)})
	}
	out = append(out, need{part{"core", family, term}, cores}, need{part{"ram", family, term}, memory})
	if t.gpus.Sign() > 0 {
		out = append(out, need{part{"gpu", t.Accelerators[0].Type, term}, t.gpus})
	}
	if t.ssdGiB > 0 {
		own := ""
		if slices.Contains([]string{"c4", "c4a", "c4d"}, t.family) {
			own = t.family
		}
		out = append(out, need{part{"ssd", own, term}, big.NewRat(int64(t.ssdGiB), 1)})
	}
	return out
}

// equation says that amounts of parts cost so much.
type equation struct {
	name string
	lhs  map[part]*big.Rat
	rhs  *big.Rat
}

// solve adds the unit prices of a term to solved, from the fewest types that determine
// them, and returns those types. What the types of a region cannot tell apart (memory
// always in proportion to cores) is shared by assumption: it makes no difference to
// the sum.
func solve(types []listed, term string, solved map[part]*big.Rat) ([]string, error) {
	types = slices.Clone(types)
	slices.SortStableFunc(types, func(a, b listed) int {
		pa, pb := a.prices[term], b.prices[term]
		if pa == nil || pb == nil {
			return cmp.Compare(boolInt(pa == nil), boolInt(pb == nil))
		}
		// Plain machines first, and the dearest, whose listed prices have the most
		// digits.
		return cmp.Or(cmp.Compare(len(needs(&a, term)), len(needs(&b, term))), pb.Cmp(pa))
	})
	var rows []equation
	var used []string
	for i := range types {
		t := &types[i]
		lines := needs(t, term)
		if t.prices[term] == nil || len(lines) == 0 {
			continue
		}
		e := equation{name: t.Name, lhs: map[part]*big.Rat{}, rhs: new(big.Rat).Set(t.prices[term])}
		for _, n := range lines {
			if price, ok := solved[n.part]; ok {
				e.rhs.Sub(e.rhs, new(big.Rat).Mul(price, n.amount))
				continue
			}
			e.lhs[n.part] = new(big.Rat).Set(n.amount)
		}
		if e = reduce(e, rows); len(e.lhs) == 0 {
			continue
		}
		rows = append(rows, e)
		used = append(used, t.Name)
	}
	// Back from the last: each row's pivot from parts that later rows determine, or
	// that none does.
	for _, e := range slices.Backward(rows) {
		pivot := first(e.lhs)
		for _, p := range ordered(e.lhs) {
			if p == pivot {
				continue
			}
			if _, known := solved[p]; !known {
				solved[p] = assumed(p)
			}
			e.rhs.Sub(e.rhs, new(big.Rat).Mul(solved[p], e.lhs[p]))
		}
		solved[pivot] = new(big.Rat).Quo(e.rhs, e.lhs[pivot])
		if solved[pivot].Sign() <= 0 {
			return nil, fmt.Errorf("%s: %v costs %s", e.name, pivot, solved[pivot].FloatString(9))
		}
	}
	slices.Sort(used)
	return used, nil
}

// reduce takes multiples of the rows from e until it has none of their pivots.
func reduce(e equation, rows []equation) equation {
	for _, row := range rows {
		pivot := first(row.lhs)
		if e.lhs[pivot] == nil {
			continue
		}
		factor := new(big.Rat).Quo(e.lhs[pivot], row.lhs[pivot])
		for p, amount := range row.lhs {
			if e.lhs[p] == nil {
				e.lhs[p] = new(big.Rat)
			}
			if e.lhs[p].Sub(e.lhs[p], new(big.Rat).Mul(factor, amount)); e.lhs[p].Sign() == 0 {
				delete(e.lhs, p)
			}
		}
		e.rhs = new(big.Rat).Sub(e.rhs, new(big.Rat).Mul(factor, row.rhs))
	}
	return e
}

// ordered returns the parts of an equation, those first that can be told apart best.
func ordered(lhs map[part]*big.Rat) []part {
	var parts []part
	for p := range lhs {
		parts = append(parts, p)
	}
	kinds := []string{"machine", "gpu", "core", "ssd", "ram"}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.kind), slices.Index(kinds, b.kind)), cmp.Compare(a.family, b.family), cmp.Compare(a.term, b.term))
	})
	return parts
}

func first(lhs map[part]*big.Rat) part { return ordered(lhs)[0] }

// assumed is the price of a part that no two types tell from another: near those of
// regions where they can be told apart, so that what remains for the other is above
// zero.
func assumed(p part) *big.Rat {
	price := map[string]*big.Rat{
		"core": big.NewRat(30, 1000), "ram": big.NewRat(35, 10_000), "ssd": big.NewRat(80, 730_000),
	}[p.kind]
	percent := map[string]int64{"OnDemand": 100, "Preemptible": 20, "Commit1Yr": 60, "Commit3Yr": 40}[p.term]
	switch {
	case p.family == "m1" && p.kind == "ram":
		price = big.NewRat(45, 10_000)
		percent = map[string]int64{"OnDemand": 100, "Preemptible": 12, "Commit1Yr": 55, "Commit3Yr": 20}[p.term]
	case p.family == "m2":
		price = map[string]*big.Rat{"core": big.NewRat(45, 10_000), "ram": big.NewRat(6, 10_000)}[p.kind]
	}
	return new(big.Rat).Mul(price, big.NewRat(percent, 100))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
