package selfmanaged

import (
	"time"

	"github.com/scantling-dev/scantling/planner"
)

// Times of an upgrade. The waits after a drain and after a termination are kops's
// (pkg/instancegroups/settings.go); the others are assumptions of ours, said to be
// in docs/models/upgrades.md and, of reinstalling, in docs/models/allocatable.md.
const (
	controlPlaneNode  = 300 * time.Second // kubeadm upgrade node, images pulled
	controlPlaneDrain = 120 * time.Second
	addOns            = 300 * time.Second
	bootEC2           = 90 * time.Second
	bootGCE           = 120 * time.Second
	terminate         = 60 * time.Second
	afterDrain        = 5 * time.Second
	afterTerminate    = 15 * time.Second
	// validate is until the cluster is found whole again, the new machine's start
	// included.
	validate   = 150 * time.Second
	packages   = 180 * time.Second
	ready      = 30 * time.Second
	deletePool = 120 * time.Second
	// reinstall is what a machine of one's own takes longer than one of a cloud: it
	// starts from the network and gets its operating system anew.
	reinstall = 15 * time.Minute
	// nodeSkew of 1 lets nodes follow each hop of the control plane, although the
	// kubelet may trail by three minors.
	nodeSkew = 1
	// largestSkew is what Kubernetes lets a kubelet trail the API server by, from 1.25
	// on (Kubernetes, "Version Skew Policy").
	largestSkew = 3
)

// onCloud returns how machines of a cloud, which take some time to boot, are
// replaced and upgraded. Nothing ends a drain, and a control plane is taken back
// by a backup of etcd only.
func onCloud(boot time.Duration) planner.Mechanics {
	m := mechanics(validate)
	m.Boot = boot
	m.Strategies = []planner.UpgradeOption{
		{Name: "cluster_blue_green", Course: planner.CourseClusterBlueGreen},
		{Name: "in_place", Course: planner.CourseInPlace},
		{Name: "minimal", Course: planner.CourseRolling, TerminateFirst: true},
		{Name: "node_group_blue_green", Course: planner.CourseNodeGroupBlueGreen},
		{Name: "surge", Course: planner.CourseRolling},
	}
	return m
}

// onPremises returns the same of machines of one's own: those that are there are
// upgraded where they stand, or reinstalled one after another.
func onPremises() planner.Mechanics {
	m := mechanics(reinstall + validate)
	m.Boot = reinstall
	m.Strategies = []planner.UpgradeOption{
		{Name: "in_place", Course: planner.CourseInPlace},
		{Name: "minimal", Course: planner.CourseRolling, TerminateFirst: true},
		{Name: "node_group_blue_green", Course: planner.CourseNodeGroupBlueGreen},
		{Name: "surge", Course: planner.CourseRolling},
	}
	m.Refused = map[string]string{
		"cluster_blue_green": "not on machines of one's own: nobody lends machines for a day, so that a second cluster would have to stand there all year",
	}
	return m
}

// mechanics are what the grounds share, for a time until a cluster with a new
// machine is found whole again.
func mechanics(whole time.Duration) planner.Mechanics {
	return planner.Mechanics{
		ControlPlaneNode: controlPlaneNode,
		ControlPlaneRoll: controlPlaneDrain + afterDrain + terminate + afterTerminate + whole,
		AddOns:           addOns,
		Terminate:        terminate,
		AfterDrain:       afterDrain,
		AfterTerminate:   afterTerminate,
		Validate:         whole,
		Packages:         packages,
		Ready:            ready,
		DeletePool:       deletePool,
		NodeSkew:         nodeSkew,
		LargestSkew:      largestSkew,
	}
}
