package commit

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// Usage is what runs in an hour of one type of machine.
type Usage struct {
	// Name and Family of the type.
	Name, Family string
	Count        int
	// OnDemand is the price of one; CPU and Memory are what one has.
	OnDemand units.USDPerHour
	CPU      units.MilliCPU
	Memory   units.Bytes
}

// Commitment is a promise that has been made and is paid for in every hour: an amount
// of money, or of CPU and memory where one of these is not zero.
type Commitment struct {
	Name string
	// PerHour is what is paid. Of an amount of resources it may be zero: not known.
	PerHour units.USDPerHour
	// Rate returns what one machine costs while it is paid from an amount of money,
	// and false where it cannot be. Discounted makes one.
	Rate func(Usage) (units.USDPerHour, bool)
	// CPU and Memory of a resource commitment.
	CPU    units.MilliCPU
	Memory units.Bytes
	// Family that it holds for; empty is all.
	Family string
	// First is applied before other money: reserved instances are.
	First bool
	// Expires is the first day without it; no date is never.
	Expires units.Date
}

// Discounted returns a rate that is so much off the price on demand, rounded up.
func Discounted(off units.Ratio) func(Usage) (units.USDPerHour, bool) {
	return func(u Usage) (units.USDPerHour, bool) {
		return units.USDPerHour(mulDiv(int64(u.OnDemand), int64(units.Whole-off), int64(units.Whole), true)), true
	}
}

// Active reports whether the commitment holds on a day.
func (c Commitment) Active(on units.Date) bool { return c.Expires.IsZero() || on < c.Expires }

func (c Commitment) resources() bool { return c.CPU > 0 || c.Memory > 0 }

func (c Commitment) fits(u Usage) bool { return c.Family == "" || c.Family == u.Family }

// Covered is what becomes of an hour.
type Covered struct {
	// Lines, one for each usage, in their order.
	Lines []Line
	// Commitments, those that hold on the day, in their order.
	Commitments []Used
	// Taken is what each of them covers, in the order in which it was applied.
	Taken []Take
	// PerHour is what the hour costs: the commitments and what is left on demand.
	// WithoutAny is what it would cost on demand. Complete: of each commitment it is
	// known what is paid.
	PerHour, WithoutAny units.USDPerHour
	Complete            bool
}

// Line is what becomes of a usage.
type Line struct {
	Name string
	// Covered and OnDemand are the values at the price on demand of what a commitment
	// covers, rounded down, and of what is left and paid.
	Covered, OnDemand units.USDPerHour
	// Whole machines that are covered.
	Whole int
}

// Take is a part of a usage, covered by a commitment; both by their index in Covered.
type Take struct {
	Usage, Commitment int
	// Value at the price on demand, and what of an amount of money it takes.
	Value, Spent units.USDPerHour
}

// Used is how far a commitment is used.
type Used struct {
	Name string
	// Spent and Unused are the parts of an amount of money.
	Spent, Unused units.USDPerHour
	// UnusedCPU and UnusedMemory are left of an amount of resources.
	UnusedCPU    units.MilliCPU
	UnusedMemory units.Bytes
}

// Cover applies the commitments that hold on a day to the usage of an hour. Resources
// come first, then money that says so, then money that is bound to a family, then other
// money (AWS applies reserved instances before Savings Plans, and EC2 Instance before
// Compute Savings Plans; Google resource-based before spend-based commitments). Money of one kind goes to the usage with the largest saving in percent
// first, of equal ones to the lower rate, as AWS does
// (docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html); then in the
// order given. A machine may be covered in part.
//
// A resource commitment covers as many machines as both its CPU and its memory reach
// for, in the order given: a bill may cover more, where one of the two is left.
func Cover(usage []Usage, commitments []Commitment, on units.Date) Covered {
	c := Covered{Lines: make([]Line, len(usage)), Complete: true}
	for i, u := range usage {
		value := units.USDPerHour(mulDiv(int64(u.OnDemand), int64(u.Count), 1, true))
		c.Lines[i] = Line{Name: u.Name, OnDemand: value}
		c.WithoutAny += value
	}
	var active []Commitment
	for _, k := range commitments {
		if k.Active(on) {
			active = append(active, k)
			c.PerHour += k.PerHour
			c.Complete = c.Complete && (k.PerHour > 0 || !k.resources())
		}
	}
	c.Commitments = make([]Used, len(active))
	for i, k := range active {
		c.Commitments[i] = Used{Name: k.Name}
		if k.resources() {
			c.coverResources(usage, k, i)
		} else {
			c.Commitments[i].Unused = k.PerHour
		}
	}
	c.coverMoney(usage, active, func(k Commitment) bool { return !k.resources() && k.First })
	c.coverMoney(usage, active, func(k Commitment) bool { return !k.resources() && !k.First && k.Family != "" })
	c.coverMoney(usage, active, func(k Commitment) bool { return !k.resources() && !k.First && k.Family == "" })
	for i, u := range usage {
		if u.OnDemand > 0 {
			c.Lines[i].Whole = int(c.Lines[i].Covered / u.OnDemand)
		}
		c.PerHour += c.Lines[i].OnDemand
	}
	return c
}

func (c *Covered) coverResources(usage []Usage, k Commitment, at int) {
	cpu, memory := k.CPU, k.Memory
	for i, u := range usage {
		if !k.fits(u) || u.CPU <= 0 || u.Memory <= 0 || u.OnDemand <= 0 {
			continue
		}
		// In billionths of a dollar of this type: as far as CPU, and as memory reaches.
		reach := min(mulDiv(int64(u.OnDemand), int64(cpu), int64(u.CPU), false),
			mulDiv(int64(u.OnDemand), int64(memory), int64(u.Memory), false))
		value := c.take(i, units.USDPerHour(reach))
		c.note(Take{Usage: i, Commitment: at, Value: value})
		cpu -= units.MilliCPU(mulDiv(int64(value), int64(u.CPU), int64(u.OnDemand), true))
		memory -= units.Bytes(mulDiv(int64(value), int64(u.Memory), int64(u.OnDemand), true))
	}
	c.Commitments[at].UnusedCPU, c.Commitments[at].UnusedMemory = cpu, memory
}

// pair is a usage that an amount of money may pay for.
type pair struct {
	usage, commitment int
	rate, onDemand    units.USDPerHour
}

func (c *Covered) coverMoney(usage []Usage, active []Commitment, of func(Commitment) bool) {
	var pairs []pair
	for j, k := range active {
		if k.Rate == nil || !of(k) {
			continue
		}
		for i, u := range usage {
			if rate, ok := k.Rate(u); ok && k.fits(u) && rate > 0 && rate <= u.OnDemand {
				pairs = append(pairs, pair{usage: i, commitment: j, rate: rate, onDemand: u.OnDemand})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(compareProducts(a.rate, b.onDemand, b.rate, a.onDemand), cmp.Compare(a.rate, b.rate),
			cmp.Compare(a.usage, b.usage), cmp.Compare(a.commitment, b.commitment))
	})
	for _, p := range pairs {
		used := &c.Commitments[p.commitment]
		reach := mulDiv(int64(used.Unused), int64(p.onDemand), int64(p.rate), false)
		value := c.take(p.usage, units.USDPerHour(reach))
		spent := min(units.USDPerHour(mulDiv(int64(value), int64(p.rate), int64(p.onDemand), true)), used.Unused)
		used.Spent, used.Unused = used.Spent+spent, used.Unused-spent
		c.note(Take{Usage: p.usage, Commitment: p.commitment, Value: value, Spent: spent})
	}
}

// note records what was covered, where it is anything.
func (c *Covered) note(t Take) {
	if t.Value > 0 {
		c.Taken = append(c.Taken, t)
	}
}

// take moves what is left of a usage, up to a value on demand, to what is covered, and
// returns how much that was.
func (c *Covered) take(usage int, reach units.USDPerHour) units.USDPerHour {
	l := &c.Lines[usage]
	value := min(l.OnDemand, reach)
	l.Covered, l.OnDemand = l.Covered+value, l.OnDemand-value
	return value
}

// compareProducts compares a x b with c x d; none is negative.
func compareProducts(a, b, c, d units.USDPerHour) int {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	hi2, lo2 := bits.Mul64(uint64(c), uint64(d))
	return cmp.Or(cmp.Compare(hi, hi2), cmp.Compare(lo, lo2))
}
