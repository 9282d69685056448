package spec_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// full gives every attribute that is supported.
const full = `
variable "peak" {
  type    = number
  default = 1200.0000001
}

locals {
  families = ["m7g", "c7*"]
}

cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1c", "us-east-1a", "us-east-1b"]
  kubernetes_version = "1.35"
  environment        = "production"
  as_of              = "2026-10-01"
  max_usd_per_month  = 5000.5

  network {
    cni      = "vpc_prefix"
    max_pods = 110
  }

  daemonset "logs" {
    cpu         = "0.0005"
    memory      = "128Mi"
    node_groups = ["web", "system"]
  }
  daemonset "agent" {
    cpu    = "200m"
    memory = "512Mi"
  }

  growth {
    per_month      = "2.5%"
    horizon_months = 6
    size_for       = "horizon"
  }

  upgrade {
    to            = "1.36"
    strategy      = "surge"
    kubelet_skew  = 2
    keep          = "targets"
    finish_within = "6h"
    max_extra_usd = 5
    verify        = "10m"
    soak          = "2h"
    parallel_run  = "24h"
  }

  emit "terraform" {
    directory = "out"
    style     = "vars"
    variable  = "groups"
  }

  rule "WN-09" {
    severity = "warning"
  }
  rule "CP-05" {
    severity = "off"
    reason   = "staging"
  }

  node_group "system" {
    role = "system"
  }

  node_group "web" {
    role      = "app"
    zones     = ["us-east-1b", "us-east-1a"]
    image     = "bottlerocket"
    guarantee = "scheduled"
    labels    = { team = "shop" }
    instances {
      families      = local.families
      types         = ["m7g.large", "c7g.*"]
      exclude       = ["*.metal"]
      allow         = ["flex", "burstable"]
      architectures = ["arm64", "amd64"]
      capacity_type = "spot"
      max_types      = 3
      max_vcpus      = 16
      max_node_share = "25%"
      on_demand_base = 2
    }
    disk {
      type           = "gp3"
      size           = "80Gi"
      iops           = 4000
      throughput_mib = 250
    }
    taint "tier" {
      value  = "web"
      effect = "NoExecute"
    }
    taint "edge" {
    }
    autoscaling {
      min_nodes = 3
      max_nodes = 24
    }
    redundancy {
      nodes    = 2
      zones    = 1
      at_once  = true
      recovery = "static"
    }
    update_config {
      strategy        = "minimal"
      max_unavailable = "33%"
    }

    workload "checkout" {
      kind            = "Deployment"
      throughput      = var.peak
      concurrency     = 8
      balancing       = "random"
      max_utilization = 0.65
      latency {
        p999   = "1s"
        during = "normal"
      }
      latency {
        mean = "80ms"
        p99  = "250ms"
      }
      service_time {
        mean                    = "18ms"
        p99                     = "70ms"
        distribution            = "gamma"
        measured_at_utilization = "40%"
      }
      spare_replicas           = 2
      min_replicas             = 4
      min_ready                = "75%"
      termination_grace_period = "60s"
      startup_time             = "1m30s"
      growth_per_month         = 0.03
      pod {
        cpu    = "500m"
        memory = "768Mi"
        limits {
          cpu    = 2
          memory = "1Gi"
        }
      }
      topology_spread {
        topology_key       = "zone"
        max_skew           = 2
        when_unsatisfiable = "DoNotSchedule"
      }
      topology_spread {
        topology_key       = "hostname"
        max_skew           = 1
        when_unsatisfiable = "ScheduleAnyway"
      }
      pod_disruption_budget {
        min_available = "80%"
      }
      rolling_update {
        max_surge       = "50%"
        max_unavailable = 1
      }
    }
    workload "catalog" {
      throughput         = 4000
      throughput_per_pod = 350.0000009
      pod {
        cpu    = 1
        memory = "1.5Gi"
      }
    }
  }
}
`

// wantWeb is the group "web" of full, by hand.
func wantWeb() planner.NodeGroup {
	ratio := func(percent float64) units.Ratio { return units.Ratio(percent * 10_000) }
	ready, available, quarter := units.Share(ratio(75)), units.Share(ratio(80)), units.Share(ratio(25))
	return planner.NodeGroup{
		Name: "web", Role: planner.App, Zones: []string{"us-east-1a", "us-east-1b"}, Image: planner.Bottlerocket,
		Instances: planner.Instances{
			Families: []string{"c7*", "m7g"}, Types: []string{"c7g.*", "m7g.large"}, Exclude: []string{"*.metal"},
			Allow: []string{"burstable", "flex"}, Architectures: []string{"amd64", "arm64"},
			CapacityType: planner.Spot, MaxTypes: 3, MaxVCPUs: 16, MaxNodeShare: 25 * units.Percent, OnDemandBase: units.Count(2),
		},
		Disk:        planner.Disk{Type: "gp3", Size: 80 << 30, IOPS: 4000, ThroughputMiBps: 250},
		Labels:      map[string]string{"team": "shop"},
		Taints:      []planner.Taint{{Key: "edge", Effect: planner.NoSchedule}, {Key: "tier", Value: "web", Effect: planner.NoExecute}},
		Autoscaling: true, MinNodes: 3, MaxNodes: 24,
		Redundancy:   planner.Redundancy{Nodes: 2, Zones: 1, AtOnce: true, Recovery: planner.Static},
		Guarantee:    planner.Scheduled,
		UpdateConfig: planner.UpdateConfig{Strategy: "minimal", MaxUnavailable: units.Share(ratio(33))},
		Workloads: []planner.Workload{
			{
				Name: "catalog", Kind: planner.Deployment,
				Demand:        planner.Demand{Way: planner.FromLoadTest, Throughput: 4000_000_000, ThroughputPerPod: 350_000_000},
				SpareReplicas: 1, MinReplicas: 2, Recovery: planner.Static,
				Pod: planner.Pod{CPU: 1000, Memory: 1536 << 20},
				// recovery static hardens the role's spread.
				TopologySpread:         []planner.TopologySpread{{Key: planner.ZoneKey, MaxSkew: 1, Hard: true}},
				PodDisruptionBudget:    &planner.PodDisruptionBudget{MaxUnavailable: &quarter},
				TerminationGracePeriod: 30 * time.Second, StartupTime: 20 * time.Second,
				RollingUpdate:  planner.RollingUpdate{MaxSurge: quarter},
				GrowthPerMonth: ratio(2.5),
			},
			{
				Name: "checkout", Kind: planner.Deployment,
				Demand: planner.Demand{
					Way: planner.FromLatency, Throughput: 1200_000_001, Concurrency: 8, Balancing: "random", MaxUtilization: ratio(65),
					Latency: []planner.LatencyTarget{{Statistic: planner.Mean, Target: 80 * time.Millisecond}, {Statistic: planner.P99, Target: 250 * time.Millisecond}, {Statistic: planner.P999, Target: time.Second}},
					Service: planner.ServiceTime{
						Distribution:          "gamma",
						Measured:              []planner.LatencyTarget{{Statistic: planner.Mean, Target: 18 * time.Millisecond}, {Statistic: planner.P99, Target: 70 * time.Millisecond}},
						MeasuredAtUtilization: ratio(40),
					},
				},
				SpareReplicas: 2, MinReplicas: 4, MinReady: &ready, Recovery: planner.Static,
				Pod:                    planner.Pod{CPU: 500, Memory: 768 << 20, CPULimit: 2000, MemoryLimit: 1 << 30},
				TopologySpread:         []planner.TopologySpread{{Key: planner.HostnameKey, MaxSkew: 1}, {Key: planner.ZoneKey, MaxSkew: 2, Hard: true}},
				PodDisruptionBudget:    &planner.PodDisruptionBudget{MinAvailable: &available},
				TerminationGracePeriod: time.Minute, StartupTime: 90 * time.Second,
				RollingUpdate:  planner.RollingUpdate{MaxSurge: units.Share(ratio(50)), MaxUnavailable: units.Count(1)},
				GrowthPerMonth: ratio(3), GrowsReplicas: true,
			},
		},
	}
}

func TestEveryAttribute(t *testing.T) {
	s := load(t, full)
	c := s.Cluster
	same(t, "web", c.NodeGroups[1], wantWeb())
	budget := units.USD(5000_500_000_000)
	same(t, "cluster", []any{c.Name, c.Provider, c.Region, c.Zones, c.KubernetesVersion, c.Environment, c.AsOf, *c.MaxUSDPerMonth},
		[]any{"shop", "aws", "us-east-1", []string{"us-east-1a", "us-east-1b", "us-east-1c"}, "1.35", planner.Production, units.Date("2026-10-01"), budget})
	same(t, "network", c.Network, planner.Network{CNI: planner.VPCPrefix, MaxPods: 110})
	same(t, "daemonsets", c.DaemonSets, []planner.DaemonSet{
		{Name: "agent", CPU: 200, Memory: 512 << 20},
		{Name: "logs", CPU: 1, Memory: 128 << 20, NodeGroups: []string{"system", "web"}},
	})
	same(t, "growth", c.Growth, planner.Growth{PerMonth: 25_000, HorizonMonths: 6, SizeForHorizon: true})
	same(t, "upgrade", *c.Upgrade, planner.Upgrade{
		To: "1.36", Strategy: "surge", KubeletSkew: 2, Keep: planner.UpgradeKeepTargets, FinishWithin: 6 * time.Hour,
		MaxExtra: new(5 * units.Dollar), Verify: new(10 * time.Minute), Soak: new(2 * time.Hour), ParallelRun: new(24 * time.Hour),
	})
	same(t, "emits", c.Emits, []planner.Emit{{Tool: "terraform", Directory: "out", Variable: "groups"}})
	same(t, "rules", c.Rules, []planner.RuleSetting{{Rule: "CP-05", Severity: planner.Off, Reason: "staging"}, {Rule: "WN-09", Severity: planner.Warning}})
	same(t, "variables", s.Info.Variables, []planner.Variable{{Name: "peak", JSON: "1200.0000001"}})
	for _, a := range c.Assumptions {
		if strings.HasPrefix(a.Path, "node_group.web.workload.checkout.") && !strings.HasSuffix(a.Path, "measured_at_utilization") && !strings.HasSuffix(a.Path, "latency.during") {
			t.Errorf("%s = %s is an assumption (%s), and everything is given", a.Path, a.Value, a.Source)
		}
	}
	if !slices.IsSortedFunc(c.Assumptions, func(a, b planner.Assumption) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("the assumptions are not sorted by path")
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		g, err := json.MarshalIndent(got, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		w, err := json.MarshalIndent(want, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s: got\n%s\nwant\n%s", what, g, w)
	}
}

// TestOrderOfBlocks: the blocks of full in the opposite order, over two files in
// either order, make the same cluster.
func TestOrderOfBlocks(t *testing.T) {
	want := load(t, full).Cluster
	parts := strings.SplitAfter(full, "\n}\n")
	top, cluster := parts[:2], strings.Join(parts[2:], "")
	lines := strings.SplitAfter(strings.TrimSpace(cluster)+"\n", "\n")
	var blocks [][]string
	var attributes, current []string
	depth := 0
	for _, l := range lines[1 : len(lines)-2] { // within cluster { … }
		wasTop := depth == 0
		depth += strings.Count(l, "{") - strings.Count(l, "}")
		if wasTop && depth == 0 {
			attributes = append(attributes, l)
			continue
		}
		current = append(current, l)
		if depth == 0 {
			blocks = append(blocks, current)
			current = nil
		}
	}
	slices.Reverse(blocks)
	slices.Reverse(attributes)
	var b strings.Builder
	b.WriteString(lines[0])
	for _, block := range blocks {
		b.WriteString(strings.Join(block, ""))
	}
	b.WriteString(strings.Join(attributes, "") + "}\n")
	a, z := spec.File{Name: "a.hcl", Content: []byte(b.String())}, spec.File{Name: "z.hcl", Content: []byte(top[1] + top[0])}
	digests := map[string]bool{}
	for _, files := range [][]spec.File{{a, z}, {z, a}, {{Name: "x/a.hcl", Content: a.Content}, {Name: "x/z.hcl", Content: z.Content}}} {
		s, diags := spec.Load(files, spec.Inputs{}, offers{})
		if s == nil {
			t.Fatal(diags)
		}
		same(t, "cluster", s.Cluster, want)
		digests[s.Info.SHA256] = true
	}
	if len(digests) != 1 {
		t.Errorf("the digest depends on the order or folder of the files: %v", digests)
	}
}

// TestRoleDefaults holds each role to the table of the language.
func TestRoleDefaults(t *testing.T) {
	type row struct {
		Nodes, Zones int
		Recovery     planner.Recovery
		MinReplicas  int
		Capacity     planner.CapacityType
		Families     string
		Taint        string
		Spread       string
		Budget       string
		Startup      time.Duration
		Rolling      string
		Update       string
		Disk         units.Bytes
	}
	const m, mc, rm = "m6*,m7*,m8*,m9*", "c6*,c7*,c8*,c9*,m6*,m7*,m8*,m9*", "m6*,m7*,m8*,m9*,r6*,r7*,r8*,r9*"
	const mcr = mc + ",r6*,r7*,r8*,r9*"
	for role, want := range map[string]row{
		"app":        {1, 1, "reschedule", 2, "on_demand", mcr, "", "zone", "25%", 20 * time.Second, "25% 0", "surge 33%", 50 << 30},
		"batch":      {1, 0, "reschedule", 0, "spot", mcr + ",t3,t3a,t4g", "group=g:NoSchedule", "", "", 20 * time.Second, "25% 0", "surge 33%", 50 << 30},
		"ingress":    {2, 1, "static", 3, "on_demand", mc, "group=g:NoSchedule", "hostname! zone!", "1", 10 * time.Second, "0 1", "surge 1", 50 << 30},
		"monitoring": {1, 0, "reschedule", 1, "on_demand", m, "group=g:NoSchedule", "", "1", 30 * time.Second, "25% 0", "surge 1", 100 << 30},
		"system":     {1, 1, "reschedule", 2, "on_demand", m, "", "zone", "1", 20 * time.Second, "25% 0", "surge 1", 50 << 30},
		"stateful":   {1, 1, "static", 0, "on_demand", rm, "group=g:NoSchedule", "hostname! zone!", "1", 120 * time.Second, "0 1", "surge 1", 50 << 30},
	} {
		t.Run(role, func(t *testing.T) {
			demand := "throughput = 100\nthroughput_per_pod = 10\n"
			if role == "stateful" {
				demand = "replicas = 5\nmin_ready = 3\n"
			}
			src := "cluster \"c\" {\n" + head + "node_group \"a\" {\nrole = \"system\"\n}\nnode_group \"g\" {\nrole = \"" + role + "\"\nworkload \"w\" {\n" + demand + pod + "}\n}\n}\n"
			g := load(t, src).Cluster.NodeGroups[1]
			w := g.Workloads[0]
			got := row{
				Nodes: g.Redundancy.Nodes, Zones: g.Redundancy.Zones, Recovery: g.Redundancy.Recovery, MinReplicas: w.MinReplicas,
				Capacity: g.Instances.CapacityType, Families: strings.Join(g.Instances.Families, ","), Startup: w.StartupTime,
				Rolling: portion(w.RollingUpdate.MaxSurge) + " " + portion(w.RollingUpdate.MaxUnavailable),
				Update:  g.UpdateConfig.Strategy + " " + portion(g.UpdateConfig.MaxUnavailable), Disk: g.Disk.Size,
			}
			for _, taint := range g.Taints {
				got.Taint += taint.Key + "=" + taint.Value + ":" + string(taint.Effect)
			}
			var spread []string
			for _, s := range w.TopologySpread {
				spread = append(spread, string(s.Key)+map[bool]string{true: "!"}[s.Hard])
			}
			got.Spread = strings.Join(spread, " ")
			if b := w.PodDisruptionBudget; b != nil {
				got.Budget = portion(*b.MaxUnavailable)
			}
			same(t, role, got, want)
			if wantSpare := map[bool]int{true: 0, false: 1}[role == "stateful"]; w.SpareReplicas != wantSpare {
				t.Errorf("spare replicas %d, want %d", w.SpareReplicas, wantSpare)
			}
			if want := map[string]int{"batch": 6}[role]; g.Instances.MaxTypes != max(want, 1) {
				t.Errorf("max_types %d, want %d", g.Instances.MaxTypes, max(want, 1))
			}
		})
	}
}

// portion writes a count or a whole percentage.
func portion(c units.CountOrRatio) string {
	if c.IsRatio {
		return itoa(int(c.Ratio/units.Percent)) + "%"
	}
	return itoa(c.Count)
}

// TestMaxUtilizationByRole holds way 3 to the table of the language.
func TestMaxUtilizationByRole(t *testing.T) {
	for role, want := range map[string]units.Ratio{"app": 70, "batch": 90, "ingress": 60, "monitoring": 80, "system": 70} {
		src := "cluster \"c\" {\n" + head + "node_group \"a\" {\nrole = \"system\"\n}\nnode_group \"g\" {\nrole = \"" + role + "\"\nworkload \"w\" {\n" +
			way3 + "service_time {\nmean = \"1ms\"\ncv = 1\n}\n" + pod + "}\n}\n}\n"
		if got := load(t, src).Cluster.NodeGroups[1].Workloads[0].Demand.MaxUtilization; got != want*units.Percent {
			t.Errorf("%s: %d, want %d%%", role, got, want)
		}
	}
}

// TestDevelopment: no redundancy, no spares, one replica, burstable types.
func TestDevelopment(t *testing.T) {
	src := in("cluster", "environment = \"development\"")
	src = strings.Replace(src, "replicas = 3", "throughput = 9\nthroughput_per_pod = 1", 1)
	c := load(t, src).Cluster
	g := c.NodeGroups[0]
	if g.Redundancy.Nodes != 0 || g.Redundancy.Zones != 0 || g.Workloads[0].SpareReplicas != 0 || g.Workloads[0].MinReplicas != 1 {
		t.Errorf("redundancy %+v, spare %d, min_replicas %d", g.Redundancy, g.Workloads[0].SpareReplicas, g.Workloads[0].MinReplicas)
	}
	if !slices.Equal(g.Instances.Allow, []string{"burstable"}) || !slices.Contains(g.Instances.Families, "t4g") {
		t.Errorf("instances %+v", g.Instances)
	}
	for _, a := range c.Assumptions {
		if strings.HasSuffix(a.Path, "redundancy.nodes") && a.Source != "environment development" {
			t.Errorf("%s comes from %s", a.Path, a.Source)
		}
	}
}

// TestOneZone: a group of one zone loses none by default.
func TestOneZone(t *testing.T) {
	g := load(t, in("group", "zones = [\"us-east-1b\"]")).Cluster.NodeGroups[0]
	if g.Redundancy.Zones != 0 || g.Redundancy.Nodes != 1 {
		t.Errorf("redundancy %+v", g.Redundancy)
	}
}

// TestGroupDefaults: a group's own value wins, attribute by attribute.
func TestGroupDefaults(t *testing.T) {
	src := in("group", "instances {\n max_vcpus = 8\n}\ntaint \"a\" {\n value = \"2\"\n}")
	src = strings.Replace(src, "node_group \"web\"", `node_group_defaults {
  image = "bottlerocket"
  instances {
    families  = ["m7i"]
    max_vcpus = 4
  }
  taint "a" {
    value  = "1"
    effect = "PreferNoSchedule"
  }
}
node_group "web"`, 1)
	s := load(t, src)
	g := s.Cluster.NodeGroups[0]
	if g.Image != planner.Bottlerocket || !slices.Equal(g.Instances.Families, []string{"m7i"}) || g.Instances.MaxVCPUs != 8 {
		t.Errorf("image %s, instances %+v", g.Image, g.Instances)
	}
	same(t, "taints", g.Taints, []planner.Taint{{Key: "a", Value: "2", Effect: planner.PreferNoSchedule}})
	if p := s.Place("node_group.web.instances.families"); p.Line != 9 {
		t.Errorf("the families are at line %d, want 9, in node_group_defaults", p.Line)
	}
}

// TestGivenCount: nothing is added to a count that the user gives.
func TestGivenCount(t *testing.T) {
	w := load(t, in("workload", "replicas = 1")).Cluster.NodeGroups[0].Workloads[0]
	if w.Demand.Replicas != 1 || w.SpareReplicas != 0 || w.MinReplicas != 0 {
		t.Errorf("replicas %d, spare %d, min_replicas %d", w.Demand.Replicas, w.SpareReplicas, w.MinReplicas)
	}
}

// TestZoneIDs: zones may be given by id, and stay as they are written.
func TestZoneIDs(t *testing.T) {
	src := strings.Replace(in("cluster", ""), `["us-east-1a", "us-east-1b", "us-east-1c"]`, `["use1-az2", "use1-az1"]`, 1)
	if z := load(t, src).Cluster.Zones; !slices.Equal(z, []string{"use1-az1", "use1-az2"}) {
		t.Errorf("zones %q", z)
	}
}

// TestWarnings: a letter that the catalog lacks is no error.
func TestWarnings(t *testing.T) {
	src := strings.Replace(in("cluster", ""), `"us-east-1c"`, `"us-east-1f"`, 1)
	diags := mistakes(t, src, spec.Inputs{})
	if len(diags) != 1 || diags[0].Extra != spec.ZoneLetterUnknown || diags.HasErrors() {
		t.Errorf("got %s", show(diags))
	}
}
