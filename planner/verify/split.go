package verify

import (
	"math/big"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// buying is the nodes of a type, hour by hour.
type buying struct {
	kind   *catalogs.InstanceType
	paths  []string
	hours  [planner.HoursOfDay]int
	stable int
	spot   bool
}

// buyings counts the nodes of each type for which a commitment has a price.
func (k *checker) buyings() map[string]*buying {
	out := map[string]*buying{}
	add := func(paths []string, name string, nodes int, spot bool, day *planner.DayPlan) {
		t := k.types[name]
		if t == nil || nodes <= 0 || t.OnDemand.Rate <= 0 || !t.OnDemand.Known() || day != nil && len(day.Hours) != planner.HoursOfDay {
			return
		}
		if out[name] == nil {
			out[name] = &buying{kind: t}
		}
		b, top := out[name], nodes
		b.paths = append(b.paths, paths...)
		for h := range b.hours {
			n := nodes
			if day != nil {
				n = day.Hours[h].Running
			}
			b.hours[h] += n
			top = max(top, n)
		}
		b.spot = b.spot || spot
		if !spot {
			b.stable += top
		}
	}
	for i := range k.plan.NodeGroups {
		g := &k.plan.NodeGroups[i]
		paths := g.NodesPaths()
		if one := oneKind(g); one != nil {
			add(paths, one.InstanceType, g.Nodes, one.CapacityType == planner.Spot, g.Day)
			continue
		}
		for j, p := range g.Pools {
			if g.Day == nil {
				add(paths[j:j+1], p.InstanceType, p.Nodes, p.CapacityType == planner.Spot, nil)
			}
		}
	}
	for _, m := range k.plan.ControlPlane.Machines {
		prefix := map[string]string{planner.RoleControlPlane: "", planner.RoleEtcd: "etcd_", planner.RoleLoadBalancer: "load_balancer_"}[m.Role]
		add([]string{"control_plane." + prefix + "nodes"}, m.InstanceType, m.Nodes, false, nil)
	}
	return out
}

// A plan of more nodes of a type is wrong, and not counted through.
const mostNodes = 1 << 20

// splits checks how nodes are to be bought: node by node, each in the way that is the
// cheapest for the hours in which it is needed.
func (k *checker) splits() {
	if len(k.plan.ToCommit) == 0 {
		return // documents before 1.3 have none: the list is whole or is not there
	}
	all := k.buyings()
	at := 0
	for _, name := range sortedKeys(all) {
		b := all[name]
		prices := k.waysOf(b)
		if len(prices) < 2 || len(prices) == 2 && prices[1].way == planner.PaySpot {
			continue
		}
		want, ok := k.splitOf(b, prices)
		if !ok || len(want.Parts) == 0 {
			continue
		}
		path := "to_commit." + name
		if !k.need(at < len(k.plan.ToCommit), path, "split.missing", "nothing says how nodes of %s are bought", name) {
			return
		}
		says := &k.plan.ToCommit[at]
		at++
		k.need(says.InstanceType == name && slices.Equal(says.Paths, want.Paths), path, "split.lines", "%s of %v, it is %v", says.InstanceType, says.Paths, want.Paths)
		k.need(slices.Equal(says.Hours, want.Hours), path, "split.hours", "%v nodes by hour, they are %v", says.Hours, want.Hours)
		k.need(says.Bought == want.Bought && says.Stable == want.Stable, path, "split.fixed", "%d bought and %d stable, it is %d and %d", says.Bought, says.Stable, want.Bought, want.Stable)
		k.need(slices.Equal(says.Parts, want.Parts), path, "split.parts", "%+v, the cheapest is %+v", says.Parts, want.Parts)
		k.need(says.Cost == want.Cost && says.OnDemand == want.OnDemand, path, "split.cost", "%s, on demand %s, it is %s and %s", hourly(says.Cost), hourly(says.OnDemand), hourly(want.Cost), hourly(want.OnDemand))
	}
	k.need(at == len(k.plan.ToCommit), "to_commit", "split.unknown", "%d types, %d have a price for a commitment", len(k.plan.ToCommit), at)
}

// wayPrice is a way to buy a node of a type.
type wayPrice struct {
	way     planner.PaymentWay
	rate    units.USDPerHour
	payment string
}

// waysOf lists the ways, the least binding first.
func (k *checker) waysOf(b *buying) []wayPrice {
	out := []wayPrice{{planner.PayOnDemand, b.kind.OnDemand.Rate, ""}}
	if b.spot && b.kind.Spot.Known() {
		out = append(out, wayPrice{planner.PaySpot, b.kind.Spot.Rate, ""})
	}
	for years, way := range []planner.PaymentWay{1: planner.ForOneYear, 3: planner.ForThreeYears} {
		var best *catalogs.Commitment
		for i := range b.kind.Commitments {
			c := &b.kind.Commitments[i]
			if way == "" || c.TermYears != years || !c.Price.Known() || c.Price.Rate <= 0 {
				continue
			}
			if best == nil || c.Price.Rate < best.Price.Rate || c.Price.Rate == best.Price.Rate && c.Payment < best.Payment {
				best = c
			}
		}
		if best != nil {
			out = append(out, wayPrice{way, best.Price.Rate, best.Payment})
		}
	}
	return out
}

// splitOf works out the split.
func (k *checker) splitOf(b *buying, prices []wayPrice) (planner.CommitmentSplit, bool) {
	s := planner.CommitmentSplit{InstanceType: b.kind.Name, Paths: slices.Sorted(slices.Values(b.paths)), Hours: b.hours[:], Stable: b.stable}
	covered := new(big.Rat)
	for _, path := range s.Paths {
		covered.Add(covered, coveredBy(k.plan.Commitments, path))
	}
	covered.Quo(covered, whole(int64(b.kind.OnDemand.Rate)))
	if bought := new(big.Int).Quo(covered.Num(), covered.Denom()); bought.IsInt64() {
		s.Bought = int(bought.Int64())
	}
	top := slices.Max(s.Hours)
	if top > mostNodes {
		return s, false
	}
	parts := map[planner.PaymentWay]*planner.SplitPart{}
	paid := map[planner.PaymentWay]int64{} // node hours a day
	var all int64
	for node := max(s.Bought, 0); node < top; node++ {
		hours := 0
		for _, n := range s.Hours {
			if n > node {
				hours++
			}
		}
		all += int64(hours)
		var best wayPrice
		var least *big.Int
		var billed int64
		for _, p := range prices {
			if p.way == planner.PaySpot && node < s.Stable {
				continue
			}
			pays := int64(hours)
			if p.way == planner.ForOneYear || p.way == planner.ForThreeYears {
				pays = planner.HoursOfDay
			}
			if cost := new(big.Int).Mul(big.NewInt(int64(p.rate)), big.NewInt(pays)); least == nil || cost.Cmp(least) < 0 {
				least, best, billed = cost, p, pays
			}
		}
		if parts[best.way] == nil {
			parts[best.way] = &planner.SplitPart{Way: best.way, Rate: best.rate, Payment: best.payment}
		}
		part := parts[best.way]
		part.Nodes++
		part.LeastUse = units.Ratio(int64(hours) * int64(units.Whole) / planner.HoursOfDay)
		paid[best.way] += billed
	}
	for _, way := range []planner.PaymentWay{planner.ForThreeYears, planner.ForOneYear, planner.PayOnDemand, planner.PaySpot} {
		if part := parts[way]; part != nil {
			part.Cost = perHourOfDay(part.Rate, paid[way])
			s.Parts = append(s.Parts, *part)
			s.Cost += part.Cost
		}
	}
	s.OnDemand = perHourOfDay(b.kind.OnDemand.Rate, all)
	return s, true
}

// perHourOfDay spreads so many hours at a rate over a day, rounded up.
func perHourOfDay(rate units.USDPerHour, hours int64) units.USDPerHour {
	cost := new(big.Int).Mul(big.NewInt(int64(rate)), big.NewInt(hours))
	cost.Add(cost, big.NewInt(planner.HoursOfDay-1))
	return units.USDPerHour(cost.Quo(cost, big.NewInt(planner.HoursOfDay)).Int64())
}
