package pipeline

import (
	"slices"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// mostEvents of a round of a pool are told one by one; where there are more, those that
// are alike are one.
const mostEvents = 24

// timeline translates what happened to nodes.
func (j *journey) timeline(t *rollout.Timeline) []planner.UpgradeEvent {
	var out []planner.UpgradeEvent
	for i := 0; i < len(t.Events); {
		k := i + 1
		for k < len(t.Events) && t.Events[k].Pool == t.Events[i].Pool && t.Events[k].Hop == t.Events[i].Hop {
			k++
		}
		out = append(out, j.round(t.Events[i:k])...)
		i = k
	}
	return out
}

// round translates entries of one pool and hop.
func (j *journey) round(entries []rollout.Entry) []planner.UpgradeEvent {
	told := 0
	for i := range entries {
		if _, ok := kinds[entries[i].Action]; ok {
			told++
		}
	}
	var out []planner.UpgradeEvent
	for i := range entries {
		e, ok := j.event(&entries[i])
		if !ok {
			continue
		}
		same := -1
		if told > mostEvents {
			same = slices.IndexFunc(out, func(o planner.UpgradeEvent) bool {
				return o.Kind == e.Kind && o.Group == e.Group && o.Zone == e.Zone && o.Workload == e.Workload
			})
		}
		if same < 0 {
			out = append(out, e)
			continue
		}
		o := &out[same]
		o.Until, o.Count, o.Times = e.Until, o.Count+e.Count, o.Times+1
	}
	return out
}

// event translates an entry; it reports false for one that is not told.
func (j *journey) event(e *rollout.Entry) (planner.UpgradeEvent, bool) {
	kind, told := kinds[e.Action]
	if !told {
		return planner.UpgradeEvent{}, false
	}
	out := planner.UpgradeEvent{
		At: e.At, Until: e.At, Kind: kind, Minor: j.plan.Hops[min(int(e.Hop), len(j.plan.Hops)-1)],
		Count: int(e.Count), Times: 1, For: e.For,
	}
	if e.Pool >= 0 {
		out.Group = j.plan.Pools[e.Pool].Name
	}
	if e.Zone >= 0 {
		out.Zone = j.plan.Zones[e.Zone]
	}
	if e.Workload >= 0 {
		out.Workload = j.plan.Workloads[e.Workload].Name
	}
	return out, true
}

// kinds are the words of a plan for what a simulation tells.
var kinds = map[rollout.Action]planner.UpgradeEventKind{
	rollout.ControlPlaneStep: planner.UpgradeControlPlane,
	rollout.AddOnsStep:       planner.UpgradeAddOns,
	rollout.SetUp:            planner.UpgradeSetUp,
	rollout.Request:          planner.UpgradeNodesRequested,
	rollout.BecomeReady:      planner.UpgradeNodesReady,
	rollout.Cordon:           planner.UpgradeNodesCordoned,
	rollout.Verify:           planner.UpgradeVerify,
	rollout.AwaitDrain:       planner.UpgradeAwaitDrain,
	rollout.Drain:            planner.UpgradeDrain,
	rollout.Emptied:          planner.UpgradeDrained,
	rollout.ForcePods:        planner.UpgradePodsForced,
	rollout.Terminate:        planner.UpgradeTerminate,
	rollout.Gone:             planner.UpgradeNodesGone,
	rollout.Upgrade:          planner.UpgradePackages,
	rollout.Upgraded:         planner.UpgradeNodesBack,
	rollout.SoakBatch:        planner.UpgradeSoakBatch,
	rollout.Soak:             planner.UpgradeSoak,
	rollout.ScaleDown:        planner.UpgradeScaleDown,
	rollout.Delete:           planner.UpgradeDelete,
	rollout.RunParallel:      planner.UpgradeRunParallel,
	rollout.Switch:           planner.UpgradeSwitch,
	rollout.GiveUp:           planner.UpgradeStopped,
	rollout.Finish:           planner.UpgradeFinished,
}
