package generate

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	gcp = "gcp"

	gcpPriceSource = "cyclenerd-2026-07-30"
	// gcpSpotStatistic names what a spot price of a GCP type is.
	gcpSpotStatistic = catalogs.SpotList
)

func (b *builder) readGCP() {
	shapes := b.gcpShapes()
	at := map[key]int{}
	t := b.open("gcp_offerings.csv", "region", "instance_type")
	for t.next() {
		k := key{t.required("region"), t.required("instance_type")}
		checkNew(t, at, k)
		c := b.region(gcp, k.group)
		at[k] = len(c.Types)
		b.addType(c, shapes, t, k.name)
	}
	b.done(t)
	b.gcpZones()
	b.gcpPrices(at)
}

func (b *builder) gcpZones() {
	t := b.open("gcp_zones.csv", "region", "zone")
	for t.next() {
		// On GCP a zone's name is the same for everybody: it is its own id.
		c := b.region(gcp, t.required("region"))
		c.Zones = append(c.Zones, catalogs.Zone{Name: t.required("zone"), ID: t.required("zone")})
	}
	b.done(t)
}

func (b *builder) gcpShapes() map[string]catalogs.InstanceType {
	shapes := map[string]catalogs.InstanceType{}
	t := b.open("gcp_machine_types.csv", "instance_type", "family", "arch", "vcpus", "baseline_millicpu", "memory_mib",
		"network_max_mbps", "local_disk_gb", "gpus_milli", "gpu_name", "shared_core", "metal", "deprecated")
	for t.next() {
		name := t.required("instance_type")
		if _, twice := shapes[name]; twice {
			t.fail("%s twice", name)
		}
		shapes[name] = catalogs.InstanceType{
			Name: name, Family: t.required("family"), Generation: generation(t.text("family")), Architecture: t.required("arch"),
			VCPUs: t.number("vcpus"), BaselineCPU: units.MilliCPU(t.number("baseline_millicpu")), Memory: t.mib("memory_mib"),
			NetworkMaxMbps: t.number("network_max_mbps"), LocalDiskGB: t.number("local_disk_gb"),
			GPUs:      catalogs.GPUs{Milli: t.number("gpus_milli"), Name: t.text("gpu_name")},
			Burstable: t.flag("shared_core"), Metal: t.flag("metal"), PreviousGeneration: t.text("deprecated") != "",
		}
		b.shapes[key{gcp, name}] = t.name
	}
	b.done(t)
	return shapes
}

// generation returns the number in a family's name, 0 where there is none: 4 for
// "c4a".
func generation(family string) int {
	at := strings.IndexAny(family, "0123456789")
	n := 0
	for ; at >= 0 && at < len(family) && family[at] >= '0' && family[at] <= '9'; at++ {
		n = n*10 + int(family[at]-'0')
	}
	return n
}

func (b *builder) gcpPrices(at map[key]int) {
	t := b.open("gcp_prices.csv", "region", "instance_type", "usd_per_hour", "spot_usd_per_hour", "cud_1y_usd_per_hour",
		"cud_3y_usd_per_hour")
	seen := map[key]int{}
	for t.next() {
		k := key{t.required("region"), t.required("instance_type")}
		checkNew(t, seen, k)
		seen[k] = t.row
		i, ok := at[k]
		if !ok {
			t.fail("%s is not offered in %s", k.name, k.group)
			break
		}
		entry := &b.region(gcp, k.group).Types[i]
		if rate, ok := t.rate("usd_per_hour"); ok {
			entry.OnDemand = b.price(t, rate, catalogs.Listed, gcpPriceSource)
		}
		if rate, ok := t.rate("spot_usd_per_hour"); ok {
			entry.Spot = b.price(t, rate, catalogs.Listed, gcpPriceSource)
			entry.SpotStatistic = gcpSpotStatistic
		}
		for _, years := range []int{1, 3} {
			if rate, ok := t.rate(fmt.Sprintf("cud_%dy_usd_per_hour", years)); ok {
				entry.Commitments = append(entry.Commitments, catalogs.Commitment{
					Kind: "cud_resource", TermYears: years, Payment: "monthly",
					Price: b.price(t, rate, catalogs.Listed, gcpPriceSource),
				})
			}
		}
	}
	b.done(t)
}
