package document

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
)

// ReadInto and Difference read and compare types that the documents do not have
// yet.
func ReadInto(data []byte, d any, minor int) error { return readInto(data, d, minor) }

// Difference is the path of the first field that differs.
func Difference(a, b any, minor int) string { return difference(a, b, minor) }

// SchemaOf is the schema of a struct.
func SchemaOf[T any]() ([]byte, error) {
	defs := map[string]*jsonschema.Schema{}
	t := reflect.TypeFor[T]()
	if err := define(t, defs); err != nil {
		return nil, err
	}
	return json.Marshal(defs[t.Name()])
}

// Tokens are the first so many of the tokens of JSON, each with whether more follow.
func Tokens(data []byte, most int) ([]string, error) {
	t := tokens{data: data}
	var out []string
	for range most {
		tok, err := t.Token()
		if err != nil {
			return out, err
		}
		out = append(out, fmt.Sprintf("%T %v, more: %t", tok, tok, t.More()))
	}
	return out, nil
}

// Value is the first value of JSON, as it stands.
func Value(data []byte) ([]byte, error) { return (&tokens{data: data}).Value() }
