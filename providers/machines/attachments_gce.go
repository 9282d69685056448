package machines

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
)

// Disks that can be attached to machines of Compute Engine beside the boot disk, as
// the disk driver of GKE reports them (kubernetes-sigs/
// gcp-compute-persistent-disk-csi-driver, pkg/gce-pd-csi-driver/node.go and
// pkg/constants; GKE, "Persistent volume attach limits").
const (
	gceVolumes       = 127
	sharedCoreGCE    = 15
	fewestHyperdisks = 3
)

// upTo is a limit of machines of so many vCPUs at most.
type upTo struct{ vcpus, volumes int }

// hyperdisks are the limits of the machines that know Hyperdisk alone, by family.
var hyperdisks = map[string][]upTo{
	"c4":  {{2, 7}, {4, 15}, {24, 31}, {48, 63}, {96, 127}},
	"c4d": {{2, 3}, {4, 7}, {8, 15}, {96, 31}, {192, 63}, {384, 127}},
	"c4a": {{2, 7}, {8, 15}, {48, 31}, {72, 63}},
	"n4":  {{8, 15}, {80, 31}},
	"n4d": {{8, 15}, {96, 31}},
	"n4a": {{8, 15}, {64, 31}},
}

// GCEVolumes returns how many disks can be attached to a machine of type t beside its
// boot disk, Hyperdisk volumes among them or not. The driver takes older machines to
// hold as many of those as of others, though they hold fewer; here they hold as few
// as the family that holds fewest, c4d.
func GCEVolumes(t *catalogs.InstanceType, hyperdisk bool) int {
	limits, ok := hyperdisks[t.Family]
	switch {
	case ok:
	case !slices.Contains(GCEBootDisks(t.Family), PDBalanced) || hyperdisk:
		limits = hyperdisks["c4d"]
	case t.Burstable:
		return sharedCoreGCE
	default:
		return gceVolumes
	}
	most := fewestHyperdisks
	for _, l := range limits {
		most = l.volumes
		if t.VCPUs <= l.vcpus {
			break
		}
	}
	return most
}

// AttachError says that a disk of a type cannot be attached to machines of a type.
type AttachError struct {
	InstanceType, DiskType string
	// Attaches are the types that can.
	Attaches []string
}

func (e *AttachError) Error() string {
	return fmt.Sprintf("disks of type %q cannot be attached to %s, but %s can", e.DiskType, e.InstanceType, strings.Join(e.Attaches, ", "))
}

// GCEAttaches returns an *AttachError where a volume of a workload of g cannot be
// attached to machines of type t, nil where all can: which disks a machine boots from
// can be attached to it too.
func GCEAttaches(g *planner.NodeGroup, t *catalogs.InstanceType) error {
	disks := GCEBootDisks(t.Family)
	for i := range g.Workloads {
		for _, v := range g.Workloads[i].Volumes {
			if !slices.Contains(disks, v.Type) {
				return &AttachError{InstanceType: t.Name, DiskType: v.Type, Attaches: disks}
			}
		}
	}
	return nil
}

// Hyperdisks reports whether a workload of g has a volume of Hyperdisk.
func Hyperdisks(g *planner.NodeGroup) bool {
	for i := range g.Workloads {
		for _, v := range g.Workloads[i].Volumes {
			if strings.HasPrefix(v.Type, "hyperdisk-") {
				return true
			}
		}
	}
	return false
}
