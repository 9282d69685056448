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

// Envelope returns the sizes that ControlPlaneSize chooses from, the smallest
// first. They are this project's own, drawn between published tables:
// docs/models/controlplane.md says where they lie above and below each.
func Envelope() []Size {
	return []Size{
		{10, 2, 8 * units.GiB},
		{100, 4, 16 * units.GiB},
		{250, 8, 32 * units.GiB},
		{500, 16, 64 * units.GiB},
		{1_000, 16, 96 * units.GiB},
		{MaxNodes, 32, 128 * units.GiB},
	}
}

// ControlPlaneSize returns the size of a control-plane node for so many workers.
// It reports false for more than Kubernetes is designed for.
func ControlPlaneSize(workers int) (Size, bool) {
	for _, s := range Envelope() {
		if workers <= s.UpTo {
			return s, true
		}
	}
	return Size{}, false
}
