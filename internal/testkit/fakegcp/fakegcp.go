// Package fakegcp is a Google Cloud for tests: an HTTP server on the loopback
// interface that answers the calls of a catalog refresh (Compute Engine, Cloud Billing
// Catalog, GKE) as their API references write them, to Google's own clients.
//
// FromTables makes a region from the tables in catalogs/sources, with SKUs whose unit
// prices are solved from the fewest listed prices; Start serves it:
//
//	cloud, err := fakegcp.FromTables(os.DirFS("../../catalogs/sources"), "us-central1")
//	...
//	server := fakegcp.Start(t, cloud)
//	result, err := refresh.Fetch(ctx, request, refresh.Options{Project: cloud.Project, Endpoint: server.URL})
//
// Server.Fail makes calls fail in the ways that networks and clouds do.
package fakegcp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Cloud is what the fake has. All fields may be changed before Start, none after.
type Cloud struct {
	Project string
	// Region is the one region that has something; another is not found.
	Region       string
	Zones        []Zone
	MachineTypes []MachineType
	DiskTypes    []DiskType
	Quotas       []Quota
	SKUs         []SKU
	Server       ServerConfig
	// PageSize is the most that a page holds, whatever is asked for; 0 is 100.
	PageSize int
	// SolvedFrom are the types whose listed prices the SKUs of FromTables are solved
	// from, by term ("OnDemand", "Preemptible", "Commit1Yr", "Commit3Yr"), sorted.
	SolvedFrom map[string][]string
}

// Zone is a resource of the Compute Engine API.
type Zone struct {
	Name   string `json:"name"`
	Region string `json:"region"`
	Status string `json:"status"`
}

// MachineType is a resource of the Compute Engine API.
type MachineType struct {
	Name         string            `json:"name"`
	Zone         string            `json:"zone"`
	VCPUs        int               `json:"guestCpus"`
	MemoryMb     int               `json:"memoryMb"`
	IsSharedCPU  bool              `json:"isSharedCpu"`
	Architecture string            `json:"architecture,omitempty"`
	Accelerators []Accelerator     `json:"accelerators,omitempty"`
	LocalSSDs    *BundledLocalSSDs `json:"bundledLocalSsds,omitempty"`
	Deprecated   *Deprecation      `json:"deprecated,omitempty"`
}

// Accelerator is what a machine type brings.
type Accelerator struct {
	Type  string `json:"guestAcceleratorType"`
	Count int    `json:"guestAcceleratorCount"`
}

// BundledLocalSSDs are built into a machine type.
type BundledLocalSSDs struct {
	Interface  string `json:"defaultInterface"`
	Partitions int    `json:"partitionCount"`
}

// Deprecation is the state of a machine type that goes.
type Deprecation struct {
	State string `json:"state"`
}

// DiskType is a resource of the Compute Engine API: of a zone, or of the region.
type DiskType struct {
	Name          string `json:"name"`
	Zone          string `json:"zone,omitempty"`
	Region        string `json:"region,omitempty"`
	ValidDiskSize string `json:"validDiskSize,omitempty"`
}

// Quota is a limit of the project in the region.
type Quota struct {
	Metric string  `json:"metric"`
	Limit  float64 `json:"limit"`
	Usage  float64 `json:"usage"`
}

// ServerConfig is what GKE offers in the region.
type ServerConfig struct {
	DefaultClusterVersion string    `json:"defaultClusterVersion"`
	ValidMasterVersions   []string  `json:"validMasterVersions"`
	Channels              []Channel `json:"channels"`
}

// Channel is a release channel of GKE.
type Channel struct {
	Channel        string   `json:"channel"`
	DefaultVersion string   `json:"defaultVersion"`
	ValidVersions  []string `json:"validVersions"`
}

// SKU is a resource of the Cloud Billing Catalog API.
type SKU struct {
	Name           string        `json:"name"`
	ID             string        `json:"skuId"`
	Description    string        `json:"description"`
	Category       Category      `json:"category"`
	ServiceRegions []string      `json:"serviceRegions"`
	PricingInfo    []PricingInfo `json:"pricingInfo"`
	Provider       string        `json:"serviceProviderName"`
}

// Category of a SKU.
type Category struct {
	Service        string `json:"serviceDisplayName"`
	ResourceFamily string `json:"resourceFamily"`
	ResourceGroup  string `json:"resourceGroup"`
	UsageType      string `json:"usageType"`
}

// PricingInfo is a SKU's price from a time on.
type PricingInfo struct {
	EffectiveTime string     `json:"effectiveTime"`
	Expression    Expression `json:"pricingExpression"`
}

// Expression is a price by the amount used.
type Expression struct {
	UsageUnit       string  `json:"usageUnit"`
	DisplayQuantity float64 `json:"displayQuantity"`
	TieredRates     []Tier  `json:"tieredRates"`
}

// Tier is the price of a unit from an amount on.
type Tier struct {
	Start     float64 `json:"startUsageAmount"`
	UnitPrice Money   `json:"unitPrice"`
}

// Money is whole units of a currency, as a string, and billionths.
type Money struct {
	Currency string `json:"currencyCode"`
	Units    string `json:"units"`
	Nanos    int64  `json:"nanos"`
}

// Fault makes calls fail.
type Fault struct {
	// Path is a part of the paths of the calls that fail; empty for all.
	Path string
	// From is how many calls go well before the first that fails, Times how many
	// fail then; 0 is all.
	From, Times int
	// Status and Body are the answer, with Header. A Status of 0 is 200.
	Status int
	Body   string
	Header http.Header
	// Truncate sends half of the right answer and breaks the connection.
	Truncate bool
	// Hang answers nothing until the caller goes away.
	Hang bool
}

// Server is a running fake.
type Server struct {
	// URL is where it listens: "http://127.0.0.1:41234".
	URL string

	cloud *Cloud
	mu    sync.Mutex
	calls []string
	fault []*fault
}

type fault struct {
	Fault
	seen int
}

// Start serves a cloud until the test ends.
func Start(t testing.TB, c *Cloud) *Server {
	t.Helper()
	s := &Server{cloud: c}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.URL = server.URL
	return s
}

// Fail adds a fault. Of several that fit a call the first counts.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = append(s.fault, &fault{Fault: f})
}

// Calls returns the calls so far, sorted: "GET /compute/v1/projects/p/zones?pageToken=…",
// without the query.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(slices.Values(s.calls))
}

// Count returns how many calls had part in their path.
func (s *Server) Count(part string) int {
	n := 0
	for _, call := range s.Calls() {
		if strings.Contains(call, part) {
			n++
		}
	}
	return n
}

func (s *Server) next(path string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, path)
	for _, f := range s.fault {
		if !strings.Contains(path, f.Path) {
			continue
		}
		f.seen++
		if f.seen > f.From && (f.Times == 0 || f.seen <= f.From+f.Times) {
			return &f.Fault
		}
	}
	return nil
}

// ErrorBody is an error as Google's APIs answer it. Reason is that of the error's
// details: "SERVICE_DISABLED", "rateLimitExceeded".
func ErrorBody(code int, status, reason, message string) string {
	return fmt.Sprintf(`{"error":{"code":%d,"message":%q,"status":%q,"errors":[{"message":%q,"domain":"global","reason":%q}],`+
		`"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":%q,"domain":"googleapis.com"}]}}`,
		code, message, status, message, reason, reason)
}
