package practice

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner/units"
)

// cores writes CPU in cores: "3.8 vCPU".
func cores(m int64) string {
	s := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", float64(m)/float64(units.Core)), "0"), ".")
	return s + " vCPU"
}

// gib writes memory: "14.5 GiB".
func gib(b int64) string { return fmt.Sprintf("%.1f GiB", float64(b)/float64(units.GiB)) }

// percent writes a ratio: "180%".
func percent(r units.Ratio) string { return fmt.Sprintf("%.0f%%", r.Float()*100) }

// usd writes an amount to the nearest cent: "365.00".
func usd(u units.USD) string {
	cents := (u + units.Dollar/200) / (units.Dollar / 100)
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

// count writes a number of things: "1 node", "3 nodes".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// quoted writes a list as HCL: ["a", "b"].
func quoted(items []string) string {
	q := make([]string, len(items))
	for i, s := range items {
		q[i] = fmt.Sprintf("%q", s)
	}
	return "[" + strings.Join(q, ", ") + "]"
}

// cpuLimit and memoryLimit write the block that sets one limit.
func cpuLimit(m units.MilliCPU) string { return fmt.Sprintf("limits { cpu = \"%dm\" }", m) }

func memoryLimit(b units.Bytes) string {
	return fmt.Sprintf("limits { memory = %q }", quantity(int64(b)))
}

// quantity writes bytes as Kubernetes does, in the largest unit that is whole.
func quantity(b int64) string {
	for _, u := range []struct {
		size   units.Bytes
		suffix string
	}{{units.GiB, "Gi"}, {units.MiB, "Mi"}, {units.KiB, "Ki"}} {
		if size := int64(u.size); b >= size && b%size == 0 {
			return fmt.Sprintf("%d%s", b/size, u.suffix)
		}
	}
	return fmt.Sprint(b)
}
