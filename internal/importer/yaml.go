package importer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"
)

const (
	// maxNodes bounds the values of a document after its aliases are written out.
	maxNodes = 1 << 20
	// maxNesting of maps and lists; Kubernetes itself takes no deeper objects.
	maxNesting = 200
)

// parse returns the root of a YAML document; nil where it is empty. The parser panics on
// some input that is not YAML.
func parse(src []byte) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, fmt.Errorf("%v", p)
		}
	}()
	var n yaml.Node
	if err := yaml.Unmarshal(src, &n); err != nil {
		return nil, err
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) == 0 {
		return nil, nil
	}
	return n.Content[0], nil
}

// converter makes values of JSON from nodes of YAML, as kubectl does.
type converter struct {
	// left is how many values may still be made.
	left int
	// within are the anchors around, so that none holds itself.
	within []*yaml.Node
}

func (c *converter) value(n *yaml.Node, depth int) (any, error) {
	c.left--
	switch {
	case c.left < 0:
		return nil, fmt.Errorf("line %d: the document has more than %d values, its aliases written out", n.Line, maxNodes)
	case depth > maxNesting:
		return nil, fmt.Errorf("line %d: maps and lists are nested more than %d deep", n.Line, maxNesting)
	}
	switch n.Kind {
	case yaml.AliasNode:
		if n.Alias == nil || slices.Contains(c.within, n.Alias) {
			return nil, fmt.Errorf("line %d: the anchor %s holds itself", n.Line, n.Value)
		}
		c.within = append(c.within, n.Alias)
		defer func() { c.within = c.within[:len(c.within)-1] }()
		return c.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		out := []any{}
		for _, item := range n.Content {
			v, err := c.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	case yaml.MappingNode:
		return c.object(n, depth)
	case yaml.ScalarNode:
		return scalar(n)
	case yaml.DocumentNode:
	}
	return nil, fmt.Errorf("line %d: a value is expected", n.Line)
}

// object returns a map. Keys that are merged in give way to its own.
func (c *converter) object(n *yaml.Node, depth int) (any, error) {
	out, own := map[string]any{}, map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			if err := c.merge(out, own, val, depth); err != nil {
				return nil, err
			}
			continue
		}
		if key.Kind == yaml.AliasNode && key.Alias != nil {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: a key is no text", key.Line)
		}
		if own[key.Value] {
			return nil, fmt.Errorf("line %d: the key %q stands twice", key.Line, key.Value)
		}
		v, err := c.value(val, depth+1)
		if err != nil {
			return nil, err
		}
		out[key.Value], own[key.Value] = v, true
	}
	return out, nil
}

// merge adds what a map or a list of maps has to out, of which own stays.
func (c *converter) merge(out map[string]any, own map[string]bool, val *yaml.Node, depth int) error {
	v, err := c.value(val, depth+1)
	if err != nil {
		return err
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, item := range slices.Backward(list) {
		m, ok := item.(map[string]any)
		if !ok {
			return fmt.Errorf("line %d: only maps can be merged", val.Line)
		}
		for k, v := range m { // into a map: the order means nothing
			if !own[k] {
				out[k] = v
			}
		}
	}
	return nil
}

var errNotFinite = errors.New("a number is not finite")

// scalar returns a text, a number, a bool or null. "yes", "on" and their opposites are
// bools where they are not quoted, as kubectl reads them.
func scalar(n *yaml.Node) (any, error) {
	if n.Style == 0 && n.Tag == "!!str" {
		switch n.Value {
		case "yes", "Yes", "YES", "on", "On", "ON":
			return true, nil
		case "no", "No", "NO", "off", "Off", "OFF":
			return false, nil
		}
	}
	switch n.Tag {
	case "!!int", "!!float", "!!bool", "!!null":
	default:
		return n.Value, nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, err
	}
	if f, ok := v.(float64); ok && (math.IsInf(f, 0) || math.IsNaN(f)) {
		return nil, fmt.Errorf("line %d: %w", n.Line, errNotFinite)
	}
	return v, nil
}
