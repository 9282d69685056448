package practice_test

import (
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/practice"
	"github.com/scantling-dev/scantling/planner/units"
)

// TestRemediesForVolumesWithoutPrice: gp2 has a price and takes no operations, io1 has one
// and takes 50 a GiB, gp3 has none.
func TestRemediesForVolumesWithoutPrice(t *testing.T) {
	known := catalogs.MonthlyPrice{Amount: units.Dollar / 10, Basis: catalogs.Secondary}
	terms := planner.Terms{VolumeProblem: func(_ planner.Disk, k *catalogs.Disk, declared func(string) bool) (string, string) {
		switch {
		case k.Type == "gp2" && declared("iops"):
			return "iops", "the operations of gp2 follow from its size"
		case k.Type == "io1" && !declared("iops"):
			return "type", "io1 needs iops"
		}
		return "", ""
	}}
	for name, test := range map[string]struct {
		iops int
		want string
	}{
		"the type's own":     {0, `volume { type = "gp2" } (its price is from third parties)`},
		"what io1 has":       {5000, `volume { type = "io1" } (its price is from third parties)`},
		"more than io1 has":  {5001, `volume { type = "gp2" } (its price is from third parties), without iops and throughput_mib; or ask the provider`},
		"more than any disk": {100_000, `volume { type = "gp2" } (its price is from third parties), without iops and throughput_mib; or ask the provider`},
	} {
		w := sound()
		w.cat.Disks = []catalogs.Disk{
			{Type: "gp2", PerGiB: known},
			{Type: "gp3", FreeIOPS: 3000, MaxIOPS: 80_000},
			{Type: "io1", PerGiB: known, PerIOPS: known, IOPSPerGiB: 50 * units.Whole, MaxIOPS: 64_000},
		}
		w.api().Volumes = []planner.Volume{{Name: "data", Type: "gp3", Size: 100 * units.GiB, IOPS: test.iops}}
		w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: "node_group.web.volumes", Detail: "3 x 100 GiB gp3, data of api"})
		if got := remedyOf(w, &terms, "PR-02"); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestRemedyForEtcdDisksWithoutPrice: of the disks with a price gp2 is none for etcd, and st1
// boots nothing; where nothing is left the provider is to be asked. Of an open size io2 has
// as many operations as are asked for.
func TestRemedyForEtcdDisksWithoutPrice(t *testing.T) {
	known := catalogs.MonthlyPrice{Amount: units.Dollar / 10, Basis: catalogs.Listed}
	terms := planner.Terms{
		EtcdDisks: []string{"gp3", "io2"},
		RootDiskProblem: func(_ planner.Disk, k *catalogs.Disk, _ func(string) bool) (string, string) {
			if k.Type == "st1" {
				return "type", "st1 boots nothing"
			}
			return "", ""
		},
	}
	for name, test := range map[string]struct {
		sold []string
		iops int
		want string
	}{
		"one is for etcd": {[]string{"gp2", "io2", "st1"}, 0, `disk { type = "io2" }`},
		"with operations": {[]string{"gp2", "io2", "st1"}, 8000, `disk { type = "io2" }`},
		"none is":         {[]string{"gp2", "st1"}, 0, "ask the provider: the catalog has no price there of a disk that would do"},
	} {
		w := sound().selfManaged()
		w.c().ControlPlane.Disk = planner.Disk{Type: "gp3", Size: 50 * units.GiB}
		w.c().ControlPlane.Etcd.Disk = planner.Disk{Type: "gp3", IOPS: test.iops}
		w.cat.Disks = []catalogs.Disk{{Type: "gp3", FreeIOPS: 3000}}
		for _, name := range test.sold {
			w.cat.Disks = append(w.cat.Disks, catalogs.Disk{Type: name, PerGiB: known, PerIOPS: known, IOPSPerGiB: 500 * units.Whole, MaxIOPS: 64_000})
		}
		w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: "control_plane.etcd_disks"}, planner.CostLine{Path: "control_plane.root_disks"})
		if got := remedyOf(w, &terms, "PR-02"); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestRemedyForFees: a load balancer is no type of the catalog.
func TestRemedyForFees(t *testing.T) {
	w := sound()
	w.plan.Cost.Lines = append(w.plan.Cost.Lines, planner.CostLine{Path: "control_plane.load_balancer"})
	if got, want := remedyOf(w, &planner.Terms{}, "PR-02"), "ask the provider: the catalog has no price of it in us-east-1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// remedyOf returns the remedy of the first finding of a rule.
func remedyOf(w *world, terms *planner.Terms, rule string) string {
	for _, f := range practice.Check(w.plan, w.cat, terms) {
		if f.Rule == rule {
			return f.Remedy
		}
	}
	return ""
}
