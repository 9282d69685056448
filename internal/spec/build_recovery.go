package spec

import (
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// mostRegions bounds how often a cluster is planned.
const mostRegions = 5

// What a copy of a cluster is kept for, where nothing is declared: Velero's own time to
// live (velero.io, "Backup API type": 720 h), a copy a day.
const (
	defaultCopyInterval  = 24 * time.Hour
	defaultCopyRetention = 720 * time.Hour
)

// recoveryBlock says what is there for the loss of a region.
func recoveryBlock() block {
	return block{
		name: "disaster_recovery", doc: "What is there for the loss of a region or of the cluster, what is lost then (RPO) and how long it takes (RTO).",
		attributes: []attribute{
			{name: "pattern", kind: kindChoice, choices: []string{"per_region", "stretched", "backup"}, def: "per_region", doc: "per_region: a cluster of its own in each region, planned with its machines and prices. stretched: one cluster whose zones are regions or sites, on machines of one's own; rule CL-05 is about the round trips. backup: copies to make the cluster anew from."},
			{name: "regions", kind: kindTexts, doc: "per_region: further regions of the provider, in the order in which they take over; four at most. Each has as many zones as the cluster, by name."},
			{name: "mode", kind: kindChoice, choices: []string{"active_active", "standby"}, def: "standby", doc: "standby: the cluster's own region carries the load, and each other one can carry all of it. active_active: each of r regions carries 1 / r, or its share, and has capacity for 1 / (r - 1), so that the others carry what one loses. The plan is then that of the cluster's own region; --region plans another."},
			{name: "share", kind: kindRatio, def: "100%", doc: "In standby, the share of the load for which a region has capacity while it waits: 100% is hot, 10% a pilot light. Replicas and members whose number is given are there in any case."},
			{name: "shares", kind: kindMap, def: "1 / r each", doc: "In active_active, the share of the load that each region carries, by region, the cluster's own among them, 100% in all. Each has capacity for what it carries once any other is lost."},
			{name: "switch_time", kind: kindDuration, zero: true, def: "not known", doc: "From a loss until callers are sent elsewhere: checks that fail, DNS that expires. A part of the RTO."},
			{name: "replication_lag", kind: kindDuration, zero: true, def: "not known", doc: "per_region and stretched: how far the copies of volumes in other regions trail. The RPO of what is in volumes."},
			{name: "arbiter_round_trip", kind: kindDuration, def: "no arbiter", doc: "stretched: the longest round trip to a site that only votes. That between the others is round_trip of control_plane's etcd."},
			{name: "backup_interval", kind: kindDuration, def: "24h", doc: "backup: time between two copies of volumes and objects, what a disaster may lose; whole seconds, a minute at least. Snapshots of a self-managed etcd have their own."},
			{name: "backup_retention", kind: kindDuration, def: "720h", doc: "backup: how long copies are kept; whole seconds."},
			{name: "change_rate", kind: kindRatio, def: "each copy is whole", doc: "backup: share of the volumes that is written over in a day, where copies after the first hold what changed."},
			{name: "storage_usd_per_gib_month", kind: kindUSD, zero: true, def: "not known", doc: "backup: what a GiB of copies costs a month."},
			{name: "restore_throughput_mib", kind: kindCount, least: 1, def: "not known", doc: "backup: MiB a second at which copies are read back, all volumes together. A part of the RTO."},
			{name: "provision_time", kind: kindDuration, zero: true, def: "not known", doc: "backup: until an empty cluster stands, without its nodes. A part of the RTO."},
			{name: "restore_time", kind: kindDuration, zero: true, def: "not known", doc: "backup: until what was read back is in place: objects, operators, databases that replay their log. A part of the RTO."},
			{name: "rpo", kind: kindDuration, zero: true, def: "no target", doc: "The most that may be lost, rule CL-02."},
			{name: "rto", kind: kindDuration, def: "no target", doc: "The longest that it may take until the load is carried again, rule CL-02."},
		},
	}
}

// ofPattern are the attributes that only some patterns have.
func ofPattern(pattern planner.RecoveryPattern) map[string]bool {
	own := func(patterns ...planner.RecoveryPattern) bool { return slices.Contains(patterns, pattern) }
	one, copies, several := own(planner.PerRegion), own(planner.Backup), own(planner.PerRegion, planner.Stretched)
	return map[string]bool{
		"regions": one, "mode": one, "share": one, "shares": one, "replication_lag": several, "arbiter_round_trip": own(planner.Stretched),
		"backup_interval": copies, "backup_retention": copies, "change_rate": copies, "storage_usd_per_gib_month": copies,
		"restore_throughput_mib": copies, "provision_time": copies, "restore_time": copies,
	}
}

// recovery reads disaster_recovery, and the catalogs of its regions.
func (b *builder) recovery() {
	n := b.root.child("disaster_recovery")
	if n == nil || b.ground == nil {
		return
	}
	const path = "disaster_recovery"
	d := &planner.DisasterRecovery{Share: units.Whole}
	d.Pattern = planner.RecoveryPattern(take(b, n, path, "pattern", string(planner.PerRegion), string(planner.PerRegion), "language"))
	if n.has("pattern") && n.attrs["pattern"].bad {
		return
	}
	of := ofPattern(d.Pattern)
	for _, name := range sortedKeys(of) {
		if n.has(name) && !of[name] {
			b.add(MissingAttribute, &n.attrs[name].name, "It says nothing with pattern = %q. Leave %s out, or write another pattern.", d.Pattern, name)
		}
	}
	d.Switch, d.ReplicationLag, d.ArbiterRoundTrip = optional[time.Duration](n, "switch_time"), optional[time.Duration](n, "replication_lag"), optional[time.Duration](n, "arbiter_round_trip")
	d.RPO, d.RTO = optional[time.Duration](n, "rpo"), optional[time.Duration](n, "rto")
	switch d.Pattern {
	case planner.PerRegion:
		b.perRegion(n, path, d)
	case planner.Stretched:
		b.stretched(n)
	case planner.Backup:
		b.backups(n, path, &d.Backups)
	}
	b.cluster.DisasterRecovery = d
}

// optional returns what is given of an attribute; nil where nothing is.
func optional[T any](n *node, name string) *T {
	if v, ok := get[T](n, name); ok {
		return &v
	}
	return nil
}

// perRegion reads what clusters of several regions do.
func (b *builder) perRegion(n *node, path string, d *planner.DisasterRecovery) {
	if b.terms.OwnMachines {
		b.refuse(b.root, "disaster_recovery", "Machines of one's own have no other region. Write a spec for each place, in a folder of its own; pattern = \"stretched\" is one cluster over several.")
		return
	}
	if !n.has("regions") {
		b.add(MissingAttribute, &n.def, "Clusters of several regions need their names. Write regions = [\"…\"].")
	}
	d.Mode = planner.RecoveryMode(take(b, n, path, "mode", string(planner.Standby), string(planner.Standby), "language"))
	if d.Mode == planner.ActiveActive {
		if n.has("share") {
			b.add(MissingAttribute, n.rng("share"), "Every region of active_active carries load: its share follows from their number. Leave share out, or write mode = \"standby\".")
		}
	} else {
		d.Share = take(b, n, path, "share", units.Whole, "100%", "language")
		if n.has("share") && d.Share == 0 {
			b.add(OutOfRange, n.rng("share"), "A cluster for no load cannot be planned. Write a small share, such as \"1%%\".")
		}
	}
	b.recoveryRegions(n, d)
	b.regionShares(n, d)
}

// regionShares reads what each region of active_active carries, and makes the demands of the
// cluster those of its own region.
func (b *builder) regionShares(n *node, d *planner.DisasterRecovery) {
	given, ok := get[textMap](n, "shares")
	if d.Mode != planner.ActiveActive {
		if n.has("shares") {
			b.add(MissingAttribute, &n.attrs["shares"].name, "In standby one region carries all of the load. Leave shares out, or write mode = \"active_active\".")
		}
		return
	}
	if len(d.Regions) == 0 {
		return // its mistake is reported
	}
	names := []string{b.cluster.Region}
	for i := range d.Regions {
		names = append(names, d.Regions[i].Region)
	}
	if ok {
		b.readShares(n, given, names, d)
	}
	_, sized := d.RegionShares()
	b.assume("disaster_recovery.mode", ratioText(sized[0])+" of the load in this region, the others lost one", "language")
	for i := range b.cluster.NodeGroups {
		for j := range b.cluster.NodeGroups[i].Workloads {
			w := &b.cluster.NodeGroups[i].Workloads[j]
			w.Demand = w.Demand.Scaled(sized[0])
		}
	}
}

// readShares reads a share for each region; they are left equal where these are not all of the load.
func (b *builder) readShares(n *node, given textMap, names []string, d *planner.DisasterRecovery) {
	var sum units.Ratio
	var shares []units.Ratio
	for _, name := range sortedKeys(given.items) {
		if !slices.Contains(names, name) {
			rng := given.rngs[name]
			b.add(UnknownRegion, &rng, "%q is not among the regions.%s", short(name), orElse(didYouMean(name, names), names))
			return
		}
	}
	for _, name := range names {
		text, found := given.items[name]
		if !found {
			b.add(MissingAttribute, n.rng("shares"), "Nothing is said of %s. Write a share for each of %s.", name, quoteAll(names))
			return
		}
		share, good := b.ratio(&attribute{}, cty.StringVal(text), given.rngs[name])
		if !good {
			return
		}
		shares, sum = append(shares, share), sum+share
		if share == 0 || share == units.Whole {
			rng := given.rngs[name]
			b.add(OutOfRange, &rng, "Every region of active_active carries load, and none all of it. Write mode = \"standby\" for regions that wait.")
			return
		}
	}
	if sum != units.Whole {
		b.add(OutOfRange, n.rng("shares"), "The shares are %s in all. Make them 100%%.", ratioText(sum))
		return
	}
	d.Shares = shares
}

// stretched checks that the zones of a cluster may stand in several regions, and that it is
// known how far these are from each other.
func (b *builder) stretched(n *node) {
	if !b.terms.OwnMachines {
		b.add(NotOnGround, n.rng("pattern"), "The zones of a cluster are of one region of %s, whose catalog has its machines and prices: a cluster over several is not planned. Each write to etcd would wait for a round trip between them. Write pattern = \"per_region\".", b.terms.Title)
		return
	}
	etcd := b.root.child("control_plane").child("etcd")
	if etcd == nil || !etcd.has("round_trip") {
		b.add(MissingAttribute, n.rng("pattern"), "Each write to etcd waits for a round trip between regions, and 2ms are those of one. Measure the longest, and write it as control_plane { etcd { round_trip = \"…\" } }.")
	}
}

// backups reads how a cluster is copied.
func (b *builder) backups(n *node, path string, s *planner.BackupSpec) {
	good := b.backupTime(n, "backup_interval")
	good = b.backupTime(n, "backup_retention") && good
	s.Interval = take(b, n, path, "backup_interval", defaultCopyInterval, "24h", "language")
	s.Retention = take(b, n, path, "backup_retention", defaultCopyRetention, "720h", "Velero")
	if good && s.Retention < s.Interval {
		at := "backup_retention"
		if !n.has(at) {
			at = "backup_interval"
		}
		b.add(BoundsCrossed, n.rng(at), "A copy is kept for %s, and the next is taken after %s: for a time there is none. Keep them longer, or take them more often.", durationText(s.Retention), durationText(s.Interval))
	}
	s.ChangeRate, s.StoragePrice = optional[units.Ratio](n, "change_rate"), optional[units.USD](n, "storage_usd_per_gib_month")
	s.Provision, s.Restore = optional[time.Duration](n, "provision_time"), optional[time.Duration](n, "restore_time")
	s.ThroughputMiBps, _ = get[int](n, "restore_throughput_mib")
}

func (b *builder) recoveryRegions(n *node, d *planner.DisasterRecovery) {
	list, ok := get[texts](n, "regions")
	if !ok {
		return
	}
	if most := mostRegions - 1; len(list.items) == 0 || len(list.items) > most {
		b.add(OutOfRange, n.rng("regions"), "%d regions are named beside the cluster's own. Name 1 to %d.", len(list.items), most)
		return
	}
	known := b.offers.Regions(b.cluster.Provider)
	for i, name := range list.items {
		rng := &list.rngs[i]
		switch {
		case name == b.cluster.Region || slices.Contains(list.items[:i], name):
			b.add(DuplicateElement, rng, "%q is among the regions already. Name another one.", short(name))
			continue
		case !slices.Contains(known, name):
			b.add(UnknownRegion, rng, "%s has no region named %q.%s", b.cluster.Provider, short(name), orElse(didYouMean(name, known), known))
			continue
		}
		cat, err := b.offers.Load(b.cluster.Provider, name)
		if err != nil {
			b.add(CatalogFailed, rng, "The catalog of %s %s cannot be read: %v.", b.cluster.Provider, name, err)
			continue
		}
		var zones []string
		for _, z := range cat.Zones {
			zones = append(zones, z.Name)
		}
		slices.Sort(zones)
		if len(zones) < len(b.cluster.Zones) {
			b.add(UnknownZone, rng, "%s has %s, and the cluster uses %d. Choose another region, or fewer zones.", name, count(len(zones), "zone"), len(b.cluster.Zones))
			continue
		}
		if b.regions == nil {
			b.regions = map[string]catalogs.Catalog{}
		}
		b.regions[name] = cat
		d.Regions = append(d.Regions, planner.RecoveryRegion{Region: name, Zones: zones[:len(b.cluster.Zones)]})
	}
}
