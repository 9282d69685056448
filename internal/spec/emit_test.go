package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
)

// TestToolsOfOtherGrounds: a tool that makes no cluster where this one stands is refused
// once, at its name.
func TestToolsOfOtherGrounds(t *testing.T) {
	const own = "control_plane {\n mode = \"self_managed\"\n %s\n}\n"
	for name, c := range map[string]struct{ tool, provider, cluster, want string }{
		"eksctl on GKE":            {"eksctl", "gcp", "", "is for EKS alone, and the cluster is on GKE"},
		"Karpenter on own AWS":     {"karpenter", "aws", fmt.Sprintf(own, ""), "is for EKS alone"},
		"kops on GKE":              {"kops", "gcp", "", "is for self-managed clusters on AWS and Google Cloud"},
		"kops on own machines":     {"kops", "on_premises", "", "is for self-managed clusters on AWS and Google Cloud"},
		"kops with etcd elsewhere": {"kops", "aws", fmt.Sprintf(own, "etcd_topology = \"external\""), "kops runs it on those of the control plane"},
	} {
		emit := fmt.Sprintf("emit %q {\n directory = \"x\"\n}\n", c.tool)
		diags := mistakes(t, on(c.provider, 3, c.cluster+emit, ""), spec.Inputs{})
		if len(diags) != 1 || diags[0].Extra != spec.NotOnGround || !strings.Contains(diags[0].Detail, c.want) {
			t.Errorf("%s: %s", name, show(diags))
		}
	}
}
