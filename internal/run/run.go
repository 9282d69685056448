// Package run loads a spec with its catalog, plans it and checks the plan, so
// that no plan reaches a user unverified.
package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/verify"
	"github.com/scantling-dev/scantling/providers/aws"
)

// providers is where a cloud is registered: its name and how its planner
// adapter is made for a catalog.
func providers(name string) (func(*catalogs.Catalog) planner.Provider, bool) {
	switch name {
	case "aws":
		return func(c *catalogs.Catalog) planner.Provider { return aws.New(c) }, true
	default:
		return nil, false
	}
}

// Provider returns the adapter of the named cloud for a catalog, and whether
// there is one.
func Provider(name string, cat *catalogs.Catalog) (planner.Provider, bool) {
	build, ok := providers(name)
	if !ok {
		return nil, false
	}
	return build(cat), true
}

// Offers are the catalogs that a spec may name.
type Offers struct{}

// Providers returns the names of the providers, sorted.
func (Offers) Providers() []string { return snapshot.Providers() }

// Regions returns the regions of a provider, sorted.
func (Offers) Regions(provider string) []string { return snapshot.Regions(provider) }

// Load returns the catalog of a region.
func (Offers) Load(provider, region string) (catalogs.Catalog, error) {
	return snapshot.Load(provider, region)
}

// BuiltIn returns the names of what the provider runs in a cluster anyway,
// sorted.
func (Offers) BuiltIn(c *planner.Cluster, cat *catalogs.Catalog) (daemonSets, workloads []string) {
	prov, ok := Provider(c.Provider, cat)
	if !ok {
		return nil, nil
	}
	for i := range c.NodeGroups {
		for _, d := range prov.DaemonSets(c, &c.NodeGroups[i]) {
			daemonSets = append(daemonSets, d.Name)
		}
	}
	for _, w := range prov.SystemWorkloads(c) {
		workloads = append(workloads, w.Name)
	}
	slices.Sort(daemonSets)
	slices.Sort(workloads)
	return slices.Compact(daemonSets), workloads
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
	prov, ok := Provider(s.Cluster.Provider, &s.Catalog)
	if !ok {
		return nil, &BugError{What: fmt.Errorf("no provider named %q is registered", s.Cluster.Provider)}
	}
	plan, err := pipeline.Make(ctx, s.Cluster, s.Catalog, prov, pipeline.Options{})
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

// Verify checks a plan that was read back, with the catalog that it was made
// from. The error of a wrong plan gives its places to verify.Violations; unknown
// says that the plan cannot be checked, because this build carries no such
// catalog, and the error says which.
func Verify(plan *planner.Plan) (unknown bool, err error) {
	c := &plan.Cluster
	if plan.Catalog.SHA256 == "" {
		return true, errors.New("the plan does not say which catalog it was made from (catalog.sha256 is empty), so it cannot be checked")
	}
	cat, err := snapshot.Load(c.Provider, c.Region)
	if _, ok := errors.AsType[*snapshot.UnknownError](err); ok {
		return true, fmt.Errorf("the plan cannot be checked: this build carries no catalog of %q %q", c.Provider, c.Region)
	}
	if err != nil {
		return false, err
	}
	if cat.SHA256 != plan.Catalog.SHA256 {
		return true, fmt.Errorf("the plan cannot be checked: it was made from catalog %.12q of %s, and this build carries %.12q of %s: plan again",
			plan.Catalog.SHA256, cmp.Or(string(plan.Catalog.Date), "no date"), cat.SHA256, cat.Date)
	}
	prov, ok := Provider(c.Provider, &cat)
	if !ok {
		return true, fmt.Errorf("the plan cannot be checked: provider %q is not supported yet", c.Provider)
	}
	return false, verify.Plan(c, &cat, prov, plan)
}

// Explain turns the error of Plan into diagnostics with places in the spec; nil
// if it is not about the spec.
func Explain(s *spec.Spec, err error) hcl.Diagnostics {
	if !errors.Is(err, planner.ErrInfeasible) {
		return nil
	}
	return s.Explain(err)
}
