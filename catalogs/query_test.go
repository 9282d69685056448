package catalogs_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

func names(types []catalogs.InstanceType) string {
	var list []string
	for _, t := range types {
		list = append(list, t.Name)
	}
	return strings.Join(list, " ")
}

func TestLookups(t *testing.T) {
	c := small()
	for _, want := range c.Types {
		if got, ok := c.Type(want.Name); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("Type(%q) = %+v, %v", want.Name, got, ok)
		}
	}
	if got, ok := c.Zone("us-test-1b"); !ok || got.ID != "ust1-az1" {
		t.Errorf("zone by name: %+v, %v", got, ok)
	}
	if got, ok := c.Zone("ust1-az1"); !ok || got.Name != "us-test-1b" {
		t.Errorf("zone by id: %+v, %v", got, ok)
	}
	if got, ok := c.Version("1.10"); !ok || got.UpstreamRelease != "2018-03-26" {
		t.Errorf("version: %+v, %v", got, ok)
	}
	if got, ok := c.Fee("standard"); !ok || got.Price.Rate != units.DollarPerHour/10 {
		t.Errorf("fee: %+v, %v", got, ok)
	}
	if got, ok := c.Disk("gp3"); !ok || got.FreeIOPS != 3000 {
		t.Errorf("disk: %+v, %v", got, ok)
	}
	if got, ok := c.SourceOf("list"); !ok || got.Commit != "1d92708" {
		t.Errorf("source: %+v, %v", got, ok)
	}
}

func TestLookupsOfWhatIsNotThere(t *testing.T) {
	c := small()
	c.Zones = append(c.Zones, catalogs.Zone{Name: "us-test-1c"}) // without an id
	_, byType := c.Type("m5")
	_, byZone := c.Zone("us-test-1d")
	_, byEmptyID := c.Zone("")
	_, byVersion := c.Version("1.1")
	_, byFee := c.Fee("")
	_, byDisk := c.Disk("gp2")
	_, bySource := c.SourceOf("")
	if byType || byZone || byEmptyID || byVersion || byFee || byDisk || bySource {
		t.Error(byType, byZone, byEmptyID, byVersion, byFee, byDisk, bySource)
	}
}

func TestClasses(t *testing.T) {
	want := map[string][]catalogs.Class{
		"g5.xlarge":   {catalogs.ClassGPU},
		"inf2.xlarge": {catalogs.ClassFlex, catalogs.ClassGPU, catalogs.ClassPreviousGeneration},
		"m5.large":    nil,
		"m5.metal":    {catalogs.ClassMetal},
		"t4g.micro":   {catalogs.ClassBurstable},
	}
	for _, k := range small().Types {
		got := catalogs.Classes(k)
		if !slices.Equal(got, want[k.Name]) {
			t.Errorf("classes of %s: %v, want %v", k.Name, got, want[k.Name])
		}
		for _, class := range got {
			if !slices.Contains(catalogs.AllClasses(), class) {
				t.Errorf("%s is not among all classes", class)
			}
		}
	}
}

func TestMatch(t *testing.T) {
	tests := []struct {
		glob, name string
		want       bool
	}{
		{"m7g", "m7g", true},
		{"m7g", "m7gd", false},
		{"c7*", "c7g", true},
		{"c7*", "c7", true},
		{"c7*", "c6g", false},
		{"*", "", true},
		{"", "", true},
		{"", "m5", false},
		{"*.large", "m5.large", true},
		{"*.large", "m5.xlarge", false},
		{"*large", "m5.xlarge", true},
		{"m?i.*", "m7i.large", true},
		{"m?i.*", "m7i-flex.large", false},
		{"m*-*.large", "m7i-flex.large", true},
		{"*a*b", "aab", true},
		{"*a*b", "aba", false},
		{"**x**", "x", true},
		{"m[57]", "m5", false}, // brackets stand for themselves
		{"m5?", "m5", false},
	}
	for _, tt := range tests {
		if got := catalogs.Match(tt.glob, tt.name); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.glob, tt.name, got)
		}
	}
}

func TestSelect(t *testing.T) {
	tests := map[string]struct {
		filter catalogs.Filter
		want   string
	}{
		"all":           {catalogs.Filter{}, "g5.xlarge inf2.xlarge m5.large m5.metal t4g.micro"},
		"families":      {catalogs.Filter{Families: []string{"m*", "t4g"}}, "m5.large m5.metal t4g.micro"},
		"types":         {catalogs.Filter{Types: []string{"*.xlarge"}}, "g5.xlarge inf2.xlarge"},
		"exclude":       {catalogs.Filter{Families: []string{"m*"}, Exclude: []string{"*.metal"}}, "m5.large"},
		"architecture":  {catalogs.Filter{Architectures: []string{"arm64"}}, "t4g.micro"},
		"class":         {catalogs.Filter{Classes: []catalogs.Class{catalogs.ClassGPU}}, "g5.xlarge inf2.xlarge"},
		"no class":      {catalogs.Filter{ExcludeClasses: catalogs.AllClasses()}, "m5.large"},
		"vCPUs":         {catalogs.Filter{MinVCPUs: 4, MaxVCPUs: 4}, "g5.xlarge inf2.xlarge"},
		"memory":        {catalogs.Filter{MinMemory: 8 * units.GiB, MaxMemory: 16 * units.GiB}, "g5.xlarge inf2.xlarge m5.large"},
		"priced":        {catalogs.Filter{Priced: true}, "m5.large t4g.micro"},
		"nothing":       {catalogs.Filter{Families: []string{"z*"}}, ""},
		"all must hold": {catalogs.Filter{Families: []string{"m5"}, MaxVCPUs: 8, Priced: true}, "m5.large"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := names(small().Select(tt.filter)); got != tt.want {
				t.Errorf("selected %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFamilies(t *testing.T) {
	if got, want := small().Families(), []string{"g5", "inf2", "m5", "t4g"}; !slices.Equal(got, want) {
		t.Errorf("families %v, want %v", got, want)
	}
}

func TestSubset(t *testing.T) {
	whole, _, err := catalogs.Seal(small())
	if err != nil {
		t.Fatal(err)
	}
	part, err := whole.Subset([]string{"t4g.micro", "m5.large", "t4g.micro"})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(part.Types); got != "m5.large t4g.micro" {
		t.Errorf("types %q", got)
	}
	if part.SHA256 != "" || len(part.Disks) != len(whole.Disks) || len(whole.Types) != 5 {
		t.Errorf("subset %+v of %+v", part, whole)
	}
	sealed, _, err := catalogs.Seal(part)
	if err != nil || sealed.SHA256 == whole.SHA256 {
		t.Errorf("digest %s of the part, %s of the whole (%v)", sealed.SHA256, whole.SHA256, err)
	}
	if _, err := whole.Subset([]string{"m5.small"}); err == nil || !strings.Contains(err.Error(), `no type "m5.small"`) {
		t.Errorf("error %v", err)
	}
}

func TestSummarize(t *testing.T) {
	want := catalogs.Summary{
		Provider: "aws", Region: "us-test-1", Source: "test", Date: "2026-11-20",
		Zones: 2, Types: 5, Committed: 2, Disks: 2, DisksPriced: 1,
		OnDemand:    catalogs.BasisCounts{Listed: 1, Family: 1, Unknown: 3},
		Spot:        catalogs.BasisCounts{Estimated: 1, Unknown: 4},
		OldestPrice: "2026-07-01", NewestPrice: "2026-07-20",
	}
	c := small()
	c.Types[4].OnDemand.Date = "2026-07-01"
	got := c.Summarize()
	if got != want {
		t.Errorf("summary %+v, want %+v", got, want)
	}
	if got.OnDemand.Known() != 2 {
		t.Errorf("%d known", got.OnDemand.Known())
	}
}

func ExampleCatalog_Select() {
	c := small()
	for _, t := range c.Select(catalogs.Filter{Families: []string{"m5", "t4g"}, Priced: true}) {
		fmt.Println(t.Name, t.OnDemand.Basis, catalogs.Classes(t))
	}
	// Output:
	// m5.large listed []
	// t4g.micro family [burstable]
}
