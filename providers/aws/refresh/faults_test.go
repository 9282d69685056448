package refresh_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
	aws "github.com/scantling-dev/scantling/providers/aws/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// calls are all that a refresh makes.
func calls() []string {
	return []string{
		"ec2:DescribeAvailabilityZones", "ec2:DescribeInstanceTypes", "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeSpotPriceHistory",
		"pricing:GetProducts", "savingsplans:DescribeSavingsPlansOfferingRates", "eks:DescribeClusterVersions",
		"servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota",
	}
}

// refused fetches what must fail, and returns the error, which must be a *refresh.Error
// without credentials that says what to do.
func refused(ctx context.Context, t *testing.T, req refresh.Request, opts aws.Options) *refresh.Error {
	t.Helper()
	_, err := aws.Fetch(ctx, req, opts)
	explained, ok := errors.AsType[*refresh.Error](err)
	if !ok {
		t.Fatalf("not explained: %v", err)
	}
	if explained.Advice == "" || !strings.HasSuffix(explained.Advice, ".") {
		t.Errorf("advice %q", explained.Advice)
	}
	hidden(t, err)
	return explained
}

// hidden checks that no text of an error shows credentials.
func hidden(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		text := fmt.Sprintf("%v %+v %#v", e, e, e)
		for _, secret := range []string{fakeaws.KeyID, fakeaws.Secret, fakeaws.RoleKeyID, fakeaws.RoleSecret, fakeaws.RoleToken} {
			if strings.Contains(text, secret) {
				t.Errorf("an error shows credentials: %s", text)
			}
		}
	}
}

// TestErrorsSayWhatToDo fails each call in each way.
func TestErrorsSayWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  fakeaws.Fault
		kind   refresh.Kind
		advice string
	}{
		"denied":        {fakeaws.Fault{Status: 403, Code: "AccessDeniedException", Message: "not authorized"}, refresh.Permission, "Allow "},
		"unauthorized":  {fakeaws.Fault{Status: 403, Code: "UnauthorizedOperation", Message: "not authorized"}, refresh.Permission, "Allow "},
		"expired":       {fakeaws.Fault{Status: 400, Code: "ExpiredTokenException", Message: "The security token included in the request is expired"}, refresh.Credentials, "sign in again"},
		"expired, ec2":  {fakeaws.Fault{Status: 400, Code: "RequestExpired", Message: "Request has expired."}, refresh.Credentials, "clock"},
		"a wrong clock": {fakeaws.Fault{Status: 403, Code: "RequestTimeTooSkewed", Message: "The difference is too large."}, refresh.Credentials, "clock"},
		"wrong keys": {fakeaws.Fault{
			Status: 403, Code: "SignatureDoesNotMatch",
			Message: "The Canonical String should have been 'x-amz-security-token:" + fakeaws.RoleToken + "' of " + fakeaws.KeyID + " and not " + fakeaws.Secret,
		}, refresh.Credentials, "keys"},
		"a storm of 429":          {fakeaws.Fault{Status: 429, Code: "TooManyRequestsException", Message: "Too many requests"}, refresh.Throttled, "later"},
		"a storm of throttling":   {fakeaws.Fault{Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"}, refresh.Throttled, "later"},
		"a storm of 503":          {fakeaws.Fault{Status: 503, Code: "ServiceUnavailable", Message: "Service Unavailable"}, refresh.Failed, "later"},
		"a storm of 500":          {fakeaws.Fault{Status: 500, Code: "InternalError", Message: "An internal error has occurred"}, refresh.Failed, "later"},
		"neither XML nor JSON":    {fakeaws.Fault{Body: "<html><body>Sign in to the wireless network"}, refresh.Answer, "changes it"},
		"another document":        {fakeaws.Fault{Body: "{]"}, refresh.Answer, "changes it"},
		"an answer that is cut":   {fakeaws.Fault{Cut: true}, "", ""},
		"what the docs never say": {fakeaws.Fault{Status: 400, Code: "InvalidParameterValue", Message: "no"}, refresh.Failed, "read what it says"},
	} {
		for i, call := range calls() {
			if testing.Short() && i%4 != 0 {
				continue // one call of each protocol
			}
			t.Run(name+"/"+call, func(t *testing.T) {
				server := start(t, fakeaws.Oregon())
				server.Fail(call, tc.fault)
				req, opts := request("us-west-2"), options(server)
				opts.Attempts = 2
				got := refused(t.Context(), t, req, opts)
				if tc.kind == "" { // a half answer is no answer, or one that cannot be read
					if got.Kind != refresh.Unreachable && got.Kind != refresh.Answer {
						t.Errorf("kind %s: %v", got.Kind, got)
					}
				} else if got.Kind != tc.kind || !strings.Contains(got.Advice, tc.advice) {
					t.Errorf("kind %s, advice %q: %v", got.Kind, got.Advice, got)
				}
				if got.Call != call {
					t.Errorf("blamed is %s: %v", got.Call, got)
				}
			})
		}
	}
}

// TestStormsPass: a call that is throttled, fails or is cut and then answers is made
// again, and the catalog is the same.
func TestStormsPass(t *testing.T) {
	want := fetch(t, fakeaws.Oregon(), nil)
	for name, fault := range map[string]fakeaws.Fault{
		"throttled": fakeaws.Throttle(3),
		"429":       {Status: 429, Code: "TooManyRequestsException", Message: "Too many requests", Times: 3},
		"500":       {Status: 500, Code: "InternalError", Message: "An internal error has occurred", Times: 3},
	} {
		server := start(t, fakeaws.Oregon())
		for _, call := range calls() {
			server.Fail(call, fault)
		}
		got, err := aws.Fetch(t.Context(), request("us-west-2"), options(server))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, want, got)
		for _, call := range calls() {
			if server.Calls(call) < 4 {
				t.Errorf("%s: %s was made %d times", name, call, server.Calls(call))
			}
		}
	}
}

// TestASlowServer: no answer within the caller's time.
func TestASlowServer(t *testing.T) {
	for _, call := range calls() {
		server := start(t, fakeaws.Oregon())
		server.Fail(call, fakeaws.Fault{Hang: true})
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		got := refused(ctx, t, request("us-west-2"), options(server))
		stop()
		if got.Kind != refresh.Unreachable || !errors.Is(got, context.DeadlineExceeded) {
			t.Errorf("%s: %s: %v", call, got.Kind, got)
		}
	}
}

// TestTheCallerGivesUp: it gets its own reason back, and soon.
func TestTheCallerGivesUp(t *testing.T) {
	server := start(t, fakeaws.Oregon())
	server.Fail("ec2:DescribeSpotPriceHistory", fakeaws.Fault{Hang: true})
	enough := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	req := request("us-west-2")
	req.Progress = func(s refresh.Step) {
		if s.Name == "quotas" && s.Done == s.Total {
			stop(enough)
		}
	}
	if _, err := aws.Fetch(ctx, req, options(server)); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	server := start(t, fakeaws.Oregon())
	opts := options(server)
	server.Close()
	opts.Attempts = 1
	if got := refused(t.Context(), t, request("us-west-2"), opts); got.Kind != refresh.Unreachable {
		t.Errorf("%s: %v", got.Kind, got)
	}
}

func TestWithoutCredentials(t *testing.T) {
	server := start(t, fakeaws.Oregon())
	none := options(server)
	none.Credentials = nil
	if got := refused(t.Context(), t, request("us-west-2"), none); got.Kind != refresh.Credentials || got.Call != "credentials" {
		t.Errorf("%s %s: %v", got.Kind, got.Call, got)
	}
	none.Profile = "nobody"
	if got := refused(t.Context(), t, request("us-west-2"), none); got.Kind != refresh.Credentials || !strings.Contains(got.Error(), "nobody") {
		t.Errorf("%s: %v", got.Kind, got)
	}
	unknown := options(server)
	unknown.Credentials = credentials.NewStaticCredentialsProvider("AKIAI44QH8DHBEXAMPLE", "another", "")
	got := refused(t.Context(), t, request("us-west-2"), unknown)
	if got.Kind != refresh.Credentials || strings.Contains(fmt.Sprint(got), "AKIAI44QH8DHBEXAMPLE") {
		t.Errorf("%s: %v", got.Kind, got)
	}
}

// TestPartsThatAreNotAskedFor are not called, so that nobody needs leave for them.
func TestPartsThatAreNotAskedFor(t *testing.T) {
	server := start(t, fakeaws.Oregon())
	for _, call := range calls()[5:] {
		if call != "eks:DescribeClusterVersions" {
			server.Fail(call, fakeaws.Fault{Status: http.StatusForbidden, Code: "AccessDeniedException", Message: "no"})
		}
	}
	opts := options(server)
	opts.WithoutCommitments, opts.WithoutQuotas = true, true
	got, err := aws.Fetch(t.Context(), request("us-west-2"), opts)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := got.Catalog.Type("m5.large")
	if len(got.Quotas) != 0 || len(m.Commitments) != 0 {
		t.Errorf("quotas %v, commitments %v", got.Quotas, m.Commitments)
	}
}
