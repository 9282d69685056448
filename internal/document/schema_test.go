package document_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/planner"
)

// resolved returns the schema, ready to validate.
func resolved(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	raw, err := document.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// value returns a document as generic JSON.
func value(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaAcceptsWhatIsWritten(t *testing.T) {
	schema := resolved(t)
	plans := []*planner.Plan{shop(), {}, rooms(), external()}
	// The empty plan has enumerations outside their values; it checks that lists
	// are never null, so it is given what it needs.
	plans[1].Cluster.Environment, plans[1].Cluster.Network.CNI = planner.Production, planner.VPC
	plans[1].Cluster.ControlPlane.Mode, plans[1].ControlPlane.Mode = planner.Managed, planner.Managed
	for seed := range uint64(30) {
		plans = append(plans, randomPlan(seed, seed%2 == 0))
	}
	for i, p := range plans {
		if err := schema.Validate(value(t, encode(t, p))); err != nil {
			t.Errorf("plan %d: %v", i, err)
		}
	}
	if err := schema.Validate(value(t, encodeInfeasible(t))); err != nil {
		t.Errorf("infeasible: %v", err)
	}
}

// TestSchemaRefuses breaks a document in one place at a time.
func TestSchemaRefuses(t *testing.T) {
	schema := resolved(t)
	data := string(encode(t, shop()))
	for name, change := range map[string][2]string{
		"another major":      {`"format_version": "1.3"`, `"format_version": "2.0"`},
		"a count in words":   {`"nodes": 6`, `"nodes": "six"`},
		"a negative count":   {`"min_nodes": 6`, `"min_nodes": -6`},
		"a list that is nil": {`"members": []`, `"members": null`},
		"an unknown role":    {`"role": "batch"`, `"role": "butch"`},
		"a missing field":    {`"max_nodes": 6,`, ``},
		"a price in words":   {`"usd_per_hour": 0.4,`, `"usd_per_hour": "0.4",`},
		"no cluster":         {`"cluster": {`, `"clusters": {`},
	} {
		broken := strings.Replace(data, change[0], change[1], 1)
		if broken == data {
			t.Fatalf("%s: the document has no %s", name, change[0])
		}
		if err := schema.Validate(value(t, []byte(broken))); err == nil {
			t.Errorf("%s: the schema lets it pass", name)
		}
	}
	later := strings.Replace(data, `"feasible": true,`, `"feasible": true, "added_in_1_2": {"x": [1]},`, 1)
	if err := schema.Validate(value(t, []byte(later))); err != nil {
		t.Errorf("a field of a later minor: %v", err)
	}
}

func TestSchemaOnDisk(t *testing.T) {
	want, err := document.Schema()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/plan.schema.json is not what the types say: run `make docs`")
	}
}
