package fakeaws

import (
	"fmt"
	"time"
)

// Now is the moment up to which the fake regions have a history of spot prices.
func Now() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

// Oregon is a small us-west-2: three zones, eleven types (one that is offered in two
// zones, one that is in none), spot prices of two days, disks, fees, three versions of
// EKS, savings plans and reserved instances of m5.large.
func Oregon() Region {
	const region = "us-west-2"
	a, b, c := region+"a", region+"b", region+"c"
	r := Region{
		Name:  region,
		Zones: []Zone{{Name: a, ID: "usw2-az2"}, {Name: b, ID: "usw2-az1"}, {Name: c, ID: "usw2-az3"}},
		Machines: []Machine{
			{Name: "m5.large", Arch: "x86_64", VCPUs: 2, MemoryMiB: 8192, ENIs: 3, IPv4: 10, BaselineGbps: 0.75, PeakGbps: 10, DiskMbps: 4750},
			{Name: "m5.xlarge", Arch: "x86_64", VCPUs: 4, MemoryMiB: 16384, ENIs: 4, IPv4: 15, BaselineGbps: 1.25, PeakGbps: 10, DiskMbps: 4750},
			{Name: "m5.2xlarge", Arch: "x86_64", VCPUs: 8, MemoryMiB: 32768, ENIs: 4, IPv4: 15, BaselineGbps: 2.5, PeakGbps: 10, DiskMbps: 4750},
			{Name: "m5.metal", Arch: "x86_64", VCPUs: 96, MemoryMiB: 393216, ENIs: 15, IPv4: 50, BaselineGbps: 25, PeakGbps: 25, DiskMbps: 19000, Metal: true},
			{Name: "m7g.large", Arch: "arm64", VCPUs: 2, MemoryMiB: 8192, ENIs: 3, IPv4: 10, BaselineGbps: 0.937, PeakGbps: 12.5, DiskMbps: 10000},
			{Name: "m7g.xlarge", Arch: "arm64", VCPUs: 4, MemoryMiB: 16384, ENIs: 4, IPv4: 15, BaselineGbps: 1.876, PeakGbps: 12.5, DiskMbps: 10000},
			{Name: "t3.medium", Arch: "x86_64", VCPUs: 2, MemoryMiB: 4096, ENIs: 3, IPv4: 6, BaselineGbps: 0.256, PeakGbps: 5, DiskMbps: 2085, Burstable: true},
			{Name: "t3.large", Arch: "x86_64", VCPUs: 2, MemoryMiB: 8192, ENIs: 3, IPv4: 12, BaselineGbps: 0.512, PeakGbps: 5, DiskMbps: 2780, Burstable: true},
			{Name: "g5.xlarge", Arch: "x86_64", VCPUs: 4, MemoryMiB: 16384, ENIs: 4, IPv4: 15, BaselineGbps: 2.5, PeakGbps: 10, DiskMbps: 3500, LocalDiskGB: 250, GPU: "A10G", Count: 1, GPUMemoryMiB: 22888, Zones: []string{b, a}},
			{Name: "inf2.xlarge", Arch: "x86_64", VCPUs: 4, MemoryMiB: 16384, ENIs: 4, IPv4: 15, BaselineGbps: 2.083, PeakGbps: 15, DiskMbps: 10000, Neuron: "Inferentia2", Count: 1},
			{Name: "c3.large", Arch: "x86_64", VCPUs: 2, MemoryMiB: 3840, ENIs: 3, IPv4: 10, DiskMbps: 500, Past: true, Zones: []string{}},
		},
		Versions: []Version{
			{"1.34", "2025-10-02", "2026-12-02", "2027-12-02"},
			{"1.35", "2026-01-28", "2027-03-27", "2028-03-27"},
			{"1.36", "2026-06-02", "2027-08-02", "2028-08-02"},
		},
		Quotas:         map[string]float64{"ec2 L-1216C47A": 640, "ebs L-7A658B76": 50},
		StandardQuotas: map[string]float64{"ec2 L-34B43A08": 5},
	}
	for _, m := range [][2]string{
		{"m5.xlarge", "0.1920000000"},
		{"m5.2xlarge", "0.3840000000"},
		{"m5.metal", "4.6080000000"},
		{"m7g.large", "0.0816000000"},
		{"m7g.xlarge", "0.1632000000"},
		{"t3.medium", "0.0416000000"},
		{"t3.large", "0.0832000000"},
		{"g5.xlarge", "1.0060000000"},
		{"inf2.xlarge", "0.7582000000"},
		{"c3.large", "0.1050000000"},
	} {
		r.Products = append(r.Products, MachineProduct(region, m[0], m[1]))
	}
	// 508 dollars for a year of 8760 hours are 0.057990868 an hour and a little.
	r.Products = append(r.Products, MachineProduct(region, "m5.large", "0.0960000000",
		Reserved{"1yr", "standard", "No Upfront", "", "0.0600000000"},
		Reserved{"1yr", "standard", "All Upfront", "508", "0.0000000000"},
		Reserved{"1yr", "convertible", "No Upfront", "", "0.0690000000"},
		Reserved{"3yr", "standard", "Partial Upfront", "525.6", "0.0190000000"}))
	r.Plans = []Plan{
		{Type: "m5.large", Kind: "Compute", Payment: "No Upfront", Years: 1, Rate: "0.0700000000"},
		{Type: "m5.large", Kind: "EC2Instance", Payment: "All Upfront", Years: 3, Rate: "0.0360000000"},
		{Type: "m5.large", Kind: "EC2Instance", Payment: "All Upfront", Years: 3, Rate: "0.0400000000", Usage: "USW2-DedicatedUsage:m5.large", Tenancy: "dedicated"},
	}
	r.Products = append(r.Products, usages(region)...)
	// m5.large costs 0.03 in a and, for the last day of two, 0.05: 0.04 on the average.
	// In b it costs 0.042, in c 0.02; the dearest zone is b by the mean, a by the end.
	days := func(n float64) time.Time { return Now().Add(-time.Duration(n * float64(24*time.Hour))) }
	r.Spot = []Spot{
		{Type: "m5.large", Zone: a, Price: "0.010000", At: days(9)},
		{Type: "m5.large", Zone: a, Price: "0.030000", At: days(3)},
		{Type: "m5.large", Zone: a, Price: "0.050000", At: days(1)},
		{Type: "m5.large", Zone: b, Price: "0.042000", At: days(2.5)},
		{Type: "m5.large", Zone: c, Price: "0.020000", At: days(2)},
		{Type: "m5.large", Zone: c, Price: "0.300000", At: days(1), Product: "Windows"},
		{Type: "g5.xlarge", Zone: a, Price: "0.402400", At: days(4)},
		// c does not offer it any more.
		{Type: "g5.xlarge", Zone: c, Price: "0.900000", At: days(4)},
		// Dearer than on demand: nobody buys it, and it is not believed.
		{Type: "t3.medium", Zone: b, Price: "0.041600", At: days(4)},
	}
	return r
}

// usages are the disks and the fees of a region.
func usages(region string) []Product {
	disk := func(family, usage, unit, price string) Product {
		return UsageProduct(region, "AmazonEC2", family, "USW2-EBS:"+usage, unit, price)
	}
	fee := func(usage, price string) Product {
		return UsageProduct(region, "AmazonEKS", "Compute", "USW2-AmazonEKS-Hours:"+usage, "Hours", price)
	}
	return []Product{
		disk("Storage", "VolumeUsage.gp3", "GB-Mo", "0.0800000000"),
		disk("Storage", "VolumeUsage.gp2", "GB-Mo", "0.1000000000"),
		disk("Storage", "VolumeUsage.io2", "GB-month", "0.1250000000"),
		disk("System Operation", "VolumeP-IOPS.gp3", "IOPS-Mo", "0.0050000000"),
		disk("System Operation", "VolumeP-IOPS.io2", "IOPS-Mo", "0.0650000000"),
		disk("System Operation", "VolumeP-IOPS.io2.tier2", "IOPS-Mo", "0.0455000000"),
		disk("Provisioned Throughput", "VolumeP-Throughput.gp3", "GiBps-mo", "40.9600000000"),
		fee("perCluster", "0.1000000000"), fee("extendedSupport", "0.5000000000"),
		UsageProduct(region, "AmazonEKS", "Compute", "USW2-AmazonEKS-Auto:m5.large", "Hours", "0.0115200000"),
	}
}

// Large is a region of so many types, each with a document of the price list of more
// than 4 kB, and so many records of spot prices.
func Large(machines, records int) Region {
	const region = "us-west-2"
	r := Region{Name: region, Versions: Oregon().Versions, Products: usages(region)}
	for i := range 4 {
		r.Zones = append(r.Zones, Zone{Name: region + string(rune('a'+i)), ID: fmt.Sprintf("usw2-az%d", i+1)})
	}
	var reserved []Reserved
	for _, lease := range []string{"1yr", "3yr"} {
		for _, class := range []string{"standard", "convertible"} {
			for _, payment := range []string{"No Upfront", "Partial Upfront", "All Upfront"} {
				reserved = append(reserved, Reserved{lease, class, payment, "10", "0.0100000000"})
			}
		}
	}
	sizes := []struct {
		name  string
		steps int
	}{{"large", 1}, {"xlarge", 2}, {"2xlarge", 4}, {"4xlarge", 8}, {"8xlarge", 16}}
	for i := range machines {
		size := sizes[i%len(sizes)]
		name := fmt.Sprintf("m%dx.%s", 1+i/len(sizes), size.name)
		r.Machines = append(r.Machines, Machine{
			Name: name, Arch: "x86_64", VCPUs: 2 * size.steps, MemoryMiB: 8192 * size.steps, ENIs: 4, IPv4: 15, BaselineGbps: 1, PeakGbps: 10, DiskMbps: 4750,
		})
		r.Products = append(r.Products, MachineProduct(region, name, fmt.Sprintf("%.10f", 0.1*float64(size.steps)), reserved...))
	}
	for i := range records {
		m := &r.Machines[i%machines]
		r.Spot = append(r.Spot, Spot{
			Type: m.Name, Zone: r.Zones[i/machines%len(r.Zones)].Name, Price: fmt.Sprintf("%.6f", 0.02*float64(m.VCPUs/2)),
			At: Now().Add(-time.Duration(i) * 3 * time.Second),
		})
	}
	return r
}
