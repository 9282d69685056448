package run_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
)

// largeGround is where the large cluster stands: its provider and zones, the machine of its
// nodes, and what else its spec has to say there.
type largeGround struct {
	name, provider, region, zones, machine, more string
	// workloads of each group, and the memory of their pods.
	workloads int
	memory    string
}

// largeSpec is fifteen groups of workloads of 1,000 pods each on a ground: about 5,000
// nodes, any one of which in a group may be lost. Clouds bound what a group may have (EKS
// 450 nodes), so that 150,000 pods are in fifteen of them.
func largeSpec(ground largeGround) spec.File {
	alike := make([]podSize, ground.workloads)
	for i := range alike {
		alike[i] = podSize{"250m", ground.memory}
	}
	return largeSpecOf(ground, alike)
}

// podSize is what the pods of a workload request.
type podSize struct{ cpu, memory string }

// unlikeSizes are ten sizes of pods, of 250m and 900Mi in the mean: no sum says of a group
// of them what it survives.
func unlikeSizes() []podSize {
	return []podSize{
		{"100m", "400Mi"},
		{"150m", "600Mi"},
		{"200m", "1400Mi"},
		{"250m", "500Mi"},
		{"250m", "900Mi"},
		{"250m", "1300Mi"},
		{"300m", "400Mi"},
		{"300m", "1200Mi"},
		{"350m", "1000Mi"},
		{"350m", "1300Mi"},
	}
}

// largeSpecOf has a workload of each size in every group.
func largeSpecOf(ground largeGround, sizes []podSize) spec.File {
	var b strings.Builder
	fmt.Fprintf(&b, `cluster "large" {
  provider           = %q
  region             = %q
  zones              = [%s]
  kubernetes_version = "1.35"
  upgrade {
    to = "1.36"
  }
%s`, ground.provider, ground.region, ground.zones, ground.more)
	for g := range 15 {
		fmt.Fprintf(&b, `  node_group "g%02d" {
    role = "app"
    instances {
      types = [%q]
    }
    redundancy {
      nodes = 1
      zones = 0
    }
`, g, ground.machine)
		for i, size := range sizes {
			fmt.Fprintf(&b, `    workload "w%d" {
      replicas = 1000
      pod {
        cpu    = %q
        memory = %q
      }
      pod_disruption_budget {
        max_unavailable = "25%%"
      }
    }
`, i, size.cpu, size.memory)
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
	return spec.File{Name: "main.hcl", Content: []byte(b.String())}
}

// What kubeadm's clusters have to say, wherever they stand.
const (
	ownNetwork = `  network {
    cni = "cilium"
  }
`
	ownControlPlane = `  control_plane {
    mode          = "self_managed"
    load_balancer = "cloud"
  }
`
	ownBoss = `  control_plane {
    mode          = "self_managed"
    load_balancer = "haproxy_keepalived"
    instances {
      types = ["boss"]
    }
  }
`
	ownMachine = `  machine "node" {
    cpu           = 8
    memory        = "32Gi"
    usd_per_month = 95
    disk {
      type = "ssd"
      size = "480Gi"
      iops = 20000
    }
    count_by_zone = {
      "room-a" = 1800
      "room-b" = 1800
      "room-c" = 1800
    }
  }
  machine "boss" {
    cpu           = 64
    memory        = "256Gi"
    usd_per_month = 700
    disk {
      type = "nvme"
      size = "1920Gi"
    }
    count_by_zone = {
      "room-a" = 6
      "room-b" = 6
      "room-c" = 6
    }
  }
`
)

// largeGrounds are those of the benchmarks: each way to run nodes and each way to run a
// control plane. Machines of one's own are some more than are needed. A control plane of
// one's own carries 150,000 pods at most, three DaemonSets' pods a node among them.
func largeGrounds() []largeGround {
	const (
		aws = `"us-east-1a", "us-east-1b", "us-east-1c"`
		gcp = `"us-central1-a", "us-central1-b", "us-central1-c"`
	)
	return []largeGround{
		{"eks", "aws", "us-east-1", aws, "m7a.2xlarge", "", 10, "900Mi"},
		{"gke", "gcp", "us-central1", gcp, "n2-standard-8", "", 10, "900Mi"},
		{"kubeadm_aws", "aws", "us-east-1", aws, "m7a.2xlarge", ownNetwork + ownControlPlane, 9, "1Gi"},
		{"kubeadm_gcp", "gcp", "us-central1", gcp, "n2-standard-8", ownNetwork + ownControlPlane, 9, "1Gi"},
		{"kubeadm_own", "on_premises", "plant", `"room-a", "room-b", "room-c"`, "node", ownNetwork + ownBoss + ownMachine, 9, "1Gi"},
	}
}

// BenchmarkUpgradeLarge compares all strategies of an upgrade of 5,000 nodes and 150,000
// pods, given their plan; it is meant to stay below 2 s.
func BenchmarkUpgradeLarge(b *testing.B) {
	for _, large := range largeGrounds() {
		b.Run("ground="+large.name, func(b *testing.B) { compareUpgrades(b, largeSpec(large)) })
	}
}

// BenchmarkUpgradeUnlike does so where each workload of a group has pods of another size.
func BenchmarkUpgradeUnlike(b *testing.B) {
	for _, large := range largeGrounds() {
		b.Run("ground="+large.name, func(b *testing.B) { compareUpgrades(b, largeSpecOf(large, unlikeSizes()[:large.workloads])) })
	}
}

// compareUpgrades compares all strategies for the plan of a spec.
func compareUpgrades(b *testing.B, file spec.File) {
	b.Helper()
	s := load(b, file)
	p, err := run.Plan(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := run.Upgrade(b.Context(), run.Offers{}, p, s.Cluster.Upgrade, ""); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(nodesOf(p)), "nodes")
	b.ReportMetric(float64(len(p.Upgrade.Strategies)), "strategies")
}

// BenchmarkPlanLarge plans the same cluster without its upgrade, verification included.
func BenchmarkPlanLarge(b *testing.B) {
	for _, large := range largeGrounds() {
		b.Run("ground="+large.name, func(b *testing.B) {
			s := load(b, largeSpec(large))
			s.Cluster.Upgrade = nil
			b.ReportAllocs()
			nodes := 0
			for b.Loop() {
				p, err := run.Plan(b.Context(), s)
				if err != nil {
					b.Fatal(err)
				}
				nodes = nodesOf(p)
			}
			b.ReportMetric(float64(nodes), "nodes")
		})
	}
}

// nodesOf counts the nodes of all groups.
func nodesOf(p *planner.Plan) int {
	n := 0
	for i := range p.NodeGroups {
		n += p.NodeGroups[i].Nodes
	}
	return n
}
