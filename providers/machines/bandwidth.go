package machines

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// sustainedVCPUs is the size from which on machines of EC2 hold their largest
// bandwidth to EBS volumes for good. Smaller ones hold it for 30 minutes a day and
// have a baseline below, which catalogs do not know. In the Amazon EC2 user guide,
// "Amazon EBS-optimized instances", the types that burst have 32 vCPUs at most.
const sustainedVCPUs = 48

// EC2DiskBaseline returns the bandwidth to EBS volumes that a machine of type t has at
// all times; 0 where it is not known.
func EC2DiskBaseline(t *catalogs.InstanceType) units.Mbps {
	if t.VCPUs < sustainedVCPUs || t.Burstable {
		return 0
	}
	return units.Mbps(t.DiskMbps)
}

// EC2NetworkBaseline returns the network bandwidth that a machine of type t has at all
// times, not what it may burst to; 0 where it is not known.
func EC2NetworkBaseline(t *catalogs.InstanceType) units.Mbps { return units.Mbps(t.NetworkMbps) }
