package planner

import (
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// Sizing is how the pods that carry the load of a workload with latency targets came
// about.
type Sizing struct {
	// Mean of the service time, and its coefficient of variation: as its law has them,
	// rounded up.
	Mean time.Duration
	CV   units.Ratio
	// Erlangs is the number of requests in service at a time, in the mean: throughput
	// times Mean.
	Erlangs units.Ratio
	// CPU that the requests use, in the mean; 0 where theirs is not stated.
	CPU units.MilliCPU
	// Method found the number, for Reason.
	Method SizingMethod
	Reason string
	// Arrivals that were simulated in all; 0 where none were.
	Arrivals int
	// Marginal: one pod fewer may do; the simulation could not tell.
	Marginal bool
	// ForUtilization is what max_utilization asks for by itself.
	ForUtilization int
	// Pooled and Random bracket what any policy needs: pods of one queue, and pods that
	// requests, or their connections, come to by chance; 0 where it is beyond what a
	// cluster can have.
	Pooled, Random int
	// Survivors hold the targets while a declared loss lasts; 0 where that is not asked.
	Survivors int
	// Steps are what the pods for the load do, and what one fewer (if there is one left)
	// and one more would do; sorted by their number.
	Steps []SizingStep
}

// SizingMethod is how a number of pods was found.
type SizingMethod string

// The methods.
const (
	ByFormula    SizingMethod = "formula"
	BySimulation SizingMethod = "simulation"
)

// SizingStep is what a number of pods does.
type SizingStep struct {
	Pods int
	// Utilization of the workers, and of the CPU that pods request, of the busiest pod;
	// 0 where there is no limit of workers, or no CPU stated.
	Utilization, CPUUtilization units.Ratio
	// Breaks is what does not hold: "max_utilization" or the statistic of a latency
	// target; empty where all does.
	Breaks  string
	Latency []StepLatency
}

// StepLatency is what a statistic is predicted to be.
type StepLatency struct {
	Statistic Statistic
	// Predicted is 0 where requests wait ever longer.
	Predicted time.Duration
}
