package fakeaws

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer answers a request as the region is.
func (s *Server) answer(w http.ResponseWriter, req *request) {
	var body string
	switch req.call() {
	case "sts:AssumeRole":
		if req.form.Get("RoleArn") != Role {
			answerError(w, req, http.StatusForbidden, "AccessDenied",
				fmt.Sprintf("User: arn:aws:iam::111122223333:user/reader is not authorized to perform: sts:AssumeRole on resource: %s", req.form.Get("RoleArn")))
			return
		}
		body = assumeRole()
	case "ec2:DescribeAvailabilityZones":
		body = s.zones()
	case "ec2:DescribeInstanceTypes":
		body = s.instanceTypes(req.form)
	case "ec2:DescribeInstanceTypeOfferings":
		body = s.offerings(req.form)
	case "ec2:DescribeSpotPriceHistory":
		body = s.spotHistory(req.form)
	case "pricing:GetProducts":
		body = s.products(req.body)
	case "savingsplans:DescribeSavingsPlansOfferingRates":
		body = s.planRates(req.body)
	case "eks:DescribeClusterVersions":
		body = s.versions(req.form)
	case "servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota":
		quota, ok := s.quota(req.body, req.action)
		if !ok {
			answerError(w, req, http.StatusBadRequest, "NoSuchResourceException", "The request failed because the specified quota does not exist.")
			return
		}
		body = quota
	default:
		answerError(w, req, http.StatusBadRequest, "InvalidAction", "The action "+req.call()+" is not valid.")
		return
	}
	w.Header().Set("Content-Type", contentType(req.service))
	_, _ = io.WriteString(w, body)
}

func assumeRole() string {
	return fmt.Sprintf(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/catalog-reader/session</Arn><AssumedRoleId>AROA123EXAMPLE123:session</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></AssumeRoleResponse>`, RoleKeyID, RoleSecret, RoleToken, requestID)
}

// escape writes text so that it can stand in XML.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder does not fail
	return b.String()
}

// page returns the items of a page and the token of the next; "" for none.
func page[T any](s *Server, items []T, token string, want int) ([]T, string) {
	from, _ := strconv.Atoi(strings.TrimPrefix(token, "page-"))
	from = min(from, len(items))
	if s.PageSize > 0 {
		want = min(want, s.PageSize)
	}
	to := min(from+want, len(items))
	if to < len(items) {
		return items[from:to], fmt.Sprintf("page-%d", to)
	}
	return items[from:to], ""
}

// answerXML is an answer of EC2: a list under a name, and the token of the next page.
func answerXML(action, list string, items []string, next string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><%[1]sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>%[2]s</requestId><%[3]s>`, action, requestID, list)
	for _, item := range items {
		b.WriteString("<item>")
		b.WriteString(item)
		b.WriteString("</item>")
	}
	fmt.Fprintf(&b, "</%s>", list)
	if next != "" {
		fmt.Fprintf(&b, "<nextToken>%s</nextToken>", next)
	}
	fmt.Fprintf(&b, "</%sResponse>", action)
	return b.String()
}

func (s *Server) zones() string {
	var items []string
	for _, z := range s.region.Zones {
		items = append(items, fmt.Sprintf(`<optInStatus>%s</optInStatus><messageSet/><regionName>%s</regionName><zoneName>%s</zoneName><zoneId>%s</zoneId><groupName>%s-zg-1</groupName><networkBorderGroup>%s</networkBorderGroup><zoneType>availability-zone</zoneType><zoneState>%s</zoneState>`,
			or(z.OptIn, "opt-in-not-required"), s.region.Name, z.Name, z.ID, s.region.Name, s.region.Name, or(z.State, "available")))
	}
	return answerXML("DescribeAvailabilityZones", "availabilityZoneInfo", items, "")
}

func or(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

func (s *Server) instanceTypes(form url.Values) string {
	machines, next := page(s, s.region.Machines, form.Get("NextToken"), number(form, "MaxResults"))
	var items []string
	for i := range machines {
		items = append(items, machines[i].xml())
	}
	return answerXML("DescribeInstanceTypes", "instanceTypeSet", items, next)
}

func number(form url.Values, name string) int {
	n, err := strconv.Atoi(form.Get(name))
	if err != nil {
		return 100
	}
	return n
}

func (s *Server) offerings(form url.Values) string {
	var all []string
	for _, m := range s.region.Machines {
		zones := m.Zones
		if zones == nil {
			for _, z := range s.region.Zones {
				zones = append(zones, z.Name)
			}
		}
		for _, z := range zones {
			all = append(all, fmt.Sprintf("<instanceType>%s</instanceType><locationType>availability-zone</locationType><location>%s</location>", m.Name, z))
		}
	}
	items, next := page(s, all, form.Get("NextToken"), number(form, "MaxResults"))
	return answerXML("DescribeInstanceTypeOfferings", "instanceTypeOfferingSet", items, next)
}

// list returns the values of a parameter that is a list: "InstanceType.1" and on.
func list(form url.Values, name string) []string {
	var out []string
	for i := 1; ; i++ {
		v := form.Get(fmt.Sprintf("%s.%d", name, i))
		if v == "" {
			return out
		}
		out = append(out, v)
	}
}

// byType sorts a history as EC2 returns it: the newest first.
func byType(all []Spot) map[string][]Spot {
	out := map[string][]Spot{}
	for _, r := range all {
		out[r.Type] = append(out[r.Type], r)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b Spot) int { return b.At.Compare(a.At) })
	}
	return out
}

// spotHistory returns the records in the window and, of each zone, the last before it.
func (s *Server) spotHistory(form url.Values) string {
	from, _ := time.Parse(time.RFC3339, form.Get("StartTime"))
	to, _ := time.Parse(time.RFC3339, form.Get("EndTime"))
	products := list(form, "ProductDescription")
	var all []*Spot
	for _, name := range list(form, "InstanceType") {
		before := map[string]bool{}
		records := s.spot[name]
		for i := range records {
			r := &records[i]
			if r.At.After(to) || before[r.Zone] || !slices.Contains(products, or(r.Product, "Linux/UNIX")) {
				continue
			}
			before[r.Zone] = r.At.Before(from)
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b *Spot) int { return b.At.Compare(a.At) })
	records, next := page(s, all, form.Get("NextToken"), number(form, "MaxResults"))
	var items []string
	for _, r := range records {
		items = append(items, fmt.Sprintf("<instanceType>%s</instanceType><productDescription>%s</productDescription><spotPrice>%s</spotPrice><timestamp>%s</timestamp><availabilityZone>%s</availabilityZone>",
			r.Type, escape(or(r.Product, "Linux/UNIX")), r.Price, r.At.UTC().Format("2006-01-02T15:04:05.000Z"), r.Zone))
	}
	return answerXML("DescribeSpotPriceHistory", "spotPriceHistorySet", items, next)
}

// encode writes an answer in JSON.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the fake's own types
	}
	return string(b)
}

func (s *Server) products(body []byte) string {
	var in struct {
		ServiceCode, NextToken string
		MaxResults             int
		Filters                []struct{ Field, Type, Value string }
	}
	_ = json.Unmarshal(body, &in)
	var all []*Product
	for i := range s.region.Products {
		p := &s.region.Products[i]
		fits := p.Service == in.ServiceCode
		for _, f := range in.Filters {
			value := p.Attributes[f.Field]
			if f.Field == "productFamily" {
				value = p.Family
			}
			switch {
			case p.Forced[f.Field]:
			case f.Type == "CONTAINS":
				fits = fits && strings.Contains(value, f.Value)
			default:
				fits = fits && value == f.Value
			}
		}
		if fits {
			all = append(all, p)
		}
	}
	found, next := page(s, all, in.NextToken, in.MaxResults)
	out := map[string]any{"FormatVersion": "aws_v1"}
	documents := []string{}
	for _, p := range found {
		documents = append(documents, p.Document())
	}
	out["PriceList"] = documents
	if next != "" {
		out["NextToken"] = next
	}
	return encode(out)
}

func (s *Server) planRates(body []byte) string {
	var in struct {
		NextToken  string `json:"nextToken"`
		MaxResults int    `json:"maxResults"`
	}
	_ = json.Unmarshal(body, &in)
	rates, next := page(s, s.region.Plans, in.NextToken, in.MaxResults)
	found := []any{}
	for i := range rates {
		found = append(found, rates[i].document(s.region.Name))
	}
	return encode(map[string]any{"searchResults": found, "nextToken": next})
}

func (s *Server) versions(form url.Values) string {
	versions, next := page(s, s.region.Versions, form.Get("nextToken"), number(form, "maxResults"))
	found := []any{}
	for _, v := range versions {
		one := map[string]any{
			"clusterType": "eks", "clusterVersion": v.Minor, "defaultVersion": false, "defaultPlatformVersion": "eks.1",
			"status": "standard-support", "versionStatus": "STANDARD_SUPPORT",
		}
		for name, day := range map[string]string{"releaseDate": v.Release, "endOfStandardSupportDate": v.StandardEnd, "endOfExtendedSupportDate": v.ExtendedEnd} {
			if at, err := time.Parse(time.DateOnly, day); err == nil {
				one[name] = at.Unix()
			}
		}
		found = append(found, one)
	}
	out := map[string]any{"clusterVersions": found}
	if next != "" {
		out["nextToken"] = next
	}
	return encode(out)
}

func (s *Server) quota(body []byte, action string) (string, bool) {
	var in struct{ ServiceCode, QuotaCode string }
	_ = json.Unmarshal(body, &in)
	quotas := s.region.Quotas
	if action == "GetAWSDefaultServiceQuota" {
		quotas = s.region.StandardQuotas
	}
	value, ok := quotas[in.ServiceCode+" "+in.QuotaCode]
	return encode(map[string]any{"Quota": map[string]any{
		"ServiceCode": in.ServiceCode, "QuotaCode": in.QuotaCode, "QuotaName": "a quota", "Value": value, "Unit": "None",
		"Adjustable": true, "GlobalQuota": false,
		"QuotaArn": fmt.Sprintf("arn:aws:servicequotas:%s:111122223333:%s/%s", s.region.Name, in.ServiceCode, in.QuotaCode),
	}}), ok
}
