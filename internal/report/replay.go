package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// Replay writes what failures do to a plan: the worst case of each by group, what
// becomes of the pods that it displaces, the control plane, and the tightest case.
func Replay(w io.Writer, plan *planner.Plan, r *planner.Replay, o Options) error {
	out := &page{o: o}
	what := []string{"every declared loss, at its worst"}
	if len(r.Kills) > 0 {
		var kills []string
		for _, k := range r.Kills {
			kills = append(kills, k.String())
		}
		what = []string{"killed together: " + strings.Join(kills, ", ")}
	}
	out.heading(plan.Cluster.Name, what...)
	out.blank()
	out.groupCases(r)
	out.blank()
	out.displaced(r)
	out.blank()
	out.controlPlaneCases(r)
	out.blank()
	out.tightest(r)
	out.blank()
	out.replayed(plan, r)
	return out.flush(w)
}

// groupCases has a line for each failure of each group.
func (p *page) groupCases(r *planner.Replay) {
	t := table{columns: []column{
		{title: "NODE GROUP"},
		{title: "FAILURE", drop: 2},
		{title: "TRIED", right: true},
		{title: "HELD", right: true},
		{title: "NODES LEFT", right: true},
		{title: "CPU FREE", right: true, drop: 1},
		{title: "WORST CASE", wraps: true},
	}}
	for i := range r.Groups {
		c := &r.Groups[i]
		look, lost := plain, orDash(c.Lost)
		if !c.Holds() {
			look = red
		}
		if !c.All {
			lost += fmt.Sprintf(", of those that were tried: there are %s", number(c.Ways))
		}
		t.addStyled(look, c.Group, c.Event, number(c.Tried), number(c.Held), of(c.Left, c.Nodes), tenths(c.FreeCPU), lost)
	}
	p.table(&t)
}

// of writes a part of a count.
func of(n, all int) string { return number(n) + " of " + number(all) }

// displaced has a line for each workload that loses pods in the worst case of a
// failure.
func (p *page) displaced(r *planner.Replay) {
	t := table{columns: []column{
		{title: "WORKLOAD"},
		{title: "DISPLACED", right: true},
		{title: "FIND ROOM IN"},
		{title: "PENDING"},
		{title: "READY", right: true},
		{title: "MIN", right: true},
		{title: "TARGETS MISSED", wraps: true},
	}}
	for i := range r.Groups {
		c := &r.Groups[i]
		before := c.Group + "/"
		if len(r.Kills) == 0 {
			before = margin
		}
		headed := len(r.Kills) > 0
		for j := range c.Workloads {
			w := &c.Workloads[j]
			if w.Displaced == 0 {
				continue
			}
			if !headed {
				t.add(c.Group + ", " + c.Event)
				headed = true
			}
			look, need := plain, none
			if w.Pending() > 0 && !w.MayWait || w.Ready() < w.MinReady {
				look = red
			}
			if w.MinReady > 0 {
				need = number(w.MinReady)
			}
			t.addStyled(look, before+w.Name, of(w.Displaced, w.Replicas), landedWords(w), pendingWords(w), readyWords(w), need, targetWords(w))
		}
	}
	if len(t.rows) > 0 {
		t.removeEmpty()
	}
	p.table(&t)
}

func landedWords(w *planner.WorkloadCase) string {
	var parts []string
	for _, l := range w.Landed {
		parts = append(parts, fmt.Sprintf("%s %s", l.Zone, number(l.Pods)))
	}
	return orDash(strings.Join(parts, ", "))
}

// pendingWords says how many pods have no place, and why.
func pendingWords(w *planner.WorkloadCase) string {
	if w.Pending() == 0 {
		return none
	}
	s := number(w.Pending()) + ": " + shortWords(w.Short)
	if w.MayWait {
		s += ", may wait"
	}
	return s
}

// shortWords says what keeps pods from most of the nodes that are left.
func shortWords(short string) string {
	switch short {
	case "spread":
		return "spread rules"
	case "nodes":
		return "no node left"
	case "pods":
		return "no pod slots"
	case "attachments":
		return "no room for volumes"
	case "network", "disk":
		return "no " + short + " bandwidth"
	case "selector":
		return "no node that the selector admits"
	case "volume_zone":
		return "no room in their volumes' zones"
	case "anti_affinity":
		return "anti-affinity"
	case "affinity":
		return "affinity"
	case "cpu":
		return "no CPU"
	}
	return "no " + strings.ReplaceAll(short, "_", " ")
}

// readyWords says how many pods are ready at once, and how many after.
func readyWords(w *planner.WorkloadCase) string {
	if w.Placed == 0 {
		return number(w.Ready())
	}
	return number(w.Ready()) + " -> " + number(w.After())
}

// targetWords says which targets do not hold, at once and once the placed pods
// serve.
func targetWords(w *planner.WorkloadCase) string {
	var parts []string
	for i := range w.Latency {
		l := &w.Latency[i]
		if l.Holds(l.AtOnce) && l.Holds(l.After) {
			continue
		}
		s := fmt.Sprintf("%s %s: %s at once", l.Statistic, milliseconds(l.Target), predictedWords(l.AtOnce))
		if l.After != l.AtOnce {
			s += ", " + predictedWords(l.After) + " after"
		}
		parts = append(parts, s)
	}
	switch {
	case len(parts) > 0:
	case w.ForPeak == 0:
		return none
	case w.After() < w.ForPeak:
		parts = append(parts, fmt.Sprintf("%s of the %s that carry the peak", number(w.After()), number(w.ForPeak)))
	case w.Ready() < w.ForPeak:
		parts = append(parts, fmt.Sprintf("at once %s of the %s that carry the peak", number(w.Ready()), number(w.ForPeak)))
	default:
		return none
	}
	return strings.Join(parts, "; ")
}

func predictedWords(d time.Duration) string {
	if d == 0 {
		return "no end of waiting"
	}
	return milliseconds(d)
}

// controlPlaneCases has a line for each failure of a self-managed control plane.
func (p *page) controlPlaneCases(r *planner.Replay) {
	t := table{columns: []column{
		{title: "CONTROL PLANE"},
		{title: "TRIED", right: true},
		{title: "HELD", right: true},
		{title: "ETCD LEFT", right: true},
		{title: "QUORUM", right: true},
		{title: "API SERVERS", right: true},
		{title: "LOAD BALANCERS", right: true, drop: 1},
		{title: "WORST CASE", wraps: true},
	}}
	for i := range r.ControlPlane {
		c := &r.ControlPlane[i]
		look, balancers := plain, none
		if !c.Holds() {
			look = red
		}
		if c.BalancersOf > 0 {
			balancers = of(c.Balancers, c.BalancersOf)
		}
		t.addStyled(look, c.Event, number(c.Tried), number(c.Held), of(c.Members, c.Of), number(c.Quorum), number(c.Servers), balancers, c.Lost)
	}
	t.removeEmpty()
	p.table(&t)
}

// tightest names the tightest case, and the groups that lose nothing.
func (p *page) tightest(r *planner.Replay) {
	if r.Tightest >= 0 {
		c := &r.Groups[r.Tightest]
		items := []string{c.Group, c.Event, fmt.Sprintf("%s of %s vCPU, %s of %s and %s of %s pods stay free",
			cores(c.Free.CPU), cores(c.Offered.CPU), size(c.Free.Memory), size(c.Offered.Memory), number(c.Free.Pods), number(c.Offered.Pods))}
		p.labelled("TIGHTEST", plain, items...)
	}
	switch {
	case len(r.Untouched) == 0:
	case len(r.Kills) > 0:
		p.labelled("UNTOUCHED", plain, r.Untouched...)
	default:
		p.labelled("NOT TRIED", yellow, "no loss is declared for "+strings.Join(r.Untouched, ", "))
	}
}

// replayed says whether all holds, and if not what fails.
func (p *page) replayed(plan *planner.Plan, r *planner.Replay) {
	if len(r.Groups) == 0 && len(r.ControlPlane) == 0 {
		p.line("Nothing fails. Name what does: --kill zone=ZONE, --kill nodes=COUNT, --kill node=GROUP/ZONE.")
		return
	}
	if r.Holds() {
		words, waiting := "Everything finds a place", ""
		if slices.ContainsFunc(r.Groups, func(c planner.GroupCase) bool { return stranded(&c) }) {
			words, waiting = "What has to stay ready does", "; pods that found no place wait for what was lost"
		}
		if len(r.ControlPlane) > 0 {
			words += ", and the control plane keeps its quorum"
		}
		words += waiting + "."
		p.line("%s", p.o.paint(green, words))
		return
	}
	p.line("%s", p.o.paint(red, "The plan does not survive this."))
	for i := range r.Groups {
		p.broken(&r.Groups[i])
		if guaranteeOf(plan, r.Groups[i].Group) == planner.Packed && !r.Groups[i].Holds() {
			p.prose(r.Groups[i].Group + ` has guarantee = "packed": places may exist for pods that move, and a drill moves none.`)
		}
	}
	if slices.ContainsFunc(r.ControlPlane, func(c planner.ControlPlaneCase) bool { return !c.Holds() }) {
		p.prose("The control plane is lost: too few members of etcd, API servers or load balancers are left.")
	}
}

// stranded reports whether pods of a case have no place.
func stranded(c *planner.GroupCase) bool {
	return slices.ContainsFunc(c.Workloads, func(w planner.WorkloadCase) bool { return w.Pending() > 0 })
}

// guaranteeOf returns how sure the placement of a group is.
func guaranteeOf(plan *planner.Plan, group string) planner.Guarantee {
	for i := range plan.Cluster.NodeGroups {
		if g := &plan.Cluster.NodeGroups[i]; g.Name == group {
			return g.Guarantee
		}
	}
	return ""
}

// broken says what does not hold in a case.
func (p *page) broken(c *planner.GroupCase) {
	for i := range c.Workloads {
		w := &c.Workloads[i]
		if w.Pending() > 0 && !w.MayWait {
			have := "have"
			if w.Pending() == 1 {
				have = "has"
			}
			p.prose(fmt.Sprintf("%s/%s: %s %s no place after the loss of %s: %s.", c.Group, w.Name, count(w.Pending(), "pod"), have, c.Lost, shortWords(w.Short)))
		}
		if w.Ready() < w.MinReady {
			p.prose(fmt.Sprintf("%s/%s: %s ready after the loss of %s, min_ready is %s.", c.Group, w.Name, number(w.Ready()), c.Lost, number(w.MinReady)))
		}
	}
}
