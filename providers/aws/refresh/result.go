package refresh

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// The tags of the sources that a refreshed catalog rests on.
const (
	tagList  = "aws-price-list"
	tagPlans = "aws-savings-plans"
	tagSpot  = "aws-spot-history"
	tagEC2   = "aws-ec2"
	tagEKS   = "aws-eks"
	tagKnown = "known-before"
)

// listed is a price of today.
func (f *fetcher) listed(rate units.USDPerHour, tag string) catalogs.Price {
	return catalogs.Price{Rate: rate, Basis: f.basis(), Date: f.req.Today, Source: tag}
}

func (f *fetcher) monthly(rate units.USDPerHour) catalogs.MonthlyPrice {
	return catalogs.MonthlyPrice{Amount: units.USD(rate), Basis: f.basis(), Date: f.req.Today, Source: tagList}
}

// result makes the catalog of what was collected and is believed.
func (f *fetcher) result() (refresh.Result, error) {
	c := catalogs.Catalog{
		Provider: Provider, Region: f.req.Region, Date: f.req.Today,
		Source: fmt.Sprintf("%s %s", Provider, f.req.Today),
		Zones:  f.zones, Types: f.machines(), Disks: f.diskRows(), Fees: f.feeRows(), Versions: f.versions,
	}
	c.Sources = f.sources(&c)
	c, refused, err := catalogs.Quarantine(c)
	if err != nil {
		return refresh.Result{}, f.unbelievable("refresh", "what AWS answered makes no catalog: %v", err)
	}
	problems := append(f.problems, refused...)
	slices.SortFunc(problems, func(a, b catalogs.Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	slices.SortFunc(f.quotas, func(a, b refresh.Quota) int { return cmp.Compare(a.Name, b.Name) })
	priced := slices.ContainsFunc(c.Types, func(t catalogs.InstanceType) bool { return t.OnDemand.Known() })
	if !priced {
		return refresh.Result{}, &refresh.Error{
			Kind: refresh.Answer, Call: callProducts, Err: errors.New("no machine has a price that can be believed"),
			Advice: "Check that the price list is asked with an account of the partition, then try again.",
		}
	}
	return refresh.Result{Catalog: c, Quarantined: slices.Compact(problems), Quotas: f.quotas}, nil
}

// machines are the types that are offered and whose prices can be believed.
func (f *fetcher) machines() []catalogs.InstanceType {
	onDemand, refused := f.believed()
	commitments := f.commitmentsOf(onDemand)
	spot := f.spotRates()
	var out []catalogs.InstanceType
	for _, t := range f.types {
		if !f.isOffered(t.Name) || refused[t.Name] {
			continue
		}
		t.Zones = f.someZones(t.Name)
		if rate, ok := onDemand[t.Name]; ok {
			t.OnDemand = f.listed(rate, tagList)
		}
		if rate, ok := spot[t.Name]; ok {
			f.addSpotPrice(&t, rate)
		}
		t.Commitments = commitments[t.Name]
		out = append(out, t)
	}
	return out
}

// addSpotPrice gives a type its spot price, which must be below that on demand.
func (f *fetcher) addSpotPrice(t *catalogs.InstanceType, rate units.USDPerHour) {
	if t.OnDemand.Known() && rate >= t.OnDemand.Rate {
		f.quarantine("types."+t.Name+".spot", fmt.Sprintf("%s (%s) is not below %s on demand",
			dollarsEach([]units.USDPerHour{rate}), f.spotStatistic(), dollarsEach([]units.USDPerHour{t.OnDemand.Rate})))
		return
	}
	t.Spot, t.SpotStatistic = f.listed(rate, tagSpot), f.spotStatistic()
}

// someZones returns the zones that offer a type, sorted, where not all of the region's
// do; nil where they do.
func (f *fetcher) someZones(name string) []string {
	var zones []string
	for _, z := range f.zones {
		if slices.Contains(f.offerings[name], z.Name) {
			zones = append(zones, z.Name)
		}
	}
	if len(zones) == len(f.zones) {
		return nil
	}
	return zones
}

// sources says where each figure comes from.
func (f *fetcher) sources(c *catalogs.Catalog) []catalogs.Source {
	prices := "prices on demand, of reserved instances, disks and EKS"
	converted := ""
	if f.partition.currency != dollars {
		rate := strings.TrimPrefix(dollarsEach([]units.USDPerHour{units.ScaleUp(units.DollarPerHour, f.opts.Exchange)}), "$")
		converted = fmt.Sprintf(", in %s, converted at %s dollars each, a rate that is declared and not AWS's", f.partition.currency, rate)
	}
	const licence = "facts only"
	out := []catalogs.Source{
		{Tag: tagEC2, Date: f.req.Today, Origin: "EC2 API of " + f.req.Region, Licence: licence, Gives: "zones, machines, and which zone offers which"},
		{Tag: tagEKS, Date: f.req.Today, Origin: "EKS API of " + f.req.Region, Licence: licence, Gives: "calendar of EKS versions"},
		{Tag: tagList, Date: f.req.Today, Origin: "AWS Price List API, " + f.partition.pricing, Licence: licence, Gives: prices + converted},
		{Tag: tagSpot, Date: f.req.Today, Origin: "EC2 API of " + f.req.Region, Licence: licence, Gives: "spot prices: " + f.spotStatistic() + converted},
	}
	if !f.opts.WithoutCommitments {
		out = append(out, catalogs.Source{
			Tag: tagPlans, Date: f.req.Today, Origin: "Savings Plans API, " + f.partition.savings, Licence: licence, Gives: "rates of savings plans" + converted,
		})
	}
	if f.req.Base.Region != "" {
		out = append(out, catalogs.Source{
			Tag: tagKnown, Date: f.req.Base.Date, Origin: "catalog " + f.req.Base.Provider + "/" + f.req.Base.Region + " of " + f.req.Base.Source,
			Licence: licence, Gives: "what no call says: measured memory, CPU of burstable types, interruption of spot machines, limits of disks, calendar of Kubernetes",
		})
	}
	for _, fee := range c.Fees {
		if s, ok := f.req.Base.SourceOf(fee.Price.Source); ok && !slices.ContainsFunc(out, func(o catalogs.Source) bool { return o.Tag == s.Tag }) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b catalogs.Source) int { return cmp.Compare(a.Tag, b.Tag) })
	return out
}
