package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// unreadable reports an object that Kubernetes' types do not read, with the field where that
// is found. Of quantities the error does not say which it is.
func (r *reading) unreadable(err error) {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		r.broken(r.at(strings.Split(wrong.Field, ".")...), "cannot be read: %s is a %s", wrong.Field, wrong.Value)
		return
	}
	var whole any
	if json.Unmarshal(r.json, &whole) == nil {
		if path, value := wrongQuantity(whole, nil); path != nil {
			r.broken(r.at(path...), "cannot be read: %s is %q, which is no quantity", strings.Join(path, "."), value)
			return
		}
	}
	r.broken(r.line, "cannot be read: %s", err)
}

// wrongQuantity is the first of the requests and limits below v that is no quantity; nil
// where there is none. Steps have the index of an element behind them: "containers[0]".
func wrongQuantity(v any, path []string) (found []string, value string) {
	switch v := v.(type) {
	case map[string]any:
		quantities := len(path) > 0 && slices.Contains([]string{"requests", "limits"}, path[len(path)-1])
		for _, key := range slices.Sorted(maps.Keys(v)) {
			at := append(slices.Clone(path), key)
			if text, ok := v[key].(string); ok && quantities {
				if _, err := resource.ParseQuantity(text); err != nil {
					return at, text
				}
			}
			if found, value = wrongQuantity(v[key], at); found != nil {
				return found, value
			}
		}
	case []any:
		for i, e := range v {
			at := slices.Clone(path)
			if len(at) > 0 {
				at[len(at)-1] += fmt.Sprintf("[%d]", i)
			}
			if found, value = wrongQuantity(e, at); found != nil {
				return found, value
			}
		}
	}
	return nil, ""
}
