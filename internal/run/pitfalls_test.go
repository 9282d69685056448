package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestPitfallReserveCopiedAcrossProviders: one provider's reserve on another's nodes is
// wrong by gigabytes (Azure/karpenter-provider-azure#1761, kubernetes/autoscaler#2809).
// The same machine of 4 vCPUs and 16 GiB, with a disk of 100 GiB, reserves by hand:
//
//	EKS         255 + 11 x 58 + 100 = 993 MiB, 80m, 1 GiB of the disk
//	GKE         25% of 4 + 20% of 4 + 10% of 8 GiB = 2662, + 100 = 2762 MiB, 80m, 41 GiB
//	kubeadm     100 MiB, nothing of the CPU and of the disk
func TestPitfallReserveCopiedAcrossProviders(t *testing.T) {
	for title, want := range map[string]struct {
		provider string
		mode     planner.Mode
		image    planner.Image
		disk     string
		memory   units.Bytes // MiB that are reserved
		cpu      units.MilliCPU
		storage  units.Bytes // GiB that are reserved
	}{
		"EKS":                 {"aws", planner.Managed, planner.AL2023, "gp3", 993, 80, 1},
		"GKE":                 {"gcp", planner.Managed, planner.COS, "pd-balanced", 2762, 80, 41},
		"kubeadm on AWS":      {"aws", planner.SelfManaged, planner.Ubuntu, "gp3", 100, 0, 0},
		"kubeadm on GCP":      {"gcp", planner.SelfManaged, planner.Ubuntu, "pd-balanced", 100, 0, 0},
		"kubeadm on premises": {"on_premises", planner.SelfManaged, planner.Ubuntu, "", 100, 0, 0},
	} {
		t.Run(title, func(t *testing.T) {
			ground, ok := run.GroundOf(want.provider, want.mode)
			if !ok {
				t.Fatal("no such ground")
			}
			family, name := "m5", "m5.xlarge"
			if want.provider == "gcp" {
				family, name = "n2", "n2-standard-4"
			}
			k := catalogs.InstanceType{
				Name: name, Family: family, Architecture: catalogs.AMD64, VCPUs: 4, Memory: 16 * units.GiB, ENIs: 4, IPv4PerENI: 15, Hypervisor: "nitro",
			}
			c := &planner.Cluster{
				Provider: want.provider, Network: planner.Network{CNI: ground.Terms.CNIs[0]},
				Machines: []planner.Machine{{Name: name, VCPUs: 4, Memory: 16 * units.GiB, Disk: planner.MachineDisk{Type: "ssd", Size: 100 * units.GiB}}},
			}
			g := &planner.NodeGroup{Image: want.image, Disk: planner.Disk{Type: want.disk, Size: 100 * units.GiB}}
			a, err := ground.New(&catalogs.Catalog{Types: []catalogs.InstanceType{k}}).Allocatable(c, g, &k)
			if err != nil {
				t.Fatal(err)
			}
			memory, storage := reserved(a.Steps, "memory"), reserved(a.Steps, "ephemeral_storage")
			if memory != int64(want.memory*units.MiB) || 4*units.Core-a.CPU != want.cpu || storage != int64(want.storage*units.GiB) {
				t.Errorf("%d MiB, %dm and %d bytes of the disk are reserved, want %d, %d and %d GiB: %+v",
					memory/int64(units.MiB), 4*units.Core-a.CPU, storage, want.memory, want.cpu, want.storage, a.Steps)
			}
		})
	}
}

// reserved adds up what the steps take off of a resource for the system: neither what
// is hidden, what a file system takes, nor the kubelet's eviction of disk.
func reserved(steps []planner.AllocatableStep, resource string) int64 {
	var sum int64
	for _, s := range steps {
		if s.Resource == resource && (strings.HasPrefix(s.What, "kube-reserved") || strings.HasPrefix(s.What, "system:") || strings.HasPrefix(s.What, "eviction below 100 MiB")) {
			sum -= s.Amount
		}
	}
	return sum
}

// TestPitfallUnstatedCNI: the limit of pods hangs on the network, and a calculator that
// always assumes one mode does not say so. On every ground a plan has the mode among its
// assumptions where the spec leaves it out.
func TestPitfallUnstatedCNI(t *testing.T) {
	for _, ground := range run.Grounds() {
		t.Run(ground.Terms.Title, func(t *testing.T) {
			p := planOf(t, spec.File{Name: "main.hcl", Content: zonal(&ground.Terms, 3)})
			want := string(ground.Terms.CNIs[0])
			if !slices.ContainsFunc(p.Assumptions, func(a planner.Assumption) bool {
				return a.Path == "network.cni" && a.Value == want && a.Source != ""
			}) {
				t.Errorf("the plan does not say that it assumes %s: %+v", want, p.Assumptions)
			}
		})
	}
}

// zonal is a spec of a ground in n zones: 12 pods that survive the loss of a node.
func zonal(terms *planner.Terms, n int) []byte {
	region, machines := "dc", ""
	var zones []string
	switch {
	case terms.OwnMachines:
		machines = "machine \"r640\" {\n cpu = 16\n memory = \"64Gi\"\n usd_per_month = 100\n disk {\n type = \"ssd\"\n size = \"480Gi\"\n iops = 20000\n }\n}\n"
		zones = []string{"z1", "z2", "z3", "z4", "z5", "z6"}
	case terms.Provider == "aws":
		region = "us-east-1"
		zones = []string{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"}
	default:
		region = "us-central1"
		zones = []string{"us-central1-a", "us-central1-b", "us-central1-c", "us-central1-f"}
	}
	if n > len(zones) {
		return nil
	}
	control := ""
	if terms.Mode == planner.SelfManaged {
		control = fmt.Sprintf("control_plane {\n mode = \"self_managed\"\n redundancy {\n nodes = 1\n zones = %d\n }\n}\n", min(1, max(n-2, 0)))
	}
	return fmt.Appendf(nil, `cluster "c" {
provider = %q
region = %q
zones = ["%s"]
kubernetes_version = "1.35"
%s%s
node_group "g" {
  redundancy {
    nodes = 1
    zones = %d
  }
  workload "w" {
    replicas = 12
    pod {
      cpu = "500m"
      memory = "1Gi"
    }
  }
}
}
`, terms.Provider, region, strings.Join(zones[:n], `", "`), control, machines, min(1, n-1))
}

// TestPitfallZoneCountIsFixed: a planner that has three zones built in, or leaves zones
// out (banzaicloud/telescopes#200), plans for nobody else. From one zone to six, on
// every ground that has as many, the plan is right and names each of them.
func TestPitfallZoneCountIsFixed(t *testing.T) {
	most := 0
	for _, ground := range run.Grounds() {
		for n := 1; n <= 6; n++ {
			src := zonal(&ground.Terms, n)
			if src == nil {
				continue // the region has fewer
			}
			t.Run(fmt.Sprint(ground.Terms.Title, " ", n), func(t *testing.T) {
				// run.Plan verifies.
				p := planOf(t, spec.File{Name: "main.hcl", Content: src})
				zones := p.NodeGroups[0].Pools[0].NodesByZone
				sum, least, top := 0, p.NodeGroups[0].Nodes, 0
				for _, z := range zones {
					sum, least, top = sum+z.Nodes, min(least, z.Nodes), max(top, z.Nodes)
				}
				if len(zones) != n || sum != p.NodeGroups[0].Nodes || top > least+1 || ground.Terms.EqualZones && top != least {
					t.Errorf("%d nodes in %+v", p.NodeGroups[0].Nodes, zones)
				}
			})
			most = max(most, n)
		}
	}
	if most != 6 {
		t.Errorf("up to %d zones were planned, want 6", most)
	}
}
