package spec

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/scantling-dev/scantling/planner/units"
)

// The largest figures that a spec may hold. They keep sums within 64 bits with
// room to spare, and are beyond any cluster.
const (
	maxCount = 1_000_000
	// maxReplicas is what Kubernetes supports in a cluster ("Considerations for
	// large clusters").
	maxReplicas = 150_000
	maxCores    = 1_000_000
	maxBytes    = 1 << 60 // 1 EiB
	maxRate     = 1_000_000_000
	maxDuration = 8760 * time.Hour
	maxDollars  = 1_000_000_000
	// snap is how far a computed number may be from a whole one to be taken for
	// it: 0.1 + 0.2 has no exact binary form.
	snap = 1e-9
)

// roundUp returns f rounded up to a whole number, where f is not within snap of one.
func roundUp(f *big.Float) int64 { return round(f, 1) }

// roundDown returns f rounded down to a whole number, where f is not within snap
// of one.
func roundDown(f *big.Float) int64 { return round(f, 0) }

// round returns the whole number below f plus up, or the one within snap of f.
func round(f *big.Float, up int64) int64 {
	n, _ := f.Int64() // towards 0, and f is never negative
	rest, _ := new(big.Float).Sub(f, new(big.Float).SetInt64(n)).Float64()
	switch {
	case rest <= snap && (n > 0 || f.Sign() == 0):
		return n
	case rest >= 1-snap:
		return n + 1
	}
	return n + up
}

// scaled returns f times k.
func scaled(f *big.Float, k int64) *big.Float {
	return new(big.Float).SetPrec(512).Mul(f, new(big.Float).SetInt64(k))
}

// above reports whether f is larger than k.
func above(f *big.Float, k float64) bool { return f.Cmp(big.NewFloat(k)) > 0 }

// quantity returns the text of a Kubernetes quantity, or of a number.
func quantityText(val cty.Value) string {
	if val.Type() == cty.Number {
		return val.AsBigFloat().Text('f', 9)
	}
	return val.AsString()
}

// figure writes a quantity as its author did: without the zeros that a number has
// behind the point.
func figure(val cty.Value) string {
	if val.Type() == cty.Number {
		return val.AsBigFloat().Text('g', 10)
	}
	return short(val.AsString())
}

// plainQuantity is what may be handed to Kubernetes' parser, which computes any
// power of ten that it is asked for.
func plainQuantity(s string) bool {
	return len(s) <= 40 && regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]{1,2})?$`).MatchString(s)
}

// quantity parses a Kubernetes quantity and reports what is wrong with it.
func (r *reader) quantity(code Code, val cty.Value, rng hcl.Range, hint func(string) string) (resource.Quantity, bool) {
	if t := val.Type(); t != cty.String && t != cty.Number {
		r.add(WrongType, &rng, "A quantity is expected, not %s.", describe(val))
		return resource.Quantity{}, false
	}
	s := quantityText(val)
	if strings.HasPrefix(s, "-") {
		r.add(OutOfRange, &rng, "%s is negative.", figure(val))
		return resource.Quantity{}, false
	}
	if !plainQuantity(s) {
		r.add(code, &rng, "%q is not a quantity: %s", figure(val), hint(s))
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(s)
	if err != nil {
		r.add(code, &rng, "%q is not a quantity: %s", figure(val), hint(s))
		return resource.Quantity{}, false
	}
	return q, true
}

// cpu returns an amount of CPU, rounded up to thousandths of a core.
func (r *reader) cpu(a *attribute, val cty.Value, rng hcl.Range) (units.MilliCPU, bool) {
	q, ok := r.quantity(InvalidCPU, val, rng, cpuHint)
	if !ok {
		return 0, false
	}
	if s := quantityText(val); strings.HasSuffix(s, "i") {
		r.add(InvalidCPU, &rng, "%q is a size, not CPU. CPU is written 2, \"0.5\" or \"500m\".", short(s))
		return 0, false
	}
	if q.Cmp(*resource.NewQuantity(maxCores, resource.DecimalSI)) > 0 {
		r.add(OutOfRange, &rng, "%s is more than %d cores.", figure(val), maxCores)
		return 0, false
	}
	if q.Sign() == 0 && !a.zero {
		r.add(OutOfRange, &rng, "CPU is 0: the scheduler needs a request to count. Write \"10m\" or more.")
		return 0, false
	}
	return units.MilliCPU(q.MilliValue()), true // rounded up
}

// cores returns a whole number of cores.
func (r *reader) cores(val cty.Value, rng hcl.Range) (int, bool) {
	q, ok := r.quantity(InvalidCPU, val, rng, cpuHint)
	if !ok {
		return 0, false
	}
	switch milli := q.MilliValue(); {
	case q.Cmp(*resource.NewQuantity(maxCores, resource.DecimalSI)) > 0:
		r.add(OutOfRange, &rng, "%s is more than %d cores.", figure(val), maxCores)
	case q.Sign() == 0:
		r.add(OutOfRange, &rng, "A machine has one core at least.")
	case milli%int64(units.Core) != 0:
		n := milli / int64(units.Core)
		r.add(InvalidCPU, &rng, "A machine has whole cores, not %dm. Write %d or %d.", milli, n, n+1)
	default:
		return int(milli / int64(units.Core)), true
	}
	return 0, false
}

// cpuHint says how to write what s may mean.
func cpuHint(s string) string {
	if regexp.MustCompile(`^[0-9]+,[0-9]+$`).MatchString(s) {
		return fmt.Sprintf("write %q.", strings.Replace(s, ",", ".", 1))
	}
	parts := regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([a-zA-Z]+)$`).FindStringSubmatch(s)
	if parts != nil {
		switch strings.ToLower(parts[2]) {
		case "m", "millicpu", "millicores", "mcpu":
			return fmt.Sprintf("write \"%sm\".", parts[1])
		case "core", "cores", "cpu", "cpus", "vcpu", "vcpus", "c":
			return fmt.Sprintf("write %q.", parts[1])
		}
	}
	return "CPU is written 2, \"0.5\" or \"500m\"."
}

// bytes returns a size, rounded up to bytes.
func (r *reader) bytes(a *attribute, val cty.Value, rng hcl.Range) (units.Bytes, bool) {
	if val.Type() == cty.String && regexp.MustCompile(`^[0-9.]+m$`).MatchString(val.AsString()) {
		s := strings.TrimSuffix(val.AsString(), "m")
		r.add(InvalidBytes, &rng, "%q is thousandths of a byte: write \"%sMi\".", short(val.AsString()), short(s))
		return 0, false
	}
	q, ok := r.quantity(InvalidBytes, val, rng, bytesHint)
	if !ok {
		return 0, false
	}
	if q.Cmp(*resource.NewQuantity(maxBytes, resource.BinarySI)) > 0 {
		r.add(OutOfRange, &rng, "%s is more than 1Ei.", figure(val))
		return 0, false
	}
	n := units.Bytes(q.Value()) // rounded up
	if n < units.MiB && (n > 0 || !a.zero) && (!a.small || n == 0) {
		why, unit := "no container runs in that", "Mi"
		if a.name == "size" {
			why, unit = "no disk is so small", "Gi"
		}
		if a.zero {
			why = "nothing is gained by setting so little aside"
		}
		hint := ""
		if n > 0 {
			hint = fmt.Sprintf(" Is \"%d%s\" meant?", n, unit)
		}
		r.add(InvalidBytes, &rng, "%d bytes are less than 1Mi, and %s.%s", n, why, hint)
		return 0, false
	}
	return n, true
}

// bytesHint says how to write what s may mean.
func bytesHint(s string) string {
	parts := regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([a-zA-Z]+)$`).FindStringSubmatch(s)
	if parts != nil {
		unit := map[string]string{
			"k": "Ki", "kb": "Ki", "kib": "Ki", "ki": "Ki", "m": "Mi", "mb": "Mi", "mib": "Mi", "mi": "Mi",
			"g": "Gi", "gb": "Gi", "gib": "Gi", "gi": "Gi", "t": "Ti", "tb": "Ti", "tib": "Ti", "ti": "Ti",
		}[strings.ToLower(parts[2])]
		if unit != "" {
			return fmt.Sprintf("write \"%s%s\".", parts[1], unit)
		}
	}
	return "sizes are written \"768Mi\" or \"2Gi\"."
}

// duration returns a time of at most a year.
func (r *reader) duration(a *attribute, val cty.Value, rng hcl.Range) (time.Duration, bool) {
	if val.Type() != cty.String {
		hint := ""
		if val.Type() == cty.Number {
			n := val.AsBigFloat().Text('g', 10)
			hint = fmt.Sprintf(" Write \"%ss\" for seconds or \"%sms\" for milliseconds.", n, n)
		}
		r.add(InvalidDuration, &rng, "A duration such as \"250ms\" is expected, not %s.%s", describe(val), hint)
		return 0, false
	}
	s := val.AsString()
	d, err := time.ParseDuration(s)
	switch {
	case strings.HasPrefix(s, "-"):
		r.add(OutOfRange, &rng, "%q is negative. Write how long it takes, such as \"90s\".", short(s))
	case err != nil || len(s) > maxNumberLength || strings.HasPrefix(s, "+") || s == "0":
		if tooLong(s) {
			r.add(OutOfRange, &rng, "%q is more than a year.", short(s))
		} else {
			r.add(InvalidDuration, &rng, "%q is not a duration: %s", short(s), durationHint(s))
		}
	case d > maxDuration:
		r.add(OutOfRange, &rng, "%q is more than a year.", short(s))
	case d == 0 && !a.zero:
		r.add(OutOfRange, &rng, "%s is 0: it takes some time.", a.name)
	default:
		return d, true
	}
	return 0, false
}

// tooLong reports whether s is a duration with so many digits that it overflows.
func tooLong(s string) bool {
	parts := regexp.MustCompile(`^([0-9]+)(?:\.[0-9]*)?(ns|us|µs|ms|s|m|h)$`).FindStringSubmatch(s)
	if parts == nil {
		return false
	}
	unit, err := time.ParseDuration("1" + parts[2])
	n, ok := new(big.Float).SetString(parts[1])
	return err == nil && ok && n.Mul(n, new(big.Float).SetInt64(int64(unit))).Cmp(new(big.Float).SetInt64(int64(maxDuration))) > 0
}

// durationHint says how to write what s may mean.
func durationHint(s string) string {
	parts := regexp.MustCompile(`^([0-9]{1,9}(?:\.[0-9]{1,9})?) ?([a-zA-Z]*)$`).FindStringSubmatch(s)
	if parts == nil {
		return "durations are written \"250ms\", \"90s\" or \"2h\"."
	}
	number, word := parts[1], strings.ToLower(parts[2])
	switch word {
	case "":
		return fmt.Sprintf("it has no unit. Write \"%ss\" or \"%sms\".", number, number)
	case "ms", "msec", "millis", "millisecond", "milliseconds":
		return fmt.Sprintf("write \"%sms\".", number)
	case "s", "sec", "secs", "second", "seconds":
		return fmt.Sprintf("write \"%ss\".", number)
	case "m", "min", "mins", "minute", "minutes":
		return fmt.Sprintf("write \"%sm\".", number)
	case "h", "hr", "hrs", "hour", "hours":
		return fmt.Sprintf("write \"%sh\".", number)
	case "d", "day", "days":
		if f, ok := new(big.Float).SetString(number); ok {
			return fmt.Sprintf("write \"%sh\".", f.Mul(f, big.NewFloat(24)).Text('f', -1))
		}
	}
	return "durations are written \"250ms\", \"90s\" or \"2h\"."
}

// fraction returns a ratio as a number: 0.8 of 0.8, "0.8" and "80%".
func (r *reader) fraction(val cty.Value, rng hcl.Range, want string) (*big.Float, bool) {
	if val.Type() == cty.String {
		if digits, found := strings.CutSuffix(val.AsString(), "%"); found && numberHint(digits) == "" {
			f, ok := r.number(InvalidRatio, cty.StringVal(digits), rng, want)
			if !ok {
				return nil, false
			}
			return new(big.Float).SetPrec(512).Quo(f, big.NewFloat(100)), true
		}
		if numberHint(val.AsString()) != "" {
			r.add(InvalidRatio, &rng, "%q is not %s: write 0.8 or \"80%%\".", short(val.AsString()), want)
			return nil, false
		}
	}
	return r.number(InvalidRatio, val, rng, want)
}

// ratio returns a share within the attribute's bounds, in millionths.
func (r *reader) ratio(a *attribute, val cty.Value, rng hcl.Range) (units.Ratio, bool) {
	f, ok := r.fraction(val, rng, "a ratio")
	if !ok {
		return 0, false
	}
	return r.share(a, val, f, rng)
}

// share rounds f, which is what val says, to millionths and holds it to the attribute's
// bounds.
func (r *reader) share(a *attribute, val cty.Value, f *big.Float, rng hcl.Range) (units.Ratio, bool) {
	top := a.top
	if top == 0 {
		top = units.Whole
	}
	if above(f, top.Float()*(1+snap)) {
		written, hint := f.Text('g', 10), ""
		if n, _ := f.Float64(); val.Type() == cty.String && strings.HasSuffix(val.AsString(), "%") {
			written = short(val.AsString())
		} else if n <= 100 {
			hint = fmt.Sprintf(" Is \"%s%%\" meant?", f.Text('g', 6))
		}
		r.add(InvalidRatio, &rng, "%s is more than %d%%.%s", written, int(math.Round(top.Float()*100)), hint)
		return 0, false
	}
	f = scaled(f, int64(units.Whole))
	if a.down {
		return units.Ratio(roundDown(f)), true
	}
	return min(units.Ratio(roundUp(f)), top), true
}

// rate returns a number per second, rounded up to millionths.
func (r *reader) rate(a *attribute, val cty.Value, rng hcl.Range) (units.Rate, bool) {
	f, ok := r.number(InvalidRate, val, rng, "a number per second")
	if !ok {
		return 0, false
	}
	if above(f, maxRate) {
		r.add(OutOfRange, &rng, "%s a second is more than %d.", f.Text('g', 10), maxRate)
		return 0, false
	}
	if f.Sign() == 0 && !a.zero {
		why := "leave the workload out if it carries nothing"
		if a.down {
			why = "no number of pods would do"
		}
		r.add(OutOfRange, &rng, "%s is 0: %s.", a.name, why)
		return 0, false
	}
	if a.down {
		n := roundDown(scaled(f, int64(units.PerSecond)))
		if n == 0 {
			r.add(OutOfRange, &rng, "%s is less than a millionth a second.", a.name)
			return 0, false
		}
		return units.Rate(n), true
	}
	return units.Rate(roundUp(scaled(f, int64(units.PerSecond)))), true
}

// portion returns a count (1 and more, or 0) or a share (below 1, or with "%").
func (r *reader) portion(a *attribute, val cty.Value, rng hcl.Range) (units.CountOrRatio, bool) {
	percent := val.Type() == cty.String && strings.HasSuffix(val.AsString(), "%")
	f, ok := r.fraction(val, rng, "a number or a ratio")
	if !ok {
		return units.CountOrRatio{}, false
	}
	if percent || f.Sign() > 0 && f.Cmp(big.NewFloat(1)) < 0 {
		share, ok := r.share(a, val, f, rng)
		if share == 0 {
			return units.CountOrRatio{}, ok
		}
		return units.Share(share), ok
	}
	if !f.IsInt() {
		r.add(InvalidCount, &rng, "%s is neither a whole number nor below 1. Write a count, or a share such as \"25%%\".", f.Text('g', 10))
		return units.CountOrRatio{}, false
	}
	n, ok := r.whole(f, 0, maxCount, rng)
	return units.Count(n), ok
}

// dollars returns an amount of money: a budget, rounded down and above 0, or a
// price, rounded up.
func (r *reader) dollars(a *attribute, val cty.Value, rng hcl.Range) (units.USD, bool) {
	f, ok := r.number(WrongType, val, rng, "a number of dollars")
	if !ok {
		return 0, false
	}
	if a.zero {
		if above(f, maxDollars) {
			r.add(OutOfRange, &rng, "A price is at most %d dollars.", maxDollars)
			return 0, false
		}
		return units.USD(roundUp(scaled(f, int64(units.Dollar)))), true
	}
	if a.price {
		if f.Sign() == 0 || above(f, maxDollars) {
			r.add(OutOfRange, &rng, "A price is above 0 and at most %d dollars.", maxDollars)
			return 0, false
		}
		return units.USD(roundUp(scaled(f, int64(units.Dollar)))), true
	}
	if f.Sign() == 0 || above(f, maxDollars) {
		r.add(OutOfRange, &rng, "A budget is above 0 and at most %d dollars.", maxDollars)
		return 0, false
	}
	return units.USD(roundDown(scaled(f, int64(units.Dollar)))), true
}
