package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// availabilityBlock is how often things fail.
func availabilityBlock() block {
	return block{
		name: "availability", doc: "How much of the time nodes and zones are up. Without it no figure of availability is shown: nobody publishes such rates, and none is made up.",
		attributes: []attribute{
			{name: "node", kind: kindRatio, down: true, required: true, doc: "Share of the time that a node is up whose zone is up: \"99.5%\". Mean time between failures / (that + mean time to repair)."},
			{name: "zone", kind: kindRatio, down: true, required: true, doc: "Share of the time that a zone is up: \"99.95%\"."},
		},
	}
}

// availability reads the availability block.
func (b *builder) availability() {
	n := b.root.child("availability")
	if n == nil {
		return
	}
	node, nodeKnown := get[units.Ratio](n, "node")
	zone, zoneKnown := get[units.Ratio](n, "zone")
	for _, name := range []string{"node", "zone"} {
		share, _ := get[units.Ratio](n, name)
		if n.has(name) && !n.attrs[name].bad && share == 0 {
			b.add(OutOfRange, n.rng(name), "What is never up carries nothing. Write the share of the time that it is up: \"99.5%%\".")
		}
	}
	if nodeKnown && zoneKnown {
		b.cluster.Availability = &planner.Availability{Node: node, Zone: zone}
	}
}

// pricingBlock is what the account pays that the catalog does not know.
func pricingBlock() block {
	return block{
		name: "pricing", doc: "What the account pays that the catalog does not know.",
		attributes: []attribute{
			{name: "discount", kind: kindRatio, down: true, def: "the price book's", doc: "Off list prices of machines on demand, disks and fees of control planes. Negotiated prices and families of a price book that have discounts of their own are left alone; spot prices and prices of commitments too."},
			{name: "per_node_usd_per_month", kind: kindUSD, zero: true, def: "the price book's", doc: "What each node of a group costs beside its machine and disks, such as a licence. The choice of types counts it."},
			{name: "price_book", kind: kindText, def: "none", doc: "File with the price book that several specs share, relative to the file of the spec: a block price_book and nothing else."},
			{name: "spot_price", kind: kindChoice, choices: []string{catalogs.SpotCurrent, catalogs.SpotMean, catalogs.SpotMax}, def: "what the catalog has", doc: "What the catalog's spot prices have to be: the current ones, their mean over a time, or the highest of it. Where they are something else there is no plan: scantling catalog refresh --spot asks for the one that is meant. List prices are current; what the snapshot reckons from average savings is a mean. Prices that a price book agrees on are left alone."},
		},
		blocks: []block{priceBookBlock(), {
			name: "commitment", label: "name", repeat: true, doc: "A commitment that runs already. It is paid for, used or not; the bill says what it covers and what is left over.",
			attributes: []attribute{
				{name: "type", kind: kindChoice, choices: []string{"compute_savings_plan", "instance_savings_plan", "reserved", "cud_resource", "cud_flex"}, of: commitmentsOf, required: true, doc: "What it was sold as: savings plans and reserved instances of EC2, resource-based and flexible committed use discounts of Compute Engine."},
				{name: "usd_per_hour", kind: kindUSD, zero: true, def: "none", doc: "Promised dollars an hour: of savings plans and cud_flex; of reserved instances what they cost by the hour, all told."},
				{name: "vcpus", kind: kindCount, least: 1, most: maxCommitted, def: "none", doc: "Promised vCPUs of a cud_resource."},
				{name: "memory", kind: kindBytes, def: "none", doc: "Promised memory of a cud_resource."},
				{name: "family", kind: kindText, def: "any", doc: "Family that it is bound to, as types' names start with: \"m7g\", \"n2\". Required of instance_savings_plan, reserved and cud_resource, refused elsewhere."},
				{name: "term_years", kind: kindCount, least: 1, most: 3, def: "the dearest price", doc: "1 or 3: which of the catalog's prices for commitments holds. Required of cud_resource."},
				{name: "discount", kind: kindRatio, down: true, def: "the catalog's price", doc: "What it takes off the price on demand, where the catalog has no price for commitments. Required of cud_flex."},
				{name: "expires", kind: kindDate, def: "never", doc: "The first day without it. Months of growth from then on are without it."},
			},
		}},
	}
}

// maxCommitted bounds promised vCPUs.
const maxCommitted = 10_000_000

func commitmentsOf(t *planner.Terms) []string { return texted(t.Commitments) }

// pricing reads the pricing block.
func (b *builder) pricing() {
	pricing := b.root.child("pricing")
	if pricing == nil {
		return
	}
	if b.ground != nil && b.terms.OwnMachines {
		b.refuse(pricing, "commitment", "%s: nobody sells commitments for these machines. Leave the block out.", b.title())
		b.refuse(pricing, "spot_price", "%s: there is no spot capacity. Leave it out.", b.title())
		b.refuse(pricing, "discount", "%s: these machines have no list price. Leave it out, and write what they cost in usd_per_month.", b.title())
		b.refuse(pricing, "price_book", "%s: these machines have no list price. Leave it out, and write what they cost in usd_per_month.", b.title())
	}
	if fee, ok := get[units.USD](pricing, "per_node_usd_per_month"); ok {
		b.cluster.Pricing.PerNode = &fee
	}
	if b.ground != nil && b.terms.OwnMachines {
		return
	}
	if off, ok := b.off(pricing, "discount"); ok {
		b.cluster.Pricing.Discount = &off
	}
	b.spotPrice(pricing)
	b.priceBook(pricing)
	for _, n := range pricing.children("commitment") {
		if c, ok := b.commitment(n); ok {
			b.cluster.Pricing.Commitments = append(b.cluster.Pricing.Commitments, c)
		}
	}
	slices.SortFunc(b.cluster.Pricing.Commitments, func(x, y planner.Commitment) int { return cmp.Compare(x.Name, y.Name) })
}

// spotPrice holds the catalog's spot prices to the statistic that is asked for.
func (b *builder) spotPrice(pricing *node) {
	word, ok := get[string](pricing, "spot_price")
	if !ok || b.catalog == nil {
		return
	}
	cat := b.catalog
	has := cat.SpotStatistics()
	other := slices.DeleteFunc(slices.Clone(has), func(s string) bool { return catalogs.SpotWord(s) == word })
	if len(has) > 0 && len(other) == 0 {
		return
	}
	command := fmt.Sprintf("`scantling catalog refresh --provider %s --region %s --spot %s`", cat.Provider, cat.Region, word)
	which := fmt.Sprintf("the catalog of %s %s (%s, %s)", cat.Provider, cat.Region, cat.Source, cat.Date)
	rng := pricing.rng("spot_price")
	switch {
	case len(has) == 0:
		b.add(SpotPriceOther, rng, "No spot price is known in %s. Leave it out, or ask for prices: %s.", which, command)
	case slices.Contains(other, catalogs.SpotList):
		b.add(SpotPriceOther, rng, "The spot prices of %s are list prices of the day, of which there is no history. Write \"%s\", or leave it out.", which, catalogs.SpotCurrent)
	case catalogs.SpotWord(other[0]) == "":
		b.add(SpotPriceOther, rng, "The spot prices of %s are: %s. Leave it out, or ask for the %s: %s.", which, cmp.Or(other[0], "nothing says what"), word, command)
	default:
		b.add(SpotPriceOther, rng, "The spot prices of %s are: %s. Write \"%s\", which that is, or ask for the %s: %s.", which, other[0], catalogs.SpotWord(other[0]), word, command)
	}
}

// commitment reads one commitment, and holds it to what its type is sold as.
func (b *builder) commitment(n *node) (planner.Commitment, bool) {
	c := planner.Commitment{Name: n.label}
	kind, known := get[string](n, "type")
	c.Type = planner.CommitmentType(kind)
	usd, _ := get[units.USD](n, "usd_per_hour")
	c.USDPerHour = units.USDPerHour(usd)
	c.VCPUs, _ = get[int](n, "vcpus")
	c.Memory, _ = get[units.Bytes](n, "memory")
	c.Family, _ = get[string](n, "family")
	c.TermYears, _ = get[int](n, "term_years")
	c.Discount, _ = get[units.Ratio](n, "discount")
	c.Expires, _ = get[units.Date](n, "expires")
	if !known {
		return c, false
	}
	before := len(b.diags)
	b.promised(n, &c)
	b.bound(n, &c)
	switch c.TermYears {
	case 0, 1, 3:
	default:
		b.add(InvalidCount, n.rng("term_years"), "Commitments are sold for 1 year or for 3.")
	}
	if b.cluster.AsOf != "" && c.Expires != "" && c.Expires <= b.cluster.AsOf {
		b.add(CommitmentUnfit, n.rng("expires"), "It has expired at as_of, %s. Leave the block out, or plan as of a day before %s.", b.cluster.AsOf, c.Expires)
	}
	return c, len(b.diags) == before
}

// promised checks what is promised: dollars, or vCPUs and memory.
func (b *builder) promised(n *node, c *planner.Commitment) {
	resources := n.has("vcpus") || n.has("memory")
	switch {
	case n.has("usd_per_hour") && resources:
		b.add(CommitmentUnfit, n.rng("usd_per_hour"), "It promises dollars or machines, not both. %s.", wantedOf(c.Type))
	case !n.has("usd_per_hour") && !resources:
		b.add(CommitmentUnfit, &n.def, "It does not say what is promised. %s.", wantedOf(c.Type))
	case c.Type != planner.ResourceCUD && resources:
		name := "vcpus"
		if !n.has(name) {
			name = "memory"
		}
		b.add(CommitmentUnfit, n.rng(name), "%s promises dollars. %s.", c.Type, wantedOf(c.Type))
	case c.Type == planner.ResourceCUD && !resources:
		b.add(CommitmentUnfit, n.rng("usd_per_hour"), "%s promises machines. %s.", c.Type, wantedOf(c.Type))
	case resources && (!n.has("vcpus") || !n.has("memory")):
		b.add(CommitmentUnfit, &n.def, "vcpus and memory are promised together. %s.", wantedOf(c.Type))
	case n.has("usd_per_hour") && !n.attrs["usd_per_hour"].bad && c.USDPerHour == 0:
		b.add(OutOfRange, n.rng("usd_per_hour"), "A promise of nothing covers nothing. Leave the block out.")
	}
}

// wantedOf says what a commitment of a type promises.
func wantedOf(t planner.CommitmentType) string {
	if t == planner.ResourceCUD {
		return "Write vcpus and memory of its family"
	}
	return "Write usd_per_hour"
}

// bound checks the family, the term and the discount of a type.
func (b *builder) bound(n *node, c *planner.Commitment) {
	bound := c.Type == planner.InstanceSavingsPlan || c.Type == planner.Reserved || c.Type == planner.ResourceCUD
	switch {
	case bound && !n.has("family"):
		b.add(CommitmentUnfit, &n.def, "%s is bound to a family. Write it: family = \"%s\".", c.Type, familyExample(&b.terms))
	case !bound && n.has("family"):
		b.add(CommitmentUnfit, n.rng("family"), "%s is bound to no family. Leave it out.", c.Type)
	case n.has("family") && !n.attrs["family"].bad && b.catalog != nil && !slices.ContainsFunc(b.catalog.Types, func(t catalogs.InstanceType) bool { return t.Family == c.Family }):
		b.add(GlobMatchesNone, n.rng("family"), "The region has no type of family %q.%s", short(c.Family), didYouMean(c.Family, familiesOf(b.catalog)))
	}
	if c.Type == planner.ResourceCUD && n.has("discount") {
		b.add(CommitmentUnfit, n.rng("discount"), "%s has the catalog's price for its term. Leave it out.", c.Type)
	}
	if c.Type == planner.ResourceCUD && !n.has("term_years") {
		b.add(CommitmentUnfit, &n.def, "What %s costs depends on its term. Write term_years = 1 or 3.", c.Type)
	}
	if c.Type == planner.FlexCUD && !n.has("discount") {
		b.add(CommitmentUnfit, &n.def, "The catalog does not say what %s takes off. Write discount = \"28%%\", or what yours is.", c.Type)
	}
	if n.has("discount") && !n.attrs["discount"].bad && (c.Discount == 0 || c.Discount == units.Whole) {
		b.add(OutOfRange, n.rng("discount"), "A discount is above 0%% and below 100%%.")
	}
}

// familyExample is a family of the ground.
func familyExample(t *planner.Terms) string {
	family, _, _ := strings.Cut(t.TypeExample, t.FamilyEnd)
	return family
}

// familiesOf lists the families of a catalog.
func familiesOf(cat *catalogs.Catalog) []string {
	var out []string
	for i := range cat.Types {
		out = append(out, cat.Types[i].Family)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
