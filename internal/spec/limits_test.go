package spec_test

import (
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
