package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// unread is something that a spec may ask for and that is not modelled: where it
// stands, the text, what the diagnostic stands under and what it says.
type unread struct {
	where, text, under string
	code               spec.Code
	says               string
}

// refused holds that each is refused by its name, once, and so is never ignored.
func refused(t *testing.T, cases map[string]unread) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			src := in(c.where, c.text)
			diags := mistakes(t, src, spec.Inputs{})
			if len(diags) != 1 {
				t.Fatalf("got %s, want one diagnostic", show(diags))
			}
			d := diags[0]
			under := string(d.Subject.SliceBytes([]byte(src)))
			if d.Extra != c.code || under != c.under || !strings.Contains(d.Detail, c.says) {
				t.Errorf("got %v under %q: %s", d.Extra, under, d.Detail)
			}
		})
	}
}

// podOf is a workload's demand and a pod that asks for more than CPU and memory.
func podOf(more string) string {
	return "replicas = 3\npod {\n cpu = 1\n memory = \"1Gi\"\n " + more + "\n}"
}

// TestPitfallSizeWithoutItsUnit: sizes in GB were read as GiB, and GB times 1024
// passed as bytes (paperclipinc/karpenter-provider-hetzner#68,
// oracle/karpenter-provider-oci#63). "8G" and "8Gi" are what Kubernetes takes them
// for; "8GB", which it does not know, is refused with what to write.
func TestPitfallSizeWithoutItsUnit(t *testing.T) {
	for text, want := range map[string]units.Bytes{
		`"8G"`: 8_000_000_000, `"8Gi"`: 8 * units.GiB, `"8000M"`: 8_000_000_000, `"8192Mi"`: 8 * units.GiB, `8589934592`: 8 * units.GiB,
	} {
		src := in("bare workload", "replicas = 3\npod {\n cpu = 1\n memory = "+text+"\n}")
		if got := load(t, src).Cluster.NodeGroups[0].Workloads[0].Pod.Memory; got != want {
			t.Errorf("memory = %s is %d bytes, want %d", text, got, want)
		}
	}
	cases := map[string]unread{}
	for _, text := range []string{"8GB", "8 GB", "8GiB", "8 Gi", "8g"} {
		cases[text] = unread{
			"bare workload", "replicas = 3\npod {\n cpu = 1\n memory = \"" + text + "\"\n}", `"` + text + `"`, spec.InvalidBytes, `write "8Gi"`,
		}
	}
	refused(t, cases)
}

// TestPitfallMaxPodsOfAnUnmodelledCNI: with Cilium's own addresses a node of EKS has
// another limit of pods than with those of the VPC CNI (Smana/cloud-native-ref#1726):
// it is refused on EKS, not planned as the default.
func TestPitfallMaxPodsOfAnUnmodelledCNI(t *testing.T) {
	refused(t, map[string]unread{
		"Cilium on EKS": {"cluster", "network {\n cni = \"cilium\"\n}", `"cilium"`, spec.NotOnGround, "EKS has no cni \"cilium\""},
		"kubenet":       {"cluster", "network {\n cni = \"kubenet\"\n}", `"kubenet"`, spec.NotOnGround, "EKS has no cni \"kubenet\""},
		"a pod range":   {"cluster", "network {\n pod_cidr = \"10.0.0.0/16\"\n}", "pod_cidr", spec.NotOnGround, "have addresses of the zones' subnets"},
	})
	c := load(t, in("cluster", "")).Cluster
	if got := assumed(&c, "network.cni"); len(got) != 1 || got[0] != " = vpc: provider aws" {
		t.Errorf("the mode that the spec leaves out is assumed as %q", got)
	}
}

// TestPitfallDaemonSetSelectorsIgnored: whether a DaemonSet lands on a node hangs on
// selectors and tolerations, and overhead that ignores them is wrong both ways
// (kubernetes-sigs/karpenter#1749, #2838; aws/karpenter-provider-aws#1649, #6015). What
// is planned with is read; what else may decide is refused.
func TestPitfallDaemonSetSelectorsIgnored(t *testing.T) {
	agent := func(more string) string {
		return "daemonset \"agent\" {\n cpu = 1\n memory = \"1Gi\"\n " + more + "\n}"
	}
	cases := map[string]unread{}
	for _, name := range []string{"node_affinity", "affinity", "labels"} {
		cases[name] = unread{"cluster", agent(name + " = {\n  a = \"b\"\n }"), name, spec.UnknownAttribute, `no attribute named "` + name + `"`}
	}
	cases["a zone"] = unread{"cluster", agent("node_selector = {\n \"topology.kubernetes.io/zone\" = \"us-east-1a\"\n }"), `"us-east-1a"`, spec.NotSupportedYet, "not supported yet"}
	cases["a host"] = unread{"cluster", agent("node_selector = {\n \"kubernetes.io/hostname\" = \"a\"\n }"), `"a"`, spec.NotSupportedYet, "not supported yet"}
	cases["values of tolerations"] = unread{"cluster", agent("tolerations = [{\n key = \"a\"\n value = \"b\"\n }]"), "{\n key = \"a\"\n value = \"b\"\n }", spec.WrongType, "A text in quotes is expected"}
	cases["a group that is none"] = unread{"cluster", agent("node_groups = [\"wbe\"]"), `"wbe"`, spec.UnknownGroup, `"web"`}
	refused(t, cases)

	d := load(t, in("cluster", agent("ephemeral_storage = \"2Gi\"\n node_selector = {\n team = \"shop\"\n }\n tolerations = [\"nvidia.com/gpu\", \"group\"]"))).Cluster.DaemonSets[0]
	if d.EphemeralStorage != 2*units.GiB || d.NodeSelector["team"] != "shop" || len(d.NodeSelector) != 1 || !d.OwnTolerations || !slices.Equal(d.Tolerations, []string{"group", "nvidia.com/gpu"}) {
		t.Errorf("read as %+v", d)
	}
	if d := load(t, in("cluster", agent(""))).Cluster.DaemonSets[0]; d.OwnTolerations || d.NodeSelector != nil {
		t.Errorf("of a DaemonSet that says nothing: %+v", d)
	}
	if d := load(t, in("cluster", agent("tolerations = []"))).Cluster.DaemonSets[0]; !d.OwnTolerations || len(d.Tolerations) != 0 {
		t.Errorf("of a DaemonSet that tolerates nothing: %+v", d)
	}
}

// TestPitfallSchedulerRulesIgnored: a simulator that does not see a rule of the
// scheduler says that pods fit which stay pending (kubernetes-sigs/karpenter#1197,
// gardener/machine-controller-manager#897). What docs/models/placement.md does not
// model cannot be asked for.
func TestPitfallSchedulerRulesIgnored(t *testing.T) {
	unknown := func(name string) unread {
		return unread{"workload", "replicas = 3\n" + name + " = \"x\"", name, spec.UnknownAttribute, `no attribute named "` + name + `"`}
	}
	refused(t, map[string]unread{
		"another domain":    {"workload", "replicas = 3\nanti_affinity = \"required\"\nanti_affinity_key = \"rack\"", `"rack"`, spec.UnknownChoice, `"hostname" or "zone"`},
		"of other groups":   {"workload", "replicas = 3\naffinity \"elsewhere\" {\n}", `"elsewhere"`, spec.AffinityUnfit, "no workload named"},
		"preemption":        unknown("preemption_policy"),
		"pod_affinity":      unknown("pod_affinity"),
		"pod_anti_affinity": unknown("pod_anti_affinity"),
		"host_ports":        unknown("host_ports"),
		"scheduler_name":    unknown("scheduler_name"),
		"min_domains": {
			"workload", "replicas = 3\ntopology_spread {\n topology_key = \"zone\"\n min_domains = 3\n}", "min_domains", spec.UnknownAttribute, `no attribute named "min_domains"`,
		},
		"another topology": {
			"workload", "replicas = 3\ntopology_spread {\n topology_key = \"rack\"\n}", `"rack"`, spec.UnknownChoice, `"zone" or "hostname"`,
		},
		"a host":            {"workload", "replicas = 3\nnode_selector = {\n \"kubernetes.io/hostname\" = \"a\"\n}", `"a"`, spec.NotSupportedYet, "not supported yet"},
		"a label of nobody": {"workload", "replicas = 3\nnode_selector = {\n \"topology.kubernetes.io/region\" = \"a\"\n}", `"a"`, spec.NotSupportedYet, "which nodes have the label"},
		"huge pages":        {"bare workload", podOf("resources = {\n \"hugepages-2Mi\" = 1\n }"), "1", spec.NotSupportedYet, "hugepages-2Mi is not supported yet"},
	})
}

// TestPitfallAddressesOfAZoneIgnored: pods that gather in one zone use up its
// subnet's addresses (aws/karpenter-provider-aws#7311, #8147). What a zone has left is
// read zone by zone, and a zone that is none is refused.
func TestPitfallAddressesOfAZoneIgnored(t *testing.T) {
	text := "network {\n free_ips_by_zone = {\n  \"us-east-1a\" = 200\n }\n}"
	free := load(t, in("cluster", text)).Cluster.Network.FreeIPs
	if len(free) != 1 || free[0] != (planner.ZoneAddresses{Zone: "us-east-1a", Addresses: 200}) {
		t.Errorf("read as %+v", free)
	}
	refused(t, map[string]unread{
		"another zone": {"cluster", strings.Replace(text, "1a", "1d", 1), "200", spec.UnknownZone, "not among the cluster's zones"},
	})
}

// TestPitfallUnequalGroupsByZone: groups of one zone each drift apart, and an
// autoscaler balances only what is nearly equal (kubernetes/autoscaler#3515, #3082).
// A group that is split by zone is one group of the spec: nothing of it can be said for a
// zone alone, so that its machines are equal in all of them.
func TestPitfallUnequalGroupsByZone(t *testing.T) {
	g := load(t, in("group", "split_by_zone = true")).Cluster.NodeGroups[0]
	if !g.Split() || len(g.Zones) != 3 {
		t.Errorf("split: %t, in %v", g.Split(), g.Zones)
	}
	refused(t, map[string]unread{
		"by zone": {"group", "split_by_zone = [\"us-east-1a\"]", "[\"us-east-1a\"]", spec.WrongType, "true or false"},
	})
}

// TestPitfallAttachLimitsIgnored: nodes that do not exist yet were taken to attach
// any number of volumes (kubernetes-sigs/karpenter#2891,
// aws/karpenter-provider-aws#1888). Volumes are read where each replica can have one,
// and in one zone; what else there is of them is refused.
func TestPitfallAttachLimitsIgnored(t *testing.T) {
	const volume = "volume \"data\" {\n size = \"10Gi\"\n}"
	refused(t, map[string]unread{
		"of a Deployment": {"workload", "replicas = 3\nmin_ready = 2\n" + volume, "volume \"data\"", spec.VolumeUnfit, `Write kind = "StatefulSet"`},
		"of two zones":    {"workload", "kind = \"StatefulSet\"\nreplicas = 3\nmin_ready = 2\nvolume \"data\" {\n size = \"10Gi\"\n zonal = false\n}", "false", spec.NotSupportedYet, "not supported yet"},
		"of a group":      {"group", volume, "volume", spec.UnknownBlock, "It belongs in a workload block"},
	})
	w := load(t, in("workload", "kind = \"StatefulSet\"\nreplicas = 3\nmin_ready = 2\n"+volume)).Cluster.NodeGroups[0].Workloads[0]
	if !slices.Equal(w.Volumes, []planner.Volume{{Name: "data", Type: "gp3", Size: 10 * units.GiB, Zonal: true}}) {
		t.Errorf("read as %+v", w.Volumes)
	}
}

// TestPitfallBandwidthIgnored: bandwidth by requests is not planned with yet; what a
// pod is to have at all times is read, and held against what machines guarantee, never
// against a burst (aws/karpenter-provider-aws#3238).
func TestPitfallBandwidthIgnored(t *testing.T) {
	refused(t, map[string]unread{
		"request_size":  {"workload", "replicas = 3\nrequest_size = \"1Mi\"", "\"1Mi\"", spec.MissingDemand, "request_size is of requests, and the workload states no throughput"},
		"response_size": {"workload", "replicas = 3\nresponse_size = \"1Mi\"", "\"1Mi\"", spec.MissingDemand, "response_size is of requests, and the workload states no throughput"},
		"a burst":       {"bare workload", podOf("network_burst_mbps = 100"), "network_burst_mbps", spec.UnknownAttribute, `no attribute named "network_burst_mbps"`},
	})
	if p := load(t, in("bare workload", podOf("network_mbps = 100\n disk_mbps = 50"))).Cluster.NodeGroups[0].Workloads[0].Pod; p.Network != 100 || p.Disk != 50 {
		t.Errorf("read as %+v", p)
	}
}
