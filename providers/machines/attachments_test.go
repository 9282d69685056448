package machines_test

import (
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/providers/machines"
)

func ec2(name string, vcpus int) *catalogs.InstanceType {
	family, _, _ := strings.Cut(name, ".")
	return &catalogs.InstanceType{Name: name, Family: family, VCPUs: vcpus, Hypervisor: "nitro", Metal: strings.Contains(name, ".metal")}
}

// The limits are those that AWS publishes ("Amazon EBS volume limits") and that the
// EBS CSI driver's table has of the type.
func TestEC2Volumes(t *testing.T) {
	xen := ec2("m4.large", 2)
	xen.Hypervisor = "xen"
	unlisted := ec2("m10id.large", 2)
	unlisted.LocalDiskGB = 118
	tests := map[string]struct {
		machine       *catalogs.InstanceType
		volumes, each int
	}{
		"most of Nitro share 28, one of them the first interface": {ec2("m5.large", 2), 27, 1},
		"a larger one shares as many":                             {ec2("m6i.32xlarge", 128), 27, 1},
		"a disk of its own takes one":                             {ec2("m6gd.large", 2), 26, 1},
		"two disks take two":                                      {ec2("m6gd.12xlarge", 48), 25, 1},
		"eight disks":                                             {ec2("i3en.24xlarge", 96), 19, 1},
		"a disk and a GPU":                                        {ec2("g4dn.xlarge", 4), 25, 1},
		"eight GPUs":                                              {ec2("g5.48xlarge", 192), 9, 1},
		"24 disks leave three":                                    {ec2("d3.8xlarge", 32), 3, 1},
		"a limit of their own":                                    {ec2("m7i.large", 2), 32, 0},
		"by size: 16xlarge":                                       {ec2("c7a.16xlarge", 64), 48, 0},
		"by size: 18xlarge":                                       {ec2("i7ie.18xlarge", 72), 48, 0},
		"by size: 24xlarge":                                       {ec2("r8g.24xlarge", 96), 64, 0},
		"by size: 32xlarge":                                       {ec2("m7a.32xlarge", 128), 88, 0},
		"by size: 48xlarge":                                       {ec2("m7i.48xlarge", 192), 128, 0},
		"by size: 96xlarge":                                       {ec2("m8i.96xlarge", 384), 128, 0},
		"half of the network's":                                   {ec2("c8gn.48xlarge", 192), 64, 0},
		"metal of the sixth generation":                           {ec2("m6i.metal", 128), 31, 1},
		"metal since the seventh":                                 {ec2("m7i.metal-24xl", 96), 39, 0},
		"GPUs with a limit for volumes":                           {ec2("p5.48xlarge", 192), 64, 0},
		"before Nitro":                                            {xen, 39, 0},
		"disks of its own that nobody lists":                      {unlisted, 0, 0},
		"a size that nobody lists":                                {ec2("m6gd.99xlarge", 396), 0, 1},
		"a family to come shares":                                 {ec2("m12g.large", 2), 27, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if volumes, each := machines.EC2Volumes(test.machine); volumes != test.volumes || each != test.each {
				t.Errorf("%d volumes and %d for each interface, want %d and %d", volumes, each, test.volumes, test.each)
			}
		})
	}
}

// The limits are those of GKE's disk driver, the boot disk deducted.
func TestGCEVolumes(t *testing.T) {
	gce := func(family string, vcpus int) *catalogs.InstanceType {
		return &catalogs.InstanceType{Family: family, VCPUs: vcpus, Burstable: family == "e2" && vcpus == 1}
	}
	tests := map[string]struct {
		machine   *catalogs.InstanceType
		hyperdisk bool
		want      int
	}{
		"most hold 128":            {gce("n2", 4), false, 127},
		"shared core":              {gce("e2", 1), false, 15},
		"n4":                       {gce("n4", 8), true, 15},
		"n4, larger":               {gce("n4", 16), true, 31},
		"c4 of two":                {gce("c4", 2), true, 7},
		"c4 beyond its table":      {gce("c4", 288), true, 127},
		"c4d of two":               {gce("c4d", 2), true, 3},
		"c3 with Hyperdisk":        {gce("c3", 4), true, 7},
		"c3 with persistent disks": {gce("c3", 4), false, 127},
		"a family to come":         {gce("z9", 4), false, 7},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := machines.GCEVolumes(test.machine, test.hyperdisk); got != test.want {
				t.Errorf("%d disks, want %d", got, test.want)
			}
		})
	}
}

func TestGCEAttaches(t *testing.T) {
	with := func(disk string) *planner.NodeGroup {
		return &planner.NodeGroup{Workloads: []planner.Workload{{Volumes: []planner.Volume{{Name: "data", Type: disk}}}}}
	}
	n2, n4 := &catalogs.InstanceType{Name: "n2-standard-4", Family: "n2"}, &catalogs.InstanceType{Name: "n4-standard-4", Family: "n4"}
	if err := machines.GCEAttaches(with("pd-ssd"), n2); err != nil {
		t.Errorf("pd-ssd on n2: %v", err)
	}
	if err := machines.GCEAttaches(with("hyperdisk-balanced"), n4); err != nil {
		t.Errorf("hyperdisk-balanced on n4: %v", err)
	}
	err := machines.GCEAttaches(with("pd-ssd"), n4)
	if err == nil || err.Error() != `disks of type "pd-ssd" cannot be attached to n4-standard-4, but hyperdisk-balanced can` {
		t.Errorf("pd-ssd on n4: %v", err)
	}
	if machines.Hyperdisks(with("pd-ssd")) || !machines.Hyperdisks(with("hyperdisk-balanced")) {
		t.Error("Hyperdisk is told from persistent disks by its name")
	}
}
