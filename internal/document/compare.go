package document

import (
	"io"

	"github.com/scantling-dev/scantling/planner"
)

// EncodeComparison writes what others would buy beside a plan.
func EncodeComparison(w io.Writer, p *planner.Plan, c *planner.Comparison, tool string) error {
	d := comparisonDocument{FormatVersion: FormatVersion, ToolVersion: tool, Cluster: summaryOf(&p.Cluster), Groups: []groupComparison{}}
	for i := range c.Groups {
		g := &c.Groups[i]
		out := groupComparison{NodeGroup: g.Group, Pods: g.Pods, Types: g.Types, Why: text(g.Why), Packed: []bought{}, Plan: boughtOf(&g.Plan)}
		if g.LowerBound > 0 {
			out.LowerBound = new(dollars(g.LowerBound))
		}
		for j := range g.Packed {
			out.Packed = append(out.Packed, boughtOf(&g.Packed[j]))
		}
		d.Groups = append(d.Groups, out)
	}
	return write(w, &d)
}

func boughtOf(b *planner.Bought) bought {
	d := bought{Rule: b.Rule, Nodes: b.Nodes, Types: map[string]int{}, Why: text(b.Why)}
	for _, t := range b.Types {
		d.Types[t.InstanceType] = t.Nodes
	}
	if b.Cost.Known {
		d.USDPerHour, d.USDPerMonth = new(dollars(b.Cost.Rate)), new(dollars(b.Cost.Rate.PerMonth()))
	}
	if b.Ratio > 0 {
		d.Ratio = new(ratio(b.Ratio))
	}
	return d
}

type comparisonDocument struct {
	FormatVersion string            `json:"format_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion   string            `json:"tool_version" jsonschema:"Version of the program that wrote the document."`
	Cluster       clusterSummary    `json:"cluster" jsonschema:"The cluster of the plan."`
	Groups        []groupComparison `json:"node_groups" jsonschema:"The comparison of each node group, in the plan's order."`
}

type groupComparison struct {
	NodeGroup  string   `json:"node_group" jsonschema:"Name of the group."`
	Pods       int      `json:"pods" jsonschema:"Pods that every row carries."`
	Types      int      `json:"types" jsonschema:"Types that all may buy."`
	Why        text     `json:"why" jsonschema:"Why nothing is compared; null where there are rows."`
	LowerBound *dollars `json:"lower_bound_usd_per_hour" jsonschema:"Proved bound on the cost of any nodes that carry the pods; null where there is none."`
	Packed     []bought `json:"packed" jsonschema:"Rows without redundancy: each places the pods once, and promises nothing of failures, rollouts or the scheduler."`
	Plan       bought   `json:"plan" jsonschema:"What the plan buys, with all that it promises."`
}

type bought struct {
	Rule        string         `json:"rule" jsonschema:"packed_mixed, packed_one_type, first_fit, cheapest_core, karpenter or plan."`
	Nodes       int            `json:"nodes" jsonschema:"Nodes."`
	Types       map[string]int `json:"types" jsonschema:"Nodes by instance type."`
	USDPerHour  *dollars       `json:"usd_per_hour" jsonschema:"Cost of the nodes, without disks; null where not known."`
	USDPerMonth *dollars       `json:"usd_per_month" jsonschema:"The same for 730 hours."`
	Ratio       *ratio         `json:"ratio" jsonschema:"Cost over that of packed_mixed; null where either is not known."`
	Why         text           `json:"why" jsonschema:"Why there are no such nodes; null where there are."`
}
