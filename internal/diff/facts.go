package diff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// fact is one thing that a plan says, by its address and attribute.
type fact struct {
	kind       planner.ChangeKind
	path, what string
	value      string
	cost       planner.Amount
}

func (f *fact) key() string { return f.path + "\x00" + f.what }

// same reports whether two facts of one key say the same.
func (f *fact) same(o *fact) bool { return f.value == o.value && f.cost == o.cost }

// facts are what a plan or lock says, in the order in which changes are told.
type facts struct {
	list  []fact
	index map[string]int
}

func (f *facts) add(x fact) {
	if _, twice := f.index[x.key()]; twice {
		return // two findings of a rule at one place: the first is told
	}
	f.index[x.key()] = len(f.list)
	f.list = append(f.list, x)
}

func (f *facts) say(kind planner.ChangeKind, path, what, value string) {
	if value != "" {
		f.add(fact{kind: kind, path: path, what: what, value: value})
	}
}

// of returns the fact with a key; nil where there is none.
func (f *facts) of(key string) *fact {
	if i, ok := f.index[key]; ok {
		return &f.list[i]
	}
	return nil
}

const (
	total         = "total"
	machineGroups = "groups of machines"
)

// factsOf are what a lock says and, with a plan, its bill and findings.
func factsOf(l *planner.Lock, p *planner.Plan) *facts {
	f := &facts{index: map[string]int{}}
	f.say(planner.ClusterChange, "cluster", "name", l.Cluster)
	f.say(planner.ClusterChange, "cluster", "provider", l.Provider)
	f.say(planner.ClusterChange, "cluster", "region", l.Region)
	f.say(planner.ClusterChange, "cluster", "kubernetes_version", l.KubernetesVersion)
	f.say(planner.ClusterChange, "cluster", "upgrade to", l.UpgradeTo)
	for i := range l.NodeGroups {
		f.group(&l.NodeGroups[i])
	}
	f.say(planner.GroupChange, "control_plane", "mode", string(l.ControlPlane.Mode))
	for _, m := range l.ControlPlane.Machines {
		path := "control_plane." + m.Role
		f.say(planner.GroupChange, path, "instance type", m.InstanceType)
		f.say(planner.GroupChange, path, "nodes", strconv.Itoa(m.Nodes))
		f.say(planner.PriceChange, path, "price of "+m.InstanceType, priceWords(&m.Price))
	}
	if p != nil {
		f.bill(p)
	}
	f.add(fact{kind: planner.CostChange, path: "cost", what: total, cost: l.Total, value: known(l.Total)})
	if p != nil {
		f.upgrade(p)
		for _, finding := range p.Findings {
			f.say(planner.FindingChange, finding.Path, finding.Rule, string(finding.Severity)+": "+finding.Message)
		}
	}
	return f
}

func (f *facts) group(g *planner.LockedGroup) {
	path := "node_group." + g.Name
	var types []string
	var split []string
	n := 0
	for _, p := range g.Pools {
		name := p.InstanceType
		if p.CapacityType == planner.Spot {
			name += " spot"
		}
		types = append(types, name)
		var zones []string
		for _, z := range p.NodesByZone {
			n += z.Nodes
			zones = append(zones, strconv.Itoa(z.Nodes))
		}
		split = append(split, strings.Join(zones, "/"))
	}
	f.say(planner.GroupChange, path, "instance types", strings.Join(types, " + "))
	f.say(planner.GroupChange, path, "nodes", fmt.Sprintf("%d (%s)", n, strings.Join(split, " + ")))
	machines := "over all zones"
	if g.SplitByZone {
		machines = "by zone"
	}
	f.say(planner.GroupChange, path, machineGroups, machines)
	bounds := "" // of a fixed count they say nothing new
	if g.MinNodes != n || g.MaxNodes != n {
		bounds = fmt.Sprintf("%d-%d", g.MinNodes, g.MaxNodes)
	}
	f.say(planner.GroupChange, path, "bounds", bounds)
	f.say(planner.GroupChange, path, "image", string(g.Image))
	for _, p := range g.Pools {
		of := "price of " + p.InstanceType
		if p.CapacityType == planner.Spot {
			of += " spot"
		}
		f.say(planner.PriceChange, path, of, priceWords(&p.Price))
	}
	for _, w := range g.Replicas {
		f.say(planner.WorkloadChange, path+".workload."+w.Workload, "replicas", strconv.Itoa(w.Pods))
	}
}

// bill adds the lines of the bill. What the zones of a group cost is one line, whether it is
// split by zone or not.
func (f *facts) bill(p *planner.Plan) {
	zones := map[string]string{} // of the ends of paths
	for i := range p.NodeGroups {
		g := &p.NodeGroups[i]
		for j := range g.Pools {
			if z := g.Pools[j].Zone; z != "" {
				zones[g.Path()+".nodes."+z] = "." + z
				zones[g.Path()+".nodes."+g.Pools[j].InstanceType+"/"+z] = "/" + z
				zones[g.Path()+".nodes."+g.Pools[j].InstanceType+"/"+string(g.Pools[j].CapacityType)+"/"+z] = "/" + z
			}
		}
	}
	for _, l := range p.Cost.Lines {
		x := fact{kind: planner.CostChange, path: strings.TrimSuffix(l.Path, zones[l.Path]), what: "cost", cost: l.Amount}
		if of := f.of(x.key()); of != nil {
			of.cost = planner.Amount{Rate: of.cost.Rate + l.Amount.Rate, Known: of.cost.Known && l.Amount.Known}
			of.value = known(of.cost)
			continue
		}
		x.value = known(x.cost)
		f.add(x)
	}
}

// known says whether an amount is; amounts that are differ by themselves.
func known(a planner.Amount) string {
	if a.Known {
		return "known"
	}
	return "not known"
}

// priceWords writes a price of an hour with all its digits.
func priceWords(p *catalogs.Price) string {
	if !p.Known() {
		return "not known"
	}
	s := fmt.Sprintf("%d.%09d", p.Rate/units.DollarPerHour, p.Rate%units.DollarPerHour)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".") + "/h"
}

// renamed returns what was under one group under the name that it has now.
func (f *facts) renamed(names map[string]string) *facts {
	if len(names) == 0 {
		return f
	}
	out := &facts{index: map[string]int{}}
	for _, x := range f.list {
		x.path = renamePath(x.path, names)
		out.add(x)
	}
	return out
}

func renamePath(path string, names map[string]string) string {
	parts := strings.Split(path, ".")
	if len(parts) > 1 && parts[0] == "node_group" {
		if now, ok := names[parts[1]]; ok {
			parts[1] = now
		}
	}
	return strings.Join(parts, ".")
}

// renames are groups that have another name and the same workloads: of each name that is
// gone, the new one, where there is one alone.
func renames(old, now *planner.Lock) map[string]string {
	only := func(a, b *planner.Lock) []*planner.LockedGroup {
		var out []*planner.LockedGroup
		for i := range a.NodeGroups {
			if !slices.ContainsFunc(b.NodeGroups, func(g planner.LockedGroup) bool { return g.Name == a.NodeGroups[i].Name }) {
				out = append(out, &a.NodeGroups[i])
			}
		}
		return out
	}
	gone, come := only(old, now), only(now, old)
	out := map[string]string{}
	taken := map[string]int{}
	for _, g := range gone {
		found := 0
		for _, h := range come {
			if len(g.Replicas) > 0 && slices.EqualFunc(g.Replicas, h.Replicas, func(a, b planner.PodCount) bool { return a.Workload == b.Workload }) {
				out[g.Name] = h.Name
				found++
			}
		}
		if found != 1 {
			delete(out, g.Name)
			continue
		}
		taken[out[g.Name]]++
	}
	for name, now := range out {
		if taken[now] > 1 {
			delete(out, name)
		}
	}
	return out
}
