package packbench

import (
	_ "embed" // for the trace
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// testdata/README.md has the trace's source and licence.
//
//go:embed testdata/openb.csv
var openb string

// Trace returns the pods of a real cluster by what they request of CPU and memory;
// the GPUs that some request as well are left out. Pods that none of the offers
// holds are left out too, and tooLarge counts them.
func Trace(offers []colgen.Offer) (classes []colgen.Class, tooLarge int, err error) {
	lines, err := csv.NewReader(strings.NewReader(openb)).ReadAll()
	if err != nil {
		return nil, 0, err
	}
	for _, line := range lines[1:] {
		var n [3]int64
		for i := range n {
			if n[i], err = strconv.ParseInt(line[i], 10, 64); err != nil {
				return nil, 0, err
			}
		}
		c := colgen.Class{
			Name: fmt.Sprintf("%dm-%dMi", n[0], n[1]), Count: int(n[2]),
			Request: colgen.Vector{n[0], n[1] * int64(units.MiB), 1},
		}
		if holds(offers, &c.Request) {
			classes = append(classes, c)
		} else {
			tooLarge += c.Count
		}
	}
	return classes, tooLarge, nil
}

// holds reports whether an empty node of some offer has what a pod requests.
func holds(offers []colgen.Offer, request *colgen.Vector) bool {
next:
	for i := range offers {
		for d, w := range request {
			if w > offers[i].Free[d] {
				continue next
			}
		}
		return true
	}
	return false
}
