package demand_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/planner/demand"
)

// TestJob has sizes by hand.
func TestJob(t *testing.T) {
	tenPercent := demand.Interruptions(.1)
	for name, tc := range map[string]struct {
		job  demand.Job
		want demand.JobSizing
		// takes is the time until the last run has ended.
		takes time.Duration
	}{
		// 7,200 s / 90 s = 80 in turn; 3,000 / 80 = 37.5. 38 pods have 78.9 turns.
		"thumbnails": {demand.Job{Runs: 3000, Duration: 90 * time.Second, Window: 2 * time.Hour}, demand.JobSizing{Attempts: 3000, InTurn: 80, Pods: 38}, 79 * 90 * time.Second},
		// A window of one run and a half has one.
		"no half runs": {demand.Job{Runs: 10, Duration: 2 * time.Hour, Window: 3 * time.Hour}, demand.JobSizing{Attempts: 10, InTurn: 1, Pods: 10}, 2 * time.Hour},
		"just in time": {demand.Job{Runs: 10, Duration: time.Hour, Window: time.Hour}, demand.JobSizing{Attempts: 10, InTurn: 1, Pods: 10}, time.Hour},
		// 100 x 0.5 h / 24 h = 2.08.
		"evenly":             {demand.Job{Runs: 100, Duration: 30 * time.Minute}, demand.JobSizing{Attempts: 100, Pods: 3}, 0},
		"evenly and exactly": {demand.Job{Runs: 48, Duration: time.Hour}, demand.JobSizing{Attempts: 48, Pods: 2}, 0},
		// 10 x 30 / 24 = 12.5: runs of yesterday are there still.
		"longer than a day": {demand.Job{Runs: 10, Duration: 30 * time.Hour}, demand.JobSizing{Attempts: 10, Pods: 13}, 0},
		"nothing":           {demand.Job{Duration: time.Hour, Window: time.Hour}, demand.JobSizing{InTurn: 1}, 0},
		// λ = −ln .9 / 730 = 1.443293e-4 an hour; λD = 2.886587e-4 of 2 h adds
		// 1.443e-4 of the work: 1,000.144 runs.
		"interrupted": {demand.Job{Runs: 1000, Duration: 2 * time.Hour, Window: 4 * time.Hour, Interruptions: tenPercent}, demand.JobSizing{Attempts: 1001, InTurn: 2, Pods: 501}, 4 * time.Hour},
		// λD = ln 2: (2 − 1) / ln 2 = 1.442695 of the work.
		"interrupted half the time": {demand.Job{Runs: 1000, Duration: time.Hour, Interruptions: math.Ln2}, demand.JobSizing{Attempts: 1443, Pods: 61}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tc.job.Size()
			if err != nil || got != tc.want {
				t.Errorf("got %+v (%v), want %+v", got, err, tc.want)
			}
			if got.Pods > 0 {
				if takes := tc.job.Takes(got, got.Pods); takes != tc.takes {
					t.Errorf("it takes %v, want %v", takes, tc.takes)
				}
			}
		})
	}
}

// TestJobThatCannot: a run that is longer than the window, and more runs than pods.
func TestJobThatCannot(t *testing.T) {
	_, err := demand.Job{Runs: 1, Duration: 3 * time.Hour, Window: 2*time.Hour + 1}.Size()
	if long, ok := errors.AsType[*demand.TooLongError](err); !ok || long.Margin != time.Hour-1 {
		t.Errorf("too long: %v", err)
	}
	for _, j := range []demand.Job{
		{Runs: 150_001, Duration: time.Hour, Window: time.Hour},
		{Runs: 1_000_000, Duration: 8760 * time.Hour},
		{Runs: 1_000_000, Duration: 8760 * time.Hour, Interruptions: 1},
	} {
		if _, err := j.Size(); err == nil {
			t.Errorf("%+v has a size", j)
		} else if _, ok := errors.AsType[*demand.LimitError](err); !ok {
			t.Errorf("%+v: %v", j, err)
		}
	}
}

// TestJobByTwin places runs one by one: in a window each into the first pod that is free
// in time, evenly spaced ones whenever they come.
func TestJobByTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 300 {
		j := demand.Job{Runs: 1 + rng.IntN(60), Duration: time.Duration(1+rng.IntN(200)) * time.Minute}
		if rng.IntN(2) == 0 {
			j.Window = j.Duration + time.Duration(rng.IntN(600))*time.Minute
		}
		got, err := j.Size()
		if err != nil {
			t.Fatal(err)
		}
		if want := podsOneByOne(j); got.Pods != want {
			t.Errorf("%+v: %d pods, the twin has %d", j, got.Pods, want)
		}
	}
}

func podsOneByOne(j demand.Job) int {
	if j.Window > 0 {
		var free []time.Duration // when each pod is free
		for range j.Runs {
			at := -1
			for i, f := range free {
				if f+j.Duration <= j.Window {
					at = i
					break
				}
			}
			if at < 0 {
				free, at = append(free, 0), len(free)
			}
			free[at] += j.Duration
		}
		return len(free)
	}
	// Run i of a day starts at i·24h/runs; the most that run at a time, over days enough.
	most, days := 0, 2+int(j.Duration/demand.Day)
	for i := range days * j.Runs {
		running := 0
		for k := 0; k <= i; k++ {
			if time.Duration(i-k)*demand.Day < j.Duration*time.Duration(j.Runs) {
				running++
			}
		}
		most = max(most, running)
	}
	return most
}

// TestAttempts by simulation: machines are taken away at random.
func TestAttempts(t *testing.T) {
	const rate, hours, runs = .3, 2.0, 200_000
	rng := rand.New(rand.NewPCG(2, 0))
	spent := 0.0
	for range runs {
		for {
			gone := rng.ExpFloat64() / rate
			if gone >= hours {
				spent += hours
				break
			}
			spent += gone
		}
	}
	got, err := demand.Job{Runs: 1000, Duration: 2 * time.Hour, Interruptions: rate}.Size()
	if want := 1000 * spent / (runs * hours); err != nil || math.Abs(float64(got.Attempts)-want) > .01*want {
		t.Errorf("%d attempts (%v), by simulation %.1f", got.Attempts, err, want)
	}
}
