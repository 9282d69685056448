package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// draft is the dialect that the schemas are written in.
const draft = "https://json-schema.org/draft/2020-12/schema"

// schemaID is the address of the plan's schema; it names the format's major.
const schemaID = "https://scantling.dev/schemas/plan-v1.json"

// Schema returns the JSON Schema of what Encode and EncodeInfeasible write, made
// from the types of this package. It lets unknown fields pass, since a later
// minor version may add some.
func Schema() ([]byte, error) {
	defs := map[string]*jsonschema.Schema{}
	for _, t := range []reflect.Type{reflect.TypeFor[planDocument](), reflect.TypeFor[infeasibleDocument]()} {
		if err := define(t, defs); err != nil {
			return nil, err
		}
	}
	defs["planDocument"].Properties["feasible"].Const = new(any(true))
	defs["infeasibleDocument"].Properties["feasible"].Const = new(any(false))
	for _, d := range []string{"planDocument", "infeasibleDocument"} {
		defs[d].Properties["format_version"].Pattern = `^1\.[0-9]+$`
	}
	root := &jsonschema.Schema{
		Schema: draft, ID: schemaID, Title: "Plan of scantling",
		Description: "What `scantling plan -o json` writes. Numbers of dollars, seconds and shares are exact decimals; " +
			"a price that is not known is null, and so is every total that rests on it; a list is never null. " +
			"A month is 730 hours.",
		Type:     "object",
		Required: []string{"format_version", "feasible"},
		If: &jsonschema.Schema{
			Properties: map[string]*jsonschema.Schema{"feasible": {Const: new(any(false))}},
		},
		Then: refTo("infeasibleDocument"), Else: refTo("planDocument"),
		Defs: defs,
	}
	return marshalSchema(root)
}

// marshalSchema checks a schema and writes it with indentation.
func marshalSchema(root *jsonschema.Schema) ([]byte, error) {
	if _, err := root.Resolve(nil); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	raw, err := json.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func refTo(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }

// define adds the schema of a struct, and of those that it holds, to defs.
func define(t reflect.Type, defs map[string]*jsonschema.Schema) error {
	if _, done := defs[t.Name()]; done {
		return nil
	}
	known := scalarSchemas()
	for _, s := range structsIn(t) {
		known[s] = refTo(s.Name())
	}
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: known})
	if err != nil {
		return fmt.Errorf("schema of %s: %w", t.Name(), err)
	}
	s.AdditionalProperties = nil
	for f := range t.Fields() {
		if since(f) > 0 { // documents of an earlier minor do not have it
			s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return name == jsonName(f) })
		}
	}
	for f := range t.Fields() {
		name := jsonName(f)
		if s.Properties[name], err = property(s.Properties[name], f); err != nil {
			return fmt.Errorf("schema of %s.%s: %w", t.Name(), name, err)
		}
	}
	defs[t.Name()] = s
	for _, inner := range structsIn(t) {
		if err := define(inner, defs); err != nil {
			return err
		}
	}
	return nil
}

// property tightens the inferred schema of a field by its tags and puts right
// what inference leaves open: lists are never null, references may be.
func property(s *jsonschema.Schema, f reflect.StructField) (*jsonschema.Schema, error) {
	if s.Description == "" {
		return nil, fmt.Errorf("has no description")
	}
	kind := f.Type.Kind()
	switch {
	case kind == reflect.Slice && f.Type != reflect.TypeFor[json.RawMessage]():
		s.Types, s.Type = nil, "array"
	case kind == reflect.Pointer && s.Ref != "":
		s = &jsonschema.Schema{
			Description: s.Description,
			AnyOf:       []*jsonschema.Schema{{Type: "null"}, {Ref: s.Ref}},
		}
	}
	target := s
	for target.Items != nil || target.AdditionalProperties != nil {
		if target.Items != nil {
			target = target.Items
		} else {
			target = target.AdditionalProperties
		}
	}
	if isNumber(target) && f.Tag.Get("signed") != "true" {
		target.Minimum = new(0.0)
	}
	if enum := strings.Fields(f.Tag.Get("enum")); len(enum) > 0 {
		for _, word := range enum {
			target.Enum = append(target.Enum, word)
		}
		if slices.Contains(target.Types, "null") {
			target.Enum = append(target.Enum, nil)
		}
	}
	return s, nil
}

func isNumber(s *jsonschema.Schema) bool {
	return slices.ContainsFunc(append([]string{s.Type}, s.Types...), func(t string) bool {
		return t == "number" || t == "integer"
	})
}

// scalarSchemas are the schemas of the types that write themselves.
func scalarSchemas() map[reflect.Type]*jsonschema.Schema {
	number := &jsonschema.Schema{Type: "number"}
	return map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[dollars]():         number,
		reflect.TypeFor[seconds]():         number,
		reflect.TypeFor[ratio]():           number,
		reflect.TypeFor[perSecond]():       number,
		reflect.TypeFor[text]():            {Types: []string{"null", "string"}},
		reflect.TypeFor[date]():            {Types: []string{"null", "string"}, Format: "date"},
		reflect.TypeFor[json.RawMessage](): {},
	}
}

// structsIn returns the structs that the fields of t hold, in order.
func structsIn(t reflect.Type) []reflect.Type {
	var out []reflect.Type
	for f := range t.Fields() {
		inner := f.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			out = append(out, inner)
		}
	}
	return out
}
