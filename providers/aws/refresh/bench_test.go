package refresh_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
	aws "github.com/scantling-dev/scantling/providers/aws/refresh"
)

// BenchmarkFetch refreshes a region of 1,400 types, each with a document of the price
// list of more than 4 kB, and 200,000 records of spot prices. MB is the most memory that
// was in use, of the fake too.
func BenchmarkFetch(b *testing.B) {
	for _, size := range []struct{ types, records int }{{1400, 20_000}, {1400, 200_000}} {
		b.Run(fmt.Sprintf("types=%d/records=%d", size.types, size.records), func(b *testing.B) {
			region := fakeaws.Large(size.types, size.records)
			if n := len(region.Products[len(region.Products)-1].Document()); n < 4<<10 {
				b.Fatalf("a document of %d bytes", n)
			}
			server := fakeaws.Start(region)
			defer server.Close()
			opts := options(server)
			most, stop := make(chan uint64), make(chan struct{})
			go func() { most <- watch(stop) }()
			for b.Loop() {
				r, err := aws.Fetch(b.Context(), request(region.Name), opts)
				if err != nil {
					b.Fatal(err)
				}
				if len(r.Catalog.Types) != size.types || !r.Catalog.Types[size.types-1].Spot.Known() || len(r.Quarantined) > 0 {
					b.Fatalf("%d types, %d quarantined", len(r.Catalog.Types), len(r.Quarantined))
				}
			}
			close(stop)
			b.ReportMetric(float64(<-most)/1e6, "MB")
		})
	}
}

// watch returns the most memory that the process had from the system, without what it
// gave back.
func watch(stop <-chan struct{}) uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	most := uint64(0)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		metrics.Read(samples)
		most = max(most, samples[0].Value.Uint64()-samples[1].Value.Uint64())
		select {
		case <-stop:
			runtime.GC()
			return most
		case <-tick.C:
		}
	}
}
