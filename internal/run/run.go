// Package run loads a spec with its catalog, plans it and checks the plan, so
// that no plan reaches a user unverified.
package run

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
	"github.com/scantling-dev/scantling/providers/aws"
	"github.com/scantling-dev/scantling/providers/gcp"
	"github.com/scantling-dev/scantling/providers/selfmanaged"
)

// Grounds is where clusters can stand, and where a provider is registered: one line
// each. A spec's words are checked in this order.
func Grounds() []planner.Ground {
	return []planner.Ground{
		aws.Ground(),
		gcp.Ground(),
		selfmanaged.OnAWS(),
		selfmanaged.OnGCP(),
		selfmanaged.OnPremises(),
	}
}

// GroundOf returns the ground of a provider and a mode, and whether there is one.
// The empty mode is the provider's default.
func GroundOf(provider string, mode planner.Mode) (planner.Ground, bool) {
	for _, g := range Grounds() {
		if g.Terms.Provider == provider && (g.Terms.Mode == mode || mode == "" && g.Terms.DefaultMode) {
			return g, true
		}
	}
	return planner.Ground{}, false
}

// groundOf returns the ground that a resolved cluster stands on.
func groundOf(c *planner.Cluster) (planner.Ground, bool) {
	return GroundOf(c.Provider, c.ControlPlane.Mode)
}

// BugError is a mistake of ours: a plan that failed its own check, or a panic.
type BugError struct {
	// What happened, and where in the code (Stack, empty for a failed check).
	What  error
	Stack []byte
}

func (e *BugError) Error() string { return e.What.Error() }

// Unwrap returns what happened.
func (e *BugError) Unwrap() error { return e.What }

// Plan plans s and checks the plan. Its error is a BugError, wraps
// planner.ErrInfeasible, or is the context's cause.
func Plan(ctx context.Context, s *spec.Spec) (_ *planner.Plan, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &BugError{What: fmt.Errorf("panic: %v", p), Stack: debug.Stack()}
		}
	}()
	ground, ok := groundOf(&s.Cluster)
	if !ok {
		return nil, &BugError{What: fmt.Errorf("no ground of provider %q and mode %q is registered", s.Cluster.Provider, s.Cluster.ControlPlane.Mode)}
	}
	prov := ground.New(&s.Catalog)
	plan, err := pipeline.Make(ctx, s.Cluster, s.Catalog, prov, pipeline.Options{Region: inRegion(func(_, region string) (catalogs.Catalog, error) {
		if region == s.Cluster.Region {
			return s.Catalog, nil
		}
		return s.Regions[region], nil
	})})
	if err != nil {
		return nil, err
	}
	plan.Spec = s.Info
	for i := range plan.Findings {
		plan.Findings[i].Source = s.Place(plan.Findings[i].Path)
	}
	if err := verify.Plan(&s.Cluster, &s.Catalog, prov, &plan); err != nil {
		return nil, &BugError{What: fmt.Errorf("the plan failed its own check: %w", err)}
	}
	return &plan, nil
}

// InRegion makes s the spec of another of its regions: the cluster as large as it has to
// become there, with the catalog of that region. It reports whether there is such a one.
func InRegion(s *spec.Spec, region string) bool {
	c, ok := pipeline.InRegion(&s.Cluster, region)
	cat, known := s.Regions[region]
	if !ok || !known {
		return false
	}
	s.Cluster, s.Catalog = c, cat
	return true
}

// inRegion returns what plans a cluster in a region whose catalog load returns, and
// checks the plan.
func inRegion(load func(provider, region string) (catalogs.Catalog, error)) func(context.Context, planner.Cluster) (*planner.Plan, error) {
	return func(ctx context.Context, c planner.Cluster) (*planner.Plan, error) {
		ground, ok := groundOf(&c)
		if !ok {
			return nil, &BugError{What: fmt.Errorf("no ground of provider %q is registered", c.Provider)}
		}
		cat, err := load(c.Provider, c.Region)
		if err != nil {
			return nil, fmt.Errorf("plan in region %s: %w", c.Region, err)
		}
		prov := ground.New(&cat)
		plan, err := pipeline.Make(ctx, c, cat, prov, pipeline.Options{Alternatives: -1})
		if err != nil {
			return nil, err
		}
		if err := verify.Plan(&c, &cat, prov, &plan); err != nil {
			return nil, &BugError{What: fmt.Errorf("the plan of region %s failed its own check: %w", c.Region, err)}
		}
		return &plan, nil
	}
}

// Verify checks a plan that was read back, with the catalog that it was made
// from. The error of a wrong plan gives its places to verify.Violations; unknown
// says that the plan cannot be checked, because its catalog is not offered or none
// can be made of the plan's inputs, and the error says which.
func Verify(o Offers, plan *planner.Plan) (unknown bool, err error) {
	c := &plan.Cluster
	if plan.Catalog.SHA256 == "" {
		return true, errors.New("the plan does not say which catalog it was made from (catalog.sha256 is empty), so it cannot be checked")
	}
	ground, ok := groundOf(c)
	if !ok {
		return true, fmt.Errorf("the plan cannot be checked: this build knows no provider %q with a control plane that is %q", c.Provider, c.ControlPlane.Mode)
	}
	cat, err := o.catalogOf(&ground, plan)
	if errors.Is(err, errInputs) || errors.Is(err, errCatalogGone) {
		return true, fmt.Errorf("the plan cannot be checked: %w", err)
	}
	if err != nil {
		return false, err
	}
	return false, verify.Plan(c, &cat, ground.New(&cat), plan)
}

// Replay tries failures on a plan that Plan made or Verify approved: see
// pipeline.Replay. Its error is that of pipeline.Replay or a BugError.
func Replay(ctx context.Context, o Offers, plan *planner.Plan, kills []planner.Kill) (_ planner.Replay, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &BugError{What: fmt.Errorf("panic: %v", p), Stack: debug.Stack()}
		}
	}()
	ground, ok := groundOf(&plan.Cluster)
	if !ok {
		return planner.Replay{}, &BugError{What: fmt.Errorf("no ground of provider %q is registered", plan.Cluster.Provider)}
	}
	cat, err := o.catalogOf(&ground, plan)
	if err != nil {
		return planner.Replay{}, err
	}
	return pipeline.Replay(ctx, plan, cat, ground.New(&cat), kills)
}

// Compare sets a plan that Plan made or Verify approved beside what others would buy:
// see pipeline.Compare. Its error is that of pipeline.Compare or a BugError.
func Compare(ctx context.Context, o Offers, plan *planner.Plan) (_ planner.Comparison, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &BugError{What: fmt.Errorf("panic: %v", p), Stack: debug.Stack()}
		}
	}()
	ground, ok := groundOf(&plan.Cluster)
	if !ok {
		return planner.Comparison{}, &BugError{What: fmt.Errorf("no ground of provider %q is registered", plan.Cluster.Provider)}
	}
	cat, err := o.catalogOf(&ground, plan)
	if err != nil {
		return planner.Comparison{}, err
	}
	return pipeline.Compare(ctx, plan, cat, ground.New(&cat))
}

// Upgrade compares the strategies of an upgrade of a plan that Plan made or Verify
// approved, and says what lies ahead: see pipeline.Upgrade and pipeline.Outlook. Nil is
// the upgrade that the plan declares; there must be one. Its error wraps
// planner.ErrInfeasible, is the context's cause or a BugError.
func Upgrade(ctx context.Context, o Offers, plan *planner.Plan, u *planner.Upgrade, until units.Date) (_ *planner.UpgradePlan, _ planner.UpgradeOutlook, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &BugError{What: fmt.Errorf("panic: %v", p), Stack: debug.Stack()}
		}
	}()
	none := planner.UpgradeOutlook{}
	ground, ok := groundOf(&plan.Cluster)
	if !ok {
		return nil, none, &BugError{What: fmt.Errorf("no ground of provider %q is registered", plan.Cluster.Provider)}
	}
	cat, err := o.catalogOf(&ground, plan)
	if err != nil {
		return nil, none, err
	}
	prov := ground.New(&cat)
	out := plan.Upgrade
	if u != nil {
		if out, err = pipeline.Upgrade(ctx, plan, cat, prov, *u); err != nil {
			return nil, none, err
		}
		asked := *plan
		asked.Cluster.Upgrade, asked.Upgrade = u, out
		if err := verify.Upgrade(&asked.Cluster, &cat, prov, &asked); err != nil {
			return nil, none, &BugError{What: fmt.Errorf("the upgrade failed its own check: %w", err)}
		}
	}
	ahead, err := pipeline.Outlook(plan, out, cat, prov, until)
	return out, ahead, err
}

// Explain turns the error of Plan into diagnostics with places in the spec; nil
// if it is not about the spec.
func Explain(s *spec.Spec, err error) hcl.Diagnostics {
	if !errors.Is(err, planner.ErrInfeasible) {
		return nil
	}
	return s.Explain(err)
}
