package simulate

import (
	"math"
	"math/rand/v2"
)

// Service is a law that times are drawn from. The zero value is always 0.
type Service struct {
	kind kind
	// a and b are the parameters, in the order of the constructor.
	a, b, c float64
	// table holds quantiles, at survival probabilities that halve every
	// tableCells entries.
	table *[]float64
}

type kind int

const (
	constant kind = iota
	exponential
	lognormal
	gamma
	hyperexponential
	quantiles
)

// Constant is always the same time.
func Constant(seconds float64) Service { return Service{kind: constant, a: seconds} }

// Exponential has the given mean.
func Exponential(mean float64) Service { return Service{kind: exponential, a: mean} }

// Lognormal is exp of a normal variable with mean mu and deviation sigma.
func Lognormal(mu, sigma float64) Service { return Service{kind: lognormal, a: mu, b: sigma} }

// Gamma has the given shape and scale: its mean is their product.
func Gamma(shape, scale float64) Service { return Service{kind: gamma, a: shape, b: scale} }

// Hyperexponential is exponential with mean first with probability p, and with
// mean second otherwise.
func Hyperexponential(p, first, second float64) Service {
	return Service{kind: hyperexponential, a: p, b: first, c: second}
}

// Balanced returns the hyperexponential law of the given mean and squared
// coefficient of variation scv > 1 whose two parts carry equal work.
func Balanced(mean, scv float64) Service {
	p := (1 + math.Sqrt((scv-1)/(scv+1))) / 2
	return Hyperexponential(p, mean/(2*p), mean/(2*(1-p)))
}

const (
	// tableCells is the number of cells of a table for each halving of the
	// survival probability.
	tableCells = 1 << tableBits
	tableBits  = 6
	// tableHalvings is how often it halves: beyond lies nothing that 20 M draws see.
	tableHalvings = 40
)

// Quantiles is the law with the given quantile function of the survival
// probability, P(S > quantile(v)) = v for 0 < v < 1: a falling, finite function. It
// is read at points that halve, and interpolated in between.
func Quantiles(quantile func(survival float64) float64) Service {
	t := make([]float64, tableCells*tableHalvings+1)
	for i := range t {
		v := tablePoint(i)
		if i == 0 {
			v = 1 - 0x1p-12 // the quantile at 1 need not exist
		}
		t[i] = quantile(v)
	}
	s := Service{kind: quantiles, table: &t}
	s.a, s.b = s.moments()
	return s
}

// tablePoint returns the survival probability of entry i: 1 at 0, and evenly
// spaced within each halving.
func tablePoint(i int) float64 {
	octave, cell := i/tableCells, i%tableCells
	return math.Ldexp(1-float64(cell)/(2*tableCells), -octave)
}

// moments returns mean and squared coefficient of variation of a table's law.
func (s Service) moments() (mean, scv float64) {
	t := *s.table
	second := 0.0
	for i := range len(t) - 1 {
		mass := tablePoint(i) - tablePoint(i+1)
		a, b := t[i], t[i+1]
		mean += float64(mass * (a + b) / 2)
		second += float64(mass * (float64(a*a) + float64(a*b) + float64(b*b)) / 3)
	}
	if mean == 0 {
		return 0, 0
	}
	return mean, max(second/(mean*mean)-1, 0)
}

// mean returns the mean of the law.
func (s Service) mean() float64 {
	switch s.kind {
	case constant, exponential, quantiles:
		return s.a
	case lognormal:
		return math.Exp(s.a + float64(s.b*s.b)/2)
	case gamma:
		return s.a * s.b
	case hyperexponential:
		return float64(s.a*s.b) + float64((1-s.a)*s.c)
	}
	panic("simulate: no such law")
}

// scv returns the squared coefficient of variation.
func (s Service) scv() float64 {
	switch s.kind {
	case constant:
		return 0
	case exponential:
		return 1
	case lognormal:
		return math.Expm1(s.b * s.b)
	case gamma:
		return 1 / s.a
	case hyperexponential:
		m := s.mean()
		return 2*(float64(s.a*s.b*s.b)+float64((1-s.a)*s.c*s.c))/(m*m) - 1
	case quantiles:
		return s.b
	}
	panic("simulate: no such law")
}

// sampler draws from a law.
type sampler struct {
	law Service
	rng *rand.Rand
	src *rand.PCG
	exp *exponents
	// d and c are Marsaglia and Tsang's.
	d, c float64
}

func newSampler(law Service, src *rand.PCG) *sampler {
	s := &sampler{law: law, rng: rand.New(src), src: src, exp: newExponents()}
	shape := law.a
	if shape < 1 {
		shape++
	}
	s.d = shape - 1.0/3
	s.c = 1 / math.Sqrt(9*s.d)
	return s
}

// fill puts draws into times.
func (s *sampler) fill(times []float64) {
	law, rng := s.law, s.rng
	switch law.kind {
	case constant:
		for i := range times {
			times[i] = law.a
		}
	case exponential:
		for i := range times {
			times[i] = law.a * rng.ExpFloat64()
		}
	case lognormal:
		for i := range times {
			times[i] = s.exp.of(law.a + float64(law.b*rng.NormFloat64()))
		}
	case gamma:
		for i := range times {
			times[i] = law.b * s.gamma()
		}
	case hyperexponential:
		p := uint64(law.a * (1 << 53))
		for i := range times {
			mean := law.b
			if s.src.Uint64()>>11 >= p {
				mean = law.c
			}
			times[i] = mean * rng.ExpFloat64()
		}
	case quantiles:
		t := *law.table
		for i := range times {
			times[i] = lookUp(t, s.src.Uint64())
		}
	}
}

// lookUp returns the quantile at the survival probability (u + ½)/2⁶⁴, near
// enough.
func lookUp(t []float64, u uint64) float64 {
	v := float64(u>>11|1) * 0x1p-53 // in (0, 1)
	bits := math.Float64bits(v)
	octave := 1022 - int(bits>>52) // v is in [2^-(octave+1), 2^-octave)
	// From the top of the octave downwards, in cells.
	down := float64(2*tableCells) * (1 - math.Float64frombits(bits&(1<<52-1)|1022<<52))
	cell := int(down)
	i := octave*tableCells + cell
	if i >= len(t)-1 {
		return t[len(t)-1]
	}
	return t[i] + float64((down-float64(cell))*(t[i+1]-t[i]))
}

// gamma draws from the gamma law of scale 1 (G. Marsaglia and W. W. Tsang, ACM
// Trans. Math. Softw. 26, 2000).
func (s *sampler) gamma() float64 {
	boost := 1.0
	if s.law.a < 1 {
		boost = math.Pow(1-s.rng.Float64(), 1/s.law.a)
	}
	for {
		x := s.rng.NormFloat64()
		v := 1 + float64(s.c*x)
		if v <= 0 {
			continue
		}
		v = float64(v * v * v)
		u := 1 - s.rng.Float64()
		xx := float64(x * x)
		if u < 1-float64(0.0331*float64(xx*xx)) ||
			math.Log(u) < xx/2+float64(s.d*(1-v+math.Log(v))) {
			return boost * s.d * v
		}
	}
}

// exponents computes exp. The one of package math differs in its last digit
// between processors, and a plan must not.
type exponents struct {
	roots [expCells]float64 // 2^(i/expCells)
}

const expCells = 64

func newExponents() *exponents {
	e := &exponents{}
	// Square roots are rounded alike everywhere.
	for i := range e.roots {
		e.roots[i] = 1
		root := 2.0
		for bit := expCells / 2; bit > 0; bit /= 2 {
			root = math.Sqrt(root)
			if i&bit != 0 {
				e.roots[i] *= root
			}
		}
	}
	return e
}

// of returns exp(x) to about 1e-15 of itself.
func (e *exponents) of(x float64) float64 {
	const (
		high = 0x1.62e42fefap-1 / expCells // ln 2, of few digits
		low  = 0x1.cf79abc9e3b39p-40 / expCells
	)
	if !(x > -700 && x < 700) {
		return math.Exp(x)
	}
	n := int(float64(x*(expCells/math.Ln2)) + math.Copysign(0.5, x))
	r := x - float64(float64(n)*high) - float64(float64(n)*low)
	// The series of exp(r) − 1; |r| < 0.0055.
	p := r + float64(float64(r*r)*(0.5+float64(r*(1.0/6+float64(r*(1.0/24+float64(r/120)))))))
	root := e.roots[n&(expCells-1)]
	scale := math.Float64frombits(uint64(n>>6+1023) << 52)
	return float64(root+float64(root*p)) * scale
}
