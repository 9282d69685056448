// Package layout does the arithmetic of zones and control planes: how nodes
// spread over zones, what is left when zones fail, what a quorum of members
// survives, which zones a managed control plane needs, and how large a
// self-managed one and its etcd have to be (docs/models/controlplane.md).
package layout

import (
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// Balance returns how many of n nodes each of z zones holds when counts differ
// by at most one, the fullest first. n must not be negative and z must be
// positive.
func Balance(n, z int) []int {
	counts := make([]int, z)
	for i := range counts {
		counts[i] = n / z
		if i < n%z {
			counts[i]++
		}
	}
	return counts
}

// Left returns how many of n balanced nodes remain when the lost fullest of z
// zones fail:
//
//	n - lost x floor(n/z) - min(lost, n mod z)
//
// Losing all zones or more leaves none.
func Left(n, z, lost int) int {
	if lost >= z {
		return 0
	}
	return n - lost*(n/z) - min(lost, n%z)
}

// NodesForZoneLoss returns the least number of nodes, balanced over z zones,
// of which need remain whichever lost zones fail. For one zone that is the
// smallest N with
//
//	N - ceil(N/z) >= need
//
// which is less than z equal zones would take. It reports false where every
// zone may be lost and something is needed.
func NodesForZoneLoss(need, z, lost int) (int, bool) {
	if need <= 0 {
		return 0, true
	}
	if lost <= 0 {
		return need, true
	}
	if lost >= z {
		return 0, false
	}
	// Each full round of z nodes leaves z - lost; the nodes of the last, partial
	// round fill the zones that are lost first.
	kept := z - lost
	rounds := (need - 1) / kept
	return rounds*z + lost + need - rounds*kept, true
}

// Quorum returns how many of n members must agree: floor(n/2) + 1.
func Quorum(n int) int { return n/2 + 1 }

// Tolerance returns how many of n members may fail: n - quorum. An even number
// tolerates no more than one less.
func Tolerance(n int) int { return n - Quorum(n) }

// SurvivesZoneLoss reports whether n members, balanced over z zones, keep a
// quorum whichever zone fails, and how many more could fail then:
//
//	n - ceil(n/z) >= floor(n/2) + 1
//
// With two zones none does: the fuller one holds half or more.
func SurvivesZoneLoss(n, z int) (spare int, ok bool) {
	spare = Left(n, z, 1) - Quorum(n)
	return max(spare, 0), spare >= 0
}

// LargestUtilization returns how busy each of n equal nodes may be for the
// others to carry the load of f that fail: (n - f) / n, rounded down.
func LargestUtilization(n, f int) units.Ratio {
	if f >= n {
		return 0
	}
	return units.Whole * units.Ratio(n-f) / units.Ratio(n)
}

// What the control plane of EKS needs of the network, by its user guide:
// subnets in two zones when a cluster is created, and up to five free addresses
// in them for each upgrade.
const (
	EKSZones            = 2
	EKSUpgradeAddresses = 5
)

// TooFewZonesError says that a region has fewer zones than a control plane
// needs.
type TooFewZonesError struct{ Have, Need int }

func (e *TooFewZonesError) Error() string {
	return fmt.Sprintf("a managed control plane needs subnets in %d zones, and there are %d", e.Need, e.Have)
}

// ControlPlaneZones returns the zones in which a managed control plane needs
// subnets, sorted: those that the cluster uses, and as many of the offered ones
// as are missing to need, by name. The error is a *TooFewZonesError.
func ControlPlaneZones(used, offered []string, need int) ([]string, error) {
	zones := slices.Clone(used)
	slices.Sort(zones)
	zones = slices.Compact(zones)
	more := slices.Clone(offered)
	slices.Sort(more)
	for _, zone := range more {
		if len(zones) >= need {
			break
		}
		if !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	if len(zones) < need {
		return nil, &TooFewZonesError{Have: len(zones), Need: need}
	}
	slices.Sort(zones)
	return zones, nil
}
