package report

import (
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// days writes between which counts autoscalers move pods and nodes, and what the nodes
// of a day cost beside those of the peak at all hours.
func (p *page) days(plan *planner.Plan) {
	label := "AUTOSCALED"
	for i := range plan.NodeGroups {
		g := &plan.NodeGroups[i]
		var items []string
		for j := range g.Workloads {
			if a := g.Workloads[j].Autoscaler; a != nil {
				items = append(items, fmt.Sprintf("%s %d to %d replicas%s", g.Workloads[j].Name, a.MinReplicas, a.MaxReplicas, aimWords(a)))
			}
		}
		if d := g.Day; d != nil {
			words := fmt.Sprintf("%d to %s", g.MinNodes, count(g.Nodes, "node"))
			if d.Autoscaled.Known && d.Fixed.Known && d.Fixed.Rate > 0 {
				share := units.Ratio(units.CeilDiv(int64(d.Autoscaled.Rate), max(1, int64(d.Fixed.Rate)/int64(units.Whole))))
				words += fmt.Sprintf(", %s of %s USD/month (%s)", monthly(d.Autoscaled), monthly(d.Fixed), percent(share))
			}
			items = append(items, words)
		}
		if len(items) == 0 {
			continue
		}
		items[0] = g.Name + ": " + items[0]
		p.entry(label, plain, min(runes(g.Name+": "), 12), items...)
		label = ""
	}
}

// aimWords says what an autoscaler aims at.
func aimWords(a *planner.AutoscalerPlan) string {
	if a.TargetCPUUtilization == 0 {
		return ", target not known"
	}
	return " at " + percent(a.TargetCPUUtilization) + " of the CPU request"
}

// explainDay writes how bounds of autoscalers come about, and the hours of the day.
func (p *page) explainDay(g *planner.GroupPlan) {
	t := figureTable()
	hours := table{columns: []column{{title: "HOUR UTC", right: true}}}
	if g.Day != nil {
		hours.columns = append(hours.columns, column{title: "NODES", right: true}, column{title: "RUNNING", right: true})
	}
	var scaled []*planner.AutoscalerPlan
	for i := range g.Workloads {
		w := &g.Workloads[i]
		if w.Autoscaler == nil || len(w.Autoscaler.Replicas) != planner.HoursOfDay || len(w.Autoscaler.Throughput) != planner.HoursOfDay {
			continue
		}
		scaled = append(scaled, w.Autoscaler)
		hours.columns = append(hours.columns, column{title: w.Name + " /s", right: true}, column{title: "PODS", right: true})
		explainAutoscaler(&t, w)
	}
	if len(scaled) == 0 {
		return
	}
	p.table(&t)
	p.blank()
	for h := range planner.HoursOfDay {
		row := []string{fmt.Sprintf("%02d", h)}
		if g.Day != nil {
			row = append(row, number(g.Day.Hours[h].Nodes), number(g.Day.Hours[h].Running))
		}
		for _, a := range scaled {
			row = append(row, thousands(int64(units.CeilDiv(a.Throughput[h], units.PerSecond))), number(a.Replicas[h]))
		}
		hours.add(row...)
	}
	p.table(&hours)
	p.blank()
	if g.Day != nil {
		p.prose("Nodes are those that hold the pods of all workloads at that hour with the declared redundancy, on the types of the plan; running are also those of the hour before, which are not yet taken away.")
		p.blank()
	}
}

// explainAutoscaler adds the figures of one autoscaler.
func explainAutoscaler(t *table, w *planner.WorkloadPlan) {
	a := w.Autoscaler
	t.add(w.Name+" replicas", fmt.Sprintf("%d to %d", a.MinReplicas, a.MaxReplicas), "from what the quietest hour takes, never below min_replicas and one in each zone that pods spread over, to what carries the peak through what is declared")
	if a.TargetCPUUtilization == 0 {
		t.add(w.Name+" target", notKnown, a.NoTarget)
		return
	}
	how := "as declared"
	if a.Limit > 0 {
		how = fmt.Sprintf("of the CPU request; the targets hold up to %s, less a tolerance of 10%% and the rise of the load until a new pod serves", tenths(a.Limit))
	}
	t.add(w.Name+" target", percent(a.TargetCPUUtilization), how)
	lag := fmt.Sprintf("metric %s + autoscaler %s + pod %s", a.MetricWindow, a.SyncPeriod, a.PodStart)
	if a.NodeStart > 0 {
		lag += fmt.Sprintf(" + node %s", a.NodeStart)
	}
	t.add(w.Name+" lag", a.Lag.Round(time.Second).String(), lag+fmt.Sprintf("; the load rises by %s an hour at most", tenths(a.Ramp)))
}
