package demand_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/scantling-dev/scantling/planner/demand"
)

// bigErlangC is Erlang's C by the recursion B_i = aB_{i−1}/(i + aB_{i−1}) in 256 bits.
func bigErlangC(servers int, offered float64) float64 {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(256).SetFloat64(x) }
	a, b, top, bottom := number(offered), number(1), number(0), number(0)
	i := number(0)
	one := number(1)
	for range servers {
		i.Add(i, one)
		top.Mul(a, b)
		bottom.Add(i, top)
		b.Quo(top, bottom)
	}
	rho := number(0).Quo(a, i)
	rest := number(0).Mul(rho, number(0).Sub(one, b))
	c, _ := b.Quo(b, rest.Sub(one, rest)).Float64()
	return c
}

func TestErlangCMatchesRecursion(t *testing.T) {
	for _, c := range []struct {
		servers int
		offered float64
	}{
		{1, 0.5},
		{1, 1e-9},
		{1, 0.999999},
		{2, 1},
		{3, 2},
		{4, 0.001},
		{5, 4},
		{10, 8},
		{10, 9.99},
		{64, 1},
		{100, 90},
		{500, 475},
		{1000, 968.377},
		{10_000, 9900},
		{100_000, 99_683.8},
		{1_000_000, 999_000},
	} {
		want := bigErlangC(c.servers, c.offered)
		got := demand.ErlangC(float64(c.servers), c.offered)
		if math.Abs(got-want) > 1e-12*want {
			t.Errorf("ErlangC(%d, %g) = %.16g, want %.16g", c.servers, c.offered, got, want)
		}
	}
}

// The values are a 256-bit recursion's, written with as many digits as are given.
func TestErlangCReference(t *testing.T) {
	for _, c := range []struct {
		servers       float64
		offered, want float64
		digits        int
	}{
		{1, .5, .5, 15},
		{2, 1, 1. / 3, 15},
		{3, 2, 4. / 9, 15},
		{2, 5. / 6, .245098039216, 12},
		{3, 5. / 6, .0577100646, 9},
		{4, 5. / 6, .0110240943, 9},
		{5, 5. / 6, .00174644424, 9},
		{5, 4, .554112554113, 12},
		{10, 8, .409180150796, 12},
		{10, 9, .668731524108, 12},
		{20, 18, .550769004816, 12},
		{50, 45, .363864467207, 12},
		{100, 90, .216940480906, 12},
		{100, 95, .506456853913, 12},
		{200, 180, .0944712181776, 12},
		{500, 475, .176963831965, 12},
		{1000, 970, .24282333618, 11},
		{10_000, 9900, .222776928864, 12},
		{100_000, 99_700, .244323078083, 12},
		{1_000_000, 999_000, .223303390291, 12},
		{1.5, 1, .5919022893, 10},
		{2.5, 2, .6770465278, 10},
		{3.7, 3, .629701747, 9},
		{1000, 1000 - math.Sqrt(1000), .221471007146468, 15},
		{100_000, 100_000 - math.Sqrt(100_000), .223177811327247, 13},
	} {
		if got := demand.ErlangC(c.servers, c.offered); !sameDigits(got, c.want, c.digits) {
			t.Errorf("ErlangC(%g, %g) = %.16g, want %.*g", c.servers, c.offered, got, c.digits, c.want)
		}
	}
}

// sameDigits reports whether got rounds to want at that many significant digits,
// give or take one unit of the last.
func sameDigits(got, want float64, digits int) bool {
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(want)))+1-float64(digits))
	return math.Abs(got-want) <= unit
}

// Published figures: λ = 10 and μ = 12 with s servers, Lq, Wq, W and P(W > 0) in three
// decimals (a waiting line spreadsheet of Cengage), and W = .4814815 of M/M/3 with λ = 6
// and μ = 3 (Gross et al., Fundamentals of Queueing Theory, p. 72).
func TestErlangCPublished(t *testing.T) {
	figures := func(servers, rate, service float64) (lq, wq, w, pw float64) {
		pw = demand.ErlangC(servers, rate/service)
		wq = pw / (servers*service - rate)
		return rate * wq, wq, wq + 1/service, pw
	}
	for _, c := range []struct{ servers, lq, wq, w, pw float64 }{
		{2, .175, .018, .101, .245},
		{3, .022, math.NaN(), .086, .058},
		{4, math.NaN(), math.NaN(), math.NaN(), .011},
		{5, math.NaN(), math.NaN(), math.NaN(), .002},
	} {
		lq, wq, w, pw := figures(c.servers, 10, 12)
		for i, pair := range [][2]float64{{lq, c.lq}, {wq, c.wq}, {w, c.w}, {pw, c.pw}} {
			if math.Abs(pair[0]-pair[1]) > .0005 { // NaN is not given
				t.Errorf("%g servers, figure %d: %.5f, want %.3f", c.servers, i, pair[0], pair[1])
			}
		}
	}
	if _, _, w, _ := figures(3, 6, 3); math.Abs(w-.4814815) > 5e-8 {
		t.Errorf("M/M/3: %.7f, want .4814815", w)
	}
}

func TestErlangCLimits(t *testing.T) {
	for name, c := range map[string]struct {
		servers       float64
		offered, want float64
	}{
		"no load":                {3, 0, 0},
		"overload":               {3, 3, 1},
		"far too many servers":   {1_000_000, 500_000, 0},
		"one server is the load": {1, 0.25, 0.25},
	} {
		if got := demand.ErlangC(c.servers, c.offered); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s: ErlangC(%g, %g) = %g, want %g", name, c.servers, c.offered, got, c.want)
		}
	}
}

// Halfin and Whitt: C approaches 1/(1 + βΦ(β)/φ(β)) with β = (c − a)/√a.
func TestErlangCHeavyTraffic(t *testing.T) {
	const servers = 1_000_000
	for beta, want := range map[float64]float64{.2: .771448, 1: .223361, 3: .00147709} {
		root := (-beta + math.Sqrt(beta*beta+4*servers)) / 2 // c = a + β√a
		if got := demand.ErlangC(float64(servers), root*root); math.Abs(got/want-1) > 1e-2 {
			t.Errorf("beta %g: %g, want about %g", beta, got, want)
		}
	}
}

func ExampleErlangC() {
	fmt.Printf("%.4f\n", demand.ErlangC(3, 2))
	// Output: 0.4444
}
