package refresh_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/internal/testkit/fakegcp"
	gcprefresh "github.com/scantling-dev/scantling/providers/gcp/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// secret is the token of who asks: nothing that is said may hold it.
const secret = "ya29.a0AfB_secret-of-the-test"

// quick tries again without waiting.
func quick() gcprefresh.Retry {
	return gcprefresh.Retry{First: time.Microsecond, Longest: time.Millisecond}
}

// bearer sends a token with every request.
type bearer struct{}

func (bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+secret)
	return http.DefaultTransport.RoundTrip(r)
}

// solved is a cloud of few types and prices, made once.
var solved = sync.OnceValues(func() (*fakegcp.Cloud, error) { return fakegcp.FromTables(os.DirFS(sources), "europe-west12") })

// small is a copy of it.
func small(t *testing.T) *fakegcp.Cloud {
	t.Helper()
	once, err := solved()
	if err != nil {
		t.Fatal(err)
	}
	c := *once
	c.Zones, c.MachineTypes, c.DiskTypes, c.SKUs = slices.Clone(c.Zones), slices.Clone(c.MachineTypes), slices.Clone(c.DiskTypes), slices.Clone(c.SKUs)
	return &c
}

// fails fetches from a server with the faults, and returns the error.
func fails(ctx context.Context, t *testing.T, faults ...fakegcp.Fault) (*refresh.Error, *fakegcp.Server) {
	t.Helper()
	c := small(t)
	c.PageSize = 50 // of less than all SKUs
	server := fakegcp.Start(t, c)
	for _, f := range faults {
		server.Fail(f)
	}
	result, err := gcprefresh.Fetch(ctx, request(c.Region), gcprefresh.Options{
		Project: c.Project, Endpoint: server.URL, Retry: quick(), HTTPClient: &http.Client{Transport: bearer{}},
	})
	if err == nil {
		return nil, server
	}
	if len(result.Catalog.Types) > 0 || len(result.Quarantined) > 0 {
		t.Error("a refresh that failed has a result")
	}
	return failure(t, err), server
}

// failure returns err as a *refresh.Error that says what to do, and no secret.
func failure(t *testing.T, err error) *refresh.Error {
	t.Helper()
	e, ok := errors.AsType[*refresh.Error](err)
	if !ok {
		t.Fatalf("got %v, want a *refresh.Error", err)
	}
	said := e.Error() + e.Advice
	for cause := error(e); cause != nil; cause = errors.Unwrap(cause) {
		said += cause.Error()
	}
	if strings.Contains(said, "ya29") || strings.Contains(said, "secret") || strings.Contains(said, "PRIVATE") {
		t.Errorf("the error speaks of credentials: %s", said)
	}
	if e.Advice == "" || !strings.ContainsAny(e.Advice[len(e.Advice)-1:], ".)"+"tk0123456789abcdefghijlmnopqrsuvwxyz-") {
		t.Errorf("advice %q", e.Advice)
	}
	return e
}

func TestFaults(t *testing.T) {
	body := fakegcp.ErrorBody
	header := func(seconds string) http.Header { return http.Header{"Retry-After": {seconds}} }
	tests := map[string]struct {
		fault fakegcp.Fault
		kind  refresh.Kind
		call  string
		// says is in the error, advises in the advice, calls how often the path was
		// asked for.
		says, advises string
		calls         int
	}{
		"a storm of 503": {
			fakegcp.Fault{Path: "/skus", Status: 503, Body: body(503, "UNAVAILABLE", "backendError", "The service is unavailable")},
			refresh.Failed, "cloudbilling.services.skus.list", "HTTP 503: The service is unavailable", "later", 6,
		},
		"a storm of 503 at GKE": {
			fakegcp.Fault{Path: "/serverConfig", Status: 503}, refresh.Failed, "container.projects.locations.getServerConfig", "HTTP 503", "later", 6,
		},
		"too many requests": {
			fakegcp.Fault{Path: "machineTypes", Status: 429, Body: body(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded", "Quota exceeded")},
			refresh.Throttled, "compute.machineTypes.aggregatedList", "HTTP 429", "Wait a minute", 6,
		},
		"too many requests, as 403": {
			fakegcp.Fault{Path: "machineTypes", Status: 403, Body: body(403, "PERMISSION_DENIED", "rateLimitExceeded", "Rate Limit Exceeded")},
			refresh.Throttled, "compute.machineTypes.aggregatedList", "HTTP 403", "Wait a minute", 6,
		},
		"a longer wait than ours": {
			fakegcp.Fault{Path: "/zones", Status: 429, Header: header("3600"), Body: "slow down"},
			refresh.Throttled, "compute.zones.list", "HTTP 429", "Wait 3600 seconds", 1,
		},
		"an expired token": {
			fakegcp.Fault{Status: 401, Body: body(401, "UNAUTHENTICATED", "authError", "Request had invalid authentication credentials: "+secret)},
			refresh.Credentials, "", "HTTP 401", "gcloud auth application-default login", 0,
		},
		"no permission": {
			fakegcp.Fault{Path: "diskTypes", Status: 403, Body: body(403, "PERMISSION_DENIED", "forbidden", "Required 'compute.diskTypes.list' permission for 'projects/test-project'")},
			refresh.Permission, "compute.diskTypes.aggregatedList", "compute.diskTypes.list", "roles/compute.viewer in project test-project", 1,
		},
		"an API that is not enabled": {
			fakegcp.Fault{Path: "/serverConfig", Status: 403, Body: body(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "Kubernetes Engine API has not been used in project 1 before")},
			refresh.Permission, "container.projects.locations.getServerConfig", "HTTP 403",
			"gcloud services enable container.googleapis.com --project test-project", 1,
		},
		"an API that is not enabled, in older words": {
			fakegcp.Fault{Path: "/skus", Status: 403, Body: body(403, "PERMISSION_DENIED", "accessNotConfigured", "Access Not Configured")},
			refresh.Permission, "cloudbilling.services.skus.list", "HTTP 403", "gcloud services enable cloudbilling.googleapis.com", 1,
		},
		"a truncated answer": {
			fakegcp.Fault{Path: "/skus", Truncate: true}, refresh.Unreachable, "cloudbilling.services.skus.list", "breaks off", "network", 6,
		},
		"a truncated answer of GKE": {
			fakegcp.Fault{Path: "/serverConfig", Truncate: true}, refresh.Unreachable, "container.projects.locations.getServerConfig", "breaks off", "network", 6,
		},
		"an answer that is no JSON": {
			fakegcp.Fault{Path: "machineTypes", Body: "<html>" + secret}, refresh.Answer, "compute.machineTypes.aggregatedList", "not the JSON", "proxy", 1,
		},
		"an answer of GKE that is no JSON": {
			fakegcp.Fault{Path: "/serverConfig", Body: "<html>"}, refresh.Answer, "container.projects.locations.getServerConfig", "not the JSON", "proxy", 1,
		},
		"JSON of another kind": {
			fakegcp.Fault{Path: "/skus", Body: `{"skus":"` + secret + `"}`}, refresh.Answer, "cloudbilling.services.skus.list", "not the JSON", "proxy", 1,
		},
		"the second page fails": {
			fakegcp.Fault{Path: "/skus", From: 1, Status: 400, Body: body(400, "INVALID_ARGUMENT", "badRequest", "Invalid page token key="+secret)},
			refresh.Failed, "cloudbilling.services.skus.list", "[withheld]", "Run the refresh again", 2,
		},
		"an error without words": {
			fakegcp.Fault{Path: "/regions/", Status: 404}, refresh.Failed, "compute.regions.get", "HTTP 404", "Check the name of project test-project", 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, server := fails(t.Context(), t, test.fault)
			if e == nil {
				t.Fatal("no error")
			}
			if e.Kind != test.kind || test.call != "" && e.Call != test.call {
				t.Errorf("got %s of %s, want %s of %s: %v", e.Kind, e.Call, test.kind, test.call, e)
			}
			if !strings.Contains(e.Error(), test.says) || !strings.Contains(e.Advice, test.advises) {
				t.Errorf("got %q and %q, want %q and %q", e.Error(), e.Advice, test.says, test.advises)
			}
			if n := server.Count(test.fault.Path); test.calls > 0 && n != test.calls {
				t.Errorf("asked %d times, want %d", n, test.calls)
			}
		})
	}
}

// What passes is waited for: the catalog is that of a quiet day.
func TestFaultsThatPass(t *testing.T) {
	want := fetch(t, small(t), request("europe-west12"))
	for name, f := range map[string]fakegcp.Fault{
		"429":                  {Times: 4, Status: 429, Header: http.Header{"Retry-After": {"0"}}},
		"503":                  {Path: "/compute/", From: 1, Times: 3, Status: 503},
		"a broken off answer":  {Path: "/skus", From: 1, Times: 2, Truncate: true},
		"GKE is not ready yet": {Path: "/serverConfig", Times: 5, Status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			c := small(t)
			server := fakegcp.Start(t, c)
			server.Fail(f)
			got, err := gcprefresh.Fetch(t.Context(), request(c.Region), gcprefresh.Options{Project: c.Project, Endpoint: server.URL, Retry: quick()})
			if err != nil {
				t.Fatal(err)
			}
			if string(encoded(t, got)) != string(encoded(t, want)) {
				t.Error("another catalog than without the fault")
			}
		})
	}
}

func TestSlowServer(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	e, _ := fails(ctx, t, fakegcp.Fault{Path: "/skus", Hang: true})
	if e == nil || e.Kind != refresh.Unreachable || !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("got %v, want it to be unreachable in time", e)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e, _ := fails(ctx, t)
	if e == nil || !errors.Is(e, context.Canceled) {
		t.Errorf("got %v, want it canceled", e)
	}
}

func TestNobodyListens(t *testing.T) {
	_, err := gcprefresh.Fetch(t.Context(), request("us-central1"), gcprefresh.Options{
		Project: "p", Endpoint: "http://127.0.0.1:1", Retry: quick(),
	})
	if e := failure(t, err); e.Kind != refresh.Unreachable || !strings.Contains(e.Error(), "connection") {
		t.Errorf("got %v", e)
	}
}

func TestNoProject(t *testing.T) {
	_, err := gcprefresh.Fetch(t.Context(), request("us-central1"), gcprefresh.Options{})
	if e := failure(t, err); e.Kind != refresh.Refused || !strings.Contains(e.Advice, "project") {
		t.Errorf("got %v", e)
	}
}

// The application default credentials are looked for, and what is wrong with them is
// said without their content.
func TestDefaultCredentials(t *testing.T) {
	token := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_grant","error_description":"`+secret+`"}`) //nolint:errcheck // the caller may be gone
	}))
	t.Cleanup(token.Close)
	account, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "p", "private_key_id": "1", "private_key": privateKey(t),
		"client_email": "a@p.iam.gserviceaccount.com", "client_id": "1", "token_uri": token.URL, "universe_domain": "googleapis.com",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ content, says string }{
		"expired":  {string(account), "no access token"},
		"garbage":  {secret, ""},
		"no file":  {"", ""},
		"no type":  {`{"private_key":"` + secret + `"}`, ""},
		"odd type": {`{"type":"ya29.secret"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "credentials.json")
			if test.content != "" {
				if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
			_, err := gcprefresh.Fetch(t.Context(), request("us-central1"), gcprefresh.Options{Project: "p", Retry: quick()})
			if err == nil {
				t.Fatal("no error")
			}
			e := failure(t, err)
			if e.Kind != refresh.Credentials || !strings.Contains(e.Advice, "gcloud auth application-default login") || !strings.Contains(e.Error(), test.says) {
				t.Errorf("got %v: %s", e, e.Advice)
			}
		})
	}
}

// google sends the calls to Google's hosts to the fake, and answers for the service
// that lends tokens.
type google struct {
	server *fakegcp.Server
	lends  string
	tokens []string
	hosts  []string
}

func (g *google) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "iamcredentials.googleapis.com" {
		answer := httptest.NewRecorder()
		if g.lends == "" {
			answer.WriteHeader(http.StatusForbidden)
			io.WriteString(answer, fakegcp.ErrorBody(403, "PERMISSION_DENIED", "forbidden", secret)) //nolint:errcheck // it is memory
		} else {
			io.WriteString(answer, `{"accessToken":"`+g.lends+`","expireTime":"2099-01-01T00:00:00Z"}`) //nolint:errcheck // it is memory
		}
		return answer.Result(), nil
	}
	answer := httptest.NewRecorder()
	g.tokens = append(g.tokens, r.Header.Get("Authorization"))
	g.hosts = append(g.hosts, r.URL.Host)
	g.server.ServeHTTP(answer, r)
	return answer.Result(), nil
}

func TestImpersonation(t *testing.T) {
	const address = "planner@p.iam.gserviceaccount.com"
	c := small(t)
	options := func(g *google) gcprefresh.Options {
		return gcprefresh.Options{
			Project: c.Project, ImpersonateServiceAccount: address, Retry: quick(), HTTPClient: &http.Client{Transport: g},
		}
	}
	req := request(c.Region)
	req.Concurrency = 1
	lender := &google{server: fakegcp.Start(t, c), lends: "lent"}
	if _, err := gcprefresh.Fetch(t.Context(), req, options(lender)); err != nil {
		t.Fatal(err)
	}
	for i, token := range lender.tokens {
		if host := lender.hosts[i]; token != "Bearer lent" || !strings.HasSuffix(host, ".googleapis.com") {
			t.Errorf("a call to %s was made with %q", host, token)
		}
	}
	_, err := gcprefresh.Fetch(t.Context(), req, options(&google{server: fakegcp.Start(t, c)}))
	if err == nil {
		t.Fatal("no error")
	}
	if e := failure(t, err); e.Kind != refresh.Permission || !strings.Contains(e.Error(), address) || !strings.Contains(e.Advice, "serviceAccountTokenCreator") {
		t.Errorf("got %v: %s", e, e.Advice)
	}
}
