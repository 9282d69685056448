package forecast

import (
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// What a HorizontalPodAutoscaler does where nobody says otherwise (kubernetes.io,
// Horizontal Pod Autoscaling; flags of kube-controller-manager).
const (
	// Tolerance: no action within 10% of the target.
	Tolerance = 10 * units.Percent
	// SyncPeriod is how often it looks.
	SyncPeriod = 15 * time.Second
	// ScaleDownWindow is how long fewer replicas must do before there are fewer.
	ScaleDownWindow = 5 * time.Minute
)

// ErrNoTarget says that no whole percentage of CPU keeps the latency: load rises
// too steeply for the lag.
var ErrNoTarget = errors.New("no target utilization leaves room for the ramp")

// FewError says that a declared minimum leaves hours with too few replicas.
type FewError struct {
	// Need is the least minimum that does not.
	Need int
}

func (e *FewError) Error() string {
	return "fewer replicas than some hours need: the minimum is to be " + strconv.Itoa(e.Need)
}

// Autoscaled is a workload whose replicas follow its CPU.
type Autoscaled struct {
	// Load is what comes in each hour, in requests a second.
	Load Hours
	// CPUPerRequest is the CPU time of a request, and Request what a pod requests.
	// Both are positive.
	CPUPerRequest time.Duration
	Request       units.MilliCPU
	// Limit is the share of the request that a pod may use: where latency or the
	// declared utilization stops holding. It is positive.
	Limit units.Ratio
	// Tolerance around the target within which nothing is done. Zero means 10%;
	// negative means none.
	Tolerance units.Ratio
	// Lag is from a rise of load to a pod that serves: the window of the metric, the
	// sync period, the start of a pod, and of a node where none is spare.
	Lag time.Duration
	// Size returns the replicas that keep the latency under a load, in requests a
	// second. nil means that the limit alone does.
	Size func(load float64) (int, error)
	// Floor is the fewest replicas that may ever run: for availability, and one in
	// each zone. Less than 1 means 1.
	Floor int
	// AtPeak is the count for the peak in the worst declared scenario; Spare are
	// further replicas that the maximum leaves open.
	AtPeak, Spare int
	// TargetPercent and Min are declared; 0 leaves them open. A declared target is taken
	// as it is: no room is left for the tolerance and the lag.
	TargetPercent, Min int
}

// Bounds are what an autoscaler is given, and what it makes of a day.
type Bounds struct {
	// TargetPercent is averageUtilization, in whole percent of the request.
	TargetPercent int
	Min, Max      int
	// Replicas of each hour.
	Replicas Counts
}

// Bounds returns target, minimum and maximum of the autoscaler. The target is at
// most
//
//	u* = limit / ((1 + tolerance)(1 + g·lag))
//
// with g the steepest relative ramp of the load, so that a pod's use stays within
// the limit although nothing is done within the tolerance, and while new pods start.
// Replicas of an hour are ceil(load · CPU/(target · request)), at least the minimum.
//
// Fewer pods need more slack each, so that at low load u* may be too high for the
// latency. In every hour either the fewest replicas that the tolerance and the lag leave
// are Size, or the minimum is. Of the targets and minima for which that holds, the ones with the
// fewest pod hours are taken, of equal ones the highest target.
//
// Where the target is declared the minimum alone is open, where the minimum is the target.
//
// The error is ErrNoTarget, a FewError or that of Size.
func (a Autoscaled) Bounds() (Bounds, error) {
	var need Counts
	if a.Size != nil {
		for i, load := range a.Load {
			n, err := a.Size(load)
			if err != nil {
				return Bounds{}, err
			}
			need[i] = n
		}
	}
	margin, least := a.margin(), 1
	highest := int(a.Limit.Float() * 100 / margin * (1 + rounding))
	if a.TargetPercent > 0 {
		margin, least, highest = 1, a.TargetPercent, a.TargetPercent
	}
	best, fewest := Bounds{}, math.MaxInt
	for percent := highest; percent >= least; percent-- {
		b := a.at(percent, margin, need)
		if a.Min > 0 && b.Min > a.Min {
			fewest = min(fewest, b.Min)
			continue
		}
		a.follow(&b)
		if best.TargetPercent == 0 || b.Replicas.Sum() < best.Replicas.Sum() {
			best = b
		}
	}
	switch {
	case best.TargetPercent == 0 && fewest < math.MaxInt:
		return Bounds{}, &FewError{Need: fewest}
	case best.TargetPercent == 0:
		return Bounds{}, ErrNoTarget
	}
	best.Max = max(best.Replicas.Max(), a.AtPeak) + a.Spare
	return best, nil
}

// at returns the target, what it makes of each hour, and the least minimum that is enough.
func (a Autoscaled) at(percent int, margin float64, need Counts) Bounds {
	b := Bounds{TargetPercent: percent, Min: max(a.Floor, 1)}
	for i, load := range a.Load {
		pods := load * a.CPUPerRequest.Seconds() / (float64(percent) / 100 * a.requested())
		b.Replicas[i] = ceil(pods)
		if ceil(pods/margin) < need[i] {
			b.Min = max(b.Min, need[i])
		}
	}
	return b
}

// follow fills in the minimum, which is no less than the quietest hour has anyway, and
// holds each hour to it.
func (a Autoscaled) follow(b *Bounds) {
	b.Min = max(b.Min, b.Replicas.Min())
	if a.Min > 0 {
		b.Min = a.Min
	}
	for i := range b.Replicas {
		b.Replicas[i] = max(b.Replicas[i], b.Min)
	}
}

// margin returns (1 + tolerance)(1 + g·lag).
func (a Autoscaled) margin() float64 {
	tolerance := a.Tolerance
	if tolerance == 0 {
		tolerance = Tolerance
	}
	// What the floor serves at the limit needs no ramp.
	served := float64(max(a.Floor, 1)) * a.Limit.Float() * a.requested() / a.CPUPerRequest.Seconds()
	ramp := a.Load.SteepestRamp(served) * a.Lag.Seconds()
	return (1 + max(tolerance, 0).Float()) * (1 + ramp)
}

// requested returns the CPU request in cores.
func (a Autoscaled) requested() float64 { return float64(a.Request) / float64(units.Core) }

// rounding is how far above a whole number a quotient may be by rounding errors.
const rounding = 1e-9

// ceil rounds up to a whole number what is not one but for rounding errors.
func ceil(x float64) int { return int(math.Ceil(x * (1 - rounding))) }
