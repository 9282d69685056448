package catalogs_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// later is small a month on. By hand: m5.large falls from 0.096 to 0.072 on demand, a
// quarter, 0.024 an hour; its spot price rises from 0.033600001 to 0.0504000015, a half;
// a commitment goes and another comes; t4g.micro costs the same and is listed now;
// the fee rises by a tenth, gp3 by 5% of 8 cents a month; g5.xlarge is no longer sold,
// z1d.large is; m5.metal has other memory; a zone and a version come.
func later() catalogs.Catalog {
	c := small()
	for i := range c.Types {
		t := &c.Types[i]
		t.Commitments = slices.Clone(t.Commitments)
		for _, p := range []*catalogs.Price{&t.OnDemand, &t.Spot} {
			if p.Known() {
				p.Date = "2026-12-20"
			}
		}
		switch t.Name {
		case "m5.large":
			t.OnDemand.Rate, t.Spot.Rate = 72_000_000, 50_400_002
			t.Commitments[0].Payment = "all-upfront"
		case "m5.metal":
			t.Memory = 512 * units.GiB
		case "t4g.micro":
			t.OnDemand.Basis = catalogs.Listed
		}
	}
	c.Types = append(c.Types[1:], catalogs.InstanceType{Name: "z1d.large", Family: "z1d", Generation: 1, Architecture: catalogs.AMD64, VCPUs: 2, Memory: 16 * units.GiB})
	c.Fees = slices.Clone(c.Fees)
	c.Fees[0].Price.Rate = 110_000_000
	c.Disks = slices.Clone(c.Disks)
	c.Disks[0].PerGiB.Amount = 84_000_000
	c.Zones = append(slices.Clone(c.Zones), catalogs.Zone{Name: "us-test-1c", ID: "ust1-az3"})
	c.Versions = append(slices.Clone(c.Versions), catalogs.Version{Minor: "1.99"})
	c.Date, c.Source = "2026-12-20", "another"
	return c
}

func sealed(t *testing.T, c catalogs.Catalog) *catalogs.Catalog {
	t.Helper()
	out, _, err := catalogs.Seal(c)
	if err != nil {
		t.Fatal(err)
	}
	return &out
}

func TestCompare(t *testing.T) {
	d := catalogs.Compare(sealed(t, small()), sealed(t, later()))
	type move struct {
		of, name, term string
		old, now       units.USDPerHour
		change         units.Ratio
	}
	want := []move{
		{"type", "m5.large", "on_demand", 96_000_000, 72_000_000, -250_000},
		{"type", "m5.large", "spot", 33_600_001, 50_400_002, 500_000},
		{"fee", "standard", "fee", 100_000_000, 110_000_000, 100_000},
		{"disk", "gp3", "gib_month", 80_000_000, 84_000_000, 50_000},
		{"type", "t4g.micro", "on_demand", 8_400_000, 8_400_000, 0}, // the basis alone
		{"type", "m5.large", "reserved 1y all-upfront", 0, 60_000_000, 0},
		{"type", "m5.large", "reserved 1y no-upfront", 60_000_000, 0, 0},
	}
	var got []move
	for i := range d.Prices {
		p := &d.Prices[i]
		got = append(got, move{p.Of, p.Name, p.Term, p.Old.Rate, p.New.Rate, p.Change})
	}
	if !slices.Equal(got, want) {
		t.Errorf("prices:\n%+v, want\n%+v", got, want)
	}
	for title, tc := range map[string]struct {
		rows []catalogs.RowChange
		want []string
	}{
		"types":    {d.Types, []string{"gone g5.xlarge", "changed m5.metal memory_bytes 412316860416 549755813888", "new z1d.large"}},
		"zones":    {d.Zones, []string{"new us-test-1c"}},
		"versions": {d.Versions, []string{"new 1.99"}},
		"disks":    {d.Disks, nil},
		"fees":     {d.Fees, nil},
	} {
		var got []string
		for _, r := range tc.rows {
			words := string(r.Kind) + " " + r.Name
			for _, f := range r.Fields {
				words += " " + f.Name + " " + f.Old + " " + f.New
			}
			got = append(got, words)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", title, got, tc.want)
		}
	}
	terms := []catalogs.TermMoves{
		{Term: "on_demand", Down: 1, Fall: -250_000, Basis: 1},
		{Term: "spot", Up: 1, Rise: 500_000},
		{Term: "fee", Up: 1, Rise: 100_000},
		{Term: "gib_month", Up: 1, Rise: 50_000},
		{Term: "reserved 1y all-upfront", Learned: 1},
		{Term: "reserved 1y no-upfront", Lost: 1},
	}
	if got := d.Terms(); !slices.Equal(got, terms) {
		t.Errorf("terms:\n%+v, want\n%+v", got, terms)
	}
	if n := d.Moves(catalogs.TermOnDemand); n != 1 {
		t.Errorf("%d prices on demand moved, want 1", n)
	}
}

// What goes one way comes back the other, and a catalog is the same as itself a month
// later.
func TestCompareBothWays(t *testing.T) {
	old, now := sealed(t, small()), sealed(t, later())
	there, back := catalogs.Compare(old, now), catalogs.Compare(now, old)
	for _, kind := range [][2]catalogs.ChangeKind{{catalogs.Gone, catalogs.Added}, {catalogs.Changed, catalogs.Changed}, {catalogs.Added, catalogs.Gone}} {
		if a, b := catalogs.CountOf(there.Types, kind[0]), catalogs.CountOf(back.Types, kind[1]); a != b || a != 1 {
			t.Errorf("%d types are %s there, %d %s back, want 1", a, kind[0], b, kind[1])
		}
	}
	if len(there.Prices) != len(back.Prices) {
		t.Errorf("%d prices there, %d back", len(there.Prices), len(back.Prices))
	}
	dated := small()
	dated.Date, dated.Source = "2026-12-24", "another"
	dated.Types[2].OnDemand.Date = "2026-12-24"
	if d := catalogs.Compare(old, sealed(t, dated)); !d.Empty() {
		t.Errorf("a day later %+v differs", d)
	}
}
