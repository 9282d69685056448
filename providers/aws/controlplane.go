package aws

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/providers/controlplane"
)

// service is who runs the control plane, and tier the one that is planned.
const (
	service = "EKS"
	tier    = "standard"
)

// ControlPlane returns the managed control plane of c in the standard tier. The
// error is a *controlplane.VersionError where the cluster's version is not in the
// calendar of cat or cannot run at c.AsOf.
func (Provider) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	return controlplane.Managed(service, tier, c, cat, cat.Versions)
}
