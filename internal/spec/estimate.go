package spec

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// estimate is the range of a figure that is an estimate; the figure's own value is
// the median.
type estimate struct {
	low, high any // of the Go type that the attribute's kind has
	// confidence is the probability of the range; given tells the default from a
	// figure of the spec's own.
	confidence units.Ratio
	given      bool
}

// The confidence of an estimate that gives none, and how little and how much there
// may be: an estimate that is sure is a figure.
const (
	defaultConfidence = 80 * units.Percent
	leastConfidence   = 50 * units.Percent
	mostConfidence    = units.Whole - units.Percent/10
)

// isEstimate reports whether val is an object, as an estimate is written.
func isEstimate(val cty.Value) bool {
	if t := val.Type(); !val.IsNull() && t.IsObjectType() {
		return t.HasAttribute("low") || t.HasAttribute("mid") || t.HasAttribute("high")
	}
	return false
}

// estimated reads { low, mid, high, confidence }: the value of the attribute is mid.
func (r *reader) estimated(a *attribute, val cty.Value, expr hclsyntax.Expression) (mid any, e *estimate, ok bool) {
	rng := expr.Range()
	if !a.est {
		r.add(InvalidEstimate, &rng, "%s takes one figure, not an estimate. Write the figure to plan for.", a.name)
		return nil, nil, false
	}
	parts := val.AsValueMap()
	known := []string{"low", "mid", "high", "confidence"}
	good := true
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if !slices.Contains(known, name) {
			at := entryRange(expr, name)
			r.add(InvalidEstimate, &at, "An estimate has no %q: it has low, mid, high and confidence.%s", short(name), didYouMean(name, known))
			good = false
		}
	}
	figures := map[string]any{}
	for _, name := range known[:3] {
		part, given := parts[name]
		if !given || part.IsNull() {
			if !good {
				continue // under another name, perhaps
			}
			r.add(InvalidEstimate, &rng, "The estimate has no %s. Write { low = …, mid = …, high = … }: mid is the median.", name)
			good = false
			continue
		}
		var right bool
		figures[name], right = r.figureOf(a, part, entryRange(expr, name))
		good = good && right
	}
	e = &estimate{low: figures["low"], high: figures["high"], confidence: defaultConfidence}
	if part, given := parts["confidence"]; given && !part.IsNull() {
		e.given = true
		var right bool
		e.confidence, right = r.confidence(part, entryRange(expr, "confidence"))
		good = good && right
	}
	if !good || !r.inOrder(figures, rng) {
		return nil, nil, false
	}
	return figures["mid"], e, true
}

// figureOf reads one figure of an estimate.
func (r *reader) figureOf(a *attribute, val cty.Value, rng hcl.Range) (any, bool) {
	if a.kind == kindRate {
		return pair(r.rate(a, val, rng))
	}
	if a.kind == kindDuration {
		return pair(r.duration(a, val, rng))
	}
	if a.kind == kindRatio {
		return pair(r.ratio(a, val, rng))
	}
	panic("spec: attribute " + a.name + " cannot be an estimate")
}

func (r *reader) confidence(val cty.Value, rng hcl.Range) (units.Ratio, bool) {
	c, ok := r.ratio(&attribute{name: "confidence", down: true}, val, rng)
	if ok && (c < leastConfidence || c > mostConfidence) {
		r.add(InvalidEstimate, &rng, "A confidence is between %s and %s: how likely the figure is between low and high.", ratioText(leastConfidence), ratioText(mostConfidence))
		return 0, false
	}
	return c, ok
}

// inOrder reports whether low <= mid <= high, and not all the same.
func (r *reader) inOrder(figures map[string]any, rng hcl.Range) bool {
	low, mid, high := numberOf(figures["low"]), numberOf(figures["mid"]), numberOf(figures["high"])
	switch {
	case low > mid, mid > high:
		r.add(InvalidEstimate, &rng, "The figures of an estimate rise from low over mid to high. Check their order.")
	case low == high:
		r.add(InvalidEstimate, &rng, "low and high are the same: this is no estimate. Write the figure alone.")
	default:
		return true
	}
	return false
}

func numberOf(v any) int64 {
	switch x := v.(type) {
	case units.Rate:
		return int64(x)
	case time.Duration:
		return int64(x)
	case units.Ratio:
		return int64(x)
	}
	panic("spec: a figure that is no number")
}

// estimateOf returns the estimate of an attribute, or nil where its figure is none,
// and records the default confidence.
func (b *builder) estimateOf(n *node, path, name string) *estimate {
	if !n.has(name) || n.attrs[name].bad || n.attrs[name].est == nil {
		return nil
	}
	e := n.attrs[name].est
	if !e.given {
		b.assume(join(path, name)+".confidence", ratioText(e.confidence), "language")
	}
	b.estimates = append(b.estimates, n.rng(name))
	return e
}

// rateRange, timeRange and ratioRange read the range of an attribute; nil where it is
// no estimate.
func (b *builder) rateRange(n *node, path, name string) *planner.RateRange {
	if e := b.estimateOf(n, path, name); e != nil {
		return &planner.RateRange{Low: e.low.(units.Rate), High: e.high.(units.Rate), Confidence: e.confidence} //nolint:forcetypeassert // figureOf made them
	}
	return nil
}

func (b *builder) timeRange(n *node, path, name string) *planner.TimeRange {
	if e := b.estimateOf(n, path, name); e != nil {
		return &planner.TimeRange{Low: e.low.(time.Duration), High: e.high.(time.Duration), Confidence: e.confidence} //nolint:forcetypeassert // figureOf made them
	}
	return nil
}

func (b *builder) ratioRange(n *node, path, name string) *planner.RatioRange {
	if e := b.estimateOf(n, path, name); e != nil {
		return &planner.RatioRange{Low: e.low.(units.Ratio), High: e.high.(units.Ratio), Confidence: e.confidence} //nolint:forcetypeassert // figureOf made them
	}
	return nil
}

// serviceRange reads the estimate of a service time: one of its figures is one, and
// the others go with it.
func (b *builder) serviceRange(n *node, path string) *planner.RatioRange {
	var out *planner.RatioRange
	for _, s := range statistics() {
		e := b.timeRange(n, path, string(s))
		if e == nil {
			continue
		}
		if out != nil {
			b.add(InvalidEstimate, n.rng(string(s)), "One figure of a service time may be an estimate: the others are taken to go with it. Write the others as figures.")
			continue
		}
		mid, _ := get[time.Duration](n, string(s))
		factor := func(t time.Duration) *big.Float {
			return new(big.Float).SetPrec(512).Quo(scaled(big.NewFloat(float64(t)), int64(units.Whole)), big.NewFloat(float64(mid)))
		}
		out = &planner.RatioRange{Low: units.Ratio(roundUp(factor(e.Low))), High: units.Ratio(roundUp(factor(e.High))), Confidence: e.Confidence}
	}
	return out
}

// defaultPercentile of the worlds is what is sized for where figures are estimates.
const defaultPercentile = 90 * units.Percent

// risk reads which world to size for.
func (b *builder) risk() {
	n := b.root.child("risk")
	if len(b.estimates) == 0 {
		if n != nil {
			b.add(NoEstimate, &n.def, "No figure of the spec is an estimate, so that there is one world to size for. Leave the block out, or write a figure as { low, mid, high }.")
		}
		return
	}
	r := &b.cluster.Risk
	*r = planner.Risk{Rule: planner.RiskPercentile, Share: defaultPercentile}
	if n == nil {
		b.assume("risk.percentile", ratioText(defaultPercentile), "language")
		return
	}
	regret := n.child("least_regret")
	var rules []*hcl.Range
	if n.has("percentile") {
		rules = append(rules, &n.attrs["percentile"].name)
		r.Share, _ = get[units.Ratio](n, "percentile")
	}
	if n.has("cvar") {
		rules = append(rules, &n.attrs["cvar"].name)
		r.Rule = planner.RiskCVaR
		r.Share, _ = get[units.Ratio](n, "cvar")
	}
	if n.has("mid") {
		rules = append(rules, &n.attrs["mid"].name)
		*r = planner.Risk{Rule: planner.RiskMid}
		if mid, ok := get[bool](n, "mid"); ok && !mid {
			b.add(InvalidEstimate, n.rng("mid"), "mid = true sizes for the middle of all estimates. Leave it out for another rule.")
		}
	}
	if regret != nil {
		rules = append(rules, &regret.def)
		*r = planner.Risk{Rule: planner.RiskLeastRegret}
		r.Overspend, _ = get[units.Ratio](regret, "overspend")
		r.Shortfall, _ = get[units.Ratio](regret, "shortfall")
		for _, name := range []string{"overspend", "shortfall"} {
			if weight, ok := get[units.Ratio](regret, name); ok && weight == 0 {
				b.add(OutOfRange, regret.rng(name), "%s is 0: a weight is above 0. What it is worth against the other is what counts.", name)
			}
		}
	}
	switch {
	case len(rules) == 0:
		b.add(InvalidEstimate, &n.def, "The block names no rule: write percentile, cvar, mid or least_regret { … }, or leave it out for percentile = \"%s\".", ratioText(defaultPercentile))
	case len(rules) > 1:
		slices.SortFunc(rules, func(x, y *hcl.Range) int { return cmp.Compare(x.Start.Byte, y.Start.Byte) })
		b.add(InvalidEstimate, rules[1], "There is one rule to decide by. Keep one of percentile, cvar, mid and least_regret.")
	}
	for _, name := range []string{"percentile", "cvar"} {
		if share, ok := get[units.Ratio](n, name); ok && (share < leastConfidence || share > mostConfidence) {
			b.add(InvalidEstimate, n.rng(name), "%s is between %s and %s: no plan holds in every world.", name, ratioText(leastConfidence), ratioText(mostConfidence))
		}
	}
}
