package spec

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions returns the functions that expressions may call: those of Terraform
// that need neither a file, a clock nor chance. Each refuses arguments that are
// larger than any spec needs.
func functions() map[string]function.Function {
	all := map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc,
		"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "signum": stdlib.SignumFunc, "parseint": stdlib.ParseIntFunc,
		"chunklist": stdlib.ChunklistFunc, "coalesce": stdlib.CoalesceFunc, "coalescelist": stdlib.CoalesceListFunc,
		"compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc,
		"distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc, "flatten": stdlib.FlattenFunc,
		"index": stdlib.IndexFunc, "keys": stdlib.KeysFunc, "length": stdlib.LengthFunc, "lookup": stdlib.LookupFunc,
		"merge": stdlib.MergeFunc, "range": stdlib.RangeFunc, "reverse": stdlib.ReverseListFunc,
		"setintersection": stdlib.SetIntersectionFunc, "setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc,
		"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
		"format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc, "join": stdlib.JoinFunc,
		"lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "title": stdlib.TitleFunc, "replace": stdlib.ReplaceFunc,
		"split": stdlib.SplitFunc, "strlen": stdlib.StrlenFunc, "substr": stdlib.SubstrFunc, "trim": stdlib.TrimFunc,
		"trimprefix": stdlib.TrimPrefixFunc, "trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc,
		"tobool": stdlib.MakeToFunc(cty.Bool), "tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)), "tonumber": stdlib.MakeToFunc(cty.Number),
		"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "tostring": stdlib.MakeToFunc(cty.String),
	}
	for _, name := range sortedKeys(all) {
		all[name] = bounded(all[name])
	}
	return all
}

// wideVerb reports whether text has a verb of format whose width or precision
// has more than three digits.
func wideVerb(text string) bool {
	for rest := text; ; {
		_, after, found := strings.Cut(rest, "%")
		if !found {
			return false
		}
		rest = after
		end := strings.IndexFunc(after, func(c rune) bool { return unicode.IsLetter(c) || c == '%' })
		if end < 0 {
			end = len(after)
		}
		digits := 0
		for _, c := range after[:end] {
			if digits++; c < '0' || c > '9' {
				digits = 0
			}
			if digits > 3 {
				return true
			}
		}
	}
}

// bounded returns f with its arguments and its result held to the bounds of
// values.
func bounded(f function.Function) function.Function {
	spec := &function.Spec{
		Description: f.Description(),
		Params:      f.Params(),
		VarParam:    f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := checkArguments(args); err != nil {
				return cty.NilType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			val, err := f.Call(args)
			if err != nil {
				return cty.NilVal, err
			}
			if why := oversized(val); why != "" {
				return cty.NilVal, fmt.Errorf("the result %s", why)
			}
			return val, nil
		},
	}
	return function.New(spec)
}

// checkArguments refuses arguments that could make a result without end.
func checkArguments(args []cty.Value) error {
	for _, a := range args {
		if why := oversized(a); why != "" {
			return fmt.Errorf("an argument %s", why)
		}
		if a.Type() == cty.String && a.IsKnown() && !a.IsNull() && wideVerb(a.AsString()) {
			return fmt.Errorf("a format's width has at most three digits")
		}
	}
	return nil
}
