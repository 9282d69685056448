package run

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/catalogs/snapshot"
	"github.com/scantling-dev/scantling/planner"
)

// Store is where catalogs are that the program does not carry: the cache, or a
// bundle. The errors of Get and Version wrap cache.ErrAbsent for what is not there.
type Store interface {
	List() ([]cache.Name, error)
	Get(n cache.Name) (cache.Entry, error)
	// Version returns the catalog with that digest.
	Version(n cache.Name, sha256 string) (cache.Entry, error)
}

// Offers are the grounds and catalogs that a spec may name. The zero value offers
// what the program carries: the snapshot.
type Offers struct {
	// Store is asked before the snapshot. A catalog of it that cannot be used is an
	// error: the snapshot does not stand in for it.
	Store Store
	// OnlyStore leaves the snapshot out.
	OnlyStore bool
}

// Grounds returns where clusters can stand.
func (Offers) Grounds() []planner.Ground { return Grounds() }

// Regions returns the regions of a provider with a catalog, sorted.
func (o Offers) Regions(provider string) []string {
	var regions []string
	if !o.OnlyStore {
		regions = snapshot.Regions(provider)
	}
	if o.Store == nil {
		return regions
	}
	// A store that cannot be listed says so when a catalog is loaded.
	names, err := o.Store.List()
	if err != nil {
		return regions
	}
	for _, n := range names {
		if n.Provider == provider {
			regions = append(regions, n.Region)
		}
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}

// Load returns the catalog of a region: that of the store where it has one, else
// that of the snapshot. The error wraps cache.ErrAbsent where neither has one.
func (o Offers) Load(provider, region string) (catalogs.Catalog, error) {
	if o.Store != nil {
		e, err := o.Store.Get(cache.Name{Provider: provider, Region: region})
		if err == nil || o.OnlyStore || !errors.Is(err, cache.ErrAbsent) {
			return e.Catalog, err
		}
	}
	c, err := snapshot.Load(provider, region)
	if _, unknown := errors.AsType[*snapshot.UnknownError](err); unknown {
		return c, fmt.Errorf("%w: %w", cache.ErrAbsent, err)
	}
	return c, err
}

// Version returns the catalog of a region with that digest, from wherever it is: the
// digest says that it is the one that was meant, so the snapshot is asked even where
// it is left out. The error wraps cache.ErrAbsent where it is nowhere.
func (o Offers) Version(provider, region, sha256 string) (catalogs.Catalog, error) {
	if o.Store != nil {
		e, err := o.Store.Version(cache.Name{Provider: provider, Region: region}, sha256)
		if err == nil || !errors.Is(err, cache.ErrAbsent) {
			return e.Catalog, err
		}
	}
	c, err := snapshot.Load(provider, region)
	if _, unknown := errors.AsType[*snapshot.UnknownError](err); unknown || err == nil && c.SHA256 != sha256 {
		return catalogs.Catalog{}, cache.ErrAbsent
	}
	return c, err
}

// Kubernetes returns the calendar of the Kubernetes project.
func (Offers) Kubernetes() (catalogs.Catalog, error) { return snapshot.Kubernetes() }

// errInputs is the error of a cluster whose machines can be none: specs are refused
// before, documents may have been changed. errCatalogGone is that of a plan whose
// catalog is no longer at hand.
var (
	errInputs      = errors.New("its inputs are impossible")
	errCatalogGone = errors.New("its catalog is not at hand")
)

// catalogOf returns the catalog that a plan was made from: by its digest, or what
// its own machines make. The error wraps errCatalogGone or errInputs where there is
// none, or none can be made.
func (o Offers) catalogOf(g *planner.Ground, p *planner.Plan) (catalogs.Catalog, error) {
	var cat catalogs.Catalog
	var err error
	if g.Catalog == nil {
		cat, err = o.Version(p.Cluster.Provider, p.Cluster.Region, p.Catalog.SHA256)
	} else {
		cat, err = ownCatalog(g, &p.Cluster)
	}
	if err == nil && cat.SHA256 != p.Catalog.SHA256 || errors.Is(err, cache.ErrAbsent) {
		return catalogs.Catalog{}, fmt.Errorf("%w: %.12q of %q %q, %s, is neither the snapshot of this build nor kept in the cache: import it, or plan again",
			errCatalogGone, p.Catalog.SHA256, p.Cluster.Provider, p.Cluster.Region, cmp.Or(string(p.Catalog.Date), "no date"))
	}
	return cat, err
}

// ownCatalog makes the catalog of a cluster's own machines.
func ownCatalog(g *planner.Ground, c *planner.Cluster) (catalogs.Catalog, error) {
	calendar, err := snapshot.Kubernetes()
	if err != nil {
		return catalogs.Catalog{}, err
	}
	cat, err := g.Catalog(c, &calendar)
	if err != nil {
		return catalogs.Catalog{}, fmt.Errorf("%w: %w", errInputs, err)
	}
	return cat, nil
}
