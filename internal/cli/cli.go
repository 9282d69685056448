// Package cli is the command line: each command turns its flags into one call
// and renders the answer. It owns exit codes, streams and signals.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scantling-dev/scantling/internal/run"
)

// Version of the tool, also in every document it writes.
const Version = "0.1.0"

// World is everything outside that a command may touch.
type World struct {
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Env in the form of os.Environ.
	Env []string
	// Now is the clock; what needs a day asks for it where there is none.
	Now func() time.Time
	// Clouds that can be asked, by the name of their provider.
	Clouds map[string]Cloud
}

// failing passes writes on and keeps the first error: cobra writes help and
// completions without looking.
type failing struct {
	to  io.Writer
	err error
}

func (f *failing) Write(b []byte) (int, error) {
	n, err := f.to.Write(b)
	if f.err == nil {
		f.err = err
	}
	return n, err
}

// Main runs the program in the real world and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return int(Run(ctx, World{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: os.Environ(),
		Now: time.Now, Clouds: Clouds(), //nolint:forbidigo // the one place that hands out the clock
	}))
}

// Run runs one command and returns its exit code. It never panics: a panic is
// told as the bug that it is.
func Run(ctx context.Context, w World) (code ExitCode) {
	defer func() {
		if p := recover(); p != nil {
			code = OurBug
			w.tellBug(&run.BugError{What: fmt.Errorf("panic: %v", p), Stack: debug.Stack()})
		}
	}()
	help := &failing{to: w.Stdout}
	root := rootCommand(&w, help)
	root.SetArgs(w.Args)
	err := root.ExecuteContext(ctx)
	if err == nil && help.err != nil {
		err = exit(EnvironmentFailed, help.err)
	}
	if err == nil {
		return Done
	}
	code = codeOf(err)
	if e, ok := errors.AsType[*exitError](err); ok && e.said {
		return code
	}
	if bug, ok := errors.AsType[*run.BugError](err); ok {
		w.tellBug(bug)
		return code
	}
	w.note("Error: %s\n", err)
	if code == WrongUse {
		w.note("Run 'scantling help' for the commands, 'scantling COMMAND --help' for one.\n")
	}
	return code
}

// note writes to stderr, without what would command a terminal: names may come
// from a document. Where that fails, nobody is left to tell.
func (w *World) note(format string, args ...any) {
	text := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, fmt.Sprintf(format, args...))
	_, _ = io.WriteString(w.Stderr, text)
}

// tellBug says that the program is wrong, not the user.
func (w *World) tellBug(bug *run.BugError) {
	w.note("Error: this is a bug in scantling %s, not in your spec; nothing was written.\n%s\n", Version, bug.What)
	if len(bug.Stack) > 0 {
		w.note("%s\n", bug.Stack)
	}
	w.note("Please report it with the spec and this text.\n")
}

// Root returns the command tree over w.
func Root(w *World) *cobra.Command { return rootCommand(w, w.Stdout) }

// rootCommand returns the command tree over w, whose help goes to help.
func rootCommand(w *World, help io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "scantling",
		Short: "Size Kubernetes clusters from what they must carry",
		Long: `Scantling sizes Kubernetes clusters: say in HCL what the cluster must carry
(requests per second, latency targets, failures to survive), and it computes the
nodes in each zone, proves that they carry it, prices them and their upgrade, and
writes the Terraform variables.

Start with:  scantling init && scantling plan

` + exitHelp(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		Version:       Version,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", ".FlagUsagesWrapped "+strconv.Itoa(max(w.width(w.Stdout), leastHelp))+" "))
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		text := strings.TrimRight(cmp.Or(cmd.Long, cmd.Short), " \n") + "\n\n" + cmd.UsageString()
		cmd.Print(fit(text, max(w.width(w.Stdout), leastHelp)))
	})
	root.SetVersionTemplate("scantling {{.Version}}\n")
	root.SetIn(w.Stdin)
	root.SetOut(help)
	root.SetErr(w.Stderr)
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.AddCommand(
		initCommand(w), importCommand(w), validateCommand(w), fmtCommand(w),
		planCommand(w), explainCommand(w), compareCommand(w), drillCommand(w), upgradeCommand(w), verifyCommand(w), diffCommand(w), calibrateCommand(w), emitCommand(w),
		catalogCommand(w), versionCommand(w),
	)
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd(w.Args...)
	strict(root)
	return root
}

// helpCommand is cobra's, but that an unknown command is a mistake.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage(fmt.Errorf("there is no command %q", strings.Join(args, " ")))
			}
			return about.Help()
		},
	}
}

// strict makes the commands that cobra brings refuse arguments that they do not
// take, as ours do.
func strict(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.Args = noArgs
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		for _, shell := range cmd.Commands() {
			shell.Args = noArgs
		}
	}
}

// count writes a number of things.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// exitWidth is how much of a line says what an exit code means.
const exitWidth = 80

// leastHelp is the least width that flags are laid out for.
const leastHelp = 60

func exitHelp() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for code, what := range ExitCodes() {
		column := 0
		fmt.Fprintf(&b, "  %d ", code)
		for word := range strings.FieldsSeq(what) {
			if column += 1 + len(word); column > exitWidth {
				b.WriteString("\n    ")
				column = 1 + len(word)
			}
			b.WriteString(" " + word)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command or argument %q for %q", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		err = fmt.Errorf("%w: did you mean %q?", err, near[0])
	}
	return usage(err)
}

func atMostOneArg(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(fmt.Errorf("%q takes at most one argument, got %d", cmd.CommandPath(), len(args)))
	}
	return nil
}

// colour reports whether out is a terminal that wants colour.
func (w *World) colour(out io.Writer) bool {
	if w.getenv("NO_COLOR") != "" || w.getenv("TERM") == "dumb" {
		return false
	}
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width returns how many columns out has.
func (w *World) width(out io.Writer) int {
	const plain = 120
	f, ok := out.(*os.File)
	if !ok {
		return plain
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil || columns <= 0 {
		return plain
	}
	return columns
}

func (w *World) getenv(name string) string {
	for _, kv := range slices.Backward(w.Env) {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

// oneOf returns a usage error unless value is one of the choices.
func oneOf(flag, value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return usage(fmt.Errorf("--%s: %s is not one of %s", flag, value, strings.Join(choices, ", ")))
}
