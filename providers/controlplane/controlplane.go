// Package controlplane holds what providers share of control planes: which support
// a version has on a day, and what a managed control plane costs.
package controlplane

import (
	"fmt"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// Support of a version.
const (
	Standard = string(planner.StandardSupport)
	Extended = string(planner.ExtendedSupport)
	// None: there are no more patches, and nothing keeps the version from running.
	None = "none"
)

// Names of a managed control plane's fees; they are parts of addresses.
const (
	// FeeCluster is the fee of every cluster.
	FeeCluster = "cluster"
	// FeeExtended is what extended support adds to it.
	FeeExtended = "extended_support"
	// FeeTier is what a tier adds to the fee of the base tier.
	FeeTier = "tier"
	// FeeExtendedTotal is both, where only their sum is known.
	FeeExtendedTotal = "cluster_in_extended_support"
)

// extendedTier is the catalog's fee in extended support, the base included.
const extendedTier = "extended"

// VersionError says why a version of Kubernetes cannot run on a day.
type VersionError struct {
	Minor  string
	Reason string
}

func (e *VersionError) Error() string { return "Kubernetes " + e.Minor + ": " + e.Reason }

// Find returns a version of a calendar, which is service's. The error is a
// *VersionError.
func Find(calendar []catalogs.Version, minor, service string) (catalogs.Version, error) {
	for _, v := range calendar {
		if v.Minor == minor {
			return v, nil
		}
	}
	return catalogs.Version{}, &VersionError{minor, "not in the catalog's calendar of " + service}
}

// SupportAt returns which support a service ("EKS") gives to version v on a day,
// and when it ends: the end dates of the calendar are the first days without. A
// date that is not published is no limit. The error is a *VersionError where v is
// not yet released or no longer runs.
func SupportAt(service string, v catalogs.Version, day units.Date) (support string, ends units.Date, err error) {
	switch {
	case v.Release.IsZero():
		return "", "", &VersionError{v.Minor, service + " has not published when it is released"}
	case day < v.Release:
		return "", "", &VersionError{v.Minor, fmt.Sprintf("%s releases it on %s, after %s", service, v.Release, day)}
	case v.StandardEnd.IsZero() || day < v.StandardEnd:
		return Standard, v.StandardEnd, nil
	case v.ExtendedEnd.IsZero() || day < v.ExtendedEnd:
		return Extended, v.ExtendedEnd, nil
	}
	return "", "", &VersionError{v.Minor, fmt.Sprintf("its extended support on %s ended on %s", service, v.ExtendedEnd)}
}

// PatchesAt is SupportAt of the Kubernetes project: after the end of patches a
// version has no support, and runs on.
func PatchesAt(v catalogs.Version, day units.Date) (support string, ends units.Date, err error) {
	if !v.Release.IsZero() && day >= v.Release && !v.StandardEnd.IsZero() && day >= v.StandardEnd {
		return None, "", nil
	}
	return SupportAt("the project", v, day)
}

// Managed returns the control plane of a tier that a service with that calendar runs
// for c, its fees from cat. Base is the tier whose fee is part of that of the others;
// empty where each has its own. In extended support they are the tier's and the
// surcharge. The error is a *VersionError where the cluster's version is not in the
// calendar or cannot run at c.AsOf, and a *planner.Infeasible where the support that c
// declares has ended.
func Managed(service, tier, base string, c *planner.Cluster, cat *catalogs.Catalog, calendar []catalogs.Version) (planner.ControlPlane, error) {
	v, err := Find(calendar, c.KubernetesVersion, service)
	if err != nil {
		return planner.ControlPlane{}, err
	}
	support, ends, err := SupportAt(service, v, c.AsOf)
	if err != nil {
		return planner.ControlPlane{}, err
	}
	if support == Extended && c.ControlPlane.Support == planner.StandardSupport {
		return planner.ControlPlane{}, ended(service, tier, base, &v, c.AsOf, cat)
	}
	return planner.ControlPlane{Mode: planner.Managed, Tier: tier, Support: support, SupportEnds: ends, Fees: Fees(cat, tier, base, support)}, nil
}

// ended says that standard support of v is over on a day, and what extended support
// costs.
func ended(service, tier, base string, v *catalogs.Version, day units.Date, cat *catalogs.Catalog) error {
	costs := "what it costs is not known"
	for _, f := range Fees(cat, tier, base, Extended) {
		if f.Name == FeeExtended && f.Price.Known() {
			month := f.Price.Rate.PerMonth()
			costs = fmt.Sprintf("%.2f USD a month more", float64(month)/float64(units.Dollar))
		}
	}
	return &planner.Infeasible{
		Path:       "control_plane.support_type",
		Constraint: fmt.Sprintf("standard support of Kubernetes %s on %s ended on %s", v.Minor, service, v.StandardEnd),
		Margin:     fmt.Sprintf("%d days before %s", v.StandardEnd.DaysUntil(day), day),
		Remedy:     fmt.Sprintf("upgrade to a minor in standard support, or write support_type = %q: %s", Extended, costs),
	}
}

// Fees returns the fees of a managed control plane of a tier under a support, which are
// added to those of the base tier where there is one. A fee
// that cat does not know is a line with an unknown price.
func Fees(cat *catalogs.Catalog, tier, base, support string) []planner.FeeLine {
	if base == "" || tier == base {
		return ownFees(cat, tier, support)
	}
	return append(ownFees(cat, base, support), planner.FeeLine{Name: FeeTier, Price: fee(cat, tier)})
}

// ownFees are those of a tier that has one of its own.
func ownFees(cat *catalogs.Catalog, tier, support string) []planner.FeeLine {
	base := fee(cat, tier)
	if support != Extended {
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
