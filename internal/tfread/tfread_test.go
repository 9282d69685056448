package tfread_test

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/tfread"
)

func read(t *testing.T, doc string) *tfread.Cluster {
	t.Helper()
	c, err := tfread.Read([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func is[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// eksState is a cluster of one node group, as terraform show -json prints it: the
// attributes are those of the AWS provider's resources.
func eksState(nodeGroup string) string {
	script := base64.StdEncoding.EncodeToString([]byte("---\nkind: NodeConfig\nspec:\n  kubelet:\n    config:\n      maxPods: 58\n"))
	return fmt.Sprintf(`{"format_version": "1.0", "values": {"root_module": {
	  "resources": [
	    {"mode": "data", "type": "aws_subnet", "values": {"id": "subnet-1", "availability_zone": "eu-west-1b"}},
	    {"mode": "managed", "type": "aws_subnet", "values": {"id": "subnet-2", "availability_zone": "eu-west-1a"}}],
	  "child_modules": [{"address": "module.eks", "resources": [
	    {"mode": "managed", "type": "aws_eks_cluster", "values": {"name": "Shop", "version": "1.34",
	      "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/Shop", "upgrade_policy": [{"support_type": "STANDARD"}]}}],
	    "child_modules": [{"address": "module.eks.module.eks_managed_node_group[\"web\"]", "resources": [
	      {"mode": "managed", "type": "aws_launch_template", "values": {"id": "lt-1", "user_data": %q, "block_device_mappings": [
	        {"device_name": "/dev/xvda", "ebs": [{"volume_size": 80, "volume_type": "gp3", "iops": 4000, "throughput": 200, "encrypted": "true"}]}]}},
	      {"mode": "managed", "type": "aws_eks_node_group", "values": %s}]}]}]}}}`, script, nodeGroup)
}

func TestStateOfEKS(t *testing.T) {
	const common = `"instance_types": ["m7g.large", "m6g.large"], "ami_type": "AL2023_ARM_64_STANDARD", "capacity_type": "SPOT", "version": "1.33",
	  "scaling_config": [{"min_size": 2, "desired_size": 3, "max_size": 9}], "labels": {"tier": "front"}, "taint": [{"key": "only", "value": "web", "effect": "NO_EXECUTE"}],
	  "update_config": [{"max_unavailable": 0, "max_unavailable_percentage": 33, "update_strategy": "MINIMAL"}]`
	for name, group := range map[string]string{
		"by the template's id":   `{"node_group_name": "web-2026", "subnet_ids": ["subnet-1", "subnet-2"], "launch_template": [{"id": "lt-1"}], ` + common + `}`,
		"planned, without an id": `{"node_group_name_prefix": "web-2026-", "subnet_ids": ["subnet-1", "subnet-2"], ` + common + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := read(t, eksState(group))
			is(t, "cluster", []string{string(c.Kind), c.Name, c.Version, c.Region, c.Support}, []string{"eks", "Shop", "1.34", "eu-west-1", "STANDARD"})
			is(t, "zones", c.Zones, []string{"eu-west-1a", "eu-west-1b"})
			p := c.Pools[0]
			is(t, "name", p.Name, "web-2026")
			is(t, "types", p.Types, []string{"m7g.large", "m6g.large"})
			is(t, "counts", []int{*p.Min, *p.Desired, *p.Max}, []int{2, 3, 9})
			is(t, "words", []string{p.Capacity, p.Image, p.Version}, []string{"spot", "al2023", "1.33"})
			is(t, "labels", p.Labels, map[string]string{"tier": "front"})
			is(t, "taints", p.Taints, []tfread.Taint{{Key: "only", Value: "web", Effect: "NoExecute"}})
			is(t, "disk", *p.Disk, tfread.Disk{Type: "gp3", GiB: 80, IOPS: 4000, Throughput: 200})
			is(t, "max pods", p.MaxPods, 58)
			is(t, "update", *p.Update, tfread.Update{Strategy: "minimal", MaxUnavailable: "33%"})
		})
	}
	t.Run("a subnet that is not in it", func(t *testing.T) {
		c := read(t, eksState(`{"node_group_name": "web", "disk_size": 20, "subnet_ids": ["subnet-1", "subnet-9"], "instance_types": ["m5.large"]}`))
		is(t, "zones", c.Zones, nil)
		is(t, "region", c.Region, "eu-west-1")
	})
}

// TestStateOfGKE: counts are by zone; a cluster whose location is a zone is zonal, and its
// pools are where it is.
func TestStateOfGKE(t *testing.T) {
	pool := func(more string) string {
		return `{"resources": [
		  {"mode": "managed", "type": "google_container_cluster", "instances": [{"attributes": {"name": "shop", "location": "europe-west4-a", "min_master_version": "1.35.2-gke.100"}}]},
		  {"mode": "managed", "type": "google_container_node_pool", "instances": [{"attributes": {"name": "web", "max_pods_per_node": 32, ` + more + `
		    "node_config": [{"machine_type": "n2-standard-4", "disk_size_gb": 100, "disk_type": "pd-ssd", "image_type": "COS_CONTAINERD", "spot": true}],
		    "upgrade_settings": [{"strategy": "BLUE_GREEN", "blue_green_settings": [{"node_pool_soak_duration": "1800s"}]}]}}]}]}`
	}
	c := read(t, pool(`"node_count": 2, "autoscaling": [],`))
	is(t, "cluster", []any{c.Kind, c.Name, c.Version, c.Region, c.Zonal}, []any{tfread.GKE, "shop", "1.35", "europe-west4", true})
	p := c.Pools[0]
	is(t, "counts", []int{*p.Min, *p.Desired, *p.Max}, []int{2, 2, 2})
	is(t, "by zone", p.ByZone, map[string]int{"europe-west4-a": 2})
	is(t, "update", *p.Update, tfread.Update{Strategy: "gke_blue_green", Soak: "1800s"})
	is(t, "rest", []any{p.Types, p.Capacity, p.Image, p.MaxPods, *p.Disk}, []any{[]string{"n2-standard-4"}, "spot", "cos", 32, tfread.Disk{Type: "pd-ssd", GiB: 100}})

	c = read(t, pool(`"node_locations": ["europe-west4-a", "europe-west4-b"], "node_count": 3, "autoscaling": [{"min_node_count": 1, "max_node_count": 5, "total_max_node_count": 0}],`))
	p = c.Pools[0]
	is(t, "counts", []int{*p.Min, *p.Desired, *p.Max}, []int{2, 6, 10})
	c = read(t, pool(`"node_locations": ["europe-west4-a", "europe-west4-b"], "node_count": 3, "autoscaling": [{"total_min_node_count": 4, "total_max_node_count": 7}],`))
	p = c.Pools[0]
	is(t, "counts", []int{*p.Min, *p.Desired, *p.Max}, []int{4, 6, 7})
}

// TestVariablesOfGKE: what people wrote for the module by hand, where numbers may stand in
// quotes and labels of all pools under "all".
func TestVariablesOfGKE(t *testing.T) {
	c := read(t, `{"kubernetes_version": "latest", "region": "us-central1", "zones": ["us-central1-a", "us-central1-b"], "regional": true,
	  "node_pools": [{"name": "web", "machine_type": "e2-standard-4", "min_count": "1", "max_count": "3", "initial_node_count": 2, "disk_size_gb": 50, "disk_type": "pd-balanced", "spot": "false"}],
	  "node_pools_labels": {"all": {"team": "a"}, "web": {"tier": "front"}},
	  "node_pools_taints": {"all": [], "web": [{"key": "only", "value": "web", "effect": "NO_SCHEDULE"}]}}`)
	is(t, "cluster", []any{c.Kind, c.Version, c.Region, c.Zonal}, []any{tfread.GKE, "", "us-central1", false})
	p := c.Pools[0]
	is(t, "counts", []int{*p.Min, *p.Desired, *p.Max}, []int{2, 4, 6})
	is(t, "labels", p.Labels, map[string]string{"team": "a", "tier": "front"})
	is(t, "taints", p.Taints, []tfread.Taint{{Key: "only", Value: "web", Effect: "NoSchedule"}})
	is(t, "zones", p.Zones, []string{"us-central1-a", "us-central1-b"})
}

func TestRegions(t *testing.T) {
	for zone, want := range map[string]string{
		"us-east-1a": "us-east-1", "us-gov-west-1b": "us-gov-west-1", "us-central1-f": "us-central1", "europe-west4-a": "europe-west4", "room-a": "", "a": "", "": "", "us-east-1": "",
	} {
		c := read(t, fmt.Sprintf(`{"node_groups": {"web": {"instance_types": ["x"]}}, "node_group_zones": {"web": [%q]}}`, zone))
		is(t, zone, c.Region, want)
	}
}

// FuzzRead: whatever a document says, it is read or refused.
func FuzzRead(f *testing.F) {
	f.Add(eksState(`{"node_group_name": "web", "instance_types": ["m5.large"], "subnet_ids": ["subnet-1"]}`))
	f.Add(`{"variables": {"node_groups": {"value": {"web": {"machine_type": "x", "nodes_by_zone": {"a": 1}, "max_nodes": 2}}}}}`)
	f.Add(`{"node_pools": [{"name": "web", "machine_type": "e2-medium", "node_locations": "a,b", "node_count": 2}]}`)
	f.Fuzz(func(t *testing.T, doc string) {
		c, err := tfread.Read([]byte(doc))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "terraform: ") {
				t.Errorf("%v", err)
			}
			return
		}
		if len(c.Pools) == 0 {
			t.Error("read, and no pool")
		}
	})
}
