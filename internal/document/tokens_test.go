package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/scantling-dev/scantling/internal/document"
)

// theirs are the tokens that encoding/json finds.
func theirs(data []byte) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var out []string
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, fmt.Sprintf("%T %v, more: %t", tok, tok, dec.More()))
	}
}

// sameTokens compares our tokens of valid JSON with encoding/json's.
func sameTokens(t *testing.T, data []byte) {
	t.Helper()
	want, err := theirs(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := document.Tokens(data, len(want))
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d tokens, want %d", data, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: token %d is %s, want %s", data, i, got[i], want[i])
		}
	}
	value, err := document.Value(data)
	if err != nil || !bytes.Equal(value, bytes.TrimSpace(data)) {
		t.Fatalf("%s: the value is %s (%v)", data, value, err)
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{
		`{}`, ` [ ] `, `0`, `-1.5e+10`, `"a"`, `true`, `[null,false]`, `{"a":[1,{"b":"c"}],"d":{}}`, `"\u00e9\n\"\\"`, "\"\xff\"", `["]","{",",",":"]`,
		`[1 , 2]`, "{\n\t\"x\" : [ ]\n}", `"\\"`, `["\\","\""]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if json.Valid(data) {
			sameTokens(t, data)
			return
		}
		// What is none ends, with an error or without.
		if _, err := document.Tokens(data, len(data)+1); err == nil && len(data) == 0 {
			t.Error("nothing has tokens")
		}
		_, _ = document.Value(data)
	})
}

// TestTokensOfPlans: all of a plan, as encoding/json reads it.
func TestTokensOfPlans(t *testing.T) {
	var out bytes.Buffer
	if err := document.Encode(&out, shop(), "dev"); err != nil {
		t.Fatal(err)
	}
	sameTokens(t, out.Bytes())
}
