package layout

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// What Kubernetes is designed for, all of it at once (kubernetes.io,
// "Considerations for large clusters").
const (
	MaxNodes       = 5_000
	MaxPods        = 150_000
	MaxContainers  = 300_000
	MaxPodsPerNode = 110
)

// BeyondLimits says which of Kubernetes' limits so many nodes and pods exceed and
// by how much; it is empty where they exceed none.
func BeyondLimits(nodes, pods int) string {
	var beyond []string
	for _, l := range []struct {
		what       string
		have, most int
	}{{"nodes", nodes, MaxNodes}, {"pods", pods, MaxPods}} {
		if l.have > l.most {
			beyond = append(beyond, fmt.Sprintf("%d %s are %d more than the %d that Kubernetes is designed for", l.have, l.what, l.have-l.most, l.most))
		}
	}
	return strings.Join(beyond, "; ")
}

// Size is what one control-plane node needs, etcd beside the API server included,
// for up to UpTo worker nodes.
type Size struct {
	UpTo, VCPUs int
	Memory      units.Bytes
}

// The tables of sizes of a control-plane node.
const (
	// ProfileGeneral is this project's own, drawn between the published ones:
	// docs/models/controlplane.md says where it lies above and below each.
	ProfileGeneral = "general"
	// ProfileKubeUp is Kubernetes' own until 1.18 ("Building large clusters").
	ProfileKubeUp = "kube_up"
	// ProfileOpenShift is for the operators that OpenShift runs beside the API servers
	// (OpenShift 4.10, "Control plane node sizing").
	ProfileOpenShift = "openshift"
	// ProfileRKE2 is for RKE2's one binary, measured with no other load (docs.rke2.io,
	// "Requirements").
	ProfileRKE2 = "rke2"
)

// Profiles returns the tables' names, this project's own first.
func Profiles() []string {
	return []string{ProfileGeneral, ProfileKubeUp, ProfileOpenShift, ProfileRKE2}
}

// Sizes returns a table, the smallest cluster first; nil where there is none of the
// name. Published GB are taken as GiB, and a part of one rounds up. The last row of
// kube-up and RKE2 has no end of its own: it ends with what Kubernetes is designed for.
func Sizes(profile string) []Size {
	switch profile {
	case ProfileGeneral:
		return []Size{
			{10, 2, 8 * units.GiB},
			{100, 4, 16 * units.GiB},
			{250, 8, 32 * units.GiB},
			{500, 16, 64 * units.GiB},
			{1_000, 16, 96 * units.GiB},
			{MaxNodes, 32, 128 * units.GiB},
		}
	case ProfileKubeUp:
		return []Size{
			{5, 1, 4 * units.GiB},
			{10, 2, 8 * units.GiB},
			{100, 4, 15 * units.GiB},
			{250, 8, 30 * units.GiB},
			{500, 16, 60 * units.GiB},
			{MaxNodes, 32, 120 * units.GiB},
		}
	case ProfileOpenShift:
		return []Size{
			{24, 4, 16 * units.GiB},
			{120, 8, 32 * units.GiB},
			{252, 16, 64 * units.GiB},
			{501, 16, 96 * units.GiB},
		}
	case ProfileRKE2:
		return []Size{
			{225, 2, 4 * units.GiB},
			{450, 4, 8 * units.GiB},
			{1_300, 8, 16 * units.GiB},
			{MaxNodes, 16, 32 * units.GiB},
		}
	}
	return nil
}

// LeastServerVCPUs is what kubeadm asks of a control-plane node, whatever a table says:
// with fewer it stops before anything runs (kubernetes.io, "Installing kubeadm").
const LeastServerVCPUs = 2

// ControlPlaneSize returns the size of a control-plane node for so many workers by the
// table of a profile, LeastServerVCPUs at least. It reports false for more than the
// table goes to.
func ControlPlaneSize(profile string, workers int) (Size, bool) {
	for _, s := range Sizes(profile) {
		if workers <= s.UpTo {
			s.VCPUs = max(s.VCPUs, LeastServerVCPUs)
			return s, true
		}
	}
	return Size{}, false
}
