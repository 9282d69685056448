package spec

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// priceBookBlock is what was agreed on with a provider.
func priceBookBlock() block {
	region := block{
		name: "region", label: "name", repeat: true, doc: "What holds in one region alone; there it wins over what the book says of all.",
		attributes: bookAttributes(), blocks: bookBlocks(),
	}
	return block{
		name: "price_book", label: "name",
		doc: "Prices that were agreed on with the provider. They lie over the catalog before types are chosen. A negotiated price is final; a discount is taken off a list price, once: that of the family, else pricing.discount, else the region's, else the book's. A book that several specs share stands alone in a file, which price_book = \"PATH\" names.",
		attributes: append([]attribute{
			{name: "provider", kind: kindChoice, of: providerOf, def: "the cluster's", doc: "Whose prices these are."},
			{name: "date", kind: kindDate, required: true, doc: "Day of the agreement: the date of its prices."},
			{name: "expires", kind: kindDate, def: "never", doc: "The first day without it."},
		}, bookAttributes()...),
		blocks: append(bookBlocks(), region),
	}
}

func bookAttributes() []attribute {
	return []attribute{
		{name: "discount", kind: kindRatio, down: true, def: "0%", doc: "Off list prices of machines on demand, disks and fees of control planes. Prices of commitments stay as the catalog has them."},
		{name: "spot_discount", kind: kindRatio, down: true, def: "0%", doc: "Off spot prices."},
		{name: "per_node_usd_per_month", kind: kindUSD, zero: true, def: "none", doc: "What each node of a group costs beside its machine and disks, such as a licence."},
	}
}

func bookBlocks() []block {
	return []block{
		{
			name: "family", label: "name", repeat: true, doc: "What is taken off the machines of a family: \"m7g\", \"n2\".",
			attributes: []attribute{
				{name: "discount", kind: kindRatio, down: true, def: "that of all", doc: "Off the list price on demand."},
				{name: "spot_discount", kind: kindRatio, down: true, def: "that of all", doc: "Off the spot price."},
			},
		},
		{
			name: "type", label: "name", repeat: true, doc: "The negotiated price of an instance type.",
			attributes: []attribute{
				{name: "on_demand_usd_per_hour", kind: kindUSD, price: true, def: "the list's", doc: "On demand."},
				{name: "spot_usd_per_hour", kind: kindUSD, price: true, def: "the catalog's", doc: "As spot."},
			},
		},
		{
			name: "disk", label: "type", repeat: true, doc: "The negotiated price of a type of disk.",
			attributes: []attribute{
				{name: "usd_per_gib_month", kind: kindUSD, price: true, def: "the list's", doc: "Of a GiB."},
				{name: "usd_per_iops_month", kind: kindUSD, price: true, def: "the list's", doc: "Of an IOPS beyond those that are free."},
				{name: "usd_per_mibps_month", kind: kindUSD, price: true, def: "the list's", doc: "Of a MiB/s beyond those that are free."},
			},
		},
		{
			name: "fee", label: "tier", repeat: true, doc: "The negotiated fee of a managed control plane, by its name in the catalog: standard, extended, zonal, regional, tier-xl.",
			attributes: []attribute{
				{name: "usd_per_hour", kind: kindUSD, price: true, required: true, doc: "The fee."},
			},
		},
	}
}

// bookBuilder makes a price book from its tree, for the cluster's region.
type bookBuilder struct {
	*builder
	book planner.PriceBook
	// regional: what is read is said of the cluster's region alone.
	regional bool
	// spots are the places of the spot prices, by type.
	spots map[string]*hcl.Range
}

// priceBook reads the price book of pricing: the block, or the file that is named.
func (b *builder) priceBook(pricing *node) {
	before := b.errors
	n := pricing.child("price_book")
	switch {
	case n != nil && pricing.has("price_book"):
		b.add(DuplicateBlock, &n.def, "pricing names the file of a price book already. Leave one of the two out.")
		return
	case pricing.has("price_book"):
		n = b.bookFile(pricing)
	}
	if n == nil || b.ground == nil {
		return
	}
	b.checkWords(n)
	k := bookBuilder{builder: b, spots: map[string]*hcl.Range{}}
	k.book.Name = n.label
	k.book.Date, _ = get[units.Date](n, "date")
	k.book.Expires, _ = get[units.Date](n, "expires")
	k.inForce(n)
	if provider, ok := get[string](n, "provider"); ok && provider != b.cluster.Provider {
		b.add(PriceBookUnfit, n.rng("provider"), "It holds prices of %s, and the cluster stands on %s. Name a book of %s, or leave price_book out.", provider, b.cluster.Provider, b.cluster.Provider)
		return
	}
	k.entries(n)
	for _, region := range n.children("region") {
		if regions := b.offers.Regions(b.cluster.Provider); !slices.Contains(regions, region.label) {
			b.add(UnknownRegion, &region.labelRange, "%s has no region named %q.%s", b.cluster.Provider, short(region.label), orElse(didYouMean(region.label, regions), regions))
		}
		if region.label == b.cluster.Region {
			k.regional = true
			k.entries(region)
		}
	}
	if b.errors > before || b.catalog == nil {
		return
	}
	k.finish(n)
}

// bookFile reads the file that pricing names, and returns the book in it.
func (b *builder) bookFile(pricing *node) *node {
	name, ok := get[string](pricing, "price_book")
	if !ok {
		return nil
	}
	rng := pricing.rng("price_book")
	if b.readFile == nil {
		b.add(PriceBookUnread, rng, "Files cannot be read here. Write the block price_book \"NAME\" { … } in pricing.")
		return nil
	}
	at := name
	if !path.IsAbs(at) {
		at = path.Join(path.Dir(rng.Filename), at)
	}
	content, err := b.readFile(at)
	if err != nil {
		b.add(PriceBookUnread, rng, "%v. Paths are relative to the file of the spec.", err)
		return nil
	}
	f := File{Name: at, Content: content}
	b.books = append(b.books, f)
	body := b.parse(f)
	if body == nil {
		return nil
	}
	return b.onlyBook(body, at)
}

// onlyBook returns the one block of a price book's file.
func (b *builder) onlyBook(body *hclsyntax.Body, name string) *node {
	var found *hclsyntax.Block
	for _, a := range sortedKeys(body.Attributes) {
		b.add(UnknownAttribute, &body.Attributes[a].NameRange, "A file of prices holds the block price_book \"NAME\" { … }, and %s stands in it.", a)
	}
	for _, block := range body.Blocks {
		switch {
		case block.Type != "price_book":
			b.add(UnknownBlock, &block.TypeRange, "A file of prices holds the block price_book \"NAME\" { … } and nothing else.%s", didYouMean(block.Type, []string{"price_book"}))
		case found != nil:
			rng := block.DefRange()
			b.add(DuplicateBlock, &rng, "A file of prices holds one price_book, and line %d has one. Put this one in a file of its own.", found.TypeRange.Start.Line)
		default:
			found = block
		}
	}
	if found == nil {
		if len(body.Blocks)+len(body.Attributes) == 0 {
			b.add(MissingBlock, &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}, "The file holds no price book. Write price_book \"NAME\" { … }.")
		}
		return nil
	}
	schema := priceBookBlock()
	return b.read(sourceOf(&schema, found, withoutVariables("A file of prices, which several specs share,")))
}

// inForce holds the book to the day of the plan.
func (k *bookBuilder) inForce(n *node) {
	asOf, from, until := k.cluster.AsOf, k.book.Date, k.book.Expires
	switch {
	case from != "" && until != "" && until <= from:
		k.add(PriceBookUnfit, n.rng("expires"), "It expires on %s, and is of %s. Write the first day without it.", until, from)
	case asOf != "" && until != "" && until <= asOf:
		k.add(PriceBookUnfit, n.rng("expires"), "It has expired at as_of, %s. Write the prices of its successor, leave price_book out, or plan as of a day before %s.", asOf, until)
	case asOf != "" && from > asOf:
		k.add(PriceBookUnfit, n.rng("date"), "It is of %s, after as_of, %s. Plan as of that day or a later one.", from, asOf)
	}
}

// entries reads what the book says of all regions, or of the cluster's; the later call
// wins.
func (k *bookBuilder) entries(n *node) {
	if off, ok := k.off(n, "discount"); ok {
		k.book.Discount = off
	}
	if off, ok := k.off(n, "spot_discount"); ok {
		k.book.SpotDiscount = off
	}
	if fee, ok := get[units.USD](n, "per_node_usd_per_month"); ok {
		k.book.PerNode = &fee
	}
	for _, f := range n.children("family") {
		if k.says(f) && k.known(f, "type of family", familiesOf) {
			k.family(f)
		}
	}
	for _, t := range n.children("type") {
		if k.says(t) && k.known(t, "instance type", typesOf) {
			k.machineType(t)
		}
	}
	for _, d := range n.children("disk") {
		if k.says(d) && k.known(d, "disk", diskTypesOf) {
			k.disk(d)
		}
	}
	for _, f := range n.children("fee") {
		usd, ok := get[units.USD](f, "usd_per_hour")
		if k.known(f, "fee", feesOf) && ok {
			entryOf(&k.book.Fees, f.label, func(f *planner.FeePrice) *string { return &f.Tier }).PerHour = units.USDPerHour(usd)
		}
	}
}

// off reads a discount.
func (b *builder) off(n *node, name string) (units.Ratio, bool) {
	off, ok := get[units.Ratio](n, name)
	if ok && off == units.Whole {
		b.add(OutOfRange, n.rng(name), "A discount is below 100%%: nothing is given away.")
	}
	return off, ok
}

// says reports whether n gives one of its attributes, and refuses it where it does not.
func (k *bookBuilder) says(n *node) bool {
	if len(n.attrs) == 0 && len(n.refused) == 0 {
		names := n.schema.attributeNames()
		k.add(PriceBookUnfit, &n.def, "It says nothing. Write %s.", orList(names))
		return false
	}
	return true
}

// entryOf returns the entry of a name in a list that is sorted by it, a new one where
// there is none.
func entryOf[T any](list *[]T, name string, nameOf func(*T) *string) *T {
	at, found := slices.BinarySearchFunc(*list, name, func(e T, name string) int { return cmp.Compare(*nameOf(&e), name) })
	if !found {
		var entry T
		*nameOf(&entry) = name
		*list = slices.Insert(*list, at, entry)
	}
	return &(*list)[at]
}

func (k *bookBuilder) family(n *node) {
	f := entryOf(&k.book.Families, n.label, func(f *planner.FamilyDiscount) *string { return &f.Family })
	if off, ok := k.off(n, "discount"); ok {
		f.Discount = &off
	}
	if off, ok := k.off(n, "spot_discount"); ok {
		f.SpotDiscount = &off
	}
}

func (k *bookBuilder) machineType(n *node) {
	t := entryOf(&k.book.Types, n.label, func(t *planner.TypePrice) *string { return &t.Name })
	if usd, ok := get[units.USD](n, "on_demand_usd_per_hour"); ok {
		rate := units.USDPerHour(usd)
		t.OnDemand = &rate
	}
	if usd, ok := get[units.USD](n, "spot_usd_per_hour"); ok {
		rate := units.USDPerHour(usd)
		t.Spot = &rate
		k.spots[n.label] = n.rng("spot_usd_per_hour")
	}
}

// spotBelow refuses an agreed spot price above what the machine costs on demand.
func (k *bookBuilder) spotBelow(t *planner.TypePrice) {
	if t.Spot == nil {
		return
	}
	listed, _ := k.catalog.Type(t.Name)
	demand, whose := listed.OnDemand.Rate, "the list's"
	if t.OnDemand != nil {
		demand, whose = *t.OnDemand, "the book's"
	} else if !listed.OnDemand.Known() {
		return
	}
	if *t.Spot > demand {
		k.add(PriceBookUnfit, k.spots[t.Name], "As spot %s would cost more than on demand, %s USD an hour against %s (%s). Lower it, or leave it out.",
			t.Name, hourText(*t.Spot), hourText(demand), whose)
	}
}

func (k *bookBuilder) disk(n *node) {
	d := entryOf(&k.book.Disks, n.label, func(d *planner.DiskPrice) *string { return &d.Type })
	agreed := func(name string, to **units.USD) {
		if usd, ok := get[units.USD](n, name); ok {
			*to = &usd
		}
	}
	agreed("usd_per_gib_month", &d.PerGiB)
	agreed("usd_per_iops_month", &d.PerIOPS)
	agreed("usd_per_mibps_month", &d.PerMiBps)
}

// known reports whether the region has what n's label names. What other regions of the
// provider have is none of this cluster's business, unless n is said of its region.
func (k *bookBuilder) known(n *node, words string, names func(*catalogs.Catalog) []string) bool {
	if k.catalog == nil || n.label == "" {
		return false
	}
	here := names(k.catalog)
	if slices.Contains(here, n.label) {
		return true
	}
	where := k.cluster.Region
	if !k.regional {
		where = k.cluster.Provider
		for _, region := range slices.Sorted(slices.Values(k.offers.Regions(k.cluster.Provider))) {
			cat, err := k.offers.Load(k.cluster.Provider, region)
			if err == nil && slices.Contains(names(&cat), n.label) {
				return false
			}
		}
	}
	k.add(GlobMatchesNone, &n.labelRange, "%s has no %s named %q.%s", where, words, short(n.label), orElse(didYouMean(n.label, here), here))
	return false
}

func typesOf(cat *catalogs.Catalog) []string {
	return namesIn(cat.Types, func(t *catalogs.InstanceType) string { return t.Name })
}

func diskTypesOf(cat *catalogs.Catalog) []string {
	return namesIn(cat.Disks, func(d *catalogs.Disk) string { return d.Type })
}

func feesOf(cat *catalogs.Catalog) []string {
	return namesIn(cat.Fees, func(f *catalogs.Fee) string { return f.Tier })
}

func namesIn[T any](rows []T, name func(*T) string) []string {
	var out []string
	for i := range rows {
		out = append(out, name(&rows[i]))
	}
	return out
}

// finish hands the book over, unless it says nothing of the region.
func (k *bookBuilder) finish(n *node) {
	p := &k.book
	if p.Discount == 0 && p.SpotDiscount == 0 && p.PerNode == nil && len(p.Families)+len(p.Types)+len(p.Disks)+len(p.Fees) == 0 {
		var regions []string
		for _, r := range n.children("region") {
			regions = append(regions, r.label)
		}
		of := ""
		if len(regions) > 0 {
			of = " It has prices of " + andList(regions) + "."
		}
		k.add(PriceBookUnfit, &n.def, "It says nothing of %s.%s Add prices, as in region %q { discount = \"5%%\" }, or leave price_book out.", k.cluster.Region, of, k.cluster.Region)
		return
	}
	for i := range p.Types {
		k.spotBelow(&p.Types[i])
	}
	k.cluster.Pricing.Book = p
}

// hourText writes a rate in dollars, without zeros at its end.
func hourText(r units.USDPerHour) string {
	text := fmt.Sprintf("%d.%09d", r/units.DollarPerHour, r%units.DollarPerHour)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
