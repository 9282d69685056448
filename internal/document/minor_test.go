package document_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
)

// later returns the document of shop as format 1.7 may write it: with fields that
// 1.3 does not know, lists that are computed otherwise, and new words where words
// only describe.
func later(t *testing.T, format string) string {
	t.Helper()
	data := string(encode(t, shop()))
	for _, c := range [][2]string{
		{`"format_version": "1.3"`, `"format_version": "` + format + `", "edition": {"of": [1, null]}`},
		{`"gap": `, `"gap_explained": {"why": [1, {"nodes": null}]}, "gap": `},
		{`"event": "nodes_done"`, `"event": "nodes_ready"`},
		{`"events": []`, `"events": [{"at_seconds": 0, "node_group": "web", "event": "control_plane_start", "minor": "1.36"}]`},
		{`"total_usd_per_month": 2161.00000759`, `"total_usd_per_month": 2161`},
		{`"price_basis": "listed"`, `"price_basis": "contract"`},
		{`"severity": "warning"`, `"severity": "critical"`},
	} {
		changed := strings.Replace(data, c[0], c[1], 1)
		if changed == data {
			t.Fatalf("the document has no %s", c[0])
		}
		data = changed
	}
	return data
}

func TestDecodeAcceptsLaterMinors(t *testing.T) {
	got, err := document.Decode([]byte(later(t, "1.7")))
	if err != nil {
		t.Fatal(err)
	}
	want := shop()
	want.Offers[0].OnDemand.Basis = "contract"
	want.Findings[0].Severity = "critical"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// In a document of our own minor, each of these is a mistake.
	if _, err := document.Decode([]byte(later(t, "1.3"))); err == nil {
		t.Error("the same document is read as 1.3")
	}
}

// TestLaterMinorsAreRefusedWithTheReason: what decides is not guessed.
func TestLaterMinorsAreRefusedWithTheReason(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"a new role":        {`"role": "batch"`, `"role": "cache"`, `inputs.node_groups[0].role: "cache" is not one of app, batch, ingress, monitoring, stateful, system, gpu`},
		"a field taken out": {`"max_nodes": 6,`, ``, `node_groups[2].max_nodes: is missing`},
		"another kind":      {`"nodes": 6,`, `"nodes": [6],`, `node_groups[2].nodes: want a whole number, got a list`},
	} {
		data := strings.Replace(later(t, "1.7"), c.old, c.new, 1)
		_, err := document.Decode([]byte(data))
		want := "read plan: " + c.want + " (the document is of format 1.7, this program knows 1.3)"
		if err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, want)
		}
	}
	infeasible := strings.Replace(string(encodeInfeasible(t)), `"format_version": "1.3"`, `"format_version": "1.7", "hints": [{}]`, 1)
	if _, err := document.Decode([]byte(infeasible)); err == nil || !strings.Contains(err.Error(), "the service time's own p99") {
		t.Errorf("an answer without a plan: %v", err)
	}
}

// grown is an object whose format grew: b came with 1.2, c with 1.5.
type grown struct {
	A int    `json:"a" jsonschema:"From the start."`
	B *int   `json:"b" since:"2" jsonschema:"Since 1.2."`
	C []deep `json:"c" since:"5" jsonschema:"Since 1.5."`
}

type deep struct {
	D catalogs.Basis `json:"d" enum:"listed family" open:"true" jsonschema:"From the start of c."`
	E string         `json:"e" since:"6" enum:"x y" jsonschema:"Since 1.6."`
}

// TestFieldsAddedSince reads documents of every minor with a type that grew.
func TestFieldsAddedSince(t *testing.T) {
	for name, c := range map[string]struct {
		minor      int
		doc, fails string
	}{
		"before all":         {0, `{"a": 1}`, ""},
		"between":            {2, `{"a": 1, "b": 2}`, ""},
		"given early":        {0, `{"a": 1, "c": []}`, ""},
		"first field":        {1, `{"b": 2}`, "a: is missing"},
		"since before":       {3, `{"a": 1}`, "b: is missing"},
		"since this":         {5, `{"a": 1, "b": 2}`, "c: is missing"},
		"inside, early":      {5, `{"a": 1, "b": 2, "c": [{"d": "listed"}]}`, ""},
		"inside, late":       {6, `{"a": 1, "b": 2, "c": [{"d": "listed"}]}`, "c[0].e: is missing"},
		"wrong all the same": {0, `{"a": 1, "c": [{"d": "listed", "e": "z"}]}`, `c[0].e: "z" is not one of x, y`},
		"open, our minor":    {1, `{"a": 1, "c": [{"d": "lent"}]}`, `c[0].d: "lent" is not one of listed, family`},
		"open, later":        {4, `{"a": 1, "b": 2, "c": [{"d": "lent"}]}`, ""},
	} {
		var got grown
		err := document.ReadInto([]byte(c.doc), &got, c.minor)
		if (err == nil) != (c.fails == "") || err != nil && err.Error() != c.fails {
			t.Errorf("%s: %v, want %q", name, err, c.fails)
		}
	}
	one, two := grown{A: 1}, grown{A: 1, B: new(2)}
	if d := document.Difference(&one, &two, 1); d != "" {
		t.Errorf("%s is compared in a document that is older than it", d)
	}
	if d := document.Difference(&one, &two, 2); d != "b" {
		t.Errorf("b differs, found %q", d)
	}
}

// TestSchemaOfGrownType: what came later is described and not required.
func TestSchemaOfGrownType(t *testing.T) {
	raw, err := document.SchemaOf[grown]()
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Required   []string
		Properties map[string]any
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Required) != 1 || s.Required[0] != "a" || len(s.Properties) != 3 {
		t.Errorf("the schema is %s", raw)
	}
}
