package pipeline_test

import (
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const thousandth = units.DollarPerHour / 1000

// committed is six nodes at 0.100 USD an hour, under commitments.
func committed(list ...planner.Commitment) *problem {
	p := apart(1500)
	p.cluster.Pricing.Commitments = list
	return p
}

// dollarsOf returns the lines of the bill in thousandths of a dollar an hour.
func dollarsOf(t *testing.T, plan *planner.Plan) map[string]units.USDPerHour {
	t.Helper()
	out := map[string]units.USDPerHour{"total": plan.Cost.Total.Rate / thousandth}
	for _, l := range plan.Cost.Lines {
		if l.Amount.Rate%thousandth != 0 {
			t.Errorf("%s is %d", l.Path, l.Amount.Rate)
		}
		out[l.Path] = l.Amount.Rate / thousandth
	}
	return out
}

const (
	nodesLine = "node_group.g.nodes"
	planLine  = "pricing.commitment."
)

// TestCommitmentsInTheBill: 40% off, 0.120 pay for two nodes; 30% off, 0.070 pay for one
// more; of a plan of 1.000 they leave 0.640 for nothing. Disks are 0.030, the fee 0.100.
func TestCommitmentsInTheBill(t *testing.T) {
	instance := planner.Commitment{Name: "i", Type: planner.InstanceSavingsPlan, USDPerHour: 120 * thousandth, Family: "m7i", Discount: 40 * units.Percent}
	compute := planner.Commitment{Name: "c", Type: planner.ComputeSavingsPlan, USDPerHour: 70 * thousandth, Discount: 30 * units.Percent}
	large, other := instance, instance
	large.USDPerHour, other.Family = 1000*thousandth, "c7i"
	// Reserved instances go first, though they save less: 0.300 of 0.080 each leave 2.25
	// nodes, of which 0.120 cover two.
	reserved := planner.Commitment{Name: "r", Type: planner.Reserved, USDPerHour: 300 * thousandth, Family: "m7i", Discount: 20 * units.Percent}
	for name, c := range map[string]struct {
		list   []planner.Commitment
		want   map[string]units.USDPerHour
		unused units.USDPerHour // of the first
	}{
		"none":            {nil, map[string]units.USDPerHour{nodesLine: 600, "total": 730}, 0},
		"a family's plan": {[]planner.Commitment{instance}, map[string]units.USDPerHour{nodesLine: 400, planLine + "i": 120, "total": 650}, 0},
		"two plans":       {[]planner.Commitment{compute, instance}, map[string]units.USDPerHour{nodesLine: 300, planLine + "c": 70, planLine + "i": 120, "total": 620}, 0},
		"more than used":  {[]planner.Commitment{large}, map[string]units.USDPerHour{nodesLine: 0, planLine + "i": 1000, "total": 1130}, 640},
		"another family":  {[]planner.Commitment{other}, map[string]units.USDPerHour{nodesLine: 600, planLine + "i": 120, "total": 850}, 120},
		"reserved first":  {[]planner.Commitment{instance, reserved}, map[string]units.USDPerHour{nodesLine: 25, planLine + "i": 120, planLine + "r": 300, "total": 575}, 0},
	} {
		plan := committed(c.list...).mustMake(t)
		got := dollarsOf(t, &plan)
		for path, want := range c.want {
			if got[path] != want {
				t.Errorf("%s: %s is %d thousandths of a dollar, want %d", name, path, got[path], want)
			}
		}
		if len(plan.Commitments) != len(c.list) || len(c.list) > 0 && plan.Commitments[0].Unused != c.unused*thousandth {
			t.Errorf("%s: %+v", name, plan.Commitments)
		}
		if plan.NodeGroups[0].Cost.Rate != 600*thousandth {
			t.Errorf("%s: the group's cost on demand is %v", name, plan.NodeGroups[0].Cost)
		}
	}
}

// TestCommitmentsAtTheCatalogsPrice: without a discount the dearest of the catalog's
// prices for the term holds; where there is none, nothing is covered and the plan says so.
func TestCommitmentsAtTheCatalogsPrice(t *testing.T) {
	for name, c := range map[string]struct {
		term     int
		nodes    units.USDPerHour
		unpriced int
	}{"three years at 0.040": {3, 300, 0}, "any term at 0.060": {0, 400, 0}, "five": {5, 600, 1}} {
		p := committed(planner.Commitment{Name: "c", Type: planner.ComputeSavingsPlan, USDPerHour: 120 * thousandth, TermYears: c.term})
		p.catalog.Types[0].Commitments = []catalogs.Commitment{
			{Kind: "savings_plan_or_reserved", TermYears: 1, Price: listed(60)}, {Kind: "savings_plan_or_reserved", TermYears: 3, Price: listed(40)},
		}
		plan := p.mustMake(t)
		if got := dollarsOf(t, &plan)[nodesLine]; got != c.nodes || len(plan.Commitments[0].Unpriced) != c.unpriced {
			t.Errorf("%s: %d thousandths of a dollar are left, %+v", name, got, plan.Commitments)
		}
	}
}

// TestCommitmentsAtTheirOwnPrice: a catalog that tells savings plans from reserved
// instances prices each with its own: 0.030 and not 0.060, which leaves 0.200 of the nodes.
func TestCommitmentsAtTheirOwnPrice(t *testing.T) {
	p := committed(planner.Commitment{Name: "c", Type: planner.ComputeSavingsPlan, USDPerHour: 120 * thousandth, TermYears: 1})
	p.catalog.Types[0].Commitments = []catalogs.Commitment{
		{Kind: "compute_savings_plan", TermYears: 1, Payment: "all-upfront", Price: listed(20)},
		{Kind: "compute_savings_plan", TermYears: 1, Payment: "no-upfront", Price: listed(30)},
		{Kind: "compute_savings_plan", TermYears: 3, Payment: "no-upfront", Price: listed(50)},
		{Kind: "reserved", TermYears: 1, Payment: "no-upfront", Price: listed(60)},
	}
	plan := p.mustMake(t)
	if got := dollarsOf(t, &plan)[nodesLine]; got != 200 {
		t.Errorf("%d thousandths of a dollar are left of the nodes", got)
	}
}

// TestResourceCommitments: a vCPU is 0.020 and a GiB 0.003 for a year, so that machines of
// 4 and 16 are 0.128 and those of 4 and 4 0.092. 8 vCPU and 20 GiB are 0.220. They are 1.25
// of the machines of 4 and 16, by memory, which cost 0.250 on demand and leave 3 vCPU.
func TestResourceCommitments(t *testing.T) {
	p := apart(3500)
	p.cluster.Pricing.Commitments = []planner.Commitment{{Name: "n", Type: planner.ResourceCUD, VCPUs: 8, Memory: 20 * units.GiB, Family: "n2", TermYears: 1}}
	big, small := machine("n2.standard", 4, 16, 200), machine("n2.highcpu", 4, 4, 190)
	year := func(thousandths int64) []catalogs.Commitment {
		return []catalogs.Commitment{{Kind: "cud_resource", TermYears: 1, Payment: "monthly", Price: listed(thousandths)}, {Kind: "cud_resource", TermYears: 3, Payment: "monthly", Price: listed(thousandths / 2)}}
	}
	big.Commitments, small.Commitments = year(128), year(92)
	p.catalog = catalog(big, small)
	p.cluster.NodeGroups[0].Instances.Types = []string{"n2.standard"}
	plan := p.mustMake(t)
	got, u := dollarsOf(t, &plan), plan.Commitments[0]
	if got[nodesLine] != 950 || got[planLine+"n"] != 220 || u.UnusedCPU != 3000 || u.UnusedMemory != 0 || len(u.Covers) != 1 || u.Covers[0].Value != 250*thousandth {
		t.Errorf("%v, %+v", got, u)
	}
	// Where a third machine is not the sum of its vCPUs and memory, nor is a promise.
	odd := machine("n2.odd", 8, 16, 250)
	odd.Commitments = year(210) // 0.160 + 0.048 are 0.208
	p.catalog = catalog(big, small, odd)
	plan = p.mustMake(t)
	if plan.Commitments[0].Paid.Known {
		t.Errorf("%+v: a price that does not add up", plan.Commitments)
	}
	// With one shape alone nobody can tell what a vCPU costs.
	p.catalog = catalog(big)
	plan = p.mustMake(t)
	if plan.Cost.Total.Known || plan.Commitments[0].Paid.Known {
		t.Errorf("%+v: a price that is not known is %v", plan.Commitments, plan.Cost.Total)
	}
}

// TestCommitmentsExpire: from the first day without it a month of growth pays on demand.
func TestCommitmentsExpire(t *testing.T) {
	p := committed(planner.Commitment{
		Name: "i", Type: planner.InstanceSavingsPlan, USDPerHour: 120 * thousandth, Family: "m7i", Discount: 40 * units.Percent, Expires: "2027-01-20",
	})
	w := &p.cluster.NodeGroups[0].Workloads[0]
	p.cluster.Growth = planner.Growth{PerMonth: 1, HorizonMonths: 2}
	w.GrowsReplicas, w.GrowthPerMonth = true, 1
	plan := p.mustMake(t)
	if len(plan.Growth) != 3 && len(plan.Growth) != 2 {
		t.Fatalf("%+v", plan.Growth)
	}
	list := func(nodes int) units.USDPerHour { return units.USDPerHour(nodes)*105*thousandth + 100*thousandth }
	for _, month := range plan.Growth {
		want := list(month.Nodes[0].Nodes)
		if month.Date < "2027-01-20" {
			want -= 80 * thousandth // two nodes at 0.100 for 0.120
		}
		if month.Cost.Rate != want {
			t.Errorf("%s: %d, want %d", month.Date, month.Cost.Rate, want)
		}
	}
}
