package practice_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// recovery gives a world a declared pattern and what it costs.
func recovery(d planner.DisasterRecovery, rpo, rto planner.RecoveryObjective) func(w *world) {
	return func(w *world) {
		w.c().DisasterRecovery = &d
		w.plan.Recovery = &planner.RecoveryPlan{RPO: rpo, RTO: rto}
	}
}

// took is an objective of one known term beside those that are not known.
func took(d, target time.Duration, name string, open ...string) planner.RecoveryObjective {
	o := planner.RecoveryObjective{Terms: []planner.RecoveryTerm{{Name: name, Takes: d, Known: true}}, Least: d, Known: len(open) == 0, Target: &target}
	for _, term := range open {
		o.Terms = append(o.Terms, planner.RecoveryTerm{Name: term, Source: "declare it"})
	}
	return o
}

// nothing is an objective of terms that are not known, each for want of an attribute.
func nothing(target time.Duration, attributes ...string) planner.RecoveryObjective {
	o := planner.RecoveryObjective{Target: &target}
	for _, a := range attributes {
		o.Terms = append(o.Terms, planner.RecoveryTerm{Name: "term of " + a, Source: "declare " + a})
	}
	return o
}

// drilled is an objective of a term that no attribute gives.
func drilled(target time.Duration) planner.RecoveryObjective {
	return planner.RecoveryObjective{Target: &target, Terms: []planner.RecoveryTerm{{Name: "nodes start", Source: "machines of one's own"}}}
}

// TestRecoveryRules by hand: 1,200 GiB in an hour are 341.3 MiB/s. Copies of 10 GiB every
// hour for ten days are 240, 230 more than one a day: 2,300 GiB at 0.05 are 115.00. A region
// that waits at 0.50 an hour and takes 2.00 is 1.50 x 730 = 1,095.00 dearer when hot.
func TestRecoveryRules(t *testing.T) {
	const hour = time.Hour
	fine := planner.RecoveryObjective{Known: true}
	perHour := func(tenths units.USDPerHour) planner.Amount {
		return planner.Amount{Rate: tenths * units.DollarPerHour / 10, Known: true}
	}
	copies := func(w *world) {
		recovery(planner.DisasterRecovery{Pattern: planner.Backup, Backups: planner.BackupSpec{Interval: 24 * hour, Retention: 240 * hour, StoragePrice: new(units.Dollar / 20)}},
			took(24*hour, hour, "volumes"), fine)(w)
		w.plan.Recovery.Backup = &planner.BackupPlan{Copies: 10, Volumes: 10 * units.GiB}
	}
	check(t, map[string]want{
		"copies too rare": {copies, "error CL-02 disaster_recovery.rpo", "24h of writes may be lost, the target is 1h; most of it: volumes, 24h", `backup_interval = "1h": 240 copies, 115.00 USD a month more`},
		// Of 10 MiB 240 copies are 230 more: 2,300 MiB, three GiB of 0.05.
		"copies of little": {func(w *world) {
			copies(w)
			w.plan.Recovery.Backup = &planner.BackupPlan{Copies: 10, Objects: 10 * units.MiB}
		}, "error CL-02 disaster_recovery.rpo", "24h of writes may be lost", `backup_interval = "1h": 240 copies, 0.15 USD a month more`},
		"snapshots too rare": {onSelf(func(w *world) {
			copies(w)
			w.plan.Recovery.Backup = &planner.BackupPlan{Copies: 10, Objects: 10 * units.MiB}
		}), "error CL-02 disaster_recovery.rpo", "24h of writes may be lost", `backup_interval = "1h" in control_plane.etcd`},
		"copies on one's own":    {onOwn(recovery(planner.DisasterRecovery{Pattern: planner.Backup}, took(hour, 0, "objects"), fine)), "error CL-02 disaster_recovery.rpo", "the target is 0s", "replicate to another place, with a spec of its own"},
		"stretched on one's own": {onOwn(recovery(planner.DisasterRecovery{Pattern: planner.Stretched}, fine, took(hour, time.Minute, "pods are evicted"))), "error CL-02 disaster_recovery.rto", "pods are evicted, 1h", "a cluster in each region, that nothing has to be evicted: another place, with a spec of its own"},
		// Hot or not, callers come no sooner than they are switched.
		"switched too late": {
			recovery(planner.DisasterRecovery{Pattern: planner.PerRegion, Mode: planner.Standby, Share: units.Whole / 10, Switch: new(2 * time.Minute)}, fine, took(4*time.Minute, time.Minute, "callers are switched")),
			"error CL-02 disaster_recovery.rto", "callers are switched, 4m", "switch callers faster",
		},
		"read too slowly": {func(w *world) {
			recovery(planner.DisasterRecovery{Pattern: planner.Backup}, fine, took(2*hour, hour, "copies are read back"))(w)
			w.plan.Recovery.Backup = &planner.BackupPlan{Copies: 10, Volumes: 1200 * units.GiB}
		}, "error CL-02 disaster_recovery.rto", "2h until the load is carried again, the target is 1h", "restore_throughput_mib = 342"},
		"no time left to read": {recovery(planner.DisasterRecovery{Pattern: planner.Backup}, fine, took(2*hour, hour, "a cluster stands")), "error CL-02 disaster_recovery.rto", "a cluster stands, 2h", `mode = "standby"`},
		"not known":            {recovery(planner.DisasterRecovery{Pattern: planner.Backup}, fine, took(hour, 2*hour, "nodes start", "a cluster stands")), "warning CL-02 disaster_recovery.rto", "1h at least until the load is carried again, the target is 2h, and not known is a cluster stands (declare it)", "declare it in disaster_recovery"},
		// Of nothing that is known the sum is no bound: it is not written as one.
		"nothing known":     {recovery(planner.DisasterRecovery{Pattern: planner.PerRegion}, fine, nothing(hour, "switch_time")), "warning CL-02 disaster_recovery.rto", "how long it takes until the load is carried again is not known, the target is 1h; open is term of switch_time (declare switch_time)", "declare switch_time in disaster_recovery"},
		"nothing declared":  {recovery(planner.DisasterRecovery{Pattern: planner.PerRegion}, nothing(time.Minute, "replication_lag"), fine), "warning CL-02 disaster_recovery.rpo", "for how long writes may be lost is not known, the target is 1m; open is term of replication_lag", "declare replication_lag in disaster_recovery"},
		"nobody can say it": {onOwn(recovery(planner.DisasterRecovery{Pattern: planner.Backup}, fine, drilled(hour))), "warning CL-02 disaster_recovery.rto", "is not known, the target is 1h; open is nodes start (machines of one's own)", "no attribute says of nodes start: try it in a drill"},
		"a pilot light": {func(w *world) {
			recovery(planner.DisasterRecovery{Pattern: planner.PerRegion, Mode: planner.Standby, Share: units.Whole / 10}, fine, took(2*time.Minute, time.Minute, "nodes start"))(w)
			w.plan.Recovery.Regions = []planner.RegionPlan{{Cost: perHour(20), WaitingCost: perHour(20)}, {Cost: perHour(20), WaitingCost: perHour(5)}}
		}, "error CL-02 disaster_recovery.rto", "nodes start, 2m", `share = "100%", so that nothing has to start: 1,095.00 USD a month more`},
	})
}

// TestStretchedClusters: 10 ms of disk beside the round trip. 49 ms are told of, 50 ms are
// warned of, 90 ms are an error, and so far from an arbiter 10 ms.
func TestStretchedClusters(t *testing.T) {
	over := func(trip time.Duration) func(w *world) {
		return onSelf(func(w *world) {
			recovery(planner.DisasterRecovery{Pattern: planner.Stretched}, planner.RecoveryObjective{Known: true}, planner.RecoveryObjective{Known: true})(w)
			w.c().ControlPlane.Etcd.RoundTrip = trip
			w.plan.Recovery.Stretched = &planner.StretchedPlan{RoundTrip: trip, Commit: trip + 10*time.Millisecond, WritesPerSecond: int(time.Second / (trip + 10*time.Millisecond))}
		})
	}
	check(t, map[string]want{
		"near":    {over(49 * time.Millisecond), "info CL-05 control_plane.etcd.round_trip", "each write to etcd takes 59ms at least, 16 a second one after another", "a cluster for each place, with a spec of its own"},
		"far":     {over(50 * time.Millisecond), "warning CL-05 control_plane.etcd.round_trip", "50ms between peers, below 50ms is asked for", "a cluster for each place, with a spec of its own"},
		"too far": {over(90 * time.Millisecond), "error CL-05 control_plane.etcd.round_trip", "takes 100ms at least, 10 a second one after another; network and disk of peers together are to stay below 100ms", "a cluster for each place, with a spec of its own"},
		"an arbiter": {func(w *world) {
			over(20 * time.Millisecond)(w)
			w.c().DisasterRecovery.ArbiterRoundTrip = new(10 * time.Millisecond)
		}, "warning CL-05 disaster_recovery.arbiter_round_trip", "10ms to the arbiter, below 10ms is asked for", "nearer"},
	})
}
