package pipeline_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// tens is a workload of 1000 requests a second on ten pods and one for a rollout, each of
// which fills a machine of two vCPUs with a root disk of 50 GiB.
func tens(name string, growth units.Ratio) planner.NodeGroup {
	w := inPlace(tested("w", 1000*units.PerSecond, 100*units.PerSecond, 1500, units.GiB))
	w.SpareReplicas, w.MinReplicas, w.GrowthPerMonth = 0, 0, growth
	return group(name, planner.App, abc(), none(), w)
}

// twoEach gives each node two addresses.
func twoEach(t *planner.Terms) {
	t.Addresses = func(*planner.Network, *catalogs.InstanceType, int) int { return 2 }
}

// TestRunsOutOnTheDate: 16 nodes, one for rollouts, carry half as much again. By the closed form
//
//	t = ln(1.5) / ln(1 + g)
//
// that is in 20.475319 months at 2%, 8.310386 at 5% and 4.254164 at 10%: the next whole
// month needs more, whatever it is that ends at 16 nodes.
func TestRunsOutOnTheDate(t *testing.T) {
	for name, tc := range map[string]struct {
		limit    func(c *planner.Cluster)
		resource string
		of       int64
		each     int64
	}{
		"max_nodes": {func(c *planner.Cluster) { c.NodeGroups[0].MaxNodes = 16 }, "node_group.g.autoscaling.max_nodes", 16, 1},
		"vCPUs":     {func(c *planner.Cluster) { c.Quota.OnDemandVCPUs = 33 }, planner.OnDemandVCPUsPath, 33, 2},
		"spot": {func(c *planner.Cluster) {
			c.Quota.SpotVCPUs = 32
			c.NodeGroups[0].Instances.CapacityType = planner.Spot
		}, planner.SpotVCPUsPath, 32, 2},
		"disks": {func(c *planner.Cluster) { c.Quota.Disk = 800 * units.GiB }, planner.DiskPath, 800, 50},
	} {
		for growth, want := range map[units.Ratio]struct {
			months float64
			pods   int64
		}{2 * units.Percent: {20.475319, 17}, 5 * units.Percent: {8.310386, 17}, 10 * units.Percent: {4.254164, 18}} {
			t.Run(name, func(t *testing.T) {
				p := onePerNode(tens("g", growth))
				p.cluster.Growth = planner.Growth{PerMonth: growth, HorizonMonths: 24}
				tc.limit(&p.cluster)
				plan := p.mustMake(t)
				months := math.Log(1.5) / math.Log1p(growth.Float())
				if math.Abs(months-want.months) > 1e-6 || len(plan.RunsOut) != 1 {
					t.Fatalf("%g months, want %g; %+v", months, want.months, plan.RunsOut)
				}
				got, month := plan.RunsOut[0], int(math.Ceil(months))
				got.Reason = ""
				if diff := cmp.Diff(planner.RunOut{
					Group: "g", Month: month, Date: p.cluster.AsOf.AddMonths(month),
					Resource: tc.resource, Limit: tc.of, Need: want.pods * tc.each,
				}, got); diff != "" {
					t.Error(diff)
				}
				if rows := plan.Growth; len(rows) != month || rows[month-1].Infeasible == "" {
					t.Errorf("%d rows of growth, want %d", len(rows), month)
				}
			})
		}
	}
}

// TestRunsOutOfAddresses: of 17 nodes zone b has six, which take 12 addresses of 11; of 16 it
// has five.
func TestRunsOutOfAddresses(t *testing.T) {
	p := onePerNode(tens("g", 5*units.Percent))
	p.provider.ground = twoEach
	p.cluster.Growth = planner.Growth{PerMonth: 5 * units.Percent, HorizonMonths: 12}
	p.cluster.Network.FreeIPs = []planner.ZoneAddresses{{Zone: "a", Addresses: 999}, {Zone: "b", Addresses: 11}}
	plan := p.mustMake(t)
	if len(plan.RunsOut) != 1 || plan.RunsOut[0].Month != 9 || plan.RunsOut[0].Resource != "network.free_ips_by_zone.b" || plan.RunsOut[0].Need != 12 {
		t.Errorf("%+v", plan.RunsOut)
	}
	// Today eleven nodes are four in a and four in b.
	want := []planner.Limit{{Resource: "network.free_ips_by_zone.a", Limit: 999, Used: 8}, {Resource: "network.free_ips_by_zone.b", Limit: 11, Used: 8}}
	if diff := cmp.Diff(want, plan.Limits); diff != "" {
		t.Error(diff)
	}
}

// TestEachGroupRunsOut: a month that one group does not get through does not hide when
// others will not. What stands still never runs out.
func TestEachGroupRunsOut(t *testing.T) {
	slow, still := tens("slow", 5*units.Percent), tens("still", 0)
	p := onePerNode(tens("fast", 10*units.Percent))
	addGroups(&p.cluster, slow, still)
	p.cluster.Growth = planner.Growth{PerMonth: 10 * units.Percent, HorizonMonths: 12}
	for i := range p.cluster.NodeGroups {
		p.cluster.NodeGroups[i].MaxNodes = 16
	}
	months := func(plan *planner.Plan) map[string]int {
		out := map[string]int{}
		for _, r := range plan.RunsOut {
			out[r.Group] = r.Month
		}
		return out
	}
	plan := p.mustMake(t)
	if diff := cmp.Diff(map[string]int{"fast": 5, "slow": 9}, months(&plan)); diff != "" {
		t.Error(diff)
	}
	// 78 vCPUs are 39 nodes; still has 11. In month 4 fast has 15 + 1 (1.1^4 = 1.4641), slow
	// 13 + 1 (1.05^4 = 1.2155): 41 in all. In month 3 they are 15 and 13: 39. Both want more
	// in month 4.
	for i := range p.cluster.NodeGroups {
		p.cluster.NodeGroups[i].MaxNodes = 0
	}
	p.cluster.Quota.OnDemandVCPUs = 78
	plan = p.mustMake(t)
	if diff := cmp.Diff(map[string]int{"fast": 4, "slow": 4}, months(&plan)); diff != "" {
		t.Error(diff)
	}
}

// TestBeyondTheAccount: a plan that takes more than there is cannot be met, and says
// what would do.
func TestBeyondTheAccount(t *testing.T) {
	p := onePerNode(tens("g", 0))
	p.provider.ground = twoEach
	for name, tc := range map[string]struct {
		limit func(c *planner.Cluster)
		want  refusal
	}{
		"vCPUs": {func(c *planner.Cluster) { c.Quota.OnDemandVCPUs = 21 }, refusal{
			planner.OnDemandVCPUsPath, "takes 22 vCPUs on demand, and the limit is 21", "1 too many", "raise it to 22",
		}},
		"disks": {func(c *planner.Cluster) { c.Quota.Disk = 549 * units.GiB }, refusal{
			planner.DiskPath, "takes 550 GiB of disks, and the limit is 549", "1 too many", "raise it to 550",
		}},
		"addresses": {func(c *planner.Cluster) { c.Network.FreeIPs = []planner.ZoneAddresses{{Zone: "c", Addresses: 0}} }, refusal{
			"network.free_ips_by_zone.c", "takes 6 addresses, and the limit is 0", "6 too many", "raise it to 6",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			q := *p
			tc.limit(&q.cluster)
			bad := q.infeasible(t)
			tc.want.check(t, bad)
			if bad.Need <= bad.Limit {
				t.Errorf("it needs %d of %d", bad.Need, bad.Limit)
			}
		})
	}
}

// TestCheapestWayWithinAQuota: a pod of 6 GiB fills m7i.large, and two fit on r7i.large,
// which is dearer: 11 x 0.105 = 1.155 USD an hour with disks, 6 x 0.255 = 1.53. The
// difference of 0.375 is 273.75 a month, and takes 12 vCPUs instead of 22.
func TestCheapestWayWithinAQuota(t *testing.T) {
	g := tens("g", 0)
	g.Workloads[0].Pod = planner.Pod{CPU: 500, Memory: 6 * units.GiB}
	p := &problem{cluster: cluster(abc(), g), catalog: catalog(machine("m7i.large", 2, 8, 100), machine("r7i.large", 2, 16, 250))}
	p.cluster.Quota.OnDemandVCPUs = 12
	bad := p.infeasible(t)
	if want := `raise it to 22, or write instances { types = ["r7i.large"] } in node_group.g: 273.75 USD a month more`; bad.Remedy != want {
		t.Errorf("%s\nwant %s", bad.Remedy, want)
	}
}

// TestVolumesAndGPUsCount: three replicas with a volume of 100 GiB and one GPU each, on
// three machines with a GPU.
func TestVolumesAndGPUsCount(t *testing.T) {
	w := inPlace(given("w", 3, 1500, units.GiB))
	w.Kind, w.Volumes = planner.StatefulSet, []planner.Volume{{Name: "data", Type: "gp3", Size: 99*units.GiB + 1, Zonal: true}}
	w.Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}
	gpu := machine("g6.large", 2, 8, 500)
	gpu.GPUs = catalogs.GPUs{Milli: 1000, Name: "l4"}
	g := group("g", planner.GPU, abc(), none(), w)
	g.Instances.Allow = []string{"gpu"}
	p := &problem{cluster: cluster(abc(), g), catalog: catalog(gpu)}
	p.cluster.Quota = planner.Quota{GPUs: 3, Disk: 450 * units.GiB}
	plan := p.mustMake(t)
	want := []planner.Limit{{Resource: planner.DiskPath, Limit: 450, Used: 450}, {Resource: planner.GPUsPath, Limit: 3, Used: 3}}
	if diff := cmp.Diff(want, plan.Limits); diff != "" {
		t.Error(diff)
	}
}

// TestVerifySeesLimits breaks what a plan says of limits.
func TestVerifySeesLimits(t *testing.T) {
	for rule, change := range map[string]func(b *broken){
		"limits.used":       func(b *broken) { b.plan.Limits[0].Used-- },
		"limits.limit":      func(b *broken) { b.plan.Limits[0].Limit++ },
		"limits.listed":     func(b *broken) { b.plan.Limits = b.plan.Limits[1:] },
		"limits.held":       func(b *broken) { b.respec(func(c *planner.Cluster) { c.Quota.OnDemandVCPUs = 21 }) },
		"growth.limits":     func(b *broken) { b.plan.Growth[0].Nodes[0].Nodes = 17 },
		"runs_out.month":    func(b *broken) { b.plan.RunsOut[0].Date = "2026-12-01" },
		"runs_out.limit":    func(b *broken) { b.plan.RunsOut[0].Limit-- },
		"runs_out.need":     func(b *broken) { b.plan.RunsOut[0].Need = 30 },
		"runs_out.resource": func(b *broken) { b.plan.RunsOut[0].Resource = "luck" },
		"runs_out.group":    func(b *broken) { b.plan.RunsOut[0].Group = "h" },
	} {
		t.Run(rule, func(t *testing.T) {
			p := onePerNode(tens("g", 5*units.Percent))
			p.cluster.Growth = planner.Growth{PerMonth: 5 * units.Percent, HorizonMonths: 12}
			p.cluster.Quota.OnDemandVCPUs = 32
			plan := p.mustMake(t)
			change(&broken{plan: &plan, problem: p})
			var seen []string
			for _, v := range verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan)) {
				seen = append(seen, v.Rule)
			}
			if !strings.Contains(strings.Join(seen, " "), rule) {
				t.Errorf("verify sees %v", seen)
			}
		})
	}
}

// TestSecondClusterHasVolumes: three replicas with a volume of 100 GiB each on three nodes with
// root disks of 50 GiB: 450 GiB, and 900 while a second cluster runs. A volume costs 100 GiB at
// $0.073 a month, which is $0.01 an hour; three for 48 h are $1.44. Three nodes of $0.10 and
// their root disks of $0.005 are $15.12. The control plane is free.
func TestSecondClusterHasVolumes(t *testing.T) {
	for disk, blocked := range map[units.Bytes]string{
		900 * units.GiB: "", 899 * units.GiB: "quota.disk_gib: 900 GiB of disks at the peak, and the limit is 899",
	} {
		w := inPlace(given("w", 3, 1500, units.GiB))
		w.Kind, w.Volumes = planner.StatefulSet, []planner.Volume{{Name: "data", Type: "gp3", Size: 100 * units.GiB, Zonal: true}}
		p := onePerNode(group("g", planner.Stateful, abc(), none(), w))
		p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "cluster_blue_green"}
		p.cluster.Quota.Disk = disk
		plan := p.mustMake(t)
		s := plan.Upgrade.Named("cluster_blue_green")
		const cent = units.Dollar / 100
		if s.VolumesCost != 144*cent || s.Groups[0].ExtraCost != 1512*cent || s.ExtraCost != s.ControlPlaneCost+1656*cent {
			t.Errorf("volumes %d, nodes %d, in all %d, of which the control plane %d", s.VolumesCost, s.Groups[0].ExtraCost, s.ExtraCost, s.ControlPlaneCost)
		}
		if got := strings.Join(s.BlockedBy, "; "); got != blocked {
			t.Errorf("blocked by %q, want %q", got, blocked)
		}
		s.VolumesCost--
		s.ExtraCost--
		bad := verify.Violations(verify.Plan(&p.cluster, &p.catalog, p.provider, &plan))
		if !slices.ContainsFunc(bad, func(v verify.Violation) bool { return v.Rule == "upgrade.cost" }) {
			t.Errorf("verify sees no wrong cost of volumes: %v", bad)
		}
	}
}

// TestQuotaOfGPUMachines: three machines of 2 vCPUs with a GPU each, and six more while they
// are replaced: 18 vCPUs. Providers may count them apart, so that it is said whose they are.
func TestQuotaOfGPUMachines(t *testing.T) {
	w := inPlace(given("w", 3, 1500, units.GiB))
	w.Pod.Extended = []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 1}}
	gpu := machine("g6.large", 2, 8, 500)
	gpu.GPUs = catalogs.GPUs{Milli: 1000, Name: "l4"}
	g := group("g", planner.GPU, abc(), none(), w)
	g.Instances.Allow = []string{"gpu"}
	p := &problem{cluster: cluster(abc(), g), catalog: catalog(gpu)}
	p.cluster.Quota.OnDemandVCPUs = 17
	p.cluster.Upgrade = &planner.Upgrade{To: "1.36", Strategy: "surge"}
	plan := p.mustMake(t)
	const want = "quota.on_demand_vcpus: 18 vCPUs on demand at the peak (6 of the planned ones on machines with GPUs, whose quota may be one of its own), and the limit is 17"
	if got := strings.Join(plan.Upgrade.Named("surge").BlockedBy, "; "); got != want {
		t.Errorf("blocked by %q, want %q", got, want)
	}
}
