package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxCount bounds every plain whole number of a document that counts things: no
// cluster has more, and what reads the plan may allocate by it.
const maxCount = 1_000_000_000

// readInto reads the JSON object data into the struct that d points to. It is
// stricter than encoding/json, and says where: a field that is missing, given
// twice, of another kind, negative without leave or outside its enumeration is an
// error with the field's path. Unknown fields are skipped. The syntax of data was
// checked before.
//
// The document is of format 1.minor. A field with the tag since:"n" may be missing
// before minor n and is zero then; a field with the tag open:"true" takes words
// outside its enumeration from a minor that is later than ours.
func readInto(data []byte, d any, minor int) error {
	r := reader{dec: &tokens{data: data}, minor: minor, fields: map[reflect.Type]map[string]reflect.StructField{}}
	return r.value(reflect.ValueOf(d).Elem(), "", "")
}

type reader struct {
	dec    *tokens
	minor  int
	fields map[reflect.Type]map[string]reflect.StructField
}

// value reads the next value into v. tag is the tag of the field that holds it.
func (r *reader) value(v reflect.Value, path string, tag reflect.StructTag) error {
	if raw, ok := reflect.TypeAssert[*json.RawMessage](v.Addr()); ok {
		return r.raw(raw)
	}
	tok, err := r.dec.Token()
	if err != nil {
		return err
	}
	return r.token(tok, v, path, tag)
}

func (r *reader) raw(to *json.RawMessage) error {
	raw, err := r.dec.Value()
	if err != nil {
		return err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return err
	}
	*to = compact.Bytes()
	return nil
}

// token reads the value that starts with tok into v.
func (r *reader) token(tok json.Token, v reflect.Value, path string, tag reflect.StructTag) error {
	if s, ok := reflect.TypeAssert[scalar](v.Addr()); ok {
		if err := s.read(tok); err != nil {
			return at(path, err)
		}
		return at(path, r.check(v, tag))
	}
	switch {
	case is(v, reflect.Pointer):
		if tok == nil {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return r.token(tok, v.Elem(), path, tag)
	case is(v, reflect.Struct):
		if tok != json.Delim('{') {
			return at(path, wrongKind("an object", tok))
		}
		return r.object(v, path)
	case is(v, reflect.Map):
		if tok != json.Delim('{') {
			return at(path, wrongKind("an object", tok))
		}
		return r.dictionary(v, path, tag)
	case is(v, reflect.Slice):
		if tok != json.Delim('[') {
			return at(path, wrongKind("a list", tok))
		}
		return r.list(v, path, tag)
	default:
		if err := plain(tok, v); err != nil {
			return at(path, err)
		}
		return at(path, r.check(v, tag))
	}
}

func (r *reader) object(v reflect.Value, path string) error {
	known := r.fieldsOf(v.Type())
	seen := map[string]bool{}
	for r.dec.More() {
		name, err := r.key()
		if err != nil {
			return err
		}
		f, ok := known[name]
		if !ok {
			if _, err := r.dec.Value(); err != nil {
				return err
			}
			continue
		}
		if seen[name] {
			return at(join(path, name), fmt.Errorf("is given twice"))
		}
		seen[name] = true
		if err := r.value(v.FieldByIndex(f.Index), join(path, name), f.Tag); err != nil {
			return err
		}
	}
	for f := range v.Type().Fields() {
		if name := jsonName(f); !seen[name] && since(f) <= r.minor {
			return at(join(path, name), fmt.Errorf("is missing"))
		}
	}
	_, err := r.dec.Token()
	return err
}

func (r *reader) dictionary(v reflect.Value, path string, tag reflect.StructTag) error {
	v.Set(reflect.MakeMap(v.Type()))
	for r.dec.More() {
		name, err := r.key()
		if err != nil {
			return err
		}
		key := reflect.ValueOf(name)
		where := path + "[" + strconv.Quote(name) + "]"
		if v.MapIndex(key).IsValid() {
			return at(where, fmt.Errorf("is given twice"))
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(elem, where, tag); err != nil {
			return err
		}
		v.SetMapIndex(key, elem)
	}
	_, err := r.dec.Token()
	return err
}

func (r *reader) list(v reflect.Value, path string, tag reflect.StructTag) error {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for i := 0; r.dec.More(); i++ {
		elem := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(elem, path+"["+strconv.Itoa(i)+"]", tag); err != nil {
			return err
		}
		v.Set(reflect.Append(v, elem))
	}
	_, err := r.dec.Token()
	return err
}

func (r *reader) key() (string, error) {
	tok, err := r.dec.Token()
	if err != nil {
		return "", err
	}
	name, _ := tok.(string)
	return name, nil
}

func (r *reader) fieldsOf(t reflect.Type) map[string]reflect.StructField {
	if known, ok := r.fields[t]; ok {
		return known
	}
	known := map[string]reflect.StructField{}
	for f := range t.Fields() {
		known[jsonName(f)] = f
	}
	r.fields[t] = known
	return known
}

// is reports whether v is of a kind.
func is(v reflect.Value, kind reflect.Kind) bool { return v.Kind() == kind }

// plain reads a token into a string, bool, int, int64 or float64.
func plain(tok json.Token, v reflect.Value) error {
	switch {
	case is(v, reflect.String):
		s, ok := tok.(string)
		if !ok {
			return wrongKind("a string", tok)
		}
		v.SetString(s)
	case is(v, reflect.Bool):
		b, ok := tok.(bool)
		if !ok {
			return wrongKind("true or false", tok)
		}
		v.SetBool(b)
	case v.CanInt():
		n, ok := tok.(json.Number)
		if !ok {
			return wrongKind("a whole number", tok)
		}
		i, err := parseDecimal(string(n), 0)
		if err != nil {
			return wrongKind("a whole number", tok)
		}
		v.SetInt(i)
	case v.CanFloat():
		n, ok := tok.(json.Number)
		if !ok {
			return wrongKind("a number", tok)
		}
		f, err := n.Float64()
		if err != nil {
			return errTooLarge
		}
		v.SetFloat(f)
	default:
		panic("document: a field of kind " + v.Kind().String())
	}
	return nil
}

// check holds a value that was read to its field's tag: enum lists the strings
// that are allowed, signed:"true" admits negative numbers.
func (r *reader) check(v reflect.Value, tag reflect.StructTag) error {
	switch {
	case is(v, reflect.String):
		enum, ok := tag.Lookup("enum")
		if !ok || v.Type() == reflect.TypeFor[text]() && v.String() == "" {
			return nil
		}
		if r.minor > supportedMinor && tag.Get("open") == "true" {
			return nil
		}
		if words := strings.Fields(enum); !slices.Contains(words, v.String()) {
			return fmt.Errorf("%q is not one of %s", v.String(), strings.Join(words, ", "))
		}
	case v.CanInt():
		if v.Int() < 0 && tag.Get("signed") != "true" {
			return fmt.Errorf("must not be negative")
		}
		if is(v, reflect.Int) && (v.Int() > maxCount || v.Int() < -maxCount) {
			return errTooLarge
		}
	case v.CanFloat():
		if v.Float() < 0 && tag.Get("signed") != "true" {
			return fmt.Errorf("must not be negative")
		}
	}
	return nil
}

// since returns the minor that added a field, 0 for those of the first.
func since(f reflect.StructField) int {
	tag, ok := f.Tag.Lookup("since")
	if !ok {
		return 0
	}
	minor, err := strconv.Atoi(tag)
	if err != nil {
		panic("document: field " + f.Name + " has the tag since:" + strconv.Quote(tag))
	}
	return minor
}

// jsonName returns the name of a field in the document.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// at puts the path before an error; nil stays nil.
func at(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case path == "":
		return err
	default:
		return fmt.Errorf("%s: %w", path, err)
	}
}

// difference returns the path of the first field in which two values of the same
// type differ, or "". Fields that were added after minor are left out.
func difference(a, b any, minor int) string {
	path, differ := differs(reflect.ValueOf(a), reflect.ValueOf(b), minor)
	if !differ {
		return ""
	}
	return strings.TrimPrefix(path, ".")
}

// differs returns where two values differ, seen from them: ".name" and "[2]". The path is
// made on the way back, since nearly always there is none.
func differs(a, b reflect.Value, minor int) (path string, differ bool) {
	switch {
	case is(a, reflect.Pointer):
		if a.IsNil() || b.IsNil() {
			return "", a.IsNil() != b.IsNil()
		}
		return differs(a.Elem(), b.Elem(), minor)
	case is(a, reflect.Struct):
		for i := range a.NumField() {
			f := a.Type().Field(i)
			if since(f) > minor {
				continue
			}
			if path, differ := differs(a.Field(i), b.Field(i), minor); differ {
				return "." + jsonName(f) + path, true
			}
		}
		return "", false
	case is(a, reflect.Slice):
		for i := range min(a.Len(), b.Len()) {
			if path, differ := differs(a.Index(i), b.Index(i), minor); differ {
				return "[" + strconv.Itoa(i) + "]" + path, true
			}
		}
		return "", a.Len() != b.Len()
	default:
		return "", !reflect.DeepEqual(a.Interface(), b.Interface())
	}
}
