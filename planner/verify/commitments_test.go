package verify_test

import (
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// saving is good with a savings plan that takes 40% off: of 0.300 USD an hour, 0.120 pay
// for a node of 0.200, so that 0.5 of the ten nodes are under it, which edge has; and with
// one that has expired.
func saving() *problem {
	p := good()
	p.respec(func(c *planner.Cluster) {
		c.Pricing.Commitments = []planner.Commitment{
			{Name: "old", Type: planner.ComputeSavingsPlan, USDPerHour: dollars(10), Discount: 40 * units.Percent, Expires: c.AsOf},
			{Name: "sp", Type: planner.ComputeSavingsPlan, USDPerHour: dollars(300), Discount: 40 * units.Percent, Expires: "2027-01-01"},
		}
	})
	p.plan.Commitments = []planner.CommitmentUse{{
		Name: "sp", Paid: known(dollars(300)),
		Covers: []planner.CoveredNodes{{Path: "node_group.edge.nodes", Value: dollars(500), Spent: dollars(300)}},
	}}
	p.plan.Cost.Lines[1].Amount.Rate = dollars(500)
	p.plan.Cost.Lines = append(p.plan.Cost.Lines, planner.CostLine{Path: "pricing.commitment.sp", Basis: catalogs.Declared, Date: "2026-11-20", Amount: known(dollars(300))})
	p.plan.Cost.Known, p.plan.Cost.Total = dollars(1950), known(dollars(1950))
	return p
}

// TestCommitments breaks what becomes of commitments.
func TestCommitments(t *testing.T) {
	if err := saving().verify(); err != nil {
		t.Fatalf("the plan by hand is refused:\n%v", err)
	}
	use := func(change func(u *planner.CommitmentUse)) func(p *problem) {
		return func(p *problem) { change(&p.plan.Commitments[0]) }
	}
	declared := func(change func(c *planner.Commitment)) func(p *problem) {
		return func(p *problem) { p.respec(func(c *planner.Cluster) { change(&c.Pricing.Commitments[1]) }) }
	}
	mutate(t, saving, map[string]mutation{
		"not listed":         {"commitments.list", func(p *problem) { p.plan.Commitments = nil }},
		"one that ended":     {"commitments.list", declared(func(c *planner.Commitment) { c.Expires = "2026-11-20" })},
		"another name":       {"commitments.list", use(func(u *planner.CommitmentUse) { u.Name = "old" })},
		"more is covered":    {"commitments.covers", use(func(u *planner.CommitmentUse) { u.Covers[0].Value += dollars(1) })},
		"of other nodes":     {"commitments.covers", use(func(u *planner.CommitmentUse) { u.Covers[0].Path = "node_group.web.nodes" })},
		"nothing is covered": {"commitments.covers", use(func(u *planner.CommitmentUse) { u.Covers = nil })},
		"a part is unused":   {"commitments.unused", use(func(u *planner.CommitmentUse) { u.Unused += dollars(1) })},
		"less is spent":      {"commitments.sum", use(func(u *planner.CommitmentUse) { u.Covers[0].Spent-- })},
		"less is paid":       {"commitments.paid", use(func(u *planner.CommitmentUse) { u.Paid.Rate-- })},
		"a price not known":  {"commitments.unpriced", use(func(u *planner.CommitmentUse) { u.Unpriced = []string{"m7.large"} })},
		"less is promised":   {"commitments.paid", declared(func(c *planner.Commitment) { c.USDPerHour-- })},
		"a smaller discount": {"commitments.covers", declared(func(c *planner.Commitment) { c.Discount = 30 * units.Percent })},
		"a line dropped":     {"cost.line_missing", func(p *problem) { p.plan.Cost.Lines = p.plan.Cost.Lines[:5] }},
		"a line of another": {"cost.line_unknown", func(p *problem) {
			p.plan.Cost.Lines[5].Path = "pricing.commitment.old"
		}},
		"nodes paid twice": {"cost.line", func(p *problem) { p.plan.Cost.Lines[1].Amount.Rate = dollars(1000) }},
	})
}

// TestResourceCommitments: of 4 vCPU and 16 GiB at 0.128 and 8 vCPU and 16 GiB at 0.208 a
// vCPU is 0.020 and a GiB 0.003. 8 vCPU and 20 GiB are 0.220; they cover 1.25 nodes of
// 0.200, by memory, and leave 3 vCPU.
func TestResourceCommitments(t *testing.T) {
	promised := func() *problem {
		p := saving()
		p.respec(func(c *planner.Cluster) {
			c.Pricing.Commitments[1] = planner.Commitment{Name: "sp", Type: planner.ResourceCUD, VCPUs: 8, Memory: 20 * units.GiB, Family: "m7", TermYears: 1}
		})
		for i, price := range map[int]int64{0: 128, 2: 208} {
			kind := &p.cat.Types[i]
			kind.Family = "m7"
			kind.Commitments = []catalogs.Commitment{{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Price: listed(dollars(price))}}
		}
		p.cat.Types[2].Memory = 16 * units.GiB
		p.plan.Offers[0].Family = "m7"
		p.plan.NodeGroups[1].Alternatives = nil
		p.plan.NodeGroups[0].Committed = nil
		p.plan.Commitments[0] = planner.CommitmentUse{
			Name: "sp", Paid: known(dollars(220)), UnusedCPU: 3000, Covers: []planner.CoveredNodes{{Path: "node_group.edge.nodes", Value: dollars(250)}},
		}
		p.plan.Cost.Lines[1].Amount.Rate = dollars(750)
		last := &p.plan.Cost.Lines[5]
		last.Amount.Rate, last.Basis, last.Date = dollars(220), catalogs.Listed, "2026-01-02"
		p.plan.Cost.Known, p.plan.Cost.Total = dollars(2120), known(dollars(2120))
		return p
	}
	money := func(p *problem) (broken []string) {
		for _, v := range p.found() {
			switch v.Rule {
			case "commitments.paid", "commitments.covers", "commitments.unused", "cost.line", "cost.total", "cost.basis", "commitments.list":
				broken = append(broken, v.Error())
			}
		}
		return broken
	}
	if broken := money(promised()); len(broken) > 0 {
		t.Fatalf("the plan by hand is refused: %q", broken)
	}
	for name, change := range map[string]func(p *problem){
		"a cheaper promise":      func(p *problem) { p.plan.Commitments[0].Paid.Rate-- },
		"a cheaper line":         func(p *problem) { p.plan.Cost.Lines[5].Amount.Rate -= 2; p.plan.Commitments[0].Paid.Rate -= 2 },
		"more of it left":        func(p *problem) { p.plan.Commitments[0].UnusedMemory = units.GiB },
		"fewer vCPUs left":       func(p *problem) { p.plan.Commitments[0].UnusedCPU = 2900 },
		"as many as CPU reaches": func(p *problem) { p.plan.Commitments[0].Covers[0].Value = dollars(400) },
		"a longer term":          func(p *problem) { p.respec(func(c *planner.Cluster) { c.Pricing.Commitments[1].TermYears = 3 }) },
	} {
		p := promised()
		change(p)
		if len(money(p)) == 0 {
			t.Errorf("%s: nothing is seen", name)
		}
	}
}
