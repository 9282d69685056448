package machines

import (
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
)

// Volumes that can be attached to machines of EC2, the root volumes among them.
// Sources: Amazon EC2 user guide, "Amazon EBS volume limits for Amazon EC2
// instances"; the limits that the EBS CSI driver reports
// (kubernetes-sigs/aws-ebs-csi-driver, pkg/cloud/limits/volume_limits_table.go, of
// 2026).
const (
	// xenVolumes: beyond 40 machines before Nitro may not boot; the driver takes 39.
	xenVolumes = 39
	// sharedVolumes of most Nitro machines: 28 attachments, less the first interface.
	// Every further interface and, of machines with disks or GPUs of their own, these
	// take one each.
	sharedVolumes = 27
	// sharedMetal are those of bare metal with a shared limit.
	sharedMetal = 31
	// dedicatedMetal is the least of bare metal with a limit for volumes alone.
	dedicatedMetal = 39
)

// dedicated are the families whose limit is for volumes alone. A newer one that is not
// named is taken to share, which is the safe side.
var dedicated = strings.Fields("" +
	"m7a m7i m7i-flex m8a m8g m8gb m8gd m8gn m8i m8i-flex c7a c7i c7i-flex c8a c8g c8gb c8gd c8gn c8i c8i-flex " +
	"r7a r7i r7iz r8a r8g r8gb r8gd r8gn r8i r8i-flex x8aedz x8g x8i i7i i7ie i8g i8ge f2 g6 g6e g6f g7e gr6 gr6f " +
	"u7i-6tb u7i-8tb u7i-12tb u7in-16tb u7in-24tb u7in-32tb")

// dedicatedBySize are the limits of dedicated families by the vCPUs that a machine has
// at least, largest first: 16xlarge has 64, and so on.
var dedicatedBySize = []struct{ vcpus, volumes int }{{192, 128}, {128, 88}, {96, 64}, {64, 48}, {0, 32}}

// irregular are the types that follow neither rule.
var irregular = map[string]int{
	"m8gn.48xlarge": 64, "c8gn.48xlarge": 64, "r8gn.48xlarge": 64,
	"hpc7a.12xlarge": 27, "hpc7a.24xlarge": 27, "hpc7a.48xlarge": 27, "hpc7a.96xlarge": 27,
	"p4d.24xlarge": 28, "p4de.24xlarge": 28, "p5.4xlarge": 32, "p5.48xlarge": 64, "p5e.48xlarge": 64, "p5en.48xlarge": 64,
	"p6-b200.48xlarge": 64, "p6-b300.48xlarge": 64, "trn2.48xlarge": 64,
}

// shared are the limits of machines with disks, GPUs or chips of their own, by family
// and size: what these leave of sharedVolumes.
var shared = map[string]string{
	"c5ad": "26 large xlarge 2xlarge 25 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge",
	"c5d":  "26 large xlarge 2xlarge 4xlarge 9xlarge 25 12xlarge 18xlarge 23 24xlarge",
	"c6gd": gravitonDisks, "m6gd": gravitonDisks, "r6gd": gravitonDisks, "c7gd": gravitonDisks, "m7gd": gravitonDisks, "r7gd": gravitonDisks, "x2gd": gravitonDisks,
	"c6id": intelDisks, "m6id": intelDisks, "r6id": intelDisks, "m6idn": intelDisks, "r6idn": intelDisks,
	"m5ad": fifthDisks, "m5d": fifthDisks, "m5dn": fifthDisks, "r5ad": fifthDisks, "r5d": fifthDisks, "r5dn": fifthDisks,
	"d3":     "24 xlarge 21 2xlarge 15 4xlarge 3 8xlarge",
	"d3en":   "25 xlarge 23 2xlarge 19 4xlarge 15 6xlarge 11 8xlarge 3 12xlarge",
	"dl2q":   "19 24xlarge",
	"g4ad":   "25 xlarge 2xlarge 4xlarge 24 8xlarge 21 16xlarge",
	"g4dn":   "25 xlarge 2xlarge 4xlarge 8xlarge 16xlarge 22 12xlarge",
	"g5":     "25 xlarge 2xlarge 4xlarge 8xlarge 16xlarge 22 12xlarge 24xlarge 9 48xlarge",
	"g5g":    "26 xlarge 2xlarge 4xlarge 8xlarge 25 16xlarge",
	"hpc6id": "23 32xlarge",
	"i3en":   "26 large xlarge 3xlarge 25 2xlarge 6xlarge 23 12xlarge 19 24xlarge",
	"i4g":    "26 large xlarge 2xlarge 4xlarge 25 8xlarge 23 16xlarge",
	"i4i":    "26 large xlarge 2xlarge 4xlarge 25 8xlarge 24 12xlarge 23 16xlarge 21 24xlarge 19 32xlarge",
	"im4gn":  "26 large xlarge 2xlarge 4xlarge 25 8xlarge 23 16xlarge",
	"inf1":   "26 xlarge 2xlarge 23 6xlarge 11 24xlarge",
	"inf2":   "26 xlarge 8xlarge 28 24xlarge 48xlarge",
	"is4gen": "26 medium large xlarge 2xlarge 25 4xlarge 23 8xlarge",
	"p3dn":   "17 24xlarge",
	"trn1":   "25 2xlarge 28 32xlarge",
	"trn1n":  "28 32xlarge",
	"vt1":    "25 3xlarge 23 6xlarge",
	"x2idn":  "26 16xlarge 25 24xlarge 32xlarge",
	"x2iedn": "26 xlarge 2xlarge 4xlarge 8xlarge 16xlarge 25 24xlarge 32xlarge",
	"z1d":    "26 large xlarge 2xlarge 3xlarge 6xlarge 25 12xlarge",
}

// What the disks of some families leave.
const (
	gravitonDisks = "26 medium large xlarge 2xlarge 4xlarge 8xlarge 25 12xlarge 16xlarge"
	intelDisks    = "26 large xlarge 2xlarge 4xlarge 8xlarge 25 12xlarge 16xlarge 23 24xlarge 32xlarge"
	fifthDisks    = "26 large xlarge 2xlarge 25 4xlarge 8xlarge 12xlarge 23 16xlarge 24xlarge"
)

// EC2Volumes returns how many volumes can be attached to a machine of type t, its root
// volumes among them, while it has one network interface, and how many of these each
// further interface takes: 1 or 0. The count is 0 where it is not known: of machines
// with disks, GPUs or chips of their own that no source lists.
func EC2Volumes(t *catalogs.InstanceType) (volumes, eachInterface int) {
	if n, ok := irregular[t.Name]; ok {
		return n, 0
	}
	_, size, _ := strings.Cut(t.Name, ".")
	switch {
	case t.Hypervisor == "xen":
		return xenVolumes, 0
	case slices.Contains(dedicated, t.Family):
		if t.Metal {
			return dedicatedMetal, 0
		}
		i := slices.IndexFunc(dedicatedBySize, func(s struct{ vcpus, volumes int }) bool { return t.VCPUs >= s.vcpus })
		return dedicatedBySize[i].volumes, 0
	case t.Metal:
		return sharedMetal, 1
	case shared[t.Family] != "":
		return sharedOf(shared[t.Family], size), 1
	case t.LocalDiskGB > 0 || t.GPUs.Milli > 0 || t.GPUs.Name != "" || t.Accelerators.Count > 0:
		return 0, 0
	}
	return sharedVolumes, 1
}

// sharedOf returns the limit that a list of limits, each before its sizes, has of a
// size; 0 where it has none.
func sharedOf(list, size string) int {
	limit := 0
	for word := range strings.FieldsSeq(list) {
		if n, err := strconv.Atoi(word); err == nil {
			limit = n
		} else if word == size {
			return limit
		}
	}
	return 0
}
