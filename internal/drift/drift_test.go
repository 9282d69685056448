package drift_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/drift"
	"github.com/scantling-dev/scantling/planner"
)

// shop plans web, three tainted c7g.large over two zones, and batch, from one to four spot
// machines.
func shop() *planner.Plan {
	return &planner.Plan{
		Cluster: planner.Cluster{
			Name: "shop", KubernetesVersion: "1.35",
			NodeGroups: []planner.NodeGroup{
				{Name: "batch"},
				{Name: "web", Labels: map[string]string{"tier": "front"}, Taints: []planner.Taint{{Key: "only", Value: "web", Effect: planner.NoSchedule}}},
			},
		},
		NodeGroups: []planner.GroupPlan{
			{
				Name: "batch", Nodes: 2, MinNodes: 1, MaxNodes: 4,
				Pools:     []planner.Pool{{InstanceType: "m7g.large", CapacityType: planner.Spot, Nodes: 2, NodesByZone: []planner.ZoneCount{{Zone: "a", Nodes: 1}, {Zone: "b", Nodes: 1}}}},
				Workloads: []planner.WorkloadPlan{{Name: "job", Replicas: 4, Job: &planner.JobPlan{}}},
			},
			{
				Name: "web", Nodes: 3, MinNodes: 3, MaxNodes: 3,
				Pools:     []planner.Pool{{InstanceType: "c7g.large", CapacityType: planner.OnDemand, Nodes: 3, NodesByZone: []planner.ZoneCount{{Zone: "a", Nodes: 2}, {Zone: "b", Nodes: 1}}}},
				Workloads: []planner.WorkloadPlan{{Name: "api", Replicas: 2}, {Name: "scaled", Replicas: 5, Autoscaler: &planner.AutoscalerPlan{MinReplicas: 2, MaxReplicas: 5}}},
			},
		},
	}
}

// eksAttributes are those of the two groups as the provider keeps them.
func eksAttributes(webMin, batchDesired int) (batch, web string) {
	batch = fmt.Sprintf(`{"node_group_name": "batch-2026", "instance_types": ["m7g.large"], "capacity_type": "SPOT", "version": "1.35",
		"scaling_config": [{"min_size": 1, "desired_size": %d, "max_size": 4}], "labels": {"scantling.dev/group": "batch"}, "taint": []}`, batchDesired)
	web = fmt.Sprintf(`{"node_group_name": "web-2026", "instance_types": ["c7g.large"], "capacity_type": "ON_DEMAND", "version": "1.35",
		"scaling_config": [{"min_size": %d, "desired_size": 3, "max_size": 3}], "labels": {"scantling.dev/group": "web", "tier": "front"},
		"taint": [{"key": "only", "value": "web", "effect": "NO_SCHEDULE"}]}`, webMin)
	return batch, web
}

// showJSON is what terraform show -json prints of a state, the groups in a child module.
func showJSON(key, batch, web string) string {
	return `{"format_version": "1.0", "` + key + `": {"root_module": {"resources": [
		{"mode": "managed", "type": "aws_eks_cluster", "values": {"version": "1.35"}},
		{"mode": "data", "type": "aws_eks_node_group", "values": {"node_group_name": "other"}}],
		"child_modules": [{"child_modules": [{"resources": [
			{"mode": "managed", "type": "aws_eks_node_group", "values": ` + batch + `},
			{"mode": "managed", "type": "aws_eks_node_group", "values": ` + web + `}]}]}]}}}`
}

func stateJSON(batch, web string) string {
	return `{"version": 4, "resources": [{"mode": "managed", "type": "aws_eks_cluster", "instances": [{"attributes": {"version": "1.35"}}]},
		{"mode": "managed", "type": "aws_eks_node_group", "instances": [{"index_key": 0, "attributes": ` + batch + `}, {"index_key": 1, "attributes": ` + web + `}]}]}`
}

// told are the rows that differ, or may.
func told(rows []drift.Row) []string {
	var out []string
	for _, r := range rows {
		if r.Drift || r.Note != "" {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s: %s|%s|%s %t %s", r.Path, r.What, r.Planned, r.Terraform, r.Running, r.Drift, r.Note)))
		}
	}
	return out
}

func names() []string { return []string{"batch", "web"} }

func written(t *testing.T, doc string) *drift.Side {
	t.Helper()
	s, err := drift.Written([]byte(doc), names())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTerraform(t *testing.T) {
	const ignored = "within the planned bounds; ignored after a group is made"
	batch, web := eksAttributes(3, 2)
	edited, lowered := eksAttributes(2, 4)
	for name, tc := range map[string]struct {
		doc  string
		want []string
	}{
		"a state":            {showJSON("values", batch, web), nil},
		"a plan file":        {showJSON("planned_values", batch, web), nil},
		"a raw state":        {stateJSON(batch, web), nil},
		"edited by hand":     {showJSON("values", edited, lowered), []string{"node_group.batch desired nodes: 2|4| false " + ignored, "node_group.web min nodes: 3|2| true"}},
		"the same, raw":      {stateJSON(edited, lowered), []string{"node_group.batch desired nodes: 2|4| false " + ignored, "node_group.web min nodes: 3|2| true"}},
		"an old version":     {strings.ReplaceAll(showJSON("values", batch, web), `"1.35"`, `"1.34"`), []string{"cluster kubernetes_version: 1.35|1.34| true", "node_group.batch kubernetes_version: 1.35|1.34| true", "node_group.web kubernetes_version: 1.35|1.34| true"}},
		"another type":       {showJSON("values", batch, strings.Replace(web, "c7g", "c6a", 1)), []string{"node_group.web instance types: c7g.large|c6a.large| true"}},
		"on demand":          {showJSON("values", strings.Replace(batch, "SPOT", "ON_DEMAND", 1), web), []string{"node_group.batch capacity: spot|on_demand| true"}},
		"a label lost":       {showJSON("values", batch, strings.Replace(web, `, "tier": "front"`, "", 1)), []string{"node_group.web label tier: front|none| true"}},
		"a taint lost":       {showJSON("values", batch, strings.Replace(web, `{"key": "only", "value": "web", "effect": "NO_SCHEDULE"}`, "", 1)), []string{"node_group.web taints: only=web:NoSchedule|none| true"}},
		"by name":            {showJSON("values", batch, strings.Replace(web, `"scantling.dev/group": "web", `, "", 1)), []string{"node_group.web label scantling.dev/group: web|none| true"}},
		"a group is missing": {stateJSON(batch, `{"node_group_name": "old", "instance_types": ["t3.large"]}`), []string{"node_group.web group: there|missing| true it is not there", "cluster not planned: |node group old| true no planned group's label scantling.dev/group or name"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := written(t, tc.doc)
			if got := told(drift.Compare(shop(), s, nil)); !slices.Equal(got, tc.want) {
				t.Errorf("got\n%q\nwant\n%q", got, tc.want)
			}
			if !slices.Contains(s.Unknown, "nodes by zone: node groups of EKS name subnets") {
				t.Errorf("not known are %q", s.Unknown)
			}
		})
	}
}

// TestGroupsOfZones: a group that is split by zone is one of several groups of Terraform,
// each in one zone, so that nodes by zone are known on EKS too. Of a group over several zones
// they are not.
func TestGroupsOfZones(t *testing.T) {
	p := shop()
	web := &p.NodeGroups[1]
	p.Cluster.NodeGroups[1].SplitByZone, p.Cluster.NodeGroups[1].Zones = true, []string{"a", "b"}
	var pools []planner.Pool
	for _, z := range web.Pools[0].NodesByZone {
		pool := web.Pools[0]
		pool.Zone, pool.Nodes, pool.NodesByZone = z.Zone, z.Nodes, []planner.ZoneCount{z}
		pool.MinNodes, pool.MaxNodes = z.Nodes, z.Nodes+3
		pools = append(pools, pool)
	}
	web.Pools = pools
	group := func(name, labels, kind, capacity string, nodes, most int) string {
		return fmt.Sprintf(`%q: {"instance_types": [%q], "capacity_type": %q, "min_size": %d, "desired_size": %d, "max_size": %d, "labels": {%s}`, name, kind, capacity, min(nodes, most-3), nodes, most, labels)
	}
	doc := func(a, b int) string {
		const own = `"scantling.dev/group": "web", "tier": "front"`
		const taint = `, "taints": {"only": {"key": "only", "value": "web", "effect": "NO_SCHEDULE"}}}`
		return `{"kubernetes_version": "1.35", "node_group_zones": {"batch": ["a", "b"], "web-a": ["a"], "web-b": ["b"]}, "node_groups": {` +
			group("batch", `"scantling.dev/group": "batch"`, "m7g.large", "SPOT", 2, 4) + "}," +
			group("web-a", own, "c7g.large", "ON_DEMAND", a, a+3) + taint + "," + group("web-b", own, "c7g.large", "ON_DEMAND", b, b+3) + taint + "}}"
	}
	web.MaxNodes = 9
	s := written(t, doc(2, 1))
	if got := s.Groups["web"]; *got.Desired != 3 || got.Zones["a"] != 2 || got.Zones["b"] != 1 || s.Groups["batch"].Zones != nil {
		t.Errorf("web has %d nodes, %v; batch %v", *got.Desired, got.Zones, s.Groups["batch"].Zones)
	}
	if got := told(drift.Compare(p, s, nil)); got != nil {
		t.Errorf("as planned, and told are %q", got)
	}
	web.MinNodes, web.MaxNodes = 3, 3 // else zones follow the load
	got := told(drift.Compare(p, written(t, doc(1, 2)), nil))
	for _, want := range []string{"node_group.web nodes in a: 2|1| true", "node_group.web nodes in b: 1|2| true"} {
		if !slices.Contains(got, want) {
			t.Errorf("told are %q, not %q", got, want)
		}
	}
}

// mixed plans one group of two small machines on demand and three large spot ones.
func mixed(least, most int) *planner.Plan {
	zones := func(a, b int) []planner.ZoneCount {
		return []planner.ZoneCount{{Zone: "a", Nodes: a}, {Zone: "b", Nodes: b}}
	}
	return &planner.Plan{
		Cluster: planner.Cluster{Name: "shop", KubernetesVersion: "1.35", NodeGroups: []planner.NodeGroup{{Name: "web"}}},
		NodeGroups: []planner.GroupPlan{{Name: "web", Nodes: 5, MinNodes: least, MaxNodes: most, Pools: []planner.Pool{
			{InstanceType: "c7g.large", CapacityType: planner.OnDemand, Nodes: 2, NodesByZone: zones(1, 1)},
			{InstanceType: "c7g.xlarge", CapacityType: planner.Spot, Nodes: 3, NodesByZone: zones(2, 1)},
		}}},
	}
}

// TestPools: counts of a group of several types are of each type, since as many nodes in all
// may be others.
func TestPools(t *testing.T) {
	doc := func(small, large int, capacity string) string {
		group := func(name, kind, capacity string, n int) string {
			return fmt.Sprintf(`%q: {"instance_types": [%q], "capacity_type": %q, "min_size": %d, "desired_size": %d, "max_size": %d, "labels": {"scantling.dev/group": "web"}, "taints": {}}`, name, kind, capacity, n, n, n)
		}
		return `{"kubernetes_version": "1.35", "node_groups": {` + group("web-c7g-large", "c7g.large", capacity, small) + "," + group("web-c7g-xlarge-spot", "c7g.xlarge", "SPOT", large) + "}}"
	}
	swapped := []string{"node_group.web nodes of c7g.large: 2|3| true", "node_group.web nodes of c7g.xlarge spot: 3|2| true"}
	for name, tc := range map[string]struct {
		plan *planner.Plan
		doc  string
		want []string
	}{
		"as planned": {mixed(5, 5), doc(2, 3, "ON_DEMAND"), nil},
		"swapped":    {mixed(5, 5), doc(3, 2, "ON_DEMAND"), swapped},
		"the count follows the load": {mixed(2, 8), doc(3, 2, "ON_DEMAND"), []string{
			"node_group.web min nodes: 2|5| true", "node_group.web max nodes: 8|5| true",
			"node_group.web nodes of c7g.large: 2|3| false the count follows the load", "node_group.web nodes of c7g.xlarge spot: 3|2| false the count follows the load",
		}},
		"all spot": {mixed(5, 5), doc(2, 3, "SPOT"), []string{
			"node_group.web capacity: on_demand spot|spot| true", "node_group.web nodes of c7g.large: 2|0| true", "node_group.web nodes of c7g.large spot: 0|2| true",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := drift.Written([]byte(tc.doc), []string{"web"})
			if err != nil {
				t.Fatal(err)
			}
			if got := told(drift.Compare(tc.plan, s, nil)); !slices.Equal(got, tc.want) {
				t.Errorf("got\n%q\nwant\n%q", got, tc.want)
			}
		})
	}

	// Nodes that run do so too; machines that do not say how they are bought are told apart
	// by their types.
	nodes := func(capacity func(string) string, small, large int) string {
		var items []string
		for i := range small + large {
			kind, bought := "c7g.large", "ON_DEMAND"
			if i >= small {
				kind, bought = "c7g.xlarge", "SPOT"
			}
			zone := []string{"a", "b"}[min(1, i/3)] // three in a, two in b
			items = append(items, fmt.Sprintf(`{"kind": "Node", "metadata": {"name": "n%d", "labels": {"scantling.dev/group": "web", "node.kubernetes.io/instance-type": %q, "topology.kubernetes.io/zone": %q%s}},
				"status": {"nodeInfo": {"kubeletVersion": "v1.35.2"}}}`, i, kind, zone, capacity(bought)))
		}
		return `{"kind": "List", "items": [` + strings.Join(items, ",") + `]}`
	}
	eks := func(bought string) string { return `, "eks.amazonaws.com/capacityType": "` + bought + `"` }
	none := func(string) string { return "" }
	for name, tc := range map[string]struct {
		doc  string
		want []string
	}{
		"they run as planned": {nodes(eks, 2, 3), nil},
		"they are swapped":    {nodes(eks, 3, 2), []string{"node_group.web nodes of c7g.large: 2||3 true", "node_group.web nodes of c7g.xlarge spot: 3||2 true"}},
		"of nobody":           {nodes(none, 3, 2), []string{"node_group.web nodes of c7g.large: 2||3 true", "node_group.web nodes of c7g.xlarge: 3||2 true"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := drift.Running([]byte(tc.doc), []string{"web"})
			if err != nil {
				t.Fatal(err)
			}
			if got := told(drift.Compare(mixed(5, 5), nil, s)); !slices.Equal(got, tc.want) {
				t.Errorf("got\n%q\nwant\n%q", got, tc.want)
			}
		})
	}
}

// TestBoundsOfZones: bounds of a group that is split by zone are of each zone, where sums may
// hide that one took what another gave.
func TestBoundsOfZones(t *testing.T) {
	p := mixed(2, 10)
	p.NodeGroups[0].Nodes = 4
	p.NodeGroups[0].Pools = nil
	for _, z := range []string{"a", "b"} {
		p.NodeGroups[0].Pools = append(p.NodeGroups[0].Pools, planner.Pool{
			InstanceType: "c7g.large", CapacityType: planner.OnDemand, Zone: z, Nodes: 2, MinNodes: 1, MaxNodes: 5, NodesByZone: []planner.ZoneCount{{Zone: z, Nodes: 2}},
		})
	}
	doc := func(least int) string {
		group := func(zone string, least int) string {
			return fmt.Sprintf(`"web-%s": {"instance_types": ["c7g.large"], "capacity_type": "ON_DEMAND", "min_size": %d, "desired_size": 2, "max_size": 5, "labels": {"scantling.dev/group": "web"}, "taints": {}}`, zone, least)
		}
		return `{"kubernetes_version": "1.35", "node_group_zones": {"web-a": ["a"], "web-b": ["b"]}, "node_groups": {` + group("a", least) + "," + group("b", 2-least) + "}}"
	}
	for least, want := range map[int][]string{
		1: nil,
		2: {"node_group.web min nodes of c7g.large in a: 1|2| true", "node_group.web min nodes of c7g.large in b: 1|0| true"},
	} {
		s, err := drift.Written([]byte(doc(least)), []string{"web"})
		if err != nil {
			t.Fatal(err)
		}
		if got := told(drift.Compare(p, s, nil)); !slices.Equal(got, want) {
			t.Errorf("at least %d in a: got\n%q\nwant\n%q", least, got, want)
		}
	}
}

// TestCountsOfZonesInBounds: of a group that is split by zone each zone has bounds of its own,
// which the load does not lead beyond.
func TestCountsOfZonesInBounds(t *testing.T) {
	p := mixed(2, 10)
	p.NodeGroups[0].Nodes, p.NodeGroups[0].Pools = 4, nil
	for _, z := range []string{"a", "b"} {
		p.NodeGroups[0].Pools = append(p.NodeGroups[0].Pools, planner.Pool{
			InstanceType: "c7g.large", CapacityType: planner.OnDemand, Zone: z, Nodes: 2, MinNodes: 1, MaxNodes: 5, NodesByZone: []planner.ZoneCount{{Zone: z, Nodes: 2}},
		})
	}
	for _, tc := range []struct {
		a, b int
		want []string
	}{
		{2, 2, nil},
		{3, 1, []string{"node_group.web nodes in a: 2||3 false the count follows the load", "node_group.web nodes in b: 2||1 false the count follows the load"}},
		{4, 0, []string{"node_group.web nodes in a: 2||4 false the count follows the load", "node_group.web nodes in b: 2||0 true"}},
	} {
		var items []string
		for i := range tc.a + tc.b {
			zone := "a"
			if i >= tc.a {
				zone = "b"
			}
			items = append(items, fmt.Sprintf(`{"kind": "Node", "metadata": {"name": "n%d", "labels": {"scantling.dev/group": "web", "node.kubernetes.io/instance-type": "c7g.large", "topology.kubernetes.io/zone": %q}},
				"status": {"nodeInfo": {"kubeletVersion": "v1.35.2"}}}`, i, zone))
		}
		s, err := drift.Running([]byte(`{"kind": "List", "items": [`+strings.Join(items, ",")+`]}`), []string{"web"})
		if err != nil {
			t.Fatal(err)
		}
		if got := told(drift.Compare(p, nil, s)); !slices.Equal(got, tc.want) {
			t.Errorf("%d and %d: got\n%q\nwant\n%q", tc.a, tc.b, got, tc.want)
		}
	}
}

// TestPoolsOfGKE: counts are by zone: two pools of one node in each of two zones are four.
func TestPoolsOfGKE(t *testing.T) {
	pool := func(name, machine, counts string) string {
		return `{"mode": "managed", "type": "google_container_node_pool", "values": {"name": "` + name + `", "version": "1.35.2-gke.100", "node_locations": ["a", "b"], ` + counts + `
			"node_config": [{"machine_type": "` + machine + `", "spot": false, "labels": {"scantling.dev/group": "web"}, "taint": []}]}}`
	}
	doc := `{"values": {"root_module": {"resources": [` + pool("web-1", "n2-standard-2", `"node_count": 1, "autoscaling": [],`) + "," +
		pool("web-2", "n2-standard-4", `"node_count": 1, "autoscaling": [{"min_node_count": 1, "max_node_count": 3, "total_min_node_count": 0, "total_max_node_count": 0}],`) + `]}}}`
	g := written(t, doc).Groups["web"]
	if *g.Min != 4 || *g.Desired != 4 || *g.Max != 8 || g.Zones["a"] != 2 || g.Zones["b"] != 2 || !slices.Equal(g.Types, []string{"n2-standard-2", "n2-standard-4"}) || !slices.Equal(g.Versions, []string{"1.35"}) {
		t.Errorf("min %d, desired %d, max %d, %+v", *g.Min, *g.Desired, *g.Max, g)
	}
	total := written(t, `{"values": {"root_module": {"resources": [`+pool("web", "n2-standard-2", `"node_count": 2, "autoscaling": [{"total_min_node_count": 3, "total_max_node_count": 7}],`)+`]}}}`).Groups["web"]
	if *total.Min != 3 || *total.Max != 7 || *total.Desired != 4 {
		t.Errorf("min %d, desired %d, max %d", *total.Min, *total.Desired, *total.Max)
	}
}

// nodesJSON are the planned nodes, each changed by a function of its place, and pods.
func nodesJSON(change func(i int, node string) string, pods ...string) string {
	var items []string
	for i, n := range []struct{ group, kind, zone, capacity string }{
		{"batch", "m7g.large", "a", "SPOT"}, {"web", "c7g.large", "a", "ON_DEMAND"}, {"web", "c7g.large", "a", "ON_DEMAND"}, {"web", "c7g.large", "b", "ON_DEMAND"},
	} {
		more, taints := "", ""
		if n.group == "web" {
			more, taints = `, "tier": "front"`, `{"key": "only", "value": "web", "effect": "NoSchedule"},`
		}
		node := fmt.Sprintf(`{"kind": "Node", "metadata": {"name": "n%d", "labels": {"scantling.dev/group": %q, "node.kubernetes.io/instance-type": %q, "topology.kubernetes.io/zone": %q, "eks.amazonaws.com/capacityType": %q%s}},
			"spec": {"taints": [%s {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}]}, "status": {"nodeInfo": {"kubeletVersion": "v1.35.2-eks-1"}}}`, i, n.group, n.kind, n.zone, n.capacity, more, taints)
		items = append(items, change(i, node))
	}
	return `{"kind": "List", "items": [` + strings.Join(append(items, pods...), ",") + `]}`
}

// pod of a ReplicaSet on a node.
func pod(owner, node, phase string) string {
	return fmt.Sprintf(`{"kind": "Pod", "metadata": {"name": "p", "ownerReferences": [{"kind": "ReplicaSet", "name": %q}]}, "spec": {"nodeName": %q}, "status": {"phase": %q}}`, owner+"-5d8f7c9b8", node, phase)
}

func TestNodes(t *testing.T) {
	const follows = "the count follows the load"
	// Of batch one node runs, within its bounds of one to four.
	quiet := []string{
		"node_group.batch desired nodes: 2||1 false within the planned bounds; ignored after a group is made", "node_group.batch nodes in b: 1||0 false " + follows,
	}
	same := func(_ int, node string) string { return node }
	on := func(at int, old, now string) func(int, string) string {
		return func(i int, node string) string {
			if i == at {
				return strings.ReplaceAll(node, old, now)
			}
			return node
		}
	}
	api := []string{pod("api", "n1", "Running"), pod("api", "n2", "Running")}
	for name, tc := range map[string]struct {
		doc  string
		want []string
	}{
		"as planned":          {nodesJSON(same), quiet},
		"another zone":        {nodesJSON(on(1, `zone": "a"`, `zone": "c"`)), append(slices.Clone(quiet), "node_group.web nodes in a: 2||1 true", "node_group.web nodes in c: 0||1 true")},
		"an old kubelet":      {nodesJSON(on(3, "v1.35.2", "v1.34.1")), append(slices.Clone(quiet), "node_group.web kubernetes_version: 1.35||1.34 1.35 true")},
		"a label on some":     {nodesJSON(on(2, `"tier": "front"`, `"tier": "back"`)), append(slices.Clone(quiet), "node_group.web label tier: front||none true")},
		"by the cloud's name": {nodesJSON(on(2, `"scantling.dev/group": "web"`, `"eks.amazonaws.com/nodegroup": "web-2026"`)), append(slices.Clone(quiet), "node_group.web label scantling.dev/group: web||none true")},
		"a stray": {
			nodesJSON(on(2, `"scantling.dev/group": "web"`, `"eks.amazonaws.com/nodegroup": "webber"`)),
			append(slices.Clone(quiet), "node_group.web desired nodes: 3||2 true", "node_group.web nodes in a: 2||1 true", "cluster not planned: ||node n2 true no planned group's label scantling.dev/group or name"),
		},
		"pods": {
			nodesJSON(same, append(slices.Clone(api), pod("scaled", "n3", "Running"), pod("scaled", "n3", "Running"), pod("scaled", "n3", "Pending"))...),
			append(slices.Clone(quiet), "node_group.web.workload.scaled replicas: 5||2 false its autoscaler keeps 2-5"),
		},
		"too few pods": {
			nodesJSON(same, api[0], pod("scaled", "n3", "Running")),
			append(slices.Clone(quiet), "node_group.web.workload.api replicas: 2||1 true", "node_group.web.workload.scaled replicas: 5||1 true"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := drift.Running([]byte(tc.doc), names())
			if err != nil {
				t.Fatal(err)
			}
			if got := told(drift.Compare(shop(), nil, s)); !slices.Equal(got, tc.want) {
				t.Errorf("got\n%q\nwant\n%q", got, tc.want)
			}
		})
	}
}

// TestThreeSides: what is written, what runs and what is planned are told side by side.
func TestThreeSides(t *testing.T) {
	batch, web := eksAttributes(2, 2)
	s, err := drift.Running([]byte(nodesJSON(func(i int, node string) string {
		if i == 3 {
			return strings.ReplaceAll(node, "c7g", "c6a")
		}
		return node
	})), names())
	if err != nil {
		t.Fatal(err)
	}
	got := told(drift.Compare(shop(), written(t, showJSON("values", batch, web)), s))
	for _, want := range []string{"node_group.web instance types: c7g.large|c7g.large|c6a.large c7g.large true", "node_group.web min nodes: 3|2| true"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
}

func TestDumpsThatAreNone(t *testing.T) {
	for doc, want := range map[string]string{
		`[]`:                        "not a JSON object",
		`{`:                         "not a JSON object",
		`{"format_version": "1.0"}`: "there is no node group in it",
	} {
		if _, err := drift.Written([]byte(doc), names()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", doc, err, want)
		}
	}
	for doc, want := range map[string]string{
		`{"kind": "List", "items": []}`: "there is no node in it",
		`nodes`:                         "not JSON of kubectl",
	} {
		if _, err := drift.Running([]byte(doc), names()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", doc, err, want)
		}
	}
}

// FuzzDumps: whatever a dump says, it is read or refused, and compared.
func FuzzDumps(f *testing.F) {
	batch, web := eksAttributes(3, 2)
	f.Add([]byte(showJSON("values", batch, web)))
	f.Add([]byte(stateJSON(batch, web)))
	f.Add([]byte(nodesJSON(func(_ int, node string) string { return node }, pod("api", "n1", "Running"))))
	f.Add([]byte(`{"variables": {"shop_node_groups": {"value": [{"name": "web", "machine_type": "x", "node_count": 1, "node_locations": "a,b"}]}}}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		w, err := drift.Written(data, names())
		if err != nil {
			w = nil
		}
		r, err := drift.Running(data, names())
		if err != nil {
			r = nil
		}
		drift.Compare(shop(), w, r)
	})
}
