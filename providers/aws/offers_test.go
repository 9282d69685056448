package aws_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/providers/aws"
)

// By hand, of the EC2 user guide's limits: m5.large shares 28 attachments between
// volumes and 3 interfaces, one of them the first: 27 - 2 - 1 root volume. m7i.large
// has 32 for volumes. Bottlerocket starts with two volumes.
func TestAttachments(t *testing.T) {
	bottlerocket := aws.DefaultNodeModel()
	bottlerocket.Image = planner.Bottlerocket
	unlisted := machine("m10gd.large", catalogs.ARM64, 2, 8192, 3, 10)
	unlisted.LocalDiskGB = 118
	for name, test := range map[string]struct {
		model   aws.NodeModel
		machine catalogs.InstanceType
		want    int
	}{
		"shared":                    {aws.DefaultNodeModel(), machine("m5.large", catalogs.AMD64, 2, 8192, 3, 10), 24},
		"shared by many interfaces": {aws.DefaultNodeModel(), machine("m5.24xlarge", catalogs.AMD64, 96, 393216, 15, 50), 12},
		"of its own":                {aws.DefaultNodeModel(), machine("m7i.large", catalogs.AMD64, 2, 8192, 3, 10), 31},
		"Bottlerocket":              {bottlerocket, machine("m7i.large", catalogs.AMD64, 2, 8192, 3, 10), 30},
		"24 disks leave none":       {aws.DefaultNodeModel(), machine("d3.8xlarge", catalogs.AMD64, 32, 262144, 3, 20), 0},
		"not known":                 {aws.DefaultNodeModel(), unlisted, 0},
	} {
		if got := node(t, aws.Provider{}, test.model, test.machine).Attachments; got != test.want {
			t.Errorf("%s: %d attachments for pods, want %d", name, got, test.want)
		}
	}
}

func TestGPUsOfNodes(t *testing.T) {
	nvidia := machine("g5.12xlarge", catalogs.AMD64, 48, 196608, 15, 50)
	nvidia.GPUs = catalogs.GPUs{Milli: 4000, Name: "a10g"}
	if got := node(t, aws.Provider{}, aws.DefaultNodeModel(), nvidia).Extended; !slices.Equal(got, []planner.ExtendedResource{{Name: "nvidia.com/gpu", Count: 4}}) {
		t.Errorf("g5.12xlarge offers %v, want its 4 GPUs", got)
	}
	amd := machine("g4ad.xlarge", catalogs.AMD64, 4, 16384, 2, 4)
	amd.GPUs = catalogs.GPUs{Milli: 1000, Name: "radeon-pro-v520"}
	if got := node(t, aws.Provider{}, aws.DefaultNodeModel(), amd).Extended; len(got) != 0 {
		t.Errorf("g4ad.xlarge offers %v, and no image of EKS has its driver", got)
	}
}

func TestDevicePlugins(t *testing.T) {
	names := func(image planner.Image, resource string) []string {
		pod := planner.Pod{Extended: []planner.ExtendedResource{{Name: resource, Count: 1}}}
		g := &planner.NodeGroup{Image: image, Workloads: []planner.Workload{{Name: "model", Pod: pod}}}
		var out []string
		for _, d := range (aws.Provider{}).DaemonSets(nil, g) {
			out = append(out, d.Name)
		}
		return out
	}
	own := []string{"aws-node", "ebs-csi-node", "eks-pod-identity-agent", "kube-proxy"}
	for _, test := range []struct {
		image    planner.Image
		resource string
		want     []string
	}{
		{planner.AL2023, "nvidia.com/gpu", append(slices.Clone(own), "nvidia-device-plugin")},
		{planner.Bottlerocket, "nvidia.com/gpu", own}, // built in
		{planner.Bottlerocket, "aws.amazon.com/neuron", append(slices.Clone(own), "neuron-device-plugin")},
	} {
		if got := names(test.image, test.resource); !slices.Equal(got, test.want) {
			t.Errorf("%s and %s: %v, want %v", test.image, test.resource, got, test.want)
		}
	}
}
