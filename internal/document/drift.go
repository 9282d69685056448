package document

import "io"

// DriftRow is one thing that sides say of a plan; null where a side does not.
type DriftRow struct {
	Path, What                  string
	Planned, Terraform, Running string
	Drift                       bool
	Note                        string
}

// EncodeDrift writes where Terraform or what runs is not what is planned.
func EncodeDrift(w io.Writer, cluster string, rows []DriftRow, unknown []string, tool string) error {
	d := driftDocument{FormatVersion: FormatVersion, ToolVersion: tool, Cluster: cluster, Rows: []driftRow{}, Unknown: append([]string{}, unknown...)}
	for _, r := range rows {
		d.Rows = append(d.Rows, driftRow{Path: r.Path, What: r.What, Planned: text(r.Planned), Terraform: text(r.Terraform), Running: text(r.Running), Drift: r.Drift, Note: text(r.Note)})
		d.Drift = d.Drift || r.Drift
	}
	return write(w, &d)
}

type driftDocument struct {
	FormatVersion string     `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string     `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Cluster       string     `json:"cluster" jsonschema:"Name of the cluster."`
	Drift         bool       `json:"drift" jsonschema:"Whether any row is drift."`
	Rows          []driftRow `json:"rows" jsonschema:"Everything that was compared."`
	Unknown       []string   `json:"unknown" jsonschema:"What the sides cannot say."`
}

type driftRow struct {
	Path      string `json:"path" jsonschema:"Address of what was compared."`
	What      string `json:"what" jsonschema:"Which attribute of it."`
	Planned   text   `json:"planned" jsonschema:"What the plan says; null where it does not."`
	Terraform text   `json:"terraform" jsonschema:"What Terraform has."`
	Running   text   `json:"running" jsonschema:"What runs."`
	Drift     bool   `json:"drift" jsonschema:"Whether a side says otherwise than the plan."`
	Note      text   `json:"note" jsonschema:"Why it does, or may; null where there is nothing to say."`
}
