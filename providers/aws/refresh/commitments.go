package refresh

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans/types"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	callPlans = "savingsplans:DescribeSavingsPlansOfferingRates"

	// plansPage is the largest page that is served.
	plansPage = 1000

	// hoursPerYear is what AWS spreads upfront payments over, leap year or not.
	hoursPerYear = 365 * 24
	yearSeconds  = hoursPerYear * 3600

	// The kinds of commitment, as the language names them.
	kindCompute  = "compute_savings_plan"
	kindInstance = "instance_savings_plan"
	kindReserved = "reserved"
)

// commitmentKey is a way to commit to a type.
type commitmentKey struct {
	typeName, kind string
	years          int
	payment        string
}

func (k commitmentKey) path() string {
	return fmt.Sprintf("types.%s.commitments.%s.%d.%s", k.typeName, k.kind, k.years, k.payment)
}

// commitmentRates are the different prices of each: one where AWS can be believed.
type commitmentRates map[commitmentKey][]units.USDPerHour

func (r commitmentRates) add(k commitmentKey, rate units.USDPerHour) {
	if !slices.Contains(r[k], rate) {
		r[k] = append(r[k], rate)
	}
}

// payment returns the catalog's name of a way to pay: "all-upfront".
func payment(option string) string { return strings.ToLower(strings.ReplaceAll(option, " ", "-")) }

// addReserved keeps the price of a reserved instance, by the hour of its term. Only the
// standard class: convertible ones cost more and are another promise.
func (f *fetcher) addReserved(name string, t *term) {
	years := map[string]int{"1yr": 1, "3yr": 3}[t.TermAttributes.LeaseContractLength]
	if years == 0 || t.TermAttributes.OfferingClass != "standard" || t.EffectiveDate.After(f.req.Now) {
		return
	}
	key := commitmentKey{strings.Clone(name), kindReserved, years, payment(t.TermAttributes.PurchaseOption)}
	hourly, once := units.USDPerHour(0), units.USDPerHour(0)
	for _, d := range t.PriceDimensions {
		rate, err := f.priceOf(d)
		switch {
		case err != nil:
			f.quarantine(key.path(), err.Error())
			return
		case d.Unit == unitHours:
			hourly += rate
		case d.Unit == unitUpfront:
			once += rate
		default:
			f.quarantine(key.path(), fmt.Sprintf("a price for each %q", d.Unit))
			return
		}
	}
	f.onDemand.reserved.add(key, hourly+units.CeilDiv(once, units.USDPerHour(years*hoursPerYear)))
}

// collectSavingsPlans asks for what machines cost under savings plans.
func (f *fetcher) collectSavingsPlans(ctx context.Context) error {
	f.plans = commitmentRates{}
	filter := func(name types.SavingsPlanRateFilterAttribute, value string) types.SavingsPlanOfferingRateFilterElement {
		return types.SavingsPlanOfferingRateFilterElement{Name: name, Values: []string{value}}
	}
	return pages(ctx, f, callPlans, func(token *string) (*string, error) {
		out, err := f.clients.savings.DescribeSavingsPlansOfferingRates(ctx, &savingsplans.DescribeSavingsPlansOfferingRatesInput{
			Products:         []types.SavingsPlanProductType{types.SavingsPlanProductTypeEc2},
			ServiceCodes:     []types.SavingsPlanRateServiceCode{types.SavingsPlanRateServiceCodeEc2},
			SavingsPlanTypes: []types.SavingsPlanType{types.SavingsPlanTypeCompute, types.SavingsPlanTypeEc2Instance},
			Filters: []types.SavingsPlanOfferingRateFilterElement{
				filter(types.SavingsPlanRateFilterAttributeRegion, f.req.Region),
				filter(types.SavingsPlanRateFilterAttributeProductDescription, linux),
				filter(types.SavingsPlanRateFilterAttributeTenancy, "shared"),
			},
			MaxResults: plansPage, NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		for i := range out.SearchResults {
			f.addPlan(&out.SearchResults[i])
		}
		f.progress("savings plans", len(out.SearchResults), 0)
		return out.NextToken, nil
	})
}

// addPlan keeps the rate of a machine that runs Linux on shared hardware.
func (f *fetcher) addPlan(r *types.SavingsPlanOfferingRate) {
	properties := map[string]string{}
	for _, p := range r.Properties {
		properties[aws.ToString(p.Name)] = aws.ToString(p.Value)
	}
	name, offering := properties["instanceType"], r.SavingsPlanOffering
	// Usage of unused reservations and of dedicated hosts has names of its own.
	usage := aws.ToString(r.UsageType)
	_, box, _ := strings.Cut("-"+usage, "-BoxUsage:")
	if name == "" || box != name || aws.ToString(r.Operation) != "RunInstances" || offering == nil {
		return
	}
	kind := map[types.SavingsPlanType]string{
		types.SavingsPlanTypeCompute: kindCompute, types.SavingsPlanTypeEc2Instance: kindInstance,
	}[offering.PlanType]
	years := map[int64]int{yearSeconds: 1, 3 * yearSeconds: 3}[offering.DurationSeconds]
	if kind == "" || years == 0 {
		return
	}
	key := commitmentKey{strings.Clone(name), kind, years, payment(string(offering.PaymentOption))}
	for _, w := range [][2]string{{"region", f.req.Region}, {"productDescription", linux}, {"tenancy", "shared"}} {
		if got := properties[w[0]]; got != w[1] {
			f.quarantine(key.path(), fmt.Sprintf("a rate for the %s %q, not %q", w[0], got, w[1]))
			return
		}
	}
	if string(r.Unit) != unitHours || string(offering.Currency) != f.partition.currency {
		f.quarantine(key.path(), fmt.Sprintf("a rate in %s for each %q", offering.Currency, r.Unit))
		return
	}
	rate, err := f.rate(aws.ToString(r.Rate))
	if err != nil || rate <= 0 {
		f.quarantine(key.path(), fmt.Sprintf("a rate of %q", aws.ToString(r.Rate)))
		return
	}
	f.plans.add(key, rate)
}

// commitmentsOf returns the commitments of each type that can be believed: one price,
// above zero and not above that on demand.
func (f *fetcher) commitmentsOf(onDemand map[string]units.USDPerHour) map[string][]catalogs.Commitment {
	out := map[string][]catalogs.Commitment{}
	for tag, rates := range map[string]commitmentRates{tagList: f.onDemand.reserved, tagPlans: f.plans} {
		keys := slices.SortedFunc(maps.Keys(rates), func(a, b commitmentKey) int { return cmp.Compare(a.path(), b.path()) })
		for _, k := range keys {
			listed, known := onDemand[k.typeName]
			found := slices.Sorted(slices.Values(rates[k]))
			switch {
			case len(found) > 1:
				f.quarantine(k.path(), fmt.Sprintf("several prices: %s", dollarsEach(found)))
			case found[0] <= 0:
				f.quarantine(k.path(), "a price of zero")
			case known && found[0] > listed:
				f.quarantine(k.path(), fmt.Sprintf("%s is dearer than %s on demand", dollarsEach(found), dollarsEach([]units.USDPerHour{listed})))
			default:
				out[k.typeName] = append(out[k.typeName], catalogs.Commitment{
					Kind: k.kind, TermYears: k.years, Payment: k.payment, Price: f.listed(found[0], tag),
				})
			}
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b catalogs.Commitment) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.TermYears, b.TermYears), cmp.Compare(a.Payment, b.Payment))
		})
	}
	return out
}

// dollarsEach writes rates for a message.
func dollarsEach(rates []units.USDPerHour) string {
	var texts []string
	for _, r := range rates {
		texts = append(texts, "$"+strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%09d", r/units.DollarPerHour, r%units.DollarPerHour), "0"), "."))
	}
	return strings.Join(texts, " and ")
}
