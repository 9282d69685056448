package snapshot_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// These tests read the tables a second time, apart from the generator, and look
// for every row in what the program carries, and for every figure that it carries
// in the tables.

// readTable returns the rows of a table by column name.
func readTable(t *testing.T, name string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile("../sources/" + name)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// containsLine reports whether a line of text begins with start and holds the rest.
func containsLine(text, start string, rest ...string) bool {
	for line := range strings.Lines(text) {
		found := strings.HasPrefix(line, start)
		for _, part := range rest {
			found = found && strings.Contains(line, part)
		}
		if found {
			return true
		}
	}
	return false
}

func rate(t *testing.T, s string) units.USDPerHour {
	t.Helper()
	if s == "" {
		return 0
	}
	r, err := catalogs.ParseRate(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReconcileAWS(t *testing.T) {
	all := loadAll(t)
	at := func(row map[string]string) (catalogs.InstanceType, bool) {
		return all[[2]string{"aws", row["region"]}].Type(row["instance_type"])
	}
	type pair struct{ region, name string }
	offered, priced, spot := map[pair]bool{}, map[pair]bool{}, map[pair]bool{}
	for _, row := range readTable(t, "aws_prices.csv") {
		k := pair{row["region"], row["instance_type"]}
		offered[k], priced[k] = true, true
		got, ok := at(row)
		p := got.OnDemand
		if !ok || p.Rate != rate(t, row["usd_per_hour"]) || string(p.Basis) != row["basis"] || p.Source != row["source"] || p.Date.IsZero() {
			t.Errorf("%v: %+v, want %v", k, p, row)
		}
	}
	notBelow, noBase := 0, 0
	for _, row := range readTable(t, "aws_spot.csv") {
		k := pair{row["region"], row["instance_type"]}
		offered[k] = true
		got, ok := at(row)
		if !ok || got.Interruption != row["interruption_pct_per_month"] {
			t.Errorf("%v: interruption %q, want %v", k, got.Interruption, row)
		}
		switch savings := row["savings_pct"]; {
		case savings == "0" || strings.HasPrefix(savings, "-"):
			notBelow++
		case !priced[k]:
			noBase++
		default:
			spot[k] = true
		}
	}
	if notBelow != 70 || noBase != 1434 {
		t.Errorf("left out: %d spot rows not below on-demand, %d without an on-demand price", notBelow, noBase)
	}
	committed := map[pair]bool{}
	for _, row := range readTable(t, "aws_commitments.csv") {
		committed[pair{row["region"], row["instance_type"]}] = true
		got, _ := at(row)
		if len(got.Commitments) != 1 || got.Commitments[0].Price.Rate != rate(t, row["usd_per_hour"]) || got.Commitments[0].TermYears != 3 {
			t.Errorf("%v: commitments %+v", row, got.Commitments)
		}
	}
	// The other way: nothing is there that no row gives.
	types := 0
	for key, c := range all {
		if key[0] != "aws" {
			continue
		}
		for _, k := range c.Types {
			types++
			p := pair{c.Region, k.Name}
			if !offered[p] || k.OnDemand.Known() != priced[p] || k.Spot.Known() != spot[p] || (len(k.Commitments) > 0) != committed[p] {
				t.Errorf("%v: %+v %+v from nowhere", p, k.OnDemand, k.Spot)
			}
		}
	}
	if types != len(offered) || types != 16703 {
		t.Errorf("%d types over all regions, %d in the tables, want 16703", types, len(offered))
	}
}

func TestReconcileGCP(t *testing.T) {
	all := loadAll(t)
	type pair struct{ region, name string }
	offered, priced := map[pair]bool{}, map[pair]bool{}
	for _, row := range readTable(t, "gcp_offerings.csv") {
		offered[pair{row["region"], row["instance_type"]}] = true
	}
	for _, row := range readTable(t, "gcp_prices.csv") {
		k := pair{row["region"], row["instance_type"]}
		priced[k] = true
		got, ok := all[[2]string{"gcp", k.region}].Type(k.name)
		if !ok || got.OnDemand.Rate != rate(t, row["usd_per_hour"]) || got.Spot.Rate != rate(t, row["spot_usd_per_hour"]) {
			t.Errorf("%v: %+v %+v, want %v", k, got.OnDemand, got.Spot, row)
		}
		byTerm := map[int]units.USDPerHour{}
		for _, m := range got.Commitments {
			byTerm[m.TermYears] = m.Price.Rate
		}
		if byTerm[1] != rate(t, row["cud_1y_usd_per_hour"]) || byTerm[3] != rate(t, row["cud_3y_usd_per_hour"]) {
			t.Errorf("%v: commitments %+v, want %v", k, got.Commitments, row)
		}
	}
	types := 0
	for key, c := range all {
		if key[0] != "gcp" {
			continue
		}
		for _, k := range c.Types {
			types++
			p := pair{c.Region, k.Name}
			if !offered[p] || k.OnDemand.Known() != priced[p] {
				t.Errorf("%v: %+v from nowhere", p, k.OnDemand)
			}
		}
	}
	if types != len(offered) || types != 13879 {
		t.Errorf("%d types over all regions, %d in the table, want 13879", types, len(offered))
	}
}

func TestReconcileShapes(t *testing.T) {
	all := loadAll(t)
	seen := map[string]catalogs.InstanceType{}
	for _, c := range all {
		for _, k := range c.Types {
			seen[c.Provider+k.Name] = k
		}
	}
	mib := func(s string) string {
		if s == "" {
			return "0"
		}
		return s
	}
	unused := 0
	for provider, file := range map[string]string{"aws": "aws_instance_types.csv", "gcp": "gcp_machine_types.csv"} {
		for _, row := range readTable(t, file) {
			k, ok := seen[provider+row["instance_type"]]
			if !ok {
				unused++
				continue
			}
			if strconv.Itoa(k.VCPUs) != row["vcpus"] || strconv.Itoa(int(k.Memory/units.MiB)) != row["memory_mib"] ||
				strconv.Itoa(int(k.MeasuredMemory/units.MiB)) != mib(row["measured_memory_mib"]) ||
				k.Architecture != row["arch"] || k.Family != row["family"] || k.Metal != (row["metal"] == "true") ||
				strconv.Itoa(k.ENIs) != mib(row["enis"]) || strconv.Itoa(k.IPv4PerENI) != mib(row["ipv4_per_eni"]) ||
				strconv.Itoa(k.NetworkMbps) != mib(row["network_baseline_mbps"]) || strconv.Itoa(k.LocalDiskGB) != mib(row["local_disk_gb"]) {
				t.Errorf("%+v, want %v", k, row)
			}
		}
	}
	if unused != unusedShapes {
		t.Errorf("%d shapes are offered nowhere, want %d", unused, unusedShapes)
	}
}

// unusedShapes counts the types that no list of offerings has: x8aedz (8 sizes),
// p5e.48xlarge and trn2.48xlarge.
const unusedShapes = 10

func TestReconcileZonesAndDisks(t *testing.T) {
	all := loadAll(t)
	zones := 0
	for _, row := range readTable(t, "aws_zones.csv") {
		zones++
		if z, ok := all[[2]string{"aws", row["region"]}].Zone(row["zone"]); !ok || z.ID != row["zone_id"] {
			t.Errorf("%v: %+v", row, z)
		}
	}
	for _, row := range readTable(t, "gcp_zones.csv") {
		zones++
		if z, ok := all[[2]string{"gcp", row["region"]}].Zone(row["zone"]); !ok || z.ID != row["zone"] {
			t.Errorf("%v: %+v", row, z)
		}
	}
	carried := 0
	for _, c := range all {
		carried += len(c.Zones)
	}
	if carried != zones || zones != 106+127 {
		t.Errorf("%d zones, %d in the tables", carried, zones)
	}
	local := 0
	for _, row := range readTable(t, "disk_prices.csv") {
		d, ok := all[[2]string{row["provider"], row["region"]}].Disk(row["disk_type"])
		if strings.HasPrefix(row["disk_type"], "local-ssd") {
			local++
			if ok {
				t.Errorf("%v is offered as a disk", row)
			}
			continue
		}
		for _, part := range []struct {
			name string
			got  catalogs.MonthlyPrice
		}{{"gib", d.PerGiB}, {"iops", d.PerIOPS}, {"mibps", d.PerMiBps}} {
			want := units.USD(rate(t, row["usd_per_"+part.name+"_month"]))
			if !ok || part.got.Amount != want || string(part.got.Basis) != row[part.name+"_basis"] || part.got.Source != row[part.name+"_source"] {
				t.Errorf("%v: %s %+v", row, part.name, part.got)
			}
		}
	}
	if local != 128 {
		t.Errorf("%d rows of local disks left out, want 128", local)
	}
}
