package importer

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Facts are what nodes say of their cluster; empty where none does.
type Facts struct {
	Provider, Region string
	// Zones are sorted.
	Zones []string
	// Version is the minor of the oldest kubelet.
	Version string
}

// Facts returns what the nodes say. Where they disagree, the first by name is taken.
func (f *Found) Facts() Facts {
	var out Facts
	versions := map[[2]int]string{}
	for i := range f.Nodes {
		n := &f.Nodes[i]
		provider, _, _ := strings.Cut(n.ProviderID, ":")
		if out.Provider == "" {
			out.Provider = map[string]string{"aws": "aws", "gce": "gcp"}[provider]
		}
		if out.Region == "" {
			out.Region = n.Labels[corev1.LabelTopologyRegion]
		}
		if z := n.Labels[corev1.LabelTopologyZone]; z != "" && !slices.Contains(out.Zones, z) {
			out.Zones = append(out.Zones, z)
		}
		if minor, at, ok := minorOf(n.Version); ok {
			versions[at] = minor
		}
	}
	if out.Provider == "" && len(f.Nodes) > 0 {
		out.Provider = OnPremises
	}
	slices.Sort(out.Zones)
	var oldest [2]int
	for at, minor := range versions {
		if out.Version == "" || at[0] < oldest[0] || at[0] == oldest[0] && at[1] < oldest[1] {
			oldest, out.Version = at, minor
		}
	}
	return out
}

// minorOf returns the minor of a version such as "v1.35.2-eks-1a2b3c4", and its two
// numbers.
func minorOf(version string) (minor string, at [2]int, ok bool) {
	parts := regexp.MustCompile(`^v?([0-9]{1,2})\.([0-9]{1,3})`).FindStringSubmatch(version)
	if parts == nil {
		return "", at, false
	}
	for i, text := range parts[1:] {
		for _, digit := range text {
			at[i] = at[i]*10 + int(digit-'0')
		}
	}
	return parts[1] + "." + parts[2], at, true
}
