package pipeline_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
)

// dated is a provider whose fee for 1.35 is 0.60 USD an hour from 2027 on.
type dated struct{ fakeProvider }

func (p dated) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	out, err := p.fakeProvider.ControlPlane(c, cat)
	if err == nil && c.KubernetesVersion == "1.35" && c.AsOf >= "2027-01-01" {
		out.Support, out.Fees = "extended", []planner.FeeLine{{Name: "cluster", Price: listed(600)}}
	}
	return out, err
}

// growing is a workload of four pods, half as many more each month: 6, 9 and, of
// 13.5, 14. A machine of 1900m holds one of them.
func growing() planner.Workload {
	w := inPlace(given("w", 4, 1500, units.GiB))
	w.GrowthPerMonth, w.GrowsReplicas = 50*units.Percent, true
	return w
}

// TestGrowthOfFees: a node is 0.100 USD an hour and its disk 0.005. The fee is 0.10,
// and 0.60 from the second month on, unless the cluster is upgraded.
func TestGrowthOfFees(t *testing.T) {
	const thousandth = units.DollarPerHour / 1000
	for name, tc := range map[string]struct {
		upgrade *planner.Upgrade
		fees    [3]units.USDPerHour
	}{
		"the minor stays":       {nil, [3]units.USDPerHour{100, 600, 600}},
		"the minor is upgraded": {&planner.Upgrade{To: "1.36", Strategy: "compare"}, [3]units.USDPerHour{100, 100, 100}},
	} {
		t.Run(name, func(t *testing.T) {
			p := onePerNode(group("g", planner.App, abc(), none(), growing()))
			p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 3}
			p.cluster.Upgrade = tc.upgrade
			plan, err := pipeline.Make(t.Context(), p.cluster, p.catalog, dated{}, pipeline.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(plan.Growth) != 3 {
				t.Fatalf("%d months, want 3", len(plan.Growth))
			}
			for i, nodes := range []int{6, 9, 14} {
				m := plan.Growth[i]
				control := planner.Amount{Rate: tc.fees[i] * thousandth, Known: true}
				all := planner.Amount{Rate: control.Rate + 105*units.USDPerHour(nodes)*thousandth, Known: true}
				if m.Nodes[0].Nodes != nodes || m.ControlPlane != control || m.Cost != all {
					t.Errorf("month %d: %+v, want %d nodes, %v for the control plane, %v in all", i+1, m, nodes, control, all)
				}
			}
		})
	}
}

// TestGrowthOfControlPlane: three machines of 0.100 USD an hour run the control plane
// in every month. Where they have no price neither it nor the whole is known; where
// only the nodes have none, it is.
func TestGrowthOfControlPlane(t *testing.T) {
	for name, tc := range map[string]struct {
		unpriced      int
		control, cost bool
	}{
		"all prices known": {-1, true, true}, "no price of its machines": {0, false, false}, "no price of the nodes": {1, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := site([]planner.Machine{bosses(2, 2, 2), stands("work", 2, 8, "hdd", 5, 5, 5)}, group("g", planner.App, abc(), none(), growing()))
			p.cluster.NodeGroups[0].Instances.Types = []string{"work"}
			p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 2}
			if tc.unpriced >= 0 {
				p.cluster.Machines[tc.unpriced].USDPerMonth = nil
				p.catalog.Types[tc.unpriced].OnDemand = catalogs.Price{}
			}
			for i, nodes := range []units.USDPerHour{6, 9} {
				m := p.mustMake(t).Growth[i]
				want := planner.GrowthMonth{}
				if tc.control {
					want.ControlPlane = planner.Amount{Rate: 3 * units.DollarPerHour / 10, Known: true}
				}
				if tc.cost {
					want.Cost = planner.Amount{Rate: want.ControlPlane.Rate + nodes*units.DollarPerHour/20, Known: true}
				}
				if m.ControlPlane != want.ControlPlane || m.Cost != want.Cost {
					t.Errorf("month %d: %+v for the control plane, %+v in all, want %+v, %+v", i+1, m.ControlPlane, m.Cost, want.ControlPlane, want.Cost)
				}
			}
		})
	}
}

// TestGrowthNamesLargerControlPlanes: 80 nodes are 120 after a month. To 100 nodes each API
// server has 4 vCPUs and 16 GiB, beyond 8 and 32, which only bossbig has; what it costs need
// not be known.
func TestGrowthNamesLargerControlPlanes(t *testing.T) {
	w := growing()
	w.Demand.Replicas = 80
	for name, priced := range map[string]bool{"prices known": true, "no prices": false} {
		t.Run(name, func(t *testing.T) {
			machines := []planner.Machine{bosses(1, 1, 1), stands("bossbig", 8, 32, "ssd", 1, 1, 1), stands("work", 2, 8, "hdd", 60, 60, 60)}
			p := site(machines, group("g", planner.App, abc(), none(), w))
			p.cluster.NodeGroups[0].Instances.Types = []string{"work"}
			p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 1}
			for i := range p.cluster.Machines {
				if !priced {
					p.cluster.Machines[i].USDPerMonth, p.catalog.Types[i].OnDemand = nil, catalogs.Price{}
				}
			}
			plan := p.mustMake(t)
			if got := plan.ControlPlane.Machines[0].InstanceType; got != "boss" {
				t.Errorf("today on %s, want boss", got)
			}
			m := plan.Growth[0]
			if m.Nodes[0].Nodes != 120 || len(m.Machines) != 1 || m.Machines[0].InstanceType != "bossbig" || m.Machines[0].Nodes != 3 {
				t.Errorf("%+v, want 3 x bossbig for 120 nodes", m)
			}
			if m.Cost.Known != priced {
				t.Errorf("the cost is known: %t", m.Cost.Known)
			}
		})
	}
}

// TestGrowthBesideAnEmptyGroup: a group in which nothing runs yet keeps its node, 0.105
// USD an hour with its disk, while the other grows from 4 nodes to 6.
func TestGrowthBesideAnEmptyGroup(t *testing.T) {
	p := onePerNode(group("g", planner.App, abc(), none(), growing()))
	p.cluster.NodeGroups = slices.Insert(p.cluster.NodeGroups, 0, group("empty", planner.App, abc(), none()))
	p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 1}
	plan := p.mustMake(t)
	m := plan.Growth[0]
	if plan.NodeGroups[0].Nodes != 1 || m.Nodes[0].Nodes != 1 || m.Nodes[1].Nodes != 6 {
		t.Errorf("%d nodes, then %+v", plan.NodeGroups[0].Nodes, m.Nodes)
	}
	const each = 105 * units.DollarPerHour / 1000
	if got := m.Cost.Rate - m.ControlPlane.Rate; got != 7*each {
		t.Errorf("%d billionths of a dollar an hour, want 7 nodes", got)
	}
}

// TestGrowthEndsAtAQuota: EKS takes 450 nodes in a managed node group. 200 pods, each on a
// node, are 300 after a month and 450 after two, which is not too many; 675 after three are.
func TestGrowthEndsAtAQuota(t *testing.T) {
	w := growing()
	w.Demand.Replicas = 200
	p := onePerNode(group("g", planner.App, abc(), none(), w))
	p.provider.ground = func(terms *planner.Terms) { terms.Service = "eks" }
	p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 4}
	plan := p.mustMake(t)
	if len(plan.Growth) != 3 || plan.Growth[1].Infeasible != "" || plan.Growth[1].Nodes[0].Nodes != 450 || plan.Growth[2].Infeasible == "" {
		t.Fatalf("got %+v", plan.Growth)
	}
	if len(plan.RunsOut) != 1 {
		t.Fatalf("got %+v", plan.RunsOut)
	}
	got := plan.RunsOut[0]
	got.Reason = ""
	want := planner.RunOut{Group: "g", Month: 3, Date: plan.Growth[2].Date, Resource: "platform_limits.nodes_per_group", Limit: 450, Need: 675}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	// In a group of each zone they are a third of that, and 1013 in the fourth month too.
	p.cluster.NodeGroups[0].SplitByZone = true
	if plan = p.mustMake(t); len(plan.RunsOut) != 0 || len(plan.Growth) != 4 || plan.Growth[3].Nodes[0].Nodes != 1013 {
		t.Errorf("split by zone: %+v, %+v", plan.Growth, plan.RunsOut)
	}
}

// TestLoadGrowsWithTheNodes: three nodes become five, then 6.75, seven. Seven thirds of three
// are seven, though seven thirds in millionths are a little more.
func TestLoadGrowsWithTheNodes(t *testing.T) {
	w := growing()
	w.Demand.Replicas = 3
	p := onePerNode(group("g", planner.App, abc(), none(), w))
	p.cluster.Growth = planner.Growth{PerMonth: 50 * units.Percent, HorizonMonths: 2}
	plan := p.mustMake(t)
	if len(plan.Growth) != 2 || plan.NodeGroups[0].Nodes != 3 || plan.Growth[1].Nodes[0].Nodes != 7 {
		t.Fatalf("%d nodes grow to %+v", plan.NodeGroups[0].Nodes, plan.Growth)
	}
	i := slices.IndexFunc(plan.ControlPlane.Load, func(l planner.ControlPlaneLoad) bool { return l.Moment == planner.LoadAtHorizon })
	if i < 0 || plan.ControlPlane.Load[i].Nodes != 7 {
		t.Errorf("got %+v", plan.ControlPlane.Load)
	}
}

// TestLadderCostsWhatTheBillSays: a disk of 50 x 20,003 billionths of a dollar a month is
// 1,370.07 an hour; three are 4,110.2, rounded up once, and not three times 1,371.
func TestLadderCostsWhatTheBillSays(t *testing.T) {
	w := growing()
	w.Demand.Replicas = 3
	p := onePerNode(group("g", planner.App, abc(), none(), w))
	for i := range p.catalog.Disks {
		p.catalog.Disks[i].PerGiB.Amount = 20_003
	}
	plan := p.mustMake(t)
	bill := units.USDPerHour(0)
	for _, l := range plan.Cost.Lines {
		if l.Path == "node_group.g.nodes" || l.Path == "node_group.g.root_disks" {
			bill += l.Amount.Rate
		}
	}
	i := slices.IndexFunc(plan.NodeGroups[0].Ladder, func(s planner.SizeStep) bool { return s.Chosen })
	if i < 0 || plan.NodeGroups[0].Ladder[i].Cost.Rate != bill || bill != 300*units.DollarPerHour/1000+4111 {
		t.Errorf("by the bill they cost %d, by %+v", bill, plan.NodeGroups[0].Ladder)
	}
}
