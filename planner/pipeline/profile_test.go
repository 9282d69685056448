package pipeline_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestProfiles: six machines of workers, so that the tables ask for 2 vCPUs and 8 GiB
// (the planner's, up to 10 workers), 2 and 8 (kube-up: 7.5 GB for up to 10), 4 and 16
// (OpenShift, up to 24) and 2 and 4 (RKE2, up to 225), of which etcd beside it raises the
// last to its own 8 GiB.
func TestProfiles(t *testing.T) {
	for profile, want := range map[planner.SizeProfile]layout.Size{
		"":                    {VCPUs: 2, Memory: 8 * units.GiB},
		planner.GeneralSize:   {VCPUs: 2, Memory: 8 * units.GiB},
		planner.KubeUpSize:    {VCPUs: 2, Memory: 8 * units.GiB},
		planner.OpenShiftSize: {VCPUs: 4, Memory: 16 * units.GiB},
		planner.RKE2Size:      {VCPUs: 2, Memory: 8 * units.GiB},
	} {
		p := site([]planner.Machine{bosses(1, 1, 1), stands("work", 4, 16, "hdd", 2, 2, 2)}, group("g", planner.App, abc(), none(), inPlace(given("w", 6, 1500, units.GiB))))
		p.cluster.NodeGroups[0].Instances.Types = []string{"work"}
		p.cluster.ControlPlane.Profile = profile
		got := p.mustMake(t).ControlPlane.Machines[0]
		if got.LeastVCPUs != want.VCPUs || got.LeastMemory != want.Memory {
			t.Errorf("%q: %d vCPUs and %d bytes, want %+v", profile, got.LeastVCPUs, got.LeastMemory, want)
		}
	}
}

// TestProfileThatEnds: OpenShift's table ends at 501 workers; the others go on, with the
// sizes that they publish for more than 500.
func TestProfileThatEnds(t *testing.T) {
	p := site([]planner.Machine{stands("boss", 32, 128, "ssd", 1, 1, 1), stands("work", 4, 16, "hdd", 200, 200, 200)},
		group("g", planner.App, abc(), none(), inPlace(given("w", 502, 3000, units.GiB))))
	p.cluster.NodeGroups[0].Instances.Types = []string{"work"}
	p.cluster.ControlPlane.Profile = planner.OpenShiftSize
	refusal{
		"control_plane.profile", `the sizes of profile "openshift" end at 501 nodes`, "the groups may have 502, 1 more",
		`take profile "general" (16 vCPU, 96 GiB) or "kube_up" (32 vCPU, 120 GiB) or "rke2" (8 vCPU, 16 GiB)`,
	}.check(t, p.infeasible(t))
}

// TestProfileNames: the spec's words are those of the tables.
func TestProfileNames(t *testing.T) {
	words := []planner.SizeProfile{planner.GeneralSize, planner.KubeUpSize, planner.OpenShiftSize, planner.RKE2Size}
	for i, name := range layout.Profiles() {
		if string(words[i]) != name || layout.Sizes(name) == nil {
			t.Errorf("profile %d is %s, the table %s", i, words[i], name)
		}
	}
}
