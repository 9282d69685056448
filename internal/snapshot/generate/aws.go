package generate

import (
	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	aws = "aws"

	// spotSource and commitmentSource are the tags of tables with one source.
	spotSource       = "spot-advisor-2025-06"
	commitmentSource = "netflix-2026-06"

	// spotStatistic names what a spot price of an AWS type is: the average saving
	// that the Spot Advisor published, on the on-demand price of this catalog.
	spotStatistic = "spot advisor savings 2025-06 x on-demand"
)

func (b *builder) readAWS() {
	shapes := b.awsShapes()
	t := b.open("aws_zones.csv", "region", "zone", "zone_id")
	for t.next() {
		c := b.region(aws, t.required("region"))
		c.Zones = append(c.Zones, catalogs.Zone{Name: t.required("zone"), ID: t.required("zone_id")})
	}
	b.done(t)
	// at is the place of a type in its region's list.
	at := map[key]int{}
	b.awsPrices(shapes, at)
	b.awsSpot(shapes, at)
	b.awsCommitments(at)
}

func (b *builder) awsShapes() map[string]catalogs.InstanceType {
	shapes := map[string]catalogs.InstanceType{}
	t := b.open("aws_instance_types.csv", "instance_type", "family", "generation", "arch", "vcpus", "memory_mib",
		"measured_memory_mib", "enis", "ipv4_per_eni", "max_pods", "network_baseline_mbps", "ebs_max_mbps", "local_disk_gb",
		"gpus", "gpu_name", "gpu_memory_mib_each", "accelerators", "accelerator_name", "hypervisor", "burstable", "flex",
		"metal", "previous_generation")
	for t.next() {
		name := t.required("instance_type")
		if _, twice := shapes[name]; twice {
			t.fail("%s twice", name)
		}
		shape := catalogs.InstanceType{
			Name: name, Family: t.required("family"), Generation: t.number("generation"), Architecture: t.required("arch"),
			VCPUs: t.number("vcpus"), Memory: t.mib("memory_mib"), MeasuredMemory: t.mib("measured_memory_mib"),
			ENIs: t.number("enis"), IPv4PerENI: t.number("ipv4_per_eni"),
			NetworkMbps: t.number("network_baseline_mbps"), DiskMbps: t.number("ebs_max_mbps"),
			LocalDiskGB: t.number("local_disk_gb"), Hypervisor: t.text("hypervisor"),
			GPUs: catalogs.GPUs{
				Milli: t.number("gpus") * 1000, Name: t.text("gpu_name"), MemoryEach: t.mib("gpu_memory_mib_each"),
			},
			Accelerators: catalogs.Accelerators{Count: t.number("accelerators"), Name: t.text("accelerator_name")},
			Burstable:    t.flag("burstable"), Flex: t.flag("flex"), Metal: t.flag("metal"),
			PreviousGeneration: t.flag("previous_generation"),
		}
		// The table says how many pods the VPC CNI gives; it follows from the ENIs
		// and is here to catch a wrong one.
		if pods := shape.ENIs*(shape.IPv4PerENI-1) + 2; pods != t.number("max_pods") {
			t.fail("%s: %d ENIs of %d addresses do not give %d pods", name, shape.ENIs, shape.IPv4PerENI, t.number("max_pods"))
		}
		shapes[name] = shape
		b.shapes[key{aws, name}] = t.name
	}
	b.done(t)
	t = b.open("aws_burstable.csv", "instance_type", "baseline_pct_per_vcpu")
	for t.next() {
		shape, ok := shapes[t.required("instance_type")]
		if !ok || !shape.Burstable {
			t.fail("%q is not a burstable type", t.text("instance_type"))
		}
		shape.BaselineCPU = units.MilliCPU(shape.VCPUs*t.number("baseline_pct_per_vcpu")) * units.Core / 100
		shapes[shape.Name] = shape
	}
	b.done(t)
	return shapes
}

// awsPrices adds a type to every region that has a price for it. An estimate is
// dated by the oldest list price of its region: it rests on one of them, and is
// not to look newer than it is.
func (b *builder) awsPrices(shapes map[string]catalogs.InstanceType, at map[key]int) {
	const file = "aws_prices.csv"
	columns := []string{"region", "instance_type", "usd_per_hour", "basis", "source"}
	oldest := map[string]units.Date{}
	t := b.open(file, columns...)
	for t.next() {
		date := b.sources[t.text("source")].Date
		region := t.required("region")
		if catalogs.Basis(t.text("basis")) == catalogs.Listed && (oldest[region] == "" || date < oldest[region]) {
			oldest[region] = date
		}
	}
	b.done(t)
	t = b.open(file, columns...)
	for t.next() {
		k := key{t.required("region"), t.required("instance_type")}
		checkNew(t, at, k)
		c := b.region(aws, k.group)
		at[k] = len(c.Types)
		entry := b.addType(c, shapes, t, k.name)
		rate, ok := t.rate("usd_per_hour")
		if !ok {
			t.fail("no price")
		}
		entry.OnDemand = b.price(t, rate, catalogs.Basis(t.text("basis")), t.text("source"))
		if entry.OnDemand.Basis == catalogs.Estimated {
			entry.OnDemand.Date = oldest[k.group]
			if oldest[k.group].IsZero() {
				t.fail("an estimate in a region without a list price")
			}
		}
	}
	b.done(t)
}

// awsSpot adds to each type the spot price that the published saving gives on its
// on-demand price, and adds the types that a region offers without a price.
func (b *builder) awsSpot(shapes map[string]catalogs.InstanceType, at map[key]int) {
	const file = "aws_spot.csv"
	t := b.open(file, "region", "instance_type", "savings_pct", "interruption_pct_per_month")
	seen := map[key]int{}
	for t.next() {
		k := key{t.required("region"), t.required("instance_type")}
		checkNew(t, seen, k)
		seen[k] = t.row
		c := b.region(aws, k.group)
		if _, ok := at[k]; !ok {
			at[k] = len(c.Types)
			b.addType(c, shapes, t, k.name)
		}
		entry := &c.Types[at[k]]
		entry.Interruption = t.required("interruption_pct_per_month")
		savings := t.text("savings_pct")
		switch {
		case savings == "0" || savings != "" && savings[0] == '-':
			b.exclude(file, "spot was not below on-demand: the spot price is not known, the interruption band is kept")
		case !entry.OnDemand.Known():
			b.exclude(file, "no on-demand price to take the saving from: the spot price is not known, the interruption band is kept")
		default:
			percent := t.number("savings_pct")
			if percent >= 100 {
				t.fail("a saving of %d%%", percent)
				break
			}
			rate := units.CeilDiv(entry.OnDemand.Rate*units.USDPerHour(100-percent), 100)
			entry.Spot = b.price(t, rate, catalogs.Estimated, spotSource)
			entry.SpotStatistic = spotStatistic
		}
	}
	b.done(t)
}

// awsCommitments adds the dearest promise's rates. Their basis is secondary: the
// source does not say which of two plans (reserved instance or savings plan) it
// took.
func (b *builder) awsCommitments(at map[key]int) {
	t := b.open("aws_commitments.csv", "region", "instance_type", "term_years", "payment", "usd_per_hour")
	for t.next() {
		k := key{t.required("region"), t.required("instance_type")}
		i, ok := at[k]
		if !ok {
			t.fail("%s is not offered in %s", k.name, k.group)
			break
		}
		entry := &b.region(aws, k.group).Types[i]
		rate, _ := t.rate("usd_per_hour")
		entry.Commitments = append(entry.Commitments, catalogs.Commitment{
			Kind: "savings_plan_or_reserved", TermYears: t.number("term_years"), Payment: t.required("payment"),
			Price: b.price(t, rate, catalogs.Secondary, commitmentSource),
		})
	}
	b.done(t)
}
