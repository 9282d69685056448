// Package refresh collects the catalog of a region from Google Cloud: machine types,
// zones, disks and quotas from the Compute Engine API, prices from the Cloud Billing
// Catalog API, versions of Kubernetes from the GKE API.
//
// It is the only package that knows Google's clients. docs/catalogs.md says which
// calls it makes, how SKUs become prices of machines, and what it does not believe.
package refresh

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/scantling-dev/scantling/providers/refresh"
)

// Provider is the name of Google Cloud in catalogs.
const Provider = "gcp"

// Options says as whom Google is asked, and how.
type Options struct {
	// Project in whose name the calls are made; it must be given. What is offered and
	// what it costs does not depend on it, its quotas do.
	Project string
	// ImpersonateServiceAccount is the address of a service account to act as; empty
	// to act as oneself.
	ImpersonateServiceAccount string
	// Retry says how long calls are tried again.
	Retry Retry
	// Endpoint is the address of a server that answers in Google's place, for tests:
	// "http://127.0.0.1:41234". Without HTTPClient it gets no credentials.
	Endpoint string
	// HTTPClient makes the calls, in place of a client with the application default
	// credentials.
	HTTPClient *http.Client
}

// Fetch returns the catalog of a region as Google sells it today. It fails with a
// *refresh.Error, and then returns nothing: there is no half of a catalog.
func Fetch(ctx context.Context, req refresh.Request, o Options) (refresh.Result, error) {
	if o.Project == "" {
		return refresh.Result{}, &refresh.Error{
			Kind: refresh.Refused, Call: callClients.name,
			Advice: "Name the Google Cloud project in whose name to ask.", Err: errors.New("no project is given"),
		}
	}
	group, cancel := context.WithCancel(ctx)
	defer cancel()
	c, err := newClients(group, o)
	if err != nil {
		return refresh.Result{}, o.fail(ctx, callClients, err)
	}
	defer c.close()
	answers, err := c.ask(ctx, group, cancel, req, o)
	if err != nil {
		return refresh.Result{}, err
	}
	return answers.result(req)
}

// ask makes all calls in the context of group, as many at once as the request allows.
// The first that fails cancels the others.
func (c *clients) ask(ctx, group context.Context, cancel context.CancelFunc, req refresh.Request, o Options) (*answers, error) {
	a := &answers{prices: newPriceList(req.Region, req.Today)}
	steps := []struct {
		name string
		call call
		do   func(context.Context) error
	}{
		{"zones", callZones, func(ctx context.Context) error { return c.listZones(ctx, o.Project, a) }},
		{"machine types", callMachineTypes, func(ctx context.Context) error { return c.listMachineTypes(ctx, req, o.Project, a) }},
		{"disk types", callDiskTypes, func(ctx context.Context) error { return c.listDiskTypes(ctx, req, o.Project, a) }},
		{"quotas", callRegion, func(ctx context.Context) error { return c.getRegion(ctx, req, o.Project, a) }},
		{"prices", callSKUs, func(ctx context.Context) error { return c.listSKUs(ctx, req, a) }},
		{"Kubernetes versions", callGKE, func(ctx context.Context) error { return c.getServerConfig(ctx, req, o.Project, a) }},
	}
	atOnce := req.Concurrency
	if atOnce <= 0 {
		atOnce = refresh.DefaultConcurrency
	}
	slots := make(chan struct{}, atOnce)
	errs := make([]error, len(steps))
	var wait sync.WaitGroup
	for i, s := range steps {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if group.Err() != nil {
				return
			}
			if err := s.do(group); err != nil {
				// What ends because another failed is not what went wrong.
				if ctx.Err() != nil || group.Err() == nil {
					errs[i] = o.fail(ctx, s.call, err)
				}
				cancel()
				return
			}
			progress(req, s.name, 1, 1)
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	if ctx.Err() != nil {
		return nil, o.fail(ctx, callAll, ctx.Err())
	}
	return a, nil
}

func progress(req refresh.Request, name string, done, total int) {
	if req.Progress != nil {
		req.Progress(refresh.Step{Name: name, Done: done, Total: total})
	}
}
