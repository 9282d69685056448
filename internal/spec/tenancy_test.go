package spec_test

import (
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

func TestTenancy(t *testing.T) {
	of := func(body string) string {
		return "tenancy {\n tenants = 12\n virtual_control_plane {\n " + body + "\n}\n}"
	}
	got := load(t, in("cluster", of("cpu = \"400m\"\n memory = \"1Gi\"\n volume_size = \"5Gi\""))).Cluster.Tenancy
	want := &planner.Tenancy{Tenants: 12, Virtual: &planner.VirtualControlPlane{
		NodeGroup: "web", Replicas: 1, CPU: 400, Memory: units.GiB,
		Volume: &planner.Volume{Name: "data", Type: "gp3", Size: 5 * units.GiB, Zonal: true},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read as %+v, want %+v", got, want)
	}
	if got := load(t, in("cluster", "tenancy {\n tenants = 2\n}")).Cluster.Tenancy; got.Virtual != nil || got.Tenants != 2 {
		t.Errorf("read as %+v", got)
	}
	refused(t, map[string]unread{
		"one tenant":        {"cluster", "tenancy {\n tenants = 1\n}", "1", spec.OutOfRange, "between 2 and 1000"},
		"nobody":            {"cluster", "tenancy {\n}", "tenancy", spec.MissingAttribute, "tenants"},
		"no memory":         {"cluster", of("cpu = 1"), "virtual_control_plane", spec.MissingAttribute, "memory"},
		"an unknown group":  {"cluster", of("cpu = 1\n memory = \"1Gi\"\n node_group = \"wep\""), "\"wep\"", spec.UnknownGroup, "Did you mean \"web\"?"},
		"too small a disk":  {"cluster", of("cpu = 1\n memory = \"1Gi\"\n volume_size = \"512Mi\""), "\"512Mi\"", spec.OutOfRange, "between 1Gi and"},
		"the name is taken": {"cluster", of("cpu = 1\n memory = \"1Gi\"\n node_group = \"x\"") + "\nnode_group \"x\" {\n workload \"virtual-control-plane\" {\n replicas = 3\n" + pod + "}\n}", "\"x\"", spec.DuplicateName, "planned under"},
	})
}
