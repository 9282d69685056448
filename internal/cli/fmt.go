package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/spec"
)

type fmtOptions struct {
	check, diff bool
}

func fmtCommand(w *World) *cobra.Command {
	var o fmtOptions
	cmd := &cobra.Command{
		Use:   "fmt [PATH...]",
		Short: "Rewrite specs in the canonical style",
		Long: `Rewrite the *.hcl files at each PATH (a file, a folder, or - for stdin to stdout;
default: this folder) in the canonical style, and print the names of those that
changed. Formatting twice changes nothing.`,
		Example: `  scantling fmt
  scantling fmt --check     # in CI: exit 3 if a file is not formatted
  scantling fmt --diff      # show what would change`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return o.run(cmd.Context(), w, args)
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; exit 3 if a file is not formatted")
	cmd.Flags().BoolVar(&o.diff, "diff", false, "write nothing; print the changes")
	return cmd
}

func (o *fmtOptions) run(ctx context.Context, w *World, paths []string) error {
	var list []files.File
	for _, path := range paths {
		if path == "-" {
			return o.stdin(ctx, w)
		}
		read, err := files.ReadSpec(path, spec.MaxFileBytes)
		if err != nil {
			return readError(err)
		}
		list = append(list, read...)
	}
	changed, err := formatAll(w, list)
	if err != nil {
		return err
	}
	var answer bytes.Buffer
	for _, c := range changed {
		if o.diff {
			answer.Write(diff.Diff(c.old.Name, c.old.Content, c.old.Name+" (formatted)", c.formatted))
			continue
		}
		fmt.Fprintln(&answer, c.old.Name)
		if o.check {
			continue
		}
		if err := files.Write(c.old.Name, c.formatted); err != nil {
			return writeError(err)
		}
	}
	if err := w.print(answer.Bytes()); err != nil {
		return err
	}
	if o.check && len(changed) > 0 {
		w.note("%s not formatted: run 'scantling fmt'\n", count(len(changed), "file is", "files are"))
		return said(GateFailed)
	}
	return nil
}

type change struct {
	old       files.File
	formatted []byte
}

// formatAll formats every file, or tells the mistakes of all and returns an error.
func formatAll(w *World, list []files.File) ([]change, error) {
	var changed []change
	failed := false
	for _, f := range list {
		formatted, diags := spec.Format(f.Name, f.Content)
		if diags.HasErrors() {
			failed = true
			if err := w.tell([]spec.File{spec.File(f)}, diags); err != nil {
				return nil, err
			}
			continue
		}
		if !bytes.Equal(formatted, f.Content) {
			changed = append(changed, change{f, formatted})
		}
	}
	if failed {
		return nil, said(WrongInput)
	}
	return changed, nil
}

func (o *fmtOptions) stdin(ctx context.Context, w *World) error {
	src, err := readAll(ctx, io.LimitReader(w.Stdin, spec.MaxFileBytes+1))
	if err != nil {
		return exit(EnvironmentFailed, err)
	}
	changed, err := formatAll(w, []files.File{{Name: "<stdin>", Content: src}})
	if err != nil {
		return err
	}
	switch {
	case o.diff && len(changed) > 0:
		err = w.print(diff.Diff("<stdin>", src, "<stdin> (formatted)", changed[0].formatted))
	case o.diff || o.check:
	case len(changed) > 0:
		err = w.print(changed[0].formatted)
	default:
		err = w.print(src)
	}
	if err == nil && o.check && len(changed) > 0 {
		return said(GateFailed)
	}
	return err
}

// readAll reads r to its end, or until ctx is done: a terminal may never end.
func readAll(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		content []byte
		err     error
	}
	done := make(chan result, 1)
	go func() {
		content, err := io.ReadAll(r)
		done <- result{content, err}
	}()
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case got := <-done:
		return got.content, got.err
	}
}
