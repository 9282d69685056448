package emit_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/eksctl"
	"github.com/scantling-dev/scantling/internal/emit/karpenter"
	"github.com/scantling-dev/scantling/internal/emit/kops"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func types() []catalogs.InstanceType {
	return []catalogs.InstanceType{
		{Name: "c6g.large", Architecture: catalogs.ARM64, VCPUs: 2, Memory: 4 * units.GiB},
		{Name: "m5.4xlarge", Architecture: catalogs.ARM64, VCPUs: 16, Memory: 64 * units.GiB},
		{Name: "m5.large", Architecture: catalogs.ARM64, VCPUs: 2, Memory: 8 * units.GiB},
	}
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// random returns a plan of one to five groups of one to three pools, on EKS or, for kops,
// self-managed.
func random(r *rand.Rand, mode planner.Mode) *planner.Plan {
	p := &planner.Plan{Offers: types()}
	p.Cluster = planner.Cluster{
		Name: "Shop_1", Provider: "aws", Region: "us-east-1", Zones: []string{"us-east-1a", "us-east-1b", "us-east-1c"}, KubernetesVersion: "1.35",
		Network: planner.Network{CNI: pick(r, planner.VPC, planner.VPCPrefix)},
	}
	p.ControlPlane = planner.ControlPlane{Mode: mode, Tier: pick(r, "standard", "tier-xl"), Support: pick(r, "standard", "extended")}
	if mode == planner.SelfManaged {
		selfManaged(r, p)
	}
	for i := range 1 + r.IntN(5) {
		addGroup(r, p, fmt.Sprintf("g%d", i))
	}
	p.NodeGroups[0].Workloads = []planner.WorkloadPlan{
		{Name: "coredns", System: true, Replicas: 2, Pod: planner.Pod{CPU: 100, Memory: 70 * units.MiB}},
		{Name: "ebs-csi-controller", System: true, Replicas: 2, Pod: planner.Pod{CPU: 60, Memory: 240 * units.MiB}},
		{Name: "metrics-server", System: true, Replicas: 1, Pod: planner.Pod{CPU: 100, Memory: 200 * units.MiB}},
	}
	return p
}

func selfManaged(r *rand.Rand, p *planner.Plan) {
	p.Cluster.Provider = pick(r, "aws", "gcp")
	p.Cluster.Network.CNI = pick(r, planner.Calico, planner.Cilium)
	n := 3 + 2*r.IntN(3)
	m := planner.ControlPlaneMachines{
		Role: planner.RoleControlPlane, InstanceType: "m5.large", Nodes: n, Disks: []planner.Disk{{Type: "gp3", Size: 50 * units.GiB}},
	}
	for i, z := range p.Cluster.Zones {
		m.NodesByZone = append(m.NodesByZone, planner.ZoneCount{Zone: z, Nodes: (n + 2 - i) / 3})
	}
	p.ControlPlane.Machines = []planner.ControlPlaneMachines{m}
	p.ControlPlane.LoadBalancer = &planner.LoadBalancer{Kind: planner.CloudLoadBalancer}
	p.ControlPlane.Etcd = &planner.Etcd{
		Topology: planner.Stacked, Members: n, Disk: planner.Disk{Type: "gp3", Size: 40*units.GiB + 1, IOPS: 4000},
		Quota: 8 * units.GiB, Heartbeat: 100 * time.Millisecond, ElectionTimeout: time.Second, BackupInterval: 15 * time.Minute, BackupRetention: 25 * time.Hour,
	}
}

func addGroup(r *rand.Rand, p *planner.Plan, name string) {
	spec := planner.NodeGroup{
		Name: name, Zones: p.Cluster.Zones, Image: planner.AL2023, Labels: map[string]string{"team": "a"},
		Taints:    []planner.Taint{{Key: "group", Value: name, Effect: planner.NoSchedule}, {Key: "slow", Effect: planner.PreferNoSchedule}},
		Instances: planner.Instances{OnDemandBase: pick(r, units.Count(0), units.Count(2), units.Share(30*units.Percent))},
		UpdateConfig: planner.UpdateConfig{Strategy: pick(r, "surge", "minimal"), MaxUnavailable: pick(r,
			units.Count(0), units.Count(r.IntN(200)), units.Share(units.Ratio(1+r.IntN(100))*units.Percent), units.Share(units.Ratio(r.IntN(1_000_001))))},
	}
	g := planner.GroupPlan{Name: name}
	for i, t := range types()[:1+r.IntN(3)] {
		n := 1 + r.IntN(40)
		pool := planner.Pool{
			InstanceType: t.Name, CapacityType: pick(r, planner.OnDemand, planner.Spot), Nodes: n, Allocatable: planner.Allocatable{Pods: 29 + i},
			RootDisks: []planner.Disk{{Type: "gp3", Size: 50*units.GiB + 1}},
		}
		for k, z := range p.Cluster.Zones {
			pool.NodesByZone = append(pool.NodesByZone, planner.ZoneCount{Zone: z, Nodes: (n + 2 - k) / 3})
		}
		g.Pools, g.Nodes = append(g.Pools, pool), g.Nodes+n
	}
	if r.IntN(3) == 0 {
		spec.SplitByZone = true
		byZone(&g)
	}
	g.MinNodes, g.MaxNodes = 1+r.IntN(g.Nodes), g.Nodes+r.IntN(50)
	p.Cluster.NodeGroups, p.NodeGroups = append(p.Cluster.NodeGroups, spec), append(p.NodeGroups, g)
}

// byZone makes a pool for each zone of the pools of a group.
func byZone(g *planner.GroupPlan) {
	var pools []planner.Pool
	for _, whole := range g.Pools {
		for _, z := range whole.NodesByZone {
			if z.Nodes > 0 {
				of := whole
				of.Zone, of.Nodes, of.NodesByZone = z.Zone, z.Nodes, []planner.ZoneCount{z}
				pools = append(pools, of)
			}
		}
	}
	g.Pools = pools
}

// inZones adds the nodes that are bought of a group to those of its zone, where it is split
// by zone and they can be in one.
func inZones(t *testing.T, p *planner.Plan, to map[string]int, name string, zones any, nodes int) {
	t.Helper()
	if !emit.SpecOf(p, name).Split() {
		return
	}
	list, _ := zones.([]any)
	if len(list) != 1 {
		t.Errorf("%s is split by zone, and a group of it is in %v", name, list)
		return
	}
	to[fmt.Sprintf("%s in %v", name, list[0])] += nodes
}

// zonesPlanned are the nodes by zone of the groups that are split.
func zonesPlanned(p *planner.Plan) map[string]int {
	out := map[string]int{}
	for i := range p.NodeGroups {
		for _, pool := range p.NodeGroups[i].Pools {
			if pool.Zone != "" {
				out[p.NodeGroups[i].Name+" in "+pool.Zone] += pool.Nodes
			}
		}
	}
	return out
}

// documents writes a plan twice and returns what the files hold.
func documents(t *testing.T, tool emit.Tool, p *planner.Plan) []map[string]any {
	t.Helper()
	made, err := tool.Write(emit.Request{Plan: p})
	if err != nil {
		t.Fatalf("%s: %v", tool.Name, err)
	}
	again, err := tool.Write(emit.Request{Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for i, f := range made.Files {
		if !bytes.Equal(f.Content, again.Files[i].Content) {
			t.Fatalf("%s differs the second time", f.Name)
		}
		for text := range strings.SplitSeq(string(f.Content), "\n---\n") {
			var d map[string]any
			if err := yaml.UnmarshalStrict([]byte(text), &d); err != nil {
				t.Fatal(err)
			}
			out = append(out, d)
		}
	}
	return out
}

// at returns what stands at a path of keys; nil where there is nothing.
func at(v any, path ...string) any {
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// number reads a count, written as a number or as text.
func number(t *testing.T, v any) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscan(fmt.Sprint(v), &n); err != nil {
		t.Fatalf("%v is no count", v)
	}
	return n
}

// group returns the name of the plan's group that labels name.
func group(t *testing.T, labels any) string {
	t.Helper()
	s, ok := at(labels, emit.GroupLabel).(string)
	if !ok {
		t.Fatalf("no group among the labels %v", labels)
	}
	return s
}

// bought is what is bought of a group: least, planned and most.
type bought struct{ least, nodes, most int }

func (b bought) plus(least, nodes, most int) bought {
	return bought{b.least + least, b.nodes + nodes, b.most + most}
}

// TestBoughtTotals: what each tool buys of each group is what the plan says, over all the
// pools that it is written as, whatever the plan.
func TestBoughtTotals(t *testing.T) {
	seeds := uint64(200)
	if testing.Short() {
		seeds = 40
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 0))
		eks, self := random(r, planner.Managed), random(r, planner.SelfManaged)
		want := func(p *planner.Plan) map[string]bought {
			out := map[string]bought{}
			for i := range p.NodeGroups {
				g := &p.NodeGroups[i]
				out[g.Name] = bought{g.MinNodes, g.Nodes, g.MaxNodes}
			}
			return out
		}
		fromEksctl, ofEksctl := map[string]bought{}, map[string]int{}
		list, _ := documents(t, eksctl.Tool(), eks)[0]["managedNodeGroups"].([]any)
		for _, g := range list {
			least, nodes, most := number(t, at(g, "minSize")), number(t, at(g, "desiredCapacity")), number(t, at(g, "maxSize"))
			if least > nodes || nodes > most {
				t.Errorf("seed %d: eksctl: %d, %d, %d nodes", seed, least, nodes, most)
			}
			name := group(t, at(g, "labels"))
			fromEksctl[name] = fromEksctl[name].plus(least, nodes, most)
			atATime(t, eks, name, at(g, "updateConfig"))
			inZones(t, eks, ofEksctl, name, at(g, "availabilityZones"), nodes)
		}
		if want := zonesPlanned(eks); !maps.Equal(ofEksctl, want) {
			t.Errorf("seed %d: eksctl: %v by zone, want %v", seed, ofEksctl, want)
		}
		compare(t, seed, "eksctl", fromEksctl, want(eks), bought{1, 1, 1})

		fromKarpenter, fromKops := map[string]bought{}, map[string]bought{}
		for _, d := range documents(t, karpenter.Tool(), eks) {
			if d["kind"] == "NodePool" {
				name := group(t, at(d, "spec", "template", "metadata", "labels"))
				fromKarpenter[name] = fromKarpenter[name].plus(0, 0, number(t, at(d, "spec", "limits", "nodes")))
				limits(t, eks, name, at(d, "spec", "limits"))
			}
		}
		compare(t, seed, "karpenter", fromKarpenter, want(eks), bought{0, 0, 1})
		masters := 0
		for _, d := range documents(t, kops.Tool(), self) {
			if d["kind"] != "InstanceGroup" {
				continue
			}
			least, most := number(t, at(d, "spec", "minSize")), number(t, at(d, "spec", "maxSize"))
			if at(d, "spec", "role") == "Master" {
				masters += least
				continue
			}
			name := group(t, at(d, "spec", "nodeLabels"))
			zones := at(d, "spec", "subnets")
			if self.Cluster.Provider == "gcp" {
				zones = at(d, "spec", "zones")
			}
			inZones(t, self, map[string]int{}, name, zones, 0)
			fromKops[name] = fromKops[name].plus(least, 0, most)
			if number(t, at(d, "spec", "rollingUpdate", "maxSurge"))+number(t, at(d, "spec", "rollingUpdate", "maxUnavailable")) < 1 {
				t.Errorf("seed %d: kops replaces no node of %s at a time", seed, name)
			}
		}
		compare(t, seed, "kops", fromKops, want(self), bought{1, 0, 1})
		if n := self.ControlPlane.Machines[0].Nodes; masters != n {
			t.Errorf("seed %d: kops: %d machines of the control plane, %d planned", seed, masters, n)
		}
	}
}

// compare holds totals to the plan's, but for counts that the tool has none of.
func compare(t *testing.T, seed uint64, tool string, got, want map[string]bought, has bought) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("seed %d: %s: %d groups, want %d", seed, tool, len(got), len(want))
	}
	for name, w := range want {
		w = bought{w.least * has.least, w.nodes * has.nodes, w.most * has.most}
		if got[name] != w {
			t.Errorf("seed %d: %s: %s has %+v, want %+v", seed, tool, name, got[name], w)
		}
	}
}

// atATime holds how many nodes are updated at a time to what EKS takes.
func atATime(t *testing.T, p *planner.Plan, name string, config any) {
	t.Helper()
	share, count := at(config, "maxUnavailablePercentage"), at(config, "maxUnavailable")
	declared := emit.SpecOf(p, name).UpdateConfig.MaxUnavailable
	switch {
	case (share == nil) == (count == nil):
		t.Errorf("%s: not exactly one count in %v", name, config)
	case share != nil && units.Ratio(number(t, share))*units.Percent != declared.Ratio:
		t.Errorf("%s: %v%%, declared %+v", name, share, declared)
	case count != nil && (number(t, count) < 1 || number(t, count) > 100):
		t.Errorf("%s: %v nodes at a time", name, count)
	}
}

// limits holds those of a NodePool to what the nodes of the plan have: at least that of
// the planned nodes, and no more than with every further node of the largest type.
func limits(t *testing.T, p *planner.Plan, name string, got any) {
	t.Helper()
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		if g.Name != name {
			continue
		}
		planned := 0
		for _, pool := range g.Pools {
			for _, o := range types() {
				if o.Name == pool.InstanceType {
					planned += pool.Nodes * o.VCPUs
				}
			}
		}
		if cpu := number(t, at(got, "cpu")); cpu < planned || cpu > planned+(g.MaxNodes-g.Nodes)*16 {
			t.Errorf("%s: %d vCPUs at the most, %d planned and %d nodes more", name, cpu, planned, g.MaxNodes-g.Nodes)
		}
	}
}

// TestGrounds: each tool refuses what it is not for, in one sentence.
func TestGrounds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	eks, self := random(r, planner.Managed), random(r, planner.SelfManaged)
	gke := random(r, planner.Managed)
	gke.Cluster.Provider = "gcp"
	external, proxied, slim := random(r, planner.SelfManaged), random(r, planner.SelfManaged), random(r, planner.SelfManaged)
	external.ControlPlane.Etcd.Topology = planner.External
	proxied.ControlPlane.LoadBalancer.Kind = planner.KubeVIP
	slim.ControlPlane.Machines[0].Nodes = 1
	for _, c := range []struct {
		tool emit.Tool
		plan *planner.Plan
		want string
	}{
		{eksctl.Tool(), gke, "emit.eksctl: it is for EKS alone"},
		{eksctl.Tool(), self, "emit.eksctl: it is for EKS alone"},
		{karpenter.Tool(), self, "emit.karpenter: it is for EKS alone"},
		{kops.Tool(), eks, "emit.kops: it is for self-managed clusters on AWS and Google Cloud"},
		{kops.Tool(), external, `control_plane.etcd_topology: kops runs etcd on the machines of the control plane`},
		{kops.Tool(), proxied, `control_plane.load_balancer: kops puts the cloud's before the API servers`},
		{kops.Tool(), slim, "control_plane: 1 machines cannot run"},
	} {
		if _, err := c.tool.Write(emit.Request{Plan: c.plan}); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.tool.Name, err, c.want)
		}
	}
}
