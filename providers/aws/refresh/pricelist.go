package refresh

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	callProducts = "pricing:GetProducts"

	// productsPage is the largest page that the price list serves.
	productsPage = 100

	serviceEC2 = "AmazonEC2"
	serviceEKS = "AmazonEKS"

	unitHours = "Hrs"
	// unitUpfront is the unit of what a reserved instance costs once.
	unitUpfront = "Quantity"
)

// product is one document of the price list
// (docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html).
type product struct {
	Product struct {
		SKU        string
		Attributes map[string]string
	}
	Terms struct{ OnDemand, Reserved map[string]term }
}

// term is an offer of a product.
type term struct {
	EffectiveDate   time.Time
	PriceDimensions map[string]dimension
	TermAttributes  struct{ LeaseContractLength, OfferingClass, PurchaseOption string }
}

// dimension is a part of a term's price.
type dimension struct {
	Unit         string
	PricePerUnit map[string]string
}

// priceList is what the price list says of machines.
type priceList struct {
	// onDemand are the different prices of a type: one where the list can be believed.
	onDemand map[string][]units.USDPerHour
	// dedicated are those of bare metal as dedicated hardware, which it always is: the
	// price of such a type where the list has none on shared hardware.
	dedicated map[string][]units.USDPerHour
	reserved  commitmentRates
}

// products asks for the products of a service in the region that match all filters.
func (f *fetcher) products(ctx context.Context, step, service string, filters []types.Filter, each func(*product)) error {
	filters = append(filters, match("regionCode", f.req.Region))
	return pages(ctx, f, callProducts, func(token *string) (*string, error) {
		out, err := f.clients.pricing.GetProducts(ctx, &pricing.GetProductsInput{
			ServiceCode: aws.String(service), Filters: filters, FormatVersion: aws.String("aws_v1"),
			MaxResults: aws.Int32(productsPage), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.PriceList == nil {
			return nil, errNoList
		}
		for i, text := range out.PriceList {
			var p product
			if err := json.Unmarshal([]byte(text), &p); err != nil {
				return nil, f.unbelievable(callProducts, "product %d of a page is not readable: %v", i, err)
			}
			// Outposts, local and wavelength zones have lists of their own.
			if where := p.Product.Attributes["locationType"]; where == "" || where == "AWS Region" {
				each(&p)
			}
		}
		f.progress(step, len(out.PriceList), 0)
		return out.NextToken, nil
	})
}

func match(field, value string) types.Filter {
	return types.Filter{Type: types.FilterTypeTermMatch, Field: aws.String(field), Value: aws.String(value)}
}

// wanted are the attributes of a product that is a plain Linux machine, paid for while
// it runs. They are asked for, and looked at again.
func wanted(tenancy string) [][2]string {
	return [][2]string{
		{"operatingSystem", "Linux"},
		{"tenancy", tenancy},
		{"preInstalledSw", "NA"},
		{"capacitystatus", "Used"},
		{"marketoption", "OnDemand"},
	}
}

const (
	shared    = "Shared"
	dedicated = "Dedicated"
)

// collectOnDemand asks for prices on demand; reserved instances are in the same
// documents.
func (f *fetcher) collectOnDemand(ctx context.Context) error {
	f.onDemand = priceList{
		onDemand: map[string][]units.USDPerHour{}, dedicated: map[string][]units.USDPerHour{}, reserved: commitmentRates{},
	}
	ask := func(tenancy string, filters ...types.Filter) error {
		for _, w := range wanted(tenancy) {
			filters = append(filters, match(w[0], w[1]))
		}
		return f.products(ctx, "prices", serviceEC2, filters, func(p *product) { f.addMachine(p, tenancy) })
	}
	if err := ask(shared); err != nil {
		return err
	}
	return ask(dedicated, match("productFamily", "Compute Instance (bare metal)"))
}

// addMachine reads the prices of one machine.
func (f *fetcher) addMachine(p *product, tenancy string) {
	name := p.Product.Attributes["instanceType"]
	path := "types." + name + ".on_demand"
	for _, w := range append(wanted(tenancy), [2]string{"regionCode", f.req.Region}) {
		if got := p.Product.Attributes[w[0]]; got != w[1] {
			f.quarantine(path, fmt.Sprintf("SKU %s is for the %s %q, not %q: it is left out", p.Product.SKU, w[0], got, w[1]))
			return
		}
	}
	prices := f.onDemand.onDemand
	if tenancy == dedicated {
		prices = f.onDemand.dedicated
	}
	for _, t := range p.Terms.OnDemand {
		if t.EffectiveDate.After(f.req.Now) {
			continue // announced, not yet in force
		}
		for _, d := range t.PriceDimensions {
			rate, err := f.perHour(d)
			if err != nil {
				f.quarantine(path, fmt.Sprintf("SKU %s: %v: the price is left out", p.Product.SKU, err))
				continue
			}
			if !slices.Contains(prices[name], rate) {
				prices[name] = append(prices[name], rate)
			}
		}
	}
	if f.opts.WithoutCommitments || tenancy == dedicated {
		return
	}
	for _, t := range p.Terms.Reserved {
		f.addReserved(name, &t)
	}
}

// perHour returns a price of an hour, above zero.
func (f *fetcher) perHour(d dimension) (units.USDPerHour, error) {
	if d.Unit != unitHours {
		return 0, fmt.Errorf("a price for each %q, not for each hour", d.Unit)
	}
	rate, err := f.priceOf(d)
	if err == nil && rate <= 0 {
		return 0, fmt.Errorf("a price of zero")
	}
	return rate, err
}

// priceOf returns what a unit costs in dollars, converted where the partition has
// another currency.
func (f *fetcher) priceOf(d dimension) (units.USDPerHour, error) {
	text, ok := d.PricePerUnit[f.partition.currency]
	if !ok {
		return 0, fmt.Errorf("no price in %s but in %s", f.partition.currency,
			strings.Join(slices.Sorted(maps.Keys(d.PricePerUnit)), ", "))
	}
	return f.rate(text)
}

// rate reads a price in the partition's currency.
func (f *fetcher) rate(text string) (units.USDPerHour, error) {
	rate, err := catalogs.ParseRate(text)
	if err != nil || f.partition.currency == dollars {
		return rate, err
	}
	return units.ScaleUp(rate, f.opts.Exchange), nil
}

// dollars is the currency of the catalog.
const dollars = "USD"

// basis is that of prices that AWS lists: a converted one rests on a rate that is not
// AWS's.
func (f *fetcher) basis() catalogs.Basis {
	if f.partition.currency != dollars {
		return catalogs.Estimated
	}
	return catalogs.Listed
}
