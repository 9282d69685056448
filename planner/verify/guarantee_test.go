package verify_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// certain asks for any order of web, with prices of the guarantees. A node offers it
// 3,600m, so that 2,601m keep a pod of api away: 5 others of 1,000m, 3 of search of
// 500m and 2 of dns of 100m make up 6,700/2,601, which blocks 2 nodes. A rollout adds
// 2 of api: 8,700/2,601 block 3. Of 5 nodes a zone takes 2.
func certain() *problem {
	p := good()
	p.respec(func(c *planner.Cluster) {
		c.NodeGroups[1].Guarantee = planner.AnyOrder
		c.NodeGroups[1].Workloads[0].MinReady = nil
	})
	row := func(g planner.Guarantee, name string, nodes int, rate units.USDPerHour) planner.GuaranteePrice {
		return planner.GuaranteePrice{Guarantee: g, InstanceType: name, Nodes: nodes, Cost: known(rate), Proof: "by hand"}
	}
	p.web().Guarantees = []planner.GuaranteePrice{
		row(planner.Packed, "m7.large", 4, dollars(800)), row(planner.Scheduled, "m7.large", 5, dollars(1000)),
		row(planner.AnyOrder, "m7.large", 5, dollars(1000)), row(planner.AnyOrder, "m7.xlarge", 2, dollars(840)),
	}
	return p
}

// packedOnly asks for no more than that places exist.
func packedOnly() *problem {
	p := certain()
	p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Guarantee = planner.Packed })
	p.web().Guarantees = nil
	return p
}

func TestAcceptsGuarantees(t *testing.T) {
	for name, fresh := range map[string]func() *problem{"any order": certain, "packed": packedOnly} {
		p := fresh()
		if name == "any order" {
			// Of m7.xlarge 2 do not survive a zone.
			p.web().Guarantees = p.web().Guarantees[:3]
		}
		if err := p.verify(); err != nil {
			t.Errorf("%s: the plan by hand is refused:\n%v", name, err)
		}
	}
}

func TestGuaranteeMutations(t *testing.T) {
	rows := func(change func(r []planner.GuaranteePrice)) func(p *problem) {
		return func(p *problem) {
			p.web().Guarantees = p.web().Guarantees[:3]
			change(p.web().Guarantees)
		}
	}
	web := func(change func(g *planner.NodeGroup)) func(p *problem) {
		return func(p *problem) {
			p.web().Guarantees = nil
			p.respec(func(c *planner.Cluster) { change(&c.NodeGroups[1]) })
		}
	}
	for name, m := range map[string]struct {
		rule   string
		change func(p *problem)
	}{
		"too few for the proof": {"guarantees.any_order", func(*problem) {}},
		"three nodes to lose":   {"guarantee.any_order", web(func(g *planner.NodeGroup) { g.Redundancy.Nodes = 3 })},
		"a node and a zone":     {"guarantee.any_order", web(func(g *planner.NodeGroup) { g.Redundancy.AtOnce = true })},
		"a larger surge":        {"guarantee.any_order", web(func(g *planner.NodeGroup) { g.Workloads[0].RollingUpdate.MaxSurge = units.Count(8) })},
		"hard spread": {"guarantee.void", web(func(g *planner.NodeGroup) {
			g.Workloads[0].TopologySpread = []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 5, Hard: true}}
		})},
		"min_ready":            {"guarantee.void", web(func(g *planner.NodeGroup) { g.Workloads[0].MinReady = new(units.Count(1)) })},
		"a guarantee left out": {"guarantees.rows", func(p *problem) { p.web().Guarantees = p.web().Guarantees[:2] }},
		"unsorted":             {"guarantees.rows", rows(func(r []planner.GuaranteePrice) { slices.Reverse(r) })},
		"another type":         {"guarantees.type", rows(func(r []planner.GuaranteePrice) { r[0].InstanceType = "m7.xlarge" })},
		"a type not admitted":  {"guarantees.type", func(p *problem) { p.web().Guarantees[3].InstanceType = "t3.large" }},
		"a cheaper price":      {"guarantees.cost", rows(func(r []planner.GuaranteePrice) { r[1].Cost.Rate-- })},
		"no price":             {"guarantees.cost", rows(func(r []planner.GuaranteePrice) { r[1].Cost = planner.Amount{} })},
		"no proof":             {"guarantees.proof", rows(func(r []planner.GuaranteePrice) { r[0].Proof = "" })},
		"a proof of nothing":   {"guarantees.proof", rows(func(r []planner.GuaranteePrice) { r[0].Nodes, r[0].Cost = 0, planner.Amount{} })},
		"a proof that is void": {"guarantees.proof", rows(func(r []planner.GuaranteePrice) { r[0].NotProved = "hard spread" })},
		"not the plan's count": {"guarantees.own", rows(func(r []planner.GuaranteePrice) { r[2].Nodes, r[2].Cost = 6, known(dollars(1200)) })},
		"more for less":        {"guarantees.order", rows(func(r []planner.GuaranteePrice) { r[0].Nodes, r[0].Cost = 6, known(dollars(1200)) })},
		"dearer, not cheaper":  {"guarantees.cheaper", func(p *problem) { p.web().Guarantees[3].Nodes, p.web().Guarantees[3].Cost = 4, known(dollars(1680)) }},
	} {
		p := certain()
		m.change(p)
		if got := rules(p.verify()); !slices.Contains(got, m.rule) {
			t.Errorf("%s: found %v, want %s", name, got, m.rule)
		}
	}
}

// TestPackedPlansAreRepacked: what displaced pods cannot have where the others stay,
// they may have where all are placed anew, and no more.
func TestPackedPlansAreRepacked(t *testing.T) {
	p := packedOnly()
	// Two zones of three leave one node of 3,600m for all.
	p.respec(func(c *planner.Cluster) { c.NodeGroups[1].Redundancy.Zones = 2 })
	if got := rules(p.verify()); !slices.Contains(got, "loss.repacked") {
		t.Errorf("one node for all pods: found %v", got)
	}
}
