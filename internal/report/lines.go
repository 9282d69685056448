package report

import (
	"strings"
	"unicode/utf8"
)

// separator stands between the items of a line.
const separator = " · "

// runes is the width of a text in columns.
func runes(s string) int { return utf8.RuneCountInString(s) }

// wrap breaks s between words into lines of at most width, those after the first
// indented by hang; a longer word stands alone. There is always a first line.
func wrap(s string, width, hang int) []string {
	lines := []string{""}
	indent := strings.Repeat(" ", hang)
	for word := range strings.FieldsSeq(s) {
		i := len(lines) - 1
		switch {
		case lines[i] == "":
			lines[i] = word
		case runes(lines[i])+1+runes(word) <= width:
			lines[i] += " " + word
		default:
			lines = append(lines, indent+word)
		}
	}
	return lines
}

// longestWord is the width of the longest word of s.
func longestWord(s string) int {
	longest := 0
	for word := range strings.FieldsSeq(s) {
		longest = max(longest, runes(word))
	}
	return longest
}

// flow joins items with separators into lines of at most width. A line that does
// not begin the list is indented by hang, and one that continues an item that is
// too long for a line of its own by continued; no other item follows on it.
func flow(items []string, width, hang, continued int) []string {
	var lines []string
	broken := false // the last line is the rest of an item
	for _, item := range items {
		last := len(lines) - 1
		if last >= 0 && !broken && runes(lines[last])+runes(separator)+runes(item) <= width {
			lines[last] += separator + item
			continue
		}
		begin := ""
		if last >= 0 {
			begin = strings.Repeat(" ", hang)
		}
		parts := []string{item}
		if broken = runes(begin)+runes(item) > width; broken {
			parts = wrap(item, width-len(begin), max(continued-len(begin), 0))
		}
		for _, part := range parts {
			lines = append(lines, begin+part)
		}
	}
	return lines
}

// heading writes the name of what the page is about and what it is, in as many
// lines as it takes.
func (p *page) heading(name string, parts ...string) {
	if p.rich != nil {
		p.rich.add(richBlock{Heading: name, Parts: parts})
		return
	}
	lines := flow(append([]string{name}, parts...), p.o.width(), len(margin), 2*len(margin))
	for i, l := range lines {
		if rest, ok := strings.CutPrefix(l, name); ok && i == 0 {
			l = p.o.paint(bold, name) + rest
		}
		p.line("%s", l)
	}
}

// prose writes a sentence in as many lines as it takes.
func (p *page) prose(s string) {
	if p.rich != nil {
		p.rich.add(richBlock{Paragraph: s})
		return
	}
	for _, l := range wrap(s, p.o.width()-len(margin), 0) {
		p.line("%s%s", margin, l)
	}
}

// labelled writes a label and items, broken between items to the page's width
// with the items aligned. A line that continues an item is indented.
func (p *page) labelled(label string, s style, items ...string) {
	p.entry(label, s, 0, items...)
}

// entry is labelled for a list of entries with several items each: all lines of
// the entry but its first are indented by hang.
func (p *page) entry(label string, s style, hang int, items ...string) {
	if p.rich != nil {
		p.rich.entry(label, s, items)
		return
	}
	const labelWidth = 15
	head := margin + label + strings.Repeat(" ", max(labelWidth-runes(label), len(gutter)))
	indent := strings.Repeat(" ", runes(head))
	room := max(p.o.width()-runes(head), leastWrap)
	for i, l := range flow(items, room, hang, hang+len(margin)) {
		before := indent
		switch {
		case i == 0 && runes(l) > room && label != "": // a word that fits nowhere
			p.line("%s", p.o.paint(bold, head))
		case i == 0:
			before = p.o.paint(bold, head)
		}
		p.line("%s%s", before, p.o.paint(s, l))
	}
}

// command writes a command line after a word, broken as a shell lets one break
// it: between words, with a backslash.
func (p *page) command(before, command string) {
	if p.rich != nil {
		p.rich.add(richBlock{Before: before, Command: command})
		return
	}
	indent := strings.Repeat(" ", runes(before))
	line := before
	for i, word := range shellWords(command) {
		switch {
		case i == 0:
			line += word
		case runes(line)+1+runes(word)+len(` \`) <= p.o.width():
			line += " " + word
		default:
			p.line(`%s \`, line)
			line = indent + margin + word
		}
	}
	p.line("%s", line)
}

// shellWords parts a command at the spaces that stand in no single quotes.
func shellWords(command string) []string {
	words := []string{""}
	inQuotes := false
	for _, r := range command {
		if r == '\'' {
			inQuotes = !inQuotes
		}
		if r == ' ' && !inQuotes {
			words = append(words, "")
			continue
		}
		words[len(words)-1] += string(r)
	}
	return words
}

// style of a piece of text.
type style int

const (
	plain style = iota
	bold
	dim
	red
	yellow
	green
)

// paint puts s in colour, if colours are wanted.
func (o Options) paint(s style, text string) string {
	if !o.Color || text == "" {
		return text
	}
	var code string
	switch s {
	case plain:
		return text
	case bold:
		code = "1"
	case dim:
		code = "2"
	case red:
		code = "31"
	case yellow:
		code = "33"
	case green:
		code = "32"
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
