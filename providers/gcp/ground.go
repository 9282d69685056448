package gcp

import (
	"regexp"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/machines"
)

// Ground returns GKE as specs name it.
func Ground() planner.Ground {
	return planner.Ground{
		Terms: terms(),
		New:   func(cat *catalogs.Catalog) planner.Provider { return New(cat) },
	}
}

// Terms are those of GKE Standard.
func (Provider) Terms() planner.Terms { return terms() }

// extendedMonths from its release on the Regular channel is how long a minor runs on
// the Extended channel at most: "up to 24 months" (Google Cloud blog, "Extended
// support for GKE", 2024-07).
const extendedMonths = 24

// Versions returns the calendar of GKE: its dates are those of the Regular channel.
// The end of extended support, which the calendar does not name, is 24 months after
// the release.
func (Provider) Versions(cat *catalogs.Catalog) []catalogs.Version {
	out := slices.Clone(cat.Versions)
	for i := range out {
		if v := &out[i]; v.ExtendedEnd.IsZero() && !v.StandardEnd.IsZero() && !v.Release.IsZero() {
			v.ExtendedEnd = max(v.Release.AddMonths(extendedMonths), v.StandardEnd)
		}
	}
	return out
}

// The tiers of the control plane.
const (
	// ZonalTier is one replica in one zone; nodes may stand in several.
	ZonalTier = "zonal"
	// RegionalTier is three replicas over the region's zones.
	RegionalTier = "regional"
)

func terms() planner.Terms {
	return planner.Terms{
		Provider: Name, Mode: planner.Managed, Title: "GKE", DefaultMode: true,
		CNIs: []planner.CNI{planner.Kubenet, planner.DataplaneV2}, Images: []planner.Image{planner.COS},
		MostPods: mostPods, ReservedLabels: []string{"cloud.google.com"},
		Families: machines.GCEFamilies(), FamilyEnd: "-", TypeExample: "n2-standard-4", Spot: true,
		Commitments: machines.GCECommitments(),
		EqualZones:  true,
		PodBlock:    PodCIDRBits, ZoneTransfer: machines.GCEZoneTransfer(),
		DiskType: machines.PDBalanced, NodeDisk: nodeDisk, LeastRootDisk: leastRootDisk, DiskRoom: diskRoom,
		LeastRootDiskWhy: "GKE refuses a smaller boot disk.",
		RootDiskProblem:  machines.GCEDiskProblem, VolumeProblem: machines.GCEVolumeProblem, DiskUses: machines.GCEDiskUses(),
		UpdateStrategies: []string{"surge", "minimal", "gke_blue_green"}, MaxSurge: true, Soak: true,
		MostAtATime: mostAtATime, LongestSoak: longestSoak,
		GroupName: poolName, ModuleMajor: "44", UnwrittenStrategies: []string{"gke_autoscaled_blue_green"},
		Service: "gke",
		Tiers:   []string{RegionalTier, ZonalTier},
		DefaultTier: map[planner.Environment]string{
			planner.Production: RegionalTier, planner.Development: ZonalTier,
		},
	}
}

// leastRootDisk is the smallest boot disk that the GKE API takes (NodeConfig,
// disk_size_gb). Hardly anything of it is left to pods.
const leastRootDisk = 10 * units.GiB

// nodeDisk is the boot disk of a node pool that says nothing (GKE, "Configure node
// boot disks").
const nodeDisk = 100 * units.GiB

// mostPods is the most that a node takes; 110 where nothing is said (GKE,
// "Configure maximum Pods per node").
const mostPods = 256

// What the API takes of upgrade settings (GKE, "Node upgrade strategies"; soak of
// a blue-green upgrade, at most 7 days).
const (
	mostAtATime = 20
	longestSoak = 7 * 24 * time.Hour
)

// poolName says what is wrong with the name of a node pool: the API takes 40
// letters, digits and dashes, a letter first (NodePool.name), and the Terraform
// module gives the labels and taints of "all" to every pool.
func poolName(name string) string {
	switch {
	case name == "all":
		return "the Terraform module gives the labels and taints of \"all\" to every node pool"
	case !regexp.MustCompile(`^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`).MatchString(name):
		return "GKE names a node pool with small letters, digits and \"-\", at most 40, a letter first and no \"-\" last"
	}
	return ""
}
