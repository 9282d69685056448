package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// bossed is a cluster that runs its own control plane on machines of a cloud: n pods, a
// node for each.
func bossed(n int, events planner.EventsPlace) *problem {
	p := &problem{
		cluster:  cluster(abc(), group("g", planner.App, abc(), none(), inPlace(given("w", n, 3000, units.GiB)))),
		catalog:  catalog(machine("m7i.8xlarge", 32, 128, 1600), machine("m7i.xlarge", 4, 16, 200)),
		provider: fakeProvider{ground: func(terms *planner.Terms) { terms.Mode = planner.SelfManaged }, balancer: planner.LoadBalancer{Kind: planner.CloudLoadBalancer}},
	}
	p.cluster.NodeGroups[0].Instances.Types = []string{"m7i.xlarge"}
	in := p.cluster.NodeGroups[0].Instances
	in.Types = nil
	p.cluster.ControlPlane = planner.ControlPlaneSpec{
		Mode: planner.SelfManaged, EtcdTopology: planner.Stacked, LoadBalancer: planner.CloudLoadBalancer,
		Redundancy: planner.Redundancy{Nodes: 1, Zones: 1, Recovery: planner.Static}, Instances: in, Disk: planner.Disk{Type: "gp3", Size: 50 * units.GiB},
		Etcd: planner.EtcdSpec{BackupInterval: time.Hour, BackupRetention: 24 * time.Hour, Events: events},
	}
	return p
}

// TestEventsApart: events have an etcd of their own where the spec says so, and above
// 1,000 nodes unless it says that they have not. Its disk is 40 GiB, at 0.0001 USD an hour
// for each, on all three machines; the other one's database is the smaller for it.
func TestEventsApart(t *testing.T) {
	for name, test := range map[string]struct {
		nodes  int
		says   planner.EventsPlace
		reason string
	}{
		"few":                  {12, "", ""},
		"few, declared apart":  {12, planner.EventsSeparate, "as declared"},
		"a thousand":           {1_000, "", ""},
		"one more":             {1_001, "", "1001 nodes are more than 1000"},
		"many, declared to be": {1_001, planner.EventsShared, ""},
	} {
		t.Run(name, func(t *testing.T) {
			plan := bossed(test.nodes, test.says).mustMake(t)
			e := plan.ControlPlane.Etcd
			if test.reason == "" {
				if e.Events != nil || len(plan.ControlPlane.Machines[0].Disks) != 2 {
					t.Errorf("apart: %+v", e.Events)
				}
				return
			}
			if e.Events == nil || e.Events.Reason != test.reason || e.Events.Disk != (planner.Disk{Type: "gp3", Size: 40 * units.GiB}) {
				t.Fatalf("got %+v, because %s", e.Events, test.reason)
			}
			var all planner.ControlPlaneLoad
			for _, l := range plan.ControlPlane.Load {
				if l.Moment == planner.LoadNow {
					all = l
				}
			}
			if e.Database >= all.Peak || e.Database+e.Events.Database < all.Peak {
				t.Errorf("%d and %d of %d", e.Database, e.Events.Database, all.Peak)
			}
			for _, l := range plan.Cost.Lines {
				if l.Path == "control_plane.events_disks" {
					if want := units.USDPerHour(3*40) * units.DollarPerHour / 10000; l.Amount.Rate != want || !strings.HasPrefix(l.Detail, "3 x 40 GiB gp3") {
						t.Errorf("%+v, want %d", l, want)
					}
					return
				}
			}
			t.Error("nobody pays for the disks of events")
		})
	}
}

// TestStateOfManyObjects: two million of 2 KiB are 3,906 MiB, twice as much with their
// history, of 6,553 that etcd may hold: it is them that have to be fewer, and not the nodes.
func TestStateOfManyObjects(t *testing.T) {
	p := bossed(12, "")
	p.cluster.ControlPlane.Load.Objects, p.cluster.ControlPlane.Load.ObjectSize = 2_000_000, 2*units.KiB
	bad := p.infeasible(t)
	if bad.Path != "control_plane.etcd" || !strings.Contains(bad.Constraint, "12 nodes, ") || !strings.Contains(bad.Constraint, " 2000000 other objects may come to 78") ||
		!strings.Contains(bad.Constraint, "filled to 80%, 6553 MiB") || !strings.HasPrefix(bad.Remedy, "keep fewer or smaller objects") {
		t.Errorf("got %+v", bad)
	}
}
