package commit_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/price/commit"
	"github.com/scantling-dev/scantling/planner/units"
)

const dollar = units.DollarPerHour

// published is an hour from AWS' page on how Savings Plans apply: two machines of family
// c5, and 10 vCPUs and 5 GB of Fargate.
func published() []commit.Usage {
	return []commit.Usage{
		{Name: "c5.9xlarge", Family: "c5", Count: 1, OnDemand: 4 * dollar},
		{Name: "c5.24xlarge windows", Family: "c5", Count: 1, OnDemand: 10 * dollar},
		{Name: "fargate vcpu", Family: "fargate", Count: 10, OnDemand: 3 * dollar / 2},
		{Name: "fargate gb", Family: "fargate", Count: 5, OnDemand: 2 * dollar},
	}
}

func rates(byName map[string]units.USDPerHour) func(commit.Usage) (units.USDPerHour, bool) {
	return func(u commit.Usage) (units.USDPerHour, bool) {
		r, ok := byName[u.Name]
		return r, ok
	}
}

func compute(perHour units.USDPerHour) commit.Commitment {
	return commit.Commitment{Name: "compute", PerHour: perHour, Rate: rates(map[string]units.USDPerHour{
		"c5.9xlarge": 2 * dollar, "c5.24xlarge windows": 8 * dollar, "fargate vcpu": dollar, "fargate gb": dollar,
	})}
}

func instance(perHour units.USDPerHour) commit.Commitment {
	return commit.Commitment{Name: "instance", PerHour: perHour, Family: "c5", Rate: rates(map[string]units.USDPerHour{
		"c5.9xlarge": dollar, "c5.24xlarge windows": 6 * dollar,
	})}
}

// The prices are AWS', the arithmetic is by hand. Savings are 50, 20, 33 and 50%.
func TestCoverWithSavingsPlans(t *testing.T) {
	for name, tc := range map[string]struct {
		commitments []commit.Commitment
		onDemand    [4]units.USDPerHour // what is left of each
		unused      []units.USDPerHour
		perHour     units.USDPerHour
	}{
		"none": {nil, [4]units.USDPerHour{4 * dollar, 10 * dollar, 15 * dollar, 10 * dollar}, []units.USDPerHour{}, 39 * dollar},
		// 2 + 8 + 10 + 5.
		"all is covered": {[]commit.Commitment{compute(25 * dollar)}, [4]units.USDPerHour{}, []units.USDPerHour{0}, 25 * dollar},
		"too much":       {[]commit.Commitment{compute(30 * dollar)}, [4]units.USDPerHour{}, []units.USDPerHour{5 * dollar}, 30 * dollar},
		// 2 + 5 + 10 leave 2 of 8 for the last: three quarters of 10 are left.
		"some is": {[]commit.Commitment{compute(19 * dollar)}, [4]units.USDPerHour{1: 7_500_000_000}, []units.USDPerHour{0}, 26_500_000_000},
		// The gigabytes have the lower rate of the two at 50%.
		"the lower rate first": {[]commit.Commitment{compute(5 * dollar)}, [4]units.USDPerHour{4 * dollar, 10 * dollar, 15 * dollar, 0}, []units.USDPerHour{0}, 34 * dollar},
		// All of c5 from the plan of its family, 1 + 6, though it comes second; the other
		// pays 5 for the gigabytes and 5 for half of the vCPUs.
		"a family first": {[]commit.Commitment{compute(10 * dollar), instance(7 * dollar)}, [4]units.USDPerHour{2: 7_500_000_000}, []units.USDPerHour{0, 0}, 24_500_000_000},
		// Of the family 1 for the first and 2 of 6 for a third of the other, 6.666666667
		// of which are left; 5 for gigabytes, 10 for vCPUs, and 5 at 8:10 for 6.25 more.
		"both in part": {
			[]commit.Commitment{instance(3 * dollar), compute(20 * dollar)},
			[4]units.USDPerHour{1: 416_666_667},
			[]units.USDPerHour{0, 0},
			23_416_666_667,
		},
	} {
		c := commit.Cover(published(), tc.commitments, "2026-11-20")
		for i, l := range c.Lines {
			u := published()[i]
			if l.OnDemand != tc.onDemand[i] || l.Covered+l.OnDemand != u.OnDemand*units.USDPerHour(u.Count) || l.Whole != int(l.Covered/u.OnDemand) {
				t.Errorf("%s: %+v, want %d left", name, l, tc.onDemand[i])
			}
		}
		unused := []units.USDPerHour{}
		for i, k := range c.Commitments {
			unused = append(unused, k.Unused)
			if k.Spent+k.Unused != tc.commitments[i].PerHour {
				t.Errorf("%s: %+v of %d", name, k, tc.commitments[i].PerHour)
			}
		}
		if !reflect.DeepEqual(unused, tc.unused) || c.PerHour != tc.perHour || c.WithoutAny != 39*dollar || !c.Complete {
			t.Errorf("%s: %d unused, %d of %d an hour; want %d, %d", name, unused, c.PerHour, c.WithoutAny, tc.unused, tc.perHour)
		}
	}
}

// 32 vCPUs and 96 GiB are 6 machines of 4 and 16 by memory, though 8 by CPU; another
// family has nothing of it.
func TestCoverWithResources(t *testing.T) {
	usage := []commit.Usage{
		{Name: "e2-standard-4", Family: "e2", Count: 3, OnDemand: dollar / 10, CPU: 4 * units.Core, Memory: 16 * units.GiB},
		{Name: "n2-standard-4", Family: "n2", Count: 10, OnDemand: dollar / 5, CPU: 4 * units.Core, Memory: 16 * units.GiB},
	}
	n2 := commit.Commitment{Name: "n2", CPU: 32 * units.Core, Memory: 96 * units.GiB, Family: "n2", PerHour: dollar / 2, Expires: "2027-06-30"}
	c := commit.Cover(usage, []commit.Commitment{n2}, "2027-06-29")
	if got, want := c.Lines[1], (commit.Line{Name: "n2-standard-4", Covered: 1_200_000_000, OnDemand: 800_000_000, Whole: 6}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got, want := c.Commitments[0], (commit.Used{Name: "n2", UnusedCPU: 8 * units.Core}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if c.Lines[0].Covered != 0 || c.PerHour != 1_600_000_000 || !c.Complete {
		t.Errorf("%+v", c)
	}
	// On the day of expiry it is gone, with what is paid for it.
	if c := commit.Cover(usage, []commit.Commitment{n2}, "2027-06-30"); len(c.Commitments) != 0 || c.PerHour != 2_300_000_000 {
		t.Errorf("expired: %+v", c)
	}
	// Of money for all families only what the resources leave is paid, at 28% off:
	// 0.3·0.72 + 0.8·0.72 = 0.792 of a dollar.
	flexible := commit.Commitment{Name: "flexible", PerHour: dollar, Rate: commit.Discounted(28 * units.Percent)}
	n2.PerHour = 0
	c = commit.Cover(usage, []commit.Commitment{flexible, n2}, "2026-11-20")
	if c.Commitments[0].Spent != 792_000_000 || c.Commitments[0].Unused != 208_000_000 || c.Lines[0].OnDemand+c.Lines[1].OnDemand != 0 {
		t.Errorf("with both: %+v", c)
	}
	if c.Complete {
		t.Error("what is paid for the resources is not known, and the hour is complete")
	}
}

// A billionth of a dollar is a part of a machine as well: of one at 3 with 10 bytes, 9
// bytes cover 2, for which they need 6 and two thirds.
func TestCoverRoundsAgainstTheCommitment(t *testing.T) {
	usage := []commit.Usage{{Count: 1, OnDemand: 3, CPU: 1, Memory: 10}}
	c := commit.Cover(usage, []commit.Commitment{{CPU: 1, Memory: 9}}, "2026-11-20")
	if c.Lines[0].Covered != 2 || c.Commitments[0].UnusedMemory != 2 || c.Commitments[0].UnusedCPU != 0 {
		t.Errorf("%+v", c)
	}
}

// Money goes nowhere where it is dearer, or nobody says what it buys.
func TestCoverLeavesAlone(t *testing.T) {
	for name, k := range map[string]commit.Commitment{
		"no rate":       {PerHour: dollar},
		"not eligible":  {PerHour: dollar, Rate: rates(nil)},
		"dearer":        {PerHour: dollar, Rate: rates(map[string]units.USDPerHour{"fargate gb": 2*dollar + 1})},
		"other family":  {PerHour: dollar, Family: "m7g", Rate: commit.Discounted(units.Percent)},
		"a rate of 0":   {PerHour: dollar, Rate: commit.Discounted(units.Whole)},
		"CPU, no usage": {CPU: units.Core, Memory: units.GiB},
	} {
		c := commit.Cover(published(), []commit.Commitment{k}, "2026-11-20")
		for _, l := range c.Lines {
			if l.Covered != 0 {
				t.Errorf("%s: %+v", name, l)
			}
		}
		if k.PerHour > 0 && c.Commitments[0].Unused != dollar {
			t.Errorf("%s: %+v", name, c.Commitments)
		}
	}
}

// Nothing is created or lost, and an hour never costs more than on demand and what the
// commitments leave unused together.
func TestCoverAddsUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	families := []string{"a", "b", "c"}
	for range 500 {
		var usage []commit.Usage
		for range rng.IntN(5) {
			usage = append(usage, commit.Usage{
				Family: families[rng.IntN(3)], Count: rng.IntN(20), OnDemand: units.USDPerHour(1 + rng.Int64N(1e9)),
				CPU: units.MilliCPU(1 + rng.IntN(64_000)), Memory: units.Bytes(1 + rng.Int64N(1<<38)),
			})
		}
		var commitments []commit.Commitment
		for range rng.IntN(4) {
			k := commit.Commitment{PerHour: units.USDPerHour(rng.Int64N(5e9)), Rate: commit.Discounted(units.Ratio(rng.IntN(700_000)))}
			if rng.IntN(2) == 0 {
				k.Family = families[rng.IntN(3)]
			}
			if rng.IntN(3) == 0 {
				k.CPU, k.Memory = units.MilliCPU(rng.IntN(200_000)), units.Bytes(rng.Int64N(1<<40))
			}
			commitments = append(commitments, k)
		}
		c := commit.Cover(usage, commitments, "2026-11-20")
		var paid, left, value, unused units.USDPerHour
		for i, l := range c.Lines {
			if l.Covered < 0 || l.OnDemand < 0 || l.Covered+l.OnDemand != usage[i].OnDemand*units.USDPerHour(usage[i].Count) {
				t.Fatalf("%+v of %+v", l, usage[i])
			}
			left, value = left+l.OnDemand, value+l.Covered+l.OnDemand
		}
		for i, k := range c.Commitments {
			resources := commitments[i].CPU > 0 || commitments[i].Memory > 0
			if k.Spent < 0 || k.Unused < 0 || k.UnusedCPU < 0 || k.UnusedMemory < 0 || (!resources && k.Spent+k.Unused != commitments[i].PerHour) {
				t.Fatalf("%+v of %+v", k, commitments[i])
			}
			if resources {
				unused += commitments[i].PerHour
			}
			paid, unused = paid+commitments[i].PerHour, unused+k.Unused
		}
		if c.WithoutAny != value || c.PerHour != paid+left || c.PerHour > c.WithoutAny+unused {
			t.Fatalf("%+v of %+v and %+v", c, usage, commitments)
		}
	}
}
