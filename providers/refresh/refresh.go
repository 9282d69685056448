// Package refresh says what every cloud's refresh takes and gives: one region's
// catalog, the rows that could not be trusted, and errors that tell what to do.
//
// It knows no cloud. providers/aws/refresh and providers/gcp/refresh fill it with
// the clouds' own clients, and catalogs/cache keeps what they return.
package refresh

import (
	"fmt"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

// Request is what a refresh of a region needs to know, whatever the cloud.
type Request struct {
	Region string
	// Today is the day of the refresh: the catalog's date and that of each price.
	// A refresh reads no clock but for its spot window, which ends at Now.
	Today units.Date
	Now   time.Time
	// Base is what is known of the region without asking: the embedded snapshot or
	// the cache. Of it comes what no API says (measured memory, CPU baselines,
	// interruption bands, the calendar of the Kubernetes project), never a price
	// that the cloud should have given. The zero Catalog where nothing is known.
	Base catalogs.Catalog
	// Spot says which statistic of spot prices is taken.
	Spot SpotWindow
	// Concurrency bounds the calls that are under way at once; 0 is DefaultConcurrency.
	Concurrency int
	// Progress is told what has been done; nil tells nobody. It may be called from
	// several goroutines.
	Progress func(Step)
}

// DefaultConcurrency is how many calls are under way at once.
const DefaultConcurrency = 8

// SpotWindow is a declared statistic of spot prices over a window of time.
type SpotWindow struct {
	// Statistic is "mean", "max" or "current"; the mean is weighted by the time for
	// which each price held. Empty is the mean.
	Statistic string
	// Window that it is taken over, up to Request.Now; 0 is DefaultWindow.
	Window time.Duration
}

// DefaultWindow is long enough that weekends and one expensive day do not decide.
const DefaultWindow = 14 * 24 * time.Hour

// Step is a report of progress.
type Step struct {
	// Name of the step, as a person reads it: "spot prices".
	Name string
	// Done of Total pieces; Total is 0 where it is not known beforehand.
	Done, Total int
}

// Result is what a refresh collected.
type Result struct {
	// Catalog is whole and valid, not yet sealed. Its Source is the cloud and the
	// day: "aws 2026-11-29".
	Catalog catalogs.Catalog
	// Quarantined rows were not believed, and are not in Catalog: sorted by path.
	Quarantined []catalogs.Problem
	// Quotas of the account that ask for no unit but vCPUs, GPUs or GiB, sorted by
	// name; none where the cloud does not say.
	Quotas []Quota
}

// Quota is a limit of the account in the region, as the attributes of a spec's quota
// block are named: "on_demand_vcpus".
type Quota struct {
	Name  string
	Limit float64
	// Origin is the cloud's own name or code of the limit.
	Origin string
}

// Kind is what stood in the way of a refresh.
type Kind string

// The kinds of failure.
const (
	// Credentials are missing, expired or wrong.
	Credentials Kind = "credentials"
	// Permission to make a call is missing.
	Permission Kind = "permission"
	// Throttled: the cloud asked to slow down for longer than we waited.
	Throttled Kind = "throttled"
	// Unreachable: no answer, or none in time.
	Unreachable Kind = "unreachable"
	// Failed: the cloud answered with an error of its own.
	Failed Kind = "failed"
	// Answer: what came back cannot be read or believed.
	Answer Kind = "answer"
	// Refused: we do not ask, since no right answer can come of it.
	Refused Kind = "refused"
)

// Error is a refresh that failed. The old catalog stays as it was.
type Error struct {
	Kind Kind
	// Call is the call that failed: "ec2:DescribeInstanceTypes".
	Call string
	// Advice is what to do: one sentence.
	Advice string
	// Err is what happened; it never holds credentials.
	Err error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %v", e.Call, e.Kind, e.Err) }

// Unwrap returns what happened.
func (e *Error) Unwrap() error { return e.Err }
