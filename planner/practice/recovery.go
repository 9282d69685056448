package practice

import (
	"fmt"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// combinedBound is the longest that network and disk together may take between peers of
// etcd, and arbiterBound the round trip to a member that only votes (Red Hat, "Guidance for
// OpenShift clusters that span data centers", with longRoundTrip).
const (
	combinedBound = 100 * time.Millisecond
	arbiterBound  = 10 * time.Millisecond
)

func recoveryRules() []rule {
	return []rule{
		{Rule{
			ID: "CL-01", Title: "What cannot be made anew is copied", DefaultSeverity: planner.Warning, ProductionOnly: true,
			What: "Workloads have volumes, and the spec says nothing of copies of them: no disaster_recovery with pattern backup, and none with a replication_lag.",
			Why:  "Manifests bring back every object of a cluster, and nothing of what pods wrote. A cluster without volumes needs no copies where everything re-applies from manifests.",
			Fix:  "Declare disaster_recovery { pattern = \"backup\" }, or replication_lag where the data has copies in another region.",
		}, uncopiedVolumes},
		{Rule{
			ID: "CL-02", Title: "A disaster costs no more than the target", DefaultSeverity: planner.Error,
			What: "What is lost, or how long it takes, is more than the declared rpo or rto; or it may be, since a term of it is not known (warning).",
			Why:  "A target that nobody has added up is a hope. The terms say what decides, and which of them is cheapest to shorten.",
			Fix:  "Do what the message says, or declare the target that can be met.",
		}, missedObjectives},
	}
}

func uncopiedVolumes(v *view) []planner.Finding {
	d := v.c.DisasterRecovery
	if d != nil && (d.Pattern == planner.Backup || d.ReplicationLag != nil) {
		return nil
	}
	var bytes units.Bytes
	var of []string
	for i := range v.groups {
		for _, l := range v.groups[i].loads {
			for _, vol := range l.Volumes {
				bytes += units.Bytes(l.plan.Replicas) * vol.Size
			}
			if len(l.Volumes) > 0 {
				of = append(of, v.groups[i].Name+"/"+l.Name)
			}
		}
	}
	if bytes == 0 {
		return nil
	}
	return []planner.Finding{{
		Path: "disaster_recovery", Message: fmt.Sprintf("volumes of %s, %s in all, have no copies that are declared", strings.Join(of, ", "), gib(int64(bytes))),
		Remedy: "disaster_recovery { pattern = \"backup\" }",
	}}
}

func missedObjectives(v *view) []planner.Finding {
	r := v.plan.Recovery
	if r == nil {
		return nil
	}
	var out []planner.Finding
	for _, o := range []struct {
		name, what, whole string
		o                 *planner.RecoveryObjective
		fix               func(*view) string
	}{
		{"rpo", "of writes may be lost", "for how long writes may be lost", &r.RPO, fixRPO},
		{"rto", "until the load is carried again", "how long it takes until the load is carried again", &r.RTO, fixRTO},
	} {
		if o.o.Target == nil {
			continue
		}
		target := *o.o.Target
		var open []string
		longest := planner.RecoveryTerm{}
		for _, t := range o.o.Terms {
			if !t.Known {
				open = append(open, t.Name+" ("+t.Source+")")
			}
			if t.Takes > longest.Takes {
				longest = t
			}
		}
		f := planner.Finding{Path: "disaster_recovery." + o.name}
		switch {
		case o.o.Least > target:
			f.Message = fmt.Sprintf("%s %s, the target is %s; most of it: %s, %s", lasting(o.o.Least), o.what, lasting(target), longest.Name, lasting(longest.Takes))
			f.Remedy = o.fix(v)
		case len(open) > 0 && o.o.Least == 0:
			f.Severity = planner.Warning
			f.Message = fmt.Sprintf("%s is not known, the target is %s; open is %s", o.whole, lasting(target), strings.Join(open, ", "))
			f.Remedy = whatIsOpen(o.o)
		case len(open) > 0:
			f.Severity = planner.Warning
			f.Message = fmt.Sprintf("%s at least %s, the target is %s, and not known is %s", lasting(o.o.Least), o.what, lasting(target), strings.Join(open, ", "))
			f.Remedy = whatIsOpen(o.o)
		default:
			continue
		}
		out = append(out, f)
	}
	return out
}

// declaring begins the source of a term that an attribute would give.
const declaring = "declare "

// whatIsOpen says what would make the terms of an objective known: the attributes that give
// them, or a drill for those that no attribute gives.
func whatIsOpen(o *planner.RecoveryObjective) string {
	var attributes, others []string
	for _, t := range o.Terms {
		if attribute, ok := strings.CutPrefix(t.Source, declaring); ok && !t.Known {
			attributes = append(attributes, attribute)
		} else if !t.Known {
			others = append(others, t.Name)
		}
	}
	var parts []string
	if len(attributes) > 0 {
		parts = append(parts, declaring+strings.Join(attributes, ", ")+" in disaster_recovery")
	}
	if len(others) > 0 {
		parts = append(parts, "no attribute says of "+strings.Join(others, ", ")+": try it in a drill")
	}
	return strings.Join(parts, "; ")
}

// fixRPO says what makes less be lost.
func fixRPO(v *view) string {
	d, target := v.c.DisasterRecovery, *v.plan.Recovery.RPO.Target
	if d.Pattern != planner.Backup {
		return "replicate within the target, or declare what can be met"
	}
	if target < time.Minute {
		return "copies cannot be taken so often: replicate to " + v.elsewhere("")
	}
	fix := fmt.Sprintf("backup_interval = %q", lasting(target))
	b, s := v.plan.Recovery.Backup, &d.Backups
	if b != nil && b.Volumes == 0 && v.etcd() != nil {
		return fix + " in control_plane.etcd: nothing but its state is lost, and snapshots have that"
	}
	if b == nil || s.ChangeRate != nil || s.StoragePrice == nil || s.Interval <= 0 {
		return fix
	}
	copies := units.CeilDiv(int64(s.Retention), int64(target))
	mib := units.USD(copies-int64(b.Copies)) * units.USD(units.CeilDiv(b.Volumes+b.Objects, units.MiB))
	more := units.CeilDiv(mib, units.USD(units.GiB/units.MiB)) * *s.StoragePrice
	return fmt.Sprintf("%s: %s copies, %s USD a month more; change_rate, where copies hold what changed, makes it less", fix, thousands(copies), usd(more))
}

// fixRTO says what makes it take less: what a region that waits costs hot, or how fast
// copies have to be read.
func fixRTO(v *view) string {
	d, o := v.c.DisasterRecovery, &v.plan.Recovery.RTO
	switch d.Pattern {
	case planner.Backup:
		var read time.Duration
		for _, t := range o.Terms {
			if t.Name == "copies are read back" {
				read = t.Takes
			}
		}
		left, b := *o.Target-(o.Least-read), v.plan.Recovery.Backup
		if left < time.Second || read == 0 || b == nil {
			return "a cluster that waits: " + v.elsewhere(`, mode = "standby"`)
		}
		perSecond := units.Bytes(left/time.Second) * units.MiB
		return fmt.Sprintf("restore_throughput_mib = %d, where copies can be read so fast, or a cluster that waits: %s", units.CeilDiv(b.Volumes+b.Objects, perSecond), v.elsewhere(""))
	case planner.PerRegion:
		if d.Mode != planner.Standby || d.Share == units.Whole || d.Switch != nil && *d.Switch > *o.Target {
			return "switch callers faster: shorter checks and DNS lifetimes, switch_time"
		}
		var more units.USDPerHour
		known := true
		for i := range v.plan.Recovery.Regions {
			r := &v.plan.Recovery.Regions[i]
			more += r.Cost.Rate - r.WaitingCost.Rate
			known = known && r.Cost.Known && r.WaitingCost.Known
		}
		if !known {
			return "share = \"100%\", so that nothing has to start"
		}
		return fmt.Sprintf("share = \"100%%\", so that nothing has to start: %s USD a month more", usd(more.PerMonth()))
	case planner.Stretched:
	}
	return "a cluster in each region, that nothing has to be evicted: " + v.elsewhere("")
}

// elsewhere says how a cluster in another region is declared. Machines of one's own have no
// other region: each place has a spec.
func (v *view) elsewhere(mode string) string {
	if v.ownMachines() {
		return "another place, with a spec of its own"
	}
	return `another region, pattern = "per_region"` + mode
}

// stretchedRegions is about one cluster over several regions, whatever the distance.
func stretchedRegions(v *view) []planner.Finding {
	d, r := v.c.DisasterRecovery, v.plan.Recovery
	if d == nil || r == nil || r.Stretched == nil {
		return nil
	}
	s := r.Stretched
	f := planner.Finding{
		Severity: planner.Info, Path: "control_plane.etcd.round_trip", Remedy: "a cluster for each place, with a spec of its own, which Red Hat prefers",
		Message: fmt.Sprintf("one cluster over several regions: each write to etcd takes %v at least, %d a second one after another", s.Commit, s.WritesPerSecond),
	}
	switch {
	case s.Commit >= combinedBound:
		f.Severity = planner.Error
		f.Message += fmt.Sprintf("; network and disk of peers together are to stay below %v", combinedBound)
	case s.RoundTrip >= longRoundTrip:
		f.Severity = planner.Warning
		f.Message += fmt.Sprintf("; %v between peers, below %v is asked for", s.RoundTrip, longRoundTrip)
	}
	out := []planner.Finding{f}
	if a := d.ArbiterRoundTrip; a != nil && *a >= arbiterBound {
		out = append(out, planner.Finding{
			Severity: planner.Warning, Path: "disaster_recovery.arbiter_round_trip",
			Message: fmt.Sprintf("%v to the arbiter, below %v is asked for", *a, arbiterBound), Remedy: "an arbiter nearer by",
		})
	}
	return out
}
