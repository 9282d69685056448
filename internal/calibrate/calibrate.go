// Package calibrate sets what a plan takes nodes to offer beside what nodes that run say
// of themselves: the formulas of allocatable resources, and the memory that the catalog
// states, held against a cluster.
package calibrate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// groupLabel is the node label that names a planned group.
const groupLabel = "scantling.dev/group"

// Row is one resource of the nodes of one type in a group.
type Row struct {
	Group, Type string
	// Resource is "cpu", "memory", "pods" or "ephemeral_storage".
	Resource string
	// Nodes that were seen.
	Nodes int
	// Planned is what the plan takes a node to offer; Least and Most what nodes do. In
	// thousandths of a core, bytes and pods.
	Planned, Least, Most int64
	// Error is Planned / Least - 1, away from zero: above zero the plan counts on more
	// than there is.
	Error units.Ratio
}

// Memory is what the operating systems of the nodes of a type saw, which the catalog could
// take over.
type Memory struct {
	Type string
	// Seen is the least MemTotal; Catalog is what the catalog has been told of it, and
	// Stated what the provider says. Catalog is 0 where nobody measured.
	Seen, Catalog, Stated units.Bytes
	Nodes                 int
}

// Result is all that was compared.
type Result struct {
	// Rows are sorted: those where the plan counts on more than there is, the worst of
	// them first, then the others by how far they are off.
	Rows []Row
	// Memory is sorted by type, and holds types whose memory is not what the catalog
	// has as measured.
	Memory []Memory
	// Unknown is what could not be compared, a sentence each.
	Unknown []string
}

// Over returns the rows where the plan counts on more than there is, by more than a share.
func (r *Result) Over(tolerance units.Ratio) []Row {
	var out []Row
	for _, row := range r.Rows {
		if row.Error > tolerance {
			out = append(out, row)
		}
	}
	return out
}

// Compare compares a plan with nodes.
func Compare(p *planner.Plan, nodes []importer.Node) Result {
	var out Result
	used := map[string]bool{}
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		seen := map[string]bool{}
		for j := range g.Pools {
			pool := &g.Pools[j]
			if seen[pool.InstanceType] {
				continue // the same type bought in another way
			}
			seen[pool.InstanceType] = true
			var mine []*importer.Node
			for k := range nodes {
				if n := &nodes[k]; belongs(p, g, pool.InstanceType, n) {
					mine = append(mine, n)
					used[n.Name] = true
				}
			}
			if len(mine) == 0 {
				out.Unknown = append(out.Unknown, fmt.Sprintf("%s: no node of type %s runs", g.Path(), pool.InstanceType))
				continue
			}
			out.rows(g.Name, pool, mine)
		}
	}
	strays := map[string]int{}
	for i := range nodes {
		if n := &nodes[i]; !used[n.Name] && !controlPlane(n) {
			strays[cmp.Or(n.Labels[corev1.LabelInstanceTypeStable], "an unknown type")]++
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(strays)) {
		out.Unknown = append(out.Unknown, fmt.Sprintf("nodes of %s: none is planned for their group (%d)", typ, strays[typ]))
	}
	slices.SortFunc(out.Rows, worse)
	out.memory(p, nodes)
	return out
}

// worse orders rows, the worst first.
func worse(a, b Row) int {
	over := func(r Row) units.Ratio { return max(r.Error, 0) }
	return cmp.Or(
		cmp.Compare(over(b), over(a)), cmp.Compare(a.Error, b.Error),
		cmp.Compare(a.Group, b.Group), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Resource, b.Resource),
	)
}

func controlPlane(n *importer.Node) bool {
	_, is := n.Labels["node-role.kubernetes.io/control-plane"]
	return is
}

// belongs reports whether a node is of a type in a group: by our label, else by the name
// of its provider's group, else where one group alone has the type.
func belongs(p *planner.Plan, g *planner.GroupPlan, typ string, n *importer.Node) bool {
	if n.Labels[corev1.LabelInstanceTypeStable] != typ || controlPlane(n) {
		return false
	}
	if name := n.Labels[groupLabel]; name != "" {
		return name == g.Name
	}
	best, with := "", 0
	for i := range p.NodeGroups {
		o := &p.NodeGroups[i]
		if slices.ContainsFunc(o.Pools, func(pool planner.Pool) bool { return pool.InstanceType == typ }) {
			with++
		}
		if name := n.Pool(); (name == o.Name || strings.HasPrefix(name, o.Name+"-")) && len(o.Name) > len(best) {
			best = o.Name
		}
	}
	return best == g.Name || best == "" && with == 1
}

// rows compares the resources of a pool with those of its nodes.
func (r *Result) rows(group string, pool *planner.Pool, nodes []*importer.Node) {
	a := &pool.Allocatable
	for _, of := range []struct {
		resource string
		name     corev1.ResourceName
		planned  int64
	}{
		{"cpu", corev1.ResourceCPU, int64(a.CPU)},
		{"memory", corev1.ResourceMemory, int64(a.Memory)},
		{"pods", corev1.ResourcePods, int64(a.Pods)},
		{"ephemeral_storage", corev1.ResourceEphemeralStorage, int64(a.EphemeralStorage)},
	} {
		row := Row{Group: group, Type: pool.InstanceType, Resource: of.resource, Planned: of.planned}
		for _, n := range nodes {
			q, has := n.Allocatable[of.name]
			if !has {
				continue
			}
			v := q.Value()
			if of.name == corev1.ResourceCPU {
				v = q.MilliValue()
			}
			if row.Nodes == 0 || v < row.Least {
				row.Least = v
			}
			row.Most = max(row.Most, v)
			row.Nodes++
		}
		if row.Nodes == 0 || row.Least <= 0 || row.Planned <= 0 {
			continue // one of the sides does not say
		}
		row.Error = off(row.Planned, row.Least)
		r.Rows = append(r.Rows, row)
	}
}

// off is planned / seen - 1, away from zero.
func off(planned, seen int64) units.Ratio {
	diff := new(big.Int).Mul(big.NewInt(planned-seen), big.NewInt(int64(units.Whole)))
	q, rest := diff.QuoRem(diff, big.NewInt(seen), new(big.Int))
	q.Add(q, big.NewInt(int64(rest.Sign())))
	if !q.IsInt64() {
		return math.MaxInt64 // of what can be off by so much, the plan has more
	}
	return units.Ratio(q.Int64())
}

// memory finds the types whose nodes saw another size than the catalog has.
func (r *Result) memory(p *planner.Plan, nodes []importer.Node) {
	least := map[string]Memory{}
	for i := range nodes {
		n := &nodes[i]
		q, has := n.Capacity[corev1.ResourceMemory]
		if typ := n.Labels[corev1.LabelInstanceTypeStable]; has && typ != "" {
			m := least[typ]
			m.Type, m.Nodes = typ, m.Nodes+1
			if seen := units.Bytes(q.Value()); m.Seen == 0 || seen < m.Seen {
				m.Seen = seen
			}
			least[typ] = m
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(least)) {
		for i := range p.Offers {
			t := &p.Offers[i]
			if m := least[typ]; t.Name == typ && m.Seen > 0 && m.Seen != t.MeasuredMemory {
				m.Catalog, m.Stated = t.MeasuredMemory, t.Memory
				r.Memory = append(r.Memory, m)
			}
		}
	}
}
