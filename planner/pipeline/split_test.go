package pipeline_test

import (
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
)

// day is the nodes of a day between 17 and 67, as the study of autoscaling has them.
func day() *planner.DayPlan {
	d := &planner.DayPlan{}
	for _, n := range []int{21, 18, 17, 18, 21, 24, 30, 36, 42, 49, 55, 60, 64, 66, 67, 66, 64, 60, 55, 49, 42, 36, 30, 24} {
		d.Hours = append(d.Hours, planner.HourNodes{Nodes: n, Running: n})
	}
	return d
}

func priced(list ...catalogs.Commitment) catalogs.Catalog {
	t := machine("m7i.xlarge", 4, 16, 1000)
	t.Commitments = list
	return catalog(t)
}

func forYears(years int, thousandths int64, payment string) catalogs.Commitment {
	return catalogs.Commitment{Kind: "test", TermYears: years, Payment: payment, Price: listed(thousandths)}
}

func groupOf(name string, nodes int, capacity planner.CapacityType, d *planner.DayPlan) planner.GroupPlan {
	return planner.GroupPlan{Name: name, Nodes: nodes, Day: d, Pools: []planner.Pool{{InstanceType: "m7i.xlarge", CapacityType: capacity, Nodes: nodes}}}
}

// TestSplits: at 1 on demand and 0.6 committed, 36 of the 67 nodes of the day are
// committed to, which costs 32.8917 of 42.25 an hour; at 0.4, 49, for 24.4333 (the values
// of docs/models/commitments.md). Two groups of half the day are as one. Of ten nodes that
// run all day all are committed to for the longer term, but for those that are bought. Of
// 17 nodes of spot at 0.334 none is committed to at 0.4, and all but 1 on demand are.
func TestSplits(t *testing.T) {
	half, other := day(), day()
	for h := range half.Hours {
		half.Hours[h].Running, other.Hours[h].Running = half.Hours[h].Running/2, half.Hours[h].Running-half.Hours[h].Running/2
	}
	uses := []planner.CommitmentUse{{Covers: []planner.CoveredNodes{{Path: "node_group.a.nodes", Value: 3_900 * thousandth}}}}
	for name, c := range map[string]struct {
		catalog    catalogs.Catalog
		groups     []planner.GroupPlan
		uses       []planner.CommitmentUse
		want       map[planner.PaymentWay]int
		cost, list units.USDPerHour // in ten-thousandths, rounded up
	}{
		"a day at 0.6": {
			priced(forYears(1, 600, "monthly")),
			[]planner.GroupPlan{groupOf("a", 67, planner.OnDemand, day())},
			nil,
			map[planner.PaymentWay]int{planner.ForOneYear: 36, planner.PayOnDemand: 31},
			328_917, 422_500,
		},
		"a day at 0.4": {
			priced(forYears(3, 400, "monthly"), forYears(3, 500, "all-upfront")),
			[]planner.GroupPlan{groupOf("a", 67, planner.OnDemand, day())},
			nil,
			map[planner.PaymentWay]int{planner.ForThreeYears: 49, planner.PayOnDemand: 18},
			244_334, 422_500,
		},
		"two groups": {
			priced(forYears(1, 600, "monthly")),
			[]planner.GroupPlan{groupOf("a", 34, planner.OnDemand, half), groupOf("b", 34, planner.OnDemand, other)},
			nil,
			map[planner.PaymentWay]int{planner.ForOneYear: 36, planner.PayOnDemand: 31},
			328_917, 422_500,
		},
		"all day": {
			priced(forYears(1, 600, "monthly"), forYears(3, 400, "monthly")),
			[]planner.GroupPlan{groupOf("a", 10, planner.OnDemand, nil)},
			uses,
			map[planner.PaymentWay]int{planner.ForThreeYears: 7},
			28_000, 70_000,
		},
		"spot": {
			priced(forYears(1, 400, "monthly")),
			[]planner.GroupPlan{groupOf("a", 1, planner.OnDemand, nil), groupOf("b", 16, planner.Spot, nil)},
			nil,
			map[planner.PaymentWay]int{planner.ForOneYear: 1, planner.PaySpot: 16},
			57_440, 170_000,
		},
	} {
		got := pipeline.Splits(c.catalog, c.groups, c.uses)
		if len(got) != 1 {
			t.Fatalf("%s: %+v", name, got)
		}
		ways := map[planner.PaymentWay]int{}
		for _, p := range got[0].Parts {
			ways[p.Way] = p.Nodes
		}
		up := func(r units.USDPerHour) units.USDPerHour { return units.CeilDiv(r, thousandth/10) }
		if !reflect.DeepEqual(ways, c.want) || up(got[0].Cost) != c.cost || up(got[0].OnDemand) != c.list {
			t.Errorf("%s: %v for %d of %d, want %v for %d of %d", name, ways, up(got[0].Cost), up(got[0].OnDemand), c.want, c.cost, c.list)
		}
	}
	if got := pipeline.Splits(priced(), []planner.GroupPlan{groupOf("a", 10, planner.OnDemand, nil)}, nil); got != nil {
		t.Errorf("without a price for a commitment there is nothing to say: %+v", got)
	}
}
