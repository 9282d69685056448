// Package drift compares what is planned with what is written in Terraform and with what
// runs. It reads what `terraform show -json` prints (of a state, of a plan file, or the raw
// state), the variables that are emitted, and what `kubectl get nodes,pods -o json` prints.
//
// What a side does not say is not known, and no drift: a state of EKS names subnets and no
// zones, a node does not say how many there may be.
package drift

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
)

// GroupLabel is the node label that names the planned group.
const GroupLabel = "scantling.dev/group"

// Group is what one side says of a node group. Zero values are not known.
type Group struct {
	// Types and Capacity ("on_demand", "spot") are sorted.
	Types, Capacity []string
	// Min, Desired and Max are counts over all zones.
	Min, Desired, Max *int
	// Zones are nodes by zone.
	Zones map[string]int
	// Versions are minors of Kubernetes, sorted.
	Versions []string
	Labels   map[string]string
	// Taints are "key=value:Effect", sorted; nil is not known.
	Taints []string
	// Pods that run, by workload.
	Pods map[string]int

	// parts are nodes by type, way to buy and zone; mixed: not of all nodes.
	parts parts
	mixed bool
}

// Side is all that one side says.
type Side struct {
	Groups map[string]*Group
	// Version of the control plane; empty is not known.
	Version string
	// Unknown are what the side cannot say, a sentence each.
	Unknown []string
	// Strays are nodes and groups that belong to no group by label or name, with why.
	Strays []string
}

// of returns a group, made where it is not there yet.
func (s *Side) of(name string) *Group {
	if s.Groups == nil {
		s.Groups = map[string]*Group{}
	}
	if s.Groups[name] == nil {
		s.Groups[name] = &Group{}
	}
	return s.Groups[name]
}

// Row is one thing that the sides say, empty where a side does not.
type Row struct {
	Path, What                  string
	Planned, Terraform, Running string
	// Drift: a side says otherwise than the plan. Else a Note says why it may.
	Drift bool
	Note  string
}

// Planned is what a plan says.
func Planned(p *planner.Plan) Side {
	s := Side{Version: p.Cluster.KubernetesVersion, Groups: map[string]*Group{}}
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		out := s.of(g.Name)
		out.Min, out.Desired, out.Max = new(g.MinNodes), new(g.Nodes), new(g.MaxNodes)
		out.Versions, out.Zones, out.Pods, out.Taints = []string{p.Cluster.KubernetesVersion}, map[string]int{}, map[string]int{}, []string{}
		for j := range g.Pools {
			out.Types, out.Capacity = with(out.Types, g.Pools[j].InstanceType), with(out.Capacity, string(g.Pools[j].CapacityType))
			for _, z := range g.Pools[j].NodesByZone {
				out.Zones[z.Zone] += z.Nodes
			}
		}
		out.parts = plannedParts(g)
		for j := range g.Workloads {
			out.Pods[g.Workloads[j].Name] = g.Workloads[j].Replicas
		}
		out.Labels = map[string]string{GroupLabel: g.Name}
		if at := slices.IndexFunc(p.Cluster.NodeGroups, func(d planner.NodeGroup) bool { return d.Name == g.Name }); at >= 0 {
			maps.Copy(out.Labels, p.Cluster.NodeGroups[at].Labels)
			for _, t := range p.Cluster.NodeGroups[at].Taints {
				out.Taints = with(out.Taints, taint(t.Key, t.Value, string(t.Effect)))
			}
		}
	}
	return s
}

// with adds a word to a sorted set.
func with(list []string, word string) []string { return tfread.With(list, word) }

func taint(key, value, effect string) string {
	if value != "" {
		key += "=" + value
	}
	return key + ":" + effect
}

// Compare returns what the sides say of every planned group, in order, and of groups that
// are not planned. Written and running may be nil.
func Compare(p *planner.Plan, written, running *Side) []Row {
	side := Planned(p)
	c := &comparer{p: p, planned: &side, written: written, running: running}
	none := &Side{}
	if written == nil {
		c.written = none
	}
	if running == nil {
		c.running = none
	}
	c.add(Row{Path: "cluster", What: "kubernetes_version", Planned: side.Version, Terraform: c.written.Version, Running: c.running.Version})
	for i := range p.NodeGroups {
		c.group(&p.NodeGroups[i], written != nil, running != nil)
	}
	for _, s := range []struct {
		side *Side
		name string
	}{{c.written, "Terraform"}, {c.running, "running"}} {
		for _, name := range slices.Sorted(maps.Keys(s.side.Groups)) {
			if side.Groups[name] == nil {
				row := Row{Path: "node_group." + name, What: "group", Drift: true, Note: "it is not planned"}
				if s.name == "Terraform" {
					row.Terraform = "there"
				} else {
					row.Running = "there"
				}
				c.rows = append(c.rows, row)
			}
		}
		for _, stray := range s.side.Strays {
			row := Row{Path: "cluster", What: "not planned", Drift: true, Note: "no planned group's label " + GroupLabel + " or name"}
			if s.name == "Terraform" {
				row.Terraform = stray
			} else {
				row.Running = stray
			}
			c.rows = append(c.rows, row)
		}
	}
	return c.rows
}

type comparer struct {
	p                         *planner.Plan
	planned, written, running *Side
	rows                      []Row
}

// add adds a row; drift is what is said and not as planned.
func (c *comparer) add(r Row) {
	if r.Planned == "" && r.Terraform == "" && r.Running == "" {
		return
	}
	r.Drift = r.Terraform != "" && r.Terraform != r.Planned || r.Running != "" && r.Running != r.Planned
	c.rows = append(c.rows, r)
}

// group compares one planned group.
func (c *comparer) group(g *planner.GroupPlan, written, running bool) {
	path := g.Path()
	want, tf, now := c.planned.Groups[g.Name], c.written.Groups[g.Name], c.running.Groups[g.Name]
	if missing := written && tf == nil || running && now == nil && g.MinNodes > 0; missing {
		row := Row{Path: path, What: "group", Planned: "there", Drift: true, Note: "it is not there"}
		if written {
			row.Terraform = there(tf != nil)
		}
		if running {
			row.Running = there(now != nil)
		}
		c.rows = append(c.rows, row)
	}
	empty := &Group{}
	if tf == nil {
		tf = empty
	}
	if now == nil {
		now = empty
	}
	words := func(what string, of func(*Group) []string) {
		c.add(Row{Path: path, What: what, Planned: strings.Join(of(want), " "), Terraform: strings.Join(of(tf), " "), Running: strings.Join(of(now), " ")})
	}
	words("instance types", func(g *Group) []string { return g.Types })
	words("capacity", func(g *Group) []string { return g.Capacity })
	words("kubernetes_version", func(g *Group) []string { return g.Versions })
	c.add(Row{Path: path, What: "min nodes", Planned: number(want.Min), Terraform: number(tf.Min), Running: number(now.Min)})
	c.add(Row{Path: path, What: "max nodes", Planned: number(want.Max), Terraform: number(tf.Max), Running: number(now.Max)})
	c.desired(path, want, tf, now)
	c.zones(path, g, want, tf, now)
	c.parted(path, g, want, tf, now)
	for _, key := range slices.Sorted(maps.Keys(want.Labels)) {
		c.add(Row{Path: path, What: "label " + key, Planned: want.Labels[key], Terraform: labelOf(tf, key), Running: labelOf(now, key)})
	}
	c.add(Row{Path: path, What: "taints", Planned: set(want.Taints), Terraform: set(tf.Taints), Running: set(now.Taints)})
	c.pods(path, g, want, now)
}

func there(is bool) string {
	if is {
		return "there"
	}
	return "missing"
}

// desired compares the count that is asked for: once a group is there Terraform leaves
// it to the autoscaler, so that a value within the bounds is as good.
func (c *comparer) desired(path string, want, tf, now *Group) {
	r := Row{Path: path, What: "desired nodes", Planned: number(want.Desired), Terraform: number(tf.Desired)}
	if now.Zones != nil {
		n := 0
		for _, of := range now.Zones {
			n += of
		}
		r.Running = strconv.Itoa(n)
	}
	c.add(r)
	last := &c.rows[len(c.rows)-1]
	if !last.Drift {
		return
	}
	within := func(s string) bool {
		n, err := strconv.Atoi(s)
		return s == "" || err == nil && *want.Min <= n && n <= *want.Max
	}
	// desired_size is ignored after a group is made: what is written there says nothing,
	// as long as the bounds admit what runs.
	if within(last.Running) && (last.Terraform == "" || within(last.Terraform)) {
		last.Drift, last.Note = false, "within the planned bounds; ignored after a group is made"
	}
}

// zones compares nodes by zone; where the count follows the load their difference counts.
func (c *comparer) zones(path string, g *planner.GroupPlan, want, tf, now *Group) {
	zones := slices.Sorted(maps.Keys(want.Zones))
	for _, of := range []*Group{tf, now} {
		for z := range of.Zones {
			zones = with(zones, z)
		}
	}
	in := func(of *Group, zone string) string {
		if of.Zones == nil {
			return ""
		}
		return strconv.Itoa(of.Zones[zone])
	}
	for _, z := range zones {
		c.add(Row{Path: path, What: "nodes in " + z, Planned: in(want, z), Terraform: in(tf, z), Running: in(now, z)})
		last := &c.rows[len(c.rows)-1]
		if !last.Drift || g.MinNodes == g.MaxNodes || want.Zones[z] == 0 || !inBounds(g, z, last.Terraform, last.Running) {
			continue
		}
		last.Drift, last.Note = false, "the count follows the load"
	}
}

// inBounds reports whether counts of a zone, empty where they are not known, are within the
// bounds of the zone's own pools. A group that is not split by zone has none.
func inBounds(g *planner.GroupPlan, zone string, counts ...string) bool {
	least, most, split := 0, 0, false
	for i := range g.Pools {
		if p := &g.Pools[i]; p.Zone == zone {
			least, most, split = least+p.MinNodes, most+p.MaxNodes, true
		}
	}
	return !split || !slices.ContainsFunc(counts, func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && (n < least || n > most)
	})
}

// pods compares the pods that run with the planned replicas.
func (c *comparer) pods(path string, g *planner.GroupPlan, want, now *Group) {
	if now.Pods == nil {
		return
	}
	for i := range g.Workloads {
		w := &g.Workloads[i]
		if w.Job != nil {
			continue // its pods come and go
		}
		c.add(Row{Path: path + ".workload." + w.Name, What: "replicas", Planned: strconv.Itoa(want.Pods[w.Name]), Running: strconv.Itoa(now.Pods[w.Name])})
		last := &c.rows[len(c.rows)-1]
		if n := now.Pods[w.Name]; last.Drift && w.Autoscaler != nil && w.Autoscaler.MinReplicas <= n && n <= w.Autoscaler.MaxReplicas {
			last.Drift, last.Note = false, fmt.Sprintf("its autoscaler keeps %d-%d", w.Autoscaler.MinReplicas, w.Autoscaler.MaxReplicas)
		}
	}
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func labelOf(g *Group, key string) string {
	if g.Labels == nil {
		return ""
	}
	if v, ok := g.Labels[key]; ok {
		return v
	}
	return "none"
}

// set writes a set of taints; nil is not known.
func set(list []string) string {
	switch {
	case list == nil:
		return ""
	case len(list) == 0:
		return "none"
	}
	return strings.Join(list, " ")
}
