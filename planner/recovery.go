package planner

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// RecoveryPattern says what is there for the loss of a region, or of a cluster.
type RecoveryPattern string

// The patterns.
const (
	// PerRegion is a cluster of its own in each of several regions.
	PerRegion RecoveryPattern = "per_region"
	// Stretched is one cluster whose zones stand in several regions.
	Stretched RecoveryPattern = "stretched"
	// Backup is one cluster, and copies to make it anew from.
	Backup RecoveryPattern = "backup"
)

// RecoveryMode says what the clusters of several regions do.
type RecoveryMode string

// The modes.
const (
	// ActiveActive: all regions carry load, and the others that of one that is lost.
	ActiveActive RecoveryMode = "active_active"
	// Standby: the first region carries all of it, and the others wait.
	Standby RecoveryMode = "standby"
)

// DisasterRecovery is what is there for the loss of a region. Mode, Share and Regions are
// of PerRegion, Backups of Backup.
type DisasterRecovery struct {
	Pattern RecoveryPattern
	Mode    RecoveryMode
	// Share of the load for which a region that waits has capacity.
	Share units.Ratio
	// Regions beside the cluster's, in the order of the spec.
	Regions []RecoveryRegion
	// Shares of the load that the regions carry in ActiveActive, the cluster's own first; nil
	// where these are equal. Demands of the cluster are then what its own region has to
	// carry after the loss of any other.
	Shares []units.Ratio
	// Switch is the time from a loss until callers are sent elsewhere, and
	// ReplicationLag how far copies of data in other regions trail; nil where not known.
	Switch, ReplicationLag *time.Duration
	// ArbiterRoundTrip is that to a zone that only votes; nil where there is none.
	ArbiterRoundTrip *time.Duration
	Backups          BackupSpec
	// RPO and RTO are the most that may be lost and the longest that it may take; nil
	// where nothing is asked for.
	RPO, RTO *time.Duration
}

// BackupSpec is how a cluster and its volumes are copied.
type BackupSpec struct {
	Interval, Retention time.Duration
	// ChangeRate is the share of the volumes that is written over in a day, where copies
	// after the first hold what changed; nil where each copy is whole.
	ChangeRate *units.Ratio
	// StoragePrice of a GiB for a month; nil where not known.
	StoragePrice *units.USD
	// ThroughputMiBps at which copies are read back; 0 where not known.
	ThroughputMiBps int
	// Provision is the time until an empty cluster stands, and Restore that until what was
	// read back is in place; nil where not known.
	Provision, Restore *time.Duration
}

// RecoveryRegion is a region and its zones, as many as the cluster has.
type RecoveryRegion struct {
	Region string
	Zones  []string
}

// RecoveryPlan is what is there for a loss, and what a loss costs.
type RecoveryPlan struct {
	// Regions begin with the cluster's own; none but of PerRegion.
	Regions []RegionPlan
	// Always is what all of them cost at all times, and Known what is known of it.
	Always Amount
	Known  units.USDPerHour
	// Survives lists the losses of regions that were tried; none but of PerRegion.
	Survives []Drill
	// Stretched and Backup are nil but of these patterns.
	Stretched *StretchedPlan
	Backup    *BackupPlan
	// RPO is what is lost: the largest of its terms. RTO is how long it takes: their sum.
	RPO, RTO RecoveryObjective
}

// RecoveryObjective is what a loss costs in time.
type RecoveryObjective struct {
	Terms []RecoveryTerm
	// Least is of the terms that are known: it is no less. Known: it is no more either.
	Least time.Duration
	Known bool
	// Target that is declared; nil where none is.
	Target *time.Duration
}

// RecoveryTerm is a part of an objective, and where it is from.
type RecoveryTerm struct {
	Name  string
	Takes time.Duration
	// Known is false where nobody declares it and no model has it.
	Known  bool
	Source string
}

// StretchedPlan is etcd over several regions.
type StretchedPlan struct {
	RoundTrip time.Duration
	// Commit is the least time of a write: the round trip to a majority and a sync to disk.
	Commit time.Duration
	// WritesPerSecond that a client gets through which waits for each.
	WritesPerSecond int
	// Replicated are the bytes a month that a leader sends to the members of other zones,
	// and Cost what is charged for them.
	Replicated units.Bytes
	Cost       Amount
}

// BackupPlan is what copies take.
type BackupPlan struct {
	// Copies that are kept.
	Copies int
	// Volumes are the bytes of all volumes, and Objects those of the cluster's state: one
	// copy of each.
	Volumes, Objects units.Bytes
	// Storage of all copies, and Snapshots that of etcd's, which are taken beside.
	Storage, Snapshots units.Bytes
	// Cost of Storage and Snapshots.
	Cost Amount
}

// RegionPlan is the cluster of a region.
type RegionPlan struct {
	Region string
	Zones  []string
	// Carries is its share of the load with every region up, Sized the largest that it has
	// to carry, and Waiting that for which its capacity is there at all times.
	Carries, Sized, Waiting units.Ratio
	// Nodes and Cost for Sized, of all groups and of the whole bill; WaitingNodes and
	// WaitingCost for Waiting.
	Nodes, WaitingNodes int
	Cost, WaitingCost   Amount
	// Known and WaitingKnown are the lines of those bills that are known.
	Known, WaitingKnown units.USDPerHour
}
