package verify

import (
	"slices"

	"github.com/scantling-dev/scantling/planner/units"
)

// sidecars checks that the pods of a group's workloads ask for what its sidecars do,
// at least: what else they ask for is the spec's word.
func (k *checker) sidecars(g *group) {
	var cpu units.MilliCPU
	var memory, storage units.Bytes
	for i := range k.c.Sidecars {
		s := &k.c.Sidecars[i]
		if len(s.NodeGroups) == 0 || slices.Contains(s.NodeGroups, g.decl.Name) {
			cpu, memory, storage = cpu+s.CPU, memory+s.Memory, storage+s.EphemeralStorage
		}
	}
	for _, l := range g.loads {
		if p := &l.spec.Pod; !l.spec.System {
			k.need(p.CPU >= cpu && p.Memory >= memory && p.EphemeralStorage >= storage, l.path+".pod", "sidecar.requests",
				"a pod asks for %dm, %d bytes and %d of storage, its sidecars alone for %dm, %d and %d", p.CPU, p.Memory, p.EphemeralStorage, cpu, memory, storage)
		}
	}
}
