package spec_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
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
		"a pod range":   {"cluster", "network {\n pod_cidr = \"10.0.0.0/16\"\n}", "pod_cidr", spec.NotSupportedYet, "not supported yet"},
	})
	c := load(t, in("cluster", "")).Cluster
	if got := assumed(&c, "network.cni"); len(got) != 1 || got[0] != " = vpc: provider aws" {
		t.Errorf("the mode that the spec leaves out is assumed as %q", got)
	}
}

// TestPitfallDaemonSetSelectorsIgnored: whether a DaemonSet lands on a node hangs on
// selectors and tolerations, and overhead that ignores them is wrong both ways
// (kubernetes-sigs/karpenter#1749, #2838; aws/karpenter-provider-aws#1649, #6015). A
// DaemonSet says by node_groups where it runs; what else may decide is refused.
func TestPitfallDaemonSetSelectorsIgnored(t *testing.T) {
	cases := map[string]unread{}
	for _, name := range []string{"node_selector", "tolerations", "node_affinity", "affinity", "labels"} {
		cases[name] = unread{
			"cluster", "daemonset \"agent\" {\n cpu = 1\n memory = \"1Gi\"\n " + name + " = {\n  a = \"b\"\n }\n}", name, spec.UnknownAttribute, `no attribute named "` + name + `"`,
		}
	}
	cases["its storage"] = unread{
		"cluster", "daemonset \"agent\" {\n cpu = 1\n memory = \"1Gi\"\n ephemeral_storage = \"1Gi\"\n}", "ephemeral_storage", spec.NotSupportedYet, "ephemeral_storage of daemonset is not supported yet",
	}
	cases["a group that is none"] = unread{
		"cluster", "daemonset \"agent\" {\n cpu = 1\n memory = \"1Gi\"\n node_groups = [\"wbe\"]\n}", `"wbe"`, spec.UnknownGroup, `"web"`,
	}
	refused(t, cases)
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
		"anti_affinity":     {"workload", "replicas = 3\nanti_affinity = \"required\"", "anti_affinity", spec.NotSupportedYet, "anti_affinity of workload is not supported yet"},
		"priority":          {"workload", "replicas = 3\npriority = 5", "priority", spec.NotSupportedYet, "priority of workload is not supported yet"},
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
		"ephemeral_storage":  {"bare workload", podOf("ephemeral_storage = \"1Gi\""), "ephemeral_storage", spec.NotSupportedYet, "ephemeral_storage of pod is not supported yet"},
		"extended resources": {"bare workload", podOf("resources = {\n \"nvidia.com/gpu\" = 1\n }"), "resources", spec.NotSupportedYet, "resources of pod is not supported yet"},
		"GPUs of machines":   {"group", "instances {\n gpu {\n }\n}", "gpu", spec.NotSupportedYet, "gpu in instances is not supported yet"},
		"a group of GPUs":    {"group", "role = \"gpu\"", `"gpu"`, spec.NotSupportedYet, "not supported yet"},
		"jobs":               {"workload", "kind = \"Job\"\nreplicas = 3", `"Job"`, spec.NotSupportedYet, "not supported yet"},
	})
}

// TestPitfallAddressesOfAZoneIgnored: pods that gather in one zone use up its
// subnet's addresses (aws/karpenter-provider-aws#7311, #8147). Addresses by zone are
// not planned yet, and a spec that gives them is told so.
func TestPitfallAddressesOfAZoneIgnored(t *testing.T) {
	refused(t, map[string]unread{
		"free addresses": {
			"cluster", "network {\n free_ips_by_zone = {\n  \"us-east-1a\" = 200\n }\n}", "free_ips_by_zone", spec.NotSupportedYet, "free_ips_by_zone of network is not supported yet",
		},
	})
}

// TestPitfallUnequalGroupsByZone: groups of one zone each drift apart, and an
// autoscaler balances only what is nearly equal (kubernetes/autoscaler#3515, #3082).
// A group is one template over its zones; splitting it is not supported yet.
func TestPitfallUnequalGroupsByZone(t *testing.T) {
	refused(t, map[string]unread{
		"split": {"group", "split_by_zone = true", "split_by_zone", spec.NotSupportedYet, "split_by_zone of node_group is not supported yet"},
		"mixed": {"group", "instances {\n max_types = 2\n}", "2", spec.NotSupportedYet, "Write 1"},
	})
}

// TestPitfallAttachLimitsIgnored: nodes that do not exist yet were taken to attach
// any number of volumes (kubernetes-sigs/karpenter#2891,
// aws/karpenter-provider-aws#1888). Volumes are not supported yet, nowhere.
func TestPitfallAttachLimitsIgnored(t *testing.T) {
	refused(t, map[string]unread{
		"of a workload":    {"workload", "replicas = 3\nvolume \"data\" {\n size = \"10Gi\"\n}", "volume", spec.NotSupportedYet, "volume in workload is not supported yet"},
		"of a StatefulSet": {"workload", "kind = \"StatefulSet\"\nreplicas = 3\nvolume \"data\" {\n size = \"10Gi\"\n}", "volume", spec.NotSupportedYet, "volume in workload is not supported yet"},
		"of a group":       {"group", "volume \"data\" {\n size = \"10Gi\"\n}", "volume", spec.UnknownBlock, "where it is not supported yet"},
	})
}

// TestPitfallBandwidthIgnored: bandwidth that pods need is not planned with yet, so
// that a burst figure cannot be taken for it (aws/karpenter-provider-aws#3238).
func TestPitfallBandwidthIgnored(t *testing.T) {
	refused(t, map[string]unread{
		"request_size":  {"workload", "replicas = 3\nrequest_size = \"1Mi\"", "request_size", spec.NotSupportedYet, "request_size of workload is not supported yet"},
		"response_size": {"workload", "replicas = 3\nresponse_size = \"1Mi\"", "response_size", spec.NotSupportedYet, "response_size of workload is not supported yet"},
		"network_mbps":  {"bare workload", podOf("network_mbps = 100"), "network_mbps", spec.UnknownAttribute, `no attribute named "network_mbps"`},
	})
}
