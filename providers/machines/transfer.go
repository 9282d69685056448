package machines

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// transferAsOf is when the prices of traffic between zones were recalled; no source was
// read for them.
const transferAsOf units.Date = "2026-11-20"

// gigabyte is what Amazon EC2 charges by; it is not known to be 2^30 bytes, which would
// cost less.
const gigabyte units.Bytes = 1_000_000_000

// EC2ZoneTransfer is what traffic between the zones of a region costs on EC2: a cent a
// GB from the zone that it leaves, and as much into the one that it comes to (Amazon EC2
// on-demand pricing, "Data transfer within the same AWS Region"). Recalled.
func EC2ZoneTransfer() *planner.ZoneTransfer {
	return &planner.ZoneTransfer{
		Price: 2 * units.Dollar / 100, Unit: gigabyte, Date: transferAsOf,
		Words: "0.01 USD a GB out of a zone and 0.01 USD into the other",
	}
}

// GCEZoneTransfer is the same on Compute Engine: a cent a GiB from the zone that it
// leaves (Google Cloud network pricing, "VM-to-VM data transfer within the same region"). Recalled.
func GCEZoneTransfer() *planner.ZoneTransfer {
	return &planner.ZoneTransfer{
		Price: units.Dollar / 100, Unit: units.GiB, Date: transferAsOf,
		Words: "0.01 USD a GiB out of a zone",
	}
}
