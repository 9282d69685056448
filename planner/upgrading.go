package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Upgrade that is to be planned.
type Upgrade struct {
	To string
	// Strategy is one of the strategies' names, or "compare".
	Strategy string
	// KubeletSkew is how many minors nodes may trail the control plane before they
	// follow; 1 is each hop, 0 what the provider does by default.
	KubeletSkew int
	// Keep is what must hold meanwhile; empty is UpgradeKeepNPlusOne.
	Keep UpgradeKeep
	// FinishWithin is the longest that it may take; 0 is no limit.
	FinishWithin time.Duration
	// MaxExtra is the most that it may cost beyond what runs anyway; nil is no limit.
	MaxExtra *units.USD
	// Verify, Soak and ParallelRun are the waits of blue/green: green is up before pods
	// move, pods are moved before blue goes, and both clusters run. Nil is the default.
	Verify, Soak, ParallelRun *time.Duration
}

// UpgradeKeep is what must hold during an upgrade.
type UpgradeKeep string

// What can be asked for.
const (
	// UpgradeKeepTargets: every target holds at the peak with the pods that are ready.
	UpgradeKeepTargets UpgradeKeep = "targets"
	// UpgradeKeepNPlusOne: the declared losses are survived, and of the pods that targets
	// need no more are away than disruption budgets let go.
	UpgradeKeepNPlusOne UpgradeKeep = "n_plus_one"
	// UpgradeKeepCapacity: that, and no group has fewer ready nodes than planned.
	UpgradeKeepCapacity UpgradeKeep = "capacity"
)

// UpgradePlan compares the strategies of an upgrade.
type UpgradePlan struct {
	From, To string
	// Hops are the minors of the control plane on the way, To last.
	Hops []string
	// NodeRounds are those of the hops after which the nodes follow.
	NodeRounds []string
	Strategies []UpgradeStrategy
	// Pareto are the names of the strategies that can be used and that no other is at
	// least as good as, in time, cost and what stays ready, and better in one.
	Pareto []string
	// Recommended is a strategy's name; empty where every one is blocked.
	Recommended string
	// Reason for the recommendation.
	Reason string
	// Nearest is the strategy that is nearest to be usable, where none is recommended.
	Nearest string
	// Compromise says why what is kept by default is not: declared limits block all that keep
	// it. Empty where it is kept, and where nothing could keep it without limits either.
	Compromise string
	// Quickest and Cheapest are the ways that would take the least time and money without
	// declared limits and keep what must be kept, where limits leave none; nil elsewhere.
	Quickest, Cheapest *UpgradeWay
	// Levers are single changes of the spec that open a way, or a cheaper one.
	Levers []UpgradeLever
	// Stay is what it costs not to upgrade.
	Stay UpgradeStay
}

// UpgradeStay is what it costs to stay on the minor that runs, from the day of the plan
// on.
type UpgradeStay struct {
	// StandardEnd and ExtendedEnd are the first days without standard and without any
	// support; zero where no date is published. At the latter a provider upgrades by
	// itself.
	StandardEnd, ExtendedEnd units.Date
	// Surcharge of extended support; nothing where there is none.
	Surcharge Amount
	// Months are what each of the next twelve months costs more, until ExtendedEnd.
	Months []StayMonth
}

// StayMonth is a month of staying; it begins on Date.
type StayMonth struct {
	Date units.Date
	Cost units.USD
}

// UpgradeStrategy is one way to upgrade and its price. A strategy that the provider
// refuses has no course: its Duration is 0. The figures of another one that never ends
// are as if nothing blocked it, by formula.
type UpgradeStrategy struct {
	Name     string
	Duration time.Duration
	// ExtraCost is beyond what runs anyway.
	ExtraCost      units.USD
	ExtraCostKnown bool
	// ControlPlaneCost is the part of it that a second control plane takes, VolumesCost that
	// of a second cluster's volumes.
	ControlPlaneCost, VolumesCost units.USD
	PeakExtraNodes                int
	// MinReady is the least share of the nodes that is Ready, of the group where
	// it is least.
	MinReady units.Ratio
	// Simulated: it came to its end in the simulation, which the figures are of.
	Simulated bool

	// NoTarget is how long the targets of some workload do not hold, NoRedundancy how
	// long the declared losses are not survived. AfterNode and AfterZone are how long a
	// failure of some node or zone would break a target.
	NoTarget, NoRedundancy, AfterNode, AfterZone time.Duration
	// Broken is how long something is away that must be kept: what overlaps counts once.
	Broken time.Duration
	// Worst are the steps at which the least is ready, and would be after failures.
	Worst []UpgradeWorst
	// Failure is the worst that a failure in the middle makes of it, in words; empty
	// where it was not tried.
	Failure string
	// PeakNodes run at a time, at most, with the nodes that run anyway, and PeakVCPUs is
	// what they have. PeakByZone is the most in each zone.
	PeakNodes  int
	PeakVCPUs  int64
	PeakByZone []ZoneCount
	// Limits of the account that are declared, with what is taken of them at the peak.
	Limits    []Limit
	Workloads []UpgradeWorkload

	Rollback string
	// RollbackControlPlane is how long the control plane can be taken back, RollbackNodes
	// how long old nodes are kept after the last pod has left them, in groups that keep any; of
	// a second cluster how long both run, from the start.
	RollbackControlPlane, RollbackNodes time.Duration
	// BlockedBy says why it cannot be used; empty where it can.
	BlockedBy []string
	// Notes say what to mind.
	Notes  []string
	Groups []UpgradeGroup
	// Timeline in order of time, of a strategy that can be used or that is asked for. Where a round of a group has many batches, those events
	// that are alike are one.
	Timeline []UpgradeEvent
}

// UpgradeWorst is the step at which the least is ready.
type UpgradeWorst struct {
	// Failing is what fails there, empty where nothing does; Zone is that which fails.
	Failing UpgradeFailing
	Zone    string
	At      time.Duration
	// Step in words.
	Step string
	// Workload, after its group and a slash where several groups have one of the name, and
	// how many of its pods are ready then.
	Workload string
	Ready    int
	// Holds: its targets do, with so many pods.
	Holds bool
}

// UpgradeFailing is what fails in the middle of an upgrade.
type UpgradeFailing string

// What may fail.
const (
	UpgradeNodeFails UpgradeFailing = "node"
	UpgradeZoneFails UpgradeFailing = "zone"
)

// UpgradeWorkload is what an upgrade does to the pods of a workload.
type UpgradeWorkload struct {
	// Group and Name of the workload.
	Group, Name string
	// Pods in all, those that must be ready for its targets, 0 where none is known, and
	// the fewest that are ready, at MinReadyAt.
	Pods, Need, MinReady int
	MinReadyAt           time.Duration
	// NoTarget is how long its targets do not hold.
	NoTarget time.Duration
	// AfterNode and AfterZone are the fewest that would be ready after a failure of the
	// node or zone that has the most.
	AfterNode, AfterZone int
	// Pending is the most that wait for a place at a time.
	Pending int
}

// UpgradeGroup is a strategy's course in one node group.
type UpgradeGroup struct {
	Name string
	// Strategy by which its nodes are replaced: the one that it is a course of or, where the
	// group has one of its own, that; empty in early documents.
	Strategy string
	// Rounds of nodes; Start is that of the first one, Duration the sum of all.
	Rounds         int
	Start          time.Duration
	Duration       time.Duration
	Parallel       int
	PeakExtraNodes int
	MinReady       units.Ratio
	// MinReadyNodes is the least number that is Ready while nodes are replaced; with a
	// surge it may be above the planned one.
	MinReadyNodes  int
	ExtraNodeHours float64
	ExtraCost      units.USD
	// Width is how many nodes are replaced at a time, which the figures are of.
	Width UpgradeWidth
	// WidthWhy says why that width was chosen; empty where it was declared. WidthOthers
	// are the next narrower and the next wider one. Both are only known of the strategy
	// that is recommended or asked for.
	WidthWhy    string
	WidthOthers []UpgradeWidthOther
	// PeakByZone is the most nodes in each zone, PeakVCPUs the most vCPUs of all.
	PeakByZone []ZoneCount
	PeakVCPUs  int64
	// Drain is the longest drain of a node (or of the nodes drained together).
	Drain time.Duration
	// DrainWorkload is whose pods make it long.
	DrainWorkload string
}

// UpgradeWidth is how many nodes of a group are replaced at a time. What a strategy
// does not use is 0.
type UpgradeWidth struct {
	MaxSurge, MaxUnavailable, Batch int
	// Declared: it is as the spec or a default says. Otherwise it was chosen, since
	// nothing was declared.
	Declared bool
}

// Words writes a width with the names of its attributes: "max_surge 6, max_unavailable 2";
// empty where it has none.
func (w UpgradeWidth) Words() string {
	var parts []string
	for _, k := range []struct {
		name  string
		nodes int
	}{{"max_surge", w.MaxSurge}, {"max_unavailable", w.MaxUnavailable}, {"batch", w.Batch}} {
		if k.nodes > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k.name, k.nodes))
		}
	}
	return strings.Join(parts, ", ")
}

// UpgradeWidthOther is a width that was not chosen, and what the whole upgrade would take
// with it, as far as the group decides that.
type UpgradeWidthOther struct {
	Width     UpgradeWidth
	Duration  time.Duration
	ExtraCost units.USD
	// Breaks is what keeps it from being used; empty where it is only slower or dearer.
	Breaks []string
}

// WidthOpen reports whether a spec leaves open how many nodes of a group are replaced at
// a time: it declares no figure of update_config that its ground has. surges tells whether
// max_surge is one of them. The defaults stand then, unless an upgrade is planned.
func (c *Cluster) WidthOpen(g *NodeGroup, surges bool) bool {
	path := g.Path() + ".update_config."
	return c.assumes(path+"max_unavailable") && (!surges || c.assumes(path+"max_surge"))
}

// ofGroups are the strategies that update_config can name: ways to replace the nodes of a
// group, which one group may have and another not.
var ofGroups = []string{"surge", "minimal", "in_place", "gke_blue_green", "gke_autoscaled_blue_green"}

// By returns the name of the strategy by which the nodes of a group of it are replaced.
func (s *UpgradeStrategy) By(g *UpgradeGroup) string { return cmp.Or(g.Strategy, s.Name) }

// Departs reports whether a group of it has a strategy of its own.
func (s *UpgradeStrategy) Departs() bool {
	return slices.ContainsFunc(s.Groups, func(g UpgradeGroup) bool { return s.By(&g) != s.Name })
}

// scarce is the strategy that update_config has by default where machines are scarce, as those
// with GPUs are: no further one is waited for.
const scarce = "minimal"

// Replaces returns the strategy by which the nodes of a group are replaced in an upgrade by a
// strategy: the group's own where it declares one in update_config. What is declared by default
// gives way to the upgrade, but for that of scarce machines, which gives way to one only that
// needs no further machine either. A strategy that is no way to replace nodes in their group,
// such as a second cluster or a second group, is that of all groups.
func (c *Cluster) Replaces(g *NodeGroup, strategy string) string {
	own := g.UpdateConfig.Strategy
	if own == "" || !slices.Contains(ofGroups, strategy) {
		return strategy
	}
	if c.assumes(g.Path()+".update_config.strategy") && (!c.Scarce(g) || strategy == "in_place") {
		return strategy
	}
	return own
}

// Scarce reports whether a group has a strategy of its own by default, since its machines are
// scarce, and declares none.
func (c *Cluster) Scarce(g *NodeGroup) bool {
	return g.UpdateConfig.Strategy == scarce && c.assumes(g.Path()+".update_config.strategy")
}

// assumes reports whether a value of the spec is one by default.
func (c *Cluster) assumes(path string) bool {
	return slices.ContainsFunc(c.Assumptions, func(a Assumption) bool { return a.Path == path })
}

// WidthFree reports whether an open width of a group of the role is chosen by time and cost
// alone. The default of the other roles stays as long as it does, since their pods take
// more than their budgets say: quorums, volumes, what all others depend on, and machines
// that are scarce.
func (r Role) WidthFree() bool { return r == App || r == Batch }

// UpgradeEvent is something that happens in an upgrade.
type UpgradeEvent struct {
	// At is when, and Until when the last of Times like it happens; they are equal
	// where Times is 1.
	At, Until time.Duration
	Kind      UpgradeEventKind
	// Minor that is under way. Group, Zone and Workload are empty where none is meant.
	Minor, Group, Zone, Workload string
	// Count of nodes or pods in all; 0 where nothing is counted.
	Count int
	Times int
	// For is how long what begins here lasts, where that is known.
	For time.Duration
}

// UpgradeEventKind is what happens.
type UpgradeEventKind string

// The kinds of events.
const (
	UpgradeControlPlane   UpgradeEventKind = "control_plane"
	UpgradeAddOns         UpgradeEventKind = "add_ons"
	UpgradeSetUp          UpgradeEventKind = "set_up"
	UpgradeNodesRequested UpgradeEventKind = "nodes_requested"
	UpgradeNodesReady     UpgradeEventKind = "nodes_ready"
	UpgradeNodesCordoned  UpgradeEventKind = "nodes_cordoned"
	UpgradeVerify         UpgradeEventKind = "verify"
	UpgradeAwaitDrain     UpgradeEventKind = "await_drain"
	UpgradeDrain          UpgradeEventKind = "drain"
	UpgradeDrained        UpgradeEventKind = "drained"
	UpgradePodsForced     UpgradeEventKind = "pods_forced"
	UpgradeTerminate      UpgradeEventKind = "terminate"
	UpgradeNodesGone      UpgradeEventKind = "nodes_gone"
	UpgradePackages       UpgradeEventKind = "packages"
	UpgradeNodesBack      UpgradeEventKind = "nodes_back"
	UpgradeSoakBatch      UpgradeEventKind = "soak_batch"
	UpgradeSoak           UpgradeEventKind = "soak"
	UpgradeScaleDown      UpgradeEventKind = "scale_down"
	UpgradeDelete         UpgradeEventKind = "delete"
	UpgradeRunParallel    UpgradeEventKind = "run_parallel"
	UpgradeSwitch         UpgradeEventKind = "switch"
	UpgradeStopped        UpgradeEventKind = "stopped"
	UpgradeFinished       UpgradeEventKind = "finished"
)
