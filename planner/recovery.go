package planner

import "github.com/scantling-dev/scantling/planner/units"

// RecoveryMode says what the clusters of several regions do.
type RecoveryMode string

// The modes.
const (
	// ActiveActive: all regions carry load, and the others that of one that is lost.
	ActiveActive RecoveryMode = "active_active"
	// Standby: the first region carries all of it, and the others wait.
	Standby RecoveryMode = "standby"
)

// DisasterRecovery is a cluster of its own in each of several regions.
type DisasterRecovery struct {
	Mode RecoveryMode
	// Share of the load for which a region that waits has capacity.
	Share units.Ratio
	// Regions beside the cluster's, in the order of the spec.
	Regions []RecoveryRegion
}

// RecoveryRegion is a region and its zones, as many as the cluster has.
type RecoveryRegion struct {
	Region string
	Zones  []string
}

// RecoveryPlan is what clusters in several regions take.
type RecoveryPlan struct {
	// Regions begin with the cluster's own.
	Regions []RegionPlan
	// Always is what all of them cost at all times, and Known what is known of it.
	Always Amount
	Known  units.USDPerHour
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
