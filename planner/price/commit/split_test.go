package commit_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/price/commit"
	"github.com/scantling-dev/scantling/planner/units"
)

// aDay has its peak at 14 h; in eleven of its hours 49 or more are needed, in nine 50 or
// more.
func aDay() []int {
	return []int{21, 18, 17, 18, 21, 24, 30, 36, 42, 49, 55, 60, 64, 66, 67, 66, 64, 60, 55, 49, 42, 36, 30, 24}
}

// On demand at a dollar, by hand: 49·0.4 and 116/24 on demand, and so on.
func TestSplitOfADay(t *testing.T) {
	for _, tc := range []struct {
		committed units.USDPerHour
		units     int
		cost      string
	}{
		{400_000_000, 49, "24.4333"},
		{600_000_000, 36, "32.8917"},
		{750_000_000, 24, "37.2917"},
		{1_000_000_000, 0, "42.2500"},
	} {
		s, ok := commit.Demand{Units: aDay()}.Split([]commit.Offer{
			{Way: commit.OnDemand, PerHour: units.DollarPerHour},
			{Way: commit.OneYear, PerHour: tc.committed},
		})
		if !ok || s.Units(commit.OneYear) != tc.units || dollars(s.PerHour) != tc.cost || s.AllOnDemand != 42_250_000_000 {
			t.Errorf("at %d: %d units, %s an hour of %d; want %d, %s", tc.committed, s.Units(commit.OneYear), dollars(s.PerHour), s.AllOnDemand, tc.units, tc.cost)
		}
		if s.Saving() != 42_250_000_000-s.PerHour || s.Units(commit.OnDemand) != 67-tc.units {
			t.Errorf("at %d: saving %d, %d on demand", tc.committed, s.Saving(), s.Units(commit.OnDemand))
		}
	}
}

// Three years at 0.40 beat one at 0.62, and beat spot at 0.75·(1 + 4%) = 0.78 where a
// unit is used more than 0.40/0.78 = 51.3% of the time: 42 units are, 13 hours of 24.
func TestSplitInAllWays(t *testing.T) {
	offers := []commit.Offer{
		{Way: commit.Spot, PerHour: 750_000_000, Overhead: 4 * units.Percent},
		{Way: commit.OneYear, PerHour: 620_000_000},
		{Way: commit.ThreeYears, PerHour: 500_000_000}, // of two the cheaper counts
		{Way: commit.ThreeYears, PerHour: 400_000_000},
		{Way: commit.OnDemand, PerHour: units.DollarPerHour},
	}
	s, _ := commit.Demand{Units: aDay()}.Split(offers)
	// The 25 units of 43 to 67 are needed in as many hours as the sum of what is above 42:
	// 7+13+18+22+24+25+24+22+18+13+7 = 193.
	want := []commit.Part{
		// 17 always, up to 42 less: 1014 - 193 = 821 of 42·24 = 1008 hours; the last in 13.
		{Way: commit.ThreeYears, Units: 42, PerHour: 16_800_000_000, Use: 814_484, LeastUse: 541_666},
		// 0.78·193/24; 193 of 600 hours; the last in one.
		{Way: commit.Spot, Units: 25, PerHour: 6_272_500_000, Use: 321_666, LeastUse: 41_666},
	}
	if !reflect.DeepEqual(s.Parts, want) || s.PerHour != 23_072_500_000 {
		t.Errorf("%+v, want %+v", s, want)
	}

	// What must not be interrupted, up to 60 units, is on demand where it is not
	// committed, and that it is up to 49.
	s, _ = commit.Demand{Units: aDay(), Stable: 60}.Split(offers)
	if s.Units(commit.ThreeYears) != 49 || s.Units(commit.OnDemand) != 11 || s.Units(commit.Spot) != 7 {
		t.Errorf("with 60 stable units: %+v", s.Parts)
	}

	// 45 are bought: spot for the rest, and only the rest is compared.
	s, _ = commit.Demand{Units: aDay(), Bought: 45}.Split(offers)
	// Above 45: 4+10+15+19+21+22+21+19+15+10+4 = 160 hours.
	if len(s.Parts) != 1 || s.Units(commit.Spot) != 22 || dollars(s.AllOnDemand) != "6.6667" || dollars(s.PerHour) != "5.2000" {
		t.Errorf("with 45 bought: %+v", s)
	}
}

func TestSplitAtTheEnds(t *testing.T) {
	onDemand := commit.Offer{Way: commit.OnDemand, PerHour: 7}
	if _, ok := (commit.Demand{Units: aDay()}).Split([]commit.Offer{{Way: commit.Spot, PerHour: 1}}); ok {
		t.Error("a split without a price on demand")
	}
	for name, d := range map[string]commit.Demand{"no hours": {}, "nothing needed": {Units: []int{0, 0}}, "all bought": {Units: []int{1, 3}, Bought: 9}} {
		if s, ok := d.Split([]commit.Offer{onDemand}); !ok || len(s.Parts) != 0 || s.PerHour != 0 || s.AllOnDemand != 0 {
			t.Errorf("%s: %+v, %t", name, s, ok)
		}
	}
	// Equal costs: the least binding way.
	same := []commit.Offer{{Way: commit.ThreeYears, PerHour: 7}, {Way: commit.OneYear, PerHour: 7}, {Way: commit.Spot, PerHour: 7}, onDemand}
	if s, _ := (commit.Demand{Units: []int{5}}).Split(same); s.Units(commit.OnDemand) != 5 {
		t.Errorf("equal costs: %+v", s.Parts)
	}
	// The dearest prices do not wrap round.
	dear := []commit.Offer{{Way: commit.OnDemand, PerHour: 1 << 62}, {Way: commit.OneYear, PerHour: 1<<62 - 1}}
	if s, _ := (commit.Demand{Units: []int{1, 1, 1, 1}}).Split(dear); s.Units(commit.OneYear) != 1 || s.PerHour != 1<<62-1 {
		t.Errorf("dear: %+v", s)
	}
}

// The twin tries every pair of committed counts and goes through every hour.
func TestSplitIsTheCheapest(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for range 300 {
		d := commit.Demand{Units: make([]int, 1+rng.IntN(12)), Bought: rng.IntN(4), Stable: rng.IntN(8)}
		top := 0
		for i := range d.Units {
			d.Units[i] = rng.IntN(13)
			top = max(top, d.Units[i])
		}
		price := map[commit.Way]int64{}
		var offers []commit.Offer
		for _, w := range commit.Ways() {
			price[w] = 1 + rng.Int64N(20)
			offers = append(offers, commit.Offer{Way: w, PerHour: units.USDPerHour(price[w])})
		}
		var least *big.Rat
		for three := 0; d.Bought+three <= max(top, d.Bought); three++ {
			for one := 0; d.Bought+three+one <= max(top, d.Bought); one++ {
				sum := int64(len(d.Units)) * (int64(three)*price[commit.ThreeYears] + int64(one)*price[commit.OneYear])
				for _, n := range d.Units {
					for k := d.Bought + three + one; k < n; k++ {
						paid := price[commit.OnDemand]
						if k >= d.Stable {
							paid = min(paid, price[commit.Spot])
						}
						sum += paid
					}
				}
				if cost := big.NewRat(sum, int64(len(d.Units))); least == nil || cost.Cmp(least) < 0 {
					least = cost
				}
			}
		}
		s, _ := d.Split(offers)
		got, _ := new(big.Rat).SetInt64(int64(s.PerHour)).Float64()
		want, _ := least.Float64()
		// Each part is rounded up by less than one.
		if got < want || got >= want+float64(max(len(s.Parts), 1)) {
			t.Fatalf("%+v at %v: %g, want %g", d, price, got, want)
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 0))
	d := commit.Demand{Units: make([]int, 24*1024)}
	for i := range d.Units {
		d.Units[i] = rng.IntN(500)
	}
	offers := []commit.Offer{{Way: commit.OnDemand, PerHour: 100}, {Way: commit.OneYear, PerHour: 60}, {Way: commit.ThreeYears, PerHour: 40}}
	b.Run("hours=24576/units=500", func(b *testing.B) {
		for b.Loop() {
			d.Split(offers)
		}
	})
}

func dollars(r units.USDPerHour) string {
	return fmt.Sprintf("%.4f", float64(r)/float64(units.DollarPerHour))
}

// Two nodes by day and five in the evening hours: two are worth a year.
func ExampleDemand_Split() {
	s, _ := commit.Demand{Units: []int{2, 2, 2, 5}}.Split([]commit.Offer{
		{Way: commit.OnDemand, PerHour: 96 * units.DollarPerHour / 1000},
		{Way: commit.OneYear, PerHour: 61 * units.DollarPerHour / 1000},
	})
	for _, p := range s.Parts {
		fmt.Println(p.Units, p.Way, dollars(p.PerHour))
	}
	fmt.Println("saved", dollars(s.Saving()), "of", dollars(s.AllOnDemand))
	// Output:
	// 2 one_year 0.1220
	// 3 on_demand 0.0720
	// saved 0.0700 of 0.2640
}
