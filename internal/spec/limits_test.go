package spec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestLimitsOfTheAccount(t *testing.T) {
	c := load(t, in("cluster", `
quota {
  on_demand_vcpus = 128
  spot_vcpus      = 64
  gpus            = 4
  disk_gib        = 5000
}
network {
  free_ips_by_zone = { "us-east-1c" = 900, "us-east-1a" = 0 }
}`)).Cluster
	if diff := cmp.Diff(planner.Quota{OnDemandVCPUs: 128, SpotVCPUs: 64, GPUs: 4, Disk: 5000 * units.GiB}, c.Quota); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]planner.ZoneAddresses{{Zone: "us-east-1a"}, {Zone: "us-east-1c", Addresses: 900}}, c.Network.FreeIPs); diff != "" {
		t.Error(diff)
	}
	want := []planner.Limit{
		{Resource: "network.free_ips_by_zone.us-east-1a"},
		{Resource: "network.free_ips_by_zone.us-east-1c", Limit: 900},
		{Resource: "quota.disk_gib", Limit: 5000},
		{Resource: "quota.gpus", Limit: 4},
		{Resource: "quota.on_demand_vcpus", Limit: 128},
		{Resource: "quota.spot_vcpus", Limit: 64},
	}
	if diff := cmp.Diff(want, c.Limits()); diff != "" {
		t.Error(diff)
	}
	if c := load(t, in("cluster", "")).Cluster; c.Limits() != nil {
		t.Errorf("limits of a spec without any: %v", c.Limits())
	}
}

func TestOverTheDay(t *testing.T) {
	const tested = "throughput = 1000\nthroughput_per_pod = 100\n"
	w := load(t, in("workload", tested+`
daily_profile = { trough = "25%" }
horizontal_pod_autoscaler {
  min_replicas           = 3
  max_replicas           = 40
  target_cpu_utilization = "61%"
}`)).Cluster.NodeGroups[0].Workloads[0]
	if diff := cmp.Diff(&planner.DailyProfile{Trough: 25 * units.Percent}, w.DailyProfile); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&planner.HorizontalPodAutoscaler{MinReplicas: 3, MaxReplicas: 40, TargetCPUUtilization: 61 * units.Percent}, w.Autoscaler); diff != "" {
		t.Error(diff)
	}
	hours := "daily_profile = [0" + strings.Repeat(", \"50%\"", 22) + ", 1]"
	g := load(t, in("group", "autoscaling {\n}\nworkload \"day\" {\n"+tested+hours+"\nhorizontal_pod_autoscaler {}\n"+pod+"}")).Cluster.NodeGroups[0]
	day := g.Workloads[1]
	if p := day.DailyProfile; p == nil || len(p.Hours) != 24 || p.Hours[0] != 0 || p.Hours[1] != 50*units.Percent || p.Hours[23] != units.Whole || p.Trough != 0 {
		t.Errorf("%+v", day.DailyProfile)
	}
	if diff := cmp.Diff(&planner.HorizontalPodAutoscaler{}, day.Autoscaler); diff != "" || !g.Autoscaling {
		t.Error(diff, g.Autoscaling)
	}
	if g := load(t, in("workload", tested)).Cluster.NodeGroups[0]; g.Autoscaling || g.Workloads[0].Autoscaler != nil || g.Workloads[0].DailyProfile != nil {
		t.Errorf("of a spec that says nothing: %+v", g)
	}
}
