package document

import (
	"io"

	"github.com/scantling-dev/scantling/catalogs"
)

// EncodeCatalogDiff writes what changed from one catalog to another.
func EncodeCatalogDiff(w io.Writer, d *catalogs.Diff, tool string) error {
	counts := func(s catalogs.Summary) catalogCounts {
		return catalogStatusOf(&CatalogState{Summary: s}).catalogCounts
	}
	out := catalogDiffDocument{
		FormatVersion: FormatVersion, ToolVersion: tool, Old: counts(d.Old), New: counts(d.New), Same: d.Empty(),
		Terms: []termMoves{}, Prices: []priceChange{},
		Types: rowChangesOf(d.Types), Zones: rowChangesOf(d.Zones), Disks: rowChangesOf(d.Disks), Fees: rowChangesOf(d.Fees), Versions: rowChangesOf(d.Versions),
	}
	for _, t := range d.Terms() {
		out.Terms = append(out.Terms, termMoves{
			Term: t.Term, Up: t.Up, Down: t.Down, Rise: ratio(t.Rise), Fall: ratio(t.Fall), Learned: t.Learned, Lost: t.Lost, Basis: t.Basis,
		})
	}
	for i := range d.Prices {
		p := &d.Prices[i]
		c := priceChange{
			Of: p.Of, Name: p.Name, Term: p.Term, Per: "hour", Old: rateOf(p.Old), New: rateOf(p.New),
			OldBasis: text(p.Old.Basis), NewBasis: text(p.New.Basis),
		}
		if p.Monthly() {
			c.Per = "month"
		}
		if p.Compared() {
			c.Change = new(ratio(p.Change))
		}
		out.Prices = append(out.Prices, c)
	}
	return write(w, &out)
}

func rowChangesOf(rows []catalogs.RowChange) []rowChange {
	out := []rowChange{}
	for i := range rows {
		r := rowChange{Name: rows[i].Name, Kind: string(rows[i].Kind), Fields: []fieldChange{}}
		for _, f := range rows[i].Fields {
			r.Fields = append(r.Fields, fieldChange{Name: f.Name, Old: text(f.Old), New: text(f.New)})
		}
		out = append(out, r)
	}
	return out
}

type catalogDiffDocument struct {
	FormatVersion string        `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string        `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Old           catalogCounts `json:"old" jsonschema:"The first catalog."`
	New           catalogCounts `json:"new" jsonschema:"The second catalog."`
	Same          bool          `json:"same" jsonschema:"Nothing differs but, at most, the days and sources of prices."`
	Terms         []termMoves   `json:"terms" jsonschema:"The prices that differ, summed up by term."`
	Prices        []priceChange `json:"prices" jsonschema:"Prices that differ of what both have, those that moved by the most dollars first."`
	Types         []rowChange   `json:"instance_types" jsonschema:"Types that differ in anything but prices."`
	Zones         []rowChange   `json:"zones" jsonschema:"Zones that differ."`
	Disks         []rowChange   `json:"disks" jsonschema:"Disks that differ in anything but prices."`
	Fees          []rowChange   `json:"fees" jsonschema:"Fees that differ in anything but prices."`
	Versions      []rowChange   `json:"versions" jsonschema:"Versions of Kubernetes that differ."`
}

type termMoves struct {
	Term    string `json:"term" jsonschema:"on_demand, spot, a commitment, fee, gib_month, iops_month, mibps_month."`
	Up      int    `json:"up" jsonschema:"Prices that rose."`
	Down    int    `json:"down" jsonschema:"Prices that fell."`
	Rise    ratio  `json:"most_up" jsonschema:"The largest rise, as a share of the old price."`
	Fall    ratio  `json:"most_down" jsonschema:"The largest fall, at most 0."`
	Learned int    `json:"now_known" jsonschema:"Prices that the new catalog alone knows."`
	Lost    int    `json:"no_longer_known" jsonschema:"Prices that the old catalog alone knows."`
	Basis   int    `json:"same_with_another_basis" jsonschema:"Prices that are the same and known in another way."`
}

type priceChange struct {
	Of       string   `json:"of" jsonschema:"type, disk, fee."`
	Name     string   `json:"name" jsonschema:"Which one."`
	Term     string   `json:"term" jsonschema:"For which term."`
	Per      string   `json:"per" jsonschema:"hour or month."`
	Old      *dollars `json:"old_usd" jsonschema:"The old price; null where not known."`
	New      *dollars `json:"new_usd" jsonschema:"The new price; null where not known."`
	Change   *ratio   `json:"change" jsonschema:"(new - old) / old; null where not known."`
	OldBasis text     `json:"old_basis" jsonschema:"How the old price is known."`
	NewBasis text     `json:"new_basis" jsonschema:"How the new price is known."`
}

type rowChange struct {
	Name   string        `json:"name" jsonschema:"Which one."`
	Kind   string        `json:"kind" jsonschema:"gone, changed, new."`
	Fields []fieldChange `json:"fields" jsonschema:"What changed; empty where it is gone or new."`
}

type fieldChange struct {
	Name string `json:"name" jsonschema:"The field, as in the catalog's file."`
	Old  text   `json:"old" jsonschema:"Null where not known."`
	New  text   `json:"new" jsonschema:"Null where not known."`
}
