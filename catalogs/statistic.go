package catalogs

import (
	"slices"
	"strings"
)

// The statistics of spot prices that a spec can ask for.
const (
	SpotCurrent = "current"
	SpotMean    = "mean"
	SpotMax     = "max"
)

// SpotList names spot prices that the provider lists: they are current, and there is no
// history of them.
const SpotList = "list price of the day"

// SpotWord is which of the statistics a SpotStatistic names: "mean by time of 14 days" is
// SpotMean. The savings of AWS's Spot Instance Advisor are averages of a month, so that
// what is reckoned from them is a mean too. Empty where it is none of them.
func SpotWord(statistic string) string {
	for _, s := range []struct{ start, word string }{
		{SpotList, SpotCurrent},
		{"current price", SpotCurrent},
		{"highest price", SpotMax},
		{"mean ", SpotMean},
		{"spot advisor savings", SpotMean},
	} {
		if strings.HasPrefix(statistic, s.start) {
			return s.word
		}
	}
	return ""
}

// SpotStatistics are what the spot prices of c are statistics of, sorted; a price that does not
// say it counts as "".
func (c *Catalog) SpotStatistics() []string {
	var out []string
	for i := range c.Types {
		if t := &c.Types[i]; t.Spot.Known() && !slices.Contains(out, t.SpotStatistic) {
			out = append(out, t.SpotStatistic)
		}
	}
	slices.Sort(out)
	return out
}
