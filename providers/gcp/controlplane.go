package gcp

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/providers/controlplane"
)

// service is who runs the control plane.
const service = "GKE"

// ControlPlane returns the managed control plane of c in its tier. Extended support
// is had on the Extended channel alone; on the others GKE upgrades a cluster whose
// standard support ended. The credit of a billing account for one zonal cluster is
// not taken off: it is not the cluster's. The error is a *controlplane.VersionError
// where the cluster's version is not in the calendar of cat or cannot run at c.AsOf.
func (p Provider) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	return controlplane.Managed(service, c.ControlPlane.Tier, "", c, cat, p.Versions(cat))
}
