package document

import (
	"io"

	"github.com/scantling-dev/scantling/planner/units"
)

// CalibrateRow is one resource of the nodes of a type, in thousandths of a core, bytes or
// pods.
type CalibrateRow struct {
	Group, Type, Resource string
	Nodes                 int
	Planned, Least, Most  int64
	Error                 units.Ratio
	// Over: the plan counts on more than there is, by more than is tolerated.
	Over bool
}

// MeasuredMemory is what the systems of a type see.
type MeasuredMemory struct {
	Type                  string
	Seen, Catalog, Stated units.Bytes
	Nodes                 int
}

// EncodeCalibration writes what nodes offer beside what was planned.
func EncodeCalibration(w io.Writer, cluster string, rows []CalibrateRow, memory []MeasuredMemory, unknown []string, tool string) error {
	d := calibration{FormatVersion: FormatVersion, ToolVersion: tool, Cluster: cluster, Rows: []calibrationRow{}, Memory: []measuredMemory{}, Unknown: append([]string{}, unknown...)}
	for _, r := range rows {
		d.Rows = append(d.Rows, calibrationRow{
			NodeGroup: r.Group, InstanceType: r.Type, Resource: r.Resource, Nodes: r.Nodes,
			Planned: r.Planned, Least: r.Least, Most: r.Most, Error: ratio(r.Error), Over: r.Over,
		})
		d.Over = d.Over || r.Over
	}
	for _, m := range memory {
		row := measuredMemory{InstanceType: m.Type, Seen: int64(m.Seen), Stated: int64(m.Stated), Nodes: m.Nodes}
		if m.Catalog > 0 {
			row.Catalog = new(int64(m.Catalog))
		}
		d.Memory = append(d.Memory, row)
	}
	return write(w, &d)
}

type calibration struct {
	FormatVersion string           `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string           `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Cluster       string           `json:"cluster" jsonschema:"Name of the cluster."`
	Over          bool             `json:"over" jsonschema:"Whether any row is over."`
	Rows          []calibrationRow `json:"rows" jsonschema:"What was compared, the worst first."`
	Memory        []measuredMemory `json:"memory" jsonschema:"Types whose systems see another memory than the catalog has as measured."`
	Unknown       []string         `json:"unknown" jsonschema:"What could not be compared."`
}

type calibrationRow struct {
	NodeGroup    string `json:"node_group" jsonschema:"Name of the group."`
	InstanceType string `json:"instance_type" jsonschema:"Type of the nodes."`
	Resource     string `json:"resource" jsonschema:"cpu, memory, pods or ephemeral_storage."`
	Nodes        int    `json:"nodes" jsonschema:"Nodes that were seen."`
	Planned      int64  `json:"planned" jsonschema:"What the plan takes a node to offer, in thousandths of a core, bytes or pods."`
	Least        int64  `json:"least" jsonschema:"The least that a node offers."`
	Most         int64  `json:"most" jsonschema:"The most that a node offers."`
	Error        ratio  `json:"error" jsonschema:"planned / least - 1; above zero the plan counts on more than there is."`
	Over         bool   `json:"over" jsonschema:"Whether it does by more than is tolerated."`
}

type measuredMemory struct {
	InstanceType string `json:"instance_type" jsonschema:"Name of the type."`
	Seen         int64  `json:"seen_bytes" jsonschema:"The least memory that a system sees."`
	Catalog      *int64 `json:"measured_bytes" jsonschema:"What the catalog has as measured; null where nobody measured."`
	Stated       int64  `json:"stated_bytes" jsonschema:"What the provider states."`
	Nodes        int    `json:"nodes" jsonschema:"Nodes that were seen."`
}
