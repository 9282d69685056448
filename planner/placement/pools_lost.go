package placement

import "slices"

// LosePools fails every node of the given pools at once, and says what comes of it.
func (r *Replay) LosePools(pools []int) Outcome {
	d := &r.c.drills
	d.lostZones, d.lostNodes = d.lostZones[:0], d.lostNodes[:0]
	for n := range r.c.nodes {
		if slices.Contains(pools, int(r.c.place[n])%len(r.c.pools)) {
			d.lostNodes = append(d.lostNodes, n)
		}
	}
	return r.lose()
}
