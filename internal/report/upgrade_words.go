package report

import (
	"github.com/scantling-dev/scantling/planner"
)

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
		planner.UpgradeRunParallel:  "both clusters run",
		planner.UpgradeSwitch:       "traffic goes to the new cluster",
		planner.UpgradeStopped:      "stopped",
		planner.UpgradeFinished:     "done",
	}[e.Kind]
	if words == "" {
		words = countedWords(e)
	}
	if e.Zone != "" {
		words += " in " + e.Zone
	}
	if e.Times > 1 {
		words += ", in " + count(e.Times, "step")
	}
	if e.For > 0 {
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
