// Package fakeaws is an AWS for tests: one server on the loopback that speaks the
// protocols of EC2 and STS (query and XML), of the price list and Service Quotas (JSON
// 1.1), and of EKS and Savings Plans (REST and JSON), in the shapes of their API
// references, to the SDK's real clients.
//
//	aws := fakeaws.Start(fakeaws.Oregon())
//	defer aws.Close()
//	aws.Fail("ec2:DescribeSpotPriceHistory", fakeaws.Throttle(3))
//
// A test of Go code gives aws.URL() as endpoint, and KeyID and Secret as credentials. A
// test of the program gives it the environment of aws.Env(): the SDK finds its endpoint
// and its credentials there, and looks for neither in the machine that runs the test.
//
// The server checks who asks and where: a request without credentials that it knows, or
// signed for another region than that of the service, is refused as AWS would.
package fakeaws

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// KeyID and Secret are what AWS's documentation shows for credentials.
const (
	KeyID  = "AKIAIOSFODNN7EXAMPLE"
	Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" //nolint:gosec // AWS's documentation prints it; it opens nothing
	// RoleKeyID, RoleSecret and RoleToken are those of the session that AssumeRole gives.
	RoleKeyID  = "ASIAIOSFODNN7EXAMPLE"
	RoleSecret = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY" //nolint:gosec // as above
	RoleToken  = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI"
	// Role can be assumed; no other can.
	Role = "arn:aws:iam::111122223333:role/catalog-reader"
)

// Server is the fake. Its methods may be called from several goroutines.
type Server struct {
	region Region
	http   *httptest.Server

	mu     sync.Mutex
	faults map[string][]*Fault
	calls  map[string]int
	// spot is the region's history by type, the newest first.
	spot map[string][]Spot
	// PageSize bounds the items of each answer; 0 is what the request asks for. Set it
	// before the first request.
	PageSize int
}

// Start starts a server on the loopback.
func Start(region Region) *Server {
	s := &Server{region: region, faults: map[string][]*Fault{}, calls: map[string]int{}, spot: byType(region.Spot)}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Close stops the server, and the requests that hang.
func (s *Server) Close() {
	s.http.CloseClientConnections()
	s.http.Close()
}

// URL is the endpoint of all services.
func (s *Server) URL() string { return s.http.URL }

// Env is the environment of a program that shall talk to the server and to nobody else.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.URL(),
		"AWS_ENDPOINT_URL_STS=" + s.URL(), // a profile that takes a role asks without the general one
		"AWS_ACCESS_KEY_ID=" + KeyID,
		"AWS_SECRET_ACCESS_KEY=" + Secret,
		"AWS_SESSION_TOKEN=",
		"AWS_PROFILE=",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"HTTPS_PROXY=", "HTTP_PROXY=", "NO_PROXY=*",
	}
}

// Calls returns how often a call was made, faults included: "ec2:DescribeInstanceTypes".
func (s *Server) Calls(call string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[call]
}

// Fault is what the server does instead of answering.
type Fault struct {
	// Status, Code and Message of an error of AWS; Status 0 is none.
	Status        int
	Code, Message string
	// Body is sent instead of the answer, with status 200.
	Body string
	// Cut sends half of the answer and closes the connection.
	Cut bool
	// Hang answers nothing until the client goes away.
	Hang bool
	// Times is how many calls fail; 0 is all of them. After is how many are answered
	// before.
	Times, After int
}

// Throttle is a fault of so many calls that are too many.
func Throttle(times int) Fault {
	return Fault{Status: http.StatusServiceUnavailable, Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Times: times}
}

// Fail makes a call fail from now on, "*" every call. Faults of a call are used up in
// the order in which they were given.
func (s *Server) Fail(call string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[call] = append(s.faults[call], &f)
}

// fault counts a call and returns what goes wrong with it; nil for nothing.
func (s *Server) fault(call string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[call]++
	for _, name := range []string{call, "*"} {
		list := s.faults[name]
		if len(list) == 0 {
			continue
		}
		f := list[0]
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times == 0 {
			return f
		}
		if f.Times--; f.Times == 0 {
			s.faults[name] = list[1:]
		}
		return f
	}
	return nil
}

// request is what the server knows of a request.
type request struct {
	service, action string
	form            url.Values
	body            []byte
}

func (r *request) call() string { return r.service + ":" + r.action }

// credential is how a signed request says who asks, for which region and service.
var credential = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$`)

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	req := request{body: body}
	who := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if who != nil {
		req.service = who[3]
	}
	switch {
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		req.form, _ = url.ParseQuery(string(body))
		req.action = req.form.Get("Action")
	case r.Header.Get("X-Amz-Target") != "":
		_, req.action, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	case r.URL.Path == "/cluster-versions":
		req.action, req.form = "DescribeClusterVersions", r.URL.Query()
	default:
		req.action = strings.TrimPrefix(r.URL.Path, "/")
	}
	if f := s.fault(req.call()); f != nil {
		s.fail(w, r, &req, f)
		return
	}
	if code, message := s.refuses(who, r.Header.Get("X-Amz-Security-Token"), &req); code != "" {
		answerError(w, &req, http.StatusForbidden, code, message)
		return
	}
	s.answer(w, &req)
}

// refuses returns why a request is not answered.
func (s *Server) refuses(who []string, token string, req *request) (code, message string) {
	if who == nil {
		return "MissingAuthenticationToken", "Request is missing Authentication Token"
	}
	switch {
	case who[1] == KeyID && token == "":
	case who[1] == RoleKeyID && token == RoleToken:
	default:
		return wrongCredentials(req.service), "The security token included in the request is invalid."
	}
	if regions := s.regions(req.service); !strings.Contains(" "+regions+" ", " "+who[2]+" ") {
		return "SignatureDoesNotMatch", fmt.Sprintf("Credential should be scoped to a valid region, not '%s'.", who[2])
	}
	return "", ""
}

// wrongCredentials is how a service calls keys that it does not know.
func wrongCredentials(service string) string {
	switch service {
	case "ec2":
		return "AuthFailure"
	case "sts":
		return "InvalidClientTokenId"
	}
	return "UnrecognizedClientException"
}

// regions are those in which a service answers.
func (s *Server) regions(service string) string {
	china := strings.HasPrefix(s.region.Name, "cn-")
	switch {
	case service == "pricing" && china:
		return "cn-northwest-1"
	case service == "pricing":
		return "us-east-1 eu-central-1 ap-south-1"
	case service == "savingsplans" && !china:
		return "us-east-1"
	}
	return s.region.Name
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, req *request, f *Fault) {
	switch {
	case f.Hang:
		<-r.Context().Done()
	case f.Cut:
		s.cut(w, req)
	case f.Status != 0:
		answerError(w, req, f.Status, f.Code, f.Message)
	default:
		w.Header().Set("Content-Type", contentType(req.service))
		_, _ = io.WriteString(w, f.Body)
	}
}

// cut sends half of what would have been answered.
func (s *Server) cut(w http.ResponseWriter, req *request) {
	recorder := httptest.NewRecorder()
	s.answer(recorder, req)
	whole := recorder.Body.Bytes()
	w.Header().Set("Content-Type", contentType(req.service))
	w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
	_, _ = w.Write(whole[:len(whole)/2])
	panic(http.ErrAbortHandler)
}

func contentType(service string) string {
	switch service {
	case "ec2", "sts":
		return "text/xml;charset=UTF-8"
	case "pricing", "servicequotas":
		return "application/x-amz-json-1.1"
	}
	return "application/json"
}

// answerError answers as the service's protocol has it.
func answerError(w http.ResponseWriter, req *request, status int, code, message string) {
	w.Header().Set("Content-Type", contentType(req.service))
	switch req.service {
	case "ec2":
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>%s</RequestID></Response>`,
			escape(code), escape(message), requestID)
	case "sts":
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>`,
			escape(code), escape(message), requestID)
	default:
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
	}
}

// requestID is that of every answer.
const requestID = "59dbff89-35bd-4eac-99ed-be587EXAMPLE"
