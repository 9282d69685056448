package refresh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/scantling-dev/scantling/providers/refresh"
)

// keyPattern is what ids of access keys look like, of users and of sessions
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html), and a session's
// token where AWS repeats the headers that it was sent.
var keyPattern = regexp.MustCompile(`\bA(KIA|SIA)[A-Z0-9]{12,}\b|(?i:x-amz-security-token)[:=]\s*[A-Za-z0-9+/=]+`)

// maxText bounds what is kept of an error: AWS may answer with pages of HTML.
const maxText = 600

// Error codes of AWS's services, by what they mean. Throttling is as the SDK has it.
var (
	expiredCodes = []string{"ExpiredToken", "ExpiredTokenException", "CredentialsExpired"}
	wrongCodes   = []string{
		"AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
		"InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken", "InvalidAccessKeyId",
		"MissingAuthenticationTokenException",
	}
	skewCodes   = []string{"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
	deniedCodes = []string{
		"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "OptInRequired",
		"SubscriptionRequiredException",
	}
)

// refuse is the error of what is not asked at all.
func refuse(err error, advice string) error {
	return &refresh.Error{Kind: refresh.Refused, Call: "refresh", Advice: advice, Err: err}
}

// unbelievable is the error of an answer that cannot be used as a whole.
func (f *fetcher) unbelievable(call, format string, args ...any) error {
	return &refresh.Error{
		Kind: refresh.Answer, Call: call, Err: fmt.Errorf(format, args...),
		Advice: "Try again; if it happens again, something between here and AWS changes its answers.",
	}
}

// errNoList is an answer without the list that it is about: not an empty list, none.
var errNoList = errors.New("the answer has no list")

// stopped is the error of a context that ended: the caller's own where it gave up, a
// *refresh.Error where time ran out.
func (f *fetcher) stopped(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &refresh.Error{
			Kind: refresh.Unreachable, Call: "refresh", Err: context.DeadlineExceeded,
			Advice: "AWS did not answer in time: try again, or give it more time.",
		}
	}
	return context.Cause(ctx)
}

// explainCredentials says why there are no credentials.
func (f *fetcher) explainCredentials(ctx context.Context, call string, err error) error {
	if ctx.Err() != nil {
		return f.stopped(ctx)
	}
	explained := f.classify(call, err)
	if _, answered := errors.AsType[smithy.APIError](err); answered || explained.Kind == refresh.Throttled {
		return explained
	}
	explained.Kind = refresh.Credentials
	explained.Advice = "Sign in (aws sso login, aws configure), or name a profile that has credentials."
	return explained
}

// explain says what an error of a call means and what to do about it.
func (f *fetcher) explain(ctx context.Context, call string, err error) error {
	if _, already := errors.AsType[*refresh.Error](err); already {
		return err
	}
	if ctx.Err() != nil {
		return f.stopped(ctx)
	}
	return f.classify(call, err)
}

// classify finds the kind of an error. Its text is kept without credentials, and
// without the chain of errors that would show them.
func (f *fetcher) classify(call string, err error) *refresh.Error {
	text := f.secrets.hide(err.Error())
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + " …"
	}
	out := &refresh.Error{Call: call, Err: errors.New(text)}
	code, status := "", 0
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		status = response.HTTPStatusCode()
	}
	_, unreadable := errors.AsType[*smithy.DeserializationError](err)
	_, network := errors.AsType[net.Error](err)
	_, throttles := retry.DefaultThrottleErrorCodes[code]
	in := func(codes []string) bool { return slices.Contains(codes, code) }
	switch {
	case in(expiredCodes):
		out.Kind, out.Advice = refresh.Credentials, "The credentials have expired: sign in again (aws sso login, or a new session), then refresh."
	case in(skewCodes):
		out.Kind, out.Advice = refresh.Credentials, "AWS refuses the time of the request: set this machine's clock, or sign in again if the session is old."
	case in(wrongCodes):
		out.Kind, out.Advice = refresh.Credentials, "AWS does not accept the credentials: check the profile and its keys."
	case in(deniedCodes):
		out.Kind, out.Advice = refresh.Permission, "Allow "+call+" to these credentials"+without(call)+"."
	case throttles || status == http.StatusTooManyRequests:
		out.Kind, out.Advice = refresh.Throttled, "Try again later, or ask with less concurrency."
	case status >= http.StatusInternalServerError:
		out.Kind, out.Advice = refresh.Failed, "AWS has trouble of its own: try again later."
	case unreadable, errors.Is(err, errNoList), code == "" && status == http.StatusOK:
		out.Kind, out.Advice = refresh.Answer, "The answer cannot be read: try again; if it happens again, something between here and AWS changes it."
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		out.Kind, out.Advice = refresh.Permission, "Allow "+call+" to these credentials"+without(call)+"."
	case network, code == "" && status == 0:
		out.Kind, out.Advice = refresh.Unreachable, "No answer came: check the network, the proxy and the region's name."
	default:
		out.Kind, out.Advice = refresh.Failed, "AWS refused the call: read what it says."
	}
	return out
}

// without says how to do without a call that is not needed.
func without(call string) string {
	switch {
	case strings.HasPrefix(call, "savingsplans:"):
		return ", or refresh without commitments"
	case strings.HasPrefix(call, "servicequotas:"):
		return ", or refresh without quotas"
	}
	return ""
}
