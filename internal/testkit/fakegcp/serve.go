package fakegcp

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
)

// ServeHTTP answers a call, or fails as the next fault says.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := s.next(r.URL.Path)
	switch {
	case f == nil:
		s.answer(w, r)
	case f.Hang:
		<-r.Context().Done()
	case f.Truncate:
		whole := httptest.NewRecorder()
		s.answer(whole, r)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
		w.Write(whole.Body.Bytes()[:whole.Body.Len()/2]) //nolint:errcheck // the caller may be gone
	default:
		maps.Copy(w.Header(), f.Header)
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(max(f.Status, http.StatusOK))
		w.Write([]byte(f.Body)) //nolint:errcheck // the caller may be gone
	}
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	c := s.cloud
	compute := "/compute/v1/projects/" + c.Project
	switch path := r.URL.Path; {
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed, "UNIMPLEMENTED", "only GET")
	case path == compute+"/zones":
		list(w, r, c, "compute#zoneList", "items", "maxResults", c.Zones)
	case path == compute+"/aggregated/machineTypes":
		aggregated(w, r, c, "machineTypes", c.MachineTypes, func(m MachineType) (string, string) { return "zones/" + m.Zone, m.Zone })
	case path == compute+"/aggregated/diskTypes":
		aggregated(w, r, c, "diskTypes", c.DiskTypes, func(d DiskType) (string, string) {
			if d.Region != "" {
				return "regions/" + d.Region, d.Region
			}
			return "zones/" + d.Zone, d.Zone
		})
	case path == compute+"/regions/"+c.Region:
		send(w, map[string]any{"kind": "compute#region", "name": c.Region, "status": "UP", "quotas": c.Quotas})
	case path == "/v1/services/6F81-5844-456A/skus":
		if r.URL.Query().Get("currencyCode") != "USD" {
			refuse(w, http.StatusBadRequest, "INVALID_ARGUMENT", "the test wants dollars")
			return
		}
		list(w, r, c, "", "skus", "pageSize", c.SKUs)
	case path == "/v1/projects/"+c.Project+"/locations/"+c.Region+"/serverConfig":
		send(w, c.Server)
	default:
		refuse(w, http.StatusNotFound, "NOT_FOUND", "The resource '"+path+"' was not found")
	}
}

// page returns the items of the page that r asks for, and the token of the next.
func page[T any](w http.ResponseWriter, r *http.Request, c *Cloud, sizeName string, items []T) (rows []T, next string, ok bool) {
	const prefix = "page-token-"
	size := c.PageSize
	if size == 0 {
		size = 100
	}
	if asked, err := strconv.Atoi(r.URL.Query().Get(sizeName)); err == nil && asked > 0 {
		size = min(size, asked)
	}
	from := 0
	if token := r.URL.Query().Get("pageToken"); token != "" {
		at, err := strconv.Atoi(strings.TrimPrefix(token, prefix))
		if err != nil || !strings.HasPrefix(token, prefix) || at > len(items) {
			refuse(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Invalid value for field 'pageToken'")
			return nil, "", false
		}
		from = at
	}
	to := min(from+size, len(items))
	if to < len(items) {
		next = prefix + strconv.Itoa(to)
	}
	return items[from:to], next, true
}

func list[T any](w http.ResponseWriter, r *http.Request, c *Cloud, kind, field, sizeName string, items []T) {
	rows, next, ok := page(w, r, c, sizeName, items)
	if !ok {
		return
	}
	out := map[string]any{field: rows, "nextPageToken": next}
	if kind != "" {
		out["kind"] = kind
	}
	send(w, out)
}

// aggregated answers an aggregated list: the rows of the page by scope, and a warning
// for scopes without any. It knows one filter, on the zone's name.
func aggregated[T any](w http.ResponseWriter, r *http.Request, c *Cloud, field string, items []T, scope func(T) (scope, name string)) {
	var fits []T
	filter := regexp.MustCompile(`^zone eq "(.*)"$`).FindStringSubmatch(r.URL.Query().Get("filter"))
	for _, item := range items {
		if _, name := scope(item); filter == nil || regexp.MustCompile("^(?:"+filter[1]+")$").MatchString(name) {
			fits = append(fits, item)
		}
	}
	rows, next, ok := page(w, r, c, "maxResults", fits)
	if !ok {
		return
	}
	scopes := map[string]map[string]any{"zones/nowhere1-a": {"warning": map[string]any{
		"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for scope 'zones/nowhere1-a' on this page.",
		"data": []any{map[string]string{"key": "scope", "value": "zones/nowhere1-a"}},
	}}}
	for _, row := range rows {
		name, _ := scope(row)
		if scopes[name] == nil {
			scopes[name] = map[string]any{}
		}
		list, _ := scopes[name][field].([]T)
		scopes[name][field] = append(list, row)
	}
	send(w, map[string]any{"items": scopes, "nextPageToken": next})
}

func send(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "INTERNAL", err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Write(b) //nolint:errcheck // the caller may be gone
}

func refuse(w http.ResponseWriter, code int, status, message string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	w.Write([]byte(ErrorBody(code, status, "notFound", message))) //nolint:errcheck // the caller may be gone
}
