package cli

import (
	"regexp"
	"strings"
)

// fit lays a help text out for a width. What has room stays as it is written: paragraphs,
// entries of lists and commands are broken anew where a line of theirs has none. Flags are
// laid out before.
func fit(text string, width int) string {
	var out []string
	lines := strings.Split(text, "\n")
	section := ""
	for i := 0; i < len(lines); {
		line := lines[i]
		if strings.HasSuffix(line, ":") && !strings.HasPrefix(line, " ") {
			section = line
		}
		if line == "" {
			section = ""
		}
		n := 1
		switch {
		case section == "Flags:" || section == "Global Flags:" || line == "":
			out = append(out, line)
		case section == "Examples:" && strings.HasPrefix(line, " "):
			out = append(out, fitCommand(line, width)...)
		case strings.HasPrefix(line, " "):
			column := textColumn(line)
			for column > 0 && i+n < len(lines) && indent(lines[i+n]) == column {
				n++
			}
			out = append(out, fitLines(lines[i:i+n], column, width)...)
		default:
			for i+n < len(lines) && lines[i+n] != "" && !strings.HasPrefix(lines[i+n], " ") {
				n++
			}
			out = append(out, fitLines(lines[i:i+n], 0, width)...)
		}
		i += n
	}
	return strings.Join(out, "\n")
}

// indent is how many spaces a line starts with.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// textColumn is where the text of an entry starts: "  name   text"; 0 where it has no name.
func textColumn(line string) int {
	if at := regexp.MustCompile(`^ +\S+( \S+)*  +`).FindString(line); at != "" && len(at) < len(line) {
		return len(at)
	}
	return 0
}

// fitLines breaks lines anew where one is wider than there is room; all but the first then
// start at a column.
func fitLines(lines []string, column, width int) []string {
	wide := false
	for _, l := range lines {
		wide = wide || len([]rune(l)) > width
	}
	if !wide {
		return lines
	}
	head := ""
	if column > 0 {
		head = lines[0][:column]
		lines = append([]string{lines[0][column:]}, lines[1:]...)
	}
	var out []string
	current := ""
	for word := range strings.FieldsSeq(strings.Join(lines, " ")) {
		switch {
		case current == "":
			current = word
		case column+len([]rune(current))+1+len([]rune(word)) > width:
			out = append(out, head+current)
			head, current = strings.Repeat(" ", column), word
		default:
			current += " " + word
		}
	}
	return append(out, head+current)
}

// fitCommand breaks a line of commands where a shell reads on: after | and &&, or before a
// flag.
func fitCommand(line string, width int) []string {
	if len([]rune(line)) <= width {
		return []string{line}
	}
	for _, joint := range []string{" && ", " | "} {
		if first, rest, ok := strings.Cut(line, joint); ok {
			return append(fitCommand(first+strings.TrimSuffix(joint, " "), width), fitCommand(strings.Repeat(" ", indent(line)+2)+rest, width)...)
		}
	}
	if at := strings.LastIndex(line[:min(len(line), width+1)], " --"); at > indent(line) {
		return append([]string{line[:at] + " \\"}, fitCommand(strings.Repeat(" ", indent(line)+2)+line[at+1:], width)...)
	}
	return []string{line}
}
