package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// What the times of an upgrade rest on. An estimate is an assumption of ours: nobody
// publishes the figure.
const (
	byEstimate = "estimate"
	fromEKS    = "EKS user guide"
	fromKops   = "kops, rolling update"
)

// upgradeTime is a time that durations are made of.
type upgradeTime struct {
	name string
	time time.Duration
	// basis is a source or byEstimate, more what else is to be said.
	basis, more string
}

// upgradeTimes are the times of a ground, in the order in which they come, with where each
// is from; those that it does not have are left out.
func upgradeTimes(c *planner.Cluster, m *planner.Mechanics) []upgradeTime {
	managed := c.ControlPlane.Mode != planner.SelfManaged
	eks, gke := managed && c.Provider == onEKS, managed && c.Provider == onGKE
	pick := func(ofEKS, ofGKE, own string) string {
		switch {
		case eks:
			return ofEKS
		case gke:
			return ofGKE
		}
		return own
	}
	list := []upgradeTime{
		{"control plane, a minor", m.ControlPlaneStep, byEstimate, pick("AWS says \"several minutes\"", "a replica takes 15 min: one in a zonal cluster, three one after another in a regional one", "")},
		{"control plane, a machine upgraded where it stands", m.ControlPlaneNode, byEstimate, "kubeadm upgrade, images pulled; of in_place"},
		{"control plane, a machine replaced", m.ControlPlaneRoll, byEstimate, "2 min of drain, then as a node is replaced"},
		{"add-ons, a minor", m.AddOns, byEstimate, ""},
		{"set-up", m.Setup, byEstimate, "before a managed update starts"},
		{"boot", m.Boot, byEstimate, "machine requested to node ready"},
		{"after the last eviction", m.AfterDrain, pick(fromEKS, byEstimate, fromKops), "until the machine is ended"},
		{"termination", m.Terminate, byEstimate, "until the machine is gone"},
		{"after a termination", m.AfterTerminate, fromKops, "until validation starts"},
		{"validation", m.Validate, byEstimate, "until the cluster is whole again, its new node ready"},
		{"a surplus node taken away", m.ScaleDownPerNode, byEstimate, ""},
		{"packages", m.Packages, byEstimate, "of in_place"},
		{"ready again", m.Ready, byEstimate, "kubelet restarted to node ready; of in_place"},
		{"blue cordoned", m.Cordon, byEstimate, ""},
		{"wait for drain", m.WaitForDrain, "GKE's default", "pods leave by themselves; of gke_autoscaled_blue_green"},
		{"blue deleted", m.DeletePool, byEstimate, ""},
		{"drain, at most", m.DrainLimit, pick(fromEKS, "GKE, node pool upgrade strategies", ""), pick("then the update fails (PodEvictionFailure)", "then pods are deleted, whatever their budgets", "")},
		{"control plane can be taken back for", m.ControlPlaneRollback, fromEKS, "one minor"},
	}
	if c.Provider == onPremises {
		for i := range list {
			switch list[i].name {
			case "boot", "validation", "control plane, a machine replaced":
				list[i].more += "; 15 min of it to install a machine anew"
			}
		}
	}
	var out []upgradeTime
	for _, t := range list {
		if t.time > 0 {
			out = append(out, t)
		}
	}
	return append(out, upgradeWaits(c, m)...)
}

// upgradeWaits are those that a spec declares, or the language assumes.
func upgradeWaits(c *planner.Cluster, m *planner.Mechanics) []upgradeTime {
	if c.Upgrade == nil {
		return nil
	}
	var out []upgradeTime
	for _, w := range []struct {
		attribute, name string
		time            *time.Duration
	}{
		{"verify", "new nodes are verified", c.Upgrade.Verify},
		{"soak", "soak", c.Upgrade.Soak},
		{"parallel_run", "both clusters run", c.Upgrade.ParallelRun},
	} {
		if _, refused := m.Refused["cluster_blue_green"]; w.time == nil || refused && w.attribute == "parallel_run" {
			continue
		}
		basis, more := "declared", "upgrade."+w.attribute
		for _, a := range c.Assumptions {
			if a.Path == more {
				basis, more = byEstimate, "declare it as "+more
			}
		}
		out = append(out, upgradeTime{name: w.name, time: *w.time, basis: basis, more: more + "; of blue/green"})
	}
	return out
}

// helped is how many nodes of a group of machines of one's own are in zones in which fewer
// of the kind stand idle than a surge takes at a time; others join elsewhere while they are
// installed anew.
func (e *upgradeSum) helped(g *planner.UpgradeGroup) int {
	if e.c.managed() != "" || g.Width.MaxSurge == 0 {
		return 0
	}
	part := e.c.parts[g.Name]
	for i := range e.c.cluster.Machines {
		if m := &e.c.cluster.Machines[i]; m.Name == part.pool.InstanceType {
			zones := e.c.cluster.Zones
			idle := make([]int, len(zones))
			addByZone(idle, zones, m.CountByZone)
			groups, control := usedOf(e.c.plan, m.Name)
			n := 0
			for _, z := range part.pool.NodesByZone {
				if at := slices.Index(zones, z.Zone); at >= 0 && idle[at]-groups[at]-control[at] < min(g.Width.MaxSurge, z.Nodes) {
					n += z.Nodes
				}
			}
			return n
		}
	}
	return 0
}

// helpedBatches is what all batches of k of n nodes take, of which so many are helped: these
// are batches of their own, and in the end the helpers leave in one.
func helpedBatches(n, helped, k int, each []term) term {
	rest := batchesOf(helped, k, each)
	rest.times++
	rest.words += " + 1"
	if n > helped {
		swapped := batchesOf(n-helped, k, nil)
		rest.times += swapped.times
		rest.words = swapped.words + " + " + rest.words
	}
	rest.words = "(" + rest.words + ")"
	return rest
}

// helpers says of which nodes of a group the second batches and the last one are; empty where
// none are helped.
func (e *upgradeSum) helpers(g *planner.UpgradeGroup) string {
	if by := e.c.o.By(g); by == besideGroup || by == inPlaceStrategy {
		return ""
	}
	helped := e.helped(g)
	if helped == 0 {
		return ""
	}
	stand := "stand"
	if helped == 1 {
		stand = "stands"
	}
	return fmt.Sprintf("; %s %s in zones with too few idle machines: %s elsewhere for them, and in the end the helpers leave in a batch more",
		count(helped, "node"), stand, joins(g.Width.MaxSurge))
}

func joins(helpers int) string {
	if helpers == 1 {
		return "1 joins"
	}
	return number(helpers) + " join"
}
