package spec_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// TestAtTheBound: what the ground takes up to its bound, and what a wrong spec of
// the same name has just beyond it.
func TestAtTheBound(t *testing.T) {
	const emit = "emit \"terraform\" {\n directory = \"infra\"\n}\n"
	const own = "control_plane {\n mode = \"self_managed\"\n %s\n}\n"
	for name, c := range map[string]struct{ provider, cluster, group string }{
		"pods of a node of GKE":             {"gcp", "network {\n max_pods = 256\n}\n", ""},
		"pods of a node of EKS":             {"aws", "network {\n max_pods = 1000\n}\n", ""},
		"nodes at a time on GKE":            {"gcp", "", "update_config {\n max_surge = 19\n max_unavailable = 1\n}"},
		"all nodes at a time on GKE":        {"gcp", "", "update_config {\n max_surge = \"100%\"\n}"},
		"more at a time elsewhere":          {"aws", fmt.Sprintf(own, ""), "update_config {\n max_surge = 100\n}"},
		"soak of a week":                    {"gcp", "", "update_config {\n soak = \"168h\"\n}"},
		"backups by the minute":             {"aws", fmt.Sprintf(own, "etcd {\n backup_interval = \"1m\"\n backup_retention = \"90s\"\n}"), ""},
		"etcd's least disk":                 {"aws", fmt.Sprintf(own, "etcd {\n disk {\n type = \"io2\"\n iops = 500\n}\n}"), ""},
		"operations left to the planner":    {"aws", fmt.Sprintf(own, "etcd {\n disk {\n type = \"io2\"\n}\n}"), ""},
		"strategy that is planned":          {"gcp", "upgrade {\n to = \"1.36\"\n strategy = \"gke_autoscaled_blue_green\"\n}\n", ""},
		"strategy that is written":          {"gcp", emit + "upgrade {\n to = \"1.36\"\n strategy = \"gke_blue_green\"\n}\n", ""},
		"tools of EKS":                      {"aws", "emit \"eksctl\" {\n directory = \"a\"\n}\nemit \"karpenter\" {\n directory = \"b\"\n}\nemit \"kubernetes\" {\n directory = \"c\"\n}\n", ""},
		"kops, etcd beside the API servers": {"aws", fmt.Sprintf(own, "") + "emit \"kops\" {\n directory = \"a\"\n}\n", ""},
		"kops on Google Cloud":              {"gcp", fmt.Sprintf(own, "etcd_topology = \"stacked\"") + "emit \"kops\" {\n directory = \"a\"\n}\n", ""},
		"name that is planned":              {"gcp", "node_group \"all\" {\n role = \"system\"\n}\n", ""},
		"name that is written elsewhere":    {"aws", emit + "node_group \"all\" {\n role = \"system\"\n}\n", ""},
		"labels that a kubelet takes":       {"aws", "", "labels = {\n \"node.kubernetes.io/a\" = \"\"\n \"x.kubelet.kubernetes.io/a\" = \"\"\n \"kubernetes.io/os\" = \"linux\"\n \"mykubernetes.io/a\" = \"\"\n \"cloud.google.com/a\" = \"\"\n}"},
		"text of a bool":                    {"aws", "", "redundancy {\n at_once = \"true\"\n}"},
		"a year, written in microseconds":   {"aws", "", "workload \"b\" {\n replicas = 2\n startup_time = \"31536000000000us\"\n" + pod + "}"},
		"at once, in as many zones as said": {"on_premises", "control_plane {\n nodes = 5\n redundancy {\n at_once = true\n}\n}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			zones := 3
			if c.provider == "on_premises" {
				zones = 5
			}
			if diags := mistakes(t, on(c.provider, zones, c.cluster, c.group), spec.Inputs{}); len(diags) > 0 {
				t.Error(show(diags))
			}
		})
	}
}

// TestNothingIsReserved: a reserve of nothing is one, and not the image's own.
func TestNothingIsReserved(t *testing.T) {
	g := load(t, on("on_premises", 3, "", "kubelet {\n kube_reserved {\n cpu = 0\n memory = \"0\"\n}\n system_reserved {\n memory = 0\n}\n}")).Cluster.NodeGroups[0]
	same(t, "kubelet", g.Kubelet, planner.Kubelet{KubeReserved: &planner.Reserve{}, SystemReserved: &planner.Reserve{}})
}

// TestQuorumAtOnceByHand holds the language to every loss of nodes and zones at
// once, tried one by one, and so what it says would do instead.
func TestQuorumAtOnceByHand(t *testing.T) {
	offered := regexp.MustCompile(`([0-9]) members in ([0-9]) zones`)
	for zones := 3; zones <= 5; zones++ {
		for _, members := range []int{1, 3, 5, 7} {
			for lostNodes := 1; lostNodes <= 3; lostNodes++ {
				text := fmt.Sprintf("control_plane {\n nodes = %d\n redundancy {\n nodes = %d\n at_once = true\n }\n}\n", members, lostNodes)
				diags := mistakes(t, on("on_premises", zones, text, ""), spec.Inputs{})
				if want := outlivesAtOnce(members, zones, lostNodes, 1); diags.HasErrors() == want {
					t.Errorf("%d members in %d zones, loss of %d nodes and a zone: outlive it %v, and the spec says %s", members, zones, lostNodes, want, show(diags))
				}
				for _, d := range diags {
					for _, o := range offered.FindAllStringSubmatch(d.Detail, -1) {
						m, _ := strconv.Atoi(o[1])
						z, _ := strconv.Atoi(o[2])
						if !outlivesAtOnce(m, z, lostNodes, 1) || outlivesAtOnce(m, z-1, lostNodes, 1) {
							t.Errorf("loss of %d nodes and a zone: %s", lostNodes, d.Detail)
						}
					}
				}
			}
		}
	}
}

// outlivesAtOnce tries every zone that may go, and then every other member.
func outlivesAtOnce(members, zones, lostNodes, lostZones int) bool {
	for zone := range 1 << zones {
		for lost := range 1 << members {
			left, nodes, gone := members, lostNodes, lostZones
			for z := range zones {
				gone -= zone >> z & 1
			}
			for m := range members {
				out := zone>>(m%zones)&1 == 1
				if !out && lost>>m&1 == 1 {
					out, nodes = true, nodes-1
				}
				if out {
					left--
				}
			}
			if gone >= 0 && nodes >= 0 && 2*left <= members {
				return false
			}
		}
	}
	return true
}
