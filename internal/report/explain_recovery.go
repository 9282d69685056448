package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// explainRecovery writes what is there for a disaster, what that takes and costs, and the
// terms of what a disaster costs in time.
func (p *page) explainRecovery(plan *planner.Plan) {
	r := plan.Recovery
	if r == nil {
		p.heading(TopicRecovery, "nothing is declared for a disaster")
		return
	}
	p.heading(TopicRecovery, string(plan.Cluster.DisasterRecovery.Pattern))
	p.recovery(plan)
	figures := figureTable()
	p.explainRegions(&figures, plan)
	explainStretched(&figures, plan)
	p.explainCopies(&figures, plan)
	p.table(&figures)
	p.blank()
	t := table{columns: []column{{title: "OF"}, {title: "TERM"}, {title: "TAKES", right: true}, {title: "FROM", wraps: true}}}
	add := func(of string, o *planner.RecoveryObjective) {
		for _, term := range o.Terms {
			takes := notKnown
			if term.Known {
				takes = lasting(term.Takes)
			}
			t.add(of, term.Name, takes, term.Source)
		}
	}
	add("RPO", &r.RPO)
	add("RTO", &r.RTO)
	p.table(&t)
	p.prose("RPO, what is lost: the largest of its terms. RTO, until the load is carried again: the sum of its terms, one after the other.")
}

// recoverySource says whether an attribute of disaster_recovery was declared, or whose
// default it is.
func recoverySource(plan *planner.Plan, attribute string) string {
	for _, a := range plan.Cluster.Assumptions {
		if a.Path == TopicRecovery+"."+attribute {
			return "default of " + a.Source
		}
	}
	return "declared"
}

// explainRegions adds the shares of clusters in several regions, and what they cost.
func (p *page) explainRegions(t *table, plan *planner.Plan) {
	r, d := plan.Recovery, plan.Cluster.DisasterRecovery
	if len(r.Regions) == 0 {
		return
	}
	var costs []string
	for i := range r.Regions {
		g := &r.Regions[i]
		carries, sized, waits := fmt.Sprintf("1 / %d", len(r.Regions)), "", "what it is sized for"
		switch {
		case d.Mode == planner.Standby && i == 0:
			carries, sized = "mode standby ("+recoverySource(plan, "mode")+"): the first region carries all", "all of the load"
		case d.Mode == planner.Standby:
			carries, sized = "mode standby ("+recoverySource(plan, "mode")+"): it waits", "all of the load, once it takes over"
			waits = "share (" + recoverySource(plan, "share") + ")"
		case len(d.Shares) > 0:
			carries, sized = "as declared by shares", "the most of share / (1 - share of a region that is lost)"
		default:
			sized = fmt.Sprintf("1 / (%d - 1): one of them may be lost", len(r.Regions))
		}
		t.add(g.Region+": carries", percent(g.Carries), carries)
		t.add(g.Region+": sized for", percent(g.Sized), sized)
		how := "the plan: " + p.o.run("explain "+TopicCost)
		if i > 0 {
			how = "a plan of its own, by the catalog of the region: --region " + g.Region
		}
		t.add(g.Region+": bill", knownPart(g.Cost, g.Known), how)
		t.add(g.Region+": always there", percent(g.Waiting), waits)
		if g.Waiting != g.Sized {
			t.add(g.Region+": bill while it waits", knownPart(g.WaitingCost, g.WaitingKnown), fmt.Sprintf("planned for %s of the load, on the types of its plan: %s in place of %d", percent(g.Waiting), count(g.WaitingNodes, "node"), g.Nodes))
		}
		costs = append(costs, knownPart(g.WaitingCost, g.WaitingKnown))
	}
	t.add("all regions", knownPart(r.Always, r.Known), strings.Join(costs, " + ")+" USD/month, what is always there")
}

// explainStretched adds what writes to etcd over several regions take.
func explainStretched(t *table, plan *planner.Plan) {
	s := plan.Recovery.Stretched
	if s == nil {
		return
	}
	t.add("round trip", milliseconds(s.RoundTrip), "as declared: round_trip of control_plane's etcd")
	t.add("a write", milliseconds(s.Commit), fmt.Sprintf("%s to a majority + %s, the longest that etcd's disk may sync", milliseconds(s.RoundTrip), milliseconds(s.Commit-s.RoundTrip)))
	t.add("writes a second", number(s.WritesPerSecond), fmt.Sprintf("1 s / %s, of a client that waits for each", milliseconds(s.Commit)))
	t.add("sent to other zones", exactBytes(s.Replicated), "a month of 730 hours: writes a second x their bytes x members that are not in the zone with the fewest")
	if !s.Cost.Known {
		t.add("what that costs", notKnown, "no catalog has a price between sites of one's own")
	}
}

// explainCopies adds how many copies there are, what they take and what that costs. Bytes
// are written in full, so that they can be multiplied out.
func (p *page) explainCopies(t *table, plan *planner.Plan) {
	b := plan.Recovery.Backup
	if b == nil {
		return
	}
	s := &plan.Cluster.DisasterRecovery.Backups
	t.add("copies", number(b.Copies), fmt.Sprintf("backup_retention %s (%s) / backup_interval %s (%s), rounded up, 1 at least",
		span(s.Retention), recoverySource(plan, "backup_retention"), span(s.Interval), recoverySource(plan, "backup_interval")))
	t.add("volumes", exactBytes(b.Volumes), orWords(volumeSum(plan), "no workload has volumes"))
	t.add("objects", exactBytes(b.Objects), "what etcd holds of them now, uncompressed: "+p.o.run("explain "+TopicControlPlane))
	how := fmt.Sprintf("%d x (volumes + objects), each copy whole: no change_rate is declared", b.Copies)
	if s.ChangeRate != nil {
		const day = 24 * time.Hour
		how = fmt.Sprintf("volumes + %d x volumes x change_rate %s x %s / %s, all of them at most, + %d x objects", b.Copies-1, shareOf(*s.ChangeRate), span(s.Interval), span(day), b.Copies)
	}
	t.add("copies take", exactBytes(b.Storage), how)
	parts := "what copies take"
	if b.Snapshots > 0 {
		t.add("snapshots of etcd", exactBytes(b.Snapshots), "kept beside: "+p.o.run("explain "+TopicEtcd))
		parts = "(what copies take + snapshots of etcd)"
	}
	if s.StoragePrice == nil {
		t.add("cost", notKnown, "no catalog has a price of what copies are kept in: declare storage_usd_per_gib_month")
		return
	}
	t.add("cost", monthly(b.Cost)+" USD/month", fmt.Sprintf("%s x %s USD a GiB (storage_usd_per_gib_month, declared), beside the bill", parts, exactUSD(*s.StoragePrice)))
}

// volumeSum writes the sum of all volumes: "3 x 100 GiB data of store".
func volumeSum(plan *planner.Plan) string {
	var parts []string
	for i := range plan.NodeGroups {
		for _, w := range plan.NodeGroups[i].Workloads {
			spec := workloadSpec(plan, plan.NodeGroups[i].Name, w.Name)
			if spec == nil || w.System {
				continue
			}
			for _, v := range spec.Volumes {
				parts = append(parts, fmt.Sprintf("%d x %s %s of %s", w.Replicas, size(v.Size), v.Name, w.Name))
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " + ") + ", full"
}

// workloadSpec returns a workload of the spec; nil where it has none of the name.
func workloadSpec(plan *planner.Plan, group, name string) *planner.Workload {
	for i := range plan.Cluster.NodeGroups {
		g := &plan.Cluster.NodeGroups[i]
		for j := range g.Workloads {
			if g.Name == group && g.Workloads[j].Name == name {
				return &g.Workloads[j]
			}
		}
	}
	return nil
}

// exactBytes writes a size, and its bytes in full where its unit does not have them.
func exactBytes(b units.Bytes) string {
	if b%units.GiB == 0 || b < units.GiB && b%units.MiB == 0 {
		return sizeUp(b)
	}
	return fmt.Sprintf("%s (%s bytes)", sizeUp(b), thousands(int64(b)))
}

// orWords returns words, or others where there are none.
func orWords(words, others string) string {
	if words == "" {
		return others
	}
	return words
}

// exactUSD writes a price with all the decimals that it has, two at least.
func exactUSD(price units.USD) string {
	words := fmt.Sprintf("%d.%09d", price/units.Dollar, price%units.Dollar)
	least := len(words) - 7
	return words[:least] + strings.TrimRight(words[least:], "0")
}
