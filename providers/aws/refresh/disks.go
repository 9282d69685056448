package refresh

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// diskPart is a part of a disk's price.
type diskPart struct{ diskType, part string }

func (p diskPart) path() string { return "disks." + p.diskType + "." + p.part }

// The parts of a disk's price.
const (
	partGiB   = "gib"
	partIOPS  = "iops"
	partMiBps = "mibps"
)

// diskPrices are the different prices of each part, a month.
type diskPrices map[diskPart][]units.USDPerHour

// diskUsage are the usage types of EBS, after the region's prefix. io2 is dearest for
// the first 32,000 IOPS; the cheaper tiers above have usage types of their own, and are
// left out.
func diskUsage() map[string]diskPart {
	return map[string]diskPart{
		"EBS:VolumeUsage":            {"standard", partGiB},
		"EBS:VolumeUsage.gp2":        {"gp2", partGiB},
		"EBS:VolumeUsage.gp3":        {"gp3", partGiB},
		"EBS:VolumeUsage.piops":      {"io1", partGiB},
		"EBS:VolumeUsage.io2":        {"io2", partGiB},
		"EBS:VolumeUsage.st1":        {"st1", partGiB},
		"EBS:VolumeUsage.sc1":        {"sc1", partGiB},
		"EBS:VolumeP-IOPS.gp3":       {"gp3", partIOPS},
		"EBS:VolumeP-IOPS.piops":     {"io1", partIOPS},
		"EBS:VolumeP-IOPS.io2":       {"io2", partIOPS},
		"EBS:VolumeP-Throughput.gp3": {"gp3", partMiBps},
	}
}

// diskUnits are the units of a part's price, in lower case, and by what a price is
// divided: a GiB/s of throughput is 1024 MiB/s.
func diskUnits() map[string]map[string]units.USDPerHour {
	return map[string]map[string]units.USDPerHour{
		partGiB:   {"gb-mo": 1, "gb-month": 1},
		partIOPS:  {"iops-mo": 1},
		partMiBps: {"mibps-mo": 1, "gibps-mo": 1024},
	}
}

// collectDisks asks for the prices of EBS volumes.
func (f *fetcher) collectDisks(ctx context.Context) error {
	f.disks = diskPrices{}
	for _, family := range []string{"Storage", "System Operation", "Provisioned Throughput"} {
		err := f.products(ctx, "disk prices", serviceEC2, []types.Filter{match("productFamily", family)}, f.addDisk)
		if err != nil {
			return err
		}
	}
	return nil
}

// usage returns a usage type without the region's prefix ("USW2-").
func usage(p *product, from string) string {
	text := p.Product.Attributes["usagetype"]
	if at := strings.Index(text, from); at >= 0 {
		return text[at:]
	}
	return ""
}

// addDisk keeps a price of EBS. A price in steps counts with its dearest.
func (f *fetcher) addDisk(p *product) {
	part, ok := diskUsage()[usage(p, "EBS:")]
	if !ok {
		return
	}
	if region := p.Product.Attributes["regionCode"]; region != f.req.Region {
		f.quarantine(part.path(), fmt.Sprintf("SKU %s is for %q: it is left out", p.Product.SKU, region))
		return
	}
	dearest := units.USDPerHour(0)
	for _, t := range p.Terms.OnDemand {
		if t.EffectiveDate.After(f.req.Now) {
			continue
		}
		for _, d := range t.PriceDimensions {
			by, ok := diskUnits()[part.part][strings.ToLower(d.Unit)]
			if !ok {
				f.quarantine(part.path(), fmt.Sprintf("SKU %s: a price for each %q: it is left out", p.Product.SKU, d.Unit))
				return
			}
			price, err := f.priceOf(d)
			if err != nil {
				f.quarantine(part.path(), fmt.Sprintf("SKU %s: %v: it is left out", p.Product.SKU, err))
				return
			}
			dearest = max(dearest, units.CeilDiv(price, by))
		}
	}
	if dearest > 0 && !slices.Contains(f.disks[part], dearest) {
		f.disks[part] = append(f.disks[part], dearest)
	}
}

// diskRows returns the disks that were known before, with the prices of the list and
// no other, and those that only the list has, whose limits are not known.
func (f *fetcher) diskRows() []catalogs.Disk {
	rows := map[string]catalogs.Disk{}
	for _, d := range f.req.Base.Disks {
		d.PerGiB, d.PerIOPS, d.PerMiBps = catalogs.MonthlyPrice{}, catalogs.MonthlyPrice{}, catalogs.MonthlyPrice{}
		rows[d.Type] = d
	}
	for part, found := range f.disks {
		if len(found) > 1 {
			slices.Sort(found)
			f.quarantine(part.path(), "several prices: "+dollarsEach(found))
			continue
		}
		d := rows[part.diskType]
		d.Type = part.diskType
		price := f.monthly(found[0])
		switch part.part {
		case partGiB:
			d.PerGiB = price
		case partIOPS:
			d.PerIOPS = price
		case partMiBps:
			d.PerMiBps = price
		}
		rows[part.diskType] = d
	}
	return slices.SortedFunc(maps.Values(rows), func(a, b catalogs.Disk) int { return cmp.Compare(a.Type, b.Type) })
}

// feePrices are the different prices of an hour of a cluster, by usage.
type feePrices map[string][]units.USDPerHour

const (
	usageCluster = "AmazonEKS-Hours:perCluster"
	// usageExtended is added to usageCluster while a version is in extended support.
	usageExtended = "AmazonEKS-Hours:extendedSupport"

	tierStandard = "standard"
	tierExtended = "extended"
)

// collectFees asks for the fees of EKS. The list has a product for each machine type
// too (Auto Mode), which are not asked for.
func (f *fetcher) collectFees(ctx context.Context) error {
	f.fees = feePrices{}
	filter := types.Filter{Type: types.FilterTypeContains, Field: aws.String("usagetype"), Value: aws.String("AmazonEKS-Hours:")}
	return f.products(ctx, "fees", serviceEKS, []types.Filter{filter}, f.addFee)
}

func (f *fetcher) addFee(p *product) {
	name := usage(p, "AmazonEKS-Hours:")
	tier := map[string]string{usageCluster: tierStandard, usageExtended: tierExtended}[name]
	if tier == "" {
		return
	}
	path := "fees." + tier
	if region := p.Product.Attributes["regionCode"]; region != f.req.Region {
		f.quarantine(path, fmt.Sprintf("SKU %s is for %q: it is left out", p.Product.SKU, region))
		return
	}
	for _, t := range p.Terms.OnDemand {
		if t.EffectiveDate.After(f.req.Now) {
			continue
		}
		for _, d := range t.PriceDimensions {
			d.Unit = hours(d.Unit)
			rate, err := f.perHour(d)
			if err != nil {
				f.quarantine(path, fmt.Sprintf("SKU %s: %v: it is left out", p.Product.SKU, err))
				continue
			}
			if !slices.Contains(f.fees[name], rate) {
				f.fees[name] = append(f.fees[name], rate)
			}
		}
	}
}

// hours writes the units of an hour one way: EKS's list has "Hours" where EC2's has
// "Hrs".
func hours(unit string) string {
	if slices.Contains([]string{"hours", "hour", "hrs"}, strings.ToLower(unit)) {
		return unitHours
	}
	return unit
}

// feeRows returns the fees. The list has no price of the tiers of a provisioned control
// plane under a name that we know: they stay as they were, with their own date.
func (f *fetcher) feeRows() []catalogs.Fee {
	var rows []catalogs.Fee
	for _, fee := range f.req.Base.Fees {
		if fee.Tier != tierStandard && fee.Tier != tierExtended {
			rows = append(rows, fee)
		}
	}
	one := func(name, tier string) (units.USDPerHour, bool) {
		found := f.fees[name]
		if len(found) > 1 {
			slices.Sort(found)
			f.quarantine("fees."+tier, "several prices: "+dollarsEach(found))
		}
		if len(found) != 1 {
			return 0, false
		}
		return found[0], true
	}
	standard, ok := one(usageCluster, tierStandard)
	if ok {
		rows = append(rows, catalogs.Fee{Tier: tierStandard, Price: f.listed(standard, tagList), Note: "an hour of a cluster"})
	}
	if more, known := one(usageExtended, tierExtended); ok && known {
		rows = append(rows, catalogs.Fee{
			Tier: tierExtended, Price: f.listed(standard+more, tagList), Note: "the whole fee while the version is in extended support",
		})
	}
	slices.SortFunc(rows, func(a, b catalogs.Fee) int { return cmp.Compare(a.Tier, b.Tier) })
	return rows
}
