package simulate

import "math"

const (
	// histogramBits of a time's mantissa tell its bin: bins are 0.4% to 0.8% wide.
	histogramBits  = 7
	histogramShift = 52 - histogramBits
	// histogramRange is how many times the mean work, and which part of it, has a
	// bin of its own: 2 to this power.
	histogramRange = 24
	histogramBins  = 2*histogramRange<<histogramBits + 1
)

// histogram counts times in bins that are even in each octave.
type histogram struct {
	base  uint64 // leading bits of the first bin
	bins  [histogramBins]uint32
	total uint64
}

// newHistogram returns one for times about middle.
func newHistogram(middle float64) *histogram {
	return &histogram{base: math.Float64bits(math.Ldexp(middle, -histogramRange)) >> histogramShift}
}

// record counts times.
func (h *histogram) record(times []float64) {
	for _, t := range times {
		// Below the base the difference is negative, and counts in the first bin.
		i := int64(math.Float64bits(t)>>histogramShift) - int64(h.base)
		h.bins[min(max(i, 0), histogramBins-1)]++
	}
	h.total += uint64(len(times))
}

// addAndClear adds the counts of other to h, and clears other.
func (h *histogram) addAndClear(other *histogram) {
	for i, n := range other.bins {
		if n > 0 {
			h.bins[i] += n
			other.bins[i] = 0
		}
	}
	h.total += other.total
	other.total = 0
}

// quantile returns the time that the share tail of those counted exceeds,
// interpolated within its bin; 0 where nothing was counted.
func (h *histogram) quantile(tail float64) float64 {
	if h.total == 0 {
		return 0
	}
	above := tail * float64(h.total)
	for i := histogramBins - 1; i >= 0; i-- {
		n := float64(h.bins[i])
		if n > 0 && n >= above {
			from := math.Float64frombits((h.base + uint64(i)) << histogramShift)
			to := math.Float64frombits((h.base + uint64(i) + 1) << histogramShift)
			return to - float64(above/n*(to-from))
		}
		above -= n
	}
	return 0
}
