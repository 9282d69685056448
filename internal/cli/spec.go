package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/practice"
)

// maxPlanBytes bounds the plan documents that are read.
const maxPlanBytes = 512 << 20

// specFlags are the flags of every command that reads a spec.
type specFlags struct {
	catalogFlag
	vars     []string
	varFiles []string
	// region is one that disaster_recovery names, whose plan is meant.
	region string
	// read are the names of the files that were read.
	read []string
	// diags are what was told of the spec.
	diags hcl.Diagnostics
	// lock is nil where the command plans nothing.
	lock *lockFlags
	// age is nil where the command plans nothing.
	age *ageFlags
}

func (f *specFlags) register(cmd *cobra.Command) {
	f.catalogFlag.register(cmd)
	cmd.Flags().StringArrayVar(&f.vars, "var", nil, "set a variable, `name=value`; may be repeated")
	cmd.Flags().StringArrayVar(&f.varFiles, "var-file", nil, "read variables from `file` (name = value, or JSON); may be repeated")
	cmd.Flags().StringVar(&f.region, "region", "", "the cluster in this `region` of disaster_recovery, as large as it has to become")
}

// typed returns what names the spec, its variables, catalogs and lock on a command line.
func (f *specFlags) typed(path string) string {
	var words []string
	if path != "." {
		words = append(words, quoted(path))
	}
	for _, v := range f.vars {
		words = append(words, "--var "+quoted(v))
	}
	for _, v := range f.varFiles {
		words = append(words, "--var-file "+quoted(v))
	}
	if f.region != "" {
		words = append(words, "--region "+quoted(f.region))
	}
	if c := f.catalogFlag.typed(); c != "" {
		words = append(words, c)
	}
	if f.lock != nil {
		words = append(words, f.lock.typed()...)
	}
	return strings.Join(words, " ")
}

// quoted writes a word for a shell.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("-_./=:,@%+", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func pathArg(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// load reads and decodes the spec at path. Every mistake has been told when it
// returns an error.
func (f *specFlags) load(w *World, path string) (*spec.Spec, error) {
	list, err := files.ReadSpec(path, spec.MaxFileBytes)
	if err != nil {
		return nil, readError(err)
	}
	return f.decode(w, path, list)
}

// decode decodes the spec at path, whose files were read, with what its lock keeps.
// Every mistake has been told when it returns an error.
func (f *specFlags) decode(w *World, path string, read []files.File) (*spec.Spec, error) {
	if err := f.age.check(); err != nil {
		return nil, err
	}
	in := spec.Inputs{Vars: f.vars, Env: w.Env}
	for _, rule := range practice.Rules() {
		in.Rules = append(in.Rules, rule.ID)
	}
	for _, name := range f.varFiles {
		vf, err := files.Read(name, spec.MaxFileBytes)
		if err != nil {
			return nil, readError(err)
		}
		in.VarFiles = append(in.VarFiles, spec.File(vf))
		f.read = append(f.read, name)
	}
	list := make([]spec.File, len(read))
	for i := range read {
		list[i] = spec.File(read[i])
		f.read = append(f.read, read[i].Name)
	}
	offers, err := f.offers(w)
	if err != nil {
		return nil, err
	}
	shown := append(slices.Clone(list), in.VarFiles...)
	in.Manifests = f.manifests(&shown)
	from := watched{Offers: offers}
	in.ReadFile = func(path string) ([]byte, error) {
		file, err := files.Read(path, spec.MaxFileBytes)
		if err != nil {
			return nil, err
		}
		f.read = append(f.read, path)
		shown = append(shown, spec.File(file))
		return file.Content, nil
	}
	machines := sharedMachines{world: w, read: func(file spec.File, path string) {
		f.read = append(f.read, path)
		shown = append(shown, file)
	}}
	in.Machines = &machines
	s, diags := spec.Load(list, in, &from)
	f.diags = diags
	if err := w.tell(shown, diags); err != nil {
		return nil, err
	}
	if diags.HasErrors() && (from.err != nil || machines.err != nil) {
		return nil, said(EnvironmentFailed)
	}
	if diags.HasErrors() {
		return nil, said(WrongInput)
	}
	if f.region != "" && f.region != s.Cluster.Region && !run.InRegion(s, f.region) {
		return nil, usage(fmt.Errorf("--region: disaster_recovery of %s plans no cluster in %q", path, f.region))
	}
	return s, f.applyLock(path, s)
}

// tell writes diagnostics to stderr.
func (w *World) tell(list []spec.File, diags hcl.Diagnostics) error {
	if len(diags) == 0 {
		return nil
	}
	if err := spec.WriteDiagnostics(w.Stderr, list, diags, w.colour(w.Stderr), w.width(w.Stderr)); err != nil {
		return exit(EnvironmentFailed, err)
	}
	return nil
}

// plan plans the spec, unless its prices are older than is allowed. What cannot be met,
// or is too old, has been told when it returns an error.
func (f *specFlags) plan(ctx context.Context, w *World, s *spec.Spec) (*planner.Plan, error) {
	oldest, err := f.age.limit(&s.Cluster)
	if err != nil {
		return nil, err
	}
	p, err := run.Plan(ctx, s)
	if diags := run.Explain(s, err); len(diags) > 0 {
		if err := w.tell(s.Files(), diags); err != nil {
			return nil, err
		}
		return nil, &exitError{code: CannotBeMet, err: err, said: true}
	}
	if err != nil {
		return nil, err
	}
	return p, f.age.gate(w, p, oldest)
}

// planFrom returns the plan at path: that of the document if the file there is
// one, which the second result says, else the plan of the spec there.
func (f *specFlags) planFrom(ctx context.Context, w *World, path string) (_ *planner.Plan, document bool, _ error) {
	var list []files.File
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		file, err := files.Read(path, maxPlanBytes)
		if err != nil {
			return nil, false, readError(err)
		}
		if isDocument(file.Content) {
			if len(f.vars)+len(f.varFiles) > 0 {
				return nil, false, usage(fmt.Errorf("%s is a plan document: --var and --var-file are for specs", path))
			}
			if f.region != "" {
				return nil, false, usage(fmt.Errorf("%s is the plan of a region: --region is for specs", path))
			}
			if f.age.given() {
				return nil, false, usage(fmt.Errorf("%s is a plan document, of the prices that it was made with: --today and --catalog-max-age are for specs", path))
			}
			f.read = append(f.read, path)
			p, err := decodePlan(file)
			return p, true, err
		}
		list = []files.File{file}
	} else if list, err = files.ReadSpec(path, spec.MaxFileBytes); err != nil {
		return nil, false, readError(err)
	}
	s, err := f.decode(w, path, list)
	if err != nil {
		return nil, false, err
	}
	p, err := f.plan(ctx, w, s)
	return p, false, err
}

// isDocument reports whether content is a JSON object and no spec, by its first
// byte that is no space: no spec starts with a brace.
func isDocument(content []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n"), []byte("{"))
}

// apart refuses to write to name if it is a file that was read.
func (f *specFlags) apart(name string) error {
	if read := files.SameAsAny(name, f.read); read != "" {
		return usage(fmt.Errorf("--out: %s is the input %s, which would be overwritten: nothing was written", name, read))
	}
	return nil
}

func readPlan(path string) (*planner.Plan, error) {
	file, err := files.Read(path, maxPlanBytes)
	if err != nil {
		return nil, readError(err)
	}
	return decodePlan(file)
}

func decodePlan(file files.File) (*planner.Plan, error) {
	if len(file.Content) > maxPlanBytes {
		return nil, exit(WrongInput, fmt.Errorf("%s: larger than %d MiB", file.Name, maxPlanBytes>>20))
	}
	p, err := document.Decode(file.Content)
	if err != nil {
		return nil, exit(WrongInput, fmt.Errorf("%s: %w", file.Name, err))
	}
	return p, nil
}
