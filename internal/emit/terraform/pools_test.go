package terraform_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// poolsPlan is eksPlan with two groups of several pools: batch on spot machines of two
// types with a base of two nodes on demand, web on two types.
func poolsPlan() *planner.Plan {
	p := eksPlan()
	zones := p.Cluster.Zones
	counts := func(a, b, c int) []planner.ZoneCount {
		return []planner.ZoneCount{{Zone: zones[0], Nodes: a}, {Zone: zones[1], Nodes: b}, {Zone: zones[2], Nodes: c}}
	}
	p.Cluster.NodeGroups[0].Instances = planner.Instances{CapacityType: planner.Spot, MaxTypes: 2, OnDemandBase: units.Count(2)}
	batch := &p.NodeGroups[0]
	batch.MinNodes = 4
	base, spot, other := batch.Pools[0], batch.Pools[0], batch.Pools[0]
	base.CapacityType, base.Nodes, base.NodesByZone = planner.OnDemand, 2, counts(1, 1, 0)
	spot.Nodes, spot.NodesByZone = 3, counts(1, 1, 1)
	other.InstanceType, other.Nodes, other.NodesByZone = "m5.large", 2, counts(0, 1, 1)
	batch.Pools = []planner.Pool{base, spot, other}
	web := &p.NodeGroups[2]
	web.MinNodes, web.MaxNodes = 8, 20
	large, small := web.Pools[0], web.Pools[0]
	large.InstanceType, large.Nodes, large.NodesByZone = "m5.12xlarge", 6, counts(2, 2, 2)
	small.Nodes, small.NodesByZone = 10, counts(4, 3, 3)
	web.Pools = []planner.Pool{large, small}
	p.Upgrade.Strategies = []planner.UpgradeStrategy{{Name: "surge", Groups: []planner.UpgradeGroup{
		{Name: "batch/c6g.large/on_demand", Duration: 3600e9, Parallel: 1},
		{Name: "batch/c6g.large/spot", Duration: 5 * 3600e9, Parallel: 1},
		{Name: "batch/m5.large", Duration: 7200e9, Parallel: 1},
		{Name: "web/m5.12xlarge", Duration: 4000e9, Parallel: 1},
		{Name: "web/m5.4xlarge", Duration: 3 * 3600e9, Parallel: 1},
	}}}
	return p
}

// TestEKSPools: a managed node group for each pool. The two nodes on demand are the base
// at every size; the others take their share of 2 to 10 nodes by 3 and 2. Of web's 8 to 20
// nodes 3 and 5 are the least, 7.5 and 12.5 the most, of which the first is rounded up.
func TestEKSPools(t *testing.T) {
	p := poolsPlan()
	variables, values := emit(t, p)
	checkEKSTypes(t, variables, values)
	v := decode(t, values)
	groups, ok := v["shop_node_groups"].(map[string]any)
	want := []string{"batch-c6g-large", "batch-c6g-large-spot", "batch-m5-large-spot", "gpu", "web-m5-12xlarge", "web-m5-4xlarge"}
	if got := slices.Sorted(maps.Keys(groups)); !ok || !slices.Equal(got, want) {
		t.Fatalf("groups %v, want %v", got, want)
	}
	for name, want := range map[string][]any{
		"batch-c6g-large":      {"ON_DEMAND", 2, 2, 2, []any{"us-east-1a", "us-east-1b"}, "60m", "BOTTLEROCKET_ARM_64"},
		"batch-c6g-large-spot": {"SPOT", 1, 3, 6, []any{"us-east-1a", "us-east-1b", "us-east-1c"}, "600m", "BOTTLEROCKET_ARM_64"},
		"batch-m5-large-spot":  {"SPOT", 1, 2, 4, []any{"us-east-1b", "us-east-1c"}, "240m", "BOTTLEROCKET_x86_64"},
		"web-m5-12xlarge":      {"ON_DEMAND", 3, 6, 8, []any{"us-east-1a", "us-east-1b", "us-east-1c"}, "90m", "AL2023_x86_64_STANDARD"},
		"web-m5-4xlarge":       {"ON_DEMAND", 5, 10, 12, []any{"us-east-1a", "us-east-1b", "us-east-1c"}, "220m", "AL2023_x86_64_STANDARD"},
	} {
		g := groups[name]
		got := []any{
			at(t, g, "capacity_type"), at(t, g, "min_size"), at(t, g, "desired_size"), at(t, g, "max_size"),
			at(t, v, "shop_node_group_zones "+name), at(t, g, "timeouts update"), at(t, g, "ami_type"),
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		group, _, _ := strings.Cut(name, "-")
		if label := at(t, g, "labels scantling.dev/group"); label != group {
			t.Errorf("%s has the label %v, want %s", name, label, group)
		}
		if taints, _ := at(t, g, "taints").(map[string]any); (len(taints) == 2) != (group == "batch") {
			t.Errorf("%s has the taints %v", name, taints)
		}
	}
	// 33% of 2, 3 and 2 nodes; 12.5% of 6 and 10, in nodes.
	for name, want := range map[string]string{"batch-m5-large-spot": "map[max_unavailable_percentage:33 update_strategy:DEFAULT]", "web-m5-4xlarge": "map[max_unavailable:1 update_strategy:DEFAULT]"} {
		if got := fmt.Sprint(at(t, groups[name], "update_config")); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestPoolNames: what does not fit ends in a digest, and so does what is there twice.
// Above 22 characters the module's IAM role needs a name of its own.
func TestPoolNames(t *testing.T) {
	rename := func(p *planner.Plan, i int, name string) {
		p.NodeGroups[i].Name, p.Cluster.NodeGroups[i].Name = name, name
	}
	p := poolsPlan()
	rename(p, 0, "Recommendation_engine")
	rename(p, 1, "web-m5-4xlarge")
	_, values := emit(t, p)
	v := decode(t, values)
	groups, _ := v["shop_node_groups"].(map[string]any)
	names := slices.Sorted(maps.Keys(groups))
	digest := regexp.MustCompile(`^web-m5-4xlarge-[0-9a-f]{8}$`)
	for _, want := range []string{"recommendation-engine-c6g-large", "recommendation-engine-c6g-large-spot", "web-m5-4xlarge", "web-m5-12xlarge"} {
		if groups[want] == nil {
			t.Errorf("there is no %s in %v", want, names)
		}
	}
	if !slices.ContainsFunc(names, digest.MatchString) {
		t.Errorf("the pool that has another group's name is not told from it: %v", names)
	}
	for name := range groups {
		role := at(t, groups, name+" iam_role_name")
		if want := len(name) > 22 && name != "web-m5-4xlarge"; (role == name) != want {
			t.Errorf("%s has the role %v", name, role)
		}
	}

	rename(p, 0, "recommendation-engine-of-the-shop")
	_, values = emit(t, p)
	groups, _ = decode(t, values)["shop_node_groups"].(map[string]any)
	long := regexp.MustCompile(`^recommendation-engine-of-th-[0-9a-f]{8}$`)
	count := 0
	for name := range groups {
		if len(name) > 36 {
			t.Errorf("%s has %d characters", name, len(name))
		}
		if long.MatchString(name) {
			count++
		}
	}
	if count != 3 {
		t.Errorf("3 names are too long, %d are cut: %v", count, slices.Sorted(maps.Keys(groups)))
	}
}

func TestPoolsRefuse(t *testing.T) {
	pools := func(p *planner.Plan) []planner.Pool { return p.NodeGroups[0].Pools }
	refuses(t, poolsPlan, map[string]refusal{
		"sizes":       {func(p *planner.Plan) { p.NodeGroups[0].MinNodes = 8 }, "node_group.batch: 7 nodes are not between min_nodes 8 and max_nodes 12"},
		"empty pool":  {func(p *planner.Plan) { pools(p)[0].Nodes, pools(p)[1].Nodes = 0, 5 }, "its pool of c6g.large has no node"},
		"capacity":    {func(p *planner.Plan) { pools(p)[2].CapacityType = "reserved" }, `node_group.batch.pools.m5.large: capacity type "reserved"`},
		"twice":       {func(p *planner.Plan) { pools(p)[1].CapacityType = planner.OnDemand }, "another group is written under the name batch-c6g-large-"},
		"disks":       {func(p *planner.Plan) { pools(p)[2].RootDisks = nil }, "node_group.batch.pools.m5.large: image"},
		"taint twice": {func(p *planner.Plan) { p.Cluster.NodeGroups[0].Taints[0] = p.Cluster.NodeGroups[0].Taints[1] }, "node_group.batch.pools.c6g.large/on_demand: a taint is declared twice"},
	})
}

// randomPools splits some groups of a plan into two or three pools of the given types and
// of both ways to buy; the courses of its upgrade go with them. Where zones are equal so
// they are in every pool.
//
// Some groups are split by zone, those of one's own machines are not.
func randomPools(r *rand.Rand, p *planner.Plan, types []string, equal bool) {
	for i := range p.NodeGroups {
		g, spec := &p.NodeGroups[i], &p.Cluster.NodeGroups[i]
		k := 1 + r.IntN(3)
		zones := g.Pools[0].NodesByZone
		split := r.IntN(3) == 0 && len(zones) > 1 && len(p.Cluster.Machines) == 0
		if k == 1 || g.Nodes < k*len(zones) {
			if split && g.Nodes > 0 {
				splitByZone(r, p, i)
			}
			continue
		}
		whole := g.Pools[0]
		g.Pools = nil
		var kinds []string
		for _, t := range types {
			kinds = append(kinds, t+" "+string(planner.OnDemand), t+" "+string(planner.Spot))
		}
		r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		kinds = kinds[:k]
		slices.Sort(kinds)
		left := g.Nodes / len(zones)
		for j, kind := range kinds {
			pool := whole
			words := strings.Fields(kind)
			pool.InstanceType, pool.CapacityType = words[0], planner.CapacityType(words[1])
			n := left - (k - 1 - j)
			if j < k-1 {
				n = 1 + r.IntN(n)
			}
			left -= n
			pool.Nodes, pool.NodesByZone = n*len(zones), zoneCounts(n*len(zones), zoneNames(zones)...)
			if j == k-1 && !equal {
				pool.Nodes += g.Nodes % len(zones)
				pool.NodesByZone = zoneCounts(pool.Nodes, zoneNames(zones)...)
			}
			g.Pools = append(g.Pools, pool)
		}
		spec.Instances.OnDemandBase = pick(r, units.Count(0), units.Count(r.IntN(20)), units.Share(units.Ratio(r.IntN(1_000_001))))
		if split {
			splitByZone(r, p, i)
		} else if p.Upgrade != nil {
			splitCourses(p.Upgrade, g)
		}
	}
}

// splitByZone makes a pool for each zone of the pools of a group, with counts that differ
// as they may.
func splitByZone(r *rand.Rand, p *planner.Plan, i int) {
	g, spec := &p.NodeGroups[i], &p.Cluster.NodeGroups[i]
	spec.SplitByZone, spec.Zones = true, zoneNames(g.Pools[0].NodesByZone)
	var pools []planner.Pool
	for _, whole := range g.Pools {
		left := whole.Nodes
		for at, z := range whole.NodesByZone {
			n := left
			if at < len(whole.NodesByZone)-1 {
				n = r.IntN(left + 1)
			}
			if left -= n; n > 0 {
				of := whole
				of.Zone, of.Nodes, of.NodesByZone = z.Zone, n, []planner.ZoneCount{{Zone: z.Zone, Nodes: n}}
				pools = append(pools, of)
			}
		}
	}
	g.Pools = pools
	if p.Upgrade != nil {
		splitCourses(p.Upgrade, g)
	}
}

func zoneNames(zones []planner.ZoneCount) []string {
	var out []string
	for _, z := range zones {
		out = append(out, z.Zone)
	}
	return out
}

func splitCourses(u *planner.UpgradePlan, g *planner.GroupPlan) {
	for i := range u.Strategies {
		s := &u.Strategies[i]
		at := slices.IndexFunc(s.Groups, func(c planner.UpgradeGroup) bool { return c.Name == g.Name })
		var courses []planner.UpgradeGroup
		for _, name := range g.CourseNames() {
			c := s.Groups[at]
			c.Name, c.Parallel = name, 1
			courses = append(courses, c)
		}
		s.Groups = slices.Replace(s.Groups, at, at+1, courses...)
	}
}

// poolCounts are what is bought of a pool: at the start, at least and at most.
type poolCounts struct {
	planned, least, most int
	spot                 bool
	machine              string
	zones                []string
}

// readers return the pools that are written, by name, and their labels' group.
func readers() map[string]func(t *testing.T, p *planner.Plan, v map[string]any) (map[string]poolCounts, map[string]any) {
	return map[string]func(t *testing.T, p *planner.Plan, v map[string]any) (map[string]poolCounts, map[string]any){
		"eks": func(t *testing.T, p *planner.Plan, v map[string]any) (map[string]poolCounts, map[string]any) {
			out, labels := map[string]poolCounts{}, map[string]any{}
			groups, _ := v[variableOf(p)].(map[string]any)
			for name, g := range groups {
				types, _ := at(t, g, "instance_types").([]any)
				out[name] = poolCounts{
					planned: number(t, at(t, g, "desired_size")), least: number(t, at(t, g, "min_size")), most: number(t, at(t, g, "max_size")),
					spot: at(t, g, "capacity_type") == "SPOT", machine: fmt.Sprint(types[0]), zones: words(at(t, v, prefixOf(p)+"node_group_zones "+name)),
				}
				labels[name] = at(t, g, "labels scantling.dev/group")
			}
			return out, labels
		},
		"gke": func(t *testing.T, p *planner.Plan, v map[string]any) (map[string]poolCounts, map[string]any) {
			out, labels := map[string]poolCounts{}, map[string]any{}
			pools, _ := v[variableOf(p)].([]any)
			for _, g := range pools {
				name := fmt.Sprint(at(t, g, "name"))
				zones := strings.Split(fmt.Sprint(at(t, g, "node_locations")), ",")
				n := poolCounts{spot: at(t, g, "spot") == true, machine: fmt.Sprint(at(t, g, "machine_type")), zones: zones}
				if at(t, g, "autoscaling") == true {
					n.planned, n.least, n.most = number(t, at(t, g, "initial_node_count")), number(t, at(t, g, "min_count")), number(t, at(t, g, "max_count"))
				} else {
					n.planned = number(t, at(t, g, "node_count"))
					n.least, n.most = n.planned, n.planned
				}
				n.planned, n.least, n.most = n.planned*len(zones), n.least*len(zones), n.most*len(zones)
				out[name] = n
				labels[name] = at(t, v, prefixOf(p)+"node_pools_labels "+name+" scantling.dev/group")
			}
			return out, labels
		},
		"plain": func(t *testing.T, p *planner.Plan, v map[string]any) (map[string]poolCounts, map[string]any) {
			out, labels := map[string]poolCounts{}, map[string]any{}
			groups, _ := v[variableOf(p)].(map[string]any)
			for name, g := range groups {
				n := poolCounts{
					least: number(t, at(t, g, "min_nodes")), most: number(t, at(t, g, "max_nodes")),
					spot: at(t, g, "capacity_type") == "spot", machine: fmt.Sprint(at(t, g, "machine_type")),
				}
				zones, _ := at(t, g, "nodes_by_zone").(map[string]any)
				for zone, count := range zones {
					n.planned += number(t, count)
					n.zones = append(n.zones, zone)
				}
				slices.Sort(n.zones)
				out[name], labels[name] = n, at(t, g, "labels scantling.dev/group")
			}
			return out, labels
		},
	}
}

// prefixOf is what stands before the names of a random plan's other variables.
func prefixOf(p *planner.Plan) string {
	v := variableOf(p)
	for _, ending := range []string{"node_groups", "node_pools"} {
		if prefix, ok := strings.CutSuffix(v, ending); ok {
			return prefix
		}
	}
	return v + "_"
}

func words(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		out = append(out, fmt.Sprint(e))
	}
	return out
}

// TestRandomPools: of every pool the planned nodes are bought, of its type, in its way
// and its zones, and nothing else; bounds of a group's pools add up to the group's, those
// of GKE as far as they are multiples of the zones.
func TestRandomPools(t *testing.T) {
	for target, random := range map[string]func(*rand.Rand) *planner.Plan{"eks": randomEKSPlan, "gke": randomGKEPlan, "plain": randomPlainPlan} {
		several, split := 0, 0
		for seed := range uint64(200) {
			r := rand.New(rand.NewPCG(seed, 11))
			p := random(r)
			var types []string
			for _, o := range p.Offers {
				types = append(types, o.Name)
			}
			randomPools(r, p, types, target == "gke")
			_, values := emit(t, p)
			if _, again := emit(t, p); !bytes.Equal(values, again) {
				t.Fatalf("%s, seed %d: the second run differs", target, seed)
			}
			bought, labels := readers()[target](t, p, decode(t, values))
			for i := range p.NodeGroups {
				if len(p.NodeGroups[i].Pools) > 1 {
					several++
				}
				split += len(p.NodeGroups[i].Pools[0].Zone)
				checkPools(t, p, i, bought, labels, target)
			}
			if len(bought) != 0 {
				t.Errorf("%d groups are written for no pool: %v", len(bought), bought)
			}
			if t.Failed() {
				t.Fatalf("%s, seed %d:\n%s", target, seed, values)
			}
		}
		if several < 50 || split == 0 {
			t.Errorf("%s: only %d groups had several pools", target, several)
		}
	}
}

// checkPools holds what is written of a group against its pools, and strikes it off.
func checkPools(t *testing.T, p *planner.Plan, i int, bought map[string]poolCounts, labels map[string]any, target string) {
	t.Helper()
	g, spec := &p.NodeGroups[i], &p.Cluster.NodeGroups[i]
	var least, most, base, baseLeast, baseMost, spot int
	for j := range g.Pools {
		pool := &g.Pools[j]
		var zones []string
		for _, z := range pool.NodesByZone {
			if z.Nodes > 0 || g.Alone() {
				zones = append(zones, z.Zone)
			}
		}
		own := len(p.Cluster.Machines) > 0
		name := ""
		for n, b := range bought {
			if labels[n] == g.Name && b.machine == pool.InstanceType && (own || b.spot == (pool.CapacityType == planner.Spot)) &&
				(pool.Zone == "" || slices.Equal(b.zones, []string{pool.Zone})) && (!own || len(g.Pools) == 1 || strings.HasSuffix(n, "-spot") == (pool.CapacityType == planner.Spot)) {
				name = n
			}
		}
		b, ok := bought[name]
		if !ok {
			t.Errorf("%s: %d x %s %s is not written", g.Name, pool.Nodes, pool.InstanceType, pool.CapacityType)
			continue
		}
		delete(bought, name)
		if g.Alone() && name != g.Name {
			t.Errorf("%s, of one pool, is called %s", g.Name, name)
		}
		if word := strings.TrimPrefix(strings.TrimPrefix(pool.Zone, p.Cluster.Region), "-"); word != "" && !strings.HasSuffix(name, "-"+word) && len(name) < 30 {
			t.Errorf("%s in %s is called %s", g.Name, pool.Zone, name)
		}
		if target == "plain" {
			zones = zoneNames(pool.NodesByZone)
		}
		if b.planned != pool.Nodes || !slices.Equal(b.zones, zones) || b.least > b.planned || b.planned > b.most {
			t.Errorf("%s: %+v, planned are %d in %v", name, b, pool.Nodes, zones)
		}
		least, most = least+b.least, most+b.most
		if pool.CapacityType == planner.Spot {
			spot += pool.Nodes
		} else {
			base, baseLeast, baseMost = base+pool.Nodes, baseLeast+b.least, baseMost+b.most
		}
	}
	wantLeast, wantMost := g.MinNodes, g.MaxNodes
	step := 1
	if target == "gke" {
		step = len(g.Pools[0].NodesByZone)
		wantLeast, wantMost = (wantLeast+step-1)/step*step, wantMost/step*step
	}
	if least != wantLeast || most != wantMost {
		t.Errorf("%s: from %d to %d, planned from %d to %d", g.Name, least, most, wantLeast, wantMost)
	}
	if base == 0 || spot == 0 {
		return
	}
	// The base is kept at both ends, unless what is planned leaves no room for it.
	if asked := min(spec.Instances.OnDemandBase.Up(wantLeast), wantLeast); baseLeast < min(asked, base) || baseLeast > asked+step-1 && baseLeast > wantLeast-spot {
		t.Errorf("%s: %d nodes on demand at least, the base of %d nodes is %d", g.Name, baseLeast, wantLeast, asked)
	}
	if asked := min(spec.Instances.OnDemandBase.Up(wantMost), wantMost); baseMost < min(asked, wantMost-spot) || baseMost > asked+step-1 && baseMost > base {
		t.Errorf("%s: %d nodes on demand at most, the base of %d nodes is %d", g.Name, baseMost, wantMost, asked)
	}
}

// TestGPUs: the image and the keys that bring GPUs, where pods can ask for them; what
// there is no word for is refused by name.
func TestGPUs(t *testing.T) {
	devices := func(name string, count int64) []planner.ExtendedResource {
		return []planner.ExtendedResource{{Name: name, Count: count}}
	}
	eks := func(image planner.Image, instanceType string) func(p *planner.Plan) {
		return func(p *planner.Plan) {
			p.Cluster.NodeGroups[1].Image = image
			pool := &p.NodeGroups[1].Pools[0]
			pool.InstanceType, pool.Allocatable.Extended = instanceType, devices("nvidia.com/gpu", 1)
			if image == planner.Bottlerocket {
				pool.RootDisks = append(pool.RootDisks, pool.RootDisks[0])
			}
		}
	}
	changes(t, eksPlan, checkEKSTypes, map[string]change{
		"AL2023":               {eks(planner.AL2023, "m5.large"), "shop_node_groups gpu ami_type", "AL2023_x86_64_NVIDIA"},
		"AL2023, arm64":        {eks(planner.AL2023, "c6g.large"), "shop_node_groups gpu ami_type", "AL2023_ARM_64_NVIDIA"},
		"Bottlerocket":         {eks(planner.Bottlerocket, "m5.large"), "shop_node_groups gpu ami_type", "BOTTLEROCKET_x86_64_NVIDIA"},
		"Bottlerocket, arm64":  {eks(planner.Bottlerocket, "c6g.large"), "shop_node_groups gpu ami_type", "BOTTLEROCKET_ARM_64_NVIDIA"},
		"no device is offered": {func(*planner.Plan) {}, "shop_node_groups gpu ami_type", "AL2023_x86_64_STANDARD"},
	})
	refuses(t, eksPlan, map[string]refusal{
		"another device": {
			func(p *planner.Plan) {
				p.NodeGroups[1].Pools[0].Allocatable.Extended = devices("aws.amazon.com/neuron", 2)
			},
			"node_group.gpu: a node offers 2 aws.amazon.com/neuron",
		},
	})
	gke := func(name, gpu string, milli int, count int64) func(p *planner.Plan) {
		return func(p *planner.Plan) {
			p.Offers[2].Name, p.Offers[2].GPUs.Name, p.Offers[2].GPUs.Milli = name, gpu, milli
			p.NodeGroups[1].Pools[0].InstanceType, p.NodeGroups[1].Pools[0].Allocatable.Extended = name, devices("nvidia.com/gpu", count)
		}
	}
	changes(t, gkePlan, checkGKETypes, map[string]change{
		"L4":        {gke("g2-standard-24", "l4", 2000, 2), "shop_node_groups gpu accelerator_type", "nvidia-l4"},
		"two of it": {gke("g2-standard-24", "l4", 2000, 2), "shop_node_groups gpu accelerator_count", "2"},
		"A100":      {gke("a2-highgpu-1g", "a100-40gb", 1000, 1), "shop_node_groups gpu accelerator_type", "nvidia-tesla-a100"},
		"H100 mega": {gke("a3-megagpu-8g", "h100-80gb", 8000, 8), "shop_node_groups gpu accelerator_type", "nvidia-h100-mega-80gb"},
		"H100":      {gke("a3-highgpu-8g", "h100-80gb", 8000, 8), "shop_node_groups gpu accelerator_type", "nvidia-h100-80gb"},
		"none":      {func(*planner.Plan) {}, "shop_node_groups gpu accelerator_type", "<nil>"},
	})
	refuses(t, gkePlan, map[string]refusal{
		"no name":  {gke("g9-standard-4", "x1", 1000, 1), `node_group.gpu: GKE's accelerator_type of the GPUs of g9-standard-4 ("x1") is not known here`},
		"shared":   {gke("g2-standard-4", "l4", 1000, 4), "the module has no key for shared GPUs"},
		"a device": {func(p *planner.Plan) { p.NodeGroups[1].Pools[0].Allocatable.Extended = devices("google.com/tpu", 4) }, "node_group.gpu: a node offers 4 google.com/tpu"},
	})
	if _, err := terraform.Files(gkePlan()); err != nil {
		t.Error(err)
	}
}
