package fakegcp

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// listed is a type of the tables with its prices by term, in dollars an hour.
type listed struct {
	MachineType
	family string
	// gpus may be a fraction, which the API does not say.
	gpus   *big.Rat
	ssdGiB int
	shared *big.Rat // of a shared core, what is billed
	prices map[string]*big.Rat
}

// terms in the order in which they are solved: what costs more for a promise rests on
// what is on demand.
func terms() []string { return []string{"OnDemand", "Preemptible", "Commit1Yr", "Commit3Yr"} }

// FromTables returns a cloud with one region of the tables in catalogs/sources: its
// zones and types, each type in every zone, and SKUs whose unit prices are solved from
// as few listed prices as determine them, beside SKUs that must not be taken for them.
func FromTables(fsys fs.FS, region string) (*Cloud, error) {
	types, err := readTypes(fsys, region)
	if err != nil {
		return nil, err
	}
	zones, err := read(fsys, "gcp_zones.csv")
	if err != nil {
		return nil, err
	}
	c := &Cloud{Project: "test-project", Region: region, SolvedFrom: map[string][]string{}}
	for _, row := range zones {
		if row["region"] == region {
			c.Zones = append(c.Zones, Zone{
				Name: row["zone"], Status: "UP",
				Region: "https://www.googleapis.com/compute/v1/projects/" + c.Project + "/regions/" + region,
			})
		}
	}
	if len(types) == 0 {
		return nil, fmt.Errorf("the tables have no types of %s", region)
	}
	if len(c.Zones) == 0 { // of the newest region the tables know none
		c.Zones = []Zone{{Name: region + "-a", Status: "UP", Region: "https://www.googleapis.com/compute/v1/projects/" + c.Project + "/regions/" + region}}
	}
	for _, z := range c.Zones {
		for _, t := range types {
			m := t.MachineType
			m.Zone = z.Name
			c.MachineTypes = append(c.MachineTypes, m)
		}
		for _, d := range []string{"hyperdisk-balanced", "local-ssd", "pd-balanced", "pd-ssd", "pd-standard"} {
			c.DiskTypes = append(c.DiskTypes, DiskType{Name: d, Zone: z.Name, ValidDiskSize: "10GB-65536GB"})
		}
	}
	c.DiskTypes = append(c.DiskTypes, DiskType{Name: "pd-balanced", Region: region, ValidDiskSize: "10GB-65536GB"})
	c.MachineTypes = append(c.MachineTypes, MachineType{Name: "n2-standard-2", Zone: "elsewhere1-a", VCPUs: 2, MemoryMb: 8192, Architecture: "X86_64"})
	c.Quotas = []Quota{
		{Metric: "CPUS", Limit: 240},
		{Metric: "PREEMPTIBLE_CPUS", Limit: 500},
		{Metric: "N2_CPUS", Limit: 200},
		{Metric: "NVIDIA_L4_GPUS", Limit: 8},
		{Metric: "SSD_TOTAL_GB", Limit: 40960},
		{Metric: "NETWORKS", Limit: 5},
	}
	c.Server = ServerConfig{
		DefaultClusterVersion: "1.35.3-gke.1200", ValidMasterVersions: []string{"1.37.0-gke.100", "1.36.1-gke.900", "1.35.3-gke.1200"},
		Channels: []Channel{
			{Channel: "RAPID", DefaultVersion: "1.37.0-gke.100", ValidVersions: []string{"1.37.0-gke.100", "1.36.1-gke.900"}},
			{Channel: "REGULAR", DefaultVersion: "1.36.1-gke.900", ValidVersions: []string{"1.36.1-gke.900", "1.35.3-gke.1200"}},
			{Channel: "STABLE", DefaultVersion: "1.35.3-gke.1200", ValidVersions: []string{"1.35.3-gke.1200"}},
		},
	}
	solved := map[part]*big.Rat{}
	for _, term := range terms() {
		if c.SolvedFrom[term], err = solve(types, term, solved); err != nil {
			return nil, err
		}
	}
	c.SKUs = append(c.SKUs, skus(region, solved)...)
	disks, err := diskSKUs(fsys, region)
	if err != nil {
		return nil, err
	}
	c.SKUs = append(c.SKUs, disks...)
	c.SKUs = append(c.SKUs, decoys(region)...)
	return c, nil
}

// read returns the rows of a table, each by column.
func read(fsys fs.FS, name string) ([]map[string]string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// readTypes returns the types that the tables offer in a region, in the table's order.
func readTypes(fsys fs.FS, region string) ([]listed, error) {
	var tables [3][]map[string]string
	for i, name := range []string{"gcp_offerings.csv", "gcp_prices.csv", "gcp_machine_types.csv"} {
		var err error
		if tables[i], err = read(fsys, name); err != nil {
			return nil, err
		}
	}
	offered, prices := map[string]bool{}, map[string]map[string]*big.Rat{}
	for _, row := range tables[0] {
		if row["region"] == region {
			offered[row["instance_type"]] = true
		}
	}
	columns := []string{"usd_per_hour", "spot_usd_per_hour", "cud_1y_usd_per_hour", "cud_3y_usd_per_hour"}
	for _, row := range tables[1] {
		if row["region"] != region {
			continue
		}
		by := map[string]*big.Rat{}
		for i, term := range terms() {
			if price, ok := new(big.Rat).SetString(row[columns[i]]); ok {
				by[term] = price
			}
		}
		prices[row["instance_type"]] = by
	}
	var types []listed
	for _, row := range tables[2] {
		if offered[row["instance_type"]] {
			t, err := machine(row)
			if err != nil {
				return nil, err
			}
			t.prices = prices[t.Name]
			if region == "asia-southeast3" && t.family == "c4" && t.ssdGiB > 0 {
				t.prices = nil // the list leaves out the local SSDs, that it has no price of
			}
			types = append(types, t)
		}
	}
	return types, nil
}

// machine returns a row of the table of types as the API writes it.
func machine(row map[string]string) (listed, error) {
	number := map[string]int{}
	for _, column := range []string{"vcpus", "memory_mib", "local_disk_gb", "gpus_milli", "baseline_millicpu"} {
		n, err := strconv.Atoi(row[column])
		if err != nil && row[column] != "" {
			return listed{}, fmt.Errorf("%s of %s: %w", column, row["instance_type"], err)
		}
		number[column] = n
	}
	t := listed{family: row["family"], gpus: big.NewRat(int64(number["gpus_milli"]), 1000), ssdGiB: number["local_disk_gb"]}
	t.MachineType = MachineType{
		Name: row["instance_type"], VCPUs: number["vcpus"], MemoryMb: number["memory_mib"],
		IsSharedCPU:  row["shared_core"] == "true",
		Architecture: map[string]string{"amd64": "X86_64", "arm64": "ARM64"}[row["arch"]],
	}
	if t.IsSharedCPU {
		t.shared = big.NewRat(int64(number["baseline_millicpu"]), 1000)
	}
	if number["gpus_milli"] > 0 {
		// The API counts whole accelerators: a machine with a share of one has one.
		t.Accelerators = []Accelerator{{Type: accelerator(t.Name, row["gpu_name"]), Count: max(1, number["gpus_milli"]/1000)}}
	}
	if t.ssdGiB > 0 {
		t.LocalSSDs = &BundledLocalSSDs{Interface: "NVME", Partitions: t.ssdGiB / partition(t.Name)}
	}
	if state := row["deprecated"]; state != "" {
		t.Deprecated = &Deprecation{State: strings.ToUpper(state)}
	}
	return t, nil
}

// accelerator is the API's name of a GPU.
func accelerator(machine, gpu string) string {
	names := map[string]string{
		"a100-40gb": "nvidia-tesla-a100", "a100-80gb": "nvidia-a100-80gb", "l4": "nvidia-l4", "h100-80gb": "nvidia-h100-80gb",
		"h200-141gb": "nvidia-h200-141gb", "rtx-pro-6000": "nvidia-rtx-pro-6000", "b200": "nvidia-b200", "gb200": "nvidia-gb200", "gb300": "nvidia-gb300",
	}
	if strings.HasPrefix(machine, "a3-mega") {
		return "nvidia-h100-mega-80gb"
	}
	return names[gpu]
}

// partition is the size of one built-in disk, in GiB.
func partition(machine string) int {
	switch {
	case strings.HasPrefix(machine, "z3-") && strings.HasSuffix(machine, "-metal"):
		return 6000
	case strings.HasPrefix(machine, "z3-"):
		return 3000
	}
	return 375
}

// diskSKUs are the SKUs of network disks at the prices of the table.
func diskSKUs(fsys fs.FS, region string) ([]SKU, error) {
	rows, err := read(fsys, "disk_prices.csv")
	if err != nil {
		return nil, err
	}
	names := map[string]string{
		"pd-balanced": "Balanced PD Capacity", "pd-ssd": "SSD backed PD Capacity", "pd-standard": "Storage PD Capacity",
		"pd-balanced-regional": "Regional Balanced PD Capacity",
	}
	var out []SKU
	for _, row := range rows {
		description := names[row["disk_type"]]
		if row["provider"] != "gcp" || row["region"] != region || description == "" {
			continue
		}
		price, ok := new(big.Rat).SetString(row["usd_per_gib_month"])
		if !ok {
			return nil, fmt.Errorf("disk price %q", row["usd_per_gib_month"])
		}
		sku := newSKU("Storage", "SSD", "OnDemand", description+" in "+place(region), "GiBy.mo", region, price)
		if row["disk_type"] == "pd-standard" {
			// Of the first 30 GiB a month nothing is charged, as in the real list.
			tiers := &sku.PricingInfo[0].Expression.TieredRates
			(*tiers)[0].Start = 30
			*tiers = slices.Insert(*tiers, 0, Tier{UnitPrice: Money{Currency: "USD", Units: "0"}})
		}
		out = append(out, sku)
	}
	return out, nil
}
