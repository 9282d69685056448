package document_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
)

// TestRoomsFigures looks at the fields of a control plane on machines of one's
// own, with figures worked out by hand.
func TestRoomsFigures(t *testing.T) {
	for path, want := range map[string]any{
		"inputs.region":                                       "north",
		"inputs.control_plane.mode":                           "self_managed",
		"inputs.control_plane.tier":                           nil,
		"inputs.control_plane.nodes":                          nil,
		"inputs.control_plane.disk":                           nil,
		"inputs.control_plane.etcd.members":                   nil,
		"inputs.control_plane.etcd.instances":                 nil,
		"inputs.control_plane.etcd.disk.type":                 nil,
		"inputs.control_plane.etcd.disk.size_bytes":           nil,
		"inputs.control_plane.etcd.backup_retention_seconds":  7_776_000.0, // 90 days
		"inputs.control_plane.etcd.round_trip_seconds":        0.002,
		"inputs.control_plane.redundancy.recovery":            "static",
		"inputs.machines.0.usd_per_month":                     36.5,
		"inputs.machines.0.disk.iops":                         nil,
		"inputs.machines.1.count_by_zone":                     nil,
		"inputs.machines.2.count_by_zone.room-c":              1.0,
		"inputs.node_groups.0.disk":                           nil,
		"inputs.node_groups.0.kubelet.max_pods":               nil,
		"inputs.node_groups.0.kubelet.kube_reserved.millicpu": 250.0,
		"inputs.node_groups.0.kubelet.eviction_memory_bytes":  524_288_000.0, // 500 MiB
		"inputs.node_groups.0.update_config.max_surge.count":  0.0,
		"inputs.node_groups.0.update_config.soak_seconds":     nil,
		"offers_used.0.on_demand.price_basis":                 "declared",
		"control_plane.tier":                                  nil,
		"control_plane.machines.0.nodes_by_zone.room-b":       1.0,
		"control_plane.machines.0.usd_per_hour":               0.2,
		"control_plane.machines.1.price_basis":                "declared",
		"control_plane.machines.1.least_memory_bytes":         4_294_967_296.0,
		"control_plane.members.4.role":                        "load_balancer",
		"control_plane.members.4.zone":                        "room-b",
		"control_plane.load_balancer.kind":                    "haproxy_keepalived",
		"control_plane.load_balancer.ports.0":                 6443.0,
		"control_plane.load_balancer.health_check":            "/readyz",
		"control_plane.etcd.topology":                         "stacked",
		"control_plane.etcd.tolerates.zones":                  1.0,
		"control_plane.etcd.disk.type":                        nil,
		"control_plane.etcd.disk.size_bytes":                  42_949_672_960.0,
		"control_plane.etcd.database_bytes":                   1_953_792.0,   // 2 x 954 KiB
		"control_plane.etcd.backup_storage_bytes":             504_078_336.0, // 258 of them
		"control_plane.etcd.heartbeat_seconds":                0.1,
		"control_plane.etcd.election_timeout_seconds":         1.0,
		"control_plane.survives.0.tried":                      5.0,
		"control_plane.usd_per_hour":                          0.7, // 3 x 0.20 + 2 x 0.05
		"cost.total_usd_per_month":                            1825.0,
	} {
		if got := lookup(t, value(t, encode(t, rooms())), path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

// TestControlPlaneCost sums machines, disks and fees, and is null where one of
// them has no price.
func TestControlPlaneCost(t *testing.T) {
	p := external()
	// 0.60 + 0.30 + 0.02, and 6 root disks and 3 of twice their price.
	if got := lookup(t, value(t, encode(t, p)), "control_plane.usd_per_hour"); got != 0.985753436 {
		t.Errorf("control_plane.usd_per_hour is %v", got)
	}
	p.Cost.Lines[1].Amount, p.Cost.Lines[1].Basis, p.Cost.Total = planner.Amount{}, "", planner.Amount{}
	p.ControlPlane.Machines[1].Price = catalogs.Price{}
	data := encode(t, p)
	for _, path := range []string{"control_plane.usd_per_hour", "control_plane.machines.1.usd_per_hour", "control_plane.machines.1.price_basis"} {
		if got := lookup(t, value(t, data), path); got != nil {
			t.Errorf("%s is %v, want null", path, got)
		}
	}
	if _, err := document.Decode(data); err != nil {
		t.Error(err)
	}
}

// TestNoMachinesStand tells machines of which none stand from those that can be
// bought.
func TestNoMachinesStand(t *testing.T) {
	p := rooms()
	p.Cluster.Machines[0].CountByZone = []planner.ZoneCount{}
	got, err := document.Decode(encode(t, p))
	if err != nil {
		t.Fatal(err)
	}
	if none, unbound := got.Cluster.Machines[0].CountByZone, got.Cluster.Machines[1].CountByZone; none == nil || len(none) > 0 || unbound != nil {
		t.Errorf("none comes back as %#v, any number as %#v", none, unbound)
	}
}

// TestReadsFormat10 reads a plan that format 1.0 wrote. Written again, it says all
// that it said.
func TestReadsFormat10(t *testing.T) {
	old, err := os.ReadFile("testdata/format_1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := document.Decode(old)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(planner.ControlPlaneSpec{Mode: planner.Managed, Tier: "standard"}, p.Cluster.ControlPlane); diff != "" {
		t.Errorf("its control plane is not managed:\n%s", diff)
	}
	now := encode(t, p)
	if missing := notIn(value(t, old), value(t, now), ""); missing != "format_version" {
		t.Errorf("written again, %s is not what it was", missing)
	}
	again, err := document.Decode(now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, again); diff != "" {
		t.Error(diff)
	}
	if err := resolved(t).Validate(value(t, old)); err != nil {
		t.Errorf("the schema refuses it: %v", err)
	}
	// What came with 1.1 is asked for in a document that says it is one.
	newer := strings.Replace(string(old), `"format_version": "1.0"`, `"format_version": "1.1"`, 1)
	if _, err := document.Decode([]byte(newer)); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("the same document as 1.1: %v", err)
	}
}

// notIn returns the paths, with commas, of what old says and now does not.
func notIn(old, now any, path string) string {
	var out []string
	switch o := old.(type) {
	case map[string]any:
		n, ok := now.(map[string]any)
		if !ok {
			return path
		}
		for name, v := range o {
			if missing := notIn(v, n[name], strings.TrimPrefix(path+"."+name, ".")); missing != "" {
				out = append(out, missing)
			}
		}
	case []any:
		n, ok := now.([]any)
		if !ok || len(n) != len(o) {
			return path
		}
		for i := range o {
			if missing := notIn(o[i], n[i], path+"["+strconv.Itoa(i)+"]"); missing != "" {
				out = append(out, missing)
			}
		}
	default:
		if !reflect.DeepEqual(old, now) && path != "tool_version" {
			return path
		}
	}
	return strings.Join(out, ", ")
}

// TestGroundsRefuse breaks what tells grounds apart.
func TestGroundsRefuse(t *testing.T) {
	data := string(encode(t, rooms()))
	schema := resolved(t)
	for name, c := range map[string]struct{ old, new, want string }{
		"another mode":     {`"mode": "self_managed"`, `"mode": "rented"`, `inputs.control_plane.mode: "rented" is not one of managed, self_managed`},
		"another network":  {`"cni": "calico"`, `"cni": "pigeon"`, `inputs.network.cni: "pigeon" is not one of vpc, vpc_prefix, kubenet, dataplane_v2, calico, cilium`},
		"another image":    {`"image": "ubuntu"`, `"image": "plan9"`, `inputs.node_groups[0].image: "plan9" is not one of al2023, bottlerocket, cos, ubuntu`},
		"another topology": {`"etcd_topology": "stacked"`, `"etcd_topology": "piled"`, `inputs.control_plane.etcd_topology: "piled" is not one of stacked, external`},
		"another role":     {`"role": "load_balancer"`, `"role": "proxy"`, `"proxy" is not one of control_plane, etcd, load_balancer`},
		"another basis":    {`"price_basis": "declared"`, `"price_basis": "said"`, `"said" is not one of declared, listed, family, estimated, secondary, recalled`},
		"a negative count": {`"room-c": 1`, `"room-c": -1`, `inputs.machines[0].count_by_zone["room-c"]: must not be negative`},
		"a count in words": {`"room-c": 1`, `"room-c": "one"`, `inputs.machines[0].count_by_zone["room-c"]: want a whole number, got a string`},
		"no machines":      {`"machines": [`, `"engines": [`, `inputs.machines: is missing`},
	} {
		broken := strings.Replace(data, c.old, c.new, 1)
		if broken == data {
			t.Fatalf("%s: the document has no %s", name, c.old)
		}
		if _, err := document.Decode([]byte(broken)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
		if err := schema.Validate(value(t, []byte(broken))); err == nil && name != "no machines" {
			t.Errorf("%s: the schema lets it pass", name)
		}
	}
	// Another cost of the control plane than its lines come to.
	other := strings.Replace(data, `"usd_per_hour": 0.7`, `"usd_per_hour": 0.8`, 1)
	if _, err := document.Decode([]byte(other)); err == nil || !strings.Contains(err.Error(), "control_plane.usd_per_hour: does not follow") {
		t.Errorf("another cost: %v", err)
	}
	if !json.Valid([]byte(other)) || other == data {
		t.Error("the cost was not changed")
	}
}
