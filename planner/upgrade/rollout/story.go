package rollout

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// title says what a course is.
func (c Course) title() string {
	switch c {
	case EKSDefault:
		return "EKS managed node groups, new nodes first"
	case EKSMinimal:
		return "EKS managed node groups, old nodes first"
	case GKESurge:
		return "GKE surge, zone by zone"
	case GKEBlueGreen:
		return "GKE blue/green, standard policy"
	case GKEAutoscaledBlueGreen:
		return "GKE blue/green, autoscaled policy"
	case InPlace:
		return "in place, as kubeadm does"
	case Rolling:
		return "a roll, as kops does"
	case NodeGroupBlueGreen:
		return "blue/green of node groups"
	case ClusterBlueGreen:
		return "a second cluster"
	}
	return string(c)
}

// Story tells a timeline of a plan in lines that people read: when, in which pool,
// and what happens; at the end what it comes to.
func Story(p *Plan, t *Timeline) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s to %s\n", p.Course.title(), p.From, strings.Join(p.Hops, ", "))
	for i := range p.Pools {
		fmt.Fprintf(&b, "  %s: %s\n", p.Pools[i].Name, planned(p, i))
	}
	for i := 0; i < len(t.Events); {
		j := i + 1
		for j < len(t.Events) && t.Events[j].sameStep(&t.Events[i]) {
			j++
		}
		e := &t.Events[i]
		pool := ""
		if e.Pool >= 0 {
			pool = p.Pools[e.Pool].Name
		}
		line := fmt.Sprintf("%s  %-8s %s", clock(e.At), pool, tell(p, t.Events[i:j]))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		i = j
	}
	totals(&b, p, t)
	return b.String()
}

// sameStep reports whether two entries are told in one line.
func (e *Entry) sameStep(o *Entry) bool {
	return e.At == o.At && e.Action == o.Action && e.Pool == o.Pool && e.Workload == o.Workload && e.Zone >= 0 && o.Zone >= 0
}

// planned tells the nodes of a pool by zone.
func planned(p *Plan, pool int) string {
	zones := make([]int, len(p.Zones))
	n := 0
	for _, c := range p.Pools[pool].Nodes {
		zones[c.Zone] += c.Nodes
		n += c.Nodes
	}
	var where []string
	for z, nodes := range zones {
		if nodes > 0 {
			where = append(where, fmt.Sprintf("%d in %s", nodes, p.Zones[z]))
		}
	}
	words := count(n, "node")
	if len(where) > 0 {
		words += ", " + strings.Join(where, ", ")
	}
	if p.Pools[pool].Stays {
		words += ", which stay"
	}
	if own := p.Pools[pool].Course; own != "" {
		words += "; " + own.title()
	}
	return words
}

// phrase says what is done to nodes or pods, after their number.
func phrase(a Action) string {
	return map[Action]string{
		Request: "requested", BecomeReady: "ready", Cordon: "cordoned", Uncordon: "opened again", Drain: "being drained",
		Emptied: "drained", Terminate: "being deleted", Gone: "gone", Upgrade: "getting new packages",
		Upgraded: "upgraded and back", ScaleDown: "more than needed, being taken away", Fail: "failed",
		Evict: "leaving", Place: "starting", NoPlace: "without a place", PodsStart: "ready", ForcePods: "deleted, whatever the budgets",
	}[a]
}

// tell writes entries of one step: what is done to how many, and where.
func tell(p *Plan, entries []Entry) string {
	e := &entries[0]
	minor := p.Hops[min(int(e.Hop), len(p.Hops)-1)]
	switch e.Action {
	case ControlPlaneStep:
		if p.ControlPlaneNodes > 0 {
			return fmt.Sprintf("control plane node %d of %d to %s", e.Count, p.ControlPlaneNodes, minor)
		}
		return "control plane to " + minor
	case AddOnsStep:
		return "add-ons of " + minor
	case SetUp:
		return "update set up"
	case Verify:
		return "green verified, for " + long(e.For)
	case AwaitDrain:
		return "pods may leave by themselves, for " + long(e.For)
	case SoakBatch:
		return "batch soaks, for " + long(e.For)
	case Soak:
		return "soak, for " + long(e.For) + ": blue is kept"
	case Delete:
		return "what is left is deleted"
	case RunParallel:
		return "both clusters run, for " + long(e.For)
	case Switch:
		return "traffic goes to the second cluster"
	case LoseZone:
		return "zone " + p.Zones[e.Zone] + " fails"
	case TurnBack:
		return "rolled back: old nodes take pods again"
	case TooLate:
		return "too late to roll back"
	case GiveUp:
		return "stopped"
	case Finish:
		return "done"
	case Wait, Request, BecomeReady, Cordon, Uncordon, Drain, Emptied, Evict, Place, NoPlace, PodsStart, ForcePods,
		Terminate, Gone, Upgrade, Upgraded, ScaleDown, Fail:
	}
	return things(p, entries)
}

// things writes how many nodes or pods, what is done to them and where.
func things(p *Plan, entries []Entry) string {
	e := &entries[0]
	var sum int32
	var where []string
	for _, other := range entries {
		sum += other.Count
		if other.Zone >= 0 {
			where = append(where, fmt.Sprintf("%d in %s", other.Count, p.Zones[other.Zone]))
		}
	}
	what := "node"
	if e.Action.ofPods() || e.Action == ForcePods {
		what = "pod"
		if e.Workload >= 0 {
			what = p.Workloads[e.Workload].Name + " " + what
		}
	}
	words := count(int(sum), what) + " " + phrase(e.Action)
	switch {
	case len(where) == 1:
		return words + ", in " + p.Zones[e.Zone]
	case len(where) > 1:
		return words + ": " + strings.Join(where, ", ")
	}
	return words
}

// sentence is what an entry says, in short.
func sentence(p *Plan, e *Entry) string {
	words := tell(p, []Entry{*e})
	if e.Pool >= 0 {
		return p.Pools[e.Pool].Name + ": " + words
	}
	return words
}

// totals writes what a timeline comes to.
func totals(b *strings.Builder, p *Plan, t *Timeline) {
	end := "takes"
	if !t.Finished {
		end = "does not end; stopped after"
	}
	fmt.Fprintf(b, "\n%s %s, extra nodes and control planes%s\n", end, long(t.Duration), dollars(t.ExtraCost, t.ExtraCostKnown))
	for _, reason := range t.BlockedBy {
		fmt.Fprintf(b, "  %s\n", reason)
	}
	for i := range t.Pools {
		pool := &t.Pools[i]
		if pool.Rounds == 0 {
			continue
		}
		fmt.Fprintf(b, "  %s: %s in %s, %.2f extra node-hours%s, peak +%d, at least %d ready\n", pool.Name, long(pool.Duration),
			count(pool.Rounds, "round"), pool.ExtraNodeHours, dollars(pool.ExtraCost, pool.ExtraCostKnown), pool.PeakExtraNodes, pool.MinReadyNodes)
	}
	var peaks []string
	for z, n := range t.PeakByZone {
		peaks = append(peaks, fmt.Sprintf("%s %d of %d", p.Zones[z], n, t.PlannedZone[z]))
	}
	fmt.Fprintf(b, "  nodes at the peak %d: %s\n", t.PeakNodes, strings.Join(peaks, ", "))
	for i := range t.Workloads {
		w := &t.Workloads[i]
		fmt.Fprintf(b, "  %s: at least %d of %s ready", w.Name, w.MinReady, count(w.Pods, "pod"))
		if w.MinReady < w.Pods {
			fmt.Fprintf(b, ", first at %s", long(w.MinReadyAt))
		}
		fmt.Fprintf(b, "; %d if a zone fails, %d if a node does", w.AfterZone, w.AfterNode)
		if w.NoTarget > 0 {
			fmt.Fprintf(b, "; target missed for %s", long(w.NoTarget))
		}
		if w.Pending > 0 {
			fmt.Fprintf(b, "; up to %d without a place", w.Pending)
		}
		b.WriteString("\n")
	}
	if t.NoRedundancy > 0 {
		fmt.Fprintf(b, "  declared losses not survived for %s\n", long(t.NoRedundancy))
	}
	if !t.Worst.Holds {
		fmt.Fprintf(b, "  worst at %s, %s\n", long(t.Worst.At), t.Worst.During)
	}
}

// dollars writes an amount to the nearest cent; nothing where it is not known.
func dollars(u units.USD, known bool) string {
	if !known {
		return " at a price that is not known"
	}
	const cent = units.Dollar / 100
	c := (u + cent/2) / cent
	return fmt.Sprintf(" for $%d.%02d", c/100, c%100)
}

// long writes a time within a sentence.
func long(d time.Duration) string { return strings.TrimSpace(clock(d)) }

// clock writes a time as hours, minutes and seconds.
func clock(d time.Duration) string {
	s := int64(d / time.Second)
	out := fmt.Sprintf("%3d:%02d:%02d", s/3600, s/60%60, s%60)
	if rest := d % time.Second; rest > 0 {
		out += strings.TrimRight(fmt.Sprintf(".%09d", rest), "0")
	}
	return out
}
