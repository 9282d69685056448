package refresh

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	billing "cloud.google.com/go/billing/apiv1"
	compute "cloud.google.com/go/compute/apiv1"
	"github.com/googleapis/gax-go/v2"
	"golang.org/x/oauth2"
	"google.golang.org/api/container/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/impersonate"
	"google.golang.org/api/option"
	transport "google.golang.org/api/transport/http"
)

// clients are Google's own, of the APIs that a refresh calls.
type clients struct {
	zones    *compute.ZonesClient
	machines *compute.MachineTypesClient
	disks    *compute.DiskTypesClient
	regions  *compute.RegionsClient
	catalog  *billing.CloudCatalogClient
	gke      *container.Service
	// call are the options of every call: retries and the time that one may take.
	call []gax.CallOption
}

const (
	// scope lets the calls read; what may be read is for the roles of who asks.
	scope     = "https://www.googleapis.com/auth/cloud-platform"
	userAgent = "scantling"
	// callTimeout bounds one call with its retries, where the caller's context does
	// not.
	callTimeout = 5 * time.Minute
)

func newClients(ctx context.Context, o Options) (c *clients, err error) {
	opts, err := o.auth(ctx)
	if err != nil {
		return nil, err
	}
	c = &clients{call: []gax.CallOption{gax.WithTimeout(callTimeout), gax.WithRetry(func() gax.Retryer { return newRetryer(o.Retry) })}}
	defer func() {
		if err != nil {
			c.close()
			c = nil
		}
	}()
	if c.zones, err = compute.NewZonesRESTClient(ctx, opts...); err != nil {
		return c, err
	}
	if c.machines, err = compute.NewMachineTypesRESTClient(ctx, opts...); err != nil {
		return c, err
	}
	if c.disks, err = compute.NewDiskTypesRESTClient(ctx, opts...); err != nil {
		return c, err
	}
	if c.regions, err = compute.NewRegionsRESTClient(ctx, opts...); err != nil {
		return c, err
	}
	if c.catalog, err = billing.NewCloudCatalogRESTClient(ctx, opts...); err != nil {
		return c, err
	}
	if c.gke, err = container.NewService(ctx, opts...); err != nil {
		return c, err
	}
	return c, nil
}

// close gives connections back; nothing is lost when that fails.
func (c *clients) close() {
	var closers []interface{ Close() error }
	if c.zones != nil {
		closers = append(closers, c.zones)
	}
	if c.machines != nil {
		closers = append(closers, c.machines)
	}
	if c.disks != nil {
		closers = append(closers, c.disks)
	}
	if c.regions != nil {
		closers = append(closers, c.regions)
	}
	if c.catalog != nil {
		closers = append(closers, c.catalog)
	}
	for _, closer := range closers {
		_ = closer.Close() // only reads went over it
	}
}

// auth returns the options by which the clients reach Google as who the options say:
// the application default credentials, unless a client or an endpoint is given.
func (o Options) auth(ctx context.Context) ([]option.ClientOption, error) {
	client, err := o.client(ctx)
	if err != nil {
		return nil, err
	}
	base := client.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	opts := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: bound{ctx, base}, Timeout: callTimeout})}
	if o.Endpoint != "" {
		opts = append(opts, option.WithEndpoint(o.Endpoint))
	}
	return opts, nil
}

// bound makes requests end with a context. The client of the price list leaves its
// caller's context out of them, so that a server which hangs would hang it for good.
type bound struct {
	ctx  context.Context
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	// The answer is still read when this returns: Fetch ends the context at its own end.
	context.AfterFunc(b.ctx, func() { cancel(context.Cause(b.ctx)) })
	return b.base.RoundTrip(r.WithContext(ctx))
}

func (o Options) client(ctx context.Context) (*http.Client, error) {
	as := []option.ClientOption{option.WithUserAgent(userAgent), option.WithScopes(scope)}
	switch {
	case o.HTTPClient != nil:
		as = []option.ClientOption{option.WithHTTPClient(o.HTTPClient)}
	case o.Endpoint != "":
		return &http.Client{}, nil // credentials go to Google and to nobody else
	}
	if o.ImpersonateServiceAccount != "" {
		tokens, err := impersonate.CredentialsTokenSource(ctx, impersonate.CredentialsConfig{
			TargetPrincipal: o.ImpersonateServiceAccount, Scopes: []string{scope},
		}, as...)
		if err != nil {
			return nil, err
		}
		lent := &oauth2.Transport{Source: tokens}
		if o.HTTPClient != nil {
			lent.Base = o.HTTPClient.Transport
		}
		return &http.Client{Transport: lent}, nil
	}
	client, _, err := transport.NewClient(ctx, as...)
	return client, err
}

// Retry says how long calls are tried again that failed in a way that passes: too many
// requests, a server that is not ready, a broken connection.
type Retry struct {
	// Attempts is how often a call is made in all; 0 is 6.
	Attempts int
	// First is the longest pause before the second attempt, and each later pause may be
	// twice as long as the one before; 0 is a second. How much of it is waited, chance
	// decides.
	First time.Duration
	// Longest bounds a pause, and how long Google may ask us to wait; 0 is a minute.
	Longest time.Duration
}

type retryer struct {
	left    int
	longest time.Duration
	backoff gax.Backoff
}

func newRetryer(r Retry) *retryer {
	if r.Attempts == 0 {
		r.Attempts = 6
	}
	if r.First == 0 {
		r.First = time.Second
	}
	if r.Longest == 0 {
		r.Longest = time.Minute
	}
	return &retryer{left: r.Attempts - 1, longest: r.Longest, backoff: gax.Backoff{Initial: r.First, Max: r.Longest, Multiplier: 2}}
}

// Retry implements gax.Retryer.
func (r *retryer) Retry(err error) (pause time.Duration, again bool) {
	if r.left <= 0 || !passes(err) {
		return 0, false
	}
	r.left--
	pause = r.backoff.Pause()
	if api, ok := errors.AsType[*googleapi.Error](err); ok {
		if asked, err := strconv.Atoi(api.Header.Get("Retry-After")); err == nil {
			pause = max(pause, time.Duration(asked)*time.Second)
		}
	}
	return pause, pause <= r.longest
}

// passes reports whether an error may be gone at the next attempt.
func passes(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if api, ok := errors.AsType[*googleapi.Error](err); ok {
		switch api.Code {
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return slowDown(api)
	}
	broken, _ := connection(err)
	return broken
}
