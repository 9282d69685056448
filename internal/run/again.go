package run

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/verify"
)

// Again plans resolved clusters again, as a comparison of plans asks for.
type Again struct {
	Context context.Context //nolint:containedctx // one comparison long: its interface has no place for it
	Offers  Offers
}

// Catalog returns the catalog that a plan of c was made from, and whether it is at hand.
func (a Again) Catalog(c *planner.Cluster, info planner.CatalogInfo) (catalogs.Catalog, bool) {
	ground, ok := groundOf(c)
	if !ok {
		return catalogs.Catalog{}, false
	}
	cat, err := a.Offers.catalogOf(&ground, &planner.Plan{Cluster: *c, Catalog: info})
	return cat, err == nil
}

// Plan plans c from cat, or from its own machines, and checks the plan.
func (a Again) Plan(c planner.Cluster, cat catalogs.Catalog) (_ *planner.Plan, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &BugError{What: fmt.Errorf("panic: %v", p), Stack: debug.Stack()}
		}
	}()
	ground, ok := groundOf(&c)
	if !ok {
		return nil, fmt.Errorf("this build knows no provider %q with a control plane that is %q", c.Provider, c.ControlPlane.Mode)
	}
	if ground.Catalog != nil {
		if cat, err = ownCatalog(&ground, &c); err != nil {
			return nil, err
		}
	}
	prov := ground.New(&cat)
	plan, err := pipeline.Make(a.Context, c, cat, prov, pipeline.Options{Region: inRegion(func(provider, region string) (catalogs.Catalog, error) {
		if region == c.Region {
			return cat, nil
		}
		return a.Offers.Load(provider, region)
	})})
	if err != nil {
		return nil, err
	}
	if err := verify.Plan(&c, &cat, prov, &plan); err != nil {
		return nil, &BugError{What: fmt.Errorf("the plan failed its own check: %w", err)}
	}
	return &plan, nil
}
