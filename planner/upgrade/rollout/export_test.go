package rollout

// LeavingOn returns how many pods of each workload are about to end on a node.
func (s *State) LeavingOn(n int) []int32 { return s.counts(int32(n), nil, s.leaving) }
