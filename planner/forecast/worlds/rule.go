package worlds

import "math"

// Kind is a way to decide.
type Kind string

// The ways to decide which world to plan for.
const (
	// Percentile: enough for a share of the worlds.
	Percentile Kind = "percentile"
	// LeastRegret: too much and too little have prices.
	LeastRegret Kind = "least_regret"
	// CVaR: the mean of the worst worlds.
	CVaR Kind = "cvar"
	// Mid: as if every estimate were its middle.
	Mid Kind = "mid"
)

// Rule decides what to plan for.
type Rule struct {
	Kind Kind
	// Ratio is the share of the worlds that Percentile serves, and the alpha of
	// CVaR: the worst 1 − Ratio of the worlds are averaged.
	Ratio float64
	// Overspend and Shortfall are what one too many and one too few cost, for
	// LeastRegret; only their ratio matters.
	Overspend, Shortfall float64
}

// Decide returns what to plan for by the rule. mid is what is needed where every
// estimate is its middle, which is not the median of what worlds need; only the
// rule Mid uses it. Of a count that is not whole, as the mean of CVaR, take Ceil.
//
// It panics when the rule's kind is not one of the four.
func (d Distribution) Decide(r Rule, mid float64) float64 {
	switch r.Kind {
	case Percentile:
		return d.Quantile(r.Ratio)
	case LeastRegret:
		return d.LeastRegret(r.Overspend, r.Shortfall)
	case CVaR:
		return d.CVaR(r.Ratio)
	case Mid:
		return mid
	}
	panic("worlds: no rule is called " + string(r.Kind))
}

// Ceil rounds up to a whole number, where x is not one but for rounding errors: less
// than a billionth of x above a whole number is that number. +Inf stays what it is.
func Ceil(x float64) float64 {
	if math.IsInf(x, 0) {
		return x
	}
	return math.Ceil(x - float64(math.Abs(x)*1e-9))
}

// Stratum is a world that stands for several.
type Stratum struct{ World, Weight int }

// Stratify picks at most k of the worlds that between them represent all, for what
// is too slow to do in each: the worlds are ordered by value, those of equal value by
// number, and cut into k parts as equal as can be, the larger ones first; the middle
// world of each part, of two the smaller, stands for it. The strata come in order
// of value and their weights add up to all worlds.
//
// What rises with value then has about the distribution that it has over all
// worlds: an estimated F is off by less than one part. k must be positive.
func Stratify(values []float64, k int) []Stratum {
	order := byValue(values)
	k = min(k, len(order))
	strata := make([]Stratum, k)
	from := 0
	for i := range strata {
		weight := len(order) / k
		if i < len(order)%k {
			weight++
		}
		strata[i] = Stratum{World: order[from+(weight-1)/2], Weight: weight}
		from += weight
	}
	return strata
}
