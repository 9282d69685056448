package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// tokens are those of JSON whose syntax was checked before, as encoding/json's Decoder with
// UseNumber gives them, at a third of its time: that one looks at the syntax of each value
// once more, and makes an error of each end.
type tokens struct {
	data []byte
	at   int
}

// errCutShort is what no checked syntax leads to.
var errCutShort = errors.New("unexpected end of JSON input")

// space passes over what stands between tokens.
func (t *tokens) space() {
	for t.at < len(t.data) {
		switch t.data[t.at] {
		case ' ', '\t', '\r', '\n', ',', ':':
			t.at++
		default:
			return
		}
	}
}

// More reports whether a list or object has another element.
func (t *tokens) More() bool {
	t.space()
	return t.at < len(t.data) && t.data[t.at] != ']' && t.data[t.at] != '}'
}

// Token returns the next token: a json.Delim, string, json.Number, bool or nil.
func (t *tokens) Token() (json.Token, error) {
	t.space()
	if t.at >= len(t.data) {
		return nil, errCutShort
	}
	switch c := t.data[t.at]; c {
	case '{', '}', '[', ']':
		t.at++
		return json.Delim(c), nil
	}
	raw, err := t.scalar()
	switch {
	case err != nil:
		return nil, err
	case raw[0] == '"':
		return unquoted(raw)
	case raw[0] == 't', raw[0] == 'f':
		return raw[0] == 't', nil
	case raw[0] == 'n':
		return nil, nil
	}
	return json.Number(raw), nil
}

// unquoted is what a string says.
func unquoted(raw []byte) (json.Token, error) {
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner), nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	return s, nil
}

// scalar passes over a string, a number or a word.
func (t *tokens) scalar() ([]byte, error) {
	from := t.at
	if t.data[from] == '"' {
		for t.at++; t.at < len(t.data); t.at++ {
			switch t.data[t.at] {
			case '\\':
				t.at++
			case '"':
				t.at++
				return t.data[from:t.at], nil
			}
		}
		return nil, errCutShort
	}
	if end := bytes.IndexAny(t.data[from:], " \t\r\n,:]}[{\""); end != 0 {
		if end < 0 {
			end = len(t.data) - from
		}
		t.at += end
		return t.data[from:t.at], nil
	}
	return nil, errCutShort
}

// Value returns the next value as it stands.
func (t *tokens) Value() ([]byte, error) {
	t.space()
	from := t.at
	for depth := 0; ; {
		t.space()
		if t.at >= len(t.data) {
			return nil, errCutShort
		}
		switch t.data[t.at] {
		case '{', '[':
			depth++
			t.at++
		case '}', ']':
			depth--
			t.at++
		default:
			if _, err := t.scalar(); err != nil {
				return nil, err
			}
		}
		if depth <= 0 {
			return t.data[from:t.at], nil
		}
	}
}
