// Package catalogs says what can be bought: instance types with their prices,
// zones, disks, fees and the calendar of Kubernetes versions of one region of
// one provider.
//
// A Catalog is a value. It is read from the snapshot that the program carries
// (package snapshot) or from a cache, and handed to the planner, which only
// queries it.
package catalogs

import "github.com/scantling-dev/scantling/planner/units"

// Catalog is what one provider offers in one region.
type Catalog struct {
	// Provider is "aws" or "gcp".
	Provider string
	Region   string
	// Source says where the catalog comes from: "snapshot" or a name that the
	// cache gives.
	Source string
	// Date is the day on which the figures were collected. Each price keeps the
	// date of its own source.
	Date units.Date
	// SHA256 is the hex digest of the canonical encoding of this catalog; empty
	// where it was never encoded.
	SHA256 string

	// Sources that the figures rest on, sorted by tag.
	Sources []Source
	// Zones in which the region's machines stand, sorted by name.
	Zones []Zone
	// Types offered in the region, sorted by name.
	Types []InstanceType
	// Disks that can be attached, sorted by type.
	Disks []Disk
	// Fees of managed control planes, sorted by tier.
	Fees []Fee
	// Versions of the managed Kubernetes, oldest first.
	Versions []Version
}

// Source is where figures come from: a line of SOURCES.md.
type Source struct {
	Tag string
	// Date is the day of the source; zero where it shows none.
	Date units.Date
	// Origin is a public repository and path, a page, or how the figures are
	// computed.
	Origin string
	// Commit of the repository, shortened.
	Commit  string
	Licence string
	// Gives says which figures were taken.
	Gives string
}

// Zone is a failure domain of a region. On AWS the letter of a zone name
// belongs to one account; ID is the same for all.
type Zone struct {
	Name string
	ID   string
}

// Basis says how a price is known.
type Basis string

// The bases of a price, the most trustworthy first. The empty basis means that
// the price is not known.
const (
	// Declared: the spec says so.
	Declared Basis = "declared"
	// Listed: the provider's own list price, as published.
	Listed Basis = "listed"
	// Family: from a listed size of the same family in the same region and the
	// ratio of the two sizes elsewhere.
	Family Basis = "family"
	// Estimated: from another region and the ratio of a sibling family.
	Estimated Basis = "estimated"
	// Secondary: third parties quote it; the provider's own page was not read.
	Secondary Basis = "secondary"
	// Recalled: general knowledge, not verified against a source.
	Recalled Basis = "recalled"
)

// Price is a rate of dollars an hour that may not be known.
type Price struct {
	Rate  units.USDPerHour
	Basis Basis
	// Date is the day of the source that gives the price, of the older one where
	// it rests on two; zero where the source shows none.
	Date units.Date
	// Source is the tag of one of the catalog's sources.
	Source string
}

// Known reports whether the price is known. A price that is not is never taken
// for zero.
func (p Price) Known() bool { return p.Basis != "" }

// Architectures of a processor.
const (
	AMD64 = "amd64"
	ARM64 = "arm64"
)

// InstanceType is a kind of machine that can be bought.
type InstanceType struct {
	Name string
	// Family is what stands before the first "." (AWS) or "-" (GCP).
	Family string
	// Generation is the number in the family's name; 0 where there is none.
	Generation   int
	Architecture string
	VCPUs        int
	// BaselineCPU is what a burstable or shared-core type sustains; 0 where all
	// of its vCPUs are its own, or where the baseline is not known.
	BaselineCPU units.MilliCPU
	// Memory is the size that the provider states.
	Memory units.Bytes
	// MeasuredMemory is what an operating system saw (MemTotal); 0 if nobody
	// measured it.
	MeasuredMemory units.Bytes

	// ENIs and IPv4PerENI are the limits of the default network card (AWS); 0
	// where not known.
	ENIs, IPv4PerENI int
	// NetworkMbps is the guaranteed bandwidth, not the burst; 0 where not known.
	NetworkMbps int
	// NetworkMaxMbps is the most that the type may send, not guaranteed; 0 where
	// not known.
	NetworkMaxMbps int
	// DiskMbps is the largest bandwidth to network disks, a burst figure on
	// small sizes; 0 where not known.
	DiskMbps int
	// LocalDiskGB is the size of the disks built in, in 10^9 bytes.
	LocalDiskGB int
	// Hypervisor is "nitro" or "xen" on AWS; empty for bare metal.
	Hypervisor string

	GPUs         GPUs
	Accelerators Accelerators
	Burstable    bool
	Flex         bool
	Metal        bool
	// PreviousGeneration: the provider no longer recommends it.
	PreviousGeneration bool
	// Zones that offer the type, by name and sorted; nil where all of the region do, or
	// where it is not known which.
	Zones []string

	OnDemand Price
	// Spot is a statistic over time, named by SpotStatistic. Its date is that of
	// the statistic, even where it is a share of an older on-demand price.
	Spot          Price
	SpotStatistic string
	// Interruption is the band of the share of spot machines reclaimed in a
	// month, as published ("5-10"); empty where not known.
	Interruption string
	// Commitments are prices for a promise to pay for longer.
	Commitments []Commitment
}

// GPUs of an instance type. Milli counts thousandths of a GPU over the machine,
// because some types hold a share of one.
type GPUs struct {
	Milli      int
	Name       string
	MemoryEach units.Bytes
}

// Accelerators of an instance type that are no GPUs: chips for inference or
// training.
type Accelerators struct {
	Count int
	Name  string
}

// Commitment is a price for a term.
type Commitment struct {
	// Kind is "compute_savings_plan", "instance_savings_plan", "reserved", or, where the
	// source does not say which, "savings_plan_or_reserved" (AWS); "cud_resource" (GCP).
	Kind      string
	TermYears int
	// Payment is "all-upfront", "partial-upfront", "no-upfront" or "monthly".
	Payment string
	Price   Price
}

// Disk is a kind of network disk, priced a month.
type Disk struct {
	Type string
	// PerGiB, PerIOPS and PerMiBps are the three parts of its price; the last two
	// count from FreeIOPS and FreeMiBps on. A part that is not known has no basis.
	PerGiB, PerIOPS, PerMiBps MonthlyPrice
	FreeIOPS, FreeMiBps       int
	// IOPSPerGiB and MiBpsPerGiB are what each GiB brings, or the most that may be
	// provisioned for it (see Note), rounded down; 0 where not known.
	IOPSPerGiB, MiBpsPerGiB units.Ratio
	// MaxIOPS and MaxMiBps are the volume's limits; 0 where not known.
	MaxIOPS, MaxMiBps int
	MinSize, MaxSize  units.Bytes
	// Note says what is special about the figures.
	Note string
}

// MonthlyPrice is dollars a month that may not be known.
type MonthlyPrice struct {
	Amount units.USD
	Basis  Basis
	// Date and Source are those of a Price.
	Date   units.Date
	Source string
}

// Known reports whether the price is known.
func (p MonthlyPrice) Known() bool { return p.Basis != "" }

// Fee is what a managed control plane costs.
type Fee struct {
	// Tier is the fee's name: "standard", "extended" (the total while a version
	// is in extended support), "tier-xl" … (added to standard), "zonal",
	// "regional", "autopilot".
	Tier  string
	Price Price
	Note  string
}

// Version is a minor of Kubernetes in the provider's calendar. A date that the
// provider has not published is zero.
type Version struct {
	// Minor is "1.35".
	Minor string
	// Released by the Kubernetes project, and on the provider.
	UpstreamRelease, UpstreamEnd units.Date
	Release                      units.Date
	StandardEnd, ExtendedEnd     units.Date
}
