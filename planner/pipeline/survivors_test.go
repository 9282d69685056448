package pipeline_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestWhatIsLeftCarries: machines of 4 vCPUs and 16 GiB are twice what 10 nodes ask for, so
// that three are busy to 30%, two to 45%, and one to 90%.
func TestWhatIsLeftCarries(t *testing.T) {
	for name, c := range map[string]struct {
		lost planner.Redundancy
		left int
		busy units.Ratio
	}{
		"a node or a zone": {planner.Redundancy{Nodes: 1, Zones: 1}, 2, 45 * units.Percent},
		"two nodes":        {planner.Redundancy{Nodes: 2}, 1, 90 * units.Percent},
	} {
		t.Run(name, func(t *testing.T) {
			boss := stands("boss", 4, 16, "ssd", 9, 9, 9)
			p := site([]planner.Machine{stands("node", 4, 16, "ssd", 4, 4, 4), boss}, group("g", planner.App, abc(), none(), inPlace(given("w", 3, 1500, units.GiB))))
			p.cluster.ControlPlane.EtcdTopology = planner.External
			p.cluster.ControlPlane.Redundancy = c.lost
			p.cluster.ControlPlane.Nodes = 3
			p.cluster.ControlPlane.Etcd.Members, p.cluster.ControlPlane.Etcd.Instances = 7, p.cluster.ControlPlane.Instances
			got := p.mustMake(t).ControlPlane.Use
			if len(got) != 6 {
				t.Fatalf("got %+v", got)
			}
			want := []planner.MemberUse{
				{Role: planner.RoleControlPlane, Case: planner.UseAllUp, Left: 3, CPU: 30 * units.Percent, Memory: 30 * units.Percent},
				{Role: planner.RoleControlPlane, Case: planner.UseAfterLoss, Left: c.left, CPU: c.busy, Memory: c.busy},
				{Role: planner.RoleControlPlane, Case: planner.UseInUpgrade, Left: 2, CPU: 45 * units.Percent, Memory: 45 * units.Percent},
			}
			for i, w := range want {
				if got[i] != w {
					t.Errorf("got %+v, want %+v", got[i], w)
				}
			}
		})
	}
}

// TestManagedPlanesSayNothingOfMachines.
func TestManagedPlanesSayNothingOfMachines(t *testing.T) {
	p := market(alone(given("w", 2, 1500, units.GiB)), machine("m7i.xlarge", 4, 16, 200))
	if got := p.mustMake(t).ControlPlane.Use; got != nil {
		t.Errorf("got %+v", got)
	}
}
