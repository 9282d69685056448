package simulate

import (
	"encoding/binary"
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
)

// Seed is where the random numbers of a run come from. Runs with equal seeds see
// the same draws.
type Seed uint64

// NewSeed returns the seed of a run: every workload, scenario and number of pods
// has its own, whatever else is simulated before or beside it.
func NewSeed(seed uint64, workload, scenario string, pods int) Seed {
	text := binary.LittleEndian.AppendUint64(nil, seed)
	text = binary.LittleEndian.AppendUint64(text, uint64(pods))
	text = append(append(text, workload...), 0)
	text = append(text, scenario...)
	h := fnv.New64a()
	_, _ = h.Write(text) // it cannot fail
	return Seed(h.Sum64())
}

// source returns one of the streams of random numbers of a run.
func (s Seed) source(stream uint64) *rand.PCG {
	return rand.NewPCG(scramble(uint64(s)), scramble(uint64(s)+stream+1))
}

// scramble spreads the differences of near seeds over all bits (the finalizer of
// SplitMix64: G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014).
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// The streams of a run.
const (
	streamGaps = iota
	streamServices
	streamOrigins
	streamChoices
	streamBindings
	streamCPU
)

// blockSize is how many requests are drawn, served and counted at a time; few
// enough for the first-level cache.
const blockSize = 512

// block is a stretch of requests.
type block struct {
	gaps     []float64 // since the request before
	services []float64
	cpu      []float64
	origins  []uint64 // which balancer or connection
	choices  []uint64 // which pod, by the policy
	// out has the response times, and pods where each request went.
	out  []float64
	pods []int32
}

func newBlock() *block {
	return &block{
		gaps: make([]float64, blockSize), services: make([]float64, blockSize), cpu: make([]float64, blockSize),
		origins: make([]uint64, blockSize), choices: make([]uint64, blockSize),
		out: make([]float64, 0, 2*blockSize), pods: make([]int32, blockSize),
	}
}

// resize sets the number of requests, at most blockSize.
func (b *block) resize(n int) {
	b.gaps, b.services, b.cpu = b.gaps[:n], b.services[:n], b.cpu[:n]
	b.origins, b.choices, b.pods = b.origins[:n], b.choices[:n], b.pods[:n]
}

// stream draws requests.
type stream struct {
	gaps, services, cpu *sampler
	origins, choices    *rand.PCG
	drawOrigins         bool
	drawChoices         bool
	drawCPU             bool
}

func newStream(s System, seed Seed) *stream {
	gap := Exponential(1 / s.Rate)
	if s.burstiness() > 1 {
		gap = Balanced(1/s.Rate, s.Burstiness)
	}
	return &stream{
		gaps:     newSampler(gap, seed.source(streamGaps)),
		services: newSampler(s.Service, seed.source(streamServices)),
		cpu:      newSampler(s.CPU, seed.source(streamCPU)),
		origins:  seed.source(streamOrigins), choices: seed.source(streamChoices),
		drawOrigins: s.balancers() > 1 || s.connections() > 0,
		drawChoices: s.connections() == 0 && (s.Policy == Random || s.Policy == LeastRequests || s.Policy == PowerOfTwo),
		drawCPU:     s.Cores > 0,
	}
}

// next draws a block.
func (s *stream) next(b *block) {
	s.gaps.fill(b.gaps)
	s.services.fill(b.services)
	if s.drawCPU {
		s.cpu.fill(b.cpu)
	}
	if s.drawOrigins {
		for i := range b.origins {
			b.origins[i] = s.origins.Uint64()
		}
	}
	if s.drawChoices {
		for i := range b.choices {
			b.choices[i] = s.choices.Uint64()
		}
	}
}

// pick returns an even draw from 0 to n − 1 made of all bits of u, and pick32 one
// of 32 bits; their bias is below n/2³².
func pick(u uint64, n int) int {
	high, _ := bits.Mul64(u, uint64(n))
	return int(high)
}

func pick32(u uint32, n int) int { return int(uint64(u) * uint64(n) >> 32) }

// pickTwo returns an even draw of two different pods of n >= 2.
func pickTwo(u uint64, n int) (first, second int) {
	first, second = pick32(uint32(u), n), pick32(uint32(u>>32), n-1)
	if second >= first {
		second++
	}
	return first, second
}
