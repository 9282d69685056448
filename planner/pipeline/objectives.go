package pipeline

import (
	"fmt"
	"math"
	"time"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// How long pods of nodes that are lost stay where they are: until the node is found gone
// (kube-controller-manager, --node-monitor-grace-period, 50 s from 1.32 on), and until
// they are evicted (DefaultTolerationSeconds, 300 s).
const (
	nodeFoundGone = 50 * time.Second
	podsEvicted   = 300 * time.Second
)

// objectives fills in what a disaster costs in time and what copies take; the load on the
// control plane is known by then.
func (m *maker) objectives(plan *planner.Plan) (err error) {
	d, r := m.cluster.DisasterRecovery, plan.Recovery
	if d == nil || r == nil {
		return nil
	}
	volumes := m.volumeBytes(plan)
	var lost, takes []planner.RecoveryTerm
	switch d.Pattern {
	case planner.PerRegion:
		lost = []planner.RecoveryTerm{replicated(d, volumes)}
		takes = m.failover(d)
	case planner.Stretched:
		r.Stretched = m.stretched(plan)
		lost, takes = m.stretchedTerms(d, plan, volumes)
	case planner.Backup:
		if r.Backup, err = m.backups(&d.Backups, plan, volumes); err != nil {
			return err
		}
		lost, takes = m.backupTerms(d, plan, r.Backup)
	}
	r.RPO, r.RTO = worstOf(lost, d.RPO), sumOfTerms(takes, d.RTO)
	return nil
}

// worstOf is the objective of which one term decides.
func worstOf(terms []planner.RecoveryTerm, target *time.Duration) planner.RecoveryObjective {
	out := planner.RecoveryObjective{Terms: terms, Known: true, Target: target}
	for _, t := range terms {
		out.Known = out.Known && t.Known
		out.Least = max(out.Least, t.Takes)
	}
	return out
}

// sumOfTerms is the objective of terms that follow each other.
func sumOfTerms(terms []planner.RecoveryTerm, target *time.Duration) planner.RecoveryObjective {
	out := planner.RecoveryObjective{Terms: terms, Known: true, Target: target}
	for _, t := range terms {
		out.Known = out.Known && t.Known
		out.Least += t.Takes
	}
	return out
}

// declared is a term that the spec gives, or does not.
func declared(name string, d *time.Duration, attribute string) planner.RecoveryTerm {
	if d == nil {
		return planner.RecoveryTerm{Name: name, Source: "declare " + attribute}
	}
	return planner.RecoveryTerm{Name: name, Takes: *d, Known: true, Source: attribute}
}

func known(name string, d time.Duration, source string) planner.RecoveryTerm {
	return planner.RecoveryTerm{Name: name, Takes: d, Known: true, Source: source}
}

// replicated is what is lost of volumes that have copies in other regions.
func replicated(d *planner.DisasterRecovery, volumes units.Bytes) planner.RecoveryTerm {
	if volumes == 0 {
		return known("volumes", 0, "no workload has volumes")
	}
	return declared("volumes", d.ReplicationLag, "replication_lag")
}

// failover is what follows the loss of a region of several clusters: where a region waits
// with less than it is sized for, nodes and pods have to start.
func (m *maker) failover(d *planner.DisasterRecovery) []planner.RecoveryTerm {
	out := []planner.RecoveryTerm{declared("callers are switched", d.Switch, "switch_time")}
	if d.Mode == planner.Standby && d.Share < units.Whole {
		out = append(out, m.nodesStart(), m.podsStart())
	}
	return out
}

func (m *maker) nodesStart() planner.RecoveryTerm {
	if m.terms.OwnMachines {
		return planner.RecoveryTerm{Name: "nodes start", Source: "machines of one's own"}
	}
	return known("nodes start", m.provider.Mechanics(&m.cluster).Boot, "model upgrades, boot of a node")
}

// podsStart takes as long as the slowest workload.
func (m *maker) podsStart() planner.RecoveryTerm {
	longest, slowest := time.Duration(0), "no workload"
	for i := range m.cluster.NodeGroups {
		g := &m.cluster.NodeGroups[i]
		for j := range g.Workloads {
			if w := &g.Workloads[j]; w.StartupTime > longest {
				longest, slowest = w.StartupTime, "startup_time of "+g.Path()+".workload."+w.Name
			}
		}
	}
	return known("pods start", longest, slowest)
}

// stretched is what etcd does over the round trip that is declared.
func (m *maker) stretched(plan *planner.Plan) *planner.StretchedPlan {
	etcd, trip := plan.ControlPlane.Etcd, m.cluster.ControlPlane.Etcd.RoundTrip
	out := &planner.StretchedPlan{RoundTrip: trip, Commit: layout.StretchedCommit(etcd.Members, trip)}
	out.WritesPerSecond = layout.SequentialWrites(out.Commit)
	role := planner.RoleControlPlane
	if etcd.Topology == planner.External {
		role = planner.RoleEtcd
	}
	fewest := etcd.Members
	for i := range plan.ControlPlane.Machines {
		if c := &plan.ControlPlane.Machines[i]; c.Role == role {
			for _, z := range c.NodesByZone {
				if z.Nodes > 0 {
					fewest = min(fewest, z.Nodes)
				}
			}
		}
	}
	perSecond := units.Bytes(0)
	for _, o := range plan.ControlPlane.Load[0].Objects {
		perSecond += layout.BytesPerSecond(o.Writes, o.Size)
	}
	out.Replicated = layout.BytesPerMonth(perSecond*units.Bytes(etcd.Members-fewest), units.Whole, units.Whole)
	return out
}

func (m *maker) stretchedTerms(d *planner.DisasterRecovery, plan *planner.Plan, volumes units.Bytes) (lost, takes []planner.RecoveryTerm) {
	etcd := plan.ControlPlane.Etcd
	state := known("state of the cluster", 0, "a majority of etcd has every write")
	elects := known("etcd elects a leader", etcd.ElectionTimeout, "election timeout")
	if etcd.ToleratesZones == 0 {
		state = planner.RecoveryTerm{Name: state.Name, Source: "no majority is left"}
		elects = planner.RecoveryTerm{Name: elects.Name, Source: "no majority is left"}
	}
	takes = []planner.RecoveryTerm{
		elects, known("nodes are found gone", nodeFoundGone, "kube-controller-manager, node-monitor-grace-period"),
		known("pods are evicted", podsEvicted, "Kubernetes, DefaultTolerationSeconds"), m.podsStart(),
		declared("callers are switched", d.Switch, "switch_time"),
	}
	for i := range m.cluster.NodeGroups {
		if g := &m.cluster.NodeGroups[i]; g.Redundancy.Zones == 0 {
			takes = append(takes, planner.RecoveryTerm{Name: "room for " + g.Path(), Source: "it does not survive the loss of a zone"})
		}
	}
	return []planner.RecoveryTerm{state, replicated(d, volumes)}, takes
}

// volumeBytes is what all volumes hold when they are full.
func (m *maker) volumeBytes(plan *planner.Plan) units.Bytes {
	sum := units.Bytes(0)
	for i := range plan.NodeGroups {
		for _, w := range plan.NodeGroups[i].Workloads {
			if spec := m.specOf(i, w.Name); spec != nil && !w.System {
				for _, v := range spec.Volumes {
					sum = layout.Sum(sum, layout.Times(w.Replicas, v.Size))
				}
			}
		}
	}
	return sum
}

// backups is what copies of volumes and objects take, beside the snapshots of etcd.
func (m *maker) backups(s *planner.BackupSpec, plan *planner.Plan, volumes units.Bytes) (*planner.BackupPlan, error) {
	out := &planner.BackupPlan{Volumes: volumes, Objects: plan.ControlPlane.Load[0].Live}
	out.Copies, out.Storage = layout.Copies(volumes, s.Interval, s.Retention, s.ChangeRate)
	out.Storage = layout.Sum(out.Storage, layout.Times(out.Copies, out.Objects))
	if e := plan.ControlPlane.Etcd; e != nil {
		out.Snapshots = e.BackupStorage
	}
	all := layout.Sum(out.Storage, out.Snapshots)
	if all == math.MaxInt64 {
		return nil, tooManyCopies(s, out, "more bytes than can be counted, 8 EiB")
	}
	if perSecond := units.Bytes(s.ThroughputMiBps) * units.MiB; perSecond > 0 && units.CeilDiv(out.Volumes+out.Objects, perSecond) > longestRead {
		return nil, &planner.Infeasible{
			Path:       "disaster_recovery.restore_throughput_mib",
			Constraint: fmt.Sprintf("%s in volumes are not read back at %d MiB a second within a hundred years", gib(out.Volumes), s.ThroughputMiBps),
			Remedy:     "read copies faster",
		}
	}
	if s.StoragePrice != nil {
		month := layout.Priced(all, units.GiB, *s.StoragePrice)
		if month == math.MaxInt64 {
			return nil, tooManyCopies(s, out, "more than can be counted of dollars, nine thousand million a month")
		}
		out.Cost = planner.Amount{Rate: month.PerHour(), Known: true}
	}
	return out, nil
}

// longestRead is a hundred years of seconds: what is longer is no plan, and three times as
// long cannot be counted.
const longestRead = 100 * 365 * 24 * 3600

// tooManyCopies refuses copies of which nobody can say what they take.
func tooManyCopies(s *planner.BackupSpec, b *planner.BackupPlan, what string) error {
	remedy := "keep them for less long than backup_retention, or take them less often than backup_interval"
	if s.ChangeRate == nil {
		remedy += ", or declare change_rate, so that each copy holds what changed"
	}
	return &planner.Infeasible{
		Path:       "disaster_recovery.backup_retention",
		Constraint: fmt.Sprintf("%d copies of %s in volumes and %s of objects are %s", b.Copies, gib(b.Volumes), mib(b.Objects), what),
		Remedy:     remedy,
	}
}

func (m *maker) backupTerms(d *planner.DisasterRecovery, plan *planner.Plan, b *planner.BackupPlan) (lost, takes []planner.RecoveryTerm) {
	s := &d.Backups
	state := known("objects", s.Interval, "backup_interval")
	if e := plan.ControlPlane.Etcd; e != nil && e.BackupInterval > 0 && e.BackupInterval < s.Interval {
		state = known("objects", e.BackupInterval, "backup_interval of etcd")
	}
	lost = []planner.RecoveryTerm{state, known("volumes", 0, "no workload has volumes")}
	if b.Volumes > 0 {
		lost[1] = known("volumes", s.Interval, "backup_interval")
	}
	read := planner.RecoveryTerm{Name: "copies are read back", Source: "declare restore_throughput_mib"}
	if s.ThroughputMiBps > 0 {
		read = known(read.Name, layout.TransferTime(b.Volumes+b.Objects, s.ThroughputMiBps), "volumes and objects / restore_throughput_mib")
	}
	return lost, []planner.RecoveryTerm{
		declared("a cluster stands", s.Provision, "provision_time"), m.nodesStart(), read,
		declared("data is in place", s.Restore, "restore_time"), m.podsStart(), declared("callers are switched", d.Switch, "switch_time"),
	}
}
