package terraform_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	emits "github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/providers/aws"
	"github.com/scantling-dev/scantling/providers/controlplane"
	"github.com/scantling-dev/scantling/providers/gcp"
	"github.com/scantling-dev/scantling/providers/selfmanaged"
)

// The words of a ground are written without importing it: the tests of this file
// hold the two together.

// TestGKEWordsAreTheProviders writes everything that a spec may say on GKE.
func TestGKEWordsAreTheProviders(t *testing.T) {
	terms := gcp.Ground().Terms
	var tries []func(p *planner.Plan)
	for _, cni := range terms.CNIs {
		tries = append(tries, func(p *planner.Plan) { p.Cluster.Network.CNI = cni })
	}
	for _, image := range terms.Images {
		tries = append(tries, func(p *planner.Plan) { p.Cluster.NodeGroups[2].Image = image })
	}
	for _, tier := range terms.Tiers {
		tries = append(tries, func(p *planner.Plan) { p.ControlPlane.Tier = tier })
	}
	for _, support := range []string{controlplane.Standard, controlplane.Extended} {
		tries = append(tries, func(p *planner.Plan) { p.ControlPlane.Support = support })
	}
	for _, strategy := range terms.UpdateStrategies {
		tries = append(tries, func(p *planner.Plan) { p.Cluster.NodeGroups[2].UpdateConfig.Strategy = strategy })
	}
	for _, o := range (gcp.Provider{}).Mechanics(&gkePlan().Cluster).Strategies {
		if o.Course != planner.CourseGKEAutoscaledBlueGreen {
			tries = append(tries, func(p *planner.Plan) { p.Upgrade.Recommended = o.Name })
		}
	}
	for i, try := range tries {
		p := gkePlan()
		try(p)
		if _, err := terraform.Files(p); err != nil {
			t.Errorf("try %d: %v", i, err)
		}
	}
	p := gkePlan()
	p.NodeGroups[2].Pools[0].DaemonSets = gcp.Provider{}.DaemonSets(&p.Cluster, &p.Cluster.NodeGroups[2])
	_, values := emit(t, p)
	if got := at(t, decode(t, values), "shop_dns_cache"); got != true {
		t.Errorf("dns_cache is %v: the provider plans node-local-dns under another name", got)
	}
	if got := at(t, decode(t, values), "shop_default_max_pods_per_node"); fmt.Sprint(got) != fmt.Sprint(gcp.DefaultMaxPods) {
		t.Errorf("%v pods a node, the provider has %d", got, gcp.DefaultMaxPods)
	}
	p.Cluster.Network.MaxPods = 10 * gcp.MostPods
	_, values = emit(t, p)
	if got := at(t, decode(t, values), "shop_default_max_pods_per_node"); fmt.Sprint(got) != fmt.Sprint(gcp.MostPods) {
		t.Errorf("%v pods a node at most, the provider has %d", got, gcp.MostPods)
	}
}

// TestGKETimesAreTheProviders has the bound of an update that nobody planned, and
// the soak of blue/green, from the times with which upgrades are planned.
func TestGKETimesAreTheProviders(t *testing.T) {
	m := gcp.Provider{}.Mechanics(&gkePlan().Cluster)
	one := func(n int) *planner.Plan {
		p := gkePlan()
		p.Cluster.NodeGroups, p.NodeGroups = p.Cluster.NodeGroups[2:], p.NodeGroups[2:]
		g := &p.NodeGroups[0]
		g.Nodes, g.MinNodes, g.MaxNodes, g.Pools[0].Nodes, g.Pools[0].NodesByZone = n, n, n, n, zoneCounts(n, p.Cluster.Zones...)
		p.Cluster.NodeGroups[0].UpdateConfig.MaxSurge = units.Count(1)
		p.Upgrade = &planner.UpgradePlan{}
		return p
	}
	for _, n := range []int{3, 30, 150} {
		for strategy, least := range map[string]time.Duration{
			"surge":          time.Duration(n) * (m.Boot + m.DrainLimit + m.Terminate),
			"gke_blue_green": m.Boot + m.Cordon + time.Duration(n)*(m.DrainLimit+5*time.Minute) + upgrade.DefaultSoak + m.DeletePool,
		} {
			p := one(n)
			p.Upgrade.Recommended = strategy
			p.Cluster.NodeGroups[0].UpdateConfig.Soak = 5 * time.Minute
			_, values := emit(t, p)
			v := decode(t, values)
			got, err := time.ParseDuration(fmt.Sprint(at(t, v, "shop_timeouts update")))
			if err != nil || got < least || got > least+least/10+20*time.Minute {
				t.Errorf("%s of %d nodes: the timeout is %v, it takes %v at most: %v", strategy, n, got, least, err)
			}
			if soak := at(t, v, "shop_node_groups web node_pool_soak_duration"); strategy == "gke_blue_green" && soak != fmt.Sprintf("%ds", int(upgrade.DefaultSoak.Seconds())) {
				t.Errorf("a soak of %v, planned with %v", soak, upgrade.DefaultSoak)
			}
		}
	}
	for asked, want := range map[time.Duration]time.Duration{0: 0, 3 * time.Hour: 3 * time.Hour, 300 * time.Hour: upgrade.LongestSoak} {
		p := one(30)
		p.Upgrade.Recommended, p.Cluster.Upgrade = "gke_blue_green", &planner.Upgrade{Soak: &asked}
		_, values := emit(t, p)
		v := decode(t, values)
		if got := at(t, v, "shop_node_groups web node_pool_soak_duration"); got != fmt.Sprintf("%ds", int(want.Seconds())) {
			t.Errorf("a soak of %v, planned with %v", got, want)
		}
		least := m.Boot + m.Cordon + 30*m.DrainLimit + want + m.DeletePool
		if got, err := time.ParseDuration(fmt.Sprint(at(t, v, "shop_timeouts update"))); err != nil || got < least {
			t.Errorf("a soak of %v: the timeout is %v, it takes %v at most: %v", want, got, least, err)
		}
	}
	p := one(150)
	p.Cluster.NodeGroups[0].UpdateConfig.MaxSurge = units.Count(150)
	_, values := emit(t, p)
	if got := number(t, at(t, decode(t, values), "shop_node_groups web max_surge")); got != m.MaxParallel {
		t.Errorf("%d nodes at a time, the provider has %d", got, m.MaxParallel)
	}
}

// TestPaceIsTheUpgrades writes the pace at which strategies are compared.
func TestPaceIsTheUpgrades(t *testing.T) {
	count := func(n int) units.CountOrRatio { return units.Count(n) }
	tests := map[string]struct {
		strategy                string
		declared                planner.UpdateConfig
		wantMore, wantFewer     int
		surge, away, nodesAgain units.CountOrRatio
	}{
		"a surge":             {"surge", planner.UpdateConfig{Strategy: "surge", MaxSurge: count(2)}, 2, 0, count(2), count(0), count(2)},
		"a surge and some":    {"surge", planner.UpdateConfig{Strategy: "surge", MaxSurge: count(2), MaxUnavailable: count(1)}, 2, 1, count(2), count(1), count(1)},
		"minimal, from surge": {"minimal", planner.UpdateConfig{Strategy: "surge", MaxSurge: count(3)}, 0, 3, count(3), count(0), count(3)},
		"minimal":             {"minimal", planner.UpdateConfig{Strategy: "minimal", MaxUnavailable: count(2)}, 0, 2, count(2), count(0), count(2)},
	}
	for name, tt := range tests {
		p := gkePlan()
		p.Cluster.NodeGroups[2].UpdateConfig, p.Upgrade.Recommended = tt.declared, tt.strategy
		_, values := emit(t, p)
		g := at(t, decode(t, values), "shop_node_groups web")
		more, fewer := number(t, at(t, g, "max_surge")), number(t, at(t, g, "max_unavailable"))
		if more != tt.wantMore || fewer != tt.wantFewer {
			t.Errorf("%s: %d more and %d fewer, want %d and %d", name, more, fewer, tt.wantMore, tt.wantFewer)
		}
		// The stage's own pace, by the parallelism that it reports for one zone.
		c := upgrade.Compare(upgrade.Problem{
			Hops: []string{"1.36"}, Times: upgrade.Times{Boot: time.Minute},
			Strategies: []upgrade.Option{{Name: tt.strategy, Course: upgrade.CourseGKESurge, TerminateFirst: tt.strategy == "minimal"}},
			Groups:     []upgrade.Group{{Name: "web", Nodes: []upgrade.NodeClass{{Nodes: 12}}, MaxSurge: tt.surge, MaxUnavailable: tt.away, AtATime: tt.nodesAgain}},
		})
		if got := c.Strategies[0].Groups[0].Parallel; got != more+fewer {
			t.Errorf("%s: %d at a time are written, the upgrade is planned with %d", name, more+fewer, got)
		}
	}
}

// TestSelfManagedWordsAreTheProviders writes everything that a spec may say where
// people run the control plane.
func TestSelfManagedWordsAreTheProviders(t *testing.T) {
	for _, ground := range []planner.Ground{selfmanaged.OnAWS(), selfmanaged.OnGCP(), selfmanaged.OnPremises()} {
		terms := ground.Terms
		plan := plainPlan
		if terms.OwnMachines {
			plan = ownPlan
		}
		variables, _ := emit(t, plan())
		for _, kind := range terms.LoadBalancers {
			if !strings.Contains(string(variables), fmt.Sprintf("%q", kind)) {
				t.Errorf("%s: variables.tf does not take the load balancer %s", terms.Title, kind)
			}
		}
		for _, strategy := range terms.UpdateStrategies {
			p := plan()
			p.Cluster.Provider = terms.Provider
			p.Cluster.NodeGroups[0].UpdateConfig.Strategy = strategy
			if _, err := terraform.Files(p); err != nil {
				t.Errorf("%s: %v", terms.Title, err)
			}
		}
		for _, o := range ground.New(&catalogs.Catalog{}).Mechanics(&planner.Cluster{}).Strategies {
			p := plan()
			p.Upgrade = &planner.UpgradePlan{Recommended: o.Name}
			if _, err := terraform.Files(p); err != nil {
				t.Errorf("%s: %v", terms.Title, err)
			}
		}
	}
}

// TestMajorsAreTheGrounds has a spec refuse the versions that cannot be written.
func TestMajorsAreTheGrounds(t *testing.T) {
	for major, p := range map[string]*planner.Plan{aws.Ground().Terms.ModuleMajor: eksPlan(), gcp.Ground().Terms.ModuleMajor: gkePlan()} {
		if _, err := terraform.Write(emits.Request{Plan: p, Block: planner.Emit{Style: terraform.Root, ModuleVersion: major + ".50.0"}}); err != nil {
			t.Errorf("major %s: %v", major, err)
		}
	}
}
