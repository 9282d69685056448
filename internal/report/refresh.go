package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/internal/document"
)

// mostQuarantined bounds the rows that are shown of a region.
const mostQuarantined = 5

// CatalogRefresh writes what a refresh made of each region: what the cache has now,
// and what is another than before.
func CatalogRefresh(w io.Writer, rows []document.Refreshed, o Options) error {
	out := &page{o: o}
	t := table{columns: []column{
		{title: "PROVIDER"},
		{title: "REGION"},
		{title: "OUTCOME"},
		{title: "TYPES", right: true},
		{title: "PRICED", right: true},
		{title: "SPOT", right: true},
		{title: "QUARANTINED", right: true},
		{title: "CHANGED", right: true},
		{title: "NEW", right: true, drop: 2},
		{title: "GONE", right: true, drop: 2},
		{title: "BEFORE", drop: 3},
		{title: "SHA256", drop: 1},
	}}
	for i := range rows {
		r := &rows[i]
		if r.Catalog == nil {
			t.add(r.Provider, r.Region, r.Outcome)
			continue
		}
		before := none
		if r.Before != nil {
			before = r.Before.Source + ", " + string(r.Before.Date)
		}
		c := r.Catalog
		cells := []string{r.Provider, r.Region, r.Outcome, number(c.Types), number(c.OnDemand.Known()), number(c.Spot.Known())}
		if r.Outcome == document.OutcomeRefreshed {
			cells = append(cells, number(len(r.Quarantined)), number(r.Changed), number(r.Added), number(r.Removed), before)
		} else {
			cells = append(cells, none, none, none, none, before)
		}
		t.add(append(cells, c.SHA256[:min(len(c.SHA256), 12)])...)
	}
	out.table(&t)
	out.blank()
	out.prose("CHANGED counts types whose price on demand is another than in the catalog BEFORE, from which plans were made until now; NEW and GONE count types that it does not have, or alone has.")
	for i := range rows {
		out.refreshed(&rows[i])
	}
	return out.flush(w)
}

// refreshed writes what is to be said of one region beside its row.
func (p *page) refreshed(r *document.Refreshed) {
	name := r.Provider + " " + r.Region
	if r.Problem != "" && r.Outcome == document.OutcomeKept {
		p.prose(name + ": " + r.Problem)
	}
	for _, q := range r.Quarantined[:min(len(r.Quarantined), mostQuarantined)] {
		p.prose(fmt.Sprintf("%s: quarantined %s: %s", name, q.Path, q.Reason))
	}
	if more := len(r.Quarantined) - mostQuarantined; more > 0 {
		p.prose(fmt.Sprintf("%s: quarantined %s more: scantling catalog status -o json lists them", name, number(more)))
	}
	if len(r.Quotas) == 0 {
		return
	}
	var words []string
	for _, q := range r.Quotas {
		words = append(words, q.Name+" = "+strconv.FormatFloat(q.Limit, 'f', -1, 64))
	}
	p.prose(name + ": quotas of the account, as in a spec's quota block: " + strings.Join(words, ", "))
}
