package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/scantling-dev/scantling/planner/demand"
)

// The marks between which the page has the tables.
const (
	begin = "<!-- tables of make demand-check: begin -->\n"
	end   = "<!-- tables of make demand-check: end -->\n"
)

// between returns the page with the tables between its marks.
func between(page, tables []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, []byte(begin))
	_, after, ok2 := bytes.Cut(rest, []byte(end))
	if !ok || !ok2 {
		return nil, errors.New("the page has no marks for the tables")
	}
	return slices.Concat(before, []byte(begin), tables, []byte(end), after), nil
}

// excess returns by how many pods the answer is too high, and as a share.
func (r *sizeResult) excess(n int) (pods int, share float64) {
	return n - r.truth, float64(n-r.truth) / float64(r.truth)
}

// sizeTables describes the sizing problems.
func sizeTables(results []sizeResult, s scale) []byte {
	var out bytes.Buffer
	simulated, runs := 0, 0
	for _, r := range results {
		if r.confirmed.Arrivals > 0 {
			simulated++
			runs += len(r.confirmed.Simulated)
		}
	}
	fmt.Fprintf(&out, "\n%d random sizing problems, %d of them answered by simulation, with %.1f counts tried each; judged by\n"+
		"simulations of %s arrivals for each count looked at, or fewer where an interval of 99.75%% excludes the target before. \"Too few\" is by more than one pod and more than 2%%.\n\n",
		len(results), simulated, float64(runs)/float64(max(simulated, 1)), count(s.arrivals))
	out.WriteString("| | problems | exact | within one pod | one too few, or up to 2% | too few | excess: median | 90% within | most |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	row := func(name string, of func(*sizeResult) (int, bool)) {
		var pods []int
		var exact, near, slightly, few int
		most := ""
		worst := math.Inf(-1)
		for i := range results {
			n, ok := of(&results[i])
			if !ok {
				continue
			}
			d, share := results[i].excess(n)
			pods = append(pods, d)
			switch {
			case d < -1 && share < -.02:
				few++
			case d < 0:
				slightly++
			case d == 0:
				exact++
			}
			if d >= -1 && d <= 1 {
				near++
			}
			if share > worst {
				worst, most = share, fmt.Sprintf("%d for %d", n, results[i].truth)
			}
		}
		if len(pods) == 0 {
			return
		}
		slices.Sort(pods)
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %d | %d | %d | %d | %s |\n", name, len(pods), exact, near, slightly, few,
			pods[(len(pods)-1)/2], pods[(len(pods)*9-1)/10], most)
	}
	row("verified (`auto`)", func(r *sizeResult) (int, bool) { return r.confirmed.Replicas, true })
	row("… of these, simulated", func(r *sizeResult) (int, bool) { return r.confirmed.Replicas, r.confirmed.Arrivals > 0 })
	row("… of these, by the formula", func(r *sizeResult) (int, bool) { return r.confirmed.Replicas, r.confirmed.Arrivals == 0 })
	for _, p := range policies() {
		row("… of these, "+p.sized.String(), func(r *sizeResult) (int, bool) { return r.confirmed.Replicas, r.policy == p })
	}
	row("formulas alone (`never`)", func(r *sizeResult) (int, bool) { return r.formula, true })
	return out.Bytes()
}

// predictionTables describes the predictions.
func predictionTables(all []prediction, s scale) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "\nPredicted p99 in %d of %d configurations against simulations of %s arrivals, four times as many at a load of 0.9,\n"+
		"whose own 95%% intervals are within ±%.1f%% in the median and ±%.1f%% in the worst case.\n\n", len(all), len(cells()), count(s.predictions),
		100*quantileOf(all, .5, func(p prediction) float64 { return p.noise }), 100*quantileOf(all, 1, func(p prediction) float64 { return p.noise }))
	out.WriteString("| | cases | formula: least to most | 95% within | share within 5% | verified: least to most | 95% within |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	row := func(name string, include func(prediction) bool) {
		var some []prediction
		for _, p := range all {
			if include(p) {
				some = append(some, p)
			}
		}
		if len(some) == 0 {
			return
		}
		formula := func(p prediction) float64 { return p.formula }
		verified := func(p prediction) float64 { return p.verified }
		near := 0
		for _, p := range some {
			if math.Abs(p.formula) <= .05 {
				near++
			}
		}
		size := func(of func(prediction) float64) func(prediction) float64 {
			return func(p prediction) float64 { return math.Abs(of(p)) }
		}
		fmt.Fprintf(&out, "| %s | %d | %+.1f%% to %+.1f%% | %.1f%% | %d%% | %+.1f%% to %+.1f%% | %.1f%% |\n", name, len(some),
			100*quantileOf(some, 0, formula), 100*quantileOf(some, 1, formula), 100*quantileOf(some, .95, size(formula)), near*100/len(some),
			100*quantileOf(some, 0, verified), 100*quantileOf(some, 1, verified), 100*quantileOf(some, .95, size(verified)))
	}
	for _, p := range policies() {
		mine := func(q prediction) bool { return q.policy == p }
		row("**"+p.sized.String()+"**", mine)
		slice(row, mine, "workers", []float64{1, 4, 16}, func(q prediction) float64 { return float64(q.workers) })
		slice(row, mine, "load", []float64{.5, .7, .8, .9}, func(q prediction) float64 { return q.rho })
		slice(row, mine, "cv", []float64{0, .5, 1, 2}, func(q prediction) float64 { return q.service.cv })
		slice(row, mine, "pods", []float64{3, 10, 30}, func(q prediction) float64 { return float64(q.pods) })
		if p.sized == demand.LeastRequests || p.sized == demand.RoundRobin {
			row("4 workers and more", func(q prediction) bool { return mine(q) && q.workers >= 4 })
		}
	}
	return out.Bytes()
}

// slice writes a row for each value of a property.
func slice(row func(string, func(prediction) bool), include func(prediction) bool, name string, values []float64, of func(prediction) float64) {
	for _, v := range values {
		row(fmt.Sprintf("%s %g", name, v), func(p prediction) bool { return include(p) && of(p) == v })
	}
}

// quantileOf returns the q-quantile of a figure of the predictions.
func quantileOf(all []prediction, q float64, of func(prediction) float64) float64 {
	values := make([]float64, len(all))
	for i, p := range all {
		values[i] = of(p)
	}
	slices.Sort(values)
	return values[int(math.Ceil(q*float64(len(values)-1)))]
}

// count writes a number with commas between thousands.
func count(n int) string {
	digits := fmt.Sprint(n)
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), ",")
}
