package generate_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/snapshot/generate"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	sources   = "../../../catalogs/sources"
	committed = "../../../catalogs/snapshot/data"
)

// tree returns the files of a folder: packed catalogs unpacked, since another
// version of the compressor may pack them otherwise.
func tree(t *testing.T, dir string, unpack bool) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if unpack && strings.HasSuffix(path, generate.Extension) {
			if content, err = catalogs.Decompress(content); err != nil {
				return err
			}
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCommittedFilesAreCurrent(t *testing.T) {
	result, err := generate.Catalogs(os.DirFS(sources))
	if err != nil {
		t.Fatal(err)
	}
	one, two := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, two} {
		if n, err := generate.Write(dir, result.Catalogs); err != nil || n != len(result.Catalogs)+1 {
			t.Fatalf("wrote %d files, want %d (%v)", n, len(result.Catalogs)+1, err)
		}
	}
	if !reflect.DeepEqual(tree(t, one, false), tree(t, two, false)) {
		t.Error("two runs differ")
	}
	if n, err := generate.Write(one, result.Catalogs); err != nil || n != 0 {
		t.Errorf("a second run changed %d files (%v)", n, err)
	}
	got, want := tree(t, committed, true), tree(t, one, true)
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is not what catalogs/sources give; run go generate ./catalogs/snapshot", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is left over; run go generate ./catalogs/snapshot", name)
		}
	}
}

func TestExclusions(t *testing.T) {
	result, err := generate.Catalogs(os.DirFS(sources))
	if err != nil {
		t.Fatal(err)
	}
	want := []generate.Exclusion{
		{File: "aws_instance_types.csv", Rows: 10, Reason: "no region is known to offer the type"},
		{
			File: "aws_spot.csv", Rows: 1434,
			Reason: "no on-demand price to take the saving from: the spot price is not known, the interruption band is kept",
		},
		{
			File: "aws_spot.csv", Rows: 70,
			Reason: "spot was not below on-demand: the spot price is not known, the interruption band is kept",
		},
		{
			File: "disk_prices.csv", Rows: 128,
			Reason: "a local SSD belongs to a machine; it is not a disk that a node group chooses",
		},
	}
	if !reflect.DeepEqual(result.Excluded, want) {
		t.Errorf("left out:\n%+v\nwant\n%+v", result.Excluded, want)
	}
}

func TestWriteRemovesWhatIsLeftOver(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "aws", "us-gone-1"+generate.Extension)
	if err := os.MkdirAll(filepath.Dir(stale), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stale, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	result := build(t, tables())
	if n, err := generate.Write(dir, result.Catalogs); err != nil || n != 4 { // two catalogs, the index, the old file
		t.Errorf("changed %d files (%v)", n, err)
	}
	files := tree(t, dir, true)
	if len(files) != 3 || files["aws/us-gone-1"+generate.Extension] != "" {
		t.Errorf("%d files", len(files))
	}
	if !bytes.Contains([]byte(files[generate.IndexFile]), []byte(`"as_of": "2026-11-20"`)) {
		t.Errorf("index:\n%s", files[generate.IndexFile])
	}
}

// tables is a small set of sources: two regions, of which the second has an
// estimate, no zones and no disk prices.
func tables() fstest.MapFS {
	files := map[string]string{
		"collected.csv": "date\n2026-11-20\n",
		"sources.csv": `tag,date,origin,commit,licence,gives
cyclenerd-2026-08,2026-08-17,o,c,l,g
cyclenerd-machine-types-2026-03,2026-03-22,o,c,l,g
ec2-user-guide-2023-05,2023-05-11,o,c,l,g
eks-ami-2026-07,2026-07-23,o,c,l,g
endoflife-2026-08,2026-08-22,o,c,l,g
google-regions-zones,2026-11-20,o,c,l,g
karpenter-2026-08,2026-08-21,o,c,l,g
kubernetes-1.37,2026-08-26,o,c,l,g
netflix-2026-06,2026-06-09,o,c,l,g
new-list,2026-07-20,o,c,l,g
old-list,2022-05-22,o,c,l,g
sibling-ratio,,o,,,g
sparecores-2026-01,2026-01-31,o,c,l,g
spot-advisor-2025-06,2025-06-28,o,c,l,g
vantage-2026-07,2026-07-20,o,c,l,g
`,
		"aws_zones.csv": "region,zone,zone_id\nus-one-1,us-one-1b,uso1-az1\nus-one-1,us-one-1a,uso1-az2\n",
		"aws_instance_types.csv": `instance_type,family,generation,arch,vcpus,memory_mib,measured_memory_mib,enis,ipv4_per_eni,max_pods,network_baseline_mbps,ebs_max_mbps,local_disk_gb,gpus,gpu_name,gpu_memory_mib_each,accelerators,accelerator_name,hypervisor,burstable,flex,metal,previous_generation
m5.large,m5,5,amd64,2,8192,7800,3,10,29,750,4750,,,,,,,nitro,,,,
t3.large,t3,3,amd64,2,8192,,3,12,35,512,2780,,,,,,,nitro,true,,,
`,
		"aws_burstable.csv": "instance_type,baseline_pct_per_vcpu\nt3.large,30\n",
		"aws_prices.csv": `region,instance_type,usd_per_hour,basis,source
us-one-1,t3.large,0.0832,family,new-list
us-one-1,m5.large,0.096,listed,new-list
us-two-1,m5.large,0.1,listed,old-list
us-two-1,t3.large,0.0833333333,estimated,sibling-ratio
`,
		"aws_spot.csv": `region,instance_type,savings_pct,interruption_pct_per_month
us-one-1,m5.large,33,0-5
us-two-1,m5.large,0,20+
`,
		"aws_commitments.csv":   "region,instance_type,term_years,payment,usd_per_hour\nus-one-1,m5.large,3,all-upfront,0.04\n",
		"gcp_offerings.csv":     "region,instance_type\n",
		"gcp_zones.csv":         "region,zone\n",
		"gcp_machine_types.csv": "instance_type,family,arch,vcpus,baseline_millicpu,memory_mib,network_max_mbps,local_disk_gb,gpus_milli,gpu_name,shared_core,metal,deprecated\n",
		"gcp_prices.csv":        "region,instance_type,usd_per_hour,spot_usd_per_hour,cud_1y_usd_per_hour,cud_3y_usd_per_hour\n",
		"disk_types.csv":        "provider,disk_type,kind,every_region,free_iops,free_mibps,iops_per_gib,mibps_per_gib,max_iops,max_mibps,min_gib,max_gib,note\naws,gp3,network,true,3000,125,500,,16000,1000,1,16384,n\naws,st1,network,,,,,0.0390625,500,500,125,16384,\n",
		"disk_prices.csv":       "provider,region,disk_type,usd_per_gib_month,gib_basis,gib_source,usd_per_iops_month,iops_basis,iops_source,usd_per_mibps_month,mibps_basis,mibps_source\naws,us-one-1,gp3,0.08,listed,new-list,,,,0.04,recalled,old-list\naws,us-one-1,st1,0.045,secondary,old-list,,,,,,\n",
		"fees.csv":              "provider,tier,usd_per_hour,basis,source,note\naws,standard,0.10,listed,new-list,\n",
		"versions.csv":          "minor,upstream_release,upstream_end,eks_release,eks_standard_end,eks_extended_end,gke_release,gke_standard_end\n1.36,2026-04-22,2027-06-28,2026-06-02,2027-08-02,2028-08-02,2026-06-09,2027-08-09\n",
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func build(t *testing.T, fsys fs.FS) generate.Result {
	t.Helper()
	result, err := generate.Catalogs(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestSmallTables(t *testing.T) {
	result := build(t, tables())
	if len(result.Catalogs) != 2 {
		t.Fatalf("%d catalogs", len(result.Catalogs))
	}
	one, two := result.Catalogs[0], result.Catalogs[1]
	if one.Region != "us-one-1" || one.Zones[0].Name != "us-one-1a" || one.Types[0].Name != "m5.large" || one.SHA256 == "" {
		t.Errorf("us-one-1: %+v", one)
	}
	// 0.096 an hour less 33% = 0.06432.
	if got := one.Types[0].Spot.Rate; got != 64_320_000 {
		t.Errorf("spot %d", got)
	}
	if got := one.Types[1]; got.BaselineCPU != 600 || got.OnDemand.Basis != catalogs.Family || got.OnDemand.Date != "2026-07-20" {
		t.Errorf("t3.large: %+v", got)
	}
	// Spot at the price of on-demand is a gap; the band is known all the same.
	if got := two.Types[0]; got.Spot.Known() || got.Interruption != "20+" || len(got.Commitments) != 0 {
		t.Errorf("m5.large in us-two-1: %+v", got)
	}
	// Ten decimals round up; the date is that of the region's oldest list price.
	want := catalogs.Price{Rate: 83_333_334, Basis: catalogs.Estimated, Date: "2022-05-22", Source: "sibling-ratio"}
	if got := two.Types[1].OnDemand; got != want {
		t.Errorf("t3.large in us-two-1: %+v, want %+v", got, want)
	}
	gp3, _ := two.Disk("gp3")
	if gp3.PerGiB.Known() || gp3.FreeIOPS != 3000 || gp3.MaxSize != 16*units.TiB {
		t.Errorf("gp3 in us-two-1 borrows a price or has no limits: %+v", gp3)
	}
	if _, ok := two.Disk("st1"); ok {
		t.Error("st1 in us-two-1, where no row has it")
	}
	if got, _ := one.Disk("st1"); got.MiBpsPerGiB != 39062 {
		t.Errorf("st1: %+v", got)
	}
}

func TestWrongTables(t *testing.T) {
	tests := map[string]struct {
		file, old, new string
		want           string
	}{
		"a missing column":         {"fees.csv", "tier,", "level,", "the first line must name the columns"},
		"an empty file":            {"fees.csv", tableOf("fees.csv"), "", "the first line must name the columns"},
		"a ragged row":             {"fees.csv", "0.10,", "", "wrong number of fields"},
		"a price of zero":          {"aws_prices.csv", "0.096", "0.0", "usd_per_hour is zero"},
		"a negative price":         {"aws_prices.csv", "0.096", "-0.096", `"-0.096" is not a decimal number`},
		"no price":                 {"aws_prices.csv", "0.096", "", "no price"},
		"a price twice":            {"aws_prices.csv", "us-one-1,t3.large", "us-one-1,m5.large", "m5.large in us-one-1 twice"},
		"an unknown type":          {"aws_prices.csv", "us-one-1,m5.large", "us-one-1,m5.huge", `type "m5.huge" has no shape`},
		"an unknown basis":         {"aws_prices.csv", "family", "guess", `"guess" is not a basis`},
		"an unknown source":        {"aws_prices.csv", "family,new-list", "family,hearsay", `source "hearsay" is not in sources.csv`},
		"an estimate alone":        {"aws_prices.csv", "us-two-1,m5.large,0.1,listed", "us-two-1,m5.large,0.1,family", "an estimate in a region without a list price"},
		"pods that ENIs deny":      {"aws_instance_types.csv", ",3,10,29,", ",3,10,30,", "3 ENIs of 10 addresses do not give 30 pods"},
		"a flag in words":          {"aws_instance_types.csv", "nitro,true", "nitro,yes", `"yes" is not true or empty`},
		"a baseline of no burst":   {"aws_burstable.csv", "t3.large", "m5.large", `"m5.large" is not a burstable type`},
		"a saving of everything":   {"aws_spot.csv", ",33,", ",100,", "a saving of 100%"},
		"a dear commitment":        {"aws_commitments.csv", "0.04", "0.4", "a commitment is dearer than on-demand"},
		"a commitment nowhere":     {"aws_commitments.csv", "us-one-1", "us-six-1", "m5.large is not offered in us-six-1"},
		"a disk of another kind":   {"disk_prices.csv", ",gp3,", ",gp9,", "disk type aws/gp9 is not in disk_types.csv"},
		"a fee of nobody":          {"fees.csv", "aws", "azure", `provider "azure" has no region`},
		"a date that is none":      {"versions.csv", "2026-04-22", "2026-04-31", `"2026-04-31" is not a date`},
		"a source twice":           {"sources.csv", "old-list", "new-list", "source new-list twice"},
		"no day of collection":     {"collected.csv", "2026-11-20", "", "one date is wanted"},
		"a price after that day":   {"sources.csv", "new-list,2026-07-20", "new-list,2026-11-21", "after the catalog"},
		"half an operating system": {"aws_instance_types.csv", ",7800,", ",8200,", "measured memory is more than the nominal"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tables()
			text := string(fsys[tt.file].Data)
			changed := strings.Replace(text, tt.old, tt.new, 1)
			if changed == text {
				t.Fatalf("%q is not in %s", tt.old, tt.file)
			}
			fsys[tt.file].Data = []byte(changed)
			_, err := generate.Catalogs(fsys)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want … %s", err, tt.want)
			}
		})
	}
	for name := range tables() {
		fsys := tables()
		delete(fsys, name)
		if _, err := generate.Catalogs(fsys); err == nil {
			t.Errorf("no error without %s", name)
		}
	}
}

func tableOf(name string) string { return string(tables()[name].Data) }
