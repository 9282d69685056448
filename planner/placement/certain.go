package placement

import "math"

// certain returns a number of nodes that always leave room for any pod that is
// rescheduled, wherever the others run and in whatever order they came, or
// math.MaxInt where there is none.
//
// For a pod of class j and nodes that offer C, a node has no room only if it uses
// more than C_d - w_jd of some resource d. Give every other pod i the weight
//
//	min(1, max over d of w_id / (C_d - w_jd + 1))
//
// and the pods of a node without room weigh at least 1 together. So with more
// nodes than the floor of the weight of all pods but this one, some node has
// room. The proof says nothing of hard spread, so it serves no workload that has
// any. Weights are kept in 2^-32, rounded up.
//
// Where it holds, rescheduling need not be simulated: it succeeds.
func (c *Checker) certain() int {
	r := &c.group.Reserved
	node := [3]int64{c.allocCPU - int64(r.CPU), c.allocMemory - int64(r.Memory), int64(c.allocPods) - int64(r.Pods)}
	need := 0
	for _, j := range c.sizes {
		if !c.group.Workloads[j].Reschedule {
			continue
		}
		t := &c.terms[j]
		if t.hardZone > 0 || t.hardHost > 0 {
			return math.MaxInt
		}
		room := [3]int64{node[0] - t.cpu + 1, node[1] - t.memory + 1, node[2]}
		if room[0] <= 0 || room[1] <= 0 || room[2] <= 0 {
			return math.MaxInt
		}
		var weight uint64
		for _, i := range c.sizes {
			pods := c.group.Workloads[i].Replicas
			if i == j {
				pods--
			}
			o := &c.terms[i]
			weight += uint64(pods) * max(part(o.cpu, room[0]), part(o.memory, room[1]), part(1, room[2]))
		}
		need = max(need, int(weight>>32)+1)
	}
	return need
}

// part returns min(1, a / b) in 2^-32, rounded up. a is not negative, b is
// positive.
func part(a, b int64) uint64 {
	const one = 1 << 32
	if a >= b {
		return one
	}
	// Sizes below 2^31 are exact; larger ones lose low bits of b, and gain in a.
	for b >= one/2 {
		a, b = (a+1)/2, b/2
	}
	return min(one, (uint64(a)<<32+uint64(b)-1)/uint64(b))
}
