package worlds_test

import (
	"fmt"
	"math"

	"github.com/scantling-dev/scantling/planner/forecast/worlds"
)

// The whole way: two estimates, what each world needs, one decision, and the few worlds
// in which slower questions are asked.
func Example() {
	throughput, err := worlds.Estimate{Low: 40, Mid: 50, High: 80, Confidence: .9}.Law()
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := worlds.Estimate{Low: .15, Mid: .2, High: .3, Confidence: .9}.Law()
	if err != nil {
		fmt.Println(err)
		return
	}
	set := worlds.Draw(worlds.DefaultCount, 2, 1) // one dimension for each estimate
	rate, seconds := set.Values(0, throughput), set.Values(1, service)
	needs := make([]float64, set.Len())
	for w := range needs {
		needs[w] = math.Ceil(rate[w] * seconds[w] / .6)
	}
	d := worlds.Of(needs, nil)
	fmt.Printf("%+v\n", d.Spread())
	fmt.Println(d.Decide(worlds.Rule{Kind: worlds.Percentile, Ratio: .9}, math.Ceil(50*.2/.6)), "replicas")

	var nodes []float64
	var weights []int
	for _, s := range worlds.Stratify(needs, 32) {
		nodes, weights = append(nodes, math.Ceil(needs[s.World]/4)), append(weights, s.Weight)
	}
	fmt.Printf("%+v\n", worlds.Of(nodes, weights).Spread())
	// Output:
	// {P10:13 P50:18 P90:27}
	// 27 replicas
	// {P10:4 P50:5 P90:7}
}
