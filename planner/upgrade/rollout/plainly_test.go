package rollout_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/scantling-dev/scantling/planner/upgrade/rollout"
)

// plainly places pods one by one and looks at every node for each: in the zone with the
// fewest pods of the workload, those that start included, on the ready node of the group
// with the fewest pods that has room, the first of equal ones.
func plainly(p *rollout.Plan) rollout.Placer {
	groups := groupsOf(p)
	return func(s *rollout.State, d rollout.Displaced, put func(node, pods int)) {
		placed, on, pods := make([]int, len(p.Zones)), make([][]int32, s.Len()), make([]int32, s.Len())
		for n := range s.Len() {
			on[n], pods[n] = s.On(n, nil), s.Node(n).Pods
			placed[s.Node(n).Zone] += int(on[n][d.Workload] - s.LeavingOn(n)[d.Workload])
		}
		last, run := -1, 0
		for range d.Pods {
			best := -1
			for n := range s.Len() {
				node := s.Node(n)
				if node.Status != rollout.Ready || groups[node.Pool] != d.Group || p.Workloads[d.Workload].Zonal && int(node.Zone) != d.Zone {
					continue
				}
				if fits := p.Pools[node.Pool].Fits; fits != nil && !fits(on[n], d.Workload) {
					continue
				}
				if best < 0 {
					best = n
					continue
				}
				here, there := int(node.Zone), int(s.Node(best).Zone)
				emptier := placed[here] < placed[there] || placed[here] == placed[there] && here < there
				if emptier || here == there && pods[n] < pods[best] {
					best = n
				}
			}
			if best != last && run > 0 {
				put(last, run)
				run = 0
			}
			if best < 0 {
				return
			}
			last = best
			run++
			on[best][d.Workload]++
			pods[best]++
			placed[s.Node(best).Zone]++
		}
		if run > 0 {
			put(last, run)
		}
	}
}

// groupsOf numbers the groups of a plan's pools in their order.
func groupsOf(p *rollout.Plan) []int {
	var groups []int
	named, next := map[string]int{}, 0
	for i := range p.Pools {
		name := p.Pools[i].Group
		g, known := named[name]
		if name == "" || !known {
			g = next
			next++
		}
		if name != "" {
			named[name] = g
		}
		groups = append(groups, g)
	}
	return groups
}

// TestPodsGoToTheEmptiestNode: where displaced pods go is what a look at every node says,
// with workloads in several groups, little room, and failures on the way.
func TestPodsGoToTheEmptiestNode(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 0))
	unplaced := 0
	for i := range 2000 {
		p := randomPlan(r, allWays()[i%len(allWays())])
		for k := range p.Pools { // pods of different sizes: the first workload takes three places
			if r.IntN(2) == 0 {
				room := 9 + r.IntN(12)
				p.Pools[k].Fits = func(pods []int32, w int) bool {
					left := room
					for o, q := range pods {
						left -= size(o) * int(q)
					}
					return left >= size(w)
				}
			}
		}
		strikes := randomStrikes(r, &p)
		got := rollout.Run(&p, rollout.Options{Strikes: strikes, Pods: true, Samples: true})
		p.Place = plainly(&p)
		want := rollout.Run(&p, rollout.Options{Strikes: strikes, Pods: true, Samples: true})
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("case %d: %s:\n%+v\nplainly\n%+v", i, p.Course, got, want)
		}
		unplaced += one(got.Unplaced > 0)
	}
	if unplaced < 200 {
		t.Errorf("pods have no place in %d cases only", unplaced)
	}
}

// size is how much room a pod of a workload takes.
func size(w int) int {
	if w == 0 {
		return 3
	}
	return 1
}
