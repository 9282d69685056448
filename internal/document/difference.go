package document

import (
	"encoding/json"
	"io"

	"github.com/scantling-dev/scantling/planner"
)

// EncodeDifference writes what changed from one plan to another, and why.
func EncodeDifference(w io.Writer, d *planner.Difference, tool string) error {
	out := differenceDocument{
		FormatVersion: FormatVersion, ToolVersion: tool, Old: sideOf(&d.Old), New: sideOf(&d.New), Method: string(d.Method),
		Reasons: []reason{}, Changes: []change{}, ByCause: []causeAmount{},
	}
	for _, r := range d.Reasons {
		out.Reasons = append(out.Reasons, reason{Cause: string(r.Cause), Path: r.Path, Old: text(r.Old), New: text(r.New)})
	}
	for i := range d.Changes {
		c := &d.Changes[i]
		line := change{Kind: string(c.Kind), Path: c.Path, What: c.What, Old: text(c.Old), New: text(c.New), Causes: words(c.Causes), Apart: c.Apart}
		if c.Kind == planner.CostChange {
			syncAmount(writing, &line.OldCost, &c.OldCost)
			syncAmount(writing, &line.NewCost, &c.NewCost)
		}
		out.Changes = append(out.Changes, line)
	}
	for _, b := range d.ByCause {
		out.ByCause = append(out.ByCause, causeAmount{Causes: words(b.Causes), USDPerHour: dollars(b.Amount.Rate), USDPerMonth: dollars(b.Amount.Rate.PerMonth())})
	}
	return write(w, &out)
}

func words(list []planner.Cause) []string {
	out := []string{}
	for _, c := range list {
		out = append(out, string(c))
	}
	return out
}

func sideOf(s *planner.DifferenceSide) differenceSide {
	out := differenceSide{Name: s.Name, Locked: s.Locked, Cluster: s.Cluster, ToolVersion: s.Tool}
	syncSpec(writing, &out.Spec, &s.Spec)
	syncCatalog(writing, &out.Catalog, &s.Catalog)
	if s.Total.Known {
		out.USDPerHour, out.USDPerMonth = new(dollars(s.Total.Rate)), new(dollars(s.Total.Rate.PerMonth()))
	}
	if out.Spec.Variables == nil {
		out.Spec.Variables = map[string]json.RawMessage{}
	}
	return out
}

type differenceDocument struct {
	FormatVersion string         `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string         `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Old           differenceSide `json:"old" jsonschema:"The side that changed."`
	New           differenceSide `json:"new" jsonschema:"What it changed to."`
	Method        string         `json:"method" jsonschema:"one_cause, planned_again or not_told_apart."`
	Reasons       []reason       `json:"reasons" jsonschema:"What differs of what the plans were made from."`
	Changes       []change       `json:"changes" jsonschema:"What changed of what is to be run, of the bill and of findings."`
	ByCause       []causeAmount  `json:"by_cause" jsonschema:"What each cause adds to the bill; empty where a bill is not known."`
}

type differenceSide struct {
	Name        string   `json:"name" jsonschema:"What the user called it."`
	Locked      bool     `json:"lock_file" jsonschema:"Whether it is a lock file."`
	Cluster     string   `json:"cluster" jsonschema:"Name of the cluster."`
	ToolVersion string   `json:"tool_version" jsonschema:"Version of the program that planned."`
	Spec        spec     `json:"spec" jsonschema:"What identifies the spec."`
	Catalog     catalog  `json:"catalog" jsonschema:"The catalog."`
	USDPerHour  *dollars `json:"usd_per_hour" jsonschema:"The bill; null where a price is not known."`
	USDPerMonth *dollars `json:"usd_per_month" jsonschema:"The same for 730 hours."`
}

type reason struct {
	Cause string `json:"cause" jsonschema:"rule, lock, demand, spec, catalog or price."`
	Path  string `json:"path" jsonschema:"Address of what differs."`
	Old   text   `json:"old" jsonschema:"Its value before; null where there was none."`
	New   text   `json:"new" jsonschema:"Its value now; null where there is none."`
}

type change struct {
	Kind    string   `json:"kind" jsonschema:"cluster, group, workload, price, cost or finding."`
	Path    string   `json:"path" jsonschema:"Address of what changed."`
	What    string   `json:"what" jsonschema:"Which attribute of it."`
	Old     text     `json:"old" jsonschema:"Its value before, in words; null where there was none."`
	New     text     `json:"new" jsonschema:"Its value now; null where there is none."`
	OldCost *dollars `json:"old_usd_per_hour" jsonschema:"Of a line of the bill, what it was; null where not known and of other kinds."`
	NewCost *dollars `json:"new_usd_per_hour" jsonschema:"What it is now."`
	Causes  []string `json:"causes" jsonschema:"The causes that had a part in it."`
	Apart   bool     `json:"told_apart" jsonschema:"Whether each of the causes is known to have had a part; false: one of them had, or several."`
}

type causeAmount struct {
	Causes      []string `json:"causes" jsonschema:"The causes; several where they could not be told apart."`
	USDPerHour  dollars  `json:"usd_per_hour" jsonschema:"What they add to the bill."`
	USDPerMonth dollars  `json:"usd_per_month" jsonschema:"The same for 730 hours."`
}
