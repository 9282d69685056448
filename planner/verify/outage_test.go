package verify_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func available(p *problem) {
	p.respec(func(c *planner.Cluster) {
		c.Availability = &planner.Availability{Node: 995_000, Zone: 999_500}
	})
}

func below(of planner.OutageBelow, need int, milliseconds time.Duration) []planner.Outage {
	return []planner.Outage{{Below: of, Need: need, PerYear: milliseconds * time.Millisecond}}
}

// failing is hosted with nodes that are up 99.5% and zones that are up 99.95% of the
// time. The times are sums over every set of zones and nodes that may be down, as exact
// fractions: of proxy 3 of 5 over nodes (1+1, 1+1, 1), of api 3 of 6 over (1+2, 1+1, 1),
// of search 2 of 3 and of etcd 2 of 3 over (1, 1, 1), of dns and the API servers 1.
func failing() *problem {
	p := hosted()
	available(p)
	p.edge().Workloads[0].Outages = below(planner.BelowLoad, 3, 535_633)
	p.web().Workloads[0].Outages = below(planner.BelowMinReady, 3, 355_000)
	p.web().Workloads[1].Outages = below(planner.BelowOne, 1, 953_750)
	p.web().Workloads[2].Outages = below(planner.BelowLoad, 2, 2_850_763)
	p.plan.ControlPlane.Outages = append(below(planner.BelowOne, 1, 5244), below(planner.BelowQuorum, 2, 2_850_763)...)
	return p
}

// TestOutages breaks how often too few are up.
func TestOutages(t *testing.T) {
	if err := failing().verify(); err != nil {
		t.Fatalf("the plan by hand is refused:\n%v", err)
	}
	web := func(change func(o *planner.Outage)) func(p *problem) {
		return func(p *problem) { change(&p.web().Workloads[0].Outages[0]) }
	}
	mutate(t, failing, map[string]mutation{
		"a second too few":      {"outages.time", web(func(o *planner.Outage) { o.PerYear -= time.Second })},
		"a millisecond too few": {"outages.time", web(func(o *planner.Outage) { o.PerYear -= time.Millisecond })},
		"two too many":          {"outages.time", web(func(o *planner.Outage) { o.PerYear += 2 * time.Millisecond })},
		"parts of one":          {"outages.time", web(func(o *planner.Outage) { o.PerYear += time.Microsecond })},
		"fewer that are enough": {"outages.need", web(func(o *planner.Outage) { o.Need = 2 })},
		"for something else":    {"outages.need", web(func(o *planner.Outage) { o.Below = planner.BelowLoad })},
		"not said":              {"outages.list", func(p *problem) { p.web().Workloads[2].Outages = nil }},
		"no quorum":             {"outages.list", func(p *problem) { p.plan.ControlPlane.Outages = p.plan.ControlPlane.Outages[:1] }},
		"the quorum's time":     {"outages.time", func(p *problem) { p.plan.ControlPlane.Outages[1].PerYear /= 2 }},
		"better nodes": {"outages.time", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.Availability = &planner.Availability{Node: 999_000, Zone: 999_500} })
		}},
		"worse zones": {"outages.time", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.Availability = &planner.Availability{Node: 995_000, Zone: 999_000} })
		}},
		"rates of nobody": {"outages.list", func(p *problem) {
			p.respec(func(c *planner.Cluster) { c.Availability = nil })
		}},
	})
}

// TestOutagesAtTheEnds: what is always up is never short, and what never is, always.
func TestOutagesAtTheEnds(t *testing.T) {
	for share, want := range map[units.Ratio]time.Duration{units.Whole: 0, 0: planner.Year} {
		p := failing()
		p.respec(func(c *planner.Cluster) { c.Availability = &planner.Availability{Node: share, Zone: share} })
		for _, g := range p.plan.NodeGroups {
			for i := range g.Workloads {
				g.Workloads[i].Outages[0].PerYear = want
			}
		}
		for i := range p.plan.ControlPlane.Outages {
			p.plan.ControlPlane.Outages[i].PerYear = want
		}
		if err := p.verify(); err != nil {
			t.Errorf("%d: %v", share, err)
		}
	}
}
