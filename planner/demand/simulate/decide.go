package simulate

import (
	"context"
	"fmt"
	"math"
)

// Target is a limit on the response time, which is waiting and service.
type Target struct {
	// Tail is the share of requests that may take longer than Limit: .01 for a
	// limit on the p99. Zero limits the mean.
	Tail float64
	// Limit is in seconds, positive.
	Limit float64
}

// Options bound a run. The zero value is what sizing uses.
type Options struct {
	// Batch is the least number of arrivals in a batch; slow systems have larger
	// ones. Zero means 50,000.
	Batch int
	// Arrivals is the most that are counted before a question stays open. Zero means
	// 20 million.
	Arrivals int
}

// Verdict is what a run found out about a target.
type Verdict int

// The verdicts.
const (
	// Open: the target is so close to what the system does that the run ended
	// before it could tell.
	Open Verdict = iota
	// Met: the statistic is below the limit.
	Met
	// Missed: it is above.
	Missed
)

// String returns a word for tests and messages.
func (v Verdict) String() string {
	switch v {
	case Open:
		return "open"
	case Met:
		return "met"
	case Missed:
		return "missed"
	}
	panic(fmt.Sprintf("simulate: verdict %d", int(v)))
}

// Estimate is a figure and half the width of its 95% confidence interval.
type Estimate struct{ Value, HalfWidth float64 }

// Figure is what a run saw of a target.
type Figure struct {
	Target
	Verdict Verdict
	// Statistic estimates what the target limits, in seconds: a quantile is read
	// from a histogram of bins at most 0.8% wide, and interpolated.
	Statistic Estimate
	// Exceeds estimates the share of requests that take longer than the limit.
	Exceeds Estimate
}

// Report is the outcome of a run.
type Report struct {
	// Arrivals is the number of requests counted; those of the warm-up are not.
	Arrivals int
	Mean     Estimate
	// Figures has one entry for each target, in their order.
	Figures []Figure
}

// Met reports whether all targets are met.
func (r Report) Met() bool {
	for _, f := range r.Figures {
		if f.Verdict != Met {
			return false
		}
	}
	return true
}

// Open reports whether no target is surely missed, but one may be.
func (r Report) Open() bool {
	open := false
	for _, f := range r.Figures {
		if f.Verdict == Missed {
			return false
		}
		open = open || f.Verdict == Open
	}
	return open
}

const (
	defaultBatch    = 50_000
	defaultArrivals = 20_000_000
	// leastBatches are served before the first look.
	leastBatches = 8
	// clusters is for how many spells of waiting that exceed a limit there is room in
	// a batch, one lasting for about the time that a queue takes to forget, as far as
	// batches of largestBatch have it: with few, batches that happen to have none
	// would look alike.
	clusters     = 2.5
	largestBatch = 1_000_000
	// resolution is how near to its limit a statistic is taken as equal to it: where
	// the 95% interval of an exceedance is narrower than this share of what is
	// allowed to either side and holds the limit, a run ends without a verdict. Of an
	// exponential tail 2% of the p99's exceedance is .4% of the time.
	resolution = 0.02
	// meanResolution is the same for a mean, as a share of its limit.
	meanResolution = 0.002
	// restarts is what part of a batch is served uncounted after connections are
	// bound anew.
	restarts = 4
)

// Quantiles of Student's t for the groups of batches that are compared: 8, 12 and
// 16 (Abramowitz and Stegun, table 26.10, ν = 7, 11 and 15).
var students = map[int]struct{ Interval, Verdict float64 }{
	8:  {Interval: 2.365, Verdict: 4.029},
	12: {Interval: 2.201, Verdict: 3.497},
	16: {Interval: 2.131, Verdict: 3.286},
}

// Decide simulates until it knows of each target whether it is met, or that one is
// missed, or until more arrivals would not tell either (Open).
//
// It looks at the batches served so far when there are 8, 12, 16, 24, 32, 48 …, in 8
// to 16 groups whose means are nearly independent, because they grow with the
// run. A verdict falls when a one-sided interval of 99.75% excludes the limit. A
// run of 20 M arrivals looks 13 times, so that at most 3.25% of the runs that sit
// exactly on a limit call it met (Bonferroni's inequality). A system that cannot
// carry its load misses every target without a run, and one that barely can stays
// open without one.
//
// It returns context.Cause(ctx) when the context is done, which it asks between
// batches.
func Decide(ctx context.Context, s System, seed Seed, targets []Target, opts Options) (Report, error) {
	s.check()
	if s.Utilization() >= 1 {
		return overloaded(targets), nil
	}
	r := newRun(s, seed, targets, opts)
	most := opts.most(r.size)
	if most < leastBatches {
		return sluggish(targets), nil
	}
	if err := r.warmUp(ctx); err != nil {
		return Report{}, err
	}
	for look := leastBatches; ; look = nextLook(look) {
		if err := r.serve(ctx, min(look, most)); err != nil {
			return Report{}, err
		}
		report := r.report()
		if look >= most || settled(report, r) {
			return report, nil
		}
	}
}

// Measure simulates at least the given number of arrivals and says what it saw.
func Measure(ctx context.Context, s System, seed Seed, targets []Target, arrivals int) (Report, error) {
	s.check()
	if s.Utilization() >= 1 {
		return overloaded(targets), nil
	}
	const groups = 16
	r := newRun(s, seed, targets, Options{})
	r.size = min(r.size, (arrivals+groups-1)/groups)
	if err := r.warmUp(ctx); err != nil {
		return Report{}, err
	}
	perGroup := (arrivals + groups*r.size - 1) / (groups * r.size)
	if err := r.serve(ctx, groups*perGroup); err != nil {
		return Report{}, err
	}
	return r.report(), nil
}

// overloaded is the report of a system whose queues grow without end.
func overloaded(targets []Target) Report {
	endless := Estimate{Value: math.Inf(1)}
	report := Report{Mean: endless}
	for _, t := range targets {
		report.Figures = append(report.Figures, Figure{Target: t, Verdict: Missed, Statistic: endless, Exceeds: Estimate{Value: 1}})
	}
	return report
}

// sluggish is the report of a system so close to its capacity that it takes all
// arrivals that there may be to forget how it started: nothing is known of it.
func sluggish(targets []Target) Report {
	report := Report{}
	for _, t := range targets {
		report.Figures = append(report.Figures, Figure{Target: t})
	}
	return report
}

// nextLook returns what follows a look: 8, 12, 16, 24, 32, 48 and so on.
func nextLook(look int) int {
	if look&(look-1) == 0 {
		return look / 2 * 3
	}
	return look / 3 * 4
}

// settled reports whether a run may end.
func settled(report Report, r *run) bool {
	all := true
	for i, f := range report.Figures {
		if f.Verdict == Missed {
			return true
		}
		all = all && (f.Verdict == Met || r.indistinct(i))
	}
	return all
}

// engine is a model of the pods.
type engine interface {
	serve(b *block)
	rebase()
	rebind() bool
	clock() float64
}

// batch is what a run keeps of one.
type batch struct {
	mean float64
	// For each target: the share of requests beyond the limit, and the statistic.
	exceeds, statistics []float64
}

// run is a simulation under way.
type run struct {
	system  System
	targets []Target
	size    int // of a batch
	slow    int // arrivals of the warm-up
	stream  *stream
	pods    engine
	block   *block
	batches []batch
	batch   *histogram
	total   *histogram
}

func newRun(s System, seed Seed, targets []Target, opts Options) *run {
	r := &run{
		system: s, targets: targets, stream: newStream(s, seed), block: newBlock(),
		batch: newHistogram(s.work()), total: newHistogram(s.work()),
	}
	r.size = opts.Batch
	if r.size == 0 {
		r.size = defaultBatch
	}
	all, one := s.relaxation()
	r.slow = max(r.size, int(3*all))
	r.size = max(r.size, int(2*all), min(int(one*clusters/leastTail(targets)), largestBatch))
	if s.Cores > 0 {
		r.pods = newSharing(s, seed)
	} else {
		r.pods = newFleet(s, seed)
	}
	return r
}

// leastTail returns the smallest share that a target lets exceed its limit, a mean
// counting as meanTail.
func leastTail(targets []Target) float64 {
	const meanTail = 0.05
	least := meanTail
	for _, t := range targets {
		if t.Tail > 0 {
			least = min(least, t.Tail)
		}
	}
	return least
}

// most returns the number of batches that a run ends with: so many that they can
// be grouped, or none.
func (o Options) most(size int) int {
	arrivals := o.Arrivals
	if arrivals == 0 {
		arrivals = defaultArrivals
	}
	n := arrivals / size
	if n >= 16 {
		return n / 16 * 16
	}
	return n / leastBatches * leastBatches
}

// warmUp serves requests that are not counted, from empty pods. With connections
// every batch has a warm-up of its own.
func (r *run) warmUp(ctx context.Context) error {
	if r.system.connections() > 0 {
		return nil
	}
	return r.each(ctx, r.slow, func([]float64) {})
}

// serve serves batches until there are n.
func (r *run) serve(ctx context.Context, n int) error {
	for len(r.batches) < n {
		if r.pods.rebind() {
			if err := r.each(ctx, r.size/restarts, func([]float64) {}); err != nil {
				return err
			}
		}
		sum, count := 0.0, 0
		over := make([]int, len(r.targets))
		err := r.each(ctx, r.size, func(times []float64) {
			for _, t := range times {
				sum += t
			}
			count += len(times)
			for i, target := range r.targets {
				over[i] += exceed(times, target.Limit)
			}
			r.batch.record(times)
		})
		if err != nil {
			return err
		}
		r.keep(sum, count, over)
	}
	return nil
}

// keep adds a batch.
func (r *run) keep(sum float64, count int, over []int) {
	n := float64(max(count, 1))
	b := batch{mean: sum / n}
	for i, t := range r.targets {
		statistic := b.mean
		if t.Tail > 0 {
			statistic = r.batch.quantile(t.Tail)
		}
		b.exceeds = append(b.exceeds, float64(over[i])/n)
		b.statistics = append(b.statistics, statistic)
	}
	r.batches = append(r.batches, b)
	r.total.addAndClear(r.batch)
}

// exceed counts the times above limit.
func exceed(times []float64, limit float64) int {
	n := 0
	for _, t := range times {
		if t > limit {
			n++
		}
	}
	return n
}

// each serves n requests, a block at a time, and hands over their response times.
func (r *run) each(ctx context.Context, n int, seen func([]float64)) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	for n > 0 {
		r.block.resize(min(n, blockSize))
		n -= len(r.block.gaps)
		r.block.out = r.block.out[:0]
		r.stream.next(r.block)
		r.pods.serve(r.block)
		seen(r.block.out)
	}
	const longRun = 1 << 20 // mean services; leaves 32 bits of a mantissa for a time
	if r.pods.clock() > longRun*r.system.work() {
		r.pods.rebase()
	}
	return nil
}

// report sums up the batches served; their number can be grouped.
func (r *run) report() Report {
	report := Report{Arrivals: len(r.batches) * r.size}
	report.Mean, _ = r.estimate(func(b batch) float64 { return b.mean })
	for i, t := range r.targets {
		f := Figure{Target: t}
		var verdict float64
		f.Exceeds, verdict = r.estimate(func(b batch) float64 { return b.exceeds[i] })
		value, allowed := f.Exceeds.Value, t.Tail
		if t.Tail == 0 {
			f.Statistic, verdict = r.estimate(func(b batch) float64 { return b.mean })
			value, allowed = f.Statistic.Value, t.Limit
		} else {
			f.Statistic, _ = r.estimate(func(b batch) float64 { return b.statistics[i] })
			f.Statistic.Value = r.total.quantile(t.Tail)
		}
		// Exceedances come in clusters. Where few came by chance, they also varied
		// little: their variance grows with their number, and is wanted at the limit.
		above := verdict
		if t.Tail > 0 && value > 0 && value < allowed {
			above *= math.Sqrt(allowed / value)
		}
		switch {
		case value+above <= allowed:
			f.Verdict = Met
		case value-verdict > allowed:
			f.Verdict = Missed
		}
		report.Figures = append(report.Figures, f)
	}
	return report
}

// estimate returns the mean of a figure of the batches with its 95% interval, and
// half the width of the interval that verdicts use.
func (r *run) estimate(of func(batch) float64) (e Estimate, verdict float64) {
	groups := leastBatches
	for g := range students {
		if len(r.batches)%g == 0 {
			groups = max(groups, g)
		}
	}
	size := len(r.batches) / groups
	var sum, squares float64
	means := make([]float64, groups)
	for g := range means {
		for _, b := range r.batches[g*size : (g+1)*size] {
			means[g] += of(b)
		}
		means[g] /= float64(size)
		sum += means[g]
	}
	mean := sum / float64(groups)
	for _, m := range means {
		squares += float64((m - mean) * (m - mean))
	}
	deviation := math.Sqrt(squares / float64((groups-1)*groups))
	t := students[groups]
	return Estimate{Value: mean, HalfWidth: t.Interval * deviation}, t.Verdict * deviation
}

// indistinct reports whether a target is as good as equal to what the system does.
func (r *run) indistinct(i int) bool {
	t := r.targets[i]
	if t.Tail == 0 {
		e, _ := r.estimate(func(b batch) float64 { return b.mean })
		return e.HalfWidth <= meanResolution*t.Limit
	}
	e, _ := r.estimate(func(b batch) float64 { return b.exceeds[i] })
	return e.HalfWidth <= resolution*t.Tail
}
