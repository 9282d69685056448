package aws

import (
	"cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/providers/controlplane"
)

// service is who runs the control plane, and standardTier the one whose fee is part of
// that of the others.
const (
	service      = "EKS"
	standardTier = "standard"
)

// ControlPlane returns the managed control plane of c in its tier. The
// error is a *controlplane.VersionError where the cluster's version is not in the
// calendar of cat or cannot run at c.AsOf.
func (Provider) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	return controlplane.Managed(service, cmp.Or(c.ControlPlane.Tier, standardTier), standardTier, c, cat, cat.Versions)
}
