package rollout

import "time"

// Kind is what happened. Of events at the same time those of a smaller kind come
// first: nodes are there before pods look for them, and what waits for pods comes
// after them.
type Kind uint8

// The kinds of events.
const (
	_ Kind = iota
	// Begin starts the upgrade.
	Begin
	// NodesReady: Count nodes from Node on have booted.
	NodesReady
	// PodsGone: Count pods of Workload have ended on Node.
	PodsGone
	// PodsReady: Count pods of Workload have started on Node.
	PodsReady
	// NodesUpgraded: the machines of a batch have their new packages.
	NodesUpgraded
	// NodesGone: the machines of a batch, or Node alone, are deleted.
	NodesGone
	// Elapsed: the wait of a phase is over.
	Elapsed
	// DrainLimit: a batch has been drained for as long as the provider lets it.
	DrainLimit
	// NodeFails and ZoneFails are failures, RollBack a change of mind; they come from
	// outside. A Node of -1 is the one with the most ready pods.
	NodeFails
	ZoneFails
	RollBack
)

// Event is something that happens at a time.
type Event struct {
	At   time.Duration
	Kind Kind
	// Node and Workload are numbers, Zone that of a zone that fails.
	Node, Workload, Zone int32
	Count                int32
	// set is the part of a batch, -1 where none is meant; stamp tells it, a phase or
	// a node's life apart from later ones.
	set          int8
	stamp, epoch int32
}

// Action is what a step does.
type Action uint8

// The actions.
const (
	// Wait only lets time pass before the event that follows.
	Wait Action = iota
	ControlPlaneStep
	AddOnsStep
	SetUp
	Request
	BecomeReady
	Cordon
	Uncordon
	Verify
	AwaitDrain
	Drain
	Emptied
	Evict
	Place
	NoPlace
	PodsStart
	ForcePods
	Terminate
	Gone
	Upgrade
	Upgraded
	SoakBatch
	Soak
	ScaleDown
	Delete
	RunParallel
	Switch
	Fail
	LoseZone
	TurnBack
	TooLate
	GiveUp
	Finish
)

// Effect is what a step does, and the event that follows from it.
type Effect struct {
	Action Action
	// Pool, Zone and Workload are numbers; -1 is none.
	Pool, Zone, Workload int32
	Count                int32
	// Hop that it belongs to: the last effects of one may come with the first of the next.
	Hop int32
	// After is how long it takes until Then happens; Then.Kind is 0 where nothing
	// follows.
	After time.Duration
	Then  Event
}

// ofPods reports whether an action moves pods and not nodes.
func (a Action) ofPods() bool {
	return a == Evict || a == Place || a == NoPlace || a == PodsStart
}
