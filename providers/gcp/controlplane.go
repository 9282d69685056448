package gcp

import (
	"fmt"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Names of the control plane's fees; they are parts of addresses.
const (
	// FeeCluster is the fee of every cluster.
	FeeCluster = "cluster"
	// FeeExtended is what the extended period of a version adds to it.
	FeeExtended = "extended_support"
	// FeeExtendedTotal is both, where only their sum is known.
	FeeExtendedTotal = "cluster_in_extended_support"
)

// Support of a version.
const (
	StandardSupport = "standard"
	// ExtendedSupport is had on the Extended channel alone; on the others GKE
	// upgrades a cluster whose standard support ended.
	ExtendedSupport = "extended"
)

// extendedTier is the catalog's fee in extended support, the base included.
const extendedTier = "extended"

// VersionError says why a version of Kubernetes cannot run on GKE on a day.
type VersionError struct {
	Minor  string
	Reason string
}

func (e *VersionError) Error() string { return "Kubernetes " + e.Minor + ": " + e.Reason }

// SupportAt returns which support GKE gives to version v on a day, and when it
// ends: the end dates of the calendar are the first days without. A date that is
// not published is no limit. The error is a *VersionError where v is not yet
// released or no longer runs.
func SupportAt(v catalogs.Version, day units.Date) (support string, ends units.Date, err error) {
	switch {
	case v.Release.IsZero():
		return "", "", &VersionError{v.Minor, "GKE has not published when it is released"}
	case day < v.Release:
		return "", "", &VersionError{v.Minor, fmt.Sprintf("GKE releases it on %s, after %s", v.Release, day)}
	case v.StandardEnd.IsZero() || day < v.StandardEnd:
		return StandardSupport, v.StandardEnd, nil
	case v.ExtendedEnd.IsZero() || day < v.ExtendedEnd:
		return ExtendedSupport, v.ExtendedEnd, nil
	}
	return "", "", &VersionError{v.Minor, fmt.Sprintf("its extended support on GKE ended on %s", v.ExtendedEnd)}
}

// ControlPlane returns the managed control plane of c in its tier. In extended
// support its fees are the tier's and the surcharge. The credit of a billing
// account for one zonal cluster is not taken off: it is not the cluster's. The
// error is a *VersionError where the cluster's version is not in the calendar of
// cat or cannot run at c.AsOf.
func (Provider) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	v, ok := cat.Version(c.KubernetesVersion)
	if !ok {
		return planner.ControlPlane{}, &VersionError{c.KubernetesVersion, "not in the catalog's calendar of GKE"}
	}
	support, ends, err := SupportAt(v, c.AsOf)
	if err != nil {
		return planner.ControlPlane{}, err
	}
	tier := c.ControlPlane.Tier
	return planner.ControlPlane{Mode: planner.Managed, Tier: tier, Support: support, SupportEnds: ends, Fees: Fees(cat, tier, support)}, nil
}

// Fees returns the fees of a control plane of a tier under a support. A fee that
// cat does not know is a line with an unknown price.
func Fees(cat *catalogs.Catalog, tier, support string) []planner.FeeLine {
	base := fee(cat, tier)
	if support != ExtendedSupport {
		return []planner.FeeLine{{Name: FeeCluster, Price: base}}
	}
	total := fee(cat, extendedTier)
	if !base.Known() && total.Known() {
		return []planner.FeeLine{{Name: FeeExtendedTotal, Price: total}}
	}
	surcharge := catalogs.Price{}
	if total.Known() {
		surcharge = total
		surcharge.Rate = max(total.Rate-base.Rate, 0)
	}
	return []planner.FeeLine{{Name: FeeCluster, Price: base}, {Name: FeeExtended, Price: surcharge}}
}

func fee(cat *catalogs.Catalog, tier string) catalogs.Price {
	f, _ := cat.Fee(tier)
	return f.Price
}
