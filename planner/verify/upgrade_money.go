package verify

import (
	"math/big"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// upgradeMoney holds what a strategy costs in each pool to its extra node-hours at the price
// of a node with its root disks and fees, and a second control plane to the bill and to the
// fees of the minor that it has.
func (k *checker) upgradeMoney(u *planner.UpgradePlan, s *planner.UpgradeStrategy, path string) {
	for _, g := range k.groups {
		for i, name := range g.plan.CourseNames() {
			for j := range s.Groups {
				if c := &s.Groups[j]; c.Name == name && (c.ExtraNodeHours > 0 || c.ExtraCost != 0) {
					k.paid(s, c.ExtraCost, c.ExtraNodeHours, c.Rounds, k.nodeOwed(g, &g.plan.Pools[i]), path+"."+name)
				}
			}
		}
	}
	if s.Name == secondCluster {
		k.paid(s, s.ControlPlaneCost, s.Duration.Hours(), 1, k.secondControlPlane(u), path)
	}
}

// nodeOwed is what one node more of a pool costs, root disks and fees included. A machine of
// one's own that stands there is paid for anyway.
func (k *checker) nodeOwed(g *group, p *planner.Pool) owed {
	disks, fees := k.disksOwed(k.prov.RootDisks(g.decl), 1), k.feesOfNodes(1)
	if _, counted := k.standing(p.InstanceType, ""); counted {
		disks.join(&fees)
		return disks
	}
	one := *p
	one.Nodes = 1
	sum := k.poolOwed(&one)
	sum.join(&disks)
	sum.join(&fees)
	return sum
}

// paid holds a cost to so many hours of what is owed an hour: never less, and more only by
// what rounding prices and so many amounts up to a billionth of a dollar comes to. Node-hours
// are floats.
func (k *checker) paid(s *planner.UpgradeStrategy, cost units.USD, hours float64, amounts int, each owed, where string) {
	if !each.known {
		k.need(!s.ExtraCostKnown, where, "upgrade.cost", "the cost is known, and its prices are not")
	}
	if !each.known || !s.ExtraCostKnown {
		return
	}
	if each.times730.Sign() == 0 { // nothing is rounded up to nothing
		k.need(cost == 0, where, "upgrade.cost", "%d for %g hours, which cost nothing", cost, hours)
		return
	}
	const slack = 1e-9
	rate, _ := new(big.Float).SetInt(each.times730).Float64()
	least := rate / units.HoursPerMonth * hours
	most := least + float64(each.parts)*hours + float64(amounts)
	got := float64(cost)
	k.need(got >= least*(1-slack)-1 && got <= most*(1+slack)+1, where, "upgrade.cost", "%d for %g hours, which cost %.0f", cost, hours, least)
}

// secondControlPlane is what another control plane of the target minor costs: its fees, and
// the machines and disks that people run it on. A commitment pays for the first one.
func (k *checker) secondControlPlane(u *planner.UpgradePlan) owed {
	sum := nothing()
	c := *k.c
	c.KubernetesVersion = u.To
	next, err := k.prov.ControlPlane(&c, k.cat)
	if err != nil {
		sum.known = false
	}
	for _, f := range next.Fees {
		sum.add(1, int64(f.Price.Rate), true, f.Price.Basis, f.Price.Date)
	}
	for i := range k.plan.ControlPlane.Machines {
		m := &k.plan.ControlPlane.Machines[i]
		machines := k.poolOwed(&planner.Pool{InstanceType: m.InstanceType, CapacityType: planner.OnDemand, Nodes: m.Nodes})
		disks := k.disksOwed(m.Disks, m.Nodes)
		sum.join(&machines)
		sum.join(&disks)
	}
	return sum
}

// roundedUp is what a rate comes to over a time, rounded up to the billionth of a dollar.
func roundedUp(rate int64, d time.Duration) *big.Int {
	product := new(big.Int).Mul(big.NewInt(rate), big.NewInt(int64(d)))
	owed, rest := product.QuoRem(product, big.NewInt(int64(time.Hour)), new(big.Int))
	if rest.Sign() > 0 {
		owed.Add(owed, big.NewInt(1))
	}
	return owed
}
