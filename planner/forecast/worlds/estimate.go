// Package worlds turns estimates into many possible worlds, and what each world
// needs into one decision.
//
// An Estimate says low, middle and high of a quantity that is not known; its Law
// is a distribution through all three. Draw makes a set of worlds, each a point in
// as many dimensions as there are estimates, spread more evenly than chance would.
// The same set serves every candidate and every scenario (common random numbers),
// so that their differences are theirs. What each world needs becomes a
// Distribution, of which a Rule picks the value to plan for.
//
// docs/models/uncertainty.md has the formulas, their sources and errors.
package worlds

import (
	"errors"
	"math"
)

// The confidence that an estimate may state: an interval that misses as often as it
// holds says nothing of the tails, and one beyond the clip of Quantile could not be
// kept.
const (
	LeastConfidence = .5
	MostConfidence  = .999
)

// clip bounds the u that a quantile is taken of: the tails of the log-metalog are
// heavy, and one world in ten thousand is beyond what three numbers know.
const clip = 1e-4

// feasible bounds |a₃|/a₂ of a three-term metalog: above it the curve would fall
// somewhere. It is 1 / max over u of (u − ½) + u(1 − u)·logit u (Keelin 2016).
const feasible = 1.66711

// Estimate is a quantity that is not known. Mid is its median; it lies between Low
// and High with probability Confidence and beyond each with half of the rest. With
// all three equal it is known, and Confidence does not matter.
type Estimate struct{ Low, Mid, High, Confidence float64 }

// Exactly returns the estimate of what is known.
func Exactly(x float64) Estimate { return Estimate{Low: x, Mid: x, High: x} }

// Family says what kind of curve goes through an estimate.
type Family string

// The families.
const (
	// Constant: low, mid and high are the same.
	Constant Family = "constant"
	// LogMetalog: three terms, the logarithm by Keelin's quantile function.
	LogMetalog Family = "log_metalog"
	// SplitLognormal: two halves of lognormals that meet in the median, where the
	// estimate is too lopsided for three terms.
	SplitLognormal Family = "split_lognormal"
)

// Law is the distribution of an estimate. The zero value is the constant 0.
type Law struct {
	family Family
	// The curve is y = ln x, or ln(1 + x) of growth.
	growth bool
	// y by Keelin's three terms, or the median and the deviations on its two sides.
	a1, a2, a3 float64
}

// Law returns the law of a quantity above zero, on the logarithm of which low, mid
// and high are fitted. All of the curve is above zero.
func (e Estimate) Law() (Law, error) { return e.law(false) }

// GrowthLaw returns the law of a relative change, such as growth by month: from
// above −1, through zero, upwards. It is fitted on the logarithm of 1 + x, since
// factors are what multiplies up.
func (e Estimate) GrowthLaw() (Law, error) { return e.law(true) }

func (e Estimate) law(growth bool) (Law, error) {
	for _, x := range []float64{e.Low, e.Mid, e.High} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return Law{}, errors.New("low, mid and high must be finite")
		}
	}
	if e.Low == e.Mid && e.Mid == e.High {
		return Law{family: Constant, a1: e.Mid}, nil
	}
	switch {
	case e.Low > e.Mid || e.Mid > e.High:
		return Law{}, errors.New("low must not be above mid, and mid not above high")
	case !growth && e.Low <= 0:
		return Law{}, errors.New("low must be above zero")
	case growth && e.Low <= -1:
		return Law{}, errors.New("low must be above -100%")
	case !(e.Confidence >= LeastConfidence && e.Confidence <= MostConfidence):
		return Law{}, errors.New("confidence must be from 50% to 99.9%")
	}
	l := fit(e, growth)
	if math.IsInf(l.Quantile(1), 1) {
		return Law{}, errors.New("low and high are too far apart")
	}
	return l, nil
}

// fit returns the curve through an estimate that is in order:
//
//	L  = ln((1 − α)/α),  α = (1 − confidence)/2
//	a₁ = y_mid,  a₂ = (y_high − y_low)/(2L)
//	a₃ = (1 − 2r)(y_high − y_low)/((1 − 2α)L),  r = (y_mid − y_low)/(y_high − y_low)
func fit(e Estimate, growth bool) Law {
	y := math.Log
	if growth {
		y = math.Log1p
	}
	low, mid, high := y(e.Low), y(e.Mid), y(e.High)
	alpha := (1 - e.Confidence) / 2
	logit := math.Log((1 - alpha) / alpha)
	width := high - low
	r := (mid - low) / width
	l := Law{
		family: LogMetalog, growth: growth, a1: mid,
		a2: width / (2 * logit), a3: (1 - 2*r) * width / (e.Confidence * logit),
	}
	if math.Abs(l.a3)/l.a2 < feasible {
		return l
	}
	z := normalQuantile(1 - alpha)
	return Law{family: SplitLognormal, growth: growth, a1: mid, a2: (mid - low) / z, a3: (high - mid) / z}
}

// Family says what kind of curve the law is.
func (l Law) Family() Family {
	if l.family == "" {
		return Constant
	}
	return l.family
}

// Quantile returns the x that the quantity does not exceed with probability u; u
// is taken to lie between 1e-4 and 1 − 1e-4. By family:
//
//	a₁ + a₂·logit u + a₃·(u − ½)·logit u
//	a₁ + a₂·z(u) up to the median, a₁ + a₃·z(u) above it
//
// of which x is the exponential, less one for growth.
func (l Law) Quantile(u float64) float64 {
	u = min(max(u, clip), 1-clip)
	var y float64
	switch l.family {
	case LogMetalog:
		logit := math.Log(u / (1 - u))
		y = l.a1 + float64(logit*(l.a2+float64(l.a3*(u-.5))))
	case SplitLognormal:
		deviation := l.a2
		if u > .5 {
			deviation = l.a3
		}
		y = l.a1 + float64(deviation*normalQuantile(u))
	case Constant, "":
		return l.a1
	}
	if l.growth {
		return math.Expm1(y)
	}
	return math.Exp(y)
}

// normalQuantile returns the z with P(Z <= z) = p.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(float64(2*p)-1) }
