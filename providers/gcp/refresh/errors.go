package refresh

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/googleapis/gax-go/v2/apierror"
	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"

	"github.com/scantling-dev/scantling/providers/refresh"
)

// call is one of the APIs' methods, as errors and advice name it.
type call struct {
	// name is "compute.machineTypes.aggregatedList".
	name string
	// api is the service to enable, role the least one that may make the call.
	api, role string
}

// The calls of a refresh.
var (
	callAll          = call{name: "refresh"}
	callClients      = call{name: "credentials"}
	callZones        = call{"compute.zones.list", computeAPI, viewer}
	callMachineTypes = call{"compute.machineTypes.aggregatedList", computeAPI, viewer}
	callDiskTypes    = call{"compute.diskTypes.aggregatedList", computeAPI, viewer}
	callRegion       = call{"compute.regions.get", computeAPI, viewer}
	callSKUs         = call{"cloudbilling.services.skus.list", "cloudbilling.googleapis.com", ""}
	callGKE          = call{"container.projects.locations.getServerConfig", "container.googleapis.com", "roles/container.clusterViewer"}
)

const (
	computeAPI = "compute.googleapis.com"
	viewer     = "roles/compute.viewer"

	signIn = "Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account."
)

// fail returns a *refresh.Error for what went wrong in a call. It keeps nothing of err
// but its kind, so that no credential of a request or an answer gets into a message.
func (o Options) fail(ctx context.Context, c call, err error) error {
	if err == nil {
		return nil
	}
	out := &refresh.Error{Call: c.name, Kind: refresh.Failed}
	if known, ok := errors.AsType[*refresh.Error](err); ok {
		return known
	}
	if ctx.Err() != nil {
		out.Kind, out.Err = refresh.Unreachable, context.Cause(ctx)
		out.Advice = "Run the refresh again, with more time if it ran out."
		return out
	}
	if o.unauthorized(out, err) || o.refused(out, c, err) {
		return out
	}
	if c == callClients {
		out.Kind, out.Advice = refresh.Credentials, signIn
		out.Err = errors.New("the application default credentials cannot be read")
		return out
	}
	if broken, what := connection(err); broken {
		out.Kind, out.Err = refresh.Unreachable, errors.New(what)
		out.Advice = "Check the network, and any proxy, and run the refresh again."
		return out
	}
	if unreadable(err) {
		out.Kind, out.Err = refresh.Answer, errors.New("the answer is not the JSON that the API's reference describes")
		out.Advice = "Check that no proxy answers in Google's place, and run the refresh again."
		return out
	}
	out.Err = errors.New("an error that this program does not know")
	out.Advice = "Run the refresh again."
	return out
}

// unauthorized fills in errors of getting a token.
func (o Options) unauthorized(out *refresh.Error, err error) bool {
	text := err.Error()
	api, isAPI := errors.AsType[*googleapi.Error](err)
	token, isToken := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case isAPI && api.Code == http.StatusUnauthorized:
		out.Err = errors.New("the access token is expired or not valid (HTTP 401)")
	case isAPI:
		return false
	case strings.Contains(text, "impersonate:"):
		out.Kind, out.Err = refresh.Permission, fmt.Errorf("no token could be got for %s", o.ImpersonateServiceAccount)
		out.Advice = "Grant whoever runs this roles/iam.serviceAccountTokenCreator on the service account, and enable iamcredentials.googleapis.com."
		return true
	case isToken && known(token.ErrorCode):
		out.Err = fmt.Errorf("no access token was given (%s)", token.ErrorCode)
	case strings.Contains(text, "could not find default credentials"):
		out.Err = errors.New("no application default credentials were found")
	case isToken, strings.Contains(text, "oauth2:"), strings.Contains(text, "credentials:"), strings.Contains(text, "auth:"):
		out.Err = errors.New("no access token was given")
	default:
		return false
	}
	out.Kind, out.Advice = refresh.Credentials, signIn
	return true
}

// known reports whether a code of a token endpoint is one of RFC 6749, and not text
// that somebody could have put there.
func known(code string) bool {
	return slices.Contains([]string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_rapt",
	}, code)
}

// refused fills in what Google answered with an error of its own.
func (o Options) refused(out *refresh.Error, c call, err error) bool {
	api, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return false
	}
	reason := reasons(api)
	out.Err = fmt.Errorf("HTTP %d", api.Code)
	if said := scrub(api.Message); said != "" {
		out.Err = fmt.Errorf("HTTP %d: %s", api.Code, said)
	}
	switch {
	case api.Code == http.StatusTooManyRequests || slowDown(api):
		out.Kind = refresh.Throttled
		out.Advice = "Wait a minute and run the refresh again; other programs may be using up the project's quota of API requests."
		if after := api.Header.Get("Retry-After"); onlyDigits(after) {
			out.Advice = fmt.Sprintf("Wait %s seconds, as Google asks, and run the refresh again.", after)
		}
	case slices.Contains(reason, "SERVICE_DISABLED"), slices.Contains(reason, "accessNotConfigured"):
		out.Kind = refresh.Permission
		out.Advice = fmt.Sprintf("Enable the API: gcloud services enable %s --project %s", c.api, o.Project)
	case api.Code == http.StatusForbidden:
		out.Kind = refresh.Permission
		out.Advice = fmt.Sprintf("Any account may make this call once %s is enabled in project %s; see which account is signed in.", c.api, o.Project)
		if c.role != "" {
			out.Advice = fmt.Sprintf("Grant the account %s in project %s.", c.role, o.Project)
		}
	case api.Code == http.StatusNotFound:
		out.Advice = fmt.Sprintf("Check the name of project %s and of the region.", o.Project)
	case api.Code >= http.StatusInternalServerError:
		out.Advice = "Google answers with an error of its own: run the refresh again later (status.cloud.google.com says whether it is known)."
	default:
		out.Advice = "Run the refresh again; if it persists, report it."
	}
	return true
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// reasons are the codes by which Google tells errors of one status apart.
func reasons(api *googleapi.Error) []string {
	var out []string
	for _, item := range api.Errors {
		out = append(out, item.Reason)
	}
	if parsed, ok := apierror.ParseError(api, false); ok {
		out = append(out, parsed.Reason())
	}
	return out
}

// slowDown reports whether a refusal is for too many requests: Google says so with 403
// too.
func slowDown(api *googleapi.Error) bool {
	return api.Code == http.StatusForbidden && slices.ContainsFunc(reasons(api), func(r string) bool {
		return r == "rateLimitExceeded" || r == "userRateLimitExceeded" || r == "RATE_LIMIT_EXCEEDED"
	})
}

// connection says what is wrong with a connection, where that is what is wrong.
func connection(err error) (broken bool, what string) {
	switch timeout, isTimeout := errors.AsType[net.Error](err); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return true, "the answer breaks off"
	case errors.Is(err, context.DeadlineExceeded), isTimeout && timeout.Timeout():
		return true, "no answer came in time"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true, "the name of Google's server cannot be resolved"
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true, "the connection failed"
	}
	if request, ok := errors.AsType[*url.Error](err); ok && (errors.Is(request.Err, io.EOF) || strings.Contains(request.Err.Error(), "connection")) {
		return true, "the connection broke"
	}
	return false, ""
}

// unreadable reports whether an answer came that says nothing.
func unreadable(err error) bool {
	_, isSyntax := errors.AsType[*json.SyntaxError](err)
	_, isType := errors.AsType[*json.UnmarshalTypeError](err)
	return isSyntax || isType || strings.Contains(err.Error(), "proto:") || errors.Is(err, io.EOF)
}

// secrets are shapes of credentials: what Google says of an error never holds them, and
// is not trusted with that.
var secrets = regexp.MustCompile(`(?i)ya29\.[\w.-]+|1//[\w-]+|bearer\s+\S+|eyJ[\w-]+\.[\w.-]+|(access_token|refresh_token|client_secret|private_key|key)["']?\s*[=:]\s*\S+|-----BEGIN[^-]*-----[\s\S]*`)

// maxMessage bounds what is repeated of Google's own words.
const maxMessage = 300

// scrub returns the first line of a message, without anything like a credential.
func scrub(message string) string {
	message, _, _ = strings.Cut(strings.TrimSpace(secrets.ReplaceAllString(message, "[withheld]")), "\n")
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
	}
	return message
}
