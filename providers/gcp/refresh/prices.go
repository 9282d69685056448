package refresh

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/billing/apiv1/billingpb"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// priceList holds the unit prices of a region: billionths of a dollar, an hour for what
// machines have and a month for disks, exact.
type priceList struct {
	region string
	// today ends the day whose prices count.
	today  units.Date
	rates  map[part]*big.Rat
	skus   map[part]string // that gave the rate
	doubts []catalogs.Problem
	// conflicts are parts that two SKUs price differently: nobody knows which holds.
	conflicts map[part]bool
}

func newPriceList(region string, today units.Date) *priceList {
	return &priceList{region: region, today: today, rates: map[part]*big.Rat{}, skus: map[part]string{}, conflicts: map[part]bool{}}
}

// add takes a SKU of the price list, if a machine or disk of the region is billed by it.
func (l *priceList) add(s *billingpb.Sku) {
	if !slices.Contains(s.GetServiceRegions(), l.region) {
		return
	}
	p, ok, wrong := parse(s.GetDescription(), s.GetCategory().GetUsageType())
	if !ok {
		return
	}
	if wrong {
		l.doubt(s, "its usage type is %q", s.GetCategory().GetUsageType())
		return
	}
	rate, why := l.rate(s, p)
	if why != "" {
		l.doubt(s, "%s", why)
		return
	}
	if before, twice := l.rates[p]; twice && before.Cmp(rate) != 0 {
		l.doubt(s, "%s has another price by SKU %s", p, l.skus[p])
		l.conflicts[p] = true
		return
	}
	l.rates[p], l.skus[p] = rate, s.GetSkuId()
}

func (l *priceList) doubt(s *billingpb.Sku, format string, args ...any) {
	l.doubts = append(l.doubts, catalogs.Problem{
		Path: "skus." + s.GetSkuId(), Reason: fmt.Sprintf("%s: %s", s.GetDescription(), fmt.Sprintf(format, args...)),
	})
}

// get returns the rate of a part; ok is false where it is not known.
func (l *priceList) get(p part) (*big.Rat, bool) {
	rate, ok := l.rates[p]
	return rate, ok && !l.conflicts[p]
}

// rate returns the price of a unit of p, or why it cannot be believed.
func (l *priceList) rate(s *billingpb.Sku, p part) (rate *big.Rat, why string) {
	var now *billingpb.PricingInfo
	for _, info := range s.GetPricingInfo() {
		if day := units.Date(info.GetEffectiveTime().AsTime().UTC().Format(time.DateOnly)); day <= l.today {
			now = info // they stand in the order of time
		}
	}
	if now == nil {
		return nil, "it has no price yet"
	}
	expression := now.GetPricingExpression()
	factor, ok := unitFactor(p.resource, expression.GetUsageUnit())
	if !ok {
		return nil, fmt.Sprintf("the unit %q is not one that %s is counted in", expression.GetUsageUnit(), p.resource)
	}
	nanos, why := firstTier(expression.GetTieredRates())
	if why != "" {
		return nil, why
	}
	return factor.Mul(factor, nanos), ""
}

// firstTier returns the price from the first unit on, in billionths of a dollar. A first
// tier that is free is an allowance of the account, which no plan counts on: the next
// holds then.
func firstTier(tiers []*billingpb.PricingExpression_TierRate) (nanos *big.Rat, why string) {
	if len(tiers) == 0 || tiers[0].GetStartUsageAmount() != 0 {
		return nil, "no price begins at the first unit"
	}
	for _, tier := range tiers {
		price := tier.GetUnitPrice()
		if price.GetCurrencyCode() != "USD" {
			return nil, fmt.Sprintf("the price is in %q, not in USD", price.GetCurrencyCode())
		}
		n := new(big.Int).Mul(big.NewInt(price.GetUnits()), big.NewInt(int64(units.Dollar)))
		n.Add(n, big.NewInt(int64(price.GetNanos())))
		if n.Sign() < 0 {
			return nil, "the price is below zero"
		}
		if n.Sign() > 0 {
			return new(big.Rat).SetInt(n), ""
		}
	}
	return nil, "the price is zero"
}

// unitFactor is what a price in a usage unit is to be multiplied with: to an hour of a
// core, a GiB or a GPU, and to a month of a disk's GiB, IOPS or MiB/s. ok is false for
// units that the resource is not counted in.
func unitFactor(r resource, unit string) (factor *big.Rat, ok bool) {
	// A GiB is 2^30 / 10^9 GB.
	gibPerGB := big.NewRat(int64(units.GiB), 1_000_000_000)
	perMonth := big.NewRat(1, units.HoursPerMonth)
	switch {
	case (r == core || r == gpu || r == machine) && unit == "h",
		(r == ram || r == localSSD) && unit == "GiBy.h",
		r == capacity && unit == "GiBy.mo",
		r == iops && unit == "mo",
		r == bandwidth && (unit == "mo" || unit == "MiBy.mo"):
		return big.NewRat(1, 1), true
	case (r == ram || r == localSSD) && unit == "GBy.h":
		return gibPerGB, true
	case r == localSSD && unit == "GiBy.mo":
		return perMonth, true
	case r == localSSD && unit == "GBy.mo":
		return perMonth.Mul(perMonth, gibPerGB), true
	case r == capacity && unit == "GBy.mo":
		return gibPerGB, true
	}
	return nil, false
}

// amount is how much of a part a machine has.
type amount struct {
	part
	quantity *big.Rat
}

// Families whose local SSDs are billed as any machine's, unless the list has a price of
// their own for them; those of others have that or none.
func genericSSD() []string {
	return []string{"a2", "a3", "c2", "c2d", "c3", "c3d", "g2", "m1", "m3", "n1", "n2", "n2d", "z3"}
}

// wholeMonth is the percentage of a price on demand that is paid for what runs a whole
// month, as what is committed to does (Compute Engine, "Sustained use discounts": 30% off
// for memory-optimized machines).
const wholeMonth = 70

// bill returns what a machine is billed for under a term, or why nobody here knows.
// Neither is given for what is not sold so.
func (l *priceList) bill(m *machineType, t term) (lines []amount, unknown string) {
	one := big.NewRat(1, 1)
	if m.Name == "f1-micro" || m.Name == "g1-small" {
		if t == oneYear || t == threeYears {
			return nil, "" // commitments are for cores of n1, which these have not
		}
		return []amount{{part{machine, m.Name, t}, one}}, ""
	}
	if m.unpriced != "" {
		return nil, m.unpriced
	}
	cores := big.NewRat(int64(m.VCPUs), 1)
	if m.Burstable {
		cores = big.NewRat(int64(m.BaselineCPU), int64(units.Core))
	}
	memory := big.NewRat(int64(m.Memory), int64(units.GiB))
	family := m.Family
	switch {
	case m.Name == "m4-ultramem-224":
		family = ultramem224
	case family == premiumFamily:
		family = "m1"
		// The premium has no price but that on demand, and is paid beside a commitment
		// too. What is not sold as spot has no spot price.
		share := one
		switch t {
		case spot:
			return nil, ""
		case oneYear, threeYears:
			share = big.NewRat(wholeMonth, 100)
		case onDemand:
		}
		lines = append(lines, amount{part{core, premiumFamily, onDemand}, new(big.Rat).Mul(cores, share)},
			amount{part{ram, premiumFamily, onDemand}, new(big.Rat).Mul(memory, share)})
	}
	lines = append(lines, amount{part{core, family, t}, cores}, amount{part{ram, family, t}, memory})
	if m.GPUs.Milli > 0 {
		lines = append(lines, amount{part{gpu, m.accelerator, t}, big.NewRat(int64(m.GPUs.Milli), 1000)})
	}
	if m.ssdGiB > 0 {
		p := part{localSSD, m.Family, t}
		if _, own := l.rates[p]; !own && slices.Contains(genericSSD(), m.Family) {
			p.family = ""
		}
		lines = append(lines, amount{p, big.NewRat(int64(m.ssdGiB), 1)})
	}
	return lines, ""
}

// price returns what a machine costs an hour under a term, rounded up to a billionth of
// a dollar. Where it is not known, why says so, unless the machine is just not sold so.
func (l *priceList) price(m *machineType, t term) (rate units.USDPerHour, why string) {
	lines, unknown := l.bill(m, t)
	if unknown != "" {
		if t == onDemand {
			return 0, unknown
		}
		return 0, ""
	}
	sum := new(big.Rat)
	var missing []string
	known := 0 // of the parts under this very term
	for _, line := range lines {
		unit, ok := l.get(line.part)
		if !ok {
			missing = append(missing, line.String())
			continue
		}
		if line.term == t {
			known++
		}
		sum.Add(sum, new(big.Rat).Mul(unit, line.quantity))
	}
	switch {
	case len(lines) == 0, len(missing) > 0 && known == 0 && t != onDemand:
		return 0, ""
	case len(missing) > 0:
		return 0, fmt.Sprintf("%s: the price list has no price of %s", t, strings.Join(missing, ", "))
	}
	nanos, ok := roundUp(sum)
	if !ok {
		return 0, fmt.Sprintf("%s: the price is beyond all bounds", t)
	}
	return units.USDPerHour(nanos), ""
}

// roundUp returns the next whole number; ok is false for what is too large for one.
func roundUp(r *big.Rat) (n int64, ok bool) {
	up := new(big.Int).Add(r.Num(), new(big.Int).Sub(r.Denom(), big.NewInt(1)))
	up.Quo(up, r.Denom())
	return up.Int64(), up.IsInt64()
}
