package fakeaws

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// Region is what the fake knows.
type Region struct {
	Name     string
	Zones    []Zone
	Machines []Machine
	Spot     []Spot
	Products []Product
	Plans    []Plan
	Versions []Version
	// Quotas of the account and of AWS, by service and code: "ec2 L-1216C47A".
	Quotas, StandardQuotas map[string]float64
}

// Zone of the region. OptIn and State are as EC2 words them; empty for a zone that is
// there for all.
type Zone struct{ Name, ID, OptIn, State string }

// Machine is an instance type.
type Machine struct {
	Name string
	// Arch is "x86_64" or "arm64".
	Arch             string
	VCPUs, MemoryMiB int
	ENIs, IPv4       int
	// BaselineGbps and PeakGbps are of each of Cards network cards; 0 cards are one.
	BaselineGbps, PeakGbps float64
	Cards                  int
	DiskMbps, LocalDiskGB  int
	// GPU is the name of Count GPUs of GPUMemoryMiB each, or, with a Partition, of a
	// share of one.
	GPU          string
	Count        int
	GPUMemoryMiB int
	Partition    float64
	// Neuron is the name of Count accelerators.
	Neuron                 string
	Burstable, Metal, Past bool
	// Zones that offer it; nil for all.
	Zones []string
}

func (m *Machine) xml() string {
	hypervisor := "<hypervisor>nitro</hypervisor>"
	if m.Metal {
		hypervisor = ""
	}
	var extra strings.Builder
	if m.LocalDiskGB > 0 {
		fmt.Fprintf(&extra, "<instanceStorageInfo><totalSizeInGB>%[1]d</totalSizeInGB><disks><item><sizeInGB>%[1]d</sizeInGB><count>1</count><type>ssd</type></item></disks><nvmeSupport>required</nvmeSupport></instanceStorageInfo>", m.LocalDiskGB)
	}
	if m.GPU != "" {
		partition := ""
		if m.Partition > 0 {
			partition = fmt.Sprintf("<gpuPartitionSize>%g</gpuPartitionSize><logicalGpuCount>1</logicalGpuCount>", m.Partition)
		}
		fmt.Fprintf(&extra, "<gpuInfo><gpus><item><name>%s</name><manufacturer>NVIDIA</manufacturer><count>%d</count>%s<memoryInfo><sizeInMiB>%d</sizeInMiB></memoryInfo></item></gpus><totalGpuMemoryInMiB>%d</totalGpuMemoryInMiB></gpuInfo>",
			m.GPU, m.Count, partition, m.GPUMemoryMiB, m.Count*m.GPUMemoryMiB)
	}
	if m.Neuron != "" {
		fmt.Fprintf(&extra, "<neuronInfo><neuronDevices><item><count>%d</count><name>%s</name><coreInfo><count>2</count><version>2</version></coreInfo></item></neuronDevices></neuronInfo>", m.Count, m.Neuron)
	}
	var cards strings.Builder
	for i := range max(m.Cards, 1) {
		fmt.Fprintf(&cards, "<item><networkCardIndex>%d</networkCardIndex><networkPerformance>up</networkPerformance><maximumNetworkInterfaces>%d</maximumNetworkInterfaces><baselineBandwidthInGbps>%g</baselineBandwidthInGbps><peakBandwidthInGbps>%g</peakBandwidthInGbps></item>",
			i, m.ENIs, m.BaselineGbps, m.PeakGbps)
	}
	return fmt.Sprintf(`<instanceType>%s</instanceType><currentGeneration>%t</currentGeneration><freeTierEligible>false</freeTierEligible><supportedUsageClasses><item>on-demand</item><item>spot</item></supportedUsageClasses><supportedRootDeviceTypes><item>ebs</item></supportedRootDeviceTypes><supportedVirtualizationTypes><item>hvm</item></supportedVirtualizationTypes><bareMetal>%t</bareMetal>%s<processorInfo><supportedArchitectures><item>%s</item></supportedArchitectures><sustainedClockSpeedInGhz>3.1</sustainedClockSpeedInGhz></processorInfo><vCpuInfo><defaultVCpus>%d</defaultVCpus><defaultCores>%d</defaultCores></vCpuInfo><memoryInfo><sizeInMiB>%d</sizeInMiB></memoryInfo><instanceStorageSupported>%t</instanceStorageSupported>%s<ebsInfo><ebsOptimizedSupport>default</ebsOptimizedSupport><ebsOptimizedInfo><baselineBandwidthInMbps>650</baselineBandwidthInMbps><maximumBandwidthInMbps>%d</maximumBandwidthInMbps></ebsOptimizedInfo><nvmeSupport>required</nvmeSupport></ebsInfo><networkInfo><networkPerformance>up</networkPerformance><maximumNetworkInterfaces>%d</maximumNetworkInterfaces><maximumNetworkCards>%d</maximumNetworkCards><defaultNetworkCardIndex>0</defaultNetworkCardIndex><networkCards>%s</networkCards><ipv4AddressesPerInterface>%d</ipv4AddressesPerInterface><ipv6Supported>true</ipv6Supported></networkInfo><burstablePerformanceSupported>%t</burstablePerformanceSupported>`,
		m.Name, !m.Past, m.Metal, hypervisor, m.Arch, m.VCPUs, max(m.VCPUs/2, 1), m.MemoryMiB, m.LocalDiskGB > 0, extra.String(),
		m.DiskMbps, m.ENIs*max(m.Cards, 1), max(m.Cards, 1), cards.String(), m.IPv4, m.Burstable)
}

// Spot is a record of the history of spot prices. Product is "Linux/UNIX" where empty.
type Spot struct {
	Type, Zone, Price, Product string
	At                         time.Time
}

// Version is a version of EKS, with days.
type Version struct{ Minor, Release, StandardEnd, ExtendedEnd string }

// Product is a document of the price list.
type Product struct {
	Service, Family, SKU string
	Attributes           map[string]string
	// Price of a Unit on demand, in Currency ("USD" where empty).
	Price, Unit, Currency string
	Reserved              []Reserved
	// Effective is the day from which it holds; empty for a day long past.
	Effective string
	// Forced are the filters that it passes whatever its attributes are: an answer that
	// was not asked for.
	Forced map[string]bool
}

// Reserved is a term of a reserved instance: "1yr", "standard", "No Upfront".
type Reserved struct{ Lease, Class, Payment, Upfront, Hourly string }

// Document is the product as the price list writes it.
func (p *Product) Document() string {
	currency, effective := or(p.Currency, "USD"), or(p.Effective, "2026-01-01")+"T00:00:00Z"
	price := func(code, unit, value string) map[string]any {
		return map[string]any{
			"unit": unit, "endRange": "Inf", "beginRange": "0", "appliesTo": []any{}, "rateCode": code,
			"description": value + " per " + unit + " of " + p.Attributes["usagetype"], "pricePerUnit": map[string]string{currency: value},
		}
	}
	code := p.SKU + ".JRTCKXETXF"
	terms := map[string]any{"OnDemand": map[string]any{code: map[string]any{
		"priceDimensions": map[string]any{code + ".6YS6EN2CT7": price(code+".6YS6EN2CT7", p.Unit, p.Price)},
		"sku":             p.SKU, "effectiveDate": effective, "offerTermCode": "JRTCKXETXF", "termAttributes": map[string]string{},
	}}}
	reserved := map[string]any{}
	for i, r := range p.Reserved {
		code := fmt.Sprintf("%s.TERM%06d", p.SKU, i)
		dimensions := map[string]any{}
		if r.Hourly != "" {
			dimensions[code+".6YS6EN2CT7"] = price(code+".6YS6EN2CT7", "Hrs", r.Hourly)
		}
		if r.Upfront != "" {
			dimensions[code+".2TG2D8R56U"] = price(code+".2TG2D8R56U", "Quantity", r.Upfront)
		}
		reserved[code] = map[string]any{
			"priceDimensions": dimensions, "sku": p.SKU, "effectiveDate": effective, "offerTermCode": fmt.Sprintf("TERM%06d", i),
			"termAttributes": map[string]string{"LeaseContractLength": r.Lease, "OfferingClass": r.Class, "PurchaseOption": r.Payment},
		}
	}
	if len(reserved) > 0 {
		terms["Reserved"] = reserved
	}
	return encode(map[string]any{
		"product":     map[string]any{"productFamily": p.Family, "attributes": p.Attributes, "sku": p.SKU},
		"serviceCode": p.Service, "terms": terms, "version": "20261128184105", "publicationDate": "2026-11-28T18:41:05Z",
	})
}

// MachineProduct is a machine as the price list sells it: Linux, shared, used.
func MachineProduct(region, name, price string, reserved ...Reserved) Product {
	return Product{
		Service: "AmazonEC2", Family: "Compute Instance", SKU: sku("M", name), Price: price, Unit: "Hrs", Reserved: reserved,
		Attributes: map[string]string{
			"instanceType": name, "regionCode": region, "location": region, "locationType": "AWS Region", "operatingSystem": "Linux",
			"tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used", "marketoption": "OnDemand", "operation": "RunInstances",
			"licenseModel": "No License required", "usagetype": "USW2-BoxUsage:" + name, "servicecode": "AmazonEC2", "currentGeneration": "Yes",
			"servicename": "Amazon Elastic Compute Cloud", "instanceFamily": "General purpose", "vpcnetworkingsupport": "true",
			"classicnetworkingsupport": "false", "enhancedNetworkingSupported": "Yes", "processorArchitecture": "64-bit", "ecu": "NA",
			"gpuMemory": "NA", "availabilityzone": "NA", "clockSpeed": "3.1 GHz", "physicalProcessor": "a processor", "storage": "EBS only",
			"networkPerformance": "Up to 10 Gigabit", "dedicatedEbsThroughput": "Up to 2120 Mbps", "processorFeatures": "AVX; AVX2; Turbo",
			"intelAvxAvailable": "Yes", "intelAvx2Available": "Yes", "intelTurboAvailable": "Yes", "normalizationSizeFactor": "4",
		},
	}
}

// With returns p with one attribute changed, sold as another SKU, and answered to
// requests that filter for what it was.
func (p Product) With(attribute, value string) Product {
	p.Attributes = maps.Clone(p.Attributes)
	p.Attributes[attribute] = value
	p.SKU = sku("W", p.SKU+attribute)
	p.Forced = map[string]bool{attribute: true}
	return p
}

// sku makes up a stock keeping unit.
func sku(kind, name string) string {
	sum := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		sum = (sum ^ uint64(c)) * 1099511628211
	}
	return strings.ToUpper(fmt.Sprintf("%s%015x", kind, sum)[:16])
}

// UsageProduct is a disk's part or a cluster's fee: what is sold by usage.
func UsageProduct(region, service, family, usage, unit, price string) Product {
	return Product{
		Service: service, Family: family, SKU: sku("U", usage), Price: price, Unit: unit,
		Attributes: map[string]string{"regionCode": region, "locationType": "AWS Region", "usagetype": usage, "servicecode": service},
	}
}

// Plan is the rate of a machine under a savings plan.
type Plan struct {
	Type string
	// Kind is "Compute" or "EC2Instance"; Payment "No Upfront".
	Kind, Payment string
	Years         int
	Rate          string
	// Usage is the usage type; empty for that of the machine. Tenancy is "shared" and
	// Currency "USD" where empty.
	Usage, Tenancy, Currency string
}

func (p *Plan) document(region string) any {
	family, _, _ := strings.Cut(p.Type, ".")
	property := func(name, value string) map[string]string { return map[string]string{"name": name, "value": value} }
	return map[string]any{
		"savingsPlanOffering": map[string]any{
			"offeringId": "59dbff89-35bd-4eac-99ed-be587EXAMPLE", "paymentOption": p.Payment, "planType": p.Kind,
			"durationSeconds": p.Years * 31536000, "currency": or(p.Currency, "USD"), "planDescription": "a plan",
		},
		"rate": p.Rate, "unit": "Hrs", "productType": "EC2", "serviceCode": "AmazonEC2",
		"usageType": or(p.Usage, "USW2-BoxUsage:"+p.Type), "operation": "RunInstances",
		"properties": []any{
			property("region", region), property("instanceType", p.Type), property("instanceFamily", family),
			property("productDescription", "Linux/UNIX"), property("tenancy", or(p.Tenancy, "shared")),
		},
	}
}
