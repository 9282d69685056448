package refresh_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
	"github.com/scantling-dev/scantling/planner/units"
	aws "github.com/scantling-dev/scantling/providers/aws/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// TestListPricesOfAWSAreInStep: of the prices that AWS lists, none may be doubted.
func TestListPricesOfAWSAreInStep(t *testing.T) {
	for _, region := range []string{"us-east-1", "us-gov-west-1", "us-gov-east-1", "eu-west-1"} {
		c, err := snapshot.Load("aws", region)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range aws.OutOfStep(c.Types) {
			t.Errorf("%s: %s", region, p)
		}
		for _, m := range c.Types {
			if got := aws.Generation(m.Family); got != m.Generation {
				t.Errorf("%s: generation %d, the snapshot says %d", m.Name, got, m.Generation)
			}
		}
	}
}

// TestAPriceOutOfStepIsSeen: one size of any family of three sizes and more, a twentieth
// dearer or cheaper than AWS lists it, is doubted, and it alone.
func TestAPriceOutOfStepIsSeen(t *testing.T) {
	c, err := snapshot.Load("aws", "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, family := range []string{"m5", "c7g", "t3", "r6i", "i3", "c4", "m7i-flex", "x2iedn"} {
		sizes := slices.DeleteFunc(slices.Clone(c.Types), func(m catalogs.InstanceType) bool { return m.Family != family || m.Metal })
		for i := range sizes {
			for _, percent := range []units.USDPerHour{95, 105} {
				wrong := slices.Clone(sizes)
				wrong[i].OnDemand.Rate = wrong[i].OnDemand.Rate * percent / 100
				doubts := aws.OutOfStep(wrong)
				if len(doubts) != 1 || !strings.HasPrefix(doubts[0], "types."+wrong[i].Name+": ") {
					t.Errorf("%s at %d%%: doubted are %v", wrong[i].Name, percent, doubts)
				}
				tried++
			}
		}
	}
	if tried < 80 {
		t.Errorf("%d prices were tried", tried)
	}
}

// instead returns the region with other products of m5.large than its own.
func instead(with ...fakeaws.Product) fakeaws.Region {
	r := fakeaws.Oregon()
	r.Products = slices.DeleteFunc(r.Products, func(p fakeaws.Product) bool { return p.Attributes["instanceType"] == "m5.large" })
	r.Products = append(r.Products, with...)
	return r
}

// TestRowsThatCannotBeBelieved changes what AWS answers and asks for what is left out,
// and for the price that remains.
func TestRowsThatCannotBeBelieved(t *testing.T) {
	const region, name = "us-west-2", "m5.large"
	good := fakeaws.MachineProduct(region, name, "0.0960000000")
	sold := func(change func(*fakeaws.Product)) fakeaws.Product {
		p := good
		change(&p)
		return p
	}
	spot := func(r fakeaws.Region, price string) fakeaws.Region {
		r.Spot = append(r.Spot, fakeaws.Spot{Type: name, Zone: region + "a", Price: price, At: fakeaws.Now().Add(-1)})
		return r
	}
	plans := func(p ...fakeaws.Plan) fakeaws.Region {
		r := fakeaws.Oregon()
		r.Plans = p
		return r
	}
	disk := func(p ...fakeaws.Product) fakeaws.Region {
		r := fakeaws.Oregon()
		r.Products = append(r.Products, p...)
		return r
	}
	for what, tc := range map[string]struct {
		region fakeaws.Region
		// want is the path and a part of the reason.
		path, reason string
		// gone: the type is not in the catalog at all. unpriced: it has no price.
		gone, unpriced bool
	}{
		"two prices":         {region: instead(good, fakeaws.MachineProduct(region, name, "0.0970000000")), path: "types.m5.large", reason: "several prices on demand: $0.096 and $0.097", gone: true},
		"out of step":        {region: instead(fakeaws.MachineProduct(region, name, "0.1960000000")), path: "types.m5.large", reason: "$0.196 on demand is more than 2% off what the 3 sizes of m5 cost", gone: true},
		"a price of zero":    {region: instead(fakeaws.MachineProduct(region, name, "0.0000000000")), path: "types.m5.large.on_demand", reason: "a price of zero", unpriced: true},
		"no number":          {region: instead(fakeaws.MachineProduct(region, name, "free")), path: "types.m5.large.on_demand", reason: `"free" is not a decimal number`, unpriced: true},
		"below zero":         {region: instead(fakeaws.MachineProduct(region, name, "-0.096")), path: "types.m5.large.on_demand", reason: `"-0.096" is not a decimal number`, unpriced: true},
		"another unit":       {region: instead(sold(func(p *fakeaws.Product) { p.Unit = "Mo" })), path: "types.m5.large.on_demand", reason: `a price for each "Mo", not for each hour`, unpriced: true},
		"another currency":   {region: instead(sold(func(p *fakeaws.Product) { p.Currency = "CNY" })), path: "types.m5.large.on_demand", reason: "no price in USD but in CNY", unpriced: true},
		"dedicated":          {region: instead(good, good.With("tenancy", "Dedicated")), path: "types.m5.large.on_demand", reason: `is for the tenancy "Dedicated", not "Shared"`},
		"with software":      {region: instead(good, good.With("preInstalledSw", "SQL Std")), path: "types.m5.large.on_demand", reason: `preInstalledSw "SQL Std"`},
		"Windows":            {region: instead(good, good.With("operatingSystem", "Windows")), path: "types.m5.large.on_demand", reason: `operatingSystem "Windows"`},
		"unused":             {region: instead(good, good.With("capacitystatus", "UnusedCapacityReservation")), path: "types.m5.large.on_demand", reason: `capacitystatus "UnusedCapacityReservation"`},
		"a capacity block":   {region: instead(good, good.With("marketoption", "CapacityBlock")), path: "types.m5.large.on_demand", reason: `marketoption "CapacityBlock"`},
		"another region":     {region: instead(good.With("regionCode", "us-east-1")), path: "types.m5.large.on_demand", reason: `is for the regionCode "us-east-1", not "us-west-2"`, unpriced: true},
		"spot as on demand":  {region: spot(fakeaws.Oregon(), "1.0"), path: "types.t3.medium.spot", reason: "is not below"},
		"spot of nothing":    {region: spot(fakeaws.Oregon(), "0.000000"), path: "types.m5.large.spot", reason: `a price of "0.000000" in us-west-2a`},
		"a dear plan":        {region: plans(fakeaws.Plan{Type: name, Kind: "Compute", Payment: "No Upfront", Years: 1, Rate: "0.0970000000"}), path: "types.m5.large.commitments.compute_savings_plan.1.no-upfront", reason: "$0.097 is dearer than $0.096 on demand"},
		"a plan with two":    {region: plans(fakeaws.Plan{Type: name, Kind: "Compute", Payment: "No Upfront", Years: 1, Rate: "0.07"}, fakeaws.Plan{Type: name, Kind: "Compute", Payment: "No Upfront", Years: 1, Rate: "0.08"}), path: "types.m5.large.commitments.compute_savings_plan.1.no-upfront", reason: "several prices: $0.07 and $0.08"},
		"a plan in CNY":      {region: plans(fakeaws.Plan{Type: name, Kind: "Compute", Payment: "No Upfront", Years: 1, Rate: "0.07", Currency: "CNY"}), path: "types.m5.large.commitments.compute_savings_plan.1.no-upfront", reason: "a rate in CNY"},
		"a dedicated plan":   {region: plans(fakeaws.Plan{Type: name, Kind: "Compute", Payment: "No Upfront", Years: 1, Rate: "0.07", Tenancy: "dedicated"}), path: "types.m5.large.commitments.compute_savings_plan.1.no-upfront", reason: `a rate for the tenancy "dedicated"`},
		"a disk's two":       {region: disk(fakeaws.UsageProduct(region, "AmazonEC2", "Storage", "USW2-EBS:VolumeUsage.gp3", "GB-Mo", "0.09")), path: "disks.gp3.gib", reason: "several prices: $0.08 and $0.09"},
		"a disk's unit":      {region: disk(fakeaws.UsageProduct(region, "AmazonEC2", "Storage", "USW2-EBS:VolumeUsage.sc1", "GB-Hour", "0.09")), path: "disks.sc1.gib", reason: `a price for each "GB-Hour"`},
		"a fee's two":        {region: disk(fakeaws.UsageProduct(region, "AmazonEKS", "Compute", "USW2-AmazonEKS-Hours:perCluster", "Hours", "0.2")), path: "fees.standard", reason: "several prices: $0.1 and $0.2"},
		"a fee by the month": {region: disk(fakeaws.UsageProduct(region, "AmazonEKS", "Compute", "USW2-AmazonEKS-Hours:perCluster", "Months", "73")), path: "fees.standard", reason: `a price for each "Months"`},
	} {
		t.Run(what, func(t *testing.T) {
			r := fetch(t, tc.region, nil)
			if !slices.ContainsFunc(r.Quarantined, func(p catalogs.Problem) bool { return p.Path == tc.path && strings.Contains(p.Reason, tc.reason) }) {
				t.Errorf("quarantined is %v, without %s: %s", r.Quarantined, tc.path, tc.reason)
			}
			got, there := r.Catalog.Type(name)
			if there == tc.gone || there && got.OnDemand.Known() == tc.unpriced {
				t.Errorf("it is there: %t, and its price is %+v", there, got.OnDemand)
			}
			if got.OnDemand.Known() && got.OnDemand.Rate != 96_000_000 {
				t.Errorf("priced as %d", got.OnDemand.Rate)
			}
		})
	}
}

// TestBareMetalIsDedicated: where the list has bare metal as dedicated hardware only, that
// is its price; where it has both, the one on shared hardware is. Other machines have none.
func TestBareMetalIsDedicated(t *testing.T) {
	alone := func(name, price string) fakeaws.Product {
		p := fakeaws.MachineProduct("us-west-2", name, price).With("tenancy", "Dedicated")
		p.Family, p.Forced = "Compute Instance (bare metal)", nil
		return p
	}
	for price, region := range map[units.USDPerHour]func() fakeaws.Region{
		4_608_000_000: fakeaws.Oregon,
		5_068_800_000: func() fakeaws.Region {
			r := fakeaws.Oregon()
			r.Products = slices.DeleteFunc(r.Products, func(p fakeaws.Product) bool { return p.Attributes["instanceType"] == "m5.metal" })
			return r
		},
	} {
		r := region()
		r.Products = append(r.Products, alone("m5.metal", "5.0688"), alone("c3.large", "0.2"), alone("m5.large", "0.2"))
		c := fetch(t, r, nil).Catalog
		if metal, _ := c.Type("m5.metal"); metal.OnDemand.Rate != price {
			t.Errorf("m5.metal costs %d, want %d", metal.OnDemand.Rate, price)
		}
		if plain, _ := c.Type("m5.large"); plain.OnDemand.Rate != 96_000_000 {
			t.Errorf("m5.large costs %d", plain.OnDemand.Rate)
		}
	}
}

// TestOutpostsAndLocalZonesAreElsewhere: their prices are not the region's.
func TestOutpostsAndLocalZonesAreElsewhere(t *testing.T) {
	p := fakeaws.MachineProduct("us-west-2", "m5.large", "0.1200000000")
	p.Attributes["locationType"] = "AWS Local Zone"
	r := fakeaws.Oregon()
	r.Products = append(r.Products, p)
	got := fetch(t, r, nil)
	if m, _ := got.Catalog.Type("m5.large"); m.OnDemand.Rate != 96_000_000 || len(got.Quarantined) != 1 {
		t.Errorf("priced as %+v; quarantined %v", m.OnDemand, got.Quarantined)
	}
}

// TestPricesThatAreAnnouncedDoNotHold: a price from the day after on is not today's.
func TestPricesThatAreAnnouncedDoNotHold(t *testing.T) {
	now, later := fakeaws.MachineProduct("us-west-2", "m5.large", "0.0960000000"), fakeaws.MachineProduct("us-west-2", "m5.large", "0.0900000000")
	later.Effective = "2026-11-30"
	r := fetch(t, instead(now, later), nil)
	if got, _ := r.Catalog.Type("m5.large"); got.OnDemand.Rate != 96_000_000 {
		t.Errorf("priced as %+v", got.OnDemand)
	}
}

// TestDisksAndFees are those of the list alone; limits and tiers that no call knows stay.
func TestDisksAndFees(t *testing.T) {
	c := fetch(t, fakeaws.Oregon(), nil).Catalog
	month := func(amount units.USD) catalogs.MonthlyPrice {
		return catalogs.MonthlyPrice{Amount: amount, Basis: catalogs.Listed, Date: today, Source: "aws-price-list"}
	}
	wantDisks := []catalogs.Disk{
		{Type: "gp2", PerGiB: month(100_000_000)},
		{
			Type: "gp3", PerGiB: month(80_000_000), PerIOPS: month(5_000_000), PerMiBps: month(40_000_000), // 40.96 / 1024
			FreeIOPS: 3000, FreeMiBps: 125, MaxIOPS: 80000, MaxMiBps: 2000, MaxSize: 64 * units.TiB,
		},
		{Type: "io2", PerGiB: month(125_000_000), PerIOPS: month(65_000_000)},
		{Type: "st1", MaxIOPS: 500},
	}
	if diff := cmp.Diff(wantDisks, c.Disks); diff != "" {
		t.Errorf("disks (-want +got):\n%s", diff)
	}
	var fees []string
	for _, f := range c.Fees {
		fees = append(fees, fmt.Sprintf("%s %d %s %s", f.Tier, f.Price.Rate, f.Price.Basis, f.Price.Date))
	}
	wantFees := []string{"extended 600000000 listed 2026-11-29", "standard 100000000 listed 2026-11-29", "tier-xl 1000000000 secondary 2026-08-01"}
	if diff := cmp.Diff(wantFees, fees); diff != "" {
		t.Errorf("fees (-want +got):\n%s", diff)
	}
}

// TestTheCalendarIsEKSs with the dates of the Kubernetes project, which EKS does not say.
func TestTheCalendarIsEKSs(t *testing.T) {
	want := []catalogs.Version{
		{Minor: "1.33", UpstreamRelease: "2025-04-23", UpstreamEnd: "2026-06-28", Release: "2025-05-28", StandardEnd: "2026-07-29", ExtendedEnd: "2027-07-29"},
		{Minor: "1.34", UpstreamRelease: "2025-08-27", UpstreamEnd: "2026-10-27", Release: "2025-10-02", StandardEnd: "2026-12-02", ExtendedEnd: "2027-12-02"},
		{Minor: "1.35", Release: "2026-01-28", StandardEnd: "2027-03-27", ExtendedEnd: "2028-03-27"},
		{Minor: "1.36", Release: "2026-06-02", StandardEnd: "2027-08-02", ExtendedEnd: "2028-08-02"},
		{Minor: "1.37", UpstreamRelease: "2026-08-26"},
	}
	if diff := cmp.Diff(want, fetch(t, fakeaws.Oregon(), nil).Catalog.Versions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
}

func TestQuotas(t *testing.T) {
	want := []refresh.Quota{
		{Name: "disk_gib", Limit: 51200, Origin: "ebs L-7A658B76"}, // 50 TiB
		{Name: "on_demand_vcpus", Limit: 640, Origin: "ec2 L-1216C47A"},
		{Name: "spot_vcpus", Limit: 5, Origin: "ec2 L-34B43A08"}, // AWS's own: the account has none
	}
	if diff := cmp.Diff(want, fetch(t, fakeaws.Oregon(), nil).Quotas); diff != "" {
		t.Errorf("quotas (-want +got):\n%s", diff)
	}
	none := fakeaws.Oregon()
	none.Quotas, none.StandardQuotas = nil, nil
	if got := fetch(t, none, nil).Quotas; len(got) != 0 {
		t.Errorf("quotas that nobody knows: %v", got)
	}
}
