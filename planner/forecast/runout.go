package forecast

import "math"

// MonthsUntil returns the months until a load that grows reaches a capacity:
//
//	ln(capacity/load) / ln(1 + perMonth)
//
// It is 0 where the load is there already, and +Inf where it never will be. load
// and capacity are in the same unit and not negative; perMonth is above -1.
func MonthsUntil(load, capacity, perMonth float64) float64 {
	switch {
	case load >= capacity:
		return 0
	case perMonth <= 0 || load == 0:
		return math.Inf(1)
	}
	return math.Log(capacity/load) / math.Log1p(perMonth)
}

// ReachedBy returns the probability that a load whose growth is itself noisy has
// reached a capacity at some time within the months. Its logarithm is a Brownian
// motion with drift μ by month and deviation σ by the square root of a month, and
// the time of first passage inverse Gaussian (Schrödinger 1915): with
// b = ln(capacity/load),
//
//	Φ((μt − b)/(σ√t)) + e^(2μb/σ²)·Φ((−b − μt)/(σ√t))
//
// A volatility of 0 is growth without noise. months, load and volatility are not
// negative, capacity is positive.
func ReachedBy(months, load, capacity, drift, volatility float64) float64 {
	if load >= capacity {
		return 1
	}
	if load == 0 || months <= 0 {
		return 0
	}
	b := math.Log(capacity / load)
	if volatility == 0 {
		if drift*months >= b {
			return 1
		}
		return 0
	}
	scale := volatility * math.Sqrt(2*months)
	ahead := (b - float64(drift*months)) / scale
	behind := (b + float64(drift*months)) / scale
	p := math.Erfc(ahead) / 2
	if behind < 0 { // a drift so far down that the factor is below 1
		return p + float64(math.Exp(2*drift*b/(volatility*volatility))*math.Erfc(behind)/2)
	}
	// The factor overflows where Φ underflows; their product is e^(−ahead²) times
	// the scaled complementary error function.
	return min(p+float64(math.Exp(-ahead*ahead)*scaledErfc(behind)/2), 1)
}

// scaledErfc returns e^(x²)·erfc(x) of an x that is not negative.
func scaledErfc(x float64) float64 {
	if x < 20 {
		return math.Exp(x*x) * math.Erfc(x)
	}
	// The asymptotic series, whose first term left out is below 1e-10 of the sum.
	inverse := 1 / (2 * x * x)
	second := float64(3 * inverse * (1 - float64(5*inverse)))
	return (1 - float64(inverse*(1-second))) / (x * math.Sqrt(math.Pi))
}
