package document

import (
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

type disasterRecovery struct {
	Pattern          string           `json:"pattern" enum:"per_region stretched backup" jsonschema:"What is there for a loss: clusters of several regions, one over several, or copies."`
	Mode             text             `json:"mode" enum:"active_active standby" jsonschema:"What the clusters do; null but of per_region."`
	Share            ratio            `json:"share" jsonschema:"Share of the load for which a region that waits has capacity."`
	Regions          []recoveryRegion `json:"regions" jsonschema:"Regions beside the cluster's, in the order in which they take over; empty but of per_region."`
	Shares           []ratio          `json:"shares" jsonschema:"Shares of the load that regions carry, the cluster's own first; empty where these are equal."`
	Switch           *seconds         `json:"switch_time_seconds" jsonschema:"From a loss until callers are sent elsewhere; null where not known."`
	ReplicationLag   *seconds         `json:"replication_lag_seconds" jsonschema:"How far copies of volumes in other regions trail; null where not known."`
	ArbiterRoundTrip *seconds         `json:"arbiter_round_trip_seconds" jsonschema:"Round trip to a zone that only votes; null where there is none."`
	Backups          *backupSpec      `json:"backups" jsonschema:"How the cluster is copied; null but of backup."`
	RPO              *seconds         `json:"rpo_seconds" jsonschema:"The most that may be lost; null where there is no target."`
	RTO              *seconds         `json:"rto_seconds" jsonschema:"The longest that it may take; null where there is no target."`
}

type backupSpec struct {
	Interval        seconds  `json:"interval_seconds" jsonschema:"Time between two copies."`
	Retention       seconds  `json:"retention_seconds" jsonschema:"How long they are kept."`
	ChangeRate      *ratio   `json:"change_rate" jsonschema:"Share of the volumes that is written over in a day; null where each copy is whole."`
	StoragePrice    *dollars `json:"usd_per_gib_month" jsonschema:"Price of a GiB of copies for a month; null where not known."`
	ThroughputMiBps *int     `json:"restore_throughput_mib_per_second" jsonschema:"MiB a second at which copies are read back; null where not known."`
	Provision       *seconds `json:"provision_seconds" jsonschema:"Until an empty cluster stands; null where not known."`
	Restore         *seconds `json:"restore_seconds" jsonschema:"Until what was read back is in place; null where not known."`
}

type recoveryRegion struct {
	Region string   `json:"region" jsonschema:"The region."`
	Zones  []string `json:"zones" jsonschema:"Its zones, in the place of the cluster's."`
}

type recoveryPlan struct {
	Regions   []regionPlan      `json:"regions" jsonschema:"The cluster of each region, the spec's own first; empty but of per_region."`
	Known     dollars           `json:"known_usd_per_hour" jsonschema:"What is known of that."`
	Always    *dollars          `json:"usd_per_hour" jsonschema:"What all of them cost at all times; null where not known."`
	Survives  []drill           `json:"survives" jsonschema:"The losses of regions that were tried; empty but of per_region."`
	Stretched *stretchedPlan    `json:"stretched" jsonschema:"etcd over several regions; null but of stretched."`
	Backup    *backupPlan       `json:"backup" jsonschema:"What copies take; null but of backup."`
	RPO       recoveryObjective `json:"rpo" jsonschema:"What is lost: the largest of its terms."`
	RTO       recoveryObjective `json:"rto" jsonschema:"How long it takes: the sum of its terms."`
}

type recoveryObjective struct {
	Terms  []recoveryTerm `json:"terms" jsonschema:"Its parts."`
	Least  seconds        `json:"at_least_seconds" jsonschema:"No less, by the terms that are known."`
	Known  bool           `json:"known" jsonschema:"All terms are known: it is no more either."`
	Target *seconds       `json:"target_seconds" jsonschema:"The target; null where none is declared."`
}

type recoveryTerm struct {
	Name   string   `json:"name" jsonschema:"What takes time."`
	Takes  *seconds `json:"seconds" jsonschema:"How long; null where not known."`
	Source string   `json:"source" jsonschema:"Where that is from, or what would say it."`
}

type stretchedPlan struct {
	RoundTrip       seconds  `json:"round_trip_seconds" jsonschema:"Longest round trip between members."`
	Commit          seconds  `json:"commit_seconds" jsonschema:"Least time of a write."`
	WritesPerSecond int      `json:"writes_per_second" jsonschema:"Writes of a client that waits for each."`
	Replicated      int64    `json:"replicated_bytes_per_month" jsonschema:"What a leader sends to members of other zones in a month."`
	Cost            *dollars `json:"usd_per_hour" jsonschema:"What is charged for it; null where not known."`
}

type backupPlan struct {
	Copies    int      `json:"copies" jsonschema:"Copies that are kept."`
	Volumes   int64    `json:"volumes_bytes" jsonschema:"All volumes."`
	Objects   int64    `json:"objects_bytes" jsonschema:"The objects of the cluster."`
	Storage   int64    `json:"storage_bytes" jsonschema:"What all copies take."`
	Snapshots int64    `json:"etcd_snapshots_bytes" jsonschema:"What the snapshots of etcd take beside them."`
	Cost      *dollars `json:"usd_per_hour" jsonschema:"What both cost; null where not known."`
}

type regionPlan struct {
	Region       string   `json:"region" jsonschema:"The region."`
	Zones        []string `json:"zones" jsonschema:"Its zones."`
	Carries      ratio    `json:"carries" jsonschema:"Share of the load with every region up."`
	Sized        ratio    `json:"sized_for" jsonschema:"Largest share that it has to carry."`
	Waiting      ratio    `json:"always_sized_for" jsonschema:"Share for which its capacity is there at all times."`
	Nodes        int      `json:"nodes" jsonschema:"Nodes for the largest share."`
	WaitingNodes int      `json:"always_nodes" jsonschema:"Nodes at all times."`
	Cost         *dollars `json:"usd_per_hour" jsonschema:"The whole bill for the largest share; null where not known."`
	Known        dollars  `json:"known_usd_per_hour" jsonschema:"The lines of the first bill that are known."`
	WaitingKnown dollars  `json:"always_known_usd_per_hour" jsonschema:"The lines of the second that are known."`
	WaitingCost  *dollars `json:"always_usd_per_hour" jsonschema:"The whole bill at all times; null where not known."`
}

func syncDisasterRecovery(to direction, d *disasterRecovery, p *planner.DisasterRecovery) {
	syncText(to, &d.Pattern, &p.Pattern)
	syncText(to, &d.Mode, &p.Mode)
	syncInt(to, &d.Share, &p.Share)
	syncList(to, &d.Shares, &p.Shares, syncInt)
	syncOptional(to, &d.Switch, &p.Switch, syncInt)
	syncOptional(to, &d.ReplicationLag, &p.ReplicationLag, syncInt)
	syncOptional(to, &d.ArbiterRoundTrip, &p.ArbiterRoundTrip, syncInt)
	syncPresent(to, &d.Backups, &p.Backups, func(to direction, d *backupSpec, p *planner.BackupSpec) {
		syncInt(to, &d.Interval, &p.Interval)
		syncInt(to, &d.Retention, &p.Retention)
		syncOptional(to, &d.ChangeRate, &p.ChangeRate, syncInt)
		syncOptional(to, &d.StoragePrice, &p.StoragePrice, syncInt[dollars, units.USD])
		syncSet(to, &d.ThroughputMiBps, &p.ThroughputMiBps)
		syncOptional(to, &d.Provision, &p.Provision, syncInt)
		syncOptional(to, &d.Restore, &p.Restore, syncInt)
	})
	syncOptional(to, &d.RPO, &p.RPO, syncInt)
	syncOptional(to, &d.RTO, &p.RTO, syncInt)
	syncList(to, &d.Regions, &p.Regions, func(to direction, d *recoveryRegion, p *planner.RecoveryRegion) {
		syncText(to, &d.Region, &p.Region)
		syncTexts(to, &d.Zones, &p.Zones)
	})
}

func syncRecoveryPlan(to direction, d *recoveryPlan, p *planner.RecoveryPlan) {
	syncList(to, &d.Regions, &p.Regions, func(to direction, d *regionPlan, p *planner.RegionPlan) {
		syncText(to, &d.Region, &p.Region)
		syncTexts(to, &d.Zones, &p.Zones)
		syncInt(to, &d.Carries, &p.Carries)
		syncInt(to, &d.Sized, &p.Sized)
		syncInt(to, &d.Waiting, &p.Waiting)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncInt(to, &d.WaitingNodes, &p.WaitingNodes)
		syncInt(to, &d.Known, &p.Known)
		syncInt(to, &d.WaitingKnown, &p.WaitingKnown)
		syncAmount(to, &d.Cost, &p.Cost)
		syncAmount(to, &d.WaitingCost, &p.WaitingCost)
	})
	syncInt(to, &d.Known, &p.Known)
	syncAmount(to, &d.Always, &p.Always)
	syncList(to, &d.Survives, &p.Survives, syncDrill)
	syncOptional(to, &d.Stretched, &p.Stretched, func(to direction, d *stretchedPlan, p *planner.StretchedPlan) {
		syncInt(to, &d.RoundTrip, &p.RoundTrip)
		syncInt(to, &d.Commit, &p.Commit)
		syncInt(to, &d.WritesPerSecond, &p.WritesPerSecond)
		syncInt(to, &d.Replicated, &p.Replicated)
		syncAmount(to, &d.Cost, &p.Cost)
	})
	syncOptional(to, &d.Backup, &p.Backup, func(to direction, d *backupPlan, p *planner.BackupPlan) {
		syncInt(to, &d.Copies, &p.Copies)
		syncInt(to, &d.Volumes, &p.Volumes)
		syncInt(to, &d.Objects, &p.Objects)
		syncInt(to, &d.Storage, &p.Storage)
		syncInt(to, &d.Snapshots, &p.Snapshots)
		syncAmount(to, &d.Cost, &p.Cost)
	})
	syncObjective(to, &d.RPO, &p.RPO)
	syncObjective(to, &d.RTO, &p.RTO)
}

func syncObjective(to direction, d *recoveryObjective, p *planner.RecoveryObjective) {
	syncList(to, &d.Terms, &p.Terms, func(to direction, d *recoveryTerm, p *planner.RecoveryTerm) {
		syncText(to, &d.Name, &p.Name)
		syncKnown(to, &d.Takes, &p.Takes, &p.Known)
		syncText(to, &d.Source, &p.Source)
	})
	syncInt(to, &d.Least, &p.Least)
	sync(to, &d.Known, &p.Known)
	syncOptional(to, &d.Target, &p.Target, syncInt)
}
