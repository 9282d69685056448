package worlds_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scantling-dev/scantling/planner/forecast/worlds"
)

// Halton's sequence as it is printed everywhere; a shift moves all of a dimension.
func TestDrawIsHaltonShifted(t *testing.T) {
	s := worlds.Draw(8, 3, 7)
	for dim, want := range [][]float64{
		{1. / 2, 1. / 4, 3. / 4, 1. / 8, 5. / 8, 3. / 8, 7. / 8, 1. / 16},
		{1. / 3, 2. / 3, 1. / 9, 4. / 9, 7. / 9, 2. / 9, 5. / 9, 8. / 9},
		{1. / 5, 2. / 5, 3. / 5, 4. / 5, 1. / 25, 6. / 25, 11. / 25, 16. / 25},
	} {
		for w := range want {
			moved := s.U(w, dim) - s.U(0, dim) - (want[w] - want[0])
			if !(math.Abs(moved-math.Round(moved)) <= 1e-12) {
				t.Errorf("dimension %d, world %d: %g after %g", dim, w, s.U(w, dim), s.U(0, dim))
			}
		}
	}
}

func TestDraw(t *testing.T) {
	const count, dims = 1000, 12
	s := worlds.Draw(count, dims, 1)
	for dim := range dims {
		hit := make([]bool, count)
		for w := range count {
			u := s.U(w, dim)
			if u <= 0 || u >= 1 {
				t.Fatalf("world %d, dimension %d: %g", w, dim, u)
			}
			hit[int(u*count)] = true
		}
		// Beyond the eighth dimension each thousandth holds one world.
		if dim >= 8 && slices.Contains(hit, false) {
			t.Errorf("dimension %d is no Latin hypercube", dim)
		}
	}
	if n := worlds.Draw(0, 3, 1).Len(); n != worlds.DefaultCount {
		t.Errorf("%d worlds where nobody says", n)
	}
	if n := worlds.Draw(5, 0, 1).Len(); n != 5 {
		t.Errorf("%d worlds without dimensions", n)
	}
}

// One more estimate leaves what the others come to; another seed does not.
func TestDimensionsDoNotDependOnLaterOnes(t *testing.T) {
	wide := worlds.Draw(64, 12, 3)
	again, other := worlds.Draw(64, 12, 3), worlds.Draw(64, 12, 4)
	for dims := 1; dims <= 12; dims++ {
		narrow := worlds.Draw(64, dims, 3)
		for w := range 64 {
			if u := wide.U(w, dims-1); narrow.U(w, dims-1) != u || again.U(w, dims-1) != u {
				t.Fatalf("dimension %d changes", dims-1)
			}
			if wide.U(w, dims-1) == other.U(w, dims-1) {
				t.Fatalf("dimension %d is the same for another seed", dims-1)
			}
		}
	}
}

// A demand of four factors and a square root: all lognormal, so that its true
// percentiles are known. The figures are those of a study of a like demand, in
// percent: independent worlds err as much here as there, which shows that it is like, and
// drawn ones no more. 200 replications leave 5% of doubt in an error.
func TestDrawnWorldsAreCloserThanIndependentOnes(t *testing.T) {
	for _, tc := range []struct {
		count, replications int
		mean, p80, p95      float64 // of drawn worlds
		independent80       float64
	}{
		{count: 128, replications: 200, mean: 3.4, p80: 4.4, p95: 9.5, independent80: 8.4},
		{count: 256, replications: 200, mean: 2.1, p80: 2.5, p95: 5.5, independent80: 5.8},
		{count: 1024, replications: 200, mean: .9, p80: 1.1, p95: 2.4, independent80: 2.8},
		{count: 4096, replications: 50, mean: .37, p80: .47, p95: .98, independent80: 1.5},
	} {
		drawn := errorsOf(tc.count, tc.replications, func(seed uint64) func(w, dim int) float64 {
			return worlds.Draw(tc.count, 4, seed).U
		})
		for i, want := range [3]float64{tc.mean, tc.p80, tc.p95} {
			if !(drawn[i] <= 1.2*want) {
				t.Errorf("%d worlds: the error of %s is %.2f%%, want %.2f%%", tc.count, [3]string{"mean", "p80", "p95"}[i], drawn[i], want)
			}
		}
		independent := errorsOf(tc.count, tc.replications, func(seed uint64) func(w, dim int) float64 {
			rng := rand.New(rand.NewPCG(seed, 1))
			return func(int, int) float64 { return rng.Float64() }
		})
		if !(math.Abs(independent[1]/tc.independent80-1) <= .25) {
			t.Errorf("%d independent worlds: the error of p80 is %.2f%%, want %.2f%%", tc.count, independent[1], tc.independent80)
		}
	}
}

// errorsOf returns the root mean square errors of mean, 80th and 95th percentile, in
// percent.
func errorsOf(count, replications int, draw func(seed uint64) func(w, dim int) float64) [3]float64 {
	sigma := [4]float64{.45, .35, .25, .2}
	variance := 0.0
	for _, s := range sigma {
		variance += s * s
	}
	demand := func(logarithm float64) float64 { // rises with it
		x := 100 * math.Exp(logarithm)
		return x + 1.5*math.Sqrt(x)
	}
	truth := [3]float64{
		100*math.Exp(variance/2) + 15*math.Exp(variance/8),
		demand(.8416212335729143 * math.Sqrt(variance)),
		demand(1.6448536269514722 * math.Sqrt(variance)),
	}
	var squares [3]float64
	for seed := range uint64(replications) {
		u, needs := draw(seed), make([]float64, count)
		for w := range needs {
			logarithm := 0.0
			for dim, s := range sigma {
				logarithm += s * math.Sqrt2 * math.Erfinv(2*u(w, dim)-1)
			}
			needs[w] = demand(logarithm)
		}
		d := worlds.Of(needs, nil)
		for i, x := range [3]float64{d.Mean(), d.Quantile(.8), d.Quantile(.95)} {
			squares[i] += (x/truth[i] - 1) * (x/truth[i] - 1)
		}
	}
	var percent [3]float64
	for i := range percent {
		percent[i] = 100 * math.Sqrt(squares[i]/float64(replications))
	}
	return percent
}

// 1,024 worlds of eight estimates, and what each comes to.
func BenchmarkDraw(b *testing.B) {
	for _, dims := range []int{8, 12} {
		b.Run(fmt.Sprintf("worlds=1024/dims=%d", dims), func(b *testing.B) {
			l := law(b, worlds.Estimate{40, 50, 80, .9}, false)
			for b.Loop() {
				s := worlds.Draw(1024, dims, 1)
				for dim := range dims {
					s.Values(dim, l)
				}
			}
		})
	}
}
