package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// on puts text into a cluster of a provider with n zones, whose group is as
// given.
func on(provider string, n int, cluster, group string) string {
	where := map[string][]string{
		"aws":         {"us-east-1", "us-east-1a", "us-east-1b", "us-east-1c"},
		"gcp":         {"europe-west1", "europe-west1-b", "europe-west1-c", "europe-west1-d"},
		"on_premises": {"dc1", "rack-1", "rack-2", "rack-3", "rack-4", "rack-5"},
	}[provider]
	if provider == "on_premises" {
		cluster = "machine \"r640\" {\n cpu = 32\n memory = \"256Gi\"\n disk {\n size = \"960Gi\"\n }\n}\n" + cluster
	}
	var zones []string
	for _, z := range where[1 : n+1] {
		zones = append(zones, fmt.Sprintf("%q", z))
	}
	return fmt.Sprintf("cluster \"c\" {\nprovider = %q\nregion = %q\nzones = [%s]\nkubernetes_version = \"1.35\"\n%s\nnode_group \"g\" {\n%s\nworkload \"w\" {\nreplicas = 3\n%s}\n}\n}\n",
		provider, where[0], strings.Join(zones, ", "), cluster, group, pod)
}

// assumed returns the assumptions at and under a path, as "path = value: source".
func assumed(c *planner.Cluster, path string) []string {
	var out []string
	for _, a := range c.Assumptions {
		if rest, found := strings.CutPrefix(a.Path, path); found {
			out = append(out, strings.TrimPrefix(rest, ".")+" = "+a.Value+": "+a.Source)
		}
	}
	return out
}

// withoutLoad is a spec's cluster without the load on its control plane, which has a
// test of its own.
func withoutLoad(t *testing.T, text string) planner.Cluster {
	t.Helper()
	c := load(t, text).Cluster
	c.ControlPlane.Load = planner.LoadSpec{}
	c.Assumptions = slices.DeleteFunc(c.Assumptions, func(a planner.Assumption) bool { return strings.HasPrefix(a.Path, "control_plane.load.") })
	return c
}

// TestLoadOfControlPlane: what a plan cannot know is assumed from its workloads, on
// every ground, and declared figures are taken.
func TestLoadOfControlPlane(t *testing.T) {
	for _, text := range []string{on("aws", 3, "", ""), on("gcp", 3, "", ""), on("aws", 3, "control_plane {\n mode = \"self_managed\"\n}", "")} {
		c := load(t, text).Cluster
		// Four namespaces of Kubernetes and one of the workload; ten objects of the
		// workload and five of each namespace.
		same(t, "load", c.ControlPlane.Load, planner.LoadSpec{Namespaces: 5, Objects: 35, ObjectSize: 2048, RolloutsPerDay: 1, Watchers: 200})
		same(t, "assumptions", assumed(&c, "control_plane.load."), []string{
			"namespaces = 5: model control plane", "object_size = 2Ki: model control plane", "objects = 35: model control plane",
			"rollouts_per_day = 1: model control plane", "watchers = 200: model control plane",
		})
	}
	c := load(t, on("gcp", 3, "control_plane {\n load {\n namespaces = 40\n objects = 9000\n object_size = \"6Ki\"\n rollouts_per_day = 12\n watchers = 900\n}\n}\n", "")).Cluster
	same(t, "declared", c.ControlPlane.Load, planner.LoadSpec{Namespaces: 40, Objects: 9000, ObjectSize: 6144, RolloutsPerDay: 12, Watchers: 900})
	same(t, "no assumptions", assumed(&c, "control_plane.load."), []string(nil))
}

// TestManagedControlPlane: the tier is the ground's by environment, and nothing
// of a self-managed one is filled in.
func TestManagedControlPlane(t *testing.T) {
	for name, c := range map[string]struct {
		provider, text, tier string
		assumptions          []string
	}{
		"EKS":              {"aws", "", "standard", []string{"mode = managed: provider aws", "tier = standard: provider aws"}},
		"GKE":              {"gcp", "", "regional", []string{"mode = managed: provider gcp", "tier = regional: provider gcp"}},
		"GKE, development": {"gcp", "environment = \"development\"\n", "zonal", []string{"mode = managed: provider gcp", "tier = zonal: provider gcp"}},
		"GKE, given":       {"gcp", "control_plane {\n mode = \"managed\"\n tier = \"zonal\"\n}\n", "zonal", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := withoutLoad(t, on(c.provider, 3, c.text, ""))
			same(t, "control plane", got.ControlPlane, planner.ControlPlaneSpec{Mode: planner.Managed, Tier: c.tier, TierCalculated: len(c.assumptions) > 0})
			same(t, "assumptions", assumed(&got, "control_plane"), c.assumptions)
		})
	}
	for _, support := range []planner.SupportType{planner.StandardSupport, planner.ExtendedSupport} {
		got := load(t, on("aws", 3, "control_plane {\n support_type = \""+string(support)+"\"\n}\n", "")).Cluster
		same(t, "support", got.ControlPlane.Support, support)
	}
}

// TestControlPlaneDefaults: a self-managed control plane of which nothing is said.
func TestControlPlaneDefaults(t *testing.T) {
	c := withoutLoad(t, on("aws", 3, "control_plane {\n mode = \"self_managed\"\n}", ""))
	instances := planner.Instances{
		Families: []string{"m6*", "m7*", "m8*", "m9*"}, Architectures: []string{"amd64"}, CapacityType: planner.OnDemand, MaxTypes: 1,
	}
	same(t, "control plane", c.ControlPlane, planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, Profile: planner.GeneralSize, EtcdTopology: planner.Stacked, LoadBalancer: planner.CloudLoadBalancer,
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static},
		Instances:  instances, Disk: planner.Disk{Type: "gp3", Size: 50 << 30},
		Etcd: planner.EtcdSpec{BackupInterval: 15 * time.Minute, BackupRetention: 90 * 24 * time.Hour, RoundTrip: 2 * time.Millisecond},
	})
	same(t, "assumptions", assumed(&c, "control_plane"), []string{
		"disk.size = 50Gi: language", "disk.type = gp3: provider aws",
		"etcd.backup_interval = 15m: language", "etcd.backup_retention = 2160h: language", "etcd.round_trip = 2ms: language",
		"etcd_topology = stacked: language", "instances.architectures = amd64: language",
		"instances.capacity_type = on_demand: control plane", "instances.families = m6*, m7*, m8*, m9*: control plane", "instances.max_types = 1: control plane",
		"load_balancer = cloud: provider aws", "profile = general: language", "redundancy.at_once = false: language", "redundancy.nodes = 1: language",
		"redundancy.recovery = static: language", "redundancy.zones = 1: language",
	})
	same(t, "network", c.Network, planner.Network{CNI: planner.Cilium})

	c = load(t, on("aws", 2, "environment = \"development\"\ncontrol_plane {\n mode = \"self_managed\"\n nodes = 1\n}", "")).Cluster
	same(t, "development", []any{c.ControlPlane.Redundancy, c.ControlPlane.Nodes, c.ControlPlane.Etcd.Members, c.ControlPlane.Instances.Allow},
		[]any{planner.Redundancy{Recovery: planner.Static}, 1, 1, []string{"burstable"}})
	c = load(t, on("gcp", 1, "control_plane {\n mode = \"self_managed\"\n load_balancer = \"kube_vip\"\n}", "")).Cluster
	same(t, "one zone", []any{c.ControlPlane.Redundancy, c.ControlPlane.LoadBalancer}, []any{planner.Redundancy{Nodes: 1, Recovery: planner.Static}, planner.KubeVIP})
}

// TestEveryAttributeOfControlPlane gives each of them.
func TestEveryAttributeOfControlPlane(t *testing.T) {
	c := withoutLoad(t, on("aws", 3, `control_plane {
  mode          = "self_managed"
  nodes         = 3
  profile       = "rke2"
  etcd_topology = "external"
  load_balancer = "cloud"
  etcd {
    members          = 5
    backup_interval  = "1h"
    backup_retention = "168h"
    round_trip       = "1500us"
    instances {
      types         = ["m7g.large"]
      architectures = ["arm64"]
    }
    disk {
      type           = "gp3"
      size           = "60Gi"
      iops           = 6000
      throughput_mib = 250
    }
  }
  redundancy {
    nodes    = 2
    zones    = 1
    recovery = "static"
  }
  instances {
    families  = ["m7i"]
    max_vcpus = 8
  }
  disk {
    size = "80Gi"
  }
}
`, ""))
	same(t, "control plane", c.ControlPlane, planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, Nodes: 3, Profile: planner.RKE2Size, EtcdTopology: planner.External, LoadBalancer: planner.CloudLoadBalancer,
		Redundancy: planner.Redundancy{Nodes: 2, Zones: 1, Recovery: planner.Static},
		Instances:  planner.Instances{Families: []string{"m7i"}, Architectures: []string{"amd64"}, CapacityType: planner.OnDemand, MaxTypes: 1, MaxVCPUs: 8},
		Disk:       planner.Disk{Type: "gp3", Size: 80 << 30},
		Etcd: planner.EtcdSpec{
			Members: 5, BackupInterval: time.Hour, BackupRetention: 168 * time.Hour, RoundTrip: 1500 * time.Microsecond,
			Instances: planner.Instances{Types: []string{"m7g.large"}, Architectures: []string{"arm64"}, CapacityType: planner.OnDemand, MaxTypes: 1},
			Disk:      planner.Disk{Type: "gp3", Size: 60 << 30, IOPS: 6000, ThroughputMiBps: 250},
		},
	})
}

// TestExternalEtcdTakesTheSameMachines: its instances are the control plane's
// where it has none.
func TestExternalEtcdTakesTheSameMachines(t *testing.T) {
	c := load(t, on("gcp", 3, "control_plane {\n mode = \"self_managed\"\n etcd_topology = \"external\"\n instances {\n families = [\"c4\"]\n }\n}", "")).Cluster
	same(t, "instances", c.ControlPlane.Etcd.Instances, c.ControlPlane.Instances)
	same(t, "assumption", assumed(&c, "control_plane.etcd.instances"), []string{" = those of the control plane: language"})
}

// TestQuorumByHand holds the language to every loss of every small control plane,
// tried one by one: it takes a count if and only if a majority outlives all
// losses that are declared, wherever they strike.
func TestQuorumByHand(t *testing.T) {
	for zones := 1; zones <= 5; zones++ {
		for _, members := range []int{1, 3, 5, 7} {
			for lostNodes := range 4 {
				for lostZones := range 3 {
					text := fmt.Sprintf("control_plane {\n nodes = %d\n redundancy {\n nodes = %d\n zones = %d\n }\n}\n", members, lostNodes, lostZones)
					diags := mistakes(t, on("on_premises", zones, text, ""), spec.Inputs{})
					want := outlives(members, zones, lostNodes, lostZones)
					if diags.HasErrors() == want {
						t.Errorf("%d members in %d zones, loss of %d nodes or %d zones: outlive it %v, and the spec says %s", members, zones, lostNodes, lostZones, want, show(diags))
					}
					for _, d := range diags {
						if d.Extra != spec.NoQuorum {
							t.Errorf("%v: %s", d.Extra, d.Detail)
						}
					}
				}
			}
		}
	}
}

// outlives tries every subset of members and of zones.
func outlives(members, zones, lostNodes, lostZones int) bool {
	bits := func(set int) int {
		n := 0
		for ; set > 0; set &= set - 1 {
			n++
		}
		return n
	}
	for lost := range 1 << members {
		if bits(lost) <= lostNodes && 2*(members-bits(lost)) <= members {
			return false
		}
	}
	for lost := range 1 << zones {
		left := 0
		for m := range members {
			if lost&(1<<(m%zones)) == 0 {
				left++
			}
		}
		if bits(lost) <= lostZones && 2*left <= members {
			return false
		}
	}
	return true
}

// TestMachines: what the blocks say, sorted, and the catalog that is made of them.
func TestMachines(t *testing.T) {
	src := on("on_premises", 2, `
environment = "development"
machine "archive" {
  cpu           = "8"
  memory        = "64Gi"
  architecture  = "arm64"
  usd_per_month = 99.5
  count_by_zone = { rack-2 = 3, rack-1 = 0 }
  disk {
    type = "hdd"
    size = "8Ti"
    iops = 120
  }
}
machine "gift" {
  cpu           = 4
  memory        = "16Gi"
  usd_per_month = 0
  count_by_zone {
    rack-1 = 2
  }
}
`, "instances {\n types = [\"gift\"]\n}")
	s := load(t, src)
	price, none := units.USD(99_500_000_000), units.USD(0)
	same(t, "machines", s.Cluster.Machines, []planner.Machine{
		{
			Name: "archive", VCPUs: 8, Memory: 64 << 30, Architecture: "arm64", Disk: planner.MachineDisk{Type: "hdd", Size: 8 << 40, IOPS: 120},
			USDPerMonth: &price, CountByZone: []planner.ZoneCount{{Zone: "rack-1"}, {Zone: "rack-2", Nodes: 3}},
		},
		{Name: "gift", VCPUs: 4, Memory: 16 << 30, Architecture: "amd64", USDPerMonth: &none, CountByZone: []planner.ZoneCount{{Zone: "rack-1", Nodes: 2}}},
		{Name: "r640", VCPUs: 32, Memory: 256 << 30, Architecture: "amd64", Disk: planner.MachineDisk{Type: "ssd", Size: 960 << 30}},
	})
	same(t, "assumptions", assumed(&s.Cluster, "machine.r640"), []string{
		"architecture = amd64: language", "count_by_zone = as many as needed: language", "disk.type = ssd: language", "usd_per_month = not known: language",
	})
	var names []string
	for _, typ := range s.Catalog.Types {
		names = append(names, typ.Name)
	}
	if !slices.Equal(names, []string{"archive", "gift", "r640"}) {
		t.Errorf("the catalog has %q", names)
	}
	if s.Cluster.AsOf != "2026-11-20" || len(assumed(&s.Cluster, "as_of")) != 1 {
		t.Errorf("as_of is %s", s.Cluster.AsOf)
	}
}

// TestGroupsOnGrounds: what a group is where the spec says nothing.
func TestGroupsOnGrounds(t *testing.T) {
	one, third := units.Count(1), units.Share(33*units.Percent)
	for name, c := range map[string]struct {
		provider, cluster, group string
		image                    planner.Image
		families                 []string
		capacity                 planner.CapacityType
		disk                     planner.Disk
		update                   planner.UpdateConfig
	}{
		"GKE": {
			"gcp", "", "", planner.COS,
			[]string{"c4", "e2", "n2", "n4"},
			planner.OnDemand,
			planner.Disk{Type: "pd-balanced", Size: 50 << 30},
			planner.UpdateConfig{Strategy: "surge", MaxSurge: third},
		},
		"GKE, minimal": {
			"gcp", "", "update_config {\n strategy = \"minimal\"\n}", planner.COS,
			[]string{"c4", "e2", "n2", "n4"},
			planner.OnDemand,
			planner.Disk{Type: "pd-balanced", Size: 50 << 30},
			planner.UpdateConfig{Strategy: "minimal", MaxUnavailable: third},
		},
		"GKE, all given": {
			"gcp", "", "update_config {\n strategy = \"gke_blue_green\"\n max_surge = 2\n max_unavailable = 1\n soak = \"5m\"\n}", planner.COS,
			[]string{"c4", "e2", "n2", "n4"},
			planner.OnDemand,
			planner.Disk{Type: "pd-balanced", Size: 50 << 30},
			planner.UpdateConfig{Strategy: "gke_blue_green", MaxSurge: units.Count(2), MaxUnavailable: one, Soak: 5 * time.Minute},
		},
		"GKE, batch": {
			"gcp", "node_group \"a\" {\n}", "role = \"batch\"", planner.COS,
			[]string{"c4", "e2", "n2", "n4"},
			planner.Spot,
			planner.Disk{Type: "pd-balanced", Size: 50 << 30},
			planner.UpdateConfig{Strategy: "surge", MaxSurge: third},
		},
		"self-managed on aws": {
			"aws", "control_plane {\n mode = \"self_managed\"\n}\nnode_group \"a\" {\n}", "role = \"monitoring\"", planner.Ubuntu,
			[]string{"m6*", "m7*", "m8*", "m9*"},
			planner.OnDemand,
			planner.Disk{Type: "gp3", Size: 100 << 30},
			planner.UpdateConfig{Strategy: "surge", MaxSurge: one},
		},
		"self-managed on gcp, in place": {
			"gcp", "control_plane {\n mode = \"self_managed\"\n}", "update_config {\n strategy = \"in_place\"\n}", planner.Ubuntu,
			[]string{"c4", "e2", "n2", "n4"},
			planner.OnDemand,
			planner.Disk{Type: "pd-balanced", Size: 50 << 30},
			planner.UpdateConfig{Strategy: "in_place", MaxUnavailable: third},
		},
		"on premises, batch": {
			"on_premises", "node_group \"a\" {\n}", "role = \"batch\"", planner.Ubuntu, nil, planner.OnDemand,
			planner.Disk{},
			planner.UpdateConfig{Strategy: "in_place", MaxUnavailable: third},
		},
	} {
		t.Run(name, func(t *testing.T) {
			groups := load(t, on(c.provider, 3, c.cluster, c.group)).Cluster.NodeGroups
			g := groups[len(groups)-1]
			same(t, "group", []any{g.Image, g.Instances.Families, g.Instances.CapacityType, g.Disk, g.UpdateConfig, g.Kubelet},
				[]any{c.image, c.families, c.capacity, c.disk, c.update, planner.Kubelet{}})
		})
	}
}

// TestKubelet: what is declared, and nothing else.
func TestKubelet(t *testing.T) {
	g := load(t, on("on_premises", 3, "", `kubelet {
  max_pods = 80
  kube_reserved = {
    cpu    = "100m"
    memory = "1Gi"
  }
  system_reserved {
    memory = "512Mi"
  }
  eviction_hard {
    memory = "200Mi"
  }
}`)).Cluster.NodeGroups[0]
	same(t, "kubelet", g.Kubelet, planner.Kubelet{
		MaxPods: 80, KubeReserved: &planner.Reserve{CPU: 100, Memory: 1 << 30}, SystemReserved: &planner.Reserve{Memory: 512 << 20}, EvictionMemory: 200 << 20,
	})
}

// TestOldMinorOfOnesOwn: nobody ends a minor that people run themselves; what a
// provider runs ends.
func TestOldMinorOfOnesOwn(t *testing.T) {
	old := func(src string) string { return strings.Replace(src, `"1.35"`, `"1.28"`, 1) }
	if diags := mistakes(t, old(on("on_premises", 3, "", "")), spec.Inputs{}); len(diags) != 0 {
		t.Errorf("on premises: %s", show(diags))
	}
	if diags := mistakes(t, old(on("gcp", 3, "", "")), spec.Inputs{}); len(diags) != 1 || diags[0].Extra != spec.VersionEnded {
		t.Errorf("managed: %s", show(diags))
	}
}

// TestStrategiesOfGrounds: an upgrade is planned with what the ground has, and what it
// does not have is a mistake of the spec.
func TestStrategiesOfGrounds(t *testing.T) {
	for _, c := range []struct {
		provider, strategy string
		known              bool
	}{
		{"gcp", "gke_blue_green", true},
		{"gcp", "gke_autoscaled_blue_green", true},
		{"gcp", "in_place", false},
		{"aws", "in_place", false},
		{"aws", "gke_autoscaled_blue_green", false},
		{"on_premises", "in_place", true},
		{"on_premises", "gke_blue_green", false},
		{"on_premises", "surge", true},
	} {
		src := on(c.provider, 3, "upgrade {\n to = \"1.36\"\n strategy = \""+c.strategy+"\"\n}", "")
		diags := mistakes(t, src, spec.Inputs{})
		if c.known && len(diags) > 0 || !c.known && (len(diags) != 1 || diags[0].Extra != spec.NotOnGround) {
			t.Errorf("%s on %s: %s", c.strategy, c.provider, show(diags))
		}
	}
}

// TestSharedCores: development admits types that share their cores, where there
// are any: a role's families of gcp hold them already.
func TestSharedCores(t *testing.T) {
	for provider, want := range map[string][]string{"gcp": {"burstable"}, "on_premises": nil} {
		c := load(t, on(provider, 3, "environment = \"development\"\n", "")).Cluster
		if got := c.NodeGroups[0].Instances.Allow; !slices.Equal(got, want) {
			t.Errorf("%s allows %q, want %q", provider, got, want)
		}
	}
}

// TestFamiliesOnGKE holds the families of each role to the table of the language;
// machines of one's own are all admitted.
func TestFamiliesOnGKE(t *testing.T) {
	for role, want := range map[string][]string{
		"app": {"c4", "e2", "n2", "n4"}, "batch": {"c4", "e2", "n2", "n4"}, "monitoring": {"n2", "n4"}, "system": {"n2", "n4"},
	} {
		for provider, want := range map[string][]string{"gcp": want, "on_premises": nil} {
			c := load(t, on(provider, 3, "node_group \"a\" {\nrole = \"system\"\nworkload \"w\" {\nreplicas = 3\n"+pod+"}\n}\n", "role = \""+role+"\"")).Cluster
			if got := c.NodeGroups[1].Instances.Families; !slices.Equal(got, want) {
				t.Errorf("%s on %s: %q, want %q", role, provider, got, want)
			}
			if text := strings.Join(want, ", ") + ": role " + role; provider == "gcp" && !slices.Equal(assumed(&c, "node_group.g.instances.families"), []string{" = " + text}) {
				t.Errorf("%s: assumed %q, want %q", role, assumed(&c, "node_group.g.instances.families"), text)
			}
		}
	}
}
