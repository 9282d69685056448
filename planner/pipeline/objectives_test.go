package pipeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// stored gives three replicas a volume of 100 GiB each.
func stored(p *problem) *problem {
	p.cluster.NodeGroups[0].Workloads[0].Volumes = []planner.Volume{{Name: "data", Size: 100 * units.GiB, Type: "gp3", Zonal: true}}
	return p
}

func backedUp(s planner.BackupSpec, change func(d *planner.DisasterRecovery)) *problem {
	p := market(alone(given("w", 3, 1500, units.GiB)), machine("m7i.xlarge", 4, 16, 200))
	d := &planner.DisasterRecovery{Pattern: planner.Backup, Share: units.Whole, Backups: s}
	change(d)
	p.cluster.DisasterRecovery = d
	return p
}

// TestBackups by hand: 300 GiB, 1% of them changed in a day, in 30 daily copies: 300 + 29 x 3 =
// 387 GiB, and 30 times the objects. At 300 MiB/s 300 GiB are read in 1,024 s; the objects,
// less than 300 MiB, add one second. What is not declared is not known.
func TestBackups(t *testing.T) {
	const day, minute = 24 * time.Hour, time.Minute
	spec := planner.BackupSpec{Interval: day, Retention: 30 * day, ChangeRate: new(units.Percent), ThroughputMiBps: 300, Provision: new(20 * minute)}
	r := stored(backedUp(spec, func(d *planner.DisasterRecovery) { d.Switch, d.RTO = new(5*minute), new(time.Hour) })).mustMake(t).Recovery
	b := r.Backup
	if b == nil || b.Copies != 30 || b.Volumes != 300*units.GiB || b.Storage != 387*units.GiB+30*b.Objects || b.Objects <= 0 || b.Cost.Known {
		t.Fatalf("got %+v", b)
	}
	if !r.RPO.Known || r.RPO.Least != day {
		t.Errorf("RPO %+v", r.RPO)
	}
	takes := map[string]time.Duration{}
	var open []string
	sum := time.Duration(0)
	for _, term := range r.RTO.Terms {
		takes[term.Name], sum = term.Takes, sum+term.Takes
		if !term.Known {
			open = append(open, term.Name)
		}
	}
	if takes["a cluster stands"] != 20*minute || takes["copies are read back"] != 1025*time.Second || takes["callers are switched"] != 5*minute || r.RTO.Least != sum {
		t.Errorf("RTO %+v", r.RTO)
	}
	if r.RTO.Known || !slices.Equal(open, []string{"data is in place"}) || *r.RTO.Target != time.Hour {
		t.Errorf("not known: %q, %+v", open, r.RTO)
	}
}

// TestBackupsArePriced: 30 whole copies of 300 GiB at 0.05 are 450.00 a month, and the
// objects a little.
func TestBackupsArePriced(t *testing.T) {
	const day = 24 * time.Hour
	b := stored(backedUp(planner.BackupSpec{Interval: day, Retention: 30 * day, StoragePrice: new(units.Dollar / 20)}, func(*planner.DisasterRecovery) {})).mustMake(t).Recovery.Backup
	if month := b.Cost.Rate.PerMonth(); !b.Cost.Known || month < 450*units.Dollar || month > 451*units.Dollar {
		t.Errorf("%v, %v a month", b.Cost, month)
	}
}

// TestCopiesThatNobodyCounts: three replicas of 64 TiB, copied every minute of a year, are
// 525,600 x 192 TiB = 1.1 x 10^20 bytes, of 9.2 x 10^18 that can be counted. Where nothing
// changes they are 192 TiB and a little more, of which a GiB may cost a thousand dollars, and
// not a hundred thousand: 196,608 x 100,000 = 2 x 10^10 dollars a month, of 9.2 x 10^9. At a MiB a second
// they are read in 2,330 days; 64 PiB a replica take 2,183 years.
func TestCopiesThatNobodyCounts(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		size  units.Bytes
		price units.USD
		rate  *units.Ratio
		mib   int
		path  string
	}{
		"bytes":   {64 * units.TiB, 0, nil, 0, "disaster_recovery.backup_retention"},
		"counted": {64 * units.TiB, 1_000 * units.Dollar, new(units.Ratio(0)), 1, ""},
		"dollars": {64 * units.TiB, 100_000 * units.Dollar, new(units.Ratio(0)), 1, "disaster_recovery.backup_retention"},
		"years":   {64 << 50, 0, new(units.Ratio(0)), 1, "disaster_recovery.restore_throughput_mib"},
	} {
		p := stored(backedUp(planner.BackupSpec{Interval: time.Minute, Retention: year, StoragePrice: &c.price, ChangeRate: c.rate, ThroughputMiBps: c.mib}, func(*planner.DisasterRecovery) {}))
		p.cluster.NodeGroups[0].Workloads[0].Volumes[0].Size = c.size
		_, err := p.make(t)
		var paths []string
		for _, bad := range planner.Infeasibles(err) {
			paths = append(paths, bad.Path)
		}
		if got := strings.Join(paths, ", "); got != c.path || c.path == "" && err != nil {
			t.Errorf("%s: got %q, want %q: %v", name, got, c.path, err)
		}
	}
}

// TestWithoutVolumesNothingIsRead: what has none loses its objects since the last copy.
func TestWithoutVolumesNothingIsRead(t *testing.T) {
	r := backedUp(planner.BackupSpec{Interval: time.Hour, Retention: 24 * time.Hour}, func(*planner.DisasterRecovery) {}).mustMake(t).Recovery
	if r.Backup.Volumes != 0 || r.Backup.Storage != 24*r.Backup.Objects || r.RPO.Least != time.Hour || !r.RPO.Known || r.RTO.Known {
		t.Errorf("%+v", r)
	}
}

// TestStretched over three rooms 40 ms apart: 50 ms a write, 20 a second; heartbeats and
// elections are etcd's defaults. The loss of a room: 1 s until a leader is elected, 50 s and
// 300 s until its pods go elsewhere, and what they take to start.
func TestStretched(t *testing.T) {
	p := site([]planner.Machine{stands("node", 4, 16, "ssd", 4, 4, 4), stands("boss", 4, 16, "ssd", 1, 1, 1)}, group("g", planner.App, abc(), oneZone(), inPlace(given("w", 3, 1500, units.GiB))))
	p.cluster.ControlPlane.Etcd.RoundTrip = 40 * time.Millisecond
	p.cluster.DisasterRecovery = &planner.DisasterRecovery{Pattern: planner.Stretched, Share: units.Whole, Switch: new(time.Minute)}
	plan := p.mustMake(t)
	r, etcd := plan.Recovery, plan.ControlPlane.Etcd
	if s := r.Stretched; s == nil || s.Commit != 50*time.Millisecond || s.WritesPerSecond != 20 || s.Replicated <= 0 || s.Cost.Known {
		t.Fatalf("got %+v", s)
	}
	start := p.cluster.NodeGroups[0].Workloads[0].StartupTime
	if want := time.Second + 350*time.Second + time.Minute + start; etcd.ElectionTimeout != time.Second || !r.RTO.Known || r.RTO.Least != want {
		t.Errorf("RTO %+v, want %v", r.RTO, want)
	}
	if !r.RPO.Known || r.RPO.Least != 0 {
		t.Errorf("RPO %+v", r.RPO)
	}
}
