package practice

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scantling-dev/scantling/planner/units"
)

// thousands writes a number that is not negative with commas: "1,234".
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// number is thousands for counts.
func number(n int) string { return thousands(int64(n)) }

// cores writes CPU in cores: "3.8 vCPU".
func cores(m int64) string {
	core := int64(units.Core)
	part := strings.TrimRight(fmt.Sprintf(".%03d", m%core), ".0")
	return thousands(m/core) + part + " vCPU"
}

// gib writes memory: "14.5 GiB".
func gib(b int64) string {
	whole, part := b/int64(units.GiB), b%int64(units.GiB)
	tenths := whole*10 + (part*10+int64(units.GiB)/2)/int64(units.GiB)
	return fmt.Sprintf("%s.%d GiB", thousands(tenths/10), tenths%10)
}

// percent writes a ratio: "180%".
func percent(r units.Ratio) string {
	return thousands(int64((r+units.Percent/2)/units.Percent)) + "%"
}

// percentDown writes a share of a capacity, which is never overstated.
func percentDown(r units.Ratio) string { return thousands(int64(r/units.Percent)) + "%" }

// usd writes an amount to the nearest cent: "1,365.00".
func usd(u units.USD) string {
	cents := int64((u + units.Dollar/200) / (units.Dollar / 100))
	return fmt.Sprintf("%s.%02d", thousands(cents/100), cents%100)
}

// lasting writes a time without parts that are nothing: "2h", "1h21m56s".
func lasting(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// count writes a number of things: "1 node", "3 nodes".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return number(n) + " " + thing + "s"
}

// verb picks the form that goes with a number of things.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
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
