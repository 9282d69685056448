package spec

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// maxFormats bounds how often formatting is repeated until nothing changes.
const maxFormats = 8

// Format returns src in canonical form: indented by two spaces, equals signs
// aligned, lines ended by a line feed alone, one at the end of the file.
// Formatting twice changes nothing. Where src is not HCL it returns nil and
// why.
func Format(name string, src []byte) ([]byte, hcl.Diagnostics) {
	r := newReader(nil)
	if r.parse(File{Name: name, Content: src}) == nil {
		return nil, r.sorted()
	}
	plain, _ := trimBOM(src)
	out := tidy(plain)
	for range maxFormats {
		next := tidy(hclwrite.Format(out))
		if bytes.Equal(next, out) {
			break
		}
		out = next
	}
	return out, r.sorted()
}

// tidy ends lines and the file in one way.
func tidy(src []byte) []byte {
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	src = bytes.TrimRight(src, "\n")
	src = bytes.TrimLeft(src, "\n")
	if len(src) == 0 {
		return src
	}
	return append(bytes.Clone(src), '\n')
}
