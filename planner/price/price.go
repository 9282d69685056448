// Package price adds up what a plan costs, line by line.
//
// Lines hold dollars a month, in billionths, because that is exact for all that
// is sold: an hourly rate times 730 hours is a whole number, and disks are
// priced by the month. Sums of lines are therefore exact, to the cent and far
// below. An hourly figure is derived for each line and rounded up by less than a
// billionth of a dollar, so that it is never understated; the hourly total is
// the sum of the lines' hourly figures, so that they add up for whoever reads
// them.
//
// A price that is not known makes its line unknown, and the total with it. It is
// never zero.
package price

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// Basis says how a price is known; empty is not known.
type Basis string

// The bases, the most trustworthy first.
const (
	Declared  Basis = "declared"
	Listed    Basis = "listed"
	Family    Basis = "family"
	Estimated Basis = "estimated"
	Secondary Basis = "secondary"
	Recalled  Basis = "recalled"
)

// rank orders bases by trust; one that this package does not know is trusted
// least.
func (b Basis) rank() int {
	order := []Basis{Declared, Listed, Family, Estimated, Secondary, Recalled}
	if i := slices.Index(order, b); i >= 0 {
		return i
	}
	return len(order)
}

// Source says how and since when a price is known.
type Source struct {
	Basis Basis
	// Date of the source.
	Date units.Date
}

// With returns the source of a price that rests on two: the less trustworthy
// basis and the older date.
func (s Source) With(t Source) Source {
	if s == (Source{}) {
		return t
	}
	if t.Basis.rank() > s.Basis.rank() {
		s.Basis = t.Basis
	}
	if s.Date.IsZero() || (!t.Date.IsZero() && t.Date < s.Date) {
		s.Date = t.Date
	}
	return s
}

// Hourly is a price by the hour.
type Hourly struct {
	Rate units.USDPerHour
	Source
}

// Monthly is a price by the month.
type Monthly struct {
	Amount units.USD
	Source
}

// Known reports whether the price is known.
func (s Source) Known() bool { return s.Basis != "" }

// Line is one line of the bill.
type Line struct {
	// Path is the address of what is paid for.
	Path string
	// Detail says in words what it is.
	Detail string
	// Source is empty where the price is not known.
	Source
	// PerMonth is exact over 730 hours, and 0 where the price is not known.
	PerMonth units.USD
}

// PerHour returns the hourly figure, rounded up.
func (l Line) PerHour() units.USDPerHour { return l.PerMonth.PerHour() }

// Each returns the line of n things at a price by the hour each.
func Each(path, detail string, n int, p Hourly) Line {
	l := Line{Path: path, Detail: detail}
	if p.Known() {
		l.Source = p.Source
		l.PerMonth = times(times(units.USD(p.Rate), units.HoursPerMonth), n)
	}
	return l
}

// Machines returns the line of n machines of a type. Bought says for which term, and
// of what a spot price is a statistic: "on demand", "spot, mean of 90 days"; empty of
// machines that nobody sells by the hour.
func Machines(path string, n int, instanceType, bought string, p Hourly) Line {
	words := strings.TrimSpace(instanceType + " " + bought)
	return Each(path, fmt.Sprintf("%d x %s", n, words), n, p)
}

// Disk is a network disk.
type Disk struct {
	Size units.Bytes
	// IOPS and MiBps in all; up to what is free they cost nothing.
	IOPS, MiBps int
}

// DiskOffer is what a type of disk costs by the month.
type DiskOffer struct {
	PerGiB, PerIOPS, PerMiBps Monthly
	// FreeIOPS and FreeMiBps come with every disk.
	FreeIOPS, FreeMiBps int
}

// Cost returns what a disk costs by the month, rounded up to the billionth of a
// dollar. It is not known where a part that has to be paid is not; a part of
// which nothing has to be paid does not matter.
func (o DiskOffer) Cost(d Disk) Monthly {
	var sum Monthly
	size := ceilProduct(int64(o.PerGiB.Amount), int64(d.Size), int64(units.GiB))
	parts := []struct {
		price  Monthly
		paid   bool
		amount units.USD
	}{
		{o.PerGiB, d.Size > 0, units.USD(size)},
		{o.PerIOPS, d.IOPS > o.FreeIOPS, times(o.PerIOPS.Amount, max(d.IOPS-o.FreeIOPS, 0))},
		{o.PerMiBps, d.MiBps > o.FreeMiBps, times(o.PerMiBps.Amount, max(d.MiBps-o.FreeMiBps, 0))},
	}
	for _, p := range parts {
		if !p.paid {
			continue
		}
		if !p.price.Known() {
			return Monthly{}
		}
		sum.Amount = plus(sum.Amount, p.amount)
		sum.Source = sum.With(p.price.Source)
	}
	return sum
}

// Disks returns the line of n disks at a price by the month each.
func Disks(path, detail string, n int, p Monthly) Line {
	l := Line{Path: path, Detail: detail}
	if p.Known() {
		l.Source = p.Source
		l.PerMonth = times(p.Amount, n)
	}
	return l
}

// Bill is lines and their sums.
type Bill struct {
	// Lines are sorted by path, then detail.
	Lines []Line
	// KnownPerMonth and KnownPerHour add up the lines that are known: the first
	// exactly, the second from their hourly figures.
	KnownPerMonth units.USD
	KnownPerHour  units.USDPerHour
	// Complete: every line is known, so that the sums are the totals.
	Complete bool
}

// Sum adds up lines. It does not change them.
func Sum(lines []Line) Bill {
	b := Bill{Lines: slices.Clone(lines), Complete: true}
	slices.SortStableFunc(b.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Detail, b.Detail))
	})
	for _, l := range b.Lines {
		if !l.Known() {
			b.Complete = false
			continue
		}
		b.KnownPerMonth = plus(b.KnownPerMonth, l.PerMonth)
		b.KnownPerHour = plus(b.KnownPerHour, l.PerHour())
	}
	return b
}

// Unknown returns the lines whose price is not known, in order.
func (b Bill) Unknown() []Line {
	var unknown []Line
	for _, l := range b.Lines {
		if !l.Known() {
			unknown = append(unknown, l)
		}
	}
	return unknown
}

// BasisCount is how many lines rest on a basis.
type BasisCount struct {
	Basis Basis
	Lines int
}

// Bases counts the lines by basis, the most trustworthy first and the unknown
// last. Bases without a line are left out.
func (b Bill) Bases() []BasisCount {
	var counts []BasisCount
	for _, l := range b.Lines {
		i := slices.IndexFunc(counts, func(c BasisCount) bool { return c.Basis == l.Basis })
		if i < 0 {
			i = len(counts)
			counts = append(counts, BasisCount{Basis: l.Basis})
		}
		counts[i].Lines++
	}
	slices.SortFunc(counts, func(a, b BasisCount) int {
		return cmp.Or(cmp.Compare(a.Basis.rank(), b.Basis.rank()), -cmp.Compare(a.Basis, b.Basis))
	})
	return counts
}

// times and plus stop at the largest amount instead of turning negative.

func times[T ~int64](amount T, n int) T { return T(ceilProduct(int64(amount), int64(n), 1)) }

func plus[T ~int64](a, b T) T {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// ceilProduct returns a x b / c rounded up, at most the largest int64. None may
// be negative, and c must not be 0.
func ceilProduct(a, b, c int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return math.MaxInt64
	}
	q, r := bits.Div64(hi, lo, uint64(c))
	if r > 0 {
		q++
	}
	if q > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(q)
}
