package verify_test

import (
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner"
)

// laddered compares the sizes that web may use: five of m7.large with a disk cost 1.025
// USD an hour, three of m7.xlarge 1.275.
func laddered() *problem {
	p := good()
	p.web().Ladder = []planner.SizeStep{
		{Family: "m7", InstanceType: "m7.large", Nodes: 5, Cost: known(dollars(1025)), UsefulCPU: 3600, LargestNodeShare: 200_000, Chosen: true, Knee: true},
		{Family: "m7", InstanceType: "m7.mystery", Why: "it has no price"},
		{Family: "m7", InstanceType: "m7.xlarge", Nodes: 3, Cost: known(dollars(1275)), UsefulCPU: 7600, LargestNodeShare: 333_334},
	}
	return p
}

func TestLadders(t *testing.T) {
	if err := laddered().verify(); err != nil {
		t.Errorf("the ladder by hand is refused:\n%v", err)
	}
	ladder := func(change func(s []planner.SizeStep)) func(p *problem) {
		return func(p *problem) { change(p.web().Ladder) }
	}
	mutate(t, laddered, map[string]mutation{
		"a type not admitted":  {"ladder.type", ladder(func(s []planner.SizeStep) { s[0].InstanceType = "t3.large" })},
		"of another family":    {"ladder.type", ladder(func(s []planner.SizeStep) { s[0].Family = "c7" })},
		"sizes unsorted":       {"lists.sorted", ladder(func(s []planner.SizeStep) { slices.Reverse(s) })},
		"a size twice":         {"lists.sorted", ladder(func(s []planner.SizeStep) { s[1] = s[0] })},
		"another was chosen":   {"ladder.chosen", ladder(func(s []planner.SizeStep) { s[0].Chosen, s[2].Chosen = false, true })},
		"none, and no reason":  {"ladder.nodes", ladder(func(s []planner.SizeStep) { s[1].Why = "" })},
		"nodes below none":     {"ladder.nodes", ladder(func(s []planner.SizeStep) { s[1].Nodes = -1 })},
		"more useful than all": {"ladder.useful", ladder(func(s []planner.SizeStep) { s[0].UsefulCPU = 3601 })},
		"two knees":            {"ladder.knee", ladder(func(s []planner.SizeStep) { s[2].Knee = true })},
		"a smaller share":      {"ladder.share", ladder(func(s []planner.SizeStep) { s[2].LargestNodeShare-- })},
		"cheaper than it is":   {"ladder.cost", ladder(func(s []planner.SizeStep) { s[2].Cost.Rate-- })},
		"its disks left out":   {"ladder.cost", ladder(func(s []planner.SizeStep) { s[0].Cost = known(dollars(1000)) })},
		"a price that is none": {"ladder.cost", ladder(func(s []planner.SizeStep) { s[2].Cost = planner.Amount{} })},
		"a cost of no nodes":   {"ladder.cost", ladder(func(s []planner.SizeStep) { s[1].Cost = known(1) })},
		"a cost of the unknown": {"ladder.cost", ladder(func(s []planner.SizeStep) {
			s[1].Nodes, s[1].Why, s[1].Cost, s[1].LargestNodeShare = 5, "", known(1), 200_000
		})},
	})
}
