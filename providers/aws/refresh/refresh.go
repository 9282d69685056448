// Package refresh asks AWS for the catalog of a region: what EC2 offers there and in
// which zones, prices on demand, of spot machines and of commitments, disks, the fees
// and the calendar of EKS, and the account's quotas.
//
// It is the only package, with one file of internal/cli, that knows the SDK of AWS.
// A refresh is whole or it fails: no call is left out because it failed, and no price
// is taken from elsewhere. Equal answers give equal catalogs, in whatever order pages
// arrive. docs/catalogs.md tells users what is asked, what it needs and what is not
// believed.
package refresh

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// Options are what a refresh from AWS may be told. The zero value asks with the
// standard credential chain, for everything.
type Options struct {
	// Profile of the shared configuration; empty for the chain's own choice
	// (AWS_PROFILE, the default profile, the environment, the machine's role).
	Profile string
	// RoleARN is a role that is assumed with the credentials of the profile or the
	// chain; empty assumes none. ExternalID goes with it where the role asks for one.
	RoleARN, ExternalID string
	// PricingProfile is the profile for the price list and the savings plans: regions
	// of GovCloud need one of commercial AWS, whose price list has their prices. Empty
	// asks with the same credentials as everything else.
	PricingProfile string
	// Exchange is what one unit of the partition's currency costs in dollars, where
	// that is not the dollar: regions of aws-cn are priced in CNY and refused without.
	Exchange units.Ratio
	// WithoutCommitments leaves out savings plans and reserved instances.
	WithoutCommitments bool
	// WithoutQuotas leaves out the account's quotas.
	WithoutQuotas bool

	// Attempts bounds how often a call is made when it is throttled or fails; 0 is 8.
	Attempts int
	// MaxBackoff bounds the wait between two attempts; 0 is 20 seconds.
	MaxBackoff time.Duration

	// Endpoint takes the place of all of AWS's endpoints, HTTPClient that of the SDK's
	// client, and Credentials that of the chain and of the profiles. Tests set them;
	// AWS_ENDPOINT_URL is how users do.
	Endpoint    string
	HTTPClient  aws.HTTPClient
	Credentials aws.CredentialsProvider
}

// Provider is the Catalog.Provider of what Fetch returns.
const Provider = "aws"

// Fetch asks AWS for the catalog of req.Region. Errors are *refresh.Error, or the
// context's own where the caller gave up.
func Fetch(ctx context.Context, req refresh.Request, opts Options) (refresh.Result, error) {
	f, err := newFetcher(ctx, req, opts)
	if err != nil {
		return refresh.Result{}, err
	}
	if err := f.collect(ctx); err != nil {
		return refresh.Result{}, err
	}
	return f.result()
}

// fetcher collects answers. Each part has one writer, or is guarded by mu; what they
// make of a catalog is worked out when all are there.
type fetcher struct {
	req       refresh.Request
	opts      Options
	partition partition
	clients   clients
	secrets   *secrets
	// slots bound the calls that are under way.
	slots chan struct{}

	zones     []catalogs.Zone
	offerings map[string][]string // zones by type
	types     []catalogs.InstanceType
	versions  []catalogs.Version
	quotas    []refresh.Quota
	onDemand  priceList
	disks     diskPrices
	fees      feePrices
	plans     commitmentRates

	mu       sync.Mutex
	spot     spotHistory
	problems []catalogs.Problem
	steps    map[string]refresh.Step
}

// collect makes all calls. The first that fails ends the others.
func (f *fetcher) collect(ctx context.Context) error {
	group, inner := errgroup.WithContext(ctx)
	steps := []func(context.Context) error{
		f.collectMachines, f.collectOnDemand, f.collectDisks, f.collectFees, f.collectVersions,
	}
	if !f.opts.WithoutCommitments {
		steps = append(steps, f.collectSavingsPlans)
	}
	if !f.opts.WithoutQuotas {
		steps = append(steps, f.collectQuotas)
	}
	for _, step := range steps {
		group.Go(func() error { return step(inner) })
	}
	err := group.Wait()
	if err != nil && ctx.Err() != nil {
		return f.stopped(ctx)
	}
	return err
}

// collectMachines asks for zones, types and where they are offered, and then for the
// spot prices of those that are.
func (f *fetcher) collectMachines(ctx context.Context) error {
	group, inner := errgroup.WithContext(ctx)
	group.Go(func() error { return f.collectZones(inner) })
	group.Go(func() error { return f.collectOfferings(inner) })
	group.Go(func() error { return f.collectTypes(inner) })
	if err := group.Wait(); err != nil {
		return err
	}
	return f.collectSpot(ctx, f.offered())
}

// offered returns the types that a zone of the region offers, sorted.
func (f *fetcher) offered() []string {
	var names []string
	for i := range f.types {
		if f.isOffered(f.types[i].Name) {
			names = append(names, f.types[i].Name)
		}
	}
	slices.Sort(names)
	return names
}

// isOffered reports whether a zone of the region offers the type.
func (f *fetcher) isOffered(name string) bool {
	return slices.ContainsFunc(f.offerings[name], f.hasZone)
}

func (f *fetcher) hasZone(name string) bool {
	return slices.ContainsFunc(f.zones, func(z catalogs.Zone) bool { return z.Name == name })
}

// call makes one call, as soon as there is a slot for it, and explains its error.
func call[T any](ctx context.Context, f *fetcher, name string, do func() (T, error)) (T, error) {
	var zero T
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return zero, ctx.Err()
	}
	defer func() { <-f.slots }()
	out, err := do()
	if err != nil {
		return zero, f.explain(ctx, name, err)
	}
	return out, nil
}

// pages makes a call until it has no further page; get makes one and returns the token
// of the next. A token that comes back at once would never end, and is refused.
func pages(ctx context.Context, f *fetcher, name string, get func(token *string) (*string, error)) error {
	var token *string
	for {
		next, err := call(ctx, f, name, func() (*string, error) { return get(token) })
		if err != nil {
			return err
		}
		if aws.ToString(next) == "" {
			return nil
		}
		if token != nil && *token == *next {
			return f.unbelievable(name, "the same page token came twice")
		}
		token = next
	}
}

// quarantine notes a row, or a part of one, that is not believed.
func (f *fetcher) quarantine(path, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.problems = append(f.problems, catalogs.Problem{Path: path, Reason: reason})
}

// progress says that more of a step is done; total is 0 where it is not known.
func (f *fetcher) progress(name string, done, total int) {
	if f.req.Progress == nil {
		return
	}
	f.mu.Lock()
	step := f.steps[name]
	step.Name, step.Done, step.Total = name, step.Done+done, total
	f.steps[name] = step
	f.mu.Unlock()
	f.req.Progress(step)
}
