package run_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// pricedSpec is a group of m7g.2xlarge in us-east-1, where one costs 0.3264 USD an hour
// on demand (listed 2026-07-20) and 0.117504 as spot (estimated).
func pricedSpec(pricing, capacity string) spec.File {
	return spec.File{Name: "main.hcl", Content: fmt.Appendf(nil, `cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  pricing {
    %s
  }
  node_group "web" {
    instances {
      types         = ["m7g.2xlarge"]
      architectures = ["arm64"]
      capacity_type = "%s"
    }
    workload "api" {
      replicas = 9
      pod {
        cpu    = "1500m"
        memory = "3Gi"
      }
    }
  }
}
`, pricing, capacity)}
}

// bookWith is a price book of 2026-05-01.
func bookWith(entries ...string) string {
	return "price_book \"acme\" {\n date = \"2026-05-01\"\n" + strings.Join(entries, "\n") + "\n}\n"
}

// TestPriceBookOrder: a negotiated price is final; a discount is taken once, that of the
// family first, then the spec's, the region's, the book's. Figures are 0.3264 x (1 - d).
func TestPriceBookOrder(t *testing.T) {
	const (
		own    = "discount = \"4%\"\n"
		all    = "discount = \"5%\""
		family = "family \"m7g\" {\n discount = \"12%\"\n}"
		none   = "family \"m7g\" {\n discount = \"0%\"\n}"
		spot   = "family \"m7g\" {\n spot_discount = \"25%\"\n}"
		agreed = "type \"m7g.2xlarge\" {\n on_demand_usd_per_hour = 0.25\n}"
		spots  = "type \"m7g.2xlarge\" {\n spot_usd_per_hour = 0.09\n}"
		listed = "karpenter-2026-07"
		book   = "price_book.acme"
	)
	region := func(entry string) string { return "region \"us-east-1\" {\n" + entry + "\n}" }
	other := func(entry string) string { return "region \"eu-west-1\" {\n" + entry + "\n}" }
	for title, tc := range map[string]struct {
		pricing, capacity string
		rate              units.USDPerHour // billionths
		basis             catalogs.Basis
		date              units.Date
		source, detail    string
	}{
		"the list":                          {"", "on_demand", 326_400_000, catalogs.Listed, "2026-07-20", listed, "on demand"},
		"the spec's discount":               {own, "on_demand", 313_344_000, catalogs.Listed, "2026-07-20", "pricing.discount", "on demand, less pricing.discount"},
		"the book's discount":               {bookWith(all), "on_demand", 310_080_000, catalogs.Listed, "2026-07-20", book, "on demand, price book acme"},
		"the spec's before the book's":      {own + bookWith(all), "on_demand", 313_344_000, catalogs.Listed, "2026-07-20", "pricing.discount", "on demand, less pricing.discount"},
		"the region's before the book's":    {bookWith(all, region(`discount = "7%"`)), "on_demand", 303_552_000, catalogs.Listed, "2026-07-20", book, "on demand, price book acme"},
		"another region's is not ours":      {bookWith(all, other(`discount = "50%"`)), "on_demand", 310_080_000, catalogs.Listed, "2026-07-20", book, "on demand, price book acme"},
		"the family's before the spec's":    {own + bookWith(all, family), "on_demand", 287_232_000, catalogs.Listed, "2026-07-20", book, "on demand, price book acme"},
		"the region's family":               {bookWith(family, region("family \"m7g\" {\n discount = \"20%\"\n}")), "on_demand", 261_120_000, catalogs.Listed, "2026-07-20", book, "on demand, price book acme"},
		"nothing off a family":              {own + bookWith(all, none), "on_demand", 326_400_000, catalogs.Listed, "2026-07-20", listed, "on demand"},
		"a negotiated price is final":       {own + bookWith(all, family, agreed), "on_demand", 250_000_000, catalogs.Declared, "2026-05-01", book, "on demand, price book acme"},
		"negotiated in the region":          {bookWith(agreed, region("type \"m7g.2xlarge\" {\n on_demand_usd_per_hour = 0.24\n}")), "on_demand", 240_000_000, catalogs.Declared, "2026-05-01", book, "on demand, price book acme"},
		"spot alone leaves on demand":       {bookWith(spots), "on_demand", 326_400_000, catalogs.Listed, "2026-07-20", listed, "on demand"},
		"discounts are not off spot":        {own + bookWith(all, family), "spot", 117_504_000, catalogs.Estimated, "2025-06-28", "spot-advisor-2025-06", "spot, spot advisor savings 2025-06 x on-demand"},
		"spot_discount":                     {bookWith(`spot_discount = "10%"`), "spot", 105_753_600, catalogs.Estimated, "2025-06-28", book, "spot, spot advisor savings 2025-06 x on-demand, price book acme"},
		"spot_discount of the family":       {bookWith(`spot_discount = "10%"`, spot), "spot", 88_128_000, catalogs.Estimated, "2025-06-28", book, "spot, spot advisor savings 2025-06 x on-demand, price book acme"},
		"a negotiated spot price is final":  {bookWith(`spot_discount = "10%"`, spot, spots), "spot", 90_000_000, catalogs.Declared, "2026-05-01", book, "spot, an agreed price, price book acme"},
		"a ninth of a billionth rounded up": {"discount = \"33.3333%\"\n", "on_demand", 217_600_109, catalogs.Listed, "2026-07-20", "pricing.discount", "on demand, less pricing.discount"},
	} {
		t.Run(title, func(t *testing.T) {
			p := planOf(t, pricedSpec(tc.pricing, tc.capacity))
			got := p.NodeGroups[0].Pools[0]
			want := catalogs.Price{Rate: tc.rate, Basis: tc.basis, Date: tc.date, Source: tc.source}
			if got.Price != want {
				t.Errorf("a node costs %+v, want %+v", got.Price, want)
			}
			for _, l := range p.Cost.Lines {
				if l.Path != "node_group.web.nodes" {
					continue
				}
				if detail := fmt.Sprintf("%d x m7g.2xlarge %s", got.Nodes, tc.detail); l.Detail != detail || l.Basis != tc.basis || l.Date != tc.date {
					t.Errorf("the line of the bill is %+v, want %q", l, detail)
				}
			}
		})
	}
}

// TestPriceBookBill: disks, fees and node fees by hand. Five nodes have 50 GiB of gp3,
// listed at 0.08 a GiB; EKS is 0.10 an hour, 73 a month.
func TestPriceBookBill(t *testing.T) {
	for title, tc := range map[string]struct {
		pricing          string
		disk, fee, nodes int64 // cents a month: of a GiB in ten-thousandths
	}{
		"the list":         {"", 800, 7300, 0},
		"a discount":       {"discount = \"5%\"\n", 760, 6935, 0},
		"negotiated":       {bookWith(`discount = "5%"`, "disk \"gp3\" {\n usd_per_gib_month = 0.07\n}", "fee \"standard\" {\n usd_per_hour = 0.09\n}"), 700, 6570, 0},
		"a fee of nodes":   {bookWith("per_node_usd_per_month = 12.5"), 800, 7300, 1250},
		"the spec's fee":   {"per_node_usd_per_month = 9\n" + bookWith("per_node_usd_per_month = 12.5"), 800, 7300, 900},
		"no fee, declared": {"per_node_usd_per_month = 0\n" + bookWith("per_node_usd_per_month = 12.5"), 800, 7300, 0},
	} {
		t.Run(title, func(t *testing.T) {
			p := planOf(t, pricedSpec(tc.pricing, "on_demand"))
			n := int64(p.NodeGroups[0].Nodes)
			want := map[string]int64{
				"node_group.web.root_disks": n * 50 * tc.disk / 100,
				"control_plane.cluster":     tc.fee,
				"node_group.web.node_fees":  n * tc.nodes,
			}
			for _, l := range p.Cost.Lines {
				if cents, ok := want[l.Path]; ok {
					delete(want, l.Path)
					if got := int64(l.Amount.Rate.PerMonth()) / int64(units.Dollar/100); got != cents {
						t.Errorf("%s costs %d cents a month, want %d", l.Path, got, cents)
					}
				}
			}
			for path, cents := range want {
				if cents != 0 {
					t.Errorf("no line for %s", path)
				}
			}
		})
	}
}

// TestNodeFeesDecide: a fee of each node makes fewer, larger nodes cheaper. Nine pods of
// 1.5 cores take eight m7g.xlarge at 119 USD a month, or two m7g.8xlarge at 953: 952
// against 1,906. With 500 more a node it is 4,952 against 2,906.
func TestNodeFeesDecide(t *testing.T) {
	nodes := func(fee string) int {
		src := strings.NewReplacer(`["m7g.2xlarge"]`, `["m7g.xlarge", "m7g.8xlarge"]`).Replace(string(pricedSpec(fee, "on_demand").Content))
		return planOf(t, spec.File{Name: "main.hcl", Content: []byte(src)}).NodeGroups[0].Nodes
	}
	if free, paid := nodes(""), nodes("per_node_usd_per_month = 500"); free <= 2 || paid != 2 {
		t.Errorf("%d nodes without a fee, %d with one", free, paid)
	}
}

// listBook is a price book that has the list price of everything in a catalog.
func listBook(cat *catalogs.Catalog) *planner.PriceBook {
	b := &planner.PriceBook{Name: "list", Date: "2026-01-01"}
	for i := range cat.Types {
		t := &cat.Types[i]
		p := planner.TypePrice{Name: t.Name}
		if t.OnDemand.Known() {
			p.OnDemand = &t.OnDemand.Rate
		}
		if t.Spot.Known() {
			p.Spot = &t.Spot.Rate
		}
		b.Types = append(b.Types, p)
	}
	for i := range cat.Disks {
		d := &cat.Disks[i]
		p := planner.DiskPrice{Type: d.Type}
		for _, part := range []struct {
			to   **units.USD
			from *catalogs.MonthlyPrice
		}{{&p.PerGiB, &d.PerGiB}, {&p.PerIOPS, &d.PerIOPS}, {&p.PerMiBps, &d.PerMiBps}} {
			if part.from.Known() {
				*part.to = &part.from.Amount
			}
		}
		b.Disks = append(b.Disks, p)
	}
	for _, f := range cat.Fees {
		if f.Price.Known() {
			b.Fees = append(b.Fees, planner.FeePrice{Tier: f.Tier, PerHour: f.Price.Rate})
		}
	}
	return b
}

// bought is what a plan buys and pays, without what it says of prices.
func bought(p *planner.Plan) string {
	var b strings.Builder
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		fmt.Fprintf(&b, "%s bound %d\n", g.Name, g.LowerBound)
		for _, pool := range g.Pools {
			fmt.Fprintf(&b, "  %s %s %v at %d\n", pool.InstanceType, pool.CapacityType, pool.NodesByZone, pool.Price.Rate)
		}
		for _, w := range g.Workloads {
			fmt.Fprintf(&b, "  %s %d\n", w.Name, w.Replicas)
		}
		fmt.Fprintf(&b, "  next %v\n", g.Alternatives)
	}
	for _, m := range p.ControlPlane.Machines {
		fmt.Fprintf(&b, "%s %s %v\n", m.Role, m.InstanceType, m.NodesByZone)
	}
	for _, l := range p.Cost.Lines {
		fmt.Fprintf(&b, "%s %d\n", l.Path, l.Amount.Rate)
	}
	fmt.Fprintf(&b, "%v", p.Growth)
	return b.String()
}

// TestListPricesChangeNothing: a book with the list's own prices buys what no book buys,
// at the same cost, on every cloud.
func TestListPricesChangeNothing(t *testing.T) {
	planned := 0
	for _, name := range exampleNames(t) {
		s := load(t, spec.File{Name: "main.hcl", Content: source(t, name)})
		if len(s.Cluster.Machines) > 0 || s.Cluster.Pricing.Book != nil {
			continue
		}
		planned++
		plan := func() string {
			p, err := run.Plan(t.Context(), s)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return bought(p)
		}
		want := plan()
		s.Cluster.Pricing.Book = listBook(&s.Catalog)
		if got := plan(); got != want {
			t.Errorf("%s: with a book of list prices\n%s\nwithout\n%s", name, got, want)
		}
	}
	if planned < 5 {
		t.Errorf("%d examples were planned", planned)
	}
}

// TestPriceBookIsVerified: a plan with a book reads back, is verified with the catalog
// that it names, and is refused where the book or a price in it was changed.
func TestPriceBookIsVerified(t *testing.T) {
	const entries = "discount = \"5%\"\nper_node_usd_per_month = 10\ntype \"m7g.2xlarge\" {\n on_demand_usd_per_hour = 0.25\n}"
	file := pricedSpec(bookWith(entries), "on_demand")
	s := load(t, file)
	p := planOf(t, file)
	if p.Catalog.SHA256 != s.Catalog.SHA256 || p.Catalog.SHA256 == "" {
		t.Errorf("the plan names catalog %q, the catalog is %q", p.Catalog.SHA256, s.Catalog.SHA256)
	}
	doc := encode(t, p)
	back, err := document.Decode(doc)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encode(t, back), doc) {
		t.Error("written again, the plan has other bytes")
	}
	if unknown, err := run.Verify(run.Offers{}, back); unknown || err != nil {
		t.Errorf("the plan that was read back: %v", err)
	}
	for title, change := range map[string]func(*planner.Plan){
		"a cheaper type":       func(p *planner.Plan) { *p.Cluster.Pricing.Book.Types[0].OnDemand = 240_000_000 },
		"no book":              func(p *planner.Plan) { p.Cluster.Pricing.Book = nil },
		"another discount":     func(p *planner.Plan) { p.Cluster.Pricing.Book.Discount = units.Whole / 2 },
		"a discount on top":    func(p *planner.Plan) { off := units.Whole / 10; p.Cluster.Pricing.Discount = &off },
		"no fee of nodes":      func(p *planner.Plan) { p.Cluster.Pricing.Book.PerNode = nil },
		"a fee twice":          func(p *planner.Plan) { *p.Cluster.Pricing.Book.PerNode *= 2 },
		"the list's basis":     func(p *planner.Plan) { p.NodeGroups[0].Pools[0].Price.Basis = catalogs.Listed },
		"the date of the list": func(p *planner.Plan) { p.NodeGroups[0].Pools[0].Price.Date = "2026-07-20" },
	} {
		wrong, err := document.Decode(doc)
		if err != nil {
			t.Fatal(err)
		}
		change(wrong)
		if _, err := run.Verify(run.Offers{}, wrong); len(verify.Violations(err)) == 0 {
			t.Errorf("%s: the plan is taken for right (%v)", title, err)
		}
	}
}
