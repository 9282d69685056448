package demand

import (
	"fmt"
	"math"
	"math/big"
	"time"
)

// Day is the time in which a job's runs come once.
const Day = 24 * time.Hour

// Job is work that comes in so many runs a day, each of which is one pod that ends.
type Job struct {
	// Runs a day, not negative.
	Runs int
	// Duration of one run, positive.
	Duration time.Duration
	// Window is the time from the start of the first run until the last has ended. Zero
	// is no window: the runs are spread evenly over the day.
	Window time.Duration
	// Interruptions are how often an hour a machine is taken away, which ends the runs
	// on it; they start anew. Zero is never.
	Interruptions float64
}

// JobSizing is how many pods work off a job.
type JobSizing struct {
	// Attempts are the runs and what has to be done again of those that are
	// interrupted, in whole runs.
	Attempts int
	// InTurn is how many runs fit into the window one after the other; 0 without one.
	InTurn int
	// Pods at a time.
	Pods int
}

// TooLongError says that a run takes longer than the window.
type TooLongError struct {
	// Margin is by how much.
	Margin time.Duration
}

// Error says by how much.
func (e *TooLongError) Error() string { return fmt.Sprintf("a run ends %s after the window", e.Margin) }

// Size returns the least number of pods at a time. It fails with a *TooLongError where
// no number does, and with a *LimitError above MaxReplicas.
//
// With a window of W each pod's place has floor(W/D) runs of duration D in turn. Without
// one, runs that come evenly are never more at a time than Little's law says on average:
//
//	ceil(runs · D / 24 h)
func (j Job) Size() (JobSizing, error) {
	var s JobSizing
	attempts := j.attempts()
	if attempts > math.MaxInt32 {
		return s, &LimitError{Reason: "the runs"}
	}
	s.Attempts = int(attempts)
	pods := new(big.Int)
	if j.Window == 0 {
		pods.Mul(big.NewInt(int64(s.Attempts)), big.NewInt(int64(j.Duration)))
		pods = ceilDiv(pods, big.NewInt(int64(Day)))
	} else {
		s.InTurn = int(j.Window / j.Duration)
		if s.InTurn == 0 {
			return s, &TooLongError{Margin: j.Duration - j.Window}
		}
		pods = ceilDiv(big.NewInt(int64(s.Attempts)), big.NewInt(int64(s.InTurn)))
	}
	if pods.Cmp(big.NewInt(MaxReplicas)) > 0 {
		return s, &LimitError{Reason: "the runs"}
	}
	s.Pods = int(pods.Int64())
	return s, nil
}

// attempts returns the runs with what interruptions add. Where they come at random, rate
// λ an hour, a run of duration D that starts anew each time ends after
//
//	(e^(λD) − 1) / λ
//
// on average (a renewal argument; A. Duda, "The effects of checkpointing on program
// execution time", 1983, with no checkpoint).
func (j Job) attempts() float64 {
	x := j.Interruptions * j.Duration.Hours()
	if x <= 0 {
		return float64(j.Runs)
	}
	return math.Ceil(float64(j.Runs) * math.Expm1(x) / x)
}

// Takes returns the time from the start of the first run until the last has ended, with
// so many pods in turn, positive; 0 without a window.
func (j Job) Takes(s JobSizing, pods int) time.Duration {
	if j.Window == 0 {
		return 0
	}
	return time.Duration((s.Attempts+pods-1)/pods) * j.Duration
}

// hoursPerMonth is the month that shares of a month are of.
const hoursPerMonth = 730

// Interruptions returns how often an hour a machine is taken away of which a share is
// within a month: −ln(1 − share) / 730 h. The share is below 1.
func Interruptions(share float64) float64 { return -math.Log1p(-share) / hoursPerMonth }

func ceilDiv(a, b *big.Int) *big.Int {
	q, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}
