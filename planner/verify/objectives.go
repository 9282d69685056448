package verify

import (
	"math/big"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// objectives checks what a disaster is said to cost: that what is lost is the largest of its
// terms and what it takes their sum, that declared terms are as declared, and what copies and
// a stretched etcd take.
func (k *checker) objectives(d *planner.DisasterRecovery, r *planner.RecoveryPlan) {
	const path = "disaster_recovery"
	for _, o := range []struct {
		name   string
		o      *planner.RecoveryObjective
		target *time.Duration
	}{{"rpo", &r.RPO, d.RPO}, {"rto", &r.RTO, d.RTO}} {
		known, most, sum := len(o.o.Terms) > 0, time.Duration(0), time.Duration(0)
		for _, t := range o.o.Terms {
			known = known && t.Known
			most, sum = max(most, t.Takes), sum+t.Takes
			k.need(t.Takes >= 0 && (t.Known || t.Takes == 0), path, "recovery.term", "%s takes %v, known: %t", t.Name, t.Takes, t.Known)
		}
		want := sum
		if o.name == "rpo" {
			want = most
		}
		k.need(o.o.Least == want && o.o.Known == known, path, "recovery."+o.name, "%v, known: %t; its terms make %v, %t", o.o.Least, o.o.Known, want, known)
		same := (o.target == nil) == (o.o.Target == nil) && (o.target == nil || *o.target == *o.o.Target)
		k.need(same, path, "recovery."+o.name, "the target is not the declared one")
	}
	k.term(&r.RTO, "callers are switched", d.Switch)
	volumes := k.volumeBytes()
	if d.Pattern != planner.Backup && volumes > 0 {
		k.term(&r.RPO, "volumes", d.ReplicationLag)
	}
	k.need((r.Backup != nil) == (d.Pattern == planner.Backup) && (r.Stretched != nil) == (d.Pattern == planner.Stretched), path, "recovery.pattern", "what is said is not of the pattern %s", d.Pattern)
	if b := r.Backup; b != nil && d.Pattern == planner.Backup && d.Backups.Interval > 0 {
		k.term(&r.RTO, "a cluster stands", d.Backups.Provision)
		k.term(&r.RTO, "data is in place", d.Backups.Restore)
		k.copies(&d.Backups, r, volumes)
	}
	if s := r.Stretched; s != nil && k.plan.ControlPlane.Etcd != nil {
		// etcd's disk syncs within 10 ms (etcd, "FAQ"); a majority of one is itself.
		trip := k.c.ControlPlane.Etcd.RoundTrip
		commit := 10 * time.Millisecond
		if k.plan.ControlPlane.Etcd.Members > 1 {
			commit += trip
		}
		k.need(s.RoundTrip == trip && s.Commit == commit && s.WritesPerSecond == int(time.Second/commit), path, "recovery.stretched", "%v and %d writes a second, a write takes %v", s.Commit, s.WritesPerSecond, commit)
	}
}

// term checks that a term is what is declared, or is not known.
func (k *checker) term(o *planner.RecoveryObjective, name string, want *time.Duration) {
	i := slices.IndexFunc(o.Terms, func(t planner.RecoveryTerm) bool { return t.Name == name })
	if !k.need(i >= 0, "disaster_recovery", "recovery.term", "nothing is said of %q", name) {
		return
	}
	t := &o.Terms[i]
	k.need(t.Known == (want != nil) && (want == nil || t.Takes == *want), "disaster_recovery", "recovery.term", "%s takes %v, known: %t, unlike what is declared", name, t.Takes, t.Known)
}

// volumeBytes sums up what all replicas have of volumes.
func (k *checker) volumeBytes() units.Bytes {
	sum := units.Bytes(0)
	for _, g := range k.groups {
		for i := range g.plan.Workloads {
			w := &g.plan.Workloads[i]
			for j := range g.decl.Workloads {
				if d := &g.decl.Workloads[j]; d.Name == w.Name && !w.System {
					for _, v := range d.Volumes {
						sum += units.Bytes(min(max(w.Replicas, 0), maxReplicas)) * v.Size
					}
				}
			}
		}
	}
	return sum
}

// copies checks what copies take, one after the other as they are made: the first is whole,
// and each later one is, or holds what was written over since.
func (k *checker) copies(s *planner.BackupSpec, r *planner.RecoveryPlan, volumes units.Bytes) {
	const path = "disaster_recovery.backups"
	b := r.Backup
	n := 0
	for age := time.Duration(0); age < s.Retention && n < maxReplicas; age += s.Interval {
		n++
	}
	changed := big.NewInt(int64(volumes))
	if s.ChangeRate != nil {
		for _, step := range [][2]int64{{int64(*s.ChangeRate), int64(units.Whole)}, {int64(s.Interval / time.Second), 86_400}} {
			changed.Mul(changed, big.NewInt(step[0]))
			changed.Add(changed, big.NewInt(step[1]-1)).Div(changed, big.NewInt(step[1]))
			if most := big.NewInt(int64(volumes)); changed.Cmp(most) > 0 {
				changed = most
			}
		}
	}
	want := new(big.Int).Mul(changed, big.NewInt(int64(n-1)))
	want.Add(want, big.NewInt(int64(volumes))).Add(want, new(big.Int).Mul(big.NewInt(int64(b.Objects)), big.NewInt(int64(n))))
	k.need(b.Volumes == volumes && b.Copies == n && want.Cmp(big.NewInt(int64(b.Storage))) == 0, path, "recovery.copies", "%d copies of %d bytes take %d; it is %d of %d and %v", b.Copies, b.Volumes, b.Storage, n, volumes, want)
	snapshots := units.Bytes(0)
	if e := k.plan.ControlPlane.Etcd; e != nil {
		snapshots = e.BackupStorage
	}
	k.need(b.Snapshots == snapshots, path, "recovery.copies", "snapshots of etcd take %d, they take %d", b.Snapshots, snapshots)
	k.need(b.Cost.Known == (s.StoragePrice != nil), path, "recovery.copies_cost", "the cost is known: %t, the price is given: %t", b.Cost.Known, s.StoragePrice != nil)
	if s.StoragePrice != nil {
		month := new(big.Int).Mul(big.NewInt(int64(b.Storage+b.Snapshots)), big.NewInt(int64(*s.StoragePrice)))
		// What is said a month is rounded up once to the price of a month and once to that of an
		// hour: it is less than two hours' worth of the smallest unit above.
		hours := new(big.Int).Mul(big.NewInt(int64(b.Cost.Rate)), big.NewInt(730))
		hours.Mul(hours, big.NewInt(int64(units.GiB)))
		over := hours.Sub(hours, month)
		k.need(over.Sign() >= 0 && over.Cmp(big.NewInt(2*730*int64(units.GiB))) < 0, path, "recovery.copies_cost", "%v an hour for %d bytes at %d a GiB and month", b.Cost, b.Storage+b.Snapshots, *s.StoragePrice)
	}
	lost := s.Interval
	if e := k.plan.ControlPlane.Etcd; volumes == 0 && e != nil && e.BackupInterval > 0 {
		lost = min(lost, e.BackupInterval)
	}
	k.need(r.RPO.Least == lost, path, "recovery.rpo", "%v may be lost, it is %v", r.RPO.Least, lost)
	i := slices.IndexFunc(r.RTO.Terms, func(t planner.RecoveryTerm) bool { return t.Name == "copies are read back" })
	if !k.need(i >= 0, path, "recovery.term", "nothing is said of reading copies back") || s.ThroughputMiBps == 0 {
		return
	}
	t := r.RTO.Terms[i]
	whole, perSecond := int64(b.Volumes+b.Objects), int64(s.ThroughputMiBps)*int64(units.MiB)
	k.need(t.Known && t.Takes == time.Duration(up(whole, perSecond))*time.Second, path, "recovery.term", "copies are read back in %v, of %d bytes at %d a second", t.Takes, whole, perSecond)
}
