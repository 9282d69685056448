package verify_test

import (
	"testing"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// sidecar adds a proxy to the pods of web, of so much CPU and memory.
func sidecar(cpu units.MilliCPU, memory, storage units.Bytes, groups ...string) func(p *problem) {
	return func(p *problem) {
		p.respec(func(c *planner.Cluster) {
			c.Sidecars = []planner.Sidecar{{Name: "proxy", CPU: cpu, Memory: memory, EphemeralStorage: storage, NodeGroups: groups}}
		})
	}
}

// TestSidecars: the smallest pod of web, search, asks for 500m and 1 GiB and that of
// edge for 1,000m and 1 GiB, of which a sidecar may be all, and not more.
func TestSidecars(t *testing.T) {
	for name, change := range map[string]func(p *problem){
		"all of the smallest pod": sidecar(500, units.GiB, 0),
		"more, of another group":  sidecar(501, units.GiB, 0, "edge"),
	} {
		t.Run(name, func(t *testing.T) {
			p := good()
			change(p)
			if err := p.verify(); err != nil {
				t.Errorf("it is refused:\n%v", err)
			}
		})
	}
	mutate(t, good, map[string]mutation{
		"more CPU than a pod has":     {"sidecar.requests", sidecar(501, units.GiB, 0)},
		"more memory than a pod has":  {"sidecar.requests", sidecar(500, units.GiB+1, 0)},
		"more storage than a pod has": {"sidecar.requests", sidecar(500, units.GiB, 1)},
	})
}
