package refresh

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"cloud.google.com/go/billing/apiv1/billingpb"
	"cloud.google.com/go/compute/apiv1/computepb"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/container/v1"
	"google.golang.org/api/iterator"

	"github.com/scantling-dev/scantling/providers/refresh"
)

// computeEngine is the service whose SKUs price machines and disks.
const computeEngine = "services/6F81-5844-456A"

// Sizes of pages: the most that the APIs give.
const (
	computePage = 500
	skuPage     = 5000
)

// answers are what the calls brought. Each call fills in fields of its own.
type answers struct {
	zones    []*computepb.Zone
	machines []*machinePB          // of all zones of the region
	disks    []*computepb.DiskType // of its zones, and its own
	region   *computepb.Region
	prices   *priceList
	gke      *container.ServerConfig
}

// last returns what stands behind the last slash of a resource's address.
func last(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }

// zoneFilter lets through the resources of a region's zones. The server need not heed
// it: what comes is looked at.
func zoneFilter(region string) *string {
	return new(fmt.Sprintf(`zone eq ".*%s-.*"`, regexp.QuoteMeta(region)))
}

// inRegion reports whether a scope of an aggregated list ("zones/us-central1-a") is of
// the region or one of its zones.
func inRegion(scope, region string) bool {
	zone, isZone := strings.CutPrefix(scope, "zones/")
	if !isZone {
		return scope == "regions/"+region
	}
	return zoneOf(zone, region)
}

// zoneOf reports whether a zone is the region's: "us-central1-a", not that of
// "us-central1-extra". Zones for artificial intelligence ("us-central1-ai1a") serve
// accelerators alone and are left out.
func zoneOf(zone, region string) bool {
	letter, ok := strings.CutPrefix(zone, region+"-")
	return ok && len(letter) == 1
}

// missing is the error for a scope that Google could not ask.
func missing(scope string, w *computepb.Warning) error {
	switch w.GetCode() {
	case "", "NO_RESULTS_ON_PAGE":
		return nil
	}
	return &refresh.Error{
		Kind: refresh.Failed, Call: callMachineTypes.name,
		Advice: "Run the refresh again later: a part of the region does not answer.",
		Err:    fmt.Errorf("%s: %s", scope, scrub(w.GetCode())),
	}
}

func (c *clients) listZones(ctx context.Context, project string, a *answers) error {
	rows := c.zones.List(ctx, &computepb.ListZonesRequest{Project: project, MaxResults: new(uint32(computePage))}, c.call...)
	for {
		zone, err := rows.Next()
		if errors.Is(err, iterator.Done) {
			return nil
		}
		if err != nil {
			return err
		}
		a.zones = append(a.zones, zone)
	}
}

func (c *clients) listMachineTypes(ctx context.Context, req refresh.Request, project string, a *answers) error {
	rows := c.machines.AggregatedList(ctx, &computepb.AggregatedListMachineTypesRequest{
		Project: project, MaxResults: new(uint32(computePage)), Filter: zoneFilter(req.Region),
	}, c.call...)
	for {
		scope, err := rows.Next()
		if errors.Is(err, iterator.Done) {
			return nil
		}
		if err != nil {
			return err
		}
		if !inRegion(scope.Key, req.Region) {
			continue
		}
		if err := missing(scope.Key, scope.Value.GetWarning()); err != nil {
			return err
		}
		for _, m := range scope.Value.GetMachineTypes() {
			m.Zone = new(last(scope.Key))
			a.machines = append(a.machines, m)
		}
		progress(req, "machine types", len(a.machines), 0)
	}
}

func (c *clients) listDiskTypes(ctx context.Context, req refresh.Request, project string, a *answers) error {
	rows := c.disks.AggregatedList(ctx, &computepb.AggregatedListDiskTypesRequest{Project: project, MaxResults: new(uint32(computePage))}, c.call...)
	for {
		scope, err := rows.Next()
		if errors.Is(err, iterator.Done) {
			return nil
		}
		if err != nil {
			return err
		}
		if !inRegion(scope.Key, req.Region) {
			continue
		}
		if err := missing(scope.Key, scope.Value.GetWarning()); err != nil {
			return err
		}
		for _, d := range scope.Value.GetDiskTypes() {
			if strings.HasPrefix(scope.Key, "regions/") {
				d.Name = new(d.GetName() + regionalSuffix)
			}
			a.disks = append(a.disks, d)
		}
	}
}

func (c *clients) getRegion(ctx context.Context, req refresh.Request, project string, a *answers) (err error) {
	a.region, err = c.regions.Get(ctx, &computepb.GetRegionRequest{Project: project, Region: req.Region}, c.call...)
	return err
}

func (c *clients) listSKUs(ctx context.Context, req refresh.Request, a *answers) error {
	rows := c.catalog.ListSkus(ctx, &billingpb.ListSkusRequest{Parent: computeEngine, CurrencyCode: "USD", PageSize: skuPage}, c.call...)
	for n := 1; ; n++ {
		sku, err := rows.Next()
		if errors.Is(err, iterator.Done) {
			return nil
		}
		if err != nil {
			return err
		}
		a.prices.add(sku)
		if n%skuPage == 0 {
			progress(req, "prices", n, 0)
		}
	}
}

// getServerConfig asks what GKE offers. Its generated client does not try again, so
// that this does.
func (c *clients) getServerConfig(ctx context.Context, req refresh.Request, project string, a *answers) error {
	get := c.gke.Projects.Locations.GetServerConfig("projects/" + project + "/locations/" + req.Region)
	return gax.Invoke(ctx, func(ctx context.Context, _ gax.CallSettings) (err error) {
		a.gke, err = get.Context(ctx).Do()
		return err
	}, c.call...)
}
