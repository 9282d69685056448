package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestVolumes: each replica of a workload pays for its own, at 0.0001 USD an hour a GiB.
func TestVolumes(t *testing.T) {
	billed := func(thousandths int64) *problem {
		p := good()
		p.respec(func(c *planner.Cluster) {
			c.NodeGroups[0].Workloads[0].Volumes = []planner.Volume{
				{Name: "data", Type: "gp3", Size: 100 * units.GiB, Zonal: true}, {Name: "log", Type: "gp3", Size: 10*units.GiB - 1},
			}
			c.MaxUSDPerMonth = nil
		})
		if thousandths > 0 {
			p.plan.Cost.Lines = slices.Insert(p.plan.Cost.Lines, 3, planner.CostLine{
				Path: "node_group.edge.volumes", Basis: catalogs.Listed, Date: "2026-01-02", Amount: known(dollars(thousandths)),
			})
			p.plan.Cost.Known += dollars(thousandths)
			p.plan.Cost.Total.Rate += dollars(thousandths)
		}
		return p
	}
	replicas := int64(good().edge().Workloads[0].Replicas)
	// 110 GiB at 0.0001 is 0.011 for each.
	if err := billed(11 * replicas).verify(); err != nil && strings.Contains(err.Error(), "cost") {
		t.Errorf("the volumes of %d replicas: %v", replicas, err)
	}
	for rule, p := range map[string]*problem{"cost.line_missing": billed(0), "cost.line": billed(11*replicas - 1)} {
		if err := p.verify(); !slices.Contains(rules(err), rule) {
			t.Errorf("rule %s is silent; found:\n%v", rule, err)
		}
	}
}
