package verify_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// priced is mixed with prices of pods, a millionth of a billionth of a dollar each
// (scale 10^6). An m7.xlarge of 7,600m costs 420 and holds 7 of api, or 15 of search, or
// what 7,600m are; an m7.large of 3,600m costs 200 and holds 3 of api with one of search
// and one of dns (3,600m). At 55 a core no filling of a node is worth more than 55 x 7.6
// = 418 and 55 x 3.6 = 198; 6 of api, 3 of search and 2 of dns are worth 55 x 7.7 =
// 423.5 thousandths of a dollar an hour.
func priced(perCore int64) *problem {
	p := mixed()
	price := func(milli int64) int64 { return perCore * 1_000_000 * milli / 1000 * 1_000_000 }
	p.web().Certificate = planner.BoundCertificate{Scale: 1_000_000, Pods: []planner.PodPrice{
		{Workload: "api", Pods: 6, Price: price(1000)}, {Workload: "dns", Pods: 2, Price: price(100)}, {Workload: "search", Pods: 3, Price: price(500)},
	}}
	return p
}

func TestAcceptsCertificates(t *testing.T) {
	p := priced(55)
	p.web().Duals = planner.Duals{}
	p.web().LowerBound, p.web().Gap = dollars(4235)/10, 2_400_236
	if err := p.verify(); err != nil {
		t.Errorf("55 a core: refused:\n%v", err)
	}
	// Without dns whole pods fill 3,500m of an m7.large, by parts they would fill it; and
	// all of them 7,500m of an m7.xlarge, which at 56 a core are worth its price.
	for perCore, want := range map[int64]bool{56: false, 57: true} {
		p = priced(perCore)
		p.web().Certificate.Pods = slices.Delete(p.web().Certificate.Pods, 1, 2)
		if says(p, "bound.certificate") != want {
			t.Errorf("%d a core without dns: %v", perCore, p.verify())
		}
	}
}

func TestCertificateMutations(t *testing.T) {
	cert := func(change func(c *planner.BoundCertificate)) func(p *problem) {
		return func(p *problem) { change(&p.web().Certificate) }
	}
	mutate(t, func() *problem { return priced(55) }, map[string]mutation{
		"a pod too dear":           {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Pods[0].Price = c.Pods[0].Price * 58 / 55 })},
		"all too dear":             {"bound.certificate", func(p *problem) { p.web().Certificate = priced(56).web().Certificate }},
		"a smaller scale":          {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Scale = c.Scale * 99 / 100 })},
		"no scale":                 {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Scale = 0 })},
		"a scale below zero":       {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Scale = -1 })},
		"a scale that overflows":   {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Scale = 1 << 62 })},
		"more pods than there are": {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Pods[0].Pods = 7 })},
		"pods below zero":          {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Pods[0].Pods = -1 })},
		"a price below zero":       {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Pods[0].Price = -1 })},
		"pods of nobody":           {"bound.certificate", cert(func(c *planner.BoundCertificate) { c.Pods[0].Workload = "aaa" })},
		"pods unsorted":            {"lists.sorted", cert(func(c *planner.BoundCertificate) { slices.Reverse(c.Pods) })},
		"pods twice":               {"lists.sorted", cert(func(c *planner.BoundCertificate) { c.Pods[1] = c.Pods[0] })},
		"a bound beyond it": {"bound.proof", func(p *problem) {
			p.web().Duals, p.web().LowerBound = planner.Duals{}, 425_526_320
		}},
	})
}

// TestCertificateOfOneType: a group of one type costs a whole number of nodes. Pods worth
// 423.5 take three of m7.large at 200, or two of m7.xlarge at 420.
func TestCertificateOfOneType(t *testing.T) {
	for bound, want := range map[units.USDPerHour]bool{dollars(600): false, dollars(600) + 2: true} {
		p := good()
		p.web().Certificate = priced(55).web().Certificate
		p.web().LowerBound = bound
		if got := says(p, "bound.proof"); got != want {
			t.Errorf("a bound of %d: reported: %t, want %t", bound, got, want)
		}
		if says(p, "bound.certificate") {
			t.Errorf("the certificate is refused:\n%v", p.verify())
		}
	}
}

// TestCertificatesKnowPools: of an m7.xlarge at 210 a filling of 55 a core is worth too
// much, unless the pods may not run there.
func TestCertificatesKnowPools(t *testing.T) {
	for selector, want := range map[string]bool{"": true, "m7.large": false} {
		p := priced(55)
		p.cat.Types[2].OnDemand.Rate = dollars(210)
		for i := range p.plan.Cluster.NodeGroups[1].Workloads {
			if selector != "" {
				p.respec(func(c *planner.Cluster) {
					c.NodeGroups[1].Workloads[i].NodeSelector = map[string]string{"node.kubernetes.io/instance-type": selector}
				})
			}
		}
		p.web().Certificate.Pods = slices.Delete(p.web().Certificate.Pods, 1, 2) // dns selects nothing
		if got := says(p, "bound.certificate"); got != want {
			t.Errorf("selector %q: reported: %t, want %t", selector, got, want)
		}
	}
}
