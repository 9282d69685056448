// Package packbench makes the instances on which the packing of mixed types is
// measured: generated pods, and the types of one region of the embedded catalog.
package packbench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/aws"
)

// Offers returns the types of us-east-1 that are measured with: x86, of families
// c, m and r from the third generation on, no GPU, no metal, not burstable; with
// what EKS leaves of them to pods where the VPC CNI hands out prefixes. A vector
// is thousandths of a core, bytes, pods.
func Offers() ([]colgen.Offer, error) {
	cat, err := snapshot.Load("aws", "us-east-1")
	if err != nil {
		return nil, err
	}
	provider, model := aws.New(&cat), aws.DefaultNodeModel()
	model.CNI = planner.VPCPrefix
	var offers []colgen.Offer
	for i := range cat.Types {
		t := &cat.Types[i]
		family := t.Family[0] == 'c' || t.Family[0] == 'm' || t.Family[0] == 'r'
		extra := slices.ContainsFunc(catalogs.Classes(*t), func(c catalogs.Class) bool { return c != catalogs.ClassPreviousGeneration })
		if !family || extra || t.Generation < 3 || t.Architecture != catalogs.AMD64 || !t.OnDemand.Known() {
			continue
		}
		a, err := provider.Node(model, t)
		if err != nil {
			continue // nothing can be said of its pods
		}
		offers = append(offers, colgen.Offer{Name: t.Name, Price: t.OnDemand.Rate, Free: colgen.Vector{int64(a.CPU), int64(a.Memory), int64(a.Pods)}})
	}
	return offers, nil
}

// Classes draws classes of pods that are pods pods together, at least one each.
// Half of the classes request round amounts, 50m to 4 cores with 0.5 to 8 GiB a
// core, half odd ones, as an autoscaler recommends them. Counts follow Zipf's law.
func Classes(seed uint64, classes, pods int) []colgen.Class {
	rng := rand.New(rand.NewPCG(seed, uint64(classes)<<32|uint64(pods)))
	round := []int64{50, 100, 200, 250, 500, 1000, 1500, 2000, 3000, 4000}
	perCore := []float64{0.5, 1, 2, 4, 8}
	out := make([]colgen.Class, classes)
	weights, total := make([]float64, classes), 0.0
	for i := range out {
		var cpu, memory int64
		if i%2 == 0 {
			cpu = round[rng.IntN(len(round))]
			memory = int64(float64(cpu)/1000*perCore[rng.IntN(len(perCore))]*1024) * int64(units.MiB)
		} else {
			cpu = int64(50 * math.Pow(80, rng.Float64()))
			memory = int64(float64(cpu) / 1000 * 0.5 * math.Pow(16, rng.Float64()) * float64(units.GiB))
		}
		out[i] = colgen.Class{Name: fmt.Sprintf("class-%03d", i), Count: 1, Request: colgen.Vector{cpu, max(memory, 16*int64(units.MiB)), 1}}
		weights[i] = 1 / float64(1+i)
		total += weights[i]
	}
	rng.Shuffle(classes, func(i, j int) { weights[i], weights[j] = weights[j], weights[i] })
	left := pods - classes
	for i := range out {
		n := int(float64(pods-classes) * weights[i] / total)
		out[i].Count += n
		left -= n
	}
	out[0].Count += left
	return out
}
