package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// What a source file may hold. HCL's parser and evaluator recurse over brackets
// and operators; at about 100,000 levels the stack overflows, which no program
// survives. So tokens are counted before anything is parsed.
const (
	// MaxFileBytes is the largest source file that is parsed: 4 MiB.
	MaxFileBytes = 4 << 20
	// maxDepth of brackets: of blocks, lists, objects, parentheses and templates.
	maxDepth = 200
	// maxChain of operators that may nest in one expression.
	maxChain = 1000
	// maxOpen brackets more than closed ones, counted over bytes before the file
	// is split into tokens, which takes some hundred bytes for each.
	maxOpen = 10_000
	// maxParts of a text: of its lines and its ${…}. The parser's work grows with
	// the square of it.
	maxParts = 2000
	// maxNumberLength of a number's digits.
	maxNumberLength = 40
)

// trimBOM takes a byte order mark off src and returns where the rest starts.
func trimBOM(src []byte) ([]byte, hcl.Pos) {
	start := hcl.InitialPos
	if rest, ok := bytes.CutPrefix(src, []byte("\ufeff")); ok {
		start.Byte = len(src) - len(rest)
		return rest, start
	}
	return src, start
}

// guard reports whether f can be parsed without harm.
func (r *reader) guard(f File) bool {
	if len(f.Content) > MaxFileBytes {
		r.add(FileTooLarge, &hcl.Range{Filename: f.Name, Start: hcl.InitialPos, End: hcl.InitialPos},
			"The file has more than %d bytes (4 MiB). A spec is a few kilobytes: is this one?", MaxFileBytes)
		return false
	}
	if i := invalidUTF8(f.Content); i >= 0 {
		r.add(InvalidEncoding, rangeAt(f, i), "Byte %d (0x%02x) is not UTF-8. Save the file as UTF-8.", i, f.Content[i])
		return false
	}
	if i := openBrackets(f.Content); i >= 0 {
		r.add(TooDeep, rangeAt(f, i), "Brackets are nested more than %d deep here.", maxDepth)
		return false
	}
	if i := unaryRun(f.Content); i >= 0 {
		r.add(ExpressionTooBig, rangeAt(f, i), "This expression has more than %d operators. Split it with locals.", maxChain)
		return false
	}
	src, start := trimBOM(f.Content)
	tokens, _ := hclsyntax.LexConfig(src, f.Name, start)
	if code, rng, detail := checkTokens(tokens); code != "" {
		r.add(code, &rng, "%s", detail)
		return false
	}
	return true
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(src []byte) int {
	if utf8.Valid(src) {
		return -1
	}
	for i := 0; i < len(src); {
		ch, size := utf8.DecodeRune(src[i:])
		if ch == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

// openBrackets returns the offset at which too many brackets are open, or -1.
// Brackets in strings and comments count too, which is why the bound is large.
func openBrackets(src []byte) int {
	open := 0
	for i, b := range src {
		switch b {
		case '{', '[', '(':
			open++
		case '}', ']', ')':
			open--
		}
		if open > maxOpen {
			return i
		}
	}
	return -1
}

// unaryRun returns the offset at which "-" and "!" have followed each other too
// often, spaces and line ends aside, or -1. Like openBrackets it looks at bytes:
// rules of dashes in comments are shorter.
func unaryRun(src []byte) int {
	run := 0
	for i, b := range src {
		switch b {
		case '-', '!':
			run++
		case ' ', '\t', '\r', '\n':
		default:
			run = 0
		}
		if run > maxOpen {
			return i
		}
	}
	return -1
}

// rangeAt returns the range of the byte at offset i.
func rangeAt(f File, i int) *hcl.Range {
	line := 1 + bytes.Count(f.Content[:i], []byte("\n"))
	column := 1 + utf8.RuneCount(f.Content[bytes.LastIndexByte(f.Content[:i], '\n')+1:i])
	start := hcl.Pos{Line: line, Column: column, Byte: i}
	end := start
	end.Column++
	end.Byte++
	return &hcl.Range{Filename: f.Name, Start: start, End: end}
}

// level is what stands between an opening token and its closing one.
type level struct {
	closer hclsyntax.TokenType
	// chain counts the tokens since the last separator that may nest.
	chain int
	// parts of a template.
	parts int
	// template levels hold parts side by side; lines levels end what may nest at
	// each new line.
	template, lines bool
}

// tokenCounter bounds how deep the parser can recurse over tokens.
type tokenCounter struct {
	levels []level
	depth  int // brackets open
	chain  int // sum of the levels' chains
}

// checkTokens returns what is wrong with tokens, or an empty code.
func checkTokens(tokens hclsyntax.Tokens) (Code, hcl.Range, string) {
	c := &tokenCounter{levels: []level{{closer: hclsyntax.TokenEOF, lines: true}}}
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenNumberLit && !numberBounded(t.Bytes) {
			return ExpressionTooBig, t.Range, fmt.Sprintf("A number has at most %d digits and an exponent of at most two.", maxNumberLength)
		}
		c.next(t)
		if c.depth > maxDepth {
			return TooDeep, t.Range, fmt.Sprintf("Brackets are nested more than %d deep here.", maxDepth)
		}
		if c.chain > maxChain {
			return ExpressionTooBig, t.Range, fmt.Sprintf("This expression has more than %d operators. Split it with locals.", maxChain)
		}
		if c.levels[len(c.levels)-1].parts > maxParts {
			return ExpressionTooBig, t.Range, fmt.Sprintf("This text has more than %d lines or parts.", maxParts)
		}
	}
	return "", hcl.Range{}, ""
}

// next counts one token.
func (c *tokenCounter) next(t hclsyntax.Token) {
	top := &c.levels[len(c.levels)-1]
	switch t.Type { //nolint:exhaustive // every other token is an operator, or an error of syntax
	case hclsyntax.TokenOBrace:
		c.open(level{closer: hclsyntax.TokenCBrace, lines: true})
	case hclsyntax.TokenOBrack:
		c.open(level{closer: hclsyntax.TokenCBrack})
	case hclsyntax.TokenOParen:
		c.open(level{closer: hclsyntax.TokenCParen})
	case hclsyntax.TokenTemplateInterp:
		top.parts++
		c.open(level{closer: hclsyntax.TokenTemplateSeqEnd})
	case hclsyntax.TokenTemplateControl:
		c.nest(top) // %{ if } … %{ endif } nests without brackets
		c.open(level{closer: hclsyntax.TokenTemplateSeqEnd})
	case hclsyntax.TokenOQuote:
		c.levels = append(c.levels, level{closer: hclsyntax.TokenCQuote, template: true})
	case hclsyntax.TokenOHeredoc:
		c.levels = append(c.levels, level{closer: hclsyntax.TokenCHeredoc, template: true})
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd,
		hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
		c.close(t.Type)
	case hclsyntax.TokenNewline:
		if top.lines {
			c.reset(top)
		}
	case hclsyntax.TokenComment:
		if top.lines && bytes.HasSuffix(t.Bytes, []byte("\n")) {
			c.reset(top)
		}
	case hclsyntax.TokenComma:
		c.reset(top)
	case hclsyntax.TokenStringLit, hclsyntax.TokenQuotedLit, hclsyntax.TokenQuotedNewline:
		top.parts++
	case hclsyntax.TokenIdent, hclsyntax.TokenNumberLit, hclsyntax.TokenEOF:
	default:
		if !top.template {
			c.nest(top)
		}
	}
}

func (c *tokenCounter) open(l level) {
	c.levels = append(c.levels, l)
	c.depth++
}

// close ends the top level if t closes it; a stray closer is left to the parser.
func (c *tokenCounter) close(t hclsyntax.TokenType) {
	top := &c.levels[len(c.levels)-1]
	if top.closer != t {
		return
	}
	c.reset(top)
	c.levels = c.levels[:len(c.levels)-1]
	if t == hclsyntax.TokenCQuote || t == hclsyntax.TokenCHeredoc {
		return
	}
	c.depth--
	// An index or a call may follow the one before: a[b][c] nests.
	if parent := &c.levels[len(c.levels)-1]; !parent.template {
		c.nest(parent)
	}
}

func (c *tokenCounter) nest(l *level) {
	l.chain++
	c.chain++
}

func (c *tokenCounter) reset(l *level) {
	c.chain -= l.chain
	l.chain = 0
}

// numberBounded reports whether a number's text is short enough to compute with.
func numberBounded(text []byte) bool {
	if len(text) > maxNumberLength {
		return false
	}
	i := bytes.IndexAny(text, "eE")
	return i < 0 || len(bytes.TrimLeft(text[i+1:], "+-0")) <= 2
}

// maxLoops is how deep for expressions may nest.
const maxLoops = 2

// loopsBounded reports whether no loop of body nests too deep.
func (r *reader) loopsBounded(body *hclsyntax.Body) bool {
	w := &loopWalker{}
	// The walker itself never fails.
	_ = hclsyntax.Walk(body, w)
	for i := range w.bad {
		r.add(ExpressionTooBig, &w.bad[i], "For expressions may be nested %d deep. Compute the inner list in a local.", maxLoops)
	}
	return len(w.bad) == 0
}

// loopWalker finds loops that are nested too deep.
type loopWalker struct {
	depth int
	bad   []hcl.Range
}

// Enter counts a loop in.
func (w *loopWalker) Enter(n hclsyntax.Node) hcl.Diagnostics {
	if _, ok := n.(*hclsyntax.ForExpr); ok {
		if w.depth++; w.depth == maxLoops+1 {
			w.bad = append(w.bad, n.Range())
		}
	}
	return nil
}

// Exit counts a loop out.
func (w *loopWalker) Exit(n hclsyntax.Node) hcl.Diagnostics {
	if _, ok := n.(*hclsyntax.ForExpr); ok {
		w.depth--
	}
	return nil
}
