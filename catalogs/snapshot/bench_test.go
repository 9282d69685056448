package snapshot_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/catalogs/snapshot"
)

// BenchmarkLoad measures one region, from the program's own bytes to a validated
// catalog: a plan may spend 50 ms on it.
func BenchmarkLoad(b *testing.B) {
	for _, k := range [][2]string{{"aws", "us-east-1"}, {"gcp", "us-central1"}} {
		b.Run(fmt.Sprintf("provider=%s/region=%s", k[0], k[1]), func(b *testing.B) {
			types := 0
			for b.Loop() {
				c, err := snapshot.Load(k[0], k[1])
				if err != nil {
					b.Fatal(err)
				}
				types = len(c.Types)
			}
			b.ReportMetric(float64(types), "types")
			b.ReportAllocs()
		})
	}
}
