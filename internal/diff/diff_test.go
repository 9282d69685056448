package diff_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/diff"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// fake plans by a rule that can be followed by hand: each workload has as many pods as its
// count says, a node carries four pods, and is of the type of the group's first name in
// types; it costs what the catalog says.
type fake struct {
	catalogs []catalogs.Catalog
	planned  int
}

func (f *fake) Catalog(_ *planner.Cluster, info planner.CatalogInfo) (catalogs.Catalog, bool) {
	i := slices.IndexFunc(f.catalogs, func(c catalogs.Catalog) bool { return c.SHA256 == info.SHA256 })
	if i < 0 {
		return catalogs.Catalog{}, false
	}
	return f.catalogs[i], true
}

func (f *fake) Plan(c planner.Cluster, cat catalogs.Catalog) (*planner.Plan, error) {
	f.planned++
	p := &planner.Plan{Cluster: c, Catalog: planner.CatalogInfo{Source: cat.Source, Date: cat.Date, SHA256: cat.SHA256}}
	for i := range c.NodeGroups {
		g := &c.NodeGroups[i]
		t, ok := cat.Type(g.Instances.Types[0])
		if !ok {
			return nil, errors.New("no such type")
		}
		plan := planner.GroupPlan{Name: g.Name}
		pods := 0
		for j := range g.Workloads {
			n := g.Workloads[j].Demand.Replicas
			pods += n
			plan.Workloads = append(plan.Workloads, planner.WorkloadPlan{Name: g.Workloads[j].Name, Replicas: n})
		}
		n := units.CeilDiv(pods, 4)
		plan.Nodes, plan.MinNodes, plan.MaxNodes = n, n, n
		plan.Pools = []planner.Pool{{InstanceType: t.Name, CapacityType: planner.OnDemand, Nodes: n, NodesByZone: []planner.ZoneCount{{Zone: "a", Nodes: n}}, Price: t.OnDemand}}
		cost := planner.Amount{Rate: t.OnDemand.Rate * units.USDPerHour(n), Known: true}
		p.Cost.Lines = append(p.Cost.Lines, planner.CostLine{Path: g.Path() + ".nodes", Amount: cost})
		p.Cost.Total = planner.Amount{Rate: p.Cost.Total.Rate + cost.Rate, Known: true}
		p.NodeGroups = append(p.NodeGroups, plan)
	}
	return p, nil
}

// market sells two types, the large one at 190 thousandths of a dollar an hour.
func market(sha string, small int64) catalogs.Catalog {
	price := func(n int64) catalogs.Price {
		return catalogs.Price{Rate: units.USDPerHour(n) * units.DollarPerHour / 1000, Basis: catalogs.Listed}
	}
	return catalogs.Catalog{Source: "test", Date: "2026-11-20", SHA256: sha, Types: []catalogs.InstanceType{
		{Name: "large", VCPUs: 4, OnDemand: price(190)}, {Name: "small", VCPUs: 2, OnDemand: price(small)},
	}}
}

// asked is a cluster with one group and one workload of so many pods.
func asked(replicas int, kind string) planner.Cluster {
	return planner.Cluster{
		Name: "shop", Provider: "aws", Region: "r", AsOf: "2026-11-20",
		NodeGroups: []planner.NodeGroup{{
			Name: "web", Instances: planner.Instances{Types: []string{kind}},
			Workloads: []planner.Workload{{Name: "api", Demand: planner.Demand{Way: planner.GivenReplicas, Replicas: replicas}}},
		}},
	}
}

func side(t testing.TB, f *fake, c planner.Cluster, cat catalogs.Catalog, tool string) diff.Side {
	t.Helper()
	p, err := f.Plan(c, cat)
	if err != nil {
		t.Fatal(err)
	}
	p.Spec = planner.SpecInfo{SHA256: fmt.Sprint(c)}
	l, err := document.LockOf(p, tool)
	if err != nil {
		t.Fatal(err)
	}
	return diff.Side{Name: tool + cat.SHA256, Lock: l, Plan: p, Minor: document.CurrentMinor()}
}

// told are the changes, each as "what: old -> new by causes", money in thousandths.
func told(d *planner.Difference) []string {
	var out []string
	for _, c := range d.Changes {
		words := fmt.Sprintf("%s %s: %s -> %s by %v", c.Path, c.What, c.Old, c.New, c.Causes)
		if c.Kind == planner.CostChange {
			const thousandth = units.DollarPerHour / 1000
			words = fmt.Sprintf("%s %s: %d -> %d by %v", c.Path, c.What, c.OldCost.Rate/thousandth, c.NewCost.Rate/thousandth, c.Causes)
		}
		if !c.Apart {
			words += "?"
		}
		out = append(out, words)
	}
	return out
}

func TestCauses(t *testing.T) {
	was, is := market("1", 100), market("2", 110)
	rows := market("3", 100)
	rows.Types[0].VCPUs = 3
	for name, tc := range map[string]struct {
		old, now  planner.Cluster
		from, to  catalogs.Catalog
		tool      string
		at        []catalogs.Catalog
		lock      bool
		method    planner.DifferenceMethod
		want      []string
		byCause   map[string]int64
		mostPlans int
	}{
		"nothing": {old: asked(8, "small"), now: asked(8, "small"), from: was, to: was, method: planner.OneCause},
		"demand alone": {
			old: asked(8, "small"), now: asked(12, "small"), from: was, to: was, method: planner.OneCause,
			want: []string{
				"node_group.web nodes: 2 (2) -> 3 (3) by [demand]", "node_group.web.workload.api replicas: 8 -> 12 by [demand]",
				"node_group.web.nodes cost: 200 -> 300 by [demand]", "cost total: 200 -> 300 by [demand]",
			},
			byCause: map[string]int64{"[demand]": 100},
		},
		"a price alone": {
			old: asked(8, "small"), now: asked(8, "small"), from: was, to: is, at: []catalogs.Catalog{was, is}, method: planner.OneCause,
			want: []string{
				"node_group.web price of small: 0.1/h -> 0.11/h by [price]",
				"node_group.web.nodes cost: 200 -> 220 by [price]", "cost total: 200 -> 220 by [price]",
			},
			byCause: map[string]int64{"[price]": 20},
		},
		"a catalog that cost nothing": {
			old: asked(8, "small"), now: asked(8, "small"), from: was, to: rows, at: []catalogs.Catalog{was, rows}, method: planner.OneCause,
		},
		// 2 nodes at 100, then 3 at 100, then 3 at 110.
		"demand and a price": {
			old: asked(8, "small"), now: asked(12, "small"), from: was, to: is, at: []catalogs.Catalog{was, is}, method: planner.PlannedAgain,
			want: []string{
				"node_group.web nodes: 2 (2) -> 3 (3) by [demand]", "node_group.web.workload.api replicas: 8 -> 12 by [demand]",
				"node_group.web price of small: 0.1/h -> 0.11/h by [price]",
				"node_group.web.nodes cost: 200 -> 330 by [demand price]", "cost total: 200 -> 330 by [demand price]",
			},
			byCause: map[string]int64{"[demand]": 100, "[price]": 30}, mostPlans: 1,
		},
		// 2 small, then 3 small, then 3 large, of which the price stays.
		"demand, the spec and a price that is not paid any more": {
			old: asked(8, "small"), now: asked(12, "large"), from: was, to: is, at: []catalogs.Catalog{was, is}, method: planner.PlannedAgain,
			want: []string{
				"node_group.web instance types: small -> large by [spec]",
				"node_group.web nodes: 2 (2) -> 3 (3) by [demand]", "node_group.web.workload.api replicas: 8 -> 12 by [demand]",
				"node_group.web.nodes cost: 200 -> 570 by [demand spec]", "cost total: 200 -> 570 by [demand spec]",
			},
			byCause: map[string]int64{"[demand]": 100, "[spec]": 270}, mostPlans: 2,
		},
		// The old catalog is gone: whether rows or prices is not known, but demand is apart:
		// 2 at 110, then 3.
		"a catalog that is gone": {
			old: asked(8, "small"), now: asked(12, "small"), from: was, to: is, at: []catalogs.Catalog{is}, method: planner.PlannedAgain,
			want: []string{
				"node_group.web nodes: 2 (2) -> 3 (3) by [demand]", "node_group.web.workload.api replicas: 8 -> 12 by [demand]",
				"node_group.web price of small: 0.1/h -> 0.11/h by [catalog price]?",
				"node_group.web.nodes cost: 200 -> 330 by [demand catalog price]?", "cost total: 200 -> 330 by [demand catalog price]?",
			},
			byCause: map[string]int64{"[catalog price]": 20, "[demand]": 110}, mostPlans: 1,
		},
		"no catalog at all": {
			old: asked(8, "small"), now: asked(12, "small"), from: was, to: is, method: planner.NotToldApart,
			want: []string{
				"node_group.web nodes: 2 (2) -> 3 (3) by [demand catalog price]?", "node_group.web.workload.api replicas: 8 -> 12 by [demand catalog price]?",
				"node_group.web price of small: 0.1/h -> 0.11/h by [demand catalog price]?",
				"node_group.web.nodes cost: 200 -> 330 by [demand catalog price]?", "cost total: 200 -> 330 by [demand catalog price]?",
			},
			byCause: map[string]int64{"[demand catalog price]": 130},
		},
		// A lock says what it was planned at, not what was asked for: the new spec under the
		// old catalog is planned, 3 nodes at 100.
		"a lock, demand and a price": {
			old: asked(8, "small"), now: asked(12, "small"), from: was, to: is, at: []catalogs.Catalog{was, is}, lock: true, method: planner.PlannedAgain,
			want: []string{
				"node_group.web nodes: 2 (2) -> 3 (3) by [demand]", "node_group.web.workload.api replicas: 8 -> 12 by [demand]",
				"node_group.web price of small: 0.1/h -> 0.11/h by [price]", "cost total: 200 -> 330 by [demand price]",
			},
			byCause: map[string]int64{"[demand]": 100, "[price]": 30}, mostPlans: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{catalogs: tc.at}
			old, now := side(t, f, tc.old, tc.from, "1"), side(t, f, tc.now, tc.to, "1")
			if tc.lock {
				old.Plan = nil
			}
			f.planned = 0
			d, err := diff.Between(old, now, f, "1")
			if err != nil {
				t.Fatal(err)
			}
			if got := told(&d); !slices.Equal(got, tc.want) {
				t.Errorf("got\n%q\nwant\n%q", got, tc.want)
			}
			got := map[string]int64{}
			for _, b := range d.ByCause {
				got[fmt.Sprint(b.Causes)] = int64(b.Amount.Rate / (units.DollarPerHour / 1000))
			}
			if len(got)+len(tc.byCause) > 0 && !reflect.DeepEqual(got, tc.byCause) {
				t.Errorf("by cause %v, want %v", got, tc.byCause)
			}
			if d.Method != tc.method || f.planned > tc.mostPlans {
				t.Errorf("%s with %d plans, want %s with %d at most", d.Method, f.planned, tc.method, tc.mostPlans)
			}
		})
	}
}

// TestProgramsAreCauses: the same spec and catalog and another program.
func TestProgramsAreCauses(t *testing.T) {
	f := &fake{}
	cat := market("1", 100)
	old, now := side(t, f, asked(8, "small"), cat, "1"), side(t, f, asked(8, "small"), cat, "2")
	now.Plan.NodeGroups[0].Pools[0].NodesByZone[0].Nodes = 3
	now.Lock.NodeGroups[0].MinNodes, now.Lock.NodeGroups[0].MaxNodes = 3, 3
	d, err := diff.Between(old, now, f, "2")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := told(&d), []string{"node_group.web nodes: 2 (2) -> 3 (3) by [rule]"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestGroupsThatComeAndGo: one with the same workloads is renamed, others are told.
func TestGroupsThatComeAndGo(t *testing.T) {
	f := &fake{}
	cat := market("1", 100)
	old, now := asked(8, "small"), asked(8, "small")
	now.NodeGroups[0].Name = "front"
	d, err := diff.Between(side(t, f, old, cat, "1"), side(t, f, now, cat, "1"), f, "1")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := told(&d), []string{"node_group.front name: web -> front by [spec]"}; !slices.Equal(got, want) {
		t.Errorf("a renamed group: %q, want %q", got, want)
	}
	more := asked(4, "large").NodeGroups[0]
	more.Name, more.Workloads[0].Name = "batch", "job"
	now = asked(8, "small")
	now.NodeGroups = append([]planner.NodeGroup{more}, now.NodeGroups...)
	d, err = diff.Between(side(t, f, old, cat, "1"), side(t, f, now, cat, "1"), f, "1")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"node_group.batch instance types:  -> large by [spec]", "node_group.batch nodes:  -> 1 (1) by [spec]", "node_group.batch.workload.job replicas:  -> 4 by [spec]",
		"node_group.batch.nodes cost: 0 -> 190 by [spec]", "cost total: 200 -> 390 by [spec]",
	}
	if got := told(&d); !slices.Equal(got, want) {
		t.Errorf("a group that comes: %q, want %q", got, want)
	}
	d, err = diff.Between(side(t, f, now, cat, "1"), side(t, f, old, cat, "1"), f, "1")
	if err != nil {
		t.Fatal(err)
	}
	want = []string{
		"node_group.batch instance types: large ->  by [spec]", "node_group.batch nodes: 1 (1) ->  by [spec]", "node_group.batch.workload.job replicas: 4 ->  by [spec]",
		"node_group.batch.nodes cost: 190 -> 0 by [spec]", "cost total: 390 -> 200 by [spec]",
	}
	if got := told(&d); !slices.Equal(got, want) {
		t.Errorf("a group that goes: %q, want %q", got, want)
	}
}

// TestSplitByZone: that a group is split by zone is told, and its zones' lines of the bill are
// one, as they are of a group over all zones.
func TestSplitByZone(t *testing.T) {
	f := &fake{}
	cat := market("1", 100)
	whole, split := side(t, f, asked(8, "small"), cat, "1"), side(t, f, asked(8, "small"), cat, "1")
	p := split.Plan
	p.Cluster.NodeGroups[0].SplitByZone, p.Spec.SHA256 = true, "split"
	g := &p.NodeGroups[0]
	pool, line := g.Pools[0], p.Cost.Lines[0]
	g.Pools, p.Cost.Lines = nil, nil
	for _, z := range []string{"a", "b"} {
		pool.Zone, pool.Nodes, pool.NodesByZone = z, 1, []planner.ZoneCount{{Zone: z, Nodes: 1}}
		g.Pools = append(g.Pools, pool)
		p.Cost.Lines = append(p.Cost.Lines, planner.CostLine{Path: line.Path + "." + z, Amount: planner.Amount{Rate: line.Amount.Rate / 2, Known: true}})
	}
	var err error
	if split.Lock, err = document.LockOf(p, "1"); err != nil {
		t.Fatal(err)
	}
	if !split.Lock.NodeGroups[0].SplitByZone || whole.Lock.NodeGroups[0].SplitByZone {
		t.Error("locks do not say what is split by zone")
	}
	for name, tc := range map[string]struct {
		old, now diff.Side
		want     []string
	}{
		"on":  {whole, split, []string{"node_group.web nodes: 2 (2) -> 2 (1/1) by [spec]", "node_group.web groups of machines: over all zones -> by zone by [spec]"}},
		"off": {split, whole, []string{"node_group.web nodes: 2 (1/1) -> 2 (2) by [spec]", "node_group.web groups of machines: by zone -> over all zones by [spec]"}},
	} {
		d, err := diff.Between(tc.old, tc.now, nil, "1")
		if err != nil {
			t.Fatal(err)
		}
		if got := told(&d); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// many is a plan of 5,000 nodes in 20 groups, each node with pods of its own.
func many(replicas int) (planner.Cluster, *planner.Plan) {
	c := planner.Cluster{Name: "big", Provider: "aws", Region: "r", AsOf: "2026-11-20", Environment: planner.Production, Network: planner.Network{CNI: planner.VPC}, ControlPlane: planner.ControlPlaneSpec{Mode: planner.Managed}}
	p := &planner.Plan{ControlPlane: planner.ControlPlane{Mode: planner.Managed}}
	price := catalogs.Price{Rate: units.DollarPerHour, Basis: catalogs.Listed}
	for i := range 20 {
		g := planner.NodeGroup{Name: fmt.Sprintf("g%02d", i), Role: planner.App, Image: planner.AL2023, Guarantee: planner.Scheduled, Redundancy: planner.Redundancy{Recovery: planner.Static}, Instances: planner.Instances{CapacityType: planner.OnDemand}}
		plan := planner.GroupPlan{Name: g.Name, Role: g.Role, Nodes: 250, MinNodes: 250, MaxNodes: 250, Pools: []planner.Pool{{InstanceType: "t", CapacityType: planner.OnDemand, Nodes: 250, NodesByZone: []planner.ZoneCount{{Zone: "a", Nodes: 250}}, Price: price}}}
		for j := range 50 {
			name := fmt.Sprintf("w%02d", j)
			g.Workloads = append(g.Workloads, planner.Workload{Name: name, Kind: planner.Deployment, Recovery: planner.Static, Demand: planner.Demand{Way: planner.GivenReplicas, Replicas: replicas}})
			plan.Workloads = append(plan.Workloads, planner.WorkloadPlan{Name: name, Replicas: replicas})
		}
		for n := range 250 {
			pl := planner.Placement{Pool: "t", Zone: "a", Nodes: 1}
			for j := range 20 {
				pl.Pods = append(pl.Pods, planner.PodCount{Workload: fmt.Sprintf("w%02d", j), Pods: 1 + n%7})
			}
			plan.Placement = append(plan.Placement, pl)
		}
		c.NodeGroups, p.NodeGroups = append(c.NodeGroups, g), append(p.NodeGroups, plan)
		p.Cost.Lines = append(p.Cost.Lines, planner.CostLine{Path: g.Path() + ".nodes", Amount: planner.Amount{Rate: 250 * price.Rate, Known: true}})
	}
	p.Cluster, p.Cost.Total = c, planner.Amount{Rate: 5000 * price.Rate, Known: true}
	return c, p
}

// BenchmarkBetween compares two plans of 5,000 nodes whose 1,000 workloads all changed: in
// memory, and with reading both documents.
func BenchmarkBetween(b *testing.B) {
	sides := make([]diff.Side, 2)
	docs := make([][]byte, 2)
	for i := range sides {
		_, p := many(10 + i)
		l, err := document.LockOf(p, "1")
		if err != nil {
			b.Fatal(err)
		}
		sides[i] = diff.Side{Lock: l, Plan: p, Minor: document.CurrentMinor()}
		var doc bytes.Buffer
		if err := document.Encode(&doc, p, "1"); err != nil {
			b.Fatal(err)
		}
		docs[i] = doc.Bytes()
	}
	b.Run("nodes=5000/in=memory", func(b *testing.B) {
		for b.Loop() {
			d, err := diff.Between(sides[0], sides[1], nil, "1")
			if err != nil || len(d.Changes) != 1000 {
				b.Fatalf("%d changes: %v", len(d.Changes), err)
			}
		}
	})
	b.Run("nodes=5000/in=documents", func(b *testing.B) {
		for b.Loop() {
			for i := range docs {
				p, err := document.Decode(docs[i])
				if err != nil {
					b.Fatal(err)
				}
				if sides[i].Lock, err = document.LockOf(p, "1"); err != nil {
					b.Fatal(err)
				}
				sides[i].Plan = p
			}
			if _, err := diff.Between(sides[0], sides[1], nil, "1"); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(docs[0]))/1e6, "MB/document")
	})
}

// TestUpgradeChanges: the same nodes, and another upgrade: what it takes and costs, how wide it
// goes and what is blocked is told; what stays is not.
func TestUpgradeChanges(t *testing.T) {
	f := &fake{}
	old, now := side(t, f, asked(8, "small"), market("1", 100), "1.0"), side(t, f, asked(8, "small"), market("1", 100), "1.0")
	planned := func(takes time.Duration, cost units.USD, atATime int, blocked []string) *planner.UpgradePlan {
		return &planner.UpgradePlan{From: "1.35", To: "1.36", Hops: []string{"1.36"}, NodeRounds: []string{"1.36"}, Recommended: "surge", Strategies: []planner.UpgradeStrategy{
			{Name: "minimal", BlockedBy: blocked},
			{
				Name: "surge", Duration: takes, ExtraCost: cost, ExtraCostKnown: true, PeakExtraNodes: 6, Simulated: true,
				Groups: []planner.UpgradeGroup{{Name: "web", Parallel: atATime}},
			},
		}}
	}
	old.Plan.Upgrade = planned(10*time.Hour+37*time.Minute+30*time.Second, 2089*units.Dollar/100, 2, nil)
	now.Plan.Upgrade = planned(5*time.Hour+59*time.Minute, 1044*units.Dollar/100, 4, []string{"takes too long"})
	d, err := diff.Between(old, now, nil, "1.0")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"upgrade blocked:  -> minimal by [rule]", "upgrade takes: 10:38 h -> 5:59 h by [rule]",
		"upgrade costs: 20.89 USD -> 10.44 USD by [rule]", "upgrade nodes of web at a time: 2 -> 4 by [rule]",
	}
	if got := told(&d); !slices.Equal(got, want) {
		t.Errorf("told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
