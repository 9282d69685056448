package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// whens are the situations of a prediction, and the columns that show them.
func whens() []struct{ during, title string } {
	return []struct{ during, title string }{
		{"normal", "PREDICTED"},
		{"rollout", "ROLLOUT"},
		{"node_loss", "NODE LOST"},
		{"zone_loss", "ZONE LOST"},
	}
}

// reasons are the parts of a replica count, in order.
func reasons() []struct {
	title string
	of    func(planner.ReplicaReasons) int
} {
	return []struct {
		title string
		of    func(planner.ReplicaReasons) int
	}{
		{"LOAD", func(r planner.ReplicaReasons) int { return r.Load }},
		{"SPARE", func(r planner.ReplicaReasons) int { return r.Spare }},
		{"MIN", func(r planner.ReplicaReasons) int { return r.Minimum }},
		{"ROLLOUT", func(r planner.ReplicaReasons) int { return r.Rollout }},
		{"NODE", func(r planner.ReplicaReasons) int { return r.Node }},
		{"ZONE", func(r planner.ReplicaReasons) int { return r.Zone }},
	}
}

// workloadRow is a workload with its group and its input.
type workloadRow struct {
	name  string
	plan  *planner.WorkloadPlan
	input *planner.Workload
	// manifest is the place that gives the replicas; empty where none does.
	manifest string
}

// rowsOf returns the workloads of all groups that are or are not the system's, with
// their input as it was sized for.
func rowsOf(plan *planner.Plan, system bool) []workloadRow {
	inputs := map[string]*planner.Workload{}
	for i := range plan.Cluster.NodeGroups {
		g := &plan.Cluster.NodeGroups[i]
		for j := range g.Workloads {
			inputs[g.Name+"/"+g.Workloads[j].Name] = &g.Workloads[j]
		}
	}
	places := map[string]string{}
	for i := range plan.Assumptions {
		places[plan.Assumptions[i].Path] = plan.Assumptions[i].Manifest()
	}
	var rows []workloadRow
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		for j := range g.Workloads {
			w := &g.Workloads[j]
			if w.System == system {
				name := g.Name + "/" + w.Name
				path := g.Path() + workloadInfix + w.Name
				rows = append(rows, workloadRow{name: name, plan: w, input: asSized(spreadOf(plan, path), inputs[name]), manifest: places[path+".replicas"]})
			}
		}
	}
	return rows
}

// target is one line of a workload: something to hold and what is predicted of
// it, in the order of the situations shown.
type target struct {
	words     string
	predicted []string
	model     string
}

// workloads writes the table of workloads: their replicas, reason by reason, and
// their targets with what the models predict. Reasons and situations that add
// nothing anywhere get no column. Where the page is too narrow, the models are
// listed below the table, then the predictions move beside their targets.
func (p *page) workloads(plan *planner.Plan) {
	rows := rowsOf(plan, false)
	during := predictedDuring(rows)
	counts := table{columns: []column{{title: "WORKLOAD"}, {title: "REPLICAS", right: true}}}
	var shown []func(planner.ReplicaReasons) int
	for i, r := range reasons() {
		uses := func(w workloadRow) bool { return r.of(w.plan.Reasons) != 0 }
		if i > 0 && !slices.ContainsFunc(rows, uses) {
			continue
		}
		sign := "+ "
		if i == 0 {
			sign = "= "
		}
		counts.columns = append(counts.columns, column{title: sign + r.title, right: true, tight: true})
		shown = append(shown, r.of)
	}
	wide, narrow := counts, counts
	wide.columns = append(slices.Clone(counts.columns), column{title: "TARGET"})
	for _, w := range during {
		wide.columns = append(wide.columns, column{title: w.title, right: true})
	}
	wide.columns = append(wide.columns, column{title: "MODEL"})
	narrow.columns = append(slices.Clone(counts.columns), column{title: "TARGET", wraps: true})
	models := map[string][]string{}
	for _, row := range rows {
		first := []string{row.name, number(row.plan.Replicas)}
		for _, of := range shown {
			first = append(first, number(of(row.plan.Reasons)))
		}
		for _, t := range targetsOf(row, during) {
			wide.add(slices.Concat(first, []string{t.words}, t.predicted, []string{t.model})...)
			narrow.add(append(slices.Clone(first), t.sentence(during))...)
			first = make([]string, len(first))
			if t.model != "" && !slices.Contains(models[t.model], row.name) {
				models[t.model] = append(models[t.model], row.name)
			}
		}
	}
	wide.removeEmpty()
	p.fitted(&wide, &narrow, models)
	p.fronts(rows)
	p.systemPods(plan)
}

// fitted writes the wide table if it fits, else without its models, else the
// narrow one; what is left out of the table is listed below it.
func (p *page) fitted(wide, narrow *table, models map[string][]string) {
	if wide.fits(p.o.width()) {
		p.table(wide)
		return
	}
	if last := len(wide.columns) - 1; wide.columns[last].title == "MODEL" {
		wide.remove(last)
	}
	if wide.fits(p.o.width()) {
		p.table(wide)
	} else {
		p.table(narrow)
	}
	label := "MODEL"
	for _, m := range slices.Sorted(maps.Keys(models)) {
		p.labelled(label, plain, m+": "+strings.Join(models[m], ", "))
		label = ""
	}
}

// sentence writes a target with its predictions: "p99 250 ms, predicted 84 ms,
// rollout 131 ms".
func (t target) sentence(during []struct{ during, title string }) string {
	var parts []string
	for i, value := range t.predicted {
		if value == none {
			continue
		}
		parts = append(parts, strings.ToLower(during[i].title)+" "+value)
	}
	return strings.Join(append([]string{t.words}, parts...), ", ")
}

// predictedDuring returns the situations that have a column, the normal one
// always.
func predictedDuring(rows []workloadRow) []struct{ during, title string } {
	all := whens()
	used := all[:1]
	for _, w := range all[1:] {
		if slices.ContainsFunc(rows, func(r workloadRow) bool {
			return slices.ContainsFunc(r.plan.Latency, func(l planner.LatencyPrediction) bool { return l.During == w.during })
		}) {
			used = append(used, w)
		}
	}
	return used
}

// targetsOf returns the lines of a workload, at least one.
func targetsOf(row workloadRow, during []struct{ during, title string }) []target {
	one := func(words, predicted, model string) target {
		cells := append([]string{predicted}, slices.Repeat([]string{none}, len(during)-1)...)
		return target{words: words, predicted: cells, model: model}
	}
	demand := planner.Demand{}
	if row.input != nil {
		demand = row.input.Demand
	}
	var out []target
	switch {
	case len(row.plan.Latency) > 0:
		for _, l := range latencyTargets(row.plan) {
			t := target{words: string(l.Statistic) + " " + milliseconds(l.Target), model: l.Model}
			for _, w := range during {
				t.predicted = append(t.predicted, predicted(row.plan, l, w.during))
			}
			out = append(out, t)
		}
	case demand.Way == planner.FromLoadTest:
		out = append(out, one(perSecond(demand.ThroughputPerPod)+" a pod", orNone(row.plan.PerPod), "load test"))
	case row.plan.Job != nil && demand.Job != nil:
		words, takes := count(row.plan.Job.Runs, "run")+" a day", none
		if row.plan.Job.Takes > 0 {
			words, takes = count(row.plan.Job.Runs, "run")+" in "+span(demand.Job.FinishWithin), hoursMinutes(row.plan.Job.Takes)+" h"
		}
		out = append(out, one(words, takes, "runs in turn"))
	case row.plan.Binding == "given" || demand.Way == planner.GivenReplicas:
		given := "given"
		if row.manifest != "" {
			given += " by " + row.manifest
		}
		out = append(out, one(given, none, ""))
	default:
		out = append(out, one(none, orNone(row.plan.PerPod), ""))
	}
	if row.input != nil && row.input.MinReady != nil {
		ready := "min_ready " + number(row.input.MinReady.Up(row.plan.Replicas))
		out = append(out, one(ready, number(row.plan.ReadyAtWorst)+" ready", ""))
	}
	return out
}

func orNone(r units.Rate) string {
	if r == 0 {
		return none
	}
	return perSecondUp(r)
}

// latencyTargets returns each latency target once, as it was predicted first.
func latencyTargets(w *planner.WorkloadPlan) []planner.LatencyPrediction {
	var out []planner.LatencyPrediction
	for _, l := range w.Latency {
		if !slices.ContainsFunc(out, func(o planner.LatencyPrediction) bool {
			return o.Statistic == l.Statistic && o.Target == l.Target
		}) {
			out = append(out, l)
		}
	}
	return out
}

// predicted writes what the model says of a target in a situation.
func predicted(w *planner.WorkloadPlan, target planner.LatencyPrediction, during string) string {
	for _, l := range w.Latency {
		if l.Statistic == target.Statistic && l.Target == target.Target && l.During == during {
			return milliseconds(l.Predicted)
		}
	}
	return none
}

// fronts writes what the throughput of proxies is the sum of, a line for each.
func (p *page) fronts(rows []workloadRow) {
	label := "FRONTS"
	for _, row := range rows {
		if len(row.plan.Fronts) == 0 {
			continue
		}
		p.labelled(label, plain, row.name+" "+perSecondUp(row.plan.Throughput)+" = "+sumOfFronts(row.plan))
		label = ""
	}
}

// sumOfFronts writes the parts of a proxy's throughput: "web/checkout 1,200/s + …".
func sumOfFronts(w *planner.WorkloadPlan) string {
	parts := make([]string, len(w.Fronts))
	for i, f := range w.Fronts {
		parts[i] = shortPath(f.Workload) + " " + perSecondUp(f.Throughput)
	}
	return strings.Join(parts, " + ")
}

// shortPath writes the address of a workload as its group and its name.
func shortPath(path string) string {
	group, name, ok := strings.Cut(strings.TrimPrefix(path, groupPrefix), workloadInfix)
	if !ok {
		return path
	}
	return group + "/" + name
}

// systemPods writes what the provider runs, in one line.
func (p *page) systemPods(plan *planner.Plan) {
	var items []string
	for _, row := range rowsOf(plan, true) {
		items = append(items, row.name+" "+number(row.plan.Replicas))
	}
	items = append(items, daemonsOf(plan)...)
	if len(items) > 0 {
		p.labelled("SYSTEM PODS", dim, items...)
	}
}

// daemonsOf writes which DaemonSets run on each node: those of every group, then
// what single groups, or types of their machines, have beside them.
func daemonsOf(plan *planner.Plan) []string {
	groups, whole := map[string][]string{}, map[string]int{}
	for i := range plan.NodeGroups {
		g := plan.NodeGroups[i].Joined()
		types := map[string][]string{}
		for j, name := range planner.PoolNames(g.Pools) {
			for _, d := range g.Pools[j].DaemonSets {
				types[d.Name] = append(types[d.Name], name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(types)) {
			if len(types[name]) == len(g.Pools) {
				whole[name]++
				groups[name] = append(groups[name], g.Name)
				continue
			}
			groups[name] = append(groups[name], g.Name+" ("+strings.Join(types[name], ", ")+")")
		}
	}
	var everywhere, some []string
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if whole[name] == len(plan.NodeGroups) {
			everywhere = append(everywhere, name)
			continue
		}
		some = append(some, name+" on each node of "+strings.Join(groups[name], ", "))
	}
	if len(everywhere) == 0 {
		return some
	}
	return append([]string{"on each node " + strings.Join(everywhere, ", ")}, some...)
}

// tally counts the drills of one kind of failure.
type tally struct {
	event       string
	tried, held int
	words       string
	worst       planner.Drill
}

// count adds a drill of something to the tally of its kind.
func (t *tally) count(of string, d planner.Drill) {
	if t.words == "" || worse(d, t.worst) {
		t.worst, t.words = d, of+": "+d.Tightest
	}
	t.event, t.tried, t.held = d.Event, t.tried+d.Tried, t.held+d.Held
}

// survives writes the drills, one line for each kind of failure, with the group
// where it is tightest; those of the control plane stand below, under its name.
func (p *page) survives(plan *planner.Plan) {
	t := table{columns: []column{
		{title: "SURVIVES"},
		{title: "TRIED", right: true},
		{title: "HELD", right: true},
		{title: "TIGHTEST CASE", wraps: true},
	}}
	var tallies []tally
	for _, g := range plan.NodeGroups {
		for _, d := range g.Survives {
			i := slices.IndexFunc(tallies, func(t tally) bool { return t.event == d.Event })
			if i < 0 {
				tallies = append(tallies, tally{})
				i = len(tallies) - 1
			}
			tallies[i].count(g.Name, d)
		}
	}
	add := func(event string, tried, held int, words string) {
		s := plain
		switch {
		case held < tried && event == planner.AllSpotGone:
			s = yellow // it is tried, and nothing is planned for it
		case held < tried:
			s = red
		}
		t.addStyled(s, event, number(tried), number(held), words)
	}
	// What need not be survived stands below what must be.
	slices.SortStableFunc(tallies, func(a, b tally) int {
		last := map[bool]int{true: 1}
		return last[a.event == planner.AllSpotGone] - last[b.event == planner.AllSpotGone]
	})
	for _, a := range tallies {
		add(a.event, a.tried, a.held, a.words)
	}
	if len(plan.ControlPlane.Survives) > 0 {
		t.add(controlPlanePart)
	}
	for _, d := range plan.ControlPlane.Survives {
		add(margin+d.Event, d.Tried, d.Held, d.Tightest)
	}
	p.table(&t)
	for _, loss := range []struct{ what, attribute string }{{"node", "nodes"}, {"zone", "zones"}} {
		if groups := unplanned(plan, loss.what); len(groups) > 0 && len(groups) < len(plan.NodeGroups) {
			p.labelled("", yellow, fmt.Sprintf("not planned for the loss of a %s: %s (redundancy.%s is 0)", loss.what, strings.Join(groups, ", "), loss.attribute))
		}
	}
}

// unplanned names the groups in which no loss of that kind was tried.
func unplanned(plan *planner.Plan, what string) []string {
	var names []string
	for _, g := range plan.NodeGroups {
		if !slices.ContainsFunc(g.Survives, func(d planner.Drill) bool { return strings.Contains(d.Event, what) }) {
			names = append(names, g.Name)
		}
	}
	return names
}

// worse reports whether drill a is nearer to failing than b.
func worse(a, b planner.Drill) bool {
	lostA, lostB := a.Tried-a.Held, b.Tried-b.Held
	if lostA != lostB {
		return lostA > lostB
	}
	return a.FreeCPU < b.FreeCPU
}
