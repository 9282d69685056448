package price_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/price"
	"github.com/scantling-dev/scantling/planner/units"
)

func listed(date units.Date) price.Source { return price.Source{Basis: price.Listed, Date: date} }

func hourly(rate units.USDPerHour) price.Hourly {
	return price.Hourly{Rate: rate, Source: listed("2026-11-01")}
}

// gp3 in us-east-1: $0.08 a GiB, $0.005 an IOPS above 3000, $0.04 a MiB/s above
// 125 (recalled).
func gp3() price.DiskOffer {
	return price.DiskOffer{
		PerGiB:   price.Monthly{Amount: 80_000_000, Source: listed("2026-11-01")},
		PerIOPS:  price.Monthly{Amount: 5_000_000, Source: listed("2026-10-01")},
		PerMiBps: price.Monthly{Amount: 40_000_000, Source: price.Source{Basis: price.Recalled, Date: "2026-11-20"}},
		FreeIOPS: 3000, FreeMiBps: 125,
	}
}

func TestDiskCost(t *testing.T) {
	noIOPS := gp3()
	noIOPS.PerIOPS = price.Monthly{}
	tests := map[string]struct {
		offer price.DiskOffer
		disk  price.Disk
		want  price.Monthly
	}{
		"size alone":       {gp3(), price.Disk{Size: 50 * units.GiB}, price.Monthly{Amount: 4 * units.Dollar, Source: listed("2026-11-01")}},
		"up to free":       {gp3(), price.Disk{Size: 50 * units.GiB, IOPS: 3000, MiBps: 125}, price.Monthly{Amount: 4 * units.Dollar, Source: listed("2026-11-01")}},
		"IOPS, older date": {gp3(), price.Disk{Size: 50 * units.GiB, IOPS: 4000}, price.Monthly{Amount: 9 * units.Dollar, Source: listed("2026-10-01")}},
		"throughput, less trustworthy": {
			gp3(),
			price.Disk{Size: 50 * units.GiB, MiBps: 250},
			price.Monthly{Amount: 9 * units.Dollar, Source: price.Source{Basis: price.Recalled, Date: "2026-11-01"}},
		},
		"a part not known and not paid": {noIOPS, price.Disk{Size: 50 * units.GiB, IOPS: 3000}, price.Monthly{Amount: 4 * units.Dollar, Source: listed("2026-11-01")}},
		"a part not known":              {noIOPS, price.Disk{Size: 50 * units.GiB, IOPS: 3001}, price.Monthly{}},
		"nothing known":                 {price.DiskOffer{}, price.Disk{Size: units.GiB}, price.Monthly{}},
		"part of a GiB rounds up":       {gp3(), price.Disk{Size: 1}, price.Monthly{Amount: 1, Source: listed("2026-11-01")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.offer.Cost(test.disk); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// 3 x m5.xlarge and 3 x 40 GiB of gp3 are $420.48 and $9.60 a month; the fee of
// EKS is $73.00.
func TestBill(t *testing.T) {
	disk := gp3().Cost(price.Disk{Size: 40 * units.GiB})
	lines := []price.Line{
		price.Disks("node_group.web.root_disks", "3 x 40 GiB gp3", 3, disk),
		price.Machines("node_group.web.nodes", 3, "m5.xlarge", "on demand", hourly(192_000_000)),
		price.Each("control_plane.fee", "standard support", 1, hourly(100_000_000)),
	}
	before := slices.Clone(lines)
	b := price.Sum(lines)
	if !slices.Equal(lines, before) {
		t.Error("Sum changed its lines")
	}
	want := []struct {
		path, detail string
		month        units.USD
		hour         units.USDPerHour
	}{
		{"control_plane.fee", "standard support", 73 * units.Dollar, 100_000_000},
		{"node_group.web.nodes", "3 x m5.xlarge on demand", 420_480_000_000, 576_000_000},
		{"node_group.web.root_disks", "3 x 40 GiB gp3", 9_600_000_000, 13_150_685}, // 9.6 / 730 = 0.0131506849...
	}
	for i, w := range want {
		l := b.Lines[i]
		if l.Path != w.path || l.Detail != w.detail || l.PerMonth != w.month || l.PerHour() != w.hour || !l.Known() {
			t.Errorf("line %d is %+v, %d an hour, want %+v", i, l, l.PerHour(), w)
		}
	}
	if !b.Complete || b.KnownPerMonth != 503_080_000_000 || b.KnownPerHour != 689_150_685 {
		t.Errorf("got %d a month, %d an hour, complete %t", b.KnownPerMonth, b.KnownPerHour, b.Complete)
	}
	if len(b.Unknown()) != 0 {
		t.Errorf("unknown: %+v", b.Unknown())
	}
}

func TestUnknownIsNeverZero(t *testing.T) {
	b := price.Sum([]price.Line{
		price.Machines("node_group.b.nodes", 2, "x9.large", "on demand", price.Hourly{Rate: 5}),
		price.Machines("node_group.a.nodes", 2, "m5.large", "spot, mean of 90 days", price.Hourly{Rate: 30_000_000, Source: price.Source{Basis: price.Family, Date: "2026-11-01"}}),
		price.Disks("node_group.b.root_disks", "2 x 50 GiB gp9", 2, price.Monthly{}),
	})
	if b.Complete || b.KnownPerMonth != 43_800_000_000 || b.KnownPerHour != 60_000_000 {
		t.Errorf("got %d a month, %d an hour, complete %t", b.KnownPerMonth, b.KnownPerHour, b.Complete)
	}
	if got := b.Lines[0].Detail; got != "2 x m5.large spot, mean of 90 days" {
		t.Errorf("got %q", got)
	}
	unknown := b.Unknown()
	if len(unknown) != 2 || unknown[0].Path != "node_group.b.nodes" || unknown[1].Path != "node_group.b.root_disks" || unknown[0].PerMonth != 0 {
		t.Errorf("unknown: %+v", unknown)
	}
	want := []price.BasisCount{{Basis: price.Family, Lines: 1}, {Basis: "", Lines: 2}}
	if got := b.Bases(); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if empty := price.Sum(nil); !empty.Complete || empty.KnownPerMonth != 0 {
		t.Errorf("no lines: %+v", empty)
	}
}

func TestBasesAreOrderedByTrust(t *testing.T) {
	var lines []price.Line
	for _, basis := range []price.Basis{"", price.Recalled, "hearsay", price.Secondary, price.Estimated, price.Family, price.Listed, price.Listed} {
		lines = append(lines, price.Line{Source: price.Source{Basis: basis}})
	}
	var got []price.Basis
	for _, c := range price.Sum(lines).Bases() {
		got = append(got, c.Basis)
	}
	want := []price.Basis{price.Listed, price.Family, price.Estimated, price.Secondary, price.Recalled, "hearsay", ""}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Against exact arithmetic: a month is exact, an hour is at most a billionth
// above and never below, the lines add up, and order does not matter.
func TestBillProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	for range 500 {
		var lines []price.Line
		exact := new(big.Rat)
		for range r.IntN(8) {
			n := r.IntN(500)
			if r.IntN(2) == 0 {
				rate := r.Int64N(50_000_000_000)
				lines = append(lines, price.Each("a", "", n, hourly(units.USDPerHour(rate))))
				exact.Add(exact, big.NewRat(rate*730*int64(n), 1))
				continue
			}
			gib, iops := r.IntN(4000), r.IntN(9000)
			lines = append(lines, price.Disks("b", "", n, gp3().Cost(price.Disk{Size: units.Bytes(gib+1) * units.GiB, IOPS: iops})))
			each := int64(gib+1)*80_000_000 + int64(max(iops-3000, 0))*5_000_000
			exact.Add(exact, big.NewRat(each*int64(n), 1))
		}
		b := price.Sum(lines)
		if exact.Cmp(big.NewRat(int64(b.KnownPerMonth), 1)) != 0 {
			t.Fatalf("%d a month, exactly %v", b.KnownPerMonth, exact)
		}
		over := int64(b.KnownPerHour)*730 - int64(b.KnownPerMonth)
		if over < 0 || over >= 730*int64(max(len(lines), 1)) {
			t.Fatalf("%d an hour for %d a month", b.KnownPerHour, b.KnownPerMonth)
		}
		var sum units.USDPerHour
		for _, l := range b.Lines {
			sum += l.PerHour()
		}
		if sum != b.KnownPerHour {
			t.Fatalf("the lines add up to %d, the bill says %d", sum, b.KnownPerHour)
		}
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		if again := price.Sum(lines); again.KnownPerMonth != b.KnownPerMonth || again.KnownPerHour != b.KnownPerHour {
			t.Fatal("another order gives another bill")
		}
	}
}

func TestHugeAmountsStop(t *testing.T) {
	l := price.Each("a", "", math.MaxInt, hourly(units.DollarPerHour))
	b := price.Sum([]price.Line{l, l})
	if l.PerMonth != math.MaxInt64 || b.KnownPerMonth != math.MaxInt64 || b.KnownPerHour <= 0 {
		t.Errorf("got %d, %d a month, %d an hour", l.PerMonth, b.KnownPerMonth, b.KnownPerHour)
	}
}
