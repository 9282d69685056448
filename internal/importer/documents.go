package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/scantling-dev/scantling/internal/spec"
)

// object is one object of a file.
type object struct {
	file string
	// line at which it starts, document is its index in the file, from 1.
	line, document int
	json           []byte
	// node is nil where the file is JSON, of which only the line of an object is known.
	node *yaml.Node
	// offset is added to the lines of node.
	offset int
}

// at returns the line of the innermost key of a path that is there. A key may have the
// index of an element after it: "containers[0]".
func (o *object) at(path ...string) int {
	line, n := o.line, o.node
	for _, step := range path {
		if n == nil || n.Kind != yaml.MappingNode {
			break
		}
		key, index, listed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		var inner *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				line, inner = n.Content[i].Line+o.offset, n.Content[i+1]
			}
		}
		n = inner
		if at, err := strconv.Atoi(index); listed && err == nil && n != nil && at >= 0 && at < len(n.Content) {
			n = n.Content[at]
		}
	}
	return line
}

// documents calls each for every object of a file, and wrong for what is none.
func documents(f spec.File, each func(*object), wrong func(Problem)) {
	d := &splitter{file: f.Name, each: each, wrong: wrong}
	content := bytes.TrimPrefix(f.Content, []byte("\ufeff"))
	if first := bytes.TrimLeft(content, " \t\r\n"); len(first) > 0 && first[0] == '{' {
		d.json(content)
		return
	}
	start, line := 0, 1
	for at, next := 0, 1; at <= len(content); next++ {
		end := bytes.IndexByte(content[at:], '\n')
		text := content[at:]
		if end >= 0 {
			text = content[at : at+end]
		}
		if separator(text) {
			d.yaml(content[start:at], line-1)
			start, line = at, next
			if bytes.HasPrefix(text, []byte("---")) && len(bytes.TrimSpace(text[3:])) == 0 {
				start, line = min(at+len(text)+1, len(content)), next+1
			}
		}
		if end < 0 {
			break
		}
		at += end + 1
	}
	d.yaml(content[start:], line-1)
}

// separator reports whether a line starts a document.
func separator(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r')
}

// splitter takes a file apart.
type splitter struct {
	file     string
	document int
	src      []byte // of the document
	each     func(*object)
	wrong    func(Problem)
}

func (d *splitter) problem(line int, format string, args ...any) {
	d.wrong(Problem{File: d.file, Line: line, Document: d.document, Message: fmt.Sprintf(format, args...), Broken: true})
}

// yaml reads one document, which offset lines stand before.
func (d *splitter) yaml(src []byte, offset int) {
	if blank(src) {
		return
	}
	d.document++
	root, err := parse(src)
	switch {
	case err != nil:
		line, text := errorLine(err)
		d.problem(max(line, 1)+offset, "is not YAML: %s%s", text, templateHint(src))
		return
	case root == nil:
		return
	}
	d.src = src
	d.objects(root, offset, 0)
}

// templateHint says what to do with what Kubernetes does not take yet.
func templateHint(src []byte) string {
	if bytes.Contains(src, []byte("{{")) {
		return ". It looks like a template: render it first, with `helm template` for one"
	}
	return ""
}

// objects passes on the object at a node, or each of a list.
func (d *splitter) objects(n *yaml.Node, offset, depth int) {
	if n.Kind != yaml.MappingNode {
		d.problem(n.Line+offset, "is no object of Kubernetes: a map with apiVersion and kind is expected")
		return
	}
	if items := child(n, "items"); items != nil && items.Kind == yaml.SequenceNode && depth < maxLists && isList(child(n, "kind")) {
		d.document--
		for _, item := range items.Content {
			d.document++
			d.objects(item, offset, depth+1)
		}
		return
	}
	c := converter{left: maxNodes}
	v, err := c.value(n, 0)
	if err != nil {
		line, text := errorLine(err)
		d.problem(max(line, n.Line)+offset, "cannot be read: %s%s", text, templateHint(d.src))
		return
	}
	src, err := json.Marshal(v)
	if err != nil {
		d.problem(n.Line+offset, "cannot be read: %s", err)
		return
	}
	d.each(&object{file: d.file, line: n.Line + offset, document: d.document, json: src, node: n, offset: offset})
}

// maxLists bounds lists within lists.
const maxLists = 8

// isList reports whether a kind is that of a list of objects.
func isList(kind *yaml.Node) bool { return kind != nil && strings.HasSuffix(kind.Value, "List") }

// child returns the value of a key; nil where there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// blank reports whether src holds comments, directives and spaces alone.
func blank(src []byte) bool {
	for line := range bytes.Lines(src) {
		text := bytes.TrimSpace(line)
		if len(text) > 0 && text[0] != '#' && text[0] != '%' && string(text) != "..." && string(text) != "---" {
			return false
		}
	}
	return true
}

// errorLine returns the line that an error of the YAML parser names, or 0, and the rest
// of it.
func errorLine(err error) (int, string) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	parts := regexp.MustCompile(`^(?:unmarshal errors:\n  )?line ([0-9]+): (.*)`).FindStringSubmatch(text)
	if parts == nil {
		return 0, text
	}
	line, err := strconv.Atoi(parts[1])
	if err != nil {
		return 0, text
	}
	return line, parts[2]
}

// json reads values one after the other. What follows a mistake in the syntax cannot
// be told apart from it.
func (d *splitter) json(src []byte) {
	dec := json.NewDecoder(bytes.NewReader(src))
	lines := lineCounter{src: src, line: 1}
	for {
		start := skipSpace(src, dec.InputOffset())
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return
		}
		d.document++
		if err != nil {
			at := start
			if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
				at = syntax.Offset
			}
			d.problem(lines.at(at), "is not JSON: %s", err)
			return
		}
		d.jsonObjects(raw, start, &lines, 0)
	}
}

// jsonObjects passes on the object that starts at an offset, or each of a list.
func (d *splitter) jsonObjects(raw []byte, start int64, lines *lineCounter, depth int) {
	line := lines.at(start)
	var head struct {
		Kind  string  `json:"kind"`
		Items itemsAt `json:"items"`
	}
	if depth < maxLists && json.Unmarshal(raw, &head) == nil && strings.HasSuffix(head.Kind, "List") && head.Items.raw != nil {
		d.document--
		// The items are found by their text: the decoder does not say where they stand.
		at := int64(bytes.Index(raw, head.Items.raw))
		dec := json.NewDecoder(bytes.NewReader(head.Items.raw))
		if _, err := dec.Token(); err != nil {
			return
		}
		for dec.More() {
			d.document++
			from := skipSpace(head.Items.raw, dec.InputOffset())
			var item json.RawMessage
			if err := dec.Decode(&item); err != nil {
				d.problem(line, "is not JSON: %s", err)
				return
			}
			d.jsonObjects(item, start+at+from, lines, depth+1)
		}
		return
	}
	d.each(&object{file: d.file, line: line, document: d.document, json: raw})
}

// itemsAt is a list as it stands.
type itemsAt struct{ raw []byte }

// UnmarshalJSON keeps lists.
func (l *itemsAt) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		l.raw = bytes.Clone(b)
	}
	return nil
}

// skipSpace returns the offset of the first byte from at on that is neither space nor a
// comma.
func skipSpace(src []byte, at int64) int64 {
	for at < int64(len(src)) && strings.IndexByte(" \t\r\n,", src[at]) >= 0 {
		at++
	}
	return at
}

// lineCounter counts lines up to offsets that rise.
type lineCounter struct {
	src  []byte
	from int64
	line int
}

func (c *lineCounter) at(offset int64) int {
	offset = min(offset, int64(len(c.src)))
	if offset > c.from {
		c.line += bytes.Count(c.src[c.from:offset], []byte("\n"))
		c.from = offset
	}
	return c.line
}
