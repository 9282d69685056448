package aws_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/aws"
	"github.com/scantling-dev/scantling/providers/kubelet"
)

func catalogOf(t *testing.T, region string) catalogs.Catalog {
	t.Helper()
	c, err := snapshot.Load("aws", region)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestPitfallOneMemoryShareForEveryType: a flat 7.5% off the stated size leaves
// 961,470 MiB of an i4i.32xlarge whose node has 1,007,423
// (aws/karpenter-provider-aws#6611), and too much of c5.large, on which pods then
// never fit (aws/karpenter-provider-aws#5104). What was measured of a type decides,
// and a plan never counts on more; nor does it of a type of the family that hides as
// much and that nobody measured.
func TestPitfallOneMemoryShareForEveryType(t *testing.T) {
	c := catalogOf(t, "us-east-1")
	p := aws.New(&c)
	i4i, _ := c.Type("i4i.32xlarge")
	got := node(t, p, aws.DefaultNodeModel(), i4i).Memory
	if least, most := 961_470*units.MiB, 1_007_423*units.MiB; got <= least+32*units.GiB || got > most {
		t.Errorf("i4i.32xlarge: %d MiB are planned with, want up to the node's %d and well above the flat %d", got/units.MiB, most/units.MiB, least/units.MiB)
	}
	above, below := 0, 0
	for _, k := range c.Types {
		if k.MeasuredMemory == 0 || k.ENIs == 0 {
			continue
		}
		reserve := kubelet.ReservedMemory(aws.SecondaryIPPods(k.ENIs, k.IPv4PerENI)) + kubelet.EvictionMemory
		got := node(t, p, aws.DefaultNodeModel(), k).Memory
		if want := max(k.MeasuredMemory-128*units.MiB-reserve, 0); got != want {
			t.Errorf("%s: %d MiB, want the measured size less 128, reserve and eviction: %d", k.Name, got/units.MiB, want/units.MiB)
		}
		hidden := k
		hidden.MeasuredMemory = 0
		if cautious := node(t, p, aws.DefaultNodeModel(), hidden).Memory; cautious > max(k.MeasuredMemory-reserve, 0) {
			t.Errorf("%s: had nobody measured it, %d MiB, more than it has", k.Name, cautious/units.MiB)
		}
		switch flat := k.Memory - k.Memory*75/1000 - reserve; {
		case got > flat:
			above++
		case got < flat && got > 0:
			below++
		}
	}
	if above < 500 || below < 10 {
		t.Errorf("a flat share is too large for %d types and too small for %d: the catalog does not tell them apart", above, below)
	}
	nobody := machine("x0.large", catalogs.AMD64, 2, 8192, 3, 10)
	for _, s := range node(t, p, aws.DefaultNodeModel(), nobody).Steps {
		if s.What == "hidden from the operating system: 7.5% where nobody measured" {
			return
		}
	}
	t.Error("of a type that nobody measured, the derivation does not say so")
}

// TestPitfallReserveOfTheWrongMaxPods: the reserve of 11 MiB a pod depends on the
// image and on what it takes for the limit of pods
// (aws/karpenter-provider-aws#8497, awslabs/amazon-eks-ami#782). An m5.24xlarge has
// addresses for 737 pods and runs 250: AL2023 reserves for 737, 8,362 MiB,
// Bottlerocket for 250, 3,005 MiB. Prefix delegation, which would have 11,762
// addresses, changes neither (awslabs/amazon-eks-ami#2580).
func TestPitfallReserveOfTheWrongMaxPods(t *testing.T) {
	m5 := machine("m5.24xlarge", catalogs.AMD64, 96, 393216, 15, 50)
	small := machine("t3.medium", catalogs.AMD64, 2, 4096, 3, 6)
	for name, tc := range map[string]struct {
		machine catalogs.InstanceType
		model   aws.NodeModel
		reserve units.Bytes // MiB
		pods    int
	}{
		"AL2023":                       {m5, aws.NodeModel{Image: planner.AL2023, CNI: planner.VPC}, 8362, 250},
		"AL2023, prefixes":             {m5, aws.NodeModel{Image: planner.AL2023, CNI: planner.VPCPrefix}, 8362, 250},
		"AL2023, a declared limit":     {m5, aws.NodeModel{Image: planner.AL2023, CNI: planner.VPC, MaxPods: 110}, 8362, 110},
		"Bottlerocket":                 {m5, aws.NodeModel{Image: planner.Bottlerocket, CNI: planner.VPC}, 3005, 250},
		"Bottlerocket, prefixes":       {m5, aws.NodeModel{Image: planner.Bottlerocket, CNI: planner.VPCPrefix}, 3005, 250},
		"Bottlerocket, declared":       {m5, aws.NodeModel{Image: planner.Bottlerocket, CNI: planner.VPC, MaxPods: 110}, 1465, 110},
		"a small AL2023":               {small, aws.NodeModel{Image: planner.AL2023, CNI: planner.VPC}, 442, 17},
		"a small AL2023, prefixes":     {small, aws.NodeModel{Image: planner.AL2023, CNI: planner.VPCPrefix}, 442, 110},
		"a small Bottlerocket":         {small, aws.NodeModel{Image: planner.Bottlerocket, CNI: planner.VPC}, 442, 17},
		"a small Bottlerocket, prefix": {small, aws.NodeModel{Image: planner.Bottlerocket, CNI: planner.VPCPrefix}, 1465, 110},
	} {
		t.Run(name, func(t *testing.T) {
			tc.model.Disk = 50 * units.GiB
			got := node(t, aws.Provider{}, tc.model, tc.machine)
			// 7.5% of whole MiB rounded up is what nobody measured.
			hidden := units.CeilDiv(tc.machine.Memory/units.MiB*75, 1000) * units.MiB
			if reserve := tc.machine.Memory - hidden - kubelet.EvictionMemory - got.Memory; reserve != tc.reserve*units.MiB || got.Pods != tc.pods {
				t.Errorf("%d MiB are reserved for %d pods, want %d for %d", reserve/units.MiB, got.Pods, tc.reserve, tc.pods)
			}
		})
	}
}

// TestPitfallTwoAnswersForOneNode: an estimate that changes once a cache has seen a
// real node gives two answers for one type (aws/karpenter-provider-aws#8449). What is
// known of real nodes is in the catalog: the same type has the same answer whatever
// was sized before, in whatever order the catalog lists types, and in every region.
func TestPitfallTwoAnswersForOneNode(t *testing.T) {
	model := aws.DefaultNodeModel()
	first := map[string]planner.Allocatable{}
	for i, region := range snapshot.Regions("aws") {
		c := catalogOf(t, region)
		r := rand.New(rand.NewPCG(uint64(i), 0))
		r.Shuffle(len(c.Types), func(i, j int) { c.Types[i], c.Types[j] = c.Types[j], c.Types[i] })
		p := aws.New(&c)
		for j := range c.Types {
			k := &c.Types[j]
			got, err := p.Node(model, k)
			if err != nil {
				continue
			}
			if known, ok := first[k.Name]; ok && (got.CPU != known.CPU || got.Memory != known.Memory || got.Pods != known.Pods) {
				t.Errorf("%s in %s: %+v, elsewhere %+v", k.Name, region, got, known)
			}
			first[k.Name] = got
			if again, _ := p.Node(model, k); !reflect.DeepEqual(again, got) {
				t.Errorf("%s in %s: asked again, another answer", k.Name, region)
			}
		}
	}
	if len(first) < 1000 {
		t.Errorf("only %d types were sized", len(first))
	}
}

// TestPitfallMaxPodsOfAnotherCNI: the limit of pods is the network's. Some
// calculators always assume prefix delegation; Cilium's own addresses on AWS leave
// 42 pods where 58 were assumed (Smana/cloud-native-ref#1726). Of an m5.xlarge, 4
// interfaces of 15 addresses: 58 pods by secondary addresses, 110 by prefixes, which
// is where the kubelet ends; modes that are not modelled are none of the ground's.
func TestPitfallMaxPodsOfAnotherCNI(t *testing.T) {
	m5 := machine("m5.xlarge", catalogs.AMD64, 4, 16384, 4, 15)
	for cni, want := range map[planner.CNI]int{planner.VPC: 58, planner.VPCPrefix: 110} {
		model := aws.DefaultNodeModel()
		model.CNI = cni
		if got := node(t, aws.Provider{}, model, m5).Pods; got != want {
			t.Errorf("%s: %d pods, want %d", cni, got, want)
		}
	}
	if got := aws.Ground().Terms.CNIs; !reflect.DeepEqual(got, []planner.CNI{planner.VPC, planner.VPCPrefix}) {
		t.Errorf("EKS takes %v: Allocatable models secondary addresses and prefixes", got)
	}
}
