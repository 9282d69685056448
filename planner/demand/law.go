package demand

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Law is the law of a service time that is never negative. All times are in
// seconds. Implementations are values that do not change.
type Law interface {
	// Mean is positive and finite.
	Mean() float64
	// SCV is the squared coefficient of variation: variance over squared mean.
	SCV() float64
	// CDF returns P(S <= t).
	CDF(t float64) float64
	// Survival returns P(S > t), with full precision where it is small.
	Survival(t float64) float64
	// Quantile returns the least t with CDF(t) >= p, for 0 < p < 1.
	Quantile(p float64) float64
	// Excess returns E[max(S − t, 0)] for t >= 0: Mean at zero, falling to zero.
	// Excess over Mean is the survival function of the residual service time.
	Excess(t float64) float64
}

// normalSurvival returns P(Z > z) of a standard normal Z.
func normalSurvival(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// normalQuantile returns the z with P(Z <= z) = p.
func normalQuantile(p float64) float64 { return float64(math.Sqrt2 * math.Erfinv(float64(2*p)-1)) }

// lognormal is exp of a normal variable with mean mu and deviation sigma > 0.
type lognormal struct{ mu, sigma, mean float64 }

func newLognormal(mu, sigma float64) lognormal {
	return lognormal{mu: mu, sigma: sigma, mean: math.Exp(mu + float64(sigma*sigma)/2)}
}

func (l lognormal) Mean() float64 { return l.mean }

func (l lognormal) SCV() float64 { return math.Expm1(l.sigma * l.sigma) }

func (l lognormal) CDF(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return normalSurvival((l.mu - math.Log(t)) / l.sigma)
}

func (l lognormal) Survival(t float64) float64 {
	if t <= 0 {
		return 1
	}
	return normalSurvival((math.Log(t) - l.mu) / l.sigma)
}

func (l lognormal) Quantile(p float64) float64 {
	return math.Exp(l.mu + float64(l.sigma*normalQuantile(p)))
}

// Excess is m·P(Z > z − σ) − t·P(Z > z) with z = (ln t − μ)/σ: the partial
// expectation of the lognormal law.
func (l lognormal) Excess(t float64) float64 {
	if t <= 0 {
		return l.mean
	}
	z := (math.Log(t) - l.mu) / l.sigma
	return max(float64(l.mean*normalSurvival(z-l.sigma))-float64(t*normalSurvival(z)), 0)
}

func (l lognormal) density(t float64) float64 {
	z := (math.Log(t) - l.mu) / l.sigma
	return math.Exp(-z*z/2) / (math.Sqrt(2*math.Pi) * l.sigma * t)
}

// gamma has shape a and scale theta.
type gamma struct{ shape, scale, mean, logGamma float64 }

func newGamma(mean, scv float64) gamma {
	shape := 1 / scv
	lg, _ := math.Lgamma(shape + 1)
	return gamma{shape: shape, scale: mean * scv, mean: mean, logGamma: lg}
}

func (g gamma) Mean() float64 { return g.mean }

func (g gamma) SCV() float64 { return 1 / g.shape }

func (g gamma) CDF(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return mathext.GammaIncReg(g.shape, t/g.scale)
}

func (g gamma) Survival(t float64) float64 {
	if t <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(g.shape, t/g.scale)
}

func (g gamma) Quantile(p float64) float64 {
	return g.scale * mathext.GammaIncRegCompInv(g.shape, 1-p)
}

// Excess is m·Q(a+1, x) − t·Q(a, x) with x = t/θ, and
// Q(a+1, x) = Q(a, x) + xᵃe⁻ˣ/Γ(a+1), which is t/a times the density more.
func (g gamma) Excess(t float64) float64 {
	if t <= 0 {
		return g.mean
	}
	return max(float64((g.mean-t)*g.Survival(t))+float64(g.mean*t/g.shape*g.density(t)), 0)
}

func (g gamma) density(t float64) float64 {
	x := t / g.scale
	return math.Exp(float64(g.shape*math.Log(x))-x-g.logGamma) * g.shape / t
}

// exponential has the given mean.
type exponential struct{ mean float64 }

func (e exponential) Mean() float64 { return e.mean }

func (e exponential) SCV() float64 { return 1 }

func (e exponential) CDF(t float64) float64 { return -math.Expm1(-max(t, 0) / e.mean) }

func (e exponential) Survival(t float64) float64 { return math.Exp(-max(t, 0) / e.mean) }

func (e exponential) Quantile(p float64) float64 { return -e.mean * math.Log1p(-p) }

func (e exponential) Excess(t float64) float64 { return e.mean * e.Survival(t) }

// constant always takes the same time.
type constant struct{ time float64 }

func (c constant) Mean() float64 { return c.time }

func (c constant) SCV() float64 { return 0 }

func (c constant) CDF(t float64) float64 { return 1 - c.Survival(t) }

func (c constant) Survival(t float64) float64 {
	if t < c.time {
		return 1
	}
	return 0
}

func (c constant) Quantile(float64) float64 { return c.time }

func (c constant) Excess(t float64) float64 { return max(c.time-max(t, 0), 0) }
