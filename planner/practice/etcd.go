package practice

import (
	"fmt"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	// leastEtcdDisk holds a database of the default quota, its copies, and logs.
	leastEtcdDisk = 40 * units.GiB
	// rareBackup is the interval beyond which a restore loses too much.
	rareBackup = 24 * time.Hour
)

func etcdRules() []rule {
	return []rule{
		{Rule{
			ID: "CP-07", Title: "etcd's disk is an SSD of 40 GiB at least", DefaultSeverity: planner.Error,
			What: "The disk of a self-managed etcd is smaller than 40 GiB, or nobody declared what the disk of a machine of one's own sustains (info).",
			Why:  "Database, log, snapshot and the copy that defragmentation makes share the disk; when it is full, or slow to sync, the whole cluster stands still.",
			Fix:  "Give etcd 40 GiB of its own, and measure the disk that it gets: the 99th percentile of etcd_disk_wal_fsync_duration_seconds below 10 ms, of etcd_disk_backend_commit_duration_seconds below 25 ms (etcd, \"FAQ\").",
		}, etcdDisk},
		{Rule{
			ID: "ET-01", Title: "Three etcd members at least", DefaultSeverity: planner.Error, ProductionOnly: true,
			What: "An etcd on machines of its own has fewer than three members.",
			Why:  "One member lost is the state of the cluster lost; of two, either stops the other, since both are a majority.",
			Fix:  "Run three members, or five where two may fail.",
		}, fewMembers},
		{Rule{
			ID: "ET-02", Title: "etcd's disk has the operations of its class", DefaultSeverity: planner.Warning,
			What: "The disk of a self-managed etcd does fewer operations a second than etcd's hardware recommendations give a cluster of this size.",
			Why:  "Each write waits until the log is on disk. A slow disk makes for slow writes, missed heartbeats and elections that nobody needed.",
			Fix:  "Buy operations, or size where the disk's speed follows from it.",
		}, slowDisk},
		{Rule{
			ID: "ET-04", Title: "etcd is backed up at least daily", DefaultSeverity: planner.Warning,
			What: "Snapshots of a self-managed etcd are more than a day apart, or none are taken.",
			Why:  "What was changed since the last snapshot is gone after a restore, and what runs no longer agrees with what the cluster remembers.",
			Fix:  "Take one every quarter of an hour; snapshots are small.",
		}, rareBackups},
	}
}

// etcd returns the state of a self-managed control plane; nil of a managed one.
func (v *view) etcd() *planner.Etcd {
	if !v.selfManaged() {
		return nil
	}
	return v.plan.ControlPlane.Etcd
}

// etcdMachine is the machine of one's own that holds etcd; nil where it is bought.
func (v *view) etcdMachine() *planner.Machine {
	role := planner.RoleControlPlane
	if e := v.etcd(); e != nil && e.Topology == planner.External {
		role = planner.RoleEtcd
	}
	for _, m := range v.plan.ControlPlane.Machines {
		i := slices.IndexFunc(v.c.Machines, func(o planner.Machine) bool { return o.Name == m.InstanceType })
		if m.Role == role && i >= 0 {
			return &v.c.Machines[i]
		}
	}
	return nil
}

func etcdDisk(v *view) []planner.Finding {
	e := v.etcd()
	if e == nil {
		return nil
	}
	size, kind, path := e.Disk.Size, e.Disk.Type, "control_plane.etcd.disk"
	m := v.etcdMachine()
	if m != nil {
		size, kind, path = m.Disk.Size, m.Disk.Type, "machine."+m.Name+".disk"
	}
	var found []planner.Finding
	if size < leastEtcdDisk {
		found = append(found, planner.Finding{
			Path:    path + ".size",
			Message: fmt.Sprintf("etcd has %s of %s, and %s are the least", gib(int64(size)), kind, gib(int64(leastEtcdDisk))),
			Remedy:  fmt.Sprintf("size = %q", quantity(int64(leastEtcdDisk))),
		})
	}
	if m != nil && m.Disk.IOPS == 0 {
		f := planner.Finding{
			Severity: planner.Info, Path: path + ".iops",
			Message: fmt.Sprintf("what the %s of a %s sustains is not declared; etcd of class %s runs on it", m.Disk.Type, m.Name, e.Class),
			Remedy:  "iops = what it sustains at 8 KiB, as measured",
		}
		if e.Disk.IOPS > 0 {
			f.Message += fmt.Sprintf(" and wants %s operations a second", number(e.Disk.IOPS))
		}
		found = append(found, f)
	}
	return found
}

func fewMembers(v *view) []planner.Finding {
	e := v.etcd()
	if e == nil || e.Topology != planner.External || e.Members >= leastServers {
		return nil // stacked, CP-01 counts the nodes
	}
	return []planner.Finding{{
		Path:    "control_plane.etcd.members",
		Message: fmt.Sprintf("%s: losing one loses the state of the cluster", count(e.Members, "etcd member")),
		Remedy:  fmt.Sprintf("members = %d", leastServers),
	}}
}

// classOperations are those of the disks in etcd's "Hardware recommendations", by
// class: of its example on Compute Engine for disks that are as fast as they are large,
// as that one is, and of the other, which are more, for disks that are bought with
// their operations. Of the small class these are what a gp3 disk does by itself, less
// than the 3,600 that the machine of the example could.
func classOperations(bySize bool, class string) int {
	i := slices.Index([]string{"small", "medium", "large", "xlarge"}, class)
	switch {
	case i < 0:
		return 0
	case bySize:
		return []int{1500, 4500, 7500, 15000}[i]
	}
	return []int{3000, 6000, 8000, 16000}[i]
}

func slowDisk(v *view) []planner.Finding {
	e := v.etcd()
	if e == nil {
		return nil
	}
	i := slices.IndexFunc(v.cat.Disks, func(d catalogs.Disk) bool { return d.Type == e.Disk.Type })
	bySize := slices.Contains(v.terms.DisksBySize, e.Disk.Type)
	need := classOperations(bySize, e.Class)
	if i < 0 || need == 0 {
		return nil
	}
	d := &v.cat.Disks[i]
	whole := int(e.Disk.Size / units.GiB)
	has, remedy := max(e.Disk.IOPS, d.FreeIOPS), fmt.Sprintf("iops = %d", need)
	if bySize && d.IOPSPerGiB > 0 {
		// What is free of a persistent disk belongs to the machine and all its disks.
		has = d.IOPSPerGiB.Down(whole)
		size := units.CeilDiv(int64(need)*int64(units.Whole), int64(d.IOPSPerGiB))
		remedy = fmt.Sprintf("size = \"%dGi\"", size)
	}
	if has >= need {
		return nil
	}
	return []planner.Finding{{
		Path:    "control_plane.etcd.disk",
		Message: fmt.Sprintf("%s of %s do %s operations a second; etcd of class %s is given %s", gib(int64(e.Disk.Size)), d.Type, number(has), e.Class, number(need)),
		Remedy:  remedy,
	}}
}

func rareBackups(v *view) []planner.Finding {
	e := v.etcd()
	if e == nil || (e.BackupInterval > 0 && e.BackupInterval <= rareBackup) {
		return nil
	}
	message := "no snapshots of etcd are taken: what is lost is lost"
	if e.BackupInterval > 0 {
		message = fmt.Sprintf("a snapshot of etcd every %s h: a restore may lose as much", number(int(e.BackupInterval/time.Hour)))
	}
	return []planner.Finding{{Path: "control_plane.etcd.backup_interval", Message: message, Remedy: "backup_interval = \"15m\""}}
}
