package rollout

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// whyHeld says of each workload with pods on nodes that are drained what keeps them
// there; late tells that a limit of the provider has passed.
func (s *State) whyHeld(late bool) []string {
	var reasons []string
	for w := range s.pods {
		var left int32
		for i := range s.parts {
			if s.parts[i].stage != draining {
				continue
			}
			for _, n := range s.parts[i].nodes {
				if s.set.placeIn(s.nodes[n].Pool, w) >= 0 {
					at := s.at(n, w)
					left += s.ready[at] + s.starting[at] + s.leaving[at]
				}
			}
		}
		work := &s.set.plan.Workloads[w]
		path := s.set.plan.Pools[s.Pool].Name + "/" + work.Name
		switch {
		case left == 0 && (!late || s.pods[w].Starting+s.pods[w].Leaving == 0): // nothing of it is left
		case work.Budget && work.Allowed <= 0:
			reasons = append(reasons, path+": its disruption budget lets no pod go, so that its nodes never drain")
		case s.pods[w].Pending > 0:
			// They may have run in other pools of the group than the one that does not drain.
			pool := s.set.plan.Pools[s.Pool].Name
			group, _, _ := strings.Cut(pool, "/")
			reasons = append(reasons, fmt.Sprintf("%s/%s: %s no place, and its disruption budget lets no more go, so that nodes of %s never drain",
				group, work.Name, have(s.pods[w].Pending), pool))
		case late:
			reasons = append(reasons, fmt.Sprintf("%s: %s not left after %s, and the update fails (PodEvictionFailure)", path, have(int(left)), seconds(s.set.plan.Times.DrainLimit)))
		}
	}
	return reasons
}

func have(pods int) string {
	if pods == 1 {
		return "1 pod has"
	}
	return count(pods, "pod") + " have"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}
