package report

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// sameInZones is how many of the first events are one that strikes several zones.
func sameInZones(list []planner.UpgradeEvent) int {
	n := 1
	for n < len(list) && list[0].Zone != "" && list[n].Zone != "" && list[n].Zone != list[n-1].Zone {
		first, next := list[0], list[n]
		first.Zone, first.Count, next.Zone, next.Count = "", 0, "", 0
		if first != next {
			break
		}
		n++
	}
	return n
}

// eventsWords says what happens in events that are one but for their zones.
func eventsWords(list []planner.UpgradeEvent) string {
	if len(list) == 1 {
		return eventWords(&list[0])
	}
	all := list[0]
	all.Zone, all.Count = "", 0
	var zones []string
	for i := range list {
		all.Count += list[i].Count
		zones = append(zones, number(list[i].Count)+" in "+list[i].Zone)
	}
	return eventWords(&all) + ": " + strings.Join(zones, ", ")
}

// eventWords says what happens in an event.
func eventWords(e *planner.UpgradeEvent) string {
	words := map[planner.UpgradeEventKind]string{
		planner.UpgradeControlPlane: "control plane to " + e.Minor,
		planner.UpgradeAddOns:       "add-ons of " + e.Minor,
		planner.UpgradeSetUp:        "update set up",
		planner.UpgradeVerify:       "new nodes are verified",
		planner.UpgradeAwaitDrain:   "pods may leave by themselves",
		planner.UpgradeSoakBatch:    "pause after a batch",
		planner.UpgradeSoak:         "pause; old nodes are kept, to go back to",
		planner.UpgradeDelete:       "what is left of the old nodes is deleted",
		planner.UpgradeRunParallel:  "both clusters run; traffic moves, and can be moved back",
		planner.UpgradeSwitch:       "all traffic has gone to the new cluster; the first one ends",
		planner.UpgradeStopped:      "stopped",
		planner.UpgradeFinished:     "done",
	}[e.Kind]
	if words == "" {
		words = countedWords(e)
	}
	if e.Zone != "" {
		words += " in " + e.Zone
	}
	switch {
	case e.Times > 1 && e.For > 0:
		words += fmt.Sprintf(", in %s of %s", count(e.Times, "step"), long(e.For))
	case e.Times > 1:
		words += ", in " + count(e.Times, "step")
	case e.For > 0:
		words += ", for " + long(e.For)
	}
	return words
}

// countedWords says what happens to how many nodes or pods.
func countedWords(e *planner.UpgradeEvent) string {
	done := map[planner.UpgradeEventKind]string{
		planner.UpgradeNodesRequested: "requested", planner.UpgradeNodesReady: "ready", planner.UpgradeNodesCordoned: "cordoned",
		planner.UpgradeDrain: "being drained", planner.UpgradeDrained: "drained", planner.UpgradePodsForced: "deleted against their budgets",
		planner.UpgradeTerminate: "being deleted", planner.UpgradeNodesGone: "gone", planner.UpgradePackages: "getting new packages",
		planner.UpgradeNodesBack: "upgraded and back", planner.UpgradeScaleDown: "more than needed, being taken away",
	}[e.Kind]
	what := "node"
	if e.Kind == planner.UpgradePodsForced {
		what = "pod"
		if e.Workload != "" {
			what = "pod of " + e.Workload
		}
	}
	switch {
	case done == "":
		return string(e.Kind)
	case e.Count == 0:
		return what + "s " + done
	case e.Workload != "" && e.Count > 1:
		return number(e.Count) + " pods of " + e.Workload + " " + done
	}
	return count(e.Count, what) + " " + done
}
