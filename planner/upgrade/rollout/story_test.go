package rollout_test

import (
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/testkit"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/upgrade"
	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// shop is four nodes in two zones with pods of two workloads: three of web on each,
// of which two may be away at a time, and one of db, of which one may. A node takes
// seven pods.
func shop(course rollout.Course, t upgrade.Times) rollout.Plan {
	pool := rollout.Pool{
		Name: "shop", Price: rollout.Rate{PerHour: m5xlarge, Known: true}, MaxUnavailable: units.Count(1),
		Nodes: []rollout.NodeClass{{Nodes: 2, Zone: 0, Pods: []int{3, 1}}, {Nodes: 2, Zone: 1, Pods: []int{3, 1}}},
		Fits:  room(7),
	}
	p := planOf(course, t, pool)
	p.Zones = p.Zones[:2]
	if course == rollout.InPlace || course == rollout.Rolling {
		p.ControlPlaneNodes = 3
	}
	p.Workloads = []rollout.Workload{
		{Name: "web", Budget: true, Allowed: 2, Grace: 30 * time.Second, Startup: 20 * time.Second},
		{Name: "db", Budget: true, Allowed: 1, Grace: time.Minute, Startup: time.Minute},
	}
	p.Holds = func(workload, ready int) bool {
		name := p.Workloads[workload].Name
		return name == "db" && ready >= 3 || name == "web" && ready >= 11
	}
	p.Redundant = func(l rollout.Level) bool { return l.Open[0][0] >= 2 && l.Open[0][1] >= 2 }
	return p
}

// room takes so many pods on a node, of any workload.
func room(pods int) func([]int32, int) bool {
	return func(on []int32, _ int) bool {
		left := pods
		for _, q := range on {
			left -= int(q)
		}
		return left > 0
	}
}

// TestStories: the transcripts of upgrades are there to be read. That their figures
// are right, TestWorkedExamples, TestAgreesWithFormulas and TestRunIsSteps show.
func TestStories(t *testing.T) {
	for name, story := range map[string]struct {
		plan    rollout.Plan
		strikes []rollout.Event
		nodes   bool // what happens to pods is left out
	}{
		"in_place":                  {plan: shop(rollout.InPlace, ownTimes())},
		"eks_default":               {plan: shop(rollout.EKSDefault, eksTimes())},
		"eks_minimal":               {plan: shop(rollout.EKSMinimal, eksTimes())},
		"gke_surge":                 {plan: surging(shop(rollout.GKESurge, gkeTimes()), 0)},
		"gke_surge_and_unavailable": {plan: surging(shop(rollout.GKESurge, gkeTimes()), 1)},
		"gke_blue_green":            {plan: soaking(shop(rollout.GKEBlueGreen, gkeTimes()))},
		"gke_autoscaled_blue_green": {plan: shop(rollout.GKEAutoscaledBlueGreen, gkeTimes())},
		"rolling":                   {plan: surging(shop(rollout.Rolling, ownTimes()), 0)},
		"node_group_blue_green":     {plan: shop(rollout.NodeGroupBlueGreen, eksTimes())},
		"cluster_blue_green":        {plan: shop(rollout.ClusterBlueGreen, eksTimes())},
		"three_minors":              {plan: minors(3, with(uniform(m5xlarge, 2, 1), units.Count(1), units.Count(0)))},
		"zone_fails": {
			plan: surging(shop(rollout.GKESurge, gkeTimes()), 0), strikes: []rollout.Event{{At: 20 * time.Minute, Kind: rollout.ZoneFails, Zone: 1}},
		},
		"node_fails": {plan: shop(rollout.EKSDefault, eksTimes()), strikes: []rollout.Event{{At: 27 * time.Minute, Kind: rollout.NodeFails, Node: -1}}},
		"rolled_back": {
			plan: soaking(shop(rollout.GKEBlueGreen, gkeTimes())), strikes: []rollout.Event{{At: 50 * time.Minute, Kind: rollout.RollBack}},
		},
		"stuck_on_eks":             {plan: stuck(shop(rollout.EKSDefault, eksTimes()))},
		"stuck_on_gke":             {plan: stuck(surging(shop(rollout.GKESurge, gkeTimes()), 0))},
		"stuck_on_kops":            {plan: stuck(surging(shop(rollout.Rolling, ownTimes()), 0))},
		"no_room_in_place":         {plan: full(shop(rollout.InPlace, ownTimes()))},
		"example_1_kubeadm":        {plan: inPlace(with(uniform(m5xlarge, 4, 4, 4), units.Count(2), units.Count(0))), nodes: true},
		"example_2_eks":            {plan: planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 4, 4, 4), units.Count(1), units.Count(0))), nodes: true},
		"example_3_eks_third":      {plan: planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 4, 4, 4), units.Share(33*units.Percent), units.Count(0))), nodes: true},
		"example_4_eks_hundred":    {plan: planOf(rollout.EKSDefault, eksTimes(), with(uniform(m5xlarge, 34, 33, 33), units.Count(10), units.Count(0))), nodes: true},
		"example_5_eks_minimal":    {plan: planOf(rollout.EKSMinimal, eksTimes(), with(uniform(m5xlarge, 4, 4, 4), units.Count(3), units.Count(0))), nodes: true},
		"example_6_gke_one":        {plan: planOf(rollout.GKESurge, gkeTimes(), with(uniform(n2standard4, 4, 4, 4), units.Count(0), units.Count(1))), nodes: true},
		"example_7_gke_hundred":    {plan: planOf(rollout.GKESurge, gkeTimes(), with(uniform(n2standard4, 100), units.Count(5), units.Count(20))), nodes: true},
		"example_8_gke_blue_green": {plan: soaking(planOf(rollout.GKEBlueGreen, gkeTimes(), with(uniform(n2standard4, 4, 4, 4), units.Count(3), units.Count(0)))), nodes: true},
		"example_9_second_cluster": {plan: planOf(rollout.ClusterBlueGreen, eksTimes(), uniform(m5xlarge, 4, 4, 4), uniform(2*m5xlarge, 2, 1, 1)), nodes: true},
		"example_11_kops":          {plan: kops(with(uniform(n2standard4, 3, 3, 3), units.Count(1), units.Count(0))), nodes: true},
		"example_12_minor_by_minor": {
			plan: minors(1, with(uniform(m5xlarge, 4, 4, 4), units.Count(1), units.Count(0))), nodes: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			tl := rollout.Run(&story.plan, rollout.Options{Pods: !story.nodes, Strikes: story.strikes})
			testkit.Golden(t, "testdata/"+name+".txt", []byte(rollout.Story(&story.plan, &tl)))
		})
	}
}

// surging has a surge of one node, and so many that go first.
func surging(p rollout.Plan, unavailable int) rollout.Plan {
	p.Pools[0].MaxSurge, p.Pools[0].MaxUnavailable = units.Count(1), units.Count(unavailable)
	return p
}

func soaking(p rollout.Plan) rollout.Plan {
	p.Pools[0].BatchSoak = 300 * time.Second
	return p
}

// stuck lets no pod of the last workload go.
func stuck(p rollout.Plan) rollout.Plan {
	p.Workloads[len(p.Workloads)-1].Allowed = 0
	return p
}

// full leaves nodes no room beyond what they hold.
func full(p rollout.Plan) rollout.Plan {
	p.Pools[0].Fits = room(4)
	return p
}
