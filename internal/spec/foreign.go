package spec

import (
	"bytes"
	"regexp"
	"unicode/utf8"
)

// binaryStart is how much of a file is looked at for what no text has.
const binaryStart = 8192

// otherFormat says what a file is that was taken for a spec, and where that shows; empty
// where nothing does. parsed tells whether HCL's parser found no mistake in it: what could
// be HCL is only something else where it is not HCL.
func otherFormat(content []byte, parsed bool) (what string, at int) {
	if bytes.HasPrefix(content, []byte{0xff, 0xfe}) || bytes.HasPrefix(content, []byte{0xfe, 0xff}) {
		return "", 0 // UTF-16, of which every other byte is 0: text in another encoding
	}
	start := content[:min(len(content), binaryStart)]
	if i := bytes.IndexByte(start, 0); i >= 0 {
		return "binary", i
	}
	src := bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\ufeff")), " \t\r\n")
	first := len(content) - len(src)
	switch {
	case len(src) > 1 && src[0] == 0x1f && src[1] == 0x8b:
		return "compressed by gzip", first
	case parsed || len(src) == 0 || !utf8.Valid(content):
		return "", 0
	case src[0] == '{' || src[0] == '[':
		return "JSON", first
	case src[0] == '<':
		return "HTML or XML", first
	}
	for _, f := range foreignLines() {
		if where := f.line.FindIndex(content); where != nil {
			return f.what, where[0]
		}
	}
	return "", 0
}

// foreignLine is a line that HCL never has.
type foreignLine struct {
	what string
	line *regexp.Regexp
}

func foreignLines() []foreignLine {
	return []foreignLine{
		{"Markdown", regexp.MustCompile("(?m)^```")},
		{"YAML, as Kubernetes reads it", regexp.MustCompile(`(?m)^(apiVersion|kind):\s`)},
		{"YAML", regexp.MustCompile(`\A(#[^\n]*\n|\s*\n)*(---|[A-Za-z_][\w.-]*:)\s`)},
	}
}
